"""Passwords: Argon2id hashes, a length floor instead of composition rules, and nothing guessable."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from app.kit.errors import Invalid

SHORTEST: Final = 15
LONGEST_BYTES: Final = 1024

# Words that people build long but guessable passwords from, in the languages and the trade of this house.
# What is left of a password once these are taken out must still hold enough letters of its own.
_WORDS: Final = (
    "password passwort passw pass word welcome admin administrator letmein login secret changeme default "
    "qwertyuiop qwerty asdfghjkl asdfgh zxcvbnm zxcvbn qazwsx iloveyou monkey dragon sunshine princess "
    "football baseball superman batman master shadow trustno correcthorsebatterystaple correct horse "
    "battery staple waymark shelter border police thailand myanmar laos lao cambodia vietnam china "
    "bangkok yangon vientiane hanoi phnompenh case worker social referral test demo user temp hello love "
    "abc abcd abcdef january february march april may june july august september october november "
    "december monday tuesday wednesday thursday friday saturday sunday "
)
_COMMON: Final = sorted(set(_WORDS.split()), key=len, reverse=True)
_OWN_LETTERS: Final = 8
_YEAR: Final = re.compile(r"(19|20)\d\d")
_LEET: Final = str.maketrans("013457@$!|", "oleastasii")
_ROWS: Final = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "0123456789")


class Passwords:
    """Hashes and compares passwords; the costs (KiB, passes, lanes) are OWASP's first choice unless told."""

    def __init__(self, memory_kib: int = 19_456, passes: int = 2, lanes: int = 1) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=lanes)
        self._nobody = self._hasher.hash("nobody signs in with this")

    def hash(self, password: str) -> str:
        """The Argon2id string of ``password``, which must have passed `check_new` first."""
        return self._hasher.hash(_normal(password))

    def matches(self, stored: str | None, password: str) -> bool:
        """Whether ``password`` is the one behind ``stored``; None (no such account) costs the same time."""
        plain = _normal(password)
        too_long = len(plain.encode("utf-8", "surrogatepass")) > LONGEST_BYTES
        try:
            same = self._hasher.verify(stored or self._nobody, "" if too_long else plain)
        except (Argon2Error, InvalidHashError, UnicodeError):
            return False
        return same and stored is not None and not too_long

    def stale(self, stored: str) -> bool:
        """Whether ``stored`` was made with other costs than today's and should be made again."""
        return self._hasher.check_needs_rehash(stored)


def check_new(password: str, login: str, display_name: str) -> None:
    """Refuse (Invalid, 422) a password that is short, over 1 KiB, or guessable for this account."""
    plain = _normal(password)
    if len(plain) < SHORTEST:
        raise Invalid(f"A password needs at least {SHORTEST} characters.", code="password_too_short")
    try:
        size = len(plain.encode("utf-8"))
    except UnicodeEncodeError:
        raise Invalid("This password cannot be stored.", code="password_unreadable") from None
    if size > LONGEST_BYTES:
        raise Invalid(f"A password may take at most {LONGEST_BYTES} bytes.", code="password_too_long")
    if guessable(plain, login, display_name):
        raise Invalid(
            "This password is easy to guess: it repeats, counts, or is built from common words or the"
            " account's own name. Several unrelated words make a good one.",
            code="password_guessable",
        )


def guessable(password: str, login: str, display_name: str) -> bool:
    """Whether too little of ``password`` is left without common words, runs and the owner's names."""
    plain = _normal(password).casefold()
    own_names = [part for part in re.split(r"[^\w]+", f"{login} {display_name}".casefold()) if len(part) >= 3]
    for spelt in (plain, plain.translate(_LEET)):
        reading = rest = "".join(letter for letter in spelt if letter.isalnum())
        for word in (*sorted(own_names, key=len, reverse=True), *_COMMON):
            rest = rest.replace(word, "")
        rest = _YEAR.sub("", rest)
        if len(_without_runs(rest)) < _OWN_LETTERS or len(set(reading)) < 6 or _repeats(reading):
            return True
    return False


def _normal(password: str) -> str:
    # One keyboard composes Thai, Lao or Vietnamese marks, another does not: compare their common form.
    return unicodedata.normalize("NFC", password)


def _repeats(text: str) -> bool:
    """Whether ``text`` is one piece of at most half its length, said again."""
    return any(text.startswith(text[size:]) for size in range(1, len(text) // 2 + 1))


def _without_runs(text: str) -> str:
    """``text`` without keyboard or counting runs of four and more letters, up or down."""
    kept, at = [], 0
    while at < len(text):
        end = at + 1
        while end < len(text) and _in_a_row(text[at : end + 1]):
            end += 1
        if end - at < 4:
            end = at + 1
            kept.append(text[at])
        at = end
    return "".join(kept)


def _in_a_row(piece: str) -> bool:
    return any(piece in row or piece in row[::-1] for row in (*_ROWS, "1234567890")) or len(set(piece)) == 1
