"""A decision of another country that is recognised here: what was told of it, and silence where nothing was told."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from app.casework.forms import (
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

UNKNOWN = "unknown"


class ForeignDecision(RecordForm):
    """ACTIP-14.2. What another country has found is not found again here, and nothing it did not tell is filled in."""

    authority: Annotated[str, Listed("office"), From("office")] = Field(title=mark("Which authority decided?"))
    by_country: Annotated[str, Field(pattern="^[A-Z]{2}$"), From("country")] = Field(title=mark("Of which country?"))
    told_by: Annotated[
        Literal["partner", "paper", "person"],
        Words(
            {
                "partner": mark("The other country told it with its referral"),
                "paper": mark("A paper of the authority lies before us"),
                "person": mark("The person or somebody else told it"),
            }
        ),
    ] = Field(title=mark("How was it told?"))
    decided_on: DoneOn | None = Field(default=None, title=mark("On which day was it decided?"))
    number: Short | None = Field(default=None, title=mark("Under which number?"))
    decided_by: Annotated[str, Coded("decision_making_org")] | None = Field(
        default=None, title=mark("What kind of body is it?")
    )
    act: Annotated[bool | None, OfWorker()] = Field(
        default=None, title=mark("Act: was the person recruited, moved, kept or passed on?")
    )
    means: Annotated[bool | None, OfWorker()] = Field(
        default=None, title=mark("Means: was there force, threat, deceit or abuse of a weak position?")
    )
    purpose: Annotated[bool | None, OfWorker()] = Field(
        default=None, title=mark("Purpose: was it for exploitation?")
    )
    exploitation: Annotated[str, Coded("exploitation")] = Field(
        default=UNKNOWN, title=mark("Which kind of exploitation?")
    )
    reasons: Long | None = Field(default=None, title=mark("What are the reasons?"))


def fold(facts: CaseFacts, form: ForeignDecision, entry: Entry) -> CaseFacts:
    """Nobody here has decided it; what was not told is not known, and never a finding."""
    made = DecisionFacts(
        on=entry.on, outcome="identified", authority=code_only(form.authority), by_country=form.by_country,
        decider="", panel=0, reasons=bool(form.reasons), act=form.act, means=form.means, purpose=form.purpose,
        notified_on=None, in_own_language=False,
    )
    known = facts.exploitation if form.exploitation == UNKNOWN else form.exploitation
    return replace(facts, decision=made, exploitation=known, finding=None)


KIND = Kind(
    "foreign_decision", "Decision of another country", FieldGroup.LEGAL, ForeignDecision,
    {
        "by_country": "MM", "authority": "mm-atipd", "told_by": "paper", "decided_on": "2017-03-01",
        "number": "ATTF 12/2017", "decided_by": "Police", "act": True, "means": True, "purpose": True,
        "exploitation": "ForcedLabour", "reasons": "Recruited by deception, documents kept, no wages.",
    },
    fold_case=fold,
)  # fmt: skip
