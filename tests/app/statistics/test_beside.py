"""Tables of the same people that become public one after the other: read as they are counted, and hidden together."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.access import rows
from app.statistics.beside import Neighbours
from app.statistics.counting import count, wanted
from app.statistics.hiding import figures
from app.statistics.periods import period_of
from app.statistics.queries import RELEASED
from app.statistics.records import read
from tests.app.statistics.test_releases import ready
from tests.factories.approvals import decide
from tests.factories.crowds import Somebody, put
from tests.factories.pages import browser_at
from tests.factories.staff import desk_of
from tests.factories.towns import Town
from tests.inspect import reading, writing
from workflows.facts import DecisionFacts, MatterFacts

YEAR = 2025
PERIODS = {"year": str(YEAR), "quarter": f"{YEAR}-Q2", "day": f"{YEAR}-12-31"}


def crowd(town: Town, many: int, seed: int = 8) -> None:
    """Invented people of Thailand's records: every state of identification, returns, claims, and the like."""
    dice = random.Random(seed)
    people = []
    for number in range(many):
        day = date(YEAR, 1, 1) + timedelta(days=dice.randrange(360))
        state = dice.choice(("identified", "identified", "presumed", "screened_out", "not_identified", "reported"))
        more: dict[str, Any] = {"identification": state, "care": dice.choice(("closed", "sheltered"))}
        if state in ("identified", "not_identified"):
            more["decision"] = DecisionFacts(
                day, "trafficked", "th-mdt", "TH", "x", 3, True, True, True, True, None, True
            )  # fmt: skip
        if state in ("screened_out", "not_identified"):
            more["finding"] = dice.choice(("smuggled", "exploited_migrant", None))
        if dice.random() < 0.2:
            more["matters"] = (
                MatterFacts(str(number), "remedy", "filed", day, day, dice.choice(("wages", "restitution")),
                            flags=frozenset({"forum.labour_court"})),
            )  # fmt: skip
        nation = dice.choice(("MM", "MM", "LA", "KH", "TH", "TH"))
        if nation == "TH" and dice.random() < 0.5:
            more["exploited_in"] = dice.choice(("JP", "BH"))
        back = nation == "TH" and dice.random() < 0.3
        people.append(Somebody(
            "TH", day, nation, dice.choice(("0-14", "15-17", "18+", "18+", "18+")), dice.choice("MFF"),
            dice.choice(("ForcedLabour", "ForcedLabour", "SexualExploitation")),
            "return" if back else dice.choice(("shelter", "other")), dice.choice(("police", "hotline", "ngo")),
            placed=dice.random() < 0.7, received_from=dice.choice(("MM", "LA")) if back else "", facts=more,
        ))  # fmt: skip
    worker = town.th["social_worker"]
    with writing(town.house.db) as session:
        put(session, people, {"TH": worker.office_id})


def ask(town: Town, who: Any, report: str) -> Any:
    """Ask for the table of last year."""
    return town.post(who, "/statistics/releases", {"report": report, "period": str(YEAR), "why": ""})


def release(town: Town, report: str) -> Any:
    """Ask and agree; the answer to the question, and the table as it is public, if it is."""
    asks, agrees = ready(town)
    asked = ask(town, asks, report)
    if asked.status_code != 202:
        return asked, None
    assert decide(town, agrees, asked.json()["id"]).json()["state"] == "agreed"
    return asked, town.get(town.th["analyst"], f"/statistics/releases/{report}/{YEAR}").json()


def test_records_say_of_every_table_what_it_counts(town: Town) -> None:
    crowd(town, 400)
    policies = town.house.policies
    asked = [(each, period_of(each, PERIODS[each.as_of.by])) for each in policies.reports.values()]
    with desk_of(town.house, town.th["analyst"]) as desk, rows.as_the_house(desk.session, "TH"):
        found = read(desk.session, policies, [(wanted(each), over) for each, over in asked], "TH")
        for at, (report, over) in enumerate(asked):
            shape = found.shapes[at]
            cells: Counter[tuple[str, ...]] = Counter()
            for each, number in found.people.items():
                if at in each.tables:
                    cells[tuple(each.record[attribute][place] for attribute, place in shape.reads)] += number
            counted = count(desk.session, policies, wanted(report), over, country="TH")
            assert counted and dict(cells) == counted, report.name
            assert all(shape.lets_in), report.name


def test_tables_of_the_same_people_do_not_give_each_other_away(town: Town) -> None:
    crowd(town, 300)
    public: dict[str, Any] = {}
    for report in ("identification", "markers", "th-shelters", "sdg-16-2-2", "decisions"):
        asked, table = release(town, report)
        if table is None:
            assert asked.json()["code"] == "release_tells" and asked.json()["beside"], asked.text
        else:
            public[report] = table
    assert {"identification", "markers"} <= public.keys()
    sums = [
        {each["value"]: each["count"] for each in public[name]["margins"] if each["dimension"] == "identification"}
        for name in ("identification", "markers")
    ]
    # What one of them hides, the other does not tell.
    assert sums[0] == sums[1]
    with reading(town.house.db) as session:
        turns = session.execute(select(RELEASED.c.turn, RELEASED.c.counted).order_by(RELEASED.c.turn)).all()
    assert [each.turn for each in turns] == list(range(1, len(public) + 1)) and all(each.counted for each in turns)


def test_whoever_agrees_sees_the_very_table(town: Town) -> None:
    crowd(town, 120)
    asks, agrees = ready(town)
    asked = ask(town, asks, "identification").json()
    seen = town.get(agrees, f"/statistics/drafts/{asked['id']}")
    assert seen.status_code == 200, seen.text
    assert len(figures({tuple(each["key"].values()): each["count"] or 1 for each in seen.json()["cells"]})) > 3
    assert town.get(town.th["analyst"], f"/statistics/drafts/{asked['id']}").status_code == 403
    assert town.get(agrees, "/statistics/drafts/01890000-0000-7000-8000-000000000000").status_code == 404
    page = browser_at(town, agrees)
    assert f"/reports/drafts/{asked['id']}" in page.get(f"/reports/approvals/{asked['id']}").text
    shown = page.get(f"/reports/drafts/{asked['id']}").text
    assert "becomes public if a second person agrees" in shown and "Download" not in shown
    # What comes in between changes nothing of it.
    crowd(town, 50, seed=9)
    assert decide(town, agrees, asked["id"]).json()["state"] == "agreed"
    public = town.get(town.th["analyst"], f"/statistics/releases/identification/{YEAR}").json()
    assert {**seen.json(), "release": 1} == public
    assert town.looks("release_draft_read")


def test_a_table_that_was_reckoned_without_another_is_asked_for_again(town: Town) -> None:
    crowd(town, 120)
    asks, agrees = ready(town)
    waiting = ask(town, asks, "identification").json()
    _, table = release(town, "markers")
    assert table is not None
    refused = decide(town, agrees, waiting["id"]).json()
    assert (refused["state"], refused["why"]) == ("refused", "release_stale")


def test_nobody_waits_while_it_is_reckoned_and_what_became_public_meanwhile_counts(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd(town, 120)
    asks, _ = ready(town)
    release(town, "markers")
    reckon = Neighbours.hidden
    meanwhile: list[Any] = []

    def slowly(*args: Any) -> Any:
        if not meanwhile:
            meanwhile.append(None)
            # Another asks, agrees and is done, although the first has not: no transaction is open.
            meanwhile.append(release(town, "decisions")[1])
        return reckon(*args)

    monkeypatch.setattr(Neighbours, "hidden", slowly)
    late = ask(town, asks, "identification")
    assert meanwhile[1] is not None
    assert (late.status_code, late.json()["code"]) == (409, "release_stale"), late.text
    assert ask(town, asks, "identification").status_code == 202


def test_the_same_asking_sent_twice_is_one_even_if_it_could_not_be_asked_again(town: Town) -> None:
    crowd(town, 120)
    asks, agrees = ready(town)
    body = {"report": "identification", "period": str(YEAR), "why": ""}
    first = town.post(asks, "/statistics/releases", body, key="the-same-key-of-an-asking")
    assert decide(town, agrees, first.json()["id"]).json()["state"] == "agreed"
    again = town.post(asks, "/statistics/releases", body, key="the-same-key-of-an-asking")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert town.post(asks, "/statistics/releases", body).status_code == 422, "a later release says what is corrected"
