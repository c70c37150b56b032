"""Gives a table or a file of records to the public: asked for by one, agreed by another, counted once and then stored.

A table is counted when it is asked for (working_out.py), beside all that is public already, and whoever agrees sees the
very bytes that become public. It is never counted again, so that whoever asks every day learns no more than whoever
asks once. A correction is another release, and only where the two tell nothing when they are compared (later.py;
docs/decisions/0064 and 0071).
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, insert
from sqlalchemy.exc import IntegrityError

from app.access import deciding, two_persons
from app.access.approval_shapes import ApprovalAskedOut
from app.access.desk import Desk
from app.access.log import Detail, looked
from app.access.two_persons import Act, Asked, carries_out
from app.kit.errors import Conflict, NotFound
from app.kit.words import mark
from app.models.base import new_id
from app.statistics import queries
from app.statistics.beside import as_text
from app.statistics.microdata import budget
from app.statistics.microdata.files import MEDIA
from app.statistics.microdata.making import begin
from app.statistics.microdata.noise import must_be_installed
from app.statistics.periods import Period
from app.statistics.schemas import ReleaseIn, ReleaseOut, ReleasesOut, TableOut
from app.statistics.service import drawn_up
from app.statistics.working_out import ACT, Told, Worked, fit_to_ask, newest_number, one_period
from policies.microdata import MicroFile
from policies.reports import Report

__all__ = ["ACT", "FORMS", "KIND", "RELEASE", "ask", "draft", "listed", "released", "waiting"]

RELEASE: Final = "statistics:release"
KIND: Final = "release_table"
# Kind of release -> the files it can be had as. JSON of a table and ZIP of records are the very bytes.
FORMS: Final = {"application/json": ("csv", "xlsx", "json"), MEDIA: ("zip", "csv", "json")}


def ask(desk: Desk, body: ReleaseIn, worked: Worked) -> ApprovalAskedOut:
    """Ask for a table of a period to become public; somebody else with the same permission agrees.

    worked: what `working_out.work_out` came to for the same ``body`` just before. Raises NotFound and Forbidden for a
    report as it is read, Invalid for a period of another shape, for several years at once, or a later release that does
    not say what was corrected; Conflict for a period that is not over, for a release that would tell of a few people
    beside what is public already (release_tells) or nothing new (release_same), and where more has become public since
    it was worked out (release_stale). For synthetic records Conflict where the year's privacy budget does not reach
    (budget_spent) or the library is missing.
    """
    report, period, before = fit_to_ask(desk, body)
    more: dict[str, str] = {}
    drawn: dict[str, str] = {}
    if isinstance(report, MicroFile):
        must_be_installed()
        budget.fits(desk, report, period.text)
        # Whoever agrees sees what it takes; written as text, for it is sealed as canonical JSON.
        whole = desk.policies.microdata.budget.epsilon
        more = {"epsilon": _said(report.budget.epsilon), "of": _said(whole)}
    else:
        drawn = _drawn(desk, report, period, before + 1, worked.told())
        more = {"file": hashlib.sha256(drawn["content"].encode()).hexdigest()}
    payload = {"report": body.report, "period": period.text, "number": before + 1, **more}
    act = Act(KIND, ("country", desk.actor.country), payload, {"why": body.why.strip()}, drawn)
    return two_persons.ask(desk, act)


def draft(desk: Desk, approval_id: str) -> tuple[TableOut, str]:
    """The table that an approval would make public, as it would be, and the approval's state; the look is noted.

    For whoever asked for it or could decide about it. NotFound for any other id, for a file of synthetic records, of
    which nothing is there before its budget is spent, and where what was kept of it is gone.
    """
    row, _ = deciding.visible(desk, approval_id)
    content = two_persons.asked_of(desk, row).hidden.get("content") if row.kind == KIND else None
    if content is None:
        raise NotFound()
    looked(desk, "release_draft_read", "approval", row.id, {"kind": row.kind})
    return TableOut.model_validate_json(content), row.state


def waiting(desk: Desk, report: str, period: str) -> str | None:
    """The approval by which the actor asked for this release already, while nobody has decided; None without one."""
    told = ((row.id, json.loads(row.payload)) for row in queries.asked_for(desk, KIND))
    return next((each for each, said in told if (said["report"], said["period"]) == (report, period)), None)


@carries_out(KIND, permission=RELEASE, act=ACT)
def release(desk: Desk, asked: Asked) -> None:
    """Store for good what was counted when it was asked for, unless more has become public since."""
    name, policies = asked.payload["report"], desk.policies
    report = policies.microdata.files.get(name) or policies.reports.get(name)
    if report is None:
        raise Conflict(mark("There is no such table any more."), code="report_gone")
    period = one_period(report, asked.payload["period"])
    number = newest_number(desk, report, period.text) + 1
    if number != asked.payload["number"]:
        raise Conflict(mark("Somebody else has released this period since."), code="release_stale")
    if isinstance(report, MicroFile):
        if asked.payload.get("epsilon") != _said(report.budget.epsilon):
            raise Conflict(
                mark("The file is declared in another way than when it was asked for."), code="release_stale"
            )
        # Long work: it takes its part of the budget now, and is released when it is done.
        begin(desk, asked, report, number)
        return
    drawn = asked.hidden
    if "content" not in drawn or queries.turns(desk) + 1 != int(drawn["turn"]):
        raise _stale()
    content = drawn["content"].encode()
    if TableOut.model_validate_json(content).revision.number != report.revision.number:
        raise Conflict(mark("The table is declared in another way than when it was asked for."), code="release_stale")
    digest = hashlib.sha256(content)
    row = {
        "id": new_id(),
        "country": desk.actor.country,
        "report": report.name,
        "period": period.text,
        "number": number,
        "wording": report.revision.number,
        "smallest": report.smallest_cell.public,
        "counted_at": datetime.fromisoformat(drawn["counted_at"]),
        "released_at": desk.now,
        "approval_id": asked.id,
        "content": content,
        "digest": digest.digest(),
        "why": asked.words.get("why", ""),
        "turn": int(drawn["turn"]),
        "counted": drawn["counted"],
    }
    try:
        with desk.session.begin_nested():
            desk.session.execute(insert(queries.RELEASED).values(row))
    except IntegrityError:
        raise _stale() from None
    detail: Detail = {"period": period.text, "number": number, "sha256": digest.hexdigest(), "turn": int(drawn["turn"])}
    looked(desk, "table_released", "report", report.name, detail)


def listed(desk: Desk) -> ReleasesOut:
    """All releases of the actor's country, the newest first."""
    found = queries.releases(desk)
    newest = {(row.report, row.period): row.number for row in reversed(found)}
    return ReleasesOut(items=[_shown(row, row.number == newest[row.report, row.period]) for row in found])


def released(desk: Desk, name: str, period: str, number: int | None = None) -> tuple[ReleaseOut, bytes]:
    """A release, the newest unless ``number`` says which, with its bytes as stored; NotFound where there is none."""
    newest = queries.newest_release(desk, name, period)
    row = newest if number is None or newest is None else queries.release(desk, name, period, number)
    if row is None or newest is None:
        raise NotFound()
    looked(desk, "release_read", "report", name, {"period": period, "number": row.number})
    return _shown(row, row.number == newest.number), bytes(row.content)


def _shown(row: Row[Any], newest: bool) -> ReleaseOut:
    return ReleaseOut(
        report=row.report,
        period=row.period,
        number=row.number,
        released_at=row.released_at,
        counted_at=row.counted_at,
        sha256=bytes(row.digest).hex(),
        why=row.why,
        newest=newest,
        media=row.media,
    )


def _said(epsilon: float) -> str:
    return f"{epsilon:g}"


def _drawn(desk: Desk, report: Report, period: Period, number: int, told: Told) -> dict[str, str]:
    """The release as it will be: its bytes, what was counted, when, and its turn."""
    if queries.turns(desk) + 1 != told.turn:
        raise _stale()
    table = drawn_up(desk, report, period, told.cells, told.hide, report.smallest_cell.public)
    table = table.model_copy(update={"as_of": told.at})
    if told.newest is not None and table.model_copy(update={"as_of": told.newest.as_of}) == told.newest:
        raise Conflict(mark("Nothing has changed since the earlier release."), code="release_same")
    content = json.dumps(
        {"release": number, **table.model_dump(mode="json")}, sort_keys=True, ensure_ascii=False,
        separators=(",", ":"),
    )  # fmt: skip
    return {
        "content": content, "counted": as_text(told.cells), "counted_at": told.at.isoformat(), "turn": str(told.turn),
    }  # fmt: skip


def _stale() -> Conflict:
    return Conflict(
        mark("Another table has become public since this one was asked for. Ask again: they are hidden together."),
        code="release_stale",
    )
