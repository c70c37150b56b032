"""The pages of the day at a border point: who is expected, a group planned and received at once, the codes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.app.access.browser import Browser
from tests.app.access.world import one_engine
from tests.app.referrals.desks import desk_of, reference
from tests.app.referrals.test_handover_pages import GIVEN, TICKS, at_the_bridge, code_in
from tests.factories import cases, referrals
from tests.factories.forms import form
from tests.factories.referrals import Pair
from tests.factories.towns import Town

POST = "mae-sot-myawaddy"
TODAY = "2026-11-23"


def accepted(town: Town) -> Pair:
    """Somebody whose return is agreed, with the papers that travel."""
    pair = referrals.bring_referral(town.house, town.th, town.mm, "accepted")
    cases.add(town.house, town.th["case_manager"], pair.case_id, "travel_document")
    cases.add(town.house, town.th["legal_officer"], pair.case_id, "legal_status")
    return pair


def ticks_of(text: str) -> list[str]:
    """The boxes of a page in which people are ticked."""
    return [each.split('"')[0] for each in text.split('name="person" value="')[1:]]


def planned(town: Town, *pairs: Pair) -> Browser:
    """Those people planned together for today over the page; the browser that did it."""
    giver = desk_of(town, town.th["border_focal_point"])
    page = giver.get("/border-day/several?step=schedule_handover")
    assert page.status_code == 200 and all(reference(town, each.sent_from) in page.text for each in pairs)
    assert "not to be parted" not in page.text, "nobody is a child"
    sent = giver.send(
        "/border-day/several?step=schedule_handover", person=ticks_of(page.text), **answers(town),
    )  # fmt: skip
    assert sent.status_code == 303, sent.text
    referrals.post(town.house)
    return giver


def answers(town: Town) -> dict[str, str]:
    """What is the same for all on the page of a plan."""
    return {
        "record-border_point": POST, "record-on_day": "23", "record-on_month": "11", "record-on_year": "2026",
        "record-sender_officer": "officer 3, Mae Sot", "record-time": "10:30", "record-transport": "van of the shelter",
    }  # fmt: skip


def test_a_group_is_planned_named_and_received_over_the_pages(town: Town) -> None:
    pairs = [accepted(town), accepted(town)]
    giver = planned(town, *pairs)
    day = giver.follow().text
    assert "0 of 2 received" in day and "Done" in day and "G-" in day and "10:30" in day
    assert "Mya Thandar" not in day
    taker = desk_of(town, town.mm["border_focal_point"])
    path = f"/border-day/several?step=confirm_handover&on={TODAY}&post={POST}"
    page = taker.get(path)
    empty = taker.send(path, **{"record-receiver_officer": "officer 8, Myawaddy"})
    assert empty.status_code == 422 and "Choose at least one person" in empty.text
    taker.get(path)
    named = taker.send(path, person=ticks_of(page.text), **{"record-receiver_officer": "officer 8, Myawaddy"})
    assert named.status_code == 303
    assert "Both officers are named" in taker.follow().text
    referrals.post(town.house)

    for each in pairs:
        cases.take(town.house, town.th["case_manager"], each.case_id, "depart")
    first, second = (reference(town, each.sent_from) for each in pairs)
    for each in (first, second):
        giver.get(f"/referrals/{each}/handover")
        assert giver.send(f"/referrals/{each}/handover", **GIVEN).status_code == 303
    referrals.post(town.house)
    path = f"/border-day/several?step=sign_receipt&on={TODAY}&post={POST}"
    page = taker.get(path)
    assert "stand before you" in page.text
    one = [each for each in ticks_of(page.text) if each.startswith(pairs[0].arrived)]
    assert taker.send(path, person=one, **{"record-officer": "officer 8, Myawaddy"}).status_code == 303
    assert "1 of 2 received" in taker.follow().text
    referrals.post(town.house)
    # The other one did not come through; it holds nobody up, and the near side reads it.
    taker.get(f"/referrals/{second}/not-today")
    assert taker.send(f"/referrals/{second}/not-today", reason="person_did_not_agree").status_code == 303
    referrals.post(town.house)
    day = giver.get(f"/border-day?on={TODAY}&post={POST}").text
    assert "1 of 2 received" in day and "1 did not cross" in day
    assert "The person did not agree on the day" in day
    paper = giver.get(f"/border-day/list?on={TODAY}&post={POST}").text
    assert first in paper and second in paper and "Mya Thandar" not in paper
    assert "Nobody is expected" in giver.get(f"/border-day?on=2026-11-24&post={POST}").text


@one_engine
def test_who_sees_a_referral_sees_its_row_and_nobody_else_does(town: Town) -> None:
    referrals.bring_referral(town.house, town.th, town.mm, "handover_scheduled")
    for who, count in (
        (town.th["border_focal_point"], 1), (town.mm["border_focal_point"], 1), (town.th["national_focal_point"], 1),
        (town.th["health_officer"], None), (town.th["analyst"], None), (town.th["administrator"], None),
    ):  # fmt: skip
        answer = town.get(who, f"/border-day?on={TODAY}&post=")
        if count is None:
            assert answer.status_code == 403 or answer.json()["items"] == [], who.roles
        else:
            assert len(answer.json()["items"]) == count
    row = town.get(town.mm["border_focal_point"], f"/border-day?on={TODAY}").json()["items"][0]
    assert (row["leaves"], row["state"], row["border_point"]) == (False, "confirmed", POST)
    strange = town.get(town.th["border_focal_point"], "/border-day?post=nowhere")
    assert strange.status_code == 422 and strange.json()["errors"][0]["field"] == "post"
    looks = town.looks("border_day_read")
    assert looks and '"count":1' in looks[0].detail.replace(" ", "")


def test_a_wrong_code_is_counted_and_the_right_one_fits_on_both_sides(town: Town) -> None:
    _, ref = at_the_bridge(town)
    giver = desk_of(town, town.th["border_focal_point"])
    taker = desk_of(town, town.mm["border_focal_point"])
    giver.get(f"/referrals/{ref}/handover")
    assert giver.send(f"/referrals/{ref}/handover", **GIVEN).status_code == 303
    spoken = code_in(giver.follow().text)
    referrals.post(town.house)
    taker.get(f"/referrals/{ref}/handover")
    assert taker.send(f"/referrals/{ref}/received", **TICKS, officer="o. 8", code_heard="AAA-AAA").status_code == 422
    taker.get(f"/referrals/{ref}/handover")
    assert taker.send(f"/referrals/{ref}/received", **TICKS, officer="o. 8", code_heard=spoken).status_code == 303
    answer = code_in(taker.follow().text)
    referrals.post(town.house)
    giver.get(f"/referrals/{ref}/handover")
    wrong = giver.send(f"/referrals/{ref}/check-code", code_heard="BBB-BBB")
    assert wrong.status_code == 422 and "not the code of this handover" in wrong.text
    giver.get(f"/referrals/{ref}/handover")
    assert giver.send(f"/referrals/{ref}/check-code", code_heard=answer).status_code == 303
    assert "same signed text" in giver.follow().text
    for who in (town.th["national_focal_point"], town.mm["national_focal_point"]):
        copy = town.get(who, "/referrals").json()["items"][0]["id"]
        line = town.get(who, f"/referrals/{copy}/timeline").json()["items"]
        tried = [each["details"]["refusals"][0]["code"] for each in line if each["step"] == "compare_code"]
        assert tried == ["code_wrong"]


@pytest.mark.parametrize("mate_crosses", [True, False])
def test_nobody_is_parted_from_who_goes_along_without_a_reason(town: Town, mate_crosses: bool) -> None:
    mate, other = accepted(town), accepted(town)
    bridge = town.th["border_focal_point"]
    schedule = form(town.house, "handover_schedule", on=TODAY)
    referrals.take(town.house, bridge, mate.sent_from, "schedule_handover", schedule)
    bound = schedule | {"travels_with": reference(town, mate.sent_from)}
    referrals.take(town.house, bridge, other.sent_from, "schedule_handover", bound)
    for each in (mate, other):
        confirmed = form(town.house, "handover_confirmation")
        referrals.take(town.house, town.mm["border_focal_point"], each.arrived, "confirm_handover", confirmed)
        cases.take(town.house, town.th["case_manager"], each.case_id, "depart")
    if not mate_crosses:
        given = {"reason": "not_fit_to_travel"}
        referrals.take(town.house, bridge, mate.sent_from, "postpone", given=given)

    def sign(**changes: object) -> tuple[int, list[str]]:
        version = referrals.row_of(town.house, other.sent_from).version
        body = {"seen_version": version, "record": form(town.house, "handover", reconfirmed_on=TODAY, **changes)}
        answer = town.post(bridge, f"/referrals/{other.sent_from}/steps/sign_handover", body)
        return answer.status_code, [each["missing"] for each in answer.json().get("refusals", [])]

    assert sign() == (409, ["The person was to travel with somebody: nothing says that both cross today."])
    if not mate_crosses:
        stays = "The person was to travel with somebody: the other one does not cross today."
        assert sign(together=True) == (409, [stays])
        assert sign(together=False, apart_reason="Her sister is ill and follows on Friday.")[0] == 200
    else:
        assert sign(together=True)[0] == 200


@one_engine
def test_a_day_that_was_called_off_is_told_beside_the_new_one(town: Town) -> None:
    pair, ref = at_the_bridge(town)
    bridge = town.th["border_focal_point"]
    referrals.take(town.house, bridge, pair.sent_from, "postpone", given={"reason": "border_closed"})
    plan = form(town.house, "handover_schedule", on="2026-11-25")
    referrals.take(town.house, bridge, pair.sent_from, "reschedule", plan)
    for on, state, new_day in ((TODAY, "called_off", "2026-11-25"), ("2026-11-25", "planned", None)):
        (row,) = town.get(town.mm["border_focal_point"], f"/border-day?on={on}").json()["items"]
        assert (row["reference"], row["state"], row["new_day"]) == (ref, state, new_day)
    town.clock.advance(timedelta(days=2))
    (row,) = town.get(bridge, "/border-day").json()["items"]
    assert row["state"] == "planned", "today is the day of the country"
