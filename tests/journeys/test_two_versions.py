"""Two installations of different age: what the other cannot read is found before it is sent, or waits and is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.casework import capabilities as words
from app.casework import held as holding
from app.casework import messages, records, wire
from app.casework.forms import Kind
from app.casework.kinds import KINDS
from app.exchange import capabilities, capability_door
from app.kit.clock import SettableClock
from policies.load import load_policies
from tests.app.exchange.wire import Hand
from tests.conftest import START, Grounds
from tests.factories.pages import browser_at
from tests.gates.hostile_capabilities import signed
from tests.gates.test_hostile_letters import _Pair, a_foe, copies, counts, send
from tests.inspect import reading
from tests.journeys import paths, proof
from tests.journeys.apart import Apart, open_apart
from tests.journeys.hands import filled
from tests.journeys.proof import OUTBOX
from workflows.abroad import AbroadFacts


@pytest.fixture(params=("sqlite", "postgresql"))
def apart(request: pytest.FixtureRequest, grounds: Grounds) -> Iterator[Apart]:
    """Thailand and Myanmar, each with its own program; each has told the other what it reads."""
    with (
        grounds(request.param) as near,
        grounds(request.param) as far,
        open_apart(near, far, SettableClock(START)) as opened,
    ):
        here, there = opened.houses
        assert (capability_door.ring(here, "MM"), capability_door.ring(there, "TH")) == (1, 1)
        yield opened


def says(apart: Apart, **changes: Any) -> None:
    """Myanmar tells Thailand that it reads something else from now on."""
    here, there = apart.houses
    apart.clock.advance(timedelta(minutes=1))
    signer = there.signing.signer("MM")
    said = capabilities.own(there.policies, "MM", there.clock.now().date()) | changes
    said |= {"made": there.clock.now().isoformat(), "key": signer.key_id}
    capabilities.take_in(here, signed(said, signer))


def older(**without: str) -> dict[str, Any]:
    """What an older program says: without some of what ours does."""
    said = capabilities.own(load_policies(), "MM", START.date())
    return {name: [each for each in said[name] if each != gone] for name, gone in without.items()}


def refusals(answer: Any) -> dict[str, dict[str, Any]]:
    """Code -> refusal, of a step that was not taken."""
    assert answer.status_code == 409, answer.text
    return {each["code"]: each for each in answer.json()["refusals"]}


def test_what_the_other_side_cannot_read_is_not_sent(apart: Apart) -> None:
    case = paths.ready_to_refer(apart)
    sent = paths.draft(apart, case)
    manager = apart["th.manager"]
    says(apart, **older(messages="send"))
    before = manager.look(sent)
    (offered,) = [each for each in before["next_steps"] if each["step"] == "send"]
    assert not offered["allowed"]
    told = refusals(manager.knock(f"{sent.path}/steps/send", manager.step_body(sent, "send")))
    refusal = told["other_side_cannot_read"]
    assert "The installation of MM cannot read this yet: it lacks message send." in refusal["missing"]
    assert refusal["sources"] and refusal["who"] and refusal["mend"]
    assert manager.look(sent)["state"] == "draft"
    page = browser_at(apart, manager).get(f"/referrals/{sent.id}").text
    assert "cannot read this yet" in page
    # It is brought up to date, and says so.
    says(apart)
    crossing = paths.send(apart, case, sent)
    assert apart["mm.focal"].look(crossing.arrived)["state"] == "sent"


@pytest.mark.parametrize(
    ("change", "lacks"),
    [
        ({"protocols": [7]}, "it lacks protocol 1"),
        ({"protocols": []}, "it lacks protocol 1"),
        ({"forms": {}}, "it lacks form suggestion, version 1"),
    ],
)
def test_each_lack_is_named(apart: Apart, change: dict[str, Any], lacks: str) -> None:
    crossing = paths.offered(apart)
    here, there = apart.houses
    apart.clock.advance(timedelta(minutes=1))
    signer = here.signing.signer("TH")
    said = capabilities.own(here.policies, "TH", here.clock.now().date()) | change
    said |= {"made": here.clock.now().isoformat(), "key": signer.key_id}
    capabilities.take_in(there, signed(said, signer))
    focal = apart["mm.focal"]
    body = focal.step_body(crossing.arrived, "decline", filled(), given={"reason": "other"})
    told = refusals(focal.knock(f"{crossing.arrived.path}/steps/decline", body))
    assert lacks in told["other_side_cannot_read"]["missing"]


def test_who_has_never_said_anything_is_written_to_as_before(apart: Apart) -> None:
    apart.house.partners.sayings.keep("MM", b"")
    assert paths.offered(apart).arrived


def test_a_newer_message_waits_is_told_and_is_read_after_the_upgrade(
    apart: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = apart.houses
    case = paths.ready_to_refer(apart)
    sent = paths.draft(apart, case)
    monkeypatch.setattr(messages, "PROTOCOL", 2)
    before = counts(there)
    apart["th.manager"].take(sent, "send")
    apart.post()
    assert counts(there) == before
    with reading(here.db) as session:
        row = session.execute(select(OUTBOX).where(OUTBOX.c.done_at.is_(None))).one()
    assert (row.effect, row.last_error) == ("deliver", "newer_version")
    page = browser_at(apart, apart["th.manager"]).get(f"/referrals/{sent.id}").text
    assert "installation is older and cannot read this yet" in page
    assert apart["th.manager"].look(sent)["state"] == "sent" and apart.holders() != {}
    monkeypatch.setattr(wire, "PROTOCOL", 2)
    apart.days(1)
    apart.post()
    crossing = paths.arrived(apart, case, sent)
    assert apart["mm.focal"].look(crossing.arrived)["state"] == "sent"
    for house in apart.houses:
        proof.chains_hold(house)


def test_a_form_of_a_newer_version_is_answered_with_a_code(apart: Apart) -> None:
    crossing = paths.traced(apart)
    apart["th.manager"].record(crossing.case, "pre_return_risk")
    apart["th.manager"].take(crossing.sent, "propose_plan", filled())
    apart.post()
    here, there = apart.houses
    foe = a_foe(apart, crossing)
    before, held = counts(here), copies(here)
    body = {"record": {"kind": "reception_plan", "version": 2, "body": {"written_in": "a newer way"}}}
    status, said = send(apart.addresses["TH"], foe.honest("accept", body))
    assert (status, said["reason"], said["what"], said["reads"]) == (409, "newer_version", "reception_plan", 1)
    assert (counts(here), copies(here)) == (before, held)
    assert Hand.after(there, _Pair(crossing.shared_id), "MM").seq > 0
    # The conversation goes on with a form that is read here.
    apart["mm.focal"].take(crossing.arrived, "accept", filled())
    apart.post()
    assert apart["th.manager"].look(crossing.sent)["state"] == "accepted"


def test_a_form_is_written_in_the_newest_version_that_both_know(
    apart: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    crossing = paths.traced(apart)
    apart["th.manager"].record(crossing.case, "pre_return_risk")
    apart["th.manager"].take(crossing.sent, "propose_plan", filled())
    apart.post()
    here, there = apart.houses
    kind = KINDS["reception_plan"]
    newer = replace(
        kind, version=2, upgrades={1: lambda body: {**body, "transit_stop": body.get("transit_stop") or "none"}},
        downgrades={2: lambda body: {name: each for name, each in body.items() if name != "transit_stop"}},
    )  # fmt: skip
    monkeypatch.setitem(KINDS, "reception_plan", newer)
    words._facts.cache_clear()
    # What Thailand has said before is that it reads version 1.
    apart["mm.focal"].take(crossing.arrived, "accept", filled(transit_stop="Hpa-An"))
    with reading(there.db) as session:
        desk = there.system_desk(session, "MM")
        row = messages.last_message(desk, crossing.shared_id, "out")
        whole = session.execute(select(messages.TABLE).where(messages.TABLE.c.message_id == row.message_id)).one()
        said = messages.body_of(desk, whole, records.key_of(desk, whole.key_id))["record"]
    assert said["version"] == 1 and "transit_stop" not in said["body"]
    apart.post()
    assert apart["th.manager"].look(crossing.sent)["state"] == "accepted"
    words._facts.cache_clear()


def test_a_damaged_older_form_is_refused_and_breaks_nothing(apart: Apart, monkeypatch: pytest.MonkeyPatch) -> None:
    crossing = paths.traced(apart)
    apart["th.manager"].record(crossing.case, "pre_return_risk")
    apart["th.manager"].take(crossing.sent, "propose_plan", filled())
    apart.post()

    def strict(body: dict[str, Any]) -> dict[str, Any]:
        return {**body, "office": body["bureau"].upper()}

    newer: Kind = replace(KINDS["reception_plan"], version=2, upgrades={1: strict})
    monkeypatch.setitem(KINDS, "reception_plan", newer)
    before = counts(apart.house)
    for body in ({}, {"bureau": 7}, {"bureau": None}):
        record = {"kind": "reception_plan", "version": 1, "body": body}
        status, said = send(apart.addresses["TH"], a_foe(apart, crossing).honest("accept", {"record": record}))
        assert (status, said["reason"]) == (409, "form"), said
    assert counts(apart.house) == before


def test_an_optional_form_that_stays_empty_holds_nobody_up(apart: Apart) -> None:
    crossing = paths.offered(apart)
    here, there = apart.houses
    apart.clock.advance(timedelta(minutes=1))
    signer = here.signing.signer("TH")
    said = capabilities.own(here.policies, "TH", here.clock.now().date()) | {"forms": {}}
    said |= {"made": here.clock.now().isoformat(), "key": signer.key_id}
    capabilities.take_in(there, signed(said, signer))
    apart["mm.focal"].take(crossing.arrived, "decline", given={"reason": "other"})
    apart.post()
    assert apart["th.manager"].look(crossing.sent)["state"] == "declined"


def test_blind_sending_turns_it_red(apart: Apart, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mutant asks nobody what is read there: the step is taken, and its message moves nothing on the other side."""
    case = paths.ready_to_refer(apart)
    sent = paths.draft(apart, case)
    says(apart, **older(messages="send"))
    monkeypatch.setattr(holding, "abroad", lambda *_: AbroadFacts())
    apart["th.manager"].take(sent, "send")
    assert apart["th.manager"].look(sent)["state"] == "sent"
