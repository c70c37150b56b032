"""Questions before a case ends (OHCHR-P9, P17; practice G20)."""

from __future__ import annotations

from collections.abc import Callable

from policies.model import Policies
from workflows.claims import open_claims, untold_claims
from workflows.facts import CaseFacts, Today
from workflows.guards.children import CHILD_ROLES
from workflows.guards.legal import open_proceedings
from workflows.guards.screening import asked_rightly, window_end
from workflows.step import guard
from workflows.verdict import Lack, lacking

CLOSERS = ("case_manager", "supervisor")
NEGATIVE = frozenset({"not_identified", "screened_out"})
# Where a child's case stands once it has been decided where they live, and they do; the next country carries on.
SOLVED = frozenset({"including_locally", "resettling", "reintegrating", "handed_over"})


def out_of_reach(case: CaseFacts) -> bool:
    """True when there is nobody to tell or to ask: deceased, unreachable, or never arrived here."""
    return _is_gone(case) or (_said_unreachable(case) and _is_lost(case) and not _is_in_a_bed(case))


def may_be_said_unreachable(case: CaseFacts) -> bool:
    """True when the records bear it out, should the form of the end say that the person cannot be reached."""
    return _is_lost(case) and not _is_in_a_bed(case)


def _is_gone(case: CaseFacts) -> bool:
    return case.deceased or (case.care == "awaiting_arrival" and not case.receipt_signed)


def _said_unreachable(case: CaseFacts) -> bool:
    return case.closure is not None and case.closure.unreachable


def _is_lost(case: CaseFacts) -> bool:
    return case.contact_lost or case.missing


def _is_in_a_bed(case: CaseFacts) -> bool:
    # Whose bed is empty is missing, and is searched for.
    return not case.missing and (case.care == "sheltered" or case.bed_used is not None)


@guard(
    rule="G20",
    sources=("WM-CLOSURE", "WM-SAFETY"),
    says="The closure says that the person cannot be reached, and no record says that contact is lost.",
    why="A tick in the closure form alone ends nobody's protection.",
    mend="Record that contact is lost or the person is missing, or tell the person and ask them.",
    who=CLOSERS,
)
def loss_of_contact_is_recorded(case: CaseFacts) -> bool:
    return _is_gone(case) or not _said_unreachable(case) or _is_lost(case)


@guard(
    rule="G20",
    sources=("WM-CLOSURE", "WM-SAFETY", "OHCHR-P10"),
    says="The closure says that the person cannot be reached, and they stay in a shelter.",
    why="Who has a bed is asked there; whose bed stays empty is searched for before anything ends.",
    mend="Tell the person in the shelter and ask them; if they are gone, report them missing.",
    who=(*CLOSERS, "shelter_manager"),
)
def nobody_in_a_bed_is_unreachable(case: CaseFacts) -> bool:
    return _is_gone(case) or not _said_unreachable(case) or not _is_in_a_bed(case)


@guard(
    rule="G20",
    sources=("WM-CLOSURE",),
    says="The closure form {gap}.",
    why="A case ends with a coded reason, and the person knows.",
    mend="Complete the closure form with the person.",
    who=CLOSERS,
)
def closure_is_recorded(case: CaseFacts) -> bool | Lack:
    form = case.closure
    if form is None:
        return lacking(gap="is missing")
    if out_of_reach(case):
        return True
    if not form.person_told:
        return lacking(gap="does not say that the person was told")
    # Who was found not to be trafficked is told, and may ask again; the end does not wait for their consent.
    settled = case.child or case.identification in NEGATIVE
    return settled or form.person_agrees or lacking(gap="does not say that the person agrees")


# What has to be true of a case that ends for a reason, and what is said where it is not. Of "other" its note tells.
REASONS: dict[str, tuple[Callable[[CaseFacts], bool], Lack]] = {
    "reintegrated": (
        lambda case: case.care in {"reintegrating", "including_locally"},
        lacking(gap="no reintegration and no inclusion has begun"),
    ),
    "included_locally": (
        lambda case: case.care == "including_locally", lacking(gap="the person was not included locally"),
    ),
    "third_country": (lambda case: case.care == "resettling", lacking(gap="the person was not resettled")),
    "handed_over": (lambda case: case.care == "handed_over", lacking(gap="no other country has taken over")),
    "not_trafficked": (lambda case: case.identification in NEGATIVE, lacking(gap="no decision says so")),
    "declined_help": (
        lambda case: not case.child and case.rights is not None and case.rights.answer == "declined",
        lacking(gap="no answer to the notice of rights declines help, or a child would have declined it"),
    ),
    "lost_contact": (_is_lost, lacking(gap="no record says that contact is lost")),
    "deceased": (lambda case: case.deceased, lacking(gap="no record says that the person died")),
    "opened_in_error": (lambda case: case.identification != "identified", lacking(gap="the person is identified")),
}


@guard(
    rule="G20",
    sources=("WM-CLOSURE",),
    says="The closure gives a reason that the records do not bear out: {gap}.",
    why="A reason that is not true hides a person who still waits, and makes every figure about endings wrong.",
    mend="Give the true reason, or record first what has happened.",
    who=CLOSERS,
)
def reason_fits_the_case(case: CaseFacts) -> bool | Lack:
    asked = REASONS.get(case.closure.reason) if case.closure is not None else None
    if asked is None:
        return True
    holds, lack = asked
    return holds(case) or lack


@guard(
    rule="G20",
    sources=("WM-CLOSURE", "OHCHR-P10", "OHCHR-G8.5"),
    says="The case of a child would end without a lasting solution.",
    why="A child has somebody who cares for them, somewhere to live and somebody who looks after both, or a case.",
    mend="Hold the best-interests determination and take the step it chooses: return, inclusion or resettlement.",
    who=CHILD_ROLES,
)
def child_has_a_lasting_solution(case: CaseFacts) -> bool:
    if not case.child or case.identification in NEGATIVE or out_of_reach(case):
        return True
    passed_on = any(each.state in {"moved", "done"} for each in case.matters_of("transfer"))
    return case.care in SOLVED or (passed_on and case.closure is not None and case.closure.reason == "transferred")


@guard(
    rule="G20",
    sources=("WM-CLOSURE", "WM-TRANSFER"),
    says="The closure says that another office carries on, and none has agreed to.",
    why="A case that nobody has taken up would be lost between two offices.",
    mend="Ask the other office and wait for its yes, or give the true reason.",
    who=CLOSERS,
)
def transfer_is_recorded(case: CaseFacts) -> bool:
    if case.closure is None or case.closure.reason != "transferred":
        return True
    return any(each.state in {"moved", "done"} for each in case.matters_of("transfer"))


@guard(
    rule="G20",
    sources=("OHCHR-P9", "OHCHR-G9.3"),
    says="{proceedings} proceedings and {claims} claims are open.",
    why="Help goes on as long as any action does; claims live on after return.",
    mend="Record the end of the proceedings, and finish each claim or end it with a reason.",
    who=("legal_officer", "case_manager"),
)
def nothing_legal_is_open(case: CaseFacts) -> bool | Lack:
    legal = case.legal
    proceedings = open_proceedings(case)
    # What an older record only counted may be carried on by others; a claim that is followed here ends here first.
    carried = legal is not None and legal.cross_border_route
    claims = open_claims(case) - (untold_claims(case) if carried else 0)
    return proceedings == claims == 0 or lacking(proceedings=proceedings, claims=claims)


@guard(
    sources=("WM-CLOSURE", "OHCHR-G6.2"),
    says="The form does not say that the person was asked and agreed.",
    why="Nobody becomes a case again behind their back; help is offered, and a no lowers nothing.",
    mend="Ask the person, or for a child the child and the guardian, and record the answer.",
    who=CLOSERS,
)
def reopening_is_agreed(case: CaseFacts) -> bool:
    # Nobody waits in a cell for a question that nobody can put to them, nor where they cannot be found.
    return case.reopening_agreed is True or case.detained or case.contact_lost


@guard(
    sources=("WM-CUSTODY", "WM-RETRAFFICKING"),
    says="This case ended where {where}.",
    why="One country answers for the person at a time; who comes back after new harm gets a case of their own.",
    mend="Open a new case linked to this one.",
    who=CLOSERS,
)
def person_is_in_our_care(case: CaseFacts) -> bool | Lack:
    if case.closed_from == "handed_over":
        return lacking(where="the other country took over")
    if case.closed_from == "awaiting_arrival":
        return lacking(where="the person never arrived")
    return True


@guard(
    rule="G20",
    sources=("WM-CLOSURE", "OHCHR-P2"),
    says="Referrals to another country still open: {count}.",
    why="The conversation between the countries ends first, else the person falls between them.",
    mend="Complete, withdraw or cancel the referral.",
    who=("case_manager", "national_focal_point"),
)
def no_referral_is_open(case: CaseFacts) -> bool | Lack:
    return case.open_referrals == 0 or lacking(count=case.open_referrals)


@guard(
    rule="G20",
    sources=("WM-CLOSURE", "OHCHR-P2"),
    says="Requests and claims of this case that are still open: {count}.",
    why="What was asked for the person is answered and finished first, else nobody follows it.",
    mend="Finish each of them, or stop it with a reason.",
    who=CLOSERS,
)
def no_matter_is_open(case: CaseFacts) -> bool | Lack:
    count = sum(each.is_open for each in case.matters)
    return count == 0 or lacking(count=count)


@guard(
    sources=("OHCHR-P17", "OHCHR-G9.2"),
    says="The person has not been told about remedies, or the answer is not recorded.",
    why="Everybody found to be trafficked has a right to a remedy and to hear of it.",
    mend="Give the remedies notice and record the answer.",
    who=("legal_officer", "case_manager"),
)
def remedies_were_explained(case: CaseFacts) -> bool:
    if case.identification != "identified" or out_of_reach(case):
        return True
    return case.remedies_told


@guard(
    rule="G05",
    sources=("OHCHR-G2.1", "WM-RECONSIDERATION"),
    says="The identification is still open ({state}).",
    why="A person must not be lost between suspicion and decision; a no can be questioned in its time.",
    mend="Finish the identification, or wait for the end of the window.",
    who=("legal_officer", "supervisor", "case_manager"),
)
def identification_is_settled(case: CaseFacts, today: Today, policies: Policies) -> bool | Lack:
    if case.identification == "identified" or _is_gone(case):
        return True
    end = window_end(case, policies)
    # Who cannot be reached may still come back within the time to ask again.
    if end is not None and case.identification in NEGATIVE:
        if today.date.isoformat() > end:
            # What was asked for in time, or says something new, waits for its answer; a late wish alone does not.
            waits = asked_rightly(case, end)
            return lacking(state="a request to look at it again waits for an answer") if waits else True
        return lacking(state=f"it can be reconsidered until {end}")
    return out_of_reach(case) or lacking(state=case.identification)
