"""The small words every policy file is written in: how sure, how strict, how far, from when, how long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, NoReturn, Protocol, Self, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, model_validator

Item = TypeVar("Item")


class Basis(StrEnum):
    """How well a value is known."""

    SOURCED = "sourced"  # a named source states it
    PRACTICE = "practice"  # reported as done, no text prescribes it
    DEFAULT = "default"  # nobody we read states it: our own choice, its note says so


class Strength(StrEnum):
    """Whether a guard that rests on a source may be set aside with reasons."""

    HARD = "hard"
    OVERRIDE = "override"


class Scope(StrEnum):
    """How far a permission reaches; a permission that is absent reaches nothing."""

    OWN = "own"
    ASSIGNED = "assigned"
    OFFICE = "office"
    ORGANISATION = "organisation"
    COUNTRY = "country"
    PARTY = "party"


class FieldGroup(StrEnum):
    """The groups of fields a role may see."""

    FACTS = "facts"
    IDENTITY = "identity"
    CONTACT = "contact"
    NARRATIVE = "narrative"
    HEALTH = "health"
    LEGAL = "legal"
    RISK = "risk"
    COOPERATION = "cooperation"
    OFFENDERS = "offenders"


class FrozenDict(dict[str, Item]):
    """A dict that refuses every change, so that one loaded set of policies can be shared by all threads."""

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("policies are read-only: change the policy file and load again")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _: dict[int, Any]) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (dict(self),))


def _freeze(values: dict[str, Item]) -> FrozenDict[Item]:
    return FrozenDict(values)


FrozenMap = Annotated[dict[str, Item], AfterValidator(_freeze)]


def _as_day(value: object) -> date:
    """Accept a YAML date or ISO text; a bare number is refused, pydantic would read it as seconds."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise ValueError("a day is written as year-month-day, for example 2026-07-01")


def _as_rough_day(value: object) -> object:
    """Keep what is known of a date: a year, a year and month, or a day, always as text."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, int) and not isinstance(value, bool) and 1800 <= value <= 2200:
        return str(value)
    return value


Day = Annotated[date, BeforeValidator(_as_day)]
RoughDay = Annotated[str, BeforeValidator(_as_rough_day), Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]
CountryCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Text = Annotated[str, Field(min_length=1)]


class Policy(BaseModel):
    """Base of everything read from a policy file: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True)


class Cited(Policy):
    """A statement that says where it comes from.

    A default needs a note (what is unknown and why this was chosen), anything else needs a source:
    nothing enters the policies as a fact without one.
    """

    basis: Basis
    sources: tuple[str, ...] = ()
    note: str = ""

    @model_validator(mode="after")
    def _says_where_it_comes_from(self) -> Self:
        if self.basis is Basis.DEFAULT and not self.note.strip():
            raise ValueError("basis default needs a note saying what is unknown")
        if self.basis is not Basis.DEFAULT and not self.sources:
            raise ValueError(f"basis {self.basis.value} needs at least one source")
        return self


class Dated(Policy):
    """Something that holds from a day on and, when replaced, until and including a last day."""

    from_: Day = Field(alias="from")
    until: Day | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.until is not None and self.until < self.from_:
            raise ValueError("until lies before from")
        return self

    def holds_on(self, on: date) -> bool:
        """Whether `on` lies between `from` and `until`, both days included."""
        return self.from_ <= on and (self.until is None or on <= self.until)


class Clock(Cited):
    """A time limit."""

    value: Annotated[StrictInt, Field(gt=0)]
    unit: Literal["hours", "days", "working_days", "months"]


class DatedClock(Clock, Dated):
    """A time limit with the dates between which it holds."""


class Source(Policy):
    """One instrument, article or house rule that a rule can cite.

    `binds` lists the countries it obliges; None = all of them, () = none here, a yardstick only.
    """

    id: str
    title: Text
    article: str | None = None
    date: RoughDay | None = None
    asks: Text
    strength: Strength
    kind: Literal["principle", "guideline", "convention", "agreement", "law", "house", "report", "standard", "practice"]
    binds: tuple[CountryCode, ...] | None = None
    note: str = ""

    def binds_in(self, country: str) -> bool:
        """Whether the source obliges `country` (alpha-2)."""
        return self.binds is None or country in self.binds


class _Spanned(Protocol):
    @property
    def from_(self) -> date: ...
    @property
    def until(self) -> date | None: ...


def overlaps(spans: Mapping[int, _Spanned]) -> Iterator[int]:
    """Yield the key of every dated entry that begins before an earlier one has ended."""
    latest: date | None = date.min
    for key, span in sorted(spans.items(), key=lambda pair: pair[1].from_):
        if latest is None or span.from_ <= latest:
            yield key
        latest = None if latest is None or span.until is None else max(latest, span.until)
