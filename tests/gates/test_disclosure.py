"""G25, the part about figures: an attacker who adds up all that is told finds out no hidden figure.

The short form; `python -m tests.gates.disclosure --long` attacks 500 tables, and `disclosure_together` 500 systems of
tables of the same people.
"""

from __future__ import annotations

import pytest

from tests.gates import disclosure_together
from tests.gates.disclosure import MUTANTS, Attack, attack_all

TABLES = 24
SYSTEMS = 20


def test_nobody_finds_out_a_hidden_figure() -> None:
    found = attack_all(TABLES)
    assert found.recovered == 0
    assert found.hid > TABLES and found.told > TABLES and found.later and found.stood, "the attack had something to do"


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_mutants_are_caught(mutant: str) -> None:
    assert attack_all(TABLES, **MUTANTS[mutant]).recovered, f"{mutant} would not be noticed"


def test_the_attacker_reckons_with_whole_numbers_limits_and_growth() -> None:
    def finds(cells: dict[tuple[str, ...], int], *hide: tuple[str | None, ...], limit: int = 5) -> set[object]:
        return {name for _, name in Attack([(cells, frozenset(hide))], limit).found_out()}

    pair = {("a", "x"): 2, ("a", "y"): 3, ("b", "x"): 20, ("b", "y"): 30}
    # 2 and 3 are 5: each of them lies below 5. With the sum hidden too, only the other side keeps it.
    assert finds(pair, ("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")) == {("a", "x"), ("a", "y")}
    assert finds({("a",): 2, ("b",): 9}, ("a",), ("b",)) == set()
    assert finds({("a",): 2, ("b",): 9}, ("a",)) == {("a",)}
    before, after = {("a",): 2, ("b",): 9}, {("a",): 2, ("b",): 10}
    both = frozenset({("a",), ("b",)})
    assert Attack([(before, both), (after, both)], 5, grew=True).found_out() == []
    told = [(before, both), (after, frozenset({("a",), ("b",), (None,)}) - {("b",)})]
    # Whoever is told the 10 knows that there were at most 10 before, and at least 1 of the others.
    assert {name for at, name in Attack(told, 5, grew=True).found_out() if at == 0} == set()


def test_nobody_finds_out_a_hidden_figure_from_tables_of_the_same_people() -> None:
    found = disclosure_together.attack_all(SYSTEMS)
    assert found.recovered == 0
    assert found.hid > SYSTEMS and found.told > SYSTEMS and found.stood < SYSTEMS, "the attack had something to do"


@pytest.mark.parametrize("mutant", disclosure_together.MUTANTS)
def test_the_mutants_that_forget_the_other_tables_are_caught(mutant: str) -> None:
    assert disclosure_together.attack_all(SYSTEMS, disclosure_together.MUTANTS[mutant]).recovered
