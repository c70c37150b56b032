"""The five stages people speak of, and the states of care that make each: the one place that maps them."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from workflows.care import Care


class Stage(StrEnum):
    """Where a case stands in everyday words; a closed case is in none of them."""

    IDENTIFICATION = "identification"
    SHELTER = "shelter"
    RECOVERY = "recovery"
    REPATRIATION = "repatriation"
    REINTEGRATION = "reintegration"


STAGES: Final[dict[Stage, tuple[Care, ...]]] = {
    Stage.IDENTIFICATION: (Care.INTAKE,),
    Stage.SHELTER: (Care.SHELTERED,),
    Stage.RECOVERY: (Care.RECOVERING,),
    # Repatriation ends where somebody begins to build a life: with the step that starts reintegration.
    Stage.REPATRIATION: (Care.PLANNING_RETURN, Care.RETURNING, Care.HANDED_OVER, Care.AWAITING_ARRIVAL),
    # A life here or in a third country is built up in the same way as one at home.
    Stage.REINTEGRATION: (Care.INCLUDING_LOCALLY, Care.RESETTLING, Care.REINTEGRATING),
}
_STAGE_OF: Final = {state.value: stage.value for stage, states in STAGES.items() for state in states}


def stage_of(care: str) -> str | None:
    """The stage of a case whose care is in that state; None once it is closed."""
    return _STAGE_OF.get(care)
