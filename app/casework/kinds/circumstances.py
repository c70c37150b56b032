"""Circumstances that change the way: asylum claim, danger, missing, detained, blocked countries."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Entry, Form, Kind, Long
from policies.model import FieldGroup
from workflows.facts import CaseFacts


class Circumstances(Form):
    """The overlay facts of DESIGN 3; a field left out stays as it was."""

    asylum_claim: bool | None = None
    missing: bool | None = None
    deceased: bool | None = None
    protection_risk: bool | None = None
    complicity_alleged: bool | None = None
    family_complicity: bool | None = None
    legal_hold: bool | None = None
    detained: bool | None = None
    support_agency: bool | None = None
    best_interests_due: bool | None = None
    contact_lost: bool | None = None
    blocked_countries: Annotated[tuple[str, ...], Field(strict=False, max_length=20)] | None = None
    child: bool | None = None
    note: Long | None = None


def fold(facts: CaseFacts, form: Circumstances, entry: Entry) -> CaseFacts:
    """Take over what was said and nothing else."""
    said = form.model_dump(exclude={"note", "blocked_countries"}, exclude_none=True)
    if form.blocked_countries is not None:
        said["blocked_countries"] = frozenset(form.blocked_countries)
    return replace(facts, **said)


KIND = Kind(
    "circumstances", "Circumstances", FieldGroup.RISK, Circumstances,
    {"asylum_claim": True, "note": "Claim lodged with the lawyer present."}, fold_case=fold,
)
