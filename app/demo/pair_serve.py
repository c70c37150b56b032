"""Serves two built installations, each in a process of its own, and says how to look around in both of them."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.demo import bridge_post, crossing
from app.demo.build import LAST_DAY
from app.demo.figures import Figures
from app.demo.pair import AT_HOME, HOST, Installation, Tell, build, build_whole, introduce, ports
from app.demo.pair_report import sections
from app.demo.place import OffsetClock, is_built, logging_in, password_of, running_clock, settings_of
from app.demo.play import Progress
from app.demo.serve import logins
from app.main import PREFIX, create_app, open_house
from app.models.office import Office
from app.models.user import User
from app.serving.sockets import listening
from app.serving.web import run

CHECK_EVERY = 0.2
PATIENCE = 15.0


def once(folder: Path, figures: Figures, tell: Tell, progress: Progress | None = None) -> bool:
    """Build both in ``folder`` (emptied first), report through ``tell``; True when everything is as it should be."""
    shutil.rmtree(folder, ignore_errors=True)
    with logging_in(folder), ports(0) as on:
        stage = build(folder, figures, on, tell, progress)
        try:
            faults = 0
            for section in sections(dict(zip(AT_HOME, stage.houses, strict=True)), figures):
                tell("\n" + section.text())
                faults += len(section.faults)
        finally:
            for house in stage.houses:
                house.db.dispose()
    tell(
        f"\n{stage.carried} effects were carried out across the line. Every figure is the one {figures.word}."
        if not faults else f"\n{faults} differences: see DIFFERENT above."
    )  # fmt: skip
    return not faults


def make_if_missing(folder: Path, figures: Figures, first: int, tell: Tell, progress: Progress | None = None) -> bool:
    """Build both where they are not yet; whether that was done. Raises PortTaken before anything is built."""
    with ports(first) as on:
        if is_built(folder):
            return False
        shutil.rmtree(folder, ignore_errors=True)
        build_whole(folder, figures, on, tell, progress)
    return True


def serve(folder: Path, first: int, tell: Tell) -> None:
    """Serve both on this machine, at port ``first`` and the next (0: free ones), until Ctrl-C or SIGTERM.

    Raises PortTaken; ChildProcessError when one of the two ends by itself: then the other is ended too.
    """
    with ports(first) as on:
        numbers = [int(each.getsockname()[1]) for each in on]
    starts = [running_clock(settings_of(folder / name)).now() for name in AT_HOME]
    # Both go on from the same moment, or the one would refuse what the other has sent tomorrow.
    moment = max(starts)
    for line in _welcome(folder, numbers, moment):
        tell(line)
    running = [
        subprocess.Popen([sys.executable, "-m", __name__, str(folder / name), str(number), moment.isoformat()])
        for name, number in zip(AT_HOME, numbers, strict=True)
    ]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        while all(each.poll() is None for each in running):
            time.sleep(CHECK_EVERY)
        # Ctrl-C reaches all three at once, and the other two may have heard it first.
        time.sleep(CHECK_EVERY)
        raise ChildProcessError("one of the two installations has ended; log.jsonl in its folder says why")
    except KeyboardInterrupt:
        tell("Both are ended.")
    finally:
        _end(running)


def _end(running: list[subprocess.Popen[Any]]) -> None:
    for each in running:
        each.terminate()
    for each in running:
        try:
            each.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            each.kill()
            each.wait()


def _welcome(folder: Path, numbers: list[int], moment: datetime) -> Iterator[str]:
    """Have both know each other at these addresses; then what there is to see, line by line."""
    pair = []
    for (name, countries), number in zip(AT_HOME.items(), numbers, strict=True):
        with logging_in(folder / name):
            house = open_house(settings_of(folder / name, port=number), OffsetClock(moment))
        pair.append(Installation(name, folder / name, countries, house, number))
    known: list[str] = []
    desks: list[str] = []
    introduce(pair, known.append)
    yield f"Two installations: it is {moment:%d %B %Y, %H:%M} UTC in both. Ctrl-C ends them."
    for each in pair:
        names = ", ".join(each.house.policies.countries[code].name for code in each.countries)
        yield ""
        yield f"  {names}"
        yield f"    {each.address}/sign-in          pages"
        yield f"    {each.address}{PREFIX}/docs     the JSON API"
        yield from logins(each.house)
        desks.append(_post(each))
        each.house.db.dispose()
    yield ""
    yield f"  Everybody's password: {password_of(folder / next(iter(AT_HOME)))}"
    yield ""
    yield "  They speak only by signed and sealed letters. Who knows whom, by which print:"
    yield from (f"  {line}" for line in known)
    yield ""
    yield f"  The border post: what was carried over the bridge on a stick lies in {folder / 'post'}."
    yield "  Its desk, on a telephone:"
    yield from desks
    yield ""


def _post(each: Installation) -> str:
    """Who sits at the post on this side, and where their day stands."""
    query = (
        select(User.login)
        .join(Office, Office.id == User.office_id)
        .where(Office.code.in_(crossing.BRIDGES[bridge_post.POINT][:2]))
        .order_by(User.login)
    )
    with each.house.db.read() as session:
        login = session.execute(query.where(Office.country.in_(each.countries))).scalars().first()
    return f"    {each.address}/border-day    as {login}: {LAST_DAY:%d %B}, and the days after it"


def main(folder: Path, number: int, moment: datetime) -> None:
    """One of the two, in a process of its own."""
    settings = settings_of(folder, port=number)
    with logging_in(folder), suppress(KeyboardInterrupt):
        run(create_app(settings, OffsetClock(moment)), listening(HOST, number))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), datetime.fromisoformat(sys.argv[3]))
