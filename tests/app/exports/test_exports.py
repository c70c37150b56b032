"""Lists of cases outside the program: who may take which, how often, and that the file is the list and no more."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.casework import case_list
from app.exports import service
from app.models.approval import CaseExport
from app.models.case import Case
from app.models.user import UserRole
from policies.safeguards import TwoPersons
from tests.factories import cases
from tests.factories.approvals import decide, step_up
from tests.factories.staff import Worker, add_user
from tests.factories.towns import Town
from tests.inspect import reading, writing

NOTE = "Quarterly report to the national committee."
ASK = {"purpose": "ministry_report", "note": NOTE}


@pytest.fixture
def small(town: Town) -> Iterator[Town]:
    """A town in which one person alone takes two rows, and nobody more than six."""
    policies = town.house.policies
    few = {"export_rows_alone": 2, "export_rows_at_most": 6}
    limits = TwoPersons(**{**policies.safeguards.two_persons.model_dump(), **few})
    guards = policies.safeguards.model_copy(update={"two_persons": limits})
    before = policies.safeguards
    object.__setattr__(policies, "safeguards", guards)
    yield town
    object.__setattr__(policies, "safeguards", before)


def ask(town: Town, who: Worker, **more: Any) -> Any:
    return town.post(who, "/exports", {**ASK, **more})


def rows_of(answer: Any) -> list[dict[str, str]]:
    """The rows of a taken file, without the stamp."""
    lines = list(csv.reader(io.StringIO(answer.text)))
    assert lines[-1][0].startswith("# Waymark export") and len(lines[-1]) == 1
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:-1]]


def test_a_short_list_is_taken_alone(town: Town) -> None:
    who = town.th["supervisor"]
    here = [cases.bring_case(town.house, town.th, "sheltered"), cases.open_case(town.house, town.th["social_worker"])]
    elsewhere = cases.open_case(town.house, add_user(town.house, "th-shelter-phitsanulok", "social_worker"))
    assert ask(town, who).json()["code"] == "step_up_needed"
    step_up(town, who)
    asked = ask(town, who)
    assert (asked.status_code, asked.json()["state"], asked.json()["rows"]) == (201, "ready", 2)
    path = f"/exports/{asked.json()['id']}/file"
    file = town.get(who, path)
    assert file.status_code == 200, file.text
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    assert file.headers["content-disposition"].startswith("attachment; filename=")
    assert (file.headers["cache-control"], file.headers["x-content-type-options"]) == ("no-store", "nosniff")
    listed = {item["reference"]: item for item in town.get(who, "/cases").json()["items"]}
    rows = rows_of(file)
    assert {row["reference"] for row in rows} == set(listed) and len(rows) == len(here)
    for row in rows:
        shown = listed[row["reference"]]
        for name in ("office", "stage", "identification", "care", "age_band", "sex", "nationality"):
            assert row[name] == (shown[name] or ""), name
    assert not any(word in file.text for word in ("Mya", "Aung", "+95", elsewhere))
    assert f"account {who.id}" in file.text and "ministry_report" in file.text and NOTE not in file.text
    digest = hashlib.sha256(file.content)
    assert file.headers["content-digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    (look,) = town.looks("export_taken")
    assert json.loads(look.detail) == {
        "purpose": "ministry_report", "rows": 2, "sha256": digest.hexdigest(), "download": 1,
        "format": "csv", "named": 0,
    }  # fmt: skip
    assert [town.get(who, path).status_code for _ in range(3)] == [200, 200, 409]
    assert town.get(who, f"/exports/{asked.json()['id']}").json()["state"] == "used_up"
    with reading(town.house.db) as session:
        assert NOTE.encode() not in session.execute(select(CaseExport.sealed_note)).scalar_one()


def test_only_the_asker_takes_it_and_only_for_an_hour(town: Town) -> None:
    who, other = town.th["supervisor"], add_user(town.house, "th-shelter-tak", "supervisor")
    step_up(town, who, other)
    path = f"/exports/{ask(town, who).json()['id']}"
    absent = town.get(other, "/exports/3f2c9a54-7d0e-4f5e-9d53-0a5d2c1b8e77")
    for suffix in ("", "/file"):
        for stranger in (other, town.th["national_focal_point"], town.mm["supervisor"]):
            answer = town.get(stranger, path + suffix)
            assert (answer.status_code, answer.content) == (404, absent.content)
    assert town.get(town.th["social_worker"], f"{path}/file").status_code == 403
    assert town.get(None, f"{path}/file").status_code == 401
    assert town.get(who, "/exports/x%00y/file").status_code == 404
    town.clock.advance(timedelta(minutes=59))
    assert town.get(who, f"{path}/file").json()["code"] == "step_up_needed"
    step_up(town, who)
    assert town.get(who, f"{path}/file").status_code == 200
    town.clock.advance(timedelta(minutes=1))
    step_up(town, who)
    over = town.get(who, f"{path}/file")
    assert (over.status_code, over.json()["code"], over.json()["state"]) == (409, "export_over", "expired")


def test_a_long_list_needs_a_second_person_and_too_long_a_one_is_refused(small: Town) -> None:
    town, who, second = small, small.th["supervisor"], add_user(small.house, "th-shelter-tak", "supervisor")
    stranger = add_user(town.house, "th-shelter-phitsanulok", "supervisor")
    step_up(town, who, second, stranger)
    for _ in range(3):
        cases.open_case(town.house, town.th["social_worker"])
    asked = ask(town, who, filters={"care": "intake"})
    assert (asked.status_code, asked.json()["state"], asked.json()["rows"]) == (202, "waiting", 3)
    path, approval = f"/exports/{asked.json()['id']}", asked.json()["approval"]["id"]
    assert town.get(who, f"{path}/file").json()["code"] == "export_waiting"
    assert decide(town, who, approval).json()["code"] == "own_approval"
    assert decide(town, stranger, approval).status_code == 404
    page = town.get(second, f"/approvals/{approval}").json()
    assert page["words"] == {"note": NOTE} and page["payload"]["rows"] == 3
    assert decide(town, second, approval).json()["state"] == "agreed"
    file = town.get(who, f"{path}/file")
    assert len(rows_of(file)) == 3 and f"agreed by {second.id}" in file.text
    assert town.get(second, f"{path}/file").status_code == 404
    for _ in range(2):
        cases.open_case(town.house, town.th["social_worker"])
    assert len(rows_of(town.get(who, f"{path}/file"))) == 5
    cases.open_case(town.house, town.th["social_worker"])
    assert town.get(who, f"{path}/file").json()["code"] == "export_grew"
    cases.open_case(town.house, town.th["social_worker"])
    assert ask(town, who).json()["code"] == "export_too_large"


def test_many_short_lists_need_a_second_person_like_a_long_one(small: Town) -> None:
    town, who = small, small.th["supervisor"]
    add_user(town.house, "th-shelter-tak", "supervisor")
    step_up(town, who)
    cases.open_case(town.house, town.th["social_worker"])
    for _ in range(2):
        taken = ask(town, who).json()
        assert taken["state"] == "ready" and town.get(who, f"/exports/{taken['id']}/file").status_code == 200
    assert ask(town, who).json()["state"] == "waiting", "the third row within a day"
    town.clock.advance(timedelta(hours=24))
    step_up(town, who)
    assert ask(town, who).json()["state"] == "ready"


def test_a_refused_list_stays_inside_and_less_reach_is_not_enough(small: Town) -> None:
    town, who, second = small, small.th["supervisor"], small.th["national_focal_point"]
    step_up(town, who, second)
    for _ in range(3):
        cases.open_case(town.house, town.th["social_worker"])
    asked = ask(town, who).json()
    assert decide(town, second, asked["approval"]["id"], "refuse").status_code == 200
    assert town.get(who, f"/exports/{asked['id']}/file").json()["state"] == "refused"
    other = ask(town, who).json()
    assert decide(town, who, other["approval"]["id"], "withdraw").status_code == 200
    assert town.get(who, f"/exports/{other['id']}").json()["state"] == "withdrawn"
    _less_reach(town)


def _less_reach(town: Town) -> None:
    """Nobody with less reach agrees to a list of the country."""
    who = town.th["national_focal_point"]
    assert ask(town, who).json()["code"] == "no_second_person"
    assert "hold it, but not over this" in ask(town, who).json()["detail"]
    add_user(town.house, "th-datip", "national_focal_point")
    asked = ask(town, who)
    assert asked.status_code == 202 and asked.json()["approval"]["second_persons"] == 1
    assert decide(town, town.th["supervisor"], asked.json()["approval"]["id"]).status_code == 404


def test_rights_and_columns_are_those_of_the_download(town: Town) -> None:
    who = town.th["supervisor"]
    step_up(town, who)
    _columns_follow(town, who)
    kept = cases.open_case(town.house, town.th["social_worker"])
    gone = cases.open_case(town.house, town.th["social_worker"])
    path = f"/exports/{ask(town, who).json()['id']}/file"
    with writing(town.house.db) as session:
        session.execute(update(Case).where(Case.id == gone).values(office_id=town.offices["th-datip"]))
    with reading(town.house.db) as session:
        reference = session.execute(select(Case.reference).where(Case.id == kept)).scalar_one()
    assert [row["reference"] for row in rows_of(town.get(who, path))] == [reference]
    with writing(town.house.db) as session:
        session.execute(update(UserRole).where(UserRole.user_id == who.id).values(role="shelter_manager"))
    assert town.get(who, path).status_code == 403


def _columns_follow(town: Town, who: Worker) -> None:
    """The columns are those of the field groups the role sees."""
    assert {"reference", "legal_hold", "asylum_claim"} <= set(ask(town, who).json()["columns"])
    with facts_only(town):
        narrow = ask(town, who).json()["columns"]
    assert "reference" in narrow and not {"legal_hold", "asylum_claim", "missing", "protection_risk"} & set(narrow)


@contextmanager
def facts_only(town: Town) -> Iterator[None]:
    """The supervisor's role without the groups legal and risk."""
    role = town.house.policies.roles["supervisor"]
    before = role.field_groups
    object.__setattr__(role, "field_groups", frozenset(group for group in before if group.value == "facts"))
    yield
    object.__setattr__(role, "field_groups", before)


BROKEN: tuple[dict[str, Any], ...] = (
    {"purpose": "curiosity"}, {"note": "short"}, {"note": None}, {"rows": 1}, {"filters": {"office": "x"}},
    {"filters": {"stage": "nowhere"}}, {"filters": {"child": "yes"}}, {"state": "ready"}, {"asked_by": "x"},
)  # fmt: skip


def test_broken_rules_are_refused_and_without_a_look_in_the_book_no_file(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = town.th["supervisor"]
    step_up(town, who)
    for body in BROKEN:
        assert ask(town, who, **body).status_code == 422, body
    with reading(town.house.db) as session:
        assert session.execute(select(func.count()).select_from(CaseExport)).scalar_one() == 0
    path = f"/exports/{ask(town, who).json()['id']}/file"

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("no book, no answer")

    monkeypatch.setattr(service, "looked", broken)
    assert town.get(who, path).status_code == 500
    monkeypatch.undo()
    with reading(town.house.db) as session:
        assert session.execute(select(CaseExport.downloads)).scalar_one() == 0


FILTERS: tuple[dict[str, Any], ...] = (
    {}, {"care": "sheltered"}, {"stage": "shelter"}, {"child": True}, {"child": False}, {"nationality": "LA"},
    {"identification": "presumed"}, {"mine": True}, {"stage": "identification", "child": False},
)  # fmt: skip


def differences(town: Town, who: Worker) -> int:
    """For how many filters the list, its count, and its export are not the same cases."""
    different = 0
    for chosen in FILTERS:
        query = "&".join(f"{name}={json.dumps(value).strip(chr(34))}" for name, value in chosen.items())
        listed = {item["reference"] for item in town.get(who, f"/cases?{query}").json()["items"]}
        count = town.get(who, f"/cases/count?{query}").json()["count"]
        asked = ask(town, who, filters=chosen).json()
        taken = {row["reference"] for row in rows_of(town.get(who, f"/exports/{asked['id']}/file"))}
        different += not (listed == taken and len(listed) == count == asked["rows"])
    return different


def test_list_count_and_export_are_one_query(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mutant: an export whose filter forgets whether it was for children."""
    who = town.th["supervisor"]
    step_up(town, who)
    cases.bring_case(town.house, town.th, "sheltered")
    cases.bring_case(town.house, town.th, "sheltered", child=True, age_band="0-14", nationality="LA")
    cases.open_case(town.house, town.th["first_responder"])
    different = differences(town, who)
    assert different == 0
    of = case_list.Filter.of
    monkeypatch.setattr(case_list.Filter, "of", lambda said: of({**said, "child": None}))
    mutant = differences(town, who)
    assert mutant > 0
    print(f"GATE g9-export differences={different} limit=0 n={len(FILTERS)} mutant={mutant}")
