"""The HTML door to writing down who somebody is, once it is known, or putting it right; what is known stays covered."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access.desk import Desk
from app.access.may import case_by_reference
from app.access.page_door import Page, opens
from app.access.sheet import PageForm
from app.casework import fieldgroups
from app.casework.held import hold_case
from app.casework.lookalikes import REASONS
from app.kit.errors import AppError, Invalid
from app.kit.fields import at_field
from app.kit.words import mark
from app.people import service
from app.people.schemas import IdentityIn
from policies.model import FieldGroup

router = APIRouter()

WRITE: Final = "record:write"
TEMPLATE: Final = "people/write.html"
Writer = Annotated[Page, Depends(opens(WRITE))]
_DONE: Final = "written"
_BUDDHIST_FROM, _BUDDHIST = 2400, 543
_NO_YEAR: Final = mark("Type the year in four digits, such as 2003 or 2546, or leave it open.")
_NOTHING: Final = mark("Type at least one thing that is new.")


class WritePage(PageForm):
    """What is known now; what is left empty stays as it was."""

    given_names: str = ""
    family_name: str = ""
    birth_year: str = ""
    place_of_origin: str = ""

    def known(self) -> dict[str, Any]:
        """What was typed. Invalid (422) at the year for one that is no number, and where nothing was typed."""
        typed = {name: " ".join(value.split()) for name, value in self.model_dump().items() if value.strip()}
        if not typed:
            raise Invalid(extra=at_field("given_names", _NOTHING))
        year = typed.pop("birth_year", None)
        if year is None:
            return typed
        if not year.isdecimal() or len(year) != 4:
            raise Invalid(extra=at_field("birth_year", _NO_YEAR))
        # A year this large is one of the Buddhist era.
        return {**typed, "birth_year": int(year) - (_BUDDHIST if int(year) >= _BUDDHIST_FROM else 0)}


@router.get("/cases/{reference}/identity/write")
def writing(reference: str, page: Writer, done: Annotated[str, Query(max_length=10)] = "") -> Response:
    """The form; once something was written, also the cases that may be the same person's, with the reasons."""
    with page.write() as desk:
        context = _context(desk, reference, done == _DONE)
    return page.show(TEMPLATE, **context)


@router.post("/cases/{reference}/identity/write")
def write(reference: str, page: Writer) -> Response:
    """Lay what was typed over what is known."""
    form = page.form(WritePage)

    def act(desk: Desk) -> None:
        case = case_by_reference(desk, WRITE, reference)
        try:
            service.correct(desk, case.id, IdentityIn(identity=form.known()), page.version)
        except Invalid as error:
            raise _at_fields(error) from None

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return _context(desk, reference, False)

    return page.act_or_show(act, f"/cases/{reference}/identity/write?done={_DONE}", TEMPLATE, again)


def _at_fields(error: Invalid) -> Invalid:
    """The same refusal, each rule at the field of this page."""
    errors = [{**each, "field": each["field"].removeprefix("identity.")} for each in error.extra.get("errors", ())]
    return Invalid(error.detail, extra={**error.extra, "errors": errors})


def _context(desk: Desk, reference: str, written: bool) -> dict[str, Any]:
    case = case_by_reference(desk, WRITE, reference)
    fieldgroups.must_see(desk, FieldGroup.IDENTITY)
    held = hold_case(desk, case.id, lock=False)
    return {
        "here": "cases",
        "reference": case.reference,
        "version": case.version,
        "written": written,
        "similar": service.may_be_the_same(desk, held) if written else [],
        "reasons": REASONS,
    }
