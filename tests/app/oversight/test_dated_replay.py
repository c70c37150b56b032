"""Dated replay: every step of an old history, decided again under the policies that its entry names, goes the same way.

The entry keeps the digest of the policies of its day. So whoever still has that text (it is in the repository of the
policies) can show years later that the step was right when it was taken, whatever the rules say now.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete

import app.main
from app.access.desk import Desk
from app.casework import history, projection, records
from app.casework.facts import case_facts_from
from app.casework.forms import Entry
from app.casework.held import hold_case
from app.models.training import TrainingEntry
from app.oversight.rebuild import rebuild_facts
from policies.country import Entitlement
from policies.model import Policies
from tests.app.access.world import one_engine
from tests.factories import cases
from tests.factories.forms import form
from tests.factories.pages import browser_at
from tests.factories.towns import Town
from tests.inspect import reading, tampering
from workflows import engine
from workflows.facts import Actor, CaseFacts, SigningFacts, Situation, Today, TrainingFacts

NEGATIVE = {
    "outcome": "not_identified", "means": False, "purpose": False, "exploitation": "unknown", "finding": "no_sign",
}  # fmt: skip


@dataclass(frozen=True)
class Again:
    """One step of a history as it was taken, and what the rules say to it again."""

    step: str
    went: str
    digest: str
    answer: engine.Moved | engine.Refused

    @property
    def the_same(self) -> bool:
        """Whether it goes the same way."""
        return isinstance(self.answer, engine.Moved) and self.answer.to == self.went


def replayed(town: Town, case_id: str, texts: dict[str, Policies], forget: bool = False) -> list[Again]:
    """Every step of a case decided again from the facts before it; ``texts``: digest -> the policies to judge it by.

    forget: leave out what the entries kept of trainings.
    """
    with reading(town.house.db) as session:
        desk = town.house.system_desk(session, "TH", "replay")
        told = [json.loads(row.canonical) for row in history.entries(session, case_id)]
        if forget:
            for each in told:
                each["details"].pop("trained", None)
        return list(_steps(desk, case_id, told, texts))


def _steps(desk: Desk, case_id: str, told: list[dict[str, Any]], texts: dict[str, Policies]) -> Iterator[Again]:
    key = hold_case(desk, case_id, lock=False).key(desk)
    facts = case_facts_from(json.dumps(told[0]["details"]["facts"]))
    for said in told:
        details, happened = said["details"], datetime.fromisoformat(said["happened_at"])
        day = desk.policies.day("TH", happened)
        entry = Entry(said["actor"]["id"], said["actor"]["office"], said["actor"]["country"], day)
        if isinstance(details.get("record"), dict):
            facts = _with_record(desk, details["record"]["id"], key, facts, entry)
        if said["kind"] == "step":
            policies = texts[details["policy"]]
            situation = replace(_situation(said, facts, details["given"], policies), signing=_signed(details, day))
            answer = engine.decide(details["machine"], said["step"], situation, policies)
            yield Again(said["step"], details["to"], details["policy"], answer)
            facts = projection.after_step(facts, details["machine"], details["to"], entry)
        elif said["kind"] == "assigned":
            facts = replace(facts, case_manager=details["user"])


def _signed(details: dict[str, Any], day: date) -> SigningFacts:
    """What whoever took the step was trained in: what the entry kept of it, whatever has become of it since."""
    kept = details.get("trained", ())
    whole = (date.fromisoformat(each["valid_until"]) if each["valid_until"] else None for each in kept)
    days = zip(kept, whole, strict=True)
    found = (TrainingFacts(each["id"], each["kind"], date.fromisoformat(each["done_on"]), ends) for each, ends in days)
    return SigningFacts(tuple(found), day)


def _with_record(desk: Desk, record_id: str, key: bytes, facts: CaseFacts, entry: Entry) -> CaseFacts:
    row = records.row_by_id(desk.session, record_id)
    assert row is not None
    filled = records.check(desk.policies, row.kind, records.opened(desk, row, key), lenient=True)
    return projection.after_record(facts, row.kind, filled.form, entry)


def _situation(said: dict[str, Any], facts: CaseFacts, given: dict[str, Any], policies: Policies) -> Situation:
    who, now = said["actor"], datetime.fromisoformat(said["recorded_at"])
    actor = Actor(who["id"], frozenset(who["roles"]), who["office"], "", who["country"], who["system"])
    return Situation(actor, Today(now, policies.day("TH", now)), facts, None, given)


def changed(policies: Policies) -> Policies:
    """Years later: another authority decides, the window is a week, and a kind of place has left its list."""
    country = policies.countries["TH"]
    authority = country.competent_authority.model_copy(update={"office": "th-police-tak"})
    week = country.clocks["reconsideration"][-1].model_copy(update={"value": 7, "unit": "days"})
    after = country.model_copy(
        update={"competent_authority": authority, "clocks": {**country.clocks, "reconsideration": (week,)}}
    )
    places = policies.codes["placement_kind"]
    left = {code: each for code, each in places.codes.items() if code != "shelter_government"}
    codes = {**policies.codes, "placement_kind": places.model_copy(update={"codes": left})}
    countries = {**policies.countries, "TH": after}
    return policies.model_copy(update={"countries": countries, "codes": codes, "digest": "f" * 64})


def old_case(town: Town) -> str:
    """Somebody decided against, asked for again in the third week, and identified by somebody else."""
    house, th = town.house, town.th
    case_id = cases.bring_case(house, th, "deciding")
    no = form(house, "identification_decision", **NEGATIVE)
    cases.take(house, th["legal_officer"], case_id, "not_identify", no)
    town.clock.set(town.clock.now().replace(day=12, month=12))
    cases.take(house, th["social_worker"], case_id, "ask_reconsideration", form(house, "reconsideration_request"))
    cases.take(house, th["supervisor"], case_id, "identify", form(house, "identification_decision"))
    cases.name_manager(house, case_id, th)
    cases.take(house, th["case_manager"], case_id, "plan_return", form(house, "wish"))
    return case_id


@one_engine
def test_an_old_history_is_right_by_the_rules_of_its_day(town: Town) -> None:
    case_id, old = old_case(town), town.house.policies
    new = changed(old)
    assert new.digest != old.digest

    again = replayed(town, case_id, {old.digest: old})
    assert len(again) == 9 and {each.digest for each in again} == {old.digest}
    assert [each.step for each in again if not each.the_same] == []

    # The mutant: judged by the rules of another day, the same history would be wrong.
    judged = replayed(town, case_id, {old.digest: new})
    assert {each.step for each in judged if not each.the_same} >= {"admit", "not_identify", "identify"}


@one_engine
def test_a_training_that_is_taken_back_leaves_the_old_answer(town: Town) -> None:
    """What counted is read from the entry: no list of trainings is asked, and none need be there any more."""
    case_id, old = old_case(town), town.house.policies
    with tampering(town.house.db) as session:
        session.execute(delete(TrainingEntry))
    again = replayed(town, case_id, {old.digest: old})
    assert all(each.the_same for each in again)
    assert sum(each.step in ("not_identify", "identify") for each in again) == 2
    # The mutant: without what the entry kept, the same decision would be refused.
    bare = replayed(town, case_id, {old.digest: old}, forget=True)
    assert {each.step for each in bare if not each.the_same} == {"not_identify", "identify"}


@one_engine
def test_new_rules_leave_old_facts_alone(town: Town) -> None:
    case_id = old_case(town)
    before = cases.facts_of(town.house, case_id)
    later = replace(town.house, policies=changed(town.house.policies))
    assert rebuild_facts(later) == []
    assert cases.facts_of(later, case_id) == before


@one_engine
def test_steps_taken_later_name_the_later_rules(town: Town) -> None:
    """One case under two texts: each of its steps is judged by its own."""
    case_id, old = old_case(town), town.house.policies
    new = old.model_copy(update={"digest": "e" * 64})
    cases.take(replace(town.house, policies=new), town.th["case_manager"], case_id, "resume_recovery")
    again = replayed(town, case_id, {old.digest: old, new.digest: new})
    assert [each.digest for each in again[-2:]] == [old.digest, new.digest]
    assert all(each.the_same for each in again)


def later_text(policies: Policies, first: date) -> Policies:
    """From ``first`` on a no may be looked at again for 5 days, and the fund pays 4500 for a living; earlier as was."""
    country, last = policies.countries["TH"], first - timedelta(days=1)
    window = country.clocks["reconsideration"][-1]
    windows = (
        window.model_copy(update={"until": last}),
        window.model_copy(update={"from_": first, "value": 5, "unit": "days"}),
    )

    def dated(right: Entitlement) -> Entitlement:
        if right.code != "fund-living":
            return right
        old = right.amounts[-1]
        new = old.model_copy(update={"from_": first, "amount": 4500})
        return right.model_copy(update={"amounts": (old.model_copy(update={"until": last}), new)})

    clocks = {**country.clocks, "reconsideration": windows}
    rights = tuple(map(dated, country.entitlements))
    after = country.model_copy(update={"clocks": clocks, "entitlements": rights})
    return policies.model_copy(update={"countries": {**policies.countries, "TH": after}, "digest": "d" * 64})


def run_with(town: Town, policies: Policies) -> None:
    """The running program under another text of the policies, at both of its doors."""
    house = replace(town.house, policies=policies)
    for part in (town.app, town.app.state.api, town.app.state.html):
        app.main._share(part, house)


def decided_against(town: Town) -> str:
    case_id = cases.bring_case(town.house, town.th, "deciding")
    no = form(town.house, "identification_decision", **NEGATIVE)
    cases.take(town.house, town.th["legal_officer"], case_id, "not_identify", no)
    return case_id


def lacks(town: Town, case_id: str) -> set[str]:
    """What the program says is missing for another look, without any ground."""
    path, body = f"/cases/{case_id}/steps/ask_reconsideration", {"seen_version": cases.version_of(town.house, case_id)}
    answer = town.post(town.th["social_worker"], path, body)
    assert answer.status_code == 409, answer.text
    return {each["code"] for each in answer.json()["refusals"]}


def claimed(town: Town, case_id: str, concerns: date, units: int) -> set[str]:
    """What the program says against a claim that concerns a day; nothing when it takes the claim."""
    amount = {"units": units, "currency": "THB"}
    record = form(town.house, "fund_claim", amount=amount, concerns=concerns.isoformat(), entitlement="fund-living")
    body = {"machine": "fund_claim", "step": "submit_claim", "record": record}
    version = {"seen_version": cases.version_of(town.house, case_id)}
    answer = town.post(town.th["social_worker"], f"/cases/{case_id}/matters", body | version)
    assert answer.status_code in (201, 409), answer.text
    return {each["code"] for each in answer.json()["refusals"]} if answer.status_code == 409 else set()


@one_engine
def test_the_program_gives_an_old_case_the_old_answer_and_a_new_one_the_new(town: Town) -> None:
    """At the doors: the same question about two cases, one from before a change of the rules and one from after it."""
    old, first = town.house.policies, date(2026, 12, 1)
    denied, found = decided_against(town), cases.bring_case(town.house, town.th, "identified")
    window = "window_or_new_evidence"
    town.clock.set(town.clock.now().replace(day=13, month=12))
    before = lacks(town, denied)
    run_with(town, later_text(old, first))
    assert lacks(town, denied) == before and window not in before, "20 days on, of 30 by the old rule and 5 by the new"
    early, late = date(2026, 11, 25), date(2026, 12, 5)
    over = "claim_is_within_the_amount"
    assert over in claimed(town, found, early, 3001) and claimed(town, found, early, 3000) == set()
    assert over in claimed(town, found, late, 4501) and claimed(town, found, late, 4500) == set()
    path = f"/cases/{found}/entitlements?on="
    for day, units in ((early, 3000), (late, 4500)):
        rights = town.get(town.th["social_worker"], f"{path}{day.isoformat()}").json()["items"]
        assert [each["amount"] for each in rights if each["code"] == "fund-living"] == [units]
    reference = town.get(town.th["case_manager"], f"/cases/{found}").json()["reference"]
    browser = browser_at(town, town.th["case_manager"])
    pages = [browser.get(f"/cases/{reference}/entitlements?on={day.isoformat()}").text for day in (early, late)]
    assert [bool(re.search(r"<strong>4\W{1,9}500\W{1,9}THB", page)) for page in pages] == [False, True]

    new = decided_against(town)
    town.clock.advance(timedelta(days=6))
    assert window in lacks(town, new) and window not in lacks(town, denied)
    town.clock.advance(timedelta(days=8))
    assert window in lacks(town, denied), "34 days on the old window is over as well"
    assert rebuild_facts(town.house) == []
    assert all(each.the_same for each in replayed(town, denied, {old.digest: old}))
