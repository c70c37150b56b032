"""What the records of a case say, for its papers: answers in the words of the reader, cut to what the actor sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.casework import fieldgroups, records
from app.casework.inputs import Choice, inputs_of
from app.casework.kinds import KINDS
from app.casework.offers import offered
from app.casework.told import Answer, answers
from app.kit.dates import day_in_both_eras
from app.kit.words import say
from app.overview import case_queries
from app.overview.papers.paper import label
from app.overview.papers.wanted import Wanted
from app.referrals.words import country_word
from policies.model import Policies

__all__ = ["Filed", "as_said", "newest", "signed_by", "yes_no"]


@dataclass(frozen=True, slots=True)
class Filed:
    """One record as a paper quotes it: what it says, on which day it happened, and the name of who wrote it."""

    kind: str
    body: Mapping[str, Any]
    on: date
    by: str

    def text(self, name: str) -> str:
        """What somebody wrote at this question, on one line; "" for nothing."""
        said = self.body.get(name)
        return "" if said is None else " ".join(str(said).split())


def newest(about: Wanted, kind: str, **same: Any) -> Filed | None:
    """The newest record of a kind that the actor may open, of those that say ``same``; None where there is none.

    What was corrected counts with its correction.
    """
    desk = about.desk
    if not fieldgroups.sees_record(desk, kind):
        return None
    for row in case_queries.records_of_kinds(desk, about.held.id, [kind]):
        body = records.opened(desk, row, about.held.key(desk))
        if all(body.get(name) == value for name, value in same.items()):
            by = case_queries.names_of(desk, [row.created_by]).get(row.created_by, "")
            return Filed(kind, body, desk.policies.day(desk.actor.country, row.happened_at), by)
    return None


def as_said(policies: Policies, kind: str, body: Mapping[str, Any], *fields: str) -> list[tuple[str, str]]:
    """The questions of a kind called ``fields`` with the answers of ``body``, in words; without those left open."""
    asked = [each for each in inputs_of(KINDS[kind].form) if each.field in fields]
    told = answers(offered(policies, asked), body)
    return [(say(each.title), _words(policies, each)) for each in told if each.given and not each.rows]


def yes_no(said: object) -> str:
    """Yes or no in words; "" where nobody said."""
    return "" if said is None else say("Yes") if said else say("No")


def signed_by(words: str, who: str) -> str:
    """What stands below a line for a signature: whose it is, as far as a record names them."""
    return f"{words}: {who}" if who else words


def _words(policies: Policies, answer: Answer) -> str:
    if answer.day is not None:
        return day_in_both_eras(answer.day)
    if answer.silence:
        return say(answer.silence)
    return ", ".join(_word(policies, each) for each in answer.chosen) or ", ".join(answer.text.splitlines())


def _word(policies: Policies, choice: Choice) -> str:
    if choice.proper:
        return choice.word
    if choice.code_list == "country":
        return country_word(policies, choice.code)
    return label(policies, choice.code_list, choice.code) if choice.code_list else say(choice.word)
