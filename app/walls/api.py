"""The JSON door of the walls room."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from app.access.approval_shapes import ApprovalAskedOut
from app.access.door import Door, needs
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.kit.problems import documented
from app.walls import blocks, seals
from app.walls.schemas import BlockIn, BlockOut, BlocksOut, ConflictIn, ConflictOut, LiftIn, NamesIn, SealIn, SealOut

router = APIRouter(tags=["walls"])

Reader = Annotated[Door, Depends(needs("case:read"))]
Sealer = Annotated[Door, Depends(needs("case:seal"))]
Blocker = Annotated[Door, Depends(needs("case:block"))]
CHANGES: Final = documented(Invalid, Forbidden, NotFound, Conflict)


@router.get(
    "/cases/{case_id}/seal", response_model=SealOut, responses=documented(NotFound), summary="See the seal of a case"
)
def read_seal(case_id: str, door: Reader) -> SealOut:
    """Whether the case is sealed, and for whom."""
    with door.write() as desk:
        return seals.shown(desk, case_id)


@router.post("/cases/{case_id}/seal", response_model=SealOut, responses=CHANGES, summary="Seal a case")
def put_seal(case_id: str, body: SealIn, door: Sealer) -> Response:
    """Seal every case and referral of the person, at once: from now on only the named people see them.

    A seal wins over every right, also over an emergency. At least two are named, one of whom may lift it. It holds
    from this moment; a second named person who may seal confirms it, or refuses it and so ends it.
    """
    return door.once(lambda desk: seals.seal(desk, case_id, body))


@router.post(
    "/cases/{case_id}/seal/lift",
    status_code=202,
    response_model=ApprovalAskedOut,
    responses=CHANGES,
    summary="Ask for a seal to be lifted",
)
def lift_seal(case_id: str, body: LiftIn, door: Sealer) -> Response:
    """Ask for the seal to be lifted. It holds until a second named person who may seal has agreed."""
    return door.once(lambda desk: seals.lift(desk, case_id, body.reason), status=202)


@router.post(
    "/cases/{case_id}/seal/names", response_model=SealOut, responses=CHANGES, summary="Change who sees a sealed case"
)
def change_names(case_id: str, body: NamesIn, door: Sealer) -> Response:
    """Add names to the seal, or strike some."""
    return door.once(lambda desk: seals.rename(desk, case_id, body))


@router.get(
    "/cases/{case_id}/blocks", response_model=BlocksOut, responses=documented(NotFound), summary="List blocks"
)
def list_blocks(case_id: str, door: Blocker) -> BlocksOut:
    """Who is kept away from the person of this case, and who was."""
    with door.write() as desk:
        return blocks.listed(desk, "case", case_id)


@router.post(
    "/cases/{case_id}/blocks", status_code=201, response_model=BlockOut, responses=CHANGES, summary="Set a block"
)
def set_block(case_id: str, body: BlockIn, door: Blocker) -> Response:
    """Keep a country, an agency or an account away from the person: family, complicity, conflict, safety.

    It counts from this moment, in every list, page, task and referral, and wins over every right.
    """
    return door.once(lambda desk: blocks.set_block(desk, "case", case_id, body), status=201)


@router.post(
    "/cases/{case_id}/blocks/{block_id}/lift", response_model=BlockOut, responses=CHANGES, summary="Lift a block"
)
def lift_block(case_id: str, block_id: str, body: LiftIn, door: Blocker) -> Response:
    """Lift a block. It stays in the list, with who lifted it."""
    return door.once(lambda desk: blocks.lift(desk, "case", case_id, block_id, body.reason))


@router.get(
    "/referrals/{referral_id}/blocks",
    response_model=BlocksOut,
    responses=documented(NotFound),
    summary="List blocks of a referral's person",
)
def list_referral_blocks(referral_id: str, door: Blocker) -> BlocksOut:
    """Who is kept away from the person of this referral."""
    with door.write() as desk:
        return blocks.listed(desk, "referral", referral_id)


@router.post(
    "/referrals/{referral_id}/blocks",
    status_code=201,
    response_model=BlockOut,
    responses=CHANGES,
    summary="Set a block for a referral's person",
)
def set_referral_block(referral_id: str, body: BlockIn, door: Blocker) -> Response:
    """Keep an agency or an account away from the person before there is a case of them here."""
    return door.once(lambda desk: blocks.set_block(desk, "referral", referral_id, body), status=201)


@router.post(
    "/referrals/{referral_id}/blocks/{block_id}/lift",
    response_model=BlockOut,
    responses=CHANGES,
    summary="Lift a block of a referral's person",
)
def lift_referral_block(referral_id: str, block_id: str, body: LiftIn, door: Blocker) -> Response:
    """Lift a block."""
    return door.once(lambda desk: blocks.lift(desk, "referral", referral_id, block_id, body.reason))


@router.post(
    "/cases/{case_id}/conflicts",
    status_code=201,
    response_model=ConflictOut,
    responses=documented(NotFound),
    summary="Declare a conflict of interest",
)
def declare_conflict(case_id: str, body: ConflictIn, door: Reader) -> Response:
    """Say that you are tied to somebody in this case. It leaves your sight at once; the office is told."""
    return door.once(lambda desk: blocks.declare(desk, case_id, body), status=201)
