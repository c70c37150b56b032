"""Turns the text of one policy file into plain values and remembers on which line each of them stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

Path = tuple[str | int, ...]
Built = TypeVar("Built", bound=BaseModel)

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C parser is ten times as fast
_MAP, _SEQ, _STR = "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:str"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong in one line of one file."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


@dataclass(slots=True)
class Document:
    """The values of one file, the line of each, and everything found wrong in it so far.

    `borrowed` says where a value really stands that was taken over from elsewhere in the file.
    """

    file: str
    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    borrowed: dict[Path, Path] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, *path: str | int) -> int:
        """The line of a value, or of the nearest thing around it (line 1 at worst)."""
        for length in range(len(path), -1, -1):
            prefix = path[:length]
            if prefix in self.lines:
                return self.lines[prefix]
            if prefix in self.borrowed:
                return self.line(*self.borrowed[prefix], *path[length:])
        return 1

    def complain(self, text: str, *path: str | int) -> None:
        """Note a problem at the line of `path`."""
        self.problems.append(Problem(self.file, self.line(*path), text))

    def at(self, *path: str | int) -> Any:
        """The plain value at `path`, None when it is not there."""
        value = self.value
        for part in path:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def keys(self, *path: str | int) -> tuple[str, ...]:
        """The keys of the mapping at `path`; empty when it is missing or no mapping."""
        value = self.at(*path)
        return tuple(value) if isinstance(value, dict) else ()

    def inherit(self, source: Path, target: Path) -> None:
        """Let the mapping at `target` take over, lines included, what it leaves open from `source`."""
        mine, theirs = self.at(*target), self.at(*source)
        for name in theirs.keys() - mine.keys():
            mine[name] = theirs[name]
            self.borrowed[(*target, name)] = (*source, name)

    def build(self, kind: type[Built], *path: str | int, **more: Any) -> Built | None:
        """Validate the mapping at `path` as `kind`; every fault becomes a problem at its own line.

        more: values that do not stand in the mapping itself, such as its own key.
        """
        value = self.at(*path)
        if not isinstance(value, dict):
            what = ".".join(map(str, path)) or "the file"
            self.complain(f"{what} must be made of 'key: value' lines", *path)
            return None
        known = {name: each.alias or name for name, each in kind.model_fields.items()}
        for name in more:
            if name in value:
                self.complain(f"'{name}' is not written here, it follows from the place", *path, name)
        try:
            return kind.model_validate({**value, **more})
        except ValidationError as error:
            for fault in error.errors(include_url=False, include_input=False, include_context=False):
                self._explain(fault["type"], fault["msg"], fault["loc"], path, tuple(known.values()))
        return None

    def _explain(self, kind: str, message: str, loc: Iterable[Any], path: Path, known: tuple[str, ...]) -> None:
        inner = tuple(part for part in loc if part != "[key]")
        where = (*path, *inner)
        name = inner[-1] if inner else ""
        if kind == "missing":
            self.complain(f"'{name}' is missing", *where)
        elif kind == "extra_forbidden":
            hint = maybe(str(name), known) if len(inner) == 1 else ""
            self.complain(f"'{name}' is not a known key{hint}", *where)
        else:
            subject = ".".join(map(str, inner))
            said = message.removeprefix("Value error, ").replace("Input should", "should")
            self.complain(f"{subject}: {said}" if subject else said, *where)


def maybe(word: str, known: Iterable[str]) -> str:
    """A hint for a mistyped word: ' (did you mean x?)', or nothing."""
    close = get_close_matches(word, list(known), n=1)
    return f" (did you mean '{close[0]}'?)" if close else ""


def read_document(file: str, text: str) -> Document:
    """Parse YAML text.

    file: name used in messages. Syntax faults, repeated keys, aliases and foreign tags become problems of the
    document that is returned; nothing is raised.
    """
    document = Document(file)
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = error.problem or error.context or "this is not YAML"
        document.problems.append(Problem(file, mark.line + 1 if mark else 1, f"cannot be read: {said}"))
        return document
    except yaml.YAMLError as error:  # a character that YAML does not allow: it knows a position, not a line
        position = getattr(error, "position", 0)
        said = "cannot be read: it contains a character that YAML does not allow"
        document.problems.append(Problem(file, text.count("\n", 0, position) + 1, said))
        return document
    if root is None:
        document.problems.append(Problem(file, 1, "is empty"))
        return document
    document.value = _Walk(document).value(root, ())
    if not isinstance(document.value, dict):
        document.value = None
        document.problems.append(Problem(file, 1, "must be made of 'key: value' lines"))
    return document


class _Walk:
    """One pass over the nodes; values come from the safe constructor, so no tag can build an object."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.seen: set[int] = set()
        self.constructor = yaml.constructor.SafeConstructor()

    def value(self, node: yaml.Node, path: Path) -> Any:
        line = node.start_mark.line + 1
        self.document.lines.setdefault(path, line)
        if id(node) in self.seen:
            self.fault(line, "a value is repeated with '*': write it out, so that a line can be read alone")
            return None
        self.seen.add(id(node))
        if isinstance(node, yaml.MappingNode) and node.tag == _MAP:
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode) and node.tag == _SEQ:
            return [self.value(each, (*path, at)) for at, each in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode):
            if node.tag == _STR:  # most values are text, and the constructor would give back the same
                return str(node.value)
            try:
                return self.constructor.construct_object(node, deep=True)
            except (yaml.YAMLError, ValueError):
                pass
        self.fault(line, f"cannot be read as a value (tag {node.tag})")
        return None

    def mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, child in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self.fault(line, "a key must be text")
                continue
            # A key is its letters: YAML would read `on`, `no` and `12` as something else.
            name = str(key.value)
            if name in found:
                self.fault(line, f"'{name}' stands here twice")
                continue
            self.document.lines[(*path, name)] = line
            found[name] = self.value(child, (*path, name))
        return found

    def fault(self, line: int, text: str) -> None:
        self.document.problems.append(Problem(self.document.file, line, text))
