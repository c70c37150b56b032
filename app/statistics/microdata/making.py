"""The long work of a file of synthetic records: counts with noise once, draws records, writes the file.

What is counted is paid for and stored before anything is made of it, so that a work that is stopped and goes on counts
nobody a second time. All that follows sees the noisy counts alone.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import asdict
from secrets import SystemRandom
from typing import Any, Final

from sqlalchemy import Row, insert, update
from sqlalchemy.exc import IntegrityError

from app.access import rows as walls
from app.access.desk import Desk
from app.access.log import looked
from app.access.two_persons import Asked
from app.casework import jobs
from app.casework.jobs import Stepped, works
from app.kit.errors import Conflict
from app.kit.words import mark
from app.models.base import new_id
from app.statistics import queries
from app.statistics.counting import Wanted, people
from app.statistics.microdata import budget, drawing, files, noise
from app.statistics.microdata.columns import Attribute, attributes, encoded
from app.statistics.microdata.errors import measured_errors
from app.statistics.microdata.noise import Counted, Plan, Record
from app.statistics.periods import year as whole_year
from policies.microdata import MicroFile

__all__ = ["DRAWS", "MAKE", "STEPS", "begin", "plan_of"]

MAKE: Final = "make_microdata"
# Counting, ten parts of the drawing, writing.
DRAWS: Final = 10
STEPS: Final = DRAWS + 2


def plan_of(desk: Desk, file: MicroFile) -> tuple[tuple[Attribute, ...], Plan]:
    """The columns and the plan of a file: from its declaration, whoever is in the database."""
    found = attributes(desk.policies, file)
    sizes = [len(each.domain) for each in found]
    return found, noise.planned([each.dimension for each in found], sizes, file.marginals)


def begin(desk: Desk, asked: Asked, file: MicroFile, number: int) -> str:
    """Take the file's part of the year's budget, and have it made; the id of the work. The desk is that of who asked.

    Raises Conflict where the budget does not reach or the library is missing, or if somebody took the turn just now.
    """
    noise.must_be_installed()
    period = asked.payload["period"]
    turn = budget.fits(desk, file, period)
    made_id = new_id()
    job_id = jobs.begin(desk, MAKE, made_id, STEPS)
    row = {
        "id": made_id, "country": desk.actor.country, "report": file.name, "period": period, "number": number,
        "turn": turn, "wording": file.revision.number, "epsilon": file.budget.epsilon, "delta": file.budget.delta,
        "approval_id": asked.id, "job_id": job_id, "agreed_at": desk.now, "counted_at": None, "counted": None,
        "drawn": None, "errors": None, "why": asked.words.get("why", ""),
    }  # fmt: skip
    try:
        with desk.session.begin_nested():
            desk.session.execute(insert(queries.MADE).values(row))
    except IntegrityError:
        raise Conflict(mark("Somebody else has released this period since."), code="release_stale") from None
    detail = {"period": period, "number": number, "epsilon": f"{file.budget.epsilon:g}", "turn": turn}
    looked(desk, "microdata_begun", "report", file.name, detail)
    return job_id


@works(MAKE, mark("Making synthetic records"))
def step(desk: Desk, job: Row[Any]) -> Stepped:
    """Count, or draw a part, or write."""
    row = queries.making(desk, job.subject_id)
    file = desk.policies.microdata.files.get(row.report)
    if file is None or file.revision.number != row.wording:
        raise Conflict(mark("The file is declared in another way than when it was asked for."), code="release_stale")
    found, plan = plan_of(desk, file)
    if row.counted is None:
        counted = noise.measured(plan, _records(desk, file, found, row.period), row.epsilon)
        _keep(desk, row, counted=_text(asdict(counted)), counted_at=desk.now, drawn=_text([]))
        return Stepped(1)
    counted = _counted(row.counted)
    if drawing.people(counted) < file.smallest:
        raise Conflict(
            mark("Too few people for such a file, as far as can be told: the noise would be more than they are."),
            code="too_few_for_records",
            extra={"smallest": file.smallest, "sources": list(file.sources)},
        )
    drawn = _drawn(row.drawn)
    if job.done <= DRAWS:
        many = drawing.people(counted)
        part = many * job.done // DRAWS - many * (job.done - 1) // DRAWS
        drawn += drawing.drawn(plan, drawing.tables(plan, counted), part, SystemRandom())
        _keep(desk, row, drawn=_text([[list(record), times] for record, times in sorted(drawn.items())]))
        return Stepped(1)
    _release(desk, row, file, found, counted, drawn)
    true = _records(desk, file, found, row.period)
    # What the file is made of lies in the file. How far that is from the truth is told to the house alone.
    _keep(desk, row, drawn=None, errors=_text(measured_errors(file.marginals, plan, true, counted, drawn)))
    return Stepped(1, over=True)


def _records(desk: Desk, file: MicroFile, found: tuple[Attribute, ...], period: str) -> list[Record]:
    """Everybody who is counted, one record for each person."""
    wanted = Wanted(file.counts, [each.dimension for each in found], file.date, file.filters)
    with walls.as_the_house(desk.session, desk.actor.country):
        rows = people(
            desk.session, desk.policies, wanted, whole_year(int(period)), country=desk.actor.country
        )  # fmt: skip
    return [encoded(found, codes) for codes in rows]


def _release(
    desk: Desk, row: Row[Any], file: MicroFile, found: tuple[Attribute, ...], counted: Counted, drawn: Counter[Record]
) -> None:
    told = files.Told(
        file, desk.actor.country, int(row.period), row.number, counted, f"{row.counted_at:%Y-%m-%dT%H:%M:%SZ}",
        budget.spent([each for each in queries.made_of_year(desk, row.period) if each.turn <= row.turn]), row.why,
    )  # fmt: skip
    content = files.packed(desk.policies, told, found, drawn)
    digest = hashlib.sha256(content)
    values = {
        "id": new_id(), "country": desk.actor.country, "report": row.report, "period": row.period,
        "number": row.number, "wording": row.wording, "smallest": file.smallest, "counted_at": row.counted_at,
        "released_at": desk.now, "approval_id": row.approval_id, "content": content, "digest": digest.digest(),
        "why": row.why, "media": files.MEDIA,
    }  # fmt: skip
    desk.session.execute(insert(queries.RELEASED).values(values))
    detail = {
        "period": row.period, "number": row.number, "sha256": digest.hexdigest(), "epsilon": f"{counted.epsilon:g}",
    }  # fmt: skip
    looked(desk, "microdata_released", "report", row.report, detail)


def _keep(desk: Desk, row: Row[Any], **values: Any) -> None:
    desk.session.execute(update(queries.MADE).where(queries.MADE.c.id == row.id).values(**values))


def _text(told: Any) -> str:
    return json.dumps(told, separators=(",", ":"))


def _counted(text: str) -> Counted:
    told = json.loads(text)
    return Counted(**{**told, "counts": tuple(tuple(each) for each in told["counts"])})


def _drawn(text: str | None) -> Counter[Record]:
    return Counter({tuple(record): times for record, times in json.loads(text or "[]")})
