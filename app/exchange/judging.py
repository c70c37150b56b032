"""Compares what a partner says of its log now with what it said before: a log that only grows never contradicts itself.

The compact form of a checkpoint holds its number, the hash of the one before and counts that only grow. So two of the
same number, a number that goes back, counts that fall and a successor that names another predecessor can be told;
whether two far apart lie on one chain cannot, and is asked of the log itself (`waymark partner witnessed`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.exchange.testimony import COUNTED, Vouched

__all__ = [
    "ALARMS", "ANOTHER_ROOT", "COUNTS_FELL", "EPOCH_BACK", "GONE_BACK", "NEW_EPOCH", "NOT_EXTENDED", "SLACK", "UNSOUND",
    "WITHHELD", "Finding", "Held", "judge",
]  # fmt: skip

# No checkpoint that its country vouches for came with a letter, although one came before.
UNSOUND: Final = "unsound"
WITHHELD: Final = "withheld"
# The same number, made twice.
ANOTHER_ROOT: Final = "another_root"
# An earlier number, or an earlier epoch, was said to be the newest after a later one had been.
GONE_BACK: Final = "gone_back"
EPOCH_BACK: Final = "epoch_back"
COUNTS_FELL: Final = "counts_fell"
NOT_EXTENDED: Final = "not_extended"
# A backup was restored there. That happens; but whoever rewrites a log may call it that, so it is told as well.
NEW_EPOCH: Final = "new_epoch"
ALARMS: Final = frozenset({UNSOUND, WITHHELD, ANOTHER_ROOT, GONE_BACK, EPOCH_BACK, COUNTS_FELL, NOT_EXTENDED})
# Two letters may leave in another order than they were written, and clocks are corrected: docs/decisions/0036.
SLACK: Final = timedelta(minutes=10)
# Epoch -> when the partner first spoke in it, and when last.
Spans = Mapping[str, tuple[datetime, datetime]]


@dataclass(frozen=True, slots=True)
class Held:
    """One checkpoint of the partner that is kept here, and from when until when it said that this was its newest."""

    id: str
    number: int
    epoch: str
    hash: bytes
    body: bytes
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """What does not fit, and the id of the kept checkpoint that it does not fit with."""

    code: str
    other: str | None = None


def judge(new: Vouched, at: datetime, held: Sequence[Held], began: Spans) -> list[Finding]:
    """What does not fit between ``new``, said to be the newest at ``at``, and what is kept; each code once.

    held: of the same epoch, at least those of the same number, the nearest on either side, and those that contradict
    its moment. began: epoch -> when the partner first spoke in it, and last. Order is by when it was said, never by
    when it came: a stick may be weeks on its way.
    """
    found: dict[str, Finding] = {}
    for each in _all(new, at, held, began):
        found.setdefault(each.code, each)
    return list(found.values())


def _all(new: Vouched, at: datetime, held: Sequence[Held], began: Spans) -> Iterator[Finding]:
    for each in held:
        if each.number == new.number and each.hash != new.hash:
            yield Finding(ANOTHER_ROOT, each.id)
        if each.number > new.number and at > each.first + SLACK:
            yield Finding(GONE_BACK, each.id)
        if each.number < new.number and each.last > at + SLACK:
            yield Finding(GONE_BACK, each.id)
        said = json.loads(each.body)
        before, after = (said["counts"], new.counts) if each.number < new.number else (new.counts, said["counts"])
        if each.number != new.number and any(before[name] > after[name] for name in COUNTED):
            yield Finding(COUNTS_FELL, each.id)
        if each.number + 1 == new.number and new.previous != each.hash.hex():
            yield Finding(NOT_EXTENDED, each.id)
        if each.number == new.number + 1 and said["previous"] != new.hash.hex():
            yield Finding(NOT_EXTENDED, each.id)
    others = {epoch: span for epoch, span in began.items() if epoch != new.epoch}
    first = min(at, began[new.epoch][0]) if new.epoch in began else at
    if any(first < span[0] and at > span[0] + SLACK for span in others.values()):
        yield Finding(EPOCH_BACK)
    elif others and new.epoch not in began and all(at > span[1] for span in others.values()):
        # The first epoch of an installation has no name: whoever was in another cannot come back to it.
        yield Finding(NEW_EPOCH if new.epoch else EPOCH_BACK)
