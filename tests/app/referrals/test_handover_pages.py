"""Two browsers at the bridge: a whole handover, somebody who does not come, and a paper that is typed in later."""

from __future__ import annotations

import re
from datetime import timedelta

from app.kit.reader import Reader, reading
from app.kit.words import plain, say
from app.referrals.handing import number_of, shared_id_of
from tests.app.access.browser import Browser
from tests.app.access.world import one_engine
from tests.app.referrals.desks import desk_of, reference
from tests.factories import cases, referrals
from tests.factories.referrals import Pair
from tests.factories.towns import Town

TICKS = dict.fromkeys(("present", "told", "agrees", "medical", "belongings", "card"), "yes")
GIVEN = TICKS | {"things": "one bag\nsavings book", "onward": "transit centre", "officer": "officer 3, Mae Sot"}


def at_the_bridge(town: Town) -> tuple[Pair, str]:
    """A referral on the day of its handover, the journey begun."""
    pair = referrals.bring_referral(town.house, town.th, town.mm, "handover_scheduled")
    cases.take(town.house, town.th["case_manager"], pair.case_id, "depart")
    return pair, reference(town, pair.sent_from)


def code_in(text: str) -> str:
    found = re.search(r"<strong>([0-9A-Z]{3}-[0-9A-Z]{3})</strong>", text)
    assert found, text
    return found[1]


def test_two_browsers_hand_a_person_over(town: Town) -> None:
    pair, ref = at_the_bridge(town)
    giver = desk_of(town, town.th["border_focal_point"])
    taker = desk_of(town, town.mm["border_focal_point"])
    assert "When the other side has handed over" in taker.get(f"/referrals/{ref}/handover").text
    page = giver.get(f"/referrals/{ref}/handover")
    assert "They still agree to go today" in page.text and "Handed over" in page.text
    without = giver.send(f"/referrals/{ref}/handover", **{**GIVEN, "agrees": ""})
    assert without.status_code == 422 and "Not today" in without.text and "savings book" in without.text
    giver.get(f"/referrals/{ref}/handover")
    assert giver.send(f"/referrals/{ref}/handover", **GIVEN).status_code == 303
    waiting = giver.follow().text
    assert "Waiting for the other side since 09:00 (UTC+07:00)." in waiting
    spoken = code_in(waiting)
    referrals.post(town.house)

    arriving = taker.get(f"/referrals/{ref}/handover").text
    paper = taker.get(f"/referrals/{ref}/receipt").text
    assert spoken not in arriving + paper, "the code is heard, not read off the own screen"
    taker.get(f"/referrals/{ref}/handover")
    wrong = taker.send(f"/referrals/{ref}/received", **TICKS, officer="officer 8", code_heard="AAA-AAA")
    assert wrong.status_code == 422 and "not the code of this handover" in wrong.text
    taker.get(f"/referrals/{ref}/handover")
    heard = spoken.replace("-", " ").lower()
    assert taker.send(f"/referrals/{ref}/received", **TICKS, officer="officer 8", code_heard=heard).status_code == 303
    answer = code_in(taker.follow().text)
    referrals.post(town.house)
    both = giver.get(f"/referrals/{ref}/handover").text
    assert "Both sides have signed" in both and code_in(both) == answer != spoken
    assert {referrals.row_of(town.house, each).custody for each in (pair.sent_from, pair.arrived)} == {"receiver"}


def in_words_of(language: str, text: str, **values: str) -> str:
    """A sentence as a paper of that language's country says it."""
    with reading(Reader(language)):
        return plain(say(text, **values))


@one_engine
def test_a_number_on_a_paper_leads_those_to_the_receipt_who_may_see_it(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "received")
    ref = reference(town, pair.sent_from)
    giver = desk_of(town, town.th["border_focal_point"])
    page = giver.get(f"/referrals/{ref}/receipt").text
    number = number_of(pair.shared_id)
    assert number in page and shared_id_of(number) == pair.shared_id
    assert "Mya Thandar" not in page
    assert "2026-11-23 09:00 (UTC+07:00)" in page and "2026-11-23 08:30 (UTC+06:30)" in page
    assert giver.get(f"/r/{number}").headers["location"] == f"/referrals/{ref}/receipt"
    assert giver.get(f"/r?number={number.lower()}").status_code == 303
    outsider = desk_of(town, town.th["health_officer"])
    for wrong in (number, number[:-1] + ("2" if number[-1] != "2" else "3"), "x"):
        assert outsider.get(f"/r/{wrong}").status_code in (403, 404)
    nobody = Browser(town.app)
    assert nobody.get(f"/r/{number}").headers["location"].startswith("/sign-in")


@one_engine
def test_a_blank_receipt_is_printed_without_a_number(town: Town) -> None:
    page = desk_of(town, town.mm["border_focal_point"]).get("/papers/receipt?with=TH")
    for language in ("th", "my"):
        assert in_words_of(language, "Handover receipt, to be filled in by hand") in page.text
    assert page.status_code == 200 and "<svg" not in page.text


@one_engine
def test_not_today_is_a_normal_outcome_on_either_side(town: Town) -> None:
    pair, ref = at_the_bridge(town)
    giver = desk_of(town, town.th["border_focal_point"])
    page = giver.get(f"/referrals/{ref}/not-today")
    assert "normal outcome" in page.text
    assert giver.send(f"/referrals/{ref}/not-today").status_code == 422
    giver.get(f"/referrals/{ref}/not-today")
    assert giver.send(f"/referrals/{ref}/not-today", reason="person_did_not_agree").status_code == 303
    assert "nothing else changes for the person" in giver.follow().text
    referrals.post(town.house)
    assert referrals.row_of(town.house, pair.arrived).state == "postponed"
    assert giver.get(f"/referrals/{ref}/not-today").status_code == 404

    pair, ref = at_the_bridge(town)
    giver.get(f"/referrals/{ref}/handover")
    assert giver.send(f"/referrals/{ref}/handover", **GIVEN).status_code == 303
    referrals.post(town.house)
    taker = desk_of(town, town.mm["border_focal_point"])
    taker.get(f"/referrals/{ref}/not-today")
    assert taker.send(f"/referrals/{ref}/not-today", reason="person_did_not_come").status_code == 303
    referrals.post(town.house)
    assert referrals.row_of(town.house, pair.sent_from).state == "postponed"
    assert referrals.row_of(town.house, pair.sent_from).custody == "sender"


@one_engine
def test_a_paper_is_typed_in_later_with_both_times(town: Town) -> None:
    pair, ref = at_the_bridge(town)
    town.clock.advance(timedelta(days=2))
    giver = desk_of(town, town.th["border_focal_point"])
    paper = {"late": "yes", "signed_day": "23", "signed_month": "11", "signed_year": "2569", "signed_time": "10:20"}
    giver.get(f"/referrals/{ref}/handover")
    assert giver.send(f"/referrals/{ref}/handover", **GIVEN, **{**paper, "signed_day": "40"}).status_code == 422
    giver.get(f"/referrals/{ref}/handover")
    assert giver.send(f"/referrals/{ref}/handover", **GIVEN, **paper).status_code == 303, giver.last.text
    referrals.post(town.house)
    taker = desk_of(town, town.mm["border_focal_point"])
    taker.get(f"/referrals/{ref}/handover")
    assert taker.send(f"/referrals/{ref}/received", **TICKS, officer="officer 8", **paper).status_code == 303
    referrals.post(town.house)
    for desk in (giver, taker):
        text = desk.get(f"/referrals/{ref}/receipt").text
        late = in_words_of("th", "Late entry: typed in from paper on %(at)s.", at="§").partition("§")[0]
        assert "10:20" in text and late in text, text


@one_engine
def test_only_the_two_officers_can_sign(town: Town) -> None:
    _, ref = at_the_bridge(town)
    shelter = desk_of(town, town.th["shelter_manager"])
    page = shelter.get(f"/referrals/{ref}/handover")
    assert page.status_code == 200 and f'action="/referrals/{ref}/handover"' not in page.text
