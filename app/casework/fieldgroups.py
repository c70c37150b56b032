"""The one place that cuts what a role sees: every fact, name, record, message part and entry belongs to a field group.

Doors for JSON and for pages both get what leaves here; what stands in no group is shown to nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, Final

from app.access.desk import Desk
from app.casework import identity
from app.casework.facts import plain
from app.casework.forms import Kind
from app.casework.kinds import KINDS
from app.casework.shapes import TimelineEntryOut
from app.kit.errors import Forbidden
from policies.model import FieldGroup
from workflows.disclosure import speakable
from workflows.engine import MACHINES
from workflows.facts import CaseFacts, MatterFacts, ReferralFacts

Groups = Collection[FieldGroup]

# A fact that a record gives belongs to the group of that record's kind (app/casework/kinds).
FACTS_BY_GROUP: Final[dict[FieldGroup, tuple[str, ...]]] = {
    FieldGroup.FACTS: (
        "country", "office", "identification", "care", "opened_on", "child", "age_band", "sex", "nationality",
        "exploitation", "language", "source", "presumed_on", "negative_on", "rights", "wish", "consents",
        "case_manager", "visits", "contact_lost", "closure", "overrides", "open_referrals", "referral_state",
        "receipt_signed", "support_agency", "follows_failed_return", "matters", "flags", "reopened", "closed_from",
        "reopening_agreed", "finding", "information", "data_requests", "visit_wishes",
        "exploited_in", "returned_from", "returned_on",
    ),
    FieldGroup.IDENTITY: ("travel_document",),
    FieldGroup.CONTACT: ("placement", "bed_held", "bed_used", "admission", "leave", "protected_from", "contact"),
    FieldGroup.NARRATIVE: ("screening", "screeners", "care_plan", "return_plan", "reintegration_plan"),
    FieldGroup.LEGAL: (
        "decision", "earlier_deciders", "reconsideration_grounds", "only_asked", "remedies_notice", "guardian",
        "best_interests", "best_interests_due", "legal", "legal_hold", "extension", "decision_notice", "age",
        "later_guardians", "interests", "permits", "employment",
    ),
    FieldGroup.RISK: (
        "needs", "return_risk", "asylum_claim", "missing", "deceased", "death", "protection_risk", "complicity_alleged",
        "family_complicity", "detained", "blocked_countries", "accompanies",
    ),
}  # fmt: skip
OPEN: Final = frozenset({FieldGroup.FACTS})
# What a consent covers, or why an end was asked for, says much about the person.
GUARDED: Final = frozenset({FieldGroup.LEGAL, FieldGroup.RISK})
# A fact of a referral copy is shown to those who see one of its groups.
FACT_GROUPS: Final[dict[str, frozenset[FieldGroup]]] = {
    **dict.fromkeys(
        (
            "side", "from_country", "to_country", "state", "child", "drafted_by", "approved_by", "came_from",
            "receiver_office", "identity_disclosed", "plan", "reception", "schedule", "handover", "receipt",
            "reintegration_started", "visits", "contact_lost", "custody", "unknown_codes", "heard_codes",
            "days_off",
        ),
        OPEN,
    ),
    "consents": GUARDED,
    "sender_took_back": GUARDED,
    "receiver_took_back": GUARDED,
    **dict.fromkeys(("sender_asked_erasure", "receiver_asked_erasure", "erasure_answer"), OPEN),
    "end_asked": GUARDED,
    "declined_for": GUARDED,
    **dict.fromkeys(("remedy_news", "remedy_said", "remedy_reply"), frozenset({FieldGroup.LEGAL})),
    "tracing": frozenset({FieldGroup.RISK}),
}  # fmt: skip
# Sex is a fact already; every other field belongs to the group of its part. The family is a way of contact.
_PART_GROUPS: Final = {
    "identity": FieldGroup.IDENTITY,
    "contact": FieldGroup.CONTACT,
    "family": FieldGroup.CONTACT,
    "health": FieldGroup.HEALTH,
}
IDENTITY_GROUPS: Final[dict[str, FieldGroup]] = {
    "sex": FieldGroup.FACTS,
    **{field: _PART_GROUPS[part] for part, fields in identity.PARTS.items() for field in fields},
}
# Which field group a data group from across the border belongs to; what is not named is told to nobody.
TOLD_GROUPS: Final = {
    **dict.fromkeys(
        ("needs", "age_band", "language", "nationality", "corridor_plan", "reintegration"), FieldGroup.FACTS
    ),
    "identity": FieldGroup.IDENTITY,
    "documents": FieldGroup.IDENTITY,
    "contact": FieldGroup.CONTACT,
    "family": FieldGroup.CONTACT,
    "health": FieldGroup.HEALTH,
    "risk": FieldGroup.RISK,
    "legal": FieldGroup.LEGAL,
}
# Fields of the forms of a handover that need more than the facts group.
HANDOVER_GROUPS: Final = {
    "health_summary": FieldGroup.HEALTH, "medicine": FieldGroup.HEALTH, "note": FieldGroup.NARRATIVE,
}  # fmt: skip


def groups_of(desk: Desk) -> frozenset[FieldGroup]:
    """The field groups that the actor's roles see."""
    return desk.policies.groups_for(desk.actor.roles)


def sees(desk: Desk, *wanted: FieldGroup) -> bool:
    """Whether the actor's roles see at least one of these groups."""
    return bool(groups_of(desk) & set(wanted))


def missing(desk: Desk, group: FieldGroup, what: str = "") -> Forbidden:
    """The refusal for a field group that the actor does not see, with the roles that do."""
    holders = sorted(name for name, role in desk.policies.roles.items() if group in role.field_groups)
    return Forbidden(
        f"Your roles do not see the field group {group.value}{what}.",
        code="field_group_missing",
        extra={"group": group.value, "roles": holders},
    )


def must_see(desk: Desk, group: FieldGroup) -> None:
    """Raise Forbidden (code field_group_missing) unless the actor sees ``group``."""
    if group not in groups_of(desk):
        raise missing(desk, group)


def case_facts(desk: Desk, facts: CaseFacts) -> dict[str, Any]:
    """The facts of a case as plain JSON values, cut to what the actor sees; of its matters, those of their groups."""
    groups = groups_of(desk)
    facts = replace(facts, matters=matters(desk, facts))
    names = [name for group, held in FACTS_BY_GROUP.items() if group in groups for name in held]
    return {name: plain(getattr(facts, name)) for name in names}


def matters(desk: Desk, facts: CaseFacts) -> tuple[MatterFacts, ...]:
    """The matters of a case whose machine belongs to a field group that the actor sees."""
    return tuple(each for each in facts.matters if sees_matters(desk, each.machine))


def sees_matters(desk: Desk, machine: str) -> bool:
    """Whether the actor may see the matters of this machine; a machine without a group is shown to nobody."""
    spec = MACHINES.get(machine)
    return spec is not None and spec.group is not None and spec.group in groups_of(desk)


def referral_facts(desk: Desk, facts: ReferralFacts) -> tuple[dict[str, Any], list[str]]:
    """The facts of a referral copy the actor may see as plain JSON values, and the names of those that are hidden."""
    seen = groups_of(desk)
    everything: dict[str, Any] = plain(facts)
    shown = {name: value for name, value in everything.items() if FACT_GROUPS.get(name, frozenset()) & seen}
    return shown, sorted(set(everything) - set(shown))


def person(desk: Desk, known: Mapping[str, Any]) -> dict[str, Any]:
    """Who a person is, cut to what the actor sees; a field that nobody has told is None."""
    groups = groups_of(desk)
    return {field: known.get(field) for field, group in IDENTITY_GROUPS.items() if group in groups}


def person_groups(desk: Desk) -> list[str]:
    """The field groups of an identity that the actor sees, by name: what a look at it is noted with."""
    groups = groups_of(desk)
    return sorted({group.value for field, group in IDENTITY_GROUPS.items() if group in groups and field != "sex"})


def told(desk: Desk, parts: Mapping[str, Any]) -> dict[str, Any]:
    """What another country told about a person (data group -> content), cut to what the actor sees."""
    groups = groups_of(desk)
    return {name: content for name, content in parts.items() if TOLD_GROUPS.get(name) in groups}


def handover(desk: Desk, form: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A form of a handover (its schedule, itself, its receipt), cut to what the actor sees."""
    if form is None:
        return None
    seen = groups_of(desk)
    return {name: value for name, value in form.items() if HANDOVER_GROUPS.get(name, FieldGroup.FACTS) in seen}


def sees_record(desk: Desk, kind_name: str) -> bool:
    """Whether the actor may open records of this kind; a kind that is no more is seen by nobody."""
    kind: Kind | None = KINDS.get(kind_name)
    return kind is not None and kind.group in groups_of(desk)


def entry(desk: Desk, shown: TimelineEntryOut) -> TimelineEntryOut:
    """An entry of a timeline, cut to what the actor sees.

    Why an end was asked for is told to those who see law and risk, and others read what the partner read. Who is kept
    away from the person, and why, is for those who see risk; what the person left unsaid, for those who see the record;
    in which shelter a person is, for those who see contact;
    how one of the case's matters went, for those who see that matter.
    """
    if shown.kind == "bed" and not sees(desk, FieldGroup.CONTACT):
        return shown.model_copy(update={"details": {}})
    if shown.kind == "block" and not sees(desk, FieldGroup.RISK):
        return shown.model_copy(update={"details": {}})
    of_matter = shown.details.get("machine") if "matter" in shown.details else None
    if of_matter is not None and not sees_matters(desk, of_matter):
        return shown.model_copy(update={"details": {}})
    record: Any = shown.details.get("record")
    if isinstance(record, dict) and "silent" in record and not sees_record(desk, record["kind"]):
        kept = {name: value for name, value in record.items() if name != "silent"}
        shown = shown.model_copy(update={"details": {**shown.details, "record": kept}})
    given: Any = shown.details.get("given")
    if shown.subject == "referral" and given and not sees(desk, *GUARDED):
        return shown.model_copy(update={"details": {**shown.details, "given": speakable(shown.step, given)}})
    return shown
