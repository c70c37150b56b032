"""A consent that ends reaches every country that got anything by it, whatever became of the referral; at both doors."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.casework.tasks import TABLE as TASK
from app.models.notice import Notice
from app.worker import Worker
from tests.inspect import reading
from tests.journeys import matters, paths, proof
from tests.journeys.doors import Door, PageDoor, _told
from tests.journeys.hands import Paper, filled
from tests.journeys.paths import Crossing, arrived, open_tasks
from tests.journeys.test_both_doors import identified
from tests.journeys.test_law_both_doors import lawyer

EVERYTHING = ["notify_origin", "contact_family", "return"]


def disclosed(door: Door, **consent: Any) -> Crossing:
    """A referral to Myanmar that is acknowledged there, with the identity disclosed."""
    case = identified(door)
    door.take("th.manager", case, "plan_return", {})
    for purpose in EVERYTHING:
        door.record("th.manager", case, "consent", purpose=purpose, recipient="MM", **consent)
    sent = door.refer("th.manager", case, "MM")
    door.take("th.supervisor", sent, "approve")
    door.take("th.manager", sent, "send")
    door.scene.post()
    crossing = arrived(door.scene, case, sent)
    door.take("mm.focal", crossing.arrived, "acknowledge")
    door.scene.post()
    door.take("th.manager", sent, "disclose_identity")
    door.scene.post()
    return crossing


def abroad(door: Door, case: Paper, who: str = "th.manager") -> dict[str, Any]:
    """What the case says of the one country that got data."""
    (found,) = door.scene[who].get(f"{case.path}/recipients")["items"]
    return dict(found)


def letters(door: Door, crossing: Crossing, kind: str) -> list[Any]:
    return [each for each in proof.letters(door.scene.house, crossing.shared_id)
            if each.type == kind and each.direction == "out"]  # fmt: skip


def duties(door: Door, copy: Paper) -> list[str]:
    """The open duties that hang on a copy of a withdrawal."""
    with reading(door.scene.house.db) as session:
        query = select(TASK.c.kind).where(TASK.c.referral_id == copy.id, TASK.c.state == "open")
        return [kind for kind in session.execute(query).scalars() if kind.startswith("honour")]


def read(door: Door, who: str, paper: Paper, below: str = "") -> str:
    """The words of a page, at whichever door the story is walked: what is shown is read by people."""
    pages = door if isinstance(door, PageDoor) else PageDoor(door.scene)
    browser = pages._browser(who)
    assert browser.get(f"/{paper.room}/{pages._reference(paper)}{below}").status_code == 200
    return _told(browser.last.text)


def noticed(door: Door, who: str, copy: Paper) -> int:
    with reading(door.scene.house.db) as session:
        query = select(Notice.id).where(
            Notice.user_id == door.scene[who].id, Notice.subject_id == copy.id, Notice.kind == "withdrawal_told"
        )
        return len(session.execute(query).all())


def overnight(door: Door, days: int = 2) -> int:
    """Some days go by, and a worker that has just been started does its daily round; how much it did."""
    door.scene.days(days)
    done = Worker(door.scene.house).come_of_age()
    door.scene.post()
    return done


def confirmed_there(door: Door, crossing: Crossing) -> None:
    """The focal point abroad is told and has a duty until it is confirmed; the case here shows the confirmation."""
    assert noticed(door, "mm.focal", crossing.arrived) == 1
    assert duties(door, crossing.arrived) == ["honour_withdrawal"]
    telling = abroad(door, crossing.case)["tellings"][-1]
    assert telling["stored"] and not telling["confirmed"]
    assert "A consent of the person has ended." in read(door, "mm.focal", crossing.arrived)
    assert "arrived, not confirmed yet" in read(door, "th.manager", crossing.case, "/consents")
    door.take("mm.focal", crossing.arrived, "confirm_withdrawal")
    door.scene.post()
    assert duties(door, crossing.arrived) == []
    telling = abroad(door, crossing.case)["tellings"][-1]
    assert telling["confirmed"] and telling["seen"]
    assert "confirmed on" in read(door, "th.manager", crossing.case, "/consents")
    assert "confirm_withdrawal" not in door.scene["mm.focal"].next_steps(crossing.arrived)


def test_declined_and_then_taken_back(door: Door) -> None:
    crossing = disclosed(door)
    door.take("mm.focal", crossing.arrived, "decline", None, reason="not_our_national")
    door.scene.post()
    assert "nationality" in abroad(door, crossing.case)["has"]
    door.record("th.manager", crossing.case, "consent_withdrawal", purposes=EVERYTHING)
    door.scene.post()
    (letter,) = letters(door, crossing, "tell_withdrawal")
    assert "about" not in letter.body and {"nationality", "age_band"} <= set(letter.body["taken_back"])
    said = abroad(door, crossing.case)
    assert (said["has"], said["untold"]) == ([], [])
    # Nothing of it is shown there any more, and help goes on here.
    refused = door.scene["mm.focal"].knock(
        f"{crossing.arrived.path}/disclosed/reveal", {"reason": "Looking at it once more."}
    )
    assert refused.status_code == 409
    confirmed_there(door, crossing)
    door.take("th.manager", crossing.case, "resume_recovery")
    paths.proved(door.scene, crossing)


def test_a_consent_runs_out_overnight(door: Door) -> None:
    crossing = disclosed(door, valid_until=door.scene.day(1))
    assert overnight(door, 0) == 0
    assert overnight(door) == 2, "the referral is asked to end, and the copy is told"
    assert len(letters(door, crossing, "tell_withdrawal")) == 1
    paths.both_are(door.scene, crossing, "withdrawn", "TH")
    assert overnight(door, 1) == 0 and overnight(door, 0) == 0
    assert len(letters(door, crossing, "tell_withdrawal")) == 1
    confirmed_there(door, crossing)
    paths.proved(door.scene, crossing)


def test_a_newer_consent_that_has_ended_already_stops_the_tracing(door: Door) -> None:
    """The hole of the audit: the newer one ended the earlier, nobody was told, and the family was traced."""
    crossing = disclosed(door)
    door.record(
        "th.manager", crossing.case, "consent", purpose="contact_family", recipient="MM", earlier="ends",
        valid_from=door.scene.day(-20), valid_until=door.scene.day(-2),
    )  # fmt: skip
    door.scene.post()
    paths.both_are(door.scene, crossing, "withdrawn", "TH")
    door.scene["mm.social"].refused(crossing.arrived, "start_tracing", "wrong_state", "consent_for_contact_family")
    paths.proved(door.scene, crossing)


def test_a_consent_is_narrowed(door: Door) -> None:
    """Only what is not covered any more is taken back, and the referral goes on with the rest."""
    crossing = disclosed(door)
    for purpose in EVERYTHING:
        door.record(
            "th.manager", crossing.case, "consent", purpose=purpose, recipient="MM", earlier="ends",
            data_groups=["identity", "nationality"],
        )  # fmt: skip
    door.scene.post()
    (letter,) = letters(door, crossing, "tell_withdrawal")
    assert letter.body["ended"] == []
    gone = set(letter.body["taken_back"])
    assert gone and not {"identity", "nationality", "age_band"} & gone
    paths.both_are(door.scene, crossing, "acknowledged", "TH")
    confirmed_there(door, crossing)
    assert "nationality" in abroad(door, crossing.case)["has"]
    door.take("mm.social", crossing.arrived, "start_tracing")
    door.scene.post()
    paths.proved(door.scene, crossing)


def test_while_asylum_is_asked_for_nobody_there_hears_from_us(door: Door) -> None:
    crossing = disclosed(door)
    door.take("mm.focal", crossing.arrived, "decline", None, reason="not_our_national")
    door.scene.post()
    door.record("th.manager", crossing.case, "circumstances", asylum_claim=True)
    door.record("th.manager", crossing.case, "consent_withdrawal", purposes=EVERYTHING)
    door.scene.post()
    assert letters(door, crossing, "tell_withdrawal") == []
    assert "nationality" in abroad(door, crossing.case)["untold"]
    assert overnight(door) == 0
    door.record("th.manager", crossing.case, "circumstances", asylum_claim=False)
    door.scene.post()
    assert len(letters(door, crossing, "tell_withdrawal")) == 1
    paths.proved(door.scene, crossing)


def test_reports_after_a_return_end_at_the_wish_of_the_person(door: Door) -> None:
    scene = door.scene
    crossing = paths.scheduled(scene)
    paths.cross(scene, crossing)
    home = paths.settle(scene, crossing)
    door.record("mm.manager", home, "consent", purpose="reintegration_report", recipient="TH", data_groups=["needs"])
    door.record("mm.manager", home, "consent_withdrawal", purposes=["reintegration_report"])
    scene.post()
    (letter,) = letters(door, crossing, "tell_withdrawal_back")
    assert letter.body["ended"] == ["reintegration_report"]
    paths.both_are(scene, crossing, "in_reintegration", "MM")
    assert noticed(door, "th.manager", crossing.sent) == 1
    assert duties(door, crossing.sent) == ["honour_withdrawal_back"]
    assert "honour_withdrawal_back" in open_tasks(scene["th.manager"], crossing.case)
    door.take("th.manager", crossing.sent, "confirm_withdrawal_back")
    scene.post()
    assert duties(door, crossing.sent) == []
    (telling,) = abroad(door, home, "mm.manager")["tellings"]
    assert telling["confirmed"] and telling["purposes"] == ["reintegration_report"]
    # The person is visited all the same: saying no to reports ends no help.
    door.record("mm.manager", home, "monitoring_visit", number=1)
    paths.proved(scene, crossing)


def test_the_police_get_what_the_person_agreed_to(door: Door) -> None:
    """Asked for, reviewed, and still not given before the person has said yes; taken back, the next answer is a no."""
    case = identified(door)
    lawyer(door, case)
    inquiry = matters.opened(door, "th.lawyer", case, "open_proceeding")
    matters.moved(door, "th.lawyer", case, inquiry, "ask_for_file", filled(asker="police"))
    matters.moved(door, "th.supervisor", case, inquiry, "review_file", filled())
    matters.refused(door, "th.lawyer", case, inquiry, "give_file", "consent_for_law_enforcement", record=filled())
    yes = {"purpose": "law_enforcement", "recipient": "TH", "data_groups": ["needs", "language"]}
    door.record("th.manager", case, "consent", **yes)
    matters.moved(door, "th.lawyer", case, inquiry, "give_file", filled())
    door.record("th.manager", case, "consent_withdrawal", purposes=["law_enforcement"])
    matters.moved(door, "th.lawyer", case, inquiry, "ask_for_file", filled(asker="prosecution"))
    matters.moved(door, "th.supervisor", case, inquiry, "review_file", filled())
    matters.refused(door, "th.lawyer", case, inquiry, "give_file", "consent_for_law_enforcement", record=filled())
    matters.moved(door, "th.lawyer", case, inquiry, "give_file", filled(data_groups=[]))
    # Nothing else hangs on it.
    door.take("th.shelter", case, "move_placement", filled(place_kind="shelter_ngo"))
