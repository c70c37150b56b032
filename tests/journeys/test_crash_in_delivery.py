"""The power fails between any two writes: everything is as before or as after, and a restart finishes the journey."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from app.casework import messages
from app.casework.held import CASE, REFERRAL
from app.models.history import HistoryEntry
from app.worker import Worker
from tests.inspect import reading
from tests.journeys import custody, proof, telling
from tests.journeys.paths import both_are, cross, offered, proved, receiving_case, scheduled, settle, states
from tests.journeys.scene import Scene


class PowerCut(BaseException):
    """The machine stops here: no handler runs, nothing is postponed, nothing is noted."""


class Fuse:
    """Cuts the power at the n-th transaction of a run: just before its commit, or just after it."""

    def __init__(self, scene: Scene, monkeypatch: pytest.MonkeyPatch, *, before_commit: bool) -> None:
        self.blows_at = 0
        self.cuts = 0
        self._seen = 0
        self._before = before_commit
        self._write = scene.house.db.write
        monkeypatch.setattr(scene.house.db, "write", self._transaction)

    def set(self, blows_at: int) -> None:
        """Blow at that transaction from now on (1 is the next; 0 never)."""
        self.blows_at, self._seen = blows_at, 0

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        self._seen += 1
        blows = self._seen == self.blows_at
        self.cuts += blows
        with self._write() as session:
            yield session
            if blows and self._before:
                raise PowerCut
        if blows:
            raise PowerCut


@pytest.mark.parametrize("before_commit", [True, False], ids=["before-commit", "after-commit"])
def test_every_delivery_of_a_journey_survives_a_power_cut(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, before_commit: bool
) -> None:
    fuse = Fuse(scene, monkeypatch, before_commit=before_commit)
    calm_post = scene.post

    def stormy_post() -> int:
        """Start the worker again and again; each time the power fails one transaction later than the last."""
        for blows_at in range(1, 60):
            fuse.set(blows_at)
            try:
                Worker(scene.house).drain()
                break
            except PowerCut:
                custody.is_never_nowhere(scene.house)
                proof.chains_hold(scene.house)
                _one_message_apart(scene)
        else:
            raise AssertionError("the worker never came to an end")
        fuse.set(0)
        return calm_post()

    monkeypatch.setattr(scene, "post", stormy_post)
    crossing = scheduled(scene)
    cross(scene, crossing)
    home = settle(scene, crossing)
    both_are(scene, crossing, "in_reintegration", "MM")
    assert fuse.cuts > 25
    assert scene["mm.manager"].look(home)["care"] == "reintegrating"
    assert home == receiving_case(scene, crossing)

    # What a calm journey tells is told here, once each.
    lines = telling.told(scene, scene["mm.auditor"], home)
    for wanted in (
        "partner TH partner send",
        "system opened open",
        "system step recognise",
        "partner TH partner sign_handover",
        "mm.bridge step sign_receipt",
        "system step arrive",
    ):
        assert lines.count(wanted) == 1, wanted
    near = telling.told(scene, scene["th.auditor"], crossing.case)
    for wanted in ("partner MM partner acknowledge", "partner MM partner sign_receipt", "system step record_handover"):
        assert near.count(wanted) == 1, wanted
    assert _count(scene, CASE.c.country == "MM") == 1
    proof.handover_and_receipt(scene.house, crossing.shared_id, "TH", "MM")
    proved(scene, crossing)


def test_a_step_is_taken_whole_or_not_at_all(scene: Scene) -> None:
    """The statement that fails may be any of those a step writes: the answer is a 500 and nothing has happened."""
    crossing = offered(scene)
    focal = scene["mm.focal"]
    focal.look(crossing.arrived)
    scene.post()
    body = focal.step_body(crossing.arrived, "acknowledge")
    path = f"{crossing.arrived.path}/steps/acknowledge"
    before = _everything(scene)
    for failing in range(1, 60):
        with _failing_write(scene, failing):
            answer = focal.knock(path, body)
        if answer.status_code == 200:
            break
        assert answer.status_code == 500, answer.text
        assert _everything(scene) == before
        assert states(scene, crossing) == ("sent", "sent")
    assert failing > 5
    scene.post()
    both_are(scene, crossing, "acknowledged", "TH")
    proved(scene, crossing)


def test_a_partner_that_is_away_delays_its_own_line_only(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    crossing = offered(scene)
    other = offered(scene)
    scene["mm.focal"].take(crossing.arrived, "acknowledge")
    scene["mm.focal"].take(other.arrived, "acknowledge")
    line = crossing.shared_id
    worker = Worker(scene.house)
    hand_over = worker._transport.hand_over

    def away(envelope: Any) -> Any:
        if envelope.header["referral"] == line:
            raise ConnectionError("nobody answers")
        return hand_over(envelope)

    monkeypatch.setattr(worker._transport, "hand_over", away)
    worker.drain()
    assert states(scene, crossing) == ("sent", "acknowledged")
    assert states(scene, other) == ("acknowledged", "acknowledged")
    monkeypatch.undo()
    scene.days(1)
    scene.post()
    assert states(scene, crossing) == ("acknowledged", "acknowledged")


def _one_message_apart(scene: Scene) -> None:
    """While the post is on its way the two copies are as before or as after: never further apart than that."""
    with reading(scene.house.db) as session:
        shared = set(session.execute(select(REFERRAL.c.shared_id)).scalars())
    for shared_id in shared:
        letters = proof.letters(scene.house, shared_id)
        for country in {each.country for each in letters}:
            sent = [each.id for each in letters if each.country == country and each.direction == "out"]
            taken = [each.id for each in letters if each.country != country and each.direction == "in"]
            assert taken == sent[: len(taken)], "messages were lost, doubled or changed places"


@contextmanager
def _failing_write(scene: Scene, number: int) -> Iterator[None]:
    """Have the n-th statement that changes something fail."""
    seen = 0

    def watch(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        nonlocal seen
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            seen += 1
            if seen == number:
                raise OSError("the disk is gone")

    engine = scene.house.db.engine
    event.listen(engine, "before_cursor_execute", watch)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", watch)


def _everything(scene: Scene) -> tuple[Any, ...]:
    """Whatever a step could have left behind."""
    with reading(scene.house.db) as session:
        copies = session.execute(select(REFERRAL).order_by(REFERRAL.c.id)).all()
        entries = session.execute(select(func.count()).select_from(HistoryEntry)).scalar_one()
        letters = session.execute(select(func.count()).select_from(messages.TABLE)).scalar_one()
        waiting = session.execute(select(func.count()).select_from(proof.OUTBOX)).scalar_one()
    return tuple(copies), entries, letters, waiting


def _count(scene: Scene, condition: Any) -> int:
    with reading(scene.house.db) as session:
        return int(session.execute(select(func.count()).select_from(CASE).where(condition)).scalar_one())
