"""A flag on a case: something the whole team must see, with its reason, until somebody clears it."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Entry, Kind, RecordForm, Short
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts, FlagFacts


class Flag(RecordForm):
    """Who raised it and when stands with every record; a second flag of a kind takes the place of the first."""

    flag: Annotated[str, Coded("flag_kind")] = Field(title=mark("Why does this case need to be seen?"))
    reason: Short = Field(
        title=mark("In one sentence: what should the team know?"),
        description=mark("Everybody on the team reads this. Write no name."),
    )


def fold(facts: CaseFacts, form: Flag, entry: Entry) -> CaseFacts:
    """One flag of each kind at most, in the order of their codes."""
    others = (each for each in facts.flags if each.flag != form.flag)
    raised = (*others, FlagFacts(form.flag, entry.on, entry.actor))
    return replace(facts, flags=tuple(sorted(raised, key=lambda each: each.flag)))


KIND = Kind(
    "flag", "Flag", FieldGroup.FACTS, Flag,
    {"flag": "waits_for_decision", "reason": "The panel has not met for three weeks."},
    fold_case=fold, permission="case:flag",
)
