"""Files through both doors: added, listed, saved, marked, and seen only by those who see their group."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import ProgrammingError

from app.casework import history
from app.casework.held import CASE, KEY, PERSON
from app.documents.queries import DOCUMENT, ERROR
from app.kit.crypto import DESTROYED
from app.models.draft import Draft
from tests.app.access.browser import NAME, Browser
from tests.app.documents import samples
from tests.factories import cases, walls
from tests.factories.pages import browser_at
from tests.factories.staff import add_user
from tests.factories.towns import API, Town
from tests.gates.case_forms import path_of
from tests.inspect import reading, tampering, writing

NOBODYS = "00000000-0000-4000-8000-000000000000"


def add(town: Town, who: str, case_id: str, content: bytes | None = None, **told: Any) -> Any:
    """Add a file through the JSON door."""
    headers = town.headers(town.th[who], Idempotency_Key=told.pop("key", uuid.uuid4().hex))
    files = {"file": (NAME, samples.acting_pdf() if content is None else content, "text/html")}
    return town.client.post(
        f"{API}/cases/{case_id}/documents", headers=headers, data={"kind": "court_paper", **told}, files=files
    )


def entries(town: Town, case_id: str) -> list[dict[str, Any]]:
    with reading(town.house.db) as session:
        return [json.loads(row.canonical) for row in history.entries(session, case_id)]


def test_a_file_is_kept_clean_and_sealed_and_leaves_as_an_attachment(town: Town) -> None:
    case_id, who = cases.bring_case(town.house, town.th, "sheltered"), town.th["social_worker"]
    dirty = samples.acting_pdf()
    answer = add(town, "social_worker", case_id, dirty, issued="2017-01-20", language="my", note="From the court.")
    kept = answer.json()
    assert (answer.status_code, kept["group"], kept["media_type"]) == (201, "legal", "application/pdf"), answer.text
    about = kept["about"]
    assert about["original_sha256"] == hashlib.sha256(dirty).hexdigest()
    assert (about["issued"], about["pages"], about["removed"]) == ("2017-01-20", 2, ["actions", "details"])

    path = f"/cases/{case_id}/documents"
    file = town.get(who, f"{path}/{kept['id']}/file")
    assert hashlib.sha256(file.content).hexdigest() == about["sha256"] and len(file.content) == kept["size"]
    heads = file.headers
    assert heads["content-disposition"] == f'attachment; filename="file-{kept["id"][:8]}.pdf"'
    assert heads["content-security-policy"] == "sandbox; default-src 'none'"
    assert (heads["x-content-type-options"], heads["cache-control"]) == ("nosniff", "no-store")
    assert (heads["content-type"], heads["cross-origin-resource-policy"]) == ("application/pdf", "same-origin")

    with reading(town.house.db) as session:
        row = session.execute(select(DOCUMENT)).one()
    assert file.content[:40] not in row.sealed
    assert not any(each in row.about for each in (b"court", b"language", b"2017-01-20"))
    told = next(each for each in entries(town, case_id) if each["kind"] == "document")
    assert told["details"]["document"]["digest"] == hashlib.sha256(row.sealed).hexdigest() == kept["digest"]
    assert about["sha256"] not in json.dumps(told), "the chain confirms no copy of the paper once the key is gone"
    assert told["seq"] == kept["seq"] and "Khin" not in json.dumps([kept, told])
    assert [json.loads(look.detail) for look in town.looks("document_downloaded")] == [
        {"document": kept["id"], "kind": "court_paper"}
    ]
    assert [item["id"] for item in town.get(who, path).json()["items"]] == [kept["id"]]


def test_sent_twice_it_is_kept_once(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    content = samples.jpeg()
    first = add(town, "social_worker", case_id, content, kind="photo_of_place")
    again = add(town, "social_worker", case_id, content, kind="photo_of_place")
    assert (first.status_code, again.status_code, again.json()["code"]) == (201, 409, "file_is_here")
    # Whoever does not see the group of the first is told nothing of it.
    assert add(town, "health_officer", case_id, content, kind="medical_report").status_code == 201


def test_who_sees_a_file_is_who_sees_its_group(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    document = add(town, "health_officer", case_id, kind="medical_report").json()["id"]
    path = f"/cases/{case_id}/documents/{document}"
    policies = town.house.policies
    for role, worker in town.th.items():
        sees = "health" in policies.groups_for(worker.roles)
        record = town.get(worker, f"/cases/{case_id}/records").status_code
        answers = [town.get(worker, path).status_code, town.get(worker, f"{path}/file").status_code]
        expected = 200 if record == 200 and sees else 403 if record in (200, 403) else 404
        assert answers == [expected, expected], role
        if record == 200:
            item = town.get(worker, f"/cases/{case_id}/documents").json()["items"][0]
            assert (item["about"] is not None) == sees, role
    blind = next(name for name, one in town.th.items() if town.get(one, path).json().get("group") == "health")
    refused = add(town, "legal_officer", case_id, kind="medical_report")
    assert (refused.status_code, refused.json()["code"]) == (403, "field_group_missing"), blind
    assert town.get(town.th["social_worker"], f"/cases/{case_id}/documents/{NOBODYS}/file").status_code == 404
    assert town.get(town.mm["social_worker"], f"{path}/file").status_code == 404
    other = cases.bring_case(town.house, town.th, "sheltered")
    assert town.get(town.th["health_officer"], f"/cases/{other}/documents/{document}/file").status_code == 404


def test_seal_block_and_emergency_treat_a_file_like_a_record(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    kept = add(town, "social_worker", case_id).json()
    path = f"/cases/{case_id}/documents/{kept['id']}/file"
    far = add_user(town.house, "th-shelter-phitsanulok", "case_manager")
    assert town.get(far, path).status_code == 404
    walls.open_in_emergency(town, far, case_id)
    assert town.get(far, path).status_code == 200, "an emergency opens it to read, as it opens a record"
    assert town.post(far, f"/cases/{case_id}/documents/{kept['id']}/error", {"reason": "wrong_file"}).status_code == 403
    chief, worker = town.th["supervisor"], town.th["social_worker"]
    walls.block(town.house, case_id, "user", worker.id)
    assert town.get(worker, path).status_code == 404
    assert town.get(town.th["case_manager"], path).status_code == 200
    walls.seal(town.house, case_id, town.th["case_manager"])
    assert town.get(town.th["legal_officer"], path).status_code == 404
    assert [town.get(each, path).status_code for each in (chief, far)] == [404, 404]
    assert town.get(town.th["case_manager"], path).status_code == 200


def test_a_wrong_file_is_marked_replaced_and_stays(town: Town) -> None:
    case_id, who = cases.bring_case(town.house, town.th, "sheltered"), town.th["social_worker"]
    wrong, strange = (add(town, "social_worker", case_id, make()).json()["id"] for make in (samples.pdf, samples.png))
    path = f"/cases/{case_id}/documents"
    nothing = add(town, "social_worker", case_id, samples.pdf(2), replaces=wrong)
    assert nothing.json()["errors"][0]["field"] == "reason"
    right = add(town, "social_worker", case_id, samples.pdf(2), replaces=wrong, reason="wrong_file").json()
    items = {item["id"]: item for item in town.get(who, path).json()["items"]}
    assert items[wrong]["error"]["reason"] == "wrong_file" and items[wrong]["error"]["replaced_by"] == right["id"]
    assert items[right["id"]]["error"] is None and town.get(who, f"{path}/{wrong}/file").status_code == 200
    for body, status in (({"reason": "x"}, 422), ({}, 422), ({"reason": "wrong_person"}, 200)):
        assert town.post(who, f"{path}/{strange}/error", body).status_code == status
    assert town.post(who, f"{path}/{strange}/error", {"reason": "wrong_file"}).json()["code"] == "already_in_error"
    closed = town.get(who, f"{path}/{strange}/file")
    assert (closed.status_code, closed.json()["code"]) == (409, "file_closed")
    steps = [each["step"] for each in entries(town, case_id) if each["kind"] == "document"]
    assert steps == ["added", "added", "added", "entered_in_error", "entered_in_error"]
    shown = town.get(who, f"/cases/{case_id}/timeline?newest_first=true").json()["items"][0]
    assert (shown["step"], shown["details"]["why"]) == ("entered_in_error", "wrong_person")
    if town.house.db.dialect == "postgresql":
        for act in (DOCUMENT.delete(), DOCUMENT.update().values(kind="x"), ERROR.delete()):
            with pytest.raises(ProgrammingError, match="permission denied"), writing(town.house.db) as session:
                session.execute(act)


def test_of_somebody_erased_no_file_opens(town: Town) -> None:
    case_id, who = cases.bring_case(town.house, town.th, "sheltered"), town.th["social_worker"]
    document = add(town, "social_worker", case_id, note="Burmese paper.").json()["id"]
    with tampering(town.house.db) as session:
        key_id = session.execute(
            select(PERSON.c.key_id).join(CASE, CASE.c.person_id == PERSON.c.id).where(CASE.c.id == case_id)
        ).scalar_one()
        session.execute(update(KEY).where(KEY.c.id == key_id).values(wrapped=DESTROYED))
    path = f"/cases/{case_id}/documents"
    assert [town.get(who, f"{path}/{document}{part}").status_code for part in ("", "/file")] == [410, 410]
    item = town.get(who, path).json()["items"][0]
    assert (item["kind"], item["about"]) == ("court_paper", None)
    assert add(town, "social_worker", case_id, samples.pdf()).status_code == 410


def test_the_json_door_takes_only_what_it_should(town: Town) -> None:
    case_id, who = cases.bring_case(town.house, town.th, "sheltered"), town.th["social_worker"]
    path = f"/cases/{case_id}/documents"
    assert town.post(who, path, {"kind": "court_paper"}).status_code == 415
    assert add(town, "social_worker", case_id, kind="horoscope").json()["errors"][0]["field"] == "kind"
    assert add(town, "social_worker", case_id, issued="2031-01-01").json()["errors"][0]["field"] == "issued"
    assert add(town, "social_worker", case_id, language="elvish").json()["errors"][0]["field"] == "language"
    assert add(town, "social_worker", case_id, owner="me").json()["errors"][0]["rule"] == "extra_forbidden"
    assert add(town, "social_worker", case_id, b"").json()["code"] == "file_empty"
    largest = town.house.policies.safeguards.files.largest_bytes
    assert add(town, "social_worker", case_id, bytes(largest + 1)).json()["code"] == "file_too_large"
    assert add(town, "social_worker", case_id, bytes(2 * largest + 100_000)).status_code == 413
    long = {"record": {"note": "x" * (largest // 2)}}
    assert town.post(who, f"/cases/{case_id}/records/wish", long).status_code == 413, "only this route has the room"
    assert add(town, "auditor", case_id).status_code == 403
    head = '--cut\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n'
    body = head.format("kind", "").encode() + b"court_paper\r\n" + head.format("file", '; filename="a"').encode()
    body += samples.pdf(5) + b"\r\n--cut--\r\n"
    headers = town.headers(who, Idempotency_Key="the-same", Content_Type="multipart/form-data; boundary=cut")
    sent = [town.client.post(API + path, headers=headers, content=body) for _ in range(2)]
    assert [each.status_code for each in sent] == [201, 201] and sent[0].json() == sent[1].json()
    with reading(town.house.db) as session:
        assert len(session.execute(select(DOCUMENT.c.id)).all()) == 1


def upload(town: Town, browser: Browser, path: str, content: bytes | None, **typed: Any) -> Any:
    browser.get(f"{path}/documents/new")
    fields = {"kind": "court_paper", **typed, "file": b"" if content is None else content}
    return browser.send(f"{path}/documents/new", **fields)


def test_the_pages_add_show_save_and_mark_a_file(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    path, browser = path_of(town, case_id), browser_at(town, town.th["social_worker"])
    answer = upload(town, browser, path, samples.png(), note="Stamped copy.", issued_day="3", issued_month="1",
                    issued_year="2560")  # fmt: skip
    assert answer.headers["location"] == f"{path}/documents?done=file", answer.text
    listed = browser.follow().text
    assert "The file is kept." in listed and "Court paper or decision" in listed and "Stamped copy." in listed
    with reading(town.house.db) as session:
        document = session.execute(select(DOCUMENT.c.id)).scalar_one()
    one = browser.get(f"{path}/documents/{document}").text
    assert "3 Jan 2017" in one and "SHA-256" in one and "hidden details" in one
    file = browser.get(f"{path}/documents/{document}/file")
    assert file.headers["content-disposition"].startswith("attachment;") and file.content.startswith(b"\x89PNG")
    assert file.headers["content-security-policy"] == "sandbox; default-src 'none'"
    browser.get(f"{path}/documents/{document}")
    assert "Say why." in browser.send(f"{path}/documents/{document}/error").text
    browser.get(f"{path}/documents/{document}")
    browser.send(f"{path}/documents/{document}/error", reason="wrong_kind")
    assert "1 file entered in error" in browser.follow().text
    timeline = browser.get(f"{path}/timeline").text
    assert "File added" in timeline and "File marked as entered in error" in timeline
    assert "Khin" not in listed + one + timeline


def test_a_file_that_is_refused_leaves_the_form_as_it_was_typed(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    path, browser = path_of(town, case_id), browser_at(town, town.th["social_worker"])
    largest = town.house.policies.safeguards.files.largest_bytes
    bad = {
        "This file is empty.": b"",
        "Only PDF, JPEG and PNG files can be kept.": b"<script>alert(1)</script>",
        "This file is damaged and cannot be read.": samples.jpeg()[:300],
        "This PDF is locked with a password.": samples.locked_pdf(),
        "This PDF carries other files inside.": samples.carrying_pdf(),
        "This file is too large.": bytes(largest + 10),
    }
    no_day = {"issued_day": "40", "issued_month": "1", "issued_year": "2017"}
    for sentence, content in bad.items():
        answer = upload(town, browser, path, content, note="Kept words.", **no_day)
        assert answer.status_code == 422, sentence
        assert sentence in answer.text and "Kept words." in answer.text and "no such day" in answer.text
        assert 'value="court_paper" selected' in answer.text
    with reading(town.house.db) as session:
        assert session.execute(select(DOCUMENT.c.id)).all() == []
        assert session.execute(select(Draft.id)).all() == []
    paper = samples.pdf()
    browser.get(f"{path}/documents/new")
    fields = browser.form(f"{path}/documents/new").fields | {"kind": "court_paper", "file": paper}
    assert [browser.post(f"{path}/documents/new", fields).status_code for _ in range(2)] == [303, 303]
    with reading(town.house.db) as session:
        assert len(session.execute(select(DOCUMENT.c.id)).all()) == 1, "an impatient finger adds it once"
    twice = upload(town, browser, path, paper)
    assert twice.status_code == 409 and "This very file is kept here already." in twice.text
