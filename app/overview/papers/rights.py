"""The rights notice as a paper: what was read out, to be kept by the person and signed for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.kit.catalogue import SOURCE
from app.kit.words import say, say_as
from app.overview.papers.paper import Paper
from policies.model import Notice, Policies

NOTICE = "rights"


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


def paper(policies: Policies, country: str, language: str, number: str) -> Paper:
    """The notice to be handed over, with lines for the person, the witness and whoever read it."""
    told = spoken(policies, language)
    made = Paper(told.title.text, number, title_en=told.title.english)
    made.text(told.opening.text, told.opening.english)
    made.items((each.text, each.english) for each in told.items)
    made.text(told.closing.text, told.closing.english)
    for sentence in _numbers(policies, country):
        made.text(sentence)
    made.heading(say("This was read to me"))
    made.ticks(
        (sentence, False)
        for sentence in (
            say_as("consent", "I have understood it."),
            say_as("consent", "I want help."),
            say_as("consent", "I do not want help now. I may come back."),
            say_as("consent", "I want to think about it first."),
        )
    )
    made.lines(
        say("The person (a name, a mark or a thumb print)"), say("Day"), say("Who read it out"), say("Interpreter"),
        say("Witness"), say("Office"),
    )  # fmt: skip
    return made


def _numbers(policies: Policies, country: str) -> Iterator[str]:
    """Whom one can call in this country, if anybody is known."""
    known = policies.countries.get(country)
    if known is not None and known.hotline.number:
        yield say("You can call this number for help: %(number)s", number=known.hotline.number)
