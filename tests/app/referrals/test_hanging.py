"""Where a referral hangs: three clocks at the other end, each rung of the ladder on a frozen calendar, for who is grown
up and for a child; what the sender sees meanwhile; and that nothing is told twice or of what has arrived after all."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.casework import hanging
from app.casework.move import Command, perform
from app.casework.tasks import TABLE
from app.models.notice import Notice
from app.referrals import watching
from app.worker import Worker as Machine
from tests.app.access.world import one_engine
from tests.app.casework.test_crash import PowerCut, power_cut
from tests.app.referrals.desks import desk_of as browser_of
from tests.app.referrals.desks import reference
from tests.factories import referrals
from tests.factories.referrals import Pair
from tests.factories.staff import add_user, desk_of
from tests.factories.towns import Town
from tests.inspect import reading

MINUTE = timedelta(minutes=1)
LADDER = ("reminder", "deputy", "national_focal_point", "case_management_meeting", "ministry")
FIRST = {"await_stored": "partner_not_reached", "await_seen": "partner_not_opened"}


def utc(month: int, day: int, hour: int, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def evening(month: int, day: int, year: int = 2026) -> datetime:
    """The end of a day in Thailand, whose second has passed."""
    return utc(month, day, 17, 0, year)


# Sent on Monday, 23 November 2026, 09:00 in Thailand. Days off: MM 24 November, 4 and 25 December, 4 January; TH 7, 10
# and 31 December; both 1 January. The line has 24 hours (a child's 6); the desk two (one) working days of Myanmar,
# where that Tuesday is a holiday and midnight comes half an hour later; the answer five (two) working days of both.
NEW_YEAR = evening(1, 5, 2027)
CALENDAR = {
    ("await_stored", "adult"): (utc(11, 24, 2), evening(11, 25), evening(12, 1), evening(12, 11), evening(12, 28)),
    ("await_stored", "child"): (utc(11, 23, 8), evening(11, 25), evening(12, 1), evening(12, 11), evening(12, 28)),
    ("await_seen", "adult"): (utc(11, 26, 17, 30), evening(11, 30), evening(12, 8), evening(12, 16), NEW_YEAR),
    ("await_seen", "child"): (utc(11, 25, 17, 30), evening(11, 27), evening(12, 3), evening(12, 15), evening(12, 30)),
    ("await_answer", "adult"): (evening(12, 1), evening(12, 2), evening(12, 11), evening(12, 18), evening(1, 7, 2027)),
    ("await_answer", "child"): (evening(11, 26), evening(11, 27), evening(12, 3), evening(12, 15), evening(12, 30)),
}  # fmt: skip
ON = {"await_stored": "our_worker", "await_seen": "their_desk", "await_answer": "their_decision"}


def send(town: Town, who: str) -> Pair:
    """An offer that was sent and lies in the outbox still."""
    young = {"child": True, "age_band": "15-17"} if who == "child" else {}
    pair = referrals.bring_referral(town.house, town.th, town.mm, "approved", **young)
    version = referrals.row_of(town.house, pair.sent_from).version
    with desk_of(town.house, town.th["case_manager"]) as desk:
        perform(desk, Command("referral", "send", pair.sent_from, version))
    return pair


def brought_to(town: Town, kind: str, who: str) -> Pair:
    """An offer as far as it has to be so that this duty is the one that is waited with."""
    pair = send(town, who)
    if kind != "await_stored":
        referrals.post(town.house)
        pair = referrals.pair_of(town.house, pair.sent_from)
    if kind == "await_answer":
        assert town.get(town.mm["national_focal_point"], f"/referrals/{pair.arrived}").status_code == 200
        referrals.post(town.house)
    return pair


def tick(town: Town) -> None:
    """One round of a program that has just been started: nothing but the rows is remembered. The post stays away."""
    watching.ring_hanging(town.house)
    Machine(town.house).ring()


def told(town: Town, kind: str) -> dict[str, set[str]]:
    """Rung -> the accounts of Thailand that were told of the duty; each of them once."""
    with reading(town.house.db) as session:
        query = select(Notice.user_id, Notice.kind, Notice.detail).where(Notice.country == "TH")
        rows = [(row.user_id, row.kind, json.loads(row.detail or "{}")) for row in session.execute(query)]
    rung = [(user, notice, said) for user, notice, said in rows if said.get("kind") == kind and "rung" in said]
    assert all(notice == FIRST.get(kind, "partner_late") for _, notice, said in rung if said["rung"] == "reminder")
    counted = Counter((user, said["rung"]) for user, _, said in rung)
    assert set(counted.values()) <= {1}, "nobody is told twice"
    found: dict[str, set[str]] = {}
    for user, code in counted:
        found.setdefault(code, set()).add(user)
    return found


def seen_by_sender(town: Town, pair: Pair, kind: str) -> dict[str, Any]:
    """What the sender's list, page and JSON say of the thing that this duty waits for."""
    worker = town.th["national_focal_point"]
    (row,) = town.get(worker, "/referrals?box=outbox").json()["items"]
    (item,) = [each for each in town.get(worker, f"/referrals/{pair.sent_from}/both-ends").json()["waiting"]
               if each["task"] == kind]  # fmt: skip
    nearest = row["hangs"]
    assert nearest["on"] == ON[kind], (nearest, kind)
    assert (nearest["since"], nearest["due_at"], nearest["late"]) == (item["since"], item["due_at"], item["late"])
    assert (nearest["rung"] or {}).get("rung") == (item["rung"] or {}).get("rung")
    assert (nearest["next"] or {}).get("at") == (item["next"] or {}).get("at")
    found: dict[str, Any] = item
    return found


@dataclass(frozen=True)
class Staffed:
    """Whom each rung of Thailand tells."""

    people: dict[str, set[str]]


def staffed(town: Town) -> Staffed:
    # The deputy office is the ministry's; a supervisor there whose own right does not reach the duty is told nothing.
    add_user(town.house, "th-datip", "supervisor")
    country = {town.th["national_focal_point"].id}
    return Staffed({
        "reminder": {town.th["case_manager"].id}, "deputy": country, "national_focal_point": country,
        "case_management_meeting": country, "ministry": country,
    })  # fmt: skip


def climb(town: Town, kind: str, who: str) -> None:
    """Every rung rings at its minute and none before, to those it is for, and the sender sees which was and is next."""
    people = staffed(town).people
    pair = brought_to(town, kind, who)
    tick(town)
    waiting = seen_by_sender(town, pair, kind)
    assert (waiting["late"], waiting["rung"], waiting["next"]["rung"]) == (False, None, "reminder")
    moments = CALENDAR[kind, who]
    for number, (code, moment) in enumerate(zip(LADDER, moments, strict=True)):
        town.clock.set(moment - MINUTE)
        tick(town)
        assert code not in told(town, kind), f"{code} is not rung before its time"
        town.clock.set(moment + timedelta(seconds=1))
        tick(town)
        tick(town)
        assert set(told(town, kind)) == set(LADDER[: number + 1]), code
        assert told(town, kind)[code] == people[code], code
        waiting = seen_by_sender(town, pair, kind)
        assert [each["rung"] for each in waiting["rungs"]] == list(LADDER[: number + 1])
        assert (waiting["rung"]["rung"], waiting["rung"]["told"]) == (code, len(people[code]))
        following = waiting["next"]
        assert following is None if code == "ministry" else following["rung"] == LADDER[number + 1]
        if following is not None:
            assert timedelta() <= moments[number + 1] - datetime.fromisoformat(following["at"]) <= timedelta(seconds=1)
    page = browser_of(town, town.th["national_focal_point"]).get(f"/referrals/{reference(town, pair.sent_from)}").text
    assert "Told so far" in page and "Everybody who can be told was told." in page
    if kind == "await_seen":
        agenda_holds(town, pair)


def agenda_holds(town: Town, pair: Pair) -> None:
    """What has reached the rung of the meeting stands on the agenda of the focal point's next meeting."""
    focal = town.th["national_focal_point"]
    body = {"kind": "case_management", "held_on": town.clock.now().date().isoformat(),
            "present": [{"part": "national_focal_point", "at": "th-datip"}]}  # fmt: skip
    made = town.post(focal, "/meetings", body)
    assert made.status_code == 201, made.text
    agenda = town.get(focal, f"/meetings/agenda?meeting_id={made.json()['id']}").json()
    found = {(each["referral_id"], each["task"], each["rung"]) for each in agenda["referrals"]}
    assert (pair.sent_from, "await_seen", "ministry") in found and {each for each, *_ in found} == {pair.sent_from}
    page = browser_of(town, focal).get(f"/meetings/agenda?meeting_id={made.json()['id']}").text
    assert "Referrals that hang" in page and reference(town, pair.sent_from) in page


@pytest.mark.parametrize(("kind", "who"), CALENDAR)
def test_each_rung_rings_on_its_day(town: Town, kind: str, who: str) -> None:
    climb(town, kind, who)


@one_engine
def test_a_ladder_with_a_rung_missing_is_noticed(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mutant: one rung is skipped."""
    whole = hanging.ladder
    monkeypatch.setattr(hanging, "ladder", lambda *told: tuple(each for each in whole(*told) if each != "deputy"))
    with pytest.raises(AssertionError):
        climb(town, "await_seen", "adult")


@one_engine
def test_a_childs_clock_that_runs_as_an_adults_is_noticed(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mutant: nobody asks whether it is a child."""
    monkeypatch.setattr(hanging, "clock_name", lambda wait, child: wait.clock)
    with pytest.raises(AssertionError):
        climb(town, "await_stored", "child")


@pytest.mark.parametrize(
    ("state", "time"), [("tracing", "tracing"), ("plan_proposed", "accept"), ("accepted", "schedule")]
)
def test_later_answers_are_watched_by_the_clock_of_whoever_has_to_give_them(
    town: Town, state: str, time: str
) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, state)
    waits_here = state != "accepted"
    copy = pair.sent_from if waits_here else pair.arrived
    worker = town.th["national_focal_point"] if waits_here else town.mm["national_focal_point"]
    theirs = town.mm["national_focal_point"] if waits_here else town.th["national_focal_point"]
    assert town.get(theirs, f"/referrals/{pair.arrived if waits_here else pair.sent_from}").status_code == 200
    referrals.post(town.house)
    (waiting,) = town.get(worker, f"/referrals/{copy}/both-ends").json()["waiting"]
    assert (waiting["on"], waiting["clock"], waiting["task"]) == ("their_decision", time, "await_decision")
    town.clock.set(datetime.fromisoformat(waiting["due_at"]) + MINUTE)
    tick(town)
    with reading(town.house.db) as session:
        query = select(TABLE.c.kind, TABLE.c.due_at, TABLE.c.referral_id).where(TABLE.c.state == "open")
        rows = session.execute(query).all()
    mine = {row.due_at for row in rows if row.kind == "await_decision" and row.referral_id == copy}
    duty = {"tracing": "report_tracing", "accept": "accept_plan", "schedule": "schedule_handover"}[time]
    assert mine == {row.due_at for row in rows if row.kind == duty}, "one moment for both ends"


def test_what_arrives_after_all_ends_the_duty_and_rings_no_more(town: Town) -> None:
    pair = send(town, "adult")
    town.clock.set(CALENDAR["await_stored", "adult"][0] + MINUTE)
    tick(town)
    assert set(told(town, "await_stored")) == {"reminder"}
    # The whole program was away until long after the second rung; the line is up when it comes back.
    town.clock.advance(timedelta(days=20))
    referrals.post(town.house)
    assert Machine(town.house).ring() >= 0
    assert set(told(town, "await_stored")) == {"reminder"}, "what has arrived climbs no further, before any watch"
    tick(town)
    with reading(town.house.db) as session:
        states = session.execute(select(TABLE.c.state).where(TABLE.c.kind == "await_stored")).scalars().all()
    assert states == ["done"]
    (row,) = town.get(town.th["case_manager"], "/referrals?box=outbox").json()["items"]
    assert row["hangs"]["on"] == "their_desk"
    assert referrals.pair_of(town.house, pair.sent_from).arrived


def test_a_withdrawal_that_does_not_arrive_is_watched_although_all_is_over(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "assessed")
    version = referrals.row_of(town.house, pair.sent_from).version
    with desk_of(town.house, town.th["case_manager"]) as desk:
        command = Command("referral", "withdraw", pair.sent_from, version, given={"reason": "consent_withdrawn"})
        perform(desk, command)
    town.clock.advance(timedelta(hours=25))
    tick(town)
    assert set(told(town, "await_stored")) == {"reminder"}
    referrals.post(town.house)
    tick(town)
    (row,) = town.get(town.th["case_manager"], "/referrals?box=closed").json()["items"]
    assert row["hangs"] is None


def test_a_program_that_dies_between_two_writes_rings_every_rung_once(town: Town) -> None:
    send(town, "adult")
    town.clock.set(CALENDAR["await_stored", "adult"][3] + MINUTE)
    for _ in range(40):
        for point in range(1, 9):
            with power_cut(town.house, point):
                try:
                    tick(town)
                except PowerCut:
                    continue
                break
        if set(told(town, "await_stored")) == set(LADDER[:4]):
            break
    assert set(told(town, "await_stored")) == set(LADDER[:4])
    with reading(town.house.db) as session:
        rows = session.execute(select(TABLE.c.escalation).where(TABLE.c.kind == "await_stored")).scalars().all()
    assert rows == [4], "one duty, climbed four rungs"


def test_a_desk_that_may_not_see_the_referral_sees_nothing_of_where_it_hangs(town: Town) -> None:
    pair = brought_to(town, "await_seen", "adult")
    other = add_user(town.house, "th-shelter-chiang-rai", "case_manager")
    assert town.get(other, f"/referrals/{pair.sent_from}/both-ends").status_code == 404
    assert town.get(other, "/referrals").json()["items"] == []
