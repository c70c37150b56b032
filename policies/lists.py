"""Roles, code lists, indicator packs and retention rules: the smaller policy files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictBool, StrictInt

from policies.terms import Cited, Dated, FieldGroup, FrozenMap, Policy, RoughDay, Scope, Text


class RolePolicy(Policy):
    """What a role may do, how far, and which groups of fields it sees."""

    title: Text
    permissions: FrozenMap[Scope]
    field_groups: frozenset[FieldGroup]


def _label_alone(value: Any) -> Any:
    """`Code: Label` is short for `Code: {label: Label}`."""
    return {"label": value} if isinstance(value, str) else value


class Code(Policy):
    """One entry of a code list."""

    label: Text
    htcds: str | None = None  # machine name in HTCDS 2.0, where one exists
    custodial: StrictBool = False  # a place of detention: never a placement (OHCHR-G2.6, OHCHR-G6.1)
    child_suitable: StrictBool = True
    admission: StrictBool = False  # of a place to stay: a shelter, entered with a signed admission (placement_kind)
    intrusive: StrictBool = False  # of a way to assess an age: it touches the body (list age_method)
    group: FieldGroup | None = None  # who may see a file of this kind (list case_document_kind only)
    # Of a kind of task: how pressing it is unless somebody says otherwise.
    priority: Literal["urgent", "normal", "low"] = "normal"
    # Of list export_purpose: the purpose a person must have agreed to before who they are may leave with such a list;
    # none = it never does.
    consent: str | None = None
    offers: tuple[str, ...] = ()  # of list other_finding: the help elsewhere of which one must be offered
    # Kept so that what was recorded with it can be read and ended; nobody is asked for it any more.
    retired: StrictBool = False
    note: str = ""


class CodeList(Policy):
    """A closed or open vocabulary; an open list may meet codes it does not know and keeps them."""

    name: str
    title: Text
    source: str
    open: StrictBool = False
    note: str = ""
    codes: FrozenMap[Annotated[Code, BeforeValidator(_label_alone)]] = Field(min_length=1)

    @property
    def labels(self) -> dict[str, str]:
        """Code -> label, in the order of the file."""
        return {code: entry.label for code, entry in self.codes.items()}


class Indicator(Policy):
    """One sign of trafficking; severity is judged by the officer, never fixed here."""

    label: Text
    exploitation: tuple[str, ...] = ()  # code list exploitation; empty = any form


class IndicatorPack(Policy):
    """A list of indicators used at screening."""

    name: str
    title: Text
    source: str
    status: Literal["ready", "to_be_filled"]
    version: RoughDay
    for_children: StrictBool = False
    includes: tuple[str, ...] = ()  # packs whose signs may be named beside these
    note: str = ""
    indicators: FrozenMap[Annotated[Indicator, BeforeValidator(_label_alone)]]


class RetentionPeriod(Dated, Cited):
    """How long one kind of data is kept, between two dates; None = kept for ever."""

    value: Annotated[StrictInt, Field(gt=0)] | None
    unit: Literal["days", "years"] = "years"
    after: Literal["created", "closed", "eighteenth_birthday", "withdrawn"]


class CountryRetention(Policy):
    """How long one country keeps a kind of data, in place of what holds for all."""

    periods: tuple[RetentionPeriod, ...] = Field(min_length=1)
    child_periods: tuple[RetentionPeriod, ...] = ()


class RetentionRule(Policy):
    """Keeping and erasing one kind of data; children and countries may have periods of their own."""

    title: Text
    erases: Text  # what is destroyed when the period ends
    legal_hold: StrictBool = True  # whether a hold stops the erasure
    periods: tuple[RetentionPeriod, ...] = Field(min_length=1)
    child_periods: tuple[RetentionPeriod, ...] = ()
    countries: FrozenMap[CountryRetention] = Field(default_factory=dict)

    def period(self, on: date, child: bool = False, country: str = "") -> RetentionPeriod:
        """The period that applies on a day in a country (a code of two letters); KeyError when none does."""
        here = self.countries.get(country, self)
        for each in (here.child_periods or here.periods) if child else here.periods:
            if each.holds_on(on):
                return each
        raise KeyError(f"no retention period for '{self.title}' on {on.isoformat()}")


def labels_of(lists: Mapping[str, CodeList], name: str) -> dict[str, str]:
    """Code -> label of a list; KeyError naming the list when there is none."""
    if name not in lists:
        raise KeyError(f"there is no code list '{name}'")
    return lists[name].labels
