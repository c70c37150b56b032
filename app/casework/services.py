"""Keeps what providers were asked true to the facts of the case, and lets nothing outlive the consent it rests on."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import insert, select, update

from app.access import notices, rows
from app.access.desk import Desk
from app.casework import carry
from app.casework.held import OFFICE, Held, at_matter, office_id_of
from app.casework.onlookers import body_is_kept_away
from app.casework.opening import letters
from app.casework.records import Filled
from app.casework.remarks import refusal
from app.casework.tasks import TABLE as TASK
from app.casework.tasks import end_of
from app.casework.transfers import SERVICES, clock_end
from app.models.base import new_id
from workflows.facts import CaseFacts, MatterFacts, Today
from workflows.guards.services import ANSWERS, BY_ITSELF, HELPERS, ITSELF, covered_until, is_covered
from workflows.guards.transfers import listed
from workflows.matter import URGENT
from workflows.service import ANSWER, NAME, TELL_PROVIDER, TOLD, S
from workflows.verdict import Refusal

_REQUEST: Final = "service_request"
_KEPT_AWAY: Final = Refusal(
    "office_is_not_kept_away", "The person is kept away from this office.",
    "Somebody there may be involved; nobody is handed on into their reach.", "Ask another office.",
    HELPERS, ("WM-ACCESS", "WM-SERVICE"),
)  # fmt: skip
_STAYS: Final = Refusal(
    "asked_office_stays", "The office was asked and has been told.",
    "A correction cannot make it unasked, and what it was asked has to be answered.",
    "Stop the request and ask another office.", HELPERS, ("WM-SERVICE",),
)  # fmt: skip
# Who was told of the need, and has to hear that the consent is gone.
_TOLD: Final = frozenset({S.ASKED.value, S.ACCEPTED.value, S.RUNNING.value})


def found_out(desk: Desk, held: Held, filled: Filled | None) -> dict[str, str]:
    """What the history keeps of a request beside its form: that the asked office answers for itself.

    It does where somebody works here who may; the office that holds the case writes its own help down as before.
    """
    facts = held.case_facts
    if filled is None or filled.kind.name != _REQUEST or facts is None:
        return {}
    code = filled.body.get("provider_office")
    if not code or code == facts.office:
        return {}
    office_id = office_id_of(desk, code)
    return {ANSWERS: ITSELF} if office_id is not None and notices.holders(desk, ANSWER, office_id) else {}


def settle(desk: Desk, held: Held) -> None:
    """Let the rows of a case say what its matters say, in the transaction that changed them.

    StepRefused where the person is kept away from the office that is asked, or a correction would unask one.
    """
    before, facts = held.began, held.facts
    if before is None or not isinstance(facts, CaseFacts):
        return
    again = before.consents != facts.consents
    if again:
        _agreed_again(desk, held, facts)
    for matter in facts.matters_of(NAME):
        if again or before.matter(matter.id) != matter:
            # The provider belongs to somebody else, and the actor may be of either.
            with rows.as_the_house(desk.session, desk.actor.country):
                _settle_one(desk, held, facts, matter)


def _agreed_again(desk: Desk, held: Held, facts: CaseFacts) -> None:
    """Where the person agrees again there is nothing to tell a provider that does not answer here."""
    for matter in facts.matters_of(NAME):
        outside = matter.state in _TOLD and BY_ITSELF not in matter.flags
        if outside and is_covered(facts, matter, Today(desk.now, desk.today), desk.policies):
            carry.follow_record(desk, at_matter(held, matter.id), (TOLD,))


def without_consent(desk: Desk, held: Held, before: CaseFacts) -> list[str]:
    """What a consent that ended or grew narrower leaves of the open services that it covered before.

    A provider that has accepted or begun is told, a team tells an organisation outside; the ids of the requests that
    nobody has answered yet, which the caller takes back. Help inside one's own organisation goes on.
    """
    facts = held.facts
    assert isinstance(facts, CaseFacts)
    if before.consents == facts.consents:
        return []
    today, unanswered = Today(desk.now, desk.today), []
    for matter in facts.matters_of(NAME):
        was = before.matter(matter.id)
        if was is None or matter.state not in _TOLD or is_covered(facts, matter, today, desk.policies):
            continue
        if is_covered(before, was, today, desk.policies) and gone(desk, held, matter):
            unanswered.append(matter.id)
    return unanswered


def run_out(desk: Desk, held: Held) -> int:
    """Have the team tell providers who do not answer here that a consent has run out; how many have to be told.

    Asked of the days and of the duty itself, done or not, so that nobody is told twice of the same end. What answers
    here is seen to by its row (app/services/watching.py).
    """
    facts = held.facts
    assert isinstance(facts, CaseFacts)
    count = 0
    for matter in facts.matters_of(NAME):
        if matter.state not in _TOLD or BY_ITSELF in matter.flags:
            continue
        last = _covered_last(desk, facts, matter)
        if last is not None and not _told_since(desk, held, matter, last):
            gone(desk, held, matter)
            count += 1
    return count


def _covered_last(desk: Desk, facts: CaseFacts, matter: MatterFacts) -> date | None:
    """The day before today on which the last consent for it ran out; None where one covers it today, or none did."""
    if is_covered(facts, matter, Today(desk.now, desk.today), desk.policies):
        return None
    days = {each.valid_until for each in facts.consents if each.valid_until is not None}
    over = (day for day in days if day < desk.today)
    return max((day for day in over if is_covered(facts, matter, Today(desk.now, day), desk.policies)), default=None)


def _told_since(desk: Desk, held: Held, matter: MatterFacts, day: date) -> bool:
    query = select(TASK.c.id).where(
        TASK.c.case_id == held.id, TASK.c.matter_id == matter.id, TASK.c.kind == TELL_PROVIDER.kind,
        TASK.c.opened_at > end_of(desk, day),
    )  # fmt: skip
    return desk.session.execute(query.limit(1)).first() is not None


def gone(desk: Desk, held: Held, matter: MatterFacts) -> bool:
    """The consent of one open service is gone: whoever has to hear of it does. Whether it was still unanswered here."""
    if BY_ITSELF not in matter.flags:
        carry.follow_record(desk, at_matter(held, matter.id), (TELL_PROVIDER,))
        return False
    if matter.state == S.ASKED:
        return True
    with rows.as_the_house(desk.session, desk.actor.country):
        row = _open_row(desk, matter.id)
        if row is not None and row.consent_gone_at is None:
            this = update(SERVICES).where(SERVICES.c.id == row.id)
            desk.session.execute(this.values(consent_gone_at=desk.now))
            notices.tell(desk, notices.holders(desk, ANSWER, row.office_id), "service_consent", "case_service", row.id)
    return False


def _open_row(desk: Desk, matter_id: str) -> Any:
    query = select(SERVICES).where(SERVICES.c.matter_id == matter_id, SERVICES.c.ended_at.is_(None))
    return desk.session.execute(query).one_or_none()


def _settle_one(desk: Desk, held: Held, facts: CaseFacts, matter: MatterFacts) -> None:
    row = _open_row(desk, matter.id)
    if row is None:
        if matter.state == S.ASKED and BY_ITSELF in matter.flags:
            _insert(desk, held, facts, matter)
        return
    if row.office_id != office_id_of(desk, matter.office or ""):
        raise refusal(desk, held, _REQUEST, "Request for a service", (_STAYS,))
    values = _said(desk, facts, matter)
    if row.consent_gone_at is not None and is_covered(facts, matter, Today(desk.now, desk.today), desk.policies):
        values["consent_gone_at"] = None
    if row.state == S.ASKED and matter.state in (S.ACCEPTED, S.DECLINED):
        values["answered_at"] = desk.now
    if matter.state in (S.DECLINED, S.DONE, S.STOPPED):
        values["ended_at"] = desk.now
    desk.session.execute(update(SERVICES).where(SERVICES.c.id == row.id).values(**values))
    if row.state != matter.state:
        _tell(desk, held, row, matter)


def _insert(desk: Desk, held: Held, facts: CaseFacts, matter: MatterFacts) -> None:
    office_id = office_id_of(desk, matter.office or "")
    office = desk.session.execute(select(OFFICE).where(OFFICE.c.id == office_id)).one_or_none()
    if office is None or body_is_kept_away(desk, held.key_id, office.organisation):
        raise refusal(desk, held, "request_service", "Ask for a service", (_KEPT_AWAY,))
    clock = "service_answer_urgent" if URGENT in matter.flags else "service_answer"
    row = {
        "id": new_id(), "country": desk.actor.country, "organisation": office.organisation, "office_id": office.id,
        "from_office_id": held.row.office_id, "number": "S-" + letters(6),
        "case_id": held.id, "key_id": held.key_id, "matter_id": matter.id, "asked_by": desk.actor.id,
        "asked_at": desk.now, "age_band": facts.age_band, "sex": facts.sex, "language": facts.language,
        "child": facts.child, "answer_by": _answer_by(desk, clock, matter), "answered_at": None, "ended_at": None,
        "late_at": None, "consent_gone_at": None, **_said(desk, facts, matter),
    }  # fmt: skip
    desk.session.execute(insert(SERVICES), row)
    notices.tell(desk, notices.holders(desk, ANSWER, office.id), "service_asked", "case_service", row["id"])


def _answer_by(desk: Desk, clock: str, matter: MatterFacts) -> datetime:
    """By when the provider answers: by its clock, or by the day on which the help is needed, if that comes first."""
    end = clock_end(desk, clock)
    return end if matter.due is None else min(end, end_of(desk, max(matter.due, desk.today)))


def _said(desk: Desk, facts: CaseFacts, matter: MatterFacts) -> dict[str, Any]:
    """What the columns repeat of a matter."""
    def one(name: str) -> str | None:
        return next(iter(listed(matter, f"{name}.")), None)

    return {
        "kind": matter.about, "urgent": URGENT in matter.flags, "wanted_by": matter.due, "state": matter.state,
        "reason": one("reason") if matter.state in (S.DECLINED, S.STOPPED) else None, "outcome": one("outcome"),
        "appointment_on": matter.concerns, "appointment_time": one("time"), "appointment_place": one("place"),
        "agreed_until": covered_until(facts, matter, Today(desk.now, desk.today), desk.policies),
    }  # fmt: skip


def _tell(desk: Desk, held: Held, row: Any, matter: MatterFacts) -> None:
    """Each side hears what the other has done."""
    here = {row.asked_by, *([held.row.case_manager_id] if held.row.case_manager_id else [])} - {desk.actor.id}
    if matter.state == S.STOPPED:
        there = set(notices.holders(desk, ANSWER, row.office_id)) - {desk.actor.id}
        notices.tell(desk, there, "service_stopped", "case_service", row.id)
    elif matter.state != S.DONE:
        notices.tell(desk, here, "service_answered", "case_service", row.id)
