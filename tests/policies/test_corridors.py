"""Corridors and clocks: found from both ends, falling back where nothing is agreed, one value a day."""

from __future__ import annotations

from datetime import date
from itertools import combinations

import pytest

from policies.model import CORRIDOR_CLOCKS, COUNTRY_CLOCKS, Basis, Policies
from tests.policies.conftest import BrokenCopy

TODAY = date(2026, 11, 23)
COUNTRIES = ("TH", "MM", "LA", "KH", "VN", "CN")
PAIRS = ("th-mm", "th-la", "th-kh", "th-vn", "kh-vn", "mm-cn", "vn-cn", "kh-cn", "la-cn", "la-vn", "th-cn")


def test_all_countries_and_corridors_are_there(policies: Policies) -> None:
    assert set(policies.countries) == set(COUNTRIES)
    assert set(policies.corridors) == set(PAIRS)


@pytest.mark.parametrize(("a", "b"), list(combinations(COUNTRIES, 2)))
def test_a_corridor_is_found_from_both_ends(policies: Policies, a: str, b: str) -> None:
    there, back = policies.corridor(a, b), policies.corridor(b, a)
    assert there == back
    assert set(there.countries) == {a, b}
    assert there.other(a) == b
    assert there.other(b) == a
    assert there.is_default == (there.key not in PAIRS)
    assert there.in_force(TODAY)


def test_a_pair_without_a_file_rests_on_the_default(policies: Policies) -> None:
    found = policies.corridor("MM", "LA")
    assert found.is_default
    assert (found.key, found.countries) == ("la-mm", ("LA", "MM"))
    assert found.clocks == policies.default_corridor.clocks
    assert [each.source for each in found.in_force(TODAY)] == ["COMMIT-MOU-2004"]
    assert found.focal_office("LA") is None
    assert found.border_points == ()


def test_a_regional_text_says_nothing_to_a_country_outside(policies: Policies) -> None:
    assert policies.corridor("TH", "JP").in_force(TODAY) == ()
    assert policies.corridor("TH", "JP").clock("acknowledge", TODAY) is not None


def test_a_country_has_no_corridor_with_itself(policies: Policies) -> None:
    with pytest.raises(ValueError, match="two countries"):
        policies.corridor("TH", "TH")
    with pytest.raises(ValueError, match="not part of corridor"):
        policies.corridor("TH", "MM").other("LA")


def test_what_a_corridor_leaves_open_the_default_answers(policies: Policies) -> None:
    corridor, default = policies.corridor("TH", "MM"), policies.default_corridor
    assert corridor.escalation == default.escalation
    assert corridor.disclosure == default.disclosure
    assert corridor.documents == default.documents
    assert corridor.meetings != default.meetings
    assert set(corridor.clocks) == set(CORRIDOR_CLOCKS)
    assert not corridor.is_default


def test_a_corridor_s_own_clock_wins_and_only_from_its_day_on(copy: BrokenCopy) -> None:
    copy.swap(
        "corridors/th-mm.yaml",
        "statistics_channel:",
        "clocks:\n  acknowledge:\n"
        "    - {from: 2026-01-01, value: 3, unit: days, basis: default, note: A test.}\n"
        "statistics_channel:",
    )
    changed = copy.load()
    assert changed.clock("acknowledge", "TH", "MM", on=date(2026, 1, 1)).value == 3
    assert changed.clock("acknowledge", "TH", "MM", on=date(2025, 12, 31)).value == 5
    assert changed.clock("acknowledge", "TH", "LA", on=date(2026, 1, 1)).value == 5
    assert changed.clock("tracing", "TH", "MM", on=date(2026, 1, 1)).value == 45
    assert changed.corridor("TH", "MM").clocks["acknowledge"].value == 3


def test_clocks_resolve_corridor_then_default_then_country(policies: Policies) -> None:
    assert policies.clock("acknowledge", "MM", "TH", on=TODAY).unit == "working_days"
    assert policies.clock("acknowledge", "MM", on=TODAY).value == 5
    assert policies.clock("reflection", "TH", on=TODAY).value == 45
    assert policies.clock("reflection", "TH", "MM", on=TODAY).value == 45
    assert policies.clock("reflection", "MM", on=TODAY).value == 30


def test_a_clock_that_nobody_states_is_a_clear_error(policies: Policies) -> None:
    with pytest.raises(KeyError, match="TH has no clock 'tea_time'"):
        policies.clock("tea_time", "TH", on=TODAY)
    with pytest.raises(KeyError, match="no such country"):
        policies.clock("reflection", "XX", on=TODAY)
    with pytest.raises(KeyError, match="1999-12-31"):
        policies.clock("reflection", "TH", on=date(1999, 12, 31))


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("name", COUNTRY_CLOCKS)
@pytest.mark.parametrize("on", [date(2005, 6, 1), date(2017, 3, 10), TODAY, date(2040, 1, 1)])
def test_every_country_answers_every_clock_on_every_day(policies: Policies, country: str, name: str, on: date) -> None:
    assert policies.clock(name, country, on=on).value > 0


def test_the_value_of_the_day_is_used(policies: Policies) -> None:
    before = policies.clock("decision", "TH", on=date(2022, 3, 30))
    after = policies.clock("decision", "TH", on=date(2022, 3, 31))
    assert (before.basis, after.basis) == (Basis.DEFAULT, Basis.SOURCED)


def test_dated_values_never_overlap(policies: Policies) -> None:
    """The loader refuses it; here the shipped data are looked at by another way."""
    lists = [values for country in policies.countries.values() for values in country.clocks.values()]
    lists += [values for corridor in policies.corridors.values() for values in corridor.dated_clocks.values()]
    for values in lists:
        for one, other in combinations(values, 2):
            apart = (one.until and one.until < other.from_) or (other.until and other.until < one.from_)
            assert apart


def test_every_handover_has_an_office_on_each_side(policies: Policies) -> None:
    for corridor in policies.corridors.values():
        assert corridor.border_points, corridor.key
        for point in corridor.border_points:
            for country in corridor.countries:
                office = policies.office(point.offices[country])
                assert (office.country, office.kind) == (country, "border"), point.code


def test_border_points_have_one_name_each(policies: Policies) -> None:
    codes = [point.code for corridor in policies.corridors.values() for point in corridor.border_points]
    assert len(codes) == len(set(codes))


def test_the_demonstration_finds_its_places(policies: Policies) -> None:
    points = {point.code for point in policies.corridor("TH", "MM").border_points}
    assert points == {"mae-sot-myawaddy", "mae-sai-tachileik", "ranong-kawthaung"}
    assert policies.corridor("TH", "LA").border_point("nong-khai-vientiane").names["TH"] == "Nong Khai"
    assert policies.corridor("TH", "MM").focal_office("TH") == "th-datip"
    assert policies.corridor("TH", "MM").focal_office("MM") == "mm-dor"
    for country in ("TH", "MM", "LA"):
        kinds = {office.kind for office in policies.countries[country].offices}
        assert {"shelter", "border", "ngo", "health", "legal", "police", "ministry"} <= kinds
    assert sum(each.kind == "shelter" for each in policies.countries["TH"].offices) >= 2


def test_a_conflict_between_sources_stays_visible(policies: Policies) -> None:
    meeting = policies.corridor("TH", "MM").meetings[0]
    assert meeting.every_months == 8
    assert len(meeting.conflicts) == 2


def test_instruments_hold_only_between_their_days(policies: Policies) -> None:
    corridor = policies.corridor("LA", "TH")
    assert [each.source for each in corridor.in_force(date(2010, 1, 1))] == ["TH-LA-MOU-2005"]
    assert "TH-LA-MOU-2005" not in [each.source for each in corridor.in_force(TODAY)]
    assert corridor.in_force(date(2005, 7, 12)) == ()


def test_the_offer_says_nothing_by_which_a_person_could_be_known(policies: Policies) -> None:
    for corridor in (*policies.corridors.values(), policies.default_corridor):
        offered = corridor.may_travel("offer")
        assert not offered & {"identity", "contact", "family", "health", "documents", "risk", "legal"}
        assert "identity" in corridor.may_travel("acknowledged")
        assert offered < corridor.may_travel("acknowledged") < corridor.may_travel("accepted")
