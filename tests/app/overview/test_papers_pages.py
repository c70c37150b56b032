"""Papers of a case, and the rights notice that is read out: for whom, in which language, and noted."""

from __future__ import annotations

from sqlalchemy import select

from app.kit.reader import LANGUAGES, Reader, reading
from app.models.access_log import AccessEntry
from app.overview.papers import press, rights
from policies.load import load_policies
from tests.app.access.world import one_engine
from tests.factories import cases, referrals
from tests.factories.pages import browser_at
from tests.factories.staff import add_user
from tests.factories.towns import Town
from tests.inspect import reading as looking

PAPERS = ("rights", "consent", "plan", "meeting", "decision", "admission", "claim", "service", "closure", "handover")


def printed(town: Town) -> list[str]:
    with looking(town.house.db) as session:
        query = select(AccessEntry.detail).where(AccessEntry.action == "printed").order_by(AccessEntry.at)
        return [str(detail) for detail in session.execute(query).scalars()]


@one_engine
def test_papers_are_printed_in_the_language_asked_for_and_noted(town: Town) -> None:
    case_id = referrals.bring_case_for_referral(town.house, town.th)
    reference = referrals.case_row(town.house, case_id).reference
    browser = browser_at(town, town.th["case_manager"])
    page = browser.get(f"/cases/{reference}/papers?lang=km").text
    assert f'href="/cases/{reference}/papers/consent?lang=km"' in page
    for name in PAPERS:
        answer = browser.get(f"/cases/{reference}/papers/{name}?lang=th")
        assert answer.status_code == 200 and answer.content.startswith(b"%PDF-"), name
        assert answer.headers["content-type"] == "application/pdf" and "no-store" in answer.headers["cache-control"]
        assert reference not in answer.headers["content-disposition"]
    assert printed(town) == [f'{{"language":"th","paper":"{name}"}}' for name in PAPERS]


@one_engine
def test_nobody_else_prints_and_no_other_paper_exists(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    reference = referrals.case_row(town.house, case_id).reference
    stranger = browser_at(town, add_user(town.house, "th-shelter-chiang-rai", "case_manager"))
    assert stranger.get(f"/cases/{reference}/papers").status_code == 404
    assert stranger.get(f"/cases/{reference}/papers/rights").status_code == 404
    assert stranger.get(f"/cases/{reference}/rights/th").status_code == 404
    own = browser_at(town, town.th["case_manager"])
    assert own.get(f"/cases/{reference}/papers/nothing").status_code == 404
    assert own.get(f"/cases/{reference}/rights/xx").status_code == 404
    assert printed(town) == []


@one_engine
def test_the_own_copy_waits_until_the_name_is_uncovered(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    reference = referrals.case_row(town.house, case_id).reference
    browser = browser_at(town, town.th["case_manager"])
    assert browser.get(f"/cases/{reference}/papers/copy").status_code == 403
    assert printed(town) == []


@one_engine
def test_what_was_read_out_is_recorded_once_and_kept_when_refused(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    reference = referrals.case_row(town.house, case_id).reference
    browser = browser_at(town, town.th["social_worker"])
    path = f"/cases/{reference}/rights/my"
    page = browser.get(path).text
    assert '<span lang="my" translate="no">သင်၏ အခွင့်အရေးများ</span>' in page and "Your rights" in page
    refused = browser.send(path, witness="nurse")
    assert refused.status_code == 422 and 'value="nurse"' in refused.text
    typed = {"understood": "yes", "answer": "accepted", "witness": "nurse", "asylum_information_given": "yes"}
    fields = {name: value for name, value in browser.form(path).fields.items() if name in ("csrf", "act", "version")}
    assert browser.post(path, fields | typed).status_code == 303
    assert browser.post(path, fields | typed).status_code == 303
    facts = cases.facts_of(town.house, case_id)
    assert facts.rights is not None and facts.rights.own_language and facts.rights.witnessed
    assert facts.rights.answer == "accepted"


def test_the_notice_is_set_in_every_language_with_the_english_beside_what_nobody_reviewed() -> None:
    policies = load_policies()
    for language in LANGUAGES:
        told = rights.spoken(policies, language)
        assert told.language == language and told.reviewed == (language == "en")
        assert all(bool(item.english) == (language != "en") for item in told.items)
        with reading(Reader(language)):
            made = rights.paper(policies, "TH", language, "TH-2017-7F3K2QAB")
            assert press.printed(made).startswith(b"%PDF-")
    assert rights.spoken(policies, "fr").language == "en"


@one_engine
def test_the_receipt_of_a_handover_is_a_file_in_the_languages_of_both_sides(town: Town) -> None:
    over = referrals.bring_referral(town.house, town.th, town.mm, "received")
    early = referrals.bring_referral(town.house, town.th, town.mm, "acknowledged")
    browser = browser_at(town, town.mm["border_focal_point"])
    for referral_id, status in ((over.arrived, 200), (early.arrived, 404)):
        reference = referrals.row_of(town.house, referral_id).reference
        assert browser.get(f"/referrals/{reference}/receipt.pdf").status_code == status
    page = browser.get(f"/referrals/{referrals.row_of(town.house, over.arrived).reference}/receipt").text
    assert "/receipt.pdf" in page
