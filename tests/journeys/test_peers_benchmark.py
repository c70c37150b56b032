"""The peer beside Waymark: its packages are its own, what cannot be installed is told, and what it does is durable."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from benchmarks import django_peer, knocking, peers, peers_world, side_by_side, small_house
from benchmarks.django_peer import REQUIREMENTS, Peer
from benchmarks.knocking import ACTS, Django, Known, WrongAnswer
from benchmarks.load import Figures
from benchmarks.side_by_side import Line, Measured
from benchmarks.small_house import NotUsable
from tests.inspect import reading
from tests.postgres import Cluster

ROOT = Path(__file__).resolve().parents[2]
FORM = {"place_kind": "shelter_ngo", "place": "House by the river", "matched_to_needs": True}
ENTRIES = 3


def test_its_packages_are_names_with_floors() -> None:
    lines = [line for line in REQUIREMENTS.read_text("utf-8").splitlines() if not line.startswith("#")]
    assert lines and all(re.fullmatch(r"[a-z0-9-]+(\[[a-z]+\])?>=[0-9.]+(,<[0-9.]+)?", line) for line in lines)


def test_what_cannot_be_installed_is_told_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    # Our own pip, which may look nowhere but in an empty folder.
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    assert peers.main(["--environment", str(tmp_path / "peer")]) == 2
    told = capsys.readouterr().err
    for said in ("could not be installed", "python3 -m venv", "benchmarks/peer/requirements.txt", "--environment"):
        assert said in told


@pytest.mark.parametrize("folder", [ROOT / "var" / "peer", Path(sys.prefix) / "peer"])
def test_it_is_kept_out_of_the_project_and_of_its_environment(folder: Path) -> None:
    with pytest.raises(NotUsable, match="Name another folder"):
        django_peer.environment(folder)
    assert not folder.exists()


def test_a_wrong_answer_leaves_no_figure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def wrong(_asked: object) -> dict[str, Any]:
        raise WrongAnswer("the page is not whole")

    monkeypatch.setattr(peers, "measure", wrong)
    written = tmp_path / "figures.json"
    assert peers.main(["--json", str(written)]) == 1
    assert "invalid" in capsys.readouterr().err and not written.exists()


def test_the_best_setting_of_the_peer_counts_and_ratios_come_first() -> None:
    def of(setting: str, pace: float, cpu: float) -> Measured:
        return Measured(setting, Figures(10, pace, 1.0, 2.0, cpu), {"access_entry": 1.0})

    line = peers._line("page", [of("uvicorn", 300.0, 3.0), of("slow", 100.0, 4.0), of("fast", 150.0, 6.0)])
    assert line == Line("page", line.waymark, line.peer, line.others)
    assert (line.peer.setting, line.ratio, line.cpu_ratio) == ("fast", 2.0, 2.0)
    *_, row = side_by_side.table([line])
    assert re.match(r"case page +2\.00 +2\.00 +300 ", row) and row.endswith("fast")


def test_a_walk_through_the_list_has_to_see_every_case() -> None:
    page: list[object] = [None] * knocking.AT_ONCE
    seen = knocking._walked(0, page, "more", 60)
    assert knocking._walked(seen, page[:10], None, 60) == 0
    for items, following in ((page[:9], None), (page[:9], "more")):
        with pytest.raises(WrongAnswer):
            knocking._walked(seen, items, following, 60)


def test_the_hands_at_waymark_look_at_what_they_are_told(tmp_path: Path) -> None:
    with ExitStack() as stack:
        url, _ = stack.enter_context(small_house.database("sqlite", tmp_path))
        built = small_house.build(url, tmp_path, cases=1, entries=ENTRIES)
        stack.callback(built.house.db.dispose)
        filling, known = peers_world.fill(built, 52, ENTRIES)
        assert [each["grown"] for each in filling["cases"]].count(True) == 2 and len(known.people) == 50
        client = stack.enter_context(TestClient(built.app, base_url="http://localhost"))
        (hand,) = peers_world.at_waymark(built, peers_world.manager_of(built), [client], known)
        hand.refuses()
        for act, left in peers.LEFT_BY_WAYMARK.items():
            before = _counts(built, left)
            hand.act(act)()
            hand.act(act)()
            assert _counts(built, left) == {table: before[table] + 2 * each for table, each in left.items()}, act
        # A name that leads to another case is no answer.
        hand._people = iter([(known.people[0][0], known.people[1][1])])
        with pytest.raises(WrongAnswer, match="was not found"):
            hand.act("search")()


def test_the_peer_does_the_same_durable_work(postgres: Cluster, tmp_path: Path) -> None:
    try:
        python = django_peer.environment(tmp_path / "peer")
    except NotUsable as reason:
        pytest.fail(f"The peer needs its packages from the registry that pip asks: {reason}", pytrace=False)
    with postgres.database() as url:
        peer = Peer(python, url)
        told = peer.fill(_world(60))
        with (
            peer.running(tmp_path / "peer.log", processes=1, threads=2) as server,
            httpx2.Client(base_url=server.url, timeout=60) as client,
        ):
            versions = {each["id"]: each["version"] for each in told["cases"]}
            known = Known(ENTRIES, 60, [("Nok Srisuk5", "TH-2026-5"), ("nok srisuk7", "TH-2026-7")])
            tokens = told["tokens"]
            hand = Django(client, tokens["worker"], tokens["manager"], list(versions), versions, FORM, known)
            hand.refuses()
            for act in ACTS:
                before = peers._rows(url)
                hand.act(act)()
                hand.act(act)()
                added = {table: count - before[table] for table, count in peers._rows(url).items()}
                assert {table: added[table] for table in peers.LEFT_BY_THE_PEER[act]} == {
                    table: 2 * each for table, each in peers.LEFT_BY_THE_PEER[act].items()
                }
            assert (server.cpu_seconds() or 0) > 0
        with psycopg.connect(peer.url) as connection:
            moved = "SELECT count(*) FROM peer_task WHERE done_at IS NOT NULL"
            assert connection.execute(moved).fetchone() == (2,)
            steps = "SELECT id, max(version), count(*) FROM peer_historicalcase GROUP BY id HAVING count(*) > 1"
            # Each long case has one row of history for each of its versions.
            assert sorted(connection.execute(steps).fetchall()) == sorted(
                (case, version, version) for case, version in versions.items()
            )


def _counts(built: small_house.World, tables: Iterable[str]) -> dict[str, int]:
    """Table -> rows."""
    with reading(built.house.db) as session:
        return {table: session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables}


def _world(cases: int) -> dict[str, Any]:
    """So many people of one shelter, two of whom have long cases."""
    return {
        "office": "th-shelter-tak", "worker": "worker", "manager": "manager", "entries": ENTRIES,
        "cases": [
            {
                "reference": f"TH-2026-{number}", "opened_at": "2026-11-23T02:00:00+00:00", "given_names": "Nok",
                "family_name": f"Srisuk{number}", "birth_year": 1998, "grown": number < 2,
            }
            for number in range(cases)
        ],
    }  # fmt: skip
