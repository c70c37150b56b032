"""Serves a program in this process: uvicorn as the house sets it, and an end that cuts nobody off."""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from typing import Any, Final

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from app.access.health import STOPPING
from app.serving import notify
from app.worker import Worker

__all__ = ["LASTING", "Lasting", "configured", "run"]

# By its name: a process that is begun answers whether it lives before it has read what this module needs.
LASTING: Final = "app.serving.web:Lasting"

# What still runs so long after the order to stop is given up. Service managers have to wait longer before they kill.
GRACE_SECONDS: Final = 60
# A process that says nothing for so long hangs, and is replaced. On a loaded machine one may begin slowly.
SILENT_SECONDS: Final = 120


class Lasting(H11Protocol):
    """A connection that outlives the order to stop by one answer, so that nobody writes into a line that is cut.

    Uvicorn closes a connection that waits for its next request at once: whoever is just sending one on it loses it.
    Here it stays as long as it would have stayed anyway. The next answer on it says that it was the last
    (app/access/shell.py), and so does the answer to what runs now.
    """

    def shutdown(self) -> None:
        """Called by the server for every connection when it stops."""
        told: threading.Event | None = self.app_state.get(STOPPING)
        if told is not None:
            told.set()
        asked: Any = self.cycle
        if asked is None and self.timeout_keep_alive_task is None:
            # Nothing was ever asked on it, so nothing counts its time yet.
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )


class _Told(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        notify.ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        notify.stopping()
        await super().shutdown(sockets)


def configured(
    app: FastAPI | str, proxies: Sequence[str], *, processes: int = 1, http: str = LASTING
) -> uvicorn.Config:
    """How the house has a program served, in this process or in several.

    Args:
        app: the program, or for several processes the name of what builds it in each of them.
        proxies: as for `run`.
        processes: how many; an environment that says otherwise (WEB_CONCURRENCY) is not asked.
        http: the name of what speaks with a client.
    """
    # The program writes its own line for each request, and lines of the server in its own format; the server's headers
    # would only tell what it runs on.
    return uvicorn.Config(
        app, factory=isinstance(app, str), workers=processes, http=http, log_config=None, log_level="warning",
        access_log=False, server_header=False, ws="none", proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies), timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_worker_healthcheck=SILENT_SECONDS,
    )  # fmt: skip


def run(app: FastAPI, on: socket.socket, *, worker: bool = True, proxies: Sequence[str] = ()) -> None:
    """Serve ``app`` on the socket until the program is told to end; then finish what runs.

    ``worker``: the worker runs inside. ``proxies``: addresses or networks whose X-Forwarded-For is believed, so that
    one person's failed sign-ins do not count for everybody behind the same proxy.
    """
    if worker:
        app.state.worker = Worker(app.state.house, counted=app.state.counted).run
    _Told(configured(app, proxies)).run(sockets=[on])
