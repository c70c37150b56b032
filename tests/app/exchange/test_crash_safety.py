"""The worker dies between any two of its transactions and starts again: one effect, one receipt, both sides agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.held import REFERRAL
from app.casework.messages import TABLE, Envelope
from app.casework.timeline import HISTORY
from app.exchange.transport import LocalTransport
from app.kit.db import Database
from app.worker import Worker as Postman
from tests.app.exchange.wire import OUTBOX, Post
from tests.factories import cases
from tests.factories.forms import form
from tests.factories.referrals import Pair
from tests.inspect import reading


class Killed(BaseException):
    """The process is gone: nothing in the program may catch this."""


class Killer:
    """Kills whoever uses the database at its n-th writing transaction, just before or just after the commit."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left = -1
        self.after_commit = True
        write = Database.write

        @contextmanager
        def dying(database: Database) -> Iterator[Session]:
            if self.left == 0:
                raise Killed
            self.left -= 1
            with write(database) as session:
                yield session
                if self.left == 0 and not self.after_commit:
                    raise Killed
            if self.left == 0:
                raise Killed

        monkeypatch.setattr(Database, "write", dying)

    def dies(self, act: Callable[[], None], at: int) -> bool:
        """Whether ``act`` was killed at its ``at``-th transaction (False: it had fewer)."""
        self.left = at
        try:
            act()
        except Killed:
            return True
        finally:
            self.left = -1
        return False


@pytest.fixture(params=["before_commit", "after_commit"])
def killer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Killer:
    """Kills before or after the commit."""
    made = Killer(monkeypatch)
    made.after_commit = request.param == "after_commit"
    return made


def steps_told(post: Post, pair: Pair) -> Counter[tuple[str, str]]:
    """How often each step stands in each copy's history."""
    with reading(post.house.db) as session:
        query = select(HISTORY.c.subject_id, HISTORY.c.kind, HISTORY.c.step).where(
            HISTORY.c.subject_id.in_((pair.sent_from, pair.arrived)), HISTORY.c.kind.in_(("step", "partner"))
        )
        return Counter((row.subject_id, row.step) for row in session.execute(query))


def receiving_cases(post: Post, pair: Pair) -> int:
    with reading(post.house.db) as session:
        query = select(cases.CASE.c.id).where(cases.CASE.c.country == "MM")
        linked = select(REFERRAL.c.case_id).where(REFERRAL.c.id == pair.arrived)
        return len(session.execute(query.where(cases.CASE.c.id.in_(linked))).all())


def offer(post: Post, pair: Pair) -> None:
    post.act(post.th["case_manager"], pair.sent_from, "send")


def acceptance(post: Post, pair: Pair) -> None:
    post.act(post.mm["national_focal_point"], pair.arrived, "accept", form(post.house, "reception_plan"))


def receipt(post: Post, pair: Pair) -> None:
    post.act(post.mm["border_focal_point"], pair.arrived, "sign_receipt", form(post.house, "receipt"))


def request(post: Post, pair: Pair) -> None:
    post.act(post.th["case_manager"], pair.sent_from, "request_end", reason="consent_withdrawn")


SCENES: dict[str, tuple[str, Callable[[Post, Pair], None], str]] = {
    "offer": ("approved", offer, "sent"),
    "acceptance": ("plan_proposed", acceptance, "accepted"),
    "receipt": ("handed_over", receipt, "received"),
    "request": ("tracing", request, "withdrawn"),
}


@pytest.mark.parametrize("scene", SCENES)
def test_killed_at_every_transaction(post: Post, killer: Killer, scene: str) -> None:
    state, act, ended = SCENES[scene]
    # Every transaction dies on either engine: on PostgreSQL one before its commit and the next one after it.
    step = 2 if post.house.db.dialect == "postgresql" else 1
    killed_at = 0
    for at in range(1 + (step > 1 and killer.after_commit), 40, step):
        pair = post.bring(state)
        act(post, pair)
        dead = killer.dies(post.drain, at)
        post.clock.advance(timedelta(hours=2))
        post.drain()
        pair = refound(post, pair)
        assert post.must_agree(pair) == ended, f"killed at transaction {at}"
        assert max(steps_told(post, pair).values()) == 1, f"killed at transaction {at}"
        if ended in {"accepted", "received"}:
            assert receiving_cases(post, pair) == 1
        if ended == "received":
            assert post.case_state(pair.case_id) == "handed_over"
        if not dead:
            break
        killed_at = at
    assert killed_at > 3 - step, "a delivery has at least three transactions"


def refound(post: Post, pair: Pair) -> Pair:
    from tests.factories.referrals import pair_of

    return pair_of(post.house, pair.sent_from)


class Bad(LocalTransport):
    """A way to other countries that is closed for some referrals, and keeps what it was given."""

    def __init__(self, house: Any) -> None:
        super().__init__(house)
        self.closed: set[str] = set()
        self.tried: list[tuple[str, str]] = []

    def hand_over(self, envelope: Envelope) -> dict[str, Any]:
        """Fail for a closed referral."""
        self.tried.append((envelope.header["referral"], envelope.header["type"]))
        if envelope.header["referral"] in self.closed:
            raise ConnectionError("the line is dead")
        return super().hand_over(envelope)


def test_a_dead_line_holds_back_its_own_referral_only_and_keeps_the_order(post: Post) -> None:
    dead, alive = post.bring("acknowledged"), post.bring("acknowledged")
    way = Bad(post.house)
    way.closed.add(dead.shared_id)
    worker = Postman(post.house, way)
    for pair in (dead, alive):
        post.act(post.th["case_manager"], pair.sent_from, "disclose_identity")
        post.act(post.th["case_manager"], pair.sent_from, "disclose_identity")
        post.act(post.th["case_manager"], pair.sent_from, "request_end", reason="other")
    worker.drain()
    assert post.must_still_wait(dead, alive) == "cancelled"
    # Only the first message of the dead line was tried: nothing overtakes it.
    assert {kind for shared, kind in way.tried if shared == dead.shared_id} == {"disclose_identity"}
    for _ in range(3):
        post.clock.advance(timedelta(hours=2))
        worker.drain()
    assert len([1 for shared, _ in way.tried if shared == dead.shared_id]) == 4
    way.closed.clear()
    post.clock.advance(timedelta(hours=2))
    worker.drain()
    assert post.must_agree(dead) == "cancelled"
    with reading(post.house.db) as session:
        arrived = select(TABLE.c.type).where(
            TABLE.c.country == "MM", TABLE.c.shared_id == dead.shared_id, TABLE.c.direction == "in"
        )
        assert session.execute(arrived.order_by(TABLE.c.seq)).scalars().all() == [
            "send", "disclose_identity", "disclose_identity", "request_end",
        ]  # fmt: skip


def test_a_failure_is_counted_with_a_word_and_without_what_it_was_about(post: Post) -> None:
    pair = post.bring("acknowledged")
    way = Bad(post.house)
    way.closed.add(pair.shared_id)
    post.act(post.th["case_manager"], pair.sent_from, "disclose_identity")
    Postman(post.house, way).drain()
    with reading(post.house.db) as session:
        row = session.execute(select(OUTBOX).where(OUTBOX.c.done_at.is_(None))).one()
    assert (row.attempts, row.last_error) == (1, "ConnectionError")
    assert row.next_at > post.clock.now()
    assert "Mya" not in row.payload


def test_a_receipt_that_is_not_the_partners_is_not_believed(post: Post) -> None:
    class Liar(LocalTransport):
        def hand_over(self, envelope: Envelope) -> dict[str, Any]:
            travelled = super().hand_over(envelope)
            return {**travelled, "signature": bytes(64).hex()}

    pair = post.bring("acknowledged")
    post.act(post.th["case_manager"], pair.sent_from, "disclose_identity")
    Postman(post.house, Liar(post.house)).drain()
    assert post.waiting() == 1
    post.clock.advance(timedelta(hours=2))
    post.drain()
    assert post.must_agree(pair) == "acknowledged"


def test_two_workers_at_once_do_everything_once(post: Post) -> None:
    from concurrent.futures import ThreadPoolExecutor

    pair = post.bring("plan_proposed")
    acceptance(post, pair)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: post.drain(), range(2)))
    post.clock.advance(timedelta(hours=2))
    post.drain()
    assert post.must_agree(pair) == "accepted"
    assert receiving_cases(post, pair) == 1
    assert max(steps_told(post, pair).values()) == 1
