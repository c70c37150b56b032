"""What the person wants next, after every option was explained."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from app.casework.forms import Entry, Form, Kind, Long
from policies.model import FieldGroup
from workflows.facts import CaseFacts, WishFacts


class Wish(Form):
    """The options record of OHCHR-G6.7: home, staying, a third country, or not decided yet."""

    wish: Literal["return", "stay", "third_country", "undecided"]
    voluntary: bool
    options_explained: bool
    words: Long | None = None


def fold(facts: CaseFacts, form: Wish, entry: Entry) -> CaseFacts:
    """The newest word counts."""
    return replace(facts, wish=WishFacts(entry.on, form.wish, form.voluntary, form.options_explained))


KIND = Kind(
    "wish", "The person's wish", FieldGroup.FACTS, Wish,
    {"wish": "return", "voluntary": True, "options_explained": True}, fold_case=fold,
)
