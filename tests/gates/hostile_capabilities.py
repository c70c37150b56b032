"""What a partner that means harm may say of what its installation reads: too much, too deep, not its own, old."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from app.access.desk import House
from app.casework.capabilities import LARGEST
from app.exchange import capabilities
from app.kit.canonical import canonical_bytes
from app.kit.signing import Signer

__all__ = ["Claim", "claims", "signed"]

SCRIPT: Final = "<script>alert(1)</script>"
FORMULA: Final = "=cmd|' /C calc'!A0"


@dataclass(frozen=True)
class Claim:
    """One document as it would come over the line or on a stick."""

    name: str
    content: bytes


def signed(said: dict[str, Any], signer: Signer) -> bytes:
    """A document under a signature; what has no canonical bytes is signed as nothing."""
    try:
        covered = canonical_bytes(said)
    except ValueError:
        covered = b""
    return json.dumps({**said, "signature": signer.sign(covered).hex()}).encode()


def claims(foe: House, country: str, other: str) -> Iterator[Claim]:
    """Every attack. foe: the partner's installation, with its true keys; other: a country that is no partner."""
    signer, now = foe.signing.signer(country), foe.clock.now()
    true = capabilities.own(foe.policies, country, now.date())
    true |= {"made": (now + timedelta(seconds=1)).isoformat(), "key": signer.key_id}
    for name, content in (
        ("nothing", b""), ("no_json", b"\x00\xff"), ("list", b"[]"), ("text", b'"hello"'), ("null", b"null"),
        ("deep", b'{"a":' * 5000 + b"1" + b"}" * 5000), ("twice", b'{"format":"a","format":"b"}'),
        ("not_a_number", b'{"format":NaN}'), ("huge", b" " * (LARGEST + 1)), ("huge_number", b'{"made":1e999999}'),
    ):  # fmt: skip
        yield Claim(name, content)
    whole = json.loads(signed(true, signer))
    yield Claim("not_signed", json.dumps(true).encode())
    yield Claim("signature_of_nothing", json.dumps(whole | {"signature": "00" * 64}).encode())
    yield Claim("signature_no_hex", json.dumps(whole | {"signature": "zz"}).encode())
    yield Claim("signature_list", json.dumps(whole | {"signature": ["00"]}).encode())
    yield Claim("changed_after_signing", json.dumps(whole | {"languages": ["xx"]}).encode())
    yield Claim("signed_by_another_key", signed(true | {"key": "9c1f3a5be07d2468"}, signer))
    yield Claim("for_another_country", signed(true | {"country": other}, signer))
    yield Claim("for_us", signed(true | {"country": "TH"}, signer))
    changes: tuple[tuple[str, dict[str, Any]], ...] = (
        ("country_script", {"country": SCRIPT}), ("country_path", {"country": "../x"}),
        ("country_none", {"country": None}),
        ("made_tomorrow", {"made": (now + timedelta(days=3)).isoformat()}), ("made_never", {"made": "soon"}),
        ("made_without_zone", {"made": "2026-11-26T10:00:00.000000"}), ("made_number", {"made": 1}),
        ("format_newer", {"format": "waymark-capability-9"}), ("more", {"admin": True}),
        ("protocols_text", {"protocols": ["1"]}), ("protocols_true", {"protocols": [True]}),
        ("protocols_below", {"protocols": [0]}), ("protocols_many", {"protocols": list(range(1, 5000))}),
        ("messages_script", {"messages": [SCRIPT]}), ("messages_number", {"messages": [1]}),
        ("messages_object", {"messages": {"send": 1}}), ("formats_path", {"formats": ["/etc/passwd"]}),
        ("forms_list", {"forms": []}), ("forms_script", {"forms": {SCRIPT: [1]}}),
        ("forms_huge", {"forms": {"a": [2**60]}}),
        ("lists_many_codes", {"lists": {"sex": [f"c{at}" for at in range(15_000)]}}),
        ("lists_many", {"lists": {f"l{at}": ["a"] for at in range(1_000)}}),
        ("lists_html", {"lists": {"sex": [SCRIPT]}}), ("lists_formula", {"lists": {"sex": [FORMULA]}}),
        ("lists_control", {"lists": {"sex": ["a\x00b"]}}), ("lists_long", {"lists": {"sex": ["x" * 61]}}),
        ("lists_nested", {"lists": {"sex": [["F"]]}}), ("lists_of_text", {"lists": {"sex": "F"}}),
        ("lists_named_path", {"lists": {"../sex": ["F"]}}), ("reads_nowhere", {"reads": {"Thailand": {}}}),
        ("reads_nested", {"reads": {"TH": {"sex": {"a": "b"}}}}), ("reads_text", {"reads": "everything"}),
        ("languages_script", {"languages": [SCRIPT]}), ("agreements_script", {"agreements": {"th-mm": [SCRIPT]}}),
        ("agreements_list", {"agreements": []}), ("with_a_fraction", {"protocols": [1.5]}),
    )  # fmt: skip
    for name, change in changes:
        yield Claim(name, signed(true | change, signer))
    for part in ("country", "made", "key", "lists", "forms", "agreements"):
        yield Claim(f"without_{part}", signed({name: each for name, each in true.items() if name != part}, signer))
    many = true | {"lists": {"sex": [f"c{at}" for at in range(100_000)]}}
    yield Claim("a_list_of_100000", signed(many, signer))
