"""A proceeding: what it is about, before whom, how far it has come, and what part the person has in it."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Entry, Kind, Long, RecordForm, Short
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import MatterFacts
from workflows.guards.legal import REPRESENTED
from workflows.staying import STAYS, WITNESS


class ProceedingForm(RecordForm):
    """Practice 4.16, OHCHR-P9. What the authority wants is asked; whether the person helps is not (OHCHR-P8)."""

    proceeding_kind: Annotated[str, Coded("proceeding_kind")] = Field(title=mark("What kind of proceeding is it?"))
    stage: Annotated[str, Coded("proceeding_stage")] = Field(title=mark("How far has it come?"))
    part: Annotated[str, Coded("proceeding_part")] = Field(title=mark("What part does the person have in it?"))
    wanted_as_witness: bool = Field(
        title=mark("Does the authority want the person as a witness?"),
        description=mark("The person decides freely. No help depends on the answer."),
    )
    represented: bool = Field(
        title=mark("Does somebody independent speak for the person in it?"),
        description=mark("Counsel; for a child, a representative of their own."),
    )
    wants_to_stay: bool | None = Field(
        default=None,
        title=mark("Does the person want to stay in the country while it lasts?"),
        description=mark("The person decides freely. No help depends on the answer."),
    )
    court: Short | None = Field(default=None, title=mark("Which court or authority?"))
    number: Short | None = Field(default=None, title=mark("Which number does it have there?"))
    words: Long | None = Field(default=None, title=mark("What else matters?"))


def fold(matter: MatterFacts, form: ProceedingForm, entry: Entry) -> MatterFacts:
    """The newest word on stage and part; court and number stay in the record."""
    # The wish to stay holds until the person says otherwise.
    again = {WITNESS, REPRESENTED} | ({STAYS} if form.wants_to_stay is not None else set())
    kept = {flag for flag in matter.flags - again if flag.partition(".")[0] not in {"stage", "part"}}
    kept |= {f"stage.{form.stage}", f"part.{form.part}"}
    said = ((WITNESS, form.wanted_as_witness), (REPRESENTED, form.represented), (STAYS, form.wants_to_stay))
    kept |= {name for name, holds in said if holds}
    return replace(matter, about=form.proceeding_kind, flags=frozenset(kept))


KIND = Kind(
    "proceeding", "Proceeding", FieldGroup.LEGAL, ProceedingForm,
    {"proceeding_kind": "criminal", "stage": "investigation", "part": "injured", "wanted_as_witness": True,
     "represented": True, "court": "Criminal Court, Tak", "number": "1234/2569"},
    fold_matter=fold, permission="legal:follow",
)  # fmt: skip
