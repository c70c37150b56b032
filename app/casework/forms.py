"""What every record kind is made of: strict forms, coded fields, and the fold from a form to facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationInfo, WithJsonSchema

from policies.model import FieldGroup, Policies
from workflows.facts import CaseFacts, ReferralFacts

Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Long = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8000)]


class Form(BaseModel):
    """A record as filled in: nothing unknown, nothing of the wrong type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


@dataclass(slots=True)
class CodeCheck:
    """How coded fields are checked. ``lenient``: codes of another country that we do not know are kept."""

    policies: Policies
    lenient: bool = False
    unknown: list[str] = field(default_factory=list)


def coded(code_list: str) -> Any:
    """A string field whose value is a code of policies/codes/<code_list>.yaml.

    Needs a CodeCheck as validation context. A code that is not in the list is refused; where the check is
    lenient (a message from another country) it is kept and noted as unknown.
    """

    def check(value: str, info: ValidationInfo) -> str:
        context = info.context
        if not isinstance(context, CodeCheck) or context.policies.knows(code_list, value):
            return value
        if context.lenient:
            context.unknown.append(f"{code_list}:{value}")
            return value
        known = ", ".join(context.policies.codes[code_list].codes)
        raise ValueError(f"is not a code of '{code_list}' ({known})")

    return Annotated[
        str,
        StringConstraints(min_length=1, max_length=60),
        AfterValidator(check),
        WithJsonSchema({"type": "string", "maxLength": 60, "x-code-list": code_list}),
    ]


@dataclass(frozen=True, slots=True)
class Entry:
    """Who filled in a form, and the day it is about."""

    actor: str
    office: str
    country: str
    on: date


Filled = TypeVar("Filled", bound=Form)
FoldCase = Callable[[CaseFacts, Any, Entry], CaseFacts]
FoldReferral = Callable[[ReferralFacts, Any, Entry], ReferralFacts]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record: its form, who may see it, where it is kept and what it changes in the facts.

    home: the subject that keeps it (case or referral). shared: it crosses with the step it belongs to, less
    the ``withheld`` fields (all of them optional). permission: what adding it needs. example: a full form for
    the API description.
    """

    name: str
    title: str
    group: FieldGroup
    form: type[Form]
    example: dict[str, Any]
    home: str = "case"
    version: int = 1
    fold_case: FoldCase | None = None
    fold_referral: FoldReferral | None = None
    shared: bool = False
    withheld: frozenset[str] = frozenset()
    permission: str = "record:write"
