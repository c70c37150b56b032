"""The real command serves with several processes: it replaces them, ends when what runs is answered, and says when."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families
from typer.testing import CliRunner

from app.cli import app as commands
from app.serving import notify, sockets
from app.serving.several import _Ending
from tests.conftest import Grounds
from tests.factories.services import family, service

PATIENCE = 300.0


def until(happened: Callable[[], bool], what: str) -> None:
    """Wait for it; the machine may be busy."""
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def counted(where: str, metric: str, **labels: str) -> float:
    """The sum of a figure over all samples that have these labels."""
    text = httpx2.get(f"http://{where}/metrics", timeout=PATIENCE).text
    return sum(
        sample.value
        for family_of in text_string_to_metric_families(text)
        for sample in family_of.samples
        if sample.name == metric and labels.items() <= sample.labels.items()
    )


def commands_of(pid: int) -> str:
    # A process may end while it is looked at.
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    return ""


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux shows them")
def test_several_processes_serve_are_replaced_and_end(grounds: Grounds) -> None:
    with grounds("postgresql") as (url, folder), service(url, folder) as it:
        figures = f"127.0.0.1:{free_port()}"
        first = it.begin("--processes", "2", WAYMARK_METRICS_LISTEN=figures)
        it.heard()
        for _ in range(8):
            assert httpx2.get(f"{it.address}/health/ready", timeout=PATIENCE).json() == {"status": "ready"}
        assert counted(figures, "waymark_request_seconds_count", route="/health/ready", status="2xx") == 8
        until(lambda: counted(figures, "waymark_worker_rounds_total", round="tasks", outcome="made") > 0, "a round")
        assert counted(figures, "waymark_database_answers") == 1
        serving = it.serving(first)
        assert len(serving) == 2
        assert len([pid for pid in family(first.pid) if "spawn_main" in commands_of(pid)]) == 3, "the worker too"

        # Any of the three that dies is replaced, and meanwhile somebody answers.
        for victim in [pid for pid in family(first.pid) if "spawn_main" in commands_of(pid)]:
            os.kill(victim, signal.SIGKILL)
            assert httpx2.get(f"{it.address}/health/live", timeout=PATIENCE).status_code == 200
            until(
                lambda gone=victim: gone not in (there := family(first.pid))  # type: ignore[misc]
                and len([pid for pid in there if "spawn_main" in commands_of(pid)]) == 3,
                "somebody in the place of who died",
            )
        assert '"event": "process_replaced"' in it.log.read_text()

        # SIGHUP: others serve, by the same parent and the same socket.
        before = set(it.serving(first))
        first.send_signal(signal.SIGHUP)
        it.heard()
        until(lambda: len(after := it.serving(first)) == 2 and not before & set(after), "others after SIGHUP")
        assert httpx2.get(f"{it.address}/health/ready", timeout=PATIENCE).status_code == 200

        # What those counted that are gone is not forgotten, and the public door tells nothing of it.
        assert counted(figures, "waymark_request_seconds_count", route="/health/ready", status="2xx") == 9
        assert httpx2.get(f"{it.address}/metrics", timeout=PATIENCE).status_code == 404

        assert it.end(first) in (0, -signal.SIGTERM)
        assert not family(first.pid)


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux shows them")
def test_without_their_parent_they_end(grounds: Grounds) -> None:
    with grounds("postgresql") as (url, folder), service(url, folder) as it:
        first = it.begin("--processes", "2", "--no-worker")
        it.heard()
        children = [pid for pid in family(first.pid) if "spawn_main" in commands_of(pid)]
        assert len(children) == 2, "no worker was asked for"
        first.kill()
        first.wait()
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children), "the end of the orphans")


def test_what_runs_is_answered_before_the_end(grounds: Grounds) -> None:
    """One process on SQLite: what was begun is finished, and a kept line gets one last answer."""
    with grounds("sqlite") as (url, folder), service(url, folder) as it:
        first = it.begin()
        it.heard()
        port = it.on.getsockname()[1]
        with (
            closing(socket.create_connection(("127.0.0.1", port))) as slow,
            closing(socket.create_connection(("127.0.0.1", port))) as kept,
            closing(socket.create_connection(("127.0.0.1", port))) as unused,
        ):
            for line in (slow, kept, unused):
                line.settimeout(PATIENCE)
            kept.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert b'"ok"' in answered(kept)
            slow.sendall(b"POST /api/v1/auth/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 27\r\n"
                         b"Content-Type: application/x-www-form-urlencoded\r\n\r\nusername=a")
            # Asked after it on another line, so that the server has begun to read it.
            kept.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert b'"ok"' in answered(kept)
            first.send_signal(signal.SIGTERM)
            it.heard("STOPPING=1")
            kept.sendall(b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n")
            last = answered(kept)
            assert b" 503 " in last and b'"stopping"' in last and b"connection: close" in last.lower()
            assert kept.recv(1) == b""
            slow.sendall(b"&password=bbbbbbb")
            assert answered(slow).startswith(b"HTTP/1.1 4"), "an answer, and nobody of that name"
            assert unused.recv(1) == b"", "who never asks anything is let go"
        assert it_ended(first)


def answered(line: socket.socket) -> bytes:
    """One whole answer with a length."""
    got = b""
    while b"\r\n\r\n" not in got:
        more = line.recv(65_536)
        assert more, got
        got += more
    head, _, body = got.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split()[0])
    while len(body) < length:
        body += line.recv(65_536)
    return head + b"\r\n\r\n" + body


def it_ended(process: subprocess.Popen[bytes]) -> bool:
    return process.wait(PATIENCE) in (0, -signal.SIGTERM)


def test_sqlite_serves_one_process(grounds: Grounds, monkeypatch: pytest.MonkeyPatch) -> None:
    with grounds("sqlite") as (url, folder):
        monkeypatch.setenv("WAYMARK_ENVIRONMENT", "demo")
        monkeypatch.setenv("WAYMARK_VAR", str(folder))
        monkeypatch.setenv("WAYMARK_DATABASE_URL", url)
        result = CliRunner().invoke(commands, ["serve", "--processes", "3"])
    assert result.exit_code == 1 and "SQLite serves one process, and 3 were asked for" in result.output


def test_only_the_one_who_is_meant_takes_a_socket_over() -> None:
    assert sockets.handed_over({}) is None
    other = {"LISTEN_PID": "1", "LISTEN_FDS": "1", "LISTEN_FDNAMES": "web"}
    assert sockets.handed_over(other) is None and not other
    with pytest.raises(ValueError, match="one ListenStream"):
        sockets.handed_over({"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "2"})


def test_nobody_has_to_hear_that_it_serves(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for where in ("", "nowhere", str(tmp_path / "gone")):
        monkeypatch.setenv("NOTIFY_SOCKET", where)
        notify.ready()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        told.bind(str(tmp_path / "told"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "told"))
        notify.reloading()
        assert told.recv(100).decode().startswith("RELOADING=1\nMONOTONIC_USEC=")


def test_the_order_to_end_is_heard_during_a_replacement() -> None:
    signals: list[int] = []
    ending = _Ending(signals)
    assert not ending.is_set()
    signals.append(signal.SIGHUP)
    assert not ending.is_set()
    signals.append(signal.SIGTERM)
    assert ending.is_set()
