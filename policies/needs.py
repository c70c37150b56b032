"""How the answers of a needs and risk assessment become a level, and how long it holds."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StrictInt

from policies.terms import Cited, FrozenMap, Text

Points = Annotated[StrictInt, Field(ge=0, le=1000)]


class NeedsRules(Cited):
    """`policies/needs.yaml` as a whole; levels are codes of risk_level, degrees of need_degree."""

    version: Text
    degrees: FrozenMap[Points]
    alone: FrozenMap[FrozenMap[str]]  # question -> degree -> the least level it gives
    sum: FrozenMap[Points]  # level -> from which sum on
    holds_days: FrozenMap[Annotated[StrictInt, Field(ge=1, le=3650)]]
