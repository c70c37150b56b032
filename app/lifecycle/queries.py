"""Reads machines and policies into what the room shows; nothing here touches the database."""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from typing import Any

from app.access.may import holders_of
from app.casework.shapes import SourceOut
from app.kit.errors import NotFound
from app.kit.paging import Ask, encode_cursor
from app.lifecycle.schemas import (
    CodeListNamesOut,
    CodeListOut,
    CodeOut,
    EffectOut,
    GuardOut,
    MachineOut,
    MachinesOut,
    PoliciesOut,
    RoleOut,
    SourceDetailOut,
    SourcesOut,
    StepOut,
)
from policies.model import CodeList, Policies, Source
from workflows import engine
from workflows.effects import Effect
from workflows.recording import guards_for
from workflows.step import Fork, Guard, MachineSpec, Step


def machines(policies: Policies) -> MachinesOut:
    """All machines."""
    return MachinesOut(items=[_machine(policies, spec) for spec in engine.MACHINES.values()])


def machine(policies: Policies, name: str) -> MachineOut:
    """One machine; NotFound when there is none of that name."""
    return _machine(policies, _spec(name))


def diagram(name: str) -> str:
    """The machine as a Mermaid state diagram; NotFound when there is none of that name."""
    return engine.draw(_spec(name).name)


def sources(policies: Policies, ask: Ask) -> SourcesOut:
    """One page of sources, by id."""
    after = str(ask.key[0]) if ask.key else ""
    names = [name for name in sorted(policies.sources) if name > after]
    page = names[: ask.limit]
    following = encode_cursor((page[-1],)) if len(names) > ask.limit else None
    return SourcesOut(items=[_source(policies.source(name)) for name in page], next=following)


def source(policies: Policies, source_id: str) -> SourceDetailOut:
    """One source with the guards that cite it; NotFound when there is none."""
    if source_id not in policies.sources:
        raise NotFound()
    return _source(policies.source(source_id))


def code_lists(policies: Policies) -> CodeListNamesOut:
    """Name and title of each code list."""
    return CodeListNamesOut(items={name: policies.codes[name].title for name in sorted(policies.codes)})


def code_list(policies: Policies, name: str) -> CodeListOut:
    """One code list; NotFound when there is none."""
    found: CodeList | None = policies.codes.get(name)
    if found is None:
        raise NotFound()
    return CodeListOut(
        name=found.name,
        title=found.title,
        source=found.source,
        open=found.open,
        note=found.note,
        codes={code: CodeOut(**entry.model_dump()) for code, entry in found.codes.items()},
    )


def in_force(policies: Policies) -> PoliciesOut:
    """The digest of all policy files, and roles with their permissions."""
    return PoliciesOut(
        digest=policies.digest,
        permissions=dict(policies.permissions),
        roles={
            name: RoleOut(
                title=role.title,
                permissions={permission: scope.value for permission, scope in role.permissions.items()},
                field_groups=sorted(group.value for group in role.field_groups),
            )
            for name, role in policies.roles.items()
        },
        countries={code: country.name for code, country in policies.countries.items()},
        corridors=sorted(policies.corridors),
        reports={name: report.title for name, report in policies.reports.items()},
    )


def _spec(name: str) -> MachineSpec:
    spec = engine.MACHINES.get(name)
    if spec is None:
        raise NotFound()
    return spec


def _machine(policies: Policies, spec: MachineSpec) -> MachineOut:
    labels = f"{spec.name}_state"
    return MachineOut(
        name=spec.name,
        title=spec.title,
        aggregate=spec.aggregate,
        initial=[state.value for state in spec.initial],
        final=sorted(state.value for state in spec.final),
        states={state.value: policies.label(labels, state.value) for state in spec.states},
        steps=[_step(policies, row) for row in spec.steps],
    )


def _step(policies: Policies, row: Step) -> StepOut:
    return StepOut(
        name=row.name,
        title=row.title,
        start=[state.value for state in row.start],
        to=list(dict.fromkeys(state.value for state in row.targets())),
        depends_on=row.to.fact if isinstance(row.to, Fork) else None,
        by=row.by.value if row.by else None,
        permission=row.permission,
        roles=holders_of(policies, row.permission),
        system_only=row.system_only,
        form=row.form,
        form_required=row.form_required,
        given=dict(row.given),
        guards=[_guard(policies, each) for each in row.guards],
        effects=[_effect(each) for each in row.effects],
    )


def _guard(policies: Policies, guard: Guard) -> GuardOut:
    return GuardOut(
        name=guard.name,
        rule=guard.rule,
        sentence=guard.sentence,
        why=guard.why,
        mend=guard.mend,
        who=list(guard.who),
        sources=[
            SourceOut(id=name, title=policies.source(name).title, asks=policies.source(name).asks)
            for name in guard.sources
        ],
        overridable=policies.overridable(guard.sources),
    )


def _effect(effect: Effect) -> EffectOut:
    values: dict[str, Any] = {
        name: sorted(value) if isinstance(value, frozenset) else value
        for name, value in dataclasses.asdict(effect).items()
    }
    return EffectOut(kind=type(effect).__name__, values=values)


def _source(source: Source) -> SourceDetailOut:
    return SourceDetailOut(
        id=source.id,
        title=source.title,
        asks=source.asks,
        article=source.article,
        date=source.date,
        kind=source.kind,
        strength=source.strength.value,
        binds=list(source.binds) if source.binds is not None else None,
        note=source.note,
        guards=list(_citing().get(source.id, ())),
    )


@lru_cache(maxsize=1)
def _citing() -> dict[str, tuple[str, ...]]:
    """Source id -> names of the guards that rest on it, in any machine."""
    found: dict[str, set[str]] = {}
    for spec in engine.MACHINES.values():
        for row in spec.steps:
            for guard in (*row.guards, *(guards_for(row.form) if row.form else ())):
                for source_id in guard.sources:
                    found.setdefault(source_id, set()).add(guard.name)
    return {source_id: tuple(sorted(names)) for source_id, names in found.items()}
