"""Two installations on a real line: a person goes home, and neither country keeps a word in the other's database."""

from __future__ import annotations

from tests.journeys import paths, proof
from tests.journeys.apart import Apart
from tests.journeys.hands import filled


def test_a_person_goes_home_between_two_installations(apart: Apart) -> None:
    crossing = paths.scheduled(apart)
    paths.cross(apart, crossing)
    assert apart.holders()[crossing.shared_id] == ["MM"]
    home = paths.settle(apart, crossing)
    assert apart["mm.manager"].look(home)["care"] == "reintegrating"
    assert apart["th.manager"].look(crossing.case)["care"] == "handed_over"
    keeper = apart["mm.manager"]
    apart.days(30)
    keeper.record(home, "consent", purpose="reintegration_report", recipient="TH")
    for number, days in ((1, 0), (2, 60), (3, 90), (4, 30)):
        apart.days(days)
        keeper.take(crossing.arrived, "report_visit", filled(number=number))
        apart.post()
    keeper.take(crossing.arrived, "complete")
    apart.post()
    for house in apart.houses:
        proof.chains_hold(house)
        proof.facts_follow_from_history(house)
        proof.nothing_waits(house)
