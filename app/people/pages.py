"""The HTML door of the people room: who somebody is, for a few minutes and with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Response

from app.access.desk import Desk
from app.access.may import case_by_reference, permitted
from app.access.page_door import Page, opens
from app.access.sheet import PageForm
from app.kit.errors import AppError, Invalid
from app.kit.fields import at_field
from app.kit.words import mark
from app.people import joining, same_pages, service, writing_pages
from app.people.schemas import RevealIn

router = APIRouter()
router.include_router(same_pages.router)
router.include_router(writing_pages.router)

Revealer = Annotated[Page, Depends(opens("identity:reveal"))]

IDENTITY: Final = "people/identity.html"
OTHER: Final = "other"
# Why a name has to be known, as the page offers it; what is kept is the sentence and what was added to it.
REASONS: Final[Mapping[str, str]] = {
    "health": mark("Needed for medical care"),
    "papers": mark("Needed for papers or an authority"),
    "handover": mark("Needed to prepare a handover"),
    "court": mark("Needed for proceedings or a claim"),
    "danger": mark("The person may be in danger"),
    "asked": mark("The person asked me to look"),
    OTHER: mark("Something else"),
}
# Field -> its title, in the order shown.
TITLES: Final[Mapping[str, str]] = {
    "given_names": mark("Given names"),
    "family_name": mark("Family name"),
    "other_names": mark("Other names"),
    "birth_date": mark("Date of birth"),
    "birth_year": mark("Year of birth"),
    "place_of_origin": mark("From"),
    "phone": mark("Phone"),
    "safe_contact": mark("Safe contact"),
    "family_contact": mark("Family"),
    "health_alert": mark("Health: what to know at once"),
}


class RevealPage(PageForm):
    """Why the name has to be known."""

    purpose: str = ""
    more: str = ""


@router.get("/cases/{reference}/identity")
def identity(reference: str, page: Revealer) -> Response:
    """Who the person is while it is uncovered for this sign-in; else the question why."""
    with page.write() as desk:
        case = case_by_reference(desk, service.REVEAL, reference)
        context = _asked(desk, reference)
        if service.is_uncovered(desk, case.id):
            context |= _shown(service.uncovered(desk, case.id))
    answer = page.show(IDENTITY, **context)
    if context["known"] is not None:
        # It folds away by itself: the page asks for itself again when the time is over, and finds the question.
        seconds = max(1, int((context["until"] - page.house.clock.now()).total_seconds()) + 1)
        answer.headers["Refresh"] = f"{seconds};url=/cases/{reference}"
    return answer


@router.post("/cases/{reference}/identity")
def reveal(reference: str, page: Revealer) -> Response:
    """Uncover the identity; the reason is sealed in the history of the case."""

    def act(desk: Desk) -> None:
        form = page.form(RevealPage)
        case = case_by_reference(desk, service.REVEAL, reference)
        service.reveal(desk, case.id, RevealIn(reason=_reason(form)))

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        case_by_reference(desk, service.REVEAL, reference)
        return _asked(desk, reference)

    return page.act_or_show(act, f"/cases/{reference}/identity", IDENTITY, again)


def _reason(form: RevealPage) -> str:
    more = form.more.strip()
    if form.purpose not in REASONS:
        raise _wrong("purpose", mark("Choose an answer."))
    if form.purpose == OTHER and len(more) < 10:
        raise _wrong("more", mark("Say it in a few words, at least 10 characters."))
    if len(more) > 800:
        raise _wrong("more", mark("This is too long. Use at most 800 characters."))
    said = more if form.purpose == OTHER else f"{REASONS[form.purpose]}. {more}"
    return said.strip()


def _asked(desk: Desk, reference: str) -> dict[str, Any]:
    return {
        "here": "cases",
        "reference": reference,
        "reasons": list(REASONS.items()),
        "minutes": desk.policies.safeguards.reveal_minutes,
        "known": None,
        "until": None,
        "joins": permitted(desk, joining.MERGE),
        "writes": permitted(desk, writing_pages.WRITE),
    }


def _shown(found: Any) -> dict[str, Any]:
    known = [(title, _text(found.identity[field])) for field, title in TITLES.items() if found.identity.get(field)]
    return {"known": known, "until": found.until}


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _wrong(field: str, sentence: str) -> Invalid:
    return Invalid("Some answers are missing or cannot be read.", extra=at_field(field, sentence))

