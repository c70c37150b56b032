"""Whether the program runs, and whether it can be asked now: for whoever starts it, and whoever shares requests out."""

from __future__ import annotations

import functools
import threading
from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.access.desk import House
from app.access.door import public
from app.kit import migrate
from app.kit.errors import AppError

__all__ = ["STOPPING", "add", "is_stopping"]

# In the state of every request: an event that is set when the server of this process is told to stop.
STOPPING: Final = "stopping"
_REVISION: Final = text("SELECT version_num FROM alembic_version")
# Whatever keeps the database from answering: it is away, or the program cannot get at it.
_AWAY: Final = (SQLAlchemyError, AppError)


def add(app: FastAPI) -> None:
    """Open the three addresses."""
    for path, asked in (("/health", health), ("/health/live", live), ("/health/ready", ready)):
        app.add_api_route(path, asked, methods=["GET"], include_in_schema=False)


def is_stopping(scope: Mapping[str, Any]) -> bool:
    """Whether the server that took this request takes no more connections."""
    told: threading.Event | None = scope.get("state", {}).get(STOPPING)
    return told is not None and told.is_set()


@public("tells only whether the program and its database answer")
def health(request: Request) -> Response:
    """Whether the program and its database answer: 200, or 503."""
    house: House = request.app.state.house
    try:
        with house.db.read() as session:
            session.execute(text("SELECT 1"))
    except _AWAY:
        return JSONResponse({"status": "unavailable"}, 503)
    return JSONResponse({"status": "ok"})


@public("tells only that the program runs")
async def live() -> Response:
    """Whether this process runs: 200. It asks nothing else: a program is no better for a new start while its database
    is away. No thread is needed for it either, so it answers while all of them are busy.
    """
    return JSONResponse({"status": "ok"})


@public("tells only whether requests are well sent here now")
def ready(request: Request) -> Response:
    """Whether requests are well sent here: 200, or 503 while it stops, without its database or with older tables."""
    wrong = "stopping" if is_stopping(request.scope) else _tables(request.app.state.house)
    return JSONResponse({"status": wrong or "ready"}, 503 if wrong else 200)


def _tables(house: House) -> str:
    """What is wrong with the database, in a word; empty: nothing.

    Tables of a revision that this program does not know are newer: they were brought up to date for the program that is
    just replacing this one, which goes on until then.
    """
    try:
        with house.db.read() as session:
            at = session.execute(_REVISION).scalars().first()
    except _AWAY:
        return "database_away" if not _answers(house) else "not_migrated"
    if at is None or at in _known()[:-1]:
        return "not_migrated"
    return "restoring" if migrate.unfinished(at) is not None else ""


def _answers(house: House) -> bool:
    try:
        with house.db.read() as session:
            session.execute(text("SELECT 1"))
    except _AWAY:
        return False
    return True


@functools.cache
def _known() -> tuple[str, ...]:
    return migrate.revisions()
