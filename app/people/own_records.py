"""What of each record is the person's own, and so stands on their copy: which kinds, which answers, and why not others.

Answers that were chosen, days, amounts and numbers stand there, and the person's own words. What colleagues wrote in
words of their own is left out, since nobody can tell by machine whom else it names; it can be read out at the desk.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.casework.inputs import Choice, Input, inputs_of
from app.casework.kinds import KINDS
from app.casework.offers import offered
from app.casework.told import Answer, answers
from app.kit import names
from app.kit.dates import day_in_both_eras
from app.kit.words import say, say_as
from policies.model import Policies

__all__ = ["LEFT_OUT", "OWN_WORDS", "THEIR_OWN", "Told", "told_of"]

# Kinds whose chosen answers are about the person alone.
THEIR_OWN: Final = frozenset(
    {
        "admission", "age_assessment", "best_interests", "best_interests_assessment", "care_plan", "circumstances",
        "closure", "decision_notice", "embassy_answer", "embassy_request", "employment",
        "foreign_decision", "found_report", "fund_approval", "fund_claim",
        "fund_payment", "handover", "handover_schedule", "hearing", "hearing_outcome", "identification_decision",
        "information_given", "invitation", "legal_status", "missing_report", "monitoring_visit", "nationality_inquiry",
        "needs_assessment",
        "penalty_outcome", "penalty_report", "penalty_representation", "penalty_review", "permit", "placement",
        "pre_return_risk", "proceeding", "proceeding_end", "reception_plan", "reconsideration_request", "refused_leave",
        "reintegration_plan", "release_report", "remedies_notice", "remedy_appeal", "remedy_award", "remedy_end",
        "remedy_filing", "remedy_news", "remedy_payment", "remedy_preparation", "remedy_refusal",
        "remedy_representation", "remedy_told", "reopening",
        "return_plan", "rights_notice", "screening", "secrecy_limits", "service_appointment", "service_outcome",
        "service_request", "shelter_leave", "shelter_return", "stay_extension", "travel_document", "visit_wish",
        "wish",
    }
)  # fmt: skip
# Kinds of which the copy tells only that there is one, and on which day.
_OTHERS, _OWN_PART, _HOUSE, _DANGER = "others", "own_part", "house", "danger"
LEFT_OUT: Final[Mapping[str, str]] = {
    # About relatives, guardians and officers: somebody else's data.
    **dict.fromkeys(
        ("contact_decision", "death_report", "family_tracing", "guardian_appointment", "handover_confirmation",
         "inquiry_answer", "receipt", "relative", "tracing_inquiry"), _OTHERS,
    ),
    # Told in a part of the copy of its own.
    **dict.fromkeys(("consent", "consent_withdrawal", "data_answer", "data_request"), _OWN_PART),
    # How colleagues share out their work, and what others asked of them.
    **dict.fromkeys(
        ("file_answer", "file_request", "file_review", "flag", "flag_clearance", "minutes", "override", "own_task",
         "suggestion", "transfer_request"), _HOUSE,
    ),
    # Whoever finds the paper must not learn how the person is protected, is reached, or speaks with the police.
    **dict.fromkeys(
        ("contact_rules", "cooperation", "protection_measures", "testimony_offer", "threat_assessment",
         "threat_report"), _DANGER,
    ),
}  # fmt: skip
# What somebody wrote down as the person said it: kind -> fields.
OWN_WORDS: Final[Mapping[str, frozenset[str]]] = {
    "best_interests": frozenset({"views"}),
    "best_interests_assessment": frozenset({"views"}),
    "care_plan": frozenset({"objectives", "own_view"}),
    "found_report": frozenset({"wishes"}),
    "invitation": frozenset({"words"}),
    "monitoring_visit": frozenset({"note"}),
    "pre_return_risk": frozenset({"own_assessment"}),
    "reintegration_plan": frozenset({"objectives"}),
    "remedy_told": frozenset({"words"}),
    "service_outcome": frozenset({"feedback_words"}),
    "visit_wish": frozenset({"words"}),
    "wish": frozenset({"words"}),
}
# Suspicions, and what would tell where the person lives.
_NEVER: Final[Mapping[str, frozenset[str]]] = {
    "circumstances": frozenset(
        {"complicity_alleged", "family_complicity", "blocked_countries", "protection_risk", "accompanies"}
    ),
    "missing_report": frozenset({"circumstance"}),
    "penalty_review": frozenset({"link"}),
}
_CHOSEN: Final = frozenset({"choice", "boxes", "date", "number", "amount"})
# Lists that name no office, no colleague and no place to live.
_LISTS: Final = frozenset({"country", "nationality", "language", "pack", "indicator", "fund_entitlement"})


@dataclass(frozen=True, slots=True)
class Told:
    """One answer. ``said``: as it is stored, of a list the whole; ``value``: in the words of the reader."""

    field: str
    label: str
    value: str
    said: Any


def told_of(policies: Policies, kind: str, body: Mapping[str, Any]) -> list[Told]:
    """The answers of a record that are the person's own; none of a kind that is left out."""
    if kind not in THEIR_OWN:
        return []
    asked = [each for each in inputs_of(KINDS[kind].form) if _is_own(each, kind)]
    return list(_told(policies, offered(policies, asked), body))


def _told(policies: Policies, asked: Iterable[Input], body: Mapping[str, Any]) -> Iterable[Told]:
    inputs = list(asked)
    for each, answer in zip(inputs, answers(inputs, body), strict=True):
        said = body.get(each.field)
        if said is None or said == [] or answer.silence:
            continue
        if each.look == "rows":
            rows = [row for row in each.rows if _is_chosen(row)]
            for number, row in enumerate(said, start=1):
                for one in _told(policies, rows, row):
                    label = f"{say(each.title)} {number}: {one.label}"
                    yield Told(f"{each.field}.{number}.{one.field}", label, one.value, one.said)
        else:
            yield Told(each.field, say(each.title), _words(policies, answer), said)


def _is_own(each: Input, kind: str) -> bool:
    if each.field in _NEVER.get(kind, ()):
        return False
    if each.field in OWN_WORDS.get(kind, ()):
        return True
    if each.look == "rows":
        return any(_is_chosen(row) for row in each.rows)
    return _is_chosen(each)


def _is_chosen(each: Input) -> bool:
    return each.look in _CHOSEN and (not each.source or each.source.startswith("code:") or each.source in _LISTS)


def _words(policies: Policies, answer: Answer) -> str:
    if answer.day is not None:
        return day_in_both_eras(answer.day)
    return ", ".join(_word(policies, each) for each in answer.chosen) or " ".join(answer.text.split())


def _word(policies: Policies, choice: Choice) -> str:
    if choice.proper:
        return choice.word
    if choice.code_list == "country":
        known = policies.countries.get(choice.code)
        return names.country(choice.code, known.name if known is not None else choice.code)
    if choice.code_list:
        return say_as(choice.code_list, policies.label(choice.code_list, choice.code))
    return say(choice.word)
