"""Bad input through both doors: refused with a sentence and its source, and what was typed stays on the page.

One town for all rows: nothing of what is sent here is ever kept.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.casework.inputs import inputs_of
from app.casework.kinds import KINDS
from app.casework.posted import fields_for
from tests.app.access.browser import Browser
from tests.app.access.world import one_engine
from tests.app.shelter.houses import OTHER, ask, presumed, shelter_of, sign
from tests.factories import cases
from tests.factories.answers import PAGES
from tests.factories.forms import day, form
from tests.factories.pages import browser_at
from tests.factories.staff import Worker
from tests.factories.towns import Town
from tests.gates.case_forms import INCIDENT

ALLEGED = "Somchai Kaewkla"
ORDER = "This day lies before the day it has to follow."
AHEAD = "This day lies in the future."
OVER = "This day is over. Choose today or a later day."


@dataclass(frozen=True, slots=True)
class Bad:
    """One thing that is wrong: how each door is told of it, what both have to answer, and what the page keeps."""

    what: str
    status: int
    said: str
    source: str
    data: Callable[[], Any]
    page: Callable[[], Any]
    kept: tuple[str, ...]


def typed(town: Town, kind: str, **changes: Any) -> dict[str, Any]:
    """What a page would post for the example of a kind with ``changes``."""
    found: dict[str, Any] = {}
    for name, value in fields_for(inputs_of(KINDS[kind].form), form(town.house, kind, **changes)):
        found[name] = [*found.get(name, []), value]
    return found


def record(
    town: Town, browser: Browser, worker: Worker, case_id: str, kind: str, answers: tuple[int, str, str],
    kept: tuple[str, ...], **changes: Any,
) -> Bad:
    """A record filed through both doors."""
    status, said, source = answers

    def data() -> Any:
        body = {"record": form(town.house, kind, **changes), "seen_version": cases.version_of(town.house, case_id)}
        return town.post(worker, f"/cases/{case_id}/records/{kind}", body)

    def page() -> Any:
        path = f"/cases/{reference(town, worker, case_id)}/records/new/{kind}"
        browser.get(path)
        return browser.send(path, **typed(town, kind, **changes))

    return Bad(f"{kind}: {', '.join(changes)}", status, said, source, data, page, kept)


def reference(town: Town, worker: Worker, case_id: str) -> str:
    """The code of a case, as its worker reads it."""
    return str(town.get(worker, f"/cases/{case_id}").json()["reference"])


def records(town: Town) -> list[Bad]:
    """Days in the wrong order, days to come, and a guardian who may be one of the alleged."""
    worker, lawyer = town.th["social_worker"], town.th["legal_officer"]
    browser = browser_at(town, worker)
    child = cases.open_case(town.house, worker, child=True, age_band="15-17", identity={})
    cases.join(town.house, child, lawyer)
    assert town.post(worker, f"/cases/{child}/incident", INCIDENT).status_code == 201
    body = {"role": "recruiter", "names": [ALLEGED], "words": "Took the passports."}
    assert town.post(lawyer, f"/cases/{child}/incident/offenders", body).status_code == 201
    before, today, after = (day(town.house, days) for days in (-9, 0, 9))
    plan = {"objectives": "Kept words."}

    def bad(kind: str, answers: tuple[int, str, str], *kept: str, **changes: Any) -> Bad:
        return record(town, browser, worker, child, kind, answers, kept, **changes)

    return [
        bad("guardian_appointment", (422, ORDER, "IOM-3"), "Kept words.", guardian_name="Kept words.", until=before,
            since=today),
        bad("consent", (422, ORDER, "IOM-3"), f'value="{before[:4]}"', valid_from=today, valid_until=before),
        bad("travel_document", (422, AHEAD, "IOM-3"), "Kept words.", number="Kept words.", issued=after),
        bad("care_plan", (422, AHEAD, "IOM-3"), "Kept words.", **plan, ended_on=after),
        bad("care_plan", (422, OVER, "WM-CLOCKS"), "Kept words.", **plan, review_on=before),
        bad("best_interests", (422, OVER, "WM-CLOCKS"), f'value="{before[:4]}"', review_on=before),
        bad("monitoring_visit", (422, OVER, "WM-CLOCKS"), "Kept words.", note="Kept words.", next_visit=before),
        bad("shelter_leave", (422, OVER, "WM-CLOCKS"), "Kept words.", note="Kept words.", back_on=before),
        bad("guardian_appointment", (409, "alleged", "WM-SAFETY"), ALLEGED, guardian_name=ALLEGED),
    ]  # fmt: skip


def courts(town: Town) -> list[Bad]:
    """A hearing, and a look at what protects the person, on a day that is over."""
    lawyer, manager = town.th["legal_officer"], town.th["case_manager"]
    case_id, before = cases.bring_case(town.house, town.th, "identified"), day(town.house, -400)

    def row(who: Worker, step: str, kind: str, of: str, kept: str, **changes: Any) -> Bad:
        browser, said = browser_at(town, who), {kept: "Kept words.", **changes}

        def data() -> Any:
            body = {"seen_version": cases.version_of(town.house, case_id), "record": form(town.house, kind, **said)}
            return town.post(who, f"/cases/{case_id}/matters/{of}/steps/{step}", body)

        def page() -> Any:
            path = f"/cases/{reference(town, who, case_id)}/matters/{of}/steps/{step}"
            browser.get(path)
            return browser.send(path, **typed(town, kind, **said))

        return Bad(f"{kind}: {', '.join(changes)}", 422, OVER, "WM-CLOCKS", data, page, ("Kept words.",))

    def begun(who: Worker, step: str, kind: str, of: str | None = None) -> str:
        return str(cases.take(town.house, who, case_id, step, form(town.house, kind), matter_id=of).matter_id)

    trial = begun(lawyer, "open_proceeding", "proceeding")
    begun(lawyer, "explain_limits", "secrecy_limits", trial)
    threat = begun(manager, "report_threat", "threat_report")
    begun(manager, "assess_threat", "threat_assessment", threat)
    return [
        row(lawyer, "set_hearing", "hearing", trial, "support", hearing_on=before),
        row(manager, "protect_person", "protection_measures", threat, "words", review_on=before),
    ]


def money(town: Town) -> Bad:
    """More than the policy gives."""
    worker = town.th["social_worker"]
    case_id, browser = cases.bring_case(town.house, town.th, "identified"), browser_at(town, worker)
    much = {"amount": {"units": 4000, "currency": "THB"}}

    def data() -> Any:
        body = {
            "machine": "fund_claim", "step": "submit_claim", "seen_version": cases.version_of(town.house, case_id),
            "record": form(town.house, "fund_claim", **much),
        }  # fmt: skip
        return town.post(worker, f"/cases/{case_id}/matters", body)

    def page() -> Any:
        path = f"/cases/{reference(town, worker, case_id)}/steps/fund_claim/submit_claim"
        browser.get(path)
        return browser.send(path, **typed(town, "fund_claim", **much))

    said = "4000 THB is more than the 3000 THB"
    return Bad("over the cap", 409, said, "OHCHR-G4.4", data, page, ('value="4000"', "first month outside"))


def ages(town: Town) -> list[Bad]:
    """A birth that contradicts the age."""
    worker = town.th["social_worker"]
    browser = browser_at(town, worker)
    young = str(town.clock.now().year - 12)

    def row(age: str, said: str) -> Bad:
        def data() -> Any:
            body = {
                "source": "police", "child": age != "18+", "age_band": age, "sex": "F", "nationality": "MM",
                "language": "my", "identity": {"birth_year": int(young)},
            }  # fmt: skip
            return town.post(worker, "/cases", body)

        def page() -> Any:
            for path in ("/cases/new", "/cases/new/consent"):
                browser.get(path)
                assert browser.send(path, **PAGES[path]).status_code == 303
            browser.get("/cases/new/known")
            return browser.send("/cases/new/known", **{**PAGES["/cases/new/known"], "age": age, "birth_year": young})

        return Bad(f"born {young}, {age}", 422, said, "UNICEF-AGE", data, page, ("Thiri Zarni", f'value="{young}"'))

    return [
        row("18+", "is under 18 and counts as a child"), row("15-17", "is of another age group"),
    ]  # fmt: skip


def beds(town: Town) -> list[Bad]:
    """A bed for another sex, for another age, and in a house that is closed."""
    worker, house = town.th["social_worker"], shelter_of(town)
    browser = browser_at(town, worker)
    group = house.group()
    woman = presumed(town)

    def close() -> None:
        change = {"sex": "F", "ages": "adult", "beds": 2, "closed_reason": "repair"}
        seen = {"seen_version": house.group()["version"]}
        assert town.post(house.manager, f"{house.path}/beds/{group['id']}", change | seen).status_code == 200

    def row(what: str, said: str, case_id: str, before: Callable[[], None] = lambda: None) -> Bad:
        def data() -> Any:
            before()
            return ask(town, case_id)

        def page() -> Any:
            path = f"/cases/{reference(town, worker, case_id)}/beds"
            browser.get(path)
            return browser.send(path, shelter=OTHER, need="none", urgency="tonight", family="")

        kept = (f'value="{OTHER}" checked', 'value="tonight" checked')
        return Bad(what, 409, said, "OHCHR-G6.1", data, page, kept)

    return [
        row("bed of the other sex", "No bed there is kept for a person of this sex.", presumed(town, sex="M")),
        row("bed of the other age", "No bed there is kept for this age.", presumed(town, child=True, age_band="15-17")),
        row("closed shelter", "The beds that would fit are closed.", woman, close),
    ]


def places(town: Town) -> list[Bad]:
    """A shelter nobody named, one that nobody signed for, and a bed that does not fit any more."""
    worker, house = town.th["social_worker"], shelter_of(town, "th-shelter-pathum-thani")
    browser = browser_at(town, worker)
    unsigned, held = presumed(town), presumed(town)
    asked = ask(town, held, "th-shelter-pathum-thani")
    assert house.confirm(asked.json()["id"]).status_code == 200
    sign(town, held, "th-shelter-pathum-thani")
    group = house.group()
    for_men = {"sex": "M", "ages": "adult", "beds": 2, "seen_version": group["version"]}
    assert town.post(house.manager, f"{house.path}/beds/{group['id']}", for_men).status_code == 200

    def row(case_id: str, said: str, source: str, **changes: Any) -> Bad:
        changes = {"place": "Kept words.", **changes}

        def data() -> Any:
            body = {"seen_version": cases.version_of(town.house, case_id)}
            body["record"] = form(town.house, "placement", **changes)
            return town.post(worker, f"/cases/{case_id}/steps/admit", body)

        def page() -> Any:
            path = f"/cases/{reference(town, worker, case_id)}/steps/care/admit"
            browser.get(path)
            return browser.send(path, **typed(town, "placement", **changes))

        return Bad(f"placement: {said}", 409, said, source, data, page, ("Kept words.",))

    return [
        row(unsigned, "It is not said which shelter this is.", "OHCHR-G6.1", no_beds_here=False),
        row(unsigned, "The person has not signed the admission to", "OHCHR-G6.2", place_kind="shelter_ngo"),
        row(held, "it is kept for another sex", "OHCHR-G6.1", shelter="th-shelter-pathum-thani"),
    ]


@one_engine
def test_bad_input_is_refused_with_sentence_and_source_and_the_form_is_kept(town: Town) -> None:
    for bad in (*records(town), *courts(town), money(town), *ages(town), *beds(town), *places(town)):
        answer = bad.data()
        assert answer.status_code == bad.status, (bad.what, answer.text)
        told = answer.json()
        rules = told.get("refusals") or told["errors"]
        sentences = [f"{each.get('missing', '')} {each.get('sentence', '')}" for each in rules]
        assert any(bad.said in each for each in sentences), (bad.what, sentences)
        sources = {each.get("source") for each in rules}
        sources |= {one["id"] for each in rules for one in each.get("sources", ())}
        assert bad.source in sources, (bad.what, sources)
        shown = bad.page()
        text = html.unescape(shown.text)
        assert shown.status_code == bad.status, (bad.what, text)
        assert bad.said in text and f'href="/guidelines/{bad.source}"' in text, (bad.what, text)
        for kept in bad.kept:
            assert kept in text, (bad.what, kept)
        assert browser_link_works(town, bad.source)


def browser_link_works(town: Town, source: str) -> bool:
    """Whether the page that the refusal leads to is there."""
    return bool(browser_at(town, town.th["social_worker"]).get(f"/guidelines/{source}").status_code == 200)
