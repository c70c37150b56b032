"""Tells a service manager how far the program is (sd_notify: one datagram), where one wants to know."""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from typing import Final

__all__ = ["ready", "reloading", "stopping"]

_WHERE: Final = "NOTIFY_SOCKET"


def ready() -> None:
    """It serves."""
    _tell("READY=1")


def reloading() -> None:
    """Its processes are being replaced; `ready` says when that is done."""
    _tell(f"RELOADING=1\nMONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")


def stopping() -> None:
    """It takes nothing new and finishes what runs."""
    _tell("STOPPING=1")


def _tell(words: str) -> None:
    """A program serves whether or not somebody hears that it does."""
    where = os.environ.get(_WHERE, "")
    if not where.startswith(("/", "@")):
        return
    address = "\0" + where[1:] if where.startswith("@") else where
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
        line.connect(address)
        line.sendall(words.encode())
