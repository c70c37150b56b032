"""The meeting at the border as both sides recorded it: schedule, officers, custody, and the two signatures."""

from __future__ import annotations

from typing import Any, Final

from app.access.desk import Desk
from app.casework import fieldgroups, records
from app.casework.held import Held
from app.referrals import pen, proof, queries
from app.referrals.schemas import HandoverOut, SignedActOut
from workflows.facts import ReferralFacts

# The message that carries each signature, and what it certifies.
_ACTS: Final = (("sign_handover", "handover"), ("sign_receipt", "receipt"))
# The forms of a meeting at the border, in the order they are filled in.
_KINDS: Final = ("handover_schedule", "handover_confirmation", "handover", "receipt")


def handover(desk: Desk, held: Held) -> HandoverOut:
    """What is recorded here of the handover; empty parts are still to come."""
    facts = held.facts
    assert isinstance(facts, ReferralFacts)
    forms = newest_forms(desk, held)
    schedule = forms.get("handover_schedule", {})
    return HandoverOut(
        reference=held.row.reference,
        border_point=held.row.border_point,
        border_point_names=_names(desk, facts, held.row.border_point),
        on=facts.schedule.on if facts.schedule else None,
        time=schedule.get("time"),
        sending_officer=schedule.get("sender_officer"),
        receiving_officer=_confirmed(facts, forms),
        handed_over=fieldgroups.handover(desk, forms.get("handover")),
        received=fieldgroups.handover(desk, forms.get("receipt")),
        custody=facts.custody,
        custody_sentence=sentence(desk, facts),
        signatures=_signatures(desk, held),
    )


def sentence(desk: Desk, facts: ReferralFacts) -> str:
    """Who is responsible for the person now."""
    return pen.custody_sentence(
        desk.policies,
        custody=facts.custody,
        sender=facts.from_country,
        receiver=facts.to_country,
        state=facts.state,
    )


def newest_forms(desk: Desk, held: Held, kinds: tuple[str, ...] = _KINDS) -> dict[str, dict[str, Any]]:
    """The newest form of each of these kinds that is kept with this copy, as plain JSON values and uncut."""
    newest = {row.kind: row for row in records.rows_of(desk.session, held.id) if row.kind in kinds}
    key = held.key(desk) if newest else b""
    return {kind: records.opened(desk, row, key) for kind, row in newest.items()}


def _confirmed(facts: ReferralFacts, forms: dict[str, dict[str, Any]]) -> str | None:
    """The receiving officer, unless a new day was set since they were named."""
    named = facts.schedule is not None and facts.schedule.receiver_officer
    officer = forms.get("handover_confirmation", {}).get("receiver_officer")
    return str(officer) if named and officer else None


def _names(desk: Desk, facts: ReferralFacts, code: str | None) -> dict[str, str]:
    corridor = desk.policies.corridor(facts.from_country, facts.to_country)
    return next((dict(each.names) for each in corridor.border_points if each.code == code), {})


def _signatures(desk: Desk, held: Held) -> list[SignedActOut]:
    found = []
    for kind, act in _ACTS:
        row = queries.newest_of_type(desk, held.row.shared_id, kind)
        if row is not None:
            answers = queries.receipts_of(desk, [row.message_id]).get(row.message_id, [])
            found.append(proof.signed_act(desk, act, row, held.key(desk), answers))
    return found
