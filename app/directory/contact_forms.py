"""The forms of the pages about contacts, and the days typed into them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from app.access.sheet import PageForm
from app.directory.contact_schemas import ContactIn, FoundIn
from app.kit.errors import Invalid
from app.kit.fields import at_field
from app.kit.typed_dates import typed_day
from app.kit.words import mark
from workflows.directory import DAYS

Code = Annotated[str, Field(max_length=64)]
Codes = Annotated[list[Code], Field(max_length=60)]
Digits = Annotated[str, Field(max_length=20)]


class ContactPage(PageForm):
    """A contact as typed."""

    office: Code = ""
    kinds: Codes = []
    points: Codes = []
    places: Annotated[str, Field(max_length=4000)] = ""
    mon: Digits = ""
    tue: Digits = ""
    wed: Digits = ""
    thu: Digits = ""
    fri: Digits = ""
    sat: Digits = ""
    sun: Digits = ""
    phone: Annotated[str, Field(max_length=40)] = ""
    other_way: Annotated[str, Field(max_length=120)] = ""
    languages: Codes = []
    deputy_office: Code = ""
    deputy_role: Code = ""
    valid_from_day: Digits = ""
    valid_from_month: Digits = ""
    valid_from_year: Digits = ""
    valid_until_day: Digits = ""
    valid_until_month: Digits = ""
    valid_until_year: Digits = ""


class CheckPage(PageForm):
    """That it still holds."""


class FoundPage(PageForm):
    """What was found."""

    result: Code = ""


def contact_in(form: ContactPage, today: date) -> ContactIn:
    """The contact; Invalid (422) at the field for what is no day, or too long. No first day means today."""
    places = [line.strip() for line in form.places.splitlines() if line.strip()]
    if len(places) > 60 or any(len(place) > 60 for place in places):
        raise _wrong("places", mark("Write one place on each line, at most sixty, and none longer than sixty letters."))
    return ContactIn(
        office=form.office, kinds=form.kinds, points=form.points[:40], places=places,
        hours={day: said for day in DAYS if (said := str(getattr(form, day)).strip())},
        phone=form.phone.strip(), other_way=form.other_way.strip(), languages=form.languages,
        deputy_office=form.deputy_office, deputy_role=form.deputy_role,
        valid_from=_day(form, "valid_from") or today, valid_until=_day(form, "valid_until"),
    )  # fmt: skip


def found_in(form: FoundPage) -> FoundIn:
    """What was found."""
    return FoundIn(result=form.result)


def _day(form: PageForm, name: str) -> date | None:
    day, month, year = (str(getattr(form, f"{name}_{part}")).strip() for part in ("day", "month", "year"))
    if not (day or month or year):
        return None
    try:
        return typed_day(day, month, year)
    except ValueError:
        raise _wrong(name, mark("Give a day, a month and a year, such as 5 12 2026.")) from None


def _wrong(field: str, sentence: str) -> Invalid:
    return Invalid("Some answers are missing or cannot be read.", extra=at_field(field, sentence))
