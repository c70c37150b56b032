"""The desk walked: every page that links lead to, from cases and referrals in every state they pass through.

The scene of the gates holds one state of everything. What only another state opens (a handover that is not over, an
answer that is still to be given) is walked here, in a town of two countries.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import select

from app.casework.held import CASE, REFERRAL
from app.casework.kinds import KINDS
from app.models.task import Task
from tests.app.access.browser import Browser
from tests.app.keeping.people import erase
from tests.app.keeping.test_partners import with_a_case
from tests.factories import cases, referrals
from tests.factories.documents import put_document
from tests.factories.forms import form
from tests.factories.pages import browser_at
from tests.factories.staff import Worker
from tests.factories.towns import Town
from tests.gates import (
    admin_forms,
    fund_forms,
    import_forms,
    inquiry_forms,
    list_forms,
    meeting_forms,
    readiness_forms,
    service_forms,
    tip_forms,
    transfer_forms,
    visit_forms,
)
from tests.gates.filling import Route
from tests.gates.town_forms import Ready
from tests.inspect import reading

# Who looks at a referral at either end, and at a case.
_AT_A_REFERRAL: Final = ("case_manager", "border_focal_point", "national_focal_point", "supervisor")
_AT_A_CASE: Final = ("social_worker", "legal_officer")
# Who may write some kind of record: the first that gets the form shows it.
_WRITING: Final = ("social_worker", "legal_officer", "shelter_manager", "supervisor")
# The states in which a page of a referral says something of its own.
_AT_THE_BRIDGE: Final = ("accepted", "handover_scheduled", "handed_over", "received")
_DISCLOSED: Final = "tracing"
# Forms that lead to a page about what they have just done, and who sends them.
_FORMS: Final = {
    import_forms.bring: "case_manager", import_forms.start: "case_manager",
    list_forms.assign: "supervisor", list_forms.meeting: "social_worker", list_forms.priority: "social_worker",
    readiness_forms.answering: "shelter_manager", readiness_forms.releasing: "national_focal_point",
    tip_forms.passing: "case_manager", meeting_forms.propose: "national_focal_point",
    meeting_forms.call_off: "national_focal_point", meeting_forms.write: "national_focal_point",
    visit_forms.ask: "national_focal_point", visit_forms.permit: "national_focal_point",
}  # fmt: skip
# What lies beside cases and referrals: the scene holds one of each, which is over.
BESIDE: Final = ("/inquiries/", "/transfers/", "/services/", "/tips/", "/operations/", "/reservations/",
                 "/reports/fund", "/fund/claims", "/corridor-meetings/", "/shelter-visits/")
# What is walked; everything else the scene's own gates have seen.
_WALKED: Final = ("/cases/", "/referrals/", "/tasks/", "/r/", *BESIDE)
_LINK: Final = re.compile(r'<a\b[^>]*?\bhref="([^"]+)"')
_NAME: Final = re.compile(r"\b[A-Z]{2}(?:-[A-Z]{2})?-\d{4}-[0-9A-Z]+\b|\b[0-9a-f]{8}-[0-9a-f-]{27}\b|(?<==)[^&]+")
# A paper is fetched and not walked on from.
_FILES: Final = re.compile(r"\.(?:pdf|csv|xlsx|json)$|/papers/\w+$|/file$")


@dataclass(frozen=True)
class Stop:
    """A page as somebody came to it: ``name`` is its path without references, with the state that it was seen in."""

    name: str
    worker: Worker
    path: str

    @property
    def route_path(self) -> str:
        """The path without its query."""
        return urlsplit(self.path).path


def walk(town: Town) -> list[Stop]:
    """Every page behind the cases and referrals of a town that has something in every state; each once."""
    browsers: dict[str, Browser] = {}
    found: dict[str, Stop] = {}
    for state, worker, path in _starts(town):
        browser = browsers.setdefault(worker.id, browser_at(town, worker, fresh=True))
        role = "" if "/records/new/" in path else f", {min(worker.roles)}"
        name = f"{_plain(path)} [{state}{role}, {worker.country}]"
        _follow(browser, Stop(name, worker, path), found)
    return list(found.values())


def template_of(pages: list[Route], path: str) -> str | None:
    """The template of the page at ``path``: the one with the fewest parameters that fits."""
    fitting = [
        page for page in pages if re.fullmatch(re.sub(r"\{\w+(?::\w+)?\}", "[^/]+", page.path), path)
    ]  # fmt: skip
    return min(fitting, key=lambda page: len(page.parameters)).path if fitting else None


def _follow(browser: Browser, start: Stop, found: dict[str, Stop]) -> None:
    waiting = [start]
    while waiting:
        stop = waiting.pop()
        if stop.name in found:
            continue
        page = browser.get(stop.path)
        if page.status_code != 200 or not page.headers["content-type"].startswith("text/html"):
            # A step that belongs to somebody else answers so too; what nobody may is the matter of other gates.
            continue
        found[stop.name] = stop
        main = page.text.partition("<main")[2].partition("</main>")[0]
        for link in _LINK.findall(main):
            path = unescape(link)
            if path.startswith(_WALKED) and not _FILES.search(urlsplit(path).path):
                waiting.append(Stop(_plain(path), stop.worker, path.partition("#")[0]))


def _plain(path: str) -> str:
    return _NAME.sub("~", path.partition("#")[0])


def _starts(town: Town) -> Iterator[tuple[str, Worker, str]]:
    """State, who looks, where they begin."""
    for state in ("draft", *referrals.STATES):
        yield from _at_both_ends(town, state)
    free = referrals.bring_case_for_referral(town.house, town.th)
    reference = _reference(town, CASE, free)
    document = put_document(town.house, town.th["case_manager"], free, note="With a stamp.")
    yield "free", town.th["case_manager"], f"/cases/{reference}/refer"
    yield "with a file", town.th["case_manager"], f"/cases/{reference}/documents/{document}"
    asked = cases.bring_case(town.house, town.th, "recovering")
    request = form(town.house, "service_request")
    cases.take(town.house, town.th["social_worker"], asked, "request_service", request)
    yield "asked", town.th["social_worker"], f"/cases/{_reference(town, CASE, asked)}/needs"
    yield from _beside(town)
    pair = with_a_case(town)
    erase(town.house, town.th, pair.case_id)
    referrals.post(town.house)
    copy = _reference(town, REFERRAL, pair.arrived)
    yield "asked to erase", town.mm["data_protection_officer"], f"/referrals/{copy}/erasure"
    for made, role in _FORMS.items():
        yield from _after(town, made, town.th[role])
    for kind in KINDS:
        yield from ((kind, town.th[role], f"/cases/{reference}/records/new/{kind}") for role in _WRITING)
    yield "by hand", town.th["case_manager"], f"/tasks/done?task_id={_by_hand(town, free)}"
    for point in ("reported", *cases.POINTS):
        for child, age in ((False, "18+"), (True, "15-17")):
            case_id = cases.bring_case(town.house, town.th, point, child=child, age_band=age)
            for role in _AT_A_CASE:
                yield f"{point}{', child' * child}", town.th[role], f"/cases/{_reference(town, CASE, case_id)}"


def _beside(town: Town) -> Iterator[tuple[str, Worker, str]]:
    """What is asked of another office, told by a caller, planned, and claimed of the fund: each while it is open."""
    yield "asked", *transfer_forms.asked(town)
    yield "to take over", *transfer_forms.asked(town, "take_over")
    yield "shared", *transfer_forms.shared(town)
    asked, (there, answered, _) = transfer_forms.several(town)
    yield "asked", town.th["case_manager"], asked
    yield "answered", there, answered
    yield "asked to help", *service_forms.asked(town)
    yield "to begin", *service_forms.accepted(town)
    yield "begun", *service_forms.running(town)
    manager, chief = town.th["case_manager"], town.th["supervisor"]
    yield "told", manager, f"/tips/{town.post(manager, '/tips', tip_forms.TOLD).json()['id']}"
    yield "asked from abroad", *inquiry_forms.asked(town)
    theirs = admin_forms.contact("/found", "MM", result="answers")
    yield from _after(town, theirs, town.th["national_focal_point"])
    yield "planned", *readiness_forms.planned(town)
    entitled = cases.bring_case(town.house, town.th, "identified")
    claim = form(town.house, "fund_claim")
    claimed = cases.take(town.house, town.th["social_worker"], entitled, "submit_claim", claim)
    case = f"/cases/{_reference(town, CASE, entitled)}"
    yield "claimed", town.th["social_worker"], f"{case}/entitlements"
    yield "claimed", chief, f"{case}/matters/{claimed.matter_id}"
    yield "claimed", chief, "/reports/fund"
    # From here on the fund's own people decide.
    for name, made in (("to decide", fund_forms.claimed), ("to pay", fund_forms.approved), ("paid", fund_forms.paid)):
        officer, cashier, asked = made(town)
        yield name, officer, asked
        yield name, cashier, asked


def _after(town: Town, made: Callable[[Town], Ready], worker: Worker) -> Iterator[tuple[str, Worker, str]]:
    """The page of a form, and the one that it leads to once it is sent."""
    action, browser, fields = made(town)
    yield "asked", worker, browser.last.url.raw_path.decode()
    answer = browser.post(action, fields)
    assert answer.status_code == 303, action
    yield "done", worker, answer.headers["location"]


def _at_both_ends(town: Town, state: str) -> Iterator[tuple[str, Worker, str]]:
    pair = referrals.bring_referral(town.house, town.th, town.mm, state)
    if state == "handover_scheduled":
        cases.take(town.house, town.th["case_manager"], pair.case_id, "depart")
    for staff, copy in ((town.th, pair.sent_from), (town.mm, pair.arrived)):
        if not copy:
            continue
        path = f"/referrals/{_reference(town, REFERRAL, copy)}"
        for role in _AT_A_REFERRAL:
            yield state, staff[role], path
        if state in _AT_THE_BRIDGE:
            yield state, staff["border_focal_point"], f"{path}/handover"
        if state == _DISCLOSED:
            yield state, staff["national_focal_point"], f"{path}/person"
    yield state, town.th["case_manager"], f"/cases/{_reference(town, CASE, pair.case_id)}"


def _by_hand(town: Town, case_id: str) -> str:
    """A task of the case that no step ends."""
    tasks = Task.__table__
    query = select(tasks.c.id).where(tasks.c.case_id == case_id, tasks.c.kind == "end_of_reflection")
    with reading(town.house.db) as session:
        return str(session.execute(query).scalar_one())


def _reference(town: Town, table: object, of: str) -> str:
    columns = table.c  # type: ignore[attr-defined]
    with reading(town.house.db) as session:
        return str(session.execute(select(columns.reference).where(columns.id == of)).scalar_one())
