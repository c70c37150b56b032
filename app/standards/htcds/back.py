"""The way back: what a value of the standard is in our codes, on a day."""

from __future__ import annotations

from datetime import date

from policies.model import Policies

__all__ = ["ours"]


def ours(policies: Policies, standard: str, list_name: str, theirs: str, on: date) -> tuple[str, str] | None:
    """Our list and our code for a value of a list of the standard; None where nothing leads back, or several things do.

    A row ``back`` of the mapping of ours wins; then the one code of ours that is written as this value.
    """
    for mapping in policies.standard_maps.values():
        view = mapping.views.get(standard) if mapping.status == "ready" else None
        table = view.lists.get(list_name) if view is not None else None
        if table is None or theirs in table.kept:
            continue
        row = table.read(theirs, on)
        if row is not None:
            return table.ours, row.ours
        codes = policies.codes[table.ours].codes
        if theirs in codes:
            return table.ours, theirs
        lead = {code for code, entry in codes.items() if entry.htcds == theirs}
        lead |= {code for code, said in table.forth.items() if theirs in said}
        if len(lead) == 1:
            return table.ours, lead.pop()
    return None
