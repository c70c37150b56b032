"""The lists of a desk: what lies in which box, for whom, in which order, and never a name."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.referrals.pen import CLOSED, PENS, TO_ANSWER
from tests.factories import cases, referrals
from tests.factories.forms import form
from tests.factories.staff import add_user
from tests.factories.towns import Town
from tests.inspect import reading
from workflows.referral import FINAL, Referral

BOXES = ("inbox", "outbox", "arriving", "today", "closed")


def ids(town: Town, worker: Any, box: str) -> list[str]:
    answer = town.get(worker, f"/referrals?box={box}")
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()["items"]]


def boxes_of(town: Town, worker: Any, referral_id: str) -> set[str]:
    return {box for box in BOXES if referral_id in ids(town, worker, box)}


def test_every_open_state_has_one_pen_and_no_final_one_has() -> None:
    assert set(PENS) == {state.value for state in Referral} - {state.value for state in FINAL}
    assert set(PENS.values()) == {"sender", "receiver"}
    assert set(TO_ANSWER) == {"sent", "acknowledged", "tracing", "plan_proposed", "handed_over"}
    assert set(CLOSED) == {state.value for state in FINAL}


@pytest.mark.parametrize(
    ("state", "at_home", "abroad"),
    [
        ("draft", {"outbox"}, set()),
        ("sent", {"outbox"}, {"inbox"}),
        ("assessed", {"outbox"}, set()),
        ("handover_scheduled", {"outbox", "today"}, {"arriving", "today"}),
        ("handed_over", {"outbox", "today"}, {"inbox", "arriving", "today"}),
        ("in_reintegration", {"outbox", "today"}, {"today"}),
    ],
)
def test_each_state_lies_in_its_boxes(town: Town, state: str, at_home: set[str], abroad: set[str]) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, state)
    assert boxes_of(town, town.th["national_focal_point"], pair.sent_from) == at_home
    if pair.arrived:
        assert boxes_of(town, town.mm["national_focal_point"], pair.arrived) == abroad


def test_a_handover_of_tomorrow_is_not_todays(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "handover_scheduled")
    officer = town.mm["border_focal_point"]
    assert ids(town, officer, "today") == [pair.arrived]
    town.clock.advance(timedelta(days=1))
    assert ids(town, officer, "today") == []
    assert ids(town, officer, "arriving") == [pair.arrived]


def test_today_is_the_day_of_the_country_and_not_of_greenwich(town: Town) -> None:
    town.clock.set(datetime(2026, 11, 23, 18, 0, tzinfo=UTC))  # Tuesday, one in the morning, in Mae Sot
    pair = referrals.bring_referral(town.house, town.th, town.mm, "accepted")
    cases.add(town.house, town.th["case_manager"], pair.case_id, "travel_document")
    cases.add(town.house, town.th["legal_officer"], pair.case_id, "legal_status")
    plan = form(town.house, "handover_schedule", on="2026-11-24")
    referrals.take(town.house, town.th["border_focal_point"], pair.sent_from, "schedule_handover", plan)
    assert ids(town, town.th["border_focal_point"], "today") == [pair.sent_from]


def test_a_cancelled_referral_is_closed_on_both_sides(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "assessed")
    referrals.take(town.house, town.th["case_manager"], pair.sent_from, "cancel", given={"reason": "other"})
    for worker, copy in (
        (town.th["national_focal_point"], pair.sent_from),
        (town.mm["national_focal_point"], pair.arrived),
    ):
        assert boxes_of(town, worker, copy) == {"closed"}


def test_a_row_says_whose_turn_until_when_and_never_who(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    row = town.get(town.mm["national_focal_point"], "/referrals?box=inbox").json()["items"][0]
    assert (row["id"], row["side"], row["state"], row["state_label"]) == (pair.arrived, "receiver", "sent", "Sent")
    assert (row["from_country"], row["to_country"], row["border_point"]) == ("TH", "MM", referrals.BORDER_POINT)
    assert (row["age_band"], row["child"], row["unread"], row["end_asked"]) == ("18+", False, 1, False)
    assert (row["pen"], row["our_turn"], row["custody"], row["responsible_country"]) == (
        "receiver",
        True,
        "sender",
        "TH",
    )
    clock = row["clock"]
    assert (clock["task"], clock["clock"], clock["basis"], clock["overdue"]) == (
        "answer_referral",
        "acknowledge",
        "default",
        False,
    )
    town.clock.advance(timedelta(days=20))
    late = town.get(town.mm["national_focal_point"], "/referrals?box=inbox")
    assert late.json()["items"][0]["clock"]["overdue"] is True
    for word in (*cases.IDENTITY.values(), "Mya", "Aung"):
        assert str(word) not in late.text
    theirs = town.get(town.th["case_manager"], "/referrals?box=outbox").json()["items"][0]
    assert (theirs["our_turn"], theirs["clock"]["task"], theirs["unread"]) == (False, "await_answer", 0)


def test_the_age_band_is_known_before_and_after_a_case_exists_here(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "accepted", child=True, age_band="15-17")
    for copy, worker in ((pair.sent_from, town.th), (pair.arrived, town.mm)):
        rows = town.get(worker["national_focal_point"], "/referrals").json()["items"]
        assert [(row["id"], row["age_band"], row["child"]) for row in rows] == [(copy, "15-17", True)]


def test_only_what_the_scope_reaches(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "handover_scheduled")
    other_post = add_user(town.house, "th-border-mae-sai", "border_focal_point")
    other_shelter = add_user(town.house, "th-datip", "social_worker")
    assert ids(town, town.th["border_focal_point"], "today") == [pair.sent_from]
    assert ids(town, other_post, "today") == []
    assert town.get(other_shelter, "/referrals").json() == {"items": [], "next": None}
    assert town.get(town.th["administrator"], "/referrals").status_code == 403
    assert town.get(None, "/referrals").status_code == 401


def test_a_list_is_one_look_with_filter_and_count(town: Town) -> None:
    referrals.bring_referral(town.house, town.th, town.mm, "sent")
    officer = town.mm["national_focal_point"]
    town.get(officer, "/referrals?box=inbox")
    town.clock.advance(timedelta(seconds=1))
    town.get(officer, "/referrals")
    looks = town.looks("referrals_listed")
    assert [json.loads(look.detail) for look in looks] == [{"box": "inbox", "count": 1}, {"box": "all", "count": 1}]
    assert {look.actor_id for look in looks} == {officer.id}


def test_pages_newest_change_first_without_loss_or_doubles(town: Town) -> None:
    made = []
    for _ in range(3):
        town.clock.advance(timedelta(minutes=1))
        case_id = cases.bring_case(town.house, town.th, "reported")
        made.append(referrals.draft(town.house, town.th, case_id))
    worker = town.th["national_focal_point"]
    seen, cursor = [], ""
    for _ in range(3):
        page = town.get(worker, f"/referrals?limit=1{cursor}").json()
        seen += [row["id"] for row in page["items"]]
        cursor = f"&cursor={page['next']}"
    assert seen == made[::-1] and page["next"] is None
    for wrong in ("limit=0", "limit=101", "cursor=x", "cursor=WyIxIl0", "box=mine"):
        assert town.get(worker, f"/referrals?{wrong}").status_code == 422, wrong


def test_a_postponed_day_moves_to_the_new_border_point(town: Town) -> None:
    """The task and the box of the receiving side follow the place that was agreed last."""
    house, th, mm = town.house, town.th, town.mm
    pair = referrals.bring_referral(house, th, mm, "handover_scheduled")
    referrals.take(house, th["border_focal_point"], pair.sent_from, "postpone", given={"reason": "border_closed"})
    new_plan = form(house, "handover_schedule", border_point="mae-sai-tachileik")
    referrals.take(house, th["national_focal_point"], pair.sent_from, "reschedule", new_plan)
    tachileik = add_user(house, "mm-border-tachileik", "border_focal_point")
    row = town.get(tachileik, "/referrals?box=arriving").json()["items"][0]
    assert (row["id"], row["border_point"], row["clock"]["task"]) == (
        pair.arrived,
        "mae-sai-tachileik",
        "confirm_handover",
    )
    with reading(house.db) as session:
        from sqlalchemy import select

        from app.casework.tasks import TABLE

        query = select(TABLE.c.office_id).where(
            TABLE.c.referral_id == pair.arrived, TABLE.c.kind == "confirm_handover", TABLE.c.state == "open"
        )
        assert set(session.execute(query).scalars()) == {town.offices["mm-border-tachileik"]}
    assert town.get(mm["border_focal_point"], "/referrals").json()["items"] == []
