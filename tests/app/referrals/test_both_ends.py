"""Both ends in one list: who did what and when, whose signature holds, what it waits for; and the proof of it."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import update

from app.casework import receipts
from app.kit.canonical import canonical_bytes
from tests.app.access.world import one_engine
from tests.app.keeping.people import erase
from tests.app.keeping.test_partners import with_a_case
from tests.app.referrals.desks import desk_of, reference
from tests.factories import referrals
from tests.factories.referrals import Pair
from tests.factories.towns import Town
from tests.inspect import tampering

SCRIPT = Path(__file__).resolve().parents[3] / "script" / "verify_referral.py"
NAMES = ("Mya Thandar", "Thandar", "Aung", "+95 9 000 000", "officer 8")


@pytest.fixture
def script() -> ModuleType:
    """The script as a module, to ask it many times."""
    module = ModuleType("verify_referral")
    exec(compile(SCRIPT.read_text(), str(SCRIPT), "exec"), module.__dict__)
    return module


def opened(town: Town, pair: Pair) -> None:
    """Both desks open the referral, and the other side hears of it."""
    for worker, copy in ((town.mm["national_focal_point"], pair.arrived), (town.th["case_manager"], pair.sent_from)):
        assert town.get(worker, f"/referrals/{copy}").status_code == 200
        referrals.post(town.house)


def ends(town: Town, worker: Any, copy: str) -> dict[str, Any]:
    answer = town.get(worker, f"/referrals/{copy}/both-ends")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def keys(town: Town) -> dict[str, list[bytes]]:
    """The public keys of both countries as they would be told on the telephone."""
    return {code: [each.public for each in town.house.signing.known(code)] for code in ("TH", "MM")}


def proof(town: Town, worker: Any, copy: str) -> bytes:
    answer = town.get(worker, f"/referrals/{copy}/proof")
    assert answer.status_code == 200 and "attachment" in answer.headers["content-disposition"]
    content: bytes = answer.content
    return content


def test_both_sides_see_the_same_acts_in_the_same_order(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    town.clock.advance(timedelta(minutes=5))
    opened(town, pair)
    town.clock.advance(timedelta(minutes=5))
    referrals.take(town.house, town.mm["national_focal_point"], pair.arrived, "return_for_info",
                   given={"reason": "identity_unclear"})  # fmt: skip
    opened(town, pair)
    here = ends(town, town.th["case_manager"], pair.sent_from)
    there = ends(town, town.mm["national_focal_point"], pair.arrived)
    told = [(each["what"], each["country"], each["type"]) for each in here["items"]]
    assert told == [
        ("sent", "TH", "send"), ("stored", "MM", "send"), ("seen", "MM", "send"), ("decided", "MM", "send"),
        ("sent", "MM", "return_for_info"), ("stored", "TH", "return_for_info"), ("seen", "TH", "return_for_info"),
    ]  # fmt: skip
    assert told == [(each["what"], each["country"], each["type"]) for each in there["items"]]
    assert all(each["signature"]["fits"] and each["signature"]["counted"] for each in here["items"])
    assert here["verified"] == here["signatures"] == 7
    by = {each["what"]: each for each in here["items"] if each["type"] == "send"}
    assert by["sent"]["office"] == "th-datip", "a shelter's own code would tell where the person lives"
    assert by["seen"]["roles"] == ["national_focal_point"] and by["stored"]["result"] == "applied"
    assert (by["decided"]["step"], by["decided"]["reason"]) == ("return_for_info", "identity_unclear")
    assert by["decided"]["reason_list"] == "info_request_reason"
    assert by["sent"]["signature"]["print"] == town.house.signing.signer("TH").key_id
    (waiting,) = here["waiting"]
    assert (waiting["on"], waiting["type"]) == ("our_desk", "return_for_info")
    assert there["waiting"][0]["on"] == "their_decision"


def test_the_page_shows_it_and_nobody_else_sees_anything(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "received")
    opened(town, pair)
    ref = reference(town, pair.sent_from)
    page = desk_of(town, town.th["case_manager"]).get(f"/referrals/{ref}/both-ends")
    assert page.status_code == 200 and "All signatures hold" in page.text
    assert "Stored by the program there" in page.text and "Opened" in page.text and "Decided" in page.text
    content = proof(town, town.th["case_manager"], pair.sent_from)
    for name in NAMES:
        assert name not in page.text and name.encode() not in content, name
    assert f'/referrals/{ref}/both-ends' in desk_of(town, town.th["case_manager"]).get(f"/referrals/{ref}").text
    outside = town.th["analyst"] if "analyst" in town.th else town.th["administrator"]
    for path in (f"/referrals/{pair.sent_from}/both-ends", f"/referrals/{pair.sent_from}/proof"):
        assert town.get(outside, path).status_code in (403, 404)
        assert town.get(town.mm["national_focal_point"], path).status_code == 404, "the other country's copy"
    assert [each.action for each in town.looks("referral_proof_taken")] and town.looks("referral_ends_read")


def test_what_was_tampered_with_does_not_fit(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "acknowledged")
    with tampering(town.house.db) as session:
        said = {"content": b'{"at":"2026-11-23T02:00:00+00:00","by":"MM","digest":"' + b"0" * 64
                + b'","key":"' + b"0" * 16 + b'","level":"stored","message":"x","outcome":{}}'}  # fmt: skip
        session.execute(update(receipts.TABLE).where(receipts.TABLE.c.country == "TH").values(said))
    found = ends(town, town.th["case_manager"], pair.sent_from)
    wrong = [each["what"] for each in found["items"] if not each["signature"]["fits"]]
    assert wrong and "sent" not in wrong and found["verified"] < found["signatures"]
    ref = reference(town, pair.sent_from)
    page = desk_of(town, town.th["case_manager"]).get(f"/referrals/{ref}/both-ends").text
    assert "Not every signature holds" in page and "The signature does not fit!" in page


def test_each_end_proves_everything_offline(town: Town, tmp_path: Path, script: ModuleType) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "received")
    opened(town, pair)
    told = [f"--key={code}={key.hex()}" for code, known in keys(town).items() for key in known]
    for worker, copy in ((town.th["case_manager"], pair.sent_from), (town.mm["national_focal_point"], pair.arrived)):
        file = tmp_path / "referral.proof.jsonl"
        file.write_bytes(proof(town, worker, copy))
        ran = subprocess.run(
            [sys.executable, str(SCRIPT), str(file), *told], capture_output=True, text=True, env={"PATH": ""}
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        count = ends(town, worker, copy)["signatures"]
        checked = script.check(file.read_bytes(), keys(town))
        assert checked.messages + checked.receipts == count and checked.unread == 0
        assert checked.levels["stored"] == checked.messages, "every message has the receipt of the machine it went to"


@one_engine
def test_one_altered_byte_fails(town: Town, script: ModuleType) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "acknowledged")
    opened(town, pair)
    content, given = proof(town, town.th["case_manager"], pair.sent_from), keys(town)
    script.check(content, given)
    survived = []
    for at in range(len(content)):
        altered = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
        try:
            script.check(altered, given)
        except script.Fault:
            continue
        survived.append(at)
    assert survived == []
    for less in (content[:-1], content + b"\n", content + content, b"", b"{}", content.replace(b"\n", b"\n\n", 1)):
        with pytest.raises(script.Fault):
            script.check(less, given)


def rewritten(town: Town, content: bytes, change: Any) -> bytes:
    """A file that its maker altered and signed anew, as a country that lies would."""
    *lines, _ = [json.loads(line) for line in content.splitlines()]
    lines = [each for each in change(lines) if each is not None]
    body = b"".join(canonical_bytes(line) + b"\n" for line in lines)
    signer = town.house.signing.signer("TH")
    told = {
        "format": "waymark-referral-proof-1-end", "sha256": hashlib.sha256(body).hexdigest(), "by": "TH",
        "key": signer.public.hex(), "messages": sum("message" in each for each in lines),
        "receipts": sum("receipt" in each for each in lines),
    }  # fmt: skip
    end = canonical_bytes(told)
    return body + canonical_bytes({"end": end.decode(), "signature": signer.sign(end).hex()}) + b"\n"


def _signed(lines: list[Any], change: Any, kind: str = "message", field: str = "signed") -> list[Any]:
    """The first line of a kind with its signed text changed."""
    done = False
    for line in lines:
        if kind in line and not done:
            said = json.loads(line[kind][field])
            change(said)
            line[kind][field] = canonical_bytes(said).decode()
            done = True
    return lines


LIES = {
    "another type": lambda lines: _signed(lines, lambda said: said.update(type="decline")),
    "another day": lambda lines: _signed(lines, lambda said: said.update(created="2026-11-01T00:00:00+00:00")),
    "another number": lambda lines: _signed(lines, lambda said: said.update(seq=2)),
    "another outcome": lambda lines: _signed(lines, lambda said: said.update(outcome={}), "receipt", "content"),
    "another giver": lambda lines: _signed(lines, lambda said: said.update(by="TH"), "receipt", "content"),
    "a message left out": lambda lines: [each for n, each in enumerate(lines) if n != _nth(lines, "message", 1)],
    "messages exchanged": lambda lines: _swapped(lines),
    "a receipt twice": lambda lines: [*lines, next(each for each in lines if "receipt" in each)],
    "a retired key": lambda lines: [_retired(each) for each in lines],
    "another conversation": lambda lines: [
        each | {"referral": "0" * 8 + "-0000-4000-8000-" + "0" * 12} if "format" in each else each for each in lines
    ],
    "no head": lambda lines: lines[1:],
    "a strange line": lambda lines: [*lines, {"note": {"by": "nobody"}}],
}  # fmt: skip


def _nth(lines: list[Any], kind: str, number: int) -> int:
    return [place for place, each in enumerate(lines) if kind in each][number]


def _swapped(lines: list[Any]) -> list[Any]:
    first, second = _nth(lines, "message", 0), _nth(lines, "message", 1)
    lines[first], lines[second] = lines[second], lines[first]
    return lines


def _retired(line: Any) -> Any:
    if "keys" in line:
        for each in line["keys"]["known"]:
            each["until"] = "2026-01-01T00:00:00+00:00"
    return line


@one_engine
@pytest.mark.parametrize("lie", LIES)
def test_a_country_that_lies_in_its_own_file_is_found_out(town: Town, script: ModuleType, lie: str) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "acknowledged")
    opened(town, pair)
    content, given = proof(town, town.th["case_manager"], pair.sent_from), keys(town)
    script.check(rewritten(town, content, lambda lines: lines), given)
    with pytest.raises(script.Fault):
        script.check(rewritten(town, content, LIES[lie]), given)
    with pytest.raises(script.Fault, match="not given"):
        script.check(content, given | {"MM": [bytes(32)]})
    with pytest.raises(script.Fault, match="than those given"):
        script.check(content, {"MM": given["MM"]})


def test_of_an_erased_person_the_acts_stay_and_say_that_what_was_signed_is_gone(town: Town, script: ModuleType) -> None:
    pair = with_a_case(town)
    erase(town.house, town.th, pair.case_id)
    referrals.post(town.house)
    worker = town.th["national_focal_point"]
    found = ends(town, worker, pair.sent_from)
    assert found["items"] and any(not each["signature"]["checked"] for each in found["items"])
    assert all(each["signature"]["fits"] for each in found["items"] if each["what"] != "sent")
    checked = script.check(proof(town, worker, pair.sent_from), keys(town))
    assert checked.unread and checked.receipts


