"""Two records of one person: found across scripts with the reasons, joined by a worker, taken apart as they were."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, func, select

from app.casework.held import CASE, FACTS
from app.casework.identity import _TABLE as IDENTITY
from app.casework.name_index import MARK, NAME, RULE, somebody_is_missing
from app.kit.keyfile import KeyMissing
from app.models.name_index import IndexKey
from app.operations import rebuild_name_index
from tests.factories import cases
from tests.factories.pages import browser_at
from tests.factories.towns import Town
from tests.inspect import reading, writing

THANDAR = {"given_names": "မြသန္တာအောင်", "birth_year": 1998, "place_of_origin": "Hpa-An"}
IN_LATIN = {"given_names": "Mya Thandar", "family_name": "Aung", "birth_year": 1999, "place_of_origin": "Hpa An"}
WHY = "She told us of her first stay in the shelter."
BACK = "The embassy knows them as two sisters."


def rows_of(town: Town, case_id: str) -> list[Any]:
    """Everything of a case, its person and their identity that a merge could have touched."""
    with reading(town.house.db) as session:
        case = session.execute(
            select(CASE.c.person_id, CASE.c.reference, CASE.c.care, FACTS.c.facts)
            .join(FACTS, FACTS.c.case_id == CASE.c.id)
            .where(CASE.c.id == case_id)
        ).one()
        known = session.execute(select(IDENTITY).where(IDENTITY.c.person_id == case.person_id)).one()
        names = session.execute(select(NAME.c.digest).where(NAME.c.person_id == case.person_id).order_by(NAME.c.digest))
        return [*case, *known, *names.scalars()]


def two(town: Town) -> tuple[str, str, str]:
    """Two cases of one person, written in two scripts, and the reference of the second."""
    first = cases.open_case(town.house, town.th["case_manager"], identity=THANDAR)
    second = cases.open_case(town.house, town.th["case_manager"], identity=IN_LATIN)
    return first, second, rows_of(town, second)[1]


def written(town: Town, case_id: str, **known: Any) -> list[tuple[str, list[str]]]:
    """Write down who somebody is, after the case was opened; the cases that the answer warns of."""
    body = {"identity": known, "seen_version": cases.version_of(town.house, case_id)}
    answer = town.post(town.th["case_manager"], f"/cases/{case_id}/identity", body)
    assert answer.status_code == 200 and set(answer.json()["fields"]) <= set(known)
    return [(each["case_id"], each["reasons"]) for each in answer.json()["candidates"]]


def test_a_name_that_is_written_later_names_those_with_a_like_name_and_stops_nobody(town: Town) -> None:
    worker = town.th["case_manager"]
    first = cases.open_case(town.house, worker, identity=THANDAR)
    cases.open_case(town.house, worker, identity={"given_names": "Khin Lwin", "birth_year": 1998})
    late = cases.open_case(town.house, worker)
    assert written(town, late, **IN_LATIN) == [(first, ["name_sounds", "birth_near", "place_same"])]
    assert {look.subject_id for look in town.looks("identity_matched")} == {first}
    assert written(town, late, phone="0811111111") == [], "no name is compared by it, so nothing is new"
    assert written(town, late, birth_year=1998) == [(first, ["name_sounds", "birth_same", "place_same"])]
    assert written(town, late, given_names="Somchai", family_name="Dee") == []
    joined = {"reference": rows_of(town, late)[1], "reason": WHY}
    assert town.post(worker, f"/cases/{first}/same-person", joined).status_code == 200
    assert written(town, late, **IN_LATIN) == [], "what was joined is known"


def test_the_page_takes_a_name_later_and_says_who_may_be_the_same(town: Town) -> None:
    worker = town.th["case_manager"]
    first = cases.open_case(town.house, worker, identity=THANDAR)
    late = cases.open_case(town.house, worker, identity={})
    known_as, reference = rows_of(town, first)[1], rows_of_case(town, late)
    browser = browser_at(town, worker)
    assert f"/cases/{reference}/identity/write" in browser.get(f"/cases/{reference}/identity").text
    path = f"/cases/{reference}/identity/write"
    page = browser.get(path).text
    assert known_as not in page and "May be the same person" not in page
    browser.get(path)
    assert browser.send(path).status_code == 422, "nothing was typed"
    browser.get(path)
    wrong = browser.send(path, given_names="Mya Thandar", birth_year="1066")
    assert wrong.status_code == 422 and 'value="Mya Thandar"' in wrong.text
    browser.get(path)
    done = browser.send(path, given_names="Mya Thandar", family_name="Aung", birth_year="2542")
    assert done.status_code == 303
    told = browser.get(done.headers["location"])
    assert "Saved." in told.text and known_as in told.text and "The name sounds alike." in told.text
    assert "Born within a year." in told.text, "2542 is 1999"
    assert "Mya Thandar" not in told.text, "covered again at once"
    page = browser.get(f"/cases/{reference}/same-person").text
    assert known_as in page


def rows_of_case(town: Town, case_id: str) -> str:
    """The reference of a case of whom nothing may be known."""
    with reading(town.house.db) as session:
        return str(session.execute(select(CASE.c.reference).where(CASE.c.id == case_id)).scalar_one())


def test_both_scripts_meet_and_the_worker_reads_why(town: Town) -> None:
    first, second, reference = two(town)
    cases.open_case(town.house, town.th["case_manager"], identity={"given_names": "Khin Lwin", "birth_year": 1998})
    found = town.get(town.th["case_manager"], f"/cases/{first}/same-person").json()
    assert [(each["case_id"], each["reference"]) for each in found["similar"]] == [(second, reference)]
    assert found["similar"][0]["reasons"] == ["name_sounds", "birth_near", "place_same"] and found["joined"] == []
    assert {look.subject_id for look in town.looks("identity_matched")} == {second}
    browser = browser_at(town, town.th["case_manager"])
    page = browser.get(f"/cases/{rows_of(town, first)[1]}/same-person").text
    assert "The name sounds alike." in page and "From the same place." in page and "Thandar" not in page
    browser.get("/search")
    answer = browser.send("/search/person", name="သန္တာ အောင်", reason=WHY).text
    assert reference in answer and "The name sounds alike." in answer and "The name is the same." not in answer


def test_a_merge_stands_in_both_histories_and_taking_apart_gives_back_exactly_what_was(town: Town) -> None:
    first, second, reference = two(town)
    worker, before = town.th["case_manager"], (rows_of(town, first), rows_of(town, second))
    joined = town.post(worker, f"/cases/{first}/same-person", {"reference": reference, "reason": WHY})
    assert joined.status_code == 200, joined.text
    assert [each["case_id"] for each in joined.json()["joined"]] == [second] and joined.json()["similar"] == []
    other = town.get(worker, f"/cases/{second}/same-person").json()
    assert [each["case_id"] for each in other["joined"]] == [first], "it is one thing from both sides"
    again = town.post(worker, f"/cases/{second}/same-person", {"reference": before[0][1], "reason": WHY})
    assert (again.status_code, again.json()["code"]) == (409, "one_already")
    for case in (first, second):
        last = town.get(worker, f"/cases/{case}/timeline").json()["items"][-1]
        assert (last["kind"], last["step"], last["note"]) == ("person", "merge", WHY)
    apart = town.post(worker, f"/cases/{second}/same-person/apart", {"reference": before[0][1], "reason": BACK})
    assert apart.status_code == 200 and apart.json()["joined"] == [], apart.text
    assert (rows_of(town, first), rows_of(town, second)) == before
    for case in (first, second):
        last = town.get(worker, f"/cases/{case}/timeline").json()["items"][-1]
        assert (last["kind"], last["step"], last["note"]) == ("person", "unmerge", BACK)
    never = town.post(worker, f"/cases/{first}/same-person/apart", {"reference": reference, "reason": BACK})
    assert (never.status_code, never.json()["code"]) == (409, "not_joined")


def test_a_name_known_to_one_record_leads_to_both_and_the_pages_join_as_the_doors_do(town: Town) -> None:
    first = cases.open_case(town.house, town.th["case_manager"], identity=THANDAR)
    second = cases.open_case(town.house, town.th["case_manager"], identity={"given_names": "Lah Say Wah"})
    one, other = rows_of(town, first)[1], rows_of(town, second)[1]
    browser = browser_at(town, town.th["case_manager"])
    browser.get(f"/cases/{one}/same-person")
    wrong = browser.send(f"/cases/{one}/same-person", reference=other, reason="short")
    assert wrong.status_code == 422 and 'id="wrong-reason"' in wrong.text
    browser.get(f"/cases/{one}/same-person")
    assert browser.send(f"/cases/{one}/same-person", reference=other.lower(), reason=WHY).status_code == 303
    assert f"Take {other} apart" in browser.follow().text
    browser.get("/search")
    answer = browser.send("/search/person", name="Thandar", reason=WHY).text
    assert one in answer and other in answer and "Joined with a case found." in answer
    browser.get(f"/cases/{other}/same-person")
    assert browser.send(f"/cases/{other}/same-person/apart", reason=BACK).status_code == 303
    assert town.get(town.th["case_manager"], f"/cases/{first}/same-person").json()["joined"] == []


@pytest.mark.parametrize("role", ["supervisor", "health_officer"])
def test_who_may_not_join_is_told_so_and_a_case_out_of_sight_joins_nothing(town: Town, role: str) -> None:
    first, _, reference = two(town)
    refused = town.post(town.th[role], f"/cases/{first}/same-person", {"reference": reference, "reason": WHY})
    assert refused.status_code in (403, 404)
    hidden = cases.open_case(town.house, town.mm["case_manager"], identity=IN_LATIN)
    with reading(town.house.db) as session:
        code = session.execute(select(CASE.c.reference).where(CASE.c.id == hidden)).scalar_one()
    for told in (code, rows_of(town, first)[1], "TH-2026-ABCDEFGH"):
        answer = town.post(town.th["case_manager"], f"/cases/{first}/same-person", {"reference": told, "reason": WHY})
        assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == "reference", answer.text


def is_whole(town: Town) -> dict[str, bool]:
    """Country -> whether its index says that everybody is in it."""
    table: Any = IndexKey.__table__
    with reading(town.house.db) as session:
        return {row.country: row.rule == RULE for row in session.execute(select(table.c.country, table.c.rule))}


def test_the_index_is_rebuilt_where_it_stopped_and_nobody_is_missed_meanwhile(town: Town) -> None:
    first, second, _ = two(town)
    before = rows_of(town, second)
    assert len(before) > 10 and MARK in before
    with writing(town.house.db) as session:
        session.execute(delete(NAME).where(NAME.c.person_id == before[0]))
        somebody_is_missing(session)
    assert is_whole(town) == {"TH": False}
    found = town.get(town.th["case_manager"], f"/cases/{first}/same-person").json()["similar"]
    assert [each["case_id"] for each in found] == [second], "who is not in the index yet is compared all the same"
    assert list(rebuild_name_index(town.house)) == [1] and rows_of(town, second) == before
    assert list(rebuild_name_index(town.house)) == []
    assert is_whole(town) == {"TH": True}
    begun = rebuild_name_index(town.house, again=True)
    assert next(begun) and is_whole(town) == {"TH": False}, "a run that is stopped leaves it not whole"
    assert list(begun) == [] and is_whole(town) == {"TH": True} and rows_of(town, second) == before
    with writing(town.house.db) as session:
        session.execute(delete(NAME))
        session.execute(IDENTITY.update().where(IDENTITY.c.person_id == before[0]).values(sealed=b"\x01" * 60))
    with pytest.raises(KeyMissing, match=before[0]):
        list(rebuild_name_index(town.house))


def test_what_is_stored_is_no_name_and_another_house_has_other_digests(town: Town) -> None:
    two(town)
    abroad = cases.open_case(town.house, town.mm["case_manager"], identity=IN_LATIN)
    with reading(town.house.db) as session:
        stored = set(session.execute(select(NAME.c.digest).where(NAME.c.digest != MARK)).scalars())
        people = dict(session.execute(select(CASE.c.id, CASE.c.person_id)).all())
        theirs = set(session.execute(select(NAME.c.digest).where(NAME.c.person_id == people[abroad])).scalars())
        most = session.execute(select(func.max(func.length(NAME.c.digest)))).scalar_one()
    assert most == 5 and all(set(each) <= set("0123456789abcdef") for each in stored)
    ours = stored - theirs
    assert len(ours & theirs) == 0 and len(theirs) > 5 and len(ours) > 5
