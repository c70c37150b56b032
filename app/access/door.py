"""The door of every route: who asks, by which permission, in one transaction, and at most once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, Final, TypeVar

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel
from pydantic_core import to_json
from sqlalchemy.orm import Session

from app.access import once, rows
from app.access.actor import SignedIn, authenticate
from app.access.desk import Desk, House
from app.access.may import must
from app.access.tokens import Claims
from app.kit.errors import AppError, Invalid, PreconditionMissing, Unauthorised

Answerable = BaseModel | dict[str, Any] | None
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

_LOOKING: Final = frozenset({"GET", "HEAD"})
_VERSION: Final = re.compile(r'"?(\d{1,9})"?')


class Door:
    """What a route gets: `read` and `write` open a desk for the signed-in actor, `once` acts exactly once."""

    __slots__ = ("_claims", "_fingerprint", "_house", "_if_match", "_key", "_permission", "correlation")

    def __init__(
        self,
        house: House,
        claims: Claims | None,
        permission: str,
        correlation: str = "",
        key: str | None = None,
        if_match: str | None = None,
        fingerprint: str = "",
    ) -> None:
        """Made by `needs`; ``key`` and ``if_match`` are the headers as sent. ``claims``: None where no token counts."""
        self._house = house
        self._claims = claims
        self._permission = permission
        self._key = key
        self._if_match = if_match
        self._fingerprint = fingerprint
        self.correlation = correlation

    @property
    def version(self) -> int:
        """The version the caller saw (If-Match). 428 if it was not sent, 422 if it is no version of ours."""
        if self._if_match is None:
            raise PreconditionMissing()
        match = _VERSION.fullmatch(self._if_match)
        if match is None:
            raise Invalid(
                'If-Match must be one version, such as "7".',
                code="if_match_malformed",
                title="If-Match names no version.",
            )
        return int(match[1])

    @contextmanager
    def read(self) -> Iterator[Desk]:
        """A desk that only looks. Unauthorised (401) or Forbidden (403) before anything else happens."""
        desk = None
        try:
            with self._house.db.read() as session:
                desk = self._desk(session, writable=False)
                must(desk, self._permission)
                yield desk
        except AppError:
            self._keep(desk)
            raise

    @contextmanager
    def write(self) -> Iterator[Desk]:
        """A desk whose transaction commits when the block ends, before the answer leaves.

        If a refusal (AppError) ends the block, everything is undone except what was handed to
        `Desk.keep_if_refused`, which is then written in a transaction of its own.
        """
        desk = None
        try:
            with self._house.db.write() as session:
                desk = self._desk(session, writable=True)
                must(desk, self._permission)
                yield desk
        except AppError:
            self._keep(desk)
            raise

    def once(
        self, act: Callable[[Desk], Answerable], status: int = 200, *, again: Callable[[Desk], Answerable] | None = None
    ) -> Response:
        """Run ``act`` in one transaction and answer ``status`` with what it returns, exactly once per key.

        The same Idempotency-Key with the same request gives the first answer again, without the effect;
        another request with it is refused (422), a missing one too (400). Only success is remembered. What
        ``act`` returns is the body (None: no body); its ``version``, if it has one, becomes the ETag. A result with
        an ``answer_status`` of its own is answered with that one: 202, where a second person has to agree first.
        ``again``: for an answer that may not be kept, what a retry gets instead of it, under the rights of its moment.
        """
        with self.write() as desk:
            key = once.checked_key(self._key)
            answer = once.claim(desk, key, self._fingerprint)
            replayed = answer is not None
            if answer is None:
                answer = _written(status, act(desk))
                kept = answer if again is None else once.Answer(status, b"", None)
                once.store(desk, key, kept)
            elif again is not None:
                answer = _written(status, again(desk))
        return answered(answer.status, answer.body, answer.version, replayed=replayed)

    def verify(self) -> None:
        """Only find out whether the caller may pass: for requests whose body turned out to be unreadable."""
        with self.read():
            pass

    def _desk(self, session: Session, *, writable: bool) -> Desk:
        house = self._house
        now = house.clock.now()
        who = self._who(session, now)
        return Desk(
            session=session,
            actor=who.actor,
            now=now,
            policies=house.policies,
            keys=house.keys,
            signing=house.signing,
            correlation=self.correlation,
            office_id=who.office_id,
            session_id=who.session_id,
            writable=writable,
        )

    def _who(self, session: Session, now: datetime) -> SignedIn:
        """Who knocks; the HTML door asks its cookie instead."""
        if self._claims is None:
            raise Unauthorised()
        return authenticate(session, self._claims, now)

    def _keep(self, desk: Desk | None) -> None:
        kept = desk.take_kept() if desk is not None else []
        if desk is not None and kept:
            with self._house.db.write() as session:
                rows.enter(session, desk.actor, desk.office_id, desk.policies, desk.now)
                for write in kept:
                    write(session)


def _written(status: int, result: Answerable) -> once.Answer:
    chosen = getattr(result, "answer_status", status)
    return once.Answer(chosen, b"" if result is None else to_json(result), _version_of(result))


def answered(status: int, body: bytes, version: int | None = None, *, replayed: bool = False) -> Response:
    """A JSON answer from ready bytes, with the ETag of ``version`` and a mark if it is a repeated answer."""
    headers = {}
    if version is not None:
        headers["ETag"] = f'"{version}"'
    if replayed:
        headers["Idempotency-Replayed"] = "true"
    return Response(body, status, headers, media_type="application/json" if body else None)


def needs(permission: str, *, once: bool = True, versioned: bool = False) -> Callable[[Request], Awaitable[Door]]:
    """A route's dependency: `door: Annotated[Door, Depends(needs("case:read"))]`.

    It verifies the token's letters at once; the account, its roles and the permission are checked by the
    door in the same transaction as the act. ``once=False``: a POST that takes no Idempotency-Key (it must
    not call `Door.once`). ``versioned``: the route reads `Door.version`, which OpenAPI then shows as
    If-Match.
    """

    async def at_the_door(request: Request) -> Door:
        house: House = request.app.state.house
        claims = house.tokens.read(_bearer(request), house.clock.now())
        headers = request.headers
        door = Door(
            house,
            claims,
            permission,
            correlation=getattr(request.state, "correlation", ""),
            key=headers.get("idempotency-key"),
            if_match=headers.get("if-match"),
            fingerprint="" if request.method in _LOOKING else await _fingerprint(request),
        )
        request.state.door = door
        return door

    at_the_door.waymark_needs = permission  # type: ignore[attr-defined]
    at_the_door.waymark_once = once  # type: ignore[attr-defined]
    at_the_door.waymark_versioned = versioned  # type: ignore[attr-defined]
    return at_the_door


def public(why: str) -> Callable[[Endpoint], Endpoint]:
    """Mark a route as open to everybody, with the reason; stands between route decorator and function."""

    def mark(endpoint: Endpoint) -> Endpoint:
        endpoint.waymark_public = why  # type: ignore[attr-defined]
        return endpoint

    return mark


def _bearer(request: Request) -> str:
    """The one bearer token of the Authorization header; a token anywhere else does not count."""
    sent = request.headers.getlist("authorization")
    if len(sent) != 1:
        raise Unauthorised()
    scheme, _, token = sent[0].partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthorised()
    return token


async def _fingerprint(request: Request) -> str:
    """SHA-256 (hex) of method, path, query and body: what a retry must share with the first request."""
    scope = request.scope
    digest = hashlib.sha256()
    path = scope.get("raw_path") or scope["path"].encode()
    for part in (scope["method"].encode(), path, scope["query_string"]):
        digest.update(len(part).to_bytes(4, "big") + part)
    body_digest = request.scope.get("waymark.body_digest")
    if body_digest is None:
        digest.update(await request.body())
    else:
        with suppress(RuntimeError):  # a form was read by FastAPI already; the gate has counted its bytes
            await request.body()
        digest.update(body_digest.digest())
    return digest.hexdigest()


def _version_of(result: Answerable) -> int | None:
    version = result.get("version") if isinstance(result, dict) else getattr(result, "version", None)
    return version if type(version) is int else None
