"""Keeps the files under app/locale: written from what was collected, with the translations that were there."""

from __future__ import annotations

import importlib
import io
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from app.kit.catalogue import FILES, FOLDER, SOURCE
from app.kit.reader import LANGUAGES
from app.wording import from_code, from_rules, from_templates
from app.wording.found import Found, merged
from policies.load import load_policies

ROOT: Final = Path(__file__).resolve().parents[2]
TRANSLATED: Final = tuple(language for language in LANGUAGES if language != SOURCE)
Key = tuple[str | None, str]
_HEAD: Final = """\
# Waymark: {about}, in {language}. How to translate: docs/translating.md.
# An entry marked fuzzy was translated by a machine; take the mark away once somebody has reviewed it.
msgid ""
msgstr ""
"Project-Id-Version: Waymark\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural}\\n"

"""
_ABOUT: Final = {"ui": "what its pages say", "codes": "the words of its lists, roles and rights"}


@cache
def collected() -> dict[Key, list[Found]]:
    """Every sentence of the program by context and text."""
    from app.main import PAGE_ROOMS, ROOMS

    # With the doors every room is loaded, and with the rooms every kind of refusal.
    for room in (*ROOMS, *PAGE_ROOMS):
        importlib.import_module(f"app.{room}.{'api' if room in ROOMS else 'pages'}")
    found = [
        *from_templates.collect(ROOT / "app" / "templates", ROOT),
        *from_code.collect(ROOT / "app", ROOT),
        *from_code.collect(ROOT / "workflows", ROOT),
        *from_code.of_form(),
        *from_rules.collect(load_policies()),
    ]
    return merged(found)


def written(found: Mapping[Key, Sequence[Found]], language: str, name: str, known: Mapping[Key, Message]) -> bytes:
    """The file ``name`` of ``language`` with the sentences of ``found`` and the translations of ``known``."""
    catalog = Catalog(locale=language, fuzzy=False)
    plural = "nplurals=2; plural=(n != 1);" if language == SOURCE else "nplurals=1; plural=0;"
    # Babel does not know of every language that it has one form for every count.
    catalog.mime_headers = [("Plural-Forms", plural)]
    for (context, text), places in found.items():
        if ("codes" if all(each.list_of_codes for each in places) else "ui") != name:
            continue
        many = next((each.many for each in places if each.many), None)
        comments = sorted({each.comment for each in places if each.comment})
        there = known.get((context, text))
        said = translation_of(there) if language != SOURCE else ""
        catalog.add(
            (text, many) if many else text,
            ((said,) if many else said) if said else None,
            [(place, 1) for place in sorted({each.where for each in places})],
            ["fuzzy"] if said and there is not None and there.fuzzy else [],
            comments,
            context=context,
        )
    body = io.BytesIO()
    write_po(body, catalog, width=110, omit_header=True, sort_output=True, include_lineno=False)
    head = _HEAD.format(about=_ABOUT[name], language=language, plural=plural)
    return head.encode() + body.getvalue()


def read(language: str) -> dict[Key, Message]:
    """The entries of a language as they stand in its files."""
    found: dict[Key, Message] = {}
    for name in FILES:
        path = FOLDER / language / f"{name}.po"
        if path.is_file():
            with path.open("rb") as file:
                found |= {key_of(each): each for each in read_po(file, language) if each.id}
    return found


def key_of(message: Message) -> Key:
    """Context and English text; of a pair for one and many, the one for one."""
    return message.context, message.id if isinstance(message.id, str) else message.id[0]


def translation_of(message: Message | None) -> str:
    """What an entry is translated as; empty where it is not."""
    if message is None:
        return ""
    said = message.string or ""
    return said if isinstance(said, str) else next(iter(said), "")


def files(languages: Iterable[str], changed: Mapping[str, Mapping[Key, Message]] | None = None) -> dict[Path, bytes]:
    """What every file of these languages should hold; ``changed``: entries that take the place of those on disk."""
    found = collected()
    return {
        FOLDER / language / f"{name}.po": written(
            found, language, name, {**read(language), **(changed or {}).get(language, {})}
        )
        for language in languages
        for name in FILES
    }


def stale(languages: Iterable[str] = (SOURCE, *TRANSLATED)) -> list[Path]:
    """The files that collecting anew would change."""
    return [
        path for path, content in files(languages).items() if not path.is_file() or path.read_bytes() != content
    ]


def save(wanted: Mapping[Path, bytes]) -> list[Path]:
    """Write the files that differ; which they were."""
    changed = []
    for path, content in wanted.items():
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            changed.append(path)
    return changed
