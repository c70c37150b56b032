"""The board of supervision: what is late where, how long partners take, what was declined, blocked, excepted, unknown.

Offices and corridors are compared, workers never. Who may not open the cases themselves sees no figure of few.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from app.access.desk import Desk
from app.access.log import looked
from app.casework.facts import case_facts_from
from app.casework.refused import sentence_of
from app.kit.words import mark
from app.statistics import board_queries, queries
from app.statistics.board_shapes import (
    BlockedOut,
    BoardOut,
    CorridorTimeOut,
    DeclinedOut,
    EmergenciesOut,
    ExceptedOut,
    KnownOut,
    LateOut,
)
from app.statistics.durations import PERIOD, Visit, is_late, visits
from app.statistics.service import reads_every_case
from app.statistics.stages import STAGES, Measured
from app.statistics.survival import curve

__all__ = ["FACTS", "board"]

_DAY: Final = timedelta(days=1)
# From the offer to the signature at the border: no single clock limits it, the clocks of its parts do.
RETURN: Final = Measured(
    "return", mark("From sending to the receipt"), "referral", frozenset({"send"}), frozenset({"sign_receipt"}), ""
)
TIMED: Final = (*(stage for stage in STAGES if stage.name in ("answer", "tracing")), RETURN)
HALF, MOST = 0.5, 0.9
# What each thing that a case should say is called.
FACTS: Final = {
    "nationality": mark("Nationality"),
    "age_band": mark("Age"),
    "sex": mark("Sex"),
    "language": mark("Language"),
    "source": mark("How the case came"),
    "exploitation": mark("Form of exploitation"),
    "rights": mark("Rights were read"),
    "needs": mark("Needs assessed"),
    "placement": mark("Place of stay"),
}


def board(desk: Desk) -> BoardOut:
    """Everything on the board, of the last year and as things stand now, as far as `statistics:read` reaches.

    The look is noted. Source: practice 7, OHCHR-G3.3.
    """
    since = desk.now - PERIOD
    smallest = desk.policies.safeguards.watching.smallest_group
    few = _Few(1 if reads_every_case(desk) else smallest)
    found = BoardOut(
        country=desk.actor.country,
        since=since,
        as_of=desk.now,
        smallest_group=few.smallest,
        late=_late(desk, few),
        times=_times(desk, since, few),
        declined=_declined(desk, since, few),
        blocked=_blocked(desk, since, few),
        exceptions=_exceptions(desk, few),
        emergencies=_emergencies(desk, since, few),
        known=_known(desk, few),
    )
    looked(desk, "board_read", "report", "board", {"hidden": few.hidden})
    return found


class _Few:
    """Leaves out figures behind which too few people stand, and counts how many it left out."""

    def __init__(self, smallest: int) -> None:
        self.smallest, self.hidden = smallest, 0

    def shown(self, figure: int, of: int | None = None) -> int | None:
        """The figure; None where it, or what is left of ``of`` without it, is too small to be told."""
        rest = self.smallest if of is None or of == figure else of - figure
        if 0 < figure < self.smallest or 0 < rest < self.smallest:
            self.hidden += 1
            return None
        return figure


def _late(desk: Desk, few: _Few) -> list[LateOut]:
    """By office, then by the country at the other end, what has most late first."""
    offices: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    abroad: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in board_queries.duties_by_place(desk):
        for place, counts in ((row.code, offices), (row.other_country, abroad)):
            if place is not None:
                counts[place][0] += int(row.open)
                counts[place][1] += int(row.late)
    rows = []
    for by, places in (("office", offices), ("corridor", abroad)):
        for place, (every, late) in sorted(places.items(), key=lambda each: (-each[1][1], each[0])):
            rows.append(LateOut(by=by, place=place, open=few.shown(every), late=few.shown(late, every)))
    return rows


def _times(desk: Desk, since: datetime, few: _Few) -> list[CorridorTimeOut]:
    """Days to an answer, to the family and to the receipt, by corridor; open referrals count as still waiting."""
    by: dict[tuple[str, str], list[Visit]] = defaultdict(list)
    for visit in visits(queries.steps_taken(desk), TIMED):
        if visit.begin >= since and visit.other_country is not None:
            by[visit.stage.name, visit.other_country].append(visit)
    rows = []
    for stage in TIMED:
        for other in sorted({country for name, country in by if name == stage.name}):
            found = by[stage.name, other]
            if few.shown(len(found)) is None:
                continue
            times = [(max(((each.until or desk.now) - each.begin) / _DAY, 0.0), each.finished) for each in found]
            survival = curve(times)
            late = sum(1 for each in found if stage.clock and is_late(desk, each))
            rows.append(
                CorridorTimeOut(
                    stage=stage.name, title=stage.title, other_country=other, count=len(found),
                    half_days=survival.reached(HALF), most_days=survival.reached(MOST),
                    open=few.shown(sum(1 for each in found if each.until is None), len(found)),
                    late=few.shown(late, len(found)) if stage.clock else None, limited=bool(stage.clock),
                )
            )  # fmt: skip
    return rows


def _declined(desk: Desk, since: datetime, few: _Few) -> list[DeclinedOut]:
    """Declined referrals by reason and by who declined: this country, or which other one."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for row in board_queries.declines(desk, since):
        reason = str(json.loads(row.canonical)["details"].get("given", {}).get("reason", "unknown"))
        by = row.other_country if row.side == "sender" else desk.actor.country
        counts[by, row.other_country, reason] += 1
    return [
        DeclinedOut(by_country=by, other_country=other, reason=reason, count=few.shown(count))
        for (by, other, reason), count in _most_first(counts)
    ]


def _blocked(desk: Desk, since: datetime, few: _Few) -> list[BlockedOut]:
    """Refused attempts by what was missing: how often, and on how many cases or referrals."""
    times: Counter[str] = Counter()
    subjects: dict[str, set[str]] = defaultdict(set)
    for row in board_queries.refused(desk, since):
        for code in {str(each["code"]) for each in json.loads(row.canonical)["details"]["refusals"]}:
            times[code] += 1
            subjects[code].add(row.subject_id)
    return [
        BlockedOut(
            code=code, missing=sentence_of(code),
            times=None if few.shown(len(subjects[code])) is None else count,
            subjects=len(subjects[code]) if len(subjects[code]) >= few.smallest else None,
        )
        for code, count in _most_first(times)
    ]  # fmt: skip


def _exceptions(desk: Desk, few: _Few) -> list[ExceptedOut]:
    """Exceptions that were granted, by rule: how many ever, how many hold today."""
    ever: Counter[str] = Counter()
    holds: Counter[str] = Counter()
    for facts in map(case_facts_from, board_queries.with_exceptions(desk)):
        for each in facts.overrides:
            ever[each.guard] += 1
            holds[each.guard] += each.until >= desk.today
    return [
        ExceptedOut(
            code=code, missing=sentence_of(code), granted=few.shown(count), in_force=few.shown(holds[code], count)
        )
        for code, count in _most_first(ever)
    ]


def _emergencies(desk: Desk, since: datetime, few: _Few) -> EmergenciesOut:
    """Break-glass of the last year: how many, how many are open, wait for their review, are past it; the verdicts."""
    found = board_queries.emergencies(desk, since)
    term = timedelta(days=desk.policies.safeguards.emergency.review_days)
    ends = [min(row.until, row.ended_at or row.until) for row in found]
    waits = [end for row, end in zip(found, ends, strict=True) if row.reviewed_at is None and end <= desk.now]
    verdicts = Counter(row.verdict for row in found if row.verdict)
    return EmergenciesOut(
        opened=few.shown(len(found)),
        open=few.shown(sum(1 for end in ends if end > desk.now), len(found)),
        to_review=few.shown(len(waits), len(found)),
        past_review=few.shown(sum(1 for end in waits if end + term < desk.now), len(found)),
        verdicts={code: few.shown(count, len(found)) for code, count in sorted(verdicts.items())},
    )


def _known(desk: Desk, few: _Few) -> list[KnownOut]:
    """What open cases say of what they should say by now."""
    return [
        KnownOut(fact=fact, cases=few.shown(asked), known=few.shown(says, asked))
        for fact, (asked, says) in board_queries.known(desk).items()
    ]


def _most_first(counts: Counter[Any]) -> Iterable[tuple[Any, int]]:
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))
