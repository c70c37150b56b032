"""Contact with a relative: in which way, and why it is safe and wanted."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Entry, Kind, Long, OfWorker, RecordForm
from app.casework.kinds.relative import with_wish
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import MatterFacts
from workflows.guards.relatives import APART


class ContactDecision(RecordForm):
    """What the worker found before the first word goes to a relative."""

    way: Annotated[str, Coded("contact_way")] = Field(title=mark("In which way may they be in touch?"))
    wish: Annotated[str, Coded("contact_wish")] | None = Field(
        default=None, title=mark("Does the person want to be in touch with them?")
    )
    had_no_part: Annotated[bool | None, OfWorker()] = Field(
        default=None,
        title=mark("If the family is said to be involved: is it known that this relative had no part?"),
    )
    reasons: Long = Field(title=mark("Why is the contact safe and good?"))


def fold(matter: MatterFacts, form: ContactDecision, entry: Entry) -> MatterFacts:
    """The newest word on the wish and on the relative's part counts."""
    flags = with_wish(matter, form.wish) - {APART}
    apart = {APART} if form.had_no_part else set[str]()
    return replace(matter, flags=flags | apart)


KIND = Kind(
    "contact_decision", "Decision on contact", FieldGroup.CONTACT, ContactDecision,
    {"way": "call_together", "wish": "wanted", "reasons": "Raised her; lives far from where she was recruited."},
    fold_matter=fold, permission="care:plan",
)  # fmt: skip
