"""Abroad: courses of people who go home over one corridor, with a referral in every state it can have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from benchmarks.world.at_home import decided, recovering, screened, sheltered
from benchmarks.world.course import Course, Keep
from benchmarks.world.nursery import Nursery
from benchmarks.world.persons import Who
from benchmarks.world.places import BORDER, SHELTERS, border_points, focal_office

# In how many days after the receipt the visits fall.
VISITS: Final = (28, 85, 178, 355)


@dataclass(frozen=True, slots=True)
class Bridge:
    """Where the two countries meet, and who stands there: logins of both border officers and of those abroad."""

    point: str
    here: str
    there: str
    country: str
    focal: str
    social: str
    manager: str
    supervisor: str
    office: str


def abroad(nursery: Nursery, begins: date, sender: str, receiver: str, who: Who, weight: int, turn: int = 0) -> None:
    """Grow one person's referral from ``sender`` to ``receiver`` to every state.

    weight: as of `at_home`. turn: which of the corridor's border points they cross.
    """
    name = f"{sender}-{receiver} {who.age_band} {who.sex}"

    def keep(state: str, percent: int, *, ended: bool = False) -> None:
        nursery.keep(f"{name}: {state}", weight * percent, ended=ended)

    with nursery.grow(begins) as stage:
        course = Course(nursery, stage, SHELTERS[sender][0], who)
        bridge = _bridge(course, sender, receiver, turn)
        screened(course)
        sheltered(course)
        recovering(course)
        decided(course)
        _offered(course, bridge, keep)
        _traced(course, bridge, keep)
        _planned(course, bridge, keep)
        _crossed(course, bridge, keep)
        _at_home_again(course, bridge, keep)


def _bridge(course: Course, sender: str, receiver: str, turn: int) -> Bridge:
    policies = course.nursery.house.policies
    points = border_points(policies, sender, receiver)
    point = policies.corridor(sender, receiver).border_point(points[turn % len(points)])
    office = focal_office(policies, sender, receiver)
    return Bridge(
        point.code, course.at(BORDER, point.offices[sender]), course.at(BORDER, point.offices[receiver]), receiver,
        course.at("national_focal_point", office), course.at("social_worker", office),
        course.at("case_manager", office), course.at("supervisor", office), office,
    )  # fmt: skip


def _offered(course: Course, bridge: Bridge, keep: Keep) -> None:
    """A draft, approved and sent; declined, asked back, taken on."""
    later, manager = course.nursery.later, course.at("case_manager")
    later(10)
    course.assign()
    if course.who.child:
        course.record("social_worker", "best_interests_assessment", question="return")
    course.step("case_manager", "plan_return", "wish")
    course.allow(bridge.country)
    course.draft(bridge.country, bridge.point)
    keep("draft", 5)
    later(1)
    course.refer(course.at("supervisor"), "approve")
    course.refer(manager, "send")
    keep("sent", 8)
    later(2)
    with course.nursery.aside():
        course.abroad(bridge.focal, "decline", given={"reason": "not_our_national"})
        keep("declined", 4, ended=True)
    with course.nursery.aside():
        course.abroad(bridge.focal, "return_for_info", given={"reason": "needs_unclear"})
        keep("returned_for_info", 4)
        later(3)
        course.refer(manager, "withdraw", given={"reason": "other"})
        keep("withdrawn", 3, ended=True)
    course.abroad(bridge.focal, "acknowledge")
    keep("acknowledged", 5)


def _traced(course: Course, bridge: Bridge, keep: Keep) -> None:
    """The identity disclosed, the family found."""
    later = course.nursery.later
    later(2)
    course.refer(course.at("case_manager"), "disclose_identity")
    course.abroad(bridge.social, "start_tracing")
    keep("tracing", 7)
    later(14)
    course.abroad(bridge.social, "report_assessment", "family_tracing", authority=bridge.office)
    keep("assessed", 4)


def _planned(course: Course, bridge: Bridge, keep: Keep) -> None:
    """The risk weighed, a plan proposed and accepted; or no safe return."""
    later, manager = course.nursery.later, course.at("case_manager")
    later(3)
    with course.nursery.aside():
        course.record("case_manager", "pre_return_risk", level="serious")
        course.refer(manager, "find_no_safe_return")
        keep("no_safe_return", 3, ended=True)
    course.record("case_manager", "pre_return_risk")
    if course.who.child:
        course.record("social_worker", "best_interests")
    plan: dict[str, Any] = {"border_point": bridge.point, "escort": "nurse 2" if course.who.child else None}
    course.refer(manager, "propose_plan", "return_plan", **plan)
    keep("plan_proposed", 4)
    later(4)
    course.abroad(bridge.focal, "accept", "reception_plan", office=bridge.office)
    keep("accepted", 4)


def _crossed(course: Course, bridge: Bridge, keep: Keep) -> None:
    """The day agreed, the bridge crossed; or cancelled, or postponed."""
    later = course.nursery.later
    later(2)
    with course.nursery.aside():
        course.refer(course.at("case_manager"), "cancel", given={"reason": "other"})
        keep("cancelled", 2, ended=True)
    course.record("case_manager", "travel_document")
    course.record("legal_officer", "legal_status")
    on = course.form("handover")["reconfirmed_on"]
    course.refer(bridge.here, "schedule_handover", "handover_schedule", border_point=bridge.point, on=on)
    course.abroad(bridge.there, "confirm_handover", "handover_confirmation")
    keep("handover_scheduled", 4)
    course.step("case_manager", "depart")
    with course.nursery.aside():
        course.refer(bridge.here, "postpone", given={"reason": "person_did_not_come"})
        keep("postponed", 2)
    course.refer(bridge.here, "sign_handover", "handover")
    keep("handed_over", 2)
    course.abroad(bridge.there, "sign_receipt", "receipt")
    keep("received", 4)


def _at_home_again(course: Course, bridge: Bridge, keep: Keep) -> None:
    """Reintegration with its visits, until both cases are closed."""
    later, stage = course.nursery.later, course.stage
    case_id = course.case_abroad()
    later(4)
    stage.assign(bridge.supervisor, case_id, bridge.manager)
    stage.record(bridge.manager, case_id, "reintegration_plan", course.form("reintegration_plan"))
    course.abroad(bridge.manager, "start_reintegration")
    stage.record(bridge.manager, case_id, "remedies_notice", course.form("remedies_notice"))
    keep("in_reintegration", 12)
    later(20)
    course.step("case_manager", "close", "closure", reason="handed_over")
    begun = course.nursery.clock.now().date()
    for number, days in enumerate(VISITS, 1):
        later(days - (course.nursery.clock.now().date() - begun).days)
        stage.record(bridge.manager, case_id, "monitoring_visit", course.form("monitoring_visit", number=number))
    later(5)
    course.abroad(bridge.manager, "complete")
    keep("completed", 4, ended=True)
    later(2)
    stage.case_step(bridge.manager, "close", case_id, course.form("closure"))
    keep("completed, all closed", 15, ended=True)
