"""A day at the bridge between two installations: four are expected, two cross, and both posts say the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.kit.clock import SettableClock
from app.referrals import watching
from app.referrals.handing import check_code
from app.referrals.watch_queries import NOTICE, ONE_SIDED
from tests.conftest import START, Grounds
from tests.factories.forms import form
from tests.inspect import reading
from tests.journeys import paths, proof
from tests.journeys.apart import Apart, open_apart
from tests.journeys.hands import Hand, Paper, filled
from tests.journeys.paths import Crossing

POINT = "mae-sot-myawaddy"
SATURDAY, LATE_AT_NIGHT = 5, 20


@pytest.fixture(params=("sqlite", "postgresql"))
def apart(request: pytest.FixtureRequest, grounds: Grounds) -> Iterator[Apart]:
    """Thailand and Myanmar, each with its own program, database and keys."""
    with (
        grounds(request.param) as near,
        grounds(request.param) as far,
        open_apart(near, far, SettableClock(START)) as opened,
    ):
        yield opened


def ready(apart: Apart, crossing: Crossing) -> Crossing:
    """Whose return is agreed, with the papers that travel."""
    apart["th.manager"].record(crossing.case, "travel_document")
    apart["th.manager"].record(crossing.case, "legal_status")
    return crossing


def child_agreed(apart: Apart) -> Crossing:
    """A child for whom both countries have agreed on the return."""
    social, manager = apart["th.social"], apart["th.manager"]
    case = paths.open_case(social, child=True, age_band="15-17", source="ngo")
    social.take(case, "start_screening")
    social.take(case, "presume", filled(language="my"))
    social.record(case, "rights_notice", language="my")
    social.record(case, "admission")
    social.take(case, "admit", filled())
    social.record(case, "needs_assessment")
    social.record(case, "guardian_appointment")
    social.take(case, "open_decision")
    social.take(case, "start_recovery", filled(covers_child_services=True))
    apart["th.focal"].take(case, "identify", filled())
    paths.name_manager(apart, case, "th.shelter", "th.manager")
    manager.record(case, "best_interests_assessment", question="return")
    manager.take(case, "plan_return", filled())
    paths.consent(manager, case, giver="guardian", child_assent=True)
    crossing = paths.send(apart, case, paths.draft(apart, case))
    apart["mm.focal"].take(crossing.arrived, "acknowledge")
    apart.post()
    manager.take(crossing.sent, "disclose_identity")
    apart.post()
    apart["mm.social"].take(crossing.arrived, "start_tracing")
    apart.post()
    apart.days(14)
    apart["mm.social"].take(crossing.arrived, "report_assessment", filled())
    apart.post()
    manager.record(case, "pre_return_risk")
    manager.record(case, "best_interests", outcome="local_care")
    manager.take(crossing.sent, "propose_plan", filled(escort="social worker 4"))
    apart.post()
    apart["mm.focal"].take(crossing.arrived, "accept", filled())
    apart.post()
    return crossing


def several(hand: Hand, papers: list[Paper], step: str, record: Any = None, **own: Any) -> dict[str, Any]:
    """One step for several people, each at the version that was just seen; ``own``: by id, what is theirs alone."""
    items = [
        {"referral_id": each.id, "seen_version": hand.look(each)["version"], "record": own.get(each.id, {})}
        for each in papers
    ]
    found: dict[str, Any] = hand.post("/border-day/several", {"step": step, "items": items, "record": record}, 200)
    return found


def the_day(hand: Hand, on: str) -> dict[str, Any]:
    """What the post of this hand says of a day."""
    found: dict[str, Any] = hand.get(f"/border-day?on={on}")
    return found


def told(day: dict[str, Any]) -> list[Any]:
    """What both sides have to say alike of each person, in their order."""
    said = ("reference", "time", "group", "state", "reason", "sending_officer", "receiving_officer", "since", "child")
    return [[row[name] for name in said] for row in day["items"]]


def test_four_are_expected_and_two_cross(apart: Apart) -> None:
    bridge, far, manager = apart["th.bridge"], apart["mm.bridge"], apart["th.manager"]
    child, escort = ready(apart, child_agreed(apart)), ready(apart, paths.agreed(apart))
    absent, unwilling = ready(apart, paths.agreed(apart)), ready(apart, paths.agreed(apart))
    group = [child, escort, absent, unwilling]
    for each in group:
        manager.record(each.case, "pre_return_risk")
    on, mate = apart.day(5), bridge.look(escort.sent)["reference"]

    # ------------------------------------------------------------------------ one day, one transport, one code
    plan = form(apart.house, "handover_schedule", on=on, time="10:00", group="G-12", transport="van of the shelter")
    own = {child.sent.id: {"travels_with": mate}}
    done = several(bridge, [each.sent for each in group], "schedule_handover", plan, **own)
    assert (done["done"], done["stayed"]) == (4, 0), done
    apart.post()
    assert {row["state"] for row in the_day(far, on)["items"]} == {"planned"}
    named = {"receiver_officer": "officer 8, Myawaddy", "phone": "+95 58 000 000"}
    assert several(far, [each.arrived for each in group], "confirm_handover", named)["done"] == 4
    apart.post()
    here, there = the_day(bridge, on), the_day(far, on)
    assert told(here) == told(there) and len(here["items"]) == 4
    assert {row["state"] for row in here["items"]} == {"confirmed"} and here["post"] == there["post"] == POINT
    assert [row["leaves"] for row in here["items"]] == [True] * 4
    assert [row["leaves"] for row in there["items"]] == [False] * 4
    assert apart["th.nongkhai"].get(f"/border-day?on={on}&post=")["items"] == []

    # --------------------------------------------------------------------------------- the day at the bridge
    apart.days(5)
    for each in (child, escort, unwilling):
        manager.take(each.case, "depart")
    bridge.refused(child.sent, "sign_handover", "who_travels_together_stays_together", record=filled())
    bridge.take(child.sent, "sign_handover", filled(together=True))
    bridge.take(escort.sent, "sign_handover", filled())
    bridge.refused(unwilling.sent, "sign_handover", "person_reconfirmed_today", record=filled(person_agrees=False))
    bridge.take(unwilling.sent, "postpone", given={"reason": "person_did_not_agree"})
    bridge.take(absent.sent, "postpone", given={"reason": "person_did_not_come"})
    apart.post()
    heard = {row["subject_id"] for row in far.get("/notices")["items"] if row["kind"] == "handover_off"}
    assert heard == {unwilling.arrived.id, absent.arrived.id}
    assert "look_for_person" in paths.open_tasks(manager, absent.case)
    assert "schedule_handover" in paths.open_tasks(manager, absent.case)
    waiting = paths.open_tasks(manager, unwilling.case)
    assert "ask_again" in waiting and "schedule_handover" not in waiting
    here, there = the_day(bridge, on), the_day(far, on)
    assert told(here) == told(there)
    assert {row["state"] for row in here["items"]} == {"handed_over", "called_off"}

    # ---------------------------------------------------------- several receipts at once, and the two codes
    given = code_of(apart, child, "sign_handover")
    wrong = far.knock(f"{child.arrived.path}/check-code", {"code": "AAA-AAA"})
    assert (wrong.status_code, wrong.json()["code"], wrong.json()["wrong"]) == (409, "code_wrong", 1)
    assert far.post(f"{child.arrived.path}/check-code", {"code": given}, 200) == {"fits": True, "wrong_before": 1}
    early = bridge.knock(f"{child.sent.path}/check-code", {"code": given})
    assert (early.status_code, early.json()["code"]) == (409, "nothing_to_compare")
    everybody = [each.arrived for each in group]
    receipt = {"officer": "officer 8, Myawaddy", "person_present": True}
    done = several(far, everybody, "sign_receipt", receipt)
    assert (done["done"], done["stayed"]) == (2, 2)
    assert {each["outcome"] for each in done["items"]} == {"done", "step_refused"}
    apart.post()
    taken = code_of(apart, child, "sign_receipt")
    assert bridge.post(f"{child.sent.path}/check-code", {"code": taken.lower()}, 200)["fits"]
    here, there = the_day(bridge, on), the_day(far, on)
    assert told(here) == told(there)
    wanted = [{"group": "G-12", "expected": 4, "received": 2, "called_off": 2, "waiting": 0}]
    assert here["groups"] == there["groups"] == wanted
    reasons = {row["reference"]: row["reason"] for row in there["items"] if row["state"] == "called_off"}
    assert reasons == {
        manager.look(absent.sent)["reference"]: "person_did_not_come",
        manager.look(unwilling.sent)["reference"]: "person_did_not_agree",
    }
    assert apart.holders()[child.shared_id] == apart.holders()[escort.shared_id] == ["MM"]
    assert apart.holders()[absent.shared_id] == apart.holders()[unwilling.shared_id] == ["TH"]

    # ----------------------------------------------- whoever said no is asked again on another day, or not at all
    manager.record(unwilling.case, "wish", words="Perhaps next week.")
    later = filled(on=apart.day(6))
    (again,) = bridge.refused(unwilling.sent, "reschedule", "person_was_asked_again", record=later)
    assert "without haste" in again["why"]
    apart.days(1)
    manager.record(unwilling.case, "wish", words="Now that I have slept.")
    bridge.take(unwilling.sent, "reschedule", later)
    apart.post()
    assert {"ask_again", "look_for_person"}.isdisjoint(paths.open_tasks(manager, unwilling.case))
    row = next(each for each in the_day(far, on)["items"] if each["reference"] == again_reference(bridge, unwilling))
    assert (row["state"], row["reason"], row["new_day"]) == ("called_off", "person_did_not_agree", later["on"])
    assert told(the_day(bridge, later["on"])) == told(the_day(far, later["on"])) != []
    for house in apart.houses:
        proof.chains_hold(house)
        proof.facts_follow_from_history(house)
        proof.nothing_waits(house)


def again_reference(hand: Hand, crossing: Crossing) -> str:
    """The reference both sides know a referral by."""
    return str(hand.look(crossing.sent)["reference"])


def code_of(apart: Apart, crossing: Crossing, kind: str) -> str:
    """The code that the officer who signed reads off their screen."""
    house = apart.house if kind == "sign_handover" else apart.far.house
    letters = proof.letters(house, crossing.shared_id)
    (letter,) = [each for each in letters if (each.type, each.direction) == (kind, "out")]
    return check_code(letter.digest)


def test_one_side_alone_for_two_hours_in_the_night_of_a_day_without_work(apart: Apart) -> None:
    """Each installation alarms its own supervisors from its own rows, at any hour, and once."""
    bridge, far = apart["th.bridge"], apart["mm.bridge"]
    crossing = paths.scheduled(apart)
    apart.clock.advance(timedelta(hours=12))
    night = apart.clock.now().astimezone(apart.house.policies.zone("TH"))
    assert night.weekday() >= SATURDAY and night.hour >= LATE_AT_NIGHT
    on = night.date().isoformat()
    bridge.take(crossing.sent, "sign_handover", filled())
    apart.post()
    assert [the_day(each, on)["items"][0]["state"] for each in (bridge, far)] == ["handed_over", "handed_over"]
    apart.clock.advance(apart.house.policies.safeguards.one_sided_for)
    (near_row,), (far_row,) = the_day(bridge, on)["items"], the_day(far, on)["items"]
    assert near_row["state"] == far_row["state"] == "one_sided"
    assert near_row["since"] == far_row["since"] is not None
    for _ in range(2):
        for house in apart.houses:
            watching.ring(house)
    assert alarmed(apart) == [{apart["th.supervisor"].id, apart["th.focal"].id}, {apart["mm.focal"].id}]
    # It ends by itself when the other signature comes.
    far.take(crossing.arrived, "sign_receipt", filled())
    apart.post()
    assert [the_day(each, on)["items"][0]["state"] for each in (bridge, far)] == ["received", "received"]
    assert sum(watching.ring(house) for house in apart.houses) == 0


def alarmed(apart: Apart) -> list[set[str]]:
    """Who was told in each installation that one side has signed alone; nobody twice."""
    found = []
    for house in apart.houses:
        with reading(house.db) as session:
            told = list(session.execute(select(NOTICE.c.user_id).where(NOTICE.c.kind == ONE_SIDED)).scalars())
        assert len(told) == len(set(told))
        found.append(set(told))
    return found
