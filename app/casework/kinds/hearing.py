"""A day before the court or another authority."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import Field

from app.casework.days import SetFor
from app.casework.forms import Coded, Entry, Kind, Long, RecordForm
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import MatterFacts
from workflows.guards.legal import NO_HEARING
from workflows.staying import HEARING_ON, SPEAKS_ON, TESTIMONY, hearings_set


class Hearing(RecordForm):
    """Practice 4.16: the day becomes a task for whoever goes along. A proceeding may have several."""

    hearing_on: SetFor = Field(title=mark("On which day is it?"))
    instead_of: date | None = Field(default=None, title=mark("Which earlier day does it take the place of?"))
    person_speaks: bool = Field(title=mark("Is the person to say something there?"))
    way: Annotated[str, Coded("testimony_way")] | None = Field(
        default=None, title=mark("How would the person testify?")
    )
    support: Long | None = Field(
        default=None, title=mark("Who goes along, and how is the person protected on the way?")
    )


def with_days(matter: MatterFacts, days: frozenset[date], speaks: frozenset[date]) -> MatterFacts:
    """The proceeding with these hearings ahead; ``speaks``: those at which the person is to speak."""
    kept = {each for each in matter.flags - {TESTIMONY, NO_HEARING} if not each.startswith((HEARING_ON, SPEAKS_ON))}
    kept |= {f"{HEARING_ON}{day}" for day in days} | {f"{SPEAKS_ON}{day}" for day in speaks & days}
    if speaks & days:
        kept.add(TESTIMONY)
    return replace(matter, due=min(days, default=None), flags=frozenset(kept))


def days_of_speech(matter: MatterFacts) -> frozenset[date]:
    """The days on which the person is to speak."""
    told = {date.fromisoformat(each.removeprefix(SPEAKS_ON)) for each in matter.flags if each.startswith(SPEAKS_ON)}
    return frozenset(told) or (hearings_set(matter) if TESTIMONY in matter.flags else frozenset())


def fold(matter: MatterFacts, form: Hearing, entry: Entry) -> MatterFacts:
    """One more day, or another one in the place of a day that was set; and whether the person speaks there."""
    days, speaks = hearings_set(matter), days_of_speech(matter)
    named = form.hearing_on if form.instead_of is None else form.instead_of
    dropped = named if named in days else None
    gone = frozenset({dropped, form.hearing_on})
    speaks = speaks - gone | (frozenset({form.hearing_on}) if form.person_speaks else frozenset())
    changed = with_days(matter, days - gone | {form.hearing_on}, speaks)
    unset = form.instead_of is not None and dropped is None
    return replace(
        changed, added=form.hearing_on, dropped=dropped, flags=changed.flags | ({NO_HEARING} if unset else set())
    )


KIND = Kind(
    "hearing", "Hearing", FieldGroup.LEGAL, Hearing,
    {"hearing_on": "2026-12-10", "person_speaks": True, "way": "in_advance"},
    fold_matter=fold, permission="legal:follow",
)  # fmt: skip
