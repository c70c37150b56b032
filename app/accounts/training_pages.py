"""Pages for administrators about somebody's trainings: the list with a form for one more, and a page to change one."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response
from pydantic import Field

from app.access.desk import Desk
from app.access.page_door import Page
from app.access.sheet import PageForm
from app.accounts import training_service as service
from app.accounts.admin_parts import USERS, Manager, one
from app.accounts.training_schemas import TrainingCorrectionIn, TrainingIn, TrainingRevocationIn
from app.kit.errors import Invalid, NotFound
from app.kit.fields import at_field
from app.kit.typed_dates import typed_day
from app.kit.words import mark

router = APIRouter()

_AT: Final = USERS + "/{user_id}/trainings"
_LIST, _ONE = "accounts/user_trainings.html", "accounts/user_training.html"
# Code of a refusal -> the field it is shown at.
_WRONG: Final = {"training_known": "done_on"}
Text = Annotated[str, Field(max_length=40)]
Digits = Annotated[str, Field(max_length=20)]


class TrainingPage(PageForm):
    """A training as typed."""

    kind: Text = ""
    given_by: Text = ""
    done_on_day: Digits = ""
    done_on_month: Digits = ""
    done_on_year: Digits = ""
    valid_until_day: Digits = ""
    valid_until_month: Digits = ""
    valid_until_year: Digits = ""


class CorrectionPage(TrainingPage):
    """What a training should have said, and why it is changed."""

    training_id: Text = ""
    why: Text = ""


class RevocationPage(PageForm):
    """Which training counts no longer, and why."""

    training_id: Text = ""
    reason: Text = ""


@router.get(_AT)
def trainings(user_id: str, page: Manager, done: Annotated[str, Query(max_length=20)] = "") -> Response:
    """What somebody was trained in, and the form for one more."""
    return page.show(_LIST, **_known(page, user_id), done=done)


@router.post(_AT)
def record(user_id: str, page: Manager) -> Response:
    """Write down a training."""
    page.again(_LIST, _WRONG, **_known(page, user_id), done="")
    body = TrainingIn(**_typed(page.form(TrainingPage)))

    def act(desk: Desk) -> None:
        service.record(desk, user_id, body)

    return page.act(act, then=_done(user_id, "recorded"))


@router.get(_AT + "/change")
def change_page(user_id: str, page: Manager, training: Annotated[str, Query(max_length=36)] = "") -> Response:
    """One training, to be corrected or taken back; the list where none is named."""
    known = _known(page, user_id)
    if not training:
        return page.show(_LIST, **known, done="")
    return page.show(_ONE, **_with(known, training))


@router.post(_AT + "/correct")
def correct(user_id: str, page: Manager) -> Response:
    """Say anew what a training is."""
    form = page.form(CorrectionPage)
    page.again(_ONE, **_with(_known(page, user_id), form.training_id))
    body = TrainingCorrectionIn(**_typed(form), training_id=form.training_id, why=_chosen(form, "why"))

    def act(desk: Desk) -> None:
        service.correct(desk, user_id, page.version, body)

    return page.act(act, then=_done(user_id, "corrected"))


@router.post(_AT + "/revoke")
def revoke(user_id: str, page: Manager) -> Response:
    """Take a training back."""
    form = page.form(RevocationPage)
    page.again(_ONE, **_with(_known(page, user_id), form.training_id))
    body = TrainingRevocationIn(training_id=form.training_id, why=_chosen(form, "reason"))

    def act(desk: Desk) -> None:
        service.revoke(desk, user_id, page.version, body)

    return page.act(act, then=_done(user_id, "revoked"))


def _done(user_id: str, word: str) -> str:
    return f"{USERS}/{user_id}/trainings?done={word}"


def _known(page: Page, user_id: str) -> dict[str, Any]:
    known = one(page, user_id)
    with page.write() as desk:
        lists = {
            name: list(desk.policies.codes[name].codes) for name in (service.KINDS, service.GIVERS, service.REASONS)
        }
        return known | {"trainings": service.listed(desk, user_id).items, "lists": lists}


def _with(known: dict[str, Any], training_id: str) -> dict[str, Any]:
    found = next((each for each in known["trainings"] if each.id == training_id), None)
    if found is None:
        raise NotFound()
    return known | {"training": found}


def _typed(form: TrainingPage) -> dict[str, Any]:
    """What was typed, as the service takes it; Invalid (422) at the field for what is no day, or was not chosen."""
    done = _day(form, "done_on")
    if done is None:
        raise _wrong("done_on", mark("Give a day, a month and a year, such as 5 12 2026."))
    codes = {name: _chosen(form, name) for name in ("kind", "given_by")}
    return {**codes, "done_on": done, "valid_until": _day(form, "valid_until")}


def _chosen(form: PageForm, name: str) -> str:
    said: str = getattr(form, name)
    if not said:
        raise _wrong(name, mark("Choose an answer."))
    return said


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
