"""Two installations witness each other's logs: what an insider rewrites there is noticed here, and stops nobody."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update
from typer.testing import CliRunner

from app.access.desk import House
from app.casework.checkpoints import CHECKPOINT
from app.casework.timeline import HISTORY
from app.cli import app as commands
from app.exchange import letters, receiving, witnessing
from app.exchange.judging import ALARMS
from app.exchange.letters import Unreadable
from app.exchange.witnessing import FINDING, TABLE
from app.kit.clock import SettableClock
from app.models.access_log import AccessEntry
from app.models.notice import Notice
from app.oversight import proving
from app.oversight.sealing import seal_now
from app.oversight.witnessed import check_witnessed
from app.settings import Settings
from tests.conftest import START, Grounds
from tests.factories.pages import browser_at
from tests.gates.hostile_letters import Foe
from tests.gates.test_hostile_letters import a_foe, send
from tests.inspect import reading, tampering
from tests.journeys import paths, proof
from tests.journeys.apart import Apart, open_apart
from tests.journeys.paths import Crossing
from tests.journeys.test_on_a_stick import ByStick

MINUTES = timedelta(minutes=20)
SCRIPT = Path(__file__).parents[2] / "script" / "verify_bundle.py"


@pytest.fixture(params=("sqlite", "postgresql"))
def apart(request: pytest.FixtureRequest, grounds: Grounds) -> Iterator[Apart]:
    """Thailand and Myanmar; both have sealed a checkpoint, and a referral has been offered."""
    with (
        grounds(request.param) as near,
        grounds(request.param) as far,
        open_apart(near, far, SettableClock(START)) as opened,
    ):
        yield opened


@pytest.fixture
def crossing(apart: Apart) -> Crossing:
    """An offer that went with a checkpoint and was answered with one."""
    for house in apart.houses:
        assert seal_now(house) is not None
    return paths.offered(apart)


def kept(house: House) -> list[int]:
    """The numbers of the partner's checkpoints that a house keeps."""
    with reading(house.db) as session:
        return list(session.execute(select(TABLE.c.number).order_by(TABLE.c.number, TABLE.c.written_first)).scalars())


def codes(house: House) -> list[str]:
    """What did not fit."""
    with reading(house.db) as session:
        return list(session.execute(select(FINDING.c.code).order_by(FINDING.c.found_at)).scalars())


def told(house: House, kind: str = "partner_log_doubt") -> tuple[list[str], int]:
    """Who was told, and how often it stands in the book of looks."""
    with reading(house.db) as session:
        people = session.execute(select(Notice.user_id).where(Notice.kind == kind)).scalars()
        looks = select(func.count()).select_from(AccessEntry).where(AccessEntry.action == kind)
        return sorted(people), int(session.execute(looks).scalar_one())


def later(apart: Apart) -> None:
    """Twenty minutes go by and Myanmar seals again."""
    apart.clock.advance(MINUTES)
    assert seal_now(apart.far.house) is not None


def rewritten(house: House) -> None:
    """Whoever holds the database and the key over there takes the newest checkpoints away, and seals others instead.

    One entry of the log is another one now; the new checkpoints fit it to the byte.
    """
    with tampering(house.db) as session:
        session.execute(delete(CHECKPOINT).where(CHECKPOINT.c.number > 1))
        newest = HISTORY.c.recorded_at.desc(), HISTORY.c.seq.desc()
        its, seq = session.execute(select(HISTORY.c.subject_id, HISTORY.c.seq).order_by(*newest).limit(1)).one()
        changed = update(HISTORY).where(HISTORY.c.subject_id == its, HISTORY.c.seq == seq)
        session.execute(changed.values(hash=b"\1" * 32))
    assert seal_now(house) is not None


def settings_of(house: House) -> Settings:
    """The settings of Myanmar's installation, as its operator's command has them."""
    var = next(each for each in house.signing.file_of("MM").parents if each.name == "var")
    return Settings(environment="demo", var=var, database_url=house.db.engine.url.render_as_string(False))


def test_each_keeps_what_the_other_says_of_its_log(apart: Apart, crossing: Crossing, tmp_path: Path) -> None:
    here, there = apart.houses
    assert (kept(here), kept(there)) == ([1], [1]), "the letter took one along, and its receipt brought one back"
    later(apart)
    apart["mm.focal"].take(crossing.arrived, "acknowledge")
    apart.post()
    assert (kept(here), codes(here), codes(there)) == ([1, 2], [], [])

    # What Thailand keeps is enough for Myanmar's auditor, with the program and without.
    lines = list(witnessing.kept(here, "TH", "MM"))
    witness = tmp_path / "witness"
    witness.write_bytes(b"\n".join(lines) + b"\n")
    settings = settings_of(there)
    proof_of_it = proving.prove(settings, None, [witness])
    assert proof_of_it.faults == () and "1 witnesses asked about 2 checkpoints" in proof_of_it.checked
    bundle = tmp_path / "bundle"
    proving.export(settings, bundle)
    asked = [sys.executable, str(SCRIPT), str(bundle), "--witness", str(witness)]
    assert subprocess.run(asked, capture_output=True, check=False).returncode == 0

    with tampering(there.db) as session:
        session.execute(delete(CHECKPOINT).where(CHECKPOINT.c.number == 2))
    assert "checkpoint 2 is with the witness and not here" in proving.prove(settings, None, [witness]).faults[0]


def test_a_rewritten_log_is_told_and_the_letter_is_applied(apart: Apart, crossing: Crossing) -> None:
    here, there = apart.houses
    later(apart)
    apart["mm.focal"].take(crossing.arrived, "acknowledge")
    apart.post()
    assert (kept(here), codes(here)) == ([1, 2], [])
    apart.clock.advance(timedelta(seconds=5))
    rewritten(there)
    # Alone, the rewritten log is sound: only the witness knows better.
    with reading(there.db) as session:
        assert there.witness is not None
        wrong = check_witnessed(session, {there.witness.signer.public: None}).fault
    assert wrong is None

    apart["th.manager"].take(crossing.sent, "disclose_identity")
    apart.post()
    assert "another_root" in codes(here) and set(codes(here)) <= ALARMS
    proof.nothing_waits(here)
    people, looks = told(here)
    assert apart["th.auditor"].id in people and looks == len(set(codes(here)))
    assert told(there) == ([], 0)

    before = codes(here)
    apart["mm.social"].take(crossing.arrived, "start_tracing")
    apart.post()
    assert codes(here) == before, "what is known is not told again"
    assert "Not as it should be" in browser_at(apart, apart["th.focal"]).get("/admin/links").text
    assert witnessing.settle(here, "TH", "MM", "They had restored by hand.") == len(before)
    assert "Not as it should be" not in browser_at(apart, apart["th.focal"]).get("/admin/links").text
    for house in (here,):
        proof.chains_hold(house)


def test_a_letter_without_a_checkpoint_is_read_and_told_once_there_were_some(
    apart: Apart, crossing: Crossing, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, _ = apart.houses
    apart.clock.advance(MINUTES)
    foe: Foe = a_foe(apart, crossing)
    letter = foe.honest("acknowledge")
    assert json.loads(letter)["format"] == "waymark-letter-1"
    assert send(apart.addresses["TH"], letter)[0] == 200
    assert codes(here) == ["withheld"]
    assert apart["th.manager"].look(crossing.sent)["state"] == "acknowledged"


def test_an_installation_from_before_is_written_to_in_its_form(
    apart: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = apart.houses
    seal_now(here)

    def read(content: bytes) -> letters.Letter:
        """What an earlier version read."""
        if json.loads(content)["format"] != "waymark-letter-1":
            raise Unreadable("this is no letter of a form that is known here")
        return letters.read(content)

    monkeypatch.setattr(receiving, "read", read)
    crossing = paths.offered(apart)
    assert apart["mm.focal"].look(crossing.arrived)["state"] == "sent"
    assert (kept(there), codes(there)) == ([], [])


def test_a_stick_carries_checkpoints_too(apart: Apart) -> None:
    here, there = apart.houses
    for house in apart.houses:
        seal_now(house)
    by_stick = ByStick(apart.app, apart.client, apart.clock, apart.cast, far=apart.far, addresses={})
    paths.offered(by_stick)
    assert (kept(here), kept(there)) == ([1], [1])
    assert (codes(here), codes(there)) == ([], [])


def test_what_is_no_checkpoint_stops_no_letter(apart: Apart, crossing: Crossing) -> None:
    here, _ = apart.houses
    apart.clock.advance(MINUTES)
    foe = a_foe(apart, crossing)
    envelope = foe.hand.envelope("acknowledge")
    junk: dict[str, Any] = {"body": "<script>alert(1)</script>", "signature": "=1+1", "deep": [[[[{}]]]]}
    now = apart.clock.now()
    letter = letters.write(envelope, foe.sealing, foe.house.signing.signer("MM"), now, junk)
    assert send(apart.addresses["TH"], letter)[0] == 200
    assert codes(here) == ["unsound"] and kept(here) == [1]
    assert apart["th.manager"].look(crossing.sent)["state"] == "acknowledged"
    # Whoever is on the way cannot take the checkpoint out of a letter, nor put another one in.
    whole = json.loads(letter)
    for changed in ({**whole, "checkpoint": {}}, {name: each for name, each in whole.items() if name != "checkpoint"}):
        assert send(apart.addresses["TH"], json.dumps(changed).encode())[0] in (400, 403)


def test_without_the_comparison_nothing_is_noticed(
    apart: Apart, crossing: Crossing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(witnessing, "judge", lambda *_: [])
    with pytest.raises(AssertionError, match="another_root"):
        test_a_rewritten_log_is_told_and_the_letter_is_applied(apart, crossing)


def test_the_operator_sees_and_exports_it(
    apart: Apart, crossing: Crossing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.main.open_house", lambda _: apart.house)
    monkeypatch.setattr("app.cli_partners.must_be_migrated", lambda _: None)
    monkeypatch.setenv("WAYMARK_ENVIRONMENT", "demo")
    shell = CliRunner()
    said = shell.invoke(commands, ["partner", "status"]).output
    assert "TH knows its log up to checkpoint 1" in said and "nothing contradicts it" in said
    out = tmp_path / "of-mm"
    done = shell.invoke(commands, ["partner", "witnessed", "MM", "--out", str(out)])
    assert done.exit_code == 0 and "1 checkpoints of MM" in done.output
    assert out.read_bytes().count(b"\n") == 1
    assert shell.invoke(commands, ["partner", "witnessed", "MM", "--out", str(out)]).exit_code == 1
    assert "no checkpoint of LA" in shell.invoke(commands, ["partner", "witnessed", "LA", "--out", "x"]).output
    assert "nothing to settle" in shell.invoke(commands, ["partner", "settle", "MM", "--why", "x"]).output
    test_what_is_no_checkpoint_stops_no_letter(apart, crossing)
    assert "NOT AS IT SHOULD BE: 1 findings, the last unsound" in shell.invoke(commands, ["partner", "status"]).output
