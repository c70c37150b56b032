"""A threat to the person, to their family or to those who help them."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Asked, Coded, DoneOn, Entry, Kind, Long, RecordForm
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import MatterFacts
from workflows.matter import URGENT


class ThreatReport(RecordForm):
    """OHCHR-G6.6: every threat is written down, also a small one; several small ones are a great one."""

    threat_kind: Annotated[str, Coded("threat_kind")] = Field(title=mark("What kind of threat is it?"))
    since: Annotated[DoneOn | None, Asked(must=True)] = Field(default=None, title=mark("On which day did it happen?"))
    against: Annotated[str, Coded("threat_target")] = Field(title=mark("Who is threatened?"))
    comes_from: Annotated[str, Coded("threat_source")] = Field(title=mark("Where does the threat come from?"))
    urgent: bool = Field(title=mark("Is somebody in danger right now?"))
    account: Annotated[Long | None, Asked(must=True)] = Field(default=None, title=mark("What happened?"))


def fold(matter: MatterFacts, form: ThreatReport, entry: Entry) -> MatterFacts:
    """Codes alone; the words stay in the record."""
    kept = {flag for flag in matter.flags - {URGENT} if flag.partition(".")[0] not in {"against", "from"}}
    kept |= {f"against.{form.against}", f"from.{form.comes_from}"} | ({URGENT} if form.urgent else set())
    return replace(matter, about=form.threat_kind, flags=frozenset(kept))


KIND = Kind(
    "threat_report", "Report of a threat", FieldGroup.RISK, ThreatReport,
    {"threat_kind": "violence", "since": "2026-11-21", "against": "family", "comes_from": "traffickers",
     "urgent": False, "account": "A message to the brother: she is to say nothing in court."},
    fold_matter=fold, permission="safety:report",
)  # fmt: skip
