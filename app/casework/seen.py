"""Which version the caller saw: the If-Match header or the body says it, and both must agree."""

from __future__ import annotations

from typing import Any, Final, Protocol

from app.kit.errors import Invalid, PreconditionMissing

# For routes whose body may say the version too; `needs(versioned=True)` would call the header required.
IF_MATCH: Final[dict[str, Any]] = {
    "parameters": [
        {
            "name": "If-Match",
            "in": "header",
            "required": False,
            "description": "The version you looked at, as the ETag header gave it; or send `seen_version`.",
            "schema": {"type": "string", "pattern": '^"?[0-9]{1,9}"?$'},
            "example": '"7"',
        }
    ]
}


class Versioned(Protocol):
    """What knows the If-Match header: the door of a route."""

    @property
    def version(self) -> int:
        """The version in the header; PreconditionMissing when there is none."""


def seen_version(door: Versioned, in_body: int | None) -> int:
    """The version the caller saw.

    Raises PreconditionMissing (428) if neither header nor body says it, Invalid (422) if they differ.
    """
    try:
        in_header: int | None = door.version
    except PreconditionMissing:
        if in_body is None:
            raise
        in_header = None
    if in_header is not None and in_body is not None and in_header != in_body:
        raise Invalid(
            "If-Match and seen_version name two different versions.",
            code="versions_differ",
            extra={"errors": [{"field": "seen_version", "rule": "the same as If-Match, or left out"}]},
        )
    seen = in_body if in_header is None else in_header
    assert seen is not None
    return seen
