"""Questions about what a person asks of their own data: what it is about, and how it is answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workflows.facts import CaseFacts, DataRequestFacts
from workflows.step import guard
from workflows.verdict import Lack, lacking

# What the house finds out of the two forms.
RECORD_KNOWN: Final = "record_known"
CORRECTION_KNOWN: Final = "correction_known"
WORKERS: Final = ("case_manager", "social_worker")
USE: Final = "use"
CORRECTED, UPHELD, REFUSED = "corrected", "upheld", "refused"


@guard(
    sources=("IOM-7",),
    says="It is not said {gap}.",
    why="Nobody can answer what is not named.",
    mend="Name the use, or the record of this case.",
    who=WORKERS,
)
def request_names_its_object(given: Mapping[str, object]) -> bool | Lack:
    if given.get("asks") == USE:
        return bool(given.get("purpose")) or lacking(gap="which use the person objects to")
    return given.get(RECORD_KNOWN) is True or lacking(gap="which record of this case it is about")


@guard(
    sources=("IOM-7",),
    says="Request {number} of this case does not wait for an answer.",
    why="Each request is answered once; who asks again gets a new number.",
    mend="Look in the timeline for the number of the request.",
    who=WORKERS,
)
def data_request_waits(case: CaseFacts, given: Mapping[str, object]) -> bool | Lack:
    found = _asked(case, given)
    return (found is not None and not found.answer) or lacking(number=given.get("number"))


@guard(
    sources=("IOM-7",),
    says="This answer does not fit what was asked: {gap}.",
    why="The person learns what became of their own words.",
    mend="Choose the answer that fits, and name what it needs.",
    who=WORKERS,
)
def answer_fits_the_request(case: CaseFacts, given: Mapping[str, object]) -> bool | Lack:
    found, answer = _asked(case, given), given.get("answer")
    if found is None:
        return True
    if answer == CORRECTED and found.asks != "correction":
        return lacking(gap="an objection is upheld or refused")
    if answer == UPHELD and found.asks == "correction":
        return lacking(gap="a correction is made or refused")
    if answer == CORRECTED and given.get(CORRECTION_KNOWN) is not True:
        return lacking(gap="the record that puts it right is not named")
    return True


@guard(
    sources=("IOM-7",),
    says="A refusal lacks {gap}.",
    why="Who is refused must know why, and who can look at it again.",
    mend="Say why, and whom the person may turn to.",
    who=WORKERS,
)
def refusal_says_why_and_where(given: Mapping[str, object]) -> bool | Lack:
    if given.get("answer") != REFUSED:
        return True
    if not given.get("reason"):
        return lacking(gap="a reason")
    return bool(given.get("turn_to")) or lacking(gap="whom the person may turn to")


def _asked(case: CaseFacts, given: Mapping[str, object]) -> DataRequestFacts | None:
    return next((each for each in case.data_requests if each.number == given.get("number")), None)
