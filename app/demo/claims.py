"""A claim for unpaid wages: filed before the person leaves, paid in two parts after they have gone home."""

from __future__ import annotations

from datetime import date, timedelta

from app.demo.forms import Form
from app.demo.life import Life
from app.demo.play import Story
from workflows.claims import REMEDY

# What was awarded, and the first part of it; whole baht.
AWARDED, FIRST = 48_000, 20_000


def file(life: Life) -> None:
    """Prepare and file a claim for wages, with a power of attorney; it goes on wherever the person is."""
    stage, case_id, legal = life.stage, life.case_id, life.crew.legal
    made = stage.matter_step(legal, REMEDY, "prepare_remedy", case_id, {
        "remedy_kind": "wages", "basis": "Months of work that were never paid.", "estimate": baht(60_000),
        "person_says": "wants",
    })  # fmt: skip
    life.claim_id = made.matter_id or ""
    _step(life, "file_remedy", {
        "forum": "labour_inspectorate", "filed_on": life.today().isoformat(),
        "file_number": f"LW {life.person.number}/{life.today().year}", "claimed": baht(60_000),
        "representative": "legal_aid", "power_of_attorney": "signed", "person_agrees": True,
    })  # fmt: skip


def paid_after(life: Life, received: date) -> Story:
    """Awarded soon after the return, then paid in two parts that reach the person at home."""
    if not life.claim_id:
        return
    yield life.on(received + timedelta(days=7), 10)
    _step(life, "award_remedy", {"decided_on": life.today().isoformat(), "awarded": baht(AWARDED)})
    for days, units in ((14, FIRST), (30, AWARDED - FIRST)):
        yield life.on(received + timedelta(days=days), 11)
        _step(life, "pay_remedy", {
            "paid_on": life.today().isoformat(), "paid": baht(units), "channel": "through_partner",
            "proof": "receipt", "reached_person": True,
        })  # fmt: skip


def baht(units: int) -> Form:
    """An amount in the currency of the country."""
    return {"units": units, "currency": "THB"}


def _step(life: Life, step: str, record: Form) -> None:
    life.stage.matter_step(life.crew.legal, REMEDY, step, life.case_id, record, life.claim_id)
