"""A register is brought in through pages: tried out, started, followed, stopped, and read line by line."""

from __future__ import annotations

from tests.app.imports.registers import BROKEN, FIRST, SECOND, WHY, bring_along, come_in, report, table, worked
from tests.factories.pages import browser_at
from tests.factories.towns import Town
from tests.gates.town_forms import reference_of

LIST = "/reports/imports"


def test_a_register_is_tried_out_and_comes_in(town: Town) -> None:
    who = town.th["case_manager"]
    browser = browser_at(town, who, fresh=True)
    assert f'href="{LIST}"' in browser.get("/cases").text
    browser.get(LIST)
    fields = browser.form(LIST).fields
    sent = browser.post(LIST, fields | {"mapping": "example-table", "file": table(FIRST, SECOND, BROKEN)})
    assert sent.status_code == 303, sent.text
    path = sent.headers["location"]
    assert "Being tried out" in browser.get(path).text
    worked(town)
    page = browser.get(path).text
    assert "Tried out" in page and "A case comes in: 2" in page and "Cannot come in like this: 1" in page
    lines = browser.get(f"{path}/report?stage=check").text
    assert "Line 4" in lines and "There is no such day in the calendar." in lines and "(a day)" in lines
    assert not any(word in page + lines for word in ("Zaw", "Chantha", "Somsri", "2540", "bonded"))
    browser.get(path)
    wrong = browser.post(f"{path}/start", browser.form(f"{path}/start").fields | {"why": "short"})
    assert wrong.status_code == 422 and "There is a problem" in wrong.text
    browser.get(path)
    started = browser.post(f"{path}/start", browser.form(f"{path}/start").fields | {"why": WHY})
    assert started.status_code == 303, started.text
    worked(town)
    done = browser.get(path).text
    assert "The cases are in" in done and "A case came in: 2" in done
    file = browser.get(f"{path}/report.csv?stage=bring")
    assert file.headers["content-type"].startswith("text/csv") and "Zaw" not in file.text


def test_what_is_wrong_with_a_file_is_told_with_its_columns(town: Town) -> None:
    browser = browser_at(town, town.th["case_manager"], fresh=True)
    browser.get(LIST)
    strange = table({**FIRST, "Diary": "x"}, columns=(*FIRST, "Nickname", "Age", "Diary"))
    refused = browser.post(LIST, browser.form(LIST).fields | {"mapping": "example-table", "file": strange})
    assert refused.status_code == 422 and "Diary" in refused.text
    mapping = "version: 1\ntitel: x\n"
    own = {"mapping": "", "mapping_text": mapping, "file": table(FIRST)}
    refused = browser.post(LIST, browser.form(LIST).fields | own)
    assert refused.status_code == 422 and "is not a known key" in refused.text and "titel: x" in refused.text
    assert browser.post(LIST, browser.form(LIST).fields | {"file": table(FIRST)}).status_code == 422


def test_long_work_is_followed_stopped_and_let_go_on(town: Town) -> None:
    who = town.th["case_manager"]
    job = bring_along(town, who, table(FIRST)).json()["check"]["id"]
    browser = browser_at(town, who)
    path = f"/reports/jobs/{job}"
    page = browser.get(path).text
    assert "0 of 1" in page and "Waits for its turn" in page and "data-check" in page
    assert browser.post(f"{path}/cancel", browser.form(f"{path}/cancel").fields).status_code == 303
    assert "Stopped by you" in browser.get(path).text
    assert browser.post(f"{path}/resume", browser.form(f"{path}/resume").fields).status_code == 303
    worked(town)
    assert "1 of 1" in browser.get(path).text and "Done" in browser.get("/reports/jobs").text
    assert browser_at(town, town.th["shelter_manager"]).get(path).status_code == 404


def test_the_timeline_says_from_where_a_case_came(town: Town) -> None:
    who = town.th["case_manager"]
    done = come_in(town, who, table(FIRST))
    case_id = report(town, who, done["id"], "bring")[2]["case_id"]
    page = browser_at(town, who).get(f"/cases/{reference_of(town, case_id)}/timeline").text
    assert "Came in from a file of another system" in page and "shelter-register" in page
    assert done["file_digest"] in page and "example-table, 1" in page
