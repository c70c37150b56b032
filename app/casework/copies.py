"""Makes this country's copy of a referral: the sender's draft, or the receiver's copy when an offer comes in."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, insert, select

from app.access.desk import Desk
from app.casework import history, records, sealing
from app.casework.counted import copy_columns
from app.casework.facts import said, stored
from app.casework.held import REFERRAL, Held, hold_referral
from app.casework.history import Chain, Event
from app.casework.tasks import open_task
from app.models.base import new_id
from workflows.effects import OpenTask
from workflows.facts import ReferralFacts

_COPY_ID = select(REFERRAL.c.id).where(
    REFERRAL.c.country == bindparam("here"), REFERRAL.c.shared_id == bindparam("shared")
)


def make_copy(
    desk: Desk,
    facts: ReferralFacts,
    *,
    shared_id: str,
    reference: str,
    office_id: str,
    organisation: str,
    key_id: str,
    case_id: str | None,
    border_point: str | None,
    border_office_id: str | None,
    event: str,
    note: str | None = None,
) -> str:
    """Insert one copy in the state of ``facts`` with its first history entry; the id of the copy.

    note: the author's own words, sealed under the key of ``key_id``; they never travel.
    """
    chain = Chain("referral", new_id(), 0, history.NO_HASH)
    row: dict[str, Any] = {
        "id": chain.subject_id,
        "shared_id": shared_id,
        "reference": reference,
        "side": facts.side,
        "country": desk.actor.country,
        "other_country": facts.other_country,
        "organisation": organisation,
        "office_id": office_id,
        "border_office_id": border_office_id,
        "case_id": case_id,
        "key_id": key_id,
        "created_by": desk.actor.id,
        "border_point": border_point,
        "custody": facts.custody,
        "state": facts.state,
        "opened_at": desk.now,
        "changed_at": desk.now,
        "sealed": sealing.is_sealed(desk, key_id),
        "facts": stored(facts),
        **copy_columns(facts),
        "version": 1,
        "history_count": 1,
        "chain_head": history.NO_HASH,
    }
    desk.session.execute(insert(REFERRAL), row)
    details = {"shared": shared_id, "facts": said(facts)}
    opening = Event("opened", event, 1, details, desk.now, note)
    key = records.key_of(desk, key_id) if note else None
    history.append(desk.session, chain, opening, desk.actor, desk.now, desk.keys, key)
    desk.session.execute(REFERRAL.update().where(REFERRAL.c.id == chain.subject_id).values(chain_head=chain.head))
    return chain.subject_id


def copy_id(desk: Desk, shared_id: str) -> str | None:
    """The id of this country's copy of a shared referral, or None."""
    values = {"here": desk.actor.country, "shared": shared_id}
    found = desk.session.execute(_COPY_ID, values).scalar_one_or_none()
    return str(found) if found else None


def ask_approval(desk: Desk, referral_id: str) -> Held:
    """Open the supervisor's task for a new draft; the held copy."""
    held = hold_referral(desk, referral_id)
    open_task(desk, held, OpenTask("approve_referral", "supervisor", "supply_info"))
    return held
