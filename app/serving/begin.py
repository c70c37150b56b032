"""Begins to serve as the command line was told: one process, or several on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable

from app.kit.address import SQLITE, address_of
from app.kit.db import Database
from app.kit.durability import doubts
from app.main import create_app
from app.metrics.listener import listening_for_all, listening_for_one
from app.serving import several, sockets, web
from app.settings import Settings

__all__ = ["serve"]


def serve(settings: Settings, processes: int, *, worker: bool, say: Callable[[str], None]) -> None:
    """Serve until told to end (SIGTERM, Ctrl-C); ``say`` takes what the operator should read.

    Args:
        settings: those of the environment: processes that begin later read them there again.
        processes: how many serve; the worker is then one more.
        worker: whether effects and deadlines are carried out here too.

    Raises:
        PortTaken, ValueError: there is nothing to listen on, or this database is for one process.
        ChildProcessError: no process could begin.
    """
    if processes > 1 and address_of(settings.database_url).get_backend_name() == SQLITE:
        raise ValueError(
            f"SQLite serves one process, and {processes} were asked for: leave --processes out, or use PostgreSQL"
            " (DATABASE_URL)"
        )
    on = sockets.handed_over() or sockets.listening(settings.host, settings.port)
    if processes == 1:
        program = create_app(settings)
        _tell_doubts(program.state.db, say)
        say(_address(on.getsockname()))
        house = program.state.house
        with listening_for_one(settings, program.state.counted, house.db, house.clock):
            web.run(program, on, worker=worker, proxies=settings.trusted_proxies)
        return
    database = Database(settings.database_url)
    _tell_doubts(database, say)
    database.dispose()
    say(_address(on.getsockname()))
    with listening_for_all(settings):
        begun = several.serve(on, processes, worker=worker, proxies=settings.trusted_proxies)
    if not begun:
        raise ChildProcessError("the processes that serve could not begin; the log says why")


def _tell_doubts(database: Database, say: Callable[[str], None]) -> None:
    for doubt in doubts(database):
        say(f"waymark: a power cut could lose confirmed changes: {doubt}")


def _address(bound: object) -> str:
    """The line that says where it listens; a socket file has no port."""
    if isinstance(bound, tuple):
        return f"Waymark listens on http://{bound[0]}:{bound[1]}"
    return f"Waymark listens on {bound}"
