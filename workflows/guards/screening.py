"""Questions before somebody is presumed, decided or told no."""

from __future__ import annotations

from policies.model import Policies
from workflows.deadlines import ends_on
from workflows.facts import Actor, CaseFacts, Today
from workflows.step import guard
from workflows.verdict import Lack, lacking

SCREENERS = ("first_responder", "social_worker", "case_manager")
# What an interview can lack: a condition, or a point that was not explained (code list interview_point).
WORDS = {
    "place": "no private place",
    "interpreter": "interpreter not vetted",
    "gender_wish": "the wish for a woman or a man was not met",
    "gender_not_asked": "nobody asked whether the person wants a woman or a man",
    "informed": "purpose, use and the right to stop not explained",
    "agrees": "the person was not asked whether they agree",
    "purpose": "what the interview is for was not explained",
    "use": "how the data are used was not explained",
    "research_use": "that data without a name may serve research was not explained",
    "own_data": "the right to the own data was not explained",
    "storage": "how long the data are kept was not explained",
    "withdrawal": "how to take the consent back was not explained",
}
# Where there is nothing to name.
UNKNOWN = "-"
DECIDERS = ("legal_officer", "supervisor", "national_focal_point")


@guard(
    rule="G03",
    sources=("OHCHR-G2.1", "WHO-10"),
    says="No screening interview has been recorded.",
    why="A missed identification denies rights once more, so every outcome rests on a recorded interview.",
    mend="Record the screening.",
    who=SCREENERS,
)
def screening_is_recorded(case: CaseFacts) -> bool:
    return case.screening is not None


@guard(
    rule="G02",
    sources=("COMMIT-2016", "ILO-INDICATORS"),
    says="The screening names {count} indicators and {reasons}.",
    why="One indicator with the officer's reasons is enough to presume; a score alone never decides.",
    mend="Record at least one indicator and the reasons for it.",
    who=SCREENERS,
)
def an_indicator_has_reasons(case: CaseFacts) -> bool | Lack:
    seen = case.screening
    if seen is not None and seen.indicators >= 1 and seen.reasons:
        return True
    count = seen.indicators if seen else 0
    return lacking(count=count, reasons="has reasons" if seen and seen.reasons else "gives no reasons")


@guard(
    rule="G03",
    sources=("WHO-10", "OHCHR-G6.6", "OHCHR-G5.4", "HTCDS-2.0"),
    says="The interview was not safe: {missing}.",
    why="An interview that is overheard, badly interpreted or unexplained can harm the person.",
    mend="Repeat it in a private place, with a vetted interpreter the person wants, after explaining every point.",
    who=SCREENERS,
)
def interview_was_safe(case: CaseFacts, policies: Policies) -> bool | Lack:
    seen = case.screening
    if seen is None:
        return lacking(missing="no interview recorded")
    gaps = [
        WORDS[name]
        for held, name in (
            (seen.private_place, "place"),
            (seen.interpreter_vetted, "interpreter"),
            (seen.gender_wish != "not_met", "gender_wish"),
            (seen.gender_wish != "not_asked", "gender_not_asked"),
            (seen.informed or seen.points is not None, "informed"),
        )
        if not held
    ]
    if seen.points is not None:
        wanted = policies.codes["interview_point"].labels
        gaps += [WORDS.get(code, label) for code, label in wanted.items() if code not in seen.points]
    return lacking(missing="; ".join(gaps)) if gaps else True


@guard(
    sources=("OHCHR-G2.4", "OHCHR-P3"),
    says="The person has not been given information on where to get help.",
    why="People screened out are warned and told how to get help too.",
    mend="Record what the person was told, in which language, and whom they can turn to.",
    who=SCREENERS,
)
def information_was_given(case: CaseFacts) -> bool:
    return case.information is not None or (case.screening is not None and case.screening.information_given)


@guard(
    sources=("OHCHR-G2.1", "WM-REASONS"),
    says="The screening does not say why the person is screened out.",
    why="A no that gives no reasons cannot be looked at again.",
    mend="Write the reasons into the screening.",
    who=SCREENERS,
)
def screening_gives_reasons(case: CaseFacts) -> bool:
    return case.screening is not None and case.screening.reasons


@guard(
    sources=("OHCHR-G5.9",),
    says="The police opened this case and no support agency is named.",
    why="Support has to arrive with the police, not after the decision.",
    mend="Name the support agency in the circumstances of the case.",
    who=("social_worker", "case_manager"),
)
def support_agency_is_named(case: CaseFacts) -> bool:
    return case.source != "police" or case.support_agency


@guard(
    rule="G07",
    sources=("PALERMO-3a", "OHCHR-G2.1"),
    says="No identification decision with the outcome '{outcome}' is recorded.",
    why="The outcome of the step and of the written decision must be the same.",
    mend="Record the decision of the competent authority.",
    who=DECIDERS,
)
def decision_says_identified(case: CaseFacts) -> bool | Lack:
    found = case.decision is not None and case.decision.outcome == "identified"
    return found or lacking(outcome="identified")


@guard(
    rule="G07",
    sources=("OHCHR-G2.1", "WM-REASONS"),
    says="No identification decision with the outcome '{outcome}' is recorded.",
    why="The outcome of the step and of the written decision must be the same.",
    mend="Record the decision of the competent authority.",
    who=DECIDERS,
)
def decision_says_not_identified(case: CaseFacts) -> bool | Lack:
    found = case.decision is not None and case.decision.outcome == "not_identified"
    return found or lacking(outcome="not_identified")


@guard(
    rule="G07",
    sources=("ACTIP-14.1", "WM-COMPETENCE"),
    says="The decision was not taken by the competent authority of {country} ({office}).",
    why="Only its decision has legal effect.",
    mend="Have the competent authority decide.",
    who=DECIDERS,
)
def authority_is_competent(case: CaseFacts, policies: Policies) -> bool | Lack:
    wanted = policies.countries[case.country].competent_authority.office
    if case.decision is not None and case.decision.authority == wanted:
        return True
    return lacking(country=case.country, office=wanted)


@guard(
    rule="G07",
    sources=("WM-TWO-EYES",),
    says="The decision was taken by the person who screened, or without a panel.",
    why="The one who first suspected should not be the one who decides.",
    mend="Have another officer decide, with a panel.",
    who=DECIDERS,
)
def decider_is_not_screener(case: CaseFacts, actor: Actor) -> bool:
    made = case.decision
    if made is None or made.panel < 1:
        return False
    # Every screening counts, not only the newest; facts of older days know that one alone.
    screeners = case.screeners | ({case.screening.screener} if case.screening else set())
    return screeners.isdisjoint({made.decider, actor.id, *made.hands})


@guard(
    rule="G07",
    sources=("PALERMO-3a", "PALERMO-3c", "OHCHR-G8.1", "OHCHR-G3.1"),
    says="The findings do not meet the definition: {missing}.",
    why="Trafficking is act, means and purpose; for a child the means need no proof.",
    mend="Record the findings, or decide otherwise.",
    who=DECIDERS,
)
def findings_meet_definition(case: CaseFacts) -> bool | Lack:
    made = case.decision
    if made is None:
        return lacking(missing="no findings")
    gaps = [
        word
        for held, word in (
            (made.act, "no act"),
            (made.means or case.child, "no means"),
            (made.purpose, "no purpose"),
        )
        if not held
    ]
    return lacking(missing=", ".join(gaps)) if gaps else True


@guard(
    rule="G07",
    sources=("PALERMO-3a", "PALERMO-3c", "OHCHR-G8.1", "OHCHR-G3.1"),
    says="The decision says no, and its own findings meet the definition of trafficking.",
    why="Where act, means and purpose are found the person is trafficked; of a child no means are asked.",
    mend="Record what was not found, or decide that the person is identified.",
    who=DECIDERS,
)
def findings_support_the_no(case: CaseFacts) -> bool:
    made = case.decision
    return made is None or not (made.act and made.purpose and (made.means or case.child))


@guard(
    rule="G07",
    sources=("COE-10.1", "WM-REASONS"),
    says="The decision gives no written reasons.",
    why="A decision without reasons cannot be reviewed.",
    mend="Write the reasons into the decision.",
    who=DECIDERS,
)
def reasons_are_written(case: CaseFacts) -> bool:
    return case.decision is not None and case.decision.reasons


@guard(
    sources=("OHCHR-G4.8", "WM-REASONS"),
    says="The person has not been told the outcome in a language they understand.",
    why="Who is told no must know why, and how to ask again.",
    mend="Tell the person with an interpreter and record the day in the decision.",
    who=(*DECIDERS, "case_manager"),
)
def person_was_told(case: CaseFacts, today: Today) -> bool:
    if case.deceased:
        return True
    # A day that has not come yet tells nobody anything.
    told_on = case.decision.notified_on if case.decision is not None else None
    return case.decision is not None and case.decision.in_own_language and told_on is not None and told_on <= today.date


@guard(
    sources=("WM-RECONSIDERATION",),
    says="The time to ask for reconsideration ended on {end} and no new evidence is recorded.",
    why="A negative decision can be looked at again within its window, and later when there is new evidence.",
    mend="Record the grounds: new evidence, or how guidance was not followed.",
    who=("case_manager", "legal_officer", "social_worker"),
)
def window_or_new_evidence(case: CaseFacts, today: Today, policies: Policies) -> bool | Lack:
    end = window_end(case, policies)
    if end is None or today.date.isoformat() <= end or asked_rightly(case, end):
        return True
    return lacking(end=end)


@guard(
    sources=("WM-RECONSIDERATION",),
    says="No grounds for reconsideration are recorded.",
    why="The new panel must know what it is asked to look at.",
    mend="Record the reconsideration request with its grounds.",
    who=("case_manager", "legal_officer", "social_worker"),
)
def grounds_are_recorded(case: CaseFacts) -> bool:
    return case.reconsideration_grounds


@guard(
    sources=("WM-TWO-EYES", "WM-RECONSIDERATION"),
    says="The decider has already decided this case once.",
    why="A second look needs other eyes.",
    mend="Have another officer decide.",
    who=DECIDERS,
)
def decider_is_new(case: CaseFacts, actor: Actor) -> bool:
    # Who takes the step decides as much as who wrote the paper.
    made = case.decision
    return made is not None and case.earlier_deciders.isdisjoint({made.decider, actor.id, *made.hands})


@guard(
    sources=("ACTIP-14.2",),
    says="No identification decision of another country is recorded.",
    why="Parties recognise each other's identification of a trafficked person.",
    mend="Record the other country's decision.",
    who=DECIDERS,
)
def foreign_decision_is_recorded(case: CaseFacts) -> bool:
    made = case.decision
    return made is not None and made.outcome == "identified" and made.by_country != case.country


@guard(
    rule="G07",
    sources=("ACTIP-14.1", "ACTIP-14.2", "WM-COMPETENCE"),
    says="The decision was not taken by the competent authority of {country} ({office}).",
    why="What another country recognises is the decision that has legal effect there.",
    mend="Record the decision of that country's competent authority.",
    who=DECIDERS,
)
def foreign_authority_is_competent(case: CaseFacts, policies: Policies) -> bool | Lack:
    made = case.decision
    country = policies.countries.get(made.by_country) if made is not None else None
    if made is None or country is None:
        return lacking(country=UNKNOWN if made is None else made.by_country, office=UNKNOWN)
    wanted = country.competent_authority.office
    return made.authority == wanted or lacking(country=made.by_country, office=wanted)


def asked_rightly(case: CaseFacts, end: str) -> bool:
    """Whether a request is on record that was made by ``end`` (ISO), or says what the last answer did not know.

    Asking is enough in its time, whenever the step is taken.
    """
    asked = case.only_asked
    return case.reconsideration_grounds and (asked is None or asked.isoformat() <= end)


def window_end(case: CaseFacts, policies: Policies) -> str | None:
    """The last day (ISO) of the reconsideration window, or None when no negative decision stands."""
    if case.negative_on is None:
        return None
    return ends_on(policies, "reconsideration", case.country, case.negative_on).isoformat()
