"""The letter to an embassy: what it says and never says, who prints it, and when it is not printed any more."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from app.overview.papers import pages, press
from app.overview.papers.paper import Paper
from policies.load import load_policies
from tests.app.access.world import one_engine
from tests.app.inquiries.test_inquiries import codes, step
from tests.app.overview.test_papers_pages import printed
from tests.factories import cases, referrals
from tests.factories.forms import form
from tests.factories.pages import browser_at
from tests.factories.staff import add_user
from tests.factories.towns import Town
from tests.gates.case_forms import posted
from workflows.embassy import E

WHO = {
    "given_names": "Wanjiru", "family_name": "Otieno", "other_names": ["Shiru"], "birth_year": 1999,
    "place_of_origin": "Kisumu", "phone": "+254 700 000", "family_contact": "Canary-Mother",
    "safe_contact": "Canary-Friend", "health_alert": "Canary-Asthma",
}  # fmt: skip
SAYS = ("Wanjiru Otieno", "Shiru", "1999", "Kisumu", "Kenya", "Consular section, Bangkok", "Kisumu county",
        "Whether the person is a national", "A travel document for the person",
        "Ministry of Social Development and Human Security")  # fmt: skip
# Why it is asked, where the person is, who else there is, and what leads to the case.
NEVER = re.compile(
    r"traffick|victim|exploit|forced|shelter|protect|health|asthma|canary|254 700|recover|referral", re.IGNORECASE
)


def asked(town: Town, **identity: Any) -> tuple[str, str, str]:
    """A case with a letter that is asked for: its id, its reference and the matter."""
    case_id: str = cases.bring_case(town.house, town.th, "recovering", identity=identity or WHO, nationality="KE")
    cases.add(
        town.house, town.th["social_worker"], case_id, "consent", purpose="notify_origin", recipient="KE",
        data_groups=["identity"],
    )  # fmt: skip
    body = {"machine": "embassy", "step": "ask_embassy", "record": form(town.house, "embassy_request")}
    seen = cases.version_of(town.house, case_id)
    answer = town.post(town.th["case_manager"], f"/cases/{case_id}/matters", {**body, "seen_version": seen})
    assert answer.status_code == 201, answer.text
    return case_id, referrals.case_row(town.house, case_id).reference, str(answer.json()["matter"]["id"])


def uncovering(town: Town, reference: str, role: str = "case_manager") -> Any:
    """A browser in which the name of the case is uncovered."""
    browser = browser_at(town, town.th[role])
    path = f"/cases/{reference}/identity"
    browser.get(path)
    assert browser.send(path, purpose="health").status_code == 303
    return browser


@pytest.fixture
def papers(monkeypatch: pytest.MonkeyPatch) -> list[Paper]:
    """Every paper that is set, before it is set."""
    kept: list[Paper] = []
    setting = press.printed

    def keep(paper: Paper) -> bytes:
        kept.append(paper)
        return setting(paper)

    monkeypatch.setattr(pages.press, "printed", keep)
    return kept


@one_engine
def test_the_letter_says_who_and_what_is_asked_and_nothing_else(town: Town, papers: list[Paper]) -> None:
    case_id, reference, matter = asked(town)
    browser = uncovering(town, reference)
    pdf = browser.get(f"/cases/{reference}/papers/embassy?lang=en")
    assert pdf.status_code == 200 and pdf.content.startswith(b"%PDF-"), pdf.text
    (letter,) = papers
    words = json.dumps([letter.title, letter.number, letter.blocks], ensure_ascii=False)
    for said in SAYS:
        assert said in words, said
    assert NEVER.findall(words) == []
    row = referrals.case_row(town.house, case_id)
    for leads in (reference, case_id, matter, *(worker.login for worker in town.th.values()), row.office_id):
        assert leads not in words
    assert re.fullmatch(r"TH-E-[0-9A-F]{8}", letter.number)
    assert letter.number in browser.get(f"/cases/{reference}/matters/{matter}").text
    assert printed(town) == ['{"language":"en","paper":"embassy"}']
    # A letter that got lost is printed again; one that has ended is not.
    assert step(town, case_id, matter, "note_embassy_sent", way="post").status_code == 200
    assert browser.get(f"/cases/{reference}/papers/embassy?lang=th").status_code == 200
    assert papers[1].number == letter.number
    assert step(town, case_id, matter, "take_embassy_letter_back", forget="not_needed").status_code == 200
    gone = browser.get(f"/cases/{reference}/papers/embassy?lang=en")
    assert gone.status_code == 409 and "No letter to an embassy is asked for." in gone.text
    assert len(papers) == 2


@one_engine
def test_only_who_has_uncovered_the_name_prints_it(town: Town, papers: list[Paper]) -> None:
    _, reference, _ = asked(town)
    own = browser_at(town, town.th["case_manager"])
    assert own.get(f"/cases/{reference}/papers/embassy?lang=en").status_code == 403
    stranger = browser_at(town, add_user(town.house, "th-shelter-chiang-rai", "case_manager"))
    assert stranger.get(f"/cases/{reference}/papers/embassy?lang=en").status_code == 404
    chief = browser_at(town, town.th["auditor"])
    assert chief.get(f"/cases/{reference}/papers/embassy?lang=en").status_code in (403, 404)
    assert papers == [] and printed(town) == []


@one_engine
@pytest.mark.parametrize(
    ("kind", "said", "words"),
    [
        ("consent_withdrawal", {"purposes": ["notify_origin"], "recipients": ["KE"]}, "(KE) has been withdrawn"),
        ("circumstances", {"asylum_claim": True}, "A claim for international protection is open."),
        ("circumstances", {"asylum_claim": False, "blocked_countries": ["KE"]}, "Sharing with KE is blocked"),
    ],
)
def test_nothing_is_printed_once_it_may_not_leave(
    town: Town, papers: list[Paper], kind: str, said: dict[str, Any], words: str
) -> None:
    case_id, reference, matter = asked(town)
    browser = uncovering(town, reference)
    assert step(town, case_id, matter, "note_embassy_sent", way="post").status_code == 200
    cases.add(town.house, town.th["social_worker"], case_id, kind, **said)
    answer = browser.get(f"/cases/{reference}/papers/embassy?lang=en")
    assert answer.status_code == 409 and words in answer.text, answer.text
    found = cases.facts_of(town.house, case_id).matter(matter)
    assert found is not None and found.state == E.SENT
    assert papers == [] and printed(town) == []


@one_engine
def test_somebody_without_a_name_is_not_written_about(town: Town, papers: list[Paper]) -> None:
    _, reference, _ = asked(town, place_of_origin="Kisumu")
    answer = uncovering(town, reference).get(f"/cases/{reference}/papers/embassy?lang=en")
    assert answer.status_code == 409 and "Neither a name nor a birth of the person is known." in answer.text
    assert papers == []


@one_engine
def test_the_country_of_the_person_can_be_kept_from_them_on_the_page(town: Town) -> None:
    """Not only the six countries that have a policy: whoever fears Kenya says so before an embassy is asked."""
    case_id, reference, matter = asked(town)
    browser = browser_at(town, town.th["social_worker"])
    path = f"/cases/{reference}/records/new/circumstances"
    page = browser.get(path).text
    assert 'value="KE"' in page and 'value="UG"' not in page
    fields = posted(town, "circumstances", asylum_claim=False, blocked_countries=["KE"])
    assert browser.post(path, browser.form(path).fields | fields).status_code == 303
    assert cases.facts_of(town.house, case_id).blocked_countries == {"KE"}
    refused = step(town, case_id, matter, "note_embassy_sent", way="post")
    assert codes(refused) == {"asked_country_is_not_blocked"}


def test_no_letterhead_says_why_it_is_written() -> None:
    countries = load_policies().countries.values()
    assert {each.code for each in countries if each.letterhead} == {each.code for each in countries}
    assert not [each.letterhead for each in countries if NEVER.search(each.letterhead or "")]
