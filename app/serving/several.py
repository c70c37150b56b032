"""Serves with several processes behind one socket: uvicorn's supervisor, and the worker in a process beside them."""

from __future__ import annotations

import multiprocessing
import signal
import socket
import threading
from collections.abc import Sequence
from multiprocessing.context import SpawnProcess
from typing import Final

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from app.kit import log
from app.metrics.listener import forget
from app.serving import children, notify
from app.serving.web import configured

__all__ = ["Several", "serve"]

_SPAWN: Final = multiprocessing.get_context("spawn")
_ENDS: Final = frozenset({signal.SIGTERM, signal.SIGINT})
PROGRAM: Final = "app.serving.children:program"
# How long a new process may take to begin before the one that it replaces is kept. A machine may be busy.
BEGIN_SECONDS: Final = 600


def serve(on: socket.socket, processes: int, *, worker: bool = True, proxies: Sequence[str] = ()) -> bool:
    """Serve on the socket with so many processes until told to end (SIGTERM, Ctrl-C); False if none could begin.

    SIGHUP replaces them one by one by what is installed now: each new one answers before an old one stops. A process
    that dies is replaced. All of them and this one hold the same socket, so a connection that came while one of them
    ends is taken by another. ``worker``: it runs in one process of its own. ``proxies``: as in app.serving.web.
    """
    log.configure()
    server = Several(configured(PROGRAM, proxies, processes=processes), on, worker=worker)
    server.run()
    return not any(process.exitcode == STARTUP_FAILURE for process in server.processes)


class Several(Multiprocess):
    """Uvicorn's supervisor; beside it keeps the worker, and tells the service manager how far it is."""

    def __init__(self, config: uvicorn.Config, on: socket.socket, *, worker: bool) -> None:
        """``config``: names what builds the program; ``worker``: there is one beside the processes that serve."""
        super().__init__(config, [on])
        self.should_exit = _Ending(self.signal_queue)
        self._wanted = worker
        self._worker: SpawnProcess | None = None
        self._told = False

    def init_processes(self) -> None:
        """Begin all of them."""
        super().init_processes()
        self._begin_worker()

    def keep_subprocess_alive(self) -> None:
        """Twice a second: replace who died or hangs, and say once that all of them serve."""
        before = [process.pid for process in self.processes]
        super().keep_subprocess_alive()
        self._forget(before)
        if self.should_exit.is_set():
            return
        replaced = sum(process.pid not in before for process in self.processes)
        if replaced:
            log.logger().warning("process_replaced", job="web", count=replaced)
        if self._worker is not None and not self._worker.is_alive():
            log.logger().warning("process_replaced", job="worker", count=1)
            self._begin_worker()
        if not self._told and all(process.is_ready() for process in self.processes):
            self._told = True
            notify.ready()

    def restart_all(self) -> None:
        """Replace all of them by what is installed now, one by one; the worker last, and there are never two."""
        notify.reloading()
        before = [process.pid for process in self.processes]
        silent, self.config.timeout_worker_healthcheck = self.config.timeout_worker_healthcheck, BEGIN_SECONDS
        super().restart_all()
        self.config.timeout_worker_healthcheck = silent
        self._forget(before)
        kept = sum(process.pid in before for process in self.processes)
        if kept:
            log.logger().error("process_kept", job="web", count=kept)
        if self._worker is not None and not self.should_exit.is_set():
            self._worker.terminate()
            self._worker.join()
            self._begin_worker()
        notify.ready()

    def terminate_all(self) -> None:
        """Tell all of them to finish."""
        notify.stopping()
        super().terminate_all()
        if self._worker is not None:
            self._worker.terminate()

    def join_all(self) -> None:
        """Wait until all of them have finished."""
        super().join_all()
        if self._worker is not None:
            self._worker.join()

    def _forget(self, before: Sequence[int | None]) -> None:
        for pid in {*before} - {process.pid for process in self.processes}:
            if pid is not None:
                forget(pid)

    def _begin_worker(self) -> None:
        if self._wanted:
            self._worker = _SPAWN.Process(target=children.worker, name="worker")
            self._worker.start()


class _Ending(threading.Event):
    """Set also when the order to end is there and not yet looked at: nobody waits until a replacement is through."""

    def __init__(self, signals: list[int]) -> None:
        super().__init__()
        self._signals = signals

    def is_set(self) -> bool:
        return super().is_set() or bool(_ENDS & set(self._signals))
