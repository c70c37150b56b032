"""What must hold of `needs.yaml`, seen beside the sources and code lists it refers to."""

from __future__ import annotations

from policies.checks import Names, listed, source_ids
from policies.needs import NeedsRules
from policies.nodes import Document

LEVELS = "risk_level"
DEGREES = "need_degree"


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
