"""Questions before an embassy is asked about a person of whose country nobody has this program.

The answer is typed in by hand, so that what it counts for is what a person here has read (docs/decisions/0063).
"""

from __future__ import annotations

from datetime import datetime, time
from typing import Final

from policies.model import Policies
from workflows.deadlines import rings_at
from workflows.facts import CaseFacts, MatterFacts, Today
from workflows.guards.inquiries import ASKING, EMBASSY, asked_country, competent_office
from workflows.step import guard
from workflows.verdict import Lack, lacking

# Coded inputs of steps, kept as flags: how the letter went, and how the embassy heard that it is taken back.
WAY: Final = "way"
TOLD: Final = "told"
# How long the letter may take to leave, and how long the embassy has.
LETTER_CLOCK: Final = "embassy_letter"
ANSWER_CLOCK: Final = "embassy_answer"


def embassy_knows(matter: MatterFacts) -> bool:
    """Whether an embassy holds a letter about the person and has not heard that the question is taken back."""
    said = {flag.partition(".")[0] for flag in matter.flags}
    return WAY in said and TOLD not in said


@guard(
    sources=("OHCHR-G11.5", "PRESS-TH-2025", "WM-PROTOCOL"),
    says="An embassy of '{country}' is not the one to ask: {gap}.",
    why="Where two countries have named an office, it answers under its signature and forgets what it was told; "
    "a letter to an embassy cannot be called back.",
    mend="Ask the office of that country, or choose the country of which the person may be a national.",
    who=ASKING,
)
def no_office_is_agreed(case: CaseFacts, matter: MatterFacts, policies: Policies) -> bool | Lack:
    country = asked_country(matter)
    if not country:
        return lacking(country=country or "?", gap="no country is named")
    if country == case.country:
        return lacking(country=country, gap="it is our own country")
    known = competent_office(policies, case.country, country)
    return known is None or lacking(country=country, gap="both countries have agreed on an office that answers")


@guard(
    sources=("OHCHR-G11.5", "WM-PROTOCOL"),
    says="An embassy of that country is asked already.",
    why="Two letters about one person put the name on two desks.",
    mend="Wait for the answer, or take the open question back first.",
    who=ASKING,
)
def embassy_is_not_asked_twice(case: CaseFacts, matter: MatterFacts) -> bool:
    return not any(
        each.is_open and each.id != matter.id and asked_country(each) == asked_country(matter)
        for each in case.matters_of(EMBASSY)
    )


@guard(
    sources=("WM-CLOCKS", "PRESS-TH-2025", "WM-PROTOCOL"),
    says="The embassy is in time until {until}.",
    why="Embassies take weeks; a question that is dropped early is asked twice.",
    mend="Wait until then, or take the question back.",
    who=ASKING,
)
def embassy_time_is_over(case: CaseFacts, matter: MatterFacts, today: Today, policies: Policies) -> bool | Lack:
    # While a letter is out nothing else changes the matter, so this is the day on which it went.
    day = matter.changed_on
    calendar = policies.calendar(case.country)
    start = datetime.combine(day, time(), tzinfo=calendar.zone)
    clock = policies.clock(ANSWER_CLOCK, case.country, on=day)
    until = rings_at(start, clock, calendar).astimezone(calendar.zone).date()
    return today.date > until or lacking(until=until.isoformat())


@guard(
    sources=("IOM-4", "WM-PROTOCOL"),
    says="No embassy holds a letter about the person.",
    why="Whoever was told nothing, or has heard that it is taken back, neither answers nor is told again.",
    mend="Nothing is to be done.",
    who=ASKING,
)
def embassy_holds_a_letter(matter: MatterFacts) -> bool:
    return embassy_knows(matter)


@guard(
    sources=("IOM-4", "WM-PROTOCOL"),
    says="The letter has left.",
    why="What an embassy has read is not undone by dropping the question; it has to be told.",
    mend="Take the question back, so that the embassy is told.",
    who=ASKING,
)
def letter_has_not_left(matter: MatterFacts) -> bool:
    return not any(flag.startswith(f"{WAY}.") for flag in matter.flags)


@guard(
    sources=("IOM-4", "WM-PROTOCOL"),
    says="Nobody has taken this question back.",
    why="An embassy that is told so while the question stands stops looking.",
    mend="Take the question back first, with a reason.",
    who=ASKING,
)
def question_is_taken_back(matter: MatterFacts) -> bool:
    return any(flag.startswith("forget.") for flag in matter.flags)
