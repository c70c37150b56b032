"""Collects the words of the rules: steps, guards, kinds of record and their fields, code lists, roles and rights."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel

import workflows.guards
from app.casework.kinds import KINDS
from app.wording.found import Found, percent
from policies.model import Policies
from workflows.engine import MACHINES
from workflows.step import ABSENT, Guard

_GUARD_COMMENT = "Why a step is blocked."


def collect(policies: Policies) -> Iterator[Found]:
    """Everything that stands in the tables of the workflows, the kinds of record and the policies."""
    yield from _steps()
    yield from _guards()
    for kind in KINDS.values():
        where = f"app/casework/kinds/{kind.name}.py"
        yield Found(kind.title, where, comment="A kind of record.")
        yield from _fields(kind.form, where)
    yield from _policies(policies)


def _steps() -> Iterator[Found]:
    for machine in MACHINES.values():
        where = f"workflows/{machine.name}.py"
        yield Found(machine.title, where)
        for step in machine.steps:
            yield Found(step.title, where, "step", comment="A step, as the person who takes it reads it.")


def _guards() -> Iterator[Found]:
    modules = [workflows.guards, *(
        importlib.import_module(f"workflows.guards.{each.name}")
        for each in pkgutil.iter_modules(workflows.guards.__path__)
    )]  # fmt: skip
    guards = {guard for module in modules for value in vars(module).values() for guard in _guards_in(value)}
    guards |= {guard for machine in MACHINES.values() for step in machine.steps for guard in step.guards}
    for guard in sorted(guards, key=lambda each: each.name):
        for text in (guard.sentence, guard.why, guard.mend):
            where = f"{guard.ask.__module__.replace('.', '/')}.py"
            yield Found(percent(text), where, "block", comment=_GUARD_COMMENT)
    for text in ABSENT.values():
        yield Found(text, "workflows/step.py", "block", comment=_GUARD_COMMENT)
    for module in modules:
        for text in getattr(module, "WORDS", {}).values():
            where = f"{module.__name__.replace('.', '/')}.py"
            yield Found(text, where, "block", comment="Stands inside another sentence.")


def _guards_in(value: Any) -> Iterator[Guard]:
    if isinstance(value, Guard):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _guards_in(each)
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from _guards_in(each)


def _fields(form: type[BaseModel], where: str) -> Iterator[Found]:
    """Titles and explanations of the fields of a form, and of the forms inside it."""
    for field in form.model_fields.values():
        for text in (field.title, field.description):
            if text:
                yield Found(text, where, comment="A field of a record.")
        for inner in _models_in(field.annotation):
            yield from _fields(inner, where)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for each in get_args(annotation):
        yield from _models_in(each)


def _declared(policies: Policies) -> Iterator[Found]:
    for name, report in policies.reports.items():
        where = f"policies/reports/{name}.yaml"
        yield Found(report.title, where, "report", comment=name, list_of_codes=True)
        yield Found(report.what, where, "report", list_of_codes=True)
    for name, mapping in policies.imports.items():
        yield Found(mapping.title, f"policies/imports/{name}.yaml", "import", comment=name, list_of_codes=True)
    for name, file in policies.microdata.files.items():
        yield Found(file.title, "policies/microdata.yaml", "report", comment=name, list_of_codes=True)
        yield Found(file.what, "policies/microdata.yaml", "report", list_of_codes=True)


def _policies(policies: Policies) -> Iterator[Found]:
    for name, codes in policies.codes.items():
        where = f"policies/codes/{name}.yaml"
        yield Found(codes.title, where, "list", comment=codes.note, list_of_codes=True)
        for code, entry in codes.codes.items():
            note = f"{code}: {entry.note}" if entry.note else code
            yield Found(entry.label, where, name, comment=note, list_of_codes=True)
    for name, country in policies.countries.items():
        yield Found(country.name, f"policies/countries/{name.lower()}.yaml", "country", list_of_codes=True)
    for name, role in policies.roles.items():
        yield Found(role.title, "policies/roles.yaml", "role", comment=name, list_of_codes=True)
    for name, sentence in policies.permissions.items():
        yield Found(sentence, "policies/roles.yaml", "permission", comment=name, list_of_codes=True)
    yield from _declared(policies)
    for name, rule in policies.retention.items():
        for text in (rule.title, rule.erases):
            yield Found(text, "policies/retention.yaml", "retention", comment=name, list_of_codes=True)
    for name, pack in policies.indicators.items():
        where = f"policies/indicators/{name}.yaml"
        yield Found(pack.title, where, "indicators", list_of_codes=True)
        for code, indicator in pack.indicators.items():
            yield Found(indicator.label, where, "indicator", comment=code, list_of_codes=True)
