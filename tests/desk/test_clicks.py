"""Every row of the click table, counted: on a phone with scripts, at a desk without."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.desk.clicks import SCREENS, done
from tests.desk.hand import Hand
from tests.desk.place import Place
from tests.desk.tasks import TASKS, Seat, Task


@pytest.mark.parametrize("view", SCREENS)
@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_it_takes_no_more_clicks_than_the_table_says(place: Place, task: Task, view: str) -> None:
    clicks = done(place, task, view, scripts=SCREENS[view])
    print(f"GATE clicks {task.name.replace(' ', '-')}@{view}={clicks} limit={task.most}")
    assert clicks <= task.most


def test_the_gate_bites_its_mutant(place: Place) -> None:
    """A page more on the way: somebody has to go by the list of cases first."""
    finish = next(task for task in TASKS if task.name == "worker: finish a step")

    def by_a_detour(place: Place, seat: Seat) -> Hand:
        def seated(worker: object) -> Hand:
            hand = seat(worker)  # type: ignore[arg-type]
            hand.clicks_on("Cases")
            hand.clicks_on("My work")
            return hand

        return finish.do(place, seated)

    assert done(place, replace(finish, do=by_a_detour), "desktop", scripts=False) > finish.most
