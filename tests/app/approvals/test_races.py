"""Several decide at once: one wins, the act happens once, on both engines."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from app.access import two_persons
from tests.factories.approvals import ask_for_power, decide, roles_of, second_administrator, state_of, step_up
from tests.factories.staff import add_user
from tests.factories.towns import Town


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run all of them as nearly together as threads allow; their results in order."""
    results: list[Any] = [None] * len(acts)
    gate = threading.Barrier(len(acts))

    def run(place: int) -> None:
        gate.wait()
        results[place] = acts[place]()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_two_who_agree_at_once_have_one_effect(town: Town) -> None:
    second = second_administrator(town)
    third = add_user(town.house, "th-datip", "administrator")
    step_up(town, third)
    for _ in range(4):
        approval, gains = ask_for_power(town)
        before = len(town.looks("approval_carried_out"))
        answers = at_once(*(partial(decide, town, who, approval) for who in (second, third)))
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        assert len(town.looks("approval_carried_out")) == before + 1
        assert roles_of(town, gains) == {"supervisor"}


def test_agree_against_withdraw_has_one_winner(town: Town) -> None:
    second, asker = second_administrator(town), town.th["administrator"]
    for _ in range(4):
        approval, gains = ask_for_power(town)
        answers = at_once(partial(decide, town, second, approval), partial(decide, town, asker, approval, "withdraw"))
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        won = "agreed" if answers[0].status_code == 200 else "withdrawn"
        assert state_of(town, approval) == (won, None)
        assert roles_of(town, gains) == ({"supervisor"} if won == "agreed" else {"social_worker"})


def test_every_kind_says_what_it_does_and_at_once_acts_what_undoes_them(town: Town) -> None:
    assert {"role_grant", "bulk_export", "key_operation", "release_table"} <= set(two_persons.KINDS)
    for kind in two_persons.KINDS.values():
        assert callable(kind.deed) and kind.act
        assert kind.permission in town.house.policies.permissions
        assert kind.at_once == (kind.undo is not None)
