"""What looks like chance falls the same way in every build; invented people fit the cell they are counted in."""

from __future__ import annotations

import pytest

from app.casework.identity import Identity
from app.demo.dice import Dice, spread
from app.demo.people import LANGUAGES, NAMES, invent


def test_the_same_seed_gives_the_same_stream_and_another_seed_another() -> None:
    one, same, other = Dice("a", 1), Dice("a", 1), Dice("a", 2)
    drawn = [one.below(1000) for _ in range(20)]
    assert drawn == [same.below(1000) for _ in range(20)] != [other.below(1000) for _ in range(20)]
    assert {Dice("b", n).between(3, 5) for n in range(60)} == {3, 4, 5}
    assert sorted(Dice("c").shuffled(range(9))) == list(range(9))


@pytest.mark.parametrize("total", [0, 1, 7, 51, 119])
def test_spread_gives_exactly_as_many_as_there_are(total: int) -> None:
    given = spread(total, (("a", 38), ("b", 6), ("c", 1)))
    assert len(given) == total
    assert given == sorted(given)
    if total == 119:
        assert given.count("a") > given.count("b") > given.count("c") > 0


@pytest.mark.parametrize("nationality", NAMES)
@pytest.mark.parametrize(("band", "ages"), [("0-14", range(8, 15)), ("15-17", range(15, 18)), ("18+", range(18, 47))])
def test_a_person_fits_the_cell(nationality: str, band: str, ages: range) -> None:
    for number in range(12):
        person = invent(number, nationality, "ForcedLabour", band, "F", 2017, "test")
        assert person == invent(number, nationality, "ForcedLabour", band, "F", 2017, "test")
        assert person.age in ages and person.age_band == band
        assert person.child == (band != "18+")
        assert person.identity["birth_year"] == 2017 - person.age
        assert Identity.model_validate(person.identity).sex == "F"
        assert person.language == LANGUAGES[nationality]


def test_the_wide_band_of_the_returns_is_refined_by_age() -> None:
    people = [invent(number, "LA", "ForcedLabour", "0-17", "M", 2017, "test") for number in range(40)]
    assert {person.age_band for person in people} == {"0-14", "15-17"}
    assert all((person.age < 15) == (person.age_band == "0-14") for person in people)
