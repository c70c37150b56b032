"""Key files that are exchanged while they are in use: whole, private, and never two at a time."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.kit import keyfile
from app.kit.keyfile import KeyMissing, WatchedKeys, add_version, load_keys, retire_versions


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A token key file with one version."""
    load_keys(tmp_path / "token", create=True, purpose="token key")
    return tmp_path / "token"


def held(place: Path) -> dict[int, bytes]:
    return load_keys(place, create=False, purpose="token key")


def test_a_new_version_stands_beside_the_old_until_that_is_retired(place: Path) -> None:
    before = held(place)
    assert add_version(place, "token key") == 2
    after = held(place)
    assert after[1] == before[1] and after[2] != after[1]
    assert place.stat().st_mode & 0o777 == 0o600
    assert retire_versions(place, "token key") == (1,) and held(place) == {2: after[2]}
    assert retire_versions(place, "token key") == ()
    assert [file.name for file in place.parent.iterdir()] == ["token"]


def test_many_at_once_lose_nothing(place: Path) -> None:
    made: list[int] = []
    threads = [threading.Thread(target=lambda: made.append(add_version(place, "token key"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == list(range(2, 10)) and sorted(held(place)) == list(range(1, 10))


def test_a_file_that_cannot_be_used_is_left_alone(place: Path) -> None:
    place.write_text("1 rubbish\n")
    for act in (add_version, retire_versions):
        with pytest.raises(KeyMissing):
            act(place, "token key")
    assert place.read_text() == "1 rubbish\n"


def test_a_crash_before_the_exchange_leaves_the_old_file(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = held(place)

    def crash(_self: Path, _target: Path) -> None:
        raise OSError("power cut")

    monkeypatch.setattr(keyfile.Path, "replace", crash)
    with pytest.raises(OSError, match="power cut"):
        add_version(place, "token key")
    assert held(place) == before


@pytest.mark.parametrize("act", [add_version, retire_versions])
@pytest.mark.parametrize("after", ["_draft", "same_owner", "keep_names"])
def test_killed_while_the_file_is_exchanged_it_is_as_before(
    place: Path, act: Callable[[Path, str], object], after: str
) -> None:
    """kill -9 after each write: the old file or the new one, whole, and the next command goes on."""
    add_version(place, "token key")
    before = held(place)
    child = os.fork()
    if child == 0:
        real = getattr(keyfile, after)

        def dying(*arguments: Any) -> None:
            real(*arguments)
            os.kill(os.getpid(), signal.SIGKILL)

        try:
            setattr(keyfile, after, dying)
            act(place, "token key")
        finally:
            os._exit(7)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    left = held(place)
    assert left == before if after != "keep_names" else left != before
    assert before[2] == left[2], "what signs now is never lost"
    assert add_version(place, "token key") == max(left) + 1


def test_news_come_once_and_only_when_they_can_be_used(place: Path) -> None:
    watched = WatchedKeys(place, "token key")
    assert watched.news() is None
    add_version(place, "token key")
    assert set(watched.news() or ()) == {1, 2}
    assert watched.news() is None
    whole = place.read_text()
    place.write_text("2 broken")
    assert watched.news() is None
    place.unlink()
    assert watched.news() is None
    place.write_text(whole)
    assert set(watched.news() or ()) == {1, 2}
