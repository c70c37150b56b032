"""One page for each source: what it asks, how firm it is, and which conditions rest on it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.access.page_door import Page, opens
from app.kit.errors import NotFound
from workflows.engine import MACHINES
from workflows.mending import every_guard

router = APIRouter()

Reader = Annotated[Page, Depends(opens("policy:read"))]


@router.get("/guidelines/{source_id}")
def guideline(source_id: str, page: Reader) -> Response:
    """What a source asks, in our own words, and what in this program follows from it."""
    with page.read() as desk:
        source = desk.policies.sources.get(source_id)
        if source is None:
            raise NotFound()
        guards = [guard for guard in every_guard() if source_id in guard.sources]
        names = {guard.name for guard in guards}
        steps = [
            step for spec in MACHINES.values() for step in spec.steps if names & {guard.name for guard in step.guards}
        ]
        binds = None if source.binds is None else list(source.binds)
    return page.show("overview/guideline.html", source=source, guards=guards, steps=steps, binds=binds)
