"""Who signs is trained: written down by the administrator, seen by oneself, asked at the step, told before it ends."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.access.desk import House
from app.accounts import training_watching
from app.casework import history
from app.casework.move import Command, StepRefused, perform
from app.models.notice import Notice
from app.models.training import TrainingEntry
from policies.model import Policies
from tests.app.access.world import one_engine
from tests.factories import cases
from tests.factories.forms import form
from tests.factories.pages import browser_at
from tests.factories.staff import Worker, desk_of
from tests.factories.towns import Town, town
from tests.inspect import reading

__all__ = ["town"]

BODY = {"kind": "identification", "given_by": "iom", "done_on": "2025-03-03"}


def trainings(town: Town, who: Worker) -> list[dict[str, Any]]:
    """The trainings of an account as its administrator reads them."""
    answer = town.get(town.th["administrator"], f"/users/{who.id}/trainings")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def identification_of(town: Town, who: Worker) -> dict[str, Any]:
    return next(each for each in trainings(town, who) if each["kind"] == "identification")


def change(town: Town, who: Worker, what: str, version: int, **body: Any) -> Any:
    """Correct or revoke through the JSON door."""
    path = f"/users/{who.id}/trainings/{what}"
    return town.post(town.th["administrator"], path, body, **{"If-Match": f'"{version}"'})


def refused(house: House, who: Worker, case_id: str, step: str, record: dict[str, Any]) -> list[str]:
    """The codes of what blocks a step."""
    with pytest.raises(StepRefused) as caught:
        cases.take(house, who, case_id, step, record)
    return [each["code"] for each in caught.value.extra["refusals"]]


def test_the_administrator_writes_corrects_and_takes_back_and_the_person_sees_it(town: Town) -> None:
    who = town.th["health_officer"]
    made = town.post(town.th["administrator"], f"/users/{who.id}/trainings", BODY)
    assert made.status_code == 201, made.text
    said = made.json()
    # Three years from the day it was done, as the policy says; no paper prolongs that.
    assert (said["valid_until"], said["state"], said["version"]) == ("2028-03-03", "valid", 1)
    assert town.post(town.th["administrator"], f"/users/{who.id}/trainings", BODY).status_code == 409
    longer = change(
        town, who, "correct", 1, **BODY, valid_until="2031-01-01", training_id=said["id"], why="wrong_entry"
    )
    assert (longer.status_code, longer.json()["valid_until"]) == (200, "2028-03-03"), longer.text
    ended = change(
        town, who, "correct", 2, **BODY, valid_until="2026-11-01", training_id=said["id"], why="wrong_entry"
    )
    assert (ended.json()["state"], ended.json()["version"]) == ("ended", 3)
    # Somebody who saw an earlier entry is told, and nothing is lost.
    assert change(town, who, "revoke", 2, training_id=said["id"], why="not_proven").status_code == 409
    assert change(town, who, "revoke", 3, training_id=said["id"], why="nonsense").status_code == 422
    assert change(town, who, "revoke", 3, training_id=said["id"], why="not_proven").json()["state"] == "revoked"
    own = next(each for each in town.get(who, "/me/trainings").json()["items"] if each["id"] == said["id"])
    assert (own["state"], own["why"], own["version"]) == ("revoked", "not_proven", 4)
    with reading(town.house.db) as session:
        entries = session.execute(
            select(TrainingEntry.act).where(TrainingEntry.training_id == said["id"]).order_by(TrainingEntry.seq)
        ).scalars()
        assert list(entries) == ["recorded", "corrected", "corrected", "revoked"]
    for action, count in (("training_recorded", 1), ("training_corrected", 2), ("training_revoked", 1)):
        assert len(town.looks(action)) == count


@one_engine
def test_nobody_writes_of_themselves_of_the_future_or_of_another_country(town: Town) -> None:
    admin, abroad = town.th["administrator"], town.mm["social_worker"]
    assert town.post(admin, f"/users/{admin.id}/trainings", BODY).json()["code"] == "own_account"
    assert town.post(admin, f"/users/{abroad.id}/trainings", BODY).status_code == 404
    who = town.th["health_officer"]
    assert town.post(town.th["supervisor"], f"/users/{who.id}/trainings", BODY).status_code == 403
    for wrong in (
        {"done_on": "2027-01-01"}, {"valid_until": "2024-01-01"}, {"kind": "juggling"}, {"given_by": "nobody"},
    ):  # fmt: skip
        assert town.post(admin, f"/users/{who.id}/trainings", BODY | wrong).status_code == 422, wrong


@one_engine
def test_the_pages_do_the_same(town: Town) -> None:
    who = town.th["health_officer"]
    at = f"/admin/users/{who.id}/trainings"
    browser = browser_at(town, town.th["administrator"], fresh=True)
    browser.get(f"/admin/users/{who.id}")
    assert f'href="{at}"' in browser.last.text
    browser.get(at)
    days = {"done_on_day": "3", "done_on_month": "3", "done_on_year": "2568"}
    empty = browser.send(at, kind="identification", given_by="iom")
    assert empty.status_code == 422 and "Give a day, a month and a year" in empty.text
    sent = browser.send(at, kind="identification", given_by="iom", **days)
    assert sent.status_code == 303, sent.text
    assert "Saved." in browser.follow().text
    known = identification_of(town, who)
    assert (known["done_on"], known["state"]) == ("2025-03-03", "valid")
    browser.get(f"{at}/change?training={known['id']}")
    browser.send(f"{at}/correct", valid_until_day="1", valid_until_month="12", valid_until_year="2026", why="renewed")
    assert browser.last.status_code == 303, browser.last.text
    assert identification_of(town, who)["state"] == "ends_soon"
    browser.get(f"{at}/change?training={known['id']}")
    browser.send(f"{at}/revoke", reason="withdrawn")
    assert "Taken back" in browser.follow().text
    own = browser_at(town, who)
    assert "Taken back" in own.get("/me").text and "Work with trafficked children" in own.last.text


@one_engine
def test_a_decision_waits_for_somebody_trained_and_says_who_mends_it(town: Town) -> None:
    house, legal = town.house, town.th["legal_officer"]
    case_id = cases.bring_case(house, town.th, "deciding")
    known = identification_of(town, legal)
    change(
        town, legal, "correct", 1, training_id=known["id"], why="wrong_entry", kind="identification",
        given_by="iom", done_on="2023-11-22",
    )  # fmt: skip
    # Three years are over since yesterday, in the calendar of Bangkok.
    assert identification_of(town, legal)["state"] == "ended"
    body = form(house, "identification_decision")
    assert refused(house, legal, case_id, "identify", body) == ["decider_is_trained"]
    cases.join(house, case_id, legal)
    case = town.get(legal, f"/cases/{case_id}").json()
    blocked = next(each for each in case["next_steps"] if each["step"] == "identify")
    said = next(each for each in blocked["refusals"] if each["code"] == "decider_is_trained")
    assert "Identification of trafficked persons" in said["missing"] and said["why"] and said["mend"]
    assert said["who"] == ["administrator"] and not said["overridable"]
    assert {each["id"] for each in said["sources"]} == {"COE-10.1", "OHCHR-G2.2", "OHCHR-G5.7"}
    page = browser_at(town, legal).get(f"/cases/{case['reference']}/steps/identification/identify")
    assert "Identification of trafficked persons" in page.text and "Administrator" in page.text
    # The panel, too; and who was trained in time signs, while the other training stays as it is.
    untrained = form(house, "identification_decision", panel_trained=False)
    assert refused(house, town.th["supervisor"], case_id, "identify", untrained) == ["panel_is_trained"]
    cases.take(house, town.th["supervisor"], case_id, "identify", body)


@one_engine
def test_what_counted_is_kept_and_a_training_taken_back_undoes_nothing(town: Town) -> None:
    house, legal = town.house, town.th["legal_officer"]
    case_id = cases.bring_case(house, town.th, "deciding")
    cases.take(house, legal, case_id, "identify", form(house, "identification_decision"))
    known = identification_of(town, legal)
    change(town, legal, "revoke", 1, training_id=known["id"], why="withdrawn")
    with reading(house.db) as session:
        told = [json.loads(row.canonical) for row in history.entries(session, case_id)]
    step = next(each for each in told if each["step"] == "identify")
    assert [each["id"] for each in step["details"]["trained"]] == [known["id"]]
    assert step["details"]["trained"][0]["valid_until"] == known["valid_until"]
    assert cases.facts_of(house, case_id).identification == "identified"


@one_engine
def test_a_late_entry_is_signed_on_two_days(town: Town) -> None:
    """Done since the talk, the training does not cover it; the talk of a day before the rule is nobody's to refuse."""
    house, worker = town.house, town.th["social_worker"]
    case_id = cases.bring_case(house, town.th, "screening", child=True)
    town.clock.advance(timedelta(days=5))
    known = next(each for each in trainings(town, worker) if each["kind"] == "child_interviewing")
    change(
        town, worker, "correct", 1, training_id=known["id"], why="wrong_entry", kind="child_interviewing",
        given_by="unicef", done_on=(town.clock.now() - timedelta(days=1)).date().isoformat(),
    )  # fmt: skip

    def codes(days: int, policies: Policies | None = None) -> list[str]:
        at = replace(house, policies=policies or house.policies)
        with desk_of(at, worker) as desk:
            held_on = desk.now - timedelta(days=days)
            command = Command(
                "identification", "presume", case_id, cases.version_of(house, case_id),
                form(house, "screening"), happened_at=held_on,
            )  # fmt: skip
            try:
                perform(desk, command)
            except StepRefused as error:
                return [each["code"] for each in error.extra["refusals"]]
            desk.session.rollback()
            return []

    assert codes(3) == ["screener_is_trained"]
    assert codes(3, asked_from(house.policies, (town.clock.now() - timedelta(days=2)).date())) == []
    assert codes(0) == []


def asked_from(policies: Policies, day: date) -> Policies:
    """The policies, if Thailand had begun to ask for trainings on that day."""
    country = policies.countries["TH"]
    assert country.training is not None
    demands = tuple(each.model_copy(update={"from_": day}) for each in country.training.demands)
    later = country.training.model_copy(update={"demands": demands})
    countries = {**policies.countries, "TH": country.model_copy(update={"training": later})}
    return policies.model_copy(update={"countries": countries})


def test_person_and_administrator_are_told_once_before_it_runs_out(town: Town) -> None:
    legal, admin = town.th["legal_officer"], town.th["administrator"]
    known = identification_of(town, legal)

    def correct(until: str, version: int) -> None:
        town.clock.advance(timedelta(minutes=1))
        answer = change(
            town, legal, "correct", version, training_id=known["id"], why="renewed", kind="identification",
            given_by="iom", done_on=known["done_on"], valid_until=until,
        )  # fmt: skip
        assert answer.status_code == 200, answer.text

    assert training_watching.ring(town.house) == 0
    correct("2027-01-22", 1)
    assert training_watching.ring(town.house) == 1
    assert training_watching.ring(town.house) == 0
    with reading(town.house.db) as session:
        told = select(Notice.user_id, Notice.kind).where(Notice.subject_id == known["id"])
        rows = {(row.user_id, row.kind) for row in session.execute(told)}
    assert rows == {(legal.id, "training_ends"), (admin.id, "training_of_colleague_ends")}
    # A later last day, and nothing is said; an entry that brings it near again is news.
    correct("2027-01-25", 2)
    assert training_watching.ring(town.house) == 0
    town.clock.advance(timedelta(days=4))
    assert training_watching.ring(town.house) == 1
    # Whoever holds a longer one of the same kind need not be told.
    town.post(admin, f"/users/{legal.id}/trainings", BODY | {"done_on": "2026-11-20"})
    correct("2027-01-24", 3)
    assert training_watching.ring(town.house) == 0
    with reading(town.house.db) as session:
        assert session.execute(select(func.count()).where(Notice.subject_id == known["id"])).scalar_one() == 4
