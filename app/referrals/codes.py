"""Check codes at the bridge: each side reads out its own, and compares what it hears with what it holds."""

from __future__ import annotations

from typing import Final

from app.access.desk import Desk
from app.access.may import visible_referral
from app.casework import move
from app.casework.held import hold_referral
from app.casework.history import Event
from app.kit.errors import Conflict
from app.kit.words import mark
from app.referrals import day_queries, handing, queries
from app.referrals.day_schemas import CodeOut
from workflows.referral import Referral

COMPARE: Final = "compare_code"
WRONG: Final = "code_wrong"
_NOT_SIGNED: Final = mark("The other side has not signed yet; there is no code to compare.")
WRONG_CODE: Final = mark("This is not the code of this handover. Ask the other officer to read it again.")
# In which states what the other side signed last belongs to the handover of today.
_GIVEN: Final = frozenset({Referral.HANDED_OVER, Referral.RECEIVED, Referral.IN_REINTEGRATION, Referral.COMPLETED})
_TAKEN: Final = _GIVEN - {Referral.HANDED_OVER}
# Codes are compared by whoever may sign on that side.
_SIGNS: Final = {"sender": "referral:handover", "receiver": "referral:receive"}


def compare(desk: Desk, referral_id: str, typed: str) -> CodeOut:
    """Compare a code that was heard with the one of what the other side has signed; the comparison stays on record.

    Raises NotFound out of sight, Forbidden for who may not sign on this side, Conflict (409) where they have not signed
    yet (nothing_to_compare) or the code is another one (code_wrong, with how often that was so).
    """
    visible_referral(desk, queries.READ, referral_id)
    held = hold_referral(desk, referral_id)
    visible_referral(desk, _SIGNS[held.row.side], referral_id)
    wanted = expected(desk, referral_id)
    before = wrong_before(desk, referral_id)
    if not wanted:
        raise Conflict(_NOT_SIGNED, code="nothing_to_compare")
    if handing.heard_code(typed) != wanted:
        count_wrong(desk, referral_id)
        raise Conflict(WRONG_CODE, code=WRONG, extra={"wrong": before + 1})
    move.remark(desk, held, Event("code", "compared", held.version, {"wrong_before": before}, desk.now))
    return CodeOut(fits=True, wrong_before=before)


def expected(desk: Desk, referral_id: str) -> str:
    """The code that the other side reads out; "" before they have signed."""
    held = hold_referral(desk, referral_id, lock=False)
    receives, state = held.row.side == "receiver", Referral(held.row.state)
    if state not in (_GIVEN if receives else _TAKEN):
        return ""
    row = queries.newest_of_type(desk, held.row.shared_id, "sign_handover" if receives else "sign_receipt")
    return "" if row is None else handing.check_code(row.digest.hex())


def count_wrong(desk: Desk, referral_id: str) -> None:
    """Have a wrong code stay in the timeline as a refused attempt; what was typed is not kept."""
    move.keep_attempt(desk, "referral", referral_id, COMPARE, [{"code": WRONG, "sources": ["WM-HANDOVER"]}])


def wrong_before(desk: Desk, referral_id: str) -> int:
    """How often a wrong code was given on this side."""
    return day_queries.wrong_codes(desk, referral_id, COMPARE)
