"""The only place that opens policy files: reads a folder as a whole and reports every problem at once."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from policies.build import DEFAULT, FOLDERS, SINGLES, Builder
from policies.model import Policies
from policies.nodes import Document, Problem, read_document

HERE = Path(__file__).parent


class PolicyError(Exception):
    """The policy files contradict themselves. `problems`: every (file, line, sentence), sorted."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = [(each.file, each.line, each.text) for each in sorted(set(problems))]
        super().__init__("\n".join(f"{file}:{line}: {text}" for file, line, text in self.problems))


def load_policies(folder: Path | None = None) -> Policies:
    """Read and check all policy files.

    folder: a folder laid out like this one; None = this one, read once per process.
    Raises PolicyError with all problems found, each as file, line and sentence.
    """
    return _own() if folder is None else _load(Path(folder))


@cache
def _own() -> Policies:
    return _load(HERE)


def _load(folder: Path) -> Policies:
    found = [path.relative_to(folder).as_posix() for each in FOLDERS for path in (folder / each).glob("*")]
    digest = hashlib.sha256()
    documents: dict[str, Document] = {}
    for file in sorted({*SINGLES, DEFAULT, *found}):
        documents[file] = _read(folder, file, digest)
    policies = Builder(documents).policies(digest.hexdigest())
    problems = [each for document in documents.values() for each in document.problems]
    if problems or policies is None:
        raise PolicyError(problems)
    return policies


def _read(folder: Path, file: str, digest: hashlib._Hash) -> Document:
    if not (folder / file).is_file():
        return _faulty(file, "is missing")
    if not file.endswith(".yaml"):
        return _faulty(file, "is not a policy file: policy files end in .yaml")
    content = (folder / file).read_bytes()
    # Name and length first, so that moving a byte from one file to the next cannot give the same digest.
    digest.update(f"{file}\0{len(content)}\0".encode())
    digest.update(content)
    try:
        return read_document(file, content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return _faulty(file, "is not UTF-8 text", line)


def _faulty(file: str, text: str, line: int = 1) -> Document:
    return Document(file, problems=[Problem(file, line, text)])
