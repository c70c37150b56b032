"""Who may move a referral on from where it stands, and who is responsible for the person meanwhile."""

from __future__ import annotations

from app.kit.words import mark
from policies.model import Policies
from workflows.referral import FINAL, Referral
from workflows.waiting import PENS

CLOSED = tuple(sorted(state.value for state in FINAL))
# A person who has arrived is looked after; nobody waits for an answer any more.
ARRIVED = frozenset({Referral.RECEIVED.value, Referral.IN_REINTEGRATION.value})
_SINCE = mark("%(there)s is responsible for the person since its officer signed the receipt.")
_ENDED = mark("%(here)s stays responsible for the person; this referral has ended.")
_UNTIL = mark("%(here)s is responsible for the person until the receiving officer of %(there)s signs the receipt.")
ARRIVING = (Referral.HANDOVER_SCHEDULED.value, Referral.HANDED_OVER.value)


TO_ANSWER = tuple(sorted(state for state, side in PENS.items() if side == "receiver" and state not in ARRIVED))


def custody_sentence(policies: Policies, *, custody: str, sender: str, receiver: str, state: str) -> str:
    """Who is responsible for the person now, and until when, in one sentence (WM-CUSTODY)."""
    here, there = _name(policies, sender), _name(policies, receiver)
    if custody == "receiver":
        return _SINCE % {"there": there}
    return (_ENDED if state in CLOSED else _UNTIL) % {"here": here, "there": there}


def _name(policies: Policies, code: str) -> str:
    country = policies.countries.get(code)
    return country.name if country else code
