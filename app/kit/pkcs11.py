"""The key service for everything that speaks PKCS #11: hardware security modules, the clouds' ones, SoftHSM.

Its file, in TOML, readable by the program alone::

    module = "/usr/lib/softhsm/libsofthsm2.so"   # the library of the maker
    token = "waymark"                            # the label of the token
    pin_file = "/etc/waymark/pin"                # the PIN of its user, alone in a file

A key is made inside, marked as never to leave, and known by its label ``waymark-kek NUMBER MOMENT``.
"""

from __future__ import annotations

import threading
import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import pkcs11
from cryptography.exceptions import InvalidTag
from pkcs11 import Attribute, GCMParams, KeyType, Mechanism, ObjectClass
from pkcs11.exceptions import PKCS11Error, UserAlreadyLoggedIn

from app.kit.clock import Clock
from app.kit.crypto import TAG_BYTES, Wrapper
from app.kit.keyfile import KEY_BYTES, KeyMissing
from app.kit.keyservice import KeyServiceAway

__all__ = ["Pkcs11", "opened"]

_LABEL: Final = "waymark-kek"
_NEEDED: Final = ("module", "token", "pin_file")
_Found = TypeVar("_Found")


def opened(configuration: Path) -> Pkcs11:
    """The service that this file describes; KeyMissing naming what the file lacks."""
    try:
        told = tomllib.loads(configuration.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise KeyMissing(f"the file of the key service {configuration} cannot be read as TOML") from None
    lacking = [name for name in _NEEDED if not isinstance(told.get(name), str) or not told[name]]
    strange = sorted(set(told) - set(_NEEDED))
    if lacking or strange:
        wrong = [*(f"{name} is missing" for name in lacking), *(f"{name} is not known" for name in strange)]
        raise KeyMissing(f"the file of the key service {configuration}: {', '.join(wrong)}")
    return Pkcs11(told["module"], told["token"], Path(told["pin_file"]))


class Pkcs11:
    """One token. Its session serves one thread at a time, and is opened anew when the token lost it."""

    def __init__(self, module: str, token: str, pin_file: Path) -> None:
        """``module``: the maker's library; ``token``: its label; ``pin_file``: holds the PIN of its user."""
        self._module = module
        self._token = token
        self._pin_file = pin_file
        self._alone = threading.RLock()
        self._session: Any = None
        self._handles: dict[int, Any] = {}

    def keys(self) -> Mapping[int, Wrapper]:
        """As `KeyService.keys`."""
        return {version: _Key(self, version) for version in self._asked(lambda: sorted(self._labels()))}

    def add(self, version: int) -> None:
        """As `KeyService.add`."""

        def make() -> None:
            if version not in self._labels():
                label = f"{_LABEL} {version} {Clock().now().isoformat(timespec='seconds')}"
                kept = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False}
                self._session.generate_key(
                    KeyType.AES, KEY_BYTES * 8, id=version.to_bytes(4, "big"), label=label, store=True, template=kept
                )

        self._asked(make)

    def retire(self, keep: int) -> tuple[int, ...]:
        """As `KeyService.retire`."""

        def destroy() -> tuple[int, ...]:
            gone = []
            for version, (key, _) in self._labels().items():
                if version != keep:
                    key.destroy()
                    self._handles.pop(version, None)
                    gone.append(version)
            return tuple(sorted(gone))

        return self._asked(destroy)

    def changed_at(self) -> datetime | None:
        """As `KeyService.changed_at`."""
        made = self._asked(lambda: {version: moment for version, (_, moment) in self._labels().items()})
        return made[max(made)] if made else None

    def crypt(self, version: int, what: str, nonce: bytes, data: bytes, aad: bytes) -> bytes:
        """Encrypt or decrypt (``what``) inside the token with AES-256-GCM. InvalidTag, KeyServiceAway."""

        def do() -> bytes:
            if version not in self._handles:
                self._handles[version] = self._labels()[version][0]
            param = GCMParams(nonce, aad, TAG_BYTES * 8)
            done: bytes = getattr(self._handles[version], what)(
                data, mechanism=Mechanism.AES_GCM, mechanism_param=param
            )
            return done

        return self._asked(do, wrong=InvalidTag)

    def _labels(self) -> dict[int, tuple[Any, datetime]]:
        """Version -> its key and when it was made, of the keys that are ours."""
        found = {}
        for key in self._session.get_objects({Attribute.CLASS: ObjectClass.SECRET_KEY}):
            word, _, rest = str(key.label).partition(" ")
            number, _, moment = rest.partition(" ")
            if word == _LABEL and number.isdigit():
                found[int(number)] = (key, datetime.fromisoformat(moment))
        return found

    def _asked(self, do: Callable[[], _Found], wrong: type[Exception] | None = None) -> _Found:
        """What ``do`` finds in an open session; a session that was lost is opened anew, once.

        Makers tell a broken seal and a broken line with the same error: where a fresh session fails as the first one
        did, it is ``wrong`` that is raised, if given.
        """
        with self._alone:
            try:
                if self._session is None:
                    self._open()
                return do()
            except (PKCS11Error, KeyError):
                self._close()
            try:
                self._open()
                self._labels()
            except PKCS11Error as error:
                self._close()
                raise self._away(error) from None
            try:
                return do()
            except KeyError:
                raise KeyMissing("this version of the key-encryption key is not in the key service") from None
            except PKCS11Error as error:
                if wrong is not None:
                    raise wrong from None
                raise self._away(error) from None

    def _open(self) -> None:
        try:
            pin = self._pin_file.read_text(encoding="utf-8").strip()
        except (OSError, ValueError):
            raise KeyServiceAway(f"the file of the PIN {self._pin_file} cannot be read") from None
        token = pkcs11.lib(self._module).get_token(token_label=self._token)
        try:
            self._session = token.open(rw=True, user_pin=pin)
        except UserAlreadyLoggedIn:
            # Another session of this very program signed in: that counts for all of them.
            self._session = token.open(rw=True)

    def _close(self) -> None:
        session, self._session = self._session, None
        self._handles.clear()
        if session is not None:
            with suppress(PKCS11Error):  # it may be lost
                session.close()

    def _away(self, error: PKCS11Error) -> KeyServiceAway:
        return KeyServiceAway(f"the key service (token {self._token}) does not answer: {type(error).__name__}")

    def __repr__(self) -> str:
        """Name the token, never the PIN."""
        return f"Pkcs11(token={self._token!r})"


class _Key:
    """One version, used where it is."""

    def __init__(self, service: Pkcs11, version: int) -> None:
        self._service = service
        self._version = version

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        return self._service.crypt(self._version, "encrypt", nonce, data, associated_data or b"")

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        return self._service.crypt(self._version, "decrypt", nonce, data, associated_data or b"")
