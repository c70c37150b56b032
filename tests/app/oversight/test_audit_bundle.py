"""The audit bundle: an outside auditor proves it with the script alone, and any change to it is told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import update

from app.access.desk import House
from app.casework.checkpoints import EVERY, LOOKS
from app.casework.timeline import HISTORY
from app.kit.places import Folder, Witness
from app.kit.signing import Signer, own_signer
from app.oversight.bundle import write_bundle
from app.oversight.sealing import round_of
from tests.factories import cases, referrals
from tests.factories.towns import Town
from tests.inspect import reading, tampering

SCRIPT = Path(__file__).resolve().parents[3] / "script" / "verify_bundle.py"


@pytest.fixture
def script() -> ModuleType:
    """The script as a module, to ask it many times."""
    module = ModuleType("verify_bundle")
    exec(compile(SCRIPT.read_text(), str(SCRIPT), "exec"), module.__dict__)
    return module


@pytest.fixture
def house(town: Town, tmp_path: Path) -> House:
    """The town's house with work in it and two checkpoints."""
    (tmp_path / "kept").mkdir()
    witness = Witness(own_signer(tmp_path / "checkpoint.pem", create=True), (Folder(tmp_path / "kept"),))
    house = replace(town.house, witness=witness)
    cases.bring_case(house, town.th, "sheltered")
    town.get(town.th["supervisor"], "/audit/verify")
    round_of(house)
    town.clock.set(town.clock.now() + EVERY)
    referrals.bring_referral(house, town.th, town.mm, "sent")
    round_of(house)
    return house


def signer_of(house: House) -> Signer:
    assert house.witness is not None
    return house.witness.signer


def bundle(house: House, to: Path, since: Any = None, *, closed: bool = False) -> list[dict[str, Any]]:
    with reading(house.db) as session, to.open("wb") as out:
        write_bundle(session, out, signer_of(house), house.clock.now(), since, closed=closed)
    return [json.loads(line) for line in to.read_bytes().splitlines()]


def test_an_auditor_proves_it_with_the_script_alone(town: Town, house: House, tmp_path: Path) -> None:
    whole, key = tmp_path / "bundle", signer_of(house).public.hex()
    lines = bundle(house, whole)
    kept = sorted((tmp_path / "kept").iterdir())
    command = [sys.executable, "-I", str(SCRIPT), str(whole), "--key", key, "--witness", str(kept[0])]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", env={}, check=False)
    assert done.returncode == 0, done.stderr
    entries = sum(len(line["chain"]["entries"]) for line in lines if "chain" in line)
    assert done.stdout.startswith("checkpoints 1 to 2, 4 chains, ") and f" {entries} entries, " in done.stdout
    assert "NOTE" not in done.stdout
    assert len(SCRIPT.read_text().splitlines()) < 200
    # Who is asked, who wrote and what: ids. No name, nothing that anybody typed, no sealed bytes.
    text = whole.read_text()
    assert all(str(cases.IDENTITY[part]) not in text for part in ("given_names", "family_name", "phone"))
    assert "sealed" not in text and '"id":' in text
    # A closed one has the same proof without the course of any case.
    bundle(house, tmp_path / "closed", closed=True)
    closed = (tmp_path / "closed").read_text()
    assert '"actor' not in closed and "social_worker" not in closed and "social_worker" in text
    command[3] = str(tmp_path / "closed")
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    # A part of it, and what the script says when it is told less.
    since = town.clock.now() - timedelta(minutes=1)
    part = bundle(house, tmp_path / "part", since)
    assert sum("checkpoint" in line for line in part) == 1
    alone = [sys.executable, str(SCRIPT), str(tmp_path / "part")]
    done = subprocess.run(alone, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stdout.count("NOTE") == 2, done.stderr
    command[3] = str(tmp_path / "part")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "of the witness is not in the bundle" in done.stderr


def test_every_byte_of_a_bundle_counts(house: House, tmp_path: Path, script: ModuleType) -> None:
    lines = bundle(house, tmp_path / "bundle")
    content, key, spoilt = (tmp_path / "bundle").read_bytes(), signer_of(house).public.hex(), tmp_path / "spoilt"
    faults = (script.Fault, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)

    def refused(data: bytes) -> bool:
        spoilt.write_bytes(data)
        try:
            script.check(str(spoilt), [key], [])
        except faults:
            return True
        return False

    assert not refused(content) and len(lines) > 5
    step = max(1, len(content) // 400)
    places = [*range(0, len(content), step), *range(len(content) - 400, len(content))]
    missed = [at for at in places if not refused(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])]
    assert not missed, [content[at - 20 : at + 20] for at in missed]
    assert all(refused(content[:at]) for at in places)
    rows = content.splitlines(keepends=True)
    for at in range(len(rows)):
        assert refused(b"".join(rows[:at] + rows[at + 1 :])), f"line {at} gone"
        assert refused(b"".join(rows[: at + 1] + rows[at:])), f"line {at} twice"


def test_whoever_holds_the_machine_and_not_an_older_key_is_told(
    house: House, tmp_path: Path, script: ModuleType
) -> None:
    """A bundle signed by the right key over what was tampered with before: the checkpoints tell, entry by entry."""
    key = signer_of(house).public.hex()
    first = sorted((tmp_path / "kept").iterdir())[0]

    def fault(change: Callable[[list[dict[str, Any]]], object]) -> str:
        lines = bundle(house, tmp_path / "bundle")[:-1]
        change(lines)
        data = b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines)
        end = json.dumps(
            {"format": "waymark-audit-bundle-1-end", "sha256": script.sha256(data).hex(), "key": key}
        )
        last = {"end": end, "signature": signer_of(house).sign(end.encode()).hex()}
        (tmp_path / "bundle").write_bytes(data + json.dumps(last).encode() + b"\n")
        with pytest.raises(script.Fault) as told:
            script.check(str(tmp_path / "bundle"), [key], [str(first)])
        return str(told.value)

    def named(lines: list[dict[str, Any]], word: str) -> list[dict[str, Any]]:
        return [line for line in lines if word in line]

    def chain(lines: list[dict[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = named(lines, "chain")[0]["chain"]
        return found

    def rechain(lines: list[dict[str, Any]]) -> None:
        it, previous = chain(lines), bytes(32)
        it["entries"][0][1] = it["entries"][0][1].replace('"kind":"opened"', '"kind":"closed"')
        for entry in it["entries"]:
            previous = script.sha256(previous + entry[1].encode())
            entry[2] = previous.hex()
        it["head"] = previous.hex()

    def cut(lines: list[dict[str, Any]]) -> None:
        it = chain(lines)
        it["entries"].pop()
        it.update(count=it["count"] - 1, head=it["entries"][-1][2])

    assert "is another one than checkpoint" in fault(rechain)
    assert "is missing; checkpoint" in fault(cut)
    assert "does not continue the chain" in fault(lambda lines: chain(lines)["entries"][1].__setitem__(1, "{}"))
    assert "is missing (found 3)" in fault(lambda lines: chain(lines)["entries"].pop(1))
    assert "is missing (found" in fault(lambda lines: chain(lines)["entries"].reverse())
    assert "ends otherwise" in fault(lambda lines: chain(lines).update(count=99))
    assert "is missing; a checkpoint saw it" in fault(lambda lines: lines.remove(named(lines, "chain")[0]))
    assert "is there twice" in fault(lambda lines: lines.append(named(lines, "chain")[0]))
    assert "is missing; checkpoint" in fault(lambda lines: named(lines, "looks")[0]["looks"].pop())
    extra = "look 3f2c9a54-7d0e-4f5e-9d53-0a5d2c1b8e77 " + "0" * 64
    assert "did not see it" in fault(lambda lines: named(lines, "looks")[0]["looks"].append(extra))
    assert "one is missing" in fault(lambda lines: lines.remove(named(lines, "checkpoint")[0]))
    assert "of the witness" in fault(_later_start)
    for part in ("body", "signature", "leaves"):
        assert fault(lambda lines, which=part: _spoil(named(lines, "checkpoint")[1]["checkpoint"], which)).startswith(  # type: ignore[misc]
            "checkpoint 2 "
        ), part


def _later_start(lines: list[dict[str, Any]]) -> None:
    """Leave the first checkpoint out, and what only it speaks of."""
    gone = next(line for line in lines if "checkpoint" in line)
    lines.remove(gone)
    lines[0]["first"] = 2
    seen = [line["checkpoint"]["leaves"] for line in lines if "checkpoint" in line][0]
    for line in lines:
        if "looks" in line:
            line["looks"] = [look for look in line["looks"] if look in seen]


def _spoil(checkpoint: dict[str, str], part: str) -> None:
    was = checkpoint[part]
    at = was.index('"entries"') + 10 if part == "body" else 3
    checkpoint[part] = was[:at] + ("1" if was[at] != "1" else "2") + was[at + 1 :]


def test_what_was_tampered_with_goes_out_as_it_is(house: House, tmp_path: Path, script: ModuleType) -> None:
    with tampering(house.db) as session:
        session.execute(update(HISTORY).where(HISTORY.c.seq == 2).values(canonical=b"\xff\xfe"))
        session.execute(update(LOOKS).values(detail="other"))
    bundle(house, tmp_path / "bundle")
    with pytest.raises(script.Fault, match="entry 2 does not continue the chain"):
        script.check(str(tmp_path / "bundle"), [signer_of(house).public.hex()], [])


def test_the_script_knows_openssl_where_cryptography_is_missing(house: House, script: ModuleType) -> None:
    signer = signer_of(house)
    signature = signer.sign(b"data")
    assert os.access("/usr/bin/openssl", os.X_OK), "this machine has no openssl to show it with"
    assert script.signed_by_openssl(signer.public, b"data", signature)
    assert not script.signed_by_openssl(signer.public, b"other", signature)
    assert script.signed(signer.public, b"data", signature) and not script.signed(signer.public, b"x", signature)
