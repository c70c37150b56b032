"""What hangs on a case or on its people, put straight into the tables, over or decided: to act on it again is a 409."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from app.access.desk import House
from app.access.two_persons import digest_of
from app.casework.conferring_bodies import Contents
from app.casework.facts import case_facts_from, stored
from app.casework.held import CASE, FACTS, KEY, PERSON
from app.casework.visiting_bodies import Contents as VisitContents
from app.emergency.service import reason_place
from app.kit.canonical import canonical_bytes
from app.models.approval import Approval, CaseExport
from app.models.base import new_id
from app.models.corridor_meeting import CorridorMeeting
from app.models.document import Document
from app.models.fund import FundRequest
from app.models.inquiry import Inquiry
from app.models.keeping import LegalHold
from app.models.meeting import Meeting
from app.models.notice import Notice
from app.models.operation import Operation, OperationReserve
from app.models.saved_list import SavedList
from app.models.service import CaseService
from app.models.shelter import BedRequest, ShelterBeds
from app.models.shelter_visit import ShelterVisit
from app.models.tip import Tip
from app.models.transfer import CaseTransfer
from app.models.walls import AccessBlock, Deputy, EmergencyAccess
from app.statistics.schemas import RevisionOut, TableOut
from tests.factories.staff import Staff, Worker
from tests.gates.brought import brought
from tests.inspect import reading, tampering
from workflows.facts import MatterFacts

# Whose each thing is: the one account beside reviewers and second persons that may know of it.
OWNERS = {
    "user_id": "analyst",
    "deputy_row": "analyst",
    "notice_id": "analyst",
    "emergency_id": "health_officer",
    "export_id": "supervisor",
    "import_id": "case_manager",
    "job_id": "case_manager",
    "approval_id": "supervisor",
    "draft_id": "national_focal_point",
    # What belongs to a house: who runs it stands for it.
    "shelter_id": "shelter_manager",
    "beds_id": "shelter_manager",
    "bed_request_id": "shelter_manager",
    "transfer_id": "shelter_manager",
    "service_id": "shelter_manager",
    "claim_id": "shelter_manager",
    # A meeting is its whole office's, a working list one account's.
    "meeting_id": "supervisor",
    "corridor_meeting_id": "supervisor",
    "shelter_visit_id": "supervisor",
    "list_id": "supervisor",
    "tip_id": "supervisor",
    "inquiry_id": "national_focal_point",
    "operation_id": "supervisor",
    "reservation_id": "supervisor",
}


def belong(house: House, staff: Staff, case_id: str) -> dict[str, str]:
    """A lifted block, an ended deputy, a reviewed emergency, a notice, an export, two approvals taken back, a file.

    And the beds of the office that holds the case, with a request that was withdrawn, a meeting and a working list.
    """
    with reading(house.db) as session:
        key = session.execute(
            select(KEY.c.id, KEY.c.wrapped, FACTS.c.facts)
            .join(PERSON, PERSON.c.key_id == KEY.c.id)
            .join(CASE, CASE.c.person_id == PERSON.c.id)
            .join(FACTS, FACTS.c.case_id == CASE.c.id)
            .where(CASE.c.id == case_id)
        ).one()
    now = house.clock.now()
    long_ago, yesterday, tomorrow = (now + timedelta(days=days) for days in (-2, -1, 1))
    ids = {name: new_id() for name in ("block_id", "hold_id", "document_id", *OWNERS) if name != "user_id"}
    ids["shelter_id"] = staff["shelter_manager"].office_id
    analyst, opener, chief = (staff[OWNERS[name]] for name in ("notice_id", "emergency_id", "export_id"))
    reason = house.keys.seal(house.keys.unwrap(key.wrapped), b"She fainted.", reason_place(ids["emergency_id"]))
    made = {"country": chief.country, "since": long_ago}
    rows: list[tuple[Any, dict[str, Any]]] = [
        (
            AccessBlock,
            {
                **made, "id": ids["block_id"], "key_id": key.id, "kind": "user", "value": analyst.id, "why": "safety",
                "set_by": chief.id, "until": None, "lifted_at": yesterday, "lifted_by": chief.id,
            },
        ),
        (
            LegalHold,
            {
                **made, "id": ids["hold_id"], "case_id": case_id, "why": "complaint", "until": None,
                "set_by": chief.id, "lifted_at": yesterday, "lifted_by": chief.id,
            },
        ),
        (
            Deputy,
            {
                **made, "id": ids["deputy_row"], "user_id": analyst.id, "deputy_id": analyst.id, "set_by": chief.id,
                "until": yesterday,
            },
        ),
        (
            EmergencyAccess,
            {
                **made, "id": ids["emergency_id"], "case_id": case_id, "user_id": opener.id,
                "office_id": opener.office_id, "sealed_reason": reason, "until": yesterday,
                "reviewed_at": yesterday, "reviewed_by": chief.id, "verdict": "justified",
            },
        ),
        (
            Notice,
            {
                "country": chief.country, "id": ids["notice_id"], "user_id": analyst.id, "kind": "deputy_named",
                "subject_kind": "deputy", "subject_id": ids["deputy_row"], "at": yesterday,
            },
        ),
        (Document, _document(house, chief, case_id, key, ids["document_id"])),
        (
            ShelterBeds,
            {
                "country": chief.country, "id": ids["beds_id"], "office_id": ids["shelter_id"], "sex": "any",
                "ages": "adult", "need": "none", "beds": 6, "version": 1, "changed_by": chief.id,
                "changed_at": long_ago,
            },
        ),
        (
            Meeting,
            {
                "country": chief.country, "id": ids["meeting_id"], "office_id": chief.office_id,
                "kind": "case_conference", "held_on": long_ago.date(), "present": "[]", "made_by": chief.id,
                "made_at": long_ago,
            },
        ),
        (CorridorMeeting, _corridor_meeting(house, chief, ids["corridor_meeting_id"], long_ago)),
        (ShelterVisit, _shelter_visit(house, chief, ids["shelter_visit_id"], long_ago)),
        (SavedList, _list(house, chief, ids["list_id"])),
        (Tip, _tip(house, chief, ids["tip_id"], long_ago)),
        (Inquiry, _inquiry(staff["national_focal_point"], key.id, ids["inquiry_id"], long_ago)),
        (Operation, _operation(house, chief, ids["operation_id"], long_ago)),
        (
            OperationReserve,
            {
                "country": chief.country, "id": ids["reservation_id"], "operation_id": ids["operation_id"],
                "office_id": chief.office_id, "by_office": chief.office_id, "planned_on": long_ago.date(),
                "asked_by": chief.id, "asked_at": long_ago, "kind": "ngo", "people": 0, "sex": "", "ages": "",
                "language": "", "state": "over",
            },
        ),
        (BedRequest, _request(chief, case_id, key.id, ids, long_ago)),
        (CaseTransfer, _transfer(chief, case_id, key.id, ids, long_ago)),
        (CaseService, _service(chief, case_id, key.id, ids, long_ago)),
        (FundRequest, _claim(chief, case_id, key.id, ids, long_ago)),
        (Approval, _approval(house, chief, ids["approval_id"])),
        (Approval, _draft(house, staff[OWNERS["draft_id"]], ids["draft_id"])),
        (CaseExport, _export(house, chief, ids["export_id"], tomorrow)),
        *brought(house, staff[OWNERS["import_id"]], ids),
    ]  # fmt: skip
    with tampering(house.db) as session:
        for model, row in rows:
            session.execute(insert(model), row)
        # What another office was asked is a matter of the case first of all; the row only repeats it.
        facts = case_facts_from(key.facts)
        asked = _asked(staff["shelter_manager"], chief, ids["transfer_id"], long_ago.date())
        changed = stored(replace(facts, matters=(*facts.matters, asked)))
        session.execute(update(FACTS).where(FACTS.c.case_id == case_id).values(facts=changed))
    return ids


def _document(house: House, chief: Worker, case_id: str, key: Any, document_id: str) -> dict[str, Any]:
    """A letter, which everybody sees who sees the case: what is tried here is the case around it."""
    plain = house.keys.unwrap(key.wrapped)
    sealed: dict[str, bytes] = {}
    nothing = dict.fromkeys(("issued", "language", "note", "pages"))
    about = {**nothing, "removed": [], "sha256": "", "original_sha256": ""}
    for column, content in (("about", canonical_bytes(about)), ("sealed", b"%PDF-1.7")):
        sealed[column] = house.keys.seal(plain, content, f"document|{column}|{document_id}|1".encode())
    return {
        "id": document_id, "country": chief.country, "case_id": case_id, "key_id": key.id, "seq": 9000,
        "kind": "referral_letter", "field_group": "facts", "media_type": "application/pdf", "size": 8,
        "digest": bytes(32), "added_by": chief.id, "added_at": house.clock.now(), **sealed,
    }


def _request(chief: Worker, case_id: str, key_id: str, ids: dict[str, str], at: Any) -> dict[str, Any]:
    return {
        "country": chief.country, "id": ids["bed_request_id"], "organisation": chief.organisation,
        "office_id": ids["shelter_id"], "number": "B-222222", "case_id": case_id, "key_id": key_id,
        "asked_by": chief.id, "age_band": "18+", "sex": "F", "language": "my", "ages": "adult", "need": "none",
        "urgency": "days", "asked_at": at, "answer_by": at, "state": "withdrawn", "ended_at": at,
    }  # fmt: skip


def _transfer(chief: Worker, case_id: str, key_id: str, ids: dict[str, str], at: Any) -> dict[str, Any]:
    return {
        "country": chief.country, "id": ids["transfer_id"], "organisation": chief.organisation,
        "office_id": ids["shelter_id"], "from_office_id": ids["shelter_id"], "number": "T-222222", "case_id": case_id,
        "key_id": key_id, "asked_by": chief.id, "asked_at": at, "what": "service", "why": "wish", "urgency": "days",
        "age_band": "18+", "sex": "F", "language": "my", "child": False, "needs": "|health|", "data_groups": "|needs|",
        "state": "withdrawn", "answer_by": at, "ended_at": at,
    }  # fmt: skip


def _service(chief: Worker, case_id: str, key_id: str, ids: dict[str, str], at: Any) -> dict[str, Any]:
    """An asking that was declined: what the matter of the case does afterwards it does not follow."""
    return {
        "country": chief.country, "id": ids["service_id"], "organisation": chief.organisation,
        "office_id": ids["shelter_id"], "from_office_id": ids["shelter_id"], "number": "S-222222", "case_id": case_id,
        "key_id": key_id, "matter_id": new_id(), "asked_by": chief.id, "asked_at": at, "kind": "health",
        "urgent": False, "age_band": "18+", "sex": "F", "language": "my", "child": False, "state": "declined",
        "answer_by": at, "ended_at": at,
    }  # fmt: skip


def _claim(chief: Worker, case_id: str, key_id: str, ids: dict[str, str], at: Any) -> dict[str, Any]:
    """A claim that the house itself has declined, as if it were the office of a fund."""
    return {
        "country": chief.country, "id": ids["claim_id"], "organisation": chief.organisation,
        "office_id": ids["shelter_id"], "from_office_id": ids["shelter_id"], "number": "F-222222", "case_id": case_id,
        "key_id": key_id, "matter_id": new_id(), "asked_by": chief.id, "asked_at": at, "entitlement": "fund-living",
        "person": "identified", "concerns": at.date(), "currency": "THB", "claimed": 1000, "shown_by": "",
        "state": "declined", "reason": "not_shown", "answer_by": at, "ended_at": at,
    }  # fmt: skip


def _asked(shelter: Worker, chief: Worker, transfer_id: str, on: date) -> MatterFacts:
    """The matter of the case behind the row that `_transfer` makes."""
    return MatterFacts(
        transfer_id, "transfer", "withdrawn", on, on, about="service", office=shelter.office, by=chief.id, ended_on=on,
        flags=frozenset({"need.health", "group.needs", "why.wish", "soon.days"}),
    )  # fmt: skip


def _list(house: House, chief: Worker, list_id: str) -> dict[str, Any]:
    """A list of every case within reach, under a name that no other list has."""
    plain, wrapped = house.keys.new_data_key()
    name = house.keys.seal(plain, f"All {list_id}".encode(), f"saved_list|sealed|{list_id}".encode())
    return {
        "id": list_id, "country": chief.country, "user_id": chief.id, "wrapped": wrapped, "sealed": name,
        "filters": "{}", "made_at": house.clock.now(),
    }  # fmt: skip


def _tip(house: House, chief: Worker, tip_id: str, at: Any) -> dict[str, Any]:
    """A tip that is closed."""
    plain, wrapped = house.keys.new_data_key()
    words = canonical_bytes({"what": "A lorry.", "where": "", "contact": ""})
    codes = {"way": "call", "place_kind": "other", "sector": "fishing", "exploitation": "unknown", "children": "no"}
    return {
        "id": tip_id, "country": chief.country, "organisation": chief.organisation, "office_id": chief.office_id,
        "reference": tip_id, "created_by": chief.id, "opened_at": at, **codes, "danger": "low", "call_back": "no",
        "told": "", "told_language": "my", "wrapped": wrapped, "triage_by": at, "state": "closed",
        "sealed": house.keys.seal(plain, words, f"tip|sealed|{tip_id}|1".encode()),
    }  # fmt: skip


def _inquiry(focal: Worker, key_id: str, inquiry_id: str, at: Any) -> dict[str, Any]:
    """A question of another country that is over, and forgotten."""
    return {
        "id": inquiry_id, "country": focal.country, "side": "answering", "conversation": inquiry_id,
        "reference": inquiry_id, "other_country": "KH", "organisation": focal.organisation,
        "office_id": focal.office_id, "key_id": key_id, "subject": "nationality_and_residence", "state": "withdrawn",
        "asked_at": at, "answer_by": at, "ended_at": at, "gone_at": at,
    }  # fmt: skip


def _corridor_meeting(house: House, chief: Worker, meeting_id: str, at: Any) -> dict[str, Any]:
    """A meeting of two countries that was called off after its agenda was closed."""
    plain, wrapped = house.keys.new_data_key()
    other = "MM" if chief.country != "MM" else "TH"
    kept = Contents(ours=[], theirs=[], agenda=[])
    return {
        "id": meeting_id, "country": chief.country, "other_country": other, "shared_id": new_id(),
        "reference": f"{chief.country}-{other}-M-{meeting_id[:8]}", "office_id": chief.office_id,
        "kind": "case_management", "host": chief.country, "way": "line", "day": at.date(),
        "proposed_by": chief.country, "state": "called_off", "reason": "no_time", "held_on": None, "wrapped": wrapped,
        "sealed": house.keys.seal(
            plain, canonical_bytes(kept.model_dump(mode="json")), f"corridor_meeting|sealed|{meeting_id}|1".encode()
        ),
        "version": 1, "opened_at": at, "changed_at": at,
    }  # fmt: skip


def _shelter_visit(house: House, chief: Worker, visit_id: str, at: Any) -> dict[str, Any]:
    """A visit from another country that was called off."""
    plain, wrapped = house.keys.new_data_key()
    other = "MM" if chief.country != "MM" else "TH"
    kept = VisitContents(days=[at.date()])
    return {
        "id": visit_id, "country": chief.country, "other_country": other, "shared_id": new_id(),
        "reference": f"{chief.country}-{other}-V-{visit_id[:8]}", "office_id": chief.office_id,
        "host": chief.country, "purpose": "get_to_know", "language": "my", "day": at.date(), "state": "called_off",
        "reason": "no_time", "held_on": None, "wrapped": wrapped,
        "sealed": house.keys.seal(
            plain, canonical_bytes(kept.model_dump(mode="json")), f"shelter_visit|sealed|{visit_id}|1".encode()
        ),
        "version": 1, "opened_at": at, "changed_at": at,
    }  # fmt: skip


def _operation(house: House, chief: Worker, operation_id: str, at: Any) -> dict[str, Any]:
    """An operation that is over."""
    plain, wrapped = house.keys.new_data_key()
    words = canonical_bytes({"where": "A pier."})
    return {
        "id": operation_id, "country": chief.country, "organisation": chief.organisation, "office_id": chief.office_id,
        "reference": operation_id, "created_by": chief.id, "opened_at": at, "planned_on": at.date(),
        "place_kind": "other", "sector": "fishing", "expected": "[]", "wrapped": wrapped, "state": "over",
        "sealed": house.keys.seal(plain, words, f"operation|sealed|{operation_id}|1".encode()),
    }  # fmt: skip


def _approval(house: House, chief: Worker, approval_id: str) -> dict[str, Any]:
    about = {"kind": "bulk_export", "subject_kind": "office", "subject_id": chief.office_id, "payload": '{"rows":60}'}
    return _asked_of_two(house, chief, approval_id, about, {"note": "For the year."}, {})


def _draft(house: House, focal: Worker, draft_id: str) -> dict[str, Any]:
    """A table in which nobody was counted: what is tried here is who may look at it before it is public."""
    declared = house.policies.reports["returns"]
    table = TableOut(
        report=declared.name, title=declared.title, unit=declared.unit, what=declared.what, country=focal.country,
        period="2017", counted_by="day", channel=[], as_of=house.clock.now(), dimensions=list(declared.dimensions),
        cells=[], margins=[], total=0, suppressed_cells=0, smallest_cell=11, sources=[], note="",
        revision=RevisionOut(number=declared.revision.number, date=declared.revision.date, changed=""),
    )  # fmt: skip
    about = {
        "kind": "release_table", "subject_kind": "country", "subject_id": focal.country,
        "payload": '{"file":"","number":1,"period":"2017","report":"returns"}',
    }  # fmt: skip
    hidden = {"content": table.model_dump_json(), "counted": "[]", "counted_at": "", "turn": "1"}
    return _asked_of_two(house, focal, draft_id, about, {"why": ""}, hidden)


def _asked_of_two(
    house: House, who: Worker, approval_id: str, about: dict[str, str], words: dict[str, str], hidden: dict[str, str]
) -> dict[str, Any]:
    """An act for which two persons are needed, taken back by who asked."""
    plain, wrapped = house.keys.new_data_key()
    content = canonical_bytes({"words": words, "hidden": hidden})
    now = house.clock.now()
    row: dict[str, Any] = {
        "id": approval_id, "country": who.country, **about, "wrapped": wrapped, "about_id": None,
        "sealed": house.keys.seal(plain, content, f"approval|sealed|{approval_id}|1".encode()), "at_once": False,
        "asked_by": who.id, "asked_at": now, "expires_at": now + timedelta(hours=1), "state": "withdrawn",
    }  # fmt: skip
    return {**row, "digest": digest_of(row)}


def _export(house: House, chief: Worker, export_id: str, until: Any) -> dict[str, Any]:
    plain, wrapped = house.keys.new_data_key()
    place = f"case_export|sealed_note|{export_id}|1".encode()
    return {
        "id": export_id, "country": chief.country, "asked_by": chief.id, "asked_at": house.clock.now(),
        "expires_at": until, "purpose": "ministry_report", "wrapped": wrapped,
        "sealed_note": house.keys.seal(plain, b"For the year.", place), "filters": "{}", "rows": 1, "state": "ready",
        "downloads": 0,
    }  # fmt: skip
