"""Questions about who signs: whether they hold the training that the country asks of them for this act.

A first talk with a child in danger may be excepted with reasons, where nobody trained is near; a decision may wait.
"""

from __future__ import annotations

from typing import Final

from policies.model import Policies
from workflows.facts import CaseFacts, SigningFacts, Situation, Today
from workflows.guards.screening import DECIDERS
from workflows.step import Guard, guard
from workflows.training import act_day, counting, untrained, wanted
from workflows.training_facts import TrainingFacts
from workflows.verdict import Lack, lacking

KINDS: Final = "training_kind"
# Whoever manages the accounts writes down what somebody was trained in.
KEEPERS: Final = ("administrator",)
SAYS: Final = "Whoever signs this holds no training that is valid: {missing}."
MEND: Final = "Have a colleague sign who is trained, or have the administrator record the training on the account."


def _trained(act: str, case: CaseFacts, signing: SigningFacts, today: Today, policies: Policies) -> bool | Lack:
    kinds = wanted(policies, case.country, act, case.child, act_day(signing, today.date))
    missing = untrained(signing, kinds, today.date)
    return lacking(missing="; ".join(policies.label(KINDS, kind) for kind in missing)) if missing else True


@guard(
    sources=("OHCHR-G8.10",),
    says=SAYS,
    why="A child who is asked in the wrong way is harmed, and what it says is lost.",
    mend=MEND,
    who=KEEPERS,
)
def screener_is_trained(case: CaseFacts, signing: SigningFacts, today: Today, policies: Policies) -> bool | Lack:
    return _trained("screening", case, signing, today, policies)


@guard(
    rule="G07",
    sources=("COE-10.1", "OHCHR-G2.2", "OHCHR-G5.7"),
    says=SAYS,
    why="Only who has learnt to recognise trafficking, and not too long ago, decides who was trafficked.",
    mend=MEND,
    who=KEEPERS,
)
def decider_is_trained(case: CaseFacts, signing: SigningFacts, today: Today, policies: Policies) -> bool | Lack:
    return _trained("identification_decision", case, signing, today, policies)


@guard(
    rule="G07",
    sources=("COE-10.1", "OHCHR-G2.2", "OHCHR-G5.7"),
    says="The decision does not say that everybody on the panel holds a training that is valid: {missing}.",
    why="Whoever sits on the panel decides with it.",
    mend="Record the decision of a panel whose members are trained.",
    who=DECIDERS,
)
def panel_is_trained(case: CaseFacts, policies: Policies) -> bool | Lack:
    made = case.decision
    # An older form did not ask.
    if made is None or made.panel_trained is None:
        return True
    kinds = wanted(policies, case.country, "panel", case.child, made.on)
    if made.panel_trained or not kinds:
        return True
    return lacking(missing="; ".join(policies.label(KINDS, kind) for kind in kinds))


@guard(
    sources=("OHCHR-P10", "OHCHR-G8.10"),
    says=SAYS,
    why="Who assesses an age badly turns a child into an adult.",
    mend=MEND,
    who=KEEPERS,
)
def age_assessor_is_trained(case: CaseFacts, signing: SigningFacts, today: Today, policies: Policies) -> bool | Lack:
    return _trained("age_assessment", case, signing, today, policies)


@guard(
    sources=("OHCHR-P10", "OHCHR-G8.10"),
    says=SAYS,
    why="What serves a child is seen by those who have learnt to hear children.",
    mend=MEND,
    who=KEEPERS,
)
def interests_assessor_is_trained(
    case: CaseFacts, signing: SigningFacts, today: Today, policies: Policies
) -> bool | Lack:
    return _trained("best_interests", case, signing, today, policies)


# The act that each of these asks about: what counted is kept with what was signed.
ACTS: Final[dict[str, str]] = {
    screener_is_trained.name: "screening",
    decider_is_trained.name: "identification_decision",
    age_assessor_is_trained.name: "age_assessment",
    interests_assessor_is_trained.name: "best_interests",
}


def counted(guards: tuple[Guard, ...], situation: Situation, policies: Policies) -> tuple[TrainingFacts, ...]:
    """The trainings by which these guards let somebody sign: what has to be kept, so that later nobody has to guess."""
    case, today = situation.case, situation.today.date
    if case is None:
        return ()
    acts = [ACTS[each.name] for each in guards if each.name in ACTS]
    day = act_day(situation.signing, today)
    kinds = [kind for act in acts for kind in wanted(policies, case.country, act, case.child, day)]
    found = [each for kind in kinds for each in counting(situation.signing, kind, today)]
    return tuple(dict.fromkeys(found))
