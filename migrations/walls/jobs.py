"""Long work and imports behind their wall: each is seen by whoever asked for it, and done by the system."""

from __future__ import annotations

from typing import Final

from migrations.walls.terms import CASE, HERE, ME, SYSTEM, Rule

__all__ = ["JOB_RULES"]

_MINE: Final = f"{HERE} AND ({SYSTEM} OR asked_by = {ME})"
_OF_IMPORT: Final = "EXISTS (SELECT FROM case_import i WHERE i.id = import_id)"
# Tables of revision 038. Which case a record of another system is here is told by a keyed digest: the house compares.
JOB_RULES: Final[dict[str, Rule]] = {
    "job": Rule(sees=_MINE, adds=_MINE),
    "case_import": Rule(sees=_MINE, adds=_MINE),
    # A line names the case it became, which whoever brings it in can see: nobody ties a line to a case out of sight.
    "import_line": Rule(
        sees=f"{HERE} AND {_OF_IMPORT}",
        adds=f"{HERE} AND {_OF_IMPORT} AND (case_id IS NULL OR {CASE.format('case_id')})",
    ),
    "imported_case": Rule(
        sees=f"{HERE} AND ({SYSTEM} OR {CASE.format('case_id')})",
        adds=f"{HERE} AND {SYSTEM}",
        keeps=f"{HERE} AND {SYSTEM}",
    ),
}
