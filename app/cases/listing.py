"""The list of cases as its page shows it: what is due first, narrowed by what the address says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from app.access.desk import Desk
from app.access.log import looked
from app.cases import list_queries
from app.casework import case_list
from app.casework.case_list import Filter
from app.casework.reach import SEEING
from app.casework.stages import Stage, stage_of
from app.kit.errors import NotFound
from app.kit.paging import Ask

CASES: Final = "/cases"
# Name in the address -> the values it may have; an office is any that holds a case within reach.
WORDS: Final = {
    "who": ("mine", "team"),
    "late": ("yes",),
    "stage": tuple(stage.value for stage in Stage),
    "child": ("yes", "no"),
    "reopened": ("yes",),
}


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case as a row: no name, no nationality, no story. ``kind``: the kind of task that is due next, if any."""

    reference: str
    stage: str | None
    kind: str | None
    due_at: datetime | None
    late: bool
    owner: str | None
    mine: bool
    child: bool
    office: str
    flags: list[str]


@dataclass(frozen=True, slots=True)
class Choice:
    """One value a filter can have, and where choosing it (or taking it away) leads. ``word``: an office's name."""

    name: str
    value: str
    path: str
    word: str = ""


@dataclass(frozen=True, slots=True)
class CaseList:
    """One page: its rows, how many there are in all, the filters set and those that can be set."""

    lines: list[CaseLine]
    count: int
    chips: list[Choice]
    choices: list[Choice]
    next: str | None


def listed(desk: Desk, said: dict[str, str], asked: Ask) -> CaseList:
    """One page of the cases within reach that fit ``said`` (name in the address -> value, "" for none).

    NotFound for a value that no filter has. List and count are narrowed by the same words; the look is noted.
    """
    offices = list_queries.offices(desk, SEEING)
    values = values_of(desk, offices)
    said = {name: value for name, value in said.items() if value}
    wanted = filter_of(said, values)
    rows, following = list_queries.due_first(desk, SEEING, wanted, asked)
    looked(desk, "cases_listed", "case", "-", {**wanted.said, "count": len(rows)})
    return CaseList(
        lines=_lines(desk, rows),
        count=case_list.count(desk, SEEING, wanted),
        chips=[_choice(said, name, value, offices, add=False) for name, value in said.items()],
        choices=[
            _choice(said, name, value, offices, add=True)
            for name, each in values.items()
            if name != "office" or len(offices) > 1
            for value in each
            if said.get(name) != value
        ],
        next=address({**said, "cursor": following}) if following else None,
    )


def values_of(desk: Desk, offices: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Name of a filter -> the values it can have now, for somebody who reaches cases of these offices."""
    flags = (case_list.ANY, *desk.policies.codes["flag_kind"].codes)
    findings = tuple(desk.policies.codes["other_finding"].codes)
    return {**WORDS, "flag": flags, "finding": findings, "office": tuple(offices)}


def filter_of(said: Mapping[str, str], values: Mapping[str, tuple[str, ...]]) -> Filter:
    """What the words of an address narrow the list to; NotFound for a name or a value that no filter has."""
    for name, value in said.items():
        if value not in values.get(name, ()):
            raise NotFound()
    return Filter(
        stage=Stage(said["stage"]) if "stage" in said else None,
        child=said["child"] == "yes" if "child" in said else None,
        mine=said.get("who") == "team",
        managed=said.get("who") == "mine",
        late="late" in said,
        flag=said.get("flag"),
        reopened="reopened" in said,
        office=said.get("office"),
        finding=said.get("finding"),
    )


def address(said: dict[str, str]) -> str:
    """The address of the list with these filters."""
    return f"{CASES}?{urlencode(said)}" if said else CASES


def _choice(said: dict[str, str], name: str, value: str, offices: dict[str, str], *, add: bool) -> Choice:
    rest = {each: what for each, what in said.items() if each != name}
    return Choice(name, value, address({**rest, name: value} if add else rest), offices.get(value, ""))


def _lines(desk: Desk, rows: list[Any]) -> list[CaseLine]:
    kinds = list_queries.next_kinds(desk, [row.id for row in rows])
    names = list_queries.names(desk, [row.case_manager_id for row in rows if row.case_manager_id])
    found = []
    for row in rows:
        due = list_queries.is_due(row)
        found.append(
            CaseLine(
                reference=row.reference,
                stage=stage_of(row.care),
                kind=kinds.get(row.id),
                due_at=due,
                late=due is not None and due < desk.now,
                owner=names.get(row.case_manager_id),
                mine=row.case_manager_id == desk.actor.id,
                child=row.child,
                office=row.office,
                flags=case_list.flags_of(row),
            )
        )
    return found
