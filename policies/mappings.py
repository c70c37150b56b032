"""How one country reads the codes of another: a table for each direction, dated: old messages read the old way."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

from pydantic import Field

from policies.terms import Cited, CountryCode, Dated, FrozenMap, Policy, Text

__all__ = ["NEVER_MAPPED", "MappedCode", "Mapping"]

# The words of the protocol: what may be shared follows from them, and no table may widen a consent (IOM-4).
NEVER_MAPPED: Final = frozenset({"consent_purpose", "data_group", "referral_state"})


class MappedCode(Dated, Cited):
    """One code of theirs and the code of ours that means the same, from a day on."""

    theirs: Annotated[str, Field(min_length=1, max_length=60)]
    ours: Text


class Mapping(Policy):
    """What ``to`` reads for the codes of ``from_``: list -> codes. What stands in no table is read as it is spelled."""

    name: str
    from_: CountryCode = Field(alias="from")
    to: CountryCode
    lists: FrozenMap[tuple[MappedCode, ...]]

    def ours(self, code_list: str, theirs: str, on: date) -> str | None:
        """Our code for one of theirs in a message of the day ``on``; None where the table says nothing."""
        rows = self.lists.get(code_list, ())
        return next((row.ours for row in rows if row.theirs == theirs and row.holds_on(on)), None)
