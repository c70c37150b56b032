"""How fast two installations exchange: a message sealed, sent, opened and receipted, beside its bare cryptography.

The receiver is the real server in a process of its own, reached over loopback; the sender is the real worker here.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from sqlalchemy import select

from app.casework import wire
from app.casework.messages import TABLE as MESSAGE
from app.exchange import letters
from app.exchange.remote import Routed
from app.kit import signing
from app.kit.hpke import ExchangeKeys
from app.worker import Worker
from benchmarks.load import Figures
from benchmarks.server import Server, running
from tests.gates.scene import quiet
from tests.gates.states_world import Talk, World
from tests.gates.three_states import a_world
from tests.inspect import reading
from tests.journeys.apart import introduce

TALKS: Final = 8
MESSAGES: Final = 400
WARM_UP: Final = 10
ROUNDS: Final = 3
# The operations of one message, and where the program does them.
SEAL, OPEN, SIGN, VERIFY = "hpke_seal", "hpke_open", "ed25519_sign", "ed25519_verify"
# What the profile names, by file and function: what is below each counts for it.
STAGES: Final = (
    ("worker.py", "_next"), ("delivery.py", "deliver"), ("letters.py", "write"), ("receiving.py", "letter"),
    ("letters.py", "read"), ("wire.py", "must_be_sound"), ("mirror.py", "take_in"), ("move.py", "write"),
    ("witnessing.py", "ours"), ("witnessing.py", "heard"), ("receipts.py", "accept"), ("replaying.py", "catch_up"),
    ("worker.py", "_done"), ("session.py", "commit"), ("session.py", "execute"),
)  # fmt: skip


def main() -> int:
    """Build, measure, print; the figures as JSON too."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=MESSAGES, help="how many are sent while the clock runs")
    parser.add_argument("--json", type=Path, help="write the figures here")
    asked = parser.parse_args()
    quiet()
    figures = measure(asked.messages)
    for line in table(figures):
        print(line)
    if asked.json is not None:
        asked.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({name: each for name, each in figures.items() if name != "profile"}))
    return 0


def measure(messages: int) -> dict[str, Any]:
    """All figures of one run on SQLite."""
    with ExitStack() as stack:
        world = stack.enter_context(a_world())
        talks = _acknowledged(world)
        needed = _operations(world, talks[0])
        profile = _profiled(world, talks, max(20, messages // 10))
        for country in world.countries.values():
            # From here on the clock of the machine, as in the other process.
            country.clock.set(datetime.now(UTC))
        said = _say(world, talks, messages + WARM_UP)
        house = world["MM"].house
        house.db.dispose()
        file = world["MM"].file
        server = stack.enter_context(running(file.parent / "var", f"sqlite:///{file}"))
        introduce(house, server.url, "MM", to=world["TH"].house, per_hour=10_000_000)
        sent, theirs = _send(world, server, messages)
        bare, bare_cpu = _bare(needed, _sample(world), messages)
        used = (sent.cpu_ms or 0.0) + (theirs or 0.0)
    return {
        "engine": "sqlite", "messages": messages, "said_per_second": round(said, 1), "sent": sent.as_json(),
        "sender_cpu_ms": round(sent.cpu_ms or 0.0, 3), "receiver_cpu_ms": theirs,
        "operations": dict(needed), "bare_per_second": round(1 / bare, 1), "bare_ms": round(bare * 1000, 3),
        "bare_cpu_ms": round(bare_cpu * 1000, 3), "ratio": round(sent.per_second * bare, 4),
        "cpu_ratio": round(bare_cpu * 1000 / used, 4), "profile": profile,
    }  # fmt: skip


def _acknowledged(world: World) -> list[Talk]:
    """So many referrals that Myanmar has taken on, to each of which Thailand may add."""
    world.begin("approved", Random(7))
    talks = [world.talks[0], *(world.talk("TH", "MM", "mm-dor") for _ in range(TALKS - 1))]
    for step in ("send", "acknowledge"):
        for talk in talks:
            world.step(talk, step)
        world.drain()
    return talks


def _say(world: World, talks: list[Talk], messages: int) -> float:
    """Have people say so much; how many a second: a step with its message, signed and sealed for our own database."""
    began = time.perf_counter()
    for number in range(messages):
        world.step(talks[number % len(talks)], "disclose_identity")
    return messages / (time.perf_counter() - began)


def _operations(world: World, talk: Talk) -> Counter[str]:
    """How often one message needs each operation, counted while the program does it."""
    found: Counter[str] = Counter()

    def counted(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*given: Any, **more: Any) -> Any:
            found[name] += 1
            return work(*given, **more)

        return counting

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signing.Signer, "sign", counted(SIGN, signing.Signer.sign))
        patch.setattr(signing, "verify", counted(VERIFY, signing.verify))
        patch.setattr(wire, "verify", counted(VERIFY, wire.verify))
        patch.setattr(letters, "seal_to", counted(SEAL, letters.seal_to))
        patch.setattr(ExchangeKeys, "open", counted(OPEN, ExchangeKeys.open))
        world.step(talk, "disclose_identity")
        world.drain()
    return found


def _profiled(world: World, talks: list[Talk], messages: int) -> dict[str, float]:
    """Stage -> milliseconds a message, both ends in this process and no line between them."""
    _say(world, talks, messages)
    with _watching() as found:
        while world.carry("TH", "MM"):
            pass
    return {name: round(seconds * 1000 / messages, 3) for name, seconds in found.items()}


@contextmanager
def _watching() -> Iterator[dict[str, float]]:
    found: dict[str, float] = {}
    watch = cProfile.Profile()
    watch.enable()
    yield found
    watch.disable()
    stats = pstats.Stats(watch).stats  # type: ignore[attr-defined]
    for (file, _, name), (_, _, _, whole, _) in stats.items():
        for where, what in STAGES:
            if name == what and Path(file).name == where and f"{where}:{what}" not in found:
                found[f"{where}:{what}"] = whole
    found["all"] = sum(own for _, _, own, _, _ in stats.values())


def _send(world: World, server: Server, messages: int) -> tuple[Figures, float | None]:
    """Let the worker send what waits, one message after the other, as its lane does; the server's CPU beside it."""
    house = world["TH"].house
    route = Routed(house)
    worker = Worker(house, route)
    for _ in range(WARM_UP):
        assert worker.one("MM")
    spans: list[float] = []
    theirs, ours, began = server.cpu_seconds(), time.process_time(), time.perf_counter()
    while len(spans) < messages:
        at = time.perf_counter()
        assert worker.one("MM"), "nothing was sent"
        spans.append(time.perf_counter() - at)
    took, ours = time.perf_counter() - began, time.process_time() - ours
    used = server.cpu_seconds()
    spent = None if used is None or theirs is None else round((used - theirs) * 1000 / messages, 3)
    route.close()
    assert not world.lanes("TH"), "a message was not receipted"
    spans.sort()
    middle, high = spans[len(spans) // 2] * 1000, spans[len(spans) * 95 // 100] * 1000
    return Figures(messages, messages / took, middle, high, ours * 1000 / messages), spent


def _sample(world: World) -> bytes:
    """The header of a message that was sent, for its size."""
    with reading(world["TH"].house.db) as session:
        query = select(MESSAGE.c.header).where(MESSAGE.c.direction == "out", MESSAGE.c.type == "disclose_identity")
        return bytes(session.execute(query.limit(1)).scalar_one())


def _bare(needed: Counter[str], header: bytes, messages: int) -> tuple[float, float]:
    """Seconds, and of the processor, for the operations of one message by the bare library; the best of some rounds."""
    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    mine, theirs = Ed25519PrivateKey.generate(), X25519PrivateKey.generate()
    body, about, public = header, b"\0" * 32, theirs.public_key()
    sealed, signature, known = suite.encrypt(body, public, about), mine.sign(header), mine.public_key()
    acts: dict[str, Callable[[], Any]] = {
        SEAL: lambda: suite.encrypt(body, public, about), OPEN: lambda: suite.decrypt(sealed, theirs, about),
        SIGN: lambda: mine.sign(header), VERIFY: lambda: known.verify(signature, header),
    }  # fmt: skip
    wanted = [act for name, act in acts.items() for _ in range(needed[name])]
    rounds = []
    for _ in range(ROUNDS):
        began, used = time.perf_counter(), time.process_time()
        for _ in range(messages):
            for act in wanted:
                act()
        rounds.append(((time.perf_counter() - began) / messages, (time.process_time() - used) / messages))
    return min(each for each, _ in rounds), min(each for _, each in rounds)


def table(figures: dict[str, Any]) -> Iterator[str]:
    """The figures for people."""
    sent = figures["sent"]
    yield "| messages | per s | p50 ms | p95 ms | sender CPU ms | receiver CPU ms | bare per s | ratio | ratio of CPU |"
    yield "|---|---|---|---|---|---|---|---|---|"
    yield (
        f"| {figures['messages']} | {sent['per_second']:.0f} | {sent['p50_ms']:.1f} | {sent['p95_ms']:.1f} |"
        f" {figures['sender_cpu_ms']:.1f} | {figures['receiver_cpu_ms']} | {figures['bare_per_second']:.0f} |"
        f" {figures['ratio']:.3f} | {figures['cpu_ratio']:.3f} |"
    )
    yield f"One message needs {figures['operations']}; bare {figures['bare_ms']} ms, {figures['bare_cpu_ms']} of CPU."
    yield f"People say {figures['said_per_second']:.0f} a second (a step with its message)."
    yield "Where the time goes, ms a message, both ends in one process under the profiler:"
    for name, spent in sorted(figures["profile"].items(), key=lambda each: -each[1]):
        yield f"  {name:32} {spent:8.3f}"


if __name__ == "__main__":
    sys.exit(main())
