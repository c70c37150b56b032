"""A repeated request: the same answer, one effect, also from two threads at once; sealed while it is kept."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.access import once
from app.models.idempotency import IdempotencyKey
from tests.app.access.world import API, World
from tests.inspect import reading, tampering, writing

NOTE = {"text": "her own words"}


def test_the_same_request_gets_the_same_answer_and_one_effect(world: World) -> None:
    first = world.post("worker", "/trial/notes", NOTE, key="k1")
    again = world.post("worker", "/trial/notes", NOTE, key="k1")
    assert (first.status_code, first.content, first.headers["etag"]) == (
        again.status_code,
        again.content,
        again.headers["etag"],
    )
    assert again.headers["idempotency-replayed"] == "true"
    assert len(world.entries("noted")) == 1
    assert world.post("worker", "/trial/notes", NOTE, key="k2").status_code == 201
    assert len(world.entries("noted")) == 2


def test_without_a_key_nothing_happens(world: World) -> None:
    answer = world.post("worker", "/trial/notes", NOTE, key="")
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")
    for key in ("k" * 129, "two words", "\t"):
        answer = world.post("worker", "/trial/notes", NOTE, key=key)
        assert answer.status_code == 400, key
    assert world.entries("noted") == []


def test_another_request_under_the_same_key_is_refused(world: World) -> None:
    assert world.post("worker", "/trial/notes", NOTE, key="k").status_code == 201
    for path, body in (
        ("/trial/notes", {"text": "other"}),
        ("/trial/notes?x=1", NOTE),
        ("/trial/conflicts", None),
    ):
        answer = world.post("worker", path, body, key="k")
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused"), path
    assert len(world.entries("noted")) == 1


def test_keys_belong_to_one_account(world: World) -> None:
    world.add_user("colleague", "th-a", "worker")
    assert world.post("worker", "/trial/notes", NOTE, key="k").status_code == 201
    answer = world.post("colleague", "/trial/notes", {"text": "mine"}, key="k")
    assert answer.json()["text"] == "mine"


def test_a_refusal_is_not_remembered(world: World) -> None:
    assert world.post("worker", "/trial/conflicts", key="k").status_code == 409
    assert world.post("worker", "/trial/notes", NOTE, key="k").status_code == 201


def test_forms_are_recognised_by_their_bytes(world: World) -> None:
    def send(text: str) -> Any:
        return world.client.post(
            f"{API}/trial/forms", data={"text": text}, headers=world.headers("worker", Idempotency_Key="k")
        )

    first, again, other = send("a"), send("a"), send("b")
    assert first.status_code == 201 and first.content == again.content
    assert other.status_code == 422
    assert len(world.entries("noted")) == 1


@pytest.mark.parametrize("threads", [2, 8])
def test_many_at_once_make_one_effect(world: World, threads: int) -> None:
    world.headers("worker")
    with ThreadPoolExecutor(threads) as pool:
        answers = list(pool.map(lambda _: world.post("worker", "/trial/notes", NOTE, key="k"), range(threads)))
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert sorted("idempotency-replayed" in answer.headers for answer in answers) == [False] + [True] * (threads - 1)
    assert len(world.entries("noted")) == 1


def test_what_is_kept_is_sealed_to_its_place(world: World) -> None:
    assert world.post("worker", "/trial/notes", NOTE, key="k").status_code == 201
    with reading(world.house.db) as session:
        row = session.execute(select(IdempotencyKey.__table__)).one()
    assert b"her own words" not in row.answer
    with tampering(world.house.db) as session:
        session.execute(update(IdempotencyKey).values(key="moved"))
    assert world.post("worker", "/trial/notes", NOTE, key="moved").status_code == 500


def test_after_a_day_a_key_is_free_again(world: World) -> None:
    assert world.post("worker", "/trial/notes", NOTE, key="k").status_code == 201
    assert world.post("worker", "/trial/notes", NOTE, key="young").status_code == 201
    world.clock.advance(timedelta(hours=24))
    world.tokens.clear()
    assert world.post("worker", "/trial/notes", {"text": "new"}, key="k").status_code == 201
    with writing(world.house.db) as session:
        assert once.purge(session, world.clock.now()) == 1
    assert world.post("worker", "/trial/notes", {"text": "new"}, key="k").headers["idempotency-replayed"]


def test_a_door_that_forgets_keys_acts_twice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.access.once.claim", lambda *_: None)
    monkeypatch.setattr("app.access.once.store", lambda *_: None)
    for _ in range(2):
        assert world.post("worker", "/trial/notes", NOTE, key="k").status_code == 201
    assert len(world.entries("noted")) == 2
