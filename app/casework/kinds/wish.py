"""What the person wants next, after every option was explained."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from app.casework.forms import Asked, Entry, Kind, Long, RecordForm, Said, Words
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts, WishFacts


class Wish(RecordForm):
    """The options record of OHCHR-G6.7: home, staying, a third country, or not decided yet."""

    wish: Annotated[
        Literal["return", "stay", "third_country", "undecided"] | None,
        Words(
            {
                "return": mark("To go home"),
                "stay": mark("To stay here"),
                "third_country": mark("To go to another country"),
                "undecided": mark("Has not decided yet"),
            }
        ),
        Asked(must=True),
    ] = Field(default=None, title=mark("What does the person want?"))
    voluntary: Said = Field(
        default=None,
        title=mark("Did the person choose freely?"),
        description=mark("Nobody pressed, promised or threatened."),
    )
    options_explained: bool = Field(title=mark("Was every option explained before?"))
    words: Long | None = Field(default=None, title=mark("What did the person say?"))


def fold(facts: CaseFacts, form: Wish, entry: Entry) -> CaseFacts:
    """The newest word counts."""
    wish = WishFacts(entry.on, form.wish or "undecided", bool(form.voluntary), form.options_explained)
    return replace(facts, wish=wish)


KIND = Kind(
    "wish", "The person's wish", FieldGroup.FACTS, Wish,
    {"wish": "return", "voluntary": True, "options_explained": True}, fold_case=fold,
)
