"""Questions before a case ends (OHCHR-P9, P17; practice G20)."""

from __future__ import annotations

from policies.model import Policies
from workflows.facts import CaseFacts, Today
from workflows.guards.screening import window_end
from workflows.step import guard
from workflows.verdict import Lack, lacking

CLOSERS = ("case_manager", "supervisor")
NEGATIVE = frozenset({"not_identified", "screened_out"})


def out_of_reach(case: CaseFacts) -> bool:
    """True when there is nobody to tell or to ask: deceased, unreachable, or never arrived here."""
    never_came = case.care == "awaiting_arrival" and not case.receipt_signed
    return case.deceased or never_came or (case.closure is not None and case.closure.unreachable)


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


@guard(
    rule="G20",
    sources=("OHCHR-P9", "OHCHR-G9.3"),
    says="{proceedings} proceedings and {claims} claims are open.",
    why="Help goes on as long as any action does; claims live on after return.",
    mend="Record the end of the proceedings, or who carries the claims on.",
    who=("legal_officer", "case_manager"),
)
def nothing_legal_is_open(case: CaseFacts) -> bool | Lack:
    legal = case.legal
    if legal is None:
        return True
    # What the person did not want to say, and nobody knows, holds nobody back: as where nothing was recorded at all.
    proceedings = legal.open_proceedings or 0
    claims = 0 if legal.cross_border_route else legal.open_claims or 0
    return (proceedings == 0 and claims == 0) or lacking(proceedings=proceedings, claims=claims)


@guard(
    sources=("WM-CLOSURE", "OHCHR-G6.2"),
    says="The form does not say that the person was asked and agreed.",
    why="Nobody becomes a case again behind their back; help is offered, and a no lowers nothing.",
    mend="Ask the person, or for a child the child and the guardian, and record the answer.",
    who=CLOSERS,
)
def reopening_is_agreed(case: CaseFacts) -> bool:
    return case.reopening_agreed is True


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
    return case.remedies_notice is not None and case.remedies_notice.answer is not None


@guard(
    rule="G05",
    sources=("OHCHR-G2.1", "WM-RECONSIDERATION"),
    says="The identification is still open ({state}).",
    why="A person must not be lost between suspicion and decision; a no can be questioned in its time.",
    mend="Finish the identification, or wait for the end of the window.",
    who=("legal_officer", "supervisor", "case_manager"),
)
def identification_is_settled(case: CaseFacts, today: Today, policies: Policies) -> bool | Lack:
    if case.identification == "identified" or out_of_reach(case):
        return True
    end = window_end(case, policies)
    if end is not None and case.identification in NEGATIVE:
        if today.date.isoformat() > end:
            return True
        return lacking(state=f"it can be reconsidered until {end}")
    return lacking(state=case.identification)
