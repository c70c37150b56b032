"""How far a file is from the people it was made of; told to the house alone, for it is no part of what was paid for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from app.statistics.microdata.noise import Counted, Plan, Record

__all__ = ["measured_errors"]


def measured_errors(
    names: Sequence[Sequence[str]], plan: Plan, true: Sequence[Record], counted: Counted, drawn: Counter[Record]
) -> list[dict[str, Any]]:
    """For the number of people and each marginal: the figures that were true, and how far the file's are from them.

    mean and most: people for each cell. misplaced: the share of the people that would have to stand in another cell to
    make the file's table the true one. noise: the mean distance of the noisy counts themselves.
    """
    found = []
    people = len(true)
    for at, places in enumerate(plan.marginals):
        cells = plan.cells(at)
        really = Counter(tuple(record[place] for place in places) for record in true)
        filed: Counter[Record] = Counter()
        for record, times in drawn.items():
            filed[tuple(record[place] for place in places)] += times
        off = [abs(filed[cell] - really[cell]) for cell in cells]
        noisy = [abs(count - really[cell]) for cell, count in zip(cells, counted.counts[at], strict=True)]
        found.append(
            {
                "marginal": list(names[at - 1]) if at else [],
                "cells": len(cells),
                "true_people": people,
                "file_records": sum(filed.values()),
                "mean": round(sum(off) / len(cells), 3),
                "most": max(off),
                "misplaced": round(sum(off) / (2 * people), 3) if people else 0.0,
                "noise": round(sum(noisy) / len(cells), 3),
            }
        )
    return found

