"""The pictures and the table of steps show the machines as they are."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from app.drawing import BEGIN, END, HEADINGS, diagram_page, step_table, with_table, write_diagrams
from tests.workflows.situations import all_steps, step_of
from workflows.engine import MACHINES, draw

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "workflows"
README = ROOT / "workflows" / "README.md"
STALE = "the machines have changed: run `waymark draw` and commit what it writes"


@pytest.mark.parametrize("machine", MACHINES)
def test_the_page_shows_the_machine(machine: str) -> None:
    page = PAGES / f"{machine}.md"
    assert page.is_file(), STALE
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"```mermaid\n(.*?)```", text, re.DOTALL) == [draw(machine)], STALE
    assert text == diagram_page(machine), STALE
    words = text.partition("```mermaid")[0]
    assert words.startswith(f"# {MACHINES[machine].title}\n")
    assert len(words.split()) > 40, "say in words what the diagram shows"


def test_there_is_a_page_for_each_machine_and_no_other() -> None:
    assert {page.stem for page in PAGES.glob("*.md")} == set(MACHINES)


def test_the_readme_lists_every_step() -> None:
    text = README.read_text(encoding="utf-8")
    assert with_table(text) == text, STALE
    rows = [line for line in step_table().splitlines()[2:]]
    assert len(rows) == len(all_steps())
    for (machine, step), row in zip(all_steps(), rows, strict=True):
        assert row.startswith(f"| {machine} | `{step}` | ")
        assert row.count(" | ") == len(HEADINGS) - 1
        for guard in step_of(machine, step).guards:
            assert guard.name in row
        assert f"`{step_of(machine, step).permission}`" in row


def test_drawing_makes_and_refreshes_everything(tmp_path: Path) -> None:
    folder = tmp_path / "docs" / "workflows"
    assert [page.name for page in write_diagrams(folder)] == [f"{name}.md" for name in MACHINES]
    (tmp_path / "workflows").mkdir()
    readme = tmp_path / "workflows" / "README.md"
    shutil.copyfile(README, readme)
    before, _, _ = readme.read_text(encoding="utf-8").partition(BEGIN)
    readme.write_text(f"{before}{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    (folder / "care.md").write_text("old", encoding="utf-8")
    assert write_diagrams(folder)[-1] == readme
    assert readme.read_text(encoding="utf-8") == f"{before}{BEGIN}\n\n{step_table()}\n{END}\nafter\n"
    assert (folder / "care.md").read_text(encoding="utf-8") == diagram_page("care")


def test_a_readme_without_its_comments_is_not_overwritten() -> None:
    for text in ("nothing", BEGIN, END):
        with pytest.raises(ValueError, match="both comments"):
            with_table(text)
