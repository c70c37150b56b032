"""Synthetic records through the doors: two persons, a budget that never comes back, counted once, served as stored."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update

from app.casework import jobs
from app.casework.held import CASE
from app.statistics import queries
from app.statistics.microdata.making import STEPS
from policies.microdata import Budget
from tests.app.access.world import one_engine
from tests.factories import cases
from tests.factories.approvals import decide, step_up
from tests.factories.pages import browser_at
from tests.factories.towns import Town
from tests.inspect import reading, tampering
from workflows.facts import DecisionFacts

YEAR = 2025
DECISION = DecisionFacts(date(YEAR, 5, 4), "trafficked", "th-mdt", "TH", "x", 3, True, True, True, True, None, True)
ASK = {"report": "identified", "period": str(YEAR)}
PATH = f"/statistics/releases/identified/{YEAR}"


@pytest.fixture
def lenient(town: Town) -> Iterator[Town]:
    """A town whose files may be of few people, with so little noise that tests can count."""
    policies = town.house.policies
    before = policies.microdata
    file = before.files["identified"].model_copy(update={"smallest": 11, "budget": Budget(epsilon=20)})
    whole = Budget.model_construct(epsilon=40.0, delta=0.0)
    told = before.model_copy(update={"files": {"identified": file}, "budget": whole})
    object.__setattr__(policies, "microdata", told)
    yield town
    object.__setattr__(policies, "microdata", before)


def identified(town: Town, count: int, **facts: Any) -> list[str]:
    """People identified last year."""
    told: dict[str, Any] = {
        "identification": "identified", "exploited_in": "TH", "opened_on": date(YEAR, 2, 1), "decision": DECISION,
        **facts,
    }  # fmt: skip
    return [cases.open_case(town.house, town.th["social_worker"], identity={}, **told) for _ in range(count)]


def two(town: Town) -> tuple[Any, Any]:
    found = town.th["national_focal_point"], town.th["data_protection_officer"]
    step_up(town, *found)
    return found


def agreed(town: Town, **more: Any) -> str:
    """Asked for and agreed to; the id of the work."""
    asks, agrees = two(town)
    asked = town.post(asks, "/statistics/releases", {**ASK, **more})
    assert asked.status_code == 202, asked.text
    told = decide(town, agrees, asked.json()["id"])
    assert told.status_code == 200 and told.json()["state"] == "agreed", told.text
    return str(town.get(asks, "/jobs").json()["items"][0]["id"])


def made(town: Town) -> list[Any]:
    with reading(town.house.db) as session:
        return list(session.execute(select(queries.MADE).order_by(queries.MADE.c.turn)))


def test_two_persons_make_a_file_that_is_counted_once_and_served_as_stored(lenient: Town) -> None:
    town = lenient
    identified(town, 12)
    identified(town, 5, sex="M", nationality="NP", exploitation="ForcedBegging")
    identified(town, 9, opened_on=date(YEAR - 1, 2, 1), decision=DecisionFacts(
        date(YEAR - 1, 5, 4), "trafficked", "th-mdt", "TH", "x", 3, True, True, True, True, None, True
    ))  # fmt: skip
    assert town.post(town.th["analyst"], "/statistics/releases", ASK).status_code == 403
    job = agreed(town)
    asks = town.th["national_focal_point"]
    assert town.get(asks, PATH).status_code == 404, "nothing is public before it is made"
    before = town.get(asks, "/statistics/microdata").json()
    assert [(each["period"], each["spent"], each["left"]) for each in before["budgets"]] == [(str(YEAR), 20, 20)]
    assert before["makings"][0]["state"] == "agreed", "paid for before anybody is counted"
    steps: list[int] = []
    done = jobs.run(town.house, job, lambda row: steps.append(row.done))
    assert (done.state, steps) == ("done", [*range(1, STEPS + 1)])
    served = town.get(town.th["analyst"], PATH)
    assert served.headers["content-type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(served.content))
    assert archive.namelist() == ["README.txt", "about.json", "records.csv"]
    about, table = json.loads(archive.read("about.json")), archive.read("records.csv")
    assert hashlib.sha256(table).hexdigest() == about["records_sha256"]
    rows = table.decode().splitlines()[1:]
    assert 13 <= len(rows) == about["records"] <= 21, "seventeen people, and a little noise"
    assert any('"Woman","18+","MMR","THA","1","0","0"' in row for row in rows)
    assert b"NPL" not in served.content and all(row.startswith(f'"{YEAR}"') for row in rows)
    assert about["privacy"]["epsilon"] == pytest.approx(20) and about["method"]["library"].startswith("opendp ")
    with reading(town.house.db) as session:
        references = session.execute(select(CASE.c.reference)).scalars().all()
    assert not any(reference.encode() in archive.read(name) for name in archive.namelist() for reference in references)
    # Somebody more comes to light: the file stays as it is, byte for byte.
    identified(town, 1)
    assert town.get(town.th["auditor"], PATH).content == served.content
    (listed,) = town.get(asks, "/statistics/releases").json()["items"]
    assert (listed["media"], listed["sha256"]) == ("application/zip", hashlib.sha256(served.content).hexdigest())
    # How near the truth it is, those know who release; others know that there is a file.
    inside = town.get(asks, "/statistics/microdata").json()["makings"][0]
    assert inside["state"] == "released" and inside["errors"][0]["true_people"] == 17
    assert [each["marginal"] for each in inside["errors"]][1] == ["nationality", "exploitation"]
    assert town.get(town.th["analyst"], "/statistics/microdata").json()["makings"][0]["errors"] is None
    assert {look.action for look in town.looks()} >= {"microdata_begun", "microdata_released", "release_read"}


def test_a_person_with_two_cases_is_one_record(lenient: Town) -> None:
    first, second = identified(lenient, 1) + identified(lenient, 1, nationality="KH")
    identified(lenient, 14)
    with tampering(lenient.house.db) as session:
        person = session.execute(select(CASE.c.person_id).where(CASE.c.id == first)).scalar_one()
        session.execute(update(CASE).where(CASE.c.id == second).values(person_id=person))
    jobs.run(lenient.house, agreed(lenient))
    told = lenient.get(lenient.th["national_focal_point"], "/statistics/microdata").json()
    assert told["makings"][0]["errors"][0]["true_people"] == 15


def test_what_was_spent_does_not_come_back(lenient: Town) -> None:
    identified(lenient, 14)
    jobs.run(lenient.house, agreed(lenient))
    asks, agrees = two(lenient)
    silent = lenient.post(asks, "/statistics/releases", ASK)
    assert silent.status_code == 422, "a later release says what is corrected"
    # Two are asked for while there is budget for one: the second is refused when somebody agrees to it.
    later = [{**ASK, "why": f"Correction {at}."} for at in (1, 2)]
    both = [lenient.post(asks, "/statistics/releases", each).json()["id"] for each in later]
    assert decide(lenient, agrees, both[0]).status_code == 200
    refused = decide(lenient, agrees, both[1]).json()
    assert (refused["state"], refused["why"]) == ("refused", "release_stale")
    refused = lenient.post(asks, "/statistics/releases", {**ASK, "why": "Once more."})
    told = refused.json()
    assert (refused.status_code, told["code"]) == (409, "budget_spent")
    assert (told["budget"], told["spent"], told["needed"]) == (40, 40, 20)
    assert told["file"] == "policies/microdata.yaml" and told["sources"] == ["CTDC-SYNTHETIC"] and told["roles"]
    assert "cannot be taken back" in told["detail"] and [row.turn for row in made(lenient)] == [1, 2]


def test_whoever_agrees_sees_what_it_takes_and_no_more_is_taken(lenient: Town) -> None:
    asks, agrees = two(lenient)
    asked = lenient.post(asks, "/statistics/releases", ASK).json()
    assert asked["payload"] == {**ASK, "number": 1, "epsilon": "20", "of": "40"}
    shown = browser_at(lenient, agrees).get(f"/reports/approvals/{asked['id']}").text
    assert "Privacy budget it takes" in shown and "Of the year&#39;s budget" in shown
    micro = lenient.house.policies.microdata
    dearer = micro.files["identified"].model_copy(update={"budget": Budget.model_construct(epsilon=30.0, delta=0.0)})
    changed = micro.model_copy(update={"files": {"identified": dearer}})
    object.__setattr__(lenient.house.policies, "microdata", changed)
    refused = decide(lenient, agrees, asked["id"]).json()
    assert (refused["state"], refused["why"], made(lenient)) == ("refused", "release_stale", [])


def test_a_file_that_is_stopped_goes_on_from_what_was_counted(lenient: Town) -> None:
    identified(lenient, 14)
    job, asks = agreed(lenient), lenient.th["national_focal_point"]
    jobs.step(lenient.house, job)
    jobs.step(lenient.house, job)
    counted = made(lenient)[0].counted
    assert counted is not None
    assert lenient.post(asks, f"/jobs/{job}/cancel").json()["state"] == "cancelled"
    assert lenient.get(asks, PATH).status_code == 404
    (making,) = lenient.get(asks, "/statistics/microdata").json()["makings"]
    assert (making["state"], making["epsilon"]) == ("counted", 20)
    assert lenient.post(asks, f"/jobs/{job}/resume").status_code == 200
    assert jobs.run(lenient.house, job).state == "done"
    (row,) = made(lenient)
    assert row.counted == counted and row.drawn is None, "nobody was counted twice"
    assert lenient.get(asks, PATH).status_code == 200


def test_too_few_people_make_no_file_and_going_on_throws_no_dice(town: Town) -> None:
    identified(town, 3)
    job = agreed(town)
    row = jobs.run(town.house, job)
    assert (row.state, row.why) == ("stopped", "too_few_for_records")
    counted = made(town)[0].counted
    assert town.post(town.th["national_focal_point"], f"/jobs/{job}/resume").status_code == 200
    assert jobs.run(town.house, job).why == "too_few_for_records" and made(town)[0].counted == counted


@one_engine
def test_what_cannot_be_asked_for_says_why(town: Town) -> None:
    asks, _ = two(town)
    for period, status, code in (("2026", 409, "period_not_over"), ("2025-Q1", 422, None), ("2020..2021", 422, None)):
        answer = town.post(asks, "/statistics/releases", {"report": "identified", "period": period})
        assert answer.status_code == status and code in (None, answer.json()["code"]), period
    assert town.get(asks, "/statistics/identified?period=2025").status_code == 404, "it is no table"


@one_engine
def test_the_pages_show_budget_and_files(lenient: Town) -> None:
    identified(lenient, 14)
    asks, agrees = two(lenient)
    browser = browser_at(lenient, asks)
    page = browser.get("/reports/microdata").text
    assert "0 of 40 spent, 40 left" in page and "Give synthetic records to the public" in page
    step_up(lenient, asks, agrees)
    form = browser.get("/reports/tables/identified/release")
    assert form.status_code == 200 and "does not come back" in form.text and f'value="{YEAR}"' in form.text
    jobs.run(lenient.house, agreed(lenient))
    page = browser.get("/reports/microdata").text
    assert "20 of 40 spent, 20 left" in page and "How far it is from the truth" in page
    assert "How far it is" not in browser_at(lenient, lenient.th["analyst"]).get("/reports/microdata").text
    at = f"/reports/releases/identified/{YEAR}/1"
    assert "ZIP" in browser.get("/reports/releases").text
    assert browser.get(f"{at}.zip").content == lenient.get(asks, PATH).content
    assert browser.get(f"{at}.csv").text.startswith('"yearOfRegistration"')
    assert browser.get(f"{at}.json").json()["synthetic"] is True
    assert browser.get(f"{at}.xlsx").status_code == 404
    (job,) = lenient.get(asks, "/jobs").json()["items"]
    assert 'href="/reports/microdata"' in browser.get(f"/reports/jobs/{job['id']}").text
