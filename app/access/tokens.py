"""Our access tokens: the only module that touches python-jose, behind six strict rules.

python-jose alone accepts far too much (tokens without expiry or audience, unknown critical headers, twins
of one signature). So a token is first read letter by letter, then verified by one pinned key object, then
its claims are compared with what we would have written ourselves. Whatever goes wrong, the caller learns
one thing: not signed in.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Never

from jose import jwk, jwt

from app.kit.errors import Unauthorised
from app.models.base import is_id, new_id

ALGORITHM: Final = "HS256"
TYPE: Final = "at+jwt"
LIFETIME_SECONDS: Final = 900
LEEWAY_SECONDS: Final = 5
LONGEST: Final = 4096
SHORTEST_SECRET: Final = 32

_SEGMENT: Final = re.compile(r"[A-Za-z0-9_-]+")
_HEADER: Final = frozenset({"alg", "typ", "kid"})
_CLAIMS: Final = frozenset({"iss", "aud", "sub", "sid", "jti", "iat", "nbf", "exp", "ver"})
# jose compares exp and nbf with a clock of its own, and only loosely: it takes exp equal to now. The house clock
# is asked instead, below, where exp and nbf are required by the exact set of claims.
_OPTIONS: Final = {
    **{f"require_{name}": True for name in ("iat", "aud", "iss", "sub", "jti")},
    "verify_exp": False,
    "verify_nbf": False,
    "leeway": LEEWAY_SECONDS,
}


@dataclass(frozen=True, slots=True)
class Claims:
    """What a valid token says: account id, session id, token id and the account's token version."""

    sub: str
    sid: str
    jti: str
    version: int


class Tokens:
    """Writes and reads access tokens with one key per key id; new ones carry ``current``."""

    def __init__(
        self,
        secrets: Mapping[str, bytes],
        current: str,
        issuer: str,
        audience: str,
        *,
        news: Callable[[], Mapping[int, bytes] | None] | None = None,
    ) -> None:
        """``secrets``: key id -> at least 32 random bytes. Raises ValueError for a weak or missing secret.

        ``news`` is asked before each token: it gives all secrets by number when they have changed, the highest being
        the current one, and None otherwise. So a key is exchanged while people work.
        """
        self._issuer = issuer
        self._audience = audience
        self._news = news
        self._held = self._usable(secrets, current)

    @staticmethod
    def _usable(secrets: Mapping[str, bytes], current: str) -> tuple[dict[str, Any], str]:
        for kid, secret in secrets.items():
            if type(secret) is not bytes or len(secret) < SHORTEST_SECRET or len(set(secret)) < 8:
                raise ValueError(f"token secret {kid!r} must be at least {SHORTEST_SECRET} random bytes")
        if current not in secrets:
            raise ValueError(f"token secret {current!r} is named as current but missing")
        # A key *object* pins the algorithm and skips jose's guessing whether a secret is JSON, PEM or DER.
        return {kid: jwk.construct(secret, ALGORITHM) for kid, secret in secrets.items()}, current

    def _keys(self) -> tuple[dict[str, Any], str]:
        """The keys by id and the id of the current one, both of one reading of the file."""
        fresh = self._news() if self._news is not None else None
        if fresh:
            self._held = self._usable({str(number): secret for number, secret in fresh.items()}, str(max(fresh)))
        return self._held

    def issue(self, sub: str, sid: str, version: int, now: datetime) -> str:
        """A token for account ``sub`` in session ``sid``, valid for 15 minutes from ``now`` (aware UTC)."""
        keys, current = self._keys()
        moment = int(now.timestamp())
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": sub,
            "sid": sid,
            "jti": new_id(),
            "iat": moment,
            "nbf": moment,
            "exp": moment + LIFETIME_SECONDS,
            "ver": version,
        }
        header = {"typ": TYPE, "kid": current}
        token: str = jwt.encode(claims, keys[current], algorithm=ALGORITHM, headers=header)
        return token

    def read(self, token: object, now: datetime) -> Claims:
        """The claims of ``token`` at ``now`` (aware UTC); Unauthorised for all that is not ours and live."""
        try:
            return self._read(token, now)
        # jose raises far more than its own errors: RecursionError, TypeError, OverflowError, JWKError ...
        except Exception:  # noqa: BLE001
            raise Unauthorised() from None

    def _read(self, token: object, now: datetime) -> Claims:
        if type(token) is not str or len(token) > LONGEST:
            raise ValueError("not a token")
        segments = token.split(".")
        if len(segments) != 3:
            raise ValueError("not three segments")
        header = _object(_plain(segments[0]))
        _plain(segments[2])
        if header.keys() != _HEADER or header["alg"] != ALGORITHM or header["typ"] != TYPE:
            raise ValueError("not our header")
        kid = header["kid"]
        keys, _ = self._keys()
        if type(kid) is not str or kid not in keys:
            raise ValueError("not our key")
        written = _object(_plain(segments[1]))
        decoded = jwt.decode(
            token,
            keys[kid],
            algorithms=[ALGORITHM],
            audience=self._audience,
            issuer=self._issuer,
            options=dict(_OPTIONS),
        )
        if decoded != written:
            raise ValueError("two readings of one token")
        return self._checked(written, now.timestamp())

    def _checked(self, claims: dict[str, Any], now: float) -> Claims:
        if claims.keys() != _CLAIMS:
            raise ValueError("not our claims")
        issued, begins, ends, version = (claims[name] for name in ("iat", "nbf", "exp", "ver"))
        if any(type(number) is not int for number in (issued, begins, ends, version)):
            raise ValueError("not whole numbers")
        if issued > now + LEEWAY_SECONDS or now >= ends + LEEWAY_SECONDS:
            raise ValueError("not now")
        if begins != issued or not 0 < ends - issued <= LIFETIME_SECONDS:
            raise ValueError("not our lifetime")
        if claims["aud"] != self._audience or claims["iss"] != self._issuer:
            raise ValueError("not for us")
        names = [claims[name] for name in ("sub", "sid", "jti")]
        if not all(type(name) is str and is_id(name) for name in names):
            raise ValueError("not our ids")
        return Claims(names[0], names[1], names[2], version)


def _plain(segment: str) -> bytes:
    """The bytes of one segment; refused unless encoding them again gives the very same letters."""
    if not _SEGMENT.fullmatch(segment):
        raise ValueError("not base64url")
    plain = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    if base64.urlsafe_b64encode(plain).rstrip(b"=").decode("ascii") != segment:
        raise ValueError("not canonical base64url")
    return plain


def _object(plain: bytes) -> dict[str, Any]:
    """One JSON object in strict UTF-8: no name twice, no fractions, no NaN or Infinity."""
    value = json.loads(plain.decode("utf-8"), object_pairs_hook=_unique, parse_float=_refused, parse_constant=_refused)
    if type(value) is not dict:
        raise ValueError("not an object")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("one name twice")
    return found


def _refused(text: str) -> Never:
    raise ValueError(f"number {text[:16]} refused")
