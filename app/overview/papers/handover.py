"""The form that goes along to the border, filled from what both sides agreed, certified and received."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from app.access.may import referral_within_reach
from app.casework import fieldgroups
from app.casework.held import hold_referral
from app.kit.dates import day_in_both_eras
from app.kit.words import mark, say, say_as
from app.overview.papers import queries
from app.overview.papers.filled import as_said, newest, signed_by, yes_no
from app.overview.papers.paper import Paper, label
from app.overview.papers.signed import PERSON
from app.overview.papers.wanted import Wanted
from app.referrals import border
from app.referrals.schemas import HandoverOut
from app.referrals.words import country_word
from policies.model import FieldGroup
from workflows.facts import CaseFacts, TracingFacts

READ: Final = "referral:read"
# What was agreed beforehand that the officers need on the way, in the order of the form.
_AGREED: Final = {
    "time": mark("At what time?"),
    "transport": mark("Transport"),
    "person_told": mark("What the person was told"),
    "phone": mark("Phone if something goes wrong"),
    "other_phone": mark("Phone of the other side"),
}


@dataclass(frozen=True, slots=True)
class _Meeting:
    """What is recorded of the meeting as far as the actor sees it; all of it empty where nothing is recorded."""

    out: HandoverOut | None = None
    agreed: Mapping[str, Any] = field(default_factory=dict)
    traced: TracingFacts | None = None

    @property
    def given(self) -> Mapping[str, Any]:
        """What the sending officer certified."""
        return (self.out.handed_over if self.out else None) or {}

    @property
    def taken(self) -> Mapping[str, Any]:
        """What the receiving officer certified."""
        return (self.out.received if self.out else None) or {}


def handover(about: Wanted) -> Paper:
    """Which papers, medicine and things change hands, where, when and between whom; for both to tick and sign.

    What is recorded stands there; empty is what nobody has said yet, and what is done at the border itself.
    """
    desk, policies = about.desk, about.desk.policies
    made = Paper(say("Handover at the border"), about.number)
    newest_one = next(iter(queries.referrals(desk, about.held.id)), None)
    if newest_one is None:
        made.text(say("There is no referral to another country."))
        return made
    met = _met(about, newest_one.id)
    corridor = policies.corridor(desk.actor.country, newest_one.other_country)
    made.facts(
        (
            (say("Between"), country_word(policies, desk.actor.country)),
            (say("And"), country_word(policies, newest_one.other_country)),
            *_place_and_day(met),
            (say("Child"), yes_no(about.facts.child)),
            *((say(words), str(met.agreed[name])) for name, words in _AGREED.items() if met.agreed.get(name)),
            *_escort(about),
            *as_said(policies, "handover", met.given, "onward_service"),
        )
    )
    made.heading(say("Asked again today"))
    made.ticks(
        (
            (say_as("consent", "The person wants to go, and was asked alone."), bool(met.given.get("person_agrees"))),
            (say_as("consent", "The person is well enough to travel."), bool(met.given.get("fit_to_travel"))),
        )
    )
    made.heading(say("Papers that change hands"))
    there = _papers(about, met)
    made.ticks((label(policies, "document_kind", code), code in there) for code in corridor.documents)
    made.heading(say("Medicine, money and things"))
    made.table((say("What"), say("Given"), say("Received")), _things(met))
    names = met.out
    made.lines(
        say(PERSON), say("Day and time"),
        signed_by(say("Who hands over"), _officer(met.given, names.sending_officer if names else None)),
        signed_by(say("Who receives"), _officer(met.taken, names.receiving_officer if names else None)),
        say("Guardian, for a child"),
        signed_by(say("Interpreter"), str(met.agreed.get("interpreter") or "")),
    )  # fmt: skip
    return made


def _met(about: Wanted, referral_id: str) -> _Meeting:
    desk = about.desk
    if not referral_within_reach(desk, READ, referral_id):
        return _Meeting()
    held = hold_referral(desk, referral_id, lock=False)
    forms = border.newest_forms(desk, held)
    agreed = fieldgroups.handover(desk, forms.get("handover_schedule")) or {}
    other = forms.get("handover_confirmation", {}).get("phone")
    facts = held.referral_facts
    traced = facts.tracing if facts and fieldgroups.sees(desk, *fieldgroups.FACT_GROUPS["tracing"]) else None
    return _Meeting(border.handover(desk, held), {**agreed, "other_phone": other}, traced)


def _place_and_day(met: _Meeting) -> list[tuple[str, str]]:
    """Where and when; the names of the place as both sides write them."""
    if met.out is None:
        return [(say("Border point"), ""), (say("Day"), "")]
    names = dict.fromkeys(met.out.border_point_names.values())
    on = met.out.on
    return [
        (say("Border point"), " – ".join(names) or (met.out.border_point or "")),
        (say("Day"), day_in_both_eras(on) if on else ""),
    ]


def _escort(about: Wanted) -> list[tuple[str, str]]:
    """Who goes along, as the plan that was agreed with the person says."""
    plan = newest(about, "return_plan")
    return as_said(about.desk.policies, "return_plan", plan.body, "escort") if plan else []


def _officer(signed: Mapping[str, Any], named: str | None) -> str:
    """Who signed; before that, who was named for it."""
    return str(signed.get("officer") or named or "")


def _things(met: _Meeting) -> list[list[str]]:
    """Medicine and things, one a line, with whether each was given and compared; some lines are left for more."""
    given = yes_no(True) if met.given else ""
    taken = yes_no(True) if met.taken.get("belongings_checked") else ""
    medicine = met.agreed.get("medicine")
    rows = [[str(medicine), "", ""]] if medicine else []
    rows += [[str(thing), given, taken] for thing in met.given.get("belongings") or ()]
    return [*rows, *([["", "", ""]] * (2 if rows else 5))]


def _papers(about: Wanted, met: _Meeting) -> set[str]:
    """The papers of the corridor that are there, as far as the actor sees the record that says so."""
    desk, facts = about.desk, about.facts
    seen = fieldgroups.groups_of(desk)
    found = {code for code, (group, there) in _THERE.items() if group in seen and there(facts)}
    if met.given.get("medical_summary_sealed"):
        found.add("health_summary")
    if met.traced:
        found |= {"tracing_report", "nationality_result"}
    return found


def _has(name: str) -> Any:
    def there(facts: CaseFacts) -> bool:
        return bool(getattr(facts, name))

    return there


# Paper of a corridor -> the field group of what says that it was written, and whether it was.
_THERE: Final[Mapping[str, tuple[FieldGroup, Any]]] = {
    "consent": (FieldGroup.FACTS, _has("consents")),
    "rights_notice": (FieldGroup.FACTS, _has("rights")),
    "identification_decision": (FieldGroup.LEGAL, _has("decision")),
    "risk_assessment": (FieldGroup.RISK, _has("return_risk")),
    "return_plan": (FieldGroup.NARRATIVE, _has("return_plan")),
    "travel_document": (FieldGroup.IDENTITY, _has("travel_document")),
    "best_interests": (FieldGroup.LEGAL, _has("best_interests")),
}
