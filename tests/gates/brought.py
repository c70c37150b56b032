"""What belongs to somebody who brings cases in from a file: a trial run that is over, and the import it was for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.access.desk import House
from app.imports.bringing import CHECK, packed, place
from app.imports.reading.terms import Rows
from app.models.job import CaseImport, Job
from tests.app.imports.registers import COLUMNS
from tests.factories.staff import Worker


def brought(house: House, who: Worker, ids: dict[str, str]) -> list[tuple[Any, dict[str, Any]]]:
    """The rows of both, with the ids ``job_id`` and ``import_id``."""
    mapping, now = house.policies.imports["example-table"], house.clock.now()
    plain, wrapped = house.keys.new_data_key()
    table = Rows(COLUMNS, ((2, ("R-1", *("",) * (len(COLUMNS) - 1))),))
    mine = {"country": who.country, "office_id": who.office_id, "asked_by": who.id, "asked_at": now}
    return [
        (
            Job,
            {
                **mine, "id": ids["job_id"], "kind": CHECK, "subject_id": ids["import_id"], "state": "done", "done": 1,
                "total": 1, "faults": 0, "result": '{"new":1}', "started_at": now, "changed_at": now, "ended_at": now,
            },
        ),
        (
            CaseImport,
            {
                **mine, "id": ids["import_id"], "keep_until": now + timedelta(days=30), "mapping": mapping.name,
                "source_system": mapping.source_system, "mapping_version": mapping.version, "mapping_digest": "0" * 64,
                "file_digest": "1" * 64, "rows": 1, "all_or_nothing": False, "others": "[]", "state": "checked",
                "wrapped": wrapped, "check_id": ids["job_id"],
                "sealed": house.keys.seal(plain, packed(mapping, table), place(ids["import_id"])),
            },
        ),
    ]  # fmt: skip
