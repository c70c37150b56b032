"""Circumstances that change the way: asylum claim, danger, missing, detained, blocked countries."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated, Final

from pydantic import Field

from app.casework.forms import SILENT, Asked, Entry, ForChild, From, Kind, Listed, Long, RecordForm
from app.kit.words import mark
from policies.model import FieldGroup
from workflows import death
from workflows.facts import CaseFacts
from workflows.matter import HELD

_COUNTRY: Final = re.compile("[A-Z]{2}")


class Circumstances(RecordForm):
    """The overlay facts of DESIGN 3; a field left out stays as it was."""

    asylum_claim: bool | None = Field(
        default=None,
        title=mark("Has the person asked for asylum?"),
        description=mark("While a claim is open, nobody in the country of origin is contacted."),
    )
    missing: bool | None = Field(default=None, title=mark("Is the person missing?"))
    deceased: bool | None = Field(default=None, title=mark("Has the person died?"))
    protection_risk: bool | None = Field(default=None, title=mark("Is there a danger to the person now?"))
    complicity_alleged: bool | None = Field(default=None, title=mark("Is an official said to be involved?"))
    family_complicity: bool | None = Field(
        default=None,
        title=mark("Is somebody of the family said to be involved?"),
    )
    legal_hold: bool | None = Field(default=None, title=mark("Must everything be kept for a court?"))
    detained: bool | None = Field(default=None, title=mark("Is the person held anywhere?"))
    support_agency: bool | None = Field(
        default=None,
        title=mark("Does a support agency stand by the person?"),
    )
    best_interests_due: Annotated[bool | None, ForChild()] = Field(
        default=None,
        title=mark("For a child: is a new best-interests determination due?"),
    )
    contact_lost: bool | None = Field(default=None, title=mark("Has contact been lost?"))
    blocked_countries: Annotated[
        Annotated[
            tuple[Annotated[str, Listed("world"), From("blockable")], ...], Field(strict=False, max_length=20)
        ] | None,
        Asked(),
    ] = Field(
        default=None,
        title=mark("Which countries must not be told anything?"),
        description=mark("Leave all empty if this has not changed."),
    )
    child: bool | None = Field(
        default=None,
        title=mark("Is the person under 18, or may be?"),
        description=mark("Where the age is in doubt, say yes."),
    )
    accompanies: Annotated[bool | None, ForChild()] = Field(
        default=None,
        title=mark("For a child: did the child come with a trafficked person?"),
    )
    note: Long | None = Field(default=None, title=mark("What should others on the team know?"))


def fold(facts: CaseFacts, form: Circumstances, entry: Entry) -> CaseFacts:
    """Take over what was said and nothing else."""
    said = form.model_dump(exclude={"note", "blocked_countries", SILENT}, exclude_none=True)
    if form.blocked_countries is not None:
        # An older record may have names of countries, which block nothing: facts are not sealed.
        said["blocked_countries"] = frozenset(each for each in form.blocked_countries if _COUNTRY.fullmatch(each))
    if form.detained is False:
        # Who is held nowhere is held by no penalty; an open detention is ended by its own step before that.
        said["matters"] = tuple(replace(each, flags=each.flags - {HELD}) for each in facts.matters)
    changed = replace(facts, **said)
    if form.deceased is None:
        return changed
    return death.died(changed) if form.deceased else death.lives(changed)


KIND = Kind(
    "circumstances", "Circumstances", FieldGroup.RISK, Circumstances,
    {"asylum_claim": True, "note": "Claim lodged with the lawyer present."}, fold_case=fold,
)
