"""The table of docs/evidence.md names tests that are there, each once."""

from __future__ import annotations

import ast
import re
from pathlib import Path

TABLE = Path("docs/evidence.md")


def test_every_test_that_is_named_is_there() -> None:
    named = re.findall(r"\| `((?:app|gates)/[\w/]+\.py)::(test_\w+)` \|", TABLE.read_text("utf-8"))
    assert len(named) == len(set(named)) >= 40
    for file, name in named:
        tree = ast.parse(Path("tests", file).read_text("utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, (file, name)
    commands = set(re.findall(r"`python -m (benchmarks\.\w+)", TABLE.read_text("utf-8")))
    assert commands and all(Path(*each.split(".")).with_suffix(".py").is_file() for each in commands)
