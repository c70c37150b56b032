"""One referral as its page shows it, put together from what the services of this room answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.access.desk import Desk
from app.access.may import visible_case, within_reach
from app.casework import blocking
from app.casework.blocking import Blocking, Reason
from app.casework.contact_duty import Answering, answering
from app.casework.held import hold_referral
from app.casework.ledger import TELLING
from app.casework.shapes import NextStepOut, RefusalOut
from app.kit.paging import Ask
from app.referrals import desk as referral_desk
from app.referrals import desk_queries, service, where
from app.referrals.desk import Answerers, Card, Mark, Sharing
from app.referrals.schemas import MessageOut, ReferralOut
from app.referrals.wait_schemas import WaitOut
from workflows.erasure_abroad import DECLINES
from workflows.facts import ReferralFacts

# What the form of a step itself answers: no reason against opening it.
ANSWERED_BY_FORM: Final[dict[str, frozenset[str]]] = {
    # A report that is silent about the family needs no consent to contact them: only the filled-in form can tell.
    "report_assessment": frozenset({"tracing_is_reported", "consent_for_contact_family"}),
    "propose_plan": frozenset({"return_plan_covers_life", "child_has_an_escort"}),
    "accept": frozenset({"reception_is_arranged", "child_has_somewhere_safe"}),
    "schedule_handover": frozenset({"border_point_is_agreed", "border_contact_is_valid", "day_is_ahead"}),
    "reschedule": frozenset({"border_point_is_agreed", "border_contact_is_valid", "day_is_ahead"}),
    "sign_handover": frozenset(
        {"person_reconfirmed_today", "handover_is_complete", "who_travels_together_stays_together"}
    ),
    "sign_receipt": frozenset({"person_is_here"}),
}
# The page of the handover takes these, with ticks and codes of its own.
AT_THE_BRIDGE: Final = frozenset({"sign_handover", "sign_receipt", "report_not_received", "postpone"})
_MOST_MESSAGES: Final = 100
_AT_THE_BORDER: Final = frozenset({"handover_scheduled", "handed_over", "postponed"})


@dataclass(frozen=True, slots=True)
class ForeignCode:
    """A code that the other country used: its list, itself, and the code of ours that was read for it, "" if none."""

    code_list: str
    title: str
    theirs: str
    ours: str = ""


@dataclass(frozen=True, slots=True)
class ReferralPage:
    """Everything the page of one referral shows. ``case_reference``: of our own case, if the actor sees it.

    ``dropped``: where a consent has ended, as the other country tells, what is not to be kept or used; None where none
    waits to be confirmed.
    ``stops``: whether the actor may stop or extend its clock.
    ``reasons``: step -> what stands in its way, in six parts.
    """

    referral: ReferralOut
    card: Card
    answerers: Answerers
    strip: tuple[Mark, ...]
    sharing: Sharing
    said: tuple[MessageOut, ...]
    steps: tuple[NextStepOut, ...]
    reasons: Mapping[str, list[Reason]]
    case_reference: str
    told: bool
    waiting_post: Any
    suggested: str
    stops: bool
    dropped: tuple[str, ...] | None
    # Whether the other country erased the person, asks for the same, and the reader may answer.
    erased_abroad: bool
    # What it waits for, the nearest first.
    waiting: tuple[WaitOut, ...]
    codes: tuple[ForeignCode, ...] = ()
    # Who answers in the other country for what comes next, by the directory.
    there: tuple[Answering, ...] = ()


def opened(desk: Desk, referral_id: str) -> ReferralPage:
    """The page of a referral; the looks are noted, and the other country's messages count as seen."""
    out = service.opened(desk, referral_id)
    held = hold_referral(desk, referral_id, lock=False)
    said = service.conversation(desk, referral_id, Ask(_MOST_MESSAGES, None)).items
    case_reference = ""
    if out.case_id and within_reach(desk, "case:read", out.case_id):
        case_reference = str(visible_case(desk, "case:read", out.case_id).reference)
    told = "identity" in referral_desk.sharing(desk, [each for each in said if each.direction == "in"]).shared
    facts = held.referral_facts
    steps = tuple(open_to_form(step) for step in out.next_steps)
    return ReferralPage(
        referral=out,
        card=referral_desk.cards(desk, [out])[0],
        answerers=referral_desk.answerers(
            desk, out, facts.receiver_office if facts else None, str(held.row.office_id)
        ),
        strip=tuple(referral_desk.strip(out, said)),
        sharing=referral_desk.sharing(desk, said),
        said=tuple(said),
        steps=steps,
        reasons={
            step.step: explained(desk, out, case_reference, step.step, step.refusals) for step in steps
        },
        case_reference=case_reference,
        told=told and out.side == "receiver",
        waiting_post=desk_queries.waiting_post(desk, held.row.shared_id),
        suggested=service.suggested(desk, held),
        stops=out.clock is not None and desk_queries.clock_may_change(desk, out.clock),
        dropped=_dropped(facts, said),
        erased_abroad=any(step.step in DECLINES.values() for step in steps),
        codes=_codes(desk, facts) if facts is not None else (),
        waiting=tuple(where.of_one(desk, held)),
        there=tuple(_there(desk, facts)) if facts is not None else (),
    )


def _there(desk: Desk, facts: ReferralFacts) -> list[Answering]:
    if facts.state in _AT_THE_BORDER and facts.schedule is not None:
        return answering(desk, facts.other_country, ("handover",), facts.schedule.border_point)
    return answering(desk, facts.other_country, ("child", "referral") if facts.child else ("referral",))


def _codes(desk: Desk, facts: ReferralFacts) -> tuple[ForeignCode, ...]:
    """What the other country said in codes that are not ours, each once: with what was read for it, or as it came."""

    def one(code_list: str, theirs: str, ours: str = "") -> ForeignCode:
        known = desk.policies.codes.get(code_list)
        return ForeignCode(code_list, known.title if known is not None else code_list, theirs, ours)

    heard = (one(each.code_list, each.theirs, each.ours) for each in facts.heard_codes)
    parted = (each.partition(":") for each in facts.unknown_codes)
    return tuple(dict.fromkeys((*heard, *(one(code_list, code) for code_list, _, code in parted))))


def _dropped(facts: ReferralFacts | None, said: Iterable[MessageOut]) -> tuple[str, ...] | None:
    if facts is None or not (facts.sender_took_back if facts.side == "receiver" else facts.receiver_took_back):
        return None
    open_ones = (
        each for each in said
        if each.type in TELLING and each.direction == "in" and not any(one.level == "decided" for one in each.receipts)
    )  # fmt: skip
    return tuple(sorted({group for each in open_ones for group in each.taken_back}))


def explained(
    desk: Desk, row: ReferralOut, case_reference: str, step: str, refusals: Iterable[RefusalOut]
) -> list[Reason]:
    """What stands in the way of a step, with the act that mends it where the reader may take it."""
    path = f"/referrals/{row.reference}"

    def reaches(permission: str) -> bool:
        return bool(row.case_id) and within_reach(desk, permission, str(row.case_id))

    return blocking.explained(desk, refusals, Blocking(case_reference, f"{path}/steps/{step}", reaches, step, path))


def open_to_form(step: NextStepOut) -> NextStepOut:
    """A step without the reasons that its own form will answer."""
    return without(step, ANSWERED_BY_FORM.get(step.step, frozenset()))


def without(step: NextStepOut, answered: frozenset[str]) -> NextStepOut:
    """A step without the reasons with these codes."""
    left = [reason for reason in step.refusals if reason.code not in answered]
    return step.model_copy(update={"refusals": left, "allowed": not left})


def step_called(page: ReferralPage, name: str) -> NextStepOut | None:
    """The step of that name among those offered, or None."""
    return next((step for step in page.steps if step.step == name), None)


__all__ = [
    "ANSWERED_BY_FORM", "AT_THE_BRIDGE", "ReferralPage", "explained", "open_to_form", "opened", "step_called",
    "without",
]  # fmt: skip
