"""Cases come in from a register: tried out first, then opened by the door of any other, once, and told from where."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, update

from app.casework import jobs
from app.casework.erasing import subjects_of, sweep
from app.casework.held import CASE
from app.imports import bringing, watching
from app.models.job import CaseImport, ImportedCase
from app.models.record import Record
from app.models.user import User
from tests.app.imports.registers import (
    BROKEN,
    FIRST,
    SECOND,
    WHY,
    asked_of_two,
    bring_along,
    checked,
    come_in,
    report,
    table,
    worked,
)
from tests.factories.approvals import decide, step_up
from tests.factories.staff import Worker, add_user
from tests.factories.towns import Town
from tests.inspect import reading, writing


def how_many(town: Town) -> int:
    with reading(town.house.db) as session:
        return int(session.execute(select(func.count()).select_from(CASE)).scalar_one())


def timeline_of(town: Town, who: Worker, case_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = town.get(who, f"/cases/{case_id}/timeline").json()["items"]
    return found


def test_a_trial_run_tells_everything_and_changes_nothing(town: Town) -> None:
    who = town.th["case_manager"]
    found = checked(town, who, table(FIRST, SECOND, BROKEN))
    assert how_many(town) == 0
    assert found["check"]["counts"] == {"new": 2, "refused": 1, "unknown_code": 1}
    assert (found["check"]["done"], found["check"]["total"], found["check"]["faults"]) == (3, 3, 1)
    lines = report(town, who, found["id"])
    assert {line: item["outcome"] for line, item in lines.items()} == {2: "new", 3: "new", 4: "refused"}
    (unknown,) = lines[3]["findings"]
    assert (unknown["column"], unknown["rule"], unknown["value_class"]) == (
        "Form of exploitation", "unknown_code", "text",
    )  # fmt: skip
    (broken,) = lines[4]["findings"]
    assert (broken["column"], broken["rule"], broken["value_class"]) == ("Date of birth", "no_such_day", "day")
    file = town.get(who, f"/imports/{found['id']}/report.csv?stage=check")
    assert file.headers["content-type"].startswith("text/csv")
    for text in (file.text, json.dumps(list(lines.values()))):
        assert not any(word in text for word in ("Zaw", "Htun", "Chantha", "Somsri", "2540", "bonded fishing", "+95"))
    with reading(town.house.db) as session:
        sealed = session.execute(select(CaseImport.sealed)).scalar_one()
        assert sealed is not None and b"Zaw" not in sealed


def test_the_good_rows_come_in_and_say_where_they_came_from(town: Town) -> None:
    who = town.th["case_manager"]
    done = come_in(town, who, table(FIRST, SECOND, BROKEN))
    assert (done["state"], done["bring"]["state"], done["bring"]["counts"]) == (
        "done", "done", {"opened": 2, "refused": 1, "unknown_code": 1},
    )  # fmt: skip
    assert how_many(town) == 2
    lines = report(town, who, done["id"], "bring")
    case = town.get(who, f"/cases/{lines[2]['case_id']}").json()
    assert (case["identification"], case["care"], case["channel"]) == ("reported", "intake", "shelter")
    assert case["facts"]["exploitation"] == "ForcedLabour" and case["facts"]["nationality"] == "MM"
    assert case["facts"].get("consents", []) in ([], ()), "what a file says of a consent gives none"
    entries = timeline_of(town, who, lines[2]["case_id"])
    came = next(each for each in entries if each["kind"] == "imported")
    assert came["details"]["source"] == "shelter-register" and came["details"]["line"] == 2
    assert came["details"]["file"] == done["file_digest"] and came["details"]["mapping_version"] == 1
    assert came["note"].splitlines() == ["No.: R-1", "consent: yes, to everything", "state: returned home"]
    other = town.get(who, f"/cases/{lines[3]['case_id']}").json()
    assert (other["facts"]["child"], other["facts"]["age_band"]) == (True, "15-17")
    assert other["facts"]["exploitation"] == "unknown"
    came = next(each for each in timeline_of(town, who, lines[3]["case_id"]) if each["kind"] == "imported")
    assert "Form of exploitation: bonded fishing" in came["note"]
    assert came["details"]["unknown"] == ["Form of exploitation"]
    with reading(town.house.db) as session:
        assert session.execute(select(func.count()).select_from(Record.__table__)).scalar_one() == 0
        kept = session.execute(select(CaseImport)).scalar_one()
        assert kept.sealed is None and kept.wrapped is None, "the rows are not kept once the cases are in"


def test_a_second_run_brings_nothing_twice_and_tells_what_changed(town: Town) -> None:
    who = town.th["case_manager"]
    come_in(town, who, table(FIRST, SECOND))
    again = come_in(town, who, table(FIRST, {**SECOND, "Sex": "male"}, {**BROKEN, "Date of birth": "28/2/2540"}))
    assert again["bring"]["counts"] == {"known": 1, "changed": 1, "opened": 1}
    assert how_many(town) == 3
    lines = report(town, who, again["id"], "bring")
    assert [each["column"] for each in lines[3]["findings"]] == ["Sex"]
    case = town.get(who, f"/cases/{lines[3]['case_id']}").json()
    assert case["facts"]["sex"] == "F", "a changed row is told, never laid over what is here"


def test_whoever_may_be_known_waits_until_somebody_has_looked(town: Town) -> None:
    who = town.th["case_manager"]
    known = come_in(town, who, table(FIRST))
    case_id = report(town, who, known["id"], "bring")[2]["case_id"]
    reference = town.get(who, f"/cases/{case_id}").json()["reference"]
    same = {**FIRST, "No.": "Q-9"}
    found = checked(town, who, table(same))
    (alike,) = report(town, who, found["id"]).values()
    assert alike["outcome"] == "alike" and reference in alike["findings"][-1]["said"]
    assert come_in(town, who, table(same))["bring"]["counts"] == {"alike": 1}
    assert how_many(town) == 1
    assert come_in(town, who, table(same), others=[2])["bring"]["counts"] == {"opened": 1}
    assert how_many(town) == 2


def test_all_or_nothing_is_nothing_where_one_row_cannot_come_in(town: Town) -> None:
    who = town.th["case_manager"]
    done = come_in(town, who, table(FIRST, SECOND, BROKEN), all_or_nothing="true")
    assert done["bring"]["counts"]["refused"] == 1 and "opened" not in done["bring"]["counts"]
    assert done["state"] == "none"
    assert how_many(town) == 0
    assert come_in(town, who, table(FIRST, SECOND), all_or_nothing="true")["bring"]["counts"]["opened"] == 2
    assert how_many(town) == 2


def test_many_rows_need_a_second_person_and_any_a_fresh_proof(town: Town) -> None:
    who, second = town.th["case_manager"], town.th["supervisor"]
    rows = [{**SECOND, "No.": f"N-{number}", "Given names": "", "Age": "30"} for number in range(51)]
    found = checked(town, who, table(*rows))
    path = f"/imports/{found['id']}/start"
    assert town.post(who, path, {"why": WHY}).json()["code"] == "step_up_needed"
    step_up(town, who, second)
    asked = town.post(who, path, {"why": WHY})
    assert asked.status_code == 202 and asked.json()["state"] == "waiting", asked.text
    approval = asked.json()["approval"]["id"]
    assert town.get(second, f"/approvals/{approval}").json()["payload"]["rows"] == 51
    assert how_many(town) == 0
    assert town.post(who, path, {"why": WHY}).json()["code"] == "import_over"
    assert decide(town, second, approval).status_code == 200
    worked(town)
    done = town.get(who, f"/imports/{found['id']}").json()
    assert (done["state"], done["bring"]["counts"]["opened"], how_many(town)) == ("done", 51, 51)


def test_a_file_that_does_not_fit_is_refused_with_its_reason(town: Town) -> None:
    who = town.th["case_manager"]
    strange = bring_along(town, who, table({**FIRST, "Diary": "secret"}, columns=(*FIRST, "Nickname", "Age", "Diary")))
    assert strange.status_code == 422 and strange.json()["code"] == "table_unmapped_columns"
    assert strange.json()["errors"][0]["columns"] == ["Diary"]
    headless = bring_along(town, who, b"R-1,Zaw Win,Htun\r\nR-2,Chantha,\r\n")
    assert headless.json()["code"] == "table_lacks_columns" and "Zaw" not in headless.text
    wrong = bring_along(town, who, table(FIRST), mapping_text="version: 1\ntitel: x\n")
    assert wrong.json()["code"] == "mapping_unusable"
    assert {error["line"] for error in wrong.json()["errors"]} >= {2}
    assert bring_along(town, who, table(FIRST), mapping="nobodys").json()["errors"][0]["field"] == "mapping"


def test_who_does_not_see_a_field_brings_none_of_it_in(town: Town) -> None:
    manager = town.th["shelter_manager"]
    refused = bring_along(town, manager, table(FIRST))
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["columns"] == ["Consent", "Remarks", "Status"]
    assert bring_along(town, town.th["social_worker"], table(FIRST)).status_code == 403
    assert bring_along(town, town.th["supervisor"], table(FIRST)).status_code == 403, "agrees, and opens no case"


def test_only_whoever_asked_sees_it(town: Town) -> None:
    who, other = town.th["case_manager"], add_user(town.house, "th-shelter-tak", "case_manager")
    found = checked(town, who, table(FIRST))
    for path in (f"/imports/{found['id']}", f"/imports/{found['id']}/report", f"/jobs/{found['check']['id']}"):
        assert town.get(other, path).status_code == 404
        assert town.get(town.mm["case_manager"], path).status_code == 404
    assert town.post(other, f"/jobs/{found['check']['id']}/cancel").status_code == 404


def test_an_erased_person_does_not_come_back(town: Town) -> None:
    who = town.th["case_manager"]
    done = come_in(town, who, table(FIRST))
    case_id = report(town, who, done["id"], "bring")[2]["case_id"]
    with writing(town.house.db) as session:
        person = session.execute(select(CASE.c.person_id).where(CASE.c.id == case_id)).scalar_one()
        swept = sweep(session, town.house.keys, subjects_of(session, person))
        assert swept["imported_case"] == 1
        assert session.execute(select(ImportedCase.cells)).scalar_one() == "{}"
    again = checked(town, who, table(FIRST))
    assert again["check"]["counts"] == {"erased": 1}
    assert how_many(town) == 1


def test_a_record_of_another_office_is_known_and_answers_no_guess(town: Town) -> None:
    elsewhere = add_user(town.house, "th-shelter-phitsanulok", "case_manager")
    come_in(town, elsewhere, table(FIRST))
    found = checked(town, town.th["case_manager"], table({**FIRST, "Sex": "female"}))
    (line,) = report(town, town.th["case_manager"], found["id"]).values()
    assert (line["outcome"], line["findings"], line["case_id"]) == ("known", [], None)
    assert how_many(town) == 1


def test_rows_are_kept_no_longer_than_the_policy_says(town: Town) -> None:
    who = town.th["case_manager"]
    found = checked(town, who, table(FIRST))
    assert watching.ring(town.house) == 0
    town.clock.advance(town.house.policies.safeguards.imports.kept_for)
    assert watching.ring(town.house) == 1
    assert town.get(who, f"/imports/{found['id']}").json()["state"] == "gone"
    step_up(town, who)
    assert town.post(who, f"/imports/{found['id']}/start", {"why": WHY}).json()["code"] == "import_over"
    assert report(town, who, found["id"])[2]["outcome"] == "new", "the report stays: it holds no value"


def test_rows_that_nobody_agreed_to_are_kept_no_longer(town: Town) -> None:
    who, second = town.th["case_manager"], town.th["supervisor"]
    asked = asked_of_two(town, who, second)
    assert decide(town, second, asked["approval"]["id"], "refuse").status_code == 200
    assert watching.ring(town.house) == 1
    with reading(town.house.db) as session:
        assert session.execute(select(CaseImport.sealed, CaseImport.wrapped)).one() == (None, None)
    assert town.get(who, f"/imports/{asked['id']}").json()["state"] == "refused"
    assert how_many(town) == 0


def test_many_short_files_need_a_second_person_like_a_long_one(town: Town) -> None:
    who = town.th["case_manager"]
    rows = [{**SECOND, "No.": f"N-{number}", "Given names": "", "Age": "30"} for number in range(26)]
    both = [checked(town, who, table(*({**row, "No.": f"{of}{row['No.']}"} for row in rows))) for of in "AB"]
    # Files that were brought along long before count when they come in.
    town.clock.advance(timedelta(hours=25))
    step_up(town, who)
    started = [town.post(who, f"/imports/{each['id']}/start", {"why": WHY}) for each in both]
    assert [(each.status_code, each.json()["state"]) for each in started] == [(200, "coming_in"), (202, "waiting")]


def test_somebody_who_has_moved_on_brings_nothing_into_the_new_office(town: Town) -> None:
    who = town.th["case_manager"]
    found = checked(town, who, table(SECOND))
    with writing(town.house.db) as session:
        elsewhere = town.offices["th-shelter-phitsanulok"]
        session.execute(update(User).where(User.id == who.id).values(office_id=elsewhere))
    step_up(town, who)
    started = town.post(who, f"/imports/{found['id']}/start", {"why": WHY})
    assert started.status_code == 200, started.text
    worked(town)
    row = town.get(who, f"/imports/{found['id']}").json()["bring"]
    assert (row["state"], row["why"], how_many(town)) == ("stopped", "asker_moved", 0)


def test_no_name_stays_in_memory_for_work_that_was_stopped(town: Town) -> None:
    who = town.th["case_manager"]
    rows = [{**SECOND, "No.": f"N-{number}", "Given names": "", "Age": "30"} for number in range(15)]
    asked = bring_along(town, who, table(*rows)).json()
    jobs.work_once(town.house)
    assert town.post(who, f"/jobs/{asked['check']['id']}/cancel").json()["done"] == 10
    assert bringing._opened.cache_info().currsize == 1
    watching.ring(town.house)
    assert bringing._opened.cache_info().currsize == 0
    assert town.post(who, f"/jobs/{asked['check']['id']}/resume").status_code == 200
    worked(town)
    assert town.get(who, f"/imports/{asked['id']}").json()["state"] == "checked"
    assert bringing._opened.cache_info().currsize == 0, "nor when the trial run is over"
