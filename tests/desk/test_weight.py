"""The pages one opens most, full: packed, they are as small as the budget says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.desk.eyes import weight
from tests.desk.place import Place
from tests.factories import cases, referrals
from tests.factories.pages import browser_at
from tests.factories.staff import add_user

# ui.md 2: home, case and inbox, in bytes after gzip.
AT_MOST = 8 * 1024
ROWS = 25


@pytest.fixture(scope="module")
def full(world_place: Place) -> Iterator[Place]:
    """The place with more of everything than a page shows."""
    town = world_place.town
    for _ in range(ROWS + 1):
        case_id = cases.bring_case(town.house, town.th, "sheltered")
        world_place.due(case_id, "assess_needs", -2)
        referrals.bring_referral(town.house, town.th, town.mm, "sent")
    yield world_place


@pytest.mark.parametrize(
    ("name", "country", "role", "path"),
    [
        ("home", "th", "case_manager", "/"),
        ("home-of-a-supervisor", "th", "supervisor", "/"),
        ("cases", "th", "case_manager", "/cases"),
        ("inbox", "mm", "border_focal_point", "/referrals"),
    ],
)
def test_a_full_page_is_small(full: Place, name: str, country: str, role: str, path: str) -> None:
    worker = getattr(full.town, country)[role]
    page = browser_at(full.town, worker).get(path)
    assert page.status_code == 200
    heavy = weight(page.content)
    print(f"GATE weight {name}={heavy} limit={AT_MOST} rows={page.text.count('<li class=') + page.text.count('<tr>')}")
    assert heavy <= AT_MOST


def test_a_case_where_much_happened_is_small(full: Place) -> None:
    town = full.town
    case_id = cases.bring_case(town.house, town.th, "planning_return")
    worker = add_user(town.house, "th-shelter-tak", "social_worker")
    cases.join(town.house, case_id, worker)
    for purpose in referrals.CONSENTS:
        cases.add(town.house, town.th["case_manager"], case_id, "consent", purpose=purpose, recipient="MM")
    page = browser_at(town, town.th["case_manager"]).get(f"/cases/{full.case(case_id)}")
    print(f"GATE weight case={weight(page.content)} limit={AT_MOST}")
    assert page.status_code == 200 and weight(page.content) <= AT_MOST
