"""What a notice says on a page: one sentence for each kind, without a name and without a reason."""

from __future__ import annotations

from typing import Final

from app.kit.words import mark

# Kind of notice -> sentence.
SENTENCES: Final[dict[str, str]] = {
    "access_wanted": mark("A colleague asks for access to a case."),
    "approval_agreed": mark("Your request was agreed to."),
    "approval_asked": mark("A colleague's request waits for a second person."),
    "approval_expired": mark("Your request ran out: nobody decided in time."),
    "approval_refused": mark("Your request was refused."),
    "approval_withdrawn": mark("A request was taken back."),
    "bed_answered": mark("A shelter has answered a request for a bed."),
    "operation_answered": mark("An office has answered what you asked it to keep ready."),
    "operation_asked": mark("Your office is asked to keep something ready."),
    "operation_asked_after": mark("The day of an operation is over. Say how it ended."),
    "operation_run_out": mark("Nobody said how an operation ended. Nothing is kept ready for it any more."),
    "operation_taken_back": mark("Something was given back. An operation is not released any more."),
    "reserve_run_out": mark("What your office kept ready for an operation is free again."),
    "operation_released": mark("An operation was released."),
    "tip_late": mark("Nobody has looked at a tip in time."),
    "tip_waits": mark("A tip waits to be looked at."),
    "bed_asked": mark("Somebody asks for a bed in your shelter."),
    "bed_changed": mark("A bed that was asked for has to fit somebody else. Look at the request again."),
    "bed_lapsed": mark("The time of a request for a bed ran out."),
    "claim_answered": mark("The office of the fund has answered a claim."),
    "claim_asked": mark("A claim to the fund waits for your office's decision."),
    "claim_consent": mark("The consent for a claim to the fund has ended."),
    "claim_late": mark("The time to answer a claim to the fund is over."),
    "claim_to_pay": mark("An approved claim waits to be paid."),
    "claim_withdrawn": mark("A claim to the fund was withdrawn."),
    "bed_withdrawn": mark("A request for a bed was taken back."),
    "bulk_viewing": mark("An account opened many cases in a short time."),
    "cases_received": mark("Cases were given to you."),
    "conflict_declared": mark("A colleague declared a conflict of interest in a case."),
    "deputy_away": mark("Somebody who stands in is away themselves. Name somebody else for that time."),
    "deputy_ended": mark("A stand-in for a colleague has ended."),
    "deputy_named": mark("A stand-in was named: you, or for you."),
    "emergency_answer_wanted": mark("A reviewer asks about an emergency access of yours."),
    "emergency_answered": mark("A question you asked about an emergency access was answered."),
    "emergency_escalated": mark("A reviewer passed an emergency access on for a closer look."),
    "emergency_opened": mark("A case was opened in an emergency."),
    "emergency_reviewed": mark("An emergency access of yours was reviewed."),
    "emergency_unreviewed": mark("An emergency access still waits for its review."),
    "key_operation_done": mark("A change of keys was carried out."),
    "clock_stopped": mark("A clock was stopped in your office."),
    "harm_after_closing": mark("Harm is reported in a closed case. Decide whether to open it again."),
    "penalty_reported": mark("A penalty against a person was reported. Open the case at once."),
    "penalty_upheld": mark("A penalty against a person was upheld. Open the case."),
    "person_detained": mark("A person is held. Open the case at once."),
    "person_died": mark("A person has died. Open the case."),
    "person_in_danger": mark("A person is in danger. Open the case at once."),
    "person_missing": mark("A person is missing. Open the case at once."),
    "service_answered": mark("A provider has answered."),
    "service_asked": mark("A team asks your office for a service."),
    "service_consent": mark("The consent for a service has ended."),
    "service_late": mark("The time to answer a request for a service is over."),
    "service_stopped": mark("A request for a service was stopped."),
    "task_escalated": mark("A task that nobody did in time was passed on to you."),
    "threat_reported": mark("A threat was reported. Open the case at once."),
    "task_late": mark("A task of yours is late."),
    "partner_not_reached": mark("A message has not reached another country in time."),
    "partner_not_opened": mark("Another country has not opened a referral in time."),
    "partner_late": mark("Another country has not answered in time."),
    "seal_names_changed": mark("Who is named on a sealed case was changed."),
    "seal_unconfirmed": mark("A case is sealed until a second person agrees."),
    "training_ends": mark("A training of yours runs out soon."),
    "training_of_colleague_ends": mark("A colleague's training runs out soon."),
    "transfer_answered": mark("Another office has answered."),
    "transfer_asked": mark("Another office asks yours about a case."),
    "transfers_answered": mark("Another office has answered about several cases."),
    "transfers_asked": mark("Another office asks yours about several cases."),
    "transfers_ended": mark("What another office asked or shared of several cases has ended."),
    "transfer_ended": mark("What another office asked or shared has ended."),
    "erasure_asked": mark("Another country has erased a person and asks for the same. See the register of erasures."),
    "erasure_answered": mark("Another country has answered about erasing a person. See the register of erasures."),
    "withdrawal_told": mark("Another country has told that a consent has ended. Open the referral."),
    "transfer_late": mark("The time to answer another office is over."),
}
_OTHERWISE: Final = mark("There is something new about your work.")


def sentence(kind: str) -> str:
    """The marked sentence for a kind of notice; a kind without words of its own says only that there is something."""
    return SENTENCES.get(kind, _OTHERWISE)
