"""The end of a flag, with the reason why nobody needs to see it any more."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Entry, Kind, RecordForm, Short
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts


class FlagClearance(RecordForm):
    """The flag itself stays in the timeline."""

    flag: Annotated[str, Coded("flag_kind")] = Field(title=mark("Which flag is cleared?"))
    reason: Short = Field(
        title=mark("What has changed?"),
        description=mark("Everybody on the team reads this. Write no name."),
    )


def fold(facts: CaseFacts, form: FlagClearance, entry: Entry) -> CaseFacts:
    """The flag of that kind is down."""
    return replace(facts, flags=tuple(each for each in facts.flags if each.flag != form.flag))


KIND = Kind(
    "flag_clearance", "Flag cleared", FieldGroup.FACTS, FlagClearance,
    {"flag": "waits_for_decision", "reason": "The panel has decided."},
    fold_case=fold, permission="case:flag",
)
