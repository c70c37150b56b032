"""The rights notice as a paper: what was read out, to be kept by the person and signed for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from app.kit.catalogue import SOURCE
from app.kit.dates import day_in_both_eras
from app.kit.words import mark, say, say_as
from app.overview.papers.filled import Filed, as_said, newest, signed_by
from app.overview.papers.paper import Paper, label
from app.overview.papers.wanted import Wanted
from app.referrals.words import country_word
from policies.model import Notice, Policies
from workflows.entitlements import comes_from_abroad

NOTICE = "rights"
NOTICE_KIND: Final = "rights_notice"
# What the record says of how it was read, beside whom to sign and the person's answer.
_HOW: Final = (
    "language", "confidentiality_limits_explained", "asylum_information_given", "consular_access_explained",
)  # fmt: skip
# Who found abroad that the person was trafficked, as the record asks for it.
_FOUND: Final = (mark("Of which country?"), mark("Which authority decided?"))


@dataclass(frozen=True, slots=True)
class Read:
    """One sentence of a notice; ``english`` where its translation waits for a review, else empty."""

    text: str
    english: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """A notice in one language, as it is read out."""

    language: str
    reviewed: bool
    title: Read
    opening: Read
    closing: Read
    items: tuple[Read, ...]


def spoken(policies: Policies, language: str) -> Spoken:
    """The rights notice in ``language``; in English where it has not been written in that one."""
    notice: Notice = policies.notices[NOTICE]
    chosen = language if language in notice.languages else SOURCE
    words, english = notice.languages[chosen], notice.languages[SOURCE]

    def beside(text: str, other: str) -> Read:
        return Read(text, "" if words.reviewed else other)

    return Spoken(
        language=chosen,
        reviewed=words.reviewed,
        title=beside(words.title, english.title),
        opening=beside(words.opening, english.opening),
        closing=beside(words.closing, english.closing),
        items=tuple(beside(words.items[item], english.items[item]) for item in notice.items),
    )


def paper(
    policies: Policies,
    country: str,
    language: str,
    number: str,
    filed: Filed | None = None,
    person: Iterable[tuple[str, str]] = (),
) -> Paper:
    """The notice to be handed over, with lines for the person, the witness and whoever read it.

    ``filed``: what is on record of its reading; ``person``: what a form of the country asks about the person.
    """
    told = spoken(policies, language)
    body = filed.body if filed else {}
    made = Paper(told.title.text, number, title_en=told.title.english)
    made.text(told.opening.text, told.opening.english)
    made.items((each.text, each.english) for each in told.items)
    made.text(told.closing.text, told.closing.english)
    for sentence in _numbers(policies, country):
        made.text(sentence)
    known = list(person)
    if filed:
        known += [(say("Rights read out"), day_in_both_eras(filed.on)), *as_said(policies, NOTICE_KIND, body, *_HOW)]
    if known:
        made.facts(known)
    made.heading(say("This was read to me"))
    answer = body.get("answer")
    made.ticks(
        (
            (say_as("consent", "I have understood it."), bool(body.get("understood"))),
            (say_as("consent", "I want help."), answer == "accepted"),
            (say_as("consent", "I do not want help now. I may come back."), answer == "declined"),
            (say_as("consent", "I want to think about it first."), answer == "thinking"),
        )
    )
    # Which office it was is written by hand: the name of a shelter on a paper that is carried leads a finder to it.
    made.lines(
        say("The person (a name, a mark or a thumb print)"), say("Day"),
        signed_by(say("Who read it out"), filed.by if filed else ""),
        signed_by(say("Interpreter"), filed.text("interpreter") if filed else ""),
        signed_by(say("Witness"), filed.text("witness") if filed else ""), say("Office"),
    )  # fmt: skip
    return made


def of_case(about: Wanted) -> Paper:
    """The notice for the person of a case, filled from the newest record of its reading."""
    desk, facts = about.desk, about.facts
    policies, country = desk.policies, desk.actor.country
    person = [
        (say("Age"), label(policies, "age_band", facts.age_band)),
        (say("Nationality"), _nationality(policies, facts.nationality)),
        *_brought_home(about),
    ]
    return paper(policies, country, about.language, about.number, newest(about, NOTICE_KIND), person)


def _brought_home(about: Wanted) -> list[tuple[str, str]]:
    """What the form of a country asks about its own people who come back: from where, who found it, and how they came.

    Who identified them abroad is told to those who see what the law found.
    """
    desk, facts = about.desk, about.facts
    if facts.nationality != desk.actor.country or not comes_from_abroad(facts):
        return []
    found = newest(about, "foreign_decision")
    asked = as_said(desk.policies, "foreign_decision", found.body, "by_country", "authority") if found else []
    channel = str(about.held.row.channel)
    way = label(desk.policies, "return_channel", channel) if desk.policies.knows("return_channel", channel) else ""
    return [*(asked or [(say(title), "") for title in _FOUND]), (say("Way of return"), way)]


def _nationality(policies: Policies, code: str) -> str:
    """A nationality in words: a country, stateless, or not known."""
    return {"stateless": say("Stateless"), "unknown": say("Not known")}.get(code) or country_word(policies, code)


def _numbers(policies: Policies, country: str) -> Iterator[str]:
    """Whom one can call in this country, if anybody is known."""
    known = policies.countries.get(country)
    if known is not None and known.hotline.number:
        yield say("You can call this number for help: %(number)s", number=known.hotline.number)
