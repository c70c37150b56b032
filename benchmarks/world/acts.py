"""Acts: how one slot of a copy is filled from others; each gives the act for the slots it is told of."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from benchmarks.world.mould import Act


def encode(slot: int, text: int) -> Act:
    """The bytes of a text."""

    def act(values: list[Any]) -> None:
        values[slot] = values[text].encode()

    return act


def sha256(slot: int, of: int) -> Act:
    """The SHA-256 of bytes."""

    def act(values: list[Any]) -> None:
        values[slot] = hashlib.sha256(values[of]).digest()

    return act


def in_hex(slot: int, of: int) -> Act:
    """Bytes in hexadecimal letters."""

    def act(values: list[Any]) -> None:
        values[slot] = values[of].hex()

    return act


def chain(slot: int, before: int, canonical: int) -> Act:
    """The hash of an entry: over the hash before it and its own bytes (app/casework/history.py)."""

    def act(values: list[Any]) -> None:
        values[slot] = hashlib.sha256(values[before] + values[canonical]).digest()

    return act


def seal(seal: Callable[[bytes, bytes, bytes], bytes], slot: int, key: int, told: int, place: int) -> Act:
    """Bytes sealed under a key at a place; ``seal``: of the ring of the store."""

    def act(values: list[Any]) -> None:
        values[slot] = seal(values[key], values[told], values[place])

    return act


def sign(sign: Callable[[bytes], bytes], slot: int, over: int) -> Act:
    """A signature over bytes; ``sign``: of the country that signs."""

    def act(values: list[Any]) -> None:
        values[slot] = sign(values[over])

    return act

