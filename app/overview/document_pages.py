"""The pages of a case's files: add one, see what is known of one, save it, mark it as entered in error."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access.desk import Desk
from app.access.page_door import Page, opens
from app.casework import fieldgroups
from app.documents import service
from app.documents.schemas import DocumentIn, DocumentOut, ErrorIn
from app.documents.washing import ENDINGS, Washed, wash
from app.kit.errors import AppError, Invalid
from app.kit.fields import at_field
from app.kit.typed import Typed
from app.kit.typed_dates import typed_day
from app.kit.words import mark
from app.models.base import is_id
from app.overview import case_queries
from app.overview.case_frame import Opened, open_case

router = APIRouter()

Adder = Annotated[Page, Depends(opens(service.WRITE, files=True))]
Writer = Annotated[Page, Depends(opens(service.WRITE))]
Reader = Annotated[Page, Depends(opens(service.READ))]
Replaced = Annotated[str, Query(max_length=36)]

FORM: Final = "overview/case_document_form.html"
ONE: Final = "overview/case_document.html"
_TOO_LONG: Final = mark("This is too long. Use at most 1000 characters.")
_LONGEST: Final = 1000
# What was taken out of a file -> what its page says of it.
REMOVED: Final = {
    "details": mark("hidden details of who made it, where and when"),
    "actions": mark("scripts and links that act by themselves"),
}


@router.get("/cases/{reference}/documents/new")
def new_document_page(reference: str, page: Writer, replaces: Replaced = "") -> Response:
    """The form to add a file; ``replaces``: the file that it corrects."""
    with page.write() as desk:
        context = _form(desk, reference, replaces)
    return page.show(FORM, **context)


@router.post("/cases/{reference}/documents/new")
def new_document(reference: str, page: Adder) -> Response:
    """Keep the file that was sent; whatever is wrong with it, what was typed stays."""
    typed = page.typed_form()

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return _form(desk, reference, typed.get("replaces", ""))

    try:
        told, file = _taken(page, reference, typed)
    except Invalid as error:
        with page.write() as desk:
            context = again(desk, error)
        return page.show_refused(error, FORM, context)

    def act(desk: Desk) -> str:
        opened = open_case(desk, reference, service.WRITE)
        service.added(desk, opened.id, told, file)
        return f"{opened.path}/documents?done=file"

    return page.act_or_show(act, f"/cases/{reference}/documents?done=file", FORM, again)


@router.get("/cases/{reference}/documents/{document_id}")
def document_page(reference: str, document_id: str, page: Reader) -> Response:
    """What is known of one file."""
    with page.write() as desk:
        context = _one(desk, reference, document_id)
    return page.show(ONE, **context)


@router.get("/cases/{reference}/documents/{document_id}/file")
def document_file(reference: str, document_id: str, page: Reader) -> Response:
    """The file itself, to be saved; the download is noted."""
    with page.write() as desk:
        opened = open_case(desk, reference, service.READ)
        file = service.given(desk, opened.id, document_id)
    return page.attachment(file.content, file.media_type, file.headers)


@router.post("/cases/{reference}/documents/{document_id}/error")
def document_error(reference: str, document_id: str, page: Writer) -> Response:
    """Mark the file as entered in error."""
    reason = page.typed_form().get("reason", "")

    def act(desk: Desk) -> None:
        opened = open_case(desk, reference, service.WRITE)
        service.marked(desk, opened.id, document_id, ErrorIn(reason=reason[:40]))

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return _one(desk, reference, document_id)

    return page.act_or_show(act, f"/cases/{reference}/documents?done=error", ONE, again)


def _taken(page: Page, reference: str, typed: Typed) -> tuple[DocumentIn, Washed]:
    """What was told of the file, and the clean file; everything that is wrong with either is told at once."""
    wrong: list[dict[str, str]] = []
    told, file = None, None
    # The file stands first in the form, so what is wrong with it is told first.
    with page.read() as desk:
        opened = open_case(desk, reference, service.WRITE)
        service.may_add(desk, opened.id, typed.get("kind", ""))
        rules = desk.policies.safeguards.files
        try:
            told = _told(typed)
            service.checked(desk, told)
        except Invalid as error:
            wrong += error.extra["errors"]
    try:
        file = wash(page.sent_file("file"), rules)
    except Invalid as error:
        wrong[:0] = error.extra["errors"]
    if wrong or told is None or file is None:
        raise Invalid("Some answers are missing or cannot be read.", extra={"errors": wrong})
    return told, file


def _told(typed: Typed) -> DocumentIn:
    said = {name: typed.get(name, "").strip() for name in ("kind", "language", "note", "replaces", "reason")}
    if len(said["note"]) > _LONGEST:
        raise _wrong("note", _TOO_LONG)
    replaces = said["replaces"] if is_id(said["replaces"]) else ""
    return DocumentIn(
        kind=said["kind"][:40],
        issued=_day(typed),
        language=said["language"][:20] or None,
        note=said["note"] or None,
        replaces=replaces or None,
        reason=said["reason"][:40] or None,
    )


def _day(typed: Typed) -> date | None:
    parts = [typed.get(f"issued_{part}", "").strip() for part in ("day", "month", "year")]
    if not any(parts):
        return None
    try:
        return typed_day(*parts)
    except ValueError as error:
        raise _wrong("issued", str(error)) from None


def _wrong(field: str, sentence: str) -> Invalid:
    return Invalid("Some answers are missing or cannot be read.", extra=at_field(field, sentence))


def _form(desk: Desk, reference: str, replaces: str) -> dict[str, Any]:
    opened = open_case(desk, reference, service.WRITE, look="next_steps_read", document=True)
    policies, seen = desk.policies, fieldgroups.groups_of(desk)
    replaced = service.read(desk, opened.id, replaces) if is_id(replaces) else None
    return {
        "here": "cases",
        "section": "documents",
        "case": opened,
        "kinds": [code for code, group in service.groups(policies).items() if group in seen],
        "languages": list(policies.codes["language"].codes),
        "reasons": list(policies.codes[service.REASONS].codes),
        "replaced": replaced,
        "accepted": ",".join((*ENDINGS, *(f".{ending}" for ending in ENDINGS.values()))),
        "megabytes": policies.safeguards.files.kilobytes // 1024,
    }


def _one(desk: Desk, reference: str, document_id: str) -> dict[str, Any]:
    opened = open_case(desk, reference, service.READ)
    found = service.read(desk, opened.id, document_id)
    writes = opened.reach(service.WRITE)
    return {
        "here": "cases",
        "section": "documents",
        "case": opened,
        "file": found,
        "names": _names(desk, [found]),
        "removed": [REMOVED[each] for each in found.about.removed if each in REMOVED] if found.about else [],
        "may_mark": writes and found.error is None,
        "closed": found.error is not None and found.error.reason in service.CLOSED,
        "reasons": list(desk.policies.codes[service.REASONS].codes),
    }


def files_of(desk: Desk, opened: Opened) -> dict[str, Any]:
    """What the list of files of an opened case shows: those that stand, those entered in error, who added them."""
    items = service.listed(desk, opened.id).items
    return {
        "files": [each for each in items if each.error is None],
        "wrong_files": [each for each in items if each.error is not None],
        "file_names": _names(desk, items),
        "may_add": opened.reach(service.WRITE),
        "endings": ENDINGS,
    }


def _names(desk: Desk, items: list[DocumentOut]) -> dict[str, str]:
    ids = {each.added_by for each in items} | {each.error.marked_by for each in items if each.error is not None}
    return case_queries.names_of(desk, ids)
