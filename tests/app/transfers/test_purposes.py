"""What each purpose of a consent opens and closes, and how long an assessment of the danger may be said to hold."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.casework.move import StepRefused
from app.casework.transfers import TRANSFERS
from app.kit.errors import Invalid
from app.worker import Worker as Machine
from tests.app.exports.test_exports import ask, rows_of
from tests.app.transfers.test_transfers import OTHER, a_case, agree, asked, codes, request
from tests.factories import cases
from tests.factories.approvals import step_up
from tests.factories.forms import day
from tests.factories.staff import add_user
from tests.factories.towns import Town
from tests.inspect import reading

RISK = "assessment_holds_no_longer_than_agreed"


def add(town: Town, case_id: str, kind: str, **changes: Any) -> Any:
    return cases.add(town.house, town.th["social_worker"], case_id, kind, **changes)


def test_an_assessment_of_the_danger_holds_as_long_as_the_rules_say(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "recovering")
    with pytest.raises(StepRefused) as caught:
        add(town, case_id, "pre_return_risk", valid_until=day(town.house, 3650))
    (reason,) = caught.value.extra["refusals"]
    assert reason["code"] == RISK and day(town.house, 30) in reason["missing"]
    assert {each["id"] for each in reason["sources"]} == {"OHCHR-P11", "ACTIP-15.2"}
    add(town, case_id, "pre_return_risk", valid_until=day(town.house, 30))
    assert cases.facts_of(town.house, case_id).return_risk is not None


def test_nobody_is_asked_any_more_for_a_purpose_that_nothing_reads(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    with pytest.raises(Invalid, match="fit"):
        add(town, case_id, "consent", purpose="interview", recipient="TH")
    # What was agreed to once can still be taken back.
    add(town, case_id, "consent_withdrawal", purposes=["interview"])


def test_a_share_ends_overnight_with_its_consent(town: Town) -> None:
    there = add_user(town.house, OTHER, "case_manager")
    case_id = a_case(town)
    agree(town, case_id, valid_until=day(town.house, 1))
    matter = asked(town, case_id, "service", data_groups=["needs"])
    assert town.post(there, f"/transfers/{matter}/accept", {}).status_code == 200
    assert Machine(town.house).come_of_age() == 0
    town.clock.advance(timedelta(days=2))
    assert Machine(town.house).come_of_age() == 1
    assert Machine(town.house).come_of_age() == 0
    with reading(town.house.db) as session:
        found = session.execute(select(TRANSFERS.c.state, TRANSFERS.c.reason).where(TRANSFERS.c.id == matter)).one()
    assert tuple(found) == ("revoked", "consent_withdrawn")
    assert "transfer_ended" in {each["kind"] for each in town.get(there, "/notices").json()["items"]}


def test_a_share_with_the_police_needs_the_consent_to_it(town: Town) -> None:
    case_id = a_case(town)
    police = {"to_office": "th-police-tak", "data_groups": ["needs"]}
    agree(town, case_id, "TH")
    assert codes(request(town, case_id, "service", **police)) == {"consent_for_law_enforcement"}
    add(town, case_id, "consent", purpose="law_enforcement", recipient="th-police-tak", data_groups=["needs"])
    assert request(town, case_id, "service", **police).status_code == 201
    add(town, case_id, "consent_withdrawal", purposes=["law_enforcement"])
    with reading(town.house.db) as session:
        state = session.execute(select(TRANSFERS.c.state).where(TRANSFERS.c.case_id == case_id)).scalar_one()
    assert state == "withdrawn"


def test_a_list_for_research_holds_those_who_agreed(town: Town) -> None:
    who = town.th["supervisor"]
    yes, no, back = (cases.bring_case(town.house, town.th, "sheltered") for _ in range(3))
    for case_id in (yes, back):
        add(town, case_id, "consent", purpose="statistics", recipient="TH", data_groups=[])
    add(town, back, "consent_withdrawal", purposes=["statistics"])
    step_up(town, who)
    found = ask(town, who, purpose="research").json()
    assert (found["rows"], ask(town, who).json()["rows"]) == (1, 3), "everybody is counted, not everybody is studied"
    (row,) = rows_of(town.get(who, f"/exports/{found['id']}/file"))
    assert row["reference"] == town.get(who, f"/cases/{yes}").json()["reference"]
    # Who agrees meanwhile, or does not any more, is told by the day on which the list is taken.
    add(town, yes, "consent_withdrawal", purposes=["statistics"])
    assert rows_of(town.get(who, f"/exports/{found['id']}/file")) == [] and no
