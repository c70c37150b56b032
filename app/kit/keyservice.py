"""Where the key-encryption keys are: in a file, or in a device or service that never gives them away.

A key service is a plug-in: a package names it under the entry point ``waymark.key_service``, as this one names
``pkcs11`` (app/kit/pkcs11.py). It is given its own configuration file and wraps data keys itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final, Protocol

from app.kit import keyfile
from app.kit.crypto import KeyRing, Wrapper
from app.kit.folders import keep_names
from app.kit.keyfile import KEK, KeyMissing

__all__ = ["GROUP", "KekPlace", "KeyService", "KeyServiceAway", "named"]

GROUP: Final = "waymark.key_service"


class KeyServiceAway(KeyMissing):
    """The key service does not answer, or not to us; the text says which one and why, never a secret."""


class KeyService(Protocol):
    """What a plug-in gives: numbered keys of 256 bits that are used where they are."""

    def keys(self) -> Mapping[int, Wrapper]:
        """Every version there is now; KeyServiceAway if it does not answer."""

    def add(self, version: int) -> None:
        """Make a key of this number in the service; KeyServiceAway. One that is there already stays as it is."""

    def retire(self, keep: int) -> tuple[int, ...]:
        """Destroy every version but ``keep``; their numbers. KeyServiceAway."""

    def changed_at(self) -> datetime | None:
        """When the newest version was made; None if there is none. KeyServiceAway."""


class Opens(Protocol):
    """The object that an entry point names."""

    def __call__(self, configuration: Path) -> KeyService:
        """The service that this file describes; KeyMissing if the file cannot be used."""


def named(name: str, configuration: Path) -> KeyService:
    """The key service of this name (an entry point of an installed package), as its file describes it.

    Raises KeyMissing if no installed package offers it, or what it needs is not installed.
    """
    offered = {each.name: each for each in entry_points(group=GROUP)}
    if name not in offered:
        known = ", ".join(sorted(offered)) or "none"
        raise KeyMissing(f"no installed package offers the key service {name} (there are: {known})")
    try:
        opens: Opens = offered[name].load()
    except ImportError as error:
        raise KeyMissing(f"the key service {name} lacks a package: {error.name}") from None
    return opens(configuration)


@dataclass(frozen=True, slots=True)
class KekPlace:
    """The place of the key-encryption keys: the file, and the service where one is named.

    With a service the file may still hold older versions, from the time before it; new ones are made in the service.
    """

    file: Path
    service: KeyService | None = None

    def there(self) -> bool:
        """Whether any version is at its place; KeyServiceAway."""
        return self.file.is_file() or (self.service is not None and bool(self.service.keys()))

    def ring(self, create: bool = False) -> KeyRing:
        """The ring of all versions, the highest current; new ones are taken up while it is used.

        create: make the first version if there is none. Raises KeyMissing as `KeyRing.from_file`, or KeyServiceAway.
        """
        if self.service is None:
            return KeyRing.from_file(self.file, create)
        if create and not self.there():
            self.service.add(1)
        found = self._all(self.service)
        if not found:
            raise KeyMissing("the key service holds no key-encryption key; `waymark keys create` makes the first")
        seen = set(found)

        def news() -> Mapping[int, bytes | Wrapper] | None:
            nonlocal seen
            fresh = self._all(self.service) if self.service is not None else {}
            if not fresh or set(fresh) == seen:
                return None
            seen = set(fresh)
            return fresh

        return KeyRing(found, max(found), news)

    def versions(self) -> tuple[int, ...]:
        """The numbers of all versions, sorted; KeyMissing as `ring`."""
        if self.service is None:
            return keyfile.versions(self.file, KEK)
        return tuple(sorted(self._all(self.service)))

    def changed_at(self) -> datetime:
        """When the newest version came; OSError or KeyMissing if there is none."""
        if self.service is None:
            return keyfile.changed_at(self.file)
        made = self.service.changed_at()
        if made is None:
            raise KeyMissing("the key service holds no key-encryption key")
        return made

    def add_version(self) -> int:
        """Make a key of the next higher number; the number. KeyMissing as `ring`."""
        if self.service is None:
            return keyfile.add_version(self.file, KEK)
        version = max(self.versions(), default=0) + 1
        self.service.add(version)
        return version

    def retire(self) -> tuple[int, ...]:
        """Destroy all versions but the newest; their numbers. A file beside a service goes whole."""
        if self.service is None:
            return keyfile.retire_versions(self.file, KEK)
        before, newest = set(self.versions()), max(self.service.keys(), default=0)
        if not newest:
            return ()
        self.service.retire(newest)
        if self.file.is_file():
            self.file.unlink()
            keep_names(self.file.parent)
        return tuple(sorted(before - {newest}))

    def _all(self, service: KeyService) -> dict[int, bytes | Wrapper]:
        older = keyfile.load_keys(self.file, create=False, purpose=KEK) if self.file.is_file() else {}
        return {**older, **service.keys()}
