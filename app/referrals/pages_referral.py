"""One referral, its steps, and what the other country disclosed about the person."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Response

from app.access.desk import Desk
from app.access.page_door import Page
from app.casework import conflict as conflicts
from app.casework import posted
from app.casework.held import hold_referral
from app.casework.inputs import SILENCES, Choice, Input, given_inputs, inputs_of
from app.casework.kinds import KINDS
from app.casework.offers import offered
from app.casework.shapes import NextStepOut, RefusalOut, StepIn
from app.kit.errors import AppError, Invalid, NotFound, StaleVersion
from app.kit.typed import Typed
from app.kit.words import mark
from app.referrals import desk as referral_desk
from app.referrals import page as referral_page
from app.referrals import service
from app.referrals.forms import RevealPage
from app.referrals.pages_frame import Done, Reader, Reference, StepName, shared, show
from workflows.referral import MACHINE
from workflows.step import Step

router = APIRouter()

_STEP = "referrals/step.html"
# What the page of a step says above its form, where the step itself is not enough.
EXPLAINED = {
    "acknowledge": mark("Your office takes this referral on. The other country then sends who the person is, as far as "
                        "the person agreed. The plan of return is agreed later."),
    "return_for_info": mark("Nothing is decided by asking, and the clock keeps running for whoever has to answer."),
    "decline": mark("The other country is told the reason. Your own words stay here."),
    "disclose_identity": mark("Only what the person agreed to travels."),
    "withdraw": mark("The other country learns that the referral ends, and not more than it needs to know."),
    "cancel": mark("The other country learns that the referral ends, and not more than it needs to know."),
    "request_end": mark("It is the other country's turn, so it has to answer this request."),
}  # fmt: skip


@router.get("/referrals/{reference}")
def referral(page: Reader, reference: Reference, done: Done = "") -> Response:
    """One referral: what is needed, who answers by when, what is shared, and what can be done."""
    with page.write() as desk:
        found = referral_page.opened(desk, referral_desk.found(desk, reference))
        post_phone = phone_of_other(desk, found)
    return show(page, "referrals/referral.html", it=found, done=done, post_phone=post_phone, bridge=BRIDGE,
                roles=page.house.policies.roles)  # fmt: skip


BRIDGE = referral_page.AT_THE_BRIDGE


@router.get("/referrals/{reference}/steps/{step}")
def step_page(page: Reader, reference: Reference, step: StepName) -> Response:
    """One step: what it does, its form, or what blocks it."""
    with page.write() as desk:
        context = step_context(desk, page, reference, step)
    return page.show(_STEP, **context)


@router.post("/referrals/{reference}/steps/{step}")
def take_step(page: Reader, reference: Reference, step: StepName) -> Response:
    """Take a step; on a refusal its page again, with every reason."""
    row, typed = step_of(step), page.typed_form()

    def act(desk: Desk) -> str:
        referral_id = referral_desk.found(desk, reference)
        given = posted.gathered(given_inputs(row.given), typed)
        record = record_of(row, typed)
        given.must_be_whole()
        body = StepIn(record=record, given=given.body, note=typed.get("note", "").strip() or None)
        try:
            taken = service.take_step(desk, referral_id, row.name, body, page.version)
        except Invalid as error:
            raise posted.at_fields(error) from None
        # Whoever has declined goes on with what else waits for an answer.
        return "/referrals?done=declined" if taken.state == "declined" else f"/referrals/{reference}?done={step}"

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return step_context(desk, page, reference, step, error)

    return page.act_or_show(act, f"/referrals/{reference}", _STEP, again)


def record_of(row: Step, typed: Typed) -> dict[str, Any] | None:
    """The form of a step as it was filled in (plain JSON); None if nothing was, and nothing has to be.

    Invalid (422) naming every answer that is missing or cannot be read.
    """
    if row.form is None:
        return None
    gathered = posted.gathered(inputs_of(KINDS[row.form].form), typed)
    if not gathered.body and not row.form_required and row.form == _OPTIONAL:
        return None
    gathered.must_be_whole()
    return gathered.body


def step_context(
    desk: Desk, page: Page, reference: str, name: str, error: AppError | None = None
) -> dict[str, Any]:
    """What the page of a step shows. NotFound for a step that is not offered here to this actor.

    ``error``: the refusal after which it is shown again; then the step may be offered no more.
    """
    row = step_of(name)
    found = referral_page.opened(desk, referral_desk.found(desk, reference))
    step = referral_page.step_called(found, name)
    if step is None and error is None:
        raise NotFound()
    reasons = found.reasons.get(name, [])
    told = error.extra.get("refusals") if error is not None else None
    if told:
        refusals = [RefusalOut(**each) for each in told]
        reasons = referral_page.explained(desk, found.referral, found.case_reference, name, refusals)
    questions = inputs_of(KINDS[row.form].form) if row.form else ()
    inputs = [narrowed(desk, found, each) for each in (*given_inputs(row.given), *questions)]
    return shared(
        page,
        it=found,
        step=step or NextStepOut(machine=MACHINE.name, step=name, title=row.title, allowed=False),
        inputs=inputs,
        rows={},
        silences=SILENCES,
        reasons=reasons,
        conflict=conflict_of(desk, found, error, row.form),
        explained=EXPLAINED.get(name, ""),
        roles=desk.policies.roles,
    )


def step_of(name: str) -> Step:
    """The step of the machine with this name. NotFound for any other, and for one that only the program takes."""
    row = MACHINE.step(name)
    if row is None or row.system_only:
        raise NotFound()
    return row


def conflict_of(
    desk: Desk, found: referral_page.ReferralPage, error: AppError | None, kind: str | None
) -> dict[str, Any] | None:
    """What a stale page has to tell: who changed what since it was opened."""
    if not isinstance(error, StaleVersion):
        return None
    told = conflicts.conflict_of(desk, hold_referral(desk, found.referral.id, lock=False), error, kind)
    return {"changes": told.changes, "theirs": {}, "record": ""}


def narrowed(desk: Desk, found: referral_page.ReferralPage, each: Input) -> Input:
    """A question with its answers: only border points of this corridor, and no place where people live."""
    row = found.referral
    corridor = desk.policies.corridor(row.from_country, row.to_country)
    if each.source == "border_point":
        points = [
            Choice(point.code, " – ".join(point.names[code] for code in (row.from_country, row.to_country)),
                   proper=True)
            for point in corridor.border_points
        ]
        return replace(each, choices=tuple(points), preset=row.border_point or "")
    if each.source == "office":
        own = found.answerers.office
        receiving = desk.policies.countries[row.to_country]
        offices = [
            Choice(office.code, office.name, group=country.code, group_list="country", proper=True)
            for country in (receiving, *(one for code, one in sorted(desk.policies.countries.items())
                                         if code not in (row.to_country, row.from_country)))
            for office in country.offices
            if office.kind in _PUBLIC
        ]  # fmt: skip
        preset = own.code if own is not None and row.state != "sent" else ""
        return replace(each, choices=tuple(offices), preset=preset)
    return offered(desk.policies, [each])[0]


# Offices whose name tells nobody where people live.
_PUBLIC = frozenset({"ministry", "authority", "border"})
# The form that stays empty more often than not.
_OPTIONAL = "suggestion"


def phone_of_other(desk: Desk, it: referral_page.ReferralPage) -> str:
    """The number of the other country's office on duty, for when the line between two programs is dead."""
    row = it.referral
    receives = row.side == "receiver"
    other = row.from_country if receives else row.to_country
    said = next((str(each.said["phone"]) for each in it.there if each.said.get("phone")), "")
    if said:
        return said
    office = it.card.other_office
    if office is not None and office.duty_phone:
        return office.duty_phone
    numbers = [each.duty_phone for each in desk.policies.countries[other].offices if each.duty_phone]
    return numbers[0] if numbers else ""


@router.get("/referrals/{reference}/person")
def person_page(page: Reader, reference: Reference) -> Response:
    """The question why the name has to be seen."""
    with page.write() as desk:
        found = told_of(desk, reference)
    return show(page, "referrals/person.html", it=found, disclosed=None)


@router.post("/referrals/{reference}/person")
def person(page: Reader, reference: Reference) -> Response:
    """What the other country disclosed, once, for a reason that is kept."""
    with page.write() as desk:
        found = told_of(desk, reference)
    page.again("referrals/person.html", **shared(page, it=found, disclosed=None))
    form = page.form(RevealPage)
    with page.write() as desk:
        disclosed = service.reveal(desk, found.referral.id, form.reason)
    return show(page, "referrals/person.html", it=found, disclosed=disclosed)


def told_of(desk: Desk, reference: str) -> referral_page.ReferralPage:
    """The page of a referral whose person the other country has named. NotFound before: there is nothing to look at."""
    found = referral_page.opened(desk, referral_desk.found(desk, reference))
    if not found.told:
        raise NotFound()
    return found


def needed(field: str, sentence: str) -> Invalid:
    """The refusal of a form in which ``field`` is missing or does not fit; ``sentence`` says what to do."""
    told = {"in": "body", "field": field, "rule": "needed", "sentence": sentence}
    return Invalid(sentence, extra={"errors": [told]})
