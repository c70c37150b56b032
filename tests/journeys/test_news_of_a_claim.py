"""A claim moves after the person went home: they are told there, and what they want comes back; at both doors."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.casework.facts import referral_facts_from
from app.casework.held import REFERRAL
from app.casework.tasks import TABLE as TASK
from tests.inspect import reading
from tests.journeys import matters, paths, proof
from tests.journeys.apart import Apart
from tests.journeys.doors import Door
from tests.journeys.hands import Paper, filled
from tests.journeys.paths import Crossing
from tests.journeys.scene import Scene

KEPT_WORDS = "He wants to ask his wife first."


def baht(units: int) -> dict[str, object]:
    return {"units": units, "currency": "THB"}


def claimed(door: Door, case: Paper) -> str:
    """A claim for wages that is filed, with somebody who can go on with it."""
    manager = "th.manager"
    claim = matters.opened(door, manager, case, "prepare_remedy", basis="Unpaid for nine months.")
    matters.moved(door, manager, case, claim, "file_remedy", filled(claimed=baht(90_000)))
    return claim


def at_home(door: Door, agreed: bool = True) -> tuple[Crossing, Paper, str]:
    """Somebody who is at home again with a claim that goes on here: the crossing, their case there, the claim."""
    scene = door.scene
    crossing = paths.scheduled(scene)
    claim = claimed(door, crossing.case)
    paths.cross(scene, crossing)
    home = paths.settle(scene, crossing)
    if agreed:
        door.record("mm.manager", home, "consent", purpose="reintegration_report", recipient="TH")
    scene.days(10)
    return crossing, home, claim


def duties(scene: Scene, case: Paper, who: str = "th.manager") -> set[str]:
    """The duties of a case that are about news of a claim."""
    return paths.open_tasks(scene[who], case) & {"report_remedy", "await_remedy", "tell_remedy"}


def letters(scene: Scene, crossing: Crossing, kind: str) -> list[Any]:
    return [each for each in proof.letters(scene.house, crossing.shared_id)
            if each.type == kind and each.direction == "out"]  # fmt: skip


def told(scene: Scene, crossing: Crossing, country: str) -> list[Any]:
    """What a country's copy knows of claims."""
    house = scene.houses[1] if isinstance(scene, Apart) and country == "MM" else scene.house
    query = select(REFERRAL.c.facts).where(
        REFERRAL.c.shared_id == crossing.shared_id, REFERRAL.c.country == country
    )
    with reading(house.db) as session:
        return list(referral_facts_from(session.execute(query).scalar_one()).remedy_news)


def test_news_of_a_claim_reaches_the_person_and_their_wish_comes_back(door: Door) -> None:
    scene = door.scene
    crossing, home, claim = at_home(door)
    assert duties(scene, crossing.case) == set()
    matters.moved(door, "th.manager", crossing.case, claim, "refuse_remedy", filled(appeal_until=scene.day(3)))
    assert duties(scene, crossing.case) == {"report_remedy"}, "the duty opens by itself"
    news = filled(news="refused", amount=None, on=scene.day(0), answer_by=scene.day(3))
    # Somebody far away decides by this word alone.
    door.refused("th.manager", crossing.sent, "report_remedy", "news_fits_the_claim",
                 record={**news, "news": "awarded"})  # fmt: skip
    door.take("th.manager", crossing.sent, "report_remedy", news)
    assert duties(scene, crossing.case) == {"await_remedy"}
    scene.post()
    assert duties(scene, home, "mm.manager") == {"tell_remedy"}
    (letter,) = letters(scene, crossing, "report_remedy")
    assert set(letter.body["about"]) == {"legal"} and letter.body["record"]["body"]["news"] == "refused"
    assert "remedy_reported" in matters.told(door, "mm.manager")
    # By the last day of the appeal, though the clock would give more.
    with reading(scene.house.db) as session:
        due = session.execute(select(TASK.c.due_at).where(TASK.c.kind == "tell_remedy")).scalar_one()
    assert due - scene.clock.now() < timedelta(days=4)

    # Nobody tells back of a claim of which nothing was told.
    answer = filled(news="refused", told_on=scene.day(0), wish="appeal", words=KEPT_WORDS)
    door.refused("mm.manager", crossing.arrived, "answer_remedy", "answer_is_about_a_told_claim",
                 record={**answer, "about": "settlement"})  # fmt: skip
    door.take("mm.manager", crossing.arrived, "answer_remedy", answer)
    assert duties(scene, home, "mm.manager") == set()
    scene.post()
    assert duties(scene, crossing.case) == set()
    (back,) = letters(scene, crossing, "answer_remedy")
    assert KEPT_WORDS not in str(back.body) and back.body["record"]["body"]["wish"] == "appeal"
    assert told(scene, crossing, "TH") == told(scene, crossing, "MM")
    (known,) = told(scene, crossing, "TH")
    assert (known.about, known.news, known.told, known.wish) == ("wages", "refused", True, "appeal")
    assert "remedy_answered" in matters.told(door, "th.manager")
    matters.moved(door, "th.manager", crossing.case, claim, "appeal_remedy", filled())
    assert duties(scene, crossing.case) == {"report_remedy"}, "the next move is news again"
    paths.proved(scene, crossing)


def test_without_consent_nothing_of_a_claim_travels(door: Door) -> None:
    scene = door.scene
    crossing, home, claim = at_home(door, agreed=False)
    manager = "th.manager"
    matters.moved(door, manager, crossing.case, claim, "award_remedy", filled(awarded=baht(60_000)))
    news = filled(news="awarded", on=scene.day(0), answer_by=None)
    for changes, guard in (
        ({"data_groups": ["needs", "identity"]}, "consent_for_notify_origin_of_legal"),
        ({}, ""),
    ):
        door.record(manager, crossing.case, "consent_withdrawal", purposes=["notify_origin"])
        scene.post()
        door.record(manager, crossing.case, "consent", purpose="notify_origin", recipient="MM", **changes)
        if guard:
            door.refused(manager, crossing.sent, "report_remedy", guard, record=news)
    door.take(manager, crossing.sent, "report_remedy", news)
    scene.post()
    # The person has not agreed that their answer goes back; whoever told them has done their part all the same.
    reply = filled(told_on=scene.day(0))
    door.refused("mm.manager", crossing.arrived, "answer_remedy",
                 "consent_for_reintegration_report_of_legal", record=reply)  # fmt: skip
    assert letters(scene, crossing, "answer_remedy") == []
    door.record("mm.manager", home, "remedy_told", told_on=scene.day(0), wish="go_on")
    assert duties(scene, home, "mm.manager") == set()
    assert duties(scene, crossing.case) == {"await_remedy"}
    paths.proved(scene, crossing)


def test_nothing_of_a_claim_is_told_while_asylum_is_asked_for(door: Door) -> None:
    """Nor is anybody led to tell it; when the claim for asylum is over the duty is there."""
    scene = door.scene
    crossing, _, claim = at_home(door)
    door.record("th.manager", crossing.case, "circumstances", asylum_claim=True)
    matters.moved(door, "th.manager", crossing.case, claim, "award_remedy", filled(awarded=baht(60_000)))
    assert duties(scene, crossing.case) == set()
    door.refused("th.manager", crossing.sent, "report_remedy", "no_asylum_claim_is_open",
                 record=filled(on=scene.day(0), answer_by=None))  # fmt: skip
    scene.post()
    assert letters(scene, crossing, "report_remedy") == []
    door.record("th.manager", crossing.case, "circumstances", asylum_claim=False)
    assert duties(scene, crossing.case) == {"report_remedy"}
    # Whoever reaches the person in another safe way has told them.
    door.record("th.manager", crossing.case, "remedy_told", told_on=scene.day(0), way="telephone")
    assert duties(scene, crossing.case) == set()


def test_two_claims_move_and_each_is_told_and_answered_by_itself(door: Door) -> None:
    scene = door.scene
    crossing, home, wages = at_home(door)
    manager = "th.manager"
    other = matters.opened(door, manager, crossing.case, "prepare_remedy", remedy_kind="compensation_state",
                           basis="The State scheme.")  # fmt: skip
    matters.moved(door, manager, crossing.case, other, "file_remedy", filled(claimed=baht(5_000)))
    matters.moved(door, manager, crossing.case, wages, "award_remedy", filled(awarded=baht(60_000)))
    door.take(manager, crossing.sent, "report_remedy", filled(on=scene.day(0), answer_by=None))
    assert duties(scene, crossing.case) == {"report_remedy", "await_remedy"}, "the other claim waits still"
    told_of = filled(about="compensation_state", news="filed", on=scene.day(0), amount=None, answer_by=None)
    door.take(manager, crossing.sent, "report_remedy", told_of)
    scene.post()
    door.take("mm.manager", crossing.arrived, "answer_remedy", filled(told_on=scene.day(0)))
    assert duties(scene, home, "mm.manager") == {"tell_remedy"}
    scene.post()
    assert duties(scene, crossing.case) == {"await_remedy"}
    door.take("mm.manager", crossing.arrived, "answer_remedy",
              filled(about="compensation_state", news="filed", told_on=scene.day(0), wish="undecided"))  # fmt: skip
    scene.post()
    assert duties(scene, home, "mm.manager") == duties(scene, crossing.case) == set()
    assert [each.wish for each in told(scene, crossing, "TH")] == ["go_on", "undecided"]
    paths.proved(scene, crossing)


def test_news_that_say_the_same_and_crossed_with_an_answer_wait_for_one_of_their_own(door: Door) -> None:
    """Found by the simulation (seed 120): the copies disagreed for ever on what the person had heard."""
    scene = door.scene
    crossing, home, wages = at_home(door)
    manager, keeper = "th.manager", "mm.manager"
    matters.moved(door, manager, crossing.case, wages, "award_remedy", filled(awarded=baht(60_000)))
    door.take(manager, crossing.sent, "report_remedy", filled(on=scene.day(0), answer_by=None))
    scene.post()
    door.take(keeper, crossing.arrived, "answer_remedy", filled(told_on=scene.day(0)))
    door.take(manager, crossing.sent, "report_remedy", filled(on=scene.day(0), answer_by=None))
    scene.post()
    assert [each.told for each in told(scene, crossing, "TH")] == [True, None]
    assert told(scene, crossing, "TH") == told(scene, crossing, "MM")
    assert duties(scene, crossing.case) == {"await_remedy"}
    assert duties(scene, home, keeper) == {"tell_remedy"}
    door.take(keeper, crossing.arrived, "answer_remedy", filled(told_on=scene.day(0), wish="stop"))
    scene.post()
    assert [each.wish for each in told(scene, crossing, "TH")] == ["go_on", "stop"]
    assert told(scene, crossing, "TH") == told(scene, crossing, "MM")
    assert duties(scene, crossing.case) == duties(scene, home, keeper) == set()
    paths.proved(scene, crossing)


def test_a_claim_is_told_of_between_two_installations_when_the_referral_is_completed(apart: Apart) -> None:
    """Over a real line, each country with its own database: the referral is over, and the claim lives on."""
    crossing = paths.scheduled(apart)
    manager, keeper = apart["th.manager"], apart["mm.manager"]
    opened = manager.post(f"{crossing.case.path}/matters", {
        "machine": "remedy", "step": "prepare_remedy", "seen_version": manager.look(crossing.case)["version"],
        "given": {}, "record": matters.form(apart.house, "remedy_preparation"),
    }, 201)  # fmt: skip
    claim = opened["matter"]["id"]

    def move(step: str, kind: str, **said: Any) -> None:
        manager.post(f"{crossing.case.path}/matters/{claim}/steps/{step}", {
            "seen_version": manager.look(crossing.case)["version"], "given": {},
            "record": matters.form(apart.house, kind, **said),
        })  # fmt: skip

    move("file_remedy", "remedy_filing")
    paths.cross(apart, crossing)
    home = paths.settle(apart, crossing)
    apart.days(30)
    keeper.record(home, "consent", purpose="reintegration_report", recipient="TH")
    for number, days in ((1, 0), (2, 60), (3, 90), (4, 30)):
        apart.days(days)
        keeper.take(crossing.arrived, "report_visit", filled(number=number))
        apart.post()
    keeper.take(crossing.arrived, "complete")
    apart.post()
    assert keeper.look(crossing.arrived)["state"] == "completed" == manager.look(crossing.sent)["state"]
    move("award_remedy", "remedy_award", awarded=baht(60_000))
    manager.take(crossing.sent, "report_remedy", filled())
    apart.post()
    assert duties(apart, home, "mm.manager") == {"tell_remedy"}
    keeper.take(crossing.arrived, "answer_remedy", filled(wish="stop", words=KEPT_WORDS))
    apart.post()
    assert duties(apart, crossing.case) == duties(apart, home, "mm.manager") == set()
    (known,) = told(apart, crossing, "TH")
    assert (known.told, known.wish) == (True, "stop") and [known] == told(apart, crossing, "MM")
    for house in apart.houses:
        proof.chains_hold(house)
        proof.facts_follow_from_history(house)
        proof.nothing_waits(house)
