"""Pictures of figures and of files of others: the board, tables, what is released, an import and its report."""

from __future__ import annotations

from tests.app.imports import registers
from tests.desk.place import Place, Shot


def figures(place: Place) -> list[Shot]:
    """A register of which one row is broken came in, another waits; tables and the board of a small world."""
    town, th = place.town, place.town.th
    bringer, chief, keeper = th["case_manager"], th["supervisor"], th["national_focal_point"]
    came = registers.come_in(town, bringer, registers.table(registers.FIRST, registers.SECOND, registers.BROKEN))
    waits = registers.checked(town, bringer, registers.table(registers.FIRST, {**registers.SECOND, "No.": "R-9"}))
    job = town.get(bringer, "/jobs").json()["items"][0]["id"]
    year = town.clock.now().year
    return [
        ("figures-board", chief, "/reports/board"),
        ("figures-stages", chief, "/reports/stages"),
        ("figures-tables", chief, "/reports/tables"),
        ("figures-shelters", chief, f"/reports/tables/th-shelters?period={year}"),
        ("figures-funnel", chief, f"/reports/tables/identification?period={year}"),
        ("figures-release", keeper, f"/reports/tables/identification/release?period={year}"),
        ("figures-releases", keeper, "/reports/releases"),
        ("figures-microdata", keeper, "/reports/microdata"),
        ("figures-imports", bringer, "/reports/imports"),
        ("figures-import", bringer, f"/reports/imports/{waits['id']}"),
        ("figures-report", bringer, f"/reports/imports/{came['id']}/report?stage=bring"),
        ("figures-jobs", bringer, "/reports/jobs"),
        ("figures-job", bringer, f"/reports/jobs/{job}"),
        ("figures-exports", chief, "/reports/exports"),
    ]
