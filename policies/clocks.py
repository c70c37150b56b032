"""What happens to a duty that is late, and when its clock may stand still or run longer."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictInt

from policies.terms import Cited, FrozenMap, Policy

# Whom a rung tells: those who have to act; the office that answers in their place; these roles in the office that
# holds the duty, in the whole country, or in its ministries.
Circle = Literal["doers", "deputy", "office", "country", "ministry"]


class Rung(Cited):
    """One rung of the ladder: how long after the duty was due it rings, and whom it tells.

    urgent_hours: the same for the urgent clocks, which do not wait for an office to open.
    """

    after: Annotated[StrictInt, Field(ge=0, le=365)]
    unit: Literal["hours", "days", "working_days"]
    urgent_hours: Annotated[StrictInt, Field(ge=0, le=8760)]
    to: Circle
    roles: tuple[str, ...] = ()


class StopCause(Cited):
    """Why a clock may stand still: who may say so, and after how many days it runs again by itself.

    No role: only a record says so, and another one ends it. longest_days None: until that record.
    """

    roles: tuple[str, ...] = ()
    longest_days: Annotated[StrictInt, Field(ge=1, le=365)] | None = None


class Extension(Cited):
    """How a clock may run longer: by the time of another clock, counted from where, and how often."""

    by: str
    since: Literal["due", "start"]
    times: Annotated[StrictInt, Field(ge=1, le=12)] = 1


class ClockRules(Policy):
    """`policies/clocks.yaml` as a whole."""

    case_ladder: tuple[str, ...] = ("reminder",)  # code list escalation_step, first rung first
    rungs: FrozenMap[Rung] = Field(default_factory=dict)
    urgent: frozenset[str] = frozenset()  # clocks that are rung by the hour
    never: frozenset[str] = frozenset()  # clocks that never stand still
    most_stops: Annotated[StrictInt, Field(ge=1, le=20)] = 2
    stops: FrozenMap[StopCause] = Field(default_factory=dict)  # code list stop_cause
    permit_renewal_days: Annotated[StrictInt, Field(ge=1, le=365)] = 30  # before the end of leave to stay or work
    # Task before something runs out -> how many days before its last day it is due (workflows/reminders.py).
    leads: FrozenMap[Annotated[StrictInt, Field(ge=1, le=365)]] = Field(default_factory=dict)
    extensions: FrozenMap[Extension] = Field(default_factory=dict)  # clock -> how it is extended
