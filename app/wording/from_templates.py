"""Collects the sentences of templates: `_("...")`, `say_as("block", "...")` and `plural("...", "...", count)`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from jinja2 import Environment, nodes

from app.wording.found import Found

_CALLS: Final = ("_", "say_as", "plural")


def collect(folder: Path, root: Path) -> Iterator[Found]:
    """Every sentence of the templates below ``folder``; places are told relative to ``root``."""
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    for path in sorted(folder.rglob("*.html")):
        where = path.relative_to(root).as_posix()
        tree = environment.parse(path.read_text(encoding="utf-8"))
        for call in tree.find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name in _CALLS:
                yield from _of_call(call.node.name, call.args, where)


def _of_call(name: str, args: list[nodes.Expr], where: str) -> Iterator[Found]:
    if name == "_" and args:
        for text in _texts(args[0]):
            yield Found(text, where)
    elif name == "say_as" and len(args) > 1:
        for context in _texts(args[0]):
            for text in _texts(args[1]):
                yield Found(text, where, context)
    elif name == "plural" and len(args) > 1:
        for one, many in zip(_texts(args[0]), _texts(args[1]), strict=True):
            yield Found(one, where, many=many)


def _texts(node: nodes.Expr) -> Iterator[str]:
    """The constant texts an expression may be: itself, or either side of `a if b else c`, or the values of a dict."""
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, nodes.CondExpr):
        yield from _texts(node.expr1)
        if node.expr2 is not None:
            yield from _texts(node.expr2)
    elif isinstance(node, nodes.Getitem) and isinstance(node.node, nodes.Dict):
        for pair in node.node.items:
            yield from _texts(pair.value)
