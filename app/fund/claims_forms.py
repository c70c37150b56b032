"""The forms of the pages of the fund's own office."""

from __future__ import annotations

from datetime import date
from typing import Annotated, NoReturn

from pydantic import Field

from app.access.sheet import PageForm
from app.fund.claims_schemas import ClaimApproveIn, ClaimPayIn
from app.kit.errors import Invalid
from app.kit.fields import at_field
from app.kit.typed_dates import typed_day, typed_number
from app.kit.words import mark

Typed = Annotated[str, Field(max_length=64)]
MOST = 1_000_000_000_000


class ReturnPage(PageForm):
    """Why the claim goes back."""

    return_reason: Typed = ""


class DeclinePage(PageForm):
    """Why it is declined."""

    decline_reason: Typed = ""


class FailPage(PageForm):
    """Why a payment failed."""

    failure_reason: Typed = ""


class ApprovePage(PageForm):
    """How much, and on what grounds."""

    units: Typed = ""
    reasons: Annotated[str, Field(max_length=8000)] = ""


class PayPage(PageForm):
    """How much was paid, when, and how the fund's books call it."""

    units: Typed = ""
    paid_on_day: Typed = ""
    paid_on_month: Typed = ""
    paid_on_year: Typed = ""
    payment_number: Annotated[str, Field(max_length=300)] = ""


def chosen(field: str, code: str) -> str:
    """The code that was chosen; Invalid (422) at the field where none was."""
    if not code:
        _wrong(field, mark("Choose an answer."))
    return code[:40]


def approve_in(form: ApprovePage) -> ClaimApproveIn:
    """The approval; Invalid (422) at the field for what is no number, or without grounds."""
    units, reasons = _units(form.units), form.reasons.strip()
    if not reasons:
        _wrong("reasons", mark("Say on what grounds; a few words are enough."))
    return ClaimApproveIn(units=units, reasons=reasons)


def pay_in(form: PayPage) -> ClaimPayIn:
    """The payment; Invalid (422) at the field for what is no number or no day, or has no number in the books."""
    units, number = _units(form.units), form.payment_number.strip()
    day = _day(form)
    if not number:
        _wrong("payment_number", mark("Write how the books of the fund call the payment."))
    return ClaimPayIn(units=units, paid_on=day, payment_number=number)


def _units(typed: str) -> int:
    try:
        units = typed_number(typed.replace(",", "").replace(" ", "").replace("\u202f", ""))
    except ValueError:
        units = -1
    if not 0 <= units <= MOST:
        _wrong("units", mark("Write the amount in whole units, as a number."))
    return units


def _day(form: PayPage) -> date:
    try:
        return typed_day(form.paid_on_day.strip(), form.paid_on_month.strip(), form.paid_on_year.strip())
    except ValueError:
        _wrong("paid_on", mark("Give a day, a month and a year, such as 5 12 2026."))


def _wrong(field: str, sentence: str) -> NoReturn:
    raise Invalid("Some answers cannot be read.", extra=at_field(field, sentence))
