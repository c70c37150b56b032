"""The pages of the referral desk: boxes, answering in three clicks, and nothing that names anybody."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.app.access.world import one_engine
from tests.app.referrals.desks import desk_of, reference
from tests.factories import cases, referrals
from tests.factories.towns import Town

NAMES = ("Mya Thandar", "Thandar", "Aung", "+95 9 000 000", "ForcedLabour", "Forced labour")


def test_accepting_takes_three_clicks_from_the_desk(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    ref = reference(town, pair.arrived)
    officer = desk_of(town, town.mm["border_focal_point"])
    page = officer.get("/referrals")
    assert page.status_code == 200, page.text
    assert "To answer (1)" in page.text and "Read and answer" in page.text
    assert officer.get(f"/referrals/{ref}").status_code == 200  # 1: Read and answer
    assert f'href="/referrals/{ref}/steps/acknowledge"' in officer.last.text
    assert "Mae Sot – Myawaddy" in officer.get(f"/referrals/{ref}/steps/acknowledge").text  # 2: Accept
    answer = officer.send(f"/referrals/{ref}/steps/acknowledge")  # 3: Confirm
    assert answer.status_code == 303, answer.text
    assert "You have accepted" in officer.follow().text
    assert referrals.row_of(town.house, pair.arrived).state == "acknowledged"


def test_no_name_before_acknowledgement_and_none_on_the_desk_after(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    ref = reference(town, pair.arrived)
    officer = desk_of(town, town.mm["border_focal_point"])
    pages = [officer.get(path).text for path in ("/referrals", f"/referrals/{ref}", f"/referrals/{ref}/handover")]
    assert officer.get(f"/referrals/{ref}/person").status_code == 404
    referrals.take(town.house, town.mm["national_focal_point"], pair.arrived, "acknowledge")
    referrals.take(town.house, town.th["case_manager"], pair.sent_from, "disclose_identity")
    pages += [officer.get(path).text for path in ("/referrals", f"/referrals/{ref}", f"/referrals/{ref}/receipt")]
    for name in NAMES:
        assert not [page for page in pages if name in page], name
    officer.get(f"/referrals/{ref}/person")
    shown = officer.send(f"/referrals/{ref}/person", reason="Meeting the person at the bridge")
    assert shown.status_code == 200 and "Mya Thandar" in shown.text
    assert len(town.looks("reveal")) == 1


@one_engine
def test_asking_and_declining_each_take_three_clicks_and_a_reason(town: Town) -> None:
    asked = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    officer = desk_of(town, town.mm["national_focal_point"])
    path = f"/referrals/{reference(town, asked.arrived)}/steps/return_for_info"
    officer.get(path)
    without = officer.send(path, note="Who is the mother?")
    assert without.status_code == 422 and "Choose an answer." in without.text and "Who is the mother?" in without.text
    assert officer.send(path, **{"given-reason": "family_details"}).status_code == 303
    assert referrals.row_of(town.house, asked.arrived).state == "returned_for_info"

    declined = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    path = f"/referrals/{reference(town, declined.arrived)}/steps/decline"
    assert 'value="mm-info-centre"' in officer.get(path).text and "shelter" not in officer.last.text.lower()
    assert officer.send(path, **{"given-reason": "no_capacity", "record-office": "mm-info-centre"}).status_code == 303
    assert officer.last.headers["location"] == "/referrals?done=declined"
    referrals.post(town.house)
    sender = desk_of(town, town.th["case_manager"])
    assert "mm-info-centre" in sender.get(f"/referrals/{reference(town, declined.sent_from)}").text


@one_engine
def test_a_form_sent_twice_acts_once(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    path = f"/referrals/{reference(town, pair.arrived)}/steps/acknowledge"
    officer = desk_of(town, town.mm["national_focal_point"])
    officer.get(path)
    fields = officer.form(path).fields
    first, again = officer.post(path, fields), officer.post(path, fields)
    assert (first.status_code, first.headers["location"]) == (again.status_code, again.headers["location"])
    assert referrals.row_of(town.house, pair.arrived).version == 3


def test_what_is_due_first_stands_on_top_on_every_page(town: Town) -> None:
    made = []
    for _ in range(3):
        made.append(referrals.bring_referral(town.house, town.th, town.mm, "sent"))
        town.clock.advance(timedelta(days=1))
    officer = desk_of(town, town.mm["border_focal_point"])
    shown = re.findall(r'data-item="([A-Z0-9-]+)"', officer.get("/referrals").text)
    assert shown == [reference(town, pair.arrived) for pair in made]
    assert "Answer due" not in officer.last.text
    town.clock.advance(timedelta(days=20))
    late = desk_of(town, town.mm["border_focal_point"]).get("/referrals").text
    assert late.count("Answer due") == 3 and "days late" in late


@one_engine
@pytest.mark.parametrize("part", ["", "/handover", "/steps/acknowledge", "/person", "/receipt", "/not-today"])
def test_unknown_malformed_and_invisible_are_the_same_page(town: Town, part: str) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    other = desk_of(town, town.th["social_worker"])
    ours = reference(town, pair.sent_from)
    outsider = desk_of(town, town.mm["social_worker"])
    answers = [
        outsider.get(f"/referrals/{one}{part}") for one in ("TH-MM-2017-ZZZZZZ", "x", pair.sent_from, "%00")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({re.sub(r'value="[^"]*"', "", answer.text) for answer in answers}) == 1
    assert other.get(f"/referrals/{ours}").status_code in (200, 404)


@one_engine
def test_the_clock_and_the_deputy_are_shown_to_both_sides(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    deputy = town.house.policies.office("mm-atipd").name
    for copy, worker in ((pair.sent_from, town.th["case_manager"]), (pair.arrived, town.mm["border_focal_point"])):
        text = desk_of(town, worker).get(f"/referrals/{reference(town, copy)}").text
        assert "If nobody answers in time" in text and deputy in text and "days left" in text


@one_engine
def test_what_could_not_be_delivered_says_so_with_a_number(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "approved")
    sender = desk_of(town, town.th["case_manager"])
    ref = reference(town, pair.sent_from)
    sender.get(f"/referrals/{ref}/steps/send")
    assert sender.send(f"/referrals/{ref}/steps/send").status_code == 303
    text = sender.follow().text
    assert "Stored here, not yet delivered; will retry." in text
    assert town.house.policies.office("mm-dor").duty_phone in text  # type: ignore[operator]
    referrals.post(town.house)
    assert "not yet delivered" not in sender.get(f"/referrals/{ref}").text


@one_engine
def test_a_blocked_step_tells_its_reasons_and_leads_to_what_mends_it(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "planning_return")
    copy = referrals.draft(town.house, town.th, case_id)
    manager = desk_of(town, town.th["case_manager"])
    path = f"/referrals/{reference(town, copy)}"
    text = manager.get(path).text
    case_ref = referrals.case_row(town.house, case_id).reference
    assert f"/cases/{case_ref}/records/new/consent?back={path}/steps/send" in text
    assert "Blocked" in text and "/guidelines/IOM-4" in text and "Nothing about a person crosses a border" in text
