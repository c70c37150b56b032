"""A request to look at a negative decision again, with its grounds."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from app.casework.forms import Entry, Form, Kind, Long
from policies.model import FieldGroup
from workflows.facts import CaseFacts


class ReconsiderationRequest(Form):
    """Why the case should be looked at again."""

    ground: Literal["new_evidence", "guidance_not_followed", "person_asks"]
    text: Long


def fold(facts: CaseFacts, form: ReconsiderationRequest, entry: Entry) -> CaseFacts:
    """Grounds are on record."""
    return replace(facts, reconsideration_grounds=True)


KIND = Kind(
    "reconsideration_request", "Reconsideration request", FieldGroup.LEGAL, ReconsiderationRequest,
    {"ground": "new_evidence", "text": "A co-worker's statement about the locked dormitory."},
    fold_case=fold,
)
