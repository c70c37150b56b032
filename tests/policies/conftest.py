"""A copy of the policy folder that a test may break, and the policies as they are."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from policies.load import HERE, PolicyError, load_policies
from policies.model import Policies


class BrokenCopy:
    """The policy files in a folder of their own: `swap` breaks them, `problems` what was found."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(HERE, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__", "examples"))

    def text(self, file: str) -> str:
        return (self.folder / file).read_text(encoding="utf-8")

    def write(self, file: str, text: str) -> None:
        (self.folder / file).write_text(text, encoding="utf-8")

    def swap(self, file: str, old: str, new: str) -> int:
        """Put `new` in the place of the first `old`; the line (from 1) on which `old` began."""
        before, found, after = self.text(file).partition(old)
        assert found, f"{file} no longer contains {old!r}"
        self.write(file, before + new + after)
        return before.count("\n") + 1

    def load(self) -> Policies:
        return load_policies(self.folder)

    def problems(self) -> list[tuple[str, int, str]]:
        with pytest.raises(PolicyError) as caught:
            self.load()
        return caught.value.problems


@pytest.fixture
def copy(tmp_path: Path) -> BrokenCopy:
    return BrokenCopy(tmp_path / "policies")


@pytest.fixture(scope="session")
def policies() -> Policies:
    return load_policies()
