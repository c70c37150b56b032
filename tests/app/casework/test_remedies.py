"""A claim for wages from its preparation to the last payment: corrections, an appeal, the return of the person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from app.access.desk import House
from app.casework import recording
from app.casework.move import StepRefused
from app.kit.errors import Invalid
from app.oversight.rebuild import rebuild_facts
from app.oversight.verify import verify_all
from tests.app.casework.test_matters import tasks
from tests.factories import cases, referrals
from tests.factories.forms import day, form
from tests.factories.houses import make_house, put_offices
from tests.factories.staff import Staff, Worker, desk_of, hire_staff
from tests.inspect import reading
from workflows.facts import MatterFacts


@pytest.fixture
def house(database: Any, clock: Any, keys: Any, signing: Any) -> Iterator[House]:
    """A house with offices over the database of each engine."""
    made = make_house(database, clock, keys, signing)
    put_offices(made)
    yield made


class Claim:
    """One claim of a case, moved by its legal officer."""

    def __init__(self, house: House, staff: Staff, case_id: str, **prepared: Any) -> None:
        self.house, self.case_id, self.worker = house, case_id, staff["legal_officer"]
        self.records: list[str] = []
        self.id: str | None = None
        made = self.take("prepare_remedy", "remedy_preparation", **prepared)
        self.id = made.matter_id

    def take(self, step: str, kind: str | None = None, **changes: Any) -> Any:
        """Take a step with its form."""
        record = form(self.house, kind, **changes) if kind else None
        done = cases.take(self.house, self.worker, self.case_id, step, record, matter_id=self.id)
        self.records += [done.record_id] if done.record_id else []
        return done

    def pay(self, units: int, **changes: Any) -> Any:
        """Record a payment in baht."""
        return self.take("pay_remedy", "remedy_payment", paid={"units": units, "currency": "THB"}, **changes)

    def award(self, units: int, **changes: Any) -> Any:
        """Record an award in baht."""
        return self.take("award_remedy", "remedy_award", awarded={"units": units, "currency": "THB"}, **changes)

    def refused(self, *codes: str, **said: Any) -> None:
        """A step is refused by exactly these guards and changes nothing."""
        before = self.facts
        with pytest.raises(StepRefused) as refused:
            self.take(**said)
        assert sorted(each["code"] for each in refused.value.extra["refusals"]) == sorted(codes)
        assert self.facts == before

    def correct(self, record_id: str, kind: str, **changes: Any) -> None:
        """Correct a form of the claim."""
        with desk_of(self.house, self.worker) as desk:
            seen = cases.version_of(self.house, self.case_id)
            recording.add_record(
                desk, self.case_id, kind, form(self.house, kind, **changes), seen, corrects=record_id
            )

    @property
    def facts(self) -> MatterFacts:
        """What is stored of it now."""
        found = cases.facts_of(self.house, self.case_id).matter(self.id or "")
        assert found is not None
        return found

    def stands(self) -> tuple[str, int | None, int | None, int | None]:
        """State, awarded, paid, outstanding."""
        return self.facts.state, self.facts.amount, self.facts.paid, self.facts.outstanding


def baht(units: int) -> dict[str, Any]:
    return {"units": units, "currency": "THB"}


def claim_of(house: House, **filed: Any) -> tuple[Claim, Staff]:
    """A claim that is filed, of somebody in recovery."""
    staff = hire_staff(house)
    claim = Claim(house, staff, cases.bring_case(house, staff, "recovering"))
    claim.take("file_remedy", "remedy_filing", **filed)
    return claim, staff


def close(house: House, worker: Worker, case_id: str) -> set[str]:
    """The codes by which closing the case is refused."""
    with pytest.raises(StepRefused) as refused:
        cases.take(house, worker, case_id, "close", form(house, "closure"))
    return {each["code"] for each in refused.value.extra["refusals"]}


def test_payments_in_part_add_up_and_the_last_one_ends_the_claim(house: House, clock: Any) -> None:
    claim, staff = claim_of(house)
    clock.advance(timedelta(days=3))
    claim.refused("claim_has_one_currency", step="award_remedy", kind="remedy_award",
                  awarded={"units": 60000, "currency": "USD"})  # fmt: skip
    claim.refused("days_of_the_claim_fit", step="award_remedy", kind="remedy_award", decided_on=day(house, -5))
    claim.refused("days_of_the_claim_fit", step="award_remedy", kind="remedy_award", decided_on=day(house, 1))
    claim.award(60000)
    assert claim.stands() == ("awarded", 60000, None, 60000) and claim.facts.claimed == 90000
    assert tasks(house, claim.case_id, claim.id) == {
        "file_remedy": "done", "follow_remedy": "done", "collect_remedy": "open",
    }  # fmt: skip
    clock.advance(timedelta(days=30))
    claim.refused("payment_reached_the_person", step="pay_remedy", kind="remedy_payment", reached_person=False)
    claim.refused("days_of_the_claim_fit", step="pay_remedy", kind="remedy_payment", paid_on=day(house, -31))
    claim.refused("payments_are_within_the_award", step="pay_remedy", kind="remedy_payment", paid=baht(60001))
    with pytest.raises(Invalid):
        claim.pay(0)
    claim.pay(20000, paid_on=day(house, -2))
    # Payments may be told in any order.
    claim.pay(10000, paid_on=day(house, -9))
    assert claim.stands() == ("paying", 60000, 30000, 30000) and claim.facts.is_open
    assert {"no_matter_is_open", "nothing_legal_is_open"} <= close(house, staff["case_manager"], claim.case_id)
    claim.refused("payments_are_within_the_award", step="pay_remedy", kind="remedy_payment", paid=baht(30001))
    claim.pay(30000)
    assert claim.stands() == ("paid", 60000, 60000, 0) and claim.facts.ended_on is not None
    assert tasks(house, claim.case_id, claim.id)["collect_remedy"] == "done"
    assert not {"no_matter_is_open", "nothing_legal_is_open"} & close(house, staff["case_manager"], claim.case_id)
    assert rebuild_facts(house) == []
    with reading(house.db) as session:
        assert verify_all(session).fault is None


def test_a_corrected_payment_changes_the_sum_and_never_breaks_it(house: House, clock: Any) -> None:
    claim, _ = claim_of(house)
    claim.award(60000)
    claim.pay(10000)
    first = claim.records[-1]
    claim.pay(50000)
    assert claim.stands() == ("paid", 60000, 60000, 0)
    for wrong in ({"paid": baht(10001)}, {"paid": {"units": 10, "currency": "USD"}}, {"paid_on": day(house, -40)}):
        with pytest.raises(StepRefused):
            claim.correct(first, "remedy_payment", **({"paid": baht(10000)} | wrong))
    assert claim.stands() == ("paid", 60000, 60000, 0)
    # A figure too many had been written: the claim was never paid in full, and is open again by itself.
    claim.correct(first, "remedy_payment", paid=baht(1000))
    assert claim.stands() == ("paying", 60000, 51000, 9000) and claim.facts.is_open
    assert tasks(house, claim.case_id, claim.id)["collect_remedy"] == "open"
    assert rebuild_facts(house) == []
    claim.correct(first, "remedy_payment", paid=baht(10000))
    assert claim.stands() == ("paid", 60000, 60000, 0)
    assert tasks(house, claim.case_id, claim.id)["collect_remedy"] == "done"
    claim.correct(first, "remedy_payment", paid=baht(1000))
    claim.pay(9000)
    assert claim.stands() == ("paid", 60000, 60000, 0)
    assert rebuild_facts(house) == []


def test_an_appeal_may_lower_an_award_but_not_below_what_was_paid(house: House, clock: Any) -> None:
    claim, _ = claim_of(house, claimed=None)
    claim.award(60000)
    claim.pay(20000)
    claim.take("appeal_remedy", "remedy_appeal", appealed_by="other_side")
    claim.refused("payments_are_within_the_award", step="refuse_remedy", kind="remedy_refusal")
    claim.refused("payments_are_within_the_award", step="award_remedy", kind="remedy_award", awarded=baht(19999))
    claim.award(20000)
    assert claim.stands() == ("paid", 20000, 20000, 0)
    assert tasks(house, claim.case_id, claim.id)["collect_remedy"] == "done"
    assert rebuild_facts(house) == []


def test_a_refused_claim_waits_for_the_persons_word(house: House, clock: Any) -> None:
    claim, _ = claim_of(house)
    claim.take("refuse_remedy", "remedy_refusal")
    assert claim.stands() == ("refused", None, None, None) and claim.facts.due is not None
    assert tasks(house, claim.case_id, claim.id)["weigh_appeal"] == "open"
    claim.refused("end_of_claim_is_explained", step="stop_remedy", kind="remedy_end", reasons=None)
    claim.refused("end_of_claim_is_explained", step="stop_remedy", kind="remedy_end", person_told=False)
    claim.take("stop_remedy", "remedy_end", end="refused_finally", reasons=None)
    assert claim.facts.state == "stopped" and "end.refused_finally" in claim.facts.flags
    assert set(tasks(house, claim.case_id, claim.id).values()) == {"done"}


def test_who_does_not_claim_loses_nothing_else(house: House, clock: Any) -> None:
    staff = hire_staff(house)
    case_id = cases.bring_case(house, staff, "recovering")
    before = cases.facts_of(house, case_id)
    claim = Claim(house, staff, case_id, person_says="undecided")
    claim.refused("claim_is_wanted", step="file_remedy", kind="remedy_filing", person_agrees=False)
    claim.take("decline_remedy")
    after = cases.facts_of(house, case_id)
    assert claim.facts.state == "declined" and not claim.facts.is_open
    assert before.matters == () and len(after.matters) == 1
    assert (after.care, after.identification, after.rights) == (before.care, before.identification, before.rights)
    # The word can be changed any day.
    Claim(house, staff, case_id).take("file_remedy", "remedy_filing")


def test_a_child_does_not_speak_alone(house: House, clock: Any) -> None:
    staff = hire_staff(house)
    case_id = cases.bring_case(house, staff, "recovering", child=True, age_band="15-17")
    claim = Claim(house, staff, case_id)
    claim.refused("child_is_represented", step="file_remedy", kind="remedy_filing", representative="themself")
    claim.take("file_remedy", "remedy_filing", representative="guardian")


def test_a_claim_is_paid_after_the_person_has_gone_home(house: House, clock: Any) -> None:
    here, there = hire_staff(house), hire_staff(house, "MM")
    pair = referrals.bring_referral(house, here, there, "handover_scheduled")
    claim = Claim(house, here, pair.case_id)
    manager = here["case_manager"]
    claim.refused("claim_is_carried_on", step="file_remedy", kind="remedy_filing", power_of_attorney="not_signed")
    with pytest.raises(StepRefused) as refused:
        cases.take(house, manager, pair.case_id, "depart")
    assert [each["code"] for each in refused.value.extra["refusals"]] == ["claims_have_a_route"]
    claim.take("file_remedy", "remedy_filing")
    cases.take(house, manager, pair.case_id, "depart")
    claim.refused("claim_is_carried_on", step="represent_remedy", kind="remedy_representation",
                  representative="themself")  # fmt: skip
    referrals.take(house, here["border_focal_point"], pair.sent_from, "sign_handover", form(house, "handover"))
    referrals.post(house)
    referrals.take(house, there["border_focal_point"], pair.arrived, "sign_receipt", form(house, "receipt"))
    referrals.post(house)
    assert cases.facts_of(house, pair.case_id).care == "handed_over"
    clock.advance(timedelta(days=60))
    claim.award(60000)
    assert {"no_matter_is_open", "nothing_legal_is_open"} <= close(house, manager, pair.case_id)
    claim.pay(60000, channel="through_partner")
    assert claim.stands() == ("paid", 60000, 60000, 0)
    assert cases.facts_of(house, pair.case_id).care == "handed_over"
    assert rebuild_facts(house) == []


def test_claims_that_an_older_record_only_counts_stay_counted_until_they_are_opened(house: House, clock: Any) -> None:
    staff = hire_staff(house)
    worker = staff["legal_officer"]
    case_id = cases.bring_case(house, staff, "recovering")
    cases.add(house, worker, case_id, "legal_status", open_claims=2, cross_border_route=False)
    clock.advance(timedelta(days=2))
    claim = Claim(house, staff, case_id)
    claim.take("decline_remedy")
    # A newer record that counts none says nothing of those.
    clock.advance(timedelta(days=2))
    cases.add(house, worker, case_id, "legal_status")
    assert "nothing_legal_is_open" in close(house, staff["case_manager"], case_id)
    Claim(house, staff, case_id).take("decline_remedy")
    assert "nothing_legal_is_open" not in close(house, staff["case_manager"], case_id)
    assert rebuild_facts(house) == []
