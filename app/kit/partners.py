"""The countries whose own installations we speak with: where they are, by which keys they are known, what they may.

It is configuration, kept in a folder of its own (`partners`): CC.json, and CC.pub, the book of the partner's signing
keys (app/kit/keybook.py). `waymark partner` writes it; who stands in no file here is no partner, whatever they send.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from app.kit.folders import keep_names
from app.kit.keybook import Known, key_id_of, read_book, write_book
from app.kit.keyfile import KeyMissing
from app.kit.sayings import Sayings

__all__ = ["PER_HOUR", "Partner", "PartnerKey", "Partners", "address_fault"]

# Messages of one partner in an hour; a corridor of a thousand people a year needs a tenth of it.
PER_HOUR: Final = 2_000
_OF_A_PARTNER: Final = re.compile(r"[A-Z]{2}\.(json|pub)")
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class PartnerKey:
    """One exchange key of a partner: its public half (32 bytes) and until when we seal with it; None: the current."""

    public: bytes
    until: datetime | None = None

    @property
    def key_id(self) -> str:
        """The name of the key."""
        return key_id_of(self.public)


@dataclass(frozen=True, slots=True)
class Partner:
    """One country with an installation of its own. ``signing``: oldest first; ``exchange``: the newest is the last."""

    country: str
    address: str
    signing: tuple[Known, ...]
    exchange: tuple[PartnerKey, ...]
    enrolled_at: datetime
    per_hour: int = PER_HOUR
    suspended_at: datetime | None = None
    suspended_why: str = ""

    @property
    def seals_with(self) -> bytes:
        """The public key (32 bytes) that what we send is sealed with."""
        return self.exchange[-1].public


class Partners:
    """The partners of an installation, read anew when a file of theirs changed."""

    def __init__(self, folder: Path | None = None) -> None:
        """``folder`` may be missing: then there are none, and none can be kept without one."""
        self._folder = folder
        self.sayings = Sayings(folder)
        self._mark: tuple[tuple[str, int, int, int], ...] | None = None
        self._held: dict[str, Partner] = {}

    @property
    def countries(self) -> tuple[str, ...]:
        """The codes of all partners, the suspended ones too, sorted."""
        return tuple(sorted(self._fresh()))

    def of(self, country: str) -> Partner | None:
        """The partner of this code, or None."""
        return self._fresh().get(country)

    def each(self) -> Iterator[tuple[str, Partner | KeyMissing]]:
        """Every partner that a file names, read for itself: the partner, or what is wrong with its files."""
        for country in sorted({name[:2] for name, *_ in self._marks() if name.endswith(".json")}):
            try:
                yield country, self._read(country)
            except KeyMissing as fault:
                yield country, fault

    def keep(self, partner: Partner) -> None:
        """Write a partner down, whole or not at all; what was said of it before is replaced."""
        self._place.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_book(self._key_file(partner.country), partner.signing)
        file = self._file(partner.country)
        draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            json.dump(_said(partner), out, indent=2)
            out.write("\n")
            out.flush()
            os.fsync(out.fileno())
        draft.replace(file)
        keep_names(self._place)

    def suspend(self, country: str, at: datetime, why: str) -> Partner:
        """Speak no more with a partner, from now on and in both directions. LookupError: there is none."""
        return self._changed(country, suspended_at=at, suspended_why=why)

    def resume(self, country: str) -> Partner:
        """Speak with a suspended partner again. LookupError: there is none."""
        return self._changed(country, suspended_at=None, suspended_why="")

    def _changed(self, country: str, **changes: Any) -> Partner:
        partner = self.of(country)
        if partner is None:
            raise LookupError(f"there is no partner {country}")
        changed = replace(partner, **changes)
        self.keep(changed)
        return changed

    def _fresh(self) -> dict[str, Partner]:
        # Asked several times for each message: a look at the folder has to be a quick one.
        mark = tuple(sorted(self._marks()))
        if mark != self._mark:
            self._held = {name[:2]: self._read(name[:2]) for name, *_ in mark if name.endswith(".json")}
            self._mark = mark
        return self._held

    def _marks(self) -> Iterator[tuple[str, int, int, int]]:
        """The name of each file of a partner, and what changes with each exchange of it."""
        if self._folder is None:
            return
        # Without a folder that can be read nobody is a partner.
        with suppress(FileNotFoundError, NotADirectoryError, PermissionError), os.scandir(self._folder) as found:
            for file in found:
                if _OF_A_PARTNER.fullmatch(file.name):
                    told = file.stat()
                    yield file.name, told.st_ino, told.st_mtime_ns, told.st_size

    def _read(self, country: str) -> Partner:
        file = self._file(country)
        signing = read_book(self._key_file(country), country)
        if not signing:
            raise KeyMissing(f"{file.with_suffix('.pub')} holds no signing key of the partner {country}")
        try:
            said = json.loads(file.read_text(encoding="utf-8"))
            suspended = said["suspended_at"]
            partner = Partner(
                country=country,
                address=said["address"],
                signing=signing,
                exchange=tuple(_key(each) for each in said["exchange"]),
                enrolled_at=datetime.fromisoformat(said["enrolled_at"]),
                per_hour=int(said["per_hour"]),
                suspended_at=datetime.fromisoformat(suspended) if suspended else None,
                suspended_why=said["suspended_why"],
            )
        except (OSError, ValueError, KeyError, TypeError):
            raise KeyMissing(f"{file}, what is known of the partner {country}, cannot be read") from None
        if not partner.exchange or (fault := address_fault(partner.address)):
            raise KeyMissing(f"{file}: {fault if partner.exchange else 'no exchange key of the partner is named'}")
        return partner

    @property
    def _place(self) -> Path:
        if self._folder is None:
            raise LookupError("this program has no folder for partners")
        return self._folder

    def _file(self, country: str) -> Path:
        return self._place / f"{country}.json"

    def _key_file(self, country: str) -> Path:
        # The private half is the partner's; only its book lies here.
        return self._place / f"{country}.pem"


def address_fault(address: str) -> str:
    """What is wrong with the address of a partner; empty if nothing is: https, or this machine, and no more."""
    try:
        parts = urlsplit(address)
        port_is_one = parts.port is None or parts.port > 0
    except ValueError:
        return "the address cannot be read"
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return "the address has to begin with https://"
    if not parts.hostname or not port_is_one or parts.username or parts.password or parts.query or parts.fragment:
        return "the address holds more, or less, than a host, a port and a path"
    return ""


def _said(partner: Partner) -> dict[str, Any]:
    return {
        "address": partner.address,
        "exchange": [
            {"public": each.public.hex(), "until": each.until.isoformat() if each.until else None}
            for each in partner.exchange
        ],
        "enrolled_at": partner.enrolled_at.isoformat(),
        "per_hour": partner.per_hour,
        "suspended_at": partner.suspended_at.isoformat() if partner.suspended_at else None,
        "suspended_why": partner.suspended_why,
    }


def _key(said: dict[str, Any]) -> PartnerKey:
    public = bytes.fromhex(said["public"])
    if len(public) != 32:
        raise ValueError("an exchange key has 32 bytes")
    return PartnerKey(public, datetime.fromisoformat(said["until"]) if said["until"] else None)
