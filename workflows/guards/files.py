"""Questions before data of the person go to the defence, a court or another authority in a proceeding (OHCHR-G6.6).

What each form said is kept on the proceeding as flags: the request, what the review allows, what was given.
"""

from __future__ import annotations

from collections.abc import Iterable

from workflows.facts import Actor, MatterFacts
from workflows.guards.legal import COUNSEL, REVIEWERS
from workflows.step import guard
from workflows.verdict import Lack, lacking

ASKED, AGAIN, ANSWERED = "file.asked", "file.again", "file.answered"
CLEARED, HELD_BACK = "file.cleared", "file.held_back"
HEALTH_AGREED, TOLD = "file.health_agreed", "file.told"
# Which groups of data were asked for, may be given, were given; what is taken out; who took the request in.
ASK, MAY, GAVE, OUT, BY = "file_ask", "file_may", "file_gave", "file_out", "file_by"
# Who asked (code list file_asker).
FROM = "file_from"
# Never given to anybody: it leads those who look for the person to their door.
NEVER = frozenset({"contact"})
HEALTH = "health"


def named(prefix: str, codes: Iterable[str]) -> frozenset[str]:
    """The flags that keep these codes."""
    return frozenset(f"{prefix}.{code}" for code in codes)


def kept(matter: MatterFacts, prefix: str) -> frozenset[str]:
    """The codes that the flags of a proceeding keep."""
    return frozenset(flag.partition(".")[2] for flag in matter.flags if flag.partition(".")[0] == prefix)


def without(matter: MatterFacts, *prefixes: str) -> frozenset[str]:
    """The flags of a proceeding but those that begin so."""
    return frozenset(flag for flag in matter.flags if flag.partition(".")[0] not in prefixes)


@guard(
    sources=("OHCHR-G6.6", "WM-TWO-EYES"),
    says="An earlier request for the person's data in this proceeding has not been answered.",
    why="One answer after the other: nobody may mistake what was allowed for one request for another.",
    mend="Answer the earlier request first.",
    who=COUNSEL,
)
def no_file_request_waits(matter: MatterFacts) -> bool:
    return AGAIN not in matter.flags


@guard(
    sources=("OHCHR-G6.6", "WM-TWO-EYES"),
    says="No request for the person's data waits in this proceeding.",
    why="Data go out for one request at a time, never in advance.",
    mend="Record who asks, for what and on which ground.",
    who=COUNSEL,
)
def file_is_asked_for(matter: MatterFacts) -> bool:
    return ASKED in matter.flags and ANSWERED not in matter.flags


@guard(
    sources=("WM-TWO-EYES", "OHCHR-G6.6"),
    says="Whoever took the request in cannot review it.",
    why="A second pair of eyes sees the address or the name that the first overlooked.",
    mend="Ask another legal officer, the supervisor or the national focal point.",
    who=REVIEWERS,
)
def file_reviewer_is_another(actor: Actor, matter: MatterFacts) -> bool:
    return actor.id not in kept(matter, BY)


@guard(
    sources=("OHCHR-G6.6", "IOM-5"),
    says="The review allows {gap}.",
    why="Only what is needed for this proceeding leaves the file.",
    mend="Allow only groups that were asked for, or answer that nothing is given.",
    who=REVIEWERS,
)
def review_keeps_to_the_request(matter: MatterFacts) -> bool | Lack:
    allowed = kept(matter, MAY)
    if CLEARED in matter.flags and not allowed:
        return lacking(gap="something, and does not say what")
    if CLEARED not in matter.flags and allowed:
        return lacking(gap="data although nothing is to be given")
    more = allowed - kept(matter, ASK)
    return not more or lacking(gap=f"what nobody asked for: {', '.join(sorted(more))}")


@guard(
    sources=("OHCHR-G6.6", "WM-SAFETY"),
    says="The review does not take out {gap}.",
    why="An accused reads what the defence gets: an address, a relative's name or an illness in it does harm.",
    mend="Take it out. Health data go only where the person has agreed to it for this proceeding.",
    who=REVIEWERS,
)
def review_takes_out_what_harms(matter: MatterFacts) -> bool | Lack:
    if CLEARED not in matter.flags:
        return True
    out, allowed = kept(matter, OUT), kept(matter, MAY)
    if "safe_address" not in out or allowed & NEVER:
        return lacking(gap="the safe address")
    if "other_persons" not in out:
        return lacking(gap="other persons")
    if HEALTH_AGREED not in matter.flags and (HEALTH not in out or HEALTH in allowed):
        return lacking(gap="health data")
    return True


@guard(
    sources=("OHCHR-G6.6", "WM-TWO-EYES"),
    says="No second person has reviewed what may be given.",
    why="What the defence has read cannot be taken back.",
    mend="Have the request reviewed by somebody who did not take it in.",
    who=REVIEWERS,
)
def file_was_reviewed(matter: MatterFacts) -> bool:
    return bool(matter.flags & {CLEARED, HELD_BACK})


@guard(
    sources=("OHCHR-G6.6", "IOM-5"),
    says="More is said to be given than the review allows: {more}.",
    why="The review says how far the answer may go.",
    mend="Give only what was reviewed, or have the request reviewed again.",
    who=COUNSEL,
)
def answer_keeps_to_the_review(matter: MatterFacts) -> bool | Lack:
    allowed = kept(matter, MAY) if CLEARED in matter.flags else frozenset()
    more = kept(matter, GAVE) - allowed
    return not more or lacking(more=", ".join(sorted(more)))


@guard(
    sources=("OHCHR-G6.6", "WM-CONSENT"),
    says="The person does not know what is given about them, and to whom.",
    why="Whoever may be recognised by it has to hear it first, in a language they understand.",
    mend="Tell the person beforehand, and record that.",
    who=COUNSEL,
)
def person_knows_what_is_given(matter: MatterFacts) -> bool:
    return TOLD in matter.flags or not kept(matter, GAVE)
