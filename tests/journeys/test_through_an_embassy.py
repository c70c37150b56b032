"""Somebody from a country that has no office agreed with us is asked about on paper, by an embassy; at both doors."""

from __future__ import annotations

from sqlalchemy import select

from app.casework.messages import TABLE as MESSAGE
from tests.inspect import reading
from tests.journeys import matters, paths, proof
from tests.journeys.doors import Door
from tests.journeys.hands import Paper, filled
from workflows.guards.inquiries import nationality_told

MANAGER = "th.manager"
OF_EMBASSIES = {"send_embassy", "await_embassy", "tell_embassy"}


def a_kenyan(door: Door, agreed: bool = True, **facts: object) -> Paper:
    scene = door.scene
    case = paths.open_case(scene["th.social"], nationality="KE", language="en", **facts)
    paths.protect(scene, case, language="en")
    if agreed:
        agree(door, case)
    return case


def agree(door: Door, case: Paper) -> None:
    door.record(MANAGER, case, "consent", purpose="notify_origin", recipient="KE", data_groups=["identity"])


def duties(door: Door, case: Paper) -> set[str]:
    return matters.duties(door, MANAGER, case) & OF_EMBASSIES


def asked(door: Door, agreed: bool = True) -> tuple[Paper, str]:
    case = a_kenyan(door, agreed)
    return case, matters.opened(door, MANAGER, case, "ask_embassy")


def nothing_travelled(door: Door) -> None:
    with reading(door.scene.house.db) as session:
        assert session.execute(select(MESSAGE.c.id)).all() == [], "the program sends nothing"
    proof.chains_hold(door.scene.house)
    proof.facts_follow_from_history(door.scene.house)


def test_an_embassy_is_asked_and_says_that_she_is_its_national(door: Door) -> None:
    case = a_kenyan(door, agreed=False)
    matters.refused_to_open(door, MANAGER, case, "ask_embassy", "consent_for_asking")
    agree(door, case)
    for country in ("MM", "TH"):
        matters.refused_to_open(
            door, MANAGER, case, "ask_embassy", "no_office_is_agreed", "consent_for_asking", to_country=country
        )
    letter = matters.opened(door, MANAGER, case, "ask_embassy")
    assert duties(door, case) == {"send_embassy"}
    matters.refused_to_open(door, MANAGER, case, "ask_embassy", "embassy_is_not_asked_twice")
    matters.moved(door, MANAGER, case, letter, "note_embassy_sent", way="post")
    assert duties(door, case) == {"await_embassy"}
    matters.refused(door, MANAGER, case, letter, "let_embassy_lapse", "embassy_time_is_over")
    door.scene.days(20)
    answer = filled(answered=door.scene.day(0), nationality="confirmed", conditions=["interview"])
    matters.moved(door, MANAGER, case, letter, "note_embassy_answer", answer)
    found = matters.of(door, case, letter)
    assert (found.state, found.about) == ("answered", "nationality")
    assert {"to.KE", "way.post", "nationality.confirmed"} <= found.flags
    facts = matters.facts(door, case)
    assert nationality_told(facts, "KE") == (found.acted_on, "confirmed")
    assert duties(door, case) == set()
    nothing_travelled(door)


def test_a_letter_that_has_not_left_is_dropped_with_the_consent(door: Door) -> None:
    case, letter = asked(door)
    door.record(MANAGER, case, "consent_withdrawal", purposes=["notify_origin"], recipients=["KE"])
    assert matters.of(door, case, letter).state == "withdrawn"
    assert duties(door, case) == set()
    door.scene.post()
    assert duties(door, case) == set(), "who was told nothing is told nothing"
    matters.refused(door, MANAGER, case, letter, "ask_embassy_to_forget", "embassy_holds_a_letter", forget="danger")
    nothing_travelled(door)


def test_a_letter_that_has_left_is_taken_back_by_hand(door: Door) -> None:
    case, letter = asked(door)
    matters.moved(door, MANAGER, case, letter, "note_embassy_sent", way="by_hand")
    door.record(MANAGER, case, "consent_withdrawal", purposes=["notify_origin"], recipients=["KE"])
    door.scene.post()
    assert matters.of(door, case, letter).state == "withdrawn"
    assert duties(door, case) == {"tell_embassy"}
    matters.moved(door, MANAGER, case, letter, "note_embassy_told", told="by_hand")
    assert duties(door, case) == set()
    door.scene.days(2)
    door.scene.post()
    assert duties(door, case) == set(), "nobody is told twice"
    nothing_travelled(door)


def test_nothing_goes_to_an_embassy_while_asylum_is_asked_for(door: Door) -> None:
    case, letter = asked(door)
    door.record(MANAGER, case, "circumstances", asylum_claim=True)
    assert matters.of(door, case, letter).state == "withdrawn", "what has not left does not leave"
    matters.refused_to_open(door, MANAGER, case, "ask_embassy", "no_asylum_claim_is_open")
    door.record(MANAGER, case, "circumstances", asylum_claim=False)
    letter = matters.opened(door, MANAGER, case, "ask_embassy")
    matters.moved(door, MANAGER, case, letter, "note_embassy_sent", way="ministry")
    matters.moved(door, MANAGER, case, letter, "take_embassy_letter_back", forget="not_needed")
    assert duties(door, case) == {"tell_embassy"}
    door.record(MANAGER, case, "circumstances", asylum_claim=True)
    door.scene.post()
    assert duties(door, case) == set(), "not even that it is taken back"
    matters.refused(door, MANAGER, case, letter, "note_embassy_told", "no_asylum_claim_is_open", told="post")
    door.record(MANAGER, case, "circumstances", asylum_claim=False)
    door.scene.post()
    assert duties(door, case) == {"tell_embassy"}
    nothing_travelled(door)


def test_an_embassy_that_does_not_answer_is_waited_for_a_month(door: Door) -> None:
    case, letter = asked(door)
    matters.moved(door, MANAGER, case, letter, "note_embassy_sent", way="post")
    door.scene.days(32)
    matters.moved(door, MANAGER, case, letter, "let_embassy_lapse")
    assert duties(door, case) == set()
    again = matters.opened(door, MANAGER, case, "ask_embassy", asked=["receive"])
    matters.moved(door, MANAGER, case, again, "note_embassy_sent", way="post")
    matters.moved(door, MANAGER, case, again, "note_embassy_declined", reason="needs_more")
    assert matters.of(door, case, again).about == "receive"
    # Both letters are still there, and both are taken back when the person says so.
    door.record(MANAGER, case, "consent_withdrawal", purposes=["notify_origin"], recipients=["KE"])
    door.scene.post()
    assert duties(door, case) == {"tell_embassy"}
    for each in (letter, again):
        matters.moved(door, MANAGER, case, each, "note_embassy_told", told="post")
    assert duties(door, case) == set()
    nothing_travelled(door)
