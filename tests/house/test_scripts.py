"""The scripts a newcomer starts with: plain sh, and a clear word where something is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ("script/_environment.sh", "script/demo", "script/test")
TOOLS = ("sh", "id", "cat", "cksum", "rm", "tr", "dirname", "printf", "env", "uname")
NOT_ROOT = "#!/bin/sh\necho 1000\n"


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder that is the whole PATH: a few tools, an ordinary user, no Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        if found := shutil.which(tool):
            (folder / tool).symlink_to(found)
    _program(folder / "id", NOT_ROOT)
    return folder


def _program(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def _run(path: Path, body: str, folder: Path) -> subprocess.CompletedProcess[str]:
    text = f'cd "{folder}"\n. "{ROOT}/script/_environment.sh"\n{body}\n'
    return subprocess.run(
        [str(path / "sh"), "-c", text], env={"PATH": str(path)}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("shell", ["sh", "dash", "bash"])
def test_they_are_plain_sh(script: str, shell: str) -> None:
    if shutil.which(shell) is None:
        shell = "sh"
    subprocess.run([shell, "-n", str(ROOT / script)], check=True)


def test_they_can_be_run_and_ci_runs_the_same() -> None:
    for script in ("script/demo", "script/test", ".ci/run"):
        assert os.access(ROOT / script, os.X_OK), script
    assert "sh script/test" in (ROOT / ".ci" / "run").read_text()


def test_an_old_python3_is_passed_over_for_a_newer_one(bare: Path, tmp_path: Path) -> None:
    _program(bare / "python3", "#!/bin/sh\nexit 1\n")
    _program(bare / "python3.12", "#!/bin/sh\nexit 0\n")
    result = _run(bare, "find_python", tmp_path)
    assert result.stdout.strip() == str(bare / "python3.12")


def test_without_any_python_the_message_says_what_to_do(bare: Path, tmp_path: Path) -> None:
    _program(bare / "python3", "#!/bin/sh\nexit 1\n")
    result = _run(bare, "make_environment", tmp_path)
    assert result.returncode == 1
    assert "needs Python 3.11 or newer" in result.stderr


def test_without_the_venv_module_the_package_is_named(bare: Path, tmp_path: Path) -> None:
    answers = 'case "$*" in *venv*) exit 1;; *%d.%d*) echo 3.12;; *) exit 0;; esac'
    _program(bare / "python3", f"#!/bin/sh\n{answers}\n")
    result = _run(bare, "make_environment", tmp_path)
    assert result.returncode == 1
    assert "apt-get install python3.12-venv" in result.stderr


def test_nothing_is_installed_when_the_stamp_matches(bare: Path, tmp_path: Path) -> None:
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_text(name)
    log = tmp_path / "installed"
    _program(tmp_path / ".venv/bin/python", f'#!/bin/sh\necho "$@" >>"{log}"\n')
    _program(tmp_path / ".venv/bin/waymark", "#!/bin/sh\n")
    assert _run(bare, "install_project dev", tmp_path).returncode == 0
    assert log.read_text().count("install") == 1
    assert "-c constraints.txt -e .[dev]" in log.read_text()
    assert _run(bare, "install_project dev; install_project ''", tmp_path).returncode == 0
    assert log.read_text().count("install") == 1
    (tmp_path / "constraints.txt").write_text("changed")
    assert _run(bare, "install_project ''", tmp_path).returncode == 0
    assert log.read_text().count("install") == 2


def test_without_a_browser_the_message_says_what_to_install(bare: Path, tmp_path: Path) -> None:
    text = (ROOT / "script" / "test").read_text()
    asked = text[text.index("has_chromium()") : text.index('failed=""')]
    result = _run(bare, asked, tmp_path)
    assert result.returncode == 1 and "apt-get install chromium" in result.stderr
    _program(bare / "chromium", "#!/bin/sh\n")
    result = _run(bare, asked, tmp_path)
    # Letters of the wrong font are measured wrongly, but everything else can be tested.
    assert result.returncode == 0 and "fonts-noto-core" in result.stderr


def test_without_a_security_module_the_message_says_what_to_install(bare: Path, tmp_path: Path) -> None:
    text = (ROOT / "script" / "test").read_text()
    asked = text[text.index("has_softhsm()") : text.index("has_chromium()")]
    result = _run(bare, asked, tmp_path)
    assert result.returncode == 1 and "apt-get install softhsm2" in result.stderr
    _program(bare / "softhsm2-util", "#!/bin/sh\n")
    assert _run(bare, asked, tmp_path).returncode == 0


def test_a_failing_installation_stops(bare: Path, tmp_path: Path) -> None:
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_text(name)
    _program(tmp_path / ".venv/bin/python", "#!/bin/sh\nexit 1\n")
    result = _run(bare, "install_project ''; echo went on", tmp_path)
    assert result.returncode == 1
    assert "went on" not in result.stdout
    assert not (tmp_path / ".venv/.waymark-installed").exists()
