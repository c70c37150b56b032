"""The air between installations in the simulation: what becomes of a letter is said before it is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import httpx2

from app.kit.errors import AppError

# What can become of a letter. late: it comes later than whatever is sent meanwhile; astray: to somebody else.
FATES: Final = (
    "fine", "request_lost", "answer_lost", "doubled", "late", "astray", "receiver_dies", "sender_dies", "garbled",
)  # fmt: skip


class Killed(BaseException):
    """The process of a country ends here, by signal 9: nothing of ours catches it."""


@dataclass(frozen=True)
class Flying:
    """A letter that is still in the air: to whom, at which door, and what it is."""

    to: str
    path: str
    content: bytes


class Air(httpx2.BaseTransport):
    """Brings what the real HttpTransport sends to the real post of a country, as the weather lets it."""

    def __init__(self, deliver: Callable[[str, str, bytes], dict[str, Any]]) -> None:
        """deliver: hands a letter to the post of a country and gives its answer; AppError: it was refused."""
        self._deliver = deliver
        self.client = httpx2.Client(transport=self, trust_env=False)
        self.counted: Counter[str] = Counter()
        self.flying: list[Flying] = []
        self.refused: list[tuple[str, str]] = []
        self.fate = "fine"
        self.others: tuple[str, ...] = ()
        # Called for a process that is killed while it takes something in.
        self.died: Callable[[str], None] = _nobody
        self.armed: Callable[[str], None] = _nobody
        self.after: Callable[[], None] = _nothing

    def clear(self) -> None:
        """Nothing is in the air, and the weather is fair."""
        self.flying, self.refused, self.fate = [], [], "fine"

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """One letter or receipt."""
        letter = Flying(request.url.host[:2].upper(), request.url.path, request.read())
        fate, self.fate = self.fate, "fine"
        self.counted[fate] += 1
        if fate == "request_lost":
            raise httpx2.ConnectError("the line is cut")
        if fate == "late":
            self.flying.append(letter)
            raise httpx2.ReadTimeout("it takes too long")
        if fate == "astray":
            other = next(each for each in self.others if each != letter.to)
            return self.bring(Flying(other, letter.path, letter.content))
        if fate == "garbled":
            middle = len(letter.content) // 2
            flipped = bytes([letter.content[middle] ^ 1])
            content = letter.content[:middle] + flipped + letter.content[middle + 1 :]
            return self.bring(Flying(letter.to, letter.path, content))
        if fate == "doubled":
            self.flying.append(letter)
        if fate == "receiver_dies":
            self.armed(letter.to)
        answer = self.bring(letter)
        if fate == "answer_lost":
            raise httpx2.ReadError("the answer is lost")
        if fate == "sender_dies":
            self.after()
        return answer

    def bring(self, letter: Flying) -> httpx2.Response:
        """Hand it over now, and answer as the door does."""
        try:
            return httpx2.Response(200, json=self._deliver(letter.to, letter.path, letter.content))
        except Killed as killed:
            self.died(str(killed))
            raise httpx2.ReadError("nobody answers any more") from None
        except AppError as refusal:
            code = str(refusal.extra.get("reason", refusal.code))
            self.counted[f"refused {code}"] += 1
            self.refused.append((letter.to, code))
            return httpx2.Response(refusal.status, json={"code": code})

    def arrive(self, number: int) -> None:
        """One of those in the air comes down at last; nobody waits for the answer any more."""
        letter = self.flying.pop(number % len(self.flying))
        with suppress(httpx2.TransportError):
            self.bring(letter)


def _nobody(_: str) -> None:
    """Nobody is to be told."""


def _nothing() -> None:
    """Nothing is to be done."""
