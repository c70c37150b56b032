"""The gate of HTCDS, short: few records in each shape of file, every field corrupted once, both mutants seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gates import htcds


@pytest.mark.parametrize("target", htcds.TARGETS)
def test_records_that_are_right_pass(tmp_path: Path, target: str) -> None:
    assert htcds.valid(tmp_path, target, 40) == (40, 0)


def test_a_corrupted_record_names_its_field_for_each_field() -> None:
    unnamed = [name for name in htcds.STANDARD.fields if not htcds.named(name)]
    assert unnamed == []
    print(f"GATE htcds corrupted={len(htcds.STANDARD.fields)} unnamed={len(unnamed)} limit=0")


def test_an_alias_that_is_dropped_is_seen(tmp_path: Path) -> None:
    assert htcds.comes_back(tmp_path, "xlsform")
    with htcds.without_alias("prs_First_Name"):
        assert not htcds.comes_back(tmp_path, "xlsform")


def test_labels_that_are_not_read_are_seen(tmp_path: Path) -> None:
    assert htcds.comes_back(tmp_path, "template")
    with htcds.without_labels():
        assert not htcds.comes_back(tmp_path, "template")
