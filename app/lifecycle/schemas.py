"""What the lifecycle room gives: machines, sources, codes and roles as they are in force."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from app.casework.shapes import SourceOut


class GuardOut(BaseModel):
    """A condition of a step: what it asks, why, how to meet it, who can, and which texts demand it."""

    name: Annotated[str, Field(examples=["no_asylum_claim_is_open"])]
    rule: Annotated[str, Field(description="number in the practice guide, if it has one")]
    sentence: Annotated[str, Field(examples=["A claim for international protection is open."])]
    why: Annotated[str, Field(examples=["No authority of the country of origin may learn of the person."])]
    mend: Annotated[str, Field(examples=["Wait for the end of the claim."])]
    who: Annotated[list[str], Field(examples=[["legal_officer"]])]
    sources: list[SourceOut]
    overridable: bool


class EffectOut(BaseModel):
    """What follows from a step by itself."""

    kind: Annotated[str, Field(examples=["OpenTask"])]
    values: Annotated[dict[str, Any], Field(examples=[{"kind": "answer_referral", "clock": "acknowledge"}])]


class StepOut(BaseModel):
    """One row of a machine; ``to`` empty: the state stays."""

    name: Annotated[str, Field(examples=["send"])]
    title: Annotated[str, Field(examples=["Send the offer"])]
    start: Annotated[list[str], Field(examples=[["draft"]])]
    to: Annotated[list[str], Field(examples=[["sent"]])]
    depends_on: Annotated[str | None, Field(description="the fact that chooses among several destinations")] = None
    by: Annotated[str | None, Field(description="the side of a referral that may take it")] = None
    permission: Annotated[str, Field(examples=["referral:send"])]
    roles: Annotated[list[str], Field(description="roles that hold the permission")]
    system_only: bool
    form: Annotated[str | None, Field(examples=["return_plan"])]
    form_required: bool
    given: Annotated[dict[str, str], Field(description="further inputs and their code lists")]
    guards: list[GuardOut]
    effects: list[EffectOut]


class MachineOut(BaseModel):
    """One machine as it is run: its states and all its steps."""

    name: Annotated[str, Field(examples=["referral"])]
    title: Annotated[str, Field(examples=["Referral"])]
    aggregate: Annotated[str, Field(examples=["referral"])]
    initial: Annotated[list[str], Field(examples=[["draft"]])]
    final: Annotated[list[str], Field(examples=[["completed"]])]
    states: Annotated[dict[str, str], Field(examples=[{"draft": "Draft"}])]
    steps: list[StepOut]


class MachinesOut(BaseModel):
    """All machines."""

    items: list[MachineOut]


class SourceDetailOut(SourceOut):
    """A source with its place and strength, and the guards that cite it."""

    article: Annotated[str | None, Field(examples=["Principle 8"])]
    date: Annotated[str | None, Field(examples=["2002"])]
    kind: Annotated[str, Field(examples=["principle"])]
    strength: Annotated[str, Field(description="hard, or override: a guard may be set aside with reasons")]
    binds: Annotated[list[str] | None, Field(description="countries obliged; null = all, empty = a yardstick")]
    note: Annotated[str, Field(examples=[""])]
    guards: Annotated[list[str], Field(examples=[["rights_were_explained"]])]


class SourcesOut(BaseModel):
    """One page of sources, by id."""

    items: list[SourceDetailOut]
    next: str | None = None


class CodeOut(BaseModel):
    """One entry of a code list."""

    label: Annotated[str, Field(examples=["Government shelter"])]
    htcds: Annotated[str | None, Field(examples=["ForcedLabour"])]
    custodial: bool
    child_suitable: bool
    note: Annotated[str, Field(examples=[""])]


class CodeListOut(BaseModel):
    """A code list with all its codes, in the order of the file."""

    name: Annotated[str, Field(examples=["placement_kind"])]
    title: Annotated[str, Field(examples=["Kind of place where a person stays"])]
    source: Annotated[str, Field(examples=["OHCHR-G6.1"])]
    open: bool
    note: Annotated[str, Field(examples=[""])]
    codes: dict[str, CodeOut]


class CodeListNamesOut(BaseModel):
    """Which code lists there are."""

    items: Annotated[dict[str, str], Field(examples=[{"sex": "Sex"}])]


class RoleOut(BaseModel):
    """What a role may do, how far, and which groups of fields it sees."""

    title: Annotated[str, Field(examples=["Border focal point"])]
    permissions: Annotated[dict[str, str], Field(examples=[{"referral:receive": "party"}])]
    field_groups: Annotated[list[str], Field(examples=[["facts", "identity"]])]


class PoliciesOut(BaseModel):
    """The policies in force: the digest names this exact text and stands in every history entry."""

    digest: Annotated[str, Field(examples=["5feceb66ffc86f38d952786c6d696c79"])]
    permissions: Annotated[dict[str, str], Field(examples=[{"referral:send": "Send an approved referral."}])]
    roles: dict[str, RoleOut]
    countries: Annotated[dict[str, str], Field(examples=[{"TH": "Thailand"}])]
    corridors: Annotated[list[str], Field(examples=[["th-mm"]])]
    reports: Annotated[dict[str, str], Field(examples=[{"returns": "People returned"}])]
