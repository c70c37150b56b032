"""A small identity provider on this machine: real HTTP and real keys, and every way to answer wrongly."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwk, jwt

from app.kit.clock import Clock

CLIENT, SECRET = "waymark", "a secret: with % signs"
Claims = dict[str, Any]


@dataclass
class Asked:
    """One request for a code that was answered with one."""

    nonce: str
    challenge: str
    back: str


@dataclass
class IdentityProvider:
    """What the provider says, and what it would say if somebody had bent it.

    ``who``: claims of the person who signs in there. ``bend``: changes the claims; ``sign``: makes the token.
    """

    clock: Clock
    url: str = ""
    who: Claims = field(default_factory=lambda: {"sub": "248289761001", "preferred_username": "worker"})
    key: Any = field(default_factory=lambda: jwk.RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}))
    shown_keys: list[Any] = field(default_factory=list)
    bend: Callable[[Claims], Claims] = dict
    sign: Callable[[Claims], Any] | None = None
    away: bool = False
    issuer: str = ""
    asked: dict[str, Asked] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)

    def about(self) -> Claims:
        """The discovery document."""
        ends = {
            f"{name}_endpoint": f"{self.url}/{path}" for name, path in (("authorization", "go"), ("token", "token"))
        }
        return {"issuer": self.issuer or self.url, "jwks_uri": f"{self.url}/keys", **ends}

    def keys(self) -> Claims:
        """The keys it signs with, without their private part."""
        return {"keys": [key.as_dict(private=False) for key in (self.shown_keys or [self.key])]}

    def go(self, query: dict[str, str]) -> str:
        """Where the browser is sent back to; everybody is signed in here already."""
        assert query["response_type"] == "code" and query["client_id"] == CLIENT
        assert query["code_challenge_method"] == "S256" and "openid" in query["scope"].split()
        code = secrets.token_urlsafe(16)
        self.asked[code] = Asked(query["nonce"], query["code_challenge"], query["redirect_uri"])
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state'], 'iss': self.url})}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, Claims]:
        """The answer to a code: each works once, for the client that asked and can show the verifier."""
        user, _, password = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        asked = self.asked.pop(form["code"], None)
        verifier = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        known = (unquote(user), unquote(password)) == (CLIENT, SECRET)
        if not known or asked is None or verifier.decode() != asked.challenge or form["redirect_uri"] != asked.back:
            return 400, {"error": "invalid_grant"}
        now = int(self.clock.now().timestamp())
        claims = {
            "iss": self.issuer or self.url, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked.nonce,
            **self.who,
        }  # fmt: skip
        claims = self.bend(claims)
        token = self.sign(claims) if self.sign else jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)
        return 200, {"token_type": "Bearer", "access_token": "x", "id_token": token}


@contextmanager
def running_provider(clock: Clock) -> Iterator[IdentityProvider]:
    """The provider, listening on a free port of this machine."""
    provider = IdentityProvider(clock)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            provider.requests.append(parts.path)
            if provider.away:
                self.answer(503, {})
            elif parts.path == "/.well-known/openid-configuration":
                self.answer(200, provider.about())
            elif parts.path == "/keys":
                self.answer(200, provider.keys())
            else:
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                self.send_response(302)
                self.send_header("Location", provider.go(query))
                self.end_headers()

        def do_POST(self) -> None:
            provider.requests.append(urlsplit(self.path).path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self.answer(*provider.token(form, self.headers["Authorization"]))

        def answer(self, status: int, body: Claims) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
