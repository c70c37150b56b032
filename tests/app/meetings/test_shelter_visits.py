"""Visits of case workers abroad within one installation: asked for, permitted, taken back, held and logged."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.casework.held import CASE
from app.casework.visiting import PART, TABLE
from app.meetings import visit_watching
from app.models.notice import Notice
from app.models.referral import Message
from app.models.task import Task
from app.worker import Worker
from tests.app.access.world import one_engine
from tests.factories import cases, referrals
from tests.factories.pages import browser_at
from tests.factories.referrals import Pair
from tests.factories.towns import Town
from tests.inspect import reading, tampering

PATH = "/shelter-visits"
FOCAL = "national_focal_point"
ADDRESS = "Gate 7, the house behind the school"


def ahead(town: Town, days: int = 14) -> str:
    return (town.clock.now() + timedelta(days=days)).date().isoformat()


def said(answer: Any, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def deliver(town: Town) -> None:
    worker = Worker(town.house)
    while worker.one():
        pass
    worker.watch()
    while worker.one():
        pass


def reference_of(town: Town, pair: Pair) -> str:
    return str(referrals.row_of(town.house, pair.sent_from).reference)


def request(town: Town, *about: str, **changes: Any) -> dict[str, Any]:
    office = town.mm[FOCAL].office
    return {
        "host": "TH", "purpose": "get_to_know", "language": "my", "days": [ahead(town), ahead(town, 15)],
        "visitors": [{"part": "social_worker", "office": office}], "about": list(about), **changes,
    }  # fmt: skip


def asked(town: Town, *pairs: Pair, **changes: Any) -> tuple[str, str]:
    """A visit that Myanmar asks for: the id of Thailand's copy (the host's) and of Myanmar's."""
    body = request(town, *(reference_of(town, each) for each in pairs), **changes)
    there = said(town.post(town.mm[FOCAL], PATH, body), 201)["id"]
    deliver(town)
    return copy_of(town, there), there


def copy_of(town: Town, visit_id: str) -> str:
    with reading(town.house.db) as session:
        rows = {row.id: row for row in session.execute(select(TABLE))}
    return next(
        row.id for row in rows.values() if row.shared_id == rows[visit_id].shared_id and row.id != visit_id
    )


def act(town: Town, who: Any, visit_id: str, name: str, status: int = 200, **body: Any) -> dict[str, Any]:
    found = said(town.post(who, f"{PATH}/{visit_id}/acts/{name}", body), status)
    deliver(town)
    return found


def look(town: Town, who: Any, visit_id: str) -> dict[str, Any]:
    return said(town.get(who, f"{PATH}/{visit_id}"))


def wish(town: Town, pair: Pair, visit: str, **changes: Any) -> None:
    body = {"visit": visit, "agrees": True, "giver": "self", "may_tell": True, **changes}
    cases.add(town.house, town.th["social_worker"], pair.case_id, "visit_wish", **body)
    deliver(town)


def permission(town: Town, *meets: str, **changes: Any) -> dict[str, Any]:
    return {"day": ahead(town), "begins": "10:00", "ends": "11:30", "meets": list(meets), **changes}


def codes(answer: dict[str, Any]) -> list[str]:
    return [each["code"] for each in answer["refusals"]]


def two_people(town: Town) -> tuple[Pair, Pair]:
    return tuple(referrals.bring_referral(town.house, town.th, town.mm, "acknowledged") for _ in range(2))  # type: ignore[return-value]


def granted(town: Town, **changes: Any) -> tuple[str, str, Pair, Pair, str]:
    """A permitted visit at which the first of two persons is met; the other one was not asked."""
    first, second = two_people(town)
    here, there = asked(town, first, second)
    number = look(town, town.th[FOCAL], here)["reference"]
    wish(town, first, number)
    act(town, town.th[FOCAL], here, "grant", **permission(town, reference_of(town, first), **changes))
    return here, there, first, second, number


def test_nobody_is_met_who_was_not_asked_and_the_visitors_hear_no_reason(town: Town) -> None:
    first, second = two_people(town)
    here, there = asked(town, first, second)
    number = look(town, town.mm[FOCAL], there)["reference"]
    with reading(town.house.db) as session:
        due = select(Task.case_id).where(Task.kind == "ask_about_visit", Task.state == "open")
        assert set(session.execute(due).scalars()) == {first.case_id, second.case_id}
    one, other = reference_of(town, first), reference_of(town, second)
    assert codes(act(town, town.th[FOCAL], here, "grant", 409, **permission(town, one))) == ["only_who_agreed_is_met"]
    wish(town, first, number)
    wish(town, second, number, agrees=False)
    ours = {each["reference"]: each for each in look(town, town.th[FOCAL], here)["people"]}
    assert ours[one]["may_be_met"] and codes(ours[other]) == ["person_agrees_to_visit"]
    for changes, code in (({"meets": []}, "somebody_is_met"), ({"day": ahead(town, 20)}, "day_was_asked_for")):
        refused = act(town, town.th[FOCAL], here, "grant", 409, **(permission(town, one) | changes))
        assert code in codes(refused)
    assert act(town, town.mm[FOCAL], there, "grant", 409, **permission(town, one))
    act(town, town.th[FOCAL], here, "grant", **permission(town, one))
    theirs = look(town, town.mm[FOCAL], there)
    assert theirs["state"] == "granted" and theirs["grant"]["place"] == "office" and theirs["grant"]["office"]
    assert {each["reference"]: each["state"] for each in theirs["people"]} == {one: "agreed", other: "not_met"}
    assert all(each["may_be_met"] is None and each["refusals"] == [] for each in theirs["people"])
    with reading(town.house.db) as session:
        assert not session.execute(
            select(Task.id).where(Task.kind == "ask_about_visit", Task.state == "open")
        ).scalars().all()


def test_a_shelter_is_told_only_with_the_permission_and_only_if_they_meet_there(town: Town) -> None:
    first, _ = two_people(town)
    here, there = asked(town, first)
    number, one = look(town, town.th[FOCAL], here)["reference"], reference_of(town, first)
    wish(town, first, number)
    for changes in (
        {"address": ADDRESS}, {"place": "shelter"}, {"office": "th-nobody"}, {"begins": "11", "ends": "12:00"},
        {"begins": "12:00"}, {"conditions": ["be_kind"]}, {"meets": [one, "TH-MM-2026-X"]}, {"place": "boat"},
    ):  # fmt: skip
        assert act(town, town.th[FOCAL], here, "grant", 422, **(permission(town, one) | changes)), changes
    shelter = town.th["shelter_manager"].office
    assert act(town, town.th[FOCAL], here, "grant", 422, **permission(town, one, office=shelter))
    assert ADDRESS not in str(look(town, town.mm[FOCAL], there)) and shelter not in str(look(
        town, town.mm[FOCAL], there
    ))  # fmt: skip
    act(town, town.th[FOCAL], here, "grant", **permission(town, one, place="shelter", address=ADDRESS))
    assert look(town, town.mm[FOCAL], there)["grant"]["address"] == ADDRESS
    act(town, town.mm[FOCAL], there, "call_off", reason="no_time")
    for who, visit_id in ((town.th[FOCAL], here), (town.mm[FOCAL], there)):
        assert look(town, who, visit_id)["grant"] is None and look(town, who, visit_id)["state"] == "called_off"


def test_a_yes_that_is_taken_back_ends_that_part_at_once_and_the_last_one_the_visit(town: Town) -> None:
    first, second = two_people(town)
    here, there = asked(town, first, second)
    number = look(town, town.th[FOCAL], here)["reference"]
    one, other = reference_of(town, first), reference_of(town, second)
    wish(town, first, number), wish(town, second, number)
    act(town, town.th[FOCAL], here, "grant", **permission(town, one, other))
    wish(town, first, number, agrees=False)
    for who, visit_id in ((town.th[FOCAL], here), (town.mm[FOCAL], there)):
        found = look(town, who, visit_id)
        states = {each["reference"]: each["state"] for each in found["people"]}
        assert (found["state"], states) == ("granted", {one: "ended", other: "agreed"})
    # A consent that is taken back has the same effect, and nobody is left.
    cases.add(town.house, town.th["social_worker"], second.case_id, "consent_withdrawal", purposes=["notify_origin"])
    deliver(town)
    for who, visit_id in ((town.th[FOCAL], here), (town.mm[FOCAL], there)):
        found = look(town, who, visit_id)
        assert (found["state"], found["reason"], found["grant"]) == ("called_off", "nobody_to_meet", None)
    assert [each["state"] for each in look(town, town.mm[FOCAL], there)["people"]] == ["ended", "ended"]


def open_tasks(town: Town, case_id: str) -> int:
    with reading(town.house.db) as session:
        mine = (Task.case_id == case_id, Task.kind == "ask_about_visit", Task.state == "open")
        return len(session.execute(select(Task.id).where(*mine)).all())


def test_an_answer_that_is_taken_away_ends_that_part_at_once(town: Town) -> None:
    """Somebody who gives no answer has not agreed: no round of the worker is needed for it."""
    here, _, first, _, number = granted(town)
    body = {"visit": number, "agrees": None, "giver": "self", "silent": {"agrees": "no_wish_to_answer"}}
    cases.add(town.house, town.th["social_worker"], first.case_id, "visit_wish", **body)
    with reading(town.house.db) as session:
        assert session.execute(select(PART.c.state).where(PART.c.case_id == first.case_id)).scalar_one() == "ended"
    assert look(town, town.th[FOCAL], here)["state"] == "called_off"


def test_what_was_said_of_a_visit_is_put_right_after_it_is_over(town: Town) -> None:
    here, there, first, _, number = granted(town)
    act(town, town.mm[FOCAL], there, "call_off", reason="no_time")
    worker, path = town.th["social_worker"], f"/cases/{first.case_id}/records"
    [record] = [each for each in said(town.get(worker, path))["items"] if each["kind"] == "visit_wish"]
    wish_said = {"visit": number, "agrees": False, "giver": "self", "may_tell": False}
    case = said(town.get(worker, f"/cases/{first.case_id}"))["reference"]
    assert number in browser_at(town, worker).get(f"/cases/{case}/records/{record['id']}/correct").text
    for corrects, status in ((None, 422), (record["id"], 201)):
        seen = said(town.get(worker, f"/cases/{first.case_id}"))["version"]
        body = {"record": wish_said, "seen_version": seen, **({"corrects": corrects} if corrects else {})}
        answer = town.post(worker, f"{path}/visit_wish", body)
        assert answer.status_code == status, answer.text
    assert look(town, town.th[FOCAL], here)["state"] == "called_off"


def test_each_visit_is_asked_for_by_itself_and_nobody_is_asked_in_vain(town: Town) -> None:
    first, second = two_people(town)
    one_visit, _ = asked(town, first, second)
    town.clock.advance(timedelta(minutes=5))
    other_visit, there = asked(town, first)
    assert (open_tasks(town, first.case_id), open_tasks(town, second.case_id)) == (2, 1)
    # A yes to one visit answers nothing about the other.
    wish(town, first, look(town, town.th[FOCAL], one_visit)["reference"])
    assert open_tasks(town, first.case_id) == 1
    assert codes(look(town, town.th[FOCAL], other_visit)["people"][0]) == ["person_was_asked_about_visit"]
    # Permission is given without the second person: nobody asks them any more.
    act(town, town.th[FOCAL], one_visit, "grant", **permission(town, reference_of(town, first)))
    assert (open_tasks(town, first.case_id), open_tasks(town, second.case_id)) == (1, 0)
    # Who asks for asylum is not asked about visits from there.
    cases.add(
        town.house, town.th["social_worker"], first.case_id, "circumstances", asylum_claim=True, missing=False,
        protection_risk=False, complicity_alleged=False, family_complicity=False,
    )  # fmt: skip
    assert open_tasks(town, first.case_id) == 0
    deliver(town)
    act(town, town.mm[FOCAL], there, "call_off", reason="no_time")


def test_of_a_visit_that_does_not_take_place_nobody_is_said_to_be_met(town: Town) -> None:
    here, there, first, _, _ = granted(town)
    act(town, town.mm[FOCAL], there, "call_off", reason="no_time")
    for who, visit_id in ((town.th[FOCAL], here), (town.mm[FOCAL], there)):
        people = look(town, who, visit_id)["people"]
        assert [(each["state"], each["may_be_met"], each["refusals"]) for each in people] == [
            ("not_met", None, []), ("not_met", None, []),
        ]  # fmt: skip
    for who, path in (
        (town.th["case_manager"], f"/cases/{first.case_id}"), (town.mm[FOCAL], f"/referrals/{first.arrived}"),
    ):  # fmt: skip
        items = said(town.get(who, f"{path}/timeline"))["items"]
        assert sorted(each["step"] for each in items if each["kind"] == "visit") == ["granted", "not_met"]


def test_who_is_protected_or_sealed_is_never_met_and_nobody_can_tell_which(town: Town) -> None:
    first, second = two_people(town)
    here, there = asked(town, first, second)
    number = look(town, town.th[FOCAL], here)["reference"]
    wish(town, first, number), wish(town, second, number)
    one, other = reference_of(town, first), reference_of(town, second)
    act(town, town.th[FOCAL], here, "grant", **permission(town, one, other))
    with tampering(town.house.db) as session:
        session.execute(update(CASE).where(CASE.c.id == first.case_id).values(sealed=True))
    cases.add(
        town.house, town.th["social_worker"], second.case_id, "circumstances", asylum_claim=True, missing=False,
        protection_risk=False, complicity_alleged=False, family_complicity=False,
    )  # fmt: skip
    deliver(town)
    with reading(town.house.db) as session:
        states = session.execute(select(PART.c.country, PART.c.state)).all()
    assert {tuple(each) for each in states} == {("TH", "ended"), ("MM", "ended")}
    found = look(town, town.mm[FOCAL], there)
    assert (found["state"], found["reason"]) == ("called_off", "nobody_to_meet")


def test_the_nearest_visit_is_looked_at_first(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """What holds stays in the list: were the near one behind it, nobody would see that its person is sealed now."""
    monkeypatch.setattr(visit_watching, "BATCH", 1)
    near = None
    for days in (15, 14, 15):
        pair = referrals.bring_referral(town.house, town.th, town.mm, "acknowledged")
        here, _ = asked(town, pair)
        wish(town, pair, look(town, town.th[FOCAL], here)["reference"])
        act(town, town.th[FOCAL], here, "grant", **permission(town, reference_of(town, pair), day=ahead(town, days)))
        near = (here, pair) if days == 14 else near
    assert near is not None
    with tampering(town.house.db) as session:
        session.execute(update(CASE).where(CASE.c.id == near[1].case_id).values(sealed=True))
    assert visit_watching.ring_parts(town.house) == 1
    assert look(town, town.th[FOCAL], near[0])["state"] == "called_off"


def test_a_log_goes_from_the_host_to_the_visitors_and_back_and_stands_in_both_histories(town: Town) -> None:
    here, there, first, second, _ = granted(town)
    one, other = reference_of(town, first), reference_of(town, second)
    office = town.mm[FOCAL].office
    entered = [{"part": "social_worker", "office": office, "begins": "10:05", "ends": "11:10"}]
    log = {"held_on": ahead(town), "entered": entered, "met": [{"reference": one, "wish": "family_contact"}]}
    assert codes(act(town, town.th[FOCAL], here, "write_log", 409, **log)) == ["day_of_visit_has_come"]
    town.clock.advance(timedelta(days=14))
    log["held_on"] = ahead(town, 0)
    refused = act(town, town.th[FOCAL], here, "write_log", 409, **(log | {"met": [{"reference": other}]}))
    assert codes(refused) == ["who_was_met_had_agreed"]
    act(town, town.th[FOCAL], here, "write_log", **log)
    theirs = look(town, town.mm[FOCAL], there)
    assert theirs["log"]["entered"] == entered
    assert {each["reference"]: each["wish"] for each in theirs["people"]} == {one: "family_contact", other: ""}
    act(town, town.mm[FOCAL], there, "return_log", remark="who_came", words="Two of us came in.")
    assert look(town, town.th[FOCAL], here)["returned"]["remark"] == "who_came"
    act(town, town.th[FOCAL], here, "write_log", **(log | {"entered": entered * 2}))
    assert act(town, town.th[FOCAL], here, "confirm_log", 409)
    act(town, town.mm[FOCAL], there, "add_remarks", words="A quiet room, and time enough.")
    act(town, town.th[FOCAL], here, "confirm_log")
    for who, visit_id in ((town.th[FOCAL], here), (town.mm[FOCAL], there)):
        found = look(town, who, visit_id)
        assert (found["state"], found["held_on"]) == ("confirmed", ahead(town, 0))
        assert found["log"]["remarks"] == "A quiet room, and time enough."
        assert {each["reference"]: each["state"] for each in found["people"]} == {one: "met", other: "not_met"}
    case = said(town.get(town.th["case_manager"], f"/cases/{first.case_id}/timeline"))
    copy = said(town.get(town.mm[FOCAL], f"/referrals/{first.arrived}/timeline"))
    for told in (case, copy):
        steps = [each["step"] for each in told["items"] if each["kind"] == "visit"]
        assert sorted(steps) == ["granted", "met"]


def test_where_people_live_is_not_kept_when_the_visit_is_over(town: Town) -> None:
    here, there, first, _, _ = granted(town, place="shelter", address=ADDRESS)
    town.clock.advance(timedelta(days=14))
    act(town, town.th[FOCAL], here, "write_log", held_on=ahead(town, 0), met=[{"reference": reference_of(town, first)}])
    assert ADDRESS in str(look(town, town.mm[FOCAL], there))
    act(town, town.mm[FOCAL], there, "add_remarks", words="")
    act(town, town.th[FOCAL], here, "confirm_log")
    for who, visit_id in ((town.th[FOCAL], here), (town.mm[FOCAL], there)):
        found = look(town, who, visit_id)
        assert found["state"] == "confirmed" and found["grant"] is None and ADDRESS not in str(found)


def test_what_a_person_wants_is_told_only_with_their_yes(town: Town) -> None:
    first, _ = two_people(town)
    here, _ = asked(town, first)
    number, one = look(town, town.th[FOCAL], here)["reference"], reference_of(town, first)
    wish(town, first, number, may_tell=False)
    act(town, town.th[FOCAL], here, "grant", **permission(town, one))
    town.clock.advance(timedelta(days=14))
    log: dict[str, Any] = {"held_on": ahead(town, 0), "entered": [], "met": [{"reference": one, "wish": "stay"}]}
    assert codes(act(town, town.th[FOCAL], here, "write_log", 409, **log)) == ["wish_may_be_told"]
    act(town, town.th[FOCAL], here, "write_log", **(log | {"met": [{"reference": one}]}))


def test_another_day_a_refusal_and_who_may_do_what(town: Town) -> None:
    first, _ = two_people(town)
    here, there = asked(town, first)
    act(town, town.th[FOCAL], here, "propose_day", day=ahead(town, 30))
    assert look(town, town.mm[FOCAL], there)["days"] == [ahead(town, 30)]
    act(town, town.mm[FOCAL], there, "take_day")
    assert act(town, town.th[FOCAL], here, "refuse", 422, reason="because")
    act(town, town.th[FOCAL], here, "refuse", reason="no_room")
    assert look(town, town.mm[FOCAL], there)["reason"] == "no_room"
    one = reference_of(town, first)
    for changes in (
        {"host": "MM"}, {"host": "XX"}, {"purpose": "tea"}, {"language": "xx"}, {"days": ["2017-01-01"]},
        {"visitors": [{"part": "social_worker", "office": "th-datip"}]}, {"about": ["TH-MM-2026-NOBODY"]},
        {"visitors": [{"part": "tourist", "office": town.mm[FOCAL].office}]},
    ):  # fmt: skip
        assert said(town.post(town.mm[FOCAL], PATH, request(town, one) | changes), 422), changes
    for role in ("social_worker", "supervisor", "administrator", "shelter_manager"):
        assert town.get(town.th[role], f"{PATH}/{here}").status_code in (403, 404), role
    # The other country's copy is nobody else's, and a third country holds none at all.
    assert town.get(town.th[FOCAL], f"{PATH}/{there}").status_code == 404
    with reading(town.house.db) as session:
        assert set(session.execute(select(TABLE.c.country)).scalars()) == {"TH", "MM"}
        assert set(session.execute(select(Message.country).where(Message.type.like("visit_%"))).scalars()) == {
            "TH", "MM",
        }  # fmt: skip


def test_a_wish_names_a_visit_of_the_case_and_a_childs_needs_the_guardian(town: Town) -> None:
    first, second = two_people(town)
    here, _ = asked(town, first)
    number = look(town, town.th[FOCAL], here)["reference"]
    path = f"/cases/{second.case_id}/records/visit_wish"
    seen = said(town.get(town.th["social_worker"], f"/cases/{second.case_id}"))["version"]
    record = {"visit": number, "agrees": True, "giver": "self", "may_tell": True}
    answer = town.post(town.th["social_worker"], path, {"record": record, "seen_version": seen})
    assert answer.status_code == 422 and "record.visit" in answer.text


def test_the_next_visit_is_told_once_by_the_rhythm_of_the_agreement(town: Town) -> None:
    two_people(town)
    deliver(town)
    [standing] = [each for each in said(town.get(town.mm[FOCAL], PATH))["standing"] if each["country"] == "TH"]
    assert (standing["every_months"], standing["stands"], standing["sources"]) == (3, "quiet", ["UNICEF-MM-2013"])
    for days, kind in ((70, "visit_due"), (40, "visit_late")):
        town.clock.advance(timedelta(days=days))
        deliver(town), deliver(town)
        with reading(town.house.db) as session:
            told = session.execute(
                select(Notice.id).where(Notice.kind == kind, Notice.user_id == town.mm[FOCAL].id)
            ).scalars().all()
        assert len(told) == 1, kind


@one_engine
def test_a_visit_is_asked_for_and_permitted_on_pages(town: Town) -> None:
    first, _ = two_people(town)
    one = reference_of(town, first)
    visitor = browser_at(town, town.mm[FOCAL])
    assert 'href="/shelter-visits"' in visitor.get("/cases").text
    assert "Social workers of Myanmar" in visitor.get(PATH).text
    visitor.get(f"{PATH}/new")
    assert visitor.send(f"{PATH}/new").status_code == 422
    day = town.clock.now() + timedelta(days=14)
    on = {f"day_0_{part}": str(getattr(day, part)) for part in ("day", "month", "year")}
    answer = visitor.send(
        f"{PATH}/new", host="TH", purpose="get_to_know", language="my", about_0=one, part_0="social_worker",
        office_0=town.mm[FOCAL].office, **on,
    )  # fmt: skip
    assert answer.status_code == 303, answer.text
    there = answer.headers["location"].split("?")[0]
    deliver(town)
    here = copy_of(town, there.rpartition("/")[2])
    number = look(town, town.th[FOCAL], here)["reference"]
    worker = browser_at(town, town.th["social_worker"])
    case = said(town.get(town.th["social_worker"], f"/cases/{first.case_id}"))["reference"]
    assert number in worker.get(f"/cases/{case}/records/new/visit_wish").text
    host, path = browser_at(town, town.th[FOCAL]), f"{PATH}/{here}"
    assert "was not asked about this visit" in host.get(path).text
    wish(town, first, number)
    assert "Can be met" in host.get(path).text
    said_yes = {"name": "grant", "day": day.date().isoformat(), "begins": "10:00", "ends": "11:00", "meets": one}
    assert host.send(f"{path}/act", **{**said_yes, "place": "shelter"}).status_code == 422
    # What is wrong is told at the field of this page.
    over = {f"new_day_{part}": each for part, each in (("day", "1"), ("month", "2"), ("year", "2017"))}
    for name, typed, field in (
        ("propose_day", over, "new_day"), ("refuse", {"refuse_reason": "tea"}, "refuse_reason"),
        ("call_off", {}, "off_reason"), ("grant", {**said_yes, "place": "office", "begins": "noon"}, "begins"),
    ):  # fmt: skip
        wrong = host.send(f"{path}/act", **{**typed, "name": name})
        assert wrong.status_code == 422, name
        assert f'href="#field-{field}"' in wrong.text and f'id="field-{field}"' in wrong.text, name
        assert f'id="wrong-{field}"' in wrong.text, name
    assert host.send(f"{path}/act", **said_yes, place="office").status_code == 303
    deliver(town)
    assert "10:00" in visitor.get(there).text
    town.clock.advance(timedelta(days=14))
    host, visitor = browser_at(town, town.th[FOCAL]), browser_at(town, town.mm[FOCAL])
    host.get(path)
    held = {f"held_on_{part}": str(getattr(town.clock.now(), part)) for part in ("day", "month", "year")}
    log = {"part_0": "social_worker", "came_from_0": town.mm[FOCAL].office, "in_0": "10:00", "out_0": "10:30"}
    for changes, field in (
        ({"came_from_0": "th-datip"}, "came_from_0"), ({"in_0": "noon"}, "in_0"),
        ({f"wish_{one}": "tea"}, f"wish_{one}"),
    ):  # fmt: skip
        typed = {"name": "write_log", "met": one, **held, **log, **changes}
        wrong = host.send(f"{path}/act", **typed)
        assert wrong.status_code == 422 and f'id="wrong-{field}"' in wrong.text, field
    answer = host.send(f"{path}/act", name="write_log", met=one, **{f"wish_{one}": "more_time"}, **held, **log)
    assert answer.status_code == 303, answer.text
    deliver(town)
    assert "More time" in visitor.get(there).text
    assert visitor.send(f"{there}/act", name="add_remarks", remarks="It was quiet.").status_code == 303
    deliver(town)
    host.get(path)
    assert host.send(f"{path}/act", name="confirm_log").status_code == 303
    assert "It was quiet." in host.get(path).text
