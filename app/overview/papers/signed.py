"""Papers that somebody signs: what was decided about the person, and coming to a safe place."""

from __future__ import annotations

from datetime import date
from typing import Final

from app.casework import records
from app.kit.dates import day_in_both_eras
from app.kit.words import mark, say, say_as
from app.overview import case_queries
from app.overview.papers import queries
from app.overview.papers.filled import as_said, newest, signed_by, yes_no
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
    filed = newest(about, "admission")
    body = filed.body if filed else {}
    made = Paper(say("Coming to a safe place"), about.number)
    made.text(say_as("consent", "I come here because I want to. I may leave. Leaving takes no other help away."))
    made.facts(
        (
            (say("Kind of place"), label(policies, "placement_kind", placed.kind) if placed else ""),
            (say("Since"), day_in_both_eras(placed.on) if placed else ""),
            *as_said(policies, "admission", body, "agrees", "language", "rules_understood", "witness"),
        )
    )
    rules, goes_out = bool(body.get("rules_understood")), bool(body.get("may_go_out_explained"))
    made.heading(say("This was explained to me"))
    made.ticks(
        (
            (say_as("consent", "How I go out and come back"), goes_out),
            (say_as("consent", "How I use a phone, and whom I want to call"), False),
            (say_as("consent", "The rules of the house, and that nobody may hurt me"), rules),
            (say_as("consent", "That a health check is offered and I may say no"), False),
            (say_as("consent", "To whom I can complain, inside and outside the house"), False),
        )
    )
    made.heading(say("My things that are kept for me"))
    kept = [[thing, yes_no(True), ""] for thing in body.get("belongings") or ()]
    made.table((say("What"), say("Received"), say("Given back")), [*kept, *([["", "", ""]] * (2 if kept else 5))])
    made.lines(
        say(PERSON), say("Day"), say("Guardian, for a child"), say("Interpreter"),
        signed_by(say("Who received the person"), filed.by if filed else ""),
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
