"""The HTML door of the upkeep room: what is due for deletion, and how the installation stands. Only to read."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from app.access.may import permitted
from app.access.page_door import Page, opens
from app.settings import Settings
from app.upkeep import retention, standing

router = APIRouter()

Keeper = Annotated[Page, Depends(opens(retention.READ))]
_MEGABYTE: Final = 1_000_000


@router.get("/admin/retention")
def retention_page(page: Keeper) -> Response:
    """How long each kind of data is kept, on what that rests, and how much is due."""
    with page.write() as desk:
        found = retention.due(desk)
        smallest = desk.policies.smallest_cell
        reviews = permitted(desk, "data:review")
    return page.show("upkeep/retention.html", here="admin", found=found, smallest=smallest, reviews=reviews)


@router.get("/admin/system")
def system_page(page: Keeper) -> Response:
    """Versions, database, keys, backups and worker."""
    page.verify()
    settings: Settings = page.request.app.state.settings
    machine = standing.machine(page.house, settings)
    with page.write() as desk:
        rows = standing.rows_of(desk, page.house.witness)
        rests = standing.worker_rests(rows.outbox, desk.now)
    megabytes = max(1, round(rows.size / _MEGABYTE))
    return page.show(
        "upkeep/system.html", here="admin", it=machine, rows=rows, rests=rests, megabytes=megabytes
    )
