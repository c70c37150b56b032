"""One of our cases as a record of HTCDS 2.0, and exactly what of it the standard has no place for. Pure."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from app.casework.facts import plain
from app.casework.fieldgroups import FACTS_BY_GROUP
from app.exports.told import Sent, Told, all_points
from app.standards.htcds.book import Book
from app.standards.htcds.cells import read_cell
from app.standards.htcds.rows import Row, Value, rows_of
from policies.model import FieldGroup, Policies
from policies.standards import ListMap, Standard
from workflows.facts import CaseFacts

__all__ = ["OURS", "STANDARD", "Carried", "record_of"]

STANDARD: Final = "htcds-2.0"
OURS: Final = "htcds-ours"  # the mapping
# Facts of ours that a field of the standard says, wholly or in part.
SAID: Final = frozenset(
    {
        "country", "office", "identification", "care", "opened_on", "child", "sex", "nationality", "exploitation",
        "language",
        "screening", "decision", "care_plan", "reintegration_plan", "case_manager", "closure", "deceased",
        "referral_state", "open_referrals", "negative_on", "exploited_in",
        # In a column of our own beside the standard.
        "age_band",
    }
)  # fmt: skip
# In words of one's own a name can stand anywhere, so they leave only where who the person is may leave.
_OWN_WORDS: Final = frozenset({"spl_Objectives", "spl_ActionPlan"})
_NAMES: Final = {
    "given_names": "prs_FirstName", "family_name": "prs_SecondName", "birth_date": "prs_Birthdate",
    "phone": "prs_MobilePhone",
}  # fmt: skip
EXPLOITATION: Final = "Exploitation"
MOVED: Final = "MigrationOrChangeOfLocation"


@dataclass(frozen=True, slots=True)
class Carried:
    """The rows of one record; ``left``: what of the case -> how often the standard has no place for it."""

    rows: tuple[Row, ...]
    left: Counter[str] = field(default_factory=Counter)


class _Making:
    """One record while it is made."""

    def __init__(self, told: Told, policies: Policies) -> None:
        self.told, self.policies = told, policies
        self.standard: Standard = policies.standards[STANDARD]
        self.lists: Mapping[str, ListMap] = policies.standard_maps[OURS].views[STANDARD].lists
        self.values: dict[str, Value] = {}
        self.several: dict[str, list[dict[str, Value]]] = {}
        self.left: Counter[str] = Counter()
        self._book = Book(self.standard, "json")

    def may(self, name: str) -> bool:
        """Whether the reader may see such a field at all."""
        return self.standard.fields[name].group in self.told.reader

    def put(self, name: str, value: Value | None, into: dict[str, Value] | None = None) -> None:
        """Write a value that the reader may see and the standard allows; anything else is left, and counted."""
        if value is None or value == () or not self.may(name):
            return
        cell = read_cell(self._book, name, value)
        if cell.rule or cell.value is None:
            self.left[f"{name}: a value that the standard does not allow"] += 1
            return
        (self.values if into is None else into)[name] = cell.value

    def coded(self, list_name: str, code: str | None, of: str | None = None) -> str | None:
        """The name of the standard for a code of ours; None where it has none, which is counted."""
        if not code:
            return None
        table = self.lists[list_name]
        entry = self.policies.code(of or table.ours, code)
        name = (entry.htcds if entry is not None else None) or next(iter(table.forth.get(code, ())), None)
        if name is None and code not in ("unknown", "U"):
            self.left[f"{of or table.ours}: {code}"] += 1
        elif name is not None and name == "Other" and code != "Other":
            self.left[f"{of or table.ours}: {code}, written as Other"] += 1
        return name


def record_of(told: Told, policies: Policies) -> Carried:
    """The record of one case.

    Possible, actual or no victim follows from where identification stands. con_Consent is TRUE only if all seven points
    were explained; without all seven no name, contact or address is written, whoever asks. The day of an incoming
    referral is that of its acceptance. The second and further plans and referrals stand in rows of their own.
    """
    making = _Making(told, policies)
    facts = told.facts
    _person(making, facts)
    _victim(making, facts)
    _case(making, facts)
    _referrals(making)
    _plans(making)
    _left(making, facts)
    beside = {"x_waymark_stage_of_care": facts.care, "x_waymark_age_band": facts.age_band}
    rows = rows_of(making.standard, told.reference, making.values, making.several, {}, beside)
    return Carried(rows, making.left)


def _person(making: _Making, facts: CaseFacts) -> None:
    points = making.policies.codes["interview_point"].codes
    explained = all_points(facts, tuple(points))
    if (
        FieldGroup.NARRATIVE in making.told.reader
        and facts.screening is not None
        and facts.screening.points is not None
    ):
        making.put("con_Consent", explained)
    making.put("prs_Gender", making.coded("gender", facts.sex))
    making.put("prs_PrimaryLanguage", making.coded("language", facts.language))
    if FieldGroup.RISK in making.told.reader and facts.deceased:
        making.put("prs_Deceased", True)
    if facts.nationality == "unknown":
        pass
    elif len(facts.nationality) == 2:
        making.put("prs_Citizenship", (facts.nationality,))
    else:
        making.left[f"nationality: {facts.nationality}"] += 1
    if not explained:
        # htcds.md 9.4: whatever else was agreed.
        return
    who = making.told.identity
    for ours, name in _NAMES.items():
        said = who.get(ours)
        making.put(name, "".join(each for each in said if each not in " -().") if said and ours == "phone" else said)
    if who.get("other_names"):
        making.put("prs_MiddleName", ", ".join(who["other_names"]))
    for ours in sorted(set(who) - set(_NAMES) - {"other_names"}):
        making.left[f"identity: {ours}"] += 1


def _victim(making: _Making, facts: CaseFacts) -> None:
    making.put("vic_TraffickingStatus", making.coded("trafficking_status", facts.identification))
    decided = making.told.bodies.get("identification_decision", {})
    making.put("vic_TraffickingStatusDecisionMakingOrg", making.coded("decision_making_org", decided.get("decided_by")))
    exploitation = making.coded("exploitation", facts.exploitation)
    making.put("vic_TypeOfExploitation", (exploitation,) if exploitation else None)
    if len(facts.exploited_in) == 2:
        # Where it was is an event of its own in the standard; of what happened there we keep no facts.
        event: dict[str, Value] = {}
        making.put("hte_Type", EXPLOITATION, event)
        making.put("hte_Country", facts.exploited_in, event)
        making.several["event"] = [event]


def _case(making: _Making, facts: CaseFacts) -> None:
    closed = facts.closure if facts.care == "closed" else None
    if closed is not None:
        status = making.coded("case_status", closed.reason, of="closure_reason")
        making.put("cas_Status", status or making.coded("case_status", facts.care))
        # The label of the code; what was added in words stays here.
        if FieldGroup.FACTS in making.told.reader:
            making.values["cas_ReasonForCaseClosure"] = making.policies.label("closure_reason", closed.reason)
    else:
        making.put("cas_Status", making.coded("case_status", facts.care))
    # An account, not a name: who it is stays in the program.
    making.put("cas_CaseOwner", facts.case_manager or making.told.office)
    making.put("org_Name", making.told.office)


def _referrals(making: _Making) -> None:
    incoming = [each for each in making.told.referrals if each.side == "receiver"]
    if incoming:
        last = incoming[-1]
        making.put("cas_ReferringOrganisation", last.other_country)
        making.put("cas_ReasonForIncomingReferral", MOVED)
        making.put("cas_IncomingReferralDate", _day(last.accepted_on))
        if len(incoming) > 1:
            making.left["incoming referrals: all but the last"] += len(incoming) - 1
    sent = [each for each in making.told.referrals if each.side == "sender" and each.sent_on is not None]
    making.several["outgoing"] = [_outgoing(making, each) for each in sent]


def _outgoing(making: _Making, sent: Sent) -> dict[str, Value]:
    values: dict[str, Value] = {}
    making.put("cas_ReferredOrganisation", sent.other_country, values)
    making.put("cas_ReasonForOutgoingReferral", MOVED, values)
    making.put("cas_OutgoingReferralDate", _day(sent.sent_on), values)
    return values


def _plans(making: _Making) -> None:
    """A row for each part of life that the care plan names, and one for the plan of reintegration."""
    care = making.told.bodies.get("care_plan")
    plans: list[dict[str, Value]] = []
    if care is not None:
        goals = care.get("goals") or ()
        for part in list(dict.fromkeys(each.get("part_of_life") for each in goals)) or [None]:
            of_part = [str(each["what"]) for each in goals if each.get("part_of_life") == part]
            plans.append(_plan(making, care, part, of_part))
    back = making.told.bodies.get("reintegration_plan")
    if back is not None:
        plans.append(_plan(making, back, None, []))
    making.several["plan"] = plans


def _plan(making: _Making, body: Mapping[str, Any], part: str | None, actions: list[str]) -> dict[str, Value]:
    values: dict[str, Value] = {}
    making.put("spl_Type", making.coded("plan_type", part), values)
    making.put("spl_PlannedEndDate", body.get("planned_end"), values)
    making.put("spl_ActualEndDate", body.get("ended_on"), values)
    words = {"spl_Objectives": body.get("objectives"), "spl_ActionPlan": "\n".join(actions) or None}
    for name, text in words.items():
        assert name in _OWN_WORDS
        if making.told.identity:
            making.put(name, text, values)
        elif text and making.may(name):
            making.left[f"{name}: own words, which leave only with the name"] += 1
    return values


def _left(making: _Making, facts: CaseFacts) -> None:
    """Count every fact that says something, that the reader may see, and that no field of the standard says."""
    seen = {name for group in making.told.reader for name in FACTS_BY_GROUP.get(group, ())}
    for name in _speaking(facts):
        if name in seen and name not in SAID:
            making.left[f"fact: {name}"] += 1


def _speaking(facts: CaseFacts) -> Iterator[str]:
    for each in dataclasses.fields(facts):
        value = getattr(facts, each.name)
        default = each.default if each.default is not dataclasses.MISSING else None
        if value != default and plain(value) not in (None, "", [], {}, False, 0):
            yield each.name


def _day(day: Any) -> str | None:
    return None if day is None else day.isoformat()
