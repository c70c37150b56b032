"""Sources, roles and the loaded whole: what may be cited, who may do what, and that nothing changes it."""

from __future__ import annotations

import copy as copying
import pickle

import pytest
from pydantic import ValidationError

from policies.model import (
    FieldGroup,
    Policies,
    Scope,
    Strength,
)
from workflows.engine import MACHINES

COUNTRIES = ("TH", "MM", "LA", "KH", "VN", "CN")
NO_EXCEPTION = ("G2.6", "G2.7", "G4.8", "G6.1", "G6.2", "G6.3", "G8.1", "G8.3", "G8.4")


# --- sources


def test_principles_are_hard_and_guidelines_allow_exceptions_but_for_nine(policies: Policies) -> None:
    for name, source in policies.sources.items():
        if name.startswith(("OHCHR-P", "ACTIP-1", "PALERMO-", "COE-")):
            assert source.strength is Strength.HARD, name
        if name.startswith("OHCHR-G"):
            hard = name.removeprefix("OHCHR-") in NO_EXCEPTION
            assert (source.strength is Strength.HARD) == hard, name


def test_every_source_that_a_rule_cites_exists(policies: Policies) -> None:
    cited = {
        source for spec in MACHINES.values() for step in spec.steps for each in step.guards for source in each.sources
    }
    assert cited <= set(policies.sources)


def test_a_guard_may_be_set_aside_only_if_all_its_sources_allow_it(policies: Policies) -> None:
    assert policies.overridable(["OHCHR-G5.9"])
    assert not policies.overridable(["OHCHR-G5.9", "OHCHR-P8"])
    assert not policies.overridable([])
    with pytest.raises(KeyError, match="no source 'OHCHR-P99'"):
        policies.overridable(["OHCHR-P99"])


def test_the_asean_convention_does_not_bind_china_and_the_european_one_nobody(policies: Policies) -> None:
    assert policies.source("ACTIP-15.3").binds_in("MM")
    assert not policies.source("ACTIP-15.3").binds_in("CN")
    assert policies.source("PALERMO-8").binds_in("CN")
    assert not any(policies.source("COE-13").binds_in(each) for each in COUNTRIES)


def test_asks_are_short_sentences(policies: Policies) -> None:
    for name, source in policies.sources.items():
        assert source.asks.rstrip().endswith("."), name
        assert len(source.asks) <= 240, name


# --- roles


def test_every_step_can_be_taken_by_somebody(policies: Policies) -> None:
    held = {permission for role in policies.roles.values() for permission in role.permissions}
    assert held == set(policies.permissions)
    for spec in MACHINES.values():
        for step in spec.steps:
            assert step.permission in held, f"{spec.name}.{step.name}"


def test_machine_room_and_analysts_never_see_a_case(policies: Policies) -> None:
    for role in ("administrator", "analyst"):
        assert not policies.roles[role].field_groups
        for permission in ("case:read", "record:read", "record:write", "identity:reveal", "timeline:read"):
            assert not policies.scope_for([role], permission)


def test_the_auditor_sees_what_was_done_and_nobody_s_name(policies: Policies) -> None:
    assert policies.scope_for(["auditor"], "timeline:read") == {Scope.COUNTRY}
    assert policies.scope_for(["auditor"], "audit:read") == {Scope.COUNTRY}
    for permission in ("identity:reveal", "record:read"):
        assert not policies.scope_for(["auditor"], permission)


def test_alleged_offenders_are_read_by_law_and_by_whoever_freed_people(policies: Policies) -> None:
    seen = {name for name, role in policies.roles.items() if FieldGroup.OFFENDERS in role.field_groups}
    assert seen == {"legal_officer", "first_responder"}


def test_only_the_legal_officer_sees_cooperation(policies: Policies) -> None:
    seeing = [name for name, role in policies.roles.items() if FieldGroup.COOPERATION in role.field_groups]
    assert seeing == ["legal_officer"]


def test_nobody_who_writes_a_draft_approves_except_the_focal_point(policies: Policies) -> None:
    both = {
        name for name, role in policies.roles.items() if {"referral:draft", "referral:approve"} <= set(role.permissions)
    }
    assert both == {"national_focal_point"}


def test_every_role_can_look_after_its_own_account(policies: Policies) -> None:
    for name in policies.roles:
        assert policies.scope_for([name], "account:self") == {Scope.OWN}, name


DAYS = {
    "social_worker": (
        "case:create",
        "case:read",
        "record:write",
        "consent:record",
        "task:work",
        "identification:screen",
        "care:admit",
        "care:plan",
        "care:move",
        "referral:read",
        "referral:draft",
        "referral:trace",
        "workflow:read",
    ),
    "border_focal_point": (
        "task:read",
        "referral:read",
        "referral:answer",
        "referral:schedule",
        "referral:handover",
        "referral:receive",
        "identity:reveal",
        "consent:record",
        "directory:read",
    ),
    "supervisor": (
        "case:read",
        "case:assign",
        "timeline:read",
        "attempt:read",
        "audit:read",
        "referral:approve",
        "override:grant",
        "statistics:read",
        "task:read",
    ),
}


@pytest.mark.parametrize("role", DAYS)
def test_the_three_people_of_the_design_can_do_their_day(policies: Policies, role: str) -> None:
    for permission in DAYS[role]:
        assert policies.scope_for([role], permission), permission


def test_border_officers_reach_only_referrals_they_are_party_to(policies: Policies) -> None:
    role = policies.roles["border_focal_point"]
    for permission, scope in role.permissions.items():
        if permission.startswith(("referral:", "identity:", "consent:")):
            assert scope is Scope.PARTY, permission
    assert "case:read" not in role.permissions
    assert "record:read" not in role.permissions


def test_roles_add_up_and_an_unknown_permission_is_a_mistake(policies: Policies) -> None:
    both = ["social_worker", "supervisor"]
    assert policies.scope_for(both, "case:read") == {Scope.ASSIGNED, Scope.OFFICE}
    assert policies.groups_for(both) > policies.groups_for(["supervisor"])
    assert policies.scope_for(["a role of the past"], "case:read") == frozenset()
    assert policies.groups_for([]) == frozenset()
    with pytest.raises(KeyError, match="declares no permission"):
        policies.scope_for(both, "case:burn")


def test_who_is_given_a_task_may_do_it(policies: Policies) -> None:
    """The role named in a task holds `task:work`, else nobody could close it."""
    for spec in MACHINES.values():
        for step in spec.steps:
            for effect in step.effects:
                role = getattr(effect, "role", None)
                if role is not None:
                    assert policies.scope_for([role], "task:work"), f"{spec.name}.{step.name}: {role}"


# --- the loaded whole


def test_policies_cannot_be_changed_in_memory(policies: Policies) -> None:
    with pytest.raises(ValidationError):
        policies.digest = "0"  # type: ignore[misc]
    with pytest.raises(TypeError, match="read-only"):
        policies.sources["X"] = policies.source("OHCHR-P1")
    with pytest.raises(TypeError, match="read-only"):
        policies.roles["analyst"].permissions.update({"case:read": Scope.COUNTRY})


def test_policies_can_be_copied_and_sent_to_another_process(policies: Policies) -> None:
    assert copying.deepcopy(policies) == policies
    assert pickle.loads(pickle.dumps(policies)) == policies
    assert Policies.model_validate(policies.model_dump()) == policies
