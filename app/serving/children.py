"""What the processes of a server are that serves with several: programs, and the worker. Each begins from nothing."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Final, TypeVar

from fastapi import FastAPI

from app.access.unsafe_start import UnsafeStart
from app.kit import log
from app.kit.keyfile import KeyMissing
from app.main import counted_of, create_app, open_house
from app.metrics.listener import listening_for_one
from app.settings import Settings
from app.worker import Worker

__all__ = ["program", "work", "worker"]

# A process that cannot begin is begun again: while the database is away, and not as fast as the machine can.
REST_SECONDS: Final = 2.0
Built = TypeVar("Built")


def program() -> FastAPI:
    """The program, in a process that serves it beside others; without their parent it ends as if told to."""
    _stay_with_parent()
    return _begun(create_app)


def worker() -> None:
    """The worker, in a process of its own beside those that serve."""
    _stay_with_parent()
    _begun(lambda: work(Settings(), listens=False))


def work(settings: Settings, *, listens: bool = True) -> None:
    """Carry out effects and ring deadlines until this process is told to end (SIGTERM, or Ctrl-C).

    listens: its metrics are read here, where the settings say so; else the process that began this one adds them up.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    house = open_house(settings)
    counted = counted_of(settings, house)
    with listening_for_one(settings, counted if listens else None, house.db, house.clock):
        Worker(house, counted=counted).run(stop)


def _begun(begin: Callable[[], Built]) -> Built:
    log.configure()
    try:
        return begin()
    except Exception as error:  # noqa: BLE001 - whatever it is: the others serve on, and this one is tried again
        why = str(error) if isinstance(error, UnsafeStart | KeyMissing) else type(error).__name__
        log.logger().error("process_cannot_begin", text=why)
        time.sleep(REST_SECONDS)
        raise SystemExit(1) from None


def _stay_with_parent() -> None:
    """End when the process that began this one is gone, by whatever death: nobody would end it, and it has the port."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()
