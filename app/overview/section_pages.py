"""The sections of a case: needs and services, documents, and what may go to whom until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access.desk import Desk
from app.access.log import looked
from app.access.page_door import Page, opens
from app.casework import fieldgroups, recipients
from app.casework.kinds import KINDS
from app.kit.words import mark
from app.overview import case_queries
from app.overview.case_frame import Opened, open_case
from app.overview.document_pages import files_of
from app.overview.matter_pages import groups_of
from workflows.recording import ONLY_WITH_STEP

router = APIRouter()

Looker = Annotated[Page, Depends(opens("case:read"))]
Reader = Annotated[Page, Depends(opens("record:read"))]
Done = Annotated[str, Query(max_length=20)]

# What was done to a file just now -> what the list says about it.
DONE: Final = {
    "file": mark("The file is kept."),
    "error": mark("The file is marked as entered in error. It stays."),
}
NEEDS: Final = (
    "needs_assessment", "care_plan", "wish", "circumstances", "contact_rules", "placement", "admission",
    "shelter_leave", "shelter_return", "missing_report", "found_report", "death_report", "stay_extension",
    "pre_return_risk", "return_plan", "reintegration_plan", "service_request", "service_appointment", "service_outcome",
    "relative", "contact_decision",
    "monitoring_visit", "guardian_appointment", "age_assessment", "best_interests_assessment", "best_interests",
    "fund_claim", "fund_approval", "fund_payment", "threat_report", "threat_assessment", "protection_measures",
    "flag", "flag_clearance", "own_task", "minutes", "closure", "reopening",
)  # fmt: skip
DOCUMENTS: Final = (
    "rights_notice", "invitation", "consent", "information_given", "screening", "identification_decision",
    "decision_notice", "data_request", "data_answer", "foreign_decision", "reconsideration_request", "remedies_notice",
    "remedy_preparation", "remedy_filing", "remedy_representation", "remedy_award", "remedy_refusal", "remedy_appeal",
    "remedy_payment", "remedy_end", "remedy_news", "remedy_told",
    "legal_status", "penalty_report", "penalty_review", "penalty_representation", "penalty_outcome", "release_report",
    "proceeding", "secrecy_limits", "testimony_offer", "hearing", "hearing_outcome", "file_request", "file_review",
    "file_answer", "proceeding_end",
    "permit", "refused_leave", "employment", "cooperation", "travel_document", "override",
)  # fmt: skip
LIVE: Final = "live"
ENDED: Final = "ended"
WITHDRAWN: Final = "withdrawn"
_NOT_YET: Final = "not_yet"
_UNTOLD: Final = "untold"
_ANYBODY: Final = "*"


@dataclass(frozen=True, slots=True)
class Filed:
    """What there is of one kind of record. newest and others: rows; seen: whether the reader may open them."""

    kind: str
    title: str
    rows: Sequence[Any]
    seen: bool
    writes: bool


@router.get("/cases/{reference}/needs")
def needs(reference: str, page: Reader) -> Response:
    """What the person needs and wants, and what is planned."""
    return _section(page, reference, "needs", NEEDS, mark("Needs and services"))


@router.get("/cases/{reference}/documents")
def documents(reference: str, page: Reader, done: Done = "") -> Response:
    """The files, what was recorded as a document, and the papers that can be printed."""
    return _section(page, reference, "documents", DOCUMENTS, mark("Documents"), DONE.get(done, ""))


def _section(
    page: Page, reference: str, section: str, kinds: Sequence[str], title: str, said: str = ""
) -> Response:
    with page.write() as desk:
        opened = open_case(desk, reference, "record:read")
        filed = filed_of(desk, opened, kinds)
        count = sum(len(each.rows) for each in filed)
        looked(desk, "records_listed", "case", opened.id, {"section": section, "count": count})
        context: dict[str, Any] = {
            "case": opened,
            "filed": filed,
            "names": case_queries.names_of(desk, (row.created_by for each in filed for row in each.rows)),
            "title": title,
            "plan": opened.facts.get("care_plan"),
            "matters": groups_of(desk, opened) if section == "needs" else (),
            "said": said,
        }
        if section == "documents":
            context |= files_of(desk, opened)
    return page.show("overview/case_section.html", here="cases", section=section, **context)


def filed_of(desk: Desk, opened: Opened, kinds: Sequence[str]) -> list[Filed]:
    """What there is of each of these kinds, in their order; what the reader neither sees nor writes is left out."""
    rows = case_queries.records_of_kinds(desk, opened.id, kinds)
    found = []
    for name in kinds:
        kind = KINDS[name]
        mine = [row for row in rows if row.kind == name]
        seen = fieldgroups.sees(desk, kind.group)
        writes = seen and name not in ONLY_WITH_STEP and opened.reach(kind.permission)
        if mine or writes:
            found.append(Filed(name, kind.title, mine, seen, writes))
    return found


@dataclass(frozen=True, slots=True)
class Allowed:
    """One consent: for what, to whom (a country, the name of an office, or a marked word), which data, and until when.

    state: how it stands today.
    """

    purpose: str
    recipient: str
    code: str
    anybody: bool
    office: bool
    groups: tuple[str, ...]
    giver: str
    since: date
    until: date | None
    withdrawn_on: date | None
    state: str


@router.get("/cases/{reference}/consents")
def consents(reference: str, page: Looker) -> Response:
    """What the person allows, and how to take it back."""
    with page.write() as desk:
        opened = open_case(desk, reference, look="case_opened", section="consents")
        context: dict[str, Any] = {
            "case": opened,
            "consents": consents_of(desk, opened),
            "may_record": opened.reach("consent:record"),
            "abroad": recipients.of_case(desk, opened.id),
        }
    return page.show("overview/case_consents.html", here="cases", section="consents", **context)


def consents_of(desk: Desk, opened: Opened) -> list[Allowed]:
    """The consents of an opened case, those that hold today first."""
    found = [_allowed(desk, row) for row in opened.facts.get("consents", ())]
    order = (LIVE, _UNTOLD, _NOT_YET, ENDED, WITHDRAWN)
    return sorted(found, key=lambda each: (order.index(each.state), each.purpose, each.recipient))


def _allowed(desk: Desk, row: Any) -> Allowed:
    since, until, withdrawn = (_day(row[name]) for name in ("valid_from", "valid_until", "withdrawn_on"))
    assert since is not None
    if withdrawn is not None:
        state = WITHDRAWN
    elif until is not None and until < desk.today:
        state = ENDED
    elif not row.get("informed", True):
        state = _UNTOLD
    else:
        state = LIVE if since <= desk.today else _NOT_YET
    anybody = row["recipient"] == _ANYBODY
    code = row["recipient"]
    every = (office for country in desk.policies.countries.values() for office in country.offices)
    names = {office.code: office.name for office in every}
    recipient = mark("Anybody who helps with this") if anybody else names.get(code, code)
    groups = tuple(sorted(row["data_groups"]))
    office = not anybody and code not in desk.policies.countries
    return Allowed(
        row["purpose"], recipient, code, anybody, office, groups, row["giver"], since, until, withdrawn, state
    )


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if value else None
