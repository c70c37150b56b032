"""The tables of what was asked for (docs/evidence.md, docs/exchange.md) name tests that are there, each once."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

# The file -> how many tests it names at least.
TABLES = {"docs/evidence.md": 40, "docs/exchange.md": 30}


@pytest.mark.parametrize("table", TABLES)
def test_every_test_that_is_named_is_there(table: str) -> None:
    text = Path(table).read_text("utf-8")
    named = re.findall(r"\| `((?:app|gates|journeys)/[\w/]+\.py)::(test_\w+)` \|", text)
    assert len(named) == len(set(named)) >= TABLES[table]
    for file, name in named:
        tree = ast.parse(Path("tests", file).read_text("utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, (file, name)
    commands = set(re.findall(r"`python -m ((?:benchmarks|tests\.gates)\.\w+)", text))
    assert commands and all(Path(*each.split(".")).with_suffix(".py").is_file() for each in commands)
