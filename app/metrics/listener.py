"""The address at which metrics are read: off unless WAYMARK_METRICS_LISTEN names it, never the public one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.partners import Partners
from app.metrics.counted import Counted
from app.metrics.installation import Installation
from app.settings import Settings
from policies.load import load_policies

__all__ = ["forget", "listening_for_all", "listening_for_one"]

# Read by the library when it is loaded: processes that find it keep their figures in files there.
SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"


@contextmanager
def listening_for_one(settings: Settings, counted: Counted | None, database: Database, clock: Clock) -> Iterator[None]:
    """Within the block the figures of this process can be read, if the settings say where. Raises ValueError."""
    if not settings.metrics_listen or counted is None:
        yield
        return
    with _listening(settings, counted.registry, database, clock):
        yield


@contextmanager
def listening_for_all(settings: Settings) -> Iterator[None]:
    """The same for the processes that are begun within the block, added up; their files go with it."""
    if not settings.metrics_listen:
        yield
        return
    database = Database(settings.database_url)
    with tempfile.TemporaryDirectory(prefix="waymark-metrics-") as folder:
        registry = CollectorRegistry()
        MultiProcessCollector(registry, path=folder)  # type: ignore[no-untyped-call]
        os.environ[SHARED] = folder
        try:
            with _listening(settings, registry, database, Clock()):
                yield
        finally:
            del os.environ[SHARED]
            database.dispose()


def forget(pid: int) -> None:
    """What a process had in use that is gone; what it had counted stays."""
    if folder := os.environ.get(SHARED):
        mark_process_dead(pid, folder)  # type: ignore[no-untyped-call]


@contextmanager
def _listening(settings: Settings, registry: CollectorRegistry, database: Database, clock: Clock) -> Iterator[None]:
    host, _, port = settings.metrics_listen.rpartition(":")
    countries = {*load_policies(settings.policies_folder).countries, *Partners(settings.partners_folder).countries}
    backups: Path | None = settings.backup_target
    registry.register(Installation(database, clock, backups, countries))
    try:
        server, thread = start_http_server(int(port), host.strip("[]"), registry)
    except OSError as error:
        why = f"{settings.metrics_listen} cannot be listened on ({error.strerror}); choose another"
        raise ValueError(f"WAYMARK_METRICS_LISTEN: {why}") from None
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
