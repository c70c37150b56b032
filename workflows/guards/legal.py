"""Questions around penalties and proceedings. None of them can see whether the person works with the police."""

from __future__ import annotations

from collections.abc import Mapping

from workflows.facts import Actor, CaseFacts, MatterFacts
from workflows.matter import HELD, untold
from workflows.staying import PROCEEDINGS, TESTIMONY, WITNESS, stays_for
from workflows.step import guard
from workflows.verdict import Lack, lacking

COUNSEL = ("legal_officer", "case_manager")
REVIEWERS = ("legal_officer", "supervisor", "national_focal_point")
PENALTIES = "non_punishment"
DETENTION = "detention"
# Flags of a penalty and of a proceeding; the words of the forms stay in their records.
LINK, NO_LINK = "link", "link.none"
NO_HEARING = "hearing.none"
REPRESENTED, LIMITS, OFFERED = "represented", "limits", "offered"


def untold_proceedings(case: CaseFacts) -> int:
    """Proceedings that an older record only counts: those that have not been recorded one by one since."""
    legal = case.legal
    return 0 if legal is None else untold(case, PROCEEDINGS, legal.open_proceedings, legal.told_on or legal.on)


def open_proceedings(case: CaseFacts) -> int:
    """How many proceedings are open: each that is followed, and those only counted by an older record."""
    return sum(each.is_open for each in case.matters_of(PROCEEDINGS)) + untold_proceedings(case)


@guard(
    sources=("WM-TWO-EYES", "OHCHR-P7"),
    says="Whoever reported the penalty cannot review it.",
    why="A second pair of eyes sees what the first took for granted.",
    mend="Ask another legal officer, the supervisor or the national focal point.",
    who=REVIEWERS,
)
def reviewer_is_not_reporter(actor: Actor, matter: MatterFacts) -> bool:
    return actor.id != matter.by


@guard(
    sources=("OHCHR-P7", "ACTIP-14.7"),
    says="The review does not say that the act may follow from the trafficking.",
    why="Nobody is punished for what the trafficking led them to; where it is not clear, the person is spoken for.",
    mend="Say in the review what links the act to the trafficking, or find no link.",
    who=REVIEWERS,
)
def review_finds_a_link(matter: MatterFacts) -> bool:
    return any(flag.partition(".")[0] == LINK and flag != NO_LINK for flag in matter.flags)


@guard(
    sources=("OHCHR-P7", "WM-REASONS"),
    says="The review does not say that there is no link.",
    why="A person is left without this protection only where somebody has written why.",
    mend="Say in the review that there is no link and why, or find that the person must not be punished.",
    who=REVIEWERS,
)
def review_finds_no_link(matter: MatterFacts) -> bool:
    return NO_LINK in matter.flags


@guard(
    sources=("OHCHR-P7", "OHCHR-G2.6"),
    says="This penalty is not a detention.",
    why="Only who is held can be released; other penalties are lifted.",
    mend="Record that the penalty is lifted.",
    who=COUNSEL,
)
def penalty_is_a_detention(matter: MatterFacts) -> bool:
    return matter.about == DETENTION


@guard(
    sources=("OHCHR-P7", "OHCHR-G2.6"),
    says="The person is still held.",
    why="A detention is over when the person is free, and somebody has seen them.",
    mend="Record that the person is released.",
    who=COUNSEL,
)
def nobody_is_held_by_it(case: CaseFacts, matter: MatterFacts) -> bool:
    if matter.about != DETENTION or case.deceased:
        return True
    # Where somebody says that the person is held, and no other penalty is known to hold them, it is this one.
    others = any(HELD in each.flags for each in case.matters_of(PENALTIES) if each.id != matter.id)
    return HELD not in matter.flags and (others or not case.detained)


@guard(
    rule="G01",
    sources=("OHCHR-P7", "OHCHR-G2.6"),
    says="The person is recorded as held.",
    why="A choice made behind a lock is not free, and nobody who is held is left without somebody who acts for them.",
    mend="Have the detention reviewed and the person released, or record that they are free.",
    who=(*COUNSEL, "supervisor"),
)
def person_is_free(case: CaseFacts) -> bool:
    held = case.detained or any(HELD in each.flags for each in case.matters_of(PENALTIES))
    return not held or case.deceased


@guard(
    sources=("OHCHR-P7", "OHCHR-G2.6"),
    says="Detentions that nobody has recorded the end of: {count}.",
    why="Who is held in two places is free only when both have let them go.",
    mend="Record of each detention that the person is released.",
    who=(*COUNSEL, "supervisor"),
)
def every_detention_is_over(case: CaseFacts, given: Mapping[str, object]) -> bool | Lack:
    """Asked where somebody says that the person is held nowhere."""
    count = sum(
        each.is_open and each.about == DETENTION and HELD in each.flags for each in case.matters_of(PENALTIES)
    )
    return given.get("detained") is not False or count == 0 or lacking(count=count)


def _speaks(matter: MatterFacts) -> bool:
    """Whether the person is to say something: a day on which they do not needs no talk before it."""
    return bool(matter.flags & {TESTIMONY, OFFERED})


@guard(
    sources=("OHCHR-G6.6", "WM-CONSENT"),
    says="The person has not been told how far secrecy goes in this proceeding.",
    why="Who will read a statement, and what cannot be kept secret, has to be known before it is given.",
    mend="Explain it in a language the person understands, and record that.",
    who=COUNSEL,
)
def limits_were_explained(matter: MatterFacts) -> bool:
    return LIMITS in matter.flags or not _speaks(matter)


@guard(
    sources=("OHCHR-G8.8", "OHCHR-P10"),
    says="Nobody independent speaks for the child in this proceeding.",
    why="A child's interests in a court are looked after by somebody of their own.",
    mend="Have a representative named for this proceeding, and record it.",
    who=COUNSEL,
)
def child_has_a_representative(case: CaseFacts, matter: MatterFacts) -> bool:
    return not case.child or REPRESENTED in matter.flags or not _speaks(matter)


@guard(
    sources=("OHCHR-G5.3", "TH-ATA-31"),
    says="No authority wants the person as a witness here.",
    why="Nobody is brought to testify who has not been asked for.",
    mend="Record where the proceeding stands, and whether the person is wanted as a witness.",
    who=COUNSEL,
)
def person_is_wanted_as_witness(matter: MatterFacts) -> bool:
    return WITNESS in matter.flags


@guard(
    sources=("OHCHR-P9",),
    says="No hearing is on record for this day.",
    why="What a hearing brought, or that it was moved, is written to the day that was set.",
    mend="Record the hearing first, or name the day that was set.",
    who=COUNSEL,
)
def hearing_is_set(matter: MatterFacts) -> bool:
    return NO_HEARING not in matter.flags


@guard(
    rule="G14",
    sources=("ACTIP-15.2", "OHCHR-P9", "TH-ATA-31"),
    says="Wanted as a witness, and not asked how they would testify: in {count} proceedings.",
    why="Testimony can be taken before the journey or from afar; the person chooses, also to say no.",
    mend="Offer testimony in advance or from afar in each of these proceedings, and record the choice.",
    who=COUNSEL,
)
def testimony_was_offered(case: CaseFacts) -> bool | Lack:
    lack = sum(
        each.is_open and WITNESS in each.flags and OFFERED not in each.flags for each in case.matters_of(PROCEEDINGS)
    )
    return lack == 0 or lacking(count=lack)


@guard(
    sources=("OHCHR-G4.7", "OHCHR-P9"),
    says="Open proceedings for which the person wants to stay in the country: {count}.",
    why="Whom a proceeding needs may stay lawfully as long as it lasts, and nobody is sent away from it.",
    mend="Ask the person again and record their wish in the proceeding, or wait until it has ended.",
    who=COUNSEL,
)
def stay_for_proceedings_is_kept(case: CaseFacts) -> bool | Lack:
    count = stays_for(case)
    return count == 0 or lacking(count=count)
