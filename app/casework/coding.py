"""Where codes stand in a message, what this country reads for those of another, and how theirs go back to them.

A message says its codes in the words of whoever wrote it. Its bytes are kept as they came; what is read for them comes
from the table of the day on which it was written (policies/mappings). A code without a row is read as it is spelled,
and one that no list here has stays what it is: kept, shown, sent back, and never another.
"""

from __future__ import annotations

import json
import types
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel
from sqlalchemy import select

from app.access.desk import Desk
from app.access.rows import as_the_house
from app.casework import messages
from app.casework.facts import referral_facts_from
from app.casework.forms import Coded
from app.casework.held import REFERRAL, Held
from app.casework.kinds import KINDS
from policies.model import Policies
from workflows.abroad import HeardCode
from workflows.engine import MACHINES

__all__ = ["ABOUT", "Place", "Reading", "opened", "places", "read", "read_back", "returned", "sending_lists"]

# Group of data -> its field -> the list that its code is of.
ABOUT: Final[Mapping[str, Mapping[str, str]]] = {
    "age_band": {"age_band": "age_band", "sex": "sex"},
    "nationality": {"exploitation": "exploitation"},
    "language": {"language": "language"},
    "needs": {"level": "risk_level", "services": "service_kind"},
    "risk": {"level": "risk_level"},
    "identity": {"sex": "sex"},
}
# Said where nothing is known: a word of the protocol, in every list.
NOTHING: Final = "unknown"
YOURS: Final = "yours"
_REFERRAL: Final = MACHINES["referral"]


@dataclass(frozen=True, slots=True)
class Place:
    """One code in a body: the keys and numbers that lead to it, its list, and itself."""

    keys: tuple[str | int, ...]
    code_list: str
    code: str

    @property
    def at(self) -> str:
        """The way to it as one word: about.nationality.exploitation."""
        return ".".join(map(str, self.keys))


@dataclass(frozen=True, slots=True)
class Reading:
    """A body as it is read here. ``heard``: what was read as something else; ``unknown``: list:code, as it came."""

    body: dict[str, Any]
    heard: tuple[HeardCode, ...] = ()
    unknown: tuple[str, ...] = ()


def places(body: Mapping[str, Any]) -> Iterator[Place]:
    """Every code in the body of a message, in its order: of the step's inputs, of its form, about the person.

    The words of consents are words of the protocol, and no codes (policies/mappings.py).
    """
    step = _REFERRAL.step(str(body.get("step")))
    given = body.get("given")
    for name, value in given.items() if isinstance(given, dict) else ():
        code_list = step.given.get(name) if step else None
        if code_list and isinstance(value, str):
            yield Place(("given", name), code_list, value)
    record = body.get("record")
    kind = KINDS.get(str(record.get("kind"))) if isinstance(record, dict) else None
    if kind is not None and isinstance(record, dict):
        yield from _of_form(kind.form, record.get("body"), ("record", "body"))
    about = body.get("about")
    for group, fields in ABOUT.items():
        said = about.get(group) if isinstance(about, dict) else None
        for name, code_list in fields.items() if isinstance(said, dict) else ():
            value = said.get(name) if isinstance(said, dict) else None
            found = [((), value)] if not isinstance(value, list) else [((at,), each) for at, each in enumerate(value)]
            for more, each in found:
                if isinstance(each, str):
                    yield Place(("about", group, name, *more), code_list, each)


def sending_lists() -> frozenset[str]:
    """Every list whose codes can stand in a message between two countries."""
    given = {name for step in _REFERRAL.steps for name in step.given.values() if name}
    forms = {name for kind in KINDS.values() if kind.shared for name in _lists_of(kind.form)}
    return frozenset(given | forms | {name for fields in ABOUT.values() for name in fields.values()})


def read(policies: Policies, header: Mapping[str, Any], body: dict[str, Any], *, own: bool) -> Reading:
    """What a message says in our codes, by the table of the day on which it was written.

    own: the sender is at home in this installation and has the same lists. Codes that the sender marks as ours
    (``yours``) came from here and are read as they are. Nothing is defaulted and nothing is dropped.
    """
    yours = _yours(body)
    theirs = frozenset() if own else frozenset(each.at for each in places(body)) - yours
    return _read(policies, header, body, theirs, of=str(header["from"]), by=str(header["to"]))


def read_back(policies: Policies, header: Mapping[str, Any], body: dict[str, Any]) -> Reading:
    """What a message of our own said in our codes: where it had put those of its receiver, they are read once more."""
    return _read(policies, header, body, _yours(body), of=str(header["to"]), by=str(header["from"]))


def _yours(body: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(str(each) for each in body.get(YOURS) or ())


def _read(
    policies: Policies, header: Mapping[str, Any], body: dict[str, Any], theirs: frozenset[str], *, of: str, by: str
) -> Reading:
    """A body with the codes at the places ``theirs`` read by the table that ``by`` has for codes of ``of``."""
    on = policies.day(by, datetime.fromisoformat(str(header["created"])))
    heard, unknown, changed = [], [], deepcopy(body)
    for place in places(body):
        ours = place.code
        if place.at in theirs and place.code != NOTHING:
            ours = policies.read_as(place.code_list, place.code, of=of, by=by, on=on)
        if ours != place.code:
            heard.append(HeardCode(place.code_list, place.code, ours, place.at))
            _put(changed, place.keys, ours)
        elif not _known(policies, place):
            unknown.append(f"{place.code_list}:{place.code}")
    for keys in {place.keys[:-1] for place in places(body) if isinstance(place.keys[-1], int)} if heard else ():
        # Two words of theirs for one of ours are said once.
        _put(changed, keys, list(dict.fromkeys(_at(changed, keys))))
    return Reading(changed if heard else body, tuple(heard), tuple(dict.fromkeys(unknown)))


def opened(desk: Desk, row: Any, key: bytes) -> dict[str, Any]:
    """The body of a stored message in our codes; of one that went out from here as it is."""
    body = messages.body_of(desk, row, key)
    if row.direction == "out":
        return body
    header = json.loads(row.header)
    return read(desk.policies, header, body, own=header["from"] in desk.signing.countries).body


def returned(desk: Desk, held: Held, body: dict[str, Any]) -> dict[str, Any]:
    """A body about to be sent, with every code that came from the country it goes to as that country wrote it.

    Looked up in the conversation, and in those that the case had with the same country. ``yours`` says where they
    stand, so that the other side does not read its own code by a table for ours. What somebody decides here and now
    (the inputs of the step) is said in our words.
    """
    assert held.referral_facts is not None
    if held.referral_facts.other_country in desk.signing.countries:
        return body
    heard, unknown = _remembered(desk, held)
    yours, changed = [], deepcopy(body)
    for place in places(body):
        if place.keys[0] == "given":
            continue
        theirs = _theirs(heard, place)
        if theirs is not None:
            _put(changed, place.keys, theirs)
        if theirs is not None or f"{place.code_list}:{place.code}" in unknown:
            yours.append(place.at)
    return {**changed, YOURS: yours} if yours else body


def _remembered(desk: Desk, held: Held) -> tuple[list[HeardCode], frozenset[str]]:
    """What the other country's codes were read as, the newest last, and those of them that no list here has."""
    facts = held.referral_facts
    assert facts is not None
    copies = [facts]
    if held.case is not None:
        query = select(REFERRAL.c.facts).where(
            REFERRAL.c.case_id == held.case.id, REFERRAL.c.other_country == facts.other_country,
            REFERRAL.c.id != held.id,
        )
        # Codes alone are looked up, whoever of the country may see the other conversation.
        with as_the_house(desk.session, desk.actor.country):
            before = desk.session.execute(query.order_by(REFERRAL.c.opened_at)).scalars().all()
        copies = [*(referral_facts_from(text) for text in before), facts]
    unknown = frozenset(code for each in copies for code in each.unknown_codes)
    return [code for each in copies for code in each.heard_codes], unknown


def _theirs(heard: Iterable[HeardCode], place: Place) -> str | None:
    """Their own code for one of ours: the one that stood in the same place, else the newest."""
    fits = [each for each in heard if (each.code_list, each.ours) == (place.code_list, place.code)]
    same = [each for each in fits if each.at == place.at]
    return (same or fits)[-1].theirs if fits else None


def _known(policies: Policies, place: Place) -> bool:
    found = policies.codes.get(place.code_list)
    return place.code == NOTHING or found is None or found.open or place.code in found.codes


def _of_form(form: type[BaseModel], said: Any, keys: tuple[str | int, ...]) -> Iterator[Place]:
    for name, info in form.model_fields.items() if isinstance(said, dict) else ():
        if name in said:
            yield from _of_value(info.annotation, tuple(info.metadata), said[name], (*keys, name))


def _of_value(kind: Any, metadata: tuple[Any, ...], value: Any, keys: tuple[str | int, ...]) -> Iterator[Place]:
    origin, inside = get_origin(kind), get_args(kind)
    coded = next((each for each in metadata if isinstance(each, Coded)), None)
    if coded is not None and isinstance(value, str):
        yield Place(keys, coded.code_list, value)
    elif origin is Annotated:
        yield from _of_value(inside[0], tuple(inside[1:]), value, keys)
    elif origin in (Union, types.UnionType):
        for each in inside:
            yield from _of_value(each, metadata, value, keys)
    elif origin in (list, tuple, set, frozenset) and isinstance(value, list):
        for at, each in enumerate(value):
            yield from _of_value(inside[0], (), each, (*keys, at))
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        yield from _of_form(kind, value, keys)


def _lists_of(form: type[BaseModel]) -> Iterator[str]:
    for info in form.model_fields.values():
        yield from _lists_in(info.annotation, tuple(info.metadata))


def _lists_in(kind: Any, metadata: tuple[Any, ...]) -> Iterator[str]:
    yield from (each.code_list for each in metadata if isinstance(each, Coded))
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield from _lists_of(kind)
    for each in get_args(kind) if get_origin(kind) is not None else ():
        if not isinstance(each, Coded):
            yield from _lists_in(each, ())
        else:
            yield each.code_list


def _at(body: Any, keys: Iterable[str | int]) -> Any:
    for key in keys:
        body = body[key]
    return body


def _put(body: Any, keys: tuple[str | int, ...], value: Any) -> None:
    _at(body, keys[:-1])[keys[-1]] = value
