"""A knock at another installation's door: whether it answers, as what, and by which clock. Nothing is said to it."""

from __future__ import annotations

import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

import httpx2

from app.exchange.remote import INBOX
from app.kit.clock import Clock
from app.kit.partners import Partner

__all__ = ["Knock", "knock"]

# Whoever runs a command waits for it.
TIMES: Final = httpx2.Timeout(10.0, connect=5.0)
# The door takes letters and gives nothing out: whoever asks to read there is told so.
NOT_TO_READ: Final = 405
# Nothing is at that address, or something that is no door.
_ELSEWHERE: Final = (404, 410)
_DOWN: Final = (500, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class Knock:
    """What came back. ``status``: of the answer, None if none came; ``fault``: why, as a word.

    ``off``: how far its clock is from ours, as far as can be told (it says whole seconds); None if it says nothing.
    """

    status: int | None = None
    fault: str = ""
    off: timedelta | None = None

    @property
    def answers(self) -> bool:
        """Whether somebody is there: a proxy alone, in front of a program that is down, is nobody."""
        return self.status is not None and self.status not in _DOWN

    @property
    def is_door(self) -> bool:
        """Whether it may be the door for letters. Its proxy may show that to nobody who brings no letter."""
        return self.status is not None and self.status not in _ELSEWHERE and not 200 <= self.status < 400


def knock(partner: Partner, clock: Clock) -> Knock:
    """Ask the door of a partner for what it does not give; follows nothing and sends nothing about us."""
    outside = urlsplit(partner.address).scheme == "https"
    before = clock.now()
    try:
        with httpx2.Client(timeout=TIMES, follow_redirects=False, trust_env=outside) as line:
            answer = line.get(f"{partner.address.rstrip('/')}{INBOX}")
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        return Knock(fault=_fault(error))
    return Knock(answer.status_code, off=_off(answer.headers.get("Date", ""), before, clock.now()))


def _off(date: str, before: datetime, after: datetime) -> timedelta | None:
    there = None
    with suppress(ValueError, TypeError):
        there = parsedate_to_datetime(date)
    if there is None:
        return None
    # Its second began then and was over a second later; within that nothing can be told.
    there = there.replace(tzinfo=there.tzinfo or UTC)
    if there > after:
        return there - after
    return min(there + timedelta(seconds=1) - before, timedelta(0))


def _fault(error: BaseException) -> str:
    inside: BaseException | None = error
    while inside is not None:
        if isinstance(inside, ssl.SSLError):
            return "its certificate is not believed here"
        inside = inside.__cause__ or inside.__context__
    return "it took too long" if isinstance(error, httpx2.TimeoutException) else "no connection came about"
