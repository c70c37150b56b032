"""The HTML door of the keeping room: who is past their time, what keeps a person's data, and erasing them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import Field

from app.access.desk import Desk
from app.access.log import refused
from app.access.may import case_by_reference, permitted
from app.access.page_door import Page, opens
from app.access.sheet import PageForm
from app.casework import blocking
from app.casework.blocking import Blocking
from app.casework.held import hold_referral
from app.casework.shapes import RefusalOut
from app.keeping import queries, service
from app.keeping.schemas import EraseIn, HoldIn, KeepingOut, LiftIn
from app.kit.errors import AppError, Invalid, NotFound
from app.kit.fields import at_field
from app.kit.typed_dates import typed_day
from app.kit.words import mark

router = APIRouter()

Reviewer = Annotated[Page, Depends(opens(service.REVIEW))]
Keeper = Annotated[Page, Depends(opens(service.KEEP))]
Eraser = Annotated[Page, Depends(opens(service.ERASE))]
Done = Annotated[str, Query(max_length=20)]
_UNFIT: Final = "Some answers are missing or cannot be read."
_PAGE, _DUE, _ASKED = "keeping/case.html", "keeping/due.html", "keeping/asked.html"
_SHORTEST: Final = 10
Part = Annotated[str, Field(max_length=20)]
Reference = Annotated[str, Path(max_length=64)]


class HoldPage(PageForm):
    """Why everything must be kept, and until when at most."""

    why: Annotated[str, Field(max_length=40)] = ""
    until_day: Part = ""
    until_month: Part = ""
    until_year: Part = ""
    reason: Annotated[str, Field(max_length=1000)] = ""


class LiftPage(PageForm):
    """Which hold is no longer needed, and why."""

    hold_id: Annotated[str, Field(max_length=36)] = ""
    lifted: Annotated[str, Field(max_length=1000)] = ""


class ErasePage(PageForm):
    """On which ground the person is to be erased."""

    ground: Annotated[str, Field(max_length=40)] = ""


class KeepPage(PageForm):
    """Why the copy is kept here."""

    reason: Annotated[str, Field(max_length=40)] = ""


class NothingPage(PageForm):
    """A form that only says yes."""


@router.get("/admin/retention/due")
def due(page: Reviewer) -> Response:
    """Whose data are past their time, and who was erased, each with its tombstone."""
    with page.write() as desk:
        found, graves = service.review(desk).items, service.erasures(desk).items
        asked = service.asked_abroad(desk).items if permitted(desk, service.ERASE) else []
        names = queries.display_names(desk, {name for each in graves for name in (each.asked_by, each.agreed_by)})
    return page.show(_DUE, here="admin", found=found, graves=graves, names=names, asked=asked)


@router.get("/cases/{reference}/keeping")
def keeping(reference: str, page: Keeper, done: Done = "") -> Response:
    """Until when the person's data are kept, what holds them, and the forms to hold or to erase them."""
    with page.write() as desk:
        context = _context(desk, reference)
    return page.show(_PAGE, done=done, **context)


@router.get("/referrals/{reference}/erasure")
def asked(reference: Reference, page: Eraser, done: Done = "") -> Response:
    """That another country erased the person of a referral, and the two answers to it."""
    with page.write() as desk:
        context = _asked(desk, reference)
    return page.show(_ASKED, done=done, **context)


@router.post("/referrals/{reference}/erasure/propose")
def propose_copy(reference: Reference, page: Eraser) -> Response:
    """Propose that the copy is erased here, too; a second person decides."""
    page.form(NothingPage)
    return _answer(page, reference, "proposed", lambda desk, copy: service.propose_copy(desk, copy))


@router.post("/referrals/{reference}/erasure/decline")
def decline(reference: Reference, page: Eraser) -> Response:
    """Keep the copy, and tell the other country why."""

    def act(desk: Desk, copy: str) -> None:
        service.decline(desk, copy, page.form(KeepPage).reason, page.version)

    return _answer(page, reference, "declined", act)


@router.post("/cases/{reference}/keeping/hold")
def hold(reference: str, page: Keeper) -> Response:
    """Set a legal hold."""

    def act(desk: Desk, case_id: str) -> None:
        form = page.form(HoldPage)
        body = HoldIn(why=form.why, until=_until(form), reason=_reason("reason", form.reason))
        service.hold(desk, case_id, body)

    return _act(page, reference, service.KEEP, "held", act)


@router.post("/cases/{reference}/keeping/lift")
def lift(reference: str, page: Keeper) -> Response:
    """Lift a legal hold."""

    def act(desk: Desk, case_id: str) -> None:
        form = page.form(LiftPage)
        body = LiftIn(reason=_reason("lifted", form.lifted))
        service.lift(desk, case_id, form.hold_id, body.reason)

    return _act(page, reference, service.KEEP, "lifted", act)


@router.post("/cases/{reference}/keeping/erase")
def erase(reference: str, page: Eraser) -> Response:
    """Propose that the person is erased; a second person decides."""

    def act(desk: Desk, case_id: str) -> None:
        service.propose(desk, case_id, EraseIn(ground=page.form(ErasePage).ground))

    return _act(page, reference, service.ERASE, "proposed", act)


def _answer(page: Page, reference: str, done: str, do: Callable[[Desk, str], object]) -> Response:
    def act(desk: Desk) -> None:
        do(desk, _copy(desk, reference))

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return {"done": "", **_asked(desk, reference, error)}

    return page.act_or_show(act, f"/referrals/{reference}/erasure?done={done}", _ASKED, again)


def _copy(desk: Desk, reference: str) -> str:
    found = queries.copy_called(desk, service.ERASE, reference)
    if found is None:
        refused(desk, "referral", "-", {"answer": 404})
        raise NotFound()
    return found


def _asked(desk: Desk, reference: str, error: AppError | None = None) -> dict[str, Any]:
    copy_id = _copy(desk, reference)
    found = service.request(desk, copy_id)
    told = [RefusalOut(**each) for each in error.extra.get("refusals", [])] if error is not None else []
    around = Blocking(found.case_reference or "", f"/referrals/{reference}/erasure", lambda permission: False)
    return {
        "here": "referrals",
        "found": found,
        "version": hold_referral(desk, copy_id, lock=False).version,
        "reasons": blocking.explained(desk, told, around),
        "roles": desk.policies.roles,
        "whys": list(desk.policies.codes["erasure_decline_reason"].codes),
    }


def _act(page: Page, reference: str, permission: str, done: str, do: Callable[[Desk, str], None]) -> Response:
    def act(desk: Desk) -> None:
        do(desk, case_by_reference(desk, permission, reference).id)

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return {"done": "", **_context(desk, reference)}

    return page.act_or_show(act, f"/cases/{reference}/keeping?done={done}", _PAGE, again)


def _context(desk: Desk, reference: str) -> dict[str, Any]:
    case = case_by_reference(desk, service.KEEP, reference)
    found: KeepingOut = service.kept(desk, case.id, service.KEEP)
    codes = desk.policies.codes
    around = Blocking(case.reference, f"/cases/{case.reference}/keeping", lambda permission: False)
    return {
        "here": "cases",
        "case_reference": case.reference,
        "found": found,
        "names": queries.display_names(desk, {each.set_by for each in found.holds}),
        "reasons": blocking.explained(desk, found.refusals, around),
        "roles": desk.policies.roles,
        "whys": list(codes["hold_reason"].codes),
        "grounds": list(codes["erasure_ground"].codes) if permitted(desk, service.ERASE) else [],
    }


def _until(form: HoldPage) -> date | None:
    parts = (form.until_day, form.until_month, form.until_year)
    if not any(part.strip() for part in parts):
        return None
    try:
        return typed_day(*parts)
    except ValueError as error:
        raise Invalid(_UNFIT, extra=at_field("until", str(error))) from None


def _reason(field: str, said: str) -> str:
    reason = said.strip()
    if len(reason) < _SHORTEST:
        raise Invalid(_UNFIT, extra=at_field(field, mark("Say in at least 10 letters why.")))
    return reason
