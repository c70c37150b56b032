"""Cooperation with police and courts, kept apart: no rule about help, shelter or return can read it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Kind, Long, RecordForm
from app.kit.words import mark
from policies.model import FieldGroup


class Cooperation(RecordForm):
    """OHCHR-P8: recorded for the person's protection in proceedings, folded into no facts at all."""

    cooperates: bool | None = Field(
        default=None,
        title=mark("Does the person want to work with the authorities?"),
        description=mark("This changes nothing about the help they get."),
    )
    gave_statement: bool | None = Field(default=None, title=mark("Has the person given a statement?"))
    testimony: Annotated[str, Coded("testimony_choice")] | None = Field(
        default=None, title=mark("How does the person want to testify, if at all?")
    )
    note: Long | None = Field(default=None, title=mark("What protects the person in the proceedings?"))


KIND = Kind(
    "cooperation", "Cooperation with the authorities", FieldGroup.COOPERATION, Cooperation,
    {"cooperates": False, "gave_statement": False},
)
