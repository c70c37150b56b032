"""Lists in statements have few lengths and lose nobody; a limit stands in the statement itself."""

from __future__ import annotations

from sqlalchemy import column, select

from app.kit.lists import AT_ONCE, at_most, in_few_lengths
from app.kit.paging import ask


def test_lists_have_few_lengths_and_hold_every_value_in_its_order() -> None:
    assert list(in_few_lengths([])) == []
    lengths = set()
    for count in range(1, 3 * AT_ONCE + 2):
        values = [f"v{number}" for number in range(count)]
        cut = list(in_few_lengths(values))
        assert list(dict.fromkeys(value for part in cut for value in part)) == values
        lengths |= {len(part) for part in cut}
    assert lengths == {8, 16, 32, AT_ONCE}
    assert [len(part) for part in in_few_lengths(["a"] * 9, 12)] == [12], "never longer than was said"


def test_a_limit_stands_in_the_statement() -> None:
    query = ask(20, None, (str,)).narrow(select(column("id")), [column("id")])
    assert str(query).endswith("LIMIT 21") and str(select(column("id")).limit(at_most(3))).endswith("LIMIT 3")
    assert str(select(column("id")).limit(3)).endswith("LIMIT :param_1"), "SQLAlchemy's own is a parameter"
