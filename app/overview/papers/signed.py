"""Papers that somebody signs: what was decided about the person, coming to a safe place, the handover at the border."""

from __future__ import annotations

from datetime import date
from typing import Final

from app.casework import records
from app.kit.dates import day_in_both_eras
from app.kit.words import mark, say, say_as
from app.overview import case_queries
from app.overview.papers import queries
from app.overview.papers.paper import Paper, label
from app.overview.papers.wanted import Wanted
from app.referrals.words import country_word

PERSON: Final = mark("The person (a name, a mark or a thumb print)")


def decision(about: Wanted) -> Paper:
    """The notice of the newest decision on identification: outcome, findings, reasons, and how to ask again."""
    desk, policies, made = about.desk, about.desk.policies, Paper(say("What was decided about you"), about.number)
    found = about.facts.decision
    if found is None:
        made.text(say("Nothing has been decided yet."))
        return made
    positive = found.outcome == "identified"
    made.text(
        say_as("safety", "You were identified as a person who was trafficked.")
        if positive
        else say_as("safety", "You were not identified as a person who was trafficked.")
    )
    made.facts(
        (
            (say("Decided on"), day_in_both_eras(found.on)),
            (say("Country"), country_word(policies, found.by_country)),
            *(((say("Exploitation"), label(policies, "exploitation", about.facts.exploitation)),) if positive else ()),
        )
    )
    # Of another country's decision stands only what it told; for a child no means have to be shown (OHCHR-G8.1). An
    # empty box would mislead in both.
    means = None if about.facts.child else found.means
    findings = (
        (say("You were recruited, moved, kept or passed on."), found.act),
        (say("There was force, threat, deceit or abuse of a weak position."), means),
        (say("It was for exploitation."), found.purpose),
    )
    ticks = [(words, told) for words, told in findings if told is not None]
    if ticks:
        made.heading(say("What was found"))
        made.ticks(ticks)
    if reasons := _reasons(about):
        made.heading(say("The reasons, as they were written"))
        made.text(reasons)
    if not positive:
        made.heading(say("If you do not agree"))
        made.text(say_as("safety", "You can ask for a second look. Somebody else than before looks at it."))
        until = _asks_until(about)
        if until is not None:
            made.facts(((say("The last day to ask"), day_in_both_eras(until)),))
    known = policies.countries.get(desk.actor.country)
    if known and known.hotline.number:
        made.facts(((say("Help, day and night"), known.hotline.number),))
    made.lines(say(PERSON), say("Day"), say("Who explained it"), say("Interpreter"))
    return made


def admission(about: Wanted) -> Paper:
    """That the person comes to a place of their own will, what was explained, and which things are kept for them."""
    policies, placed = about.desk.policies, about.facts.placement
    made = Paper(say("Coming to a safe place"), about.number)
    made.text(say_as("consent", "I come here because I want to. I may leave. Leaving takes no other help away."))
    made.facts(
        (
            (say("Kind of place"), label(policies, "placement_kind", placed.kind) if placed else ""),
            (say("Since"), day_in_both_eras(placed.on) if placed else ""),
        )
    )
    made.heading(say("This was explained to me"))
    made.ticks(
        (sentence, False)
        for sentence in (
            say_as("consent", "How I go out and come back"),
            say_as("consent", "How I use a phone, and whom I want to call"),
            say_as("consent", "The rules of the house, and that nobody may hurt me"),
            say_as("consent", "That a health check is offered and I may say no"),
            say_as("consent", "To whom I can complain, inside and outside the house"),
        )
    )
    made.heading(say("My things that are kept for me"))
    made.table((say("What"), say("Received"), say("Given back")), [["", "", ""]] * 5)
    made.lines(
        say(PERSON), say("Day"), say("Guardian, for a child"), say("Interpreter"), say("Who received the person"),
    )  # fmt: skip
    return made


def handover(about: Wanted) -> Paper:
    """The form that goes along to the border: which papers, medicine and things change hands, for both to sign."""
    desk, policies = about.desk, about.desk.policies
    made = Paper(say("Handover at the border"), about.number)
    newest = next(iter(queries.referrals(desk, about.held.id)), None)
    if newest is None:
        made.text(say("There is no referral to another country."))
        return made
    corridor = policies.corridor(desk.actor.country, newest.other_country)
    made.facts(
        (
            (say("Between"), country_word(policies, desk.actor.country)),
            (say("And"), country_word(policies, newest.other_country)),
            (say("Child"), say("Yes") if about.facts.child else say("No")),
        )
    )
    made.heading(say("Asked again today"))
    made.ticks(
        (
            (say_as("consent", "The person wants to go, and was asked alone."), False),
            (say_as("consent", "The person is well enough to travel."), False),
        )
    )
    made.heading(say("Papers that change hands"))
    made.ticks((label(policies, "document_kind", code), False) for code in corridor.documents)
    made.heading(say("Medicine, money and things"))
    made.table((say("What"), say("Given"), say("Received")), [["", "", ""]] * 5)
    made.lines(
        say(PERSON), say("Day and time"), say("Who hands over"), say("Who receives"), say("Guardian, for a child"),
        say("Interpreter"),
    )  # fmt: skip
    return made


def _reasons(about: Wanted) -> str:
    """The written reasons of the newest decision, in the language in which they were written."""
    kinds = ["identification_decision", "foreign_decision"]
    for row in case_queries.records_of_kinds(about.desk, about.held.id, kinds):
        return str(records.opened(about.desk, row, about.held.key(about.desk)).get("reasons") or "")
    return ""


def _asks_until(about: Wanted) -> date | None:
    """The last day to ask for a second look, while that time runs."""
    desk = about.desk
    for row in queries.open_tasks(desk, about.held.id):
        if row.kind == "end_of_reconsideration":
            return desk.policies.day(desk.actor.country, row.due_at)
    return None
