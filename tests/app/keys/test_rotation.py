"""The exchange of the token key: two persons, one use, a command on the machine, and nobody is signed out."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from jose import jwt
from sqlalchemy import select, update

from app.access.two_persons import APPROVAL
from app.kit.clock import Clock
from app.kit.errors import Conflict
from app.kit.keyfile import load_keys
from app.operations import retire_token_keys, rotate_token_key
from app.settings import Settings
from tests.factories.approvals import decide, second_administrator, step_up
from tests.factories.staff import token_for
from tests.factories.towns import API, Town
from tests.inspect import reading, tampering

ASK = {"operation": "rotate_token_key", "note": "Yearly exchange, on Monday evening."}


def asked(town: Town) -> str:
    answer = town.post(town.th["administrator"], "/keys/rotations", ASK)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def agreed(town: Town) -> str:
    second = second_administrator(town)
    approval = asked(town)
    assert decide(town, second, approval).json()["state"] == "agreed"
    return approval


def me(town: Town, token: str) -> int:
    return int(town.client.get(f"{API}/me", headers={"Authorization": f"Bearer {token}"}).status_code)


def test_two_persons_one_command_and_nobody_signed_out(town: Town, settings: Settings) -> None:
    approval, place = agreed(town), settings.token_key_file
    old = token_for(town.house, town.th["auditor"])
    assert rotate_token_key(town.house, place, approval) == 2
    new = token_for(town.house, town.th["auditor"])
    assert [jwt.get_unverified_header(token)["kid"] for token in (old, new)] == ["1", "2"]
    assert [me(town, token) for token in (old, new)] == [200, 200]
    done = json.loads(town.looks("key_operation_done")[0].detail)
    assert done == {"operation": "rotate_token_key", "version": 2, "asked_by": town.th["administrator"].id}
    with pytest.raises(Conflict, match="used already"):
        rotate_token_key(town.house, place, approval)
    assert set(load_keys(place, create=False, purpose="token key")) == {1, 2}


def test_a_retired_key_opens_nothing_and_too_early_is_told(
    town: Town, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, old = settings.token_key_file, token_for(town.house, town.th["auditor"])
    rotate_token_key(town.house, place, agreed(town))
    assert me(town, old) == 200
    now = Clock().now()
    monkeypatch.setattr(type(town.clock), "now", lambda _self: now + timedelta(minutes=5))
    with pytest.raises(Conflict, match="tokens live 15 minutes"):
        retire_token_keys(town.house, place)
    monkeypatch.setattr(type(town.clock), "now", lambda _self: now + timedelta(minutes=16))
    assert retire_token_keys(town.house, place) == (1,)
    monkeypatch.undo()
    assert town.looks("keys_retired")[0].actor_id == "system"
    assert retire_token_keys(town.house, place, at_once=True) == ()
    # The next request with a token of the retired key is refused.
    assert me(town, old) == 401
    assert me(town, token_for(town.house, town.th["auditor"])) == 200


SPOILT: dict[str, tuple[str, dict[str, Any]]] = {
    "waiting": ("is waiting", {"state": "waiting"}),
    "refused": ("is refused", {"state": "refused"}),
    "another kind": ("no approval of a key operation", {"kind": "role_grant"}),
    "changed": ("was changed in the database", {"payload": '{"operation":"rotate_token_key","x":1}'}),
}


def test_no_other_approval_turns_a_key(town: Town, settings: Settings) -> None:
    for words, values in SPOILT.values():
        approval = agreed(town)
        with tampering(town.house.db) as session:
            session.execute(update(APPROVAL).where(APPROVAL.c.id == approval).values(values))
        with pytest.raises(Conflict, match=words):
            rotate_token_key(town.house, settings.token_key_file, approval)
    with pytest.raises(Conflict, match="no approval"):
        rotate_token_key(town.house, settings.token_key_file, "nonsense")
    assert set(load_keys(settings.token_key_file, create=False, purpose="token key")) == {1}


def test_an_old_approval_and_a_lost_file_use_nothing_up(town: Town, settings: Settings, tmp_path: Path) -> None:
    approval = agreed(town)
    with pytest.raises(Exception, match="missing"):
        rotate_token_key(town.house, tmp_path / "nowhere" / "token", approval)
    with reading(town.house.db) as session:
        assert session.execute(select(APPROVAL.c.used_at).where(APPROVAL.c.id == approval)).scalar_one() is None
    town.clock.advance(timedelta(hours=72))
    with pytest.raises(Conflict, match="too old"):
        rotate_token_key(town.house, settings.token_key_file, approval)


def test_only_holders_ask_and_only_for_what_there_is(town: Town) -> None:
    admin = town.th["administrator"]
    assert town.post(town.th["supervisor"], "/keys/rotations", ASK).status_code == 403
    assert town.post(admin, "/keys/rotations", {**ASK, "operation": "show_me_the_key"}).status_code == 422
    assert town.post(admin, "/keys/rotations", ASK).json()["code"] == "step_up_needed"
    step_up(town, admin)
    assert town.post(admin, "/keys/rotations", ASK).json()["code"] == "no_second_person"


def test_a_key_is_exchanged_under_load_without_a_failed_request(town: Town, settings: Settings) -> None:
    """G22, the part about token keys. Mutant: a program that never looks at the file again."""
    worker, stop = town.th["auditor"], threading.Event()
    failed, asked_for, kids = [0], [0], set()
    tokens = town.house.tokens

    def knock() -> None:
        while not stop.is_set():
            token = token_for(town.house, worker)
            kids.add(jwt.get_unverified_header(token)["kid"])
            asked_for[0] += 1
            failed[0] += me(town, token) != 200

    approvals = []
    for _ in range(3):
        approvals.append(agreed(town))
    threads = [threading.Thread(target=knock) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for approval in approvals:
            seen = asked_for[0]
            rotate_token_key(town.house, settings.token_key_file, approval)
            while asked_for[0] < seen + 6:
                stop.wait(0.01)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert failed[0] == 0 and kids >= {"2", "3", "4"}
    tokens._news = None  # the mutant
    rotate_token_key(town.house, settings.token_key_file, agreed(town))
    assert jwt.get_unverified_header(token_for(town.house, worker))["kid"] == "4"
    print(f"GATE g22-token failed={failed[0]} limit=0 n={asked_for[0]} keys={len(kids)}")
