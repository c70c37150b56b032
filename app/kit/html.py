"""Renders pages: templates that escape everything and fail on the unknown, and assets named by their content."""

from __future__ import annotations

import hashlib
import mimetypes
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.kit.words import plural, say

__all__ = ["ASSETS_AT", "POLICY", "Asset", "Pages"]

ASSETS_AT: Final = "/static/"
# Nothing is fetched from elsewhere, nothing runs, and no style or script stands in a page itself.
POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
_ROOT: Final = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Asset:
    """One file a page refers to; its address holds its hash, so it may be kept for ever."""

    content: bytes
    media_type: str


class Pages:
    """The templates and assets of the program, read once."""

    def __init__(self, templates: Path = _ROOT / "templates", static: Path = _ROOT / "static") -> None:
        """``templates``, ``static``: the folders. Every file of ``static`` becomes an asset."""
        self.assets: dict[str, Asset] = {}
        self._addresses: dict[str, str] = {}
        for file in sorted(static.iterdir()):
            content = file.read_bytes()
            name = f"{file.stem}.{hashlib.sha256(content).hexdigest()[:16]}{file.suffix}"
            self.assets[name] = Asset(content, mimetypes.guess_type(file.name)[0] or "application/octet-stream")
            self._addresses[file.name] = ASSETS_AT + name
        self._environment = Environment(
            loader=FileSystemLoader(templates),
            autoescape=select_autoescape(default=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(_=say, plural=plural, asset=self._addresses.__getitem__)
        self._environment.filters["moment"] = moment

    def render(self, template: str, context: dict[str, Any]) -> str:
        """The HTML of ``template``; jinja2.UndefinedError if it asks for something ``context`` does not hold."""
        return self._environment.get_template(template).render(context)


def moment(at: datetime, zone: tzinfo = UTC) -> str:
    """A moment as people of a time zone write it: 25 Nov 2026, 16:10."""
    local = at.astimezone(zone)
    return f"{local.day} {local:%b %Y, %H:%M}"
