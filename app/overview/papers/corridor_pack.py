"""The papers of a meeting of two countries: the agenda as both have it, and the minutes. Numbers alone, no name."""

from __future__ import annotations

from collections.abc import Iterable

from app.access.desk import Desk
from app.kit.dates import day_in_both_eras
from app.kit.words import plural, say, say_as
from app.meetings.corridor_schemas import AgendaItemOut, CorridorMeetingOut, ReasonOut
from app.overview.papers.paper import Paper, label
from app.referrals.words import country_word
from policies.model import Policies

__all__ = ["pack"]


def pack(desk: Desk, meeting: CorridorMeetingOut) -> Paper:
    """The papers of one meeting, in the language of the reader: the agenda, and what was decided where it was."""
    policies = desk.policies
    made = Paper(label(policies, "meeting_kind", meeting.kind), meeting.reference)
    made.facts(
        (
            (say("Between"), country_word(policies, desk.actor.country)),
            (say("And"), country_word(policies, meeting.country)),
            (say("Day"), day_in_both_eras(meeting.held_on or meeting.day)),
            (say("How do you meet?"), label(policies, "meeting_way", meeting.way)),
            (say("Host"), country_word(policies, meeting.host)),
            (say("State"), label(policies, "corridor_meeting_state", meeting.state)),
        )
    )
    made.heading(say("Agenda"))
    agenda = meeting.agenda or []
    if agenda:
        made.table((say("Referral"), say("State"), say("Why?")), [_entry(policies, each) for each in agenda])
    else:
        made.text(say("Nothing stands on the agenda."))
    if any(each.bounded for each in agenda):
        made.text(
            say_as(
                "consent",
                "The person has not agreed to be discussed with the other country. Only the number and the reason "
                "are told.",
            )
            + " (*)"
        )
    _hidden(made, meeting.hidden)
    if meeting.minutes is not None:
        made.heading(say("Decided"))
        rows = [
            [
                str(each.number), each.reference, _and(label(policies, "meeting_decision", each.what), each.words),
                _and(country_word(policies, each.by_country), _part(policies, each.part)),
                day_in_both_eras(each.until),
            ]
            for each in meeting.minutes.decisions
        ]  # fmt: skip
        heads = (say("Number"), say("Referral"), say("What"), say("Who"), say("Until"))
        if rows:
            made.table(heads, rows)
        else:
            made.text(say("Nothing was decided."))
        _hidden(made, meeting.minutes.hidden)
    made.lines(country_word(policies, desk.actor.country), country_word(policies, meeting.country), say("Day and time"))
    return made


def _entry(policies: Policies, each: AgendaItemOut) -> list[str]:
    state = label(policies, "referral_state", each.state) if each.state else say("Not known here")
    number = f"{each.reference} (*)" if each.bounded else each.reference
    return [number, state, "; ".join(_why(policies, each.reasons))]


def _why(policies: Policies, reasons: Iterable[ReasonOut]) -> Iterable[str]:
    for one in reasons:
        told = label(policies, "agenda_reason", one.code)
        until = f"{say('Until')} {day_in_both_eras(one.since)}" if one.since else ""
        more = [one.about, label(policies, "task_kind", one.task) if one.task else "", until]
        yield f"{country_word(policies, one.by)}: {_and(told, *more)}"


def _part(policies: Policies, part: str) -> str:
    role = policies.roles.get(part)
    return say(role.title) if role is not None else part


def _and(*words: str) -> str:
    return " · ".join(each for each in words if each)


def _hidden(made: Paper, many: int) -> None:
    if many:
        made.text(
            plural(
                "%(count)s entry is about a case that you cannot see.",
                "%(count)s entries are about cases that you cannot see.", many,
            )
        )  # fmt: skip
