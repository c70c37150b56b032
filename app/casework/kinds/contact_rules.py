"""Rules of safe contact: in which ways and when the person may be reached, in which never, and who may be told."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Asked, Coded, Entry, Kind, OwnWords, RecordForm, Short
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.care_facts import ContactFacts
from workflows.facts import CaseFacts

Ways = Annotated[
    Annotated[tuple[Annotated[str, Coded("safe_contact_way")], ...], Field(strict=False, max_length=20)] | None, Asked()
]


class ContactRules(RecordForm):
    """WM-SAFETY: as the person says it. Read where contact is made, and never in a list."""

    ways: Ways = Field(default=None, title=mark("In which ways may the person be reached?"))
    times: Annotated[Short | None, Asked()] = Field(
        default=None,
        title=mark("At what times?"),
        description=mark("For example: weekdays after eight in the evening."),
    )
    never: Ways = Field(default=None, title=mark("In which ways never?"))
    how: OwnWords = Field(
        default=None,
        title=mark("How can the person be reached safely?"),
        description=mark("For example: only through the caseworker."),
    )
    may_be_told: Annotated[Short | None, Asked()] = Field(
        default=None,
        title=mark("Who may be told that the person gets help?"),
        description=mark("A part, such as the aunt in the village. No name. Empty means nobody."),
    )


def fold(facts: CaseFacts, form: ContactRules, entry: Entry) -> CaseFacts:
    """The newest rules count."""
    return replace(
        facts, contact=ContactFacts(entry.on, frozenset(form.ways or ()), frozenset(form.never or ()))
    )


KIND = Kind(
    "contact_rules", "Rules of safe contact", FieldGroup.CONTACT, ContactRules,
    {"ways": ["in_person", "through_worker"], "times": "Weekdays after eight in the evening.",
     "never": ["recording"], "how": "A message to the shelter; nobody else answers the phone.",
     "may_be_told": "The aunt in the village."},
    fold_case=fold,
)
