"""Collects the sentences of Python: what `mark`, `say`, `say_as` and `plural` are given, and the words of refusals.

Refusals are raised with whole English sentences, because programs read them as well. One that is put together from
values, f"At most {most} ...", is collected with places for them, and taken apart again when it is said (`words`).
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import app
from app.kit import errors, fields
from app.wording.found import Found

_SAYING: Final = ("mark", "say", "say_as", "plural")
_OWN_ERROR: Final = "PydanticCustomError"
_WORDS_OF_ERRORS: Final = ("title", "detail")
_WORDS_OF_CLASSES: Final = ("title", "default_detail")
_INSIDE: Final = "Stands inside another sentence."
# What speaks on the command line, to people who run the program, in English.
_FOR_OPERATORS: Final = (
    "app/cli.py", "app/cli_imports.py", "app/cli_microdata.py", "app/demo/", "app/operations.py", "app/wording/",
    "app/keys/signing.py", "app/exchange/parcels.py", "app/casework/conferring_heard.py",
    "app/casework/visiting_heard.py",
)  # fmt: skip
_LEAST_LETTERS: Final = 6


def collect(folder: Path, root: Path) -> Iterator[Found]:
    """Every sentence of the Python files below ``folder``; places are told relative to ``root``."""
    kinds = _error_names()
    for path in sorted(folder.rglob("*.py")):
        where = path.relative_to(root).as_posix()
        if where.startswith(_FOR_OPERATORS):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield from _of_call(_name(node.func), node, where, kinds)
            elif isinstance(node, ast.ClassDef) and not kinds.isdisjoint({node.name, *map(_name, node.bases)}):
                yield from _of_class(node, where)


def of_form() -> Iterator[Found]:
    """The sentences about single fields, which the models of forms choose from."""
    for sentence in (*fields.SENTENCES.values(), fields.OTHERWISE):
        yield Found(sentence, "app/kit/fields.py")


def _of_call(name: str, call: ast.Call, where: str, kinds: frozenset[str]) -> Iterator[Found]:
    args = call.args
    if name in ("mark", "say") and args:
        yield from (Found(text, where) for text in _texts(args[0], whole=True))
    elif name == "say_as" and len(args) > 1:
        for context in _texts(args[0], whole=True):
            yield from (Found(text, where, context) for text in _texts(args[1], whole=True))
    elif name == "plural" and len(args) > 1:
        for one, many in zip(_texts(args[0]), _texts(args[1]), strict=True):
            yield Found(one, where, many=many)
    elif name == "lacking":
        for keyword in call.keywords:
            yield from (Found(text, where, "block", comment=_INSIDE) for text in _texts(keyword.value))
    elif name == "Refusal":
        for value in args[1:4]:
            yield from (Found(text, where, "block", comment="Why a step is blocked.") for text in _texts(value))
    elif name == _OWN_ERROR and len(args) > 1:
        yield from (Found(text, where) for text in _texts(args[1], whole=True))
    elif name in kinds:
        told = [*args[:1], *(each.value for each in call.keywords if each.arg in _WORDS_OF_ERRORS)]
        yield from (Found(text, where, comment="A refusal.") for value in told for text in _texts(value))


def _of_class(node: ast.ClassDef, where: str) -> Iterator[Found]:
    for line in node.body:
        if isinstance(line, ast.Assign):
            targets: list[ast.expr] = line.targets
        elif isinstance(line, ast.AnnAssign):
            targets = [line.target]
        else:
            continue
        if line.value is not None and any(_name(each) in _WORDS_OF_CLASSES for each in targets):
            yield from (Found(text, where, comment="A refusal.") for text in _texts(line.value))


def _texts(node: ast.expr, whole: bool = False) -> Iterator[str]:
    """The texts an expression may be; one with values in it has places for them, unless only ``whole`` ones count."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str) and node.value.strip():
            yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body, whole)
        yield from _texts(node.orelse, whole)
    elif isinstance(node, ast.JoinedStr) and not whole:
        pieces = [piece.value for piece in node.values if isinstance(piece, ast.Constant)]
        if sum(letter.isalpha() for piece in pieces for letter in str(piece)) >= _LEAST_LETTERS:
            yield _with_places(node)


def _with_places(node: ast.JoinedStr) -> str:
    written, seen = [], 0
    for piece in node.values:
        if isinstance(piece, ast.Constant):
            written.append(str(piece.value).replace("%", "%%"))
        else:
            seen += 1
            written.append(f"%(value{seen})s")
    return "".join(written)


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _error_names() -> frozenset[str]:
    """The names of every class of refusal of the program, whatever of it is loaded already."""
    for module in pkgutil.walk_packages(app.__path__, "app."):
        importlib.import_module(module.name)
    found: list[type[errors.AppError]] = [errors.AppError]
    for kind in found:
        found.extend(each for each in kind.__subclasses__() if each not in found)
    return frozenset(kind.__name__ for kind in found if kind.__module__.startswith("app."))
