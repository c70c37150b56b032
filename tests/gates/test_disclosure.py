"""G25, the part about figures: an attacker who adds up all that is told finds out no hidden figure.

The short form; `python -m tests.gates.disclosure --long` attacks 500 tables.
"""

from __future__ import annotations

from tests.gates.disclosure import afresh, attack_all, only_small

TABLES = 16


def test_nobody_finds_out_a_hidden_figure() -> None:
    found = attack_all(TABLES)
    assert found.recovered == 0
    assert found.hid > TABLES and found.told > TABLES and found.later and found.stood, "the attack had something to do"


def test_the_mutants_are_caught() -> None:
    assert attack_all(TABLES, hider=only_small).recovered, "hiding small figures alone would not be noticed"
    assert attack_all(TABLES, follower=afresh).recovered, "releases made as if each were the first would not be noticed"
