"""The handover at the bridge: one screen for each side, the day nobody crosses, and what is typed in from paper."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any, Final

from fastapi import APIRouter, Response

from app.access.desk import Desk
from app.access.page_door import Page
from app.casework.shapes import StepIn
from app.kit.errors import Conflict, NotFound
from app.kit.typed_dates import typed_day
from app.kit.words import mark
from app.referrals import codes, handing, service
from app.referrals import desk as referral_desk
from app.referrals import page as referral_page
from app.referrals.forms import CodePage, GivingPage, LatePage, NotTodayPage, TakingPage, TickedPage
from app.referrals.handing import GIVING, TAKING, Tick
from app.referrals.pages_frame import Done, Reader, Reference, shared
from app.referrals.pages_referral import needed, phone_of_other
from app.referrals.words import with_offset

router = APIRouter()

_BRIDGE: Final = "referrals/handover.html"
_NOT_TODAY: Final = "referrals/not_today.html"
# Which step says, on each side, that nobody crosses today.
_CALLS_OFF: Final = {"sender": "postpone", "receiver": "report_not_received"}
_TICK_IT: Final = mark("Tick this only when it is so. If it is not, choose “Not today” below: that is no mistake.")
_WHERE_TO: Final = mark("Say where the person sleeps tonight.")
_NO_TIME: Final = mark("Write the time as 10:30.")
_NO_DAY: Final = mark("Write the day, the month and the year of the paper.")
_CHOOSE: Final = mark("Choose what happened.")


@router.get("/referrals/{reference}/handover")
def handover_page(page: Reader, reference: Reference, done: Done = "") -> Response:
    """The handover as this side's screen shows it."""
    with page.write() as desk:
        context = bridge_context(desk, page, reference)
    return page.show(_BRIDGE, **{**context, "done": done})


@router.get("/referrals/{reference}/received")
def received_page(page: Reader, reference: Reference) -> Response:
    """The same screen, for whoever comes back here after signing in."""
    return handover_page(page, reference)


@router.post("/referrals/{reference}/handover")
def hand_over(page: Reader, reference: Reference) -> Response:
    """The sending officer's ticks and signature."""
    context = _ask_again(page, reference)
    form = page.form(GivingPage)
    must_be_ticked(form, GIVING)
    if not form.onward:
        raise needed("onward", _WHERE_TO)
    when = late(page, form)
    on = page.house.policies.day(context["actor_country"], when or page.house.clock.now())
    record = handing.giving_record(form.model_dump(), on) | on_paper(form, when, context)
    return _taken(page, context, "sign_handover", record, when, "given")


@router.post("/referrals/{reference}/received")
def receive(page: Reader, reference: Reference) -> Response:
    """The receiving officer's ticks and signature; a code that was heard has to be the right one."""
    context = _ask_again(page, reference)
    form = page.form(TakingPage)
    must_be_ticked(form, TAKING)
    if form.code_heard:
        with page.write() as desk:
            if not handing.code_fits(desk, context["it"].referral.id, form.code_heard):
                codes.count_wrong(desk, context["it"].referral.id)
                raise needed("code_heard", codes.WRONG_CODE)
    when = late(page, form)
    record = handing.taking_record(form.model_dump()) | on_paper(form, when, context)
    return _taken(page, context, "sign_receipt", record, when, "taken")


@router.post("/referrals/{reference}/check-code")
def compare_code(page: Reader, reference: Reference) -> Response:
    """Compare the code that the other officer read out; one that does not fit is counted."""
    with page.write() as desk:
        context = bridge_context(desk, page, reference)
    page.again(_BRIDGE, **context)
    form = page.form(CodePage)

    def act(desk: Desk) -> None:
        try:
            codes.compare(desk, context["it"].referral.id, form.code_heard)
        except Conflict as error:
            if error.code != codes.WRONG:
                raise
            raise needed("code_heard", codes.WRONG_CODE) from None

    return page.act(act, f"/referrals/{reference}/handover?done=fits")


@router.get("/referrals/{reference}/not-today")
def not_today_page(page: Reader, reference: Reference) -> Response:
    """Nobody crosses today: why, and what happens next."""
    with page.write() as desk:
        context = not_today_context(desk, page, reference)
    return page.show(_NOT_TODAY, **context)


@router.post("/referrals/{reference}/not-today")
def not_today(page: Reader, reference: Reference) -> Response:
    """Call the meeting of today off, for a reason that is told to the other side in one coded word."""
    with page.write() as desk:
        context = not_today_context(desk, page, reference, taking=True)
    page.again(_NOT_TODAY, **context)
    form = page.form(NotTodayPage)
    if not form.reason:
        raise needed("reason", _CHOOSE)
    body = StepIn(given={"reason": form.reason}, note=form.note or None)
    return _act(page, context, _CALLS_OFF[context["it"].referral.side], body, "off")


def bridge_context(desk: Desk, page: Page, reference: str) -> dict[str, Any]:
    """What the screen of either side shows."""
    it = referral_page.opened(desk, referral_desk.found(desk, reference))
    sender = it.referral.side == "sender"
    meeting = handing.meeting(desk, it.referral.id)
    sign = referral_page.step_called(it, "sign_handover" if sender else "sign_receipt")
    # The day is past: what was signed on paper then can still be typed in, and nothing else.
    only_late = sender and meeting.out.on is not None and meeting.out.on < desk.today
    if sign is not None and only_late:
        sign = referral_page.without(sign, frozenset({"day_has_come"}))
    return shared(
        page,
        it=it,
        meeting=meeting,
        ticks=GIVING if sender else TAKING,
        sign=sign,
        only_late=only_late,
        reasons=[each for each in it.reasons.get(sign.step, []) if each.code in {r.code for r in sign.refusals}]
        if sign
        else [],
        roles=desk.policies.roles,
        off=referral_page.step_called(it, _CALLS_OFF[it.referral.side]),
        post_phone=phone_of_other(desk, it),
        discrepancies=list(desk.policies.codes["discrepancy"].codes),
        actor_country=desk.actor.country,
        done="",
    )


def not_today_context(desk: Desk, page: Page, reference: str, *, taking: bool = False) -> dict[str, Any]:
    """What the page of a day without a crossing shows. NotFound where this side has nothing to call off.

    ``taking``: the form was sent, perhaps twice, so it may be called off already.
    """
    it = referral_page.opened(desk, referral_desk.found(desk, reference))
    step = referral_page.step_called(it, _CALLS_OFF[it.referral.side])
    if step is None and not taking:
        raise NotFound()
    withdraw = referral_page.step_called(it, "withdraw")
    reasons = list(desk.policies.codes["postpone_reason"].codes)
    return shared(page, it=it, step=step, withdraw=withdraw, reasons=reasons)


def must_be_ticked(form: TickedPage, ticks: tuple[Tick, ...]) -> None:
    """Raise Invalid at the first tick without which nobody is handed over or received."""
    for tick in ticks:
        if tick.needed and not getattr(form, tick.name):
            raise needed(tick.name, _TICK_IT)


def late(page: Page, form: LatePage) -> datetime | None:
    """When the paper was signed, in the time of the actor's country; None if this is no late entry."""
    if not form.late:
        return None
    try:
        day = typed_day(form.signed_day, form.signed_month, form.signed_year)
    except ValueError as error:
        raise needed("signed", str(error) if any((form.signed_day, form.signed_month)) else _NO_DAY) from None
    try:
        at = time.fromisoformat(form.signed_time.strip().zfill(len("10:30")))
    except ValueError:
        raise needed("signed_time", _NO_TIME) from None
    return datetime.combine(day, at, page.reader.zone)


def on_paper(form: LatePage, when: datetime | None, context: dict[str, Any]) -> dict[str, Any]:
    """The fields of a record that say it was entered later, so that the other side reads it too."""
    if when is None:
        return {}
    return {"signed_on": when.date().isoformat(), "signed_time": with_offset(when)}


def _ask_again(page: Page, reference: str) -> dict[str, Any]:
    with page.write() as desk:
        context = bridge_context(desk, page, reference)
    page.again(_BRIDGE, **context)
    return context


def _taken(
    page: Page, context: dict[str, Any], step: str, record: dict[str, Any], when: datetime | None, done: str
) -> Response:
    return _act(page, context, step, StepIn(record=record, happened_at=when), done)


def _act(page: Page, context: dict[str, Any], step: str, body: StepIn, done: str) -> Response:
    row = context["it"].referral

    def act(desk: Desk) -> None:
        service.take_step(desk, row.id, step, body, page.version)

    return page.act(act, f"/referrals/{row.reference}/handover?done={done}")
