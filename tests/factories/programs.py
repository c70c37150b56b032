"""The running program for tests: built once in each process, and moved into another house for each test.

To build it takes longer than most tests take; what a test may change of it is what it holds, never its routes.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from fastapi import FastAPI

import app.main
from app.kit.clock import Clock
from app.settings import Settings
from policies.load import load_policies
from tests.factories.houses import CHEAP

# Settings that name a place: a house is opened there, and no route depends on them.
_PLACES: Final = frozenset(
    {
        "var", "database_url", "owner_database_url", "kek_file", "key_service", "key_service_file", "token_key_file",
        "signing_folder", "checkpoint_key_file", "partners_folder",
    }  # fmt: skip
)


@dataclass(frozen=True)
class _Built:
    """A program that nobody uses now, and what its site held when it was new."""

    program: FastAPI
    site: Any


_FREE: Final[defaultdict[tuple[Any, ...], list[_Built]]] = defaultdict(list)


@contextmanager
def program(settings: Settings, clock: Clock) -> Iterator[FastAPI]:
    """The program over ``settings``, for one user at a time: built where none like it is free.

    Rooms, trial rooms and policies that a test put into `app.main` make it another program; whoever changes anything
    else that it is built of says `own_programs`.
    """
    free = _FREE[_likeness(settings)]
    built = _moved(free.pop(), settings, clock) if free else _new(settings, clock)
    yield built.program
    free.append(built)


@contextmanager
def own_programs() -> Iterator[None]:
    """Within the block every program is built anew, and none of them is used by anybody afterwards."""
    kept = dict(_FREE)
    _FREE.clear()
    try:
        yield
    finally:
        _FREE.clear()
        _FREE.update(kept)


def _likeness(settings: Settings) -> tuple[Any, ...]:
    """What two programs must have in common to be used for one another."""
    rooms = (app.main.ROOMS, app.main.PAGE_ROOMS)
    trials = [sys.modules.get(f"app.trial.{door}") for door in ("api", "pages")]
    routes = [route for trial in trials if trial is not None for route in trial.router.routes]
    endpoints = tuple(f"{route.endpoint.__module__}.{route.endpoint.__qualname__}" for route in routes)
    own_policies = app.main.load_policies is load_policies
    return (settings.model_dump_json(exclude=set(_PLACES)), rooms, endpoints, own_policies)


def _new(settings: Settings, clock: Clock) -> _Built:
    made = app.main.create_app(settings, clock, passwords=CHEAP)
    return _Built(made, made.state.html.state.site)


def _moved(built: _Built, settings: Settings, clock: Clock) -> _Built:
    made = built.program
    house = app.main.open_house(settings, clock, CHEAP)
    for part in (made, made.state.api, made.state.html, made.state.slot):
        app.main._share(part, house)
    made.state.html.state.settings = settings
    made.state.html.state.site = built.site
    return built
