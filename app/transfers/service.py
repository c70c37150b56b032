"""The verbs between offices: see what is asked, answer it without opening the case, read what the person agreed to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Row

from app.access import rows, standing
from app.access.desk import Desk
from app.access.log import looked
from app.casework import fieldgroups, identity, move, recording, transfers
from app.casework.colleagues import Colleague, manager, reaches
from app.casework.held import Held, at_matter, hold_case
from app.casework.history import Event
from app.casework.move import Command, StepRefused, refusal_out
from app.casework.projection import TRANSFER
from app.casework.reach import SEEING
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.fields import at_field
from app.kit.words import mark
from app.models.base import is_id
from app.transfers import queries
from app.transfers.schemas import (
    SharedOut,
    SharedRevealIn,
    TakenOverOut,
    TakeOverIn,
    TransferDeclineIn,
    TransferOut,
    TransferQuestionIn,
    TransfersOut,
)
from workflows import engine
from workflows.facts import CaseFacts
from workflows.transfer import ANSWER, T

READ: Final = "transfer:read"
REVEAL: Final = "identity:reveal"
_COPIED: Final = (
    "id", "number", "what", "why", "urgency", "age_band", "child", "sex", "language", "state", "asked_at", "answer_by",
    "question", "reason", "suggestion", "answered_at", "ended_at", "sight_until",
)  # fmt: skip


def listed(desk: Desk) -> TransfersOut:
    """What the reader's office is asked and has asked; the look is noted."""
    ours, sent = queries.asked_of_us(desk, READ), queries.sent(desk, READ)
    looked(desk, "transfers_listed", "case_transfer", "-", {"count": len(ours) + len(sent)})
    return TransfersOut(asked_of_us=_out(desk, ours), sent=_out(desk, sent))


def one(desk: Desk, transfer_id: str) -> TransferOut:
    """One within reach, with the coded part of what the reader's office may see of the case; the look is noted."""
    row = _row(desk, transfer_id)
    looked(desk, "transfer_read", "case_transfer", row.id)
    coded = open_groups(desk, row) - frozenset(identity.PARTS)
    return _out(desk, [row], _told(desk, row, coded) if coded else {})[0]


def shown(desk: Desk, found: list[Row[Any]]) -> list[TransferOut]:
    """Rows that were read within reach, as both offices see them, with nothing of the case; the look is noted."""
    looked(desk, "transfers_listed", "case_transfer", "-", {"count": len(found)})
    return _out(desk, found)


def answers(desk: Desk, transfer_id: str) -> bool:
    """Whether the reader's office is the one to answer, and the reader may: for offering it."""
    return queries.asked(desk, ANSWER, transfer_id) is not None


def is_open(desk: Desk, transfer_id: str) -> bool:
    """Whether anything of the case behind it is open to the reader's office now."""
    return bool(open_groups(desk, _row(desk, transfer_id)))


def open_groups(desk: Desk, row: Row[Any]) -> frozenset[str]:
    """The groups of data of the case behind ``row`` that the reader's office may see now; none for a sealed case.

    Asked anew at each look: an office that shares sees what the consent of today covers, and nothing once it is
    revoked; the old office of a case that moved sees what was agreed until its time is over.
    """
    shares = row.state == T.SHARED and row.office_id == desk.office_id
    kept = (
        row.state == T.MOVED
        and row.from_office_id == desk.office_id
        and row.sight_until is not None
        and desk.now < row.sight_until
    )
    if not shares and not kept:
        return frozenset()
    named = frozenset(_codes(row.data_groups))
    with rows.as_the_house(desk.session, desk.actor.country):
        held = hold_case(desk, row.case_id, lock=False)
        if held.row.sealed:
            return frozenset()
        assert isinstance(held.facts, CaseFacts)
        matter = held.facts.matter(row.id)
        agreed = transfers.agreed(desk, held.facts, matter) if matter is not None else frozenset()
    return named & agreed


def reveal(desk: Desk, transfer_id: str, body: SharedRevealIn) -> SharedOut:
    """Read what the person agreed that this office may read, names and ways of contact too.

    The reason is sealed in the history of the case. NotFound out of reach, Conflict (code nothing_shared) where
    nothing is open to the reader's office now.
    """
    reason = body.reason.strip()
    if len(reason) < 10:
        raise Invalid("Say why.", extra=at_field("reason", mark("Give at least ten letters.")))
    row = _row(desk, transfer_id)
    groups = open_groups(desk, row)
    if not groups:
        raise Conflict("Nothing of this case is open to your office now.", code="nothing_shared")
    found = _told(desk, row, groups)
    with rows.as_the_house(desk.session, desk.actor.country):
        held = hold_case(desk, row.case_id)
        move.remark(desk, held, Event("reveal", "shared", held.version, {"groups": sorted(found)}, desk.now, reason))
    looked(desk, "reveal", "case", row.case_id, {"groups": sorted(found)})
    return SharedOut(groups=sorted(found), shared=found)


def take_over(desk: Desk, transfer_id: str, body: TakeOverIn) -> TakenOverOut:
    """Take the case over: office, worker, duties and copies move in one act. StepRefused with the reasons.

    Conflict (code kept_away) where a seal or a block keeps the colleague away who would carry it.
    """
    row = _asked(desk, transfer_id)
    to = carrier(desk, body.user_id or desk.actor.id)
    # Not for who stands in there: the case would stay with them when the absence is over.
    with rows.as_the_house(desk.session, desk.actor.country):
        held = _take(desk, row, "take_over_case", {})
        recording.assign(desk, row.case_id, to.actor.id, held.version)
        if not reaches(desk, to, SEEING, "case", row.case_id):
            raise Conflict("A seal or a block keeps this colleague away from the person.", code="kept_away")
    looked(desk, "transfer_answered", "case_transfer", row.id, {"step": "take_over_case"})
    return TakenOverOut(case_id=row.case_id, reference=held.row.reference)


def accept(desk: Desk, transfer_id: str) -> TransferOut:
    """Agree to share in the case. StepRefused with the reasons."""
    return _answer(desk, transfer_id, "accept_share", {})


def decline(desk: Desk, transfer_id: str, body: TransferDeclineIn) -> TransferOut:
    """Decline, with a reason and what could be done instead."""
    given = {"reason": body.reason, "suggestion": body.suggestion}
    return _answer(desk, transfer_id, "decline_transfer", given)


def ask_back(desk: Desk, transfer_id: str, body: TransferQuestionIn) -> TransferOut:
    """Ask something before answering; the clock of the answer begins anew when it is answered."""
    return _answer(desk, transfer_id, "ask_about_transfer", {"question": body.question})


def finish(desk: Desk, transfer_id: str) -> TransferOut:
    """Say that the work that was shared is done: sight ends at once."""
    return _answer(desk, transfer_id, "finish_share", {})


def _answer(desk: Desk, transfer_id: str, step: str, given: dict[str, Any]) -> TransferOut:
    row = _asked(desk, transfer_id)
    # The other office writes into a case it cannot open: what it did there is all it learns of it.
    with standing.acting(desk, row.office_id), rows.as_the_house(desk.session, desk.actor.country):
        _take(desk, row, step, given)
    looked(desk, "transfer_answered", "case_transfer", row.id, {"step": step})
    return one(desk, row.id)


def _take(desk: Desk, row: Row[Any], step: str, given: dict[str, Any]) -> Held:
    """Take the step; a refusal is no attempt in the timeline, made as it was by somebody who cannot see the case."""
    held = hold_case(desk, row.case_id)
    _, wanted = engine.find_step(TRANSFER, step)
    decision = engine.decide(TRANSFER, step, at_matter(held, row.id).situation(desk, given), desk.policies)
    if isinstance(decision, engine.Refused):
        told = [refusal_out(desk, each) for each in decision.refusals]
        raise StepRefused(f"'{wanted.title}' is blocked by a reason.", extra={"step": step, "refusals": told})
    return move.perform(
        desk, Command(TRANSFER, step, row.case_id, held.version, given=given, matter_id=row.id)
    ).held


def carrier(desk: Desk, user_id: str) -> Colleague:
    """Somebody of the actor's own office who carries cases; Invalid (422) for anybody else."""
    found = manager(desk, user_id)
    if found is None or found.office_id != desk.office_id:
        sentence = mark("Choose a colleague of your own office who carries cases.")
        raise Invalid("The case cannot be taken over like this.", extra=at_field("user_id", sentence))
    return found


def _row(desk: Desk, transfer_id: str) -> Row[Any]:
    found = queries.one(desk, READ, transfer_id) if is_id(transfer_id) else None
    if found is None:
        raise NotFound()
    return found


def _asked(desk: Desk, transfer_id: str) -> Row[Any]:
    found = queries.asked(desk, ANSWER, transfer_id) if is_id(transfer_id) else None
    if found is None:
        raise NotFound()
    return found


def _told(desk: Desk, row: Row[Any], groups: frozenset[str]) -> dict[str, Any]:
    with rows.as_the_house(desk.session, desk.actor.country):
        held = hold_case(desk, row.case_id, lock=False)
        found = transfers.told(desk, held, groups)
    return fieldgroups.told(desk, found)


def _codes(text: str) -> list[str]:
    return [code for code in text.split("|") if code]


def _out(desk: Desk, found: list[Row[Any]], shared: Mapping[str, Any] | None = None) -> list[TransferOut]:
    offices = queries.codes_of(desk, (each for row in found for each in (row.office_id, row.from_office_id)))
    references = queries.references_of(desk, (row.case_id for row in found))
    here = standing.offices(desk, READ)
    return [
        TransferOut(
            **{name: getattr(row, name) for name in _COPIED},
            ours=row.office_id in here,
            from_office=offices.get(row.from_office_id, ""),
            to_office=offices.get(row.office_id, ""),
            needs=_codes(row.needs),
            groups=_codes(row.data_groups),
            late=row.state == T.ASKED and row.answer_by <= desk.now,
            case_reference=references.get(row.case_id),
            shared=dict(shared or {}),
        )
        for row in found
    ]
