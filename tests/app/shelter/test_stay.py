"""Entered freely, left freely, limited in time where nobody has been presumed, and searched for when missing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.casework import refold
from app.casework.held import hold_case
from tests.app.shelter.houses import OTHER, ask, codes, place, presumed, shelter_of, sign, sign_elsewhere
from tests.factories import cases
from tests.factories.forms import form
from tests.factories.pages import browser_at
from tests.factories.staff import desk_of
from tests.factories.towns import Town


def step(town: Town, case_id: str, name: str, record: Any = None, who: str = "social_worker") -> Any:
    body = {"seen_version": cases.version_of(town.house, case_id)} | ({} if record is None else {"record": record})
    return town.post(town.th[who], f"/cases/{case_id}/steps/{name}", body)


def file(town: Town, case_id: str, kind: str, who: str = "social_worker", /, **changes: Any) -> Any:
    body = {"seen_version": cases.version_of(town.house, case_id), "record": form(town.house, kind, **changes)}
    return town.post(town.th[who], f"/cases/{case_id}/records/{kind}", body)


def staying(town: Town) -> tuple[Any, str]:
    """A house and somebody who stays there."""
    return staying_in(town, shelter_of(town))


def staying_in(town: Town, house: Any) -> tuple[Any, str]:
    """That house and somebody who stays there."""
    case_id = presumed(town)
    house.confirm(ask(town, case_id).json()["id"])
    sign(town, case_id)
    assert place(town, case_id).status_code == 200
    return house, case_id


def test_refusing_the_shelter_closes_no_other_help(town: Town) -> None:
    house = shelter_of(town)
    case_id = presumed(town)
    house.confirm(ask(town, case_id).json()["id"])
    sign(town, case_id, agrees=False)
    refused = place(town, case_id)
    assert codes(refused) == {"admission_is_signed"}
    assert {each["id"] for each in refused.json()["refusals"][0]["sources"]} == {
        "TH-RIGHTS-FORM", "OHCHR-G1.5", "OHCHR-G6.2"
    }  # fmt: skip
    before = cases.facts_of(town.house, case_id)
    assert before.rights is not None
    assert before.rights.answer == "accepted", "who does not want a shelter has declined nothing else"
    outside = form(town.house, "placement", place_kind="kin_care")
    assert step(town, case_id, "assist_outside", outside).status_code == 200
    assert file(town, case_id, "needs_assessment").status_code == 201
    sign(town, case_id, witness=None)
    assert "admission_is_signed" in codes(place(town, case_id, "move_placement")), "they may change their mind, signed"


def test_leave_is_free_and_asking_to_stay_needs_a_reason_and_a_text(town: Town) -> None:
    house, case_id = staying(town)
    assert file(town, case_id, "shelter_leave", asked_to_stay_in="court_order").status_code == 422
    assert file(town, case_id, "shelter_leave", legal_text="because").status_code == 422
    kept = file(town, case_id, "shelter_leave", asked_to_stay_in="court_order", legal_text="Order 114/2569")
    assert kept.status_code == 201, kept.text
    assert house.group()["out"] == 0
    assert file(town, case_id, "shelter_leave", back_on="2026-12-01").status_code == 201
    board = house.board()
    assert (house.group()["out"], house.group()["staying"], house.group()["free"]) == (1, 1, 1), "the bed stays theirs"
    assert board["inside"][0]["out_until"] == "2026-12-01"
    assert file(town, case_id, "shelter_return").status_code == 201
    assert house.group()["out"] == 0
    with desk_of(town.house, town.th["social_worker"]) as desk:
        held = hold_case(desk, case_id)
        assert refold.case_facts(desk, held) == held.facts


def test_who_is_missing_is_searched_for_and_loses_nothing(town: Town) -> None:
    house, case_id = staying(town)
    assert file(town, case_id, "missing_report").status_code == 201
    told = town.get(town.th["supervisor"], "/notices").json()["items"]
    assert [(each["kind"], each["detail"]) for each in told if each["kind"] == "person_missing"] == [
        ("person_missing", {})
    ]
    kinds = {each["kind"] for each in town.get(town.th["supervisor"], "/tasks?limit=100").json()["items"]}
    assert {"search_missing", "tell_police_missing", "tell_partner_missing"} <= kinds
    assert (house.group()["missing"], house.group()["free"]) == (1, 1), "the bed waits"
    sign_elsewhere(town, case_id)
    assert codes(place(town, case_id, "move_placement", shelter=None)) == {"person_is_with_us"}
    found = file(town, case_id, "found_report")
    assert found.status_code == 201, found.text
    facts = cases.facts_of(town.house, case_id)
    assert (facts.missing, facts.bed_used is not None, facts.rights.answer) == (False, True, "accepted")  # type: ignore[union-attr]
    assert house.group()["missing"] == 0
    left = {each["kind"] for each in town.get(town.th["supervisor"], "/tasks?limit=100").json()["items"]}
    assert not {"search_missing", "tell_police_missing", "tell_partner_missing"} & left
    sign_elsewhere(town, case_id)
    assert place(town, case_id, "move_placement", shelter=None).status_code == 200


def test_who_stays_elsewhere_keeps_the_bed_or_leaves_it_by_a_decision(town: Town) -> None:
    house, case_id = staying(town)
    assert file(town, case_id, "missing_report").status_code == 201
    elsewhere = {"found": "in_touch_elsewhere"}
    undecided = file(town, case_id, "found_report", **elsewhere)
    assert undecided.status_code == 422 and "Say whether the bed is kept" in undecided.text
    assert file(town, case_id, "found_report", keep_bed=False).status_code == 422, "who comes back keeps it"
    assert file(town, case_id, "found_report", keep_bed=True, **elsewhere).status_code == 201
    assert (house.group()["staying"], house.group()["free"]) == (1, 1)
    assert file(town, case_id, "missing_report").status_code == 201
    assert file(town, case_id, "found_report", keep_bed=False, **elsewhere).status_code == 201
    assert (house.group()["staying"], house.group()["free"]) == (0, 2)
    facts = cases.facts_of(town.house, case_id)
    assert (facts.missing, facts.bed_used, facts.placement) == (False, None, None)
    waits = [each for each in town.get(town.th["supervisor"], "/tasks?limit=100").json()["items"]
             if each["kind"] == "review_placement"]  # fmt: skip
    assert len(waits) == 1, "where they live now is settled with them"
    sign_elsewhere(town, case_id)
    assert place(town, case_id, "move_placement", shelter=None).status_code == 200
    with desk_of(town.house, town.th["social_worker"]) as desk:
        held = hold_case(desk, case_id)
        assert refold.case_facts(desk, held) == held.facts


def test_a_move_between_shelters_is_a_request_while_staying(town: Town) -> None:
    house, case_id = staying(town)
    other = shelter_of(town, "th-shelter-pathum-thani")
    asked = ask(town, case_id, "th-shelter-pathum-thani")
    assert asked.status_code == 201, asked.text
    assert codes(place(town, case_id, "move_placement", "th-shelter-pathum-thani")) >= {"bed_is_confirmed"}
    assert other.confirm(asked.json()["id"]).status_code == 200
    assert (house.group()["staying"], other.group()["held"]) == (1, 1), "the former bed is kept until the arrival"
    sign(town, case_id, "th-shelter-pathum-thani")
    assert place(town, case_id, "move_placement", "th-shelter-pathum-thani").status_code == 200
    assert (house.group()["staying"], house.group()["free"]) == (0, 2)
    assert (other.group()["staying"], other.group()["held"]) == (1, 0)


def test_a_bed_for_the_first_night_and_leave_to_stay_at_most_seven_days(town: Town) -> None:
    house = shelter_of(town)
    case_id = cases.bring_case(town.house, town.th, "screening")
    house.confirm(ask(town, case_id).json()["id"])
    assert place(town, case_id, "shelter_at_once").status_code == 200, "the first night needs no signature"
    assert house.group()["staying"] == 1
    first = town.clock.now().date()
    leave = form(town.house, "stay_extension")
    town.clock.advance(timedelta(hours=20))
    too_long = step(town, case_id, "extend_stay", leave | {"allowed_until": str(first + timedelta(days=8))})
    assert codes(too_long) == {"extension_is_within_limit"}
    assert too_long.json()["refusals"][0]["sources"][0]["id"] == "TH-ATA-29"
    untold = leave | {"allowed_until": str(first + timedelta(days=7)), "person_told": False}
    assert codes(step(town, case_id, "extend_stay", untold)) == {"extension_is_authorised"}
    assert step(town, case_id, "extend_stay", untold | {"person_told": True}).status_code == 200
    due = [each for each in town.get(town.th["supervisor"], "/tasks?limit=100").json()["items"]
           if each["kind"] == "review_placement" and each["case_id"] == case_id]
    assert len(due) == 1, "each further day is looked at anew"


def test_the_end_of_a_case_frees_the_bed(town: Town) -> None:
    house, case_id = staying(town)
    ask(town, case_id, OTHER)
    authority = town.house.policies.countries["TH"].competent_authority.office
    decision = form(town.house, "identification_decision", authority=authority, by_country="TH")
    cases.take(town.house, town.th["social_worker"], case_id, "open_decision")
    cases.take(town.house, town.th["legal_officer"], case_id, "identify", decision)
    cases.add(town.house, town.th["legal_officer"], case_id, "remedies_notice")
    cases.add(town.house, town.th["legal_officer"], case_id, "legal_status", open_proceedings=0, open_claims=0)
    closed = step(town, case_id, "close", form(town.house, "closure", reason="other"), "case_manager")
    assert closed.status_code == 200, closed.text
    assert house.group()["staying"] == 0
    assert house.board()["waiting"] == []


def test_who_goes_out_is_looked_after_when_they_are_not_back(town: Town) -> None:
    _, case_id = staying(town)

    def waiting() -> list[str]:
        found = town.get(town.th["supervisor"], "/tasks?limit=100").json()["items"]
        return [each["due_at"] for each in found if each["kind"] == "look_after_leave"]

    assert file(town, case_id, "shelter_leave", back_on="2026-12-01").status_code == 201
    assert len(waiting()) == 1
    assert file(town, case_id, "shelter_return").status_code == 201
    assert waiting() == []
    assert file(town, case_id, "shelter_leave", back_on=None).status_code == 201
    assert waiting() == [], "whoever said no day is free to stay away"


def test_a_bed_is_held_for_who_the_person_turned_out_to_be(town: Town) -> None:
    house = shelter_of(town)
    case_id = presumed(town)
    asked = ask(town, case_id).json()["id"]
    assert file(town, case_id, "circumstances", asylum_claim=None, child=True).status_code == 201
    refused = house.confirm(asked)
    assert codes(refused) == {"bed_fits_age"}, "never a child among adults"


def test_a_shelter_reads_and_hears_who_the_person_turned_out_to_be(town: Town) -> None:
    """The request stays as it was asked; whoever answers it sees for whom, and is told where that has changed."""
    house = shelter_of(town)
    case_id = presumed(town)
    asked = ask(town, case_id).json()["id"]
    path = f"/bed-requests/{asked}"

    def shown() -> tuple[str, ...]:
        one, (waiting, *_) = town.get(house.manager, path).json(), house.board()["waiting"] or house.board()["inside"]
        assert one == waiting
        return one["sex"], one["age_band"], one["ages"]

    def told() -> list[str]:
        items = town.get(house.manager, "/notices").json()["items"]
        return [each["kind"] for each in items if each["subject_id"] == asked]

    assert shown() == ("F", "18+", "adult") and told() == ["bed_asked"]
    assert file(town, case_id, "circumstances", asylum_claim=None, protection_risk=True).status_code == 201
    assert told() == ["bed_asked"], "nothing of it is about the bed"
    assert file(town, case_id, "circumstances", asylum_claim=None, child=True).status_code == 201
    facts = cases.facts_of(town.house, case_id)
    assert shown() == (facts.sex, facts.age_band, "child")
    assert sorted(told()) == ["bed_asked", "bed_changed"]
    assert "Bed" in browser_at(town, house.manager).get("/notices").text
    # What is over stays as it was asked, and nobody is told of it.
    town.clock.advance(timedelta(days=40))
    over = town.get(house.manager, path).json()
    assert (over["state"], over["ages"]) == ("lapsed", "adult")


def test_whose_bed_is_held_and_who_stays_is_read_as_they_are_known_now(town: Town) -> None:
    house = shelter_of(town)
    waiting = presumed(town)
    asked = ask(town, waiting).json()["id"]
    assert house.confirm(asked).status_code == 200
    _, inside = staying_in(town, house)
    for case_id in (waiting, inside):
        assert file(town, case_id, "circumstances", asylum_claim=None, child=True).status_code == 201
    assert {each["ages"] for each in house.board()["inside"]} == {"child"}
    told = [each for each in town.get(house.manager, "/notices").json()["items"] if each["kind"] == "bed_changed"]
    assert [each["subject_id"] for each in told] == [asked], "who stays is looked at by a task of the case"


def test_a_shelter_is_entered_signed_whether_or_not_it_keeps_beds_here(town: Town) -> None:
    shelter_of(town)
    case_id = presumed(town)

    def going(to: str = "admit", **said: Any) -> set[str]:
        return codes(step(town, case_id, to, form(town.house, "placement", **said)))

    # Whatever the shelter and whatever the step: the kind of the place asks for the signature.
    for kind in ("shelter_government", "shelter_ngo", "transit_centre"):
        assert going(place_kind=kind) == going("assist_outside", place_kind=kind) == {"admission_is_signed"}
        assert going(place_kind=kind, no_beds_here=False) == {"admission_is_signed", "shelter_is_named"}
    refused = step(town, case_id, "admit", form(town.house, "placement", no_beds_here=False))
    said = {each["code"]: each for each in refused.json()["refusals"]}["shelter_is_named"]
    assert "this one keeps no beds here" in said["mend"] and said["sources"][0]["id"] == "OHCHR-G6.1"
    sign_elsewhere(town, case_id)
    assert going("assist_outside", no_beds_here=False) == {"shelter_is_named"}
    assert step(town, case_id, "admit", form(town.house, "placement")).status_code == 200
    # The signature was for that house: the next one is entered freely, too.
    town.clock.advance(timedelta(days=3))
    assert going("move_placement", place_kind="shelter_ngo") == {"admission_is_signed"}
    sign_elsewhere(town, case_id)
    assert going("move_placement", place_kind="shelter_ngo") == set()
    both = file(town, case_id, "admission", shelter=OTHER)
    neither = file(town, case_id, "admission", place=None)
    assert (both.status_code, neither.status_code) == (422, 422)
    with desk_of(town.house, town.th["social_worker"]) as desk:
        held = hold_case(desk, case_id)
        assert refold.case_facts(desk, held) == held.facts


def test_the_first_night_needs_a_name_and_no_signature(town: Town) -> None:
    shelter_of(town)
    case_id = cases.bring_case(town.house, town.th, "screening")
    unnamed = form(town.house, "placement", no_beds_here=False)
    assert codes(step(town, case_id, "shelter_at_once", unnamed)) == {"shelter_is_named"}
    assert step(town, case_id, "shelter_at_once", unnamed | {"no_beds_here": True}).status_code == 200


def change(house: Any, name: str = "women", **more: Any) -> None:
    """The house says anew what a group of its beds is."""
    group = house.group(name)
    body = {"sex": "F", "ages": "adult", "need": "none", "beds": 2, "seen_version": group["version"], **more}
    answer = house.town.post(house.manager, f"{house.path}/beds/{group['id']}", body)
    assert answer.status_code == 200, answer.text


def test_a_bed_is_matched_again_when_somebody_moves_in(town: Town) -> None:
    house = shelter_of(town)
    case_id = cases.bring_case(town.house, town.th, "screening")
    house.confirm(ask(town, case_id).json()["id"])

    def tonight() -> set[str]:
        return codes(place(town, case_id, "shelter_at_once"))

    for said in ({"closed_reason": "repair"}, {"sex": "M"}, {"ages": "child"}, {"need": "mother_and_baby"}):
        change(house, **said)
        assert tonight() == {"bed_still_fits"}, said
    change(house)
    # Held for a woman who turns out to be a girl.
    assert file(town, case_id, "circumstances", asylum_claim=None, child=True).status_code == 201
    assert tonight() == {"bed_still_fits"}


def test_who_turns_out_to_be_a_child_among_adults_is_not_left_there(town: Town) -> None:
    house, case_id = staying(town)
    change(house, closed_reason="repair")
    assert step(town, case_id, "confirm_placement").status_code == 200, "a house that takes nobody in sends nobody away"
    assert file(town, case_id, "circumstances", asylum_claim=None, child=True).status_code == 201
    (due,) = [each["due_at"] for each in town.get(town.th["supervisor"], "/tasks?limit=100").json()["items"]
              if each["kind"] == "review_placement" and each["case_id"] == case_id]
    assert due < (town.clock.now() + timedelta(days=2)).isoformat()
    assert "bed_still_fits" in codes(step(town, case_id, "confirm_placement"))
