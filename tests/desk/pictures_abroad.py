"""Pictures of what two countries do together: directory, a day at the border, meetings, visits, questions."""

from __future__ import annotations

from app.worker import Worker as Postman
from tests.desk.place import Place, Shot
from tests.factories import cases, referrals
from tests.factories.forms import form
from tests.gates import inquiry_forms, meeting_forms, visit_forms


def answering(place: Place) -> list[Shot]:
    """The directory of a corridor: an entry of each side, one of which was tried."""
    town, said = place.town, {"kinds": ["referral", "child"], "hours": {"mon": "08:30-16:30", "fri": "08:30-12:00"}}
    today, keeper = town.clock.now().date().isoformat(), town.th["national_focal_point"]
    said |= {"languages": ["en"], "places": ["Kayin State", "Mon State"], "deputy_role": "national_focal_point"}
    made = {}
    for country, staff, office in (("TH", town.th, "th-datip"), ("MM", town.mm, "mm-dor")):
        body = {**said, "office": office, "deputy_office": office, "phone": "+66 00 000 001", "valid_from": today}
        answer = town.post(staff["national_focal_point"], "/directory/contacts", body)
        assert answer.status_code == 201, answer.text
        made[country] = answer.json()["id"]
    Postman(town.house).drain()
    theirs = f"/directory/contacts/{made['MM']}/found"
    assert town.post(keeper, theirs, {"result": "answers", "seen_version": 1}).status_code == 200
    return [
        ("contacts", keeper, "/admin/corridors/TH/MM/contacts"),
        ("contact", keeper, f"/admin/contacts/{made['TH']}"),
        ("contact-check", keeper, f"/admin/contacts/{made['TH']}/check"),
        ("contact-found", keeper, f"/admin/contacts/{made['MM']}/found"),
    ]


def at_the_border(place: Place) -> list[Shot]:
    """A day at a border point: a group of whom one is received, one is on the bridge and one did not come."""
    town, th, mm = place.town, place.town.th, place.town.mm
    house, bridge, far = town.house, th["border_focal_point"], mm["border_focal_point"]
    plan = form(house, "handover_schedule", group="G-12", time="10:30", transport="van of the shelter",
                phone="+66 55 000 000")  # fmt: skip
    group = [referrals.bring_referral(house, th, mm, "accepted", child=number == 2) for number in range(4)]
    for number, each in enumerate(group):
        cases.add(house, th["case_manager"], each.case_id, "travel_document")
        cases.add(house, th["legal_officer"], each.case_id, "legal_status")
        mate = {"travels_with": place.referral(group[1].sent_from)} if number == 2 else {}
        referrals.take(house, bridge, each.sent_from, "schedule_handover", plan | mate)
        confirmed = form(house, "handover_confirmation", phone="+95 58 000 000")
        referrals.take(house, far, each.arrived, "confirm_handover", confirmed)
        cases.take(house, th["case_manager"], each.case_id, "depart")
    for each in group[:2]:
        referrals.take(house, bridge, each.sent_from, "sign_handover", form(house, "handover"))
    referrals.take(house, far, group[0].arrived, "sign_receipt", form(house, "receipt"))
    referrals.take(house, bridge, group[3].sent_from, "postpone", given={"reason": "person_did_not_come"})
    free = referrals.bring_referral(house, th, mm, "accepted")
    assert free.arrived
    where = f"on={plan['on']}&post={plan['border_point']}"
    return [
        ("border-day", bridge, f"/border-day?{where}"),
        ("border-there", far, f"/border-day?{where}"),
        ("border-list", bridge, f"/border-day/list?{where}"),
        ("border-several", far, f"/border-day/several?step=sign_receipt&{where}"),
        ("border-plan", bridge, "/border-day/several?step=schedule_handover"),
        ("border-together", bridge, f"/referrals/{place.referral(group[2].sent_from)}/handover"),
        ("border-codes", bridge, f"/referrals/{place.referral(group[0].sent_from)}/handover"),
    ]


def together(place: Place) -> list[Shot]:
    """A meeting of two countries whose agenda is closed, a visit that waits for its answer, questions about people."""
    town, th, mm = place.town, place.town.th, place.town.mm
    keeper, there = th["national_focal_point"], mm["national_focal_point"]
    meeting, _ = meeting_forms.closed(town)
    visit, _ = visit_forms.asked(town)
    their_visits = town.get(there, visit_forms.LIST).json()["items"]
    asked_of, question = inquiry_forms.asked(town)
    embassy = cases.bring_case(town.house, th, "recovering", nationality="KE")
    given = {"purpose": "notify_origin", "recipient": "KE", "data_groups": ["identity"]}
    cases.add(town.house, th["social_worker"], embassy, "consent", **given)
    letter = cases.take(
        town.house, th["case_manager"], embassy, "ask_embassy", form(town.house, "embassy_request")
    ).matter_id
    return [
        ("together-meetings", keeper, meeting_forms.LIST),
        ("together-meeting", keeper, meeting),
        ("together-minutes", keeper, f"{meeting}/minutes"),
        ("together-propose", keeper, f"{meeting_forms.LIST}/new"),
        ("together-visits", keeper, visit_forms.LIST),
        ("together-visit", keeper, visit),
        ("together-visit-theirs", there, f"{visit_forms.LIST}/{their_visits[0]['id']}"),
        ("together-visit-new", there, f"{visit_forms.LIST}/new"),
        ("together-asked", asked_of, question),
        ("together-answer", asked_of, f"{question}/answer"),
        ("together-embassy", th["case_manager"], f"/cases/{place.case(embassy)}/steps/embassy/ask_embassy"),
        ("together-letter", th["case_manager"], f"/cases/{place.case(embassy)}/matters/{letter}"),
    ]
