"""States of a database that were brought about once are laid out again, row by row, instead of being made anew.

Half of what the tests of `tests/app` cost was the same towns and cases, brought to the same point thousands of times.
The first time everything runs as it does in use, through the real services. The rows it wrote are kept, and put into
the next database of which all is known: it was in the very same state, at the same moment, under the same keys, and
nobody has written to it since (SQLite and PostgreSQL are asked, no caller is believed). Wherever one of these is in
doubt, whenever a test has patched anything, and in every test outside `tests/app`, it runs anew. What a test does
itself is never kept: only what the factories bring about before it begins.
"""

from __future__ import annotations

import itertools
import os
import threading
import unittest.mock
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar
from weakref import WeakKeyDictionary, WeakSet

import pytest

from app.access.desk import House
from app.settings import Settings
from policies.model import Policies
from tests.grounds import Content, Ground, Rows

__all__ = ["Grown", "fresh", "grown", "keys_of_town", "lasting_keys", "once", "patches_noticed"]

Value = TypeVar("Value")
# Each holds some hundred rows.
MOST_KEPT: Final = 400
# What Python says of a thing that says nothing of itself: another may say the same tomorrow.
_ADDRESS: Final = " at 0x"
# Whoever reads what the program says while it works wants to read all of it.
_LISTENING: Final = frozenset({"capsys", "capfd", "caplog", "capsysbinary", "capfdbinary"})
# What a test listens to that counts or stops statements.
_OVERHEARD: Final = ("before_cursor_execute", "after_cursor_execute", "before_execute", "after_execute", "commit")


@dataclass(frozen=True)
class _Kept:
    """What one act made of a known state: the next state, the rows that differ, and what the act gave back."""

    state: str
    differs: dict[str, tuple[bool, Rows]]
    value: Any
    # Held, so that nothing else ever has the number by which they are told apart.
    policies: Policies


class Grown:
    """What this process has brought about so far, and the one database that may use it now."""

    def __init__(self) -> None:
        self.allowed = False
        self.laid = 0
        self._kept: OrderedDict[tuple[Any, ...], _Kept] = OrderedDict()
        self._numbers = itertools.count(1)
        self._grounds: dict[str, Ground] = {}
        # Ids are the same in every database that is laid out alike. Two at once would know each other's.
        self._holder: str | None = None
        # Which keys a house holds: those that stay for the whole run, or those a town was given.
        self._lasting: WeakKeyDictionary[Any, tuple[str, Path | None]] = WeakKeyDictionary()
        self._town_keys: dict[Path, tuple[int, bytes | None]] | None = None
        self._keys_lent = False
        self._patching: WeakSet[Any] = WeakSet()
        self._patched_before: frozenset[int] = frozenset()
        self._mocks = 0

    # What is known of databases and keys ------------------------------------------------------------------------------

    @contextmanager
    def known(self, ground: Ground) -> Iterator[None]:
        """Within the block the database of ``ground``, which is as its template was, may be laid out."""
        self._grounds[ground.name] = ground
        try:
            yield
        finally:
            del self._grounds[ground.name]
            if self._holder == ground.name:
                self._holder = None

    def lasts(self, keys: Any) -> None:
        """A key ring, or signing keys, that all tests of the run use."""
        self._lasting[keys] = (f"lasting {next(self._numbers)}", None)

    @contextmanager
    def town_keys(self, settings: Settings) -> Iterator[Callable[[House], None]]:
        """Within the block a town may hold the keys that every town holds, one after the other.

        Gives what is told of the house once it is open.
        """
        mine = self._may() and not self._keys_lent and _plain(settings) and not settings.var.exists()
        if not mine:
            yield _nothing
            return
        self._keys_lent = True
        if self._town_keys is not None:
            _put(self._town_keys, settings.var)

        def opened(house: House) -> None:
            for country in ("TH", "MM"):
                house.signing.signer(country)
            if self._town_keys is None:
                self._town_keys = _taken(settings.var)
            self._lasting[house.keys] = self._lasting[house.signing] = ("town", settings.var)

        try:
            yield opened
        finally:
            self._keys_lent = False

    # Acts -------------------------------------------------------------------------------------------------------------

    def once(self, house: House, act: str, made: Callable[[], Value], told: Any, *, sealed: bool) -> Value:
        """What ``made()`` gives, its rows written by it or laid out; see `once`."""
        ground = self._ground_of(house)
        before = ground.state() if ground is not None else None
        keys = self._keys_of(house) if sealed else ""
        if ground is None or before is None or keys is None:
            return made()
        now = house.clock.now()
        key = (before, act, now, keys, id(house.policies), repr(told))
        if _ADDRESS in key[-1]:
            return made()
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            ground.lay(kept.differs, kept.state)
            self.laid += 1
            return _again(kept.value)
        old, files = ground.content(), self._files(house)
        value = made()
        if house.clock.now() != now or self._files(house) != files or house.setbacks._of:
            return value
        if sealed and self._keys_of(house) != keys:
            return value
        new = ground.read()
        state = f"state {next(self._numbers)}"
        self._kept[key] = _Kept(state, _difference(old, new), _again(value), house.policies)
        ground.is_now(state, new)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return value

    def _ground_of(self, house: House) -> Ground | None:
        if not self._may() or house.mail is not None or house.partners.countries:
            return None
        heard = house.db.engine.dispatch
        if any(getattr(heard, name) for name in _OVERHEARD):
            return None
        name = str(house.db.engine.url.database)
        ground = self._grounds.get(name)
        if ground is None or self._holder not in (None, name):
            return None
        self._holder = name
        return ground

    def _keys_of(self, house: House) -> tuple[Any, ...] | None:
        ring, signing = self._lasting.get(house.keys), self._lasting.get(house.signing)
        if ring is None or signing is None:
            return None
        signers = tuple((country, house.signing.signer(country).key_id) for country in house.signing.countries)
        return (ring[0], signing[0], house.keys.current, house.keys.versions, signers)

    def _files(self, house: House) -> dict[str, bytes]:
        """What lies beside the database of a town: an act that writes there is not kept."""
        _, var = self._lasting.get(house.keys, ("", None))
        if var is None:
            return {}
        return {str(file): file.read_bytes() for file in var.rglob("*") if file.is_file()}

    # When -------------------------------------------------------------------------------------------------------------

    def _may(self) -> bool:
        return self.allowed and not self._patched() and threading.current_thread() is threading.main_thread()

    def _patched(self) -> bool:
        return self._mocks > 0 or any(
            id(each) not in self._patched_before and (each._setattr or each._setitem or each._cwd or each._savesyspath)
            for each in self._patching
        )

    @contextmanager
    def patches_noticed(self) -> Iterator[None]:
        """Within the block it is known whether anything is patched, beside what was before."""
        with pytest.MonkeyPatch.context() as own:
            patching = self._patching
            for name in ("setattr", "delattr", "setitem", "delitem", "chdir", "syspath_prepend"):
                own.setattr(pytest.MonkeyPatch, name, _noting(getattr(pytest.MonkeyPatch, name), patching.add))
            mocks: Any = unittest.mock._patch  # type: ignore[attr-defined]
            own.setattr(mocks, "__enter__", _noting(mocks.__enter__, self._one_mock_more))
            own.setattr(mocks, "__exit__", _noting(mocks.__exit__, self._one_mock_less))
            self._patched_before = frozenset(map(id, (own, *patching)))
            yield

    def _one_mock_more(self, _: Any) -> None:
        self._mocks += 1

    def _one_mock_less(self, _: Any) -> None:
        self._mocks -= 1

    def begins(self, item: pytest.Item) -> None:
        """A test begins: whether its towns and cases may be laid out."""
        below = item.path.relative_to(item.config.rootpath).parts[:2]
        self.allowed = below == ("tests", "app") and not _LISTENING & set(getattr(item, "fixturenames", ()))


grown: Final = Grown()
fresh, lasting_keys, keys_of_town, patches_noticed = grown.known, grown.lasts, grown.town_keys, grown.patches_noticed


def once(house: House, act: str, made: Callable[[], Value], *told: Any, sealed: bool = True) -> Value:
    """What ``made()`` gives: brought about by it, or laid out as it was the last time.

    Args:
        act: the name of what is done; with ``told``, all that its outcome depends on beside the house.
        sealed: whether any key of the house is used.
    """
    return grown.once(house, act, made, told, sealed=sealed)


def _difference(old: Content, new: Content) -> dict[str, tuple[bool, Rows]]:
    """Table -> its new rows at the end; or, where others changed, True and all of them."""
    found = {}
    for table, rows in new.items():
        before = old.get(table, [])
        if rows[: len(before)] != before:
            found[table] = (True, rows)
        elif len(rows) > len(before):
            found[table] = (False, rows[len(before) :])
    return found


def _again(value: Any) -> Any:
    """The same, in containers that a test may change."""
    if isinstance(value, dict):
        return dict(value)
    return tuple(map(_again, value)) if type(value) is tuple else value


def _plain(settings: Settings) -> bool:
    """Whether a town lies where every town lies: nothing of it but its database and its folder is its own."""
    alone = {"var", "database_url"}
    usual = Settings(environment="demo", var=settings.var, database_url=settings.database_url)
    return settings.model_dump(exclude=alone) == usual.model_dump(exclude=alone) and not any(
        name.startswith("WAYMARK_") for name in os.environ
    )


def _taken(folder: Path) -> dict[Path, tuple[int, bytes | None]]:
    """Every folder and file below ``folder`` and itself, with its mode; files with their bytes."""
    found = sorted([folder, *folder.rglob("*")])
    return {
        each.relative_to(folder): (each.stat().st_mode & 0o777, each.read_bytes() if each.is_file() else None)
        for each in found
    }


def _put(taken: dict[Path, tuple[int, bytes | None]], folder: Path) -> None:
    for name, (mode, content) in taken.items():
        place = folder / name
        if content is None:
            place.mkdir(parents=True)
        else:
            place.write_bytes(content)
        place.chmod(mode)


def _noting(real: Callable[..., Any], note: Callable[[Any], None]) -> Callable[..., Any]:
    def noted(self: Any, *arguments: Any, **named: Any) -> Any:
        note(self)
        return real(self, *arguments, **named)

    return noted


def _nothing(_: House) -> None:
    pass
