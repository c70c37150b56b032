"""The standards as they are shipped: HTCDS letter by letter, our mappings dated and whole, IC-TIP empty."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from policies.model import Policies
from tests.policies.conftest import BrokenCopy

HTCDS, OURS = "htcds-2.0", "htcds-ours"
TODAY = date(2026, 11, 27)
FIELDS_OF = {"org": 10, "prs": 25, "vic": 16, "per": 3, "cas": 13, "cco": 1, "hte": 10, "spl": 5, "con": 1}
LISTS = {
    "organisation_type": 9, "gender": 6, "marital_status": 6, "education": 9, "trafficking_status": 3,
    "decision_making_org": 5, "relationship": 3, "website": 15, "method_of_recruitment": 10, "methods_of_control": 16,
    "exploitation": 11, "industry": 21, "sexual_exploitation": 4, "vulnerability": 12, "role": 15, "case_status": 4,
    "referral_reason": 3, "event_type": 3, "plan_type": 9, "country": 249, "language": 0,
}  # fmt: skip


def test_the_fields_are_those_of_the_standard(policies: Policies) -> None:
    fields = policies.standards[HTCDS].fields
    assert Counter(name.split("_")[0] for name in fields) == Counter(**FIELDS_OF)
    # 83 that the standard names in full, and one whose type is left blank.
    assert len(fields) == 84 and [name for name, each in fields.items() if each.type == "blank"] == ["per_Organisation"]
    assert (list(fields)[0], list(fields)[-1]) == ("org_Name", "con_Consent")
    core = Counter(name.split("_")[0] for name, each in fields.items() if each.core)
    assert core == Counter(prs=15, vic=11, cas=13, con=1)
    assert {name for name, each in fields.items() if each.deprecated} == {
        "vic_AgreementToManagePersonalData", "vic_Vulnerabilities", "vic_DetailsOfVulnerabilities",
    }  # fmt: skip
    # Both spellings of one word, and the wrong one of another.
    assert "per_Organisation" in fields and "vic_TraffickingStatusDecisionMakingOrg" in fields
    assert fields["vic_TraffickingStatusDecisionMakingOrg"].label.endswith("Organization")
    assert {"NonPoliceGovernmentalOrganization"} <= set(policies.standards[HTCDS].lists["decision_making_org"].codes)


def test_the_lists_are_those_of_the_standard(policies: Policies) -> None:
    lists = policies.standards[HTCDS].lists
    assert {name: len(each.codes) for name, each in lists.items()} == LISTS
    assert {name for name, each in lists.items() if each.open} == {"website"}
    assert "Unaquainted" in lists["relationship"].codes and "4Sale" in lists["website"].codes
    assert all(code == code.strip() and each.label == each.label.strip()
               for values in lists.values() for code, each in values.codes.items())  # fmt: skip


def test_our_lists_lead_there_and_back(policies: Policies) -> None:
    lists = policies.standard_maps[OURS].views[HTCDS].lists
    assert lists["gender"].ours == "sex" and set(lists["gender"].kept) == {
        "TransgenderFeminine",
        "TransgenderMasculine",
    }
    row = lists["trafficking_status"].read("PossibleVictimOfTrafficking", TODAY)
    assert row is not None and row.ours == "presumed"
    assert lists["trafficking_status"].read("PossibleVictimOfTrafficking", date(2020, 1, 1)) is None
    assert lists["language"].forth["my"] == ("mya",)


def test_what_is_ours_says_so_and_what_is_empty_says_so(policies: Policies) -> None:
    maps = policies.standard_maps
    assert {name: each.status for name, each in maps.items()} == {
        OURS: "ready",
        "ctdc": "ready",
        "ic-tip": "to_be_filled",
    }
    assert "Waymark's own mapping ctdc" in maps["ctdc"].header
    assert (
        maps["ic-tip"].header == "No IC-TIP codes: the mapping table ic-tip (0) is empty." and not maps["ic-tip"].views
    )


def test_every_code_of_ours_has_a_place_in_ctdc_or_is_named_as_unsaid(policies: Policies) -> None:
    for _view, name, table in policies.standard_maps["ctdc"].entries():
        assert {*table.forth, *table.unsaid} == set(policies.codes[table.ours].codes), name
    assert len(policies.standard_maps["ctdc"].views["synthetic"].columns) == 27


FAULTS = {
    "a list without values": (
        "  referral_reason:\n    title: Reason for a referral\n    codes:\n"
        "      AdditionalServicesRequired: Additional Services Required\n"
        "      MigrationOrChangeOfLocation: Migration or Change of Location\n      Other: Other\n",
        "  referral_reason:\n    title: Reason for a referral\n",
        "the list 'referral_reason' has no values",
    ),
    "a field with an unknown list": (
        "type: one, list: gender", "type: one, list: genders",
        "no list 'genders' below (did you mean",
    ),
    "a coded field without a list": ("type: one, list: gender", "type: one", "names none"),
    "an unknown section": ("section: consent", "section: assent", "no section 'assent'"),
    "an alias that means two things": (
        "nearest: [UsesChildren]", "nearest: [PhysicalThreats]", "'PhysicalThreats' means two things in the list"
    ),
    "an alias of two fields": (
        "aliases: [prs_First_Name]", "aliases: [prs_Second_Name]",
        "means two things in the fields",
    ),
    "a column of no field": ("- {field: cas_CaseOwner}", "- {field: cas_CaseOwners}", "no field 'cas_CaseOwners'"),
    "two columns of a field": ("- {field: cas_CaseOwner}", "- {field: prs_Salutation}", "has two columns"),
    "an unknown type": ("type: bool", "type: boolean", "'bool'"),
    "no pattern": ("pattern: '^[a-z]{3}$'", "pattern: '^[a-z{3}$'", "is no pattern"),
    "an unknown target field": ("by_name: [gender]", "by_name: [genus]", "no list 'genus'"),
    "neither kind": ("kind: fields", "kind: table", "kind is 'fields' or 'mapping'"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_the_standard_is_told_with_its_line(copy: BrokenCopy, name: str) -> None:
    old, new, says = FAULTS[name]
    copy.swap("standards/htcds-2.0.yaml", old, new)
    assert any(says in text and file == "standards/htcds-2.0.yaml" for file, _, text in copy.problems())


MAP_FAULTS = {
    "an unknown list of ours": (f"standards/{OURS}.yaml", "ours: sex", "ours: gender_of_ours", "no code list"),
    "an unknown code": (
        f"standards/{OURS}.yaml", "ours: presumed", "ours: assumed",
        "'assumed' is not in the code list",
    ),
    "a value nobody reads": (f"standards/{OURS}.yaml", "kept: [TransgenderFeminine, TransgenderMasculine]",
                             "kept: [TransgenderFeminine]", "'TransgenderMasculine' is read as 0 codes"),
    "one value, two meanings": (
        f"standards/{OURS}.yaml", "- {theirs: chi, ours: zh,", "- {theirs: zho, ours: my,", "'zho' is read twice"
    ),
    "a name the standard does not have": (
        "codes/sex.yaml", "htcds: Masculine", "htcds: Maskuline",
        "writes 'M' as 'Maskuline', which gender does not have"
    ),
    "an empty map that is ready": (
        "standards/ic-tip.yaml", "status: to_be_filled", "status: ready",
        "is ready but has no views",
    ),
    "a column that is not there": (
        "standards/ctdc.yaml", "Servitude: [isSlaveryAndPractices]", "Servitude: [isSlavery]", "no column 'isSlavery'"
    ),
    "a consent that is not there": (
        "codes/export_purpose.yaml", "consent: law_enforcement", "consent: law_enforcemnt",
        "'law_enforcemnt' is not in the code list"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MAP_FAULTS)
def test_a_fault_in_a_mapping_is_told(copy: BrokenCopy, name: str) -> None:
    file, old, new, says = MAP_FAULTS[name]
    copy.swap(file, old, new)
    assert any(says in text for _, _, text in copy.problems()), copy.problems()
