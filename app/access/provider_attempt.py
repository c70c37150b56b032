"""One way to an identity provider and back, bound to the browser that goes it."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way to the provider and back; all of it follows from the visitor's cookie, so nothing has to be kept."""

    state: str
    nonce: str
    verifier: str
    back: str

    @classmethod
    def of(cls, visit: str, back: str) -> Attempt:
        """The attempt of the browser whose cookie is ``visit``; ``back``: the full address the provider sends it to."""
        return cls(_derived("state", visit), _derived("nonce", visit), _derived("verifier", visit), back)

    @property
    def challenge(self) -> str:
        """What the provider compares the verifier with (PKCE, RFC 7636, S256)."""
        return _letters(hashlib.sha256(self.verifier.encode("ascii")).digest())

    def is_answered_by(self, state: str) -> bool:
        """Whether ``state`` came back from this attempt."""
        return hmac.compare_digest(state.encode("utf-8", "surrogatepass"), self.state.encode("ascii"))


def _derived(purpose: str, visit: str) -> str:
    # The cookie is a secret of 256 bits that only its browser holds; what is derived from it does not lead back.
    return _letters(hashlib.sha256(f"waymark sign-in {purpose}|{visit}".encode()).digest())


def _letters(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
