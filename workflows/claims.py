"""What all claims for a remedy share: whose wish, who carries them on, amounts in one currency, days in order.

The forms of a claim write here what its guards read; what a form says that cannot be is kept as a flag, refused by a
guard, and so never stored.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from workflows.facts import CaseFacts, MatterFacts
from workflows.matter import untold

REMEDY = "remedy"
# The person wants the claim. Somebody can act for the person from afar. The money has come into the person's hands.
WANTED, ROUTE, REACHED = "wanted", "route", "reached"
# What is said of the end of a claim.
TOLD, EXPLAINED = "told", "explained"
ALONE = "themself"
# What a form says that cannot be.
OTHER_CURRENCY, TOO_EARLY, AHEAD = "other_currency", "too_early", "ahead"


def flagged(matter: MatterFacts, **said: bool) -> MatterFacts:
    """The claim with each of these flags up or down."""
    up = frozenset(name for name, holds in said.items() if holds)
    return replace(matter, flags=(matter.flags - set(said)) | up)


def coded(matter: MatterFacts, name: str, code: str) -> MatterFacts:
    """The claim with the newest answer to a coded question as a flag, such as representative.lawyer."""
    kept = frozenset(flag for flag in matter.flags if flag.partition(".")[0] != name)
    return replace(matter, flags=kept | {f"{name}.{code}"})


def valued(matter: MatterFacts, currency: str) -> MatterFacts:
    """The claim once an amount in this currency was named; another one than before is marked."""
    if matter.currency not in (None, currency):
        return replace(matter, flags=matter.flags | {OTHER_CURRENCY})
    return replace(matter, currency=currency)


def dated(matter: MatterFacts, day: date, today: date, *, moves: bool = True) -> MatterFacts:
    """The claim once something happened on ``day``; one before the act it follows, or after today, is marked.

    moves: whether later acts have to follow this one (payments are told in any order).
    """
    found = set(matter.flags)
    if matter.acted_on is not None and day < matter.acted_on:
        found.add(TOO_EARLY)
    if day > today:
        found.add(AHEAD)
    return replace(matter, flags=frozenset(found), acted_on=day if moves else matter.acted_on)


def represented(matter: MatterFacts, representative: str, power: str) -> MatterFacts:
    """The claim with who speaks for the person; somebody with a power, or by law, can do so from afar."""
    told = coded(matter, "representative", representative)
    return flagged(told, **{ROUTE: representative != ALONE and power != "not_signed"})


def untold_claims(case: CaseFacts) -> int:
    """Claims that an older record of proceedings only counts: those that have not been opened one by one since."""
    legal = case.legal
    return 0 if legal is None else untold(case, REMEDY, legal.open_claims, legal.counted_on or legal.on)


def open_claims(case: CaseFacts) -> int:
    """How many claims of the person are open: each that is followed, and those only counted by an older record."""
    return sum(each.is_open for each in case.matters_of(REMEDY)) + untold_claims(case)


def claims_without_route(case: CaseFacts) -> int:
    """How many open claims nobody could carry on if the person were abroad."""
    ours = sum(each.is_open and ROUTE not in each.flags for each in case.matters_of(REMEDY))
    settled = case.legal is not None and case.legal.cross_border_route
    return ours + (0 if settled else untold_claims(case))
