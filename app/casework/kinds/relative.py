"""A relative of the person: who they are, where they live, and whether the person wants to hear from them."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Final

from pydantic import Field

from app.casework.forms import Asked, Coded, Entry, Kind, Long, RecordForm, Short
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import MatterFacts

# What the list of relatives calls somebody whose relation was not said.
OTHER: Final = "other"


class RelativeForm(RecordForm):
    """The name is sealed with the record; it is compared with the alleged before contact is allowed."""

    name: Annotated[Short | None, Asked(must=True)] = Field(default=None, title=mark("What is the relative's name?"))
    relation: Annotated[Annotated[str, Coded("family_relation")] | None, Asked(must=True)] = Field(
        default=None, title=mark("How are they related?")
    )
    lives_in: Short | None = Field(default=None, title=mark("Where do they live?"))
    wish: Annotated[str, Coded("contact_wish")] | None = Field(
        default=None, title=mark("Does the person want to be in touch with them?")
    )
    note: Long | None = Field(default=None, title=mark("What else is known of them?"))


def with_wish(matter: MatterFacts, wish: str | None) -> frozenset[str]:
    """The flags of a relative with the newest wish of the person, where one was said."""
    if wish is None:
        return matter.flags
    return frozenset(flag for flag in matter.flags if not flag.startswith("wish.")) | {f"wish.{wish}"}


def fold(matter: MatterFacts, form: RelativeForm, entry: Entry) -> MatterFacts:
    """Relation and wish as codes; name and place stay in the record. What nobody said is no relation that we know."""
    return replace(matter, about=form.relation or OTHER, flags=with_wish(matter, form.wish))


KIND = Kind(
    "relative", "Relative", FieldGroup.CONTACT, RelativeForm,
    {"name": "Noy Phommasan", "relation": "grandparent", "lives_in": "a village near Savannakhet", "wish": "wanted"},
    fold_matter=fold, permission="care:plan",
)  # fmt: skip
