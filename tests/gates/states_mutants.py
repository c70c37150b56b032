"""Faults planted in the program that the simulation must notice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

import pytest

from app.casework import messages, mirror, projection, receipts
from tests.gates.lossy_sides import no_inbox_dedupe


def _no_inbox_dedupe(patch: pytest.MonkeyPatch) -> None:
    """The receiver does not remember what it has taken in."""
    patch.setattr(receipts, "found", receipts.found)
    no_inbox_dedupe()


def _applies_out_of_order(patch: pytest.MonkeyPatch) -> None:
    """The receiver takes any number of a conversation, whatever came before it."""
    patch.setattr(mirror, "_must_be_next", lambda desk, header: None)


def _custody_before_the_receipt(patch: pytest.MonkeyPatch) -> None:
    """The sender lets go when it signs, and not when the receiver has."""
    known = projection.referral_after_step

    def hasty(facts: Any, step: str, *more: Any) -> Any:
        after = known(facts, step, *more)
        return replace(after, custody="receiver") if step == "sign_handover" else after

    patch.setattr(projection, "referral_after_step", hasty)


def _clock_decides(patch: pytest.MonkeyPatch) -> None:
    """The last message of a conversation is the one with the latest moment, not the one with the highest number."""
    table = messages.TABLE
    patch.setattr(messages, "_LAST", messages._LAST.order_by(None).order_by(table.c.created_at.desc()))


MUTANTS: Final[Mapping[str, Callable[[pytest.MonkeyPatch], None]]] = {
    "no_inbox_dedupe": _no_inbox_dedupe,
    "applies_out_of_order": _applies_out_of_order,
    "custody_before_the_receipt": _custody_before_the_receipt,
    "clock_decides": _clock_decides,
}


@contextmanager
def planted(name: str) -> Iterator[None]:
    """The fault of that name is in the program as long as the block lasts."""
    with pytest.MonkeyPatch.context() as patch:
        MUTANTS[name](patch)
        yield
