"""What another office of the country is asked: to take the case over, or to share in it for a time."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Entry, From, Kind, RecordForm, Short
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import MatterFacts
from workflows.guards.transfers import GROUP, NEED, SOON, WHY
from workflows.matter import URGENT


class TransferRequest(RecordForm):
    """Codes only: it is all that the other office sees until it agrees."""

    what: Annotated[str, Coded("transfer_what")] = Field(title=mark("What is the other office asked?"))
    to_office: Annotated[Short, From("office")] = Field(title=mark("Which office is asked?"))
    why: Annotated[str, Coded("transfer_reason")] = Field(title=mark("Why is it asked?"))
    urgency: Annotated[str, Coded("transfer_urgency")] = Field(title=mark("How soon is it needed?"))
    needs: Annotated[
        tuple[Annotated[str, Coded("service_kind")], ...], Field(strict=False, min_length=1, max_length=20)
    ] = Field(title=mark("Which help does the person need there?"))
    data_groups: Annotated[
        tuple[Annotated[str, Coded("data_group")], ...], Field(strict=False, min_length=1, max_length=20)
    ] = Field(
        title=mark("What will the other office see of the case?"),
        description=mark("Only what the person agreed to. Whoever takes the case over gets the whole file."),
    )


def fold(matter: MatterFacts, form: TransferRequest, entry: Entry) -> MatterFacts:
    """The newest request counts; the office that was asked first stays the one that is asked."""
    kept = {flag for flag in matter.flags if not flag.startswith((GROUP, NEED, WHY, SOON)) and flag != URGENT}
    said = {
        *(f"{GROUP}{code}" for code in form.data_groups), *(f"{NEED}{code}" for code in form.needs),
        f"{WHY}{form.why}", f"{SOON}{form.urgency}", *([URGENT] if form.urgency == "now" else []),
    }  # fmt: skip
    matter = replace(matter, flags=frozenset(kept | said))
    return replace(matter, about=form.what, office=form.to_office) if matter.office is None else matter


KIND = Kind(
    "transfer_request", "Request to another office", FieldGroup.FACTS, TransferRequest,
    {"what": "service", "to_office": "th-datip", "why": "special_help", "urgency": "days",
     "needs": ["health"], "data_groups": ["needs", "language"]},
    fold_matter=fold, permission="transfer:request",
)  # fmt: skip
