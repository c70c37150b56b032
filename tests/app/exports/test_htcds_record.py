"""One case as an HTCDS record: the rules of the standard and of ours, case by case; no database."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.exports.htcds import record_of
from app.exports.told import Sent, Told
from app.standards.htcds.rows import nested
from policies.load import load_policies
from policies.model import FieldGroup
from workflows.facts import CaseFacts, ClosureFacts, PlacementFacts, ScreeningFacts

POLICIES = load_policies()
STANDARD = POLICIES.standards["htcds-2.0"]
POINTS = frozenset(POLICIES.codes["interview_point"].codes)
ALL = frozenset(FieldGroup)
IDENTITY = {
    "given_names": "Mya Thandar", "family_name": "Aung", "other_names": ["Noi", "Nid"], "birth_date": "1998-02-03",
    "phone": "+95 9 000 000", "place_of_origin": "Hpa-An",
}  # fmt: skip
SCREENING = ScreeningFacts(
    on=date(2026, 3, 1), screener="a", indicators=3, strong=1, reasons=True, private_place=True,
    interpreter_vetted=True, informed=True, information_given=True, points=POINTS, gender_wish="met",
)  # fmt: skip
FACTS = CaseFacts(
    country="TH", office="th-shelter-tak", identification="identified", care="recovering", opened_on=date(2026, 3, 1),
    child=False, age_band="18+", sex="F", nationality="MM", exploitation="ForcedLabour", language="my",
    screening=SCREENING, case_manager="0f8b6c1e",
)  # fmt: skip
BODIES = {
    "identification_decision": {"decided_by": "CourtOrProsecution"},
    "care_plan": {
        "objectives": "Health and wages.", "planned_end": "2026-12-01", "ended_on": None,
        "goals": [
            {"what": "Back no longer hurts.", "part_of_life": "Health"}, {"what": "Glasses.", "part_of_life": "Health"},
            {"what": "Claim wages.", "part_of_life": "Legal"}, {"what": "Learn to sew.", "part_of_life": None},
        ],
    },
    "reintegration_plan": {"objectives": "Home."},
}  # fmt: skip
NAMES = {"prs_FirstName", "prs_SecondName", "prs_MiddleName", "prs_Birthdate", "prs_MobilePhone", "prs_HomePhone"}
SENT = (
    Sent("receiver", "MM", "closed", date(2026, 1, 2), date(2026, 1, 9)),
    Sent("sender", "MM", "accepted", date(2026, 5, 1), date(2026, 5, 9)),
    Sent("sender", "LA", "acknowledged", date(2026, 6, 1), None),
    Sent("sender", "VN", "drafted"),
)


def told(facts: CaseFacts = FACTS, **more: Any) -> Told:
    return Told(**{
        "case_id": "c", "reference": "TH-2026-ABC", "facts": facts, "office": facts.office, "reader": ALL,
        "identity": IDENTITY, "bodies": BODIES, "referrals": SENT, **more,
    })  # fmt: skip


def values(case: Told) -> dict[str, Any]:
    return dict(record_of(case, POLICIES).rows[0].values)


def test_a_whole_case() -> None:
    carried = record_of(told(), POLICIES)
    record = nested(STANDARD, carried.rows)
    assert record.once == {
        "org_Name": "th-shelter-tak", "prs_FirstName": "Mya Thandar", "prs_MiddleName": "Noi, Nid",
        "prs_SecondName": "Aung",
        "prs_Birthdate": "1998-02-03", "prs_Gender": "Feminine", "prs_PrimaryLanguage": "mya",
        "prs_Citizenship": ("MM",), "prs_MobilePhone": "+959000000",
        "vic_TraffickingStatus": "ActualVictimOfTrafficking",
        "vic_TraffickingStatusDecisionMakingOrg": "CourtOrProsecution", "vic_TypeOfExploitation": ("ForcedLabour",),
        "cas_Status": "Active", "cas_CaseOwner": "0f8b6c1e", "cas_ReferringOrganisation": "MM",
        "cas_IncomingReferralDate": "2026-01-09", "cas_ReasonForIncomingReferral": "MigrationOrChangeOfLocation",
        "con_Consent": True,
    }  # fmt: skip
    assert record.several["outgoing"] == (
        {"cas_ReferredOrganisation": "MM", "cas_ReasonForOutgoingReferral": "MigrationOrChangeOfLocation",
         "cas_OutgoingReferralDate": "2026-05-01"},
        {"cas_ReferredOrganisation": "LA", "cas_ReasonForOutgoingReferral": "MigrationOrChangeOfLocation",
         "cas_OutgoingReferralDate": "2026-06-01"},
    )  # fmt: skip
    assert [plan.get("spl_Type") for plan in record.several["plan"]] == ["Health", "Legal", None, None]
    assert record.several["plan"][0]["spl_ActionPlan"] == "Back no longer hurts.\nGlasses."
    assert len(carried.rows) == 4 and {row.record for row in carried.rows} == {"TH-2026-ABC"}
    assert carried.left == Counter({"identity: place_of_origin": 1})


def test_the_country_of_exploitation_is_an_event_and_nothing_where_it_is_not_known() -> None:
    carried = record_of(told(replace(FACTS, exploited_in="TH")), POLICIES)
    assert nested(STANDARD, carried.rows).several["event"] == ({"hte_Country": "TH", "hte_Type": "Exploitation"},)
    assert "fact: exploited_in" not in carried.left
    for word in ("unknown", "stateless"):
        rows = record_of(told(replace(FACTS, exploited_in=word)), POLICIES).rows
        assert not nested(STANDARD, rows).several.get("event")


@pytest.mark.parametrize("missing", sorted(POINTS))
def test_without_one_of_the_seven_points_no_name_contact_or_address_leaves(missing: str) -> None:
    facts = replace(FACTS, screening=replace(SCREENING, points=POINTS - {missing}))
    said = values(told(facts))
    assert said["con_Consent"] is False and not NAMES & said.keys()
    assert not any(STANDARD.fields[name].group in (FieldGroup.IDENTITY, FieldGroup.CONTACT) for name in said)


@pytest.mark.parametrize("screening", [None, replace(SCREENING, points=None)])
def test_a_consent_that_nobody_asked_for_is_neither_true_nor_false(screening: ScreeningFacts | None) -> None:
    said = values(told(replace(FACTS, screening=screening)))
    assert "con_Consent" not in said and not NAMES & said.keys()


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("reported", None), ("screening", None), ("presumed", "Possible"), ("deciding", "Possible"),
        ("identified", "Actual"), ("reconsidering", "Possible"), ("screened_out", "NotA"), ("not_identified", "NotA"),
    ],
)  # fmt: skip
def test_the_status_follows_from_where_identification_stands(state: str, status: str | None) -> None:
    said = values(told(replace(FACTS, identification=state))).get("vic_TraffickingStatus")
    assert (said is None) if status is None else said == f"{status}VictimOfTrafficking"


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("reintegrated", "Closed"),
        ("handed_over", "ClosedReferred"),
        ("transferred", "ClosedReferred"),
        ("deceased", "Closed"),
    ],
)
def test_a_closed_case_says_why_in_the_words_of_the_list(reason: str, status: str) -> None:
    closed = replace(FACTS, care="closed", closure=ClosureFacts(date(2026, 9, 1), reason, True, True, False))
    said = values(told(closed))
    assert said["cas_Status"] == status
    assert said["cas_ReasonForCaseClosure"] == POLICIES.label("closure_reason", reason)


@pytest.mark.parametrize(
    ("state", "status"), [("sheltered", "Active"), ("handed_over", "FollowUp"), ("reintegrating", "FollowUp")]
)
def test_an_open_case_is_active_or_followed_up(state: str, status: str) -> None:
    assert values(told(replace(FACTS, care=state)))["cas_Status"] == status


def test_what_the_reader_may_not_see_is_not_written() -> None:
    few = told(reader=frozenset({FieldGroup.FACTS}), bodies={}, identity={})
    said = values(few)
    assert set(said) <= {name for name, each in STANDARD.fields.items() if each.group is FieldGroup.FACTS}
    assert "con_Consent" not in said and "vic_TraffickingStatusDecisionMakingOrg" not in said
    died = replace(FACTS, deceased=True)
    assert "prs_Deceased" not in values(told(died, reader=frozenset({FieldGroup.FACTS})))
    assert values(told(died))["prs_Deceased"] is True
    unseen = told(replace(FACTS, protection_risk=True), reader=frozenset({FieldGroup.FACTS}))
    assert "fact: protection_risk" not in record_of(unseen, POLICIES).left


def test_own_words_leave_only_where_the_name_may() -> None:
    carried = record_of(told(identity={}), POLICIES)
    assert not any({"spl_Objectives", "spl_ActionPlan"} & row.values.keys() for row in carried.rows)
    assert carried.left["spl_Objectives: own words, which leave only with the name"] == 4


def test_what_the_standard_cannot_say_is_left_empty_and_counted() -> None:
    facts = replace(
        FACTS, nationality="stateless", exploitation="ForcedCriminality", language="rhg", protection_risk=True,
        placement=PlacementFacts(date(2026, 3, 2), "shelter", True), death=None,
    )  # fmt: skip
    carried = record_of(told(facts), POLICIES)
    said = carried.rows[0].values
    assert "prs_Citizenship" not in said and "prs_PrimaryLanguage" not in said
    assert said["vic_TypeOfExploitation"] == ("Other",)
    assert carried.left == Counter({
        "nationality: stateless": 1, "exploitation: ForcedCriminality, written as Other": 1, "language: rhg": 1,
        "fact: placement": 1, "fact: protection_risk": 1, "identity: place_of_origin": 1,
    })  # fmt: skip


def test_unknown_is_left_empty_and_never_guessed() -> None:
    blank = CaseFacts(
        country="TH",
        office="th-shelter-tak",
        identification="reported",
        care="intake",
        opened_on=date(2026, 3, 1),
        child=True,
    )
    carried = record_of(told(blank, identity={}, bodies={}, referrals=()), POLICIES)
    assert carried.rows[0].values == {
        "org_Name": "th-shelter-tak", "prs_Gender": "NonSpecifiedUnknown", "cas_Status": "Active",
        "cas_CaseOwner": "th-shelter-tak",
    }  # fmt: skip
    assert carried.left == Counter({"identification_state: reported": 1}) and len(carried.rows) == 1


def test_every_value_we_can_write_stands_in_the_list_of_the_standard() -> None:
    lists = POLICIES.standard_maps["htcds-ours"].views["htcds-2.0"].lists
    for name, table in lists.items():
        for ours in (table.ours, *table.also):
            for code, entry in POLICIES.codes[ours].codes.items():
                theirs = [entry.htcds] if entry.htcds else table.forth.get(code, ())
                values_of = STANDARD.lists[name]
                assert all(each in values_of.codes or values_of.pattern for each in theirs), (ours, code)
