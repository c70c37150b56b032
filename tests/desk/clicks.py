"""The click table, walked: python -m tests.desk.clicks [--long] prints every row with its clicks."""

from __future__ import annotations

import sys

from tests.desk.hand import Hand
from tests.desk.pictures import opened
from tests.desk.place import VIEWS, Place
from tests.desk.tasks import TASKS, Task
from tests.factories.staff import Worker
from tests.gates.scene import quiet

# What the suite tries: screen -> whether it runs scripts. The command's long form tries all four pairs.
SCREENS = {"phone": True, "desktop": False}


def done(place: Place, task: Task, view: str, *, scripts: bool) -> int:
    """Do a task before such a screen, from the page that comes first; the clicks it took."""

    def seat(worker: Worker) -> Hand:
        hand = place.at_desk(worker, view, scripts=scripts)
        hand.opens("/")
        return hand

    return task.do(place, seat).clicks


def main() -> None:
    """The command: exit code 1 where a row takes more clicks than it may."""
    quiet()
    pairs = [(view, scripts) for view in VIEWS for scripts in (True, False)]
    pairs = pairs if "--long" in sys.argv else list(SCREENS.items())
    over = False
    with opened() as place:
        print("| task | at most | " + " | ".join(f"{view}{'' if js else ', plain'}" for view, js in pairs) + " |")
        print("|" + "---|" * (len(pairs) + 2))
        for task in TASKS:
            counted = []
            for view, scripts in pairs:
                counted.append(done(place, task, view, scripts=scripts))
                place.leave()
            over = over or max(counted) > task.most
            print(f"| {task.name} | {task.most} | {' | '.join(map(str, counted))} |", flush=True)
    sys.exit(over)


if __name__ == "__main__":
    main()
