"""What another installation reads, by its own word: parsed from what it sent, asked by rules and before writing."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from app.access.desk import Desk
from app.casework.forms import Kind
from app.casework.kinds import KINDS
from app.kit.canonical import NotCanonical, canonical_bytes
from workflows.abroad import PROTOCOL, AbroadFacts

__all__ = [
    "FORMAT", "LARGEST", "Capability", "CapabilityUnfit", "abroad", "digest_of", "lowered", "parsed",
    "readable", "version_for", "written",
]  # fmt: skip

FORMAT: Final = "waymark-capability-1"
LARGEST: Final = 262_144
MOST_LISTS: Final = 400
MOST_CODES: Final = 2_000
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")
# A code may be written in any script; what could be a tag, a formula or a control character stands in none.
_CODE: Final = re.compile(r"[^\W_][\w .:+/()-]{0,59}")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_PARTS: Final = frozenset(
    {
        "format", "country", "made", "key", "protocols", "formats", "messages", "forms", "lists", "reads", "languages",
        "agreements",
    }
)  # fmt: skip

Lists = Mapping[str, tuple[str, ...]]


class CapabilityUnfit(ValueError):
    """This is no word of a partner that can be used; ``code`` for the machine on the other side."""

    def __init__(self, sentence: str, code: str = "capability_unreadable") -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class Capability:
    """What one country's installation reads.

    formats: of letters and parcels; messages: steps that may be sent to it; forms: kind -> versions it reads; lists:
    its codes; reads: country -> list -> codes of that country that it has a table for; agreements: corridor -> what is
    in force there, each as SOURCE since DAY. digest: of all that it says but the day and the key.
    """

    country: str
    made: datetime
    key: str
    protocols: tuple[int, ...]
    formats: tuple[str, ...]
    messages: tuple[str, ...]
    forms: Mapping[str, tuple[int, ...]]
    lists: Lists
    reads: Mapping[str, Lists]
    languages: tuple[str, ...]
    agreements: Lists
    digest: str


def readable(kind: Kind) -> frozenset[int]:
    """The versions of a kind of record that are read here: today's, and the older ones that lead up to it."""
    oldest = kind.version
    while oldest - 1 in kind.upgrades:
        oldest -= 1
    return frozenset(range(oldest, kind.version + 1))


def written(kind: Kind) -> frozenset[int]:
    """The versions of a kind of record that can be written here: today's, and the older ones that lead down from it."""
    oldest = kind.version
    while oldest in kind.downgrades:
        oldest -= 1
    return frozenset(range(oldest, kind.version + 1))


def lowered(kind: Kind, body: dict[str, Any], version: int) -> dict[str, Any]:
    """A form of today as an older version has it; KeyError where nobody said how."""
    for newer in range(kind.version, version, -1):
        body = kind.downgrades[newer](body)
    return body


def digest_of(said: Mapping[str, Any]) -> str:
    """The digest of what an installation reads, whenever and under which key it says so."""
    told = {name: value for name, value in said.items() if name not in ("made", "key", "signature")}
    return hashlib.sha256(canonical_bytes(told)).hexdigest()


def parsed(said: Any) -> Capability:
    """A word of a partner from its JSON, without its signature. CapabilityUnfit: it does not fit, or is too much."""
    if not isinstance(said, dict) or said.get("format") != FORMAT or said.keys() != _PARTS:
        raise CapabilityUnfit("this says not what an installation reads, in a form that is known here")
    try:
        made = datetime.fromisoformat(_text(said["made"], re.compile(r"[0-9T:.+Z-]{20,40}")))
        if made.tzinfo is None:
            raise _unfit("made")
        return Capability(
            country=_text(said["country"], _COUNTRY),
            made=made,
            key=_text(said["key"], _NAME),
            protocols=_numbers(said["protocols"]),
            formats=_texts(said["formats"], _NAME),
            messages=_texts(said["messages"], _NAME),
            forms={_text(name, _NAME): _numbers(each) for name, each in _map(said["forms"]).items()},
            lists=_lists(said["lists"]),
            reads={_text(name, _COUNTRY): _lists(each) for name, each in _map(said["reads"]).items()},
            languages=_texts(said["languages"], _NAME),
            agreements=_lists(said["agreements"], _CODE),
            digest=digest_of(said),
        )
    except (ValueError, TypeError, NotCanonical) as fault:
        if isinstance(fault, CapabilityUnfit):
            raise
        raise CapabilityUnfit("a part of it cannot be read") from None


def abroad(desk: Desk, country: str) -> AbroadFacts:
    """What rules may know of another country's installation; nothing where it is at home here or has said nothing."""
    content = desk.signing.said(country)
    return _facts(content) if content is not None else AbroadFacts()


def version_for(desk: Desk, country: str, kind: Kind) -> int:
    """The newest version of a form that is written here and read there; ours where the other side never said."""
    known = abroad(desk, country)
    both = known.forms.get(kind.name, frozenset()) & written(kind)
    return max(both) if known.told and both else kind.version


@lru_cache(maxsize=32)
def _facts(content: bytes) -> AbroadFacts:
    try:
        said = json.loads(content)
        said.pop("signature", None)
        found = parsed(said)
    except (ValueError, AttributeError, RecursionError):
        # A damaged file says nothing: nobody is kept from a step by it.
        return AbroadFacts()
    return AbroadFacts(
        told=True,
        protocols=frozenset(found.protocols),
        steps=frozenset(found.messages),
        forms={name: frozenset(versions) for name, versions in found.forms.items()},
        written={name: written(kind) for name, kind in KINDS.items() if kind.shared},
        protocol=PROTOCOL,
    )


def _unfit(what: str) -> CapabilityUnfit:
    return CapabilityUnfit(f"the part '{what}' cannot be used")


def _text(value: Any, shape: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise CapabilityUnfit("a name or a code in it cannot be one")
    return value


def _texts(value: Any, shape: re.Pattern[str]) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MOST_CODES:
        raise CapabilityUnfit("a list in it is none, or is too long", "capability_too_large")
    return tuple(_text(each, shape) for each in value)


def _numbers(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list) or len(value) > 100:
        raise CapabilityUnfit("a list of versions in it is none, or is too long", "capability_too_large")
    if not all(type(each) is int and 1 <= each <= 1_000_000 for each in value):
        raise CapabilityUnfit("a version in it is no number")
    return tuple(value)


def _map(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or len(value) > MOST_LISTS:
        raise CapabilityUnfit("a part of it is none, or has too many entries", "capability_too_large")
    return value


def _lists(value: Any, shape: re.Pattern[str] = _CODE) -> dict[str, tuple[str, ...]]:
    return {_text(name, _NAME): _texts(each, shape) for name, each in _map(value).items()}
