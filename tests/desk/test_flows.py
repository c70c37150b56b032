"""Whole flows in real browsers: two sides of a bridge, a double click, the keyboard alone, hiding, a blocked step."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.desk.hand import Hand
from tests.desk.place import Place
from tests.desk.tasks import TICKS, posted
from tests.factories import cases, referrals
from tests.factories.staff import add_user


def at_the_bridge(place: Place) -> tuple[referrals.Pair, str]:
    """A referral on the day of its handover, the journey begun."""
    town = place.town
    pair = referrals.bring_referral(town.house, town.th, town.mm, "handover_scheduled")
    cases.take(town.house, town.th["case_manager"], pair.case_id, "depart")
    return pair, place.referral(pair.sent_from)


def code_on(page: Page) -> str:
    """The code that is read aloud."""
    found = re.search(r"\b[0-9A-Z]{3}-[0-9A-Z]{3}\b", page.locator(".bridge-check").inner_text())
    assert found
    return found[0]


def hand_over(place: Place, *, scripts: bool) -> None:
    """Two officers, two browsers: one hands over, reads a code aloud, the other hears it and signs."""
    town = place.town
    pair, ref = at_the_bridge(place)
    giver = place.at_desk(town.th["border_focal_point"], "phone", scripts=scripts)
    taker = place.at_desk(town.mm["border_focal_point"], "desktop", scripts=scripts)
    taker.opens(f"/referrals/{ref}/handover")
    taker.sees("When the other side has handed over")
    giver.opens(f"/referrals/{ref}/handover")
    giver.types(things="one bag", onward="transit centre", officer="officer 3, Mae Sot")
    giver.clicks_on("Handed over")
    giver.sees("There is a problem")
    assert giver.page.input_value("#field-things") == "one bag", "what was typed stays"
    giver.ticks(*TICKS)
    giver.clicks_on("Handed over")
    giver.sees("Waiting for the other side since")
    referrals.post(town.house)
    spoken = code_on(giver.page)
    taker.clicks_on("Check again")
    assert spoken not in taker.page.content()
    taker.ticks(*TICKS)
    taker.types(officer="officer 8", code_heard=spoken.lower())
    taker.clicks_on("Received")
    taker.sees("Both sides have signed")
    referrals.post(town.house)
    giver.page.reload()
    assert code_on(giver.page) == code_on(taker.page) != spoken
    giver.clicks_on("Receipt")
    giver.sees("Mae Sot")
    assert {referrals.row_of(town.house, each).custody for each in (pair.sent_from, pair.arrived)} == {"receiver"}


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_person_is_handed_over_between_two_browsers(place: Place, scripts: bool) -> None:
    hand_over(place, scripts=scripts)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_double_click_writes_one_note(place: Place, scripts: bool) -> None:
    house, th = place.town.house, place.town.th
    case_id = cases.bring_case(house, th, "reported")
    hand = place.at_desk(th["social_worker"], scripts=scripts)
    hand.opens(f"/cases/{place.case(case_id)}/notes/new")
    hand.types(note="She would like to call her sister.")
    hand.named("Save", within="main").dblclick()
    hand.stands_on(f"**/cases/{place.case(case_id)}*")
    told = place.town.get(th["social_worker"], f"/cases/{case_id}/timeline?limit=100").json()["items"]
    assert len([each for each in told if each["note"]]) == 1


def test_a_referral_is_accepted_with_the_keyboard_alone_and_the_focus_is_seen(place: Place) -> None:
    town = place.town
    pair = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    hand = place.at_desk(town.mm["border_focal_point"], "desktop")
    hand.opens("/")
    press(hand, f"Read and answer {place.referral(pair.arrived)}")
    hand.stands_on(f"**/referrals/{place.referral(pair.arrived)}")
    press(hand, "Accept")
    hand.stands_on("**/steps/acknowledge")
    press(hand, "Confirm")
    hand.sees("You have accepted.")


def press(hand: Hand, name: str) -> None:
    """Walk with the tab key to what is called ``name``, see where one is at every stop, and press Enter."""
    for _ in range(80):
        hand.page.keyboard.press("Tab")
        seen = hand.page.evaluate(
            """() => { const at = document.activeElement, look = getComputedStyle(at), box = at.getBoundingClientRect();
            return {name: at.textContent.trim().replace(/\\s+/g, " "), ring: look.outlineStyle !== "none" &&
            parseFloat(look.outlineWidth) >= 2, inside: box.top >= 0 && box.bottom <= innerHeight + 1}; }"""
        )
        assert seen["ring"] and seen["inside"], seen
        if seen["name"] == name:
            hand.page.keyboard.press("Enter")
            return
    raise AssertionError(f"the tab key does not lead to '{name}'")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_hidden_case_does_not_come_back(place: Place, scripts: bool) -> None:
    house, th = place.town.house, place.town.th
    reference = place.case(cases.bring_case(house, th, "sheltered"))
    hand = place.at_desk(th["social_worker"], scripts=scripts)
    for path in ("/", "/cases", f"/cases/{reference}"):
        hand.opens(path)
    hand.clicks_at("#hide button")
    hand.stands_on("**/neutral")
    for _ in range(3):
        hand.page.go_back()
        hand.page.wait_for_load_state()
        shown = hand.page.locator("body").inner_text()
        assert reference not in shown and "Next steps" not in shown


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_what_was_typed_on_a_case_survives_an_expired_sign_in(place: Place, scripts: bool) -> None:
    town = place.town
    worker = add_user(town.house, "th-shelter-tak", "social_worker")
    password = place.give_password(worker)
    case_id = cases.bring_case(town.house, town.th, "reported")
    cases.join(town.house, case_id, worker)
    hand = place.at_desk(worker, scripts=scripts)
    hand.opens(f"/cases/{place.case(case_id)}/notes/new")
    hand.types(note="She would like to call her sister.")
    town.clock.advance(timedelta(minutes=20))
    hand.clicks_on("Save", within="main")
    hand.stands_on("**/sign-in?next=*")
    hand.types(username=worker.login, password=password)
    hand.clicks_on("Sign in", within="main form")
    hand.stands_on("**/notes/new*")
    assert hand.page.input_value("[name=note]") == "She would like to call her sister."
    hand.clicks_on("Save", within="main")
    hand.stands_on(f"**/cases/{place.case(case_id)}*")


@pytest.mark.parametrize(("view", "scripts"), [("phone", True), ("desktop", False)], ids=["scripts", "plain"])
def test_two_who_fill_in_the_same_form_choose_field_by_field(place: Place, view: str, scripts: bool) -> None:
    """The later of the two is told who was first and what they said; nothing that was typed is lost."""
    house, th = place.town.house, place.town.th
    case_id = cases.bring_case(house, th, "presumed")
    path = f"/cases/{place.case(case_id)}/records/new/needs_assessment"
    early = place.at_desk(th["case_manager"], "desktop")
    late = place.at_desk(th["social_worker"], view, scripts=scripts)
    for hand, health, law in ((early, "A dentist", "A lawyer"), (late, "An eye doctor", "Nothing")):
        hand.opens(path)
        hand.fills(posted(place, "needs_assessment", health=health, legal=law))
    early.clicks_on("Save", within="main")
    early.sees("Saved.")
    late.clicks_on("Save", within="main")
    late.sees("Somebody changed this meanwhile")
    late.sees("A dentist")
    assert late.page.input_value("[name=record-health]") == "An eye doctor", "mine still stands there"
    late.page.locator("[id='take-record-health-theirs']").check()
    late.clicks_on("Save", within="main")
    late.sees("Saved.")
    late.opens(f"/cases/{place.case(case_id)}/needs")
    late.clicks_at('main a[href*="/records/"]:not([href*="/new/"])')
    late.sees("A dentist")
    late.sees("Nothing")


def test_a_blocked_step_tells_all_six_parts(place: Place) -> None:
    house, th = place.town.house, place.town.th
    case_id = cases.bring_case(house, th, "sheltered")
    hand = place.at_desk(th["social_worker"])
    hand.opens(f"/cases/{place.case(case_id)}/steps/care/start_recovery")
    part = hand.page.locator(".blocked").first
    for told in ("Blocked:", "Why", "Who can change it", "What helps", "Guideline", "Cannot wait?"):
        expect(part.get_by_text(told).first).to_be_visible()
    assert part.locator('a[href^="/guidelines/"]').count() and part.locator(".button").count()
