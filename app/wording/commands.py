"""`waymark words`: collect the sentences, say how far each language is, hand out work and take it back."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Final

import typer
from babel.messages.catalog import Message

from app.kit.catalogue import SOURCE, standing
from app.wording import catalogues
from app.wording.catalogues import Key, translation_of
from app.wording.rules import faults, forbidden

words_app = typer.Typer(help="The sentences of the program and their translations.", no_args_is_help=True)
Language = Annotated[str, typer.Argument(help="One of: " + ", ".join(catalogues.TRANSLATED))]
_NOT_ONE: Final = 2


@words_app.command()
def extract() -> None:
    """Collect every sentence anew and write app/locale; translations that are there stay."""
    wanted = catalogues.files((SOURCE, *catalogues.TRANSLATED))
    changed = catalogues.save(wanted)
    typer.echo(f"{len(catalogues.collected())} sentences; {len(changed)} of {len(wanted)} files changed.")


@words_app.command()
def check() -> None:
    """Whether the files fit the program, every translation keeps to the rules, and how far each language is."""
    problems = [f"{path.parent.name}/{path.name}: run `waymark words extract`" for path in catalogues.stale()]
    problems += [
        f"en: {text!r}: the interface does not say '{word}'"
        for context, text in catalogues.collected()
        for word in forbidden(SOURCE, context, text)
    ]
    for language in catalogues.TRANSLATED:
        problems += broken(language)
        known = standing(language)
        typer.echo(
            f"{language}: {known.total} sentences, {known.reviewed} reviewed, {known.unreviewed} by machine, "
            f"{known.missing} missing"
        )
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        raise typer.Exit(1)


@words_app.command()
def todo(
    language: Language,
    everything: Annotated[bool, typer.Option("--all", help="Translated ones, too.")] = False,
) -> None:
    """Print what is not translated yet as JSON: fill in each `translation` and give the file to `take`."""
    _must_be_known(language)
    rows = []
    for (context, text), message in catalogues.read(language).items():
        said = translation_of(message)
        if everything or not said:
            many = None if isinstance(message.id, str) else message.id[1]
            row = {"context": context, "text": text, "many": many, "about": " ".join(message.auto_comments)}
            rows.append({name: value for name, value in row.items() if value} | {"translation": said})
    json.dump(rows, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")


@words_app.command()
def take(
    language: Language,
    file: Annotated[Path, typer.Argument(help="JSON as `todo` printed it, with translations.")],
    reviewed: Annotated[bool, typer.Option("--reviewed", help="Somebody who knows the work reviewed them.")] = False,
) -> None:
    """Take translations in, marked as made by a machine unless --reviewed; those never replace a reviewed one."""
    _must_be_known(language)
    there = catalogues.read(language)
    changed: dict[Key, Message] = {}
    refused = []
    for row in json.loads(file.read_text(encoding="utf-8")):
        key, said = (row.get("context"), row.get("text", "")), row.get("translation", "").strip()
        message = there.get(key)
        if not said:
            continue
        wrong = ["is no sentence of the program"]
        if message is not None:
            wrong = faults(language, key[0], _widest(message), said)
        if message is None or wrong:
            refused.append(f"{key[1]!r}: {'; '.join(wrong)}")
        elif reviewed or message.fuzzy or not translation_of(message):
            changed[key] = _entry(message, said, reviewed)
    catalogues.save(catalogues.files((language,), {language: changed}))
    typer.echo(f"{language}: {len(changed)} taken, {len(refused)} refused.")
    for each in refused:
        typer.echo(each, err=True)
    if refused:
        raise typer.Exit(1)


def broken(language: str) -> list[str]:
    """Every translation of a language that breaks a rule, in sentences."""
    return [
        f"{language}: {text!r}: {wrong}"
        for (context, text), message in catalogues.read(language).items()
        if (said := translation_of(message))
        for wrong in faults(language, context, _widest(message), said)
    ]


def _widest(message: Message) -> str:
    """The English sentence a translation stands for: our languages have one form for every count, so that of many."""
    return str(message.id if isinstance(message.id, str) else message.id[1])


def _entry(message: Message, said: str, reviewed: bool) -> Message:
    several = not isinstance(message.id, str)
    flags = () if reviewed else ("fuzzy",)
    return Message(message.id, (said,) if several else said, flags=flags, context=message.context)


def _must_be_known(language: str) -> None:
    if language not in catalogues.TRANSLATED:
        typer.echo(f"waymark: there is no language '{language}' here: {', '.join(catalogues.TRANSLATED)}", err=True)
        raise typer.Exit(_NOT_ONE)


__all__ = ["broken", "words_app"]
