"""Where a demonstration lies: private, whole or not at all, and with a clock that never goes back."""

from __future__ import annotations

import io
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from app.access.passwords import check_new
from app.demo import place, serve
from app.demo.build import last_moment
from app.demo.figures import sample
from app.demo.place import OffsetClock, is_built, make_whole, password_of, running_clock, settings_of
from app.demo.progress import Bar
from app.demo.stage import StoryFault
from app.demo.world import new_password
from app.main import create_app
from app.serving import sockets, web
from tests.app.demo.conftest import Copy, Small


def test_the_password_is_strong_and_only_the_owner_can_read_it(small: Small) -> None:
    check_new(password_of(small.folder), "th.social1", "Social worker 1")
    for file in (small.folder / "password", small.folder / "waymark.db"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len({new_password() for _ in range(50)}) == 50


def test_the_environment_cannot_point_the_demonstration_at_a_real_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATABASE_URL", "WAYMARK_DATABASE_URL"):
        monkeypatch.setenv(name, "postgresql://real.example/cases")
    monkeypatch.setenv("WAYMARK_KEK_FILE", "/somewhere/kek")
    monkeypatch.setenv("WAYMARK_ENVIRONMENT", "production")
    settings = settings_of(tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path / 'waymark.db'}"
    assert settings.kek_file.is_relative_to(tmp_path) and settings.environment == "demo"


def test_a_build_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise StoryFault("no")

    monkeypatch.setattr(place, "build", fails)
    with pytest.raises(StoryFault):
        make_whole(tmp_path / "demo", sample(20))
    assert list(tmp_path.iterdir()) == [] and not is_built(tmp_path / "demo")


def test_the_clock_goes_on_where_the_last_entry_was_made(copy: Copy) -> None:
    settings = settings_of(copy.folder)
    began = running_clock(settings).now()
    assert timedelta(0) <= began - last_moment() < timedelta(minutes=5)
    assert began.utcoffset() == timedelta(0)
    later = last_moment() + timedelta(days=3)
    copy.spoil(
        "INSERT INTO access_entry (id, at, actor_id, country, action, subject_kind, subject_id)"
        " VALUES ('x', ?, 'y', 'TH', 'case_read', 'case', 'z')",
        later.astimezone(began.tzinfo).strftime("%Y-%m-%d %H:%M:%S.%f"),
    )
    assert timedelta(0) <= running_clock(settings).now() - later < timedelta(minutes=5)


def test_an_offset_clock_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter([100.0, 100.0, 160.0])
    monkeypatch.setattr(place.time, "monotonic", lambda: next(seconds))
    clock = OffsetClock(last_moment())
    assert clock.now() == last_moment()
    assert clock.now() == last_moment() + timedelta(seconds=60)


def test_the_welcome_names_a_login_for_every_role_and_examples_that_can_work(copy: Copy) -> None:
    lines = list(serve.welcome(copy.house, copy.folder, 8000))
    text = "\n".join(lines)
    for role in copy.house.policies.roles.values():
        assert role.title in text
    assert password_of(copy.folder) in text and "/api/v1/docs" in text
    assert text.count("curl -s") >= 2 and "box=inbox" in text


def test_a_port_in_use_is_a_sentence() -> None:
    taken = sockets.listening("127.0.0.1", 0)
    taken.listen()
    with pytest.raises(sockets.PortTaken, match="choose another"):
        sockets.listening("127.0.0.1", taken.getsockname()[1])
    taken.close()


def test_the_worker_is_given_to_the_program_that_serves(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[object] = []
    monkeypatch.setattr(web.uvicorn.Server, "run", lambda self, sockets: served.append(self.config.app))
    for wanted in (True, False):
        app = create_app(settings_of(copy.folder))
        socket = sockets.listening("127.0.0.1", 0)
        web.run(app, socket, worker=wanted)
        socket.close()
        assert (app.state.worker is not None) == wanted
        app.state.house.db.dispose()
    assert len(served) == 2


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_progress_is_a_bar_on_a_terminal_and_lines_elsewhere() -> None:
    plain, terminal = io.StringIO(), Terminal()
    for stream in (plain, terminal):
        bar = Bar("Working", stream)
        for done in range(0, 101):
            bar(done, 100)
        bar.end("Done")
    assert "\r" not in plain.getvalue() and plain.getvalue().count("\n") == 12
    assert terminal.getvalue().count("\r") == 101 and "[####" in terminal.getvalue()
