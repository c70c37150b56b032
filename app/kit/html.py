"""Renders pages: templates that escape everything and fail on the unknown, and assets named by their content."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.kit import catalogue, dates
from app.kit.reader import LANGUAGES, Reader, reader, reading
from app.kit.typed_dates import year_read_otherwise
from app.kit.words import finished, marking, plural, say, say_as

__all__ = ["ASSETS_AT", "POLICY", "Asset", "Pages"]

ASSETS_AT: Final = "/static/"
# Nothing is fetched from elsewhere, and no style or script stands in a page itself.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_ROOT: Final = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Asset:
    """One file a page refers to; its address holds its hash, so it may be kept for ever."""

    content: bytes
    media_type: str
    # The same, packed with gzip: it holds nothing secret, so its size may tell what it likes.
    packed: bytes


class Pages:
    """The templates and assets of the program, read once."""

    def __init__(self, templates: Path = _ROOT / "templates", static: Path = _ROOT / "static") -> None:
        """``templates``, ``static``: the folders.

        Every file of ``static`` becomes an asset, and every folder in it one for each kind of file it holds: the files
        of a kind joined in the order of their names, so that rooms keep their own and a browser asks once.
        """
        self.assets: dict[str, Asset] = {}
        self._addresses: dict[str, str] = {}
        for entry in sorted(static.iterdir()):
            if entry.is_dir():
                for suffix in sorted({file.suffix for file in entry.iterdir()}):
                    files = sorted(file for file in entry.iterdir() if file.suffix == suffix)
                    self._add(entry.name, suffix, b"\n".join(file.read_bytes() for file in files))
            else:
                self._add(entry.stem, entry.suffix, entry.read_bytes())
        self._environment = Environment(
            loader=FileSystemLoader(templates),
            autoescape=select_autoescape(default=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(
            _=say, say_as=say_as, plural=plural, asset=self._addresses.__getitem__, reader=reader, languages=LANGUAGES,
            is_partial=catalogue.is_partial,
        )
        self._environment.filters.update(
            moment=dates.moment, day=dates.day, ago=dates.ago, clock_time=dates.clock_time, shown_year=dates.shown_year,
            year_read_otherwise=year_read_otherwise,
        )

    def know(self, **words: Any) -> None:
        """Let every template use these functions, too: what only the program as a whole knows, such as labels."""
        self._environment.globals.update(words)

    def render(self, template: str, context: dict[str, Any], who: Reader | None = None) -> str:
        """The HTML of ``template`` for ``who``.

        jinja2.UndefinedError if it asks for something ``context`` does not hold.
        """
        with reading(who or reader()), marking():
            return finished(self._environment.get_template(template).render(context))

    def _add(self, stem: str, suffix: str, content: bytes) -> None:
        name = f"{stem}.{hashlib.sha256(content).hexdigest()[:16]}{suffix}"
        kind = "text/javascript" if suffix == ".js" else mimetypes.guess_type(f"x{suffix}")[0]
        self.assets[name] = Asset(content, kind or "application/octet-stream", gzip.compress(content, mtime=0))
        self._addresses[f"{stem}{suffix}"] = ASSETS_AT + name
