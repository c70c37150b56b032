"""Who the person is for the law, what it gives them on a day, and how much of it is left: table by table."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from policies.country import Country, DatedAmount, Entitlement
from policies.model import Policies
from tests.workflows.situations import LATELY, TODAY, case, ready, with_case, with_matter
from workflows.engine import Moved, Refused, decide
from workflows.entitlements import approved_units, most_units, paid_units, persons_of, rights_of
from workflows.facts import CaseFacts, MatterFacts, NoticeFacts, Situation

ON = date(2026, 3, 2)
CHANGE = date(2026, 7, 1)


def at(country: str, **facts: Any) -> CaseFacts:
    return replace(case(), **{"country": country, "source": "police", **facts})


@pytest.mark.parametrize(
    ("country", "facts", "persons"),
    [
        ("TH", {}, ["identified"]),
        ("TH", {"nationality": "TH"}, ["identified"]),
        ("TH", {"nationality": "TH", "source": "other_country"}, ["returning_national"]),
        ("TH", {"nationality": "TH", "care": "awaiting_arrival"}, ["returning_national"]),
        ("TH", {"identification": "deciding"}, ["presumed"]),
        ("VN", {}, ["foreign"]),
        ("VN", {"nationality": "unknown"}, ["foreign"]),
        ("VN", {"nationality": "VN", "source": "other_country"}, ["identified"]),
        ("VN", {"nationality": "stateless"}, ["identified"]),
        ("VN", {"identification": "presumed"}, ["presumed"]),
        ("VN", {"identification": "presumed", "nationality": "VN", "care": "awaiting_arrival"}, ["presumed_abroad"]),
        ("VN", {"identification": "reported", "child": True, "accompanies": True}, ["accompanying_child"]),
        ("VN", {"identification": "reported", "child": False, "accompanies": True}, []),
        ("VN", {"identification": "not_identified"}, []),
    ],
)
def test_who_the_person_is(country: str, facts: dict[str, Any], persons: list[str], policies: Policies) -> None:
    assert list(persons_of(at(country, **facts), policies.countries[country])) == persons


@pytest.mark.parametrize(
    ("country", "facts", "on", "count"),
    [
        # Article 37 of the law of Viet Nam: a-k, a-h, a-d, a-g, and six letters for foreign persons; not a day before.
        ("VN", {"nationality": "VN"}, ON, 10),
        ("VN", {"identification": "reported", "child": True, "accompanies": True}, ON, 8),
        ("VN", {"identification": "presumed", "nationality": "VN", "care": "awaiting_arrival"}, ON, 4),
        ("VN", {"identification": "presumed"}, ON, 7),
        ("VN", {}, ON, 6),
        ("VN", {}, date(2025, 6, 30), 0),
        # In Thailand formal identification opens them; a returning national gets the way home and not the way out.
        ("TH", {}, ON, 14),
        ("TH", {"nationality": "TH", "source": "other_country"}, ON, 10),
        ("TH", {"identification": "presumed"}, ON, 0),
        ("MM", {}, ON, 0),
    ],
)
def test_how_much_the_law_gives(
    country: str, facts: dict[str, Any], on: date, count: int, policies: Policies
) -> None:
    assert len(rights_of(at(country, **facts), policies.countries[country], on)) == count


def test_help_that_was_declined_takes_only_what_the_policy_says(policies: Policies) -> None:
    no = at("TH", rights=NoticeFacts(LATELY, True, True, "declined"))
    lost = {each.entitlement.code for each in rights_of(no, policies.countries["TH"], ON) if each.declined}
    assert lost == {"shelter-and-care", "stay-and-work"}


@pytest.mark.parametrize(
    ("code", "claim", "others", "most"),
    [
        ("fund-living", {}, [], 3000),
        ("fund-living", {}, [{"amount": 3000}], 3000),
        ("fund-medical", {}, [], 30000),
        ("fund-goods", {}, [], 3000),
        ("fund-therapy", {}, [], 20000),
        ("fund-therapy", {}, [{"amount": 15000}], 5000),
        ("fund-therapy", {}, [{"amount": 15000, "state": "withdrawn"}], 20000),
        ("fund-therapy", {}, [{"amount": 15000, "state": "declined"}], 20000),
        ("fund-therapy", {}, [{"amount": 15000, "paid": 12000, "state": "paid"}], 8000),
        ("fund-therapy", {}, [{"amount": 15000, "state": "approved", "about": "fund-medical"}], 20000),
        ("fund-unable-to-work", {"days": 30}, [], 9000),
        ("fund-unable-to-work", {"days": 365}, [], 109500),
        ("fund-unable-to-work", {}, [], None),
        ("fund-housing", {}, [], None),
        ("fund-education", {}, [], None),
        ("fund-legal", {}, [], None),
        ("fund-return", {}, [], None),
    ],
)
def test_the_most_of_each_entitlement_of_the_fund(
    code: str, claim: dict[str, Any], others: list[dict[str, Any]], most: int | None, policies: Policies
) -> None:
    right = next(each for each in policies.countries["TH"].entitlements if each.code == code)
    asked = MatterFacts("this", "fund_claim", "", ON, ON, about=code, concerns=ON, **claim)
    taken = tuple(
        replace(asked, **{"id": f"other-{at_}", "state": "submitted", **each}) for at_, each in enumerate(others)
    )
    assert most_units(replace(case(), matters=(*taken, asked)), right, asked) == most


def test_what_the_fund_pays_is_what_practice_5_says(policies: Policies) -> None:
    paid = {each.code for each in policies.countries["TH"].entitlements if each.fund}
    assert paid == {
        "fund-living", "fund-medical", "fund-therapy", "fund-unable-to-work", "fund-goods", "fund-housing",
        "fund-education", "fund-legal", "fund-return", "fund-return-to-thailand",
    }  # fmt: skip
    assert policies.countries["TH"].fund_currencies == {"THB"}
    assert not any(each.fund for each in policies.countries["VN"].entitlements)


def raised(policies: Policies, code: str, units: int, country: str = "TH", **more: Any) -> Policies:
    """The same policies, with another amount of one entitlement from `CHANGE` on."""

    def change(right: Entitlement) -> Entitlement:
        if right.code != code:
            return right
        old = right.amounts[-1]
        first = DatedAmount.model_validate({**old.model_dump(by_alias=True), "until": date(2026, 6, 30)})
        then = DatedAmount.model_validate({**old.model_dump(by_alias=True), "from": CHANGE, "amount": units, **more})
        return right.model_copy(update={"amounts": (*right.amounts[:-1], first, then)})

    before = policies.countries[country]
    changed: Country = before.model_copy(update={"entitlements": tuple(map(change, before.entitlements))})
    return policies.model_copy(update={"countries": {**policies.countries, country: changed}})


# Country, code -> its note, from which day, how much (None: it is not said), per what, whether that is a cap, for whom.
Row = tuple[str, date, int | None, str, bool, str]
EVERYBODY = "identified accompanying_child presumed_abroad presumed foreign"
VIETNAM, THAILAND = date(2025, 7, 1), date(2019, 1, 31)
ROWS: dict[tuple[str, str], Row] = {
    ("VN", "needs"): ("Letter a.", VIETNAM, None, "case", True, EVERYBODY),
    ("VN", "medical"): ("Letter b.", VIETNAM, None, "case", True, EVERYBODY),
    ("VN", "interpreting"): ("Letter c.", VIETNAM, None, "case", True, EVERYBODY),
    ("VN", "legal-information"): ("Letter d.", VIETNAM, None, "case", True, EVERYBODY),
    ("VN", "legal-aid"): ("Letter đ.", VIETNAM, None, "case", True, "identified accompanying_child presumed foreign"),
    ("VN", "travel"): ("Letter e.", VIETNAM, None, "case", True, "identified accompanying_child presumed"),
    ("VN", "psychological"): (
        "Letter g.", VIETNAM, None, "case", True, "identified accompanying_child presumed foreign",
    ),
    ("VN", "schooling"): ("Letter h.", VIETNAM, None, "case", True, "identified accompanying_child"),
    ("VN", "vocational"): ("Letter i.", VIETNAM, None, "case", True, "identified"),
    ("VN", "allowance-and-loan"): ("Letter k", VIETNAM, None, "case", True, "identified"),
    ("TH", "fund-return-to-thailand"): ("The fund committee", THAILAND, None, "case", True, "returning_national"),
    ("TH", "witness-compensation"): ("", THAILAND, 30000, "case", True, "identified"),
    ("TH", "restitution"): ("The court decides", THAILAND, None, "case", False, "identified"),
    ("TH", "unpaid-wages"): ("Negotiated", THAILAND, None, "case", False, "identified returning_national"),
}  # fmt: skip
# Those of which a claim is checked above, and the two that are no money.
CHECKED_ABOVE = {
    "fund-living", "fund-medical", "fund-therapy", "fund-unable-to-work", "fund-goods", "fund-housing",
    "fund-education", "fund-legal", "fund-return",
}  # fmt: skip
NO_MONEY = {"shelter-and-care", "stay-and-work"}


def test_every_entitlement_has_a_row(policies: Policies) -> None:
    there = {(code, each.code) for code, country in policies.countries.items() for each in country.entitlements}
    assert there == set(ROWS) | {("TH", code) for code in CHECKED_ABOVE | NO_MONEY}


@pytest.mark.parametrize(("country", "code"), ROWS)
def test_what_an_entitlement_gives_before_and_after_a_change(country: str, code: str, policies: Policies) -> None:
    note, start, units, per, ceiling, persons = ROWS[country, code]
    right = next(each for each in policies.countries[country].entitlements if each.code == code)
    assert set(right.persons) == set(persons.split())
    (amount,) = right.amounts
    assert (amount.from_, amount.until, amount.amount, amount.per, amount.ceiling) == (start, None, units, per, ceiling)
    assert note in (amount.note or "") and right.amount(start - timedelta(days=1)) is None
    assert (amount.currency, amount.times_a_year) == ("THB" if units else None, None)

    # A later text says a sum: claims of the days before it stay what they were, those from its day on have its cap.
    says = {"ceiling": True, "currency": "THB"}
    later = raised(policies, code, 500, country, **says).countries[country]
    changed = next(each for each in later.entitlements if each.code == code)
    for day, most in ((CHANGE - timedelta(days=1), units), (CHANGE, 500)):
        claim = MatterFacts("this", "fund_claim", "", ON, ON, about=code, concerns=day)
        assert most_units(case(), changed, claim) == most
        other = replace(claim, id="other", state="closed", amount=200, paid=200)
        left = most_units(replace(case(), matters=(other, claim)), changed, claim)
        assert left == (most - 200 if most is not None else None), "what another claim took is gone"


@pytest.mark.parametrize(("country", "code"), ROWS)
def test_to_whom_an_entitlement_is_due_on_a_day(country: str, code: str, policies: Policies) -> None:
    _, start, units, *_, persons = ROWS[country, code]
    for person, facts in WHO[country].items():
        who = at(country, **facts)
        for day, due in ((start - timedelta(days=1), False), (start, True), (CHANGE, True)):
            given = {each.entitlement.code: each.amount for each in rights_of(who, policies.countries[country], day)}
            assert (code in given) == (due and person in persons.split()), f"{person} on {day}"
            assert code not in given or given[code].amount == units


# Country -> person of its law -> the facts that make somebody that person.
WHO: dict[str, dict[str, dict[str, Any]]] = {
    "TH": {
        "identified": {},
        "returning_national": {"nationality": "TH", "source": "other_country"},
        "presumed": {"identification": "presumed"},
    },
    "VN": {
        "identified": {"nationality": "VN"},
        "foreign": {},
        "presumed": {"identification": "presumed"},
        "presumed_abroad": {"identification": "presumed", "nationality": "VN", "care": "awaiting_arrival"},
        "accompanying_child": {"identification": "reported", "child": True, "accompanies": True},
    },
}


@pytest.mark.parametrize(("code", "times"), [("fund-living", 3), ("fund-medical", 3), ("fund-goods", 3)])
def test_how_often_in_a_year(code: str, times: int, policies: Policies) -> None:
    claim = with_matter(ready("fund_claim", "submit_claim"), about=code, amount=100, claimed=100)
    assert claim.matter is not None
    for taken, lacks in ((times - 1, []), (times, ["claim_is_within_the_times"])):
        others = tuple(replace(claim.matter, id=f"other-{at_}", state="closed") for at_ in range(taken))
        assert codes(decide("fund_claim", "submit_claim", with_case(claim, matters=others), policies)) == lacks


def long_identified(step: str) -> Situation:
    """A claim of somebody who was identified before every day that these claims concern."""
    claim = ready("fund_claim", step)
    assert claim.case is not None and claim.case.decision is not None
    return with_case(claim, decision=replace(claim.case.decision, on=date(2017, 1, 1)))


@pytest.mark.parametrize(
    ("concerns", "fits"),
    [(LATELY, True), (LATELY - timedelta(days=1), False), (date(2020, 1, 1), False)],
)
def test_no_day_is_paid_before_the_person_has_the_right(concerns: date, fits: bool, policies: Policies) -> None:
    answer = decide("fund_claim", "submit_claim", with_matter(ready("fund_claim", "submit_claim"), concerns=concerns),
                    policies)  # fmt: skip
    assert codes(answer) == ([] if fits else ["claim_is_the_person_s_right"])


def test_a_right_of_the_presumed_begins_with_the_presumption(policies: Policies) -> None:
    # Viet Nam gives some of it from presumption on: the decision does not take away the days before it.
    identified = at("VN", nationality="VN")
    for each in rights_of(identified, policies.countries["VN"], TODAY):
        early = "presumed" in each.entitlement.persons
        assert each.since == (identified.presumed_on if early else LATELY), each.entitlement.code


@pytest.mark.parametrize(
    ("concerns", "units", "fits"),
    [
        (date(2026, 6, 30), 3000, True), (date(2026, 6, 30), 3001, False),
        (CHANGE, 4500, True), (CHANGE, 4501, False), (date(2018, 1, 1), 1, False),
    ],
)  # fmt: skip
def test_the_amount_of_the_day_that_the_claim_concerns(
    concerns: date, units: int, fits: bool, policies: Policies
) -> None:
    later = raised(policies, "fund-living", 4500)
    claim = with_matter(long_identified("submit_claim"), concerns=concerns, amount=units, claimed=units)
    answer = decide("fund_claim", "submit_claim", claim, later)
    assert isinstance(answer, Moved if fits else Refused), answer
    # Under the policy as it was, the new amount is refused by its figure and its source.
    if fits and concerns == CHANGE:
        before = decide("fund_claim", "submit_claim", claim, policies)
        assert isinstance(before, Refused)
        assert "4500 THB is more than the 3000 THB" in before.refusals[0].sentence
        assert "TH-FUND" in before.refusals[0].sentence


def test_days_on_both_sides_of_a_change_are_paid_each_at_its_own_amount(policies: Policies) -> None:
    thailand = raised(policies, "fund-unable-to-work", 400).countries["TH"]
    right = next(each for each in thailand.entitlements if each.code == "fund-unable-to-work")
    claim = MatterFacts("this", "fund_claim", "", ON, ON, about=right.code, concerns=date(2026, 6, 29), days=5)
    assert most_units(case(), right, claim) == 2 * 300 + 3 * 400


def test_times_are_counted_in_the_year_that_the_claims_concern(policies: Policies) -> None:
    claim = ready("fund_claim", "submit_claim")
    assert claim.case is not None and claim.matter is not None
    this_year, last_year = LATELY, LATELY.replace(year=LATELY.year - 1)

    def with_others(*days: date) -> Moved | Refused:
        assert claim.matter is not None and claim.case is not None
        others = tuple(
            replace(claim.matter, id=f"other-{at_}", state="closed", concerns=each) for at_, each in enumerate(days)
        )
        return decide("fund_claim", "submit_claim", with_case(claim, matters=others), policies)

    assert isinstance(with_others(this_year, this_year, last_year, last_year), Moved)
    assert isinstance(with_others(this_year, this_year, this_year), Refused)


def codes(answer: Moved | Refused) -> list[str]:
    return [each.code for each in answer.refusals] if isinstance(answer, Refused) else []


@pytest.mark.parametrize(
    ("paid", "other", "lacks"),
    [
        # 20 000 in a case. The first claim was approved for all, 5 000 did not arrive, and another took what it left.
        (5_000, {"state": "paid", "amount": 15_000, "paid": 15_000}, []),
        (5_001, {"state": "paid", "amount": 15_000, "paid": 15_000}, ["payment_is_within_the_amount"]),
        (20_000, {"state": "closed", "amount": 15_000, "paid": 15_000}, ["payment_is_within_the_amount"]),
        (20_000, {"state": "withdrawn", "amount": 15_000}, []),
    ],
)
def test_a_payment_that_failed_is_made_again_from_what_is_left(
    paid: int, other: dict[str, Any], lacks: list[str], policies: Policies
) -> None:
    again = with_matter(
        ready("fund_claim", "pay_claim"), about="fund-therapy", claimed=20_000, amount=20_000, paid=paid
    )
    assert again.case is not None and again.matter is not None
    second = replace(again.matter, **{"id": "matter-2", **other})
    answer = decide("fund_claim", "pay_claim", with_case(again, matters=(again.matter, second)), policies)
    assert codes(answer) == lacks
    if isinstance(answer, Refused):
        assert f"{paid} THB is more than the 5000 THB" in answer.refusals[0].sentence


@pytest.mark.parametrize(
    ("starts", "state", "about", "taken"),
    [
        (0, "closed", "fund-unable-to-work", "2026-03-01 to 2026-03-30"),
        (-29, "submitted", "fund-unable-to-work", "2026-03-01 to 2026-03-01"),
        (29, "returned", "fund-unable-to-work", "2026-03-30 to 2026-03-30"),
        (-30, "closed", "fund-unable-to-work", ""),
        (30, "closed", "fund-unable-to-work", ""),
        (0, "withdrawn", "fund-unable-to-work", ""),
        (0, "declined", "fund-unable-to-work", ""),
        (0, "closed", "fund-housing", ""),
    ],
)
@pytest.mark.parametrize("step", ["submit_claim", "resubmit_claim", "approve_claim"])
def test_a_day_is_claimed_once(
    step: str, starts: int, state: str, about: str, taken: str, policies: Policies
) -> None:
    first = date(2026, 3, 1)
    claim = with_matter(long_identified(step), about="fund-unable-to-work", concerns=first, days=30)
    assert claim.case is not None and claim.matter is not None
    other = replace(
        claim.matter, id="matter-2", state=state, about=about, concerns=first + timedelta(days=starts), paid=3000
    )
    answer = decide("fund_claim", step, with_case(claim, matters=(*claim.case.matters, other)), policies)
    assert codes(answer) == (["claim_days_are_free"] if taken else [])
    if isinstance(answer, Refused):
        assert f"was claimed for {taken} already" in answer.refusals[0].sentence


@pytest.mark.parametrize(("day", "made"), [(-1, True), (0, True), (1, False), (366, False)])
def test_a_payment_is_booked_on_a_day_that_has_come(day: int, made: bool, policies: Policies) -> None:
    pay = with_matter(ready("fund_claim", "pay_claim"), paid_on=TODAY + timedelta(days=day))
    assert codes(decide("fund_claim", "pay_claim", pay, policies)) == ([] if made else ["payment_was_made"])


@pytest.mark.parametrize(
    ("state", "to_pay"), [("approved", 3000), ("paid", 1000), ("closed", 0), ("withdrawn", 0), ("submitted", 0)]
)
def test_nothing_is_left_to_pay_that_no_step_could_pay(state: str, to_pay: int) -> None:
    claim = MatterFacts("this", "fund_claim", state, ON, ON, about="fund-living", amount=3000, paid=2000)
    assert approved_units(claim) - paid_units(claim) == to_pay
