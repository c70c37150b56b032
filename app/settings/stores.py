"""The object store for checkpoints, as the settings tell it: the place itself, and what is wrong with what they say."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from app.kit.object_store import ObjectStore, StoreKey
from app.settings.keys import OPEN_TO_OTHERS

if TYPE_CHECKING:
    from app.settings import Settings

__all__ = ["half_said", "place", "unsafe"]

STORE: Final = "WAYMARK_CHECKPOINT_STORE"
KEY_FILE: Final = f"{STORE}_KEY_FILE"
KEY: Final = f"{STORE}_ACCESS_KEY and {STORE}_SECRET_KEY"
LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


def place(settings: Settings) -> ObjectStore | None:
    """The store that checkpoints go to, or None."""
    if not settings.checkpoint_store:
        return None
    file = settings.checkpoint_store_key_file
    access, secret = settings.checkpoint_store_access_key, settings.checkpoint_store_secret_key
    key = StoreKey(KEY, None, access, secret) if file is None else StoreKey(KEY_FILE, file)
    return ObjectStore(settings.checkpoint_store, key, settings.checkpoint_store_region)


def half_said(settings: Settings) -> str | None:
    """What is missing, or said twice, in a sentence; None where store and key are whole."""
    if not settings.checkpoint_store:
        return None
    halves = [bool(settings.checkpoint_store_access_key), bool(settings.checkpoint_store_secret_key)]
    if settings.checkpoint_store_key_file is not None and any(halves):
        return f"{STORE} has two keys: give {KEY_FILE}, or {KEY}"
    if settings.checkpoint_store_key_file is None and not all(halves):
        return f"{STORE} needs a key: give {KEY_FILE}, or {KEY}"
    return None


def unsafe(settings: Settings) -> Iterator[str]:
    """What keeps production from serving with this store."""
    if not settings.checkpoint_store:
        return
    parts = urlsplit(settings.checkpoint_store)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        yield f"{STORE} begins with http://; its key would cross the network where it can be used again, use https://"
    if find_spec("botocore") is None:
        yield f"{STORE} needs a package that is not installed; install the extra store"
    file = settings.checkpoint_store_key_file
    if file is not None and not file.is_file():
        yield f"{KEY_FILE}: there is nothing at {file}; write access_key and secret_key there"
    elif file is not None and os.name == "posix" and file.stat().st_mode & OPEN_TO_OTHERS:
        yield f"{KEY_FILE}: everybody on this machine may read {file}; chmod it to 600"
