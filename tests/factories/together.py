"""Does several things at the same moment, each in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Do all at the same moment, each in a thread of its own; the answers in the order of the acts."""
    gate = threading.Barrier(len(acts))

    def go(act: Callable[[], Any]) -> Any:
        gate.wait(timeout=30)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [answer.result(timeout=60) for answer in [pool.submit(go, act) for act in acts]]
