"""Dated replay: every step of an old history, decided again under the policies that its entry names, goes the same way.

The entry keeps the digest of the policies of its day. So whoever still has that text (it is in the repository of the
policies) can show years later that the step was right when it was taken, whatever the rules say now.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete

from app.access.desk import Desk
from app.casework import history, projection, records
from app.casework.facts import case_facts_from
from app.casework.forms import Entry
from app.casework.held import hold_case
from app.models.training import TrainingEntry
from app.oversight.rebuild import rebuild_facts
from policies.model import Policies
from tests.app.access.world import one_engine
from tests.factories import cases
from tests.factories.forms import form
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
