"""What each partner has said that it reads, and what each was told of us: files beside those of the partners.

CC.says holds the partner's signed word as it came, CC.told the digests of ours that it has confirmed. Whoever writes
here has checked the signature; who is no partner has no such file.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

from app.kit.folders import keep_names
from app.kit.keyfile import mark_of

__all__ = ["Sayings"]

_SAYS: Final = "says"
_TOLD: Final = "told"


class Sayings:
    """The words of partners, read anew when a file changed."""

    def __init__(self, folder: Path | None = None) -> None:
        """``folder`` may be missing: then nobody has said anything, and nothing can be kept."""
        self._folder = folder
        self._held: dict[Path, tuple[object, bytes | None]] = {}

    def said(self, country: str) -> bytes | None:
        """What a partner has said last, as it came; None where it has said nothing."""
        return self._read(country, _SAYS)

    def keep(self, country: str, content: bytes) -> None:
        """Keep what a partner says in the place of what it said before. LookupError: there is no folder."""
        self._write(country, _SAYS, content)

    def told(self, partner: str, country: str) -> str:
        """The digest of what a partner was told last of a country here and has taken in; empty if of nothing."""
        return self._all_told(partner).get(country, "")

    def keep_told(self, partner: str, country: str, digest: str) -> None:
        """A partner has taken in what has this digest."""
        lines = self._all_told(partner) | {country: digest}
        self._write(partner, _TOLD, "".join(f"{name} {each}\n" for name, each in sorted(lines.items())).encode())

    def _all_told(self, partner: str) -> dict[str, str]:
        lines = (self._read(partner, _TOLD) or b"").decode("ascii", "replace").splitlines()
        return {name: each for name, _, each in (line.partition(" ") for line in lines)}

    def _read(self, country: str, what: str) -> bytes | None:
        if self._folder is None:
            return None
        file = self._folder / f"{country}.{what}"
        mark = mark_of(file)
        held = self._held.get(file)
        if held is None or held[0] != mark:
            try:
                held = (mark, file.read_bytes())
            except OSError:
                held = (mark, None)
            self._held[file] = held
        return held[1]

    def _write(self, country: str, what: str, content: bytes) -> None:
        if self._folder is None:
            raise LookupError("this program has no folder for partners")
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self._folder / f"{country}.{what}"
        draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(file)
        keep_names(self._folder)
