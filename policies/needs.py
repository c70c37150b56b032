"""How the answers of a needs and risk assessment become a level, and how long it holds."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StrictInt

from policies.checks import Names, listed, source_ids
from policies.nodes import Document
from policies.terms import Cited, FrozenMap, Text

LEVELS = "risk_level"
DEGREES = "need_degree"

Points = Annotated[StrictInt, Field(ge=0, le=1000)]


class NeedsRules(Cited):
    """`policies/needs.yaml` as a whole; levels are codes of risk_level, degrees of need_degree."""

    version: Text
    degrees: FrozenMap[Points]
    alone: FrozenMap[FrozenMap[str]]  # question -> degree -> the least level it gives
    sum: FrozenMap[Points]  # level -> from which sum on
    holds_days: FrozenMap[Annotated[StrictInt, Field(ge=1, le=3650)]]


def check_needs(document: Document, rules: NeedsRules, names: Names) -> None:
    """Every level and degree is in its list, every degree has its points, and every level says how long it holds."""
    source_ids(document, rules.sources, names, "needs", "sources")
    for code in sorted(names.codes.get(DEGREES, frozenset()) - set(rules.degrees)):
        document.complain(f"the degree '{code}' does not say what it adds", "needs", "degrees")
    for code in rules.degrees:
        listed(document, code, DEGREES, names, "needs", "degrees", code)
    for code in sorted(names.codes.get(LEVELS, frozenset()) - set(rules.holds_days)):
        document.complain(f"the level '{code}' does not say how long it holds", "needs", "holds_days")
    for place in ("sum", "holds_days"):
        for code in getattr(rules, place):
            listed(document, code, LEVELS, names, "needs", place, code)
    for question, given in rules.alone.items():
        for degree, level in given.items():
            listed(document, degree, DEGREES, names, "needs", "alone", question, degree)
            listed(document, level, LEVELS, names, "needs", "alone", question, degree)
