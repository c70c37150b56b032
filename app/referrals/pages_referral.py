"""One referral, its steps, and what the other country disclosed about the person."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from app.access.desk import Desk
from app.access.page_door import Page
from app.casework.shapes import NextStepOut, StepIn
from app.kit.errors import Invalid, NotFound
from app.kit.words import mark
from app.referrals import desk as referral_desk
from app.referrals import page as referral_page
from app.referrals import service
from app.referrals.forms import RevealPage, StepPage
from app.referrals.pages_frame import Done, Reader, Reference, StepName, shared, show
from policies.model import Policies
from workflows.referral import MACHINE
from workflows.step import Step

router = APIRouter()

_STEP = "referrals/step.html"
_CHOOSE = mark("Choose a reason.")
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
    return show(page, "referrals/referral.html", it=found, done=done, post_phone=post_phone, bridge=BRIDGE)


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
    with page.write() as desk:
        context = step_context(desk, page, reference, step, taking=True)
        referral_id = context["it"].referral.id
    page.again(_STEP, **context)
    form = page.form(StepPage)
    row = context["row"]
    given, record = {}, None
    if row.given:
        if not form.reason:
            raise needed("reason", _CHOOSE)
        given = dict.fromkeys(row.given, form.reason)
    if row.form == "suggestion" and form.office:
        record = {"office": form.office}
    body = StepIn(given=given, record=record, note=form.note or None)
    path = f"/referrals/{reference}"

    def act(desk: Desk) -> str | None:
        taken = service.take_step(desk, referral_id, step, body, page.version)
        # Whoever has declined goes on with what else waits for an answer.
        return "/referrals?done=declined" if taken.state == "declined" else None

    return page.act(act, f"{path}?done={step}")


def step_context(desk: Desk, page: Page, reference: str, name: str, *, taking: bool = False) -> dict[str, Any]:
    """What the page of a step shows. NotFound for a step that there is not, or that is not offered here to this actor.

    ``taking``: the form was sent, perhaps twice, so the step may have been taken and be offered no more.
    """
    found = referral_page.opened(desk, referral_desk.found(desk, reference))
    step, row = referral_page.step_called(found, name), MACHINE.step(name)
    if row is None or step is None and not taking:
        raise NotFound()
    step = step or NextStepOut(machine=MACHINE.name, step=name, title=row.title, allowed=False)
    return shared(
        page,
        it=found,
        step=step,
        row=row,
        reasons=reasons_of(desk.policies, row),
        offices=offices_of(desk.policies, found, step),
        explained=EXPLAINED.get(name, ""),
    )


def reasons_of(policies: Policies, row: Step) -> list[str]:
    """The codes that the step's reason is chosen from; none if it takes no reason."""
    return [code for code_list in row.given.values() for code in policies.codes[code_list].codes]


def offices_of(policies: Policies, it: referral_page.ReferralPage, step: NextStepOut) -> list[tuple[str, str]]:
    """Offices that can be suggested instead of our own: of this country first, never a place where people live."""
    if step.form != "suggestion":
        return []
    row = it.referral
    own = it.answerers.office
    return [
        (office.code, office.name)
        for country in (row.to_country, *sorted(set(policies.countries) - {row.to_country, row.from_country}))
        for office in policies.countries[country].offices
        if office.kind in ("ministry", "authority", "border") and (own is None or office.code != own.code)
    ]


def phone_of_other(desk: Desk, it: referral_page.ReferralPage) -> str:
    """The number of the other country's office on duty, for when the line between two programs is dead."""
    row = it.referral
    receives = row.side == "receiver"
    other = row.from_country if receives else row.to_country
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
