"""Pictures of the pages that matter, in every language, on a phone and at a desk: for somebody to look at.

    python -m tests.desk.pictures --to FOLDER [--languages en,my] [--only case,inbox] [--screen]

A machine finds faults of measure; whether a page looks right only a person sees, so look at each.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from app.kit import migrate
from app.kit.reader import LANGUAGES
from app.referrals import watching
from app.worker import Worker as Postman
from tests.app.shelter.houses import ask, presumed, shelter_of, sign
from tests.app.shelter.houses import place as put
from tests.desk.pictures_abroad import answering, at_the_border, together
from tests.desk.pictures_figures import figures
from tests.desk.place import VIEWS, Place, Shot, chromium, open_place
from tests.factories import cases, referrals
from tests.factories.forms import day, form
from tests.gates import fund_forms, readiness_forms, service_forms, tip_forms, transfer_forms
from tests.gates.scene import quiet


def claims(place: Place) -> tuple[str, str]:
    """A case with one claim that is paid and one that waits: the case and the claim that waits."""
    house, th = place.town.house, place.town.th
    case_id = cases.bring_case(house, th, "identified")
    found = [
        cases.take(house, th["social_worker"], case_id, "submit_claim", form(house, "fund_claim")).matter_id
        for _ in range(2)
    ]
    for step, kind in (("approve_claim", "fund_approval"), ("pay_claim", "fund_payment")):
        cases.take(house, th["supervisor"], case_id, step, form(house, kind), matter_id=found[0])
    return case_id, found[1] or ""


def invented(place: Place) -> list[Shot]:
    """A small world with something of everything; name, who looks and path of each picture."""
    town, th, mm = place.town, place.town.th, place.town.mm
    house = town.house
    for _ in range(11):
        cases.bring_case(house, th, "recovering")
    # In the end it is a morning: one day in every country.
    town.clock.advance(timedelta(days=20, hours=8))
    late = cases.bring_case(house, th, "recovering")
    place.due(late, "decide_identification", -3)
    asked = [referrals.bring_referral(house, th, mm, "sent") for _ in range(3)]
    hanging = referrals.bring_referral(house, th, mm, "sent", child=True, age_band="15-17")
    town.clock.advance(timedelta(hours=40))
    watching.ring_hanging(house)
    Postman(house).ring()
    open_case = referrals.bring_referral(house, th, mm, "acknowledged")
    bridge = referrals.bring_referral(house, th, mm, "handover_scheduled")
    cases.take(house, th["case_manager"], bridge.case_id, "depart")
    over = referrals.bring_referral(house, th, mm, "received")
    blocked = cases.bring_case(house, th, "sheltered")
    case = f"/cases/{place.case(open_case.case_id)}"
    flagged, meeting = listed(place, late)
    claimed, waiting = claims(place)
    return [
        ("entitlements", th["social_worker"], f"/cases/{place.case(claimed)}/entitlements"),
        ("claim", th["social_worker"], f"/cases/{place.case(claimed)}/steps/fund_claim/submit_claim"),
        ("approve", th["supervisor"], f"/cases/{place.case(claimed)}/matters/{waiting}/steps/approve_claim"),
        ("fund", th["supervisor"], "/reports/fund"),
        ("flags", th["social_worker"], f"/cases/{place.case(flagged)}"),
        ("list", th["supervisor"], "/cases?late=yes"),
        ("lists", th["supervisor"], "/cases/lists?keep=late%3Dyes"),
        ("give", th["supervisor"], f"/caseload/assign?case={place.case(late)}&case={place.case(flagged)}"),
        ("asking", th["supervisor"], f"/caseload/ask?case={place.case(late)}&case={place.case(flagged)}"),
        ("handing", th["supervisor"], f"/caseload/hand-over?user_id={th['case_manager'].id}"),
        ("meeting", th["social_worker"], f"/meetings/agenda?meeting_id={meeting}"),
        ("meetings", th["social_worker"], "/meetings"),
        ("newmeeting", th["social_worker"], "/meetings/new"),
        ("minutes", th["social_worker"], f"/cases/{place.case(flagged)}/records/new/minutes?record-meeting={meeting}"),
        ("needsform", th["social_worker"], f"/cases/{place.case(flagged)}/records/new/needs_assessment"),
        ("planform", th["social_worker"], f"/cases/{place.case(flagged)}/records/new/care_plan"),
        ("contactform", th["social_worker"], f"/cases/{place.case(flagged)}/records/new/contact_rules"),
        ("leaveform", th["social_worker"], f"/cases/{place.case(flagged)}/records/new/permit"),
        ("owntask", th["social_worker"], f"/cases/{place.case(flagged)}/records/new/own_task"),
        ("home", th["case_manager"], "/"),
        ("case", th["case_manager"], case),
        ("blocked", th["social_worker"], f"/cases/{place.case(blocked)}/steps/care/start_recovery"),
        ("timeline", th["supervisor"], f"{case}/timeline"),
        ("inbox", mm["border_focal_point"], "/"),
        ("referral", mm["border_focal_point"], f"/referrals/{place.referral(asked[0].arrived)}"),
        ("sent", th["case_manager"], "/referrals?box=outbox"),
        ("hanging", th["case_manager"], f"/referrals/{place.referral(hanging.sent_from)}"),
        ("ends", th["case_manager"], f"/referrals/{place.referral(over.sent_from)}/both-ends"),
        ("ends-late", th["case_manager"], f"/referrals/{place.referral(hanging.sent_from)}/both-ends"),
        ("handover", th["border_focal_point"], f"/referrals/{place.referral(bridge.sent_from)}/handover"),
        ("receipt", mm["border_focal_point"], f"/referrals/{place.referral(over.arrived)}/receipt"),
        ("durations", th["supervisor"], "/reports/stages"),
        ("late", th["supervisor"], "/tasks/late"),
        ("keeping", th["data_protection_officer"], f"{case}/keeping"),
        ("keeping-due", th["data_protection_officer"], "/admin/retention/due"),
        ("consents", th["social_worker"], f"{case}/consents"),
        *beds(place),
        *between(place),
        *help_asked(place),
        *fund_asked(place),
        *law(place),
        *before(place),
        *kin(place),
        *skills(place),
        *stays(place),
        *answering(place),
        *at_the_border(place),
        *together(place),
        *figures(place),
    ]


def stays(place: Place) -> list[Shot]:
    """A person identified here whose leave was refused, and one whom another country has identified."""
    town, th = place.town, place.town.th
    case_id = cases.bring_case(town.house, th, "planning_return")
    asked = {"valid_from": None, "valid_until": None}
    cases.add(town.house, th["legal_officer"], case_id, "permit", outcome="applied", **asked)
    last = day(town.house, 12)
    cases.add(town.house, th["legal_officer"], case_id, "permit", outcome="refused", appeal_until=last, **asked)
    case = f"/cases/{place.case(case_id)}"
    told = f"/cases/{place.case(cases.bring_case(town.house, th, 'screening'))}"
    return [
        ("stay-case", th["legal_officer"], case),
        ("stay-refused", th["legal_officer"], f"{case}/records/new/refused_leave"),
        ("stay-work", th["legal_officer"], f"{case}/records/new/employment"),
        ("stay-depart", th["case_manager"], f"{case}/steps/care/depart"),
        ("stay-recognise", th["legal_officer"], f"{told}/steps/identification/recognise"),
        ("stay-foreign", th["legal_officer"], f"{told}/records/new/foreign_decision"),
    ]


def beds(place: Place) -> list[Shot]:
    """A shelter with something of everything: who asks, who stays, who is out, and beds that are closed."""
    town, th = place.town, place.town.th
    house = shelter_of(town)
    house.add("children", beds=4, ages="child")
    house.add("families", beds=3, sex="any", ages="family", need="mother_and_baby", closed_reason="repair")
    people = [presumed(town) for _ in range(3)]
    house.add("wheelchair", beds=1, need="wheelchair")
    asked = [ask(town, case_id).json()["id"] for case_id in people[:2]]
    for request_id, case_id in zip(asked, people, strict=False):
        house.confirm(request_id)
        sign(town, case_id)
    put(town, people[0])
    cases.add(town.house, th["social_worker"], people[0], "shelter_leave", back_on="2027-01-20")
    waiting = ask(town, people[2], need="wheelchair", likely_until="2027-02-01").json()["id"]
    case = f"/cases/{place.case(people[1])}"
    group = f"{house.path}/beds/{house.groups['families']}"
    return [
        ("beds-board", house.manager, house.path),
        ("beds-all", th["supervisor"], "/shelters"),
        ("beds-group", house.manager, group),
        ("beds-request", house.manager, f"/bed-requests/{waiting}"),
        ("beds-case", th["social_worker"], f"{case}/beds"),
        ("beds-ask", th["social_worker"], f"/cases/{place.case(presumed(town))}/beds"),
        ("beds-admission", th["social_worker"], f"{case}/records/new/admission"),
        ("beds-missing", th["social_worker"], f"{case}/records/new/missing_report"),
        ("beds-place", th["social_worker"], f"{case}/steps/care/admit"),
    ]


def between(place: Place) -> list[Shot]:
    """What offices ask of each other: to take a case over, to share in one, and what is shared."""
    town, th = place.town, place.town.th
    there, path = transfer_forms.asked(town, "take_over")
    _, sharing = transfer_forms.shared(town)
    again, moved = transfer_forms.asked(town, "take_over")
    asked, answered = transfer_forms.several(town)
    assert town.post(again, f"{moved}/take-over", {}).status_code == 200
    case_id = cases.bring_case(town.house, th, "recovering")
    cases.add(town.house, th["social_worker"], case_id, "consent", purpose="assistance", recipient="th-ngo")
    case = f"/cases/{place.case(case_id)}"
    return [
        ("between-work", there, "/"),
        ("between-list", there, "/transfers"),
        ("between-sent", th["case_manager"], "/transfers"),
        ("between-report", th["case_manager"], asked),
        ("between-answer", there, f"/transfers/answer?transfer={path.rpartition('/')[2]}&transfer={answered[2]}"),
        ("between-answered", answered[0], answered[1]),
        ("between-asked", there, path),
        ("between-shared", there, sharing),
        ("between-person", there, f"{sharing}/person"),
        ("between-moved", th["case_manager"], moved),
        ("between-ask", th["case_manager"], f"{case}/steps/transfer/request_transfer"),
        ("between-consents", th["social_worker"], f"{case}/consents"),
        ("between-consent", th["social_worker"], f"{case}/records/new/consent"),
        ("between-needs", th["case_manager"], f"{case}/needs"),
    ]


def help_asked(place: Place) -> list[Shot]:
    """What a provider is asked to do for people: to answer, to begin, and to say that it is done."""
    town = place.town
    there, waiting = service_forms.asked(town)
    _, accepted = service_forms.accepted(town)
    _, running = service_forms.running(town)
    _, promised = service_forms.asked(town)
    when = {
        "appointment_on": day(town.house, 2), "appointment_time": "t0930", "appointment_place": "with_provider",
    }  # fmt: skip
    assert town.post(there, f"{promised}/accept", when).status_code == 200
    assert town.post(there, f"{running}/finish", {"outcome": "reached"}).status_code == 200
    return [
        ("services-home", there, "/"),
        ("services-list", there, "/services"),
        ("services-sent", town.th["case_manager"], "/services"),
        ("services-asked", there, waiting),
        ("services-accepted", there, accepted),
        ("services-promised", town.th["social_worker"], promised),
    ]


def fund_asked(place: Place) -> list[Shot]:
    """What waits for the office of a fund: to decide, to pay, and what was paid."""
    town = place.town
    officer, _, waiting = fund_forms.claimed(town)
    officer, cashier, approved = fund_forms.approved(town)
    _, _, paid = fund_forms.paid(town)
    return [
        ("fund-claims", officer, "/fund/claims"),
        ("fund-sent", town.th["social_worker"], "/fund/claims"),
        ("fund-decide", officer, waiting),
        ("fund-pay", cashier, approved),
        ("fund-paid", cashier, paid),
        ("fund-followed", town.th["social_worker"], paid),
    ]


def law(place: Place) -> list[Shot]:
    """A person who is charged and held, wanted as a witness and threatened."""
    town, th = place.town, place.town.th
    case_id = cases.bring_case(town.house, th, "recovering")

    def opened(step: str, kind: str, **changes: Any) -> str:
        record = form(town.house, kind, **changes)
        return str(cases.take(town.house, th["social_worker"], case_id, step, record).matter_id)

    charge = opened("report_penalty", "penalty_report", answer_by=day(town.house, 9))
    opened("report_penalty", "penalty_report", penalty_kind="detention", act="entry_or_stay", held_now=True)
    trial = opened("open_proceeding", "proceeding")
    hearing = form(town.house, "hearing", person_speaks=False)
    cases.take(town.house, th["social_worker"], case_id, "set_hearing", hearing, matter_id=trial)
    opened("report_threat", "threat_report", urgent=True)
    case = f"/cases/{place.case(case_id)}"
    return [
        ("law-needs", th["supervisor"], f"{case}/needs"),
        ("law-case", th["supervisor"], case),
        ("law-report", th["social_worker"], f"{case}/steps/non_punishment/report_penalty"),
        ("law-penalty", th["supervisor"], f"{case}/matters/{charge}"),
        ("law-review", th["supervisor"], f"{case}/matters/{charge}/steps/claim_non_punishment"),
        ("law-proceeding", th["legal_officer"], f"{case}/matters/{trial}"),
        ("law-testimony", th["legal_officer"], f"{case}/matters/{trial}/steps/offer_testimony"),
        ("law-notices", th["supervisor"], "/notices"),
    ]


def before(place: Place) -> list[Shot]:
    """What comes before a case: a tip of somebody who stays unknown, and an operation that is being prepared."""
    town, th = place.town, place.town.th
    tip = town.post(th["case_manager"], "/tips", tip_forms.TOLD).json()["id"]
    planner, operation = readiness_forms.planned(town)
    beds = town.post(planner, f"{operation}/reservations", readiness_forms.BEDS).json()["reserves"][-1]["id"]
    return [
        ("tips", th["case_manager"], "/tips"),
        ("tip", th["case_manager"], f"/tips/{tip}"),
        ("operation", planner, operation),
        ("reservation", th["shelter_manager"], f"/reservations/{beds}"),
    ]


def kin(place: Place) -> list[Shot]:
    """A child of whose age nobody is sure, with a relative who was named; and a claim that is being paid."""
    town, th = place.town, place.town.th
    child = cases.bring_case(town.house, th, "recovering", child=True, age_band="unknown")
    named = cases.take(town.house, th["social_worker"], child, "name_relative", form(town.house, "relative")).matter_id
    adult = cases.bring_case(town.house, th, "recovering")
    claim = cases.take(
        town.house, th["case_manager"], adult, "prepare_remedy", form(town.house, "remedy_preparation")
    ).matter_id
    for step in ("file", "award", "pay"):
        kind = {"file": "remedy_filing", "award": "remedy_award", "pay": "remedy_payment"}[step]
        cases.take(town.house, th["case_manager"], adult, f"{step}_remedy", form(town.house, kind), matter_id=claim)
    near = f"/cases/{place.case(child)}"
    return [
        ("child-age", th["social_worker"], f"{near}/records/new/age_assessment"),
        ("child-relative", th["social_worker"], f"{near}/matters/{named}"),
        ("child-contact", th["case_manager"], f"{near}/matters/{named}/steps/allow_contact"),
        ("remedy", th["case_manager"], f"/cases/{place.case(adult)}/matters/{claim}"),
    ]


def skills(place: Place) -> list[Shot]:
    """Trainings of somebody who signs, a case whose person another case may be about too, and the installation."""
    town, th = place.town, place.town.th
    one, _ = (cases.bring_case(town.house, th, "screening") for _ in range(2))
    return [
        ("trainings", th["administrator"], f"/admin/users/{th['social_worker'].id}/trainings"),
        ("same-person", th["case_manager"], f"/cases/{place.case(one)}/same-person"),
        ("new-case", th["social_worker"], "/cases/new"),
        ("system", th["administrator"], "/admin/system"),
    ]


def listed(place: Place, late: str) -> tuple[str, str]:
    """A flagged case with a task made by hand, a working list and a meeting: ids of the case and of the meeting."""
    town, th = place.town, place.town.th
    flagged = cases.bring_case(town.house, th, "planning_return")
    reason = "The panel has not met for three weeks."
    cases.add(town.house, th["social_worker"], flagged, "flag", flag="for_meeting", reason=reason)
    cases.add(town.house, th["social_worker"], late, "flag", flag="safety", reason="A stranger asked for the house.")
    day = town.clock.now().date()
    due = (day + timedelta(days=2)).isoformat()
    cases.add(town.house, th["social_worker"], flagged, "own_task", part="social_worker", due=due, priority="urgent")
    kept = {"name": "Late and mine", "filters": {"late": "yes"}}
    assert town.post(th["supervisor"], "/working-lists", kept).status_code == 201
    shared = {"name": "Children who wait", "filters": {"child": "yes"}, "shared": True}
    assert town.post(th["case_manager"], "/working-lists", shared).status_code == 201
    there = [{"part": "social_worker", "at": "th-shelter-tak"}, {"part": "first_responder", "at": "th-border-mae-sot"}]
    body = {"kind": "multi_disciplinary", "held_on": day.isoformat(), "present": there}
    made = town.post(th["social_worker"], "/meetings", body)
    assert made.status_code == 201, made.text
    return flagged, str(made.json()["id"])


@contextmanager
def opened() -> Iterator[Place]:
    """A place with a browser over a database of its own, which is thrown away."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        migrate.upgrade(f"sqlite:///{folder / 'desk.db'}")
        with open_place(f"sqlite:///{folder / 'desk.db'}", folder) as place, chromium() as browser:
            place.browser = browser
            yield place


def take(place: Place, folder: Path, languages: list[str], only: set[str], *, whole: bool = True) -> int:
    """Write every picture into ``folder``, of the whole page or of what the screen shows first; how many."""
    folder.mkdir(parents=True, exist_ok=True)
    shots = [shot for shot in invented(place) if not only or shot[0] in only]
    written = 0
    for language in languages:
        for name, worker, path in shots:
            place.reads(worker, language)
            for view in VIEWS:
                hand = place.at_desk(worker, view)
                hand.opens(path)
                if name == "receipt":
                    hand.page.emulate_media(media="print")
                hand.page.screenshot(path=folder / f"{name}-{language}-{view}.png", full_page=whole)
                place.leave()
                written += 1
    return written


def asking(about: str | None) -> argparse.ArgumentParser:
    """What every command that draws is asked: where to, and in which languages."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--to", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--languages", default=",".join(LANGUAGES))
    return parser


def main() -> None:
    """The command."""
    parser = asking(__doc__)
    parser.add_argument("--only", default="")
    parser.add_argument("--screen", action="store_true", help="only what the screen shows first")
    asked = parser.parse_args()
    quiet()
    with opened() as place:
        only = {name for name in asked.only.split(",") if name}
        written = take(place, asked.to, asked.languages.split(","), only, whole=not asked.screen)
    print(f"{written} pictures in {asked.to}: look at each")
    sys.exit(0 if written else 1)


if __name__ == "__main__":
    main()
