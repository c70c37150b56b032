"""Screening, what was found instead of trafficking, and the information that goes with a no: through both doors."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from app.casework.forms import Entry
from app.casework.held import CASE, hold_case
from app.casework.inputs import inputs_of
from app.casework.kinds import KINDS
from app.casework.posted import fields_for
from app.casework.records import check
from app.casework.refold import case_facts
from policies.load import load_policies
from tests.app.access.world import one_engine
from tests.factories import cases
from tests.factories.forms import form
from tests.factories.pages import browser_at
from tests.factories.staff import desk_of
from tests.factories.towns import Town
from tests.inspect import reading
from workflows.facts import CaseFacts


def step(town: Town, case_id: str, name: str, record: dict[str, Any], who: str = "social_worker") -> Any:
    seen = cases.version_of(town.house, case_id)
    return town.post(town.th[who], f"/cases/{case_id}/steps/{name}", {"seen_version": seen, "record": record})


def newest(town: Town, case_id: str, kind: str) -> dict[str, Any]:
    items = town.get(town.th["social_worker"], f"/cases/{case_id}/records").json()["items"]
    found: dict[str, Any] = [each for each in items if each["kind"] == kind][-1]["body"]
    return found


def reference(town: Town, case_id: str) -> str:
    with reading(town.house.db) as session:
        return str(session.execute(select(CASE.c.reference).where(CASE.c.id == case_id)).scalar_one())


def test_a_screening_keeps_the_version_of_its_list_and_names_signs_of_it_only(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "screening")
    sign = {"code": "MAR01", "severity": "strong", "reason": "The mother was paid."}
    strange = step(town, case_id, "presume", form(town.house, "screening", indicators=[sign]))
    assert strange.status_code == 422
    (error,) = strange.json()["errors"]
    assert (error["field"], error["sentence"]) == ("record.indicators.0.code", "Choose a sign of the list you named.")
    empty = step(town, case_id, "presume", form(town.house, "screening", pack="commit-2016", indicators=[]))
    assert [each["field"] for each in empty.json()["errors"]] == ["record.pack"], "nobody has filled that list in yet"
    both = [sign, {"code": "GEN03", "severity": "weak", "reason": "A cousin answers for her."}]
    taken = step(town, case_id, "presume", form(town.house, "screening", pack="marriage", indicators=both))
    assert (taken.status_code, taken.json()["identification"]) == (200, "presumed"), taken.text
    assert newest(town, case_id, "screening")["pack_version"] == town.house.policies.indicators["marriage"].version


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"points_explained": ["agrees", "purpose"]}, "how long the data are kept was not explained"),
        ({"points_explained": None, "informed": True}, "the person was not asked whether they agree"),
        ({"gender_wish": "not_met"}, "the wish for a woman or a man was not met"),
        ({"gender_wish": None}, "nobody asked whether the person wants a woman or a man"),
        ({"interpreter_vetted": False}, "interpreter not vetted"),
    ],
)
@one_engine
def test_an_unsafe_interview_is_told_point_by_point(town: Town, changes: dict[str, Any], said: str) -> None:
    case_id = cases.bring_case(town.house, town.th, "screening")
    answer = step(town, case_id, "presume", form(town.house, "screening", **changes))
    (refusal,) = answer.json()["refusals"]
    assert refusal["code"] == "interview_was_safe" and said in refusal["missing"]
    assert "HTCDS-2.0" in {source["id"] for source in refusal["sources"]}


@one_engine
def test_who_was_asked_and_will_not_say_has_been_asked(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "screening")
    silent = form(town.house, "screening", gender_wish=None, silent={"gender_wish": "no_wish_to_answer"})
    assert step(town, case_id, "presume", silent).status_code == 200


def test_a_screening_of_the_older_form_still_folds() -> None:
    """Written before the seven points: read leniently, as a rebuild does, it says what it always said."""
    old = {**KINDS["screening"].example, "pack": "a-list-of-long-ago", "informed": True}
    for name in ("points_explained", "gender_wish"):
        del old[name]
    filled = check(load_policies(), "screening", old, lenient=True)
    entry = Entry("screener-1", "th-police-tak", "TH", date(2026, 11, 1))
    facts = CaseFacts("TH", "th-police-tak", "screening", "intake", entry.on, False)
    fold = KINDS["screening"].fold_case
    assert fold is not None
    seen = fold(facts, filled.form, entry).screening
    assert seen is not None and seen.informed and seen.points is None and seen.gender_wish is None


def test_a_no_names_what_was_found_and_the_help_that_was_offered(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "screening")
    said = form(town.house, "screening", information_given=False)
    codes = [each["code"] for each in step(town, case_id, "screen_out", said).json()["refusals"]]
    assert codes == ["information_was_given", "finding_is_named"]
    said["finding"] = "smuggled"
    refused = step(town, case_id, "screen_out", said).json()["refusals"]
    assert [each["code"] for each in refused] == ["information_was_given", "help_elsewhere_was_offered"]
    assert "Authority for asylum" in refused[1]["missing"] and "Smuggled migrant" in refused[1]["missing"]

    # The page of the refused step leads to the form that mends it.
    browser = browser_at(town, town.th["social_worker"])
    path = f"/cases/{reference(town, case_id)}"
    log = f"{path}/records/new/information_given"
    assert "Which help elsewhere was offered?" in browser.get(log).text
    posted: dict[str, Any] = {}
    body = form(town.house, "information_given", offered=["asylum_authority"])
    for name, value in fields_for(inputs_of(KINDS["information_given"].form), body):
        posted.setdefault(name, []).append(value)
    assert browser.send(log, **posted).status_code == 303
    done = step(town, case_id, "screen_out", said)
    assert (done.status_code, done.json()["identification"]) == (200, "screened_out"), done.text
    facts = done.json()["facts"]
    assert (facts["finding"], facts["information"]["offered"]) == ("smuggled", ["asylum_authority"])
    page = browser.get(path).text
    assert "Smuggled migrant" in page and "Authority for asylum" in page

    # A list and a figure of their own; nobody else's case is among them.
    other = cases.bring_case(town.house, town.th, "presumed")
    listed = town.get(town.th["social_worker"], "/cases?finding=smuggled").json()["items"]
    assert [each["id"] for each in listed] == [case_id] and other != case_id
    assert town.get(town.th["social_worker"], "/cases/count?finding=undetermined").json()["count"] == 0
    shown = browser.get("/cases?finding=smuggled").text
    assert path in shown and reference(town, other) not in shown
    assert browser.get("/cases?finding=smug").status_code == 404
    table = town.get(town.th["supervisor"], f"/statistics/other-findings?year={town.clock.now().year}").json()
    counted = [(cell["key"]["finding"], cell["count"]) for cell in table["cells"]]
    assert counted == [("smuggled", 1)]

    # Built again from the history the facts are the same.
    with desk_of(town.house, town.th["social_worker"]) as desk:
        assert case_facts(desk, hold_case(desk, case_id)) == cases.facts_of(town.house, case_id)


def test_presumed_after_all_the_finding_is_gone(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "screening")
    worker = town.th["social_worker"]
    cases.take(town.house, worker, case_id, "screen_out", form(town.house, "screening", finding="no_sign"))
    assert cases.facts_of(town.house, case_id).finding == "no_sign"
    cases.take(town.house, worker, case_id, "ask_reconsideration", form(town.house, "reconsideration_request"))
    cases.take(town.house, town.th["supervisor"], case_id, "presume_again", form(town.house, "screening"))
    assert cases.facts_of(town.house, case_id).finding is None
