"""The HTML door of the walls room: seal a case, keep somebody away from a person, declare one's own conflict."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Response

from app.access.desk import Desk
from app.access.may import case_by_reference
from app.access.page_door import Page, opens
from app.access.stepup import must_be_fresh
from app.casework import onlookers
from app.kit.errors import Invalid
from app.kit.words import say_as
from app.walls import blocks, queries, seals
from app.walls.forms import BlockPage, ConflictPage, LiftBlockPage, LiftPage, NamesPage, SealPage
from app.walls.schemas import BlockIn, ConflictIn, LiftIn, NamesIn, SealIn

router = APIRouter()

Reader = Annotated[Page, Depends(opens("case:read"))]
Sealer = Annotated[Page, Depends(opens("case:seal"))]
Blocker = Annotated[Page, Depends(opens("case:block"))]
Context = dict[str, Any]

_REFUSED: Final = {"names_do_not_carry": "names", "block_lifted": "block_id", "own_conflict": "block_id"}


@router.get("/cases/{reference}/seal")
def seal_page(reference: str, page: Sealer) -> Response:
    """The seal of the case, and the form that fits: seal it, or change and lift the seal that is there."""
    return page.show("walls/seal.html", **_seal(page, reference, fresh=True))


@router.post("/cases/{reference}/seal")
def seal(reference: str, page: Sealer) -> Response:
    """Seal everything of the person at once; a second person confirms it."""
    form = _form(page, "walls/seal.html", _seal, reference, SealPage)
    body = SealIn(names=form.names, reason=form.reason)
    return _act(page, reference, seals.SEAL, "sealed", lambda desk, case_id: seals.seal(desk, case_id, body))


@router.post("/cases/{reference}/seal/names")
def seal_names(reference: str, page: Sealer) -> Response:
    """Change who sees the sealed case: whoever was ticked is named, the others are struck."""
    form = _form(page, "walls/seal.html", _seal, reference, NamesPage)

    def act(desk: Desk, case_id: str) -> None:
        named = {each.user_id for each in seals.shown(desk, case_id).names}
        wanted = set(form.names)
        seals.rename(desk, case_id, NamesIn(add=sorted(wanted - named), strike=sorted(named - wanted)))

    return _act(page, reference, seals.SEAL, "names", act)


@router.post("/cases/{reference}/seal/lift")
def seal_lift(reference: str, page: Sealer) -> Response:
    """Ask for the seal to be lifted; it holds until a second person agrees."""
    form = _form(page, "walls/seal.html", _seal, reference, LiftPage)
    return _act(page, reference, seals.SEAL, "lift", lambda desk, case_id: seals.lift(desk, case_id, form.reason))


@router.get("/cases/{reference}/blocks")
def blocks_page(reference: str, page: Blocker) -> Response:
    """Who is kept away from the person, and the form to keep somebody away."""
    return page.show("walls/blocks.html", **_blocks(page, reference))


@router.post("/cases/{reference}/blocks")
def set_block(reference: str, page: Blocker) -> Response:
    """Keep a country, an agency or a colleague away from the person, from now on."""
    form = _form(page, "walls/blocks.html", _blocks, reference, BlockPage)
    if not form.value:
        rule = {"field": form.against.value, "rule": "choose one"}
        raise Invalid("Say whom to keep away.", extra={"errors": [rule]})
    body = BlockIn(against=form.against, value=form.value, why=form.why, reason=form.reason)
    return _act(
        page, reference, blocks.BLOCK, "block", lambda desk, case_id: blocks.set_block(desk, "case", case_id, body)
    )


@router.post("/cases/{reference}/blocks/lift")
def lift_block(reference: str, page: Blocker) -> Response:
    """Lift a block; it stays in the list."""
    form = _form(page, "walls/blocks.html", _blocks, reference, LiftBlockPage)
    body = LiftIn(reason=form.reason)

    def act(desk: Desk, case_id: str) -> None:
        blocks.lift(desk, "case", case_id, form.block_id, body.reason)

    return _act(page, reference, blocks.BLOCK, "unblock", act)


@router.get("/cases/{reference}/conflict")
def conflict_page(reference: str, page: Reader) -> Response:
    """The form to say that one is tied to somebody in this case."""
    return page.show("walls/conflict.html", **_plain(page, reference))


@router.post("/cases/{reference}/conflict")
def conflict(reference: str, page: Reader) -> Response:
    """Declare it; the case leaves one's sight at once, so the way leads to the own work."""
    form = _form(page, "walls/conflict.html", _plain, reference, ConflictPage)

    def act(desk: Desk) -> None:
        case = case_by_reference(desk, "case:read", reference)
        blocks.declare(desk, case.id, ConflictIn(note=form.note.strip() or None))

    return page.act(act, then="/")


def _form(page: Page, template: str, context: Callable[[Page, str], Context], reference: str, model: Any) -> Any:
    """The posted form; whatever is refused from here on shows ``template`` once more."""
    page.again(template, _REFUSED, **context(page, reference))
    return page.form(model)


def _act(
    page: Page, reference: str, permission: str, done: str, act: Callable[[Desk, str], Any]
) -> Response:
    """Act on the case of that reference within ``permission``, and go on to its access page."""

    def on_case(desk: Desk) -> None:
        act(desk, case_by_reference(desk, permission, reference).id)

    return page.act(on_case, then=f"/cases/{reference}/access?done={done}")


def _plain(page: Page, reference: str) -> Context:
    with page.write() as desk:
        return {"reference": case_by_reference(desk, "case:read", reference).reference, "here": "cases"}


def _seal(page: Page, reference: str, *, fresh: bool = False) -> Context:
    """``fresh``: have the person prove first that it is them, so that nothing typed is lost to it."""
    with page.write() as desk:
        case = case_by_reference(desk, seals.SEAL, reference)
        if fresh:
            must_be_fresh(desk, "sealing a case")
        found = seals.shown(desk, case.id)
        return {"reference": reference, "here": "cases", "seal": found, "people": _colleagues(desk, case.id)}


def _blocks(page: Page, reference: str) -> Context:
    with page.write() as desk:
        case = case_by_reference(desk, blocks.BLOCK, reference)
        found = blocks.listed(desk, "case", case.id)
        known = queries.display_names(desk, [each.value for each in found.items if each.against.value == "user"])
        policies, here = desk.policies, desk.actor.country
        agencies = {each.organisation for each in policies.countries[here].offices} - {desk.actor.organisation}
        return {
            "reference": reference,
            "here": "cases",
            "blocks": found.items,
            "names": known,
            "people": [each for each in _colleagues(desk, case.id) if each[0] != desk.actor.id],
            "organisations": [(each, each) for each in sorted(agencies)],
            "countries": [
                (code, say_as("country", each.name))
                for code, each in sorted(policies.countries.items())
                if code != here
            ],
        }


def _colleagues(desk: Desk, case_id: str) -> list[tuple[str, str]]:
    """Id and name of everybody whose rights reach the case, by name."""
    names = queries.display_names(desk, onlookers.reached(desk, "case:read", case_id))
    return sorted(names.items(), key=lambda each: each[1])
