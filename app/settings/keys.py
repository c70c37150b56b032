"""What is wrong with the key files of an installation: missing, readable by others, weak, or used for two purposes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from app.kit.keybook import read_book
from app.kit.keyfile import KEK, TOKEN_KEY, KeyMissing, load_keys
from app.kit.signing import CHECKPOINTS, own_signer

if TYPE_CHECKING:
    from app.settings import Settings

__all__ = ["found", "places"]

# Read or written by everybody on the machine.
OPEN_TO_OTHERS = 0o007


def places(settings: Settings) -> list[str]:
    """What is wrong with where the keys are: without this no command runs."""
    kek, token, signing = settings.kek_file, settings.token_key_file, settings.signing_folder
    checkpoint, service = settings.checkpoint_key_file, settings.key_service_file
    wrong = []
    if kek.resolve() == token.resolve():
        wrong.append("WAYMARK_KEK_FILE and WAYMARK_TOKEN_KEY_FILE are one file; each purpose needs its own key")
    expected = (
        # With a key service the file holds no more than the keys from before it.
        ("WAYMARK_KEK_FILE", kek, kek.is_file() or bool(settings.key_service)),
        *((("WAYMARK_KEY_SERVICE_FILE", service, service.is_file()),) if service is not None else ()),
        ("WAYMARK_TOKEN_KEY_FILE", token, token.is_file()),
        ("WAYMARK_SIGNING_FOLDER", signing, signing.is_dir()),
        ("WAYMARK_CHECKPOINT_KEY_FILE", checkpoint, checkpoint.is_file()),
    )
    for name, path, there in expected:
        if not there:
            wrong.append(f"{name}: there is nothing at {path}; `waymark keys create` makes what is missing")
    files = [("WAYMARK_KEK_FILE", kek), ("WAYMARK_TOKEN_KEY_FILE", token), ("WAYMARK_CHECKPOINT_KEY_FILE", checkpoint)]
    files += [("WAYMARK_KEY_SERVICE_FILE", service)] if service is not None else []
    secret = (path for kind in ("pem", "exchange") for path in sorted(signing.glob(f"*.{kind}")))
    files += [("WAYMARK_SIGNING_FOLDER", path) for path in secret]
    for name, path in files if os.name == "posix" else []:
        if path.is_file() and path.stat().st_mode & OPEN_TO_OTHERS:
            wrong.append(f"{name}: everybody on this machine may read {path}; chmod it to 600")
    return wrong


def found(settings: Settings) -> list[str]:
    """The same, and what is wrong inside the files."""
    wrong = places(settings)
    held: dict[str, dict[int, bytes]] = {}
    for name, path, purpose in (
        ("WAYMARK_KEK_FILE", settings.kek_file, KEK),
        ("WAYMARK_TOKEN_KEY_FILE", settings.token_key_file, TOKEN_KEY),
    ):
        if path.is_file():
            try:
                held[name] = load_keys(path, create=False, purpose=purpose)
            except KeyMissing as fault:
                wrong.append(f"{name}: {fault}")
    for name, keys in held.items():
        wrong += [
            f"{name}: version {version} is a made-up example, not a random key; make one with `waymark keys create`"
            for version, key in keys.items()
            if made_up(key)
        ]
    if len(held) == 2 and set(held["WAYMARK_KEK_FILE"].values()) & set(held["WAYMARK_TOKEN_KEY_FILE"].values()):
        wrong.append("WAYMARK_TOKEN_KEY_FILE holds a key of WAYMARK_KEK_FILE; each purpose needs its own key")
    return [
        *wrong, *_service(settings), *_signing(settings.signing_folder), *_checkpoint(settings.checkpoint_key_file)
    ]


def made_up(key: bytes) -> bool:
    """Whether a key is one that people write down as an example: bytes that count up, or one half twice."""
    steps = {(after - before) % 256 for before, after in zip(key, key[1:], strict=False)}
    return len(steps) == 1 or key[: len(key) // 2] == key[len(key) // 2 :]


def _service(settings: Settings) -> Iterator[str]:
    if settings.key_service_file is None or not settings.key_service_file.is_file():
        return  # told by `places`
    try:
        if not settings.kek.there():
            yield "WAYMARK_KEY_SERVICE holds no key-encryption key; `waymark keys create` makes the first"
    except KeyMissing as fault:
        yield f"WAYMARK_KEY_SERVICE: {fault}"


def _checkpoint(file: Path) -> Iterator[str]:
    if not file.is_file():
        return  # told by `places`
    try:
        own_signer(file, create=False)
        read_book(file, CHECKPOINTS)
    except KeyMissing as fault:
        yield f"WAYMARK_CHECKPOINT_KEY_FILE: {fault}"


def _signing(folder: Path) -> Iterator[str]:
    files = sorted(folder.glob("[A-Z][A-Z].pem"))
    if folder.is_dir() and not files:
        yield f"WAYMARK_SIGNING_FOLDER: {folder} holds no CC.pem such as TH.pem; `waymark keys create` makes them"
    for file in files:
        try:
            read_book(file, file.stem)
        except KeyMissing as fault:
            yield f"WAYMARK_SIGNING_FOLDER: {fault}"
    known: dict[bytes, Path] = {}
    for file in files:
        content = file.read_bytes() if os.access(file, os.R_OK) else b""
        twin = known.setdefault(content, file)
        if not content.startswith(b"-----BEGIN PRIVATE KEY-----"):
            yield f"WAYMARK_SIGNING_FOLDER: {file} is no private key that can be read; `waymark keys create` makes one"
        elif twin is not file:
            yield f"WAYMARK_SIGNING_FOLDER: {file} and {twin} are one key; each country signs with its own"
