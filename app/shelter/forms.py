"""The forms of the pages about beds, and the days and numbers typed into them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from app.access.sheet import PageForm
from app.kit.errors import Invalid
from app.kit.fields import at_field
from app.kit.typed_dates import typed_day, typed_number
from app.kit.words import mark
from app.shelter.schemas import BedAskIn, BedsChangeIn, BedsIn

Code = Annotated[str, Field(max_length=64)]
Digits = Annotated[str, Field(max_length=20)]


class BedsPage(PageForm):
    """A group of beds as typed."""

    sex: Code = ""
    ages: Code = ""
    need: Code = ""
    beds: Digits = ""
    closed_reason: Code = ""
    closed_from_day: Digits = ""
    closed_from_month: Digits = ""
    closed_from_year: Digits = ""
    closed_until_day: Digits = ""
    closed_until_month: Digits = ""
    closed_until_year: Digits = ""


class AskPage(PageForm):
    """A request for a bed as typed."""

    shelter: Code = ""
    need: Code = ""
    family: Code = ""
    urgency: Code = ""
    likely_until_day: Digits = ""
    likely_until_month: Digits = ""
    likely_until_year: Digits = ""


class ConfirmPage(PageForm):
    """In which group a bed is held."""

    beds_id: Code = ""


class DeclinePage(PageForm):
    """Why there is none."""

    why: Code = ""


class WithdrawPage(PageForm):
    """Which request is taken back."""

    bed_request_id: Code = ""


def beds_in(form: BedsPage, *, changed: bool = False) -> BedsIn | BedsChangeIn:
    """The group of beds; Invalid (422) at the field for what is no number or no day, or was not chosen."""
    for name in ("sex", "ages", "need"):
        if not getattr(form, name):
            raise _wrong(name, mark("Choose an answer."))
    values: dict[str, Any] = {
        "sex": form.sex, "ages": form.ages, "need": form.need, "beds": _number(form.beds),
        "closed_reason": form.closed_reason or None, "closed_from": _day(form, "closed_from"),
        "closed_until": _day(form, "closed_until"),
    }  # fmt: skip
    return BedsChangeIn(**values) if changed else BedsIn(**values)


def ask_in(form: AskPage) -> BedAskIn:
    """The request; Invalid (422) at the field for what was not chosen or is no day."""
    for name in ("shelter", "need", "urgency"):
        if not getattr(form, name):
            raise _wrong(name, mark("Choose an answer."))
    return BedAskIn(
        shelter=form.shelter, need=form.need, family=form.family == "yes", urgency=form.urgency,
        likely_until=_day(form, "likely_until"),
    )  # fmt: skip


def _number(typed: str) -> int:
    try:
        number = typed_number(typed)
    except ValueError:
        number = -1
    if not 0 <= number <= 999:
        raise _wrong("beds", mark("Give a number from 0 to 999."))
    return number


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
