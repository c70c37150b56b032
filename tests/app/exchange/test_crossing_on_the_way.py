"""Messages that cross: whatever both sides do before they hear each other, both copies end the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.app.exchange.wire import Post
from tests.factories import cases, referrals
from tests.factories.forms import form
from workflows.engine import MACHINES
from workflows.referral import BEFORE_RECEIPT, MACHINE

# State -> each step by which the receiving side can move on from it: role, form, inputs.
MOVES: dict[str, dict[str, tuple[str, str | None, dict[str, str]]]] = {
    "sent": {
        "acknowledge": ("national_focal_point", None, {}),
        "decline": ("national_focal_point", None, {"reason": "no_capacity"}),
        "return_for_info": ("national_focal_point", None, {"reason": "needs_unclear"}),
    },
    "acknowledged": {
        "decline": ("national_focal_point", None, {"reason": "other"}),
        "return_for_info": ("national_focal_point", None, {"reason": "other"}),
        "start_tracing": ("social_worker", None, {}),
        "check_nationality": ("social_worker", None, {}),
    },
    "tracing": {
        "decline": ("national_focal_point", None, {"reason": "not_our_national"}),
        "report_assessment": ("social_worker", "family_tracing", {}),
    },
    "plan_proposed": {
        "accept": ("national_focal_point", "reception_plan", {}),
        "decline": ("national_focal_point", None, {"reason": "security"}),
        "return_for_info": ("national_focal_point", None, {"reason": "plan_incomplete"}),
    },
    "handed_over": {
        "sign_receipt": ("border_focal_point", "receipt", {}),
        "report_not_received": ("border_focal_point", None, {"reason": "person_did_not_come"}),
    },
    "received": {
        "start_reintegration": ("case_manager", None, {}),
        "complete": ("case_manager", None, {}),
    },
    "in_reintegration": {"complete": ("case_manager", None, {})},
}
# Which side acts first does not matter where nothing crosses.
_FIRST = ("request", "move")
_QUIET = [(state, "", "request") for state in MOVES]
_BUSY = [(state, step) for state, steps in MOVES.items() for step in steps]
# What crosses is judged by rules alone, whatever keeps it: on PostgreSQL every move crosses once, and they take turns
# in who is first.
CROSSINGS = [("sqlite", *each) for each in _QUIET]
CROSSINGS += [("sqlite", state, step, first) for state, step in _BUSY for first in _FIRST]
CROSSINGS += [("postgresql", *each, _FIRST[number % 2]) for number, each in enumerate(_BUSY)]


def test_the_list_knows_every_move_of_the_receiving_side() -> None:
    known = {(state, step) for state, steps in MOVES.items() for step in steps}
    table = {
        (state.value, row.name)
        for row in MACHINE.steps
        if row.by == "receiver" and not row.system_only and row.targets()
        for state in row.start
    }
    assert known == table
    assert "referral" in MACHINES


def prepared(post: Post, state: str, step: str) -> Any:
    """A referral in ``state`` in which ``step`` is not blocked by anything but a message on its way."""
    pair = post.bring(state)
    if step in {"start_tracing", "check_nationality"}:
        post.act(post.th["case_manager"], pair.sent_from, "disclose_identity")
        post.drain()
    if step in {"start_reintegration", "complete"}:
        case_id = referrals.receiving_case(post.house, pair)
        cases.join(post.house, case_id, post.mm["social_worker"], post.mm["case_manager"])
        cases.name_manager(post.house, case_id, post.mm)
        cases.add(post.house, post.mm["case_manager"], case_id, "reintegration_plan")
        if step == "complete":
            for number in (1, 2, 3, 4):
                cases.add(post.house, post.mm["case_manager"], case_id, "monitoring_visit", number=number)
    return pair


@pytest.mark.parametrize(("engine_kind", "state", "step", "first"), CROSSINGS, indirect=["engine_kind"])
def test_a_request_to_end_in_every_state(post: Post, state: str, step: str, first: str) -> None:
    pair = prepared(post, state, step)

    def ask() -> None:
        post.act(post.th["case_manager"], pair.sent_from, "request_end", reason="consent_withdrawn")

    def move() -> None:
        if step:
            role, kind, given = MOVES[state][step]
            post.act(post.mm[role], pair.arrived, step, form(post.house, kind) if kind else None, **given)

    for act in (ask, move) if first == "request" else (move, ask):
        act()
        post.clock.advance(timedelta(seconds=1))
    post.drain()
    ended = post.must_agree(pair)
    facts = post.facts(pair.arrived)
    if step == "decline":
        assert ended == "declined"
    elif state in {"received", "in_reintegration"} or step == "sign_receipt":
        # Already received: the answer is no, and the person is where they are.
        assert ended == {
            "sign_receipt": "received",
            "start_reintegration": "in_reintegration",
            "complete": "completed",
        }.get(step, state)
        assert (facts.custody, facts.end_asked) == ("receiver", None)
    else:
        assert (ended, facts.custody, facts.end_asked) == ("withdrawn", "sender", None)
        assert post.case_state(pair.case_id) == "planning_return"


@pytest.mark.parametrize(
    "reason", ["consent_withdrawn", "no_safe_return", "asylum_claim", "missing", "deceased", "other"]
)
def test_the_answer_to_each_reason(post: Post, reason: str) -> None:
    pair = post.bring("sent")
    post.act(post.th["case_manager"], pair.sent_from, "request_end", reason=reason)
    post.drain()
    words = {"consent_withdrawn": "withdrawn", "no_safe_return": "no_safe_return"}
    assert post.must_agree(pair) == words.get(reason, "cancelled")


def test_in_its_own_turn_the_sender_ends_without_asking(post: Post) -> None:
    for state in ("assessed", "accepted", "handover_scheduled"):
        pair = post.bring(state)
        post.act(post.th["case_manager"], pair.sent_from, "withdraw", reason="consent_withdrawn")
        post.drain()
        assert post.must_agree(pair) == "withdrawn"
    assert {state.value for state in BEFORE_RECEIPT} >= {"assessed", "accepted", "handover_scheduled"}


@pytest.mark.parametrize("first", ["disclosure", "question"])
def test_an_identity_disclosed_while_a_question_is_on_its_way(post: Post, first: str) -> None:
    """It reaches the other copy, so that tracing can start once the question is answered."""
    pair = post.bring("acknowledged")
    acts = [
        lambda: post.act(post.th["case_manager"], pair.sent_from, "disclose_identity"),
        lambda: post.act(post.mm["national_focal_point"], pair.arrived, "return_for_info", reason="other"),
    ]
    for act in acts if first == "disclosure" else acts[::-1]:
        act()
        post.clock.advance(timedelta(seconds=1))
    post.drain()
    assert post.must_agree(pair) == "returned_for_info"
    post.act(post.th["case_manager"], pair.sent_from, "supply_info")
    post.drain()
    post.act(post.mm["social_worker"], pair.arrived, "start_tracing")
    post.drain()
    assert post.must_agree(pair) == "tracing"


@pytest.mark.parametrize("first", ["confirmation", "change"])
@pytest.mark.parametrize("change", ["postpone", "reschedule", "withdraw"])
def test_an_officer_named_while_the_day_changes(post: Post, change: str, first: str) -> None:
    """Nobody is named for a day they have not heard of."""
    pair = post.bring("accepted")
    house, th = post.house, post.th
    cases.add(house, th["case_manager"], pair.case_id, "travel_document")
    cases.add(house, th["legal_officer"], pair.case_id, "legal_status")
    post.act(th["border_focal_point"], pair.sent_from, "schedule_handover", form(house, "handover_schedule"))
    post.drain()

    def confirm() -> None:
        officer = form(house, "handover_confirmation")
        post.act(post.mm["border_focal_point"], pair.arrived, "confirm_handover", officer)

    def new_day() -> None:
        if change == "withdraw":
            post.act(th["case_manager"], pair.sent_from, "withdraw", reason="other")
            return
        post.act(th["border_focal_point"], pair.sent_from, "postpone", reason="border_closed")
        if change == "reschedule":
            post.act(th["border_focal_point"], pair.sent_from, "reschedule", form(house, "handover_schedule"))

    for act in (confirm, new_day) if first == "confirmation" else (new_day, confirm):
        act()
        post.clock.advance(timedelta(seconds=1))
    post.drain()
    ended = {"postpone": "postponed", "reschedule": "handover_scheduled", "withdraw": "withdrawn"}[change]
    if change == "withdraw":
        assert {post.facts(each).state for each in (pair.sent_from, pair.arrived)} == {"withdrawn"}
        return
    assert post.must_agree(pair) == ended
    if change == "reschedule":
        schedule = post.facts(pair.sent_from).schedule
        assert schedule is not None and schedule.receiver_officer is False


def test_a_withdrawn_consent_reaches_every_open_referral(post: Post) -> None:
    for state in ("draft", "sent", "assessed"):
        pair = post.bring(state)
        cases.add(post.house, post.th["case_manager"], pair.case_id, "consent_withdrawal", purposes=["notify_origin"])
        post.drain()
        if state == "draft":
            assert post.facts(pair.sent_from).state == "withdrawn"
        else:
            assert post.must_agree(pair) == "withdrawn"
