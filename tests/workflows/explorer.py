"""Walks through everything two copies of a referral can do to each other while messages cross.

The explorer knows nothing of people: of the guards it asks only those of the protocol (whose turn it is,
whether the end was asked for) and takes every other guard as held. So it sees more than can ever happen.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from workflows.effects import MoveCustody
from workflows.erasure_abroad import OF_ERASURE
from workflows.facts import ReferralFacts
from workflows.referral import FINAL, MACHINE
from workflows.remedy_abroad import OF_CLAIMS
from workflows.step import Fork, MachineSpec, Side, Step

PROTOCOL = frozenset({"end_is_not_asked", "end_is_asked", "the_turn_is_theirs"})
REASONS = ("consent_withdrawn", "no_safe_return", "other")
IN_FLIGHT = 2
# What may be said also when the conversation is over (app/casework/withdrawing.py tells nobody who knows nothing).
AFTERWARDS = OF_CLAIMS | {"tell_withdrawal", "confirm_withdrawal", "tell_withdrawal_back", "confirm_withdrawal_back"}
ENDING = frozenset({"withdraw", "request_end", "grant_end", "refuse_end"})

Message = tuple[str, str | None]


# Tuples, for they are compared and looked up millions of times.
class Copy(NamedTuple):
    """What the protocol reads of one side's copy."""

    state: str = "draft"
    end_asked: str | None = None
    came_from: str | None = None
    custody: str = "sender"
    # Whether anything has ever crossed: only then somebody there has to hear that a consent has ended.
    crossed: bool = False

    def facts(self, side: Side) -> ReferralFacts:
        """The copy as guards see it."""
        return ReferralFacts(
            side.value, "TH", "MM", self.state, False, came_from=self.came_from, end_asked=self.end_asked
        )


class Node(NamedTuple):
    """Both copies (the receiver has none before the offer arrives) and the messages on their way."""

    sender: Copy = Copy()
    receiver: Copy | None = None
    to_receiver: tuple[Message, ...] = ()
    to_sender: tuple[Message, ...] = ()

    @property
    def quiet(self) -> bool:
        """True when no message is on its way."""
        return not self.to_receiver and not self.to_sender


class Way(NamedTuple):
    """One thing that can happen: a side takes a step, or a message arrives (``lost``: it moved nothing)."""

    what: str
    node: Node
    lost: bool = False


@dataclass
class Walk:
    """Everything that was found: how each node was reached, what follows it, and what went wrong."""

    spec: MachineSpec
    ways: dict[Node, list[Way]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def final(self) -> frozenset[str]:
        """The names of the final states."""
        return frozenset(state.value for state in self.spec.final)


def allowed(row: Step, copy: Copy, side: Side) -> bool:
    """Whether the map and the guards of the protocol let this side take the step."""
    if row.by is not side or copy.state not in {state.value for state in row.start}:
        return False
    if row.name in AFTERWARDS and not copy.crossed:
        return False
    facts = copy.facts(side)
    return all(guard.ask(referral=facts) is True for guard in row.guards if guard.name in PROTOCOL)


def after(row: Step, copy: Copy, reason: str | None) -> Copy:
    """The copy after a step, on either side: state, request to end, where it came from, custody."""
    to = copy.state
    if isinstance(row.to, Fork):
        said = getattr(copy, row.to.fact)
        to = next(dest.value for fact, dest in row.to.ways.items() if fact in (said, "*"))
    elif row.to is not None:
        to = row.to.value
    changed = copy._replace(state=to, crossed=copy.crossed or row.name == "send")
    if row.name in ("return_for_info", "postpone"):
        changed = changed._replace(came_from=copy.state)
    if row.name == "request_end":
        changed = changed._replace(end_asked=reason)
    if row.name in ("grant_end", "refuse_end") or to in FINAL:
        changed = changed._replace(end_asked=None)
    if MoveCustody() in row.effects:
        changed = changed._replace(custody="receiver")
    return changed


# What one side may do with its copy: the step, its message, and the copy afterwards.
Moves = tuple[tuple[Step, Message, Copy], ...]


@dataclass
class Known:
    """What is known of copies that were met already, by one ``spec``: thousands of nodes share a few copies."""

    moves: dict[tuple[Copy, Side], Moves] = field(default_factory=dict)
    # The copy after a message, and whether the message fitted.
    arrivals: dict[tuple[Copy, Message], tuple[Copy, bool]] = field(default_factory=dict)


def moves(spec: MachineSpec, copy: Copy, side: Side) -> Moves:
    """Every step that this side may take now, whatever is on its way."""
    return tuple(
        (row, (row.name, reason), after(row, copy, reason))
        for row in spec.steps
        for reason in (REASONS if row.name == "request_end" else (None,))
        # Those of an erasure read and write nothing that a copy here holds; tell_withdrawal, which is alike, stands for
        # them.
        if row.name not in OF_ERASURE and allowed(row, copy, side)
    )


def follow(spec: MachineSpec, node: Node, known: Known | None = None) -> Iterator[Way]:
    """Everything that can happen next."""
    known = known or Known()
    for side, copy, out in (
        (Side.SENDER, node.sender, node.to_receiver),
        (Side.RECEIVER, node.receiver, node.to_sender),
    ):
        if copy is None or len(out) >= IN_FLIGHT:
            continue
        if (copy, side) not in known.moves:
            known.moves[copy, side] = moves(spec, copy, side)
        for row, message, changed in known.moves[copy, side]:
            yield Way(row.name, _taken(node, side, copy, message, changed))
    if node.to_receiver:
        yield _arrived(spec, node, Side.RECEIVER, known)
    if node.to_sender:
        yield _arrived(spec, node, Side.SENDER, known)


def _taken(node: Node, side: Side, copy: Copy, message: Message, changed: Copy) -> Node:
    # A draft that was never sent ends in silence.
    said = (message,) if copy.state != "draft" or message[0] == "send" else ()
    if side is Side.SENDER:
        return Node(changed, node.receiver, node.to_receiver + said, node.to_sender)
    return Node(node.sender, changed, node.to_receiver, node.to_sender + said)


def _arrived(spec: MachineSpec, node: Node, side: Side, known: Known) -> Way:
    queue = node.to_receiver if side is Side.RECEIVER else node.to_sender
    message, rest = queue[0], queue[1:]
    copy = (node.receiver or Copy()) if side is Side.RECEIVER else node.sender
    if (copy, message) not in known.arrivals:
        known.arrivals[copy, message] = _taken_in(spec, copy, message)
    changed, fits = known.arrivals[copy, message]
    if side is Side.RECEIVER:
        return Way(f"{message[0]} arrives", Node(node.sender, changed, rest, node.to_sender), not fits)
    return Way(f"{message[0]} arrives", Node(changed, node.receiver, node.to_receiver, rest), not fits)


def _taken_in(spec: MachineSpec, copy: Copy, message: Message) -> tuple[Copy, bool]:
    name, reason = message
    row = spec.step(name)
    assert row is not None
    fits = copy.state in {state.value for state in row.start}
    return (after(row, copy, reason) if fits else copy), fits


def walk(spec: MachineSpec = MACHINE) -> Walk:
    """Visit every node that can be reached and note everything that is wrong."""
    found = Walk(spec)
    known = Known()
    waiting = deque([Node()])
    found.ways[Node()] = []
    while waiting:
        node = waiting.popleft()
        _check(found, node)
        for way in follow(spec, node, known):
            found.ways[node].append(way)
            if way.lost and _moves(spec, way.what):
                found.problems.append(f"a message that moves is lost: {way.what} at {node}")
            if way.node not in found.ways:
                found.ways[way.node] = []
                waiting.append(way.node)
    stuck = set(found.ways) - can_reach_an_end(found, None)
    found.problems += [f"stuck: no way to an end from {node}" for node in stuck]
    tied = {node for node in set(found.ways) - can_reach_an_end(found, ENDING) if _before_receipt(node)}
    found.problems += [f"the sender cannot end it: {node}" for node in tied]
    return found


def _moves(spec: MachineSpec, arrival: str) -> bool:
    row = spec.step(arrival.removesuffix(" arrives"))
    return row is not None and bool(row.targets())


def _before_receipt(node: Node) -> bool:
    return node.receiver is None or node.receiver.custody == "sender"


def _check(found: Walk, node: Node) -> None:
    sender, receiver = node.sender, node.receiver
    if receiver is None:
        return
    if sender.custody == "receiver" and receiver.custody == "sender":
        found.problems.append(f"custody is nowhere: {node}")
    if not node.quiet:
        return
    if (sender.state, sender.custody) != (receiver.state, receiver.custody):
        found.problems.append(f"at rest and different: {node}")
    if sender.end_asked != receiver.end_asked:
        found.problems.append(f"at rest, and only one side knows that the end was asked for: {node}")


def can_reach_an_end(found: Walk, by: frozenset[str] | None) -> set[Node]:
    """The nodes from which both copies can come to rest in an end, by any step or by these alone."""
    into: dict[Node, list[Node]] = {}
    for node, ways in found.ways.items():
        for way in ways:
            if by is None or way.what in by or way.what.endswith(" arrives"):
                into.setdefault(way.node, []).append(node)
    good = {node for node in found.ways if node.quiet and node.sender.state in found.final}
    waiting = deque(good)
    while waiting:
        for before in into.get(waiting.popleft(), ()):
            if before not in good:
                good.add(before)
                waiting.append(before)
    return good
