"""A question about a person between two installations: asked without a referral, answered, asked again, forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from app.casework import correspondence, inquiries_heard
from app.casework.inquiries import TABLE
from app.casework.receipts import TABLE as RECEIPT
from app.kit.clock import SettableClock
from tests.conftest import START, Grounds
from tests.factories import cases
from tests.factories.forms import form
from tests.inspect import reading
from tests.journeys import paths, proof
from tests.journeys.apart import Apart, open_apart
from tests.journeys.hands import Paper


@pytest.fixture(params=("sqlite", "postgresql"))
def apart(request: pytest.FixtureRequest, grounds: Grounds) -> Iterator[Apart]:
    """Thailand and Myanmar, each with its own program, database and keys."""
    with (
        grounds(request.param) as near,
        grounds(request.param) as far,
        open_apart(near, far, SettableClock(START)) as opened,
    ):
        yield opened


def ask(apart: Apart, case: Paper) -> str:
    hand = apart["th.manager"]
    record = form(apart.house, "nationality_inquiry", to_country="MM")
    body = {"machine": "inquiry", "step": "ask_nationality", "record": record}
    said = hand.post(f"{case.path}/matters", body | {"seen_version": hand.look(case)["version"]}, 201)
    apart.post()
    return str(said["matter"]["id"])


def waiting(apart: Apart) -> str:
    """The one open question before the office in Myanmar."""
    items = apart["mm.focal"].get("/inquiries")["items"]
    (found,) = [each["id"] for each in items if each["state"] in ("asked", "acknowledged")]
    return str(found)


def stands(apart: Apart, case: Paper, matter: str) -> Any:
    found = cases.facts_of(apart.house, case.id).matter(matter)
    assert found is not None
    return found


def forgotten(apart: Apart) -> list[bool]:
    with reading(apart.far.house.db) as session:
        return [row.gone_at is not None and row.sealed is None for row in session.execute(select(TABLE))]


def test_a_question_goes_over_the_line_and_is_forgotten(apart: Apart) -> None:
    case = paths.open_case(apart["th.social"])
    paths.protect(apart, case)
    paths.consent(apart["th.manager"], case)
    first = ask(apart, case)
    assert apart["mm.focal"].get(f"/inquiries/{waiting(apart)}")["person"]["given_names"]
    with reading(apart.house.db) as session:
        sides = session.execute(select(TABLE.c.country, TABLE.c.side)).all()
    assert [tuple(row) for row in sides] == [("TH", "asking")], "neither keeps a row of the other"
    apart["mm.focal"].post(f"/inquiries/{waiting(apart)}/cannot-tell", {"reason": "too_little"})
    apart.post()
    assert stands(apart, case, first).state == "cannot_tell"
    second = ask(apart, case)
    apart["mm.focal"].post(f"/inquiries/{waiting(apart)}/take-up", {})
    apart["mm.focal"].post(f"/inquiries/{waiting(apart)}/answer", {"nationality": "confirmed", "residence": "no_right"})
    apart.post()
    assert {"nationality.confirmed", "residence.no_right"} <= stands(apart, case, second).flags
    apart["th.manager"].record(case, "consent_withdrawal", purposes=["notify_origin"], recipients=["MM"])
    apart.post()
    assert forgotten(apart) == [True, True]
    with reading(apart.house.db) as session:
        said = [row.content.decode() for row in session.execute(select(RECEIPT).where(RECEIPT.c.level == "stored"))]
    assert sum('"forgotten"' in each for each in said) == 2, "the receipt says so under their signature"
    for house in apart.houses:
        proof.chains_hold(house)
        proof.facts_follow_from_history(house)
        proof.nothing_waits(house)


@pytest.mark.parametrize(
    ("kind", "body", "state"),
    [
        # Codes that nobody here knows are noted and move nothing.
        (inquiries_heard.REPLIED, {"answer": {"nationality": "perhaps"}}, "asked"),
        (inquiries_heard.CANNOT, {"reason": "unheard_of"}, "asked"),
        # A form of a later version cannot be read.
        (inquiries_heard.REPLIED, {"version": 900, "answer": {"nationality": "confirmed"}}, "asked"),
        (inquiries_heard.TAKEN_BACK, {"reason": "danger"}, "asked"),
        (inquiries_heard.REPLIED, {"answer": {"nationality": "confirmed"}}, "answered"),
    ],
)
def test_what_the_other_side_says_is_not_simply_believed(
    apart: Apart, kind: str, body: dict[str, Any], state: str
) -> None:
    case = paths.open_case(apart["th.social"])
    paths.protect(apart, case)
    paths.consent(apart["th.manager"], case)
    matter = ask(apart, case)
    far = apart.far.house
    with far.db.write() as session:
        desk = far.system_desk(session, "MM", "exchange")
        known = correspondence.key_of(desk, matter)
        assert known is not None
        correspondence.say(desk, "TH", matter, "", kind, body, *known)
    apart.post()
    assert stands(apart, case, matter).state == state
    proof.chains_hold(apart.house)
