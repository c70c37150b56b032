"""A clock that was ahead and is put right: what was queued meanwhile does not wait for the time that had been shown."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from app.kit.setbacks import Setbacks
from app.worker import LONGEST_WAIT, TABLE, Worker
from tests.app.exchange.wire import Post
from tests.inspect import writing

AHEAD = timedelta(hours=40)


def test_what_was_said_by_a_clock_that_was_ahead_goes_at_once(post: Post) -> None:
    pair = post.bring("sent")
    right = post.clock.now()
    post.clock.advance(AHEAD)
    post.act(post.mm["national_focal_point"], pair.arrived, "acknowledge")
    post.clock.set(right)
    post.drain()
    assert post.must_agree(pair) == "acknowledged"


def test_what_is_to_be_tried_again_within_the_hour_still_waits(post: Post) -> None:
    pair = post.bring("sent")
    post.act(post.mm["national_focal_point"], pair.arrived, "acknowledge")
    with writing(post.house.db) as session:
        later = post.clock.now() + LONGEST_WAIT
        session.execute(update(TABLE).where(TABLE.c.done_at.is_(None)).values(next_at=later))
    post.drain()
    assert post.waiting() > 0
    post.clock.advance(LONGEST_WAIT)
    post.drain()
    assert post.must_agree(pair) == "acknowledged"


def test_the_rounds_of_a_worker_go_on(post: Post) -> None:
    worker, right = Worker(post.house), post.clock.now()
    post.clock.advance(AHEAD)
    worker.watch()
    assert worker.sweep() == 1
    post.clock.set(right)
    assert worker.sweep() == 1
    assert worker.sweep() == 0


def test_what_failed_is_tried_again(post: Post) -> None:
    setbacks, right = Setbacks(), post.clock.now()

    def breaks() -> int:
        raise ValueError

    assert setbacks.tried("job", "one", right + AHEAD, breaks) == 0
    assert setbacks.tried("job", "one", right, lambda: 1) == 1
    assert setbacks.tried("job", "two", right, breaks) == 0
    assert setbacks.tried("job", "two", right + timedelta(seconds=1), lambda: 1) == 0
