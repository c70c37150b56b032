"""Errors that mean something to the caller; the door decides how they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

__all__ = [
    "AppError",
    "Away",
    "BadRequest",
    "Busy",
    "Conflict",
    "Erased",
    "Forbidden",
    "InDoubt",
    "Invalid",
    "NoRoom",
    "NotFound",
    "PreconditionMissing",
    "StaleVersion",
    "TooMany",
    "Unauthorised",
]

# Members of a problem document that an error's own `extra` may not overwrite (RFC 9457, 3.1).
RESERVED = frozenset({"type", "title", "status", "detail", "instance", "code", "correlation"})


class AppError(Exception):
    """The parent of every error with a meaning.

    Attributes:
        status: the HTTP status of the answer.
        code: a stable word for machines, snake_case.
        title: a short sentence, the same each time this code is used.
        detail: a sentence about this occurrence that a person can act on; never a name, an address or
            anything else the caller typed.
        extra: further members of the answer (JSON values), such as refusals or field errors.
        headers: further headers of the answer.
    """

    status: int = 500
    code: str = "internal"
    title: str = "Something went wrong on our side."
    default_detail: ClassVar[str] = ""
    default_headers: ClassVar[Mapping[str, str]] = {}

    def __init__(
        self,
        detail: str | None = None,
        *,
        code: str | None = None,
        title: str | None = None,
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Say what happened; whatever is left out is what the class says.

        Raises:
            ValueError: `extra` names a member that the problem document itself owns.
        """
        taken = RESERVED & set(extra or ())
        if taken:
            raise ValueError(f"extra may not overwrite {', '.join(sorted(taken))}")
        self.code = code or self.code
        self.title = title or self.title
        self.detail = self.default_detail if detail is None else detail
        self.extra: dict[str, Any] = dict(extra or {})
        self.headers: dict[str, str] = {**self.default_headers, **(headers or {})}
        super().__init__(self.detail or self.title)


class BadRequest(AppError):
    """The request lacks something it needs whatever it is about, such as an Idempotency-Key."""

    status = 400
    code = "bad_request"
    title = "The request cannot be read as it stands."


class Unauthorised(AppError):
    """Nobody is signed in, or no longer; one answer for every reason."""

    status = 401
    code = "unauthorised"
    title = "Sign in first."
    default_detail = "The sign-in is missing, has ended or is not valid."
    default_headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": "Bearer"}


class Forbidden(AppError):
    """The caller may see the thing but may not do this to it."""

    status = 403
    code = "forbidden"
    title = "Your role does not allow this."


class NotFound(AppError):
    """There is no such thing, or the caller may not know that there is: byte for byte the same answer."""

    status = 404
    code = "not_found"
    title = "Not found."
    default_detail = "There is nothing here that you can see."


class Conflict(AppError):
    """What is asked does not fit the present state of things."""

    status = 409
    code = "conflict"
    title = "This does not fit the present state."


class StaleVersion(Conflict):
    """Somebody changed the thing after the caller looked at it."""

    code = "stale_version"
    title = "Somebody changed this meanwhile."
    default_detail = "Look at the present version, then decide again."


class Erased(AppError):
    """What is asked for was sealed under a key that has been destroyed; nobody can open it any more."""

    status = 410
    code = "erased"
    title = "This has been erased."
    default_detail = "What was told about this person has been erased. What never named anybody is still there."


class Invalid(AppError):
    """What was sent breaks a rule of form."""

    status = 422
    code = "invalid"
    title = "What was sent breaks a rule."


class PreconditionMissing(AppError):
    """The caller did not say which version it saw."""

    status = 428
    code = "precondition_missing"
    title = "Say which version you saw."
    default_detail = "Send the version you looked at in the If-Match header."


class TooMany(AppError):
    """Too many tries in too short a time."""

    status = 429
    code = "too_many"
    title = "Too many tries."
    default_detail = "Wait a little, then try again."


class Busy(AppError):
    """The database had no room within the time allowed; nothing was changed."""

    status = 503
    code = "busy"
    title = "Too much is going on at once."
    default_detail = "Nothing was changed. Try again in a moment."
    default_headers: ClassVar[Mapping[str, str]] = {"Retry-After": "2"}


class Away(Busy):
    """The database cannot be reached, or left before anything was to be kept; nothing was changed."""

    code = "database_away"
    title = "The database does not answer."
    default_headers: ClassVar[Mapping[str, str]] = {"Retry-After": "5"}


class InDoubt(Away):
    """The database left while it was being told to keep what was done: it may have kept it, and nobody knows."""

    code = "outcome_unknown"
    title = "The database went away while this was being saved."
    default_detail = (
        "Nobody knows whether it was saved. Send the same once more, a program with the same Idempotency-Key: it is"
        " done once in any case."
    )


class NoRoom(Busy):
    """The disk under the database is full; nothing was changed, and reading goes on."""

    code = "no_room"
    title = "There is no room left to save anything."
    default_detail = "Nothing was changed. Whoever runs this installation has to make room on the disk of the database."
    default_headers: ClassVar[Mapping[str, str]] = {"Retry-After": "60"}
