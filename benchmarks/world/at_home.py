"""At home: courses of cases that lead to no other country, from the report to every end that a case can have."""

from __future__ import annotations

from datetime import date
from typing import Final

from benchmarks.world.course import Course, Keep, unseen
from benchmarks.world.nursery import Nursery
from benchmarks.world.persons import Who

TEAM: Final = ("case_manager", "health_officer", "legal_officer")


def at_home(nursery: Nursery, begins: date, shelter: str, who: Who, weight: int) -> None:
    """Grow one person's case to every state of identification and care that needs no other country.

    weight: how many of a thousand cases are like this person's, shared out over the states.
    """
    name = f"{shelter} {who.nationality} {who.age_band} {who.sex}"

    def keep(state: str, percent: int, *, ended: bool = False) -> None:
        nursery.keep(f"{name}: {state}", weight * percent, ended=ended)

    with nursery.grow(begins) as stage:
        course = Course(nursery, stage, shelter, who)
        keep("reported", 6)
        screened(course, keep)
        sheltered(course)
        keep("sheltered", 4)
        recovering(course)
        keep("recovering", 5)
        decided(course, keep)
        keep("identified", 4)
        ends(course, keep)


def screened(course: Course, keep: Keep = unseen) -> None:
    """Screened and presumed; with ``keep`` also told no, at once or after a closed case."""
    course.step("social_worker", "start_screening")
    keep("screening", 6)
    if keep is not unseen:
        with course.nursery.aside():
            course.record("social_worker", "information_given")
            course.step("social_worker", "screen_out", "screening", finding="no_sign")
            keep("screened out", 4)
            course.nursery.later(40)
            course.join("case_manager")
            course.step("case_manager", "close", "closure", reason="not_trafficked")
            keep("screened out and closed", 36, ended=True)
    course.nursery.later(2)
    course.step("social_worker", "presume", "screening")
    course.join(*TEAM)
    if course.who.child:
        course.record("legal_officer", "guardian_appointment")
    keep("presumed", 5)


def sheltered(course: Course) -> None:
    """The rights read, a place given."""
    course.nursery.later(1)
    course.record("social_worker", "rights_notice")
    course.record("social_worker", "admission")
    course.step("social_worker", "admit", "placement")


def recovering(course: Course) -> None:
    """Needs assessed, a plan agreed."""
    course.nursery.later(6)
    course.record("health_officer", "needs_assessment")
    course.step("social_worker", "start_recovery", "care_plan", covers_child_services=course.who.child)


def decided(course: Course, keep: Keep = unseen) -> None:
    """The panel has decided."""
    course.nursery.later(3)
    course.step("social_worker", "open_decision")
    keep("deciding", 4)
    authority = course.nursery.house.policies.countries[course.country].competent_authority.office
    said = {"authority": authority, "by_country": course.country}
    course.nursery.later(9)
    if keep is not unseen:
        with course.nursery.aside():
            course.record("social_worker", "information_given")
            course.step(
                "legal_officer", "not_identify", "identification_decision", outcome="not_identified", means=False,
                purpose=False, finding="exploited_migrant", **said,
            )  # fmt: skip
            keep("not identified", 4)
    course.step("legal_officer", "identify", "identification_decision", **said)
    course.record("legal_officer", "remedies_notice")


def ends(course: Course, keep: Keep) -> None:
    """Included and closed, resettled, or planning to return."""
    course.nursery.later(30)
    course.assign()
    with course.nursery.aside():
        if course.who.child:
            course.record("social_worker", "best_interests", outcome="third_country")
        course.step("case_manager", "resettle", "wish", wish="third_country")
        keep("resettling", 2)
    with course.nursery.aside():
        if course.who.child:
            course.record("social_worker", "best_interests", outcome="stay")
        course.step("case_manager", "include_locally", "wish", wish="stay")
        keep("included", 4)
        course.nursery.later(30)
        course.record("case_manager", "monitoring_visit")
        course.nursery.later(60)
        course.step("case_manager", "close", "closure", reason="included_locally")
        keep("included and closed", 14, ended=True)
    if course.who.child:
        course.record("social_worker", "best_interests_assessment", question="return")
    course.step("case_manager", "plan_return", "wish")
    keep("planning return", 2)

