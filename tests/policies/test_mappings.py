"""How one country reads the codes of another: checked when it is loaded, one meaning on any day."""

from __future__ import annotations

from datetime import date

import pytest

from policies.model import Policies
from tests.policies.conftest import BrokenCopy

FILE = "mappings/mm-th.yaml"
GOOD = """from: MM
to: TH
lists:
  decline_reason:
    - {theirs: no_beds, ours: no_capacity, from: 2026-01-01, until: 2026-06-30, basis: default, note: Agreed by mail.}
    - {theirs: no_beds, ours: other, from: 2026-07-01, basis: default, note: They use it more widely now.}
    - {theirs: full, ours: no_capacity, from: 2026-01-01, basis: default, note: Two words for one thing.}
"""


def with_mapping(copy: BrokenCopy, text: str = GOOD, file: str = FILE) -> BrokenCopy:
    (copy.folder / "mappings").mkdir(exist_ok=True)
    copy.write(file, text)
    return copy


def test_a_message_is_read_by_the_table_of_its_day(copy: BrokenCopy) -> None:
    policies = with_mapping(copy).load()

    def read(code: str, day: date, of: str = "MM", by: str = "TH", name: str = "decline_reason") -> str:
        return policies.read_as(name, code, of=of, by=by, on=day)

    assert read("no_beds", date(2026, 6, 30)) == "no_capacity"
    assert read("no_beds", date(2026, 7, 1)) == "other"
    assert read("full", date(2027, 1, 1)) == "no_capacity"
    # Before the table, of another list, of another country, and the other way round: as it is spelled.
    assert read("no_beds", date(2025, 12, 31)) == "no_beds"
    assert read("no_beds", date(2026, 3, 1), name="postpone_reason") == "no_beds"
    assert read("no_beds", date(2026, 3, 1), of="LA") == "no_beds"
    assert read("no_capacity", date(2026, 3, 1), of="TH", by="MM") == "no_capacity"
    assert read("volcano", date(2026, 3, 1)) == "volcano"


def test_what_is_shipped_maps_nothing_that_nobody_agreed(policies: Policies) -> None:
    assert policies.mappings == {}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("ours: other", "ours: others", "'others' is not in the code list decline_reason (did you mean"),
        ("decline_reason:", "decline_raison:", "there is no code list codes/decline_raison.yaml"),
        (", until: 2026-06-30", "", "'no_beds' is mapped twice"),
        ("theirs: full", "theirs: no_capacity", "is read as it is spelled without a table"),
        ("from: MM", "from: LA", "the file is named mm-th.yaml but it leads from-to la-th"),
        ("from: MM", "from: TH", "leads from one country to another"),
        ("from: MM", "from: ZZ", "there is no country file countries/zz.yaml"),
        ("basis: default, note: Agreed by mail.", "basis: default", "needs a note"),
        ("basis: default, note: Agreed by mail.", "basis: sourced, sources: [XX]", "has no 'XX'"),
        ("from: 2026-07-01, ", "", "'from' is missing"),
        ("theirs: full", f"theirs: {'x' * 61}", "at most 60"),
        ("decline_reason:", "consent_purpose:", "words of the protocol"),
        ("to: TH", "to: TH\nboth_ways: true", "'both_ways' is not a known key"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_used_is_named(copy: BrokenCopy, old: str, new: str, says: str) -> None:
    assert old in GOOD
    problems = with_mapping(copy, GOOD.replace(old, new, 1)).problems()
    assert any(file == FILE and says in text for file, _, text in problems), problems


def test_a_code_that_means_something_else_there_needs_a_reason(copy: BrokenCopy) -> None:
    row = "    - {theirs: security, ours: other, from: 2026-01-01, basis: sourced, sources: [WM-PROTOCOL]"
    problems = with_mapping(copy, f"{GOOD}{row}}}\n").problems()
    assert any("is a code of ours too" in text for _, _, text in problems)
    with_mapping(copy, f"{GOOD}{row}, note: There it is used for illness.}}\n")
    policies = copy.load()
    assert policies.read_as("decline_reason", "security", of="MM", by="TH", on=date(2026, 3, 1)) == "other"
