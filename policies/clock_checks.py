"""What must hold of `clocks.yaml`, seen beside the roles, sources, code lists and clocks it refers to."""

from __future__ import annotations

from policies.checks import Names, listed, source_ids
from policies.clocks import ClockRules
from policies.corridor import CORRIDOR_CLOCKS
from policies.country import COUNTRY_CLOCKS, EXTRA_COUNTRY_CLOCKS
from policies.nodes import Document, maybe

RUNGS = "escalation_step"
CLOCKS = frozenset({*CORRIDOR_CLOCKS, *COUNTRY_CLOCKS, *EXTRA_COUNTRY_CLOCKS})


def check_clocks(document: Document, rules: ClockRules, names: Names) -> None:
    """Every rung there is has its rule, and every role, clock, cause and source is known."""
    for code in sorted(names.codes.get(RUNGS, frozenset()) - set(rules.rungs)):
        document.complain(f"the rung '{code}' does not say when it rings and whom it tells", "clocks", "rungs")
    for code, rung in rules.rungs.items():
        listed(document, code, RUNGS, names, "clocks", "rungs", code)
        source_ids(document, rung.sources, names, "clocks", "rungs", code, "sources")
        _roles(document, rung.roles, names, "clocks", "rungs", code, "roles")
        if not rung.roles and rung.to != "doers":
            document.complain(f"the rung '{code}' names no role to tell", "clocks", "rungs", code)
    for at, code in enumerate(rules.case_ladder):
        listed(document, code, RUNGS, names, "clocks", "case_ladder", at)
    for place in ("urgent", "never"):
        for name in sorted(getattr(rules, place)):
            _clock(document, name, "clocks", place)
    for code, cause in rules.stops.items():
        listed(document, code, "stop_cause", names, "clocks", "stops", code)
        source_ids(document, cause.sources, names, "clocks", "stops", code, "sources")
        _roles(document, cause.roles, names, "clocks", "stops", code, "roles")
        if cause.roles and cause.longest_days is None:
            said = f"the cause '{code}' needs longest_days: nothing stands still for ever"
            document.complain(said, "clocks", "stops", code)
    for name, extension in rules.extensions.items():
        _clock(document, name, "clocks", "extensions", name)
        _clock(document, extension.by, "clocks", "extensions", name, "by")
        source_ids(document, extension.sources, names, "clocks", "extensions", name, "sources")


def _clock(document: Document, name: str, *path: str | int) -> None:
    if name not in CLOCKS:
        document.complain(f"there is no clock '{name}'{maybe(name, CLOCKS)}", *path)


def _roles(document: Document, roles: tuple[str, ...], names: Names, *path: str | int) -> None:
    for at, role in enumerate(roles):
        if role not in names.roles:
            document.complain(f"there is no role '{role}'{maybe(role, names.roles)}", *path, at)
