"""The boxes that are ticked in a list of cases."""

from __future__ import annotations

from app.caseload.schemas import ChosenIn
from app.kit.typed import Typed


def ticked(typed: Typed) -> list[ChosenIn]:
    """The boxes that were ticked, each the id of a case and the version that was shown with it."""
    found = []
    for value in typed.all("case"):
        _, case_id, version = (*value.split("|"), "", "")[:3]
        if version.isascii() and version.isdigit():
            found.append(ChosenIn(case_id=case_id[:36], seen_version=max(int(version[:9]), 1)))
    return found


def references(typed: Typed) -> list[str]:
    """The references of the cases whose boxes were ticked."""
    return [value.split("|")[0] for value in typed.all("case")]
