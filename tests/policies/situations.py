"""Builds a Situation from the plain words of an example file; a word that no fact has is an error."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from policies.load import HERE
from policies.nodes import read_document
from workflows.facts import (
    Actor,
    CaseFacts,
    JusticeFacts,
    MatterFacts,
    ReferralFacts,
    SigningFacts,
    Situation,
    Today,
)

EXAMPLES = HERE / "examples"
KEYS = {"machine", "step", "why", "like", "situation", "refused_by", "to"}
PARTS: dict[str, type] = {
    "actor": Actor,
    "case": CaseFacts,
    "referral": ReferralFacts,
    "justice": JusticeFacts,
    "matter": MatterFacts,
    "signing": SigningFacts,
}


@dataclass(frozen=True)
class Example:
    """One example file, put together with the one it is like."""

    name: str
    machine: str
    step: str
    why: str
    situation: Situation
    refused_by: frozenset[str]
    to: str | None


def example_files(kind: str) -> list[Path]:
    """The files of one kind (allow, deny) in order."""
    return sorted((EXAMPLES / kind).glob("*.yaml"))


def read_example(path: Path) -> Example:
    """Read one file. ValueError, naming file and key, for whatever is missing, foreign or of a wrong type."""
    said = _read(path)
    facts = _merged(path)
    foreign = facts.keys() - PARTS.keys() - {"today", "given"}
    if foreign:
        raise ValueError(f"{path.name}: a situation has no {sorted(foreign)}")
    today = _value(facts.get("today"), date, f"{path.name}: today")
    parts = {name: _value(facts[name], kind, f"{path.name}: {name}") for name, kind in PARTS.items() if name in facts}
    moment = Today(datetime.combine(today, time(4), tzinfo=UTC), today)
    return Example(
        name=path.stem,
        machine=said["machine"],
        step=said["step"],
        why=said["why"],
        situation=Situation(today=moment, given=facts.get("given", {}), **parts),
        refused_by=frozenset(said.get("refused_by", ())),
        to=said.get("to"),
    )


def _read(path: Path) -> dict[str, Any]:
    document = read_document(path.name, path.read_text(encoding="utf-8"))
    if document.problems:
        raise ValueError("\n".join(map(str, document.problems)))
    said: dict[str, Any] = document.value
    if said.keys() - KEYS:
        raise ValueError(f"{path.name}: an example has the keys {sorted(KEYS)}")
    for name in ("machine", "step", "why", "situation"):
        if not said.get(name):
            raise ValueError(f"{path.name}: '{name}' is missing")
    return said


def _merged(path: Path) -> dict[str, Any]:
    said = _read(path)
    if "like" not in said:
        return dict(said["situation"])
    return _over(_merged(EXAMPLES / "allow" / f"{said['like']}.yaml"), said["situation"])


def _over(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """`change` laid over `base`, mapping by mapping; lists and plain values are replaced."""
    result = dict(base)
    for name, value in change.items():
        below = result.get(name)
        if isinstance(value, Mapping) and isinstance(below, Mapping):
            value = _over(below, value)
        result[name] = value
    return result


def _value(value: Any, kind: Any, where: str) -> Any:
    """`value` as `kind`, a dataclass of workflows/facts.py or one of the types its fields have."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        if value is None:
            return None
        (only,) = [each for each in inner if each is not type(None)]
        return _value(value, only, where)
    if origin in (tuple, frozenset):
        if not isinstance(value, list):
            raise ValueError(f"{where} is a list")
        return origin(_value(each, inner[0], f"{where}[{at}]") for at, each in enumerate(value))
    if is_dataclass(kind) and isinstance(kind, type):
        return _facts(value, kind, where)
    if type(value) is not kind:
        raise ValueError(f"{where} is a {kind.__name__}, not {value!r}")
    return value


def _facts(value: Any, kind: type, where: str) -> Any:
    if not isinstance(value, dict):
        raise ValueError(f"{where} is made of 'key: value'")
    hints = get_type_hints(kind)
    known = {each.name: each for each in fields(kind)}
    foreign = value.keys() - known.keys()
    if foreign:
        raise ValueError(f"{where}: {kind.__name__} has no {sorted(foreign)}")
    for name, each in known.items():
        if name not in value and each.default is MISSING and each.default_factory is MISSING:
            # A fact that may be absent can be left out of an example; any other has to be said.
            if type(None) not in get_args(hints[name]):
                raise ValueError(f"{where}.{name} is missing")
            value = {**value, name: None}
    return kind(**{name: _value(each, hints[name], f"{where}.{name}") for name, each in value.items()})
