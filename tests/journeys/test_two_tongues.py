"""Two installations with different code lists: mapped codes are read, unknown ones kept, and all go back unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.casework import coding
from app.casework.facts import referral_facts_from
from app.casework.held import hold_referral
from app.kit.clock import SettableClock
from tests.conftest import START, Grounds
from tests.factories import referrals
from tests.factories.pages import browser_at
from tests.inspect import writing
from tests.journeys import paths, proof
from tests.journeys.apart import Apart, open_apart
from tests.journeys.hands import filled
from tests.journeys.tongues import spoken_in
from workflows.abroad import HeardCode
from workflows.facts import ReferralFacts


@pytest.fixture(params=("sqlite", "postgresql"))
def apart(request: pytest.FixtureRequest, grounds: Grounds, tmp_path: Path) -> Iterator[Apart]:
    """Thailand and Myanmar, each with code lists of its own and a table for the other's."""
    rules = {country: spoken_in(country, tmp_path / country) for country in ("TH", "MM")}
    with (
        grounds(request.param) as near,
        grounds(request.param) as far,
        open_apart(near, far, SettableClock(START), rules) as opened,
    ):
        yield opened


def facts(house: Any, copy_id: str) -> ReferralFacts:
    """The stored facts of a copy."""
    return referral_facts_from(referrals.row_of(house, copy_id).facts)


def test_a_person_goes_home_in_two_tongues(apart: Apart) -> None:
    here, there = apart.houses
    focal, manager = apart["mm.focal"], apart["th.manager"]
    crossing = paths.traced(apart)
    # Mapped on the way there: read as theirs, with our own beside it.
    labour = HeardCode("exploitation", "ForcedLabour", "LabourTrafficking", "about.nationality.exploitation")
    assert facts(there, crossing.arrived.id).heard_codes == (labour,)
    manager.record(crossing.case, "pre_return_risk")
    manager.take(crossing.sent, "propose_plan", filled())
    apart.post()
    # A question for a reason of theirs that our table reads, and an answer.
    focal.take(crossing.arrived, "return_for_info", given={"reason": "household_list"})
    apart.post()
    household = HeardCode("info_request_reason", "household_list", "other", "given.reason")
    assert facts(here, crossing.sent.id).heard_codes == (household,)
    manager.take(crossing.sent, "supply_info")
    apart.post()
    assert focal.look(crossing.arrived)["state"] == manager.look(crossing.sent)["state"] == "plan_proposed"
    # Unknown here: kept, beside what we know, and the plan counts for what we know of it.
    services = ["health", "housing", "education", "employment", "music_therapy"]
    focal.take(crossing.arrived, "accept", filled(services=services))
    apart.post()
    assert facts(here, crossing.sent.id).unknown_codes == ("service_kind:music_therapy",)
    reception = facts(here, crossing.sent.id).reception
    assert reception is not None and reception.services == frozenset(services)
    home = paths.receiving_case(apart, crossing)
    assert apart["mm.focal"].look(home)["facts"]["exploitation"] == "LabourTrafficking"
    manager.record(crossing.case, "travel_document")
    manager.record(crossing.case, "legal_status")
    paths.meet_again(apart, crossing, "schedule_handover")
    # Unknown there.
    apart["th.bridge"].take(crossing.sent, "postpone", given={"reason": "strike"})
    apart.post()
    assert facts(there, crossing.arrived.id).unknown_codes == ("postpone_reason:strike",)
    paths.meet_again(apart, crossing)
    apart["th.bridge"].take(crossing.sent, "sign_handover", filled())
    apart.post()
    apart["mm.bridge"].take(crossing.arrived, "sign_receipt", filled(discrepancy="baggage_late"))
    apart.post()
    paper = browser_at(apart, apart["th.bridge"]).get(f"/referrals/{crossing.sent.id}/receipt").text
    assert "baggage_late (unknown code)" in paper
    paths.settle(apart, crossing)
    keeper = apart["mm.manager"]
    apart.days(30)
    keeper.record(home, "consent", purpose="reintegration_report", recipient="TH")
    keeper.take(crossing.arrived, "report_visit", filled(number=1, method="village_elder"))
    apart.post()
    assert facts(here, crossing.sent.id).visits == 1
    assert ("visit_method", "village_elder", "through_partner") in {
        (each.code_list, each.theirs, each.ours) for each in facts(here, crossing.sent.id).heard_codes
    }
    shown_on_both_sides(apart, crossing)
    goes_back_as_it_came(apart, crossing)
    apart.post()
    for house in apart.houses:
        proof.chains_hold(house)
        proof.facts_follow_from_history(house)
        proof.nothing_waits(house)


def shown_on_both_sides(apart: Apart, crossing: paths.Crossing) -> None:
    """Their code stands beside what was read for it: on the page, in the timeline, as JSON, and in the message."""
    near, far = browser_at(apart, apart["th.manager"]), browser_at(apart.far, apart["mm.manager"])
    page = near.get(f"/referrals/{crossing.sent.id}").text
    for word in (
        "village_elder", "read here as Through a partner", "music_therapy", "not known here, and kept as it", "Myanmar",
    ):  # fmt: skip
        assert word in page, word
    other = far.get(f"/referrals/{crossing.arrived.id}").text
    for word in ("ForcedLabour", "read here as Only said in MM", "strike", "not known here, and kept as it came"):
        assert word in other, word
    told = apart["th.manager"].look(crossing.sent)["facts"]
    assert told["unknown_codes"] == ["discrepancy:baggage_late", "service_kind:music_therapy"]
    assert {each["theirs"] for each in told["heard_codes"]} == {"village_elder", "household_list"}
    line = apart["th.manager"].get(f"/referrals/{crossing.sent.id}/timeline?limit=100")["items"]
    details = {entry["step"]: entry["details"] for entry in line if entry["kind"] == "partner"}
    assert details["report_visit"]["heard"][0]["theirs"] == "village_elder"
    assert details["accept"]["unknown"] == ["service_kind:music_therapy"]
    said = apart["th.manager"].get(f"/referrals/{crossing.sent.id}/messages?limit=100")["items"]
    # What lies here is what they signed, to the byte.
    assert all(each["genuine"] for each in said)


def goes_back_as_it_came(apart: Apart, crossing: paths.Crossing) -> None:
    """What came from a country returns to it as its own code, and is read there as that one."""
    here, there = apart.houses
    body = {
        "step": "disclose_identity", "given": {},
        "about": {"nationality": {"nationality": "MM", "exploitation": "LabourTrafficking"}, "age_band": {"sex": "F"}},
    }  # fmt: skip
    with writing(there.db) as session:
        desk = there.system_desk(session, "MM")
        back = coding.returned(desk, hold_referral(desk, crossing.arrived.id), body)
    assert back["about"]["nationality"]["exploitation"] == "ForcedLabour"
    assert back["yours"] == ["about.nationality.exploitation"]
    header = {"from": "MM", "to": "TH", "created": here.clock.now().isoformat()}
    assert coding.read(here.policies, header, back, own=False) == coding.Reading(back)
    # An unknown one too, and it is marked: nobody there reads it by a table for ours.
    postponed = {"step": "x", "record": {"kind": "reception_plan", "body": {"services": ["music_therapy", "health"]}}}
    with writing(here.db) as session:
        desk = here.system_desk(session, "TH")
        again = coding.returned(desk, hold_referral(desk, crossing.sent.id), postponed)
    assert again == {**postponed, "yours": ["record.body.services.0"]}


def test_a_refusal_for_an_unknown_reason_is_a_refusal(apart: Apart) -> None:
    crossing = paths.offered(apart)
    apart["mm.focal"].take(crossing.arrived, "decline", given={"reason": "flood_season"})
    apart.post()
    assert apart["th.manager"].look(crossing.sent)["state"] == "declined"
    assert facts(apart.house, crossing.sent.id).unknown_codes == ("decline_reason:flood_season",)
    page = browser_at(apart, apart["th.manager"]).get(f"/referrals/{crossing.sent.id}").text
    assert "flood_season" in page and "not known here, and kept as it came" in page
    timeline = browser_at(apart, apart["th.manager"]).get(
        f"/cases/{apart['th.manager'].look(crossing.case)['reference']}/timeline"
    ).text
    assert "flood_season" in timeline


def test_rules_take_an_unknown_result_for_no_answer(apart: Apart) -> None:
    """It neither confirms nor denies: no plan of return rests on it, and no way home is closed by it."""
    crossing = paths.traced(apart, nationality="confirmed_by_elders")
    manager = apart["th.manager"]
    tracing = facts(apart.house, crossing.sent.id).tracing
    assert tracing is not None and tracing.nationality == "confirmed_by_elders"
    assert facts(apart.house, crossing.sent.id).unknown_codes == ("nationality_result:confirmed_by_elders",)
    manager.record(crossing.case, "pre_return_risk")
    for step, guard in (
        ("propose_plan", "nationality_is_confirmed"), ("find_no_safe_return", "return_is_found_unsafe"),
    ):  # fmt: skip
        body = manager.step_body(crossing.sent, step, filled() if step == "propose_plan" else None)
        answer = manager.knock(f"{crossing.sent.path}/steps/{step}", body)
        assert answer.status_code == 409
        assert guard in {each["code"] for each in answer.json()["refusals"]}
    page = browser_at(apart, manager).get(f"/referrals/{crossing.sent.id}").text
    assert "confirmed_by_elders" in page and "not known here, and kept as it came" in page


def test_lists_and_cases_show_an_unknown_code_as_itself_and_figures_count_it_for_unknown(apart: Apart) -> None:
    case = paths.open_case(apart["th.social"], age_band="60+")
    paths.protect(apart, case)
    apart["th.social"].take(case, "open_decision")
    apart["th.focal"].take(case, "identify", filled(exploitation="SeaSlavery"))
    manager, focal, social = apart["th.manager"], apart["mm.focal"], apart["mm.social"]
    manager.take(case, "plan_return", filled())
    paths.consent(manager, case)
    crossing = paths.send(apart, case, paths.draft(apart, case))
    # Before there is a case there: in the inbox as it came.
    (row,) = focal.get("/referrals?box=inbox")["items"]
    assert row["age_band"] == "60+"
    assert "60+ (unknown code)" in browser_at(apart.far, focal).get("/referrals").text
    for hand, paper, step, form in (
        (focal, crossing.arrived, "acknowledge", None), (manager, crossing.sent, "disclose_identity", None),
        (social, crossing.arrived, "start_tracing", None), (social, crossing.arrived, "report_assessment", filled()),
    ):  # fmt: skip
        hand.take(paper, step, form)
        apart.post()
    manager.record(case, "pre_return_risk")
    for hand, paper, step in ((manager, crossing.sent, "propose_plan"), (focal, crossing.arrived, "accept")):
        hand.take(paper, step, filled())
        apart.post()
    home = focal.look(paths.receiving_case(apart, crossing))
    assert (home["facts"]["age_band"], home["facts"]["exploitation"]) == ("60+", "SeaSlavery")
    assert "60+ (unknown code)" in browser_at(apart.far, focal).get(f"/cases/{home['reference']}").text
    assert {"age_band:60+", "exploitation:SeaSlavery"} <= set(facts(apart.far.house, crossing.arrived.id).unknown_codes)
    manager.record(case, "travel_document")
    manager.record(case, "legal_status")
    paths.meet_again(apart, crossing, "schedule_handover")
    paths.cross(apart, crossing)
    table = focal.get(f"/statistics/returns?year={apart.clock.now().year}")
    # Counted, and for unknown: neither left out nor among the adults.
    assert [(cell["key"]["age_band"], cell["count"]) for cell in table["cells"]] == [("unknown", 1)]
    for house in apart.houses:
        proof.facts_follow_from_history(house)
