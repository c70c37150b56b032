"""The six pages that open a case: each is kept when it is sent, and the last one shows everything before it counts."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access import drafts
from app.access.desk import Desk
from app.access.page_door import Page, opens
from app.access.sheet import Typed
from app.cases import listing, new_case, new_checks
from app.cases.new_case import CHECK, PAGES, PLACE
from app.cases.new_choices import choices
from app.cases.new_forms import (
    ConsentPage,
    ContactPage,
    KnownPage,
    NeedsPage,
    NothingPage,
    SafetyPage,
    SamePage,
)
from app.casework.inputs import SILENCES
from app.casework.spelling.zawgyi import in_unicode
from app.kit import names

router = APIRouter()

Opener = Annotated[Page, Depends(opens("case:create"))]
Back = Annotated[str, Query(max_length=10)]

_, CONSENT, KNOWN, CONTACT, NEEDS = PAGES
_TEMPLATES: Final = {
    PLACE: "cases/new_safety.html",
    CONSENT: "cases/new_consent.html",
    KNOWN: "cases/new_known.html",
    CONTACT: "cases/new_contact.html",
    NEEDS: "cases/new_needs.html",
}


@router.get(PLACE)
def safety_page(page: Opener, back: Back = "") -> Response:
    """The first page: is the person safe now?"""
    return _page(page, PLACE, back)


@router.post(PLACE)
def safety(page: Opener) -> Response:
    """Keep the first page."""
    _again(page, PLACE)
    form = page.form(SafetyPage)
    new_checks.check_codes(page.house.policies, source=("case_source", form.source))
    return _kept(page, PLACE, form.model_dump())


@router.get(CONSENT)
def consent_page(page: Opener, back: Back = "") -> Response:
    """The second page: does the person agree to be written down?"""
    return _page(page, CONSENT, back)


@router.post(CONSENT)
def consent(page: Opener) -> Response:
    """Keep the second page."""
    _again(page, CONSENT)
    form = page.form(ConsentPage)
    if form.consent == "yes":
        new_checks.must_explain(giver=form.giver, form=form.form)
    return _kept(page, CONSENT, form.model_dump())


@router.get(KNOWN)
def known_page(page: Opener, back: Back = "") -> Response:
    """The third page: what is known of the person."""
    return _page(page, KNOWN, back)


@router.post(KNOWN)
def known(page: Opener) -> Response:
    """Keep the third page."""
    _again(page, KNOWN)
    form = page.form(KnownPage)
    age = "unknown" if form.age == new_case.DOUBT else form.age
    new_checks.check_codes(
        page.house.policies, age=("age_band", age), sex=("sex", form.sex),
        exploitation=("exploitation", form.exploitation),
    )  # fmt: skip
    new_checks.check_nationality(form.nationality)
    new_checks.not_both(form.model_dump())
    with page.read() as desk:
        year = new_checks.year_of(desk, form.birth_year.strip())
        new_checks.check_places(desk, form.model_dump())
        new_checks.check_birth(desk, year, form.age != "18+", age)
        wrong = new_checks.against_earlier(desk, new_case.answers(desk).get(new_case.SAME, ""), form.age)
    if wrong is not None:
        raise wrong
    names_typed = {"given_names": form.given_names, "family_name": form.family_name}
    offer = new_checks.zawgyi_offer(*names_typed.values())
    if offer is not None and not form.spelling:
        _again(page, KNOWN, zawgyi=offer)
        raise new_checks.must_choose_spelling()
    if offer is not None and form.spelling == "unicode":
        names_typed = {field: in_unicode(typed) for field, typed in names_typed.items()}
    return _kept(page, KNOWN, {**form.model_dump(), **names_typed, "birth_year": year, "spelling": ""})


@router.get(CONTACT)
def contact_page(page: Opener, back: Back = "") -> Response:
    """The fourth page: language, and how to reach the person without harm."""
    return _page(page, CONTACT, back)


@router.post(CONTACT)
def contact(page: Opener) -> Response:
    """Keep the fourth page."""
    _again(page, CONTACT)
    form = page.form(ContactPage)
    new_checks.not_both(form.model_dump())
    language = new_checks.language_of(form.language, form.other_language)
    return _kept(page, CONTACT, {**form.model_dump(), "language": language, "other_language": ""})


@router.get(NEEDS)
def needs_page(page: Opener, back: Back = "") -> Response:
    """The fifth page: what cannot wait."""
    return _page(page, NEEDS, back)


@router.post(NEEDS)
def needs(page: Opener) -> Response:
    """Keep the fifth page."""
    _again(page, NEEDS)
    form = page.form(NeedsPage)
    new_checks.check_codes(page.house.policies, level=("risk_level", form.level))
    return _kept(page, NEEDS, form.model_dump())


@router.get(CHECK)
def check_page(page: Opener) -> Response:
    """The last page: all answers, and cases that may be the same person's."""
    with page.write() as desk:
        said = new_case.answers(desk)
        missing = new_case.first_open(said)
        found = new_case.candidates(desk, said) if missing is None else []
    if missing is not None:
        return page.to(missing)
    return page.show(
        "cases/new_check.html", here="cases", said=new_case.filled(said), words=_words(page), candidates=found,
        language=names.language, silences=SILENCES,
        came_back=new_case.came_back_on(said) if said.get("returned_from") else None,
    )


@router.post(f"{PLACE}/same")
def same(page: Opener) -> Response:
    """Say which earlier case is the same person's, or that none is."""
    form = page.form(SamePage)
    return page.act(lambda desk: new_case.choose_same(desk, form.reference), then=CHECK)


@router.post(f"{PLACE}/open")
def open_case(page: Opener) -> Response:
    """Open the case; the page that asks for the age, if the earlier case of the person speaks against the answer."""
    page.form(NothingPage)
    with page.read() as desk:
        said = new_case.answers(desk)
        wrong = new_checks.against_earlier(desk, said.get(new_case.SAME, ""), said.get("age", ""))
    if wrong is not None:
        typed = Typed([*said.items(), ("back", "check")])
        return page.show_refused(wrong, _TEMPLATES[KNOWN], {**_context(page, KNOWN, said), "typed": typed})
    return page.act(new_case.open_case, then=listing.CASES)


@router.post(f"{PLACE}/discard")
def discard(page: Opener) -> Response:
    """Throw the answers away."""
    page.form(NothingPage)
    return page.act(lambda desk: drafts.forget(desk, new_case.DRAFT), then=listing.CASES)


def _page(page: Page, path: str, back: str) -> Response:
    with page.read() as desk:
        said = new_case.answers(desk)
        missing = new_case.first_open(said)
    if missing is not None and list(PAGES).index(path) > list(PAGES).index(missing):
        return page.to(missing)
    typed = Typed([*said.items(), ("back", "check" if back == "check" else "")])
    return page.show(_TEMPLATES[path], **_context(page, path, said), typed=typed)


def _again(page: Page, path: str, zawgyi: tuple[str, str] | None = None) -> None:
    """If something is wrong with what was sent, show the page once more; ``zawgyi``: a name as typed and in Unicode."""
    with page.read() as desk:
        said = new_case.answers(desk)
    page.again(_TEMPLATES[path], **_context(page, path, said, zawgyi))


def _kept(page: Page, path: str, typed: dict[str, str]) -> Response:
    def act(desk: Desk) -> str:
        return new_case.keep(desk, path, typed)

    return page.act(act, then=CHECK)


def _context(
    page: Page, path: str, said: dict[str, str], zawgyi: tuple[str, str] | None = None
) -> dict[str, Any]:
    paths = list(PAGES)
    at = paths.index(path)
    return {
        "here": "cases",
        "said": said,
        "silences": SILENCES,
        "offered": choices(page.house, page.reader),
        "number": at + 1,
        "last": len(paths) + 1,
        "before": paths[at - 1] if at else "",
        "action": path,
        "language": names.language,
        "zawgyi": zawgyi,
    }


def _words(page: Page) -> dict[str, dict[str, str]]:
    """Question -> value -> word, for showing what was answered."""
    return {name: dict(offered) for name, offered in choices(page.house, page.reader).items()}
