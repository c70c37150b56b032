"""Merkle roots over lines of text, as RFC 6962 hashes its trees: one hash stands for all lines and their order."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

__all__ = ["merkle_root"]


def merkle_root(lines: Sequence[bytes]) -> bytes:
    """The root (32 bytes) over ``lines``; of no lines the SHA-256 of nothing.

    A leaf is SHA-256(0x00 || line), a node SHA-256(0x01 || left || right); the left part of n leaves is the largest
    power of two below n. RFC 6962, 2.1.
    """
    if not lines:
        return hashlib.sha256().digest()
    level = [hashlib.sha256(b"\x00" + line).digest() for line in lines]
    # Pairing neighbours and carrying an odd last one up gives the tree of the RFC.
    while len(level) > 1:
        paired = [hashlib.sha256(b"\x01" + level[at] + level[at + 1]).digest() for at in range(0, len(level) - 1, 2)]
        level = paired + level[len(level) - len(level) % 2 :]
    return level[0]
