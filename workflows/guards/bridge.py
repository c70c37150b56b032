"""Guards of the meeting at the border: point and day, officers, what is certified there, who crosses with whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from policies.model import Policies
from workflows.directory import DirectoryFacts, Standing
from workflows.facts import CaseFacts, ReferralFacts, Today
from workflows.step import guard
from workflows.verdict import Lack, lacking

SENDERS = ("case_manager", "social_worker")
FOCAL = ("national_focal_point",)
BORDER = ("border_focal_point",)
# What a look at the referral of who goes along finds out: whether they stay behind today (app/casework/companions.py).
MATE_STAYS = "mate_stays"


@guard(
    rule="G17",
    sources=("OHCHR-G11.7", "WM-DIRECTORY", "WM-HANDOVER"),
    says="The contact of {there} at the border point '{point}' {gap}.",
    why="Nobody is brought to a border at which nobody is known to wait.",
    mend="Have the focal point of that country renew its entry in the directory, or choose another border point.",
    who=(*FOCAL, *BORDER),
)
def border_contact_is_valid(referral: ReferralFacts, directory: DirectoryFacts) -> bool | Lack:
    plan = referral.schedule
    if plan is None:
        return True
    there, point = referral.to_country, plan.border_point
    standing = directory.at_the_border(there, point, plan.on)
    if standing is Standing.OVER:
        return lacking(there=there, point=point, gap="has run out by the day of the handover")
    if standing is Standing.COMING:
        return lacking(there=there, point=point, gap="is not valid yet on the day of the handover")
    return True


@guard(
    rule="G17",
    sources=("WM-HANDOVER", "OHCHR-G11.7"),
    says="The border point '{point}' does not belong to this corridor.",
    why="Handover happens where both countries have an office and an agreement.",
    mend="Choose a border point of the corridor.",
    who=(*BORDER, *SENDERS),
)
def border_point_is_agreed(referral: ReferralFacts, policies: Policies) -> bool | Lack:
    plan = referral.schedule
    if plan is None:
        return lacking(point="none")
    corridor = policies.corridor(referral.from_country, referral.to_country)
    known = {point.code for point in corridor.border_points}
    return plan.border_point in known or lacking(point=plan.border_point)


@guard(
    sources=("WM-HANDOVER",),
    says="The day of the handover ({day}) is past.",
    why="Both sides need a day they can still keep.",
    mend="Agree a new day.",
    who=(*BORDER, *SENDERS),
)
def day_is_ahead(referral: ReferralFacts, today: Today) -> bool | Lack:
    plan = referral.schedule
    if plan is None:
        return lacking(day="none")
    return plan.on >= today.date or lacking(day=plan.on.isoformat())


@guard(
    rule="G17",
    sources=("WM-HANDOVER",),
    says="The handover is scheduled for {day}, not for today.",
    why="Everything certified at the border is certified for that day.",
    mend="Reschedule, or come on the day.",
    who=BORDER,
)
def day_has_come(referral: ReferralFacts, today: Today) -> bool | Lack:
    plan, said = referral.schedule, referral.handover
    if plan is None:
        return lacking(day="no day")
    # A post without network signs on paper and enters it later, under the day on which it was signed.
    on_paper = said is not None and said.on == plan.on < today.date
    return plan.on == today.date or on_paper or lacking(day=plan.on.isoformat())


@guard(
    rule="G17",
    sources=("WM-HANDOVER", "WM-CUSTODY"),
    says="The {side} country has not named its officer.",
    why="A person is given from one named hand to another.",
    mend="Name the officer and confirm the day.",
    who=BORDER,
)
def officers_are_named(referral: ReferralFacts) -> bool | Lack:
    plan = referral.schedule
    if plan is None or not plan.sender_officer:
        return lacking(side="sending")
    return plan.receiver_officer or lacking(side="receiving")


@guard(
    rule="G17",
    sources=("OHCHR-P11", "WM-HANDOVER"),
    says="The person has not confirmed today that they still want to go.",
    why="A person may change their mind at the bridge, and that is a normal outcome.",
    mend="Ask the person again today; if the answer is no, postpone.",
    who=BORDER,
)
def person_reconfirmed_today(referral: ReferralFacts, today: Today) -> bool:
    plan, said = referral.schedule, referral.handover
    if said is None or not said.agrees or said.reconfirmed_on != said.on:
        return False
    return said.on == today.date or (plan is not None and said.on == plan.on < today.date)


@guard(
    rule="G17",
    sources=("WM-HANDOVER",),
    says="The handover is not complete: {missing}.",
    why="What is not listed is lost, and who is not fit does not travel.",
    mend="Complete the handover form.",
    who=BORDER,
)
def handover_is_complete(referral: ReferralFacts) -> bool | Lack:
    form = referral.handover
    if form is None:
        return lacking(missing="no handover form")
    gaps = [
        words
        for held, words in (
            (form.belongings_listed, "belongings, documents and money are not listed"),
            (form.fit_to_travel, "fitness to travel is not confirmed"),
            (form.onward_booked, "the onward service is not booked"),
        )
        if not held
    ]
    return lacking(missing="; ".join(gaps)) if gaps else True


@guard(
    rule="G17",
    sources=("OHCHR-P11", "OHCHR-G6.7", "WM-HANDOVER"),
    says="The person did not agree to go on {day} and has not been asked again on another day.",
    why="Whoever said no at the bridge is asked again without haste, or not at all.",
    mend="Talk with the person on a later day and record what they wish.",
    who=SENDERS,
)
def person_was_asked_again(case: CaseFacts, referral: ReferralFacts) -> bool | Lack:
    last = referral.days_off[-1] if referral.days_off else None
    if last is None or last.reason != "person_did_not_agree":
        return True
    wish = case.wish
    return (wish is not None and wish.on > last.said_on) or lacking(day=last.said_on.isoformat())


@guard(
    rule="G17",
    sources=("OHCHR-G8.6", "WM-HANDOVER"),
    says="The person was to travel with somebody: {gap}.",
    why="A child is not parted from whoever goes along, nor a family, without a reason that is kept.",
    mend="Let both cross together, agree on another day, or write down why they part.",
    who=BORDER,
)
def who_travels_together_stays_together(referral: ReferralFacts, given: Mapping[str, Any]) -> bool | Lack:
    plan, said = referral.schedule, referral.handover
    if plan is None or said is None or not plan.travels_with or said.apart:
        return True
    if said.together is not True:
        return lacking(gap="nothing says that both cross today")
    return not given.get(MATE_STAYS) or lacking(gap="the other one does not cross today")


@guard(
    sources=("WM-CUSTODY",),
    says="The journey has not begun: the care step 'depart' is missing.",
    why="Every check before departure is made there.",
    mend="Take the step 'depart' on the case.",
    who=SENDERS,
)
def journey_has_begun(case: CaseFacts) -> bool:
    return case.care == "returning"


@guard(
    rule="G19",
    sources=("WM-CUSTODY", "WM-HANDOVER"),
    says="The receipt does not say that the person is here.",
    why="The signature moves the responsibility for a human being.",
    mend="Sign only with the person in front of you; else report that nobody came.",
    who=BORDER,
)
def person_is_here(referral: ReferralFacts, today: Today) -> bool:
    signed, given = referral.receipt, referral.handover
    if signed is None or not signed.person_present:
        return False
    # A post without network enters the receipt later, under the day on which it was signed. Each side signs under its
    # own country's day: between two midnights the receiving one may still have the day before.
    latest = max(signed.on, today.there or signed.on)
    return signed.on <= today.date and (given is None or given.reconfirmed_on <= latest)
