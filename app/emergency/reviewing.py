"""The review of emergencies: what waits, one in full, and the verdict of a second person."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Row, update

from app.access.desk import Desk
from app.access.log import looked, refused
from app.access.notices import tell
from app.casework import onlookers
from app.casework.history import Event
from app.emergency import queries
from app.emergency.queries import REVIEW, TABLE
from app.emergency.schemas import EmergencyOut, ReviewIn, ReviewOut, ReviewsOut, SeenOut, Verdict, WaitingOut
from app.emergency.service import KIND, held_for, in_words, reason_place, remark, values
from app.kit.errors import Conflict, Forbidden, NotFound
from app.kit.paging import Ask
from app.models.base import is_id

SHORTEST_COMMENT: Final = 3


def waiting(desk: Desk, ask: Ask) -> ReviewsOut:
    """One page of what waits for the actor's review, the longest first; the look is noted."""
    rows, following = queries.waiting(desk, ask)
    looked(desk, "reviews_listed", "emergency_access", "-", {"count": len(rows)})
    return ReviewsOut(items=[WaitingOut(**_values(desk, row)) for row in rows], next=following)


def shown(desk: Desk, emergency_id: str) -> ReviewOut:
    """One access in full: who judges it may read the reason whatever their field groups, or could not judge.

    NotFound out of reach. The look stands in the book of the case.
    """
    row = _reviewable(desk, emergency_id)
    looked(desk, "emergency_read", "case", row.case_id, {"emergency": emergency_id})
    held = held_for(desk, row.case_id, lock=False)
    reason = desk.keys.open(held.key(desk), row.sealed_reason, reason_place(emergency_id)).decode()
    seen, count = queries.seen(desk, row, row.ended_at or row.until)
    return ReviewOut(
        **_values(desk, row),
        why=_code_of(seen, emergency_id),
        reason=reason,
        seen=[
            SeenOut(
                at=each.at,
                action=each.action,
                subject=each.subject_kind,
                subject_id=each.subject_id,
                detail=json.loads(each.detail) if each.detail else {},
            )
            for each in seen
        ],
        seen_count=count,
    )


def _code_of(seen: list[Row[Any]], emergency_id: str) -> str | None:
    """The coded reason, as the look that opened it was noted."""
    for each in seen:
        detail = json.loads(each.detail) if each.detail else {}
        if each.action == "emergency_opened" and detail.get("emergency") == emergency_id:
            return str(detail["why"]) if detail.get("why") else None
    return None


def reviewed(desk: Desk, emergency_id: str, body: ReviewIn) -> EmergencyOut:
    """Judge an access, once; the comment is sealed in the history of the case.

    NotFound out of reach, Forbidden (403, code own_emergency) for one's own, Conflict (409) for one that is
    judged already, or called justified while it is open: what is looked at afterwards would be nobody's to judge.
    A question or an escalation ends what is still open.
    """
    comment = in_words("comment", body.comment, SHORTEST_COMMENT)
    row = _reviewable(desk, emergency_id)
    if row.user_id == desk.actor.id:
        refused(desk, "case", row.case_id, {"permission": REVIEW, "answer": 403, "emergency": emergency_id})
        raise Forbidden("Somebody else has to judge what you opened yourself.", code="own_emergency")
    held = held_for(desk, row.case_id)
    still = row.ended_at is None and row.until > desk.now
    if still and body.verdict is Verdict.JUSTIFIED:
        raise Conflict(
            "It is still open. Judge it when it is over; a question or an escalation ends it now.",
            code="emergency_still_open",
            extra={"until": row.until.isoformat()},
        )
    verdict = {"reviewed_at": desk.now, "reviewed_by": desk.actor.id, "verdict": body.verdict.value}
    judged = update(TABLE).where(TABLE.c.id == emergency_id, TABLE.c.reviewed_at.is_(None))
    done: Any = desk.session.execute(judged.values(**verdict, **({"ended_at": desk.now} if still else {})))
    if done.rowcount != 1:
        raise Conflict("Somebody has reviewed this already.", code="reviewed_already")
    details = {"emergency": emergency_id, "verdict": body.verdict.value}
    remark(desk, held, Event(KIND, "review", held.version, details, desk.now, comment))
    _tell(desk, row, body.verdict)
    after = queries.reviewable(desk, emergency_id)
    assert after is not None
    return EmergencyOut(**values(desk, after))


def allowed_unreviewed(desk: Desk) -> timedelta:
    """How long an access may wait for its review."""
    return timedelta(days=desk.policies.safeguards.emergency.review_days)


def _tell(desk: Desk, row: Row[Any], verdict: Verdict) -> None:
    said = {"verdict": verdict.value}
    tell(desk, [row.user_id], "emergency_reviewed", "emergency_access", row.id, said)
    if verdict is Verdict.QUESTION:
        by = (desk.now + allowed_unreviewed(desk)).isoformat()
        tell(desk, [row.user_id], "emergency_answer_wanted", "emergency_access", row.id, {"answer_by": by})
    if verdict is Verdict.ESCALATE:
        watchers = set(onlookers.countrywide(desk, "audit:read", "access:explain")) - {row.user_id, desk.actor.id}
        told = onlookers.not_kept_away(desk, row.case_id, watchers)
        tell(desk, told, "emergency_escalated", "case", row.case_id, {"emergency": row.id, "by": row.user_id})


def _values(desk: Desk, row: Row[Any]) -> dict[str, Any]:
    waits = (row.reviewed_at or desk.now) - row.since
    return {
        **values(desk, row),
        "name": row.display_name,
        "unreviewed_hours": int(waits.total_seconds() // 3600),
        "alarm": row.reviewed_at is None and waits >= allowed_unreviewed(desk),
    }


def _reviewable(desk: Desk, emergency_id: str) -> Row[Any]:
    known = is_id(emergency_id)
    row = queries.reviewable(desk, emergency_id) if known else None
    if row is None:
        case_id = queries.case_of(desk, emergency_id) if known else None
        subject = ("case", case_id) if case_id else ("emergency_access", emergency_id if known else "-")
        refused(desk, *subject, {"permission": REVIEW, "answer": 404})
        raise NotFound()
    return row
