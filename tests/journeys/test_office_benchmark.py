"""The benchmark of a small office runs as people run it, on a small world, and refuses what it cannot do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.office import GOALS, MIX, Round, table

ROOT = Path(__file__).resolve().parents[2]


def test_a_tiny_office_is_filled_served_and_measured(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    done = run("--cases", "60", "--people", "2", "--seconds", "20", "--pause", "0", "--json", str(figures))
    assert done.returncode == 0, done.stderr
    told = json.loads(figures.read_text())
    assert told["cases"] == 60 and told["people"] == 2
    acts = told["rounds"][0]["acts"]
    assert set(acts) == set(MIX) and all(each["count"] > 0 < each["p95_ms"] for each in acts.values())
    assert {name: each["goal_p95_ms"] for name, each in acts.items() if each["goal_p95_ms"]} == GOALS
    assert "2 people at once, nobody rests" in done.stdout and "case page, HTML" in done.stdout


def test_what_it_cannot_do_it_says(tmp_path: Path) -> None:
    nothing = run("--world", str(tmp_path))
    assert nothing.returncode == 2 and "holds no world" in nothing.stderr
    assert "must end within 600 seconds" in run("--seconds", "400").stderr


def test_a_goal_that_is_missed_is_said() -> None:
    found = Round(0.0, {name: [0.001] * 19 + [0.07] for name in MIX}, 10.0)
    lines = {line[:20].strip(): line for line in table(found, 20)}
    assert lines["step"].rstrip().endswith("over 60") and lines["case page"].rstrip().endswith("over 30")
    found.spans["step"][-1] = 0.05
    assert "<= 60" in {line[:20].strip(): line for line in table(found, 20)}["step"]
    assert "<=" not in lines["timeline"] and "over" not in lines["timeline"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it the way people do."""
    clean = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.office", *arguments], cwd=ROOT, env=clean, capture_output=True, text=True,
        timeout=900, check=False,
    )  # fmt: skip
