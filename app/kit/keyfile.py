"""Secret keys in files: numbered versions, 32 random bytes each, readable by their owner only."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import string
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from app.kit.folders import keep_names

__all__ = [
    "KEK", "KEY_BYTES", "TOKEN_KEY", "KeyMissing", "WatchedKeys", "add_version", "alone", "changed_at", "check_key",
    "load_keys", "mark_of", "retire_versions", "same_owner", "versions", "write_private",
]  # fmt: skip

KEY_BYTES = 32
# What a key file is for, in its first line and in error texts.
KEK = "key-encryption key"
TOKEN_KEY = "token key"  # noqa: S105
# 32 random bytes repeat themselves a little; fewer different values than this is no chance.
FEWEST_DIFFERENT_BYTES = 12
TYPED = frozenset(string.printable.encode())
HOW_TO_MAKE_ONE = (
    "Each line holds a number and 32 random bytes in base64, for example made with "
    "`python3 -c 'import base64,secrets; print(1, base64.b64encode(secrets.token_bytes(32)).decode())'`."
)


class KeyMissing(Exception):
    """A secret key is missing, unusable or the wrong one; the text says which, never its value."""


def load_keys(path: Path, *, create: bool, purpose: str) -> dict[int, bytes]:
    """Return the versions of a key from its file.

    A file holds one version per line, `number base64`; empty lines and lines that begin with # do not
    count. The highest number is the one to use for new things.

    Args:
        path: the file.
        create: make the file with one fresh key, mode 0600, if it is missing (demonstration only).
        purpose: what the key is for, in the error texts: "key-encryption key", "token key".

    Returns:
        version number -> 32 bytes, at least one.

    Raises:
        KeyMissing: no such file, no key in it, a line that cannot be read, or a key that is too short
            or not random.
    """
    try:
        text = path.read_text(encoding="ascii")
    except FileNotFoundError:
        if not create:
            raise KeyMissing(f"the {purpose} file {path} is missing. {HOW_TO_MAKE_ONE}") from None
        first = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii")
        write_private(path, f"# {purpose}: keep this file secret and back it up\n1 {first}\n".encode("ascii"))
        # Read back what lies there: another process may have been first.
        return load_keys(path, create=False, purpose=purpose)
    except (OSError, UnicodeDecodeError):
        raise KeyMissing(f"the {purpose} file {path} cannot be read") from None
    keys: dict[int, bytes] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            version, key = _key_line(line, f"{path}:{number}")
            if version in keys:
                raise KeyMissing(f"{path}:{number}: version {version} of the {purpose} stands there twice")
            check_key(key, f"{path}:{number}: version {version} of the {purpose}")
            keys[version] = key
    if not keys:
        raise KeyMissing(f"the {purpose} file {path} holds no key. {HOW_TO_MAKE_ONE}")
    return keys


def _key_line(line: str, where: str) -> tuple[int, bytes]:
    version, _, encoded = line.strip().partition(" ")
    try:
        return int(version), base64.b64decode(encoded.strip(), validate=True)
    except (ValueError, binascii.Error):
        raise KeyMissing(f"{where}: expected a number and base64. {HOW_TO_MAKE_ONE}") from None


def check_key(key: bytes, name: str) -> None:
    """Raise KeyMissing unless `key` is 32 bytes that look random.

    A key somebody typed, such as a password or a piece of JSON, consists of printable characters; 32
    random bytes do that once in about 10**13 keys.
    """
    if len(key) != KEY_BYTES:
        raise KeyMissing(f"{name} has {len(key)} bytes instead of {KEY_BYTES}")
    if len(set(key)) < FEWEST_DIFFERENT_BYTES or TYPED.issuperset(key):
        raise KeyMissing(f"{name} is not random")


def versions(path: Path, purpose: str) -> tuple[int, ...]:
    """The numbers of the versions in a key file, sorted; no key leaves this function. KeyMissing as in `load_keys`."""
    return tuple(sorted(load_keys(path, create=False, purpose=purpose)))


def add_version(path: Path, purpose: str) -> int:
    """Put a fresh key of the next higher number into a key file, which must be there; return the number.

    The file is exchanged whole, mode 0600; older versions stay, so that what they made can still be read.

    Raises:
        KeyMissing: as in `load_keys`.
    """
    with alone(path):
        keys = load_keys(path, create=False, purpose=purpose)
        version = max(keys) + 1
        _exchange(path, {**keys, version: secrets.token_bytes(KEY_BYTES)}, purpose)
    return version


def retire_versions(path: Path, purpose: str) -> tuple[int, ...]:
    """Take all versions but the newest out of a key file; return the numbers that went, none the second time.

    Raises:
        KeyMissing: as in `load_keys`.
    """
    with alone(path):
        keys = load_keys(path, create=False, purpose=purpose)
        newest = max(keys)
        if len(keys) > 1:
            _exchange(path, {newest: keys[newest]}, purpose)
    return tuple(sorted(set(keys) - {newest}))


class WatchedKeys:
    """A key file that running programs look at again: each change of the file is read once, and only whole."""

    def __init__(self, path: Path, purpose: str) -> None:
        """Watch the file from its state now; what stands in it now is not news."""
        self._path = path
        self._purpose = purpose
        self._seen = mark_of(self._path)

    def news(self) -> dict[int, bytes] | None:
        """The versions, if the file was exchanged since the last call; None if not, or if it cannot be used.

        A file that is missing or unusable is no news: whoever holds keys keeps them until it is mended.
        """
        mark = mark_of(self._path)
        if mark is None or mark == self._seen:
            return None
        self._seen = mark
        try:
            return load_keys(self._path, create=False, purpose=self._purpose)
        except KeyMissing:
            return None


def mark_of(file: Path) -> tuple[int, int, int] | None:
    """What changes with each exchange of a file; None while it is not there."""
    try:
        told = file.stat()
    except OSError:
        return None
    return told.st_ino, told.st_mtime_ns, told.st_size


def changed_at(path: Path) -> datetime:
    """When the file was last exchanged."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def write_private(path: Path, content: bytes) -> None:
    """Put a new file at `path`, whole or not at all, mode 0600; leave an existing one as it is."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = _draft(path, content)
    try:
        # A link fails where the name is taken: of two processes at their first start one wins.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _exchange(path: Path, keys: dict[int, bytes], purpose: str) -> None:
    lines = [f"{version} {base64.b64encode(key).decode('ascii')}" for version, key in sorted(keys.items())]
    text = "\n".join([f"# {purpose}: keep this file secret and back it up", *lines, ""])
    draft = _draft(path, text.encode("ascii"))
    same_owner(draft, path)
    draft.replace(path)
    keep_names(path.parent)


def same_owner(draft: Path, place: Path) -> None:
    """Give ``draft`` to whoever owns ``place``, which it is about to stand in for."""
    owner = place.stat()
    if os.name == "posix" and (owner.st_uid, owner.st_gid) != (os.geteuid(), os.getegid()):
        # An operator may run this as root; the program that reads the file still has to.
        os.chown(draft, owner.st_uid, owner.st_gid)


def _draft(path: Path, content: bytes) -> Path:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return draft


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keep a second command on this machine waiting, which would lose what the first one writes."""
    if os.name != "posix":  # there an operator runs one command at a time
        yield
        return
    import fcntl

    try:
        handle = os.open(path.parent, os.O_RDONLY)
    except FileNotFoundError:
        raise KeyMissing(f"the folder of the key file {path} is missing") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
