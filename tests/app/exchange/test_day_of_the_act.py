"""Both copies say the day of the country that took the step, however late its letter comes (docs/decisions/0067)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from app.casework.happened import day_of
from app.kit.clock import SettableClock
from tests.app.exchange.wire import Hand, Post
from tests.factories import cases, referrals
from tests.factories.forms import form
from tests.factories.staff import desk_of

TODAY = date(2026, 11, 23)
# In Bangkok it is ten minutes past midnight, in Yangon twenty minutes before.
BETWEEN = datetime(2026, 11, 23, 17, 10, tzinfo=UTC)


def test_a_form_that_comes_days_later_is_of_the_day_it_was_written(post: Post, clock: SettableClock) -> None:
    pair = post.bring("assessed")
    cases.add(post.house, post.th["case_manager"], pair.case_id, "pre_return_risk")
    plan = form(post.house, "return_plan", escort="nurse 2")
    post.act(post.th["case_manager"], pair.sent_from, "propose_plan", plan)
    clock.advance(timedelta(days=2))
    post.drain()
    here, there = post.facts(pair.sent_from).plan, post.facts(pair.arrived).plan
    assert here is not None and here == there and here.on == TODAY
    assert post.must_agree(pair) == "plan_proposed"


def test_a_paper_that_is_entered_later_is_of_the_day_it_was_signed(post: Post, clock: SettableClock) -> None:
    pair = post.bring("handed_over")
    signed = clock.now()
    clock.advance(timedelta(days=1))
    officer, receipt = post.mm["border_focal_point"], form(post.house, "receipt")
    referrals.take(post.house, officer, pair.arrived, "sign_receipt", receipt, happened_at=signed)
    here, there = post.facts(pair.sent_from).receipt, post.facts(pair.arrived).receipt
    assert here is not None and here == there and here.on == TODAY
    assert post.must_agree(pair) == "received"


def test_a_receipt_is_signed_between_two_midnights(post: Post, clock: SettableClock) -> None:
    """The sending country has the day after already: the person was asked again there today, which is tomorrow here."""
    clock.set(BETWEEN)
    pair = post.bring("handed_over")
    given = post.facts(pair.arrived).handover
    assert given is not None and given.reconfirmed_on == date(2026, 11, 24)
    post.act(post.mm["border_focal_point"], pair.arrived, "sign_receipt", form(post.house, "receipt"))
    post.drain()
    here, there = post.facts(pair.sent_from).receipt, post.facts(pair.arrived).receipt
    assert here is not None and here == there and here.on == TODAY
    assert post.must_agree(pair) == "received"


@pytest.mark.parametrize(
    ("said", "believed"),
    [
        ("2026-11-23", TODAY), ("2026-11-20", date(2026, 11, 20)), ("2026-11-24", date(2026, 11, 24)),
        (None, TODAY), ("", TODAY), ("yesterday", TODAY), (7, TODAY), ("2026-11-25", TODAY), ("2025-11-21", TODAY),
    ],
)  # fmt: skip
def test_a_day_that_cannot_be_is_not_believed(post: Post, said: object, believed: date) -> None:
    body = {} if said is None else {"on": said}
    envelope = Hand(post.house).envelope("acknowledge", body)
    with desk_of(post.house, post.mm["national_focal_point"]) as desk:
        assert day_of(desk, envelope.header, envelope.body) == believed
