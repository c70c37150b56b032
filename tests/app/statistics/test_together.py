"""Hiding beside tables of the same people, pure: what each rule is for, by the smallest example that shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import product

import pytest

from app.statistics.hiding import Figure, Key, TellsTooMuch, figures, hidden
from app.statistics.linked import Known, People, Place
from app.statistics.pairs import Pairs
from app.statistics.together import drifted, hidden_beside

LIMIT = 5
# One way in, which asks nothing.
EVERYBODY: tuple[frozenset[Place], ...] = (frozenset(),)


def people(*counts: int) -> Counter[People]:
    """So many of each combination of office (a, b), state (x, y) and sex (F, M), all of them in both tables."""
    kinds = product("ab", "xy", "FM")
    return Counter({
        People(tuple((each,) for each in kind), frozenset({0, 1})): number
        for kind, number in zip(kinds, counts, strict=True) if number
    })  # fmt: skip


def cells(found: Counter[People], *reads: int) -> dict[Key, int]:
    """A table of them by these attributes."""
    counted: Counter[Key] = Counter()
    for each, number in found.items():
        counted[tuple(each.record[at][0] for at in reads)] += number
    return dict(counted)


def known(counted: Mapping[Key, int], reads: tuple[int, ...], hide: frozenset[Figure] | None) -> Known:
    """A table that is public, or with None the new one."""
    told = frozenset() if hide is None else frozenset(figures(counted).keys() - hide)
    return Known(tuple((at, 0) for at in reads), EVERYBODY, told, hide or frozenset(), counted, LIMIT)


def beside(found: Counter[People]) -> frozenset[Figure]:
    """What state by sex hides beside office by state."""
    first, second = cells(found, 0, 1), cells(found, 1, 2)
    tables = [known(first, (0, 1), hidden(first, LIMIT)), known(second, (1, 2), None)]
    return hidden_beside(found, tables, hidden(second, LIMIT))


def test_what_another_table_tells_protects_nothing() -> None:
    # x and y are told as sums by the first table; the second would have hidden one of them for nothing.
    found = people(20, 20, 20, 20, 20, 20, 20, 2)
    hide = beside(found)
    assert hide >= {name for name, count in figures(cells(found, 1, 2)).items() if count < LIMIT}
    assert ("x", None) not in hide and ("y", None) not in hide


def test_a_sum_that_another_table_hides_is_not_told() -> None:
    # Of state y there are 3 in all: the first table hides it, and so does the second, with another sum beside it.
    found = people(20, 20, 2, 0, 20, 20, 0, 1)
    hide = beside(found)
    assert ("y", None) in hide and ("x", None) in hide | {(None, None)}


def test_a_figure_that_changed_by_a_few_since_is_not_told() -> None:
    found = people(20, 20, 20, 20, 20, 20, 20, 20)
    assert beside(found) == frozenset()
    first = cells(found, 0, 1)
    then = {key: number - 2 * (key == ("a", "x")) for key, number in first.items()}
    second = cells(found, 1, 2)
    tables = [known(then, (0, 1), frozenset()), known(second, (1, 2), None)]
    few = drifted(found, tables)
    assert few == {("x", None), (None, None)}, "two more in state x since: one table minus the other"
    hide = hidden_beside(found, tables, hidden(second, LIMIT, stay=few))
    assert few < hide and ("y", None) not in hide, "and nobody adds up x from its parts"


def arrived(counts: Mapping[tuple[str, str, str], int]) -> tuple[Counter[People], list[Known]]:
    """People by country, age and whether they returned: a public table of all, and a new one of those who returned."""
    found = Counter({
        People(tuple((each,) for each in kind), frozenset({0, 1} if kind[2] == "yes" else {0})): number
        for kind, number in counts.items()
    })  # fmt: skip
    every: Counter[Key] = Counter()
    back: Counter[Key] = Counter()
    for (country, age, returned), number in counts.items():
        every[country, age] += number
        back[country, age] += number if returned == "yes" else 0
    reads = ((0, 0), (1, 0))
    tables = [
        Known(reads, EVERYBODY, frozenset(figures(every)), frozenset(), every, LIMIT),
        Known(reads, (frozenset({(2, 0)}),), frozenset(), frozenset(), back, LIMIT),
    ]
    return found, tables


def test_two_exchanges_hide_what_none_of_them_hides_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    # All are told by country and age, so ages cannot be exchanged; a girl of a for a woman of a, and a woman of b for a
    # girl of b, leave every sum of those who returned as it was.
    back = {("a", "x"): 2, ("a", "y"): 20, ("b", "x"): 20, ("b", "y"): 20}
    found, tables = arrived({
        (*kind, returned): number if returned == "yes" else 20
        for kind, number in back.items() for returned in ("yes", "no")
    })  # fmt: skip
    alone = hidden(back, LIMIT)
    hide = hidden_beside(found, tables, alone)
    sums = {("a", None), ("b", None), (None, "x"), (None, "y"), (None, None)}
    assert ("a", "x") in hide and not hide & sums
    monkeypatch.setattr(Pairs, "of", lambda *_: iter(()))
    # Each exchange by itself shows in the sums by age, so that they would have to go.
    assert hidden_beside(found, tables, alone) >= {(None, "x"), (None, "y")}


def test_nothing_can_be_told_where_the_other_table_leaves_no_doubt() -> None:
    # The other table tells every combination of the same two attributes: a small cell there is no secret any more.
    found = people(20, 20, 20, 20, 20, 20, 20, 2)
    second = cells(found, 1, 2)
    everything = Known(((1, 0), (2, 0)), EVERYBODY, frozenset(figures(second)), frozenset(), second, LIMIT)
    third = cells(found, 0, 1, 2)
    new = Known(((0, 0), (1, 0), (2, 0)), EVERYBODY, frozenset(), frozenset(), third, LIMIT)
    hide = hidden_beside(found, [everything, new], hidden(third, LIMIT))
    assert ("b", "y", "M") in hide


def test_what_is_given_away_already_is_refused() -> None:
    # The older table hides 3, and tells the 20 beside it and both together.
    found = Counter({
        People((("a",), ("p",)), frozenset({0, 1})): 3, People((("b",), ("q",)), frozenset({0, 1})): 20,
    })  # fmt: skip
    first: dict[Key, int] = {("a",): 3, ("b",): 20}
    second: dict[Key, int] = {("p",): 3, ("q",): 20}
    new = Known(((1, 0),), EVERYBODY, frozenset(), frozenset(), second, LIMIT)

    def older(*hide: Figure) -> Known:
        told = frozenset(figures(first).keys() - set(hide))
        return Known(((0, 0),), EVERYBODY, told, frozenset(hide), first, LIMIT)

    alone = hidden(second, LIMIT)
    assert hidden_beside(found, [older(("a",), ("b",)), new], alone) == alone
    with pytest.raises(TellsTooMuch):
        hidden_beside(found, [older(("a",)), new], alone)
