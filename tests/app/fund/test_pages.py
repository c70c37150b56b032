"""The same on the pages: what the person is entitled to, a claim by buttons, the ledger."""

from __future__ import annotations

import re

from tests.app.overview.test_case_pages import case_at, filled, names_nobody
from tests.factories.pages import browser_at
from tests.factories.towns import Town


def test_a_claim_goes_its_way_by_buttons(town: Town) -> None:
    browser, path, _ = case_at(town, "identified")
    rights = f"{path}/entitlements"
    assert rights in browser.get(f"{path}/needs").text
    page = browser.get(rights).text
    assert "Fund, cost of living" in page and "at most 3 times a year" in page and "/guidelines/TH-FUND" in page
    assert names_nobody(page)
    claim = re.search(rf'href="({path}/steps/fund_claim/submit_claim\?record-entitlement=fund-living[^"]*)"', page)
    assert claim is not None, "every entitlement of the fund has its button"
    asked = browser.get(claim[1].replace("&amp;", "&")).text
    assert re.search(r'value="fund-living"[^>]* selected', asked) and "Blocked" not in asked
    step = f"{path}/steps/fund_claim/submit_claim"
    # Over the amount: the figure and its source stand there, and what was typed stays.
    much = filled(town, "fund_claim", amount={"units": 4000, "currency": "THB"})
    refused = browser.send(step, **much)
    assert refused.status_code == 409
    assert "4000 THB is more than the 3000 THB" in refused.text and "TH-FUND" in refused.text
    assert 'value="4000"' in refused.text and "first month outside" in refused.text and rights in refused.text
    assert browser.send(step, **filled(town, "fund_claim")).status_code == 303
    matter = re.search(rf"{path}/matters/[0-9a-f-]+", browser.follow().text)
    assert matter is not None
    chief = browser_at(town, town.th["supervisor"])
    assert matter[0] in chief.get("/").text, "the duty leads to the claim"
    for name, kind in (("approve_claim", "fund_approval"), ("pay_claim", "fund_payment")):
        answer = chief.get(f"{matter[0]}/steps/{name}")
        assert answer.status_code == 200, answer.text
        assert chief.send(f"{matter[0]}/steps/{name}", **filled(town, kind)).status_code == 303, name
    shown = browser.get(rights).text
    assert "Paid" in shown and matter[0] in shown and "2 more times this year" in shown
    assert browser.get(f"{rights}?on=2018-01-01").text.count("Fund,") == 0
    assert "This is no day" in browser.get(f"{rights}?on=tomorrow").text
    assert "/reports/fund" in chief.get("/reports").text
    book = chief.get("/reports/fund").text
    assert path in book and "Ledger of the fund" in book and names_nobody(book)
    auditor = browser_at(town, town.th["auditor"]).get("/reports/fund").text
    assert path not in auditor and "Fund, cost of living" in auditor
    assert browser_at(town, town.th["social_worker"]).get("/reports/fund").status_code == 403
