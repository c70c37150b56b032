"""Raises the reasons of pure rules for what is no step of a case: tips, planned operations."""

from __future__ import annotations

from collections.abc import Sequence

from app.access.desk import Desk
from app.casework.remarks import StepRefused, refusal_out
from workflows.verdict import Refusal


def refuse(desk: Desk, word: str, title: str, refusals: Sequence[Refusal]) -> None:
    """Raise StepRefused with every reason against the act ``word`` called ``title``, if there is one."""
    if refusals:
        told = [refusal_out(desk, each) for each in refusals]
        raise StepRefused(f"'{title}' is blocked by a reason.", extra={"step": word, "refusals": told})
