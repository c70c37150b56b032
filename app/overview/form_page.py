"""What the pages of steps and records share: reading a form of a kind, its rows, its zones, and a conflict over it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from app.access.desk import Desk
from app.access.log import looked
from app.access.page_door import Page
from app.casework import conflict as conflicts
from app.casework import fieldgroups, meeting, posted, records, visiting_people
from app.casework.forms import Kind
from app.casework.held import Held
from app.casework.inputs import RECORD, Choice, Input, inputs_of
from app.casework.kinds import KINDS
from app.casework.offers import BLOCKABLE, MEETING, TEAM, VISIT, blockable
from app.casework.told import Answer, answers
from app.kit.errors import AppError, StaleVersion
from app.kit.typed import Typed
from app.models.base import is_id
from app.overview import case_queries
from app.overview.case_frame import Opened
from workflows.facts import CaseFacts, MatterFacts
from workflows.guards.inquiries import asked_country

__all__ = ["conflict", "continued", "lists_of", "preset", "record_of", "rows_for", "wants_rows", "zones"]

# How many rows of a list stand there at first, and how many more whoever needs them gets at a time.
ROWS_AT_FIRST: Final = 2
MORE_ROWS: Final = 3
MORE: Final = "more_rows"
MOST_MEETINGS: Final = 12
THEIRS: Final = "theirs"
UNKNOWN: Final = "unknown"


def preset(page: Page, opened: Opened, inputs: Iterable[Input], matter: MatterFacts | None = None) -> Typed:
    """What need not be asked twice: what a link of ours names in the address, and what the case or matter knows.

    Of an amount only the currency: how much it is, is for whoever fills in the form.
    """
    named = [(name, value) for name, value in page.request.query_params.multi_items() if name.startswith(RECORD)]
    taken = {name for name, _ in named}
    known = {"language": opened.facts["language"], "country": opened.row.country}
    for each in inputs:
        value = known.get(each.source, "")
        if each.look == "choice" and each.required and value not in ("", UNKNOWN) and each.name not in taken:
            named.append((each.name, value))
        currency = f"{each.name}_currency"
        if each.look == "amount" and matter is not None and matter.currency and currency not in taken:
            named.append((currency, matter.currency))
    return Typed(named)


def continued(desk: Desk, opened: Opened, kind: Kind) -> Typed:
    """What the last record of a kind says that a new one begins with; nothing for those who may not open it."""
    readable = not opened.held.erased and opened.reach("record:read") and fieldgroups.sees(desk, kind.group)
    if not kind.continues or not readable:
        return Typed()
    for row in case_queries.records_of_kinds(desk, opened.id, [kind.name])[:1]:
        body = records.opened(desk, row, opened.held.key(desk))
        looked(desk, "record_opened", opened.held.kind, opened.id, {"record": row.id, "kind": row.kind})
        said = {name: value for name, value in body.items() if name in kind.continues}
        return posted.typed_of(inputs_of(kind.form), said)
    return Typed()


def lists_of(
    desk: Desk, opened: Opened, inputs: Iterable[Input], body: Mapping[str, Any] | None = None
) -> dict[str, list[Choice]]:
    """The people on the team, the reader's meetings, visits and countries of the case, as questions ask for them.

    Whom ``body`` names is known although they left.
    """
    sources = {each.source: each.field for each in inputs if each.source in (TEAM, MEETING, VISIT, BLOCKABLE)}
    found = {}
    if TEAM in sources:
        said = (body or {}).get(sources[TEAM])
        people = dict(one for each in case_queries.team_by_role(desk, opened.id).values() for one in each)
        people |= case_queries.names_of(desk, [str(said)] if said else [])
        found[TEAM] = [Choice(who, name, proper=True) for who, name in sorted(people.items(), key=_by_name)]
    if MEETING in sources:
        known = meeting.recent(desk, MOST_MEETINGS)
        found[MEETING] = [Choice(row.id, _meeting(desk, row), proper=True) for row in known]
    if VISIT in sources:
        found[VISIT] = [
            Choice(row.reference, f"{row.day.isoformat()} · {row.reference}", proper=True)
            for row in visiting_people.choices(desk, opened.id, over=body is not None)
        ]
    if BLOCKABLE in sources:
        found[BLOCKABLE] = blockable(desk.policies, _concerned(opened, (body or {}).get(sources[BLOCKABLE])))
    return found


def _concerned(opened: Opened, said: Any) -> set[str]:
    """The countries that a case has to do with, as far as it knows."""
    facts = opened.held.facts
    assert isinstance(facts, CaseFacts)
    told = {each.recipient for each in facts.consents} | {asked_country(each) for each in facts.matters}
    return {facts.nationality, *facts.blocked_countries, *told, *(said or ())}


def _meeting(desk: Desk, row: Any) -> str:
    return f"{row.held_on.isoformat()} · {desk.policies.label('case_meeting_kind', row.kind)}"


def _by_name(person: tuple[str, str]) -> tuple[str, str]:
    return person[1], person[0]


def wants_rows(typed: Typed) -> bool:
    """Whether the button for more rows was pressed, and not the one that saves."""
    return MORE in typed


def rows_for(inputs: Iterable[Input], typed: Typed | None) -> dict[str, list[Sequence[Input]]]:
    """The rows to show of every list of a form: those that were typed, and some empty ones after them."""
    found: dict[str, list[Sequence[Input]]] = {}
    for each in inputs:
        if each.look == "rows":
            used = posted.rows_typed(each, typed or {})
            after = max(used, default=-1) + 1
            wanted = MORE_ROWS if typed is not None and MORE in typed else max(ROWS_AT_FIRST - len(used), 0)
            numbers = [*used, *range(after, after + wanted)] or [0]
            found[each.name] = [posted.row_of(each, number) for number in numbers]
    return found


def record_of(
    desk: Desk, held: Held, kind: str | None, typed: Typed, *, required: bool
) -> dict[str, Any] | None:
    """The form of ``kind`` as it was filled in (plain JSON); None if nothing was, and it is not ``required``.

    Invalid (422) naming every answer that is missing or cannot be read.
    """
    if kind is None:
        return None
    inputs = inputs_of(KINDS[kind].form)
    theirs = None
    record_id = typed.get(THEIRS, "")
    if is_id(record_id):
        found = conflicts.theirs_called(desk, held, record_id, kind)
        if found is not None:
            looked(desk, "record_opened", held.kind, held.id, {"record": found.id, "kind": kind})
            theirs = found.body
    if not required and theirs is None and not _filled_in(inputs, typed):
        return None
    gathered = posted.gathered(inputs, typed, theirs)
    gathered.must_be_whole()
    return gathered.body


def _filled_in(inputs: Iterable[Input], typed: Typed) -> bool:
    presets = {each.name: each.preset for each in inputs}
    said = ((name, value.strip()) for name, value in typed.items() if name.startswith(f"{RECORD}-"))
    return any(value and value != presets.get(name, "") for name, value in said)


def zones(desk: Desk) -> list[str]:
    """The countries whose clock may count for what happened earlier, by code, the own one first."""
    return sorted(desk.policies.countries, key=lambda code: (code != desk.actor.country, code))


def conflict(
    desk: Desk, held: Held, error: AppError | None, kind: str | None, inputs: Iterable[Input]
) -> Mapping[str, Any] | None:
    """What a stale page has to tell: the changes, and for each field of a newer record of the same kind its value.

    None unless ``error`` is a stale version. Opening the newer record is noted.
    """
    if not isinstance(error, StaleVersion):
        return None
    found = conflicts.conflict_of(desk, held, error, kind)
    theirs: dict[str, Answer] = {}
    if found.theirs is not None:
        looked(desk, "record_opened", held.kind, held.id, {"record": found.theirs.id, "kind": kind or ""})
        shown = [each for each in inputs if each.name.startswith(f"{RECORD}-") and not each.unasked]
        theirs = {each.name: each for each in answers(shown, found.theirs.body) if each.given}
    return {"changes": found.changes, "theirs": theirs, "record": found.theirs.id if found.theirs else ""}
