"""Tables for the public: two persons, counted once, served as stored; a correction only where it tells of nobody."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, update

from app.statistics.queries import RELEASED
from tests.app.access.world import one_engine
from tests.app.statistics.test_statistics import admitted
from tests.factories.approvals import decide, step_up
from tests.factories.pages import browser_at
from tests.factories.towns import Town
from tests.inspect import reading, writing

LAST_YEAR = 2025
ASK = {"report": "th-shelters", "period": str(LAST_YEAR)}


def people(town: Town, count: int, **facts: Any) -> None:
    """People admitted last year."""
    admitted(town, count, opened_on=date(LAST_YEAR, 5, 1), **facts)


def ready(town: Town) -> tuple[Any, Any]:
    """Who asks and who agrees, each with a second factor just shown."""
    two = town.th["national_focal_point"], town.th["data_protection_officer"]
    step_up(town, *two)
    return two


def ask(town: Town, who: Any, **more: Any) -> Any:
    return town.post(who, "/statistics/releases", {**ASK, **more})


def release(town: Town, **more: Any) -> Any:
    """Ask and agree; what is served then."""
    asks, agrees = ready(town)
    asked = ask(town, asks, **more)
    assert asked.status_code == 202, asked.text
    agreed = decide(town, agrees, asked.json()["id"])
    assert agreed.status_code == 200, agreed.text
    return town.get(town.th["analyst"], f"/statistics/releases/th-shelters/{LAST_YEAR}")


def test_a_table_becomes_public_by_two_and_is_never_counted_again(town: Town) -> None:
    people(town, 14)
    people(town, 13, sex="M")
    people(town, 2, sex="M", age_band="15-17", child=True)
    asks, agrees = ready(town)
    assert town.post(town.th["analyst"], "/statistics/releases", ASK).status_code == 403
    asked = ask(town, asks)
    assert asked.status_code == 202, asked.text
    digest_asked = asked.json()["payload"].pop("file")
    assert asked.json()["payload"] == {**ASK, "number": 1, "file": digest_asked}
    path = f"/statistics/releases/th-shelters/{LAST_YEAR}"
    assert town.get(asks, path).status_code == 404, "nothing is public before two agreed"
    assert decide(town, asks, asked.json()["id"]).status_code in (403, 404, 409)
    assert decide(town, agrees, asked.json()["id"]).status_code == 200
    served = town.get(town.th["analyst"], path)
    digest = hashlib.sha256(served.content)
    assert served.headers["content-digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    table = served.json()
    assert (table["release"], table["smallest_cell"], table["total"]) == (1, 11, table["total"])
    small = [each for each in table["cells"] if each["key"]["age_band"] == "15-17"]
    assert [each["count"] for each in small] == [None] and table["suppressed_cells"] > 1
    # Somebody more comes to light: the release stays as it is, byte for byte.
    people(town, 1, sex="M", age_band="15-17", child=True)
    assert town.get(town.th["auditor"], path).content == served.content
    listed = town.get(asks, "/statistics/releases").json()["items"]
    assert [(each["number"], each["sha256"], each["newest"]) for each in listed] == [(1, digest.hexdigest(), True)]
    (look,) = town.looks("table_released")
    assert json.loads(look.detail)["sha256"] == digest.hexdigest()
    # A correction by one person would tell that person.
    again = ask(town, asks, why="One came late.")
    assert (again.status_code, again.json()["code"]) == (409, "release_tells")
    assert ask(town, asks).status_code == 422, "a later release says what is corrected"


def test_a_later_release_follows_where_many_came_late(town: Town) -> None:
    people(town, 14)
    people(town, 13, sex="M")
    first = release(town).json()
    assert {each["count"] for each in first["cells"]} == {13, 14} and first["total"] == 27
    asks, _ = ready(town)
    assert ask(town, asks, why="Again.").json()["code"] == "release_same"
    people(town, 12)
    second = release(town, why="Twelve cases came late.").json()
    assert second["release"] == 2 and second["total"] == 39
    old = town.get(asks, f"/statistics/releases/th-shelters/{LAST_YEAR}?number=1")
    assert old.json() == first
    assert town.get(asks, f"/statistics/releases/th-shelters/{LAST_YEAR}?number=3").status_code == 404
    page = browser_at(town, town.th["analyst"])
    shown = page.get("/reports/releases").text
    assert "Twelve cases came late." in shown and "A later one has taken its place" in shown
    assert "Use: public, release 2" in page.get(f"/reports/releases/th-shelters/{LAST_YEAR}/2.csv").text
    for form in ("csv", "xlsx", "json"):
        assert page.get(f"/reports/releases/th-shelters/{LAST_YEAR}/2.{form}").status_code == 200, form


def test_what_cannot_be_released_says_why(town: Town) -> None:
    people(town, 14)
    asks, _ = ready(town)
    for body, status, code in (
        ({"period": "2026"}, 409, "period_not_over"),
        ({"report": "returns", "period": "2015..2018"}, 422, None),
        ({"report": "nothing"}, 404, None),
        ({"period": "2025-Q1"}, 422, None),
        # Two days near each other, compared, would tell who came and went between them.
        ({"report": "in-care", "period": "2025-06-30"}, 422, None),
    ):
        answer = ask(town, asks, **body)
        assert answer.status_code == status and code in (None, answer.json()["code"]), body
    town.clock.advance(timedelta(minutes=30))
    assert ask(town, asks).json()["code"] == "step_up_needed"


@one_engine
def test_a_release_cannot_be_changed_while_serving(town: Town) -> None:
    people(town, 14)
    assert release(town).status_code == 200
    with reading(town.house.db) as session:
        kept = session.execute(select(RELEASED.c.content, RELEASED.c.digest)).one()
    assert hashlib.sha256(kept.content).digest() == kept.digest
    if town.house.db.dialect == "postgresql":
        import pytest
        from sqlalchemy.exc import ProgrammingError

        with pytest.raises(ProgrammingError), writing(town.house.db) as session:
            session.execute(update(RELEASED).values(why="rewritten"))


@one_engine
def test_the_page_asks_for_a_release(town: Town) -> None:
    people(town, 14)
    asks, agrees = ready(town)
    browser = browser_at(town, asks)
    assert "Give this table to the public" in browser.get(f"/reports/tables/th-shelters?period={LAST_YEAR}").text
    step_up(town, asks, agrees)
    form = browser.get(f"/reports/tables/th-shelters/release?period={LAST_YEAR}")
    assert form.status_code == 200 and f'value="{LAST_YEAR}"' in form.text
    assert browser_at(town, town.th["analyst"]).get("/reports/tables/th-shelters/release").status_code == 403
