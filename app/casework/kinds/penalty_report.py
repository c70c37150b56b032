"""A penalty against the person: what, when, by whom, and for which act."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import Field

from app.casework.forms import Asked, Coded, DoneOn, Entry, Kind, Long, RecordForm, not_before
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts, MatterFacts
from workflows.matter import HELD, URGENT

# These cannot wait a day.
AT_ONCE = frozenset({"detention", "removal"})


class PenaltyReport(RecordForm):
    """OHCHR-P7, ACTIP-14.7: whoever reports need not be sure; the review decides whether there is a link."""

    penalty_kind: Annotated[str, Coded("penalty_kind")] = Field(title=mark("Which penalty is it?"))
    since: Annotated[DoneOn | None, Asked(must=True)] = Field(default=None, title=mark("On which day did it happen?"))
    authority: Annotated[str, Coded("penalty_authority")] = Field(title=mark("Which authority did it?"))
    act: Annotated[str, Coded("penalised_act")] = Field(title=mark("What is the person said to have done?"))
    held_now: bool = Field(title=mark("Is the person held now?"))
    answer_by: date | None = Field(default=None, title=mark("By which day must somebody answer the authority?"))
    account: Annotated[Long | None, Asked(must=True)] = Field(
        default=None,
        title=mark("What happened?"),
        description=mark("Where, which papers were given, and what the person says."),
    )

    _in_order = not_before("since", "answer_by")


def fold(matter: MatterFacts, form: PenaltyReport, entry: Entry) -> MatterFacts:
    """What the penalty is; a detention or a removal cannot wait."""
    kept = {flag for flag in matter.flags - {HELD, URGENT} if flag.partition(".")[0] not in {"act", "authority"}}
    kept |= {f"act.{form.act}", f"authority.{form.authority}"}
    if form.held_now or form.penalty_kind in AT_ONCE:
        kept.add(URGENT)
    if form.held_now:
        kept.add(HELD)
    return replace(matter, about=form.penalty_kind, due=form.answer_by, flags=frozenset(kept))


def fold_case(facts: CaseFacts, form: PenaltyReport, entry: Entry) -> CaseFacts:
    """A person who is held now is held, whatever was known before."""
    return replace(facts, detained=True) if form.held_now else facts


KIND = Kind(
    "penalty_report", "Report of a penalty", FieldGroup.LEGAL, PenaltyReport,
    {"penalty_kind": "charge", "since": "2026-11-20", "authority": "police", "act": "online_fraud", "held_now": False,
     "account": "Charged at the station with fraud by telephone; says the guards of the compound made the calls."},
    fold_case=fold_case, fold_matter=fold, permission="legal:report",
)  # fmt: skip
