"""What is asked of the installation when somebody reads the metrics: outbox, late deadlines, jobs, age of backups."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from app.casework.jobs import STATES
from app.kit.bundle import DATA, KEYS, kept
from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.errors import AppError
from app.metrics.counted import OTHER
from app.metrics.queries import Counts, counts

__all__ = ["Installation"]

# Where an effect goes that travels to no other country.
HOME: Final = "home"
# Whoever asks more often gets what was counted last.
FRESH_SECONDS: Final = 10.0


class Installation(Collector):
    """Counts when asked, and not more often than every ten seconds. With the database away it says only that."""

    def __init__(self, database: Database, clock: Clock, backups: Path | None, countries: Iterable[str]) -> None:
        """backups: the folder they go to; countries: the codes that may stand in a label."""
        self._database, self._clock, self._backups = database, clock, backups
        self._countries = frozenset(countries)
        self._lock = threading.Lock()
        self._counted: Counts | None = None
        self._at = -FRESH_SECONDS

    def collect(self) -> Iterator[Metric]:
        """Every figure; called in a thread of whoever listens."""
        found, now = self._counts(), self._clock.now()
        yield GaugeMetricFamily("waymark_database_answers", "1 if the database answers", float(found is not None))
        if found is not None:
            yield from self._of(found)
        ages = GaugeMetricFamily("waymark_backup_age_seconds", "Age of the newest backup", labels=["part"])
        for part in (DATA, KEYS):
            newest = max((moment for moment, _ in kept(self._backups, part)), default=None) if self._backups else None
            if newest is not None:
                ages.add_metric([part], (now - newest).total_seconds())
        yield ages

    def _counts(self) -> Counts | None:
        with self._lock:
            if time.monotonic() - self._at >= FRESH_SECONDS:
                try:
                    with self._database.read() as session:
                        self._counted = counts(session, self._clock.now())
                except (SQLAlchemyError, AppError):
                    self._counted = None
                self._at = time.monotonic()
            return self._counted

    def _of(self, found: Counts) -> Iterator[Metric]:
        oldest = 0.0 if found.oldest is None else (self._clock.now() - found.oldest).total_seconds()
        waiting: dict[str, int] = {HOME: 0}
        for country, number in found.waiting.items():
            to = HOME if country is None else country if country in self._countries else OTHER
            waiting[to] = waiting.get(to, 0) + number
        yield _by("waymark_outbox_waiting", "Effects that wait, by where they go", "partner", waiting)
        yield GaugeMetricFamily("waymark_outbox_failing", "Waiting effects that were tried in vain", found.failing)
        yield GaugeMetricFamily("waymark_outbox_oldest_seconds", "Age of the oldest that waits", oldest)
        yield GaugeMetricFamily("waymark_deadlines_late", "Open duties whose time has passed", found.late)
        jobs = {state: found.jobs.get(state, 0) for state in STATES}
        yield _by("waymark_jobs", "Long work, by state", "state", jobs)


def _by(name: str, what: str, label: str, values: Mapping[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, what, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family
