"""All secret keys of an installation, opened together at start and checked against each other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.kit.crypto import KeyRing
from app.kit.keyfile import KEK, TOKEN_KEY, KeyMissing, load_keys
from app.kit.keyservice import KekPlace
from app.kit.signing import Signer, SigningKeys, own_signer

__all__ = ["Places", "Vault"]


class Places(Protocol):
    """Where the keys of an installation are, as its settings say."""

    @property
    def kek_file(self) -> Path:
        """The key-encryption keys, where no service keeps them."""

    @property
    def kek(self) -> KekPlace:
        """Where the key-encryption keys are: this file, or a service."""

    @property
    def token_key_file(self) -> Path:
        """The token keys."""

    @property
    def signing_folder(self) -> Path:
        """One CC.pem for each country."""

    @property
    def checkpoint_key_file(self) -> Path:
        """The key that signs checkpoints."""

    @property
    def creates_keys(self) -> bool:
        """Whether missing keys are made."""


@dataclass(frozen=True, slots=True)
class Vault:
    """The key-encryption ring, the signing keys by country, the token keys by version, the key of checkpoints."""

    keys: KeyRing
    signing: SigningKeys
    token_keys: dict[int, bytes]
    checkpoints: Signer

    @classmethod
    def open(cls, settings: Places) -> Vault:
        """Read every key; in the demo environment make those that are missing.

        Raises:
            KeyMissing: a key is missing, too short or not random, or one key serves two purposes.
        """
        create = settings.creates_keys
        ring = settings.kek.ring(create)
        token_keys = load_keys(settings.token_key_file, create=create, purpose=TOKEN_KEY)
        in_file = settings.kek_file.is_file()
        data_keys = load_keys(settings.kek_file, create=False, purpose=KEK) if in_file else {}
        if set(data_keys.values()) & set(token_keys.values()):
            raise KeyMissing("a token key is also a key-encryption key; each purpose needs its own key")
        return cls(
            keys=ring,
            signing=SigningKeys.from_folder(settings.signing_folder, create),
            token_keys=token_keys,
            checkpoints=own_signer(settings.checkpoint_key_file, create=create),
        )

    def __repr__(self) -> str:
        """Name the versions, never the keys."""
        return f"Vault({self.keys!r}, {self.signing!r}, token_keys={sorted(self.token_keys)})"
