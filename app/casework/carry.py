"""Carries out the effects of a step inside its transaction: tasks now, messages and follow-ups to the outbox."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from app.access.desk import Desk
from app.casework import alarm, coding, happened, ledger, messages, outbox, receipts
from app.casework.held import Held
from app.casework.records import Filled
from app.casework.stopping import freeze, thaw
from app.casework.tasks import close_task, open_task
from workflows.effects import (
    Alert,
    Arbitrate,
    CloseTask,
    Effect,
    Following,
    FreezeClocks,
    MoveTask,
    OpenReceivingCase,
    OpenTask,
    SendMessage,
    StepOnCase,
    ThawClocks,
)
from workflows.step import Step

_OFFER = ("send", "supply_info")
# Steps by which the receiving side decides, and the messages they answer with a receipt of the level 'decided'.
DECIDING = {
    "acknowledge": _OFFER,
    "decline": (*_OFFER, "propose_plan"),
    "return_for_info": (*_OFFER, "propose_plan"),
    "report_assessment": (*_OFFER, "disclose_identity"),
    "accept": ("propose_plan", "supply_info"),
    "sign_receipt": ("sign_handover",),
    "report_not_received": ("sign_handover",),
    "grant_end": ("request_end",),
    "refuse_end": ("request_end",),
    "confirm_withdrawal": ("tell_withdrawal",),
    "confirm_withdrawal_back": ("tell_withdrawal_back",),
    "answer_remedy": ("report_remedy",),
    **dict.fromkeys(("confirm_erasure", "decline_erasure"), ("ask_erasure",)),
    **dict.fromkeys(("confirm_erasure_back", "decline_erasure_back"), ("ask_erasure_back",)),
}

# What stays in this country and in this case.
HERE = Alert | OpenTask | CloseTask | MoveTask | FreezeClocks | ThawClocks


def carry_out(
    desk: Desk,
    held: Held,
    step: Step,
    effects: tuple[Effect, ...],
    *,
    given: dict[str, Any],
    filled: Filled | None,
    came_from: str,
    on: date,
    mirrored: bool = False,
) -> None:
    """Do what follows a step. ``mirrored``: the other country took it, so nothing is sent back.

    on: the day on which it happened, which the other side's copy has to say as well.
    """
    side = held.referral_facts.side if held.referral_facts else None
    # A step that may end a matter (paid in full) leaves nothing to do with it where it does.
    over = held.matter is not None and not held.matter.is_open
    for effect in effects:
        if isinstance(effect, OpenTask):
            ours = effect.side is None and not mirrored or effect.side == side
            if (effect.afterwards or not over) and ours and effect.follows(str(given.get("reason", ""))):
                open_task(desk, held, effect)
        elif isinstance(effect, HERE):
            _tasks(desk, held, effect)
        elif isinstance(effect, SendMessage):
            if not mirrored and (came_from != "draft" or step.name == "send"):
                _send(desk, held, step, effect, given, filled, on)
        elif isinstance(effect, OpenReceivingCase):
            if side == "receiver":
                _queue(desk, held, "open_receiving_case", {"referral": held.id})
        elif isinstance(effect, StepOnCase):
            if effect.side == side and held.referral is not None:
                _queue(desk, held, "step_on_case", {"referral": held.id, "step": effect.step})
        elif isinstance(effect, Arbitrate) and side == "receiver":
            _queue(desk, held, "arbitrate", {"referral": held.id})


def follow_record(desk: Desk, held: Held, effects: tuple[Following, ...]) -> None:
    """Do what follows a record, or what it changed in the case: tasks and clocks, nothing that travels."""
    for effect in effects:
        assert isinstance(effect, HERE), "a record sends nothing"
        _tasks(desk, held, effect)


def _tasks(desk: Desk, held: Held, effect: HERE) -> None:
    if isinstance(effect, OpenTask):
        open_task(desk, held, effect)
    elif isinstance(effect, CloseTask):
        close_task(desk, held, effect)
    elif isinstance(effect, MoveTask) and effect.of_days is not None:
        _moved_day(desk, held, effect.task, *effect.of_days)
    elif isinstance(effect, MoveTask):
        if close_task(desk, held, CloseTask(effect.task.kind)):
            open_task(desk, held, effect.task)
    elif isinstance(effect, Alert):
        if effect.side is None or (held.referral_facts and held.referral_facts.side == effect.side):
            alarm.raised(desk, held, effect)
    elif isinstance(effect, FreezeClocks):
        freeze(desk, held, effect.cause)
    else:
        thaw(desk, held, effect.cause)


def _moved_day(desk: Desk, held: Held, task: OpenTask, was: date | None, now: date | None) -> None:
    """Move the task of one of the days of a matter; the others stay where they are."""
    assert held.matter is not None
    of_day = replace(held, matter=replace(held.matter, dropped=was, added=now))
    waited = close_task(desk, of_day, CloseTask(task.kind, by_the_way=True, of_day=True))
    if now is not None and (waited or was is None):
        open_task(desk, of_day, task)


def _queue(desk: Desk, held: Held, effect: str, payload: dict[str, Any]) -> None:
    outbox.put(desk, effect, payload, line=f"{desk.actor.country}:{held.row.shared_id}:after")


def _send(
    desk: Desk, held: Held, step: Step, effect: SendMessage, given: dict[str, Any], filled: Filled | None, on: date
) -> None:
    body = messages.compose(desk, held, step, effect, given, filled) | happened.said(on)
    if step.name in ledger.TELLING:
        body |= ledger.said(desk, held)
    if step.name in DECIDING:
        heard = messages.last_message(desk, held.row.shared_id, "in", DECIDING[step.name])
        if heard is not None and receipts.found(desk, heard.message_id, "decided") is None:
            state = held.referral_facts.state if held.referral_facts else ""
            outcome = {"step": step.name, "state": state, "reason": str(given.get("reason", ""))}
            body["receipts"] = [receipts.give(desk, heard.message_id, heard.digest.hex(), "decided", outcome)]
    messages.post(desk, held, step.name, coding.returned(desk, held, body))
