"""What a process counts while it works: requests, connections to the database, effects, rounds of the worker.

Every label comes from a list that is closed before anybody asks for anything: templates of routes, methods, classes of
status, names of effects and rounds in the program, codes of countries in the policies. What is on none is "other".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from sqlalchemy import event

from app.kit.db import Database

__all__ = ["OTHER", "Counted"]

OTHER: Final = "other"
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# Seconds. Few, for there are hundreds of routes.
_ANSWERS: Final = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
_WAITS: Final = (0.001, 0.01, 0.1, 1.0, 10.0)


class Counted:
    """The figures of one process; several processes keep theirs in files that one of them adds up."""

    def __init__(self, countries: Iterable[str] = (), effects: Iterable[str] = ()) -> None:
        """countries: codes of those that messages go to; effects: the names of what the worker carries out."""
        self.registry = CollectorRegistry()
        self._routes: frozenset[str] = frozenset()
        self._countries, self._effects = frozenset(countries), frozenset(effects)
        own: dict[str, Any] = {"registry": self.registry}
        self._requests = Histogram(
            "waymark_request_seconds", "Requests answered, by route, and how long they took",
            ("route", "method", "status"), buckets=_ANSWERS, **own,
        )  # fmt: skip
        self._in_use = Gauge(
            "waymark_database_connections_in_use", "Connections to the database in use",
            multiprocess_mode="livesum", **own,
        )  # fmt: skip
        self._waits = Histogram(
            "waymark_database_connection_wait_seconds", "How long was waited for a connection to the database",
            buckets=_WAITS, **own,
        )  # fmt: skip
        self._effects_done = Counter(
            "waymark_effects", "Effects of the outbox that were tried", ("effect", "outcome"), **own
        )
        self._messages = Counter(
            "waymark_messages", "Messages and receipts that were brought to a country", ("partner", "outcome"), **own
        )
        self._rounds = Counter("waymark_worker_rounds", "Rounds of the worker", ("round", "outcome"), **own)

    def know(self, routes: Iterable[str]) -> None:
        """The templates of all routes there are; a request to anything else is counted as of no route."""
        self._routes = frozenset(routes)

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """A request was answered; status 0: it was not."""
        labels = (
            route if route in self._routes else OTHER, method if method in METHODS else OTHER,
            f"{status // 100}xx" if 100 <= status < 600 else OTHER,
        )  # fmt: skip
        self._requests.labels(*labels).observe(seconds)

    def effect(self, name: str, partner: str | None, outcome: str) -> None:
        """An effect was tried. partner: the country that it travels to, None: to none; outcome: a word of the code."""
        self._effects_done.labels(name if name in self._effects else OTHER, outcome).inc()
        if partner is not None:
            self._messages.labels(partner if partner in self._countries else OTHER, outcome).inc()

    def round(self, name: str, outcome: str) -> None:
        """A round of the worker was made; both are words of the code."""
        self._rounds.labels(name, outcome).inc()

    def watch(self, database: Database) -> None:
        """Count the connections of this database from now on."""
        event.listen(database.engine, "checkout", lambda *_: self._in_use.inc())
        event.listen(database.engine, "checkin", lambda *_: self._in_use.dec())
        database.tell_waits(self._waits.observe)
