"""What all claims for a remedy share: whose wish, who carries them on, amounts in one currency, days in order.

The forms of a claim write here what its guards read; what a form says that cannot be is kept as a flag, refused by a
guard, and so never stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from workflows.facts import CaseFacts, MatterFacts
from workflows.matter import put, untold
from workflows.matter_facts import NEWS
from workflows.referral_facts import RemedyNewsFacts, RemedyReplyFacts

REMEDY = "remedy"
# How many news of claims a country had heard of when it answered; it stands beside the answer, as inputs do.
HEARD = "heard"
# The person wants the claim. Somebody can act for the person from afar. The money has come into the person's hands.
WANTED, ROUTE, REACHED = "wanted", "route", "reached"
# What is said of the end of a claim.
TOLD, EXPLAINED = "told", "explained"
ALONE = "themself"
# A person who went home hears of every step that moves a claim; what they decided themselves they know.
MOVES = frozenset({"file_remedy", "award_remedy", "refuse_remedy", "appeal_remedy", "pay_remedy", "stop_remedy"})
# What may be told of a claim (code list remedy_news) -> the states in which it is true.
TRUE_IN: Mapping[str, frozenset[str]] = {
    "filed": frozenset({"filed"}),
    "awarded": frozenset({"awarded", "paying", "paid"}),
    "refused": frozenset({"refused"}),
    "appealed": frozenset({"appealed"}),
    "paid_in_part": frozenset({"paying"}),
    "paid_in_full": frozenset({"paid"}),
    "ended": frozenset({"stopped"}),
}
HOME = "handed_over"
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


def heard_at_home(matter: MatterFacts, care: str, step: str) -> MatterFacts:
    """The claim once a step has moved it: where the person is at home again, they have to hear of it.

    care: of the case. Who was told with the end of the claim knows already.
    """
    told = step == "stop_remedy" and TOLD in matter.flags
    moved = matter.machine == REMEDY and step in MOVES and care == HOME and not told
    return flagged(matter, **{NEWS: True}) if moved else matter


def fits(matter: MatterFacts, about: str, news: str) -> bool:
    """Whether this is a claim of that kind (remedy_kind), and stands as the news say."""
    return matter.machine == REMEDY and matter.about == about and matter.state in TRUE_IN.get(news, frozenset())


def untold_news(case: CaseFacts) -> frozenset[str]:
    """The claims that moved after the person went home, and of which they have not been told."""
    return frozenset(each.id for each in case.matters_of(REMEDY) if NEWS in each.flags)


def told_of(case: CaseFacts, about: str, news: str | None = None) -> CaseFacts:
    """The case once the person is told of a claim: with ``news`` of the one that waits longest and stands so.

    Without, somebody has spoken with the person, and all claims of that kind are told.
    """
    waiting = [each for each in case.matters_of(REMEDY) if NEWS in each.flags and each.about == about]
    if news is not None:
        fitting = (each for each in waiting if fits(each, about, news))
        waiting = sorted(fitting, key=lambda each: each.changed_on)[:1]
    for each in waiting:
        case = put(case, flagged(each, **{NEWS: False}))
    return case


def heard_by_then(rows: tuple[RemedyNewsFacts, ...], said: RemedyReplyFacts | None) -> dict[str, str]:
    """What travels with an answer: how many news the country that answers had heard of. Empty without an answer."""
    return {HEARD: str(len(rows))} if said is not None else {}


def answered(
    rows: tuple[RemedyNewsFacts, ...], said: RemedyReplyFacts, given: Mapping[str, object]
) -> tuple[RemedyNewsFacts, ...]:
    """What was told, once the person's answer has come: to these news of that claim, and to what was told before them.

    News that crossed with the answer wait still, also where they say the same as those that it answers.
    given: what travelled with the answer; older programs do not say how many news they had heard of.
    """
    heard = str(given.get(HEARD, ""))
    known = rows[: int(heard)] if heard.isascii() and heard.isdigit() else rows
    last = max((at for at, each in enumerate(known) if (each.about, each.news) == (said.about, said.news)), default=-1)
    return tuple(
        replace(each, told=said.told, told_on=said.told_on, wish=said.wish)
        if at == last or (at < last and each.about == said.about and each.told is None) else each
        for at, each in enumerate(rows)
    )
