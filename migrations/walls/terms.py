"""What the rules of tables are made of: the form of a rule, and the words that most of them use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from migrations.walls.functions import SYSTEM, content

__all__ = ["CASE", "COPY", "HERE", "LOOK", "ME", "SUBJECT", "SYSTEM", "Rule"]

HERE: Final = "country = waymark_said('country')"
ME: Final = "waymark_said('me')"


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule of one table; ``keeps`` and ``removes`` (which rows may go) are ``sees`` if they say nothing else."""

    sees: str
    adds: str
    keeps: str = ""
    removes: str = ""


CASE: Final = "EXISTS (SELECT FROM case_file c WHERE c.id = {0} AND " + content("c") + ")"
COPY: Final = "EXISTS (SELECT FROM referral r WHERE r.id = {0})"
SUBJECT: Final = (
    "CASE subject WHEN 'case' THEN " + CASE.format("subject_id")
    + " WHEN 'referral' THEN " + COPY.format("subject_id") + " ELSE false END"
)  # fmt: skip
LOOK: Final = "waymark_words('look') IS NOT NULL AND CASE subject_kind WHEN 'case' THEN " + (
    CASE.format("subject_id") + " WHEN 'referral' THEN " + COPY.format("subject_id")
    + " WHEN 'task' THEN false ELSE 'country:' || country = ANY (waymark_words('look')) END"
)  # fmt: skip
