"""The formal identification decision of a panel, with its findings and reasons."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationInfo, model_validator

from app.casework.forms import (
    CodeCheck,
    Coded,
    DoneOn,
    Entry,
    From,
    Kind,
    Listed,
    Long,
    OfWorker,
    RecordForm,
    Short,
    Words,
    code_only,
)
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts, DecisionFacts


class IdentificationDecision(RecordForm):
    """Practice 4.2: authority, panel, findings of act, means and purpose, reasons, and the notice given."""

    outcome: Annotated[
        Literal["identified", "not_identified"],
        Words({"identified": mark("Identified as trafficked"), "not_identified": mark("Not identified")}),
    ] = Field(title=mark("What was decided?"))
    authority: Annotated[str, Listed("office"), From("office")] = Field(title=mark("Which authority decided?"))
    by_country: Annotated[str, Field(pattern="^[A-Z]{2}$"), From("country")] = Field(
        title=mark("Of which country?"),
    )
    decided_by: Annotated[str, Coded("decision_making_org")] = Field(title=mark("What kind of body is it?"))
    panel: Annotated[tuple[Short, ...], Field(strict=False, max_length=20)] = Field(
        title=mark("Who sat on the panel?"),
        description=mark("One profession in each line, no names."),
    )
    professions: Annotated[
        tuple[Annotated[str, Coded("panel_profession")], ...] | None, Field(strict=False, max_length=20), OfWorker()
    ] = Field(default=None, title=mark("Which professions sat on it?"))
    panel_trained: Annotated[bool | None, OfWorker()] = Field(
        default=None,
        title=mark("Was everybody on the panel trained to identify trafficked persons?"),
        description=mark("With a training that had not run out on the day."),
    )
    act: bool = Field(title=mark("Act: was the person recruited, moved, kept or passed on?"))
    means: bool = Field(
        title=mark("Means: was there force, threat, deceit or abuse of a weak position?"),
        description=mark("For a child this is not needed."),
    )
    purpose: bool = Field(title=mark("Purpose: was it for exploitation?"))
    exploitation: Annotated[str, Coded("exploitation")] = Field(title=mark("Which kind of exploitation?"))
    finding: Annotated[str, Coded("other_finding"), OfWorker()] | None = Field(
        default=None, title=mark("If not identified: what did the panel find?")
    )
    reasons: Long | None = Field(default=None, title=mark("What are the reasons?"))
    notified_on: DoneOn | None = Field(default=None, title=mark("On which day was the person told?"))
    in_own_language: bool = Field(title=mark("Was the person told in a language they understand?"))

    @model_validator(mode="after")
    def _says_which_professions(self, info: ValidationInfo) -> Self:
        # Filled in now, silence means none; a record of an older form did not ask.
        if isinstance(info.context, CodeCheck) and not info.context.lenient:
            object.__setattr__(self, "professions", self.professions or ())
            object.__setattr__(self, "panel_trained", bool(self.panel_trained))
        return self


def fold(facts: CaseFacts, form: IdentificationDecision, entry: Entry) -> CaseFacts:
    """Who decided is who records it; the outcome moves nothing by itself, the step does."""
    made = DecisionFacts(
        on=entry.on, outcome=form.outcome, authority=code_only(form.authority), by_country=form.by_country,
        decider=entry.actor, panel=len(form.panel), reasons=bool(form.reasons), act=form.act, means=form.means,
        purpose=form.purpose, notified_on=form.notified_on, in_own_language=form.in_own_language,
        professions=None if form.professions is None else frozenset(form.professions), hands=entry.hands,
        panel_trained=form.panel_trained,
    )
    found = None if form.outcome == "identified" else form.finding or facts.finding
    return replace(facts, decision=made, exploitation=form.exploitation, finding=found)


KIND = Kind(
    "identification_decision", "Identification decision", FieldGroup.LEGAL, IdentificationDecision,
    {
        "outcome": "identified", "authority": "th-mdt", "by_country": "TH",
        "decided_by": "NonPoliceGovernmentalOrganization",
        "panel": ["social worker", "prosecutor", "physician"],
        "professions": ["social_worker", "prosecutor", "health_worker"],
        "panel_trained": True, "act": True, "means": True, "purpose": True, "exploitation": "ForcedLabour",
        "reasons": "Recruited by deception, documents kept, no wages.",
        "notified_on": "2017-03-02", "in_own_language": True,
    },
    fold_case=fold,
)
