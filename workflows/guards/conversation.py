"""Questions about the conversation between two countries: agreement, approval, addressee, answers and ends."""

from __future__ import annotations

from policies.model import Policies
from workflows.directory import DirectoryFacts, Standing
from workflows.facts import Actor, CaseFacts, ReferralFacts, Today
from workflows.guards.returning import NEEDED_SERVICES, visits_agreed
from workflows.step import guard
from workflows.verdict import Lack, lacking

SENDERS = ("case_manager", "social_worker")
FOCAL = ("national_focal_point",)
BORDER = ("border_focal_point",)
# Where the receiving side moves the conversation on (tests/workflows/test_graph.py compares with the table).
THEIR_TURN = frozenset(
    {"sent", "acknowledged", "tracing", "plan_proposed", "handed_over", "received", "in_reintegration"}
)


@guard(
    rule="G10",
    sources=("WM-TWO-EYES",),
    says="The referral has not been approved by somebody other than its author.",
    why="What crosses a border cannot be called back; two people look first.",
    mend="A supervisor reads and approves the draft.",
    who=("supervisor",),
)
def another_has_approved(referral: ReferralFacts) -> bool:
    return referral.approved_by is not None and referral.approved_by != referral.drafted_by


@guard(
    sources=("WM-TWO-EYES",),
    says="You wrote this draft yourself.",
    why="What crosses a border cannot be called back; two people look first.",
    mend="Ask another supervisor.",
    who=("supervisor",),
)
def approver_is_not_author(referral: ReferralFacts, actor: Actor) -> bool:
    return actor.id != referral.drafted_by


@guard(
    sources=("OHCHR-G11.1", "COMMIT-MOU-2004"),
    says="No agreement between {here} and {there} is in force today.",
    why="People are handed over only under a text that protects them.",
    mend="Take the case to the ministry; record the instrument in the corridor when it is signed.",
    who=FOCAL,
)
def agreement_is_in_force(referral: ReferralFacts, today: Today, policies: Policies) -> bool | Lack:
    corridor = policies.corridor(referral.from_country, referral.to_country)
    if corridor.in_force(today.date):
        return True
    return lacking(here=referral.from_country, there=referral.to_country)


@guard(
    sources=("OHCHR-G11.7", "OHCHR-G11.1", "WM-PROTOCOL"),
    says="No competent office in {there} is known for this referral.",
    why="A referral without an addressee waits for ever.",
    mend="Name the receiving office from the directory.",
    who=FOCAL,
)
def receiving_office_is_known(referral: ReferralFacts) -> bool | Lack:
    return bool(referral.receiver_office) or lacking(there=referral.to_country)


@guard(
    sources=("OHCHR-G11.7", "WM-DIRECTORY"),
    says="The contact of {there} for referrals {gap}.",
    why="An offer to a desk at which nobody answers leaves a person waiting.",
    mend="Have the focal point of that country renew its entry in the directory. In a hurry, telephone.",
    who=FOCAL,
)
def receiving_contact_is_valid(referral: ReferralFacts, directory: DirectoryFacts, today: Today) -> bool | Lack:
    there = referral.to_country
    standing = directory.for_referrals(there, today.date, child=referral.child)
    if standing is Standing.OVER:
        return lacking(there=there, gap="has run out")
    if standing is Standing.COMING:
        return lacking(there=there, gap="is not valid yet")
    return True


@guard(
    sources=("WM-PROTOCOL", "IOM-4"),
    says="The end of this referral has been asked for ({reason}).",
    why="After that nothing more is shared until the other side has answered.",
    mend="Wait for the answer of the other country.",
    who=FOCAL,
)
def end_is_not_asked(referral: ReferralFacts) -> bool | Lack:
    return referral.end_asked is None or lacking(reason=referral.end_asked)


@guard(
    sources=("WM-PROTOCOL",),
    says="The end of this referral has not been asked for.",
    why="The receiving side answers a request; it does not invent one.",
    mend="Decline the referral with its reason instead.",
    who=FOCAL,
)
def end_is_asked(referral: ReferralFacts) -> bool:
    return referral.end_asked is not None


@guard(
    sources=("IOM-4", "WM-PROTOCOL"),
    says="The sending country has not told of a consent that has ended.",
    why="Only what was told can be confirmed.",
    mend="Nothing is to be done here.",
    who=FOCAL,
)
def withdrawal_waits_here(referral: ReferralFacts) -> bool:
    return referral.sender_took_back is not None


@guard(
    sources=("IOM-4", "WM-PROTOCOL"),
    says="The receiving country has not told of a consent that has ended.",
    why="Only what was told can be confirmed.",
    mend="Nothing is to be done here.",
    who=SENDERS,
)
def withdrawal_waits_for_us(referral: ReferralFacts) -> bool:
    return referral.receiver_took_back is not None


@guard(
    sources=("WM-PROTOCOL",),
    says="It is your own turn: nobody has to be asked.",
    why="Where this country moves the referral on, it can also end it at once.",
    mend="Withdraw or cancel the referral.",
    who=SENDERS,
)
def the_turn_is_theirs(referral: ReferralFacts) -> bool:
    return referral.state in THEIR_TURN


@guard(
    sources=("OHCHR-G11.5", "ACTIP-14.6"),
    says="The sending country has not disclosed who the person is.",
    why="Nobody can be traced without a name, and the name comes only with consent after acknowledgement.",
    mend="Ask the sending country to disclose the identity.",
    who=FOCAL,
)
def identity_is_disclosed(referral: ReferralFacts) -> bool:
    return referral.identity_disclosed


@guard(
    sources=("OHCHR-G8.4", "ACTIP-15.3"),
    says="The tracing report with the nationality result is missing.",
    why="The assessment is what the other country waits for.",
    mend="Record the tracing report.",
    who=(*FOCAL, "social_worker"),
)
def tracing_is_reported(referral: ReferralFacts) -> bool:
    return referral.tracing is not None and referral.tracing.nationality != "pending"


@guard(
    sources=("ACTIP-15.3", "OHCHR-G11.5"),
    says="The other country has confirmed the nationality already.",
    why="A question that was answered is not asked twice.",
    mend="Propose the plan, or record that there is no safe return.",
    who=SENDERS,
)
def nationality_is_still_open(referral: ReferralFacts) -> bool:
    return referral.tracing is None or referral.tracing.nationality != "confirmed"


@guard(
    sources=("OHCHR-G6.8", "OHCHR-G11.12"),
    says="The reception {gap}.",
    why="Accepting means that an office, a partner organisation and services are waiting.",
    mend="Complete the reception plan.",
    who=(*FOCAL, "case_manager"),
)
def reception_is_arranged(referral: ReferralFacts) -> bool | Lack:
    offered = referral.reception
    if offered is None:
        return lacking(gap="is not planned")
    missing = [name for name in NEEDED_SERVICES if name not in offered.services]
    if missing:
        return lacking(gap=f"does not cover {', '.join(missing)}")
    if not offered.ngo_named:
        return lacking(gap="names no partner organisation")
    return bool(offered.office) or lacking(gap="names no office")


@guard(
    rule="G20",
    sources=("OHCHR-G6.8", "OHCHR-G11.11"),
    says="{done} of {wanted} reintegration visits are made, and no loss of contact is documented.",
    why="Whether a return went well shows only in these visits.",
    mend="Make the visits, or document the loss of contact.",
    who=("case_manager", "social_worker"),
)
def visits_are_made(case: CaseFacts, referral: ReferralFacts, policies: Policies) -> bool | Lack:
    corridor = policies.corridor(referral.from_country, referral.to_country)
    # The rules of the day on which the person arrived.
    wanted = visits_agreed(corridor, referral.receipt.on if referral.receipt is not None else case.opened_on)
    # Visits on the case count too: who does not want reports to travel is visited all the same.
    done = max(referral.visits, case.visits)
    gone = referral.contact_lost or case.contact_lost or case.deceased
    return done >= wanted or gone or lacking(done=done, wanted=wanted)


@guard(
    sources=("ACTIP-14.4", "OHCHR-P11", "OHCHR-G6.7"),
    says="Nothing recorded says that a return is not safe.",
    why="It closes the way home: that takes a serious risk, a denied nationality or the child panel's word.",
    mend="Record the risk assessment, the nationality result or the determination.",
    who=("case_manager", "supervisor"),
)
def return_is_found_unsafe(case: CaseFacts, referral: ReferralFacts) -> bool:
    serious = case.return_risk is not None and case.return_risk.level == "serious"
    traced = referral.tracing
    denied = traced is not None and traced.nationality in {"denied", "not_found"}
    panel = case.best_interests is not None and case.best_interests.outcome in {"stay", "third_country"}
    return serious or denied or (case.child and panel)
