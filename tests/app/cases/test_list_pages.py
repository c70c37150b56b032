"""The page that lists cases: what is due first, filters as links, nothing about who anybody is."""

from __future__ import annotations

import gzip
import html
import re
from datetime import timedelta

from sqlalchemy import select, update

from app.casework.held import CASE
from app.casework.tasks import TABLE
from tests.app.access.browser import Browser
from tests.app.access.world import one_engine
from tests.factories import cases
from tests.factories.pages import browser_at
from tests.factories.staff import add_user
from tests.factories.towns import Town
from tests.inspect import reading, writing

SECRETS = ("Thandar", "Aung", "+95 9 000 000", "MM", "Myanmar", "ForcedLabour", "Forced labour", "packing hall")


def reference(town: Town, case_id: str) -> str:
    with reading(town.house.db) as session:
        return str(session.execute(select(CASE.c.reference).where(CASE.c.id == case_id)).scalar_one())


def due(town: Town, case_id: str, days: int) -> None:
    at = town.clock.now() + timedelta(days=days)
    with writing(town.house.db) as session:
        session.execute(update(TABLE).where(TABLE.c.case_id == case_id).values(due_at=at))


def shown(browser: Browser, path: str = "/cases") -> list[str]:
    page = browser.get(path)
    assert page.status_code == 200, page.text
    return re.findall(r'href="/cases/([A-Z]{2}-[^"]+)"', page.text)


def chips(browser: Browser) -> dict[str, str]:
    """Words of the filters in use -> where taking one away leads."""
    used = browser.last.text.partition('aria-label="Filters in use"')[2].partition("</ul>")[0]
    found = re.findall(r'<a href="([^"]+)"><span class="unseen">Remove the filter: </span>(.*?) <span', used)
    return {word: html.unescape(path) for path, word in found}


def test_what_is_due_first_stands_on_top_and_nobody_is_named(town: Town) -> None:
    made = [cases.bring_case(town.house, town.th, "presumed", child=days == 1, age_band="15-17" if days == 1 else "18+")
            for days in (5, -2, 1)]  # fmt: skip
    quiet = cases.open_case(town.house, town.th["social_worker"], note="Found in the packing hall.")
    for case_id, days in zip(made, (5, -2, 1), strict=True):
        due(town, case_id, days)
    browser = browser_at(town, town.th["social_worker"])
    late, soon, later, never = (reference(town, each) for each in (made[1], made[2], made[0], quiet))
    assert shown(browser) == [late, soon, later, never]
    text = browser.last.text
    assert "2 days ago" in text and "in 5 days" in text and "Nothing is due" in text and text.count(">Child<") == 1
    for secret in SECRETS:  # as words: a reference drawn by chance may hold the letters of a country
        assert not re.search(rf"\b{re.escape(secret)}\b", text), secret
    assert "<title>Work</title>" in text
    (look,) = town.looks("cases_listed")
    assert (look.subject_id, look.detail) == ("-", '{"count":4}')


def test_filters_are_chips_and_the_count_is_the_lists(town: Town) -> None:
    late = cases.bring_case(town.house, town.th, "sheltered")
    child = cases.bring_case(town.house, town.th, "presumed", child=True, age_band="0-14")
    due(town, late, -1)
    cases.name_manager(town.house, child, town.th)
    browser = browser_at(town, town.th["case_manager"])
    codes = {late: reference(town, late), child: reference(town, child)}
    for query, found in (
        ("late=yes", {late}), ("child=yes", {child}), ("child=no", {late}), ("stage=shelter", {late}),
        ("who=mine", {child}), ("who=team", {late, child}), ("office=th-shelter-tak", {late, child}),
        ("stage=shelter&child=yes", set()), ("who=mine&child=yes", {child}),
    ):  # fmt: skip
        assert set(shown(browser, f"/cases?{query}")) == {codes[each] for each in found}, query
        assert (f"{len(found)} case" + ("" if len(found) == 1 else "s")) in browser.last.text, query
        assert len(chips(browser)) == query.count("="), query
    shown(browser, "/cases?stage=shelter&child=yes&late=yes")
    assert "No case fits these filters." in browser.last.text
    assert chips(browser) == {
        "Something is late": "/cases?stage=shelter&child=yes",
        "Shelter": "/cases?late=yes&child=yes",
        "Children": "/cases?late=yes&stage=shelter",
    }
    assert set(shown(browser, chips(browser)["Children"])) == {codes[late]}


def test_a_filter_that_does_not_exist_is_a_page_that_does_not(town: Town) -> None:
    cases.bring_case(town.house, town.th)
    browser = browser_at(town, town.th["social_worker"])
    for query in ("stage=nowhere", "who=them", "late=no", "child=maybe", "office=th-shelter-phitsanulok"):
        assert browser.get(f"/cases?{query}").status_code == 404, query
    assert browser.get("/cases?cursor=x").status_code == 422


def test_each_role_lists_what_it_reaches(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "presumed")
    code = reference(town, case_id)
    away = add_user(town.house, "th-shelter-phitsanulok", "supervisor")
    for worker, found in (
        (town.th["supervisor"], [code]), (town.th["national_focal_point"], [code]), (away, []),
        (town.th["first_responder"], []), (town.th["data_protection_officer"], [code]),
    ):  # fmt: skip
        assert shown(browser_at(town, worker)) == found, worker.login
    assert browser_at(town, town.th["analyst"]).get("/cases").status_code == 403
    assert "/cases/new" not in browser_at(town, town.th["supervisor"]).get("/cases").text


@one_engine
def test_twenty_five_a_page(town: Town) -> None:
    made = [cases.open_case(town.house, town.th["social_worker"]) for _ in range(27)]
    for case_id in made[:9]:
        cases.take(town.house, town.th["social_worker"], case_id, "start_screening")
    browser = browser_at(town, town.th["social_worker"])
    first = shown(browser)
    assert "27 cases" in browser.last.text and len(gzip.compress(browser.last.content)) <= 15 * 1024
    more = html.unescape(re.findall(r'href="(/cases\?cursor=[^"]+)"', browser.last.text)[0])
    rest = shown(browser, more)
    assert (len(first), len(rest), len({*first, *rest})) == (25, 2, 27)
