"""G17: a log of 100 entries, every byte of every column flipped, and all that can be done to its order: detected."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from sqlalchemy import insert, select

from app.access.desk import House
from app.casework import history
from app.casework.checkpoints import LOOKS, STORED_LOOK, digest_of_look
from app.casework.history import COLUMNS, NO_HASH, STORED, Chain, Event, append, check_entries
from app.casework.timeline import HISTORY
from app.models.base import new_id
from tests.factories.towns import Town
from tests.inspect import writing
from workflows.facts import Actor

Entry = tuple[Any, ...]
ENTRIES: Final = 100
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SUBJECT: Final = "0b0a5d2c-7d0e-4f5e-9d53-3f2c9a541b8e"


def log_of(house: House) -> list[Entry]:
    """A chain of 100 entries, every second one with a sealed note, written by the program and read as it is checked."""
    chain, actor = Chain("case", SUBJECT, 0, NO_HASH), Actor(new_id(), frozenset({"x"}), "th-dsi", "TH-DSI", "TH")
    with pytest.raises(ZeroDivisionError), writing(house.db) as session:
        key = bytes(range(32))
        for number in range(1, ENTRIES + 1):
            now = house.clock.now() + timedelta(seconds=number, microseconds=number % 3)
            event = Event(
                "step", "move_placement", number, {"machine": "care", "to": "sheltered", "note": 'a "{}" ภาษา'},
                now, "A note." if number % 2 else None,
            )  # fmt: skip
            append(session, chain, event, actor, now, house.keys, key)
        query = select(*STORED).where(HISTORY.c.subject_id == SUBJECT).order_by(HISTORY.c.seq)
        log = [tuple(row) for row in session.execute(query)]
        assert check_entries(log, SUBJECT, ENTRIES, chain.head) == (ENTRIES, None)
        raise ZeroDivisionError  # nothing of it stays
    return log


def flips(value: Any, dice: random.Random) -> Iterator[Any]:
    """The value with one bit of each of its bytes changed, as its column could hold it; for nothing, something."""
    if value is None:
        yield from (b"", b"\0", "")
    elif isinstance(value, int):
        for place in range(4):
            yield value ^ 1 << (8 * place + dice.randrange(8))
    elif isinstance(value, datetime):  # PostgreSQL keeps microseconds in eight bytes; more than these are no year
        ticks = (value - EPOCH) // timedelta(microseconds=1)
        for place in range(7):
            yield EPOCH + timedelta(microseconds=ticks ^ 1 << (8 * place + dice.randrange(3)))
    else:
        raw = value.encode() if isinstance(value, str) else value
        for place in range(len(raw)):
            spoilt = raw[:place] + bytes([raw[place] ^ 1 << dice.randrange(8)]) + raw[place + 1 :]
            yield spoilt.decode("utf-8", "surrogateescape") if isinstance(value, str) else spoilt
        # SQLite takes another type too, and nothing at all.
        yield raw if isinstance(value, str) else raw.decode("latin-1")
        yield from (None, value[:-1], value * 2)


def told(log: Sequence[Entry], at: int, entry: Entry) -> bool:
    """Whether a check of the entries around place ``at`` tells that ``entry`` stands there."""
    before, after = log[max(0, at - 1) : at], log[at + 1 : at + 2]
    part = [*before, entry, *after]
    first = at - len(before)
    last = first + len(part)
    end = log[last - 1][COLUMNS.index("hash")]
    return check_entries(part, SUBJECT, last, end, after=first)[1] is not None


def undetected(log: Sequence[Entry], every: int = 1) -> tuple[int, dict[str, int]]:
    """How many flips were tried, and how many of each column nobody noticed."""
    dice, tried, missed = random.Random(17), 0, dict.fromkeys(COLUMNS, 0)
    for at, entry in enumerate(log):
        for place, name in enumerate(COLUMNS):
            for number, value in enumerate(flips(entry[place], dice)):
                if number % every:
                    continue
                tried += 1
                missed[name] += not told(log, at, (*entry[:place], value, *entry[place + 1 :]))
    return tried, missed


def test_every_byte_of_every_column_counts(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    log, engine = log_of(town.house), town.house.db.dialect
    assert set(COLUMNS) == {column.name for column in HISTORY.c}, "a column that is not hashed"
    tried, missed = undetected(log, every=1 if engine == "sqlite" else 23)
    assert not any(missed.values()), missed
    assert tried > (60_000 if engine == "sqlite" else 3_000)
    print(f"GATE g17.bytes=0 limit=0 n={tried}")
    # The mutants: leave one column after the other out of what is compared with the hashed bytes.
    right = history._column_that_differs
    said = {"sealed_note": "note"}
    for name in set(COLUMNS) - {"canonical", "previous", "hash", "seq"}:

        def blind(entry: Entry, subject_id: str, left_out: str = said.get(name, name)) -> str | None:
            found = right(entry, subject_id)
            return None if found == left_out else found

        monkeypatch.setattr(history, "_column_that_differs", blind)
        _, seen = undetected(log[:2], every=7)
        assert seen[name] > 0, f"leaving {name} out was not noticed"
    monkeypatch.undo()


def test_every_way_to_disturb_the_order_is_told(town: Town) -> None:
    log = log_of(town.house)
    head, seq = log[-1][COLUMNS.index("hash")], COLUMNS.index("seq")

    def renumbered(entries: Sequence[Entry]) -> list[Entry]:
        return [(number, *entry[1:]) for number, entry in enumerate(entries, 1)]

    assert seq == 0
    ways: dict[str, Callable[[int], list[Entry]]] = {
        "delete": lambda at: log[:at] + log[at + 1 :],
        "insert": lambda at: log[: at + 1] + log[(at + 50) % ENTRIES :][:1] + log[at + 1 :],
        "swap": lambda at: log[:at] + log[at : at + 2][::-1] + log[at + 2 :] if at < ENTRIES - 1 else log[::-1],
        "truncate": lambda at: log[:at],
        "duplicate": lambda at: log[: at + 1] + log[at:],
    }
    for name, way in ways.items():
        for at in range(ENTRIES):
            for entries in (way(at), renumbered(way(at))):
                for count in {ENTRIES, len(entries)}:
                    assert check_entries(entries, SUBJECT, count, head)[1] is not None, (name, at)


def test_every_byte_of_every_look_counts(town: Town) -> None:
    with pytest.raises(ZeroDivisionError), writing(town.house.db) as session:
        rows = [
            {
                "id": new_id(), "at": town.clock.now() + timedelta(seconds=number), "actor_id": new_id(),
                "country": "TH", "action": "case_opened", "subject_kind": "case", "subject_id": new_id(),
                "detail": '{"count":1}' if number % 2 else None,
            }
            for number in range(ENTRIES)
        ]  # fmt: skip
        session.execute(insert(LOOKS), rows)
        query = select(*STORED_LOOK).where(LOOKS.c.action == "case_opened").order_by(LOOKS.c.at)
        looks = [tuple(row) for row in session.execute(query)]
        raise ZeroDivisionError  # nothing of it stays
    names = [column.name for column in LOOKS.c]

    def missed(look: Entry, digest: Callable[[Any], bytes] = digest_of_look) -> tuple[int, dict[str, int]]:
        kept, tried, found = digest(look), 0, dict.fromkeys(names, 0)
        for place, name in enumerate(names):
            for value in flips(look[place], dice):
                tried += 1
                with suppress(ValueError):  # no text at all: told too
                    found[name] += digest((*look[:place], value, *look[place + 1 :])) == kept
        return tried, found

    tried, dice = 0, random.Random(18)
    for look in looks:
        some, found = missed(look)
        tried += some
        assert not any(found.values()), found
    assert tried > 10_000
    for place, name in enumerate(names):
        # The mutant: a digest that leaves this column out.
        def blind(values: Any, left_out: int = place) -> bytes:
            return digest_of_look((*values[:left_out], "-", *values[left_out + 1 :]))

        assert missed(looks[0], blind)[1][name] > 0, f"leaving {name} out was not noticed"


