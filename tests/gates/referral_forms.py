"""Forms of the referral desk: for each state-changing route one that would change something, filled in.

Each maker gives the path, a browser that has filled in the form, and what it would send (as tests/gates/test_csrf.py
asks for of pages that need a town).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.referrals.handing import check_code as check_code_of
from tests.app.access.browser import Browser
from tests.factories import cases, referrals
from tests.factories.forms import form
from tests.factories.pages import browser_at
from tests.factories.staff import Worker
from tests.factories.towns import Town

Fields = dict[str, Any]
Ready = tuple[str, Browser, Fields]
TICKS = dict.fromkeys(("present", "told", "agrees", "medical", "belongings", "card"), "yes")


def filled(town: Town, who: Worker, page: str, action: str, **typed: Any) -> Ready:
    """A browser of ``who`` that has filled in the form of ``page`` which posts to ``action``."""
    browser = browser_at(town, who)
    answer = browser.get(page)
    assert answer.status_code == 200, (page, answer.status_code)
    return action, browser, browser.form(action).fields | typed


def path_of(town: Town, copy: str, rest: str) -> str:
    """The path of a page of a referral."""
    return f"/referrals/{referrals.row_of(town.house, copy).reference}{rest}"


def step(town: Town) -> Ready:
    """Accept a referral."""
    pair = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    path = path_of(town, pair.arrived, "/steps/acknowledge")
    return filled(town, town.mm["national_focal_point"], path, path)


def person(town: Town) -> Ready:
    """See who the person is."""
    pair = referrals.bring_referral(town.house, town.th, town.mm, "acknowledged")
    referrals.take(town.house, town.th["case_manager"], pair.sent_from, "disclose_identity")
    path = path_of(town, pair.arrived, "/person")
    return filled(town, town.mm["border_focal_point"], path, path, reason="Meeting the person at the bridge.")


def hand_over(town: Town) -> Ready:
    """Hand a person over."""
    pair = referrals.bring_referral(town.house, town.th, town.mm, "handover_scheduled")
    cases.take(town.house, town.th["case_manager"], pair.case_id, "depart")
    path = path_of(town, pair.sent_from, "/handover")
    typed = TICKS | {"things": "one bag", "onward": "transit centre", "officer": "officer 3"}
    return filled(town, town.th["border_focal_point"], path, path, **typed)


def receive(town: Town) -> Ready:
    """Receive a person."""
    pair = referrals.bring_referral(town.house, town.th, town.mm, "handed_over")
    page, path = path_of(town, pair.arrived, "/handover"), path_of(town, pair.arrived, "/received")
    return filled(town, town.mm["border_focal_point"], page, path, **TICKS, officer="officer 8")


def not_today(town: Town) -> Ready:
    """Say that nobody crosses today."""
    pair = referrals.bring_referral(town.house, town.th, town.mm, "handover_scheduled")
    path = path_of(town, pair.sent_from, "/not-today")
    return filled(town, town.th["border_focal_point"], path, path, reason="person_did_not_come")


def refer(town: Town) -> Ready:
    """Write a referral."""
    case_id = referrals.bring_case_for_referral(town.house, town.th)
    path = f"/cases/{referrals.case_row(town.house, case_id).reference}/refer/check"
    return filled(town, town.th["case_manager"], f"{path}?to=MM&office=mm-dor", path)


def check_code(town: Town) -> Ready:
    """Type in the code that the other officer reads."""
    pair = referrals.bring_referral(town.house, town.th, town.mm, "received")
    page, path = path_of(town, pair.sent_from, "/handover"), path_of(town, pair.sent_from, "/check-code")
    row = referrals.newest_letter(town.house, pair.shared_id, "sign_receipt")
    return filled(town, town.th["border_focal_point"], page, path, code_heard=check_code_of(row.digest.hex()))


def several(town: Town) -> Ready:
    """Name the receiving officer for everybody of a day."""
    pair = referrals.bring_referral(town.house, town.th, town.mm, "accepted")
    cases.add(town.house, town.th["case_manager"], pair.case_id, "travel_document")
    cases.add(town.house, town.th["legal_officer"], pair.case_id, "legal_status")
    plan = form(town.house, "handover_schedule")
    referrals.take(town.house, town.th["border_focal_point"], pair.sent_from, "schedule_handover", plan)
    path = f"/border-day/several?step=confirm_handover&on={plan['on']}&post={plan['border_point']}"
    person = f"{pair.arrived}|{referrals.row_of(town.house, pair.arrived).version}"
    typed = {"person": person, "record-receiver_officer": "officer 8, Myawaddy"}
    return filled(town, town.mm["border_focal_point"], path, path, **typed)


REFERRAL_FORMS: dict[str, Callable[[Town], Ready]] = {
    "/referrals/{reference}/steps/{step}": step,
    "/referrals/{reference}/person": person,
    "/referrals/{reference}/handover": hand_over,
    "/referrals/{reference}/received": receive,
    "/referrals/{reference}/not-today": not_today,
    "/referrals/{reference}/check-code": check_code,
    "/border-day/several": several,
    "/cases/{reference}/refer/check": refer,
}
