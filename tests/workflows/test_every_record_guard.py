"""Every record may be written when all holds; every guard of every kind refuses when only its claim fails."""

from __future__ import annotations

import pytest

from app.casework.kinds import KINDS
from policies.model import Policies
from tests.workflows.breaking import Break
from tests.workflows.breaks_on_records import RECORDS, SAYS, writing
from tests.workflows.test_every_guard import BREAKS, must_be_complete
from workflows.mending import every_guard
from workflows.recording import ONLY_WITH_STEP, guards_for, refusals_for

WRITTEN = sorted(set(KINDS) - ONLY_WITH_STEP)
PAIRS = [(kind, guard.name) for kind in WRITTEN for guard in guards_for(kind)]


def breaks_of(guard: str) -> list[Break]:
    """How to break a guard of a record, which a step may ask as well."""
    return RECORDS.get(guard) or BREAKS[guard]


def test_every_guard_there_is_has_a_row() -> None:
    """Of a step or of a record: whoever writes a guard says here how it is broken, or stops."""
    assert {guard.name for guard in every_guard()} - set(BREAKS) == set(RECORDS)
    assert {guard for _, guard in PAIRS} <= {guard.name for guard in every_guard()}, "no kind is left out"
    assert set(SAYS) <= set(WRITTEN), "words of kinds that nobody writes"


@pytest.mark.parametrize("child", [False, True], ids=["adult", "child"])
@pytest.mark.parametrize("kind", WRITTEN)
def test_the_record_may_be_written_when_everything_holds(kind: str, child: bool, policies: Policies) -> None:
    assert refusals_for(kind, writing(kind, child), policies) == ()


@pytest.mark.parametrize(("kind", "guard"), PAIRS)
def test_the_guard_refuses_when_only_its_claim_fails(kind: str, guard: str, policies: Policies) -> None:
    for way in breaks_of(guard):
        for child in [way.child] if way.child is not None else [False, True]:
            rules = way.policies(policies) if way.policies else policies
            found = refusals_for(kind, way.change(writing(kind, child)), rules)
            codes = {refusal.code for refusal in found}
            assert guard in codes, f"a record of {kind} lets {guard} pass"
            assert codes <= {guard, *way.also}, f"{kind}, {guard}: also {codes - {guard}}"
            for refusal in found:
                must_be_complete(refusal, policies)
