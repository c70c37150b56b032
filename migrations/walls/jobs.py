"""Long work and imports behind their wall: each is seen by whoever asked for it, and done by the system."""

from __future__ import annotations

from typing import Final

from migrations.walls.terms import CASE, HERE, ME, SYSTEM, Rule

__all__ = ["JOB_RULES"]

_MINE: Final = f"{HERE} AND ({SYSTEM} OR asked_by = {ME})"
# Tables of revision 038. Which case a record of another system is here is told by a keyed digest: the house compares.
JOB_RULES: Final[dict[str, Rule]] = {
    "job": Rule(sees=_MINE, adds=_MINE),
    "case_import": Rule(sees=_MINE, adds=_MINE),
    "import_line": Rule(
        sees=f"{HERE} AND EXISTS (SELECT FROM case_import i WHERE i.id = import_id)",
        adds=f"{HERE} AND EXISTS (SELECT FROM case_import i WHERE i.id = import_id)",
    ),
    "imported_case": Rule(
        sees=f"{HERE} AND ({SYSTEM} OR {CASE.format('case_id')})",
        adds=f"{HERE} AND {SYSTEM}",
        keeps=f"{HERE} AND {SYSTEM}",
    ),
}
