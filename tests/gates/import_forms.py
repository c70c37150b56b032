"""Forms of imports and of long work: for each state-changing route one that would change something, filled in."""

from __future__ import annotations

from typing import Any

from app.casework import jobs
from tests.app.imports.registers import FIRST, WHY, bring_along, checked, table
from tests.factories.staff import desk_of
from tests.factories.towns import Town
from tests.gates.town_forms import Ready, filled


def bring(town: Town) -> Ready:
    """Bring a file along; the mapping is pasted, since a file is read only from a form that carries one."""
    path = "/reports/imports"
    return filled(town, town.th["case_manager"], path, path, mapping="example-table", file=table(FIRST))


def start(town: Town) -> Ready:
    """Have the cases of a file come in."""
    found = checked(town, town.th["case_manager"], table(FIRST))
    path = f"/reports/imports/{found['id']}"
    return filled(town, town.th["case_manager"], path, path + "/start", why=WHY)


def throw_away(town: Town) -> Ready:
    """Keep the rows of a file no longer."""
    found = checked(town, town.th["case_manager"], table(FIRST))
    path = f"/reports/imports/{found['id']}"
    return filled(town, town.th["case_manager"], path, path + "/throw-away")


def _job(town: Town) -> Any:
    return bring_along(town, town.th["case_manager"], table(FIRST)).json()["check"]["id"]


def cancel(town: Town) -> Ready:
    """Stop long work."""
    path = f"/reports/jobs/{_job(town)}"
    return filled(town, town.th["case_manager"], path, path + "/cancel")


def resume(town: Town) -> Ready:
    """Let long work go on."""
    job_id = _job(town)
    with desk_of(town.house, town.th["case_manager"]) as desk:
        jobs.cancel(desk, job_id)
    path = f"/reports/jobs/{job_id}"
    return filled(town, town.th["case_manager"], path, path + "/resume")


IMPORT_FORMS = {
    "/reports/imports": bring,
    "/reports/imports/{import_id}/start": start,
    "/reports/imports/{import_id}/throw-away": throw_away,
    "/reports/jobs/{job_id}/cancel": cancel,
    "/reports/jobs/{job_id}/resume": resume,
}
