"""A partner whose installation does not answer at all: the sender sees where it hangs and since when, and is passed on,
rung by rung, to somebody who can speak to the other side; when the line is back everything ends by itself."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.exchange.remote import Routed
from app.kit.clock import SettableClock
from app.models.notice import Notice
from app.worker import Worker
from tests.conftest import START, Grounds
from tests.inspect import reading
from tests.journeys import paths
from tests.journeys.apart import Apart, introduce, open_apart
from tests.journeys.hands import filled

SECOND = timedelta(seconds=1)
LADDER = ("reminder", "deputy", "national_focal_point", "case_management_meeting", "ministry")


@pytest.fixture
def apart(grounds: Grounds) -> Iterator[Apart]:
    """Thailand and Myanmar, each with its own program, database and keys."""
    with (
        grounds("sqlite") as near,
        grounds("sqlite") as far,
        open_apart(near, far, SettableClock(START)) as opened,
    ):
        yield opened


def dead_address() -> str:
    """An address of this machine at which nothing answers."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{found.getsockname()[1]}"


def move_to(apart: Apart, address: str) -> None:
    """Thailand is told another address of Myanmar's installation, by the same card and print."""
    introduce(apart.far.house, address, "MM", to=apart.house)


def round_of(apart: Apart) -> None:
    """What Thailand's program does, started anew: tries its line, watches, rings."""
    line = Routed(apart.house)
    worker = Worker(apart.house, line)
    while worker.one() or worker.one("MM"):
        apart.clock.advance(SECOND)
    worker.watch()
    worker.ring()
    line.close()


def told(apart: Apart, kind: str) -> list[str]:
    """The rungs of a duty that told somebody in Thailand, each account once."""
    with reading(apart.house.db) as session:
        rows = session.execute(select(Notice.user_id, Notice.detail).where(Notice.country == "TH")).all()
    said = [(row.user_id, json.loads(row.detail or "{}")) for row in rows]
    found = [(user, each["rung"]) for user, each in said if each.get("kind") == kind and "rung" in each]
    assert len(found) == len(set(found)), "nobody is told twice"
    return sorted({rung for _, rung in found}, key=LADDER.index)


def hangs(apart: Apart, sent: paths.Paper) -> dict[str, Any]:
    found: dict[str, Any] = apart["th.focal"].look(sent)["hangs"]
    return found


def ask(apart: Apart, *, child: bool = False) -> tuple[paths.Paper, paths.Paper]:
    """A case that is ready to be referred, and its approved draft."""
    if not child:
        case = paths.ready_to_refer(apart)
        return case, paths.draft(apart, case)
    social, manager = apart["th.social"], apart["th.manager"]
    case = paths.open_case(social, child=True, age_band="15-17", source="ngo")
    social.take(case, "start_screening")
    social.take(case, "presume", filled(language="my"))
    social.record(case, "rights_notice", language="my")
    social.record(case, "admission")
    social.take(case, "admit", filled())
    social.record(case, "needs_assessment")
    social.record(case, "guardian_appointment")
    social.take(case, "open_decision")
    social.take(case, "start_recovery", filled(covers_child_services=True))
    apart["th.focal"].take(case, "identify", filled(means=False))
    paths.name_manager(apart, case, "th.shelter", "th.manager")
    manager.record(case, "best_interests_assessment", question="return")
    manager.take(case, "plan_return", filled())
    paths.consent(manager, case, giver="guardian", child_assent=True)
    return case, paths.draft(apart, case)


@pytest.mark.parametrize(("child", "hours"), [(False, 24), (True, 6)], ids=["adult", "child"])
def test_the_sender_sees_where_it_hangs_until_the_line_is_back(apart: Apart, child: bool, hours: int) -> None:
    case, sent = ask(apart, child=child)
    alive = apart.addresses["MM"]
    move_to(apart, dead_address())
    apart["th.manager"].take(sent, "send")
    since = apart.clock.now()
    assert hangs(apart, sent)["on"] == "our_worker"
    assert datetime.fromisoformat(hangs(apart, sent)["due_at"]) == since + timedelta(hours=hours)
    round_of(apart)
    first = hangs(apart, sent)
    assert (first["on"], first["error"], first["type"]) == ("line", "partner_away", "send")
    assert datetime.fromisoformat(first["since"]) == since and first["late"] is False and first["tries"] >= 1
    for number, code in enumerate(LADDER):
        following = hangs(apart, sent)["next"]
        assert following["rung"] == code
        apart.clock.set(datetime.fromisoformat(following["at"]) - timedelta(minutes=1))
        round_of(apart)
        assert told(apart, "await_stored") == list(LADDER[:number])
        apart.clock.set(datetime.fromisoformat(following["at"]) + SECOND)
        round_of(apart)
        assert told(apart, "await_stored") == list(LADDER[: number + 1])
        now = hangs(apart, sent)
        assert (now["on"], now["rung"]["rung"]) == ("line", code)
        assert datetime.fromisoformat(now["since"]) == since, "the time does not begin anew with each try"
    assert hangs(apart, sent)["next"] is None
    # Weeks later the line is back: it arrives, the duty is over, and now their desk is waited for.
    move_to(apart, alive)
    apart.clock.advance(timedelta(minutes=5))
    round_of(apart)
    apart.clock.advance(timedelta(minutes=2))
    round_of(apart)
    assert told(apart, "await_stored") == list(LADDER)
    after = hangs(apart, sent)
    assert (after["on"], after["task"], after["late"]) == ("their_desk", "await_seen", False)
    crossing = paths.arrived(apart, case, sent)
    apart["mm.focal"].look(crossing.arrived)
    apart.post()
    assert hangs(apart, sent)["on"] == "their_decision"


def test_a_partner_that_is_suspended_or_refuses_is_told_apart(apart: Apart) -> None:
    _, sent = ask(apart)
    apart.house.partners.suspend("MM", apart.clock.now(), "compared prints differ")
    apart["th.manager"].take(sent, "send")
    round_of(apart)
    assert (hangs(apart, sent)["on"], hangs(apart, sent)["error"]) == ("line", "partner_suspended")
    apart.house.partners.resume("MM")
    apart.far.house.partners.suspend("TH", apart.clock.now(), "the other way round")
    apart.clock.advance(timedelta(minutes=5))
    round_of(apart)
    there = hangs(apart, sent)
    assert there["on"] == "their_machine" and there["error"] not in (None, "partner_away")
    assert datetime.fromisoformat(there["since"]).tzinfo == UTC
