"""The attack list of gate G20: letters by an enrolled partner that has its true keys and means harm."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from app.access.desk import House
from app.casework.messages import Envelope, digest_of
from app.exchange import letters
from app.exchange.letters import FORMAT
from app.kit.canonical import canonical_bytes
from app.kit.hpke import seal_to
from app.kit.keybook import key_id_of
from app.models.base import new_id
from tests.app.exchange.wire import Hand

MISSING: Final = object()
SCRIPT: Final = "<script>alert(1)</script>"
FORMULA: Final = '=HYPERLINK("http://203.0.113.9","x")'
ADDRESS: Final = "http://169.254.169.254/latest/meta-data/"


@dataclass(frozen=True)
class Attack:
    """One letter that must change nothing: its name and the bytes as they are sent."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Foe:
    """Myanmar's installation in the hands of somebody who means harm; Thailand is the other side.

    ``hand``: goes on with a true conversation; ``sealing``: Thailand's exchange key (32 bytes).
    """

    house: House
    hand: Hand
    sealing: bytes

    def honest(self, step: str = "acknowledge", body: dict[str, Any] | None = None, **header: Any) -> bytes:
        """A letter with everything right, but for what is changed in the message before it is signed."""
        return self.letter(self.hand.envelope(step, body, **header))

    def letter(self, envelope: Envelope) -> bytes:
        """Any message, sealed and signed as it should be."""
        signer = self.house.signing.signer("MM")
        header = {**envelope.header}
        known = {"from": "MM", "to": "TH"}
        sound = Envelope({**header, **{name: header.get(name, known[name]) for name in known}}, envelope.body,
                         envelope.signature)  # fmt: skip
        return letters.write(sound, self.sealing, signer, self.house.clock.now())

    def outer(self, **changes: Any) -> bytes:
        """An honest letter whose outer parts are changed and signed anew; MISSING takes a part away."""
        said = json.loads(self.honest())
        said = {name: value for name, value in (said | changes).items() if value is not MISSING}
        return self.signed(said)

    def signed(self, said: dict[str, Any]) -> bytes:
        """Parts of a letter under a true signature, as far as they can be signed."""
        try:
            sealed = base64.b64decode(said["sealed"])
            told = {name: said[name] for name in ("from", "to", "sent", "key", "sealed_for", "header", "signed")}
            told |= {"format": FORMAT, "sealed": hashlib.sha256(sealed).hexdigest()}
            said["signature"] = self.house.signing.signer("MM").sign(canonical_bytes(told)).hex()
        except (KeyError, ValueError, TypeError):
            pass
        return json.dumps(said).encode()

    def with_body(self, plain: bytes) -> bytes:
        """A letter whose sealed body is these bytes."""
        said = json.loads(self.honest())
        about = letters.bound_to(said["header"])
        return self.signed(said | {"sealed": base64.b64encode(seal_to(self.sealing, plain, about)).decode()})


def attacks(foe: Foe, stranger: bytes, other: str) -> Iterator[Attack]:
    """The list. stranger: a public exchange key of nobody; other: the id of a referral of two other countries."""
    for part in (_no_letters, _outer, _header, _body, _talk):
        yield from part(foe, stranger, other)


def _no_letters(foe: Foe, _stranger: bytes, _other: str) -> Iterator[Attack]:
    yield Attack("nothing", b"")
    yield Attack("no_json", b"to whom it may concern")
    for name, text in (("null", "null"), ("list", "[]"), ("number", "1e400"), ("text", '"x"'), ("object", "{}")):
        yield Attack(f"json_{name}", text.encode())
    yield Attack("no_utf8", b'{"format": "\xff\xfe"}')
    yield Attack("deep", b"[" * 100_000 + b"]" * 100_000)
    yield Attack("deep_object", b'{"a":' * 50_000 + b"1" + b"}" * 50_000)
    yield Attack("half_a_megabyte", foe.outer(format=FORMAT, padding="x" * 600_000))
    yield Attack("fifty_megabytes", b"{" + b" " * (50 << 20) + b"}")
    honest = foe.honest()
    yield Attack("a_name_twice", honest[:-1] + b',"to":"TH"}')
    yield Attack("not_a_number", honest.replace(b'"seq":', b'"x":NaN,"seq":'))
    yield Attack("infinity", honest.replace(b'"seq":', b'"x":Infinity,"seq":'))
    yield Attack("half_of_it", honest[: len(honest) // 2])
    yield Attack("twice_in_one", honest + honest)


def _outer(foe: Foe, stranger: bytes, _other: str) -> Iterator[Attack]:
    now = foe.house.clock.now()
    said = json.loads(foe.honest())
    for name, value in (
        ("format", "waymark-letter-99"), ("format", 1), ("from", "LA"), ("from", "TH"), ("from", "mm"), ("to", "MM"),
        ("to", "LA"), ("to", "XX"), ("key", "0" * 16), ("key", ""), ("sealed_for", key_id_of(stranger)),
        ("sealed", "!!!"), ("sealed", ""), ("sealed", said["sealed"][:40]), ("signed", "zz"), ("signed", ""),
        ("header", []), ("header", MISSING), ("sent", MISSING), ("sent", "yesterday"), ("sent", "2026-11-26T09:00:00"),
        ("sent", (now - timedelta(days=2)).isoformat()), ("sent", (now + timedelta(days=2)).isoformat()),
        ("extra", "x"),
    ):  # fmt: skip
        yield Attack(f"outer_{name}_{'missing' if value is MISSING else value!s:.24}", foe.outer(**{name: value}))
    yield Attack("outer_signature_of_another", json.dumps(said | {"signature": "00" * 64}).encode())
    yield Attack("outer_signature_missing", json.dumps({**said, "signature": ""}).encode())
    turned = bytearray(base64.b64decode(said["sealed"]))
    turned[-1] ^= 1
    yield Attack("sealed_byte_turned", foe.signed(said | {"sealed": base64.b64encode(bytes(turned)).decode()}))
    lost = seal_to(stranger, b"{}", letters.bound_to(said["header"]))
    yield Attack("sealed_for_somebody_else", foe.signed(said | {"sealed": base64.b64encode(lost).decode()}))
    other_header = said["header"] | {"reference": "TH-MM-2026-OTHERS"}
    yield Attack("another_header_around_the_seal", foe.signed(said | {"header": other_header}))


def _header(foe: Foe, _stranger: bytes, other: str) -> Iterator[Attack]:
    seq = foe.hand.seq
    for name, value in (
        ("id", "1"), ("id", "../../etc/passwd"), ("id", None), ("referral", new_id()), ("referral", other),
        ("referral", "' OR 1=1 --"), ("referral", None), ("seq", seq + 2), ("seq", 0), ("seq", -1), ("seq", "1"),
        ("seq", 2**50), ("seq", True), ("prev_hash", "0" * 64 if seq else "1" * 64), ("prev_hash", "x"),
        ("answers", "x"), ("type", "x" * 200), ("type", SCRIPT), ("type", ""), ("reference", SCRIPT),
        ("reference", FORMULA), ("reference", "a\x00b"), ("reference", "x" * 400), ("created", "2026-11-26T09:00:00"),
        ("created", "now"), ("protocol", "2"), ("protocol", 0), ("protocol", 9),
        ("to_office", SCRIPT), ("from_office", FORMULA), ("from_office", "x" * 100),
    ):  # fmt: skip
        word = f"{name}_" if name in ("from", "type") else name
        yield Attack(f"header_{name}_{value!s:.24}", foe.honest(**{word: value}))
    envelope = foe.hand.envelope("acknowledge")
    yield Attack("message_not_signed", foe.letter(Envelope(envelope.header, envelope.body, b"\x00" * 64)))
    yield Attack("message_changed", foe.letter(Envelope(envelope.header, {"step": "decline"}, envelope.signature)))
    floating = {**envelope.header, "seq": 1.5}
    whole = json.loads(foe.honest())
    yield Attack("header_with_a_fraction", json.dumps(whole | {"header": floating}).encode())


def _body(foe: Foe, _stranger: bytes, _other: str) -> Iterator[Attack]:
    for name, plain in (
        ("list", b"[]"), ("no_json", b"\x00\x01"), ("nothing", b""), ("deep", b'{"a":' * 60 + b"1" + b"}" * 60),
        ("not_a_number", b'{"step":"acknowledge","given":{},"x":NaN}'), ("twice", b'{"step":"a","step":"b"}'),
    ):  # fmt: skip
        yield Attack(f"body_{name}", foe.with_body(plain))
    bodies: tuple[tuple[str, dict[str, Any]], ...] = (
        ("given_too_long", {"given": {"reason": "x" * 500}}),
        ("given_no_text", {"given": {"reason": {"a": 1}}}),
        ("given_list", {"given": []}),
        ("record_of_another_step", {"record": {"kind": "receipt", "version": 1, "body": {}}}),
        ("record_without_a_kind", {"record": {"body": {}}}),
        ("record_list", {"record": []}),
        ("about_text", {"about": "everything"}),
        ("about_of_texts", {"about": {"identity": "Ko Htet"}}),
        ("consents_endless", {"consents": [{"purpose": "return"}] * 500}),
        ("consents_without_days", {"consents": [{"purpose": "return", "data_groups": [], "giver": "x"}]}),
        ("record_of_a_version_that_is_none", {"record": {"kind": "suggestion", "version": "2", "body": {}}}),
        ("yours_endless", {"yours": ["about.age_band.sex"] * 500}),
        ("yours_text", {"yours": "everything"}),
        ("yours_objects", {"yours": [{"a": 1}]}),
        ("receipts_endless", {"receipts": [{}] * 100}),
        ("receipts_text", {"receipts": ["x"]}),
        ("child_text", {"child": "maybe"}),
        ("taken_back_endless", {"taken_back": ["identity"] * 400}),
        ("step_list", {"step": ["acknowledge"]}),
        ("step_missing", {"step": ""}),
    )
    for name, body in bodies:
        yield Attack(f"body_{name}", foe.honest(body=body))


def _talk(foe: Foe, _stranger: bytes, _other: str) -> Iterator[Attack]:
    """Conversations that are no referral: the directory of Myanmar, told and answered with harm in mind."""
    entry: dict[str, Any] = {
        "entry": new_id(), "version": 1, "office": "mm-dor", "kinds": ["referral"], "timezone": "Asia/Yangon",
        "hours": {"mon": "08:30-16:30"}, "phone": "+95 00 000 001", "valid_from": "2026-01-01",
        "verified_on": "2026-01-01", "verified_by": "national_focal_point", "next_check": "2027-01-01",
    }  # fmt: skip

    def said(body: dict[str, Any], kind: str = "directory_entry", **header: Any) -> bytes:
        begun = {"referral": new_id(), "seq": 1, "prev_hash": "0" * 64, "type_": kind, "conversation": "correspondence"}
        return foe.letter(foe.hand.envelope("", body, **(begun | header)))

    for name, header in (
        ("of_the_referral", {"referral": foe.hand.shared_id}),
        ("in_the_middle", {"seq": 2}), ("without_a_beginning", {"prev_hash": "1" * 64}),
        ("no_number", {"referral": "1"}), ("for_another", {"to": "LA"}), ("script", {"type_": SCRIPT}),
        ("of_tomorrow", {"type_": "directory_everything"}),
        ("protocol", {"protocol": 9}), ("reference", {"reference": FORMULA}),
    ):  # fmt: skip
        yield Attack(f"talk_{name}", said(entry, **header))
    for name, value in (
        ("entry", "1"), ("entry", SCRIPT), ("version", 0), ("version", "2"), ("version", 2**40), ("office", SCRIPT),
        ("office", "../../etc"), ("office_name", "x" * 5_000), ("kinds", []), ("kinds", ["x"] * 500),
        ("kinds", FORMULA),
        ("places", ["x" * 500]), ("places", ["x"] * 5_000), ("points", [SCRIPT]), ("timezone", "../../etc/passwd " * 9),
        ("hours", {"mon": "always"}), ("hours", {"doomsday": "00:00-24:00"}), ("hours", []), ("phone", FORMULA),
        ("phone", "+" + "9" * 500), ("other_way", "x" * 5_000), ("languages", [SCRIPT]), ("deputy_role", SCRIPT),
        ("valid_from", "soon"), ("valid_until", "never"), ("next_check", None), ("verified_by", ""),
    ):  # fmt: skip
        yield Attack(f"talk_{name}_{value!s:.24}", said({**entry, name: value}))
    answer = {"entry": new_id(), "version": 1, "result": "answers", "on": "2026-11-26", "by": "national_focal_point"}
    for name, changed in (
        ("about_nothing", {}), ("result", {"result": SCRIPT}), ("version", {"version": -1}), ("by", {"by": FORMULA}),
    ):  # fmt: skip
        yield Attack(f"talk_answer_{name}", said(answer | changed, "directory_answer"))


# What is well formed and must move nothing: it is kept and shown, or refused; both are told to the sender.
IDLE: Final[tuple[tuple[str, str, dict[str, Any]], ...]] = (
    ("a_step_that_does_not_exist", "open_the_doors", {}),
    ("a_step_of_the_other_side", "send", {}),
    ("a_jump_to_the_bridge", "sign_receipt", {}),
    ("a_jump_to_the_end", "complete", {}),
    ("a_handover_of_nobody", "sign_handover", {}),
    ("an_address_for_a_reason", "decline_for_a_reason", {"given": {"reason": ADDRESS}}),
)
# A known step whose code is hostile text: the step counts, the code is kept as unknown and shown as text.
TEXTS: Final = (SCRIPT, FORMULA, ADDRESS, "@SUM(1+1)*cmd|' /C calc'!A0", "\ufeff=1+1", "{{7*7}}")


def digest(envelope: Envelope) -> str:
    """The digest that a receipt of this message is bound to."""
    return hashlib.sha256(canonical_bytes({**envelope.header, "body_digest": digest_of(envelope.body)})).hexdigest()


Send = Callable[[bytes], tuple[int, dict[str, Any]]]
