"""Papers say what the records say; only what nobody knows, and what is signed, is left to be written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from unittest.mock import patch

from app.kit.reader import LANGUAGES
from app.overview.papers import press
from app.overview.papers.paper import Paper
from tests.app.access.world import one_engine
from tests.factories import cases, referrals
from tests.factories.forms import day, form
from tests.factories.pages import browser_at
from tests.factories.staff import Worker, add_user
from tests.factories.towns import Town


def made(town: Town, worker: Worker, case_id: str, name: str, language: str = "en") -> Paper:
    """The paper as it goes to the press."""
    kept: list[Paper] = []

    def keep(paper: Paper) -> bytes:
        kept.append(paper)
        return b"%PDF-"

    reference = referrals.case_row(town.house, case_id).reference
    with patch.object(press, "printed", keep):
        answer = browser_at(town, worker).get(f"/cases/{reference}/papers/{name}?lang={language}")
    assert answer.status_code == 200
    return kept[0]


def told(paper: Paper) -> dict[str, str]:
    """The facts of a paper: name -> value."""
    facts = (each["rows"] for each in paper.blocks if each["kind"] == "facts")
    return {row["name"]["text"]: row["value"] for each in facts for row in each}


def ticked(paper: Paper) -> set[str]:
    """The boxes that are ticked."""
    return {item["text"] for each in paper.blocks if each["kind"] == "ticks" for item in each["items"] if item["done"]}


def lines(paper: Paper) -> Iterator[str]:
    """What stands below the lines to sign on."""
    return (item["text"] for each in paper.blocks if each["kind"] == "lines" for item in each["items"])


def rows(paper: Paper) -> list[list[str]]:
    """The rows of its tables that say something."""
    return [row for each in paper.blocks if each["kind"] == "table" for row in each["rows"] if any(row)]


@one_engine
def test_the_handover_says_where_when_who_and_what_changes_hands(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "accepted")
    worker = town.th["case_manager"]
    blank = made(town, worker, pair.case_id, "handover")
    assert told(blank)["Day"] == "" and rows(blank) == []
    referrals.STATES["handover_scheduled"](town.house, town.th, town.mm, pair.sent_from)
    agreed = made(town, worker, pair.case_id, "handover")
    facts = told(agreed)
    assert facts["Border point"] == "Mae Sot – Myawaddy" and facts["Who goes along?"] == "nurse 2"
    assert facts["Day"] == told(made(town, worker, pair.case_id, "rights"))["Rights read out"], "both are today"
    below = list(lines(agreed))
    assert "Who hands over: officer 3, Mae Sot" in below and "Who receives: officer 8, Myawaddy" in below
    there = {"Consent", "Travel paper", "Risk assessment before return", "Family tracing and assessment report"}
    assert there <= ticked(agreed)
    assert "Best-interests determination (child)" not in ticked(agreed), "there is none"
    assert "The person is well enough to travel." not in ticked(agreed), "nobody has certified it yet"
    referrals.STATES["handed_over"](town.house, town.th, town.mm, pair.sent_from)
    signed = made(town, worker, pair.case_id, "handover")
    assert told(signed)["Where does the person sleep tonight?"] == "Myawaddy transit centre"
    assert "The person is well enough to travel." in ticked(signed)
    assert rows(signed) == [["one bag", "Yes", ""], ["savings book", "Yes", ""]]
    # Whoever may not open the referral reads the form without what is recorded there.
    helper = made(town, town.th["social_worker"], pair.case_id, "handover", "th")
    assert told(helper)["เด็ก"] == "ไม่ใช่"


@one_engine
def test_the_rights_the_consents_and_the_plan_say_what_was_told_given_and_agreed(town: Town) -> None:
    house, worker = town.house, town.th["social_worker"]
    case_id = referrals.bring_case_for_referral(house, town.th)
    cases.add(house, worker, case_id, "rights_notice", answer="declined", asylum_information_given=False)
    paper = made(town, worker, case_id, "rights")
    facts = told(paper)
    assert facts["In which language were the rights read out?"] == "Burmese" and facts["Nationality"] == "Myanmar"
    assert facts["Was it explained how to ask for asylum?"] == "No"
    assert facts["Was it explained what stays between you, and what cannot?"] == "Yes"
    assert ticked(paper) == {"I have understood it.", "I do not want help now. I may come back."}
    below = list(lines(paper))
    assert "Interpreter: vetted interpreter 12" in below and "Witness: shelter nurse" in below
    assert any(each.startswith("Who read it out: ") for each in below)
    assert "Of which country?" not in facts, "nobody comes home to Thailand"
    own = made(town, worker, case_id, "rights", "my")
    assert facts["Was it explained how to ask for asylum?"] not in told(own).values(), "said in the person's language"
    consent = made(town, worker, case_id, "consent")
    assert told(consent)["Who agrees?"] == "The person" and told(consent)["Until"] != ""
    assert told(consent)["How was it given?"] == "In writing" and len(ticked(consent)) == 4
    cases.add(house, worker, case_id, "admission")
    admission = made(town, worker, case_id, "admission")
    assert rows(admission) == [["one bag", "Yes", ""]] and "How I go out and come back" in ticked(admission)


@one_engine
def test_a_citizen_who_comes_home_reads_who_found_it_and_how_they_came(town: Town) -> None:
    worker = town.th["case_manager"]
    case_id = cases.open_case(town.house, worker, source="other_country", channel="iom", nationality="TH")
    cases.join(town.house, case_id, town.th["legal_officer"])
    facts = told(made(town, worker, case_id, "rights"))
    assert facts["Way of return"] == "With IOM"
    assert facts["Of which country?"] == "" and facts["Which authority decided?"] == ""
    cases.add(town.house, town.th["legal_officer"], case_id, "foreign_decision")
    facts = told(made(town, town.th["legal_officer"], case_id, "rights"))
    assert facts["Of which country?"] == "Myanmar" and facts["Which authority decided?"]
    assert "Way of return" not in told(made(town, worker, cases.open_case(town.house, worker), "rights"))


@one_engine
def test_an_appointment_stands_in_the_plan_until_its_day_is_over(town: Town) -> None:
    house, worker = town.house, town.th["social_worker"]
    case_id = cases.bring_case(house, town.th, "recovering")
    assert rows(made(town, worker, case_id, "plan")) == []
    groups, there = ["needs", "health"], add_user(house, "th-ngo", "social_worker")
    cases.add(house, worker, case_id, "consent", purpose="assistance", recipient="th-ngo", data_groups=groups)
    body = {"machine": "service", "step": "request_service", "seen_version": cases.version_of(house, case_id)}
    record = form(house, "service_request", provider_office="th-ngo")
    assert town.post(worker, f"/cases/{case_id}/matters", {**body, "record": record}).status_code == 201
    service = town.get(there, "/services").json()["asked_of_us"][0]["id"]
    when = {"appointment_on": day(house, 2), "appointment_time": "t0930", "appointment_place": "with_provider"}
    assert town.post(there, f"/services/{service}/accept", when).status_code == 200
    coming = rows(made(town, worker, case_id, "plan"))
    assert len(coming) == 1 and "9:30" in coming[0][0] and coming[0][1], coming
    town.clock.advance(timedelta(days=3))
    assert rows(made(town, worker, case_id, "plan")) == []


@one_engine
def test_a_claim_says_what_was_asked_by_which_rule_and_what_was_decided(town: Town) -> None:
    house, worker = town.house, town.th["legal_officer"]
    case_id = cases.bring_case(house, town.th, "identified")
    cases.join(house, case_id, worker)
    assert told(made(town, worker, case_id, "claim")) == {"Help, day and night": "1300"}
    taken = cases.take(
        house, town.th["social_worker"], case_id, "submit_claim", form(house, "fund_claim", shown_by=["receipt"])
    )
    asked = told(made(town, worker, case_id, "claim"))
    assert (asked["How much was asked"], asked["Where it stands"]) == ("3\u202f000 THB", "Submitted")
    assert asked["Papers"] == "Receipt or bill" and asked["By which rule"] and "Approved" not in asked
    grounds = form(house, "fund_approval", amount={"units": 2500, "currency": "THB"}, reasons="Canary of the fund.")
    cases.take(house, town.th["supervisor"], case_id, "approve_claim", grounds, matter_id=taken.matter_id)
    paper = made(town, worker, case_id, "claim")
    assert told(paper)["Approved"] == "2\u202f500 THB"
    assert "Canary" not in str(paper.plain()), "what the fund's people write to each other is no decision"
    own = told(made(town, worker, case_id, "claim", "my"))
    assert "Approved" not in own and "2\u202f500 THB" in own.values(), "said in the person's language"
    assert browser_at(town, town.th["shelter_manager"]).get(
        f"/cases/{referrals.case_row(house, case_id).reference}/papers/claim"
    ).status_code in (403, 404)


@one_engine
def test_a_request_for_a_provider_names_nobody_and_leads_to_no_case(town: Town) -> None:
    house, worker = town.house, town.th["social_worker"]
    case_id = cases.bring_case(house, town.th, "recovering")
    assert told(made(town, worker, case_id, "service")) == {}
    record = form(house, "service_request", provider_office=None, provider="A clinic")
    cases.take(house, worker, case_id, "request_service", record)
    paper = made(town, worker, case_id, "service", "th")
    plain = str(paper.plain())
    assert referrals.case_row(house, case_id).reference not in plain and paper.number == ""
    assert record["asked_for"] in plain
    assert told(made(town, worker, case_id, "service"))["Kind of help"] == "Health"


@one_engine
def test_the_end_of_a_case_says_why_what_goes_on_and_whom_to_call(town: Town) -> None:
    house, worker = town.house, town.th["social_worker"]
    case_id = cases.bring_case(house, town.th, "identified")
    assert "Your case goes on." in str(made(town, worker, case_id, "closure").plain())
    cases.add(house, worker, case_id, "closure")
    cases.take(house, worker, case_id, "submit_claim", form(house, "fund_claim"))
    paper = made(town, worker, case_id, "closure")
    assert told(paper)["Why it ends"] and told(paper)["Were you told?"] == "Yes"
    assert told(paper)["Help, day and night"] == "1300"
    assert ["Still open", "Fund, cost of living", ""] in rows(paper)
    # Whoever does not see claims reads nothing of them.
    assert rows(made(town, town.th["case_manager"], case_id, "closure")) in ([], rows(paper))
    assert "My case can be opened again." in str(paper.plain())


@one_engine
def test_a_language_without_words_is_said_and_never_taken_for_english(town: Town) -> None:
    worker = town.th["case_manager"]
    browser = browser_at(town, worker)
    for spoken, said in (("shn", "The person speaks Shan."), ("unknown", "is not written down")):
        case_id = cases.open_case(town.house, worker, language=spoken)
        path = f"/cases/{referrals.case_row(town.house, case_id).reference}/papers"
        page = browser.get(path).text
        assert said in page and 'aria-current="page"' not in page.partition('class="tabs"')[2].partition("</nav>")[0]
        assert f"{path}/rights?lang=" not in page, "nothing is printed before somebody chose"
        answer = browser.get(f"{path}/rights")
        assert answer.status_code == 303 and answer.headers["location"] == path
        assert all(f"?lang={code}" in page for code in LANGUAGES)
        chosen = browser.get(f"{path}?lang=my").text
        assert f"{path}/rights?lang=my" in chosen and said in chosen
        assert browser.get(f"{path}/rights?lang=my").content.startswith(b"%PDF-")
    case_id = cases.open_case(town.house, worker, language="my")
    own = browser.get(f"/cases/{referrals.case_row(town.house, case_id).reference}/papers").text
    assert "/papers/rights?lang=my" in own and "No paper here" not in own
