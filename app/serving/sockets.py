"""The socket that people reach the program by: opened here, or opened before and handed over by whoever starts us."""

from __future__ import annotations

import os
import socket
from collections.abc import MutableMapping
from typing import Final

__all__ = ["PortTaken", "handed_over", "listening"]

# systemd's way to hand sockets over: they follow standard input, output and error.
_FIRST: Final = 3
_NAMES: Final = ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES")


class PortTaken(OSError):
    """Another program listens on the port."""


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens on ``host``:``port`` (0: any free one). Raises PortTaken."""
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((host, port))
    except OSError as error:
        taken.close()
        raise PortTaken(f"port {port} on {host} cannot be used ({error.strerror}); choose another") from None
    return taken


def handed_over(surroundings: MutableMapping[str, str] = os.environ) -> socket.socket | None:
    """The socket that a service manager opened for this process (LISTEN_FDS), None if it opened none.

    It outlives the process: who connects while one program ends and the next begins waits, and is not turned away.
    What says so is taken out of ``surroundings``, so that no process begun from here thinks that it is meant.

    Raises:
        ValueError: several sockets were handed over, or something else than one for connections.
    """
    told = {name: surroundings.pop(name, "") for name in _NAMES}
    if told["LISTEN_PID"] != str(os.getpid()) or told["LISTEN_FDS"] in ("", "0"):
        return None
    if told["LISTEN_FDS"] != "1":
        raise ValueError(f"LISTEN_FDS is {told['LISTEN_FDS']}; one socket is served: give the unit one ListenStream")
    os.set_inheritable(_FIRST, False)
    try:
        given = socket.socket(fileno=_FIRST)
    except OSError as error:
        raise ValueError(f"LISTEN_FDS is set, and nothing to listen on was handed over ({error.strerror})") from None
    if given.type != socket.SOCK_STREAM:
        raise ValueError("LISTEN_FDS is set, and what was handed over takes no connections: use ListenStream")
    return given
