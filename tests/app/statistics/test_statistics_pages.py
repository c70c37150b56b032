"""Pages of figures: durations with too few hidden, tables with definition and date, files of what is shown."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

from tests.app.access.world import one_engine
from tests.factories import cases, referrals
from tests.factories.pages import browser_at
from tests.factories.towns import Town

PATHS = ("/reports/stages", "/reports/waiting", "/reports/tables", "/reports/stages.csv")


def test_durations_count_open_cases_and_hide_small_stages_from_analysts(town: Town) -> None:
    for _ in range(2):
        cases.bring_case(town.house, town.th, "recovering")
    cases.bring_case(town.house, town.th, "presumed")
    town.clock.advance(timedelta(days=40))
    page = browser_at(town, town.th["supervisor"]).get("/reports/stages")
    assert page.status_code == 200 and page.text.count("<svg") == 3, "screening, decision and the way to recovery"
    assert "Decision on identification" in page.text and 'href="/reports/late">3</a>' in page.text
    hidden = browser_at(town, town.th["analyst"]).get("/reports/stages")
    assert "Screening" not in hidden.text and "3 stages with fewer than 11 cases are hidden." in hidden.text
    assert town.looks("durations_read")


def test_a_referral_is_measured_on_both_sides_of_the_border(town: Town) -> None:
    referrals.bring_referral(town.house, town.th, town.mm, "acknowledged")
    for staff in (town.th, town.mm):
        who = staff["national_focal_point"]
        assert "Answer to a referral" in browser_at(town, who).get("/reports/stages").text


def test_the_shown_table_leaves_as_a_file_with_its_stamp(town: Town) -> None:
    cases.bring_case(town.house, town.th, "sheltered")
    year = town.clock.now().year
    browser = browser_at(town, town.th["analyst"])
    shown = browser.get("/reports/tables/th-shelters")
    for words in ("What is counted", "Counted", "not told", "A figure below 5 is not told"):
        assert words in shown.text, words
    file = browser.get(f"/reports/tables/th-shelters/file.csv?year={year}")
    assert file.headers["content-type"].startswith("text/csv") and "attachment" in file.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(file.text)))
    assert rows[0] == ["nationality", "exploitation", "age_band", "sex", "persons"]
    assert "Use: inside only" in rows[-1][0], "no release, and it says so"
    assert rows[1][-1] == "not told" and "below 5" in rows[-1][0] and rows[-2][:4] == ["all"] * 4
    book = browser.get(f"/reports/tables/th-shelters/file.xlsx?period={year}")
    assert book.headers["content-type"].endswith("spreadsheetml.sheet") and book.content[:2] == b"PK"
    whole = browser.get(f"/reports/tables/th-shelters/file.json?period={year}").json()
    assert whole["use"].startswith("inside only")
    assert (whole["unit"], whole["total"], whole["revision"]["number"]) == ("person", None, 2)
    for path in ("", "/file.csv", "/file.xlsx"):
        assert browser.get(f"/reports/tables/th-shelters{path}?period=2017-Q1").status_code == 422


@one_engine
def test_only_who_may_see_figures_sees_them(town: Town) -> None:
    worker = browser_at(town, town.th["social_worker"])
    for path in PATHS:
        assert worker.get(path).status_code == 403, path
    analyst = browser_at(town, town.th["analyst"])
    assert [analyst.get(path).status_code for path in PATHS] == [200] * len(PATHS)
    assert analyst.get("/reports/tables/nothing").status_code == 404


@one_engine
def test_what_work_waits_for_is_told_by_cause(town: Town) -> None:
    referrals.bring_referral(town.house, town.th, town.mm, "sent")
    page = browser_at(town, town.th["supervisor"]).get("/reports/waiting").text
    assert "The other country" in page and "The person&#39;s own time and choice" in page
