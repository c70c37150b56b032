"""Which ways to testify were offered; what the person chose belongs to cooperation, which no rule reads."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Entry, Kind, Long, RecordForm
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import MatterFacts
from workflows.guards.legal import OFFERED

Ways = Annotated[tuple[Annotated[str, Coded("testimony_way")], ...], Field(strict=False, min_length=1, max_length=10)]
# At least one of these is on the table: nobody is kept in a shelter to wait for a day in court.
WITHOUT_WAITING = frozenset({"in_advance", "remote"})


class TestimonyOffer(RecordForm):
    """TH-ATA-31, ACTIP-15.2: testimony is taken early or from afar, so that nobody has to wait for it."""

    # Not a class of tests, whatever its name says to pytest.
    __test__ = False

    ways: Ways = Field(title=mark("Which ways were offered?"))
    free: bool = Field(title=mark("Was it said that a no changes nothing about the help?"))
    protection: Long | None = Field(default=None, title=mark("What protects the person while they testify?"))


def fold(matter: MatterFacts, form: TestimonyOffer, entry: Entry) -> MatterFacts:
    """Offered where a way was named that spares the waiting, and a no was as good as a yes."""
    offered = bool(WITHOUT_WAITING & set(form.ways)) and form.free
    return replace(matter, flags=matter.flags - {OFFERED} | ({OFFERED} if offered else set()))


KIND = Kind(
    "testimony_offer", "Ways to testify", FieldGroup.LEGAL, TestimonyOffer,
    {"ways": ["in_advance", "remote"], "free": True}, fold_matter=fold, permission="legal:follow",
)
