"""Every row of the click table, counted: on a phone with scripts, at a desk without."""

from __future__ import annotations

import pytest

from tests.desk.hand import Hand
from tests.desk.place import Place
from tests.desk.tasks import TASKS, Task
from tests.factories.staff import Worker

# By command (python -m tests.desk.clicks --long) each screen is tried both with scripts and without.
SCREENS = {"phone": True, "desktop": False}


def done(place: Place, task: Task, view: str, scripts: bool) -> int:
    """Do a task before such a screen; the clicks it took."""

    def seat(worker: Worker) -> Hand:
        hand = place.at_desk(worker, view, scripts=scripts)
        hand.opens("/")
        return hand

    return task.do(place, seat).clicks


@pytest.mark.parametrize("view", SCREENS)
@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_it_takes_no_more_clicks_than_the_table_says(place: Place, task: Task, view: str) -> None:
    clicks = done(place, task, view, SCREENS[view])
    print(f"GATE clicks {task.name.replace(' ', '-')}@{view}={clicks} limit={task.most}")
    assert clicks <= task.most
