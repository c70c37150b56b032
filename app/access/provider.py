"""Signing in through an organisation's own identity provider (OpenID Connect), where the settings name one.

Off by default. It says who somebody is, by one claim that equals the login name of an account that exists already;
it opens no account and gives no right. Code flow with PKCE; nothing but the configured provider is ever asked.
"""

from __future__ import annotations

import base64
import hmac
import json
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

import httpx2
from joserfc import jwk, jwt

from app.access.provider_attempt import Attempt
from app.kit.errors import AppError

# Signatures only, and none that a shared secret or nobody could make.
ALGORITHMS: Final = ("RS256", "PS256", "ES256")
LEEWAY_SECONDS: Final = 30
# An id token that was issued longer ago than this was not issued for this attempt.
OLDEST_SECONDS: Final = 600
KEPT: Final = timedelta(hours=1)
# After a token with an unknown key its provider is asked again, but not for every such token.
ASK_AGAIN: Final = timedelta(minutes=1)
LET_BE: Final = timedelta(seconds=15)
LARGEST_ANSWER: Final = 262_144
SECONDS: Final = 5.0
SHORTEST_RSA: Final = 2048
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class ProviderAway(AppError):
    """The identity provider does not answer, or not as it should."""

    status = 503
    code = "provider_away"
    title = "The sign-in of your organisation does not answer."
    default_detail = "Try again in a moment, or sign in with your user name and password."


class NotProven(Exception):
    """What came back from the provider proves nothing; why is nobody's business but the log's."""


class Provider:
    """One identity provider; what it says of itself is asked once an hour."""

    def __init__(self, issuer: str, client_id: str, client_secret: str, claim: str) -> None:
        """``claim``: the claim of the id token that holds the login name. ValueError for an issuer not under https."""
        self._issuer = _safe(issuer)
        self._client_id = client_id
        self._client_secret = client_secret
        self._claim = claim
        # A proxy of the environment is for the world outside, not for this machine.
        outside = urlsplit(issuer).scheme == "https"
        self._line = httpx2.Client(timeout=SECONDS, follow_redirects=False, trust_env=outside)
        self._lock = threading.Lock()
        self._about: dict[str, Any] = {}
        self._keys: list[Any] = []
        self._asked_at: datetime | None = None
        self._away_at: datetime | None = None

    def is_named(self, issuer: str) -> bool:
        """Whether ``issuer``, which newer providers send along (RFC 9207), is this one; none sent is no other."""
        return issuer in ("", self._issuer)

    def address(self, attempt: Attempt, now: datetime) -> str:
        """Where to send the browser. Raises ProviderAway."""
        asked = urlencode(
            {
                "response_type": "code", "scope": "openid profile email", "client_id": self._client_id,
                "redirect_uri": attempt.back, "state": attempt.state, "nonce": attempt.nonce,
                "code_challenge": attempt.challenge, "code_challenge_method": "S256",
            }
        )  # fmt: skip
        place = self._known(now)["authorization_endpoint"]
        return f"{place}{'&' if '?' in place else '?'}{asked}"

    def login(self, attempt: Attempt, code: str, now: datetime) -> str:
        """The login name behind the ``code`` that came back. Raises NotProven, ProviderAway."""
        about = self._known(now)
        user, password = quote(self._client_id, safe=""), quote(self._client_secret, safe="")
        given = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": attempt.back,
            "code_verifier": attempt.verifier,
        }  # fmt: skip
        status, body = self._fetch("POST", about["token_endpoint"], data=given, auth=(user, password))
        if status >= 500:
            raise ProviderAway()
        token = _object(body).get("id_token") if status == 200 else None
        if type(token) is not str:
            raise NotProven("no id token")
        return self._login_of(self._claims(token, now), attempt, now)

    def _login_of(self, claims: Mapping[str, Any], attempt: Attempt, now: datetime) -> str:
        audience = claims.get("aud")
        audiences = audience if type(audience) is list else [audience]
        moment, issued, ends = now.timestamp(), claims.get("iat"), claims.get("exp")
        if claims.get("iss") != self._issuer:
            raise NotProven("another issuer")
        if self._client_id not in audiences or (len(audiences) > 1 and claims.get("azp") != self._client_id):
            raise NotProven("for somebody else")
        if "azp" in claims and claims["azp"] != self._client_id:
            raise NotProven("for somebody else")
        if type(issued) is not int or type(ends) is not int or ends <= moment - LEEWAY_SECONDS:
            raise NotProven("not now")
        if not moment - OLDEST_SECONDS <= issued <= moment + LEEWAY_SECONDS:
            raise NotProven("not issued for this attempt")
        nonce, subject, login = claims.get("nonce"), claims.get("sub"), claims.get(self._claim)
        if type(nonce) is not str or not hmac.compare_digest(nonce.encode(), attempt.nonce.encode()):
            raise NotProven("another nonce")
        if type(subject) is not str or not subject or type(login) is not str or not login:
            raise NotProven("says nobody")
        if self._claim == "email" and claims.get("email_verified") is not True:
            raise NotProven("an address nobody has verified")
        return login

    def _claims(self, token: str, now: datetime) -> Mapping[str, Any]:
        """The claims of an id token that one of the provider's own keys has signed."""
        try:
            key = self._key(token, now)
            return jwt.decode(token, key, algorithms=list(ALGORITHMS)).claims
        except (ProviderAway, NotProven):
            raise
        # A hostile token raises far more than the library's own errors.
        except Exception:  # noqa: BLE001
            raise NotProven("not signed by the provider") from None

    def _key(self, token: str, now: datetime) -> Any:
        head = token.partition(".")[0]
        header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
        kid, algorithm = header.get("kid"), header.get("alg")
        if algorithm not in ALGORITHMS or "crit" in header:
            raise NotProven("not an algorithm of ours")
        self._known(now)
        for again in (False, True):
            if again and not self._ask_again(now):
                break
            fitting = [key for key in self._keys if kid is None or key.kid == kid]
            if len(fitting) == 1:
                return fitting[0]
        raise NotProven("no such key")

    def _ask_again(self, now: datetime) -> bool:
        """Ask for the keys once more, for providers change them; False if they were asked for just now."""
        with self._lock:
            if self._asked_at is not None and now - self._asked_at < ASK_AGAIN:
                return False
            self._asked_at = None
        self._known(now)
        return True

    def _known(self, now: datetime) -> dict[str, Any]:
        """What the provider says of itself; fetched with its keys if that was longer ago than `KEPT`."""
        with self._lock:
            if self._asked_at is None or not timedelta(0) <= now - self._asked_at < KEPT:
                # Others must not queue up behind a provider that has just kept somebody waiting in vain.
                if self._away_at is not None and timedelta(0) <= now - self._away_at < LET_BE:
                    raise ProviderAway()
                try:
                    self._about, self._keys = self._introduced()
                except ProviderAway:
                    self._away_at = now
                    raise
                self._asked_at, self._away_at = now, None
            return self._about

    def _introduced(self) -> tuple[dict[str, Any], list[Any]]:
        about = self._ask(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        if about.get("issuer") != self._issuer:
            raise ProviderAway()
        try:
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                _safe(about[name])
        except (KeyError, ValueError, TypeError, AttributeError):
            raise ProviderAway() from None
        return about, _keys_of(self._ask(about["jwks_uri"]))

    def _ask(self, address: str) -> dict[str, Any]:
        status, body = self._fetch("GET", address)
        if status != 200:
            raise ProviderAway()
        return _object(body)

    def _fetch(self, method: str, address: str, **sent: Any) -> tuple[int, bytes]:
        """One request to the provider: no redirect, no long wait, no large answer."""
        try:
            with self._line.stream(method, address, headers={"Accept": "application/json"}, **sent) as answer:
                body = b""
                for piece in answer.iter_bytes():
                    body += piece
                    if len(body) > LARGEST_ANSWER:
                        raise ProviderAway()
                return answer.status_code, body
        except (httpx2.HTTPError, httpx2.InvalidURL):
            raise ProviderAway() from None


def _keys_of(document: Mapping[str, Any]) -> list[Any]:
    """The keys of a JWKS that may sign an id token; shared secrets and short ones are left out."""
    found: list[Any] = []
    listed = document.get("keys")
    for each in listed if type(listed) is list else []:
        if type(each) is not dict or each.get("kty") not in ("RSA", "EC") or each.get("use", "sig") != "sig":
            continue
        try:
            key = jwk.import_key(each)
        # One unreadable key does not make the others useless.
        except Exception:  # noqa: BLE001, S112
            continue
        if each["kty"] == "EC" or key.public_key.key_size >= SHORTEST_RSA:  # type: ignore[union-attr]
            found.append(key)
    return found


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise ProviderAway() from None
    if type(found) is not dict:
        raise ProviderAway()
    return found


def _safe(address: str) -> str:
    """The address, if it is under https or on this machine; ValueError otherwise."""
    parts = urlsplit(address)
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)):
        raise ValueError("an identity provider is asked over https only")
    return address
