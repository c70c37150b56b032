"""The first page of whoever is signed in: what waits for them, what they wait for, what is new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from app.access.desk import Desk
from app.access.log import refused
from app.access.may import permitted, within_reach
from app.access.sheet import Place
from app.casework.stages import STAGES, Stage, stage_of
from app.emergency import queries as emergencies
from app.kit.errors import NotFound
from app.kit.paging import Ask, ask
from app.models.base import is_id
from app.overview import queries, reasons
from app.overview.frame import begins_with_referrals, rights_of
from app.overview.leads import Line, line
from app.services import queries as services
from app.services.service import READ as SERVICES
from app.transfers import queries as transfers
from app.transfers.service import READ as TRANSFERS
from app.worklist import notice_words, notices, work_queries
from app.worklist import pressing as priorities
from app.worklist.schemas import NoticeOut
from app.worklist.service import list_noted
from app.worklist.work_queries import Group

A_WEEK: Final = timedelta(days=7)
# How many rows of each part the first page shows; the rest is one click away.
MOST: Final = {Group.LATE: 25, Group.SOON: 15, Group.OTHERS: 5, Group.NEW: 5}
MOST_NOTICES: Final = 5
ROWS: Final = 25
# What is late in referrals to which no case belongs here yet stands beside the stages.
REFERRALS: Final = "referrals"
# The notice of somebody who asks to be let in names a reference that may be nobody's.
ASKS: Final = "access_wanted"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the page: its rows, how many there are in all, and the cursor of what follows."""

    lines: list[Line]
    count: int
    next: str | None = None


@dataclass(frozen=True, slots=True)
class News:
    """One notice: a marked sentence, when, where it leads ("" for nowhere), and who asks where somebody does."""

    id: str
    sentence: str
    path: str
    reference: str
    who: str
    at: datetime
    unread: bool


@dataclass(frozen=True, slots=True)
class Review:
    """An emergency access that waits for the actor's judgement."""

    id: str
    reference: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Work:
    """Everything on the first page. ``stages``: stage -> how much is late there, for those who watch over others."""

    parts: dict[str, Part]
    due_this_week: int
    news: list[News]
    unread: int
    stages: dict[str, int] | None = None
    reviews: list[Review] = field(default_factory=list)
    reviews_count: int = 0
    # How many requests of other offices wait for this one; None for whoever has nothing to do with them.
    transfers: int | None = None
    # State -> how many services it was asked for, as far as they are open.
    services: dict[str, int] = field(default_factory=dict)


# What a notice is about -> the page that is in front of its id, or the one page there is.
_ROOMS: Final[Mapping[str, str]] = {
    "reference": "/cases", "referral": "/referrals", "emergency_access": "/reports/emergency",
    "bed_request": "/bed-requests", "case_service": "/services", "case_transfer": "/transfers",
    "fund_request": "/fund/claims",
    "reserve": "/reservations", "inquiry": "/inquiries", "job": "/reports/jobs", "operation": "/operations",
    "tip": "/tips",
}  # fmt: skip
_PAGES: Final[Mapping[str, str]] = {
    "approval": "/reports/approvals", "caseload": "/cases?who=mine", "case_transfers": "/transfers",
    "contact": "/admin/corridors",
}  # fmt: skip


def home_of(desk: Desk, places: Sequence[Place]) -> str | None:
    """The path of the page the actor's day begins with, or None where that is My work itself."""
    if begins_with_referrals(rights_of(desk)):
        return "/referrals"
    if any(place.name == "work" for place in places):
        return None
    return places[0].path if places else "/me"


def oversees(desk: Desk) -> bool:
    """Whether the actor answers for what others have to do: they see tasks, and steps that were refused."""
    return permitted(desk, "task:read") and permitted(desk, "attempt:read")


def mine(desk: Desk) -> Work:
    """The first page; the looks are noted. Who watches over others sees what they have to do by stage instead."""
    watches = oversees(desk)
    groups = [group for group in Group if not (watches and group is Group.OTHERS)]
    parts = {group.value: part(desk, group, ask(MOST[group], None, ())) for group in groups}
    list_noted(desk, {"group": "work", "count": sum(len(each.lines) for each in parts.values())})
    listed = notices.listed(desk, ask(MOST_NOTICES, None, ()), unread_only=True)
    reviews, reviews_count = _reviews(desk)
    return Work(
        parts=parts,
        due_this_week=work_queries.due_within(desk, A_WEEK),
        news=news(desk, listed.items),
        unread=listed.unread,
        stages=late_stages(desk) if watches else None,
        reviews=reviews,
        reviews_count=reviews_count,
        transfers=transfers.waiting_here(desk, TRANSFERS) if permitted(desk, TRANSFERS) else None,
        services=services.open_here(desk, SERVICES) if permitted(desk, SERVICES) else {},
    )


def part(desk: Desk, group: Group, asked: Ask) -> Part:
    """One page of one group."""
    found, following = work_queries.rows(desk, group, asked)
    lines = [line(desk, row, mine=group is not Group.OTHERS) for row in found]
    count = len(lines) if following is None and asked.key is None else work_queries.count(desk, group)
    return Part(lines, count, following)


def listed(desk: Desk, group: Group, asked: Ask) -> Part:
    """One page of one group in full; the look is noted."""
    found = part(desk, group, asked)
    list_noted(desk, {"group": group.value, "count": len(found.lines)})
    return found


def by_hand(desk: Desk, task_id: str) -> Line | None:
    """An open task of the actor's that is marked as done by hand; None for any other."""
    row = work_queries.one(desk, task_id) if is_id(task_id) else None
    found = line(desk, row, mine=True) if row is not None else None
    return found if found is not None and found.by_hand else None


def pressing(desk: Desk, task_id: str) -> Line:
    """An open task about a case of which the actor may say how pressing it is; NotFound for any other."""
    row = work_queries.open_one(desk, task_id) if is_id(task_id) else None
    if row is None or row.case_reference is None or not within_reach(desk, priorities.SET, row.case_id):
        refused(desk, "task", task_id if is_id(task_id) else "-", {"answer": 404})
        raise NotFound()
    return line(desk, row, mine=False)


def late_stages(desk: Desk) -> dict[str, int]:
    """Stage, in the order people go through them -> how many tasks within reach are late; none that has none.

    `REFERRALS`: those of referrals from other countries to which no case belongs here yet.
    """
    found: dict[str, int] = {}
    for care, count in work_queries.late_by_care(desk).items():
        stage = REFERRALS if care is None else stage_of(care) or "closed"
        found[stage] = found.get(stage, 0) + count
    order = [REFERRALS, *(stage.value for stage in Stage), "closed"]
    return {stage: found[stage] for stage in order if stage in found}


def late(desk: Desk, stage: str | None, asked: Ask) -> Part:
    """One page of everything late within `task:read`, each with the reason why it stands still; the look is noted.

    ``stage``: only that stage, `REFERRALS`, or None for all.
    """
    states = None if stage is None else [] if stage == REFERRALS else [care.value for care in STAGES[Stage(stage)]]
    found, following = work_queries.late_rows(desk, asked, states)
    list_noted(desk, {"group": "late", "stage": stage or "all", "count": len(found)})
    lines = [line(desk, row, mine=False, reason=reasons.of(desk, row)) for row in found]
    stages = late_stages(desk)
    return Part(lines, sum(stages.values()) if stage is None else stages.get(stage, 0), following)


def news(desk: Desk, items: Sequence[NoticeOut]) -> list[News]:
    """Notices in words, each leading to what it is about as far as the actor may open that."""
    references = queries.references(desk, [each.subject_id for each in items if each.subject == "case"])
    asking = [str(each.detail.get("by")) for each in items if each.kind == ASKS]
    names = queries.names(desk, asking)
    return [
        News(
            id=each.id,
            sentence=notice_words.sentence(each.kind),
            path=_path(each, references),
            reference=each.subject_id if each.kind == ASKS else references.get(each.subject_id, ""),
            who=names.get(str(each.detail.get("by")), ""),
            at=each.at,
            unread=each.read_at is None,
        )
        for each in items
    ]


def _path(each: NoticeOut, references: Mapping[str, str]) -> str:
    """Where a notice leads: what it is about, or nowhere."""
    if each.subject == "case":
        return f"/cases/{references[each.subject_id]}" if each.subject_id in references else ""
    if each.subject in _ROOMS:
        return f"{_ROOMS[each.subject]}/{each.subject_id}"
    return _PAGES.get(each.subject, "")


def _reviews(desk: Desk) -> tuple[list[Review], int]:
    """The first emergency accesses that wait for the actor's review, the longest first, and how many there are."""
    if not permitted(desk, "emergency:review"):
        return [], 0
    found, following = emergencies.waiting(desk, ask(MOST_NOTICES, None, ()))
    count = len(found) if following is None else emergencies.count_waiting(desk)
    return [Review(row.id, row.reference, row.since) for row in found], count
