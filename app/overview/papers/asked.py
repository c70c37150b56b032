"""Papers about what was asked for the person: a claim to the fund, a request for a service, and the end of a case."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from app.casework import fieldgroups
from app.casework.kinds.service_appointment import PLACE, TIME
from app.casework.told import amount_of
from app.kit import names
from app.kit.dates import day_in_both_eras
from app.kit.words import say, say_as
from app.overview.papers import queries
from app.overview.papers.filled import as_said, newest, yes_no
from app.overview.papers.paper import Paper, label
from app.overview.papers.signed import PERSON
from app.overview.papers.wanted import Wanted
from policies.model import Policies
from workflows import entitlements
from workflows.facts import MatterFacts
from workflows.guards.fund import SHOWN_BY, decider_of
from workflows.matter import URGENT
from workflows.service import NAME, S

# State of a claim -> the list of the reason that led there.
_WHY: Final = {
    "returned": "fund_return_reason", "declined": "fund_decline_reason", "withdrawn": "fund_withdrawal_reason",
}  # fmt: skip
_DECIDED: Final = frozenset({"approved", "paid", "closed", "declined"})
# What is left after a case is closed and belongs on the paper of whoever leaves.
_OVER: Final = frozenset({"declined", "withdrawn", "closed", "stopped", "done"})


def claim(about: Wanted) -> Paper:
    """What was asked of the fund for the person, by which rule, and what was decided; open claims first. No name."""
    policies = about.desk.policies
    made = Paper(say("What was asked of the fund for you"), about.number)
    found = _newest_first(about, entitlements.CLAIM)
    if not found:
        made.text(say("Nothing was asked of the fund."))
    for each in found:
        made.heading(label(policies, "entitlement", each.about))
        made.facts(_of_claim(about, each))
    if found:
        made.text(say("The money is yours. Nobody may ask you for a part of it."))
    _whom_to_call(about, made)
    return made


def service_request(about: Wanted) -> Paper:
    """What a provider is asked to do, for its own files: no name and no reference, which would lead to the person."""
    policies = about.desk.policies
    asked = [each for each in _newest_first(about, NAME) if each.is_open]
    made = Paper(say("Request for a service"), "")
    if not asked:
        made.text(say("No service is asked for at the moment."))
    # Two providers never read of each other: a paper is about the newest request alone.
    for each in asked[:1]:
        made.facts(_of_request(about, each))
        filed = newest(about, "service_request", service_kind=each.about, provider_office=each.office)
        if filed is not None:
            made.heading(say("What the provider is asked to do"))
            made.text(filed.text("asked_for"))
        made.text(say_as("safety", "Who the person is stays with their team. Ask them what you need to know."))
        made.heading(say("Answer of the provider"))
        made.ticks(
            ((say("We accept"), each.state in (S.ACCEPTED, S.RUNNING, S.DELIVERED)), (say("We decline"), False))
        )
        made.facts(
            (
                (say("Appointment"), day_in_both_eras(each.concerns) if each.concerns else ""),
                (say("At what time?"), _flagged(policies, each, TIME, "appointment_time")),
                (say("Where?"), _flagged(policies, each, PLACE, "appointment_place")),
            )
        )
        made.lines(say("For the provider"), say("Day"), say("Phone"))
    return made


def closure(about: Wanted) -> Paper:
    """Why and when a case ended, what still goes on, what the person keeps, and whom they can call."""
    policies, facts = about.desk.policies, about.facts
    made = Paper(say("The end of your case"), about.number)
    if facts.closure is None:
        made.text(say("Your case goes on."))
    filed = newest(about, "closure") if facts.closure is not None else None
    if facts.closure is not None:
        told = as_said(policies, "closure", filed.body, "person_agrees") if filed is not None else []
        made.facts(
            (
                (say("Why it ends"), label(policies, "closure_reason", facts.closure.reason)),
                (say("Day"), day_in_both_eras(facts.closure.on)),
                (say("Were you told?"), yes_no(facts.closure.person_told)),
                *told,
            )
        )
    made.heading(say("What goes on"))
    rows = [
        *([say("Visit or call"), label(policies, "task_kind", row.kind),
           day_in_both_eras(policies.day(about.desk.actor.country, row.due_at))]
          for row in queries.open_tasks(about.desk, about.held.id) if row.kind.startswith(("visit_", "follow_up_"))),
        *([say("Still open"), label(policies, MACHINE_LISTS[each.machine], each.about), ""]
          for each in fieldgroups.matters(about.desk, facts) if each.is_open and each.machine in MACHINE_LISTS),
    ]  # fmt: skip
    if rows:
        made.table((say("What"), say("About what"), say("Until")), rows)
    else:
        made.text(say("Nothing is open."))
    made.heading(say("What you keep"))
    made.items(
        (sentence, "")
        for sentence in (
            say_as("consent", "I may come back. My case can be opened again."),
            say_as("consent", "I may see what is written about me and have mistakes put right."),
            say_as("consent", "I may take back each of my consents at any time."),
        )
    )
    _whom_to_call(about, made)
    made.lines(say(PERSON), say("Day"), say("Interpreter"), say("Who explained it"))
    return made


# Machines whose matters may be told on a paper of the person's -> the list that says what each is about.
MACHINE_LISTS: Final = {
    NAME: "service_kind", entitlements.CLAIM: "entitlement", "remedy": "remedy_kind",
}  # fmt: skip


def _newest_first(about: Wanted, machine: str) -> list[MatterFacts]:
    """The matters of a machine: open ones first, the newest of each first."""
    mine = sorted(about.facts.matters_of(machine), key=lambda each: (each.opened_on, each.id), reverse=True)
    return sorted(mine, key=lambda each: each.state in _OVER)


def _of_claim(about: Wanted, each: MatterFacts) -> list[tuple[str, str]]:
    policies, currency = about.desk.policies, each.currency or ""
    day = each.concerns or each.opened_on
    right = entitlements.fund_right(policies.countries[about.facts.country], each.about)
    rule = right.amount(day) if right is not None else None
    decided = each.state in _DECIDED
    granted = entitlements.approved_units(each)
    why = _flagged(policies, each, "reason", _WHY[each.state]) if each.state in _WHY else ""
    fund = decider_of(each)
    rows = [
        (say("How much was asked"), amount_of(each.claimed or 0, currency)),
        (say("Which day it concerns"), day_in_both_eras(day)),
        (say("For how many days?"), str(each.days or "")),
        (say("By which rule"), ", ".join(policies.source(code).title for code in (rule.sources if rule else ()))),
        (say("Papers"), _labels(policies, "fund_proof", each, SHOWN_BY)),
        (say("Who decides"), policies.office(fund).name if fund else ""),
        (say("Where it stands"), label(policies, "fund_claim_state", each.state)),
        (say("Approved"), amount_of(granted, currency) if decided else ""),
        (say("Why"), why),
        (say("Paid"), amount_of(entitlements.paid_units(each), currency) if entitlements.paid_units(each) else ""),
        (say("Paid on"), day_in_both_eras(each.paid_on) if each.paid_on and entitlements.paid_units(each) else ""),
    ]  # fmt: skip
    return [(name, value) for name, value in rows if value]


def _of_request(about: Wanted, each: MatterFacts) -> list[tuple[str, str]]:
    policies, facts = about.desk.policies, about.facts
    rows = [
        (say("Kind of help"), label(policies, "service_kind", each.about)),
        (say("To"), policies.office(each.office).name if each.office else ""),
        (say("Age"), label(policies, "age_band", facts.age_band)),
        (say("Sex"), label(policies, "sex", facts.sex)),
        (say("Language"), names.language(facts.language) if facts.language != "unknown" else ""),
        (say("Can it not wait?"), yes_no(URGENT in each.flags)),
        (say("Needed until"), day_in_both_eras(each.due) if each.due else ""),
        (say("Asked"), day_in_both_eras(each.opened_on)),
    ]
    return [(name, value) for name, value in rows if value]


def _whom_to_call(about: Wanted, made: Paper) -> None:
    country = about.desk.policies.countries.get(about.desk.actor.country)
    made.heading(say("Whom I can call"))
    if country and country.hotline.number:
        made.facts(((say("Help, day and night"), country.hotline.number),))
    # By hand, as in the plan: a name of ours on a paper that is carried leads a finder to the person.
    made.lines(say("My contact person"), say("Phone"))


def _codes(matter: MatterFacts, name: str) -> Iterable[str]:
    return (flag.partition(".")[2] for flag in sorted(matter.flags) if flag.partition(".")[0] == name)


def _flagged(policies: Policies, matter: MatterFacts, name: str, code_list: str) -> str:
    """The word of the code that a matter keeps as the flag ``name``."""
    found = (code for code in _codes(matter, name) if policies.knows(code_list, code))
    return next((label(policies, code_list, code) for code in found), "")


def _labels(policies: Policies, code_list: str, matter: MatterFacts, name: str) -> str:
    return ", ".join(label(policies, code_list, code) for code in _codes(matter, name))
