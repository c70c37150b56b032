"""The JSON door of the lifecycle room."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import PlainTextResponse

from app.access.door import Door, needs
from app.kit.paging import ask
from app.lifecycle import queries
from app.lifecycle.schemas import (
    CodeListNamesOut,
    CodeListOut,
    MachineOut,
    MachinesOut,
    PoliciesOut,
    SourceDetailOut,
    SourcesOut,
)

router = APIRouter(tags=["lifecycle"])

WorkflowReader = Annotated[Door, Depends(needs("workflow:read"))]
PolicyReader = Annotated[Door, Depends(needs("policy:read"))]


@router.get("/workflows", response_model=MachinesOut)
def list_workflows(door: WorkflowReader) -> MachinesOut:
    """The machines: states, steps, conditions with their sources, and what follows."""
    with door.read() as desk:
        return queries.machines(desk.policies)


@router.get("/workflows/{machine}", response_model=MachineOut)
def read_workflow(machine: str, door: WorkflowReader) -> MachineOut:
    """One machine: identification, care or referral."""
    with door.read() as desk:
        return queries.machine(desk.policies, machine)


@router.get(
    "/workflows/{machine}/diagram",
    response_class=PlainTextResponse,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def draw_workflow(machine: str, door: WorkflowReader) -> PlainTextResponse:
    """The machine as a Mermaid state diagram."""
    with door.read():
        return PlainTextResponse(queries.diagram(machine))


@router.get("/sources", response_model=SourcesOut)
def list_sources(
    door: PolicyReader,
    limit: Annotated[int | None, Query(ge=1, le=100, description="Entries per page; 50 if left out.")] = None,
    cursor: Annotated[str | None, Query(max_length=512, description="`next` of the page before.")] = None,
) -> SourcesOut:
    """Every text and house rule that a condition cites, by id."""
    asked = ask(limit, cursor, (str,))
    with door.read() as desk:
        return queries.sources(desk.policies, asked)


@router.get("/sources/{source_id}", response_model=SourceDetailOut)
def read_source(source_id: str, door: PolicyReader) -> SourceDetailOut:
    """One source, and the conditions that rest on it."""
    with door.read() as desk:
        return queries.source(desk.policies, source_id)


@router.get("/codes", response_model=CodeListNamesOut)
def list_code_lists(door: PolicyReader) -> CodeListNamesOut:
    """Which code lists there are."""
    with door.read() as desk:
        return queries.code_lists(desk.policies)


@router.get("/codes/{name}", response_model=CodeListOut)
def read_code_list(name: str, door: PolicyReader) -> CodeListOut:
    """One code list with its labels."""
    with door.read() as desk:
        return queries.code_list(desk.policies, name)


@router.get("/policies", response_model=PoliciesOut)
def read_policies(door: PolicyReader) -> PoliciesOut:
    """The digest of the policies in force, and who may do what."""
    with door.read() as desk:
        return queries.in_force(desk.policies)
