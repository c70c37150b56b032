"""The forms of a provider's pages."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from app.access.sheet import PageForm
from app.kit.errors import Invalid
from app.kit.fields import at_field
from app.kit.typed_dates import typed_day
from app.kit.words import mark
from app.services.schemas import ServiceAcceptIn

Code = Annotated[str, Field(max_length=64)]


class AcceptPage(PageForm):
    """When and where the person is seen."""

    appointment_on_day: Code = ""
    appointment_on_month: Code = ""
    appointment_on_year: Code = ""
    appointment_time: Code = ""
    appointment_place: Code = ""


class DeclinePage(PageForm):
    """Why the office declines."""

    reason: Code = ""


class DonePage(PageForm):
    """What came of it."""

    outcome: Code = ""


def accept_in(form: AcceptPage) -> ServiceAcceptIn:
    """The answer; Invalid (422) at the field for what is no day."""
    return ServiceAcceptIn(
        appointment_on=_day(form),
        appointment_time=form.appointment_time[:40] or None,
        appointment_place=form.appointment_place[:40] or None,
    )


def chosen(field: str, code: str) -> str:
    """The code that was chosen; Invalid (422) at the field where none was."""
    if not code:
        raise Invalid("Some answers are missing.", extra=at_field(field, mark("Choose an answer.")))
    return code[:40]


def _day(form: AcceptPage) -> date | None:
    parts = (form.appointment_on_day, form.appointment_on_month, form.appointment_on_year)
    day, month, year = (each.strip() for each in parts)
    if not (day or month or year):
        return None
    try:
        return typed_day(day, month, year)
    except ValueError:
        sentence = mark("Give a day, a month and a year, such as 5 12 2026.")
        raise Invalid("Some answers cannot be read.", extra=at_field("appointment_on", sentence)) from None
