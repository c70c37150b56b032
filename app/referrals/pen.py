"""Who may move a referral on from where it stands, and who is responsible for the person meanwhile."""

from __future__ import annotations

from policies.model import Policies
from workflows.referral import FINAL, MACHINE, Referral

CLOSED = tuple(sorted(state.value for state in FINAL))
# A person who has arrived is looked after; nobody waits for an answer any more.
ARRIVED = frozenset({Referral.RECEIVED.value, Referral.IN_REINTEGRATION.value})
ARRIVING = (Referral.HANDOVER_SCHEDULED.value, Referral.HANDED_OVER.value)


def _pens() -> dict[str, str]:
    """State -> the side (sender or receiver) whose steps lead on from it; read from the machine's own table."""
    found: dict[str, str] = {}
    for row in MACHINE.steps:
        if row.by is None or row.system_only or not row.targets():
            continue
        for state in row.start:
            found[state.value] = row.by.value
    return found


PENS = _pens()
TO_ANSWER = tuple(sorted(state for state, side in PENS.items() if side == "receiver" and state not in ARRIVED))


def custody_sentence(policies: Policies, *, custody: str, sender: str, receiver: str, state: str) -> str:
    """Who is responsible for the person now, and until when, in one sentence (WM-CUSTODY)."""
    here, there = _name(policies, sender), _name(policies, receiver)
    if custody == "receiver":
        return f"{there} is responsible for the person since its officer signed the receipt."
    if state in CLOSED:
        return f"{here} stays responsible for the person; this referral has ended."
    return f"{here} is responsible for the person until the receiving officer of {there} signs the receipt."


def _name(policies: Policies, code: str) -> str:
    country = policies.countries.get(code)
    return country.name if country else code
