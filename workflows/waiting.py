"""What a referral waits for: our own turn, or the other end to store, to open and to answer. Pure, facts in.

Which side has the turn is read from the machine, and so is the time for an answer: it is the time of the duty that the
same step opens at the other end (policies: the clocks of the corridor).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from workflows.effects import OpenTask
from workflows.facts import ReferralFacts
from workflows.referral import FINAL, MACHINE, Referral

# How far a message has come, as receipts say; and the turn that is our own.
STORED: Final = "stored"
SEEN: Final = "seen"
DECIDED: Final = "decided"
OURS: Final = "ours"
AWAIT_STORED: Final = "await_stored"
AWAIT_SEEN: Final = "await_seen"
AWAIT_DECISION: Final = "await_decision"
# Duties that are opened when the time of the other end is over, and end with what was waited for.
WATCHED: Final = frozenset({AWAIT_STORED, AWAIT_SEEN, AWAIT_DECISION})
# Who watches at each end.
WATCHER: Final = {"sender": "case_manager", "receiver": "national_focal_point"}
# The time for an answer where the step that asked for it names no other.
ANSWER: Final = ("acknowledge", "acknowledge_child")
# A draft has told nobody anything. A handover that is agreed waits for its day, and who has arrived is looked after.
_NOBODY_WAITS: Final = frozenset({
    Referral.DRAFT, Referral.HANDOVER_SCHEDULED, Referral.RECEIVED, Referral.IN_REINTEGRATION, *FINAL,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """One message as one side holds it: when it was written or taken in here, and when its receipts came.

    depth: how many messages came before it in the conversation, whatever clocks say.
    """

    id: str
    ours: bool
    type: str
    at: datetime
    depth: int
    stored_at: datetime | None = None
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """One thing that is waited for, since when, on account of which message, and by which clock of the corridor.

    task: the kind of the duty that watches it; "" where nobody is late with it here. clock: None where no time is set.
    """

    level: str
    since: datetime
    task: str = ""
    message: str | None = None
    said: str = ""
    clock: str | None = None
    child_clock: str | None = None


def _pens() -> dict[str, str]:
    """State -> the side (sender or receiver) whose steps lead on from it; read from the machine's own table."""
    found: dict[str, str] = {}
    for row in MACHINE.steps:
        if row.by is None or row.system_only or not row.targets():
            continue
        for state in row.start:
            found[state.value] = row.by.value
    return found


PENS: Final = _pens()
_MOVERS: Final = {row.name: frozenset(state.value for state in row.targets()) for row in MACHINE.steps}
# These move nothing, and hand over the turn all the same.
_HANDS_ON: Final = {"disclose_identity": frozenset({Referral.ACKNOWLEDGED.value})}


def turn_of(facts: ReferralFacts) -> str | None:
    """The side whose turn it is; None when the conversation has ended."""
    if facts.state == Referral.ACKNOWLEDGED and not facts.identity_disclosed:
        # Nobody can trace a family before they know whose it is.
        return "sender"
    return PENS.get(facts.state)


def waits(facts: ReferralFacts, said: Sequence[Said], opened_at: datetime) -> tuple[Wait, ...]:
    """What this copy waits for, the nearest first; ``said``: every message of it, ``opened_at``: of the copy.

    Whatever we say has to be stored there, also when the conversation is over. That somebody opens it, and answers,
    is waited for as long as it is their turn.
    """
    order = sorted(said, key=lambda each: (each.depth, each.at))
    unstored = next((each for each in order if each.ours and each.stored_at is None), None)
    found = [] if unstored is None else [_of(STORED, AWAIT_STORED, unstored, unstored.at, (STORED, f"{STORED}_child"))]
    turn = turn_of(facts)
    if turn is None:
        return tuple(found)
    mover = next((each for each in reversed(order) if facts.state in _moves(each.type)), None)
    since = mover.at if mover is not None else opened_at
    if turn == facts.side:
        return (*found, Wait(OURS, since, said=mover.type if mover else ""))
    last = order[-1] if order else None
    if last is not None and last.ours and last.stored_at is not None and last.seen_at is None:
        found.append(_of(SEEN, AWAIT_SEEN, last, last.stored_at, (SEEN, f"{SEEN}_child")))
    if Referral(facts.state) in _NOBODY_WAITS:
        return tuple(found)
    task, clocks = _answer_to(mover.type if mover is not None else "", turn)
    id_, kind = (mover.id, mover.type) if mover is not None else (None, "")
    return (*found, Wait(DECIDED, since, task, id_, kind, *clocks))


def _moves(kind: str) -> frozenset[str]:
    return _MOVERS.get(kind, frozenset()) | _HANDS_ON.get(kind, frozenset())


def _of(level: str, task: str, each: Said, since: datetime, clocks: tuple[str, str]) -> Wait:
    return Wait(level, since, task, each.id, each.type, *clocks)


def _answer_to(step_name: str, turn: str) -> tuple[str, tuple[str, str | None]]:
    """The kind of the duty that watches the answer to a step, and the time for it: that of the duty it opens there."""
    step = MACHINE.step(step_name)
    opened = [each for each in (step.effects if step else ()) if isinstance(each, OpenTask)]
    theirs = next((each for each in opened if each.side == turn), None)
    # The machine opens a duty of this side's own for the answers that were waited for first.
    mine = next((each for each in opened if each.side != turn and each.kind.startswith("await_")), None)
    clocks = ANSWER if theirs is None else (theirs.clock, theirs.child_clock)
    return (mine.kind if mine is not None else AWAIT_DECISION), clocks


def clock_name(wait: Wait, child: bool) -> str | None:
    """The clock of a wait: a child's where there is one."""
    return wait.child_clock if child and wait.child_clock else wait.clock
