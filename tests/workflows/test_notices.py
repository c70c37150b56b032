"""A notice that leaves something out leaves its duty open; who was not told everything has consented to nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.casework.forms import Entry
from app.casework.kinds import KINDS
from app.casework.projection import after_record
from tests.workflows.situations import TODAY, case
from workflows.effects import CloseTask
from workflows.facts import CaseFacts
from workflows.recording import follows

ENTRY = Entry("worker-1", "th-shelter-tak", "TH", TODAY)
BARE = replace(case(), rights=None, remedies_notice=None, consents=())


def filled(kind: str, before: CaseFacts = BARE, **changes: object) -> CaseFacts:
    """The facts once the example of a kind, but for ``changes``, is on record."""
    days = {"valid_from": date(2026, 1, 1), "valid_until": None} if kind == "consent" else {}
    form = KINDS[kind].form.model_validate({**KINDS[kind].example, **days, **changes}, strict=False)
    return after_record(before, kind, form, ENTRY)


@pytest.mark.parametrize(
    ("kind", "task", "change", "done"),
    [
        ("rights_notice", "read_rights", {}, True),
        ("rights_notice", "read_rights", {"answer": "declined"}, True),
        ("rights_notice", "read_rights", {"understood": False}, False),
        ("rights_notice", "read_rights", {"witness": None}, False),
        ("rights_notice", "read_rights", {"confidentiality_limits_explained": False}, False),
        ("rights_notice", "read_rights", {"asylum_information_given": False}, False),
        ("rights_notice", "read_rights", {"consular_access_explained": False}, False),
        ("remedies_notice", "explain_remedies", {}, True),
        ("remedies_notice", "explain_remedies", {"answer": "declined"}, True),
        ("remedies_notice", "explain_remedies", {"understood": False}, False),
    ],
)
def test_only_a_whole_notice_ends_the_duty_to_give_it(
    kind: str, task: str, change: dict[str, object], done: bool
) -> None:
    after = filled(kind, **change)
    wanted = (CloseTask(task),) if done else ()
    assert follows(kind, BARE, after, on=TODAY) == wanted
    assert follows(kind, BARE, after, on=TODAY, corrected=True) == wanted, "a notice corrected may be whole after all"


@pytest.mark.parametrize(
    "name",
    ["told_purpose", "told_use", "told_right_to_request_data", "told_storage_time", "told_how_to_withdraw"],
)
def test_who_was_not_told_everything_has_consented_to_nothing(name: str) -> None:
    (whole,) = filled("consent").consents
    assert whole.covers("notify_origin", "MM", TODAY)
    (half,) = filled("consent", **{name: False}).consents
    assert not half.covers("notify_origin", "MM", TODAY)
