"""The papers of one case: its consents, the plan for the person, the agenda of a meeting, the person's own copy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from app.casework.choices import next_steps
from app.casework.kinds.service_appointment import PLACE, TIME
from app.casework.reach import reach_of
from app.casework.tasks import STOPPED
from app.kit.dates import day_in_both_eras
from app.kit.words import plural, say, say_as
from app.overview.agenda import open_refusals
from app.overview.papers import asked, embassy, handover, queries, rights, signed
from app.overview.papers.filled import as_said, newest
from app.overview.papers.paper import Paper, label
from app.overview.papers.wanted import Wanted
from app.people import own_copy as copies
from app.people.own_copy import OwnCopyOut, RowOut
from app.referrals.words import country_word
from policies.model import FieldGroup, Policies
from workflows import service
from workflows.facts import CaseFacts, ConsentFacts, MatterFacts

READ: Final = "record:read"
REVEAL: Final = "identity:reveal"
# A request for a service in these states has its appointment before it.
_TO_COME: Final = frozenset({service.Service.ACCEPTED, service.Service.RUNNING})


Maker = Callable[[Wanted], Paper]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of paper: what it needs, which field group its content belongs to, and who makes it."""

    permission: str
    group: FieldGroup
    make: Maker


def rights_notice(about: Wanted) -> Paper:
    """What was read out, to be kept by the person."""
    return rights.of_case(about)


def consent(about: Wanted) -> Paper:
    """Every consent that is in force, with what it covers, until when, and how it is taken back; to be signed."""
    policies, today = about.desk.policies, about.desk.today
    made = Paper(say("What I agree to"), about.number)
    live = [row for row in about.facts.consents if row.withdrawn_on is None and _holds(row, today)]
    made.text(say_as("consent", "I may take back each of these at any time. Taking one back takes no help away."))
    if not live:
        made.text(say("Nothing is agreed to at the moment."))
    for row in live:
        made.heading(label(policies, "consent_purpose", row.purpose))
        made.facts(
            (
                (say("Who gets to know"), _country(policies, row.recipient)),
                (say("What about me"), _labels(policies, "data_group", row.data_groups)),
                (say("Since"), day_in_both_eras(row.valid_from)),
                (say("Until"), _day(row.valid_until) or say("I take it back")),
                *_given(about, row),
            )
        )
    made.heading(say("This was explained to me"))
    # Nothing that was not explained whole is in force.
    made.ticks(
        (sentence, bool(live))
        for sentence in (
            say_as("consent", "What it is for and who will read it"),
            say_as("consent", "How long it is kept"),
            say_as("consent", "That I may see it and have mistakes put right"),
            say_as("consent", "How I take my yes back"),
        )
    )
    made.lines(
        say("The person (a name, a mark or a thumb print)"), say("Day"), say("Guardian, for a child"),
        say("Interpreter"), say("Who explained it"), say("Witness"),
    )  # fmt: skip
    return made


def plan(about: Wanted) -> Paper:
    """The plan for the person, in their language; no story, no reason for help, nothing a finder could use."""
    policies = about.desk.policies
    made = Paper(say("My plan"), about.number)
    made.text(say("This is what we agreed to do together. You can ask to change it."))
    newest = about.facts.reintegration_plan or about.facts.return_plan or about.facts.care_plan
    made.heading(say("What we work on"))
    if newest is None:
        made.text(say("There is no plan yet. We will write it with you."))
    else:
        made.ticks((label(policies, "service_kind", code), False) for code in sorted(newest.services))
        made.facts(((say("Agreed on"), day_in_both_eras(newest.on)),))
    made.heading(say("My next appointments"))
    known = _appointments(about)
    blank = [["", "", ""]] * (2 if known else 5)
    made.table((say("Day and time"), say("Where"), say("What I bring")), [*known, *blank])
    made.heading(say("Whom I can call"))
    country = policies.countries.get(about.desk.actor.country)
    if country and country.hotline.number:
        made.facts(((say("Help, day and night"), country.hotline.number),))
    # By hand, if the person wants it: a name or a number of ours on a paper that is carried leads a finder to them.
    made.lines(say("My contact person"), say("Phone"))
    return made


def meeting(about: Wanted) -> Paper:
    """The agenda of a case management meeting about this case: where it stands, what waits, what blocks. No name."""
    desk, facts, policies = about.desk, about.facts, about.desk.policies
    made = Paper(say("Case management meeting"), about.number)
    made.facts(
        (
            (say("Identification"), label(policies, "identification_state", facts.identification)),
            (say("Care"), label(policies, "care_state", facts.care)),
            (say("Child"), say("Yes") if facts.child else say("No")),
            (say("Opened"), day_in_both_eras(facts.opened_on)),
            (say("Consent to be discussed at a meeting"), _meeting_consent(facts, desk.today)),
        )
    )
    made.heading(say("1. What is due"))
    rows = [
        [
            label(policies, "task_kind", row.kind),
            _role(policies, row.role),
            _until(policies, policies.day(desk.actor.country, row.due_at), row),
        ]
        for row in queries.open_tasks(desk, about.held.id)
    ]
    if rows:
        made.table((say("What"), say("Who"), say("Until")), rows)
    else:
        made.text(say("Nothing is open."))
    made.heading(say("2. What is blocked"))
    blocked = [
        (f"{say_as('step', step.title)}: {say_as('block', refusals[0].missing)}", "")
        for step in next_steps(desk, about.held, reach_of(desk, about.held.id))
        if (refusals := open_refusals(step, about.held.case_facts))
    ]
    if blocked:
        made.items(blocked)
    else:
        made.text(say("Nothing is blocked."))
    made.heading(say("3. Referrals to other countries"))
    made.table(
        (say("Country"), say("State")),
        [
            [_country(policies, row.other_country), label(policies, "referral_state", row.state)]
            for row in queries.referrals(desk, about.held.id)
        ] or [["", ""]],
    )  # fmt: skip
    made.heading(say("4. What the person wants"))
    made.text(say("Their own words, as they want them told: "))
    made.lines("", "")
    made.heading(say("5. What was decided"))
    made.table((say("What"), say("Who"), say("Until")), [["", "", ""]] * 4)
    made.lines(say("Chair"), say("Day"))
    return made


def own_copy(about: Wanted) -> Paper:
    """What is written about the person, for the person (app/people/own_copy.py decides what that is).

    The name has to be uncovered in this sign-in (Forbidden, reveal_needed); that it was made stands in the history.
    """
    return rendered(copies.taken(about.desk, about.held.id, about.language, "pdf"))


def rendered(copy: OwnCopyOut) -> Paper:
    """The own copy on paper: every row of it, and no other word about anybody."""
    made = Paper(say("What is written about you"), copy.receipt.reference)
    made.text(say("You may have mistakes put right, and ask who has read this."))
    made.text(say("What colleagues wrote in their own words is not on this copy: ask to have it read to you."))
    if copy.elsewhere:
        made.text(plural(
            "%(count)s more record is kept by others: ask them for their part.",
            "%(count)s more records are kept by others: ask them for their part.", copy.elsewhere,
        ))  # fmt: skip
    for section in copy.sections:
        made.heading(section.title)
        if section.section in ("person", "case", "requests"):
            for rows in section.entries:
                made.facts((row.label, row.value) for row in rows)
        elif section.section == "consents":
            heads = (say("For what"), say("Who gets to know"), say("Since"), say("Until"))
            made.table(heads, [[row.value for row in rows] for rows in section.entries] or [["", "", "", ""]])
        else:
            lines = [line for rows in section.entries for line in _lines(rows)]
            made.table((say("Day"), say("What")), lines or [["", ""]])
    told = copy.receipt
    made.heading(say("Which copy this is"))
    made.facts(
        (
            (say("Made"), day_in_both_eras(told.made_at.date())),
            (say("By the account"), told.made_by),
            (say("Language"), told.language),
            (say("Entry of the history"), f"{told.entry} · {told.head[:16]}"),
        )
    )
    return made


def _lines(rows: Sequence[RowOut]) -> list[list[str]]:
    """A record as lines of a table: its day and what it is, and below it what was left unsaid."""
    day, what, *rest = rows
    below = (each.value if each.field == "unsaid" else f"{each.label}: {each.value}" for each in rest)
    return [[day.value, what.value], *(["", each] for each in below)]


KINDS: Final[Mapping[str, Kind]] = {
    "rights": Kind(READ, FieldGroup.FACTS, rights_notice),
    "consent": Kind(READ, FieldGroup.FACTS, consent),
    "plan": Kind(READ, FieldGroup.NARRATIVE, plan),
    "meeting": Kind(READ, FieldGroup.FACTS, meeting),
    "decision": Kind(READ, FieldGroup.LEGAL, signed.decision),
    "admission": Kind(READ, FieldGroup.CONTACT, signed.admission),
    "claim": Kind(READ, FieldGroup.LEGAL, asked.claim),
    "service": Kind(READ, FieldGroup.NARRATIVE, asked.service_request),
    "closure": Kind(READ, FieldGroup.FACTS, asked.closure),
    "handover": Kind(READ, FieldGroup.FACTS, handover.handover),
    "embassy": Kind(REVEAL, FieldGroup.IDENTITY, embassy.letter),
    "copy": Kind(REVEAL, FieldGroup.IDENTITY, own_copy),
}


def _appointments(about: Wanted) -> list[list[str]]:
    """The appointments with providers that are still to come, soonest first: day and time, and where.

    Only codes stand there: no provider, no address, and not what it is about.
    """
    policies, today = about.desk.policies, about.desk.today
    found = sorted(
        (each for each in about.facts.matters if each.machine == service.NAME and each.concerns),
        key=lambda each: (each.concerns, each.id),
    )
    return [
        [f"{day_in_both_eras(each.concerns)} {_flagged(policies, each, TIME, 'appointment_time')}".strip(),
         _flagged(policies, each, PLACE, "appointment_place"), ""]
        for each in found
        if each.concerns and each.concerns >= today and each.state in _TO_COME
    ]  # fmt: skip


def _flagged(policies: Policies, matter: MatterFacts, name: str, code_list: str) -> str:
    """The word of the code that a matter keeps as the flag ``name``."""
    codes = (flag.partition(".")[2] for flag in sorted(matter.flags) if flag.partition(".")[0] == name)
    return next((label(policies, code_list, code) for code in codes), "")


def _given(about: Wanted, row: ConsentFacts) -> list[tuple[str, str]]:
    """Who gave a consent, in which language it was explained and in which form it was given, by its newest record."""
    same = {"purpose": row.purpose, "recipient": row.recipient, "valid_from": row.valid_from.isoformat()}
    filed = newest(about, "consent", **same)
    return as_said(about.desk.policies, "consent", filed.body, "giver", "language", "form") if filed else []


def _holds(row: ConsentFacts, today: date) -> bool:
    return row.informed and row.valid_from <= today and (row.valid_until is None or today <= row.valid_until)


def _meeting_consent(facts: CaseFacts, today: date) -> str:
    given = any(row.purpose == "case_meeting" and not row.withdrawn_on and _holds(row, today) for row in facts.consents)
    return say("Yes") if given else say("Not recorded: do not discuss the person by name")


def _day(on: date | None) -> str:
    return day_in_both_eras(on) if on else ""


def _labels(policies: Policies, code_list: str, codes: Iterable[str]) -> str:
    return ", ".join(label(policies, code_list, code) for code in sorted(codes))


def _role(policies: Policies, role: str) -> str:
    return say_as("role", policies.roles[role].title) if role in policies.roles else role


def _country(policies: Policies, code: str) -> str:
    if code == "*":
        return say("Everybody who helps")
    names = {office.code: office.name for country in policies.countries.values() for office in country.offices}
    return names.get(code) or country_word(policies, code)


def _until(policies: Policies, day: date, row: Any) -> str:
    """By when a duty is due; why its clock stands still, or who was told that it is late."""
    if row.state == STOPPED:
        return label(policies, "stop_cause", row.stop_cause)
    when = day_in_both_eras(day)
    return f"{when} · {label(policies, 'escalation_step', row.rung)}" if row.rung else when
