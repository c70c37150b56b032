"""How to break each guard of penalties, proceedings and threats."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

from tests.workflows.breaking import Break, also, both, case_with, matter_with
from tests.workflows.situations import LATELY, REVIEWED
from workflows import facts as f
from workflows.facts import Situation


def _reported_by_the_actor(situation: Situation) -> Situation:
    assert situation.matter is not None
    return replace(situation, matter=replace(situation.matter, by=situation.actor.id))


def _matter(machine: str, state: str, *flags: str) -> f.MatterFacts:
    return f.MatterFacts("matter-2", machine, state, LATELY, LATELY, flags=frozenset(flags))


def _file(*more: str, less: Set[str] = frozenset()) -> Break:
    """The request for data of the person, its review and its answer say something else."""
    return matter_with(flags=REVIEWED - less | set(more))


# A penalty of which the review is over, and by which the person is held all the same.
HELD_ELSEWHERE = replace(_matter("non_punishment", "unlinked", "held"), about="detention", ended_on=LATELY)

LAW: dict[str, list[Break]] = {
    "reviewer_is_not_reporter": [Break(_reported_by_the_actor)],
    "review_finds_a_link": [matter_with(flags=frozenset()), matter_with(flags=frozenset({"link.none"}))],
    "review_finds_no_link": [matter_with(flags=frozenset()), matter_with(flags=frozenset({"link.unclear"}))],
    "penalty_is_a_detention": [matter_with(about="charge")],
    "nobody_is_held_by_it": [
        both(matter_with(about="detention"), case_with(detained=True)),
        matter_with(about="detention", flags=frozenset({"link.direct", "held"})),
    ],
    # One detention has ended, another has not: a court's word about the first says nothing of the second.
    "person_is_free": [case_with(detained=True), case_with(matters=(HELD_ELSEWHERE,))],
    "limits_were_explained": [
        matter_with(flags=frozenset({"witness", "represented", "offered"})),
        matter_with(flags=frozenset({"witness", "represented", "testimony"})),
    ],
    "child_has_a_representative": [
        matter_with(flags=frozenset({"witness", "limits", "offered", "testimony"}), child=True),
    ],
    "person_is_wanted_as_witness": [matter_with(flags=frozenset({"represented", "limits", "offered"}))],
    "hearing_is_set": [matter_with(flags=frozenset({"hearing.none"}))],
    "testimony_was_offered": [case_with(matters=(_matter("proceeding", "running", "witness"),))],
    "stay_for_proceedings_is_kept": [
        case_with(matters=(_matter("proceeding", "running", "stays", *need),))
        for need in (("part.injured",), ("part.claimant",), ("testimony",), ("witness", "offered"))
    ],
    "refused_leave_is_answered": [
        case_with(permits=(replace(f.PermitFacts(leave, result, LATELY), **said),))
        for leave, result, said in (
            ("temporary_stay", "refused", {}),
            ("residence", "refused", {"known": True}),
            ("temporary_stay", "refused", {"way": "accepted"}),
            ("temporary_stay", "applied", {"waits": True}),
        )
    ],
    "no_file_request_waits": [_file("file.again")],
    "file_is_asked_for": [_file(less={"file.asked"}), _file("file.answered")],
    "file_reviewer_is_another": [_file("file_by.worker-1")],
    "review_keeps_to_the_request": [
        _file("file_may.identity"),
        _file(less={"file_may.needs"}),
        _file("file.held_back", less={"file.cleared"}),
    ],
    "review_takes_out_what_harms": [
        _file(less={"file_out.safe_address"}),
        _file(less={"file_out.other_persons"}),
        _file(less={"file_out.health"}),
        _file("file_may.health"),
        _file("file_may.contact", "file_ask.contact"),
    ],
    "file_was_reviewed": [
        matter_with(
            flags=REVIEWED - {"file.cleared"},
            also=also("what nobody reviewed allows nothing", "answer_keeps_to_the_review"),
        )
    ],
    "answer_keeps_to_the_review": [
        _file("file_gave.identity"), _file("file.held_back", less={"file.cleared"}),
    ],
    "person_knows_what_is_given": [_file(less={"file.told"})],
    "measures_are_agreed": [matter_with(flags=frozenset())],
    "no_threat_is_unassessed": [case_with(matters=(_matter("threat", "reported"),))],
}
