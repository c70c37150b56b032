"""Messages may cross as they like: the copies end equal, custody is on one side and never nowhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.casework.forms import Entry
from app.casework.projection import referral_after_step
from policies.model import Policies
from tests.workflows.explorer import REASONS, Copy, Node, Walk, after, follow, walk
from tests.workflows.situations import ready, with_referral
from workflows.effects import MoveCustody
from workflows.engine import Moved, decide, replay
from workflows.erasure_abroad import OF_ERASURE
from workflows.referral import FINAL, MACHINE, Referral
from workflows.step import MachineSpec, Side, Step

R = Referral


@pytest.fixture(scope="module")
def walked() -> Walk:
    return walk()


def test_nothing_goes_wrong_in_any_order(walked: Walk) -> None:
    assert not walked.problems, "\n".join(walked.problems[:20])


def test_the_walk_saw_what_it_should(walked: Walk) -> None:
    nodes = list(walked.ways)
    assert len(nodes) > 1000
    assert {node.sender.state for node in nodes} == set(R)
    assert {node.receiver.state for node in nodes if node.receiver} == set(R) - {R.DRAFT}
    assert any(len(node.to_receiver) == 2 and len(node.to_sender) == 2 for node in nodes)
    assert any(node.receiver and node.sender.state != node.receiver.state for node in nodes)
    ends = {node.sender.state for node in nodes if node.quiet and node.sender.state in walked.final}
    assert ends == set(FINAL)
    taken = {way.what for ways in walked.ways.values() for way in ways}
    assert {row.name for row in MACHINE.steps} - OF_ERASURE <= taken


def test_custody_is_on_exactly_one_side_at_rest_and_on_both_only_under_way(walked: Walk) -> None:
    for node in walked.ways:
        if node.receiver is None:
            assert node.sender.custody == "sender"
            continue
        held = [node.sender.custody == "sender", node.receiver.custody == "receiver"]
        assert any(held), f"nobody answers for the person: {node}"
        if node.quiet:
            assert held.count(True) == 1, node
        if all(held):
            assert "sign_receipt" in {name for name, _ in node.to_sender}


def test_what_comes_too_late_moves_nothing(walked: Walk) -> None:
    """Only additions (app/casework/crossing.py takes those over all the same) and a request to end what has ended."""
    lost = {way.what.removesuffix(" arrives") for ways in walked.ways.values() for way in ways if way.lost}
    assert lost == {"disclose_identity", "confirm_handover", "request_end"}
    for node, ways in walked.ways.items():
        for way in ways:
            if way.lost and way.what == "request_end arrives":
                assert node.receiver is not None
                assert node.receiver.state in walked.final


def test_after_the_receipt_a_request_to_end_is_refused_by_the_machine(walked: Walk) -> None:
    after_receipt = [node for node in walked.ways if node.receiver and node.receiver.custody == "receiver"]
    assert after_receipt
    for node in after_receipt:
        assert node.receiver is not None
        assert node.receiver.state in {"received", "in_reintegration", "completed"}
        assert "grant_end" not in {way.what for way in walked.ways[node]}


# ------------------------------------------------------------------ the explorer can find each kind of fault


def changed(name: str, **fields: Any) -> MachineSpec:
    def swap(row: Step) -> Step:
        return replace(row, **fields) if row.name == name else row

    return replace(MACHINE, steps=tuple(swap(row) for row in MACHINE.steps))


def _step(name: str) -> Step:
    found = MACHINE.step(name)
    assert found is not None
    return found


MUTANTS = {
    "the sender may withdraw while the receiver answers": (
        changed("withdraw", start=(*_step("withdraw").start, R.PLAN_PROPOSED)),
        "at rest and different",
    ),
    "the sender goes on after asking for the end": (
        changed(
            "propose_plan",
            guards=tuple(g for g in _step("propose_plan").guards if g.name != "end_is_not_asked"),
        ),
        "a message that moves is lost",
    ),
    "the receiver cannot take in a request that comes late": (
        changed("request_end", start=tuple(s for s in _step("request_end").start if s is not R.ACCEPTED)),
        "only one side knows that the end was asked for",
    ),
    "custody moves with the sender's signature": (
        changed("sign_handover", effects=(*_step("sign_handover").effects, MoveCustody())),
        "custody is nowhere",
    ),
    "nobody answers a request to end": (
        changed("grant_end", guards=(_step("withdraw").guards[0],)),
        "the sender cannot end it",
    ),
    "a postponed handover cannot be taken up or ended": (
        replace(
            MACHINE,
            steps=tuple(
                replace(row, start=tuple(s for s in row.start if s is not R.POSTPONED) or (R.DRAFT,))
                for row in MACHINE.steps
            ),
        ),
        "stuck: no way to an end",
    ),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_explorer_finds(mutant: str) -> None:
    spec, fault = MUTANTS[mutant]
    problems = walk(spec).problems
    assert any(fault in problem for problem in problems), problems[:5]


# ------------------------------------------------------------------ the explorer's copies are the real ones


@pytest.mark.parametrize("row", MACHINE.steps, ids=lambda row: row.name)
def test_the_fold_is_the_one_of_the_program(row: Step) -> None:
    entry = Entry("worker-1", "office-1", "TH", date(2026, 11, 23))
    for start in row.start:
        for reason in REASONS:
            copy = Copy(start.value, None if row.name == "request_end" else reason, "sent")
            if row.name in ("supply_info",):
                copy = copy._replace(end_asked=None)
            facts = copy.facts(row.by or Side.SENDER)
            situation = with_referral(ready("referral", row.name), **{
                name: getattr(facts, name) for name in ("state", "end_asked", "came_from")
            })
            to = replay("referral", row.name, situation)
            assert situation.referral is not None
            real = referral_after_step(situation.referral, row.name, to, {"reason": reason}, entry)
            model = after(row, copy, reason)
            assert (real.state, real.end_asked, real.came_from, real.custody) == (
                model.state,
                model.end_asked,
                model.came_from,
                model.custody,
            )


def test_the_explorer_allows_what_the_engine_allows(walked: Walk, policies: Policies) -> None:
    """Every step that the walk took from a resting pair is one the engine takes when all else holds."""
    for node in walked.ways:
        if not node.quiet or node.receiver is None:
            continue
        for way in follow(MACHINE, node):
            row = MACHINE.step(way.what)
            assert row is not None
            copy = node.sender if row.by is Side.SENDER else node.receiver
            situation = with_referral(
                ready("referral", row.name, start=copy.state),
                state=copy.state,
                end_asked=copy.end_asked,
                came_from=copy.came_from,
            )
            answer = decide("referral", row.name, situation, policies)
            assert isinstance(answer, Moved), (way, answer)
            taken = way.node.sender if row.by is Side.SENDER else way.node.receiver
            assert taken is not None
            assert answer.to == taken.state


def test_an_offer_that_never_arrives_leaves_the_person_with_the_sender() -> None:
    sent = next(way.node for way in follow(MACHINE, Node()) if way.what == "send")
    assert sent.receiver is None
    assert sent.sender.custody == "sender"
