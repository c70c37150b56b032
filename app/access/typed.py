"""What was typed into a form: kept while it is shown again, and as a draft; what is secret is never among it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from app.access import csrf
from app.kit.typed import Typed

__all__ = ["OWN_FIELDS", "PLACE", "Typed", "shown_again"]

# The page a form was typed on, which is where its draft is kept.
PLACE: Final = "draft_of"
# Beside what a form is about it may carry these.
OWN_FIELDS: Final = frozenset({csrf.FIELD, PLACE, "act", "version"})
# Passwords, codes of an authenticator and the number that unlocks are typed anew, each time.
_SECRET: Final = re.compile(r".*password.*|code|(.*_)?pin", re.IGNORECASE)


def shown_again(fields: Iterable[tuple[str, object]]) -> list[tuple[str, str]]:
    """The pairs of a posted form that may stand in a page again: no file, nothing secret, none of the form's own."""
    return [
        (name, value)
        for name, value in fields
        if isinstance(value, str) and name not in OWN_FIELDS and not _SECRET.fullmatch(name)
    ]
