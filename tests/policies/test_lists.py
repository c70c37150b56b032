"""Entitlements, code lists, indicators, retention and reports as they are shipped."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from policies.model import Policies
from policies.reports import SmallestCell
from workflows.care import Care
from workflows.engine import MACHINES
from workflows.identification import Identification
from workflows.referral import Referral

TODAY = date(2026, 11, 23)


def test_entitlements_of_thailand_as_presented(policies: Policies) -> None:
    thailand = policies.countries["TH"]
    found = {each.code: each for each in thailand.entitled("identified", TODAY)}
    amount = found["fund-medical"].amount(TODAY)
    assert amount is not None
    assert (amount.amount, amount.currency, amount.times_a_year) == (30000, "THB", 3)
    assert found["fund-medical"].amount(date(2018, 1, 1)) is None
    assert not found["shelter-and-care"].kept_if_protection_declined
    kept = {code for code, each in found.items() if each.kept_if_protection_declined}
    assert {"fund-living", "unpaid-wages", "witness-compensation", "restitution"} <= kept


@pytest.mark.parametrize(
    ("person", "count"),
    [("identified", 10), ("accompanying_child", 8), ("presumed_abroad", 4), ("presumed", 7), ("foreign", 6)],
)
def test_entitlements_of_viet_nam_follow_article_37(policies: Policies, person: str, count: int) -> None:
    country = policies.countries["VN"]
    assert len(country.entitled(person, date(2025, 7, 1))) == count
    assert country.entitled(person, date(2025, 6, 30)) == ()


# --- codes


def test_cells_and_detention_are_marked_and_nothing_else(policies: Policies) -> None:
    places = policies.codes["placement_kind"].codes
    custodial = {code for code, entry in places.items() if entry.custodial}
    assert custodial == {"police_cell", "immigration_detention", "vagrant_house", "prison"}
    assert not any(places[code].child_suitable for code in custodial)


@pytest.mark.parametrize(
    ("name", "states"),
    [("identification_state", Identification), ("care_state", Care), ("referral_state", Referral)],
)
def test_every_state_has_a_label(policies: Policies, name: str, states: type[Care]) -> None:
    assert set(policies.codes[name].codes) == {state.value for state in states}


def test_every_code_list_that_a_step_names_exists(policies: Policies) -> None:
    named = {code for spec in MACHINES.values() for step in spec.steps for code in step.given.values() if code}
    assert named <= set(policies.codes)


def test_htcds_names_are_those_of_the_standard(policies: Policies) -> None:
    methods = {entry.htcds for entry in policies.codes["methods_of_control"].codes.values()}
    assert len(methods) == 16
    relations = {entry.htcds for entry in policies.codes["relationship_to_trafficker"].codes.values()}
    assert relations == {"Familial", "Acquainted", "Unaquainted", None}
    assert policies.code("sex", "M") is not None
    assert {entry.htcds for entry in policies.codes["sex"].codes.values()} == {
        "Feminine",
        "Masculine",
        "NonConforming",
        "NonSpecifiedUnknown",
    }


def test_an_unknown_code_is_shown_as_itself(policies: Policies) -> None:
    assert policies.knows("decline_reason", "no_capacity")
    assert not policies.knows("decline_reason", "weather")
    assert policies.label("decline_reason", "no_capacity") == "No capacity to receive"
    assert policies.label("decline_reason", "weather") == "weather (unknown code)"
    assert policies.code("decline_reason", "weather") is None
    with pytest.raises(KeyError, match="no code list 'weather'"):
        policies.knows("weather", "rain")


def test_indicator_packs(policies: Policies) -> None:
    assert len(policies.indicators["ilo-11"].indicators) == 11
    assert policies.indicators["child"].for_children
    empty = policies.indicators["commit-2016"]
    assert (empty.status, len(empty.indicators)) == ("to_be_filled", 0)


def test_retention_of_children_is_counted_from_their_eighteenth_birthday(policies: Policies) -> None:
    rule = policies.retention["case_record"]
    assert (rule.period(TODAY).value, rule.period(TODAY).after) == (10, "closed")
    assert rule.period(TODAY, child=True).after == "eighteenth_birthday"
    assert policies.retention["history"].period(TODAY).value is None


def test_reports_hide_small_cells(policies: Policies) -> None:
    assert {"th-shelters", "returns", "other-findings", "abroad", "sdg-16-2-2", "remedies"} < set(policies.reports)
    limits = {(report.smallest_cell.public, report.smallest_cell.inside) for report in policies.reports.values()}
    assert limits == {(11, 5)} and policies.smallest_cell == 11
    for public, inside in ((10, 5), (11, 4), (11, 12)):
        with pytest.raises(ValidationError):
            SmallestCell(public=public, inside=inside)
    assert SmallestCell(public=20, inside=11).public == 20
