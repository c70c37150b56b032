"""Cooperation with police and courts, kept apart: no rule about help, shelter or return can read it."""

from __future__ import annotations

from app.casework.forms import Form, Kind, Long
from policies.model import FieldGroup


class Cooperation(Form):
    """OHCHR-P8: recorded for the person's protection in proceedings, folded into no facts at all."""

    cooperates: bool | None = None
    gave_statement: bool | None = None
    note: Long | None = None


KIND = Kind(
    "cooperation", "Cooperation with the authorities", FieldGroup.COOPERATION, Cooperation,
    {"cooperates": False, "gave_statement": False},
)
