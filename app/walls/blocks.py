"""Blocks and conflicts: keep a country, an agency or an account away from one person, whatever its rights."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row, insert, update

from app.access import notices, rows
from app.access.desk import Desk
from app.access.log import looked
from app.access.may import visible_case, visible_referral
from app.casework import move, recording
from app.casework.colleagues import colleague
from app.casework.held import Held, hold_case, hold_referral
from app.casework.history import Event
from app.casework.opening import leave_team
from app.casework.reach import SEEING, permit
from app.kit.errors import Conflict, Invalid, NotFound
from app.models.base import is_id, new_id
from app.walls import queries
from app.walls.queries import BLOCKS
from app.walls.schemas import Against, BlockIn, BlockOut, BlocksOut, ConflictIn, ConflictOut, Why
from workflows.facts import CaseFacts

BLOCK: Final = "case:block"
REFERRAL: Final = "referral"


def listed(desk: Desk, kind: str, subject_id: str) -> BlocksOut:
    """The blocks of the person of this case or referral copy; the look is noted."""
    _visible(desk, kind, subject_id)
    looked(desk, "blocks_read", kind, subject_id)
    held = _held(desk, kind, subject_id, lock=False)
    return BlocksOut(items=[_out(desk, row) for row in queries.blocks(desk, held.key_id)])


def set_block(desk: Desk, kind: str, subject_id: str, body: BlockIn) -> BlockOut:
    """Keep somebody away from the person from now on.

    Another country is kept away by the rules of referral as well: it is filed as a circumstance of the case.
    Invalid (422) for somebody unknown, and for a block that would shut out the whole country or its own author.
    """
    _visible(desk, kind, subject_id)
    held = _held(desk, kind, subject_id)
    if body.until is not None and body.until <= desk.now:
        raise _unfit("until", "later than now, or left out")
    _must_fit(desk, held, body)
    if body.against is Against.COUNTRY and held.kind == "case":
        _file_country(desk, subject_id, body.value, blocked=True)
        held = _held(desk, kind, subject_id)
    block_id = _insert(desk, held, body.against, body.value, body.why, body.until)
    details = {"block": block_id, "against": body.against.value, "why": body.why.value}
    move.remark(desk, held, Event("block", "set", held.version, details, desk.now, body.reason))
    looked(desk, "block_set", kind, subject_id, {**details, "value": body.value})
    row = queries.block(desk, held.key_id, block_id)
    assert row is not None
    return _out(desk, row)


def lift(desk: Desk, kind: str, subject_id: str, block_id: str, reason: str) -> BlockOut:
    """Lift a block. NotFound if it is none of this person, Conflict if it was lifted already."""
    _visible(desk, kind, subject_id)
    held = _held(desk, kind, subject_id)
    row = queries.block(desk, held.key_id, block_id) if is_id(block_id) else None
    if row is None:
        raise NotFound()
    if row.why == Why.CONFLICT_OF_INTEREST and row.value == desk.actor.id:
        raise Conflict("Nobody lifts the block that keeps themselves away.", code="own_conflict")
    done: Any = desk.session.execute(
        update(BLOCKS)
        .where(BLOCKS.c.id == block_id, BLOCKS.c.lifted_at.is_(None))
        .values(lifted_at=desk.now, lifted_by=desk.actor.id)
    )
    if done.rowcount != 1:
        raise Conflict("This block was lifted already.", code="block_lifted")
    if row.kind == Against.COUNTRY and held.kind == "case":
        _file_country(desk, subject_id, row.value, blocked=False)
        held = _held(desk, kind, subject_id)
    details = {"block": block_id, "against": row.kind, "why": row.why}
    move.remark(desk, held, Event("block", "lift", held.version, details, desk.now, reason))
    looked(desk, "block_lifted", kind, subject_id, {"block": block_id})
    after = queries.block(desk, held.key_id, block_id)
    assert after is not None
    return _out(desk, after)


def declare(desk: Desk, case_id: str, body: ConflictIn) -> ConflictOut:
    """Declare the own conflict of interest: the case leaves one's sight at once, and who names teams is told."""
    visible_case(desk, SEEING, case_id)
    # Whoever has declared it does not see the case any more, not even for the rest of this transaction.
    with rows.as_the_house(desk.session, desk.actor.country):
        held = hold_case(desk, case_id)
        block_id = _insert(desk, held, Against.USER, desk.actor.id, Why.CONFLICT_OF_INTEREST, None)
        leave_team(desk, case_id, desk.actor.id)
        details = {"block": block_id, "user": desk.actor.id}
        move.remark(desk, held, Event("block", "conflict", held.version, details, desk.now, body.note))
    looked(desk, "conflict_declared", "case", case_id, details)
    told = set(notices.holders(desk, "case:assign", str(held.row.office_id))) - {desk.actor.id}
    notices.tell(desk, told, "conflict_declared", "case", case_id, {"user": desk.actor.id})
    return ConflictOut(version=held.version)


def _insert(desk: Desk, held: Held, against: Against, value: str, why: Why, until: Any) -> str:
    block_id = new_id()
    row = {
        "id": block_id, "country": desk.actor.country, "key_id": held.key_id, "kind": against.value, "value": value,
        "why": why.value, "set_by": desk.actor.id, "since": desk.now, "until": until, "lifted_at": None,
        "lifted_by": None,
    }  # fmt: skip
    desk.session.execute(insert(BLOCKS), row)
    return block_id


def _must_fit(desk: Desk, held: Held, body: BlockIn) -> None:
    actor = desk.actor
    if body.against is Against.COUNTRY:
        if body.value not in desk.policies.countries:
            raise _unfit("value", f"a country, one of: {', '.join(sorted(desk.policies.countries))}")
        if body.value == actor.country:
            raise _unfit("value", "another country: this one would lose sight of the person altogether")
        if held.kind != "case":
            raise _unfit("against", "organisation or user, as long as there is no case of the person here")
    elif body.against is Against.ORGANISATION:
        if not queries.knows_organisation(desk, body.value):
            raise _unfit("value", "the code of an organisation of this country")
        if body.value == actor.organisation:
            raise _unfit("value", "another organisation than your own: you would lose sight of the person yourself")
    elif body.value == actor.id:
        raise _unfit("value", "somebody else; of your own ties tell by declaring a conflict of interest")
    elif colleague(desk, body.value) is None:
        raise _unfit("value", "the id of an account of this country")


def _file_country(desk: Desk, case_id: str, country: str, *, blocked: bool) -> None:
    held = hold_case(desk, case_id)
    assert isinstance(held.facts, CaseFacts)
    # What an older record has in words blocked nothing, and no record says it again.
    known = held.facts.blocked_countries & desk.policies.countries.keys()
    wanted = known | {country} if blocked else known - {country}
    if wanted != known:
        body = {"blocked_countries": sorted(wanted)}
        recording.add_record(desk, case_id, "circumstances", body, held.version)


def _visible(desk: Desk, kind: str, subject_id: str) -> None:
    if kind == REFERRAL:
        visible_referral(desk, BLOCK, subject_id)
    else:
        permit(desk, BLOCK, subject_id, "block")


def _held(desk: Desk, kind: str, subject_id: str, lock: bool = True) -> Held:
    return hold_referral(desk, subject_id, lock) if kind == REFERRAL else hold_case(desk, subject_id, lock)


def _unfit(field: str, rule: str) -> Invalid:
    return Invalid("This block does not fit.", extra={"errors": [{"field": field, "rule": rule}]})


def _out(desk: Desk, row: Row[Any]) -> BlockOut:
    over = row.lifted_at is not None or (row.until is not None and row.until <= desk.now)
    return BlockOut(
        id=row.id, against=row.kind, value=row.value, why=row.why, set_by=row.set_by, since=row.since, until=row.until,
        lifted_at=row.lifted_at, in_force=not over,
    )  # fmt: skip
