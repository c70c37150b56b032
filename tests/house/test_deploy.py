"""The deployment files name commands and settings that there are; nothing runs as root or writes where it may not."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from typer.main import get_command

from app.cli import app
from app.settings import Settings

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = ROOT / "docs" / "deploy"
SETTINGS: Final = {f"WAYMARK_{name.upper()}" for name in Settings.model_fields}
# A setting that is only a secret: its value stands in no file that is shown around.
SECRET: Final = re.compile(r"(PASSWORD|SECRET|KEY|URL)$")
NOT_SECRET: Final = {"WAYMARK_PUBLIC_URL"}
# What a unit has to say to be bounded.
HARDENED: Final = {
    "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes",
    "CapabilityBoundingSet": "", "RestrictSUIDSGID": "yes", "User": "waymark",
}  # fmt: skip
# What is written at run time (docs/deploy/README.md).
WRITTEN: Final = {"/var/lib/waymark", "/srv/backup", "/srv/checkpoints", "/tmp"}

Read = Callable[[str], str]


def shipped(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def units() -> list[str]:
    return sorted(f"systemd/{file.name}" for file in (FOLDER / "systemd").glob("*.service"))


def unit(text: str) -> list[tuple[str, str]]:
    """The lines of a unit, in order: a word may be said several times."""
    lines = (line for line in text.splitlines() if line and not line.startswith(("#", "[")))
    return [(name, value) for name, _, value in (line.partition("=") for line in lines)]


def unknown_command(words: list[str]) -> str | None:
    """What of a command there is not; None if all of it is there."""
    at: Any = get_command(app)
    rest = [*words]
    while rest and not rest[0].startswith("-") and hasattr(at, "commands"):
        if rest[0] not in at.commands:
            return f"waymark {' '.join(words)}: there is no {rest[0]}"
        at = at.commands[rest.pop(0)]
    options = {option: each for each in at.params for option in (*each.opts, *each.secondary_opts)}
    while rest:
        word = rest.pop(0)
        if word not in options:
            return f"waymark {' '.join(words)}: there is no {word}"
        if not options[word].is_flag:
            if not rest:
                return f"waymark {' '.join(words)}: {word} needs a value"
            rest.pop(0)
    return None


def variables(text: str) -> Iterator[str]:
    """What is wrong with the WAYMARK_ variables of a file: unknown ones, and secrets that stand there."""
    for name, value in re.findall(r"\b(WAYMARK_[A-Z_]+)\b(?:=|: *|, value: *)?([^\s,}]*)", text):
        if name not in SETTINGS:
            yield f"there is no setting {name}"
        elif SECRET.search(name) and name not in NOT_SECRET and value:
            yield f"{name} stands there; give it in a file ({name}_FILE)"


def faults_of_systemd(read: Read) -> Iterator[str]:
    for name in units():
        said = unit(read(name))
        known = dict(said)
        for word, value in HARDENED.items():
            if known.get(word) != value:
                yield f"{name}: {word} is {known.get(word)}, not {value}"
        if not set(known.get("ReadWritePaths", "").split()) <= WRITTEN:
            yield f"{name}: it may write to {known['ReadWritePaths']}"
        program, *words = shlex.split(known["ExecStart"])
        if program != "/opt/waymark/bin/waymark":
            yield f"{name}: it runs {program}"
        if wrong := unknown_command(words):
            yield f"{name}: {wrong}"
    for file in sorted((FOLDER / "systemd").iterdir()):
        yield from (f"{file.name}: {wrong}" for wrong in variables(read(f"systemd/{file.name}")))
    for file in (FOLDER / "systemd").glob("*.timer"):
        if not file.with_suffix(".service").is_file() or "OnCalendar" not in dict(unit(read(f"systemd/{file.name}"))):
            yield f"{file.name}: a timer of nothing, or of no time"


def faults_of_compose(read: Read) -> Iterator[str]:
    text = read("compose.yaml")
    yield from (f"compose.yaml: {wrong}" for wrong in variables(text))
    said = yaml.safe_load(text)
    for name, each in said["services"].items():
        if str(each.get("user", "")).partition(":")[0] in ("", "0", "root"):
            yield f"compose.yaml: {name} runs as root"
        if each.get("read_only") is not True:
            yield f"compose.yaml: {name} may write to its root file system"
        if each.get("cap_drop") != ["ALL"] or each.get("privileged"):
            yield f"compose.yaml: {name} keeps capabilities"
        if not set(each.get("secrets", ())) <= set(said["secrets"]):
            yield f"compose.yaml: {name} asks for a secret that is none"
        if each["image"] == "waymark":
            program, *words = each["command"]
            wrong = unknown_command(words) if program == "waymark" else f"it runs {program}"
            if wrong:
                yield f"compose.yaml: {name}: {wrong}"
    for name, each in said["secrets"].items():
        if set(each) != {"file"}:
            yield f"compose.yaml: the secret {name} is no file"


def pods(said: Any) -> Iterator[tuple[str, Any]]:
    """(name, spec) of every pod that a file makes."""
    for each in said:
        spec = each.get("spec", {})
        spec = spec.get("jobTemplate", {}).get("spec", spec)
        if "template" in spec:
            yield each["metadata"]["name"], spec["template"]["spec"]


def faults_of_kubernetes(read: Read) -> Iterator[str]:
    text = read("kubernetes.yaml")
    yield from (f"kubernetes.yaml: {wrong}" for wrong in variables(text))
    for name, pod in pods(yaml.safe_load_all(text)):
        bounds = pod.get("securityContext", {})
        if not bounds.get("runAsNonRoot") or not bounds.get("runAsUser"):
            yield f"kubernetes.yaml: {name} runs as root"
        volumes = {each["name"] for each in pod["volumes"]} | {"data"}
        for box in pod["containers"]:
            own = box.get("securityContext", {})
            if own.get("readOnlyRootFilesystem") is not True:
                yield f"kubernetes.yaml: {name} may write to its root file system"
            if own.get("allowPrivilegeEscalation") is not False or own.get("capabilities") != {"drop": ["ALL"]}:
                yield f"kubernetes.yaml: {name} keeps capabilities"
            if missing := {each["name"] for each in box["volumeMounts"]} - volumes:
                yield f"kubernetes.yaml: {name} mounts {missing}, which is not there"
            if box["image"].startswith("waymark"):
                program, *words = box["command"]
                wrong = unknown_command(words) if program == "waymark" else f"it runs {program}"
                if wrong:
                    yield f"kubernetes.yaml: {name}: {wrong}"
                if not any(each["mountPath"] == "/tmp" for each in box["volumeMounts"]):
                    yield f"kubernetes.yaml: {name} has no /tmp"


def faults_of_image(read: Read) -> Iterator[str]:
    text = read("../../Dockerfile")
    yield from (f"Dockerfile: {wrong}" for wrong in variables(re.sub(r"^#.*$", "", text, flags=re.M)))
    users = re.findall(r"^USER (\S+)$", text, re.M)
    if not users or not users[-1].isdecimal() or users[-1] == "0":
        yield "Dockerfile: it runs as root, or nobody can see that it does not"
    program, *words = yaml.safe_load(re.findall(r"^CMD (.*)$", text, re.M)[-1])
    if program != "waymark" or unknown_command(words):
        yield f"Dockerfile: it runs {program} {words}"


CHECKS: Final = {
    "systemd": faults_of_systemd, "compose": faults_of_compose, "kubernetes": faults_of_kubernetes,
    "image": faults_of_image,
}  # fmt: skip
# Kind -> file, what stands there, what is planted in its place, what the fault has to say.
PLANTED: Final = [
    ("systemd", "systemd/waymark-web.service", "User=waymark", "User=root", "User is root"),
    ("systemd", "systemd/waymark-web.service", "ProtectSystem=strict", "ProtectSystem=full", "ProtectSystem"),
    ("systemd", "systemd/waymark-web.service", "--processes 2", "--proceses 2", "there is no --proceses"),
    ("systemd", "systemd/waymark-backup.service", "waymark backup", "waymark backups", "there is no backups"),
    ("systemd", "systemd/waymark.env", "WAYMARK_PUBLIC_URL", "WAYMARK_PUBLIK_URL", "no setting WAYMARK_PUBLIK_URL"),
    ("systemd", "systemd/waymark.env", "WAYMARK_VAR=", "WAYMARK_DATABASE_URL=postgresql://a:b@c/d\nWAYMARK_VAR=",
     "give it in a file"),
    ("compose", "compose.yaml", 'user: "10001:10001"', 'user: "0:0"', "runs as root"),
    ("compose", "compose.yaml", "read_only: true", "read_only: false", "may write"),
    ("compose", "compose.yaml", "[waymark, worker]", "[waymark, werker]", "there is no werker"),
    ("compose", "compose.yaml", "WAYMARK_METRICS_LISTEN", "WAYMARK_METRIKS", "no setting"),
    ("kubernetes", "kubernetes.yaml", "runAsNonRoot: true", "runAsNonRoot: false", "runs as root"),
    ("kubernetes", "kubernetes.yaml", "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "may write"),
    ("kubernetes", "kubernetes.yaml", "[waymark, migrate]", "[waymark, migrat]", "there is no migrat"),
    ("kubernetes", "kubernetes.yaml", "mountPath: /tmp", "mountPath: /var/tmp", "has no /tmp"),
    ("image", "../../Dockerfile", "USER 10001", "USER root", "runs as root"),
    ("image", "../../Dockerfile", '"serve"', '"server"', "it runs waymark"),
]


@pytest.mark.parametrize("kind", CHECKS)
def test_what_is_shipped_says_what_there_is(kind: str) -> None:
    assert list(CHECKS[kind](shipped)) == []


@pytest.mark.parametrize(("kind", "file", "there", "planted", "words"), PLANTED)
def test_a_planted_fault_is_found(kind: str, file: str, there: str, planted: str, words: str) -> None:
    assert there in shipped(file)

    def read(name: str) -> str:
        return shipped(name).replace(there, planted) if name == file else shipped(name)

    found = list(CHECKS[kind](read))
    assert any(words in each for each in found), found


def test_the_examples_cover_what_an_installation_needs() -> None:
    assert {"waymark-web", "waymark-worker", "waymark-migrate", "waymark-backup", "waymark-finish-erasures"} <= {
        Path(name).stem for name in units()
    }
    assert {"web", "worker", "migrate", "postgresql"} <= set(yaml.safe_load(shipped("compose.yaml"))["services"])
    made = {name for name, _ in pods(yaml.safe_load_all(shipped("kubernetes.yaml")))}
    assert {"waymark-web", "waymark-worker", "waymark-migrate", "waymark-backup", "postgresql"} <= made
