"""The book beside a signing key: the public half of each key there was, since when, until when, and who vouched for it.

A key is exchanged, and what it signed has to be proven for years. So its public half stays, in the file of the same
name with `.pub`, one line a key, the newest last. The key before signs the line of the next one: whoever knows the old
key, such as a partner, needs nobody's word for the new one (docs/decisions/0047).
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.kit.canonical import canonical_bytes
from app.kit.folders import keep_names
from app.kit.keyfile import KeyMissing, same_owner

__all__ = [
    "Known", "book_of", "ended", "from_lines", "key_id_of", "read_book", "statement", "to_lines", "verify",
    "write_book",
]  # fmt: skip

FORMAT: Final = "waymark-key-1"
HEAD: Final = "# public halves of the keys that signed or sign; the newest is the last"
PUBLIC: Final = re.compile(r"[0-9a-f]{64}")
SIGNATURE: Final = re.compile(r"[0-9a-f]{128}")

# Public keys of small order (eight points of the curve) verify one fixed signature over any data at all.
# They are known by their y: 0, 1, -1 and the two roots of d*y**4 + 2*y**2 = 1 modulo the field prime.
PRIME: Final = 2**255 - 19
ORDER_EIGHT: Final = 2707385501144840649318225287225658788936804267575313519463743609750303402022
SMALL_ORDER: Final = frozenset({0, 1, PRIME - 1, ORDER_EIGHT, PRIME - ORDER_EIGHT})
SIGN_BIT: Final = 1 << 255


@dataclass(frozen=True, slots=True)
class Known:
    """One line: a public key (32 bytes), since when it signs, until when it counts, and the earlier key's signature.

    ``since`` is None for a key from before there was a book, ``until`` while the key counts. ``vouched`` is empty where
    no earlier key could sign: the first one, or one that was made after the key before was lost.
    """

    public: bytes
    since: datetime | None = None
    until: datetime | None = None
    vouched: bytes = b""

    @property
    def key_id(self) -> str:
        """The name of the key."""
        return key_id_of(self.public)

    def counts_at(self, moment: datetime) -> bool:
        """Whether what is signed with it counts at ``moment`` (aware UTC)."""
        return self.until is None or moment < self.until


def key_id_of(public: bytes) -> str:
    """Return the name of a public key (32 bytes): the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(public).hexdigest()[:16]


def verify(public: bytes, data: bytes, signature: bytes) -> bool:
    """Tell whether `signature` (64 bytes) over `data` was made with the private half of `public` (32 bytes).

    Whatever is wrong with the key or the signature, the answer is False, never an exception.
    """
    if int.from_bytes(public, "little") % SIGN_BIT % PRIME in SMALL_ORDER:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return True


def statement(holder: str, public: bytes, before: bytes, since: datetime) -> bytes:
    """What the key ``before`` signs to hand over to ``public``: whose key it is, since when, after which one."""
    return canonical_bytes(
        {
            "format": FORMAT, "holder": holder, "public": public.hex(), "before": before.hex(),
            "since": since.isoformat(),
        }
    )  # fmt: skip


def book_of(key_file: Path) -> Path:
    """The book beside a private key."""
    return key_file.with_suffix(".pub")


def read_book(key_file: Path, holder: str) -> tuple[Known, ...]:
    """Read the book beside ``key_file``, oldest first; empty if there is none.

    Raises:
        KeyMissing: a line is no key, stands there twice, or bears another signature than that of the key before it;
            the text names the file and the line.
    """
    file = book_of(key_file)
    try:
        lines = file.read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError):
        raise KeyMissing(f"{file}, the book of public keys, cannot be read") from None
    return from_lines(lines, holder, str(file))


def from_lines(lines: Sequence[str], holder: str, name: str = "line") -> tuple[Known, ...]:
    """The keys in the lines of a book, oldest first; ``name``: how errors call the book.

    Raises KeyMissing as `read_book`.
    """
    found: list[Known] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        one = _line(line)
        if one is None:
            raise KeyMissing(f"{name}:{number} holds a line that is no public key (64 hex digits)")
        if any(one.public == each.public for each in found):
            raise KeyMissing(f"{name}:{number}: this public key stands there twice")
        if one.vouched and not _is_vouched(one, found[-1] if found else None, holder):
            raise KeyMissing(f"{name}:{number}: this public key is not signed by the key before it")
        found.append(one)
    return tuple(found)


def to_lines(known: Sequence[Known]) -> tuple[str, ...]:
    """The lines of a book, as `from_lines` reads them."""
    return tuple(map(_text, known))


def write_book(key_file: Path, known: Sequence[Known]) -> None:
    """Exchange the book beside ``key_file`` whole; OSError as the disk says."""
    file = book_of(key_file)
    text = "\n".join([HEAD, *to_lines(known), ""])
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    same_owner(draft, key_file if key_file.exists() else file.parent)
    draft.replace(file)
    keep_names(file.parent)


def ended(known: Sequence[Known], at: datetime) -> tuple[Known, ...]:
    """The same lines, where every key but the newest counts until ``at`` at the latest."""
    earlier = (each if each.until is not None else replace(each, until=at) for each in known[:-1])
    return (*earlier, *known[-1:])


def _text(known: Known) -> str:
    parts = [known.public.hex()]
    if known.since is not None:
        parts.append(f"since={known.since.isoformat()}")
    if known.until is not None:
        parts.append(f"until={known.until.isoformat()}")
    if known.vouched:
        parts.append(f"signed={known.vouched.hex()}")
    return " ".join(parts)


def _line(line: str) -> Known | None:
    public, *rest = line.split()
    said = dict(part.partition("=")[::2] for part in rest)
    if not PUBLIC.fullmatch(public) or not said.keys() <= {"since", "until", "signed"} or len(said) != len(rest):
        return None
    signed = said.get("signed", "")
    if signed and not SIGNATURE.fullmatch(signed):
        return None
    try:
        moments = [datetime.fromisoformat(said[name]) if name in said else None for name in ("since", "until")]
    except ValueError:
        return None
    if any(each is not None and each.tzinfo is None for each in moments):
        return None
    return Known(bytes.fromhex(public), moments[0], moments[1], bytes.fromhex(signed))


def _is_vouched(one: Known, before: Known | None, holder: str) -> bool:
    if before is None or one.since is None:
        return False
    return verify(before.public, statement(holder, one.public, before.public, one.since), one.vouched)
