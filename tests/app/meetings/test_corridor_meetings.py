"""Meetings of two countries within one installation: proposed, prepared, held, decided and done, through JSON."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from app.casework.conferring import TABLE
from app.models.notice import Notice
from app.worker import Worker
from tests.app.access.world import one_engine
from tests.factories import cases, referrals
from tests.factories.pages import browser_at
from tests.factories.referrals import Pair
from tests.factories.staff import add_user
from tests.factories.towns import Town
from tests.inspect import reading

PATH = "/corridor-meetings"
FOCAL = "national_focal_point"


def ahead(town: Town, days: int = 14) -> str:
    return (town.clock.now() + timedelta(days=days)).date().isoformat()


def proposal(town: Town, **changes: Any) -> dict[str, Any]:
    said = {"to_country": "MM", "kind": "case_management", "day": ahead(town), "way": "border", "host": "TH"}
    return {**said, **changes}


def said(answer: Any, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def deliver(town: Town) -> None:
    """Let the worker carry what was said, and look around."""
    worker = Worker(town.house)
    while worker.one():
        pass
    while worker.ring():
        pass
    worker.watch()
    while worker.one():
        pass


def convene(town: Town, **changes: Any) -> tuple[str, str]:
    """A proposed meeting: the id of Thailand's copy and of Myanmar's."""
    here = said(town.post(town.th[FOCAL], PATH, proposal(town, **changes)), 201)["id"]
    deliver(town)
    return here, there_of(town, here)


def there_of(town: Town, meeting_id: str) -> str:
    with reading(town.house.db) as session:
        rows = {row.id: row for row in session.execute(select(TABLE))}
    shared = rows[meeting_id].shared_id
    return next(row.id for row in rows.values() if row.shared_id == shared and row.id != meeting_id)


def act(town: Town, who: Any, meeting_id: str, name: str, status: int = 200, **body: Any) -> dict[str, Any]:
    found = said(town.post(who, f"{PATH}/{meeting_id}/acts/{name}", body), status)
    deliver(town)
    return found


def look(town: Town, who: Any, meeting_id: str) -> dict[str, Any]:
    return said(town.get(who, f"{PATH}/{meeting_id}"))


def agreed(town: Town) -> tuple[str, str]:
    here, there = convene(town)
    act(town, town.mm[FOCAL], there, "accept_day")
    return here, there


def consent(town: Town, pair: Pair) -> None:
    """The person agrees to be discussed with Myanmar."""
    cases.add(
        town.house, town.th["social_worker"], case_of(town, pair), "consent", purpose="case_meeting", recipient="MM"
    )


def case_of(town: Town, pair: Pair) -> str:
    return pair.case_id


def reference_of(town: Town, pair: Pair) -> str:
    return str(referrals.row_of(town.house, pair.sent_from).reference)


def prepared(town: Town, *put_down: str) -> tuple[str, str]:
    """A meeting whose agenda is closed."""
    here, there = agreed(town)
    act(town, town.mm[FOCAL], there, "send_items")
    act(town, town.th[FOCAL], here, "send_items", referrals=list(put_down))
    act(town, town.th[FOCAL], here, "close_agenda")
    return here, there


def minutes(town: Town, meeting_id: str, *decisions: dict[str, Any]) -> Any:
    day = town.clock.now().date().isoformat()
    answer = town.post(town.th[FOCAL], f"{PATH}/{meeting_id}/minutes", {"held_on": day, "decisions": list(decisions)})
    deliver(town)
    return answer


def decision(town: Town, reference: str, **changes: Any) -> dict[str, Any]:
    return {
        "referral": reference, "what": "trace", "by_country": "MM", "part": FOCAL, "until": ahead(town, 10), **changes,
    }  # fmt: skip


def test_a_day_is_proposed_moved_and_agreed_and_both_see_where_it_stands(town: Town) -> None:
    here, there = convene(town)
    ours, theirs = look(town, town.th[FOCAL], here), look(town, town.mm[FOCAL], there)
    assert (ours["state"], ours["ours"]) == ("proposed", False) and theirs["ours"]
    assert (theirs["country"], theirs["reference"]) == ("TH", ours["reference"])
    assert [each["name"] for each in theirs["acts"]] == ["accept_day", "other_day", "call_off"]
    refused = act(town, town.th[FOCAL], here, "accept_day", 409)
    assert [each["code"] for each in refused["refusals"]] == ["day_was_proposed_to_us"]
    act(town, town.mm[FOCAL], there, "other_day", day=ahead(town, 20), way="line")
    ours = look(town, town.th[FOCAL], here)
    assert (ours["day"], ours["way"], ours["proposed_by"], ours["ours"]) == (ahead(town, 20), "line", "MM", True)
    act(town, town.th[FOCAL], here, "accept_day")
    assert look(town, town.mm[FOCAL], there)["state"] == "agreed"
    # Once it is agreed, the host alone moves it; either country may call it off, with a reason.
    assert act(town, town.mm[FOCAL], there, "move_day", 409, day=ahead(town, 30))["refusals"][0]["code"] == (
        "we_are_the_host"
    )
    assert said(town.post(town.mm[FOCAL], f"{PATH}/{there}/acts/call_off", {"reason": "rain"}), 422)
    act(town, town.mm[FOCAL], there, "call_off", reason="no_time")
    ours = look(town, town.th[FOCAL], here)
    assert (ours["state"], ours["reason"], ours["acts"]) == ("called_off", "no_time", [])


def test_what_cannot_be_proposed_is_refused(town: Town) -> None:
    for changes in (
        {"to_country": "XX"}, {"to_country": "TH"}, {"kind": "tea"}, {"kind": "case_worker_visit"}, {"way": "boat"},
        {"host": "VN"}, {"day": ahead(town, -1)},
    ):  # fmt: skip
        assert town.post(town.th[FOCAL], PATH, proposal(town, **changes)).status_code == 422, changes
    convene(town)
    again = said(town.post(town.th[FOCAL], PATH, proposal(town)), 409)
    assert [each["code"] for each in again["refusals"]] == ["no_other_meeting_is_open"]
    assert again["refusals"][0]["sources"]
    for role in ("social_worker", "analyst", "supervisor", "border_focal_point"):
        assert town.post(town.th[role], PATH, proposal(town)).status_code == 403, role


def test_the_agenda_is_made_of_both_sides_referrals_and_tells_what_the_person_agreed_to(town: Town) -> None:
    plain, told, declined = (referrals.bring_referral(town.house, town.th, town.mm, "sent") for _ in range(3))
    consent(town, told)
    referrals.take(town.house, town.mm[FOCAL], declined.arrived, "decline", given={"reason": "not_our_national"})
    referrals.post(town.house)
    quiet = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    town.clock.advance(timedelta(days=40))
    deliver(town)
    late_later = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    here, there = agreed(town)
    mine = {each["reference"]: each for each in look(town, town.th[FOCAL], here)["prepared"]}
    assert {reference_of(town, each) for each in (plain, told, declined, quiet)} == set(mine)
    # It was declined, and nobody did what follows from that.
    assert [each["code"] for each in mine[reference_of(town, declined)]["reasons"]] == ["stuck", "declined"]
    assert mine[reference_of(town, plain)]["bounded"] and not mine[reference_of(town, told)]["bounded"]
    [bare], [whole] = (mine[reference_of(town, each)]["reasons"] for each in (plain, told))
    assert (bare["code"], bare["task"], bare["since"]) == ("stuck", "", None)
    assert whole["code"] == "stuck" and whole["task"] and whole["since"]
    assert act(town, town.th[FOCAL], here, "send_items", 422, referrals=["TH-MM-2026-XXXXXX"])
    put_down = reference_of(town, late_later)
    act(town, town.th[FOCAL], here, "send_items", referrals=[put_down])
    refused = act(town, town.th[FOCAL], here, "close_agenda", 409)
    assert [each["code"] for each in refused["refusals"]] == ["other_side_has_sent"]
    act(town, town.mm[FOCAL], there, "send_items")
    act(town, town.th[FOCAL], here, "close_agenda")
    ours, theirs = look(town, town.th[FOCAL], here)["agenda"], look(town, town.mm[FOCAL], there)["agenda"]
    assert [(each["reference"], each["reasons"]) for each in ours] == [
        (each["reference"], each["reasons"]) for each in theirs
    ]
    joint = {each["reference"]: each for each in ours}
    assert [each["by"] for each in joint[reference_of(town, plain)]["reasons"]] == ["MM", "TH"]
    assert joint[put_down]["reasons"] == [{"code": "put_down", "by": "TH", "task": "", "since": None, "about": ""}]
    # Closed is closed: what becomes late now waits for the next one.
    assert act(town, town.mm[FOCAL], there, "send_items", 409)


def test_who_asks_for_protection_or_is_sealed_stands_on_no_list(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    town.clock.advance(timedelta(days=40))
    deliver(town)
    here, _ = agreed(town)
    assert len(look(town, town.th[FOCAL], here)["prepared"]) == 1
    cases.add(town.house, town.th["legal_officer"], case_of(town, pair), "circumstances", asylum_claim=True)
    assert look(town, town.th[FOCAL], here)["prepared"] == []
    refused = town.post(town.th[FOCAL], f"{PATH}/{here}/acts/send_items", {"referrals": [reference_of(town, pair)]})
    assert said(refused)["prepared"] == []


def test_minutes_become_tasks_on_both_sides_and_the_other_side_hears_what_is_done(town: Town) -> None:
    pairs = [referrals.bring_referral(town.house, town.th, town.mm, "sent") for _ in range(2)]
    consent(town, pairs[0])
    first, second = (reference_of(town, each) for each in pairs)
    here, there = prepared(town, first, second)
    decided = (
        decision(town, first, words="Ask in the village school."),
        decision(town, second, by_country="TH", what="complete_papers"),
    )
    refused = said(minutes(town, here, *decided), 409)
    assert [each["code"] for each in refused["refusals"]] == ["meeting_day_has_come"]
    town.clock.advance(timedelta(days=14))
    wordy = decision(town, second, words="She waits in the north.")
    assert said(minutes(town, here, wordy), 409)["refusals"][0]["code"] == "words_are_agreed_to"
    stray = decision(town, "TH-MM-2026-XXXXXX")
    assert said(minutes(town, here, stray), 409)["refusals"][0]["code"] == "decision_is_about_the_agenda"
    for changes in ({"what": "tea"}, {"by_country": "VN"}, {"part": "analyst"}, {"until": ahead(town, -3)}):
        assert minutes(town, here, decision(town, first, **changes)).status_code == 422, changes
    decided = (
        decision(town, first, words="Ask in the village school."),
        decision(town, second, by_country="TH", what="complete_papers"),
    )
    assert said(minutes(town, here, *decided))["state"] == "minutes_proposed"
    assert [each["name"] for each in look(town, town.th[FOCAL], here)["acts"]] == []
    act(town, town.mm[FOCAL], there, "return_minutes", remark="day_wrong", number=1)
    back = look(town, town.th[FOCAL], here)
    assert back["state"] == "minutes_returned"
    assert (back["returned"]["remark"], back["returned"]["number"]) == ("day_wrong", 1)
    assert said(minutes(town, here, *decided))["returned"] is None
    assert tasks(town, town.mm[FOCAL]) == []
    act(town, town.mm[FOCAL], there, "confirm_minutes")
    for who, copy in ((town.th[FOCAL], here), (town.mm[FOCAL], there)):
        seen = look(town, who, copy)
        assert (seen["state"], seen["held_on"]) == ("confirmed", town.clock.now().date().isoformat())
        assert [each["done_at"] for each in seen["minutes"]["decisions"]] == [None, None]
        assert seen["minutes"]["decisions"][0]["words"] == "Ask in the village school."
    [there_task], [here_task] = tasks(town, town.mm[FOCAL]), tasks(town, town.th[FOCAL])
    assert there_task["referral_id"] == pairs[0].arrived and here_task["referral_id"] == pairs[1].sent_from
    for who, copy, words in ((town.th[FOCAL], pairs[0].sent_from, True), (town.mm[FOCAL], pairs[1].arrived, False)):
        told_there = said(town.get(who, f"/referrals/{copy}/timeline"))["items"]
        [entry] = [each for each in told_there if each["kind"] == "decided"]
        assert entry["has_note"] is words and entry["details"]["meeting"].startswith("MM-TH-")
    assert said(town.post(town.mm[FOCAL], f"/tasks/{there_task['id']}/done", {}))
    deliver(town)
    for who, copy in ((town.th[FOCAL], here), (town.mm[FOCAL], there)):
        first_done, second_done = look(town, who, copy)["minutes"]["decisions"]
        assert first_done["done_at"] and not second_done["done_at"], copy
    # What is open stands first on the next agenda.
    here, there = prepared(town, first)
    entries = look(town, town.mm[FOCAL], there)["agenda"]
    assert entries[0]["reference"] == second
    assert entries[0]["reasons"][0]["code"] == "open_decision" and entries[0]["reasons"][0]["about"].endswith("/2")


def tasks(town: Town, who: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = said(town.get(who, "/tasks?limit=100"))["items"]
    return [each for each in items if each["kind"] == "meeting_decision" and each["state"] == "open"]


def standing(town: Town, who: Any, country: str) -> dict[str, Any]:
    found = said(town.get(who, PATH))["standing"]
    return next(each for each in found if (each["country"], each["kind"]) == (country, "case_management"))


def test_the_agreement_says_when_the_next_one_is_due_and_both_are_told_in_time(town: Town) -> None:
    before = standing(town, town.th[FOCAL], "MM")
    assert (before["every_months"], before["stands"], before["next_by"]) == (8, "quiet", None)
    assert before["sources"] == ["MRW-2019"] and len(before["conflicts"]) == 2
    referrals.bring_referral(town.house, town.th, town.mm, "sent")
    began = town.clock.now().date()
    due = standing(town, town.th[FOCAL], "MM")
    assert date.fromisoformat(due["next_by"]) == _months_later(began, 8) and due["stands"] == "quiet"
    town.clock.set(town.clock.now() + timedelta(days=200))
    deliver(town)
    for who, other in ((town.th[FOCAL], "MM"), (town.mm[FOCAL], "TH")):
        assert standing(town, who, other)["stands"] == "due"
        assert told(town, who, "corridor_meeting_due") == 1
    deliver(town)
    assert told(town, town.th[FOCAL], "corridor_meeting_due") == 1
    town.clock.set(town.clock.now() + timedelta(days=60))
    deliver(town)
    assert standing(town, town.mm[FOCAL], "TH")["stands"] == "late"
    assert told(town, town.mm[FOCAL], "corridor_meeting_late") == 1
    here, there = prepared(town)
    assert standing(town, town.mm[FOCAL], "TH")["stands"] == "planned"
    town.clock.advance(timedelta(days=14))
    assert said(minutes(town, here))
    act(town, town.mm[FOCAL], there, "confirm_minutes")
    held = standing(town, town.mm[FOCAL], "TH")
    assert held["last_on"] == town.clock.now().date().isoformat() and held["stands"] == "quiet"
    assert date.fromisoformat(held["next_by"]) == _months_later(town.clock.now().date(), 8)


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    return date(day.year + year, month + 1, min(day.day, 28)) if day.day <= 28 else date(day.year + year, month + 1, 28)


def told(town: Town, who: Any, kind: str) -> int:
    with reading(town.house.db) as session:
        rows = session.execute(select(Notice.id).where(Notice.user_id == who.id, Notice.kind == kind)).all()
    return len(rows)


def test_a_third_country_and_other_parts_see_nothing(town: Town) -> None:
    here, there = convene(town)
    lao = add_user(town.house, "la-mlsw", FOCAL)
    for who, copy in ((town.mm[FOCAL], here), (lao, here), (lao, there)):
        assert town.get(who, f"{PATH}/{copy}").status_code == 404
        assert town.post(who, f"{PATH}/{copy}/acts/accept_day", {}).status_code == 404
        assert town.post(who, f"{PATH}/{copy}/minutes", {"held_on": ahead(town), "decisions": []}).status_code == 404
    assert said(town.get(lao, PATH))["items"] == []
    assert town.get(town.th["social_worker"], f"{PATH}/{here}").status_code == 403
    assert town.get(town.th[FOCAL], f"{PATH}/{here}").status_code == 200
    assert town.post(town.th[FOCAL], f"{PATH}/{here}/acts/dance", {}).status_code == 404


def browse(town: Town, meeting_id: str, who: Any) -> tuple[Any, str]:
    browser = browser_at(town, who)
    path = f"{PATH}/{meeting_id}"
    browser.get(path)
    return browser, path


@one_engine
def test_the_pages_lead_from_the_proposal_to_the_minutes_and_the_papers(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    reference = reference_of(town, pair)
    consent(town, pair)
    browser = browser_at(town, town.th[FOCAL])
    assert 'href="/corridor-meetings"' in browser.get("/cases").text
    shown = browser.get(PATH).text
    assert "22 meetings held" in shown and "quarterly" in shown
    browser.get(f"{PATH}/new")
    assert browser.send(f"{PATH}/new").status_code == 422
    day = town.clock.now() + timedelta(days=14)
    on = {f"day_{part}": str(getattr(day, part)) for part in ("day", "month", "year")}
    answer = browser.send(f"{PATH}/new", to_country="MM", kind="case_management", way="line", host="TH", **on)
    assert answer.status_code == 303, answer.text
    path = answer.headers["location"].split("?")[0]
    here = path.rpartition("/")[2]
    deliver(town)
    there = there_of(town, here)
    other, other_path = browse(town, there, town.mm[FOCAL])
    assert "Agree to the day" in other.get(other_path).text
    assert other.send(f"{other_path}/act", name="return_minutes").status_code == 409
    assert other.send(f"{other_path}/act", name="accept_day").status_code == 303
    deliver(town)
    assert other.get(f"{other_path}/pack").status_code == 404
    other.get(other_path)
    assert other.send(f"{other_path}/act", name="send_items").status_code == 303
    deliver(town)
    browser.get(path)
    wrong = browser.send(f"{path}/act", name="send_items", referral_0="TH-MM-1999-NOBODY")
    assert wrong.status_code == 422 and "no referral with this country" in wrong.text
    assert browser.send(f"{path}/act", name="send_items", referral_0=reference).status_code == 303
    browser.get(path)
    assert browser.send(f"{path}/act", name="close_agenda").status_code == 303
    deliver(town)
    assert reference in other.get(other_path).text
    town.clock.advance(timedelta(days=14))
    browser = browser_at(town, town.th[FOCAL])
    assert reference in browser.get(f"{path}/minutes").text
    held = {f"held_on_{part}": str(getattr(day, part)) for part in ("day", "month", "year")}
    until = {f"until_0_{part}": str(getattr(day, part)) for part in ("day", "month", "year")}
    typed = {"referral": reference, "what_0": "trace", "by_0": "MM", "part_0": "case_manager", "words_0": "Soon."}
    answer = browser.send(f"{path}/minutes", **held, **until, **typed)
    assert answer.status_code == 303, answer.text
    deliver(town)
    other, other_path = browse(town, there, town.mm[FOCAL])
    shown = other.get(other_path).text
    assert "Trace the family once more" in shown and "Soon." in shown
    assert other.send(f"{other_path}/act", name="confirm_minutes").status_code == 303
    for language in ("en", "th", "my"):
        printed = other.get(f"{other_path}/pack?lang={language}")
        assert printed.status_code == 200 and printed.content.startswith(b"%PDF")
