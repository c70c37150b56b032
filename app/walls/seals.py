"""Seals: put on at once and confirmed by a second person, lifted only after a second person has agreed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from app.access import notices, rows, stepup, two_persons
from app.access.approval_shapes import ApprovalAskedOut
from app.access.desk import Desk
from app.access.log import looked
from app.access.may import visible_case
from app.access.two_persons import Act, Asked, carries_out
from app.casework import move, sealing
from app.casework.colleagues import colleague, reaches
from app.casework.held import Held, hold_case
from app.casework.history import Event
from app.casework.reach import SEEING, permit
from app.kit.errors import Conflict, Invalid
from app.walls import queries
from app.walls.schemas import NamedOut, NamesIn, SealIn, SealOut

SEAL: Final = "case:seal"
# Fewer than two, and one holiday or one illness would leave a person without anybody who sees their case.
FEWEST: Final = 2


def shown(desk: Desk, case_id: str) -> SealOut:
    """Who is named on the seal of a case; the look is noted."""
    visible_case(desk, SEEING, case_id)
    looked(desk, "seal_read", "case", case_id)
    return _out(desk, hold_case(desk, case_id, lock=False))


def seal(desk: Desk, case_id: str, body: SealIn) -> SealOut:
    """Seal everything of the person for the named accounts, at once; a second person confirms or refuses it.

    Invalid (422) unless every named account is active and reaches the case by its own rights, and one of them may
    lift the seal again. Conflict (409) if it is sealed already. Needs a fresh second factor.
    """
    permit(desk, SEAL, case_id, "seal")
    if hold_case(desk, case_id).row.sealed:
        raise Conflict("This case is sealed already; change the names instead.", code="sealed_already")
    payload = {"names": sorted(set(body.names))}
    asked = two_persons.ask(desk, Act("seal", ("case", case_id), payload, {"reason": body.reason}))
    with rows.as_the_house(desk.session, desk.actor.country):
        return _out(desk, hold_case(desk, case_id), asked)


def _unconfirmed(desk: Desk, asked: Asked) -> None:
    """A seal that somebody refused or took back ends; one that nobody answered stays, and those named are told.

    Time alone must never open a sealed case: whoever is in danger has no say in how busy an office is (WM-SAFETY).
    """
    held = hold_case(desk, asked.subject_id)
    if not held.row.sealed:
        return
    if desk.actor.system:
        move.remark(desk, held, Event("seal", "unconfirmed", held.version, {}, desk.now))
        named = [row.user_id for row in sealing.names(desk, held.key_id)]
        notices.tell(desk, named, "seal_unconfirmed", "case", held.id)
    else:
        take_off(desk, held, None)


@carries_out("seal", permission=SEAL, act="sealing a case", at_once=True, undo=_unconfirmed)
def _seal(desk: Desk, asked: Asked) -> None:
    put_on(desk, hold_case(desk, asked.subject_id), asked.payload["names"], asked.words["reason"])


def lift(desk: Desk, case_id: str, reason: str) -> ApprovalAskedOut:
    """Ask for the seal to be lifted: it holds until a second named person who may seal has agreed.

    Conflict (not_sealed, no_second_person). Needs a fresh second factor.
    """
    permit(desk, SEAL, case_id, "seal")
    _sealed(desk, case_id)
    return two_persons.ask(desk, Act("unseal", ("case", case_id), {}, {"reason": reason}))


@carries_out("unseal", permission=SEAL, act="lifting the seal of a case")
def _unseal(desk: Desk, asked: Asked) -> None:
    take_off(desk, _sealed(desk, asked.subject_id), asked.words["reason"])


def put_on(desk: Desk, held: Held, users: Collection[str], reason: str | None) -> None:
    """Write the seal with its names and its entry in the history."""
    _must_be_known(desk, users)
    details = {"names": sorted(set(users))}
    # Everything of the person is sealed, also what the actor does not see, or sees no more once it is done.
    with rows.as_the_house(desk.session, desk.actor.country):
        sealing.mark(desk, held.key_id, sealed=True)
        sealing.add_names(desk, held.key_id, users)
        _must_hold(desk, held)
        move.remark(desk, held, Event("seal", "seal", held.version, details, desk.now, reason))
    looked(desk, "sealed", "case", held.id, details)


def rename(desk: Desk, case_id: str, body: NamesIn) -> SealOut:
    """Add names to a seal and strike others; two stay, of whom one may lift it."""
    permit(desk, SEAL, case_id, "seal")
    stepup.must_be_fresh(desk, "changing who sees a sealed case")
    held = _sealed(desk, case_id)
    _must_be_known(desk, body.add)
    with rows.as_the_house(desk.session, desk.actor.country):
        added = sealing.add_names(desk, held.key_id, body.add)
        sealing.strike_names(desk, held.key_id, body.strike)
        _must_hold(desk, held)
        details = {"added": added, "struck": sorted(set(body.strike))}
        move.remark(desk, held, Event("seal", "names", held.version, details, desk.now))
        named = {row.user_id for row in sealing.names(desk, held.key_id)}
        shown = _out(desk, held)
    looked(desk, "seal_names_changed", "case", case_id, details)
    struck = {user_id for user_id in body.strike if colleague(desk, user_id) is not None}
    notices.tell(desk, (named | struck) - {desk.actor.id}, "seal_names_changed", "case", case_id)
    return shown


def take_off(desk: Desk, held: Held, reason: str | None) -> None:
    """Lift the seal: everybody's own rights count again."""
    with rows.as_the_house(desk.session, desk.actor.country):
        sealing.mark(desk, held.key_id, sealed=False)
        sealing.strike_names(desk, held.key_id)
        move.remark(desk, held, Event("seal", "lift", held.version, {}, desk.now, reason))
    looked(desk, "seal_lifted", "case", held.id)


def _sealed(desk: Desk, case_id: str) -> Held:
    held = hold_case(desk, case_id)
    if not held.row.sealed:
        raise Conflict("This case is not sealed.", code="not_sealed")
    return held


def _must_be_known(desk: Desk, users: Collection[str]) -> None:
    unknown = sorted(user_id for user_id in set(users) if colleague(desk, user_id) is None)
    if unknown:
        raise _unfit("active accounts of this country", unknown)


def _must_hold(desk: Desk, held: Held) -> None:
    """Raise Invalid unless those named now can carry the case: checked after writing, undone with the transaction."""
    named = [row.user_id for row in sealing.names(desk, held.key_id)]
    people = [(user_id, colleague(desk, user_id)) for user_id in named]
    strangers = [
        user_id
        for user_id, who in people
        if who is None or not who.active or not reaches(desk, who, SEEING, "case", held.id)
    ]
    if strangers:
        raise _unfit("active accounts that reach the case by themselves; put them on the team first", strangers)
    if len(named) < FEWEST:
        raise _unfit(f"at least {FEWEST} people, so that one is always there", [])
    if not any(who is not None and reaches(desk, who, SEAL, "case", held.id) for _, who in people):
        raise _unfit("at least one who may lift the seal again (case:seal)", [])


def _unfit(rule: str, users: list[str]) -> Invalid:
    extra = {"errors": [{"field": "names", "rule": rule}], "users": users}
    return Invalid("These names cannot carry a sealed case.", code="names_do_not_carry", extra=extra)


def _out(desk: Desk, held: Held, asked: ApprovalAskedOut | None = None) -> SealOut:
    rows = sealing.names(desk, held.key_id) if held.row.sealed else []
    known = queries.display_names(desk, [row.user_id for row in rows])
    return SealOut(
        case_id=held.id,
        sealed=held.row.sealed,
        names=[NamedOut(user_id=row.user_id, name=known[row.user_id], since=row.since) for row in rows],
        approval=asked.id if asked is not None else None,
    )
