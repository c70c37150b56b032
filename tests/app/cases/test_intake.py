"""Opening a case: what is checked, what is sealed, and how a second case of the same person is tied to the first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.casework import identity, timeline
from app.casework.held import hold_case
from tests.factories import cases, referrals
from tests.factories.houses import system_desk
from tests.factories.towns import Town

GOOD = {"source": "police", "child": False, "age_band": "18+", "sex": "F", "nationality": "MM", "language": "my"}


def opened(town: Town, who: str = "social_worker", **body: Any) -> Any:
    return town.post(town.th[who], "/cases", GOOD | body)


def fields(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [each["field"] for each in answer.json()["errors"]]


def test_a_case_opens_in_the_own_office_with_its_opener_on_the_team(town: Town) -> None:
    worker = town.th["first_responder"]
    answer = opened(town, "first_responder", exploitation="ForcedBegging", note="Found at the pier.", channel="other")
    case = answer.json()
    assert answer.status_code == 201 and answer.headers["etag"] == '"1"'
    assert (case["country"], case["office"], case["channel"]) == ("TH", worker.office, "other")
    assert (case["identification"], case["care"], case["stage"]) == ("reported", "intake", "identification")
    assert case["facts"]["exploitation"] == "ForcedBegging"
    assert "start_screening" in [step["step"] for step in case["next_steps"]]
    page = town.get(worker, f"/cases/{case['id']}").json()
    assert [(member["user_id"], member["role"]) for member in page["team"]] == [(worker.id, "first_responder")]
    assert town.get(worker, f"/cases/{case['id']}/timeline").json()["items"][0]["note"] == "Found at the pier."


def test_the_time_until_the_screening_runs_from_the_report(town: Town) -> None:
    case_id = opened(town, "first_responder", child=True, age_band="15-17").json()["id"]

    def screenings() -> list[Any]:
        found = town.get(town.th["supervisor"], "/tasks?limit=100").json()["items"]
        return [each["due_at"] for each in found if each["kind"] == "screen"]

    before = screenings()
    assert len(before) == 1
    town.clock.advance(timedelta(hours=20))
    seen = {"seen_version": cases.version_of(town.house, case_id)}
    taken = town.post(town.th["first_responder"], f"/cases/{case_id}/steps/start_screening", seen)
    assert taken.status_code == 200, taken.text
    assert screenings() == before, "beginning late gives no new time"


def test_what_happened_earlier_is_kept_in_utc_and_the_chain_still_holds(town: Town) -> None:
    before = town.clock.now() - timedelta(days=3)
    case_id = opened(town, happened_at="2026-11-20T09:00:00+07:00").json()["id"]
    entry = town.get(town.th["social_worker"], f"/cases/{case_id}/timeline").json()["items"][0]
    assert entry["happened_at"] == before.isoformat().replace("+00:00", "Z") and entry["late_entry"]
    with system_desk(town.house) as desk:
        assert timeline.prove(desk, timeline.subjects_of_case(desk, case_id)).fault is None


MISFITS = (
    ({"source": "nobody", "sex": "Q", "channel": "boat"}, ["source", "sex", "channel"]),
    ({"age_band": "0-14"}, ["child"]),
    ({"age_band": "unknown"}, ["child"]),
    ({"exploitation": "Everything"}, ["exploitation"]),
    ({"identity": {"sex": "Q"}}, ["identity.sex"]),
    ({"identity": {"birth_date": "yesterday"}}, ["identity.birth_date"]),
    ({"identity": {"name": "A"}}, ["identity.name"]),
    ({"identity": {"birth_year": 2015}}, ["identity.birth_year"]),
    ({"identity": {"birth_date": "2012-02-29"}}, ["identity.birth_date"]),
    ({"identity": {"birth_date": "2999-01-01"}}, ["identity.birth_date"]),
    ({"identity": {"birth_date": "1998-04-02", "birth_year": 1999}}, ["identity.birth_year"]),
    ({"child": True, "age_band": "15-17", "identity": {"birth_year": 1998}}, ["identity.birth_year"]),
    ({"happened_at": "2027-01-01T00:00:00Z"}, ["happened_at"]),
    ({"happened_at": "0001-01-01T00:00:00+14:00"}, ["happened_at"]),
    ({"previous_case_id": "not-an-id"}, ["previous_case_id"]),
    ({"note": "x" * 4001}, ["note"]),
    ({"language": "abc-12345678-12345678"}, ["language"]),
)


def test_what_does_not_fit_is_named_and_nothing_is_opened(town: Town) -> None:
    for body, named in MISFITS:
        assert fields(opened(town, **body)) == named
    assert town.get(town.th["social_worker"], "/cases").json()["items"] == []


def test_what_was_typed_is_not_repeated(town: Town) -> None:
    assert "Somchai" not in opened(town, source="Somchai", identity={"birth_date": "Somchai"}).text
    assert "Somchai" not in opened(town, identity={"birth_date": "Somchai"}).text


def test_an_age_in_doubt_is_a_childs(town: Town) -> None:
    assert opened(town, child=True, age_band="unknown").json()["facts"]["child"] is True
    assert opened(town, child=True, age_band="18+").status_code == 201


def test_an_earlier_case_out_of_sight_is_like_none(town: Town) -> None:
    hidden = cases.open_case(town.house, town.mm["social_worker"])
    unknown = opened(town, previous_case_id=town.offices["th-datip"])
    assert fields(unknown) == ["previous_case_id"]
    assert opened(town, previous_case_id=hidden).text == unknown.text


def test_somebody_who_came_back_is_the_same_person_and_the_earlier_manager_gets_a_task(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "received")
    answer = opened(town, previous_case_id=pair.case_id, identity={"given_names": "Mya Thandar Su"})
    assert answer.status_code == 201, answer.text
    assert answer.json()["facts"]["follows_failed_return"] is True
    assert answer.json()["previous_case_id"] == pair.case_id
    page = town.get(town.th["case_manager"], f"/cases/{pair.case_id}").json()
    assert [(task["kind"], task["role"]) for task in page["tasks"]][-1:] == [("person_came_back", "case_manager")]
    assert page["chain"]["fault"] is None
    last = town.get(town.th["case_manager"], f"/cases/{pair.case_id}/timeline?newest_first=true").json()["items"]
    link = next(entry for entry in last if entry["kind"] == "linked")
    assert link["details"] == {"case": answer.json()["id"], "failed_return": True}
    with system_desk(town.house) as desk:
        first, second = hold_case(desk, pair.case_id), hold_case(desk, answer.json()["id"])
        assert first.row.person_id == second.row.person_id
        known = identity.read(desk, second.row.person_id, second.key(desk))
    assert known["given_names"] == "Mya Thandar Su"
    assert known["family_name"] == cases.IDENTITY["family_name"], "what the first case knew is not lost"


def test_a_second_case_without_a_handover_follows_no_failed_return(town: Town) -> None:
    earlier = cases.bring_case(town.house, town.th, "sheltered")
    assert opened(town, previous_case_id=earlier).json()["facts"]["follows_failed_return"] is False


def test_a_further_case_makes_no_child_an_adult(town: Town) -> None:
    earlier = opened(town, child=True, age_band="15-17").json()["id"]
    refused = opened(town, previous_case_id=earlier)
    assert fields(refused) == ["child"] and "UNICEF-AGE" in refused.text and "age assessment" in refused.text
    again = opened(town, previous_case_id=earlier, child=True, age_band="18+")
    assert (again.status_code, again.json()["facts"]["child"]) == (201, True)


def test_somebody_with_a_like_name_is_not_opened_twice_unseen(town: Town) -> None:
    who = {"identity": {"given_names": "Mya Thandar", "family_name": "Aung"}}
    first = opened(town, **who).json()
    refused = opened(town, identity={"given_names": "Mya Thanda", "family_name": "AUNG"})
    assert (refused.status_code, refused.json()["code"]) == (409, "may_be_known"), refused.text
    assert refused.json()["candidates"] == [first["reference"]] and "Mya" not in refused.text
    assert len(town.looks("identity_matched")) == 1, "the comparison stays in the book, though nothing was opened"
    assert opened(town, **who, new_person=True).status_code == 201
    assert opened(town, **who, previous_case_id=first["id"]).status_code == 201
    assert opened(town, identity={"given_names": "Somsak"}).status_code == 201
    # Somebody to whom these cases are out of reach learns nothing of them.
    assert opened(town, "first_responder", **who).status_code == 201
