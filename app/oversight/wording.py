"""Puts the entries of a timeline into words: what happened, who did it from where, and what it changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Row

from app.access.desk import Desk
from app.casework import unsaid
from app.casework.audience import AUDIENCES
from app.casework.conflict import ABOUT_CAUSES, ABOUT_TASKS, DECIDED
from app.casework.kinds import KINDS
from app.casework.phrases import SOURCES, phrase_of
from app.casework.refused import sentence_of
from app.casework.shapes import TimelineEntryOut
from app.kit.words import mark
from workflows.engine import MACHINES
from workflows.step import Step

__all__ = ["Changed", "Told", "Who", "Word", "anchor_of", "people_in", "refusals", "tell", "titled", "who_of"]

# How an entry looks; what is not named looks like a step.
SHAPES: Final = {
    "record": "record", "attempt": "refused", "emergency": "emergency", "seal": "wall", "block": "wall",
    "reveal": "look", "deadline": "late", "partner": "partner", "message": "partner", "team": "team",
    "assigned": "team", "identity": "record", "task": "record", "document": "record", "escalated": "late",
}  # fmt: skip
# Whoever acted in another country is known here by that country's office alone.
PARTNER: Final = "partner:"
CONSENTS: Final = frozenset({"consent", "consent_withdrawal"})
_STEPS: Final = {(spec.name, step.name): step for spec in MACHINES.values() for step in spec.steps}
_TITLES: Final = {step.name: step.title for step in _STEPS.values()}


@dataclass(frozen=True, slots=True)
class Word:
    """A value to be said: a code of a list, or a marked sentence with its context, or plain text where both are "".

    marked: it is a marked word without a context.
    """

    text: str
    code_list: str = ""
    context: str = ""
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Changed:
    """One line of what an entry changed: what, before and after (None: there is no before).

    of, row: the list that it is about (marked), and which of its rows.
    """

    what: str
    new: Word
    old: Word | None = None
    of: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody as a timeline names them; ``name`` is None for the program itself and for people of other countries.

    ``office``: its code.
    """

    name: str | None
    roles: tuple[str, ...]
    office: str
    country: str
    system: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """One entry in words. ``what`` fills %(what)s of ``phrase``; ``record`` and ``corrects`` are ids of records."""

    anchor: str
    entry: TimelineEntryOut
    phrase: str
    what: Word | None
    shape: str
    who: Who
    source: str
    late: timedelta | None
    changed: Sequence[Changed] = ()
    record: str | None = None
    corrects: str | None = None
    corrected: Sequence[Any] = field(default=())


def tell(desk: Desk, entry: TimelineEntryOut, people: Mapping[str, Row[Any]]) -> Told:
    """The words of one entry. ``people``: the accounts it speaks of, by id."""
    span = entry.recorded_at - entry.happened_at
    late = span if span > timedelta(minutes=desk.policies.safeguards.watching.late_minutes) else None
    # A deadline happens when it passes, whenever the clock was read.
    late = None if entry.kind in ("deadline", "attempt") else late
    record = entry.details.get("record") or {}
    return Told(
        anchor=anchor_of(entry.subject_id, entry.seq),
        entry=entry,
        phrase=phrase_of(entry.kind, entry.step),
        what=_what(entry),
        shape=_shape(entry),
        who=who_of(desk, entry.actor, people),
        source=_source(entry, late),
        late=late,
        changed=tuple(_changes(desk, entry, people)),
        record=record.get("id") if isinstance(record, dict) else None,
        corrects=entry.details.get("corrects"),
    )


def anchor_of(subject_id: str, seq: int) -> str:
    """Where an entry stands on a page."""
    return f"e-{subject_id[:8]}-{seq}"


def who_of(desk: Desk, actor: Mapping[str, Any], people: Mapping[str, Row[Any]]) -> Who:
    """An actor as history keeps them, with the name if it is an account of this country."""
    known = people.get(actor["id"])
    roles = desk.policies.roles
    if str(actor["id"]).startswith(PARTNER):
        return Who(None, (), actor.get("office") or "", actor.get("country", ""))
    return Who(
        name=known.display_name if known is not None else None,
        roles=tuple(roles[role].title if role in roles else role for role in actor.get("roles", ())),
        office=actor.get("office") or (known.office if known is not None else ""),
        country=actor.get("country", ""),
        system=bool(actor.get("system")),
    )


def people_in(entries: Sequence[TimelineEntryOut]) -> list[str]:
    """The ids of all accounts that these entries speak of."""
    found = {str(entry.actor["id"]) for entry in entries}
    for entry in entries:
        user = entry.details.get("user")
        found |= {user} if isinstance(user, str) else set()
        for name in ("names", "added", "struck"):
            found |= set(entry.details.get(name) or ())
    return sorted(found)


def _shape(entry: TimelineEntryOut) -> str:
    if entry.kind == "record" and entry.step in CONSENTS:
        return "consent"
    if entry.kind in ("step", "opened") and entry.subject == "referral":
        return "referral"
    return SHAPES.get(entry.kind, "step")


def _what(entry: TimelineEntryOut) -> Word | None:
    if entry.kind in ABOUT_TASKS:
        return Word(entry.step, "task_kind")
    if entry.kind in ABOUT_CAUSES:
        return Word(entry.step, "stop_cause")
    if entry.kind == DECIDED:
        return Word(entry.step, "meeting_decision")
    if entry.kind in ("attempt", "message"):
        return titled(entry.step)
    return None


def titled(step: str) -> Word:
    """The title of a step or record kind."""
    return Word(_TITLES.get(step) or (KINDS[step].title if step in KINDS else step), context="step")


def _source(entry: TimelineEntryOut, late: timedelta | None) -> str:
    if entry.kind in ("partner", "message"):
        return SOURCES["partner"]
    if entry.actor.get("system"):
        return SOURCES["program"]
    return SOURCES["late"] if late is not None else SOURCES["here"]


def _came_from(entry: TimelineEntryOut) -> list[Changed]:
    """Where a case came in from: names of systems, mappings and columns, and digests; never what a cell said."""
    said = entry.details
    if entry.kind != "imported":
        return []
    return [
        Changed(mark("Other system"), Word(str(said.get("source", "")))),
        Changed(mark("Line of the file"), Word(str(said.get("line", "")))),
        Changed(mark("SHA-256 of the file"), Word(str(said.get("file", "")))),
        Changed(mark("Mapping"), Word(f"{said.get('mapping', '')}, {said.get('mapping_version', '')}")),
        *(Changed(mark("Without a code of ours"), Word(str(name))) for name in said.get("unknown") or ()),
    ]


def _changes(desk: Desk, entry: TimelineEntryOut, people: Mapping[str, Row[Any]]) -> list[Changed]:
    said = entry.details
    found: list[Changed] = []
    machine = said.get("machine", "")
    if said.get("to") and said["to"] != said.get("from"):
        state = f"{machine}_state"
        before = Word(said["from"], state) if said.get("from") else None
        found.append(Changed(mark("State"), Word(said["to"], state), before))
    step = _STEPS.get((machine, entry.step))
    for name, value in _inputs(step, said.get("given") or {}):
        code_list = (step.given.get(name) if step else None) or ""
        found.append(Changed(mark("Reason") if name == "reason" else mark("Detail"), Word(str(value), code_list)))
    record = said.get("record")
    if isinstance(record, dict) and record.get("kind") in KINDS:
        found.append(Changed(mark("Form"), Word(KINDS[record["kind"]].title, context="step")))
    found += [Changed(question, Word(why, marked=True)) for question, why in unsaid.of_opening(said).values()]
    found += [
        Changed(each.question, Word(each.why, marked=True), of=each.of, row=each.row)
        for each in unsaid.of_record(record)
    ]
    if said.get("audience") in AUDIENCES:
        found.append(Changed(mark("For"), Word(AUDIENCES[said["audience"]], context="audience")))
    file = said.get("document")
    if isinstance(file, dict) and file.get("kind"):
        found.append(Changed(mark("Kind of file"), Word(file["kind"], "case_document_kind")))
    found += _came_from(entry)
    if entry.kind == "document" and said.get("why"):
        found.append(Changed(mark("Reason"), Word(said["why"], "document_error_reason")))
    found += [Changed(mark("Field"), Word(name)) for name in said.get("fields") or ()]
    found += _codes(said)
    found += refusals(said.get("refusals") or ())
    found += _named(said, people)
    if isinstance(said.get("user"), str):
        found.append(Changed(mark("Who"), Word(who_is(said["user"], people))))
    if entry.kind == "team" and entry.step in desk.policies.roles:
        found.append(Changed(mark("Part"), Word(desk.policies.roles[entry.step].title, context="role")))
    if said.get("verdict"):
        found.append(Changed(mark("Verdict"), Word(said["verdict"], "emergency_verdict")))
    if entry.kind == "emergency" and said.get("why"):
        found.append(Changed(mark("Reason"), Word(said["why"], "emergency_reason")))
    if entry.kind == "block" and said.get("why"):
        found.append(Changed(mark("Reason"), Word(said["why"], "block_reason")))
    return found


def _codes(said: Mapping[str, Any]) -> list[Changed]:
    """What another country said in codes of its own: theirs and what was read for it, or theirs alone."""
    found = [
        Changed(mark("Code of the other country"), Word(each["ours"], each["code_list"]), Word(each["theirs"]))
        for each in said.get("heard") or ()
    ]
    unknown = (str(each).partition(":") for each in said.get("unknown") or ())
    return found + [
        Changed(mark("Code of the other country, not known here"), Word(code, code_list))
        for code_list, _, code in unknown
        if code_list != "step"
    ]


def _inputs(step: Step | None, given: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """What the actor said with the step; what the house found out itself is for the rules."""
    return [(name, value) for name, value in given.items() if step is None or name in step.given]


def refusals(said: Sequence[Mapping[str, Any]]) -> list[Changed]:
    """Why somebody was refused, each reason as a line; ``said``: the refusals as history keeps them."""
    return [Changed(mark("Refused because"), Word(sentence_of(each["code"]), context="block")) for each in said]


def who_is(user_id: str, people: Mapping[str, Row[Any]]) -> str:
    """What an account is called; its id where it is not known here."""
    return people[user_id].display_name if user_id in people else user_id


def _named(said: Mapping[str, Any], people: Mapping[str, Row[Any]]) -> list[Changed]:
    found: list[Changed] = []
    for key, word in (("names", mark("Named")), ("added", mark("Added")), ("struck", mark("Struck"))):
        found += [Changed(word, Word(who_is(user_id, people))) for user_id in said.get(key) or ()]
    return found
