"""The list of cases: one query behind the list, its count and its export, so that they can never differ."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, exists, func, select, union_all

from app.access.desk import Desk
from app.access.scope import asker_of, cases_listed
from app.access.walls import ours, team_parts
from app.casework.held import CASE, FACTS, OFFICE
from app.casework.stages import STAGES, Stage
from app.casework.tasks import TABLE as TASK

# What a row of the list shows; an export adds to it.
COLUMNS: Final = (
    CASE.c.id, CASE.c.reference, CASE.c.version, OFFICE.c.code.label("office"), CASE.c.identification, CASE.c.care,
    FACTS.c.child, FACTS.c.age_band, FACTS.c.sex, FACTS.c.nationality, FACTS.c.flags, CASE.c.case_manager_id,
    CASE.c.opened_at,
)  # fmt: skip

# Any flag at all.
ANY: Final = "any"


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list of cases is narrowed to; None = everything."""

    identification: str | None = None
    care: str | None = None
    stage: Stage | None = None
    child: bool | None = None
    nationality: str | None = None
    mine: bool = False
    reference: str | None = None
    # Carried by the actor as its case manager, or by somebody they stand in for.
    managed: bool = False
    # Something to be done about it is past its due moment.
    late: bool = False
    # An office by its code.
    office: str | None = None
    # A code of flag_kind that is up, or ANY of them.
    flag: str | None = None
    # Closed once and opened again.
    reopened: bool = False
    # What was found instead of trafficking, a code of the list other_finding.
    finding: str | None = None

    @property
    def said(self) -> dict[str, str | bool]:
        """What was asked for, in codes: for the book of looks."""
        flags = {"mine": self.mine or None, "managed": self.managed or None, "late": self.late or None}
        flags["reopened"] = self.reopened or None
        named = asdict(self) | {"stage": self.stage.value if self.stage else None} | flags
        return {name: value for name, value in named.items() if value is not None}

    @classmethod
    def of(cls, said: dict[str, Any]) -> Filter:
        """The filter whose `said` this is."""
        stage = said.get("stage")
        return cls(**{**said, "stage": Stage(stage) if stage else None})


def _joined(query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(CASE)
        .join(FACTS, FACTS.c.case_id == CASE.c.id)
        .join(OFFICE, OFFICE.c.id == CASE.c.office_id)
    )


# Built once: the list is read more often than anything but the page of a case.
_LIST: Final = _joined(select(*COLUMNS))
_COUNT: Final = _joined(select(func.count(CASE.c.id)))


def cases(desk: Desk, permission: str, wanted: Filter, *more: Any) -> Select[Any]:
    """The cases that ``permission`` reaches and ``wanted`` asks for, with COLUMNS and ``more``, in no order."""
    return _narrowed(_LIST.add_columns(*more) if more else _LIST, desk, permission, wanted)


def chosen(desk: Desk, permission: str, wanted: Filter) -> Select[Any]:
    """The ids of those cases alone, in no order, for a page that is cut out before the rest is read (`rows_of`)."""
    query = select(CASE.c.id, CASE.c.opened_at).select_from(CASE)
    facts = (wanted.child, wanted.nationality, wanted.flag, wanted.finding, wanted.reopened or None)
    if any(said is not None for said in facts):
        query = query.join(FACTS, FACTS.c.case_id == CASE.c.id)
    if wanted.office is not None:
        query = query.join(OFFICE, OFFICE.c.id == CASE.c.office_id)
    return _narrowed(query, desk, permission, wanted)


def rows_of(page: Select[Any]) -> Select[Any]:
    """The rows of a page of `chosen`, with COLUMNS, the newest first."""
    cut = page.subquery("page")
    query = _LIST.join(cut, cut.c.id == CASE.c.id)
    return query.order_by(CASE.c.opened_at.desc(), CASE.c.id.desc())


def count(desk: Desk, permission: str, wanted: Filter) -> int:
    """How many those are."""
    return int(desk.session.execute(_narrowed(_COUNT, desk, permission, wanted)).scalar_one())


def _narrowed(query: Select[Any], desk: Desk, permission: str, wanted: Filter) -> Select[Any]:
    query = query.where(cases_listed(desk, permission))
    if wanted.identification is not None:
        query = query.where(CASE.c.identification == wanted.identification)
    if wanted.care is not None:
        query = query.where(CASE.c.care == wanted.care)
    if wanted.stage is not None:
        query = query.where(CASE.c.care.in_([state.value for state in STAGES[wanted.stage]]))
    if wanted.child is not None:
        query = query.where(FACTS.c.child.is_(wanted.child))
    if wanted.nationality is not None:
        query = query.where(FACTS.c.nationality == wanted.nationality)
    if wanted.mine:
        # As one set of ids, so that the few are found by their indexes, and not each case asked whether it is one.
        mine = CASE.alias("mine")
        carried = select(mine.c.id).where(mine.c.case_manager_id == desk.actor.id)
        query = query.where(CASE.c.id.in_(union_all(carried, *team_parts(asker_of(desk)))))
    if wanted.reference is not None:
        query = query.where(CASE.c.reference == wanted.reference.upper())
    if wanted.managed:
        query = query.where(ours(CASE.c.case_manager_id, asker_of(desk)))
    if wanted.late:
        query = query.where(exists().where(TASK.c.case_id == CASE.c.id, TASK.c.due_at < desk.now, *open_here(desk)))
    if wanted.office is not None:
        query = query.where(OFFICE.c.code == wanted.office)
    return _by_facts(query, wanted)


def _by_facts(query: Select[Any], wanted: Filter) -> Select[Any]:
    """What only the facts of a case tell: its flags, what was found instead, and that it was opened again."""
    if wanted.flag is not None:
        query = query.where(FACTS.c.flags != "" if wanted.flag == ANY else FACTS.c.flags.contains(f"|{wanted.flag}|"))
    if wanted.finding is not None:
        # The stored facts are canonical JSON, and no other fact is called so; the code comes from the list.
        query = query.where(FACTS.c.facts.contains(f'"finding":"{wanted.finding}"'))
    if wanted.reopened:
        # The stored facts are canonical JSON; those written before cases could open again say nothing of it.
        query = query.where(FACTS.c.facts.contains('"reopened":'), ~FACTS.c.facts.contains('"reopened":0'))
    return query


def flags_of(row: Row[Any]) -> list[str]:
    """The flags that are up on a row of the list, as codes of flag_kind."""
    return [code for code in row.flags.split("|") if code]


def open_here(desk: Desk) -> tuple[ColumnElement[bool], ...]:
    """What is still to be done in the desk's country: a case and its referral copies may bring tasks of both."""
    return (TASK.c.state == "open", TASK.c.country == desk.actor.country)
