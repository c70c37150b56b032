"""The administration as pages: who finds which, what they tell, and that nothing there is about a person."""

from __future__ import annotations

import gzip
import re
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert, select, update

from app.casework import epochs
from app.kit import bundle
from app.models.access_log import AccessEntry
from app.models.base import new_id
from app.models.case import Case, CaseFactsRow
from app.models.history import HistoryEntry
from app.models.outbox import OutboxRow
from app.upkeep import queries
from tests.app.access.world import one_engine
from tests.factories import cases
from tests.factories.pages import browser_at
from tests.factories.staff import add_user, desk_of
from tests.factories.towns import Town
from tests.inspect import reading, tampering, writing

PAGES = (
    "/admin/users", "/admin/deputies", "/admin/roles", "/admin/offices", "/admin/corridors", "/admin/corridors/TH/MM",
    "/admin/guidelines", "/admin/guidelines/WM-ACCESS", "/admin/versions", "/admin/codes",
    "/admin/codes/sex", "/admin/links", "/admin/retention", "/admin/system",
)  # fmt: skip
ONLY = {
    "/admin/users": {"administrator"},
    "/admin/users/new": {"administrator"},
    "/admin/deputies": {"administrator", "national_focal_point", "supervisor"},
    "/admin/deputies/new": {"administrator", "national_focal_point", "supervisor"},
    "/admin/links": {"administrator", "national_focal_point"},
    "/admin/retention": {"administrator", "data_protection_officer"},
    "/admin/system": {"administrator", "data_protection_officer"},
}
ENTERS = {"administrator", "national_focal_point", "supervisor", "data_protection_officer"}


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@one_engine
def test_each_role_finds_its_own_pages_and_no_others(town: Town) -> None:
    for role, worker in town.th.items():
        browser = browser_at(town, worker, fresh=True)
        for path, roles in ONLY.items():
            assert (browser.get(path).status_code == 200) == (role in roles), (role, path, browser.last.status_code)
            assert browser.last.status_code in (200, 403, 404)
        entry = browser.get("/admin")
        assert (entry.status_code == 200) == (role in ENTERS), role
        if entry.status_code == 200:
            shown = set(re.findall(r'<a href="(/admin/[a-z]+)">', entry.text))
            assert {path for path in ONLY if path in shown} == {
                path for path, roles in ONLY.items() if role in roles and not path.endswith("/new")
            }, role


@one_engine
def test_every_page_is_small_neutral_and_without_a_person(town: Town) -> None:
    cases.bring_case(town.house, town.th, "recovering")
    with reading(town.house.db) as session:
        references = [row.reference for row in session.execute(select(Case.__table__))]
    browser = browser_at(town, town.th["administrator"], fresh=True)
    for path in ("/admin", *PAGES):
        page = browser.get(path)
        assert page.status_code == 200, (path, page.text)
        assert page.text.count("<h1") == 1 and "<title>Work</title>" in page.text, path
        assert len(gzip.compress(page.content)) < 15_000, path
        assert not any(reference in page.text for reference in references), path
        assert "style=" not in page.text and "onclick" not in page.text


@one_engine
def test_a_deputy_is_named_and_ended_by_pages(town: Town) -> None:
    standing = add_user(town.house, "th-shelter-tak", "social_worker")
    browser = browser_at(town, town.th["supervisor"], fresh=True)
    browser.get("/admin/deputies/new")
    absent, last = town.th["social_worker"].id, town.clock.now() + timedelta(days=9)
    typed = {"user_id": absent, "deputy_id": standing.id, "until_day": str(last.day), "until_month": str(last.month)}
    answer = browser.send("/admin/deputies/new", **typed, until_year="abc")
    assert answer.status_code == 422 and 'id="wrong-until"' in answer.text
    assert f'<option value="{absent}" selected>' in answer.text
    wrong = browser.send("/admin/deputies/new", **{**typed, "deputy_id": absent}, until_year=str(last.year))
    assert wrong.status_code == 422 and 'id="wrong-deputy_id"' in wrong.text
    # Years of the Buddhist era are understood.
    browser.send("/admin/deputies/new", **typed, until_year=str(last.year + 543))
    page = browser.follow().text
    assert "Both have been told" in page and page.count("Now</span>") == 1
    path = re.findall(r'href="(/admin/deputies/[0-9a-f-]{36}/end)"', page)[0]
    browser.get(path)
    browser.send(path)
    assert "Over" in browser.follow().text
    assert browser.get(path).status_code == 200
    assert browser.send(path).status_code == 409, "over is over, and said so on the same page"
    assert browser_at(town, town.mm["supervisor"], fresh=True).get(path).status_code == 404


def waiting(town: Town, attempts: int, ago: timedelta) -> None:
    now = town.clock.now()
    row = {
        "id": new_id(), "country": "TH", "to_country": "MM", "line": f"x:{new_id()}", "seq": 1,
        "effect": "deliver_receipt",
        "payload": '{"to":"MM","message":"m","receipt":{}}', "created_at": now - ago,
        "next_at": now + timedelta(minutes=50), "attempts": attempts, "last_error": "ConnectError",
    }  # fmt: skip
    with writing(town.house.db) as session:
        session.execute(insert(OutboxRow), row)


def test_a_line_that_is_down_is_seen_and_tried_again(town: Town) -> None:
    waiting(town, 3, timedelta(hours=2))
    browser = browser_at(town, town.th["national_focal_point"], fresh=True)
    page = text_of(browser.get("/admin/links").text)
    assert "Myanmar ! Not getting through 3 tries, ConnectError" in page
    assert page.count("Nothing waits") == 4
    assert browser_at(town, town.mm["administrator"], fresh=True).get("/admin/links").text.count("Nothing waits") == 5
    assert browser.send("/admin/links/try").headers["location"] == "/admin/links?done=tried"
    with reading(town.house.db) as session:
        assert session.execute(select(OutboxRow.next_at)).scalar_one() == town.clock.now()
    assert len(town.looks("exchange_tried_again")) == 1


def test_the_system_page_tells_when_the_worker_rests_and_nothing_secret(town: Town) -> None:
    waiting(town, 1, timedelta(hours=2))
    browser = browser_at(town, town.th["data_protection_officer"], fresh=True)
    assert "Nothing is due" in browser.get("/admin/system").text
    with writing(town.house.db) as session:
        session.execute(update(OutboxRow).values(next_at=town.clock.now() - timedelta(minutes=6)))
    page = browser.get("/admin/system").text
    assert "Does not work" in page and "Up to date" in page
    assert "WAYMARK_BACKUP_TARGET is missing" in page
    settings = town.app.state.html.state.settings
    for line in settings.kek_file.read_text().splitlines()[1:]:
        assert line.split()[1] not in page
    assert "postgresql://" not in page and "sqlite:///" not in page


@one_engine
def test_the_system_page_tells_the_last_backup_and_the_epoch(town: Town, tmp_path: Path) -> None:
    site = town.app.state.html.state
    site.settings, before = site.settings.model_copy(update={"backup_target": tmp_path}), site.settings
    browser = browser_at(town, town.th["administrator"], fresh=True)
    page = text_of(browser.get("/admin/system").text)
    assert page.count("Empty") == 2 and "Epoch 1 " in page
    (tmp_path / ".waymark-draft-1").touch()
    (tmp_path / bundle.name_of(town.clock.now() - timedelta(hours=27), bundle.DATA)).touch()
    (tmp_path / bundle.name_of(town.clock.now() - timedelta(hours=2), bundle.KEYS)).touch()
    with tampering(town.house.db) as session:
        epochs.begin(session, town.clock.now(), new_id(), town.clock.now() - timedelta(days=1))
    page = text_of(browser.get("/admin/system").text)
    site.settings = before
    data, _, rest = page.partition("Newest backup of the keys")
    assert "Late" in data.partition("Newest backup")[2] and "Late" not in rest.partition("Epoch")[0]
    assert "Epoch 2 restored from the backup of 22 Nov" in page


def test_what_is_due_is_counted_and_small_numbers_are_not_told(town: Town) -> None:
    smallest = town.house.policies.smallest_cell
    old = town.clock.now() - timedelta(days=11 * 366)
    browser = browser_at(town, town.th["administrator"], fresh=True)

    def looks(how_many: int) -> str:
        rows = [
            {"id": new_id(), "at": old, "actor_id": "x", "country": "TH", "action": "case_read",
             "subject_kind": "case", "subject_id": "x"}
            for _ in range(how_many)
        ]  # fmt: skip
        with writing(town.house.db) as session:
            session.execute(insert(AccessEntry), rows)
        return text_of(browser.get("/admin/retention").text).partition("Who opened what")[2][:200]

    assert f"fewer than {smallest}" in looks(smallest - 1)
    assert f"after it was written {smallest + 4} " in looks(5)
    assert "fewer than" not in browser_at(town, town.mm["administrator"], fresh=True).get("/admin/retention").text
    assert "Nothing goes by itself" in browser.last.text
    assert queries.closing_steps() == ("close",)


def test_closed_cases_are_counted_from_their_closing_and_by_what_they_were(town: Town) -> None:
    """Closed by hand: only columns and the moment of the closing count."""
    now = town.clock.now()
    ids = [cases.bring_case(town.house, town.th, "screening") for _ in range(3)]
    with writing(town.house.db) as session:
        for case_id, outcome, years in zip(ids, ("screened_out", "identified", "identified"), (2, 2, 12), strict=True):
            chain = select(HistoryEntry.__table__).where(HistoryEntry.subject_id == case_id)
            last = session.execute(chain.order_by(HistoryEntry.seq.desc()).limit(1)).one()._asdict()
            moment = now - timedelta(days=years * 366)
            closing = {**last, "seq": last["seq"] + 1, "step": "close", "happened_at": moment}
            session.execute(insert(HistoryEntry.__table__), closing)
            session.execute(update(Case).where(Case.id == case_id).values(care="closed", identification=outcome))
        session.execute(update(CaseFactsRow).values(child=False))
    with desk_of(town.house, town.th["administrator"]) as desk:
        for years, screened_out, wanted in ((1, True, 1), (3, True, 0), (10, False, 1), (1, False, 2)):
            before = now - timedelta(days=years * 366)
            found = queries.closed_cases_before(desk, before, child=False, screened_out=screened_out)
            assert found == wanted, (years, screened_out)
        assert queries.closed_cases_before(desk, now, child=True, screened_out=False) == 0


def test_a_text_tells_what_rests_on_it_and_how_many_cases_it_touches(town: Town) -> None:
    for _ in range(2):
        cases.bring_case(town.house, town.th, "recovering")
    browser = browser_at(town, town.th["administrator"], fresh=True)
    every = set(re.findall(r'href="/admin/guidelines/([A-Z0-9.-]+)"', browser.get("/admin/guidelines").text))
    assert len(every) == 25
    page = text_of(browser.get("/admin/guidelines/OHCHR-P8").text)
    assert "Recovery" in page and "Conditions that rest on it" in page
    assert re.search(r"Recovery (0|fewer than \d+) ", page)
    analyst = browser_at(town, town.th["analyst"], fresh=True)
    assert "Open cases it touches" not in analyst.get("/admin/guidelines/OHCHR-P8").text
    assert browser.get("/admin/guidelines/NOBODY-1").status_code == 404
    assert browser.get("/admin/codes/none").status_code == 404
    assert browser.get("/admin/corridors/TH/TH").status_code == 404


@one_engine
def test_offices_tell_hours_and_phone_and_no_shelter_abroad(town: Town) -> None:
    browser = browser_at(town, town.th["administrator"], fresh=True)
    page = text_of(browser.get("/admin/offices").text)
    assert "th-border-mae-sot" in page and "08:30-16:30 usual there" in page and "+66 00 000 002" in page
    abroad = browser_at(town, town.mm["administrator"], fresh=True).get("/admin/offices?country=TH").text
    assert "th-border-mae-sot" in abroad and "th-shelter" not in abroad
