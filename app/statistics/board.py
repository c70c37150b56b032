"""The board of supervision: what is late where, how long partners take, what was declined, blocked, excepted, unknown.

Offices and corridors are compared, workers never. Who may not open the cases themselves sees no figure of few.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
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
from app.statistics.durations import PERIOD, Visit, fewest, is_late, visits
from app.statistics.few import Few, most_first
from app.statistics.hiding import figures, hidden
from app.statistics.stages import STAGES, Measured
from app.statistics.survival import curve

__all__ = ["FACTS", "board", "emergencies_told"]

_DAY: Final = timedelta(days=1)
# From the offer to the signature at the border: no single clock limits it, the clocks of its parts do.
RETURN: Final = Measured(
    "return", mark("From sending to the receipt"), "referral", frozenset({"send"}), frozenset({"sign_receipt"}), ""
)
TIMED: Final = (*(stage for stage in STAGES if stage.name in ("answer", "tracing")), RETURN)
HALF, MOST = 0.5, 0.9
# Parts of the emergency accesses beside the verdicts, none of which is written like this.
_OPEN, _WAITS, _PAST = ("(open)",), ("(waits)",), ("(past)",)
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
    few = Few(fewest(desk))
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


def _late(desk: Desk, few: Few) -> list[LateOut]:
    """By office, then by the country at the other end, what has most late first."""
    rows: list[LateOut] = []
    for by, found in board_queries.duties_by_place(desk).items():
        places = []
        for row in sorted(found, key=lambda each: each.place):
            every = few.shown(int(row.open), people=int(row.people))
            late = few.shown(int(row.late), int(row.open), people=int(row.late_people))
            places.append(LateOut(by=by, place=row.place, open=every, late=None if every is None else late))
        rows += most_first(places, lambda each: each.late)
    return rows


def _times(desk: Desk, since: datetime, few: Few) -> list[CorridorTimeOut]:
    """Days to an answer, to the family and to the receipt, by corridor; open referrals count as still waiting."""
    by: dict[tuple[str, str], list[Visit]] = defaultdict(list)
    for visit in visits(queries.steps_taken(desk), TIMED):
        if visit.begin >= since and visit.other_country is not None:
            by[visit.stage.name, visit.other_country].append(visit)
    rows = []
    for stage in TIMED:
        for other in sorted({country for name, country in by if name == stage.name}):
            found = by[stage.name, other]
            count = few.shown(len(found))
            if count is None:
                continue
            times = [(max(((each.until or desk.now) - each.begin) / _DAY, 0.0), each.finished) for each in found]
            survival = curve(times)
            late = sum(1 for each in found if stage.clock and is_late(desk, each))
            waits = few.shown(sum(1 for each in found if each.until is None), count)
            rows.append(
                CorridorTimeOut(
                    stage=stage.name, title=stage.title, other_country=other, count=count,
                    half_days=_days(survival.reached(HALF)), most_days=_days(survival.reached(MOST)),
                    open=waits, late=few.shown(late, count, waits) if stage.clock else None, limited=bool(stage.clock),
                )
            )  # fmt: skip
    return rows


def _days(time: float | None) -> float | None:
    """To a tenth of a day: more would be the very moment of one person's step."""
    return None if time is None else round(time, 1)


def _declined(desk: Desk, since: datetime, few: Few) -> list[DeclinedOut]:
    """Declined referrals by reason and by who declined: this country, or which other one."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for row in board_queries.declines(desk, since):
        reason = str(json.loads(row.canonical)["details"].get("given", {}).get("reason", "unknown"))
        by = row.other_country if row.side == "sender" else desk.actor.country
        counts[by, row.other_country, reason] += 1
    rows = [
        DeclinedOut(by_country=by, other_country=other, reason=reason, count=few.shown(count))
        for (by, other, reason), count in sorted(counts.items())
    ]
    return most_first(rows, lambda each: each.count)


def _blocked(desk: Desk, since: datetime, few: Few) -> list[BlockedOut]:
    """Refused attempts by what was missing: how often, and on how many cases or referrals."""
    times: Counter[str] = Counter()
    subjects: dict[str, set[str]] = defaultdict(set)
    for row in board_queries.refused(desk, since):
        for code in {str(each["code"]) for each in json.loads(row.canonical)["details"]["refusals"]}:
            times[code] += 1
            subjects[code].add(row.subject_id)
    rows = []
    for code, count in sorted(times.items()):
        about = few.shown(len(subjects[code]))
        rows.append(
            BlockedOut(
                code=code, missing=sentence_of(code), times=None if about is None else count, subjects=about
            )
        )  # fmt: skip
    return most_first(rows, lambda each: each.times)


def _exceptions(desk: Desk, few: Few) -> list[ExceptedOut]:
    """Exceptions that were granted, by rule: how many ever, how many hold today."""
    ever: Counter[str] = Counter()
    holds: Counter[str] = Counter()
    cases: dict[str, set[int]] = defaultdict(set)
    held: dict[str, set[int]] = defaultdict(set)
    for at, facts in enumerate(map(case_facts_from, board_queries.with_exceptions(desk))):
        for each in facts.overrides:
            ever[each.guard] += 1
            cases[each.guard].add(at)
            if each.until >= desk.today:
                holds[each.guard] += 1
                held[each.guard].add(at)
    rows = []
    for code, count in sorted(ever.items()):
        granted = few.shown(count, people=len(cases[code]))
        in_force = None if granted is None else few.shown(holds[code], count, people=len(held[code]))
        rows.append(ExceptedOut(code=code, missing=sentence_of(code), granted=granted, in_force=in_force))
    return most_first(rows, lambda each: each.granted)


def _emergencies(desk: Desk, since: datetime, few: Few) -> EmergenciesOut:
    """Break-glass of the last year: how many, how many are open, wait for their review, are past it; the verdicts."""
    term = timedelta(days=desk.policies.safeguards.emergency.review_days)
    return emergencies_told(board_queries.emergencies(desk, since), desk.now, term, few)


def emergencies_told(found: Sequence[Any], now: datetime, term: timedelta, few: Few) -> EmergenciesOut:
    """The figures of some emergency accesses; ``term``: within which each is reviewed once it is over.

    Each access stands in one part (open, waits, is past its time, or a verdict) and the parts make the whole, so they
    are hidden as the cells of a table are: a part that is small takes another with it, or the whole.
    """
    parts: Counter[tuple[str, ...]] = Counter()
    for row in found:
        end = min(row.until, row.ended_at or row.until)
        overdue = _PAST if end + term < now else _WAITS
        parts[_OPEN if end > now else (row.verdict,) if row.verdict else overdue] += 1
    hide = hidden(parts, few.smallest)
    if 0 < len({row.case_id for row in found}) < few.smallest:
        hide = frozenset(figures(parts))
    few.hidden += len(hide)

    def told(*names: tuple[str, ...]) -> int | None:
        return None if hide.intersection(names) else sum(parts[name] for name in names)

    return EmergenciesOut(
        opened=None if (None,) in hide else len(found),
        open=told(_OPEN),
        to_review=told(_WAITS, _PAST),
        past_review=told(_PAST),
        verdicts={name: told((name,)) for (name,) in sorted(parts) if (name,) not in (_OPEN, _WAITS, _PAST)},
    )


def _known(desk: Desk, few: Few) -> list[KnownOut]:
    """What open cases say of what they should say by now."""
    found = board_queries.known(desk)
    everybody = few.shown(max(asked for asked, _ in found.values()))
    rows = []
    for fact, (asked, says) in found.items():
        cases = few.shown(asked, everybody)
        rows.append(KnownOut(fact=fact, cases=cases, known=None if cases is None else few.shown(says, cases)))
    return rows
