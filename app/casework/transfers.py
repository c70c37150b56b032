"""Keeps what other offices were asked true to the facts of the case, and moves a case that was taken over."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import insert, or_, select, update

from app.access import notices, rows
from app.access.desk import Desk
from app.casework import identity
from app.casework.held import CASE, OFFICE, REFERRAL, Held, office_id_of
from app.casework.messages import from_case
from app.casework.onlookers import body_is_kept_away
from app.casework.opening import TEAM, letters
from app.casework.projection import MOVED, TRANSFER
from app.casework.remarks import refusal
from app.casework.tasks import TABLE as TASK
from app.casework.tasks import UNDONE
from app.models.fund import FundRequest
from app.models.service import CaseService
from app.models.transfer import CaseTransfer
from policies.model import Clock
from workflows.deadlines import rings_at
from workflows.facts import CaseFacts, MatterFacts, Today
from workflows.guards.consent import wider_names
from workflows.guards.police import agreed_with_police, is_police
from workflows.guards.transfers import GROUP, HANDERS, NEED, SOON, WHY, agreed_groups, groups_that_go, listed
from workflows.matter import URGENT
from workflows.transfer import ANSWER, MACHINE, WAITING, T
from workflows.verdict import Refusal

TRANSFERS: Final[Any] = CaseTransfer.__table__
SERVICES: Final[Any] = CaseService.__table__
CLAIMS: Final[Any] = FundRequest.__table__
_WAITING: Final = frozenset(state.value for state in WAITING)
_FINAL: Final = frozenset(state.value for state in MACHINE.final)
_KEPT_AWAY: Final = Refusal(
    "office_is_not_kept_away", "The person is kept away from this office.",
    "Somebody there may be involved; nobody is handed on into their reach.", "Ask another office.",
    HANDERS, ("WM-ACCESS", "WM-TRANSFER"),
)  # fmt: skip


def settle(desk: Desk, held: Held) -> None:
    """Let the rows of a case say what its matters say, and move the case where one was taken over.

    In the transaction that changed them. StepRefused where the person is kept away from the office that is asked.
    """
    before, facts = held.began, held.facts
    if before is None or not isinstance(facts, CaseFacts):
        return
    for matter in facts.matters_of(TRANSFER):
        if before.matter(matter.id) != matter:
            # The other office belongs to somebody else, and the actor may be of either.
            with rows.as_the_house(desk.session, desk.actor.country):
                _settle_one(desk, held, facts, matter)


def without_consent(desk: Desk, held: Held) -> list[tuple[str, str]]:
    """The transfers of a held case that no consent carries any more, each with the step that ends it."""
    facts = held.facts
    assert isinstance(facts, CaseFacts)
    found = []
    for matter in facts.matters_of(TRANSFER):
        if matter.is_open and not groups_that_go(matter) <= agreed(desk, facts, matter):
            found.append((matter.id, "revoke_share" if matter.state == T.SHARED else "withdraw_transfer"))
    return found


def end_sight(desk: Desk, held: Held, recipients: frozenset[str]) -> None:
    """An office that handed the case on sees nothing of it any more, where the person takes that back from it too.

    recipients: from whom it was taken back; empty for everybody. A later consent to the new office opens nothing here.
    """
    query = (
        select(TRANSFERS.c.id, OFFICE.c.code)
        .join(OFFICE, OFFICE.c.id == TRANSFERS.c.from_office_id)
        .where(TRANSFERS.c.case_id == held.id, TRANSFERS.c.state == MOVED, TRANSFERS.c.sight_until > desk.now)
    )
    with rows.as_the_house(desk.session, desk.actor.country):
        over = [
            row.id for row in desk.session.execute(query).all()
            if not recipients or not recipients.isdisjoint({row.code, *wider_names(row.code, desk.policies)})
        ]  # fmt: skip
        desk.session.execute(update(TRANSFERS).where(TRANSFERS.c.id.in_(over)).values(sight_until=desk.now))


def agreed(desk: Desk, facts: CaseFacts, matter: MatterFacts) -> frozenset[str]:
    """The groups of data that the person lets the asked office have now; the police need their own yes, too."""
    now, office = Today(desk.now, desk.today), matter.office or ""
    groups = agreed_groups(facts, office, now, desk.policies)
    if is_police(facts, office, desk.policies):
        groups &= agreed_with_police(facts, office, now, desk.policies)
    return groups


def told(desk: Desk, held: Held, groups: frozenset[str]) -> dict[str, Any]:
    """What a case says in these groups of data: group -> content, silent where nothing is known.

    The caller has checked that the reader may see them, and notes the look.
    """
    facts = held.facts
    assert isinstance(facts, CaseFacts)
    found: dict[str, Any] = {}
    for name in sorted(groups):
        if name in identity.PARTS:
            value: Any = identity.part(desk, held.row.person_id, held.key(desk), name)
        else:
            value = from_case(facts, name)
        if value:
            found[name] = value
    return found


def clock_end(desk: Desk, name: str) -> datetime:
    """When the country's clock of that name, begun now, is over."""
    here = desk.actor.country
    clock: Clock = desk.policies.clock(name, here, on=desk.today)
    return rings_at(desk.now, clock, desk.policies.calendar(here))


def _settle_one(desk: Desk, held: Held, facts: CaseFacts, matter: MatterFacts) -> None:
    row = desk.session.execute(select(TRANSFERS).where(TRANSFERS.c.id == matter.id)).one_or_none()
    if row is None:
        _insert(desk, held, facts, matter)
        return
    values: dict[str, Any] = {**_said(matter), "state": matter.state}
    if row.state in _WAITING and matter.state not in _WAITING and matter.state != T.WITHDRAWN:
        values["answered_at"] = desk.now
    if row.state != matter.state:
        if matter.state == T.ASKED:
            values |= {"answer_by": clock_end(desk, _clock(matter)), "late_at": None}
        if matter.state in _FINAL:
            values["ended_at"] = desk.now
        if matter.state == MOVED:
            values["sight_until"] = clock_end(desk, "transfer_sight")
            _move(desk, held, row.office_id)
    desk.session.execute(update(TRANSFERS).where(TRANSFERS.c.id == matter.id).values(**values))
    if row.state != matter.state:
        _tell(desk, held, row, matter)


def _insert(desk: Desk, held: Held, facts: CaseFacts, matter: MatterFacts) -> None:
    office_id = office_id_of(desk, matter.office or "")
    office = desk.session.execute(select(OFFICE).where(OFFICE.c.id == office_id)).one_or_none()
    if office is None or body_is_kept_away(desk, held.key_id, office.organisation):
        raise refusal(desk, held, "request_transfer", "Ask another office", (_KEPT_AWAY,))
    row = {
        "id": matter.id, "country": desk.actor.country, "organisation": office.organisation, "office_id": office.id,
        "from_office_id": held.row.office_id, "number": "T-" + letters(6),
        "case_id": held.id, "key_id": held.key_id, "asked_by": desk.actor.id, "asked_at": desk.now,
        "what": matter.about, "age_band": facts.age_band, "sex": facts.sex, "language": facts.language,
        "child": facts.child, "state": matter.state, "answer_by": clock_end(desk, _clock(matter)),
        "answered_at": None, "ended_at": None, "sight_until": None, "late_at": None, **_said(matter),
    }  # fmt: skip
    desk.session.execute(insert(TRANSFERS), row)
    notices.tell(desk, notices.holders(desk, ANSWER, office.id), "transfer_asked", "case_transfer", matter.id)


def _said(matter: MatterFacts) -> dict[str, Any]:
    """What the columns repeat of a matter's flags."""
    def one(prefix: str) -> str | None:
        return next(iter(listed(matter, prefix)), None)

    return {
        "why": one(WHY) or "", "urgency": one(SOON) or "", "needs": _bars(listed(matter, NEED)),
        "data_groups": _bars(listed(matter, GROUP)), "question": one("question."), "reason": one("reason."),
        "suggestion": one("suggestion."),
    }  # fmt: skip


def _bars(codes: tuple[str, ...]) -> str:
    return f"|{'|'.join(codes)}|" if codes else ""


def _clock(matter: MatterFacts) -> str:
    return "transfer_answer_urgent" if URGENT in matter.flags else "transfer_answer"


def _move(desk: Desk, held: Held, office_id: str) -> None:
    """The case, its copies and what is to be done go to the office that took it over; its old team leaves."""
    office = desk.session.execute(select(OFFICE).where(OFFICE.c.id == office_id)).one()
    here = {"office_id": office.id, "organisation": office.organisation}
    desk.session.execute(
        update(CASE).where(CASE.c.id == held.id).values(**here, case_manager_id=None, created_by=desk.actor.id)
    )
    desk.session.execute(update(REFERRAL).where(REFERRAL.c.case_id == held.id).values(**here))
    still = or_(TEAM.c.until.is_(None), TEAM.c.until > desk.now)
    desk.session.execute(update(TEAM).where(TEAM.c.case_id == held.id, still).values(until=desk.now))
    # Whoever holds the case answers for what is shared of it, and hears of it.
    desk.session.execute(
        update(TRANSFERS)
        .where(TRANSFERS.c.case_id == held.id, TRANSFERS.c.office_id != office.id, TRANSFERS.c.state.not_in(_FINAL))
        .values(from_office_id=office.id, asked_by=desk.actor.id)
    )
    desk.session.execute(
        update(SERVICES)
        .where(SERVICES.c.case_id == held.id, SERVICES.c.ended_at.is_(None))
        .values(from_office_id=office.id, asked_by=desk.actor.id)
    )
    desk.session.execute(
        update(CLAIMS)
        .where(CLAIMS.c.case_id == held.id, CLAIMS.c.ended_at.is_(None))
        .values(from_office_id=office.id, asked_by=desk.actor.id)
    )
    # Clocks go on as they ran: the person does not wait longer because a desk has changed.
    desk.session.execute(
        update(TASK)
        .where(TASK.c.case_id == held.id, TASK.c.office_id == held.row.office_id, TASK.c.state.in_(UNDONE))
        .values(office_id=office.id, assignee_id=None)
    )


def _tell(desk: Desk, held: Held, row: Any, matter: MatterFacts) -> None:
    """Both sides hear what has changed, but for whoever did it."""
    there = {user for user in notices.holders(desk, ANSWER, row.office_id)} - {desk.actor.id}
    here = {row.asked_by, *([held.row.case_manager_id] if held.row.case_manager_id else [])} - {desk.actor.id}
    if matter.state in (T.MOVED, T.SHARED, T.DECLINED, T.QUESTIONED, T.DONE):
        notices.tell(desk, here, "transfer_answered", "case_transfer", row.id)
    if matter.state in (T.ASKED, T.WITHDRAWN, T.REVOKED, T.DONE):
        kind = "transfer_asked" if matter.state == T.ASKED else "transfer_ended"
        notices.tell(desk, there, kind, "case_transfer", row.id)
