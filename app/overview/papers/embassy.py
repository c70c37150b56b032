"""The letter to an embassy: who the person says they are, what is asked, and where to answer. Nothing of what happened.

It says neither why it is asked, nor where the person is, nor which office holds their case (docs/decisions/0063).
"""

from __future__ import annotations

from typing import Any, Final

from app.casework import embassies, fieldgroups
from app.casework.held import at_matter
from app.casework.remarks import refusal
from app.kit.dates import day_in_both_eras
from app.kit.words import say
from app.overview.papers.filled import newest
from app.overview.papers.paper import Paper, label
from app.overview.papers.wanted import Wanted
from app.people import service as people
from app.referrals.words import country_word
from workflows.embassy import LETTER, MACHINE, MAY_BE_SENT, PRINTABLE, E
from workflows.engine import excused
from workflows.facts import MatterFacts
from workflows.guards.inquiries import ASKING, EMBASSY, asked_country
from workflows.verdict import Refusal

__all__ = ["letter", "printable"]

_NONE: Final = Refusal(
    "letter_is_asked_for", "No letter to an embassy is asked for.",
    "A letter about a person is printed only for a question that stands in the case.",
    "Ask an embassy about the person first.", ASKING, ("OHCHR-G11.5",),
)  # fmt: skip
_NO_NAME: Final = Refusal(
    "person_can_be_looked_up", "Neither a name nor a birth of the person is known.",
    "Without it the other country cannot look anybody up, and would only learn that we ask.",
    "Write down what the person says of their name and birth.", ASKING, ("OHCHR-G11.5",),
)  # fmt: skip


def printable(about: Wanted) -> MatterFacts | None:
    """The question whose letter is printed: the newest that has not left, else the newest that has."""
    states = {state.value for state in PRINTABLE}
    found = [each for each in about.facts.matters_of(EMBASSY) if each.state in states]
    return max(found, key=lambda each: (each.state == E.REQUESTED, each.opened_on, each.id), default=None)


def letter(about: Wanted) -> Paper:
    """The letter, in the language that was chosen for it; the name has to be uncovered (Forbidden, reveal_needed).

    StepRefused, with every reason, where no letter is asked for or it may not leave any more.
    """
    desk, policies, held = about.desk, about.desk.policies, about.held
    assert MACHINE.group is not None
    fieldgroups.must_see(desk, MACHINE.group)
    known: dict[str, Any] = people.uncovered(desk, held.id).identity
    matter = printable(about)
    reasons = (_NONE,) if matter is None else _reasons(about, matter)
    if not reasons and not any(known.get(name) for name in ("given_names", "family_name", "other_names")):
        reasons = (_NO_NAME,)
    filed = newest(about, "embassy_request", to_country=asked_country(matter)) if matter is not None else None
    if reasons or matter is None or filed is None:
        step = MACHINE.step(LETTER)
        assert step is not None
        raise refusal(desk, held, step.name, step.title, reasons or (_NONE,))
    here = policies.countries[about.facts.country]
    made = Paper(say("Letter to an embassy or consulate"), embassies.reference_of(here.code, matter))
    made.facts(
        (
            (say("To"), f"{filed.text('embassy')} · {country_word(policies, asked_country(matter))}"),
            (say("From"), f"{here.letterhead or ''} · {country_word(policies, here.code)}".removeprefix(" · ")),
            (say("Our reference"), made.number),
            (say("Day"), day_in_both_eras(desk.today)),
        )
    )
    made.text(say("A person in our country says that they come from yours. We ask for your help with their papers."))
    made.heading(say("The person"))
    made.facts((name, value) for name, value in _person(about, known, filed.text("registered_at")) if value)
    made.heading(say("What we ask"))
    made.items((label(policies, "embassy_asked", code), "") for code in filed.body.get("asked") or ())
    made.text(
        say(
            "Please answer to us alone. Please tell nobody else of this letter, neither relatives of the person nor "
            "anybody at home, before we have written to you again."
        )
    )
    made.lines(say("Where to answer: address and telephone"), say("Name and part of who signs"), say("Signature"))
    made.heading(say("Your answer"))
    made.ticks(
        (text, False)
        for text in (
            say("The person is our national"), say("The person is not our national"),
            say("We have not found the person"), say("We can issue a travel document"),
            say("We need something first, as written below"),
        )
    )  # fmt: skip
    made.lines("", say("Part of the embassy"), say("Day"), say("Signature"))
    return made


def _person(about: Wanted, known: dict[str, Any], registered_at: str) -> list[tuple[str, str]]:
    born = known.get("birth_date") or known.get("birth_year") or ""
    return [
        (say("Names"), " ".join(known[name] for name in ("given_names", "family_name") if known.get(name))),
        (say("Other names"), ", ".join(known.get("other_names") or ())),
        (say("Born"), str(born)),
        (say("Sex"), label(about.desk.policies, "sex", about.facts.sex)),
        (say("Comes from"), str(known.get("place_of_origin") or "")),
        (say("May be registered at"), registered_at),
    ]


def _reasons(about: Wanted, matter: MatterFacts) -> tuple[Refusal, ...]:
    """Why the letter may not leave today, by the same questions as the step that says it has left."""
    situation = at_matter(about.held, matter.id).situation(about.desk)
    found = (guard.objection(situation, about.desk.policies) for guard in MAY_BE_SENT)
    return tuple(each for each in found if each is not None and not excused(each, situation))
