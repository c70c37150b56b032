"""What becomes an unsealed fact of an office or a place is a code; words of older records stay readable, and sealed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from app.casework.forms import UNNAMED, CodeCheck, Entry
from app.casework.kinds import KINDS
from policies.load import load_policies
from tests.workflows.situations import case, referral
from workflows.step import Side

WORDS = "the court at the old market, Mr Somchai"
FIELDS = (
    ("identification_decision", "authority", "th-mdt"),
    ("handover_schedule", "border_point", "mae-sot-myawaddy"),
    ("reception_plan", "office", "mm-dor"),
    ("admission", "shelter", "th-shelter-tak"),
    ("placement", "shelter", "th-shelter-tak"),
)
ENTRY = Entry("actor", "th-mdt", "TH", date(2026, 11, 2))


def fact_of(kind: str, body: dict[str, Any], check: CodeCheck) -> str:
    found = KINDS[kind].form.model_validate(body, context=check)
    if kind == "identification_decision":
        folded = KINDS[kind].fold_case(case(), found, ENTRY)
        assert folded.decision is not None
        return folded.decision.authority
    if kind in ("admission", "placement"):
        shelter = getattr(KINDS[kind].fold_case(case(), found, ENTRY), kind).shelter
        return str(shelter)
    told = KINDS[kind].fold_referral(referral(Side.SENDER), found, ENTRY)
    return str(told.schedule.border_point if kind == "handover_schedule" else told.reception.office)


@pytest.mark.parametrize(("kind", "field", "code"), FIELDS)
def test_words_are_refused_now_and_read_as_they_were(kind: str, field: str, code: str) -> None:
    policies = load_policies()
    body = {**KINDS[kind].example, field: WORDS}
    if kind == "admission":
        # A shelter of the list, or another place.
        body["place"] = None
    for day in ("on", "notified_on"):
        if day in body and body[day] is not None:
            body[day] = date.fromisoformat(body[day])
    with pytest.raises(ValidationError, match="Choose one of the"):
        KINDS[kind].form.model_validate(body, context=CodeCheck(policies))
    assert fact_of(kind, body, CodeCheck(policies, lenient=True)) == UNNAMED
    assert getattr(KINDS[kind].form.model_validate(body, context=CodeCheck(policies, lenient=True)), field) == WORDS
    assert fact_of(kind, {**body, field: code}, CodeCheck(policies)) == code


def test_a_blocked_country_is_a_code_that_blocks() -> None:
    policies, kind = load_policies(), KINDS["circumstances"]
    for words in ("Myanmar", "mm", "XX"):
        with pytest.raises(ValidationError, match="Choose one of the answers"):
            kind.form.model_validate({"blocked_countries": [words]}, context=CodeCheck(policies))
    older = kind.form.model_validate(
        {"blocked_countries": ["Myanmar", "mm", "MM"]}, context=CodeCheck(policies, lenient=True)
    )
    assert older.blocked_countries == ("Myanmar", "mm", "MM")
    assert kind.fold_case(case(), older, ENTRY).blocked_countries == {"MM"}
