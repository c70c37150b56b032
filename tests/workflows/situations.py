"""Situations in which everything holds: one person from Myanmar in a Thai shelter, an adult or a child.

`ready("referral", "sign_handover", child=True)` is a situation in which exactly that step may be taken.
Everything is frozen; a test breaks one thing with `with_case`, `with_referral` or `with_actor`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from workflows import facts as f
from workflows.engine import MACHINES
from workflows.matter import MATTER
from workflows.stay import AdmissionFacts, ExtensionFacts
from workflows.step import Side, Step

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TODAY = NOW.date()
LONG_AGO = TODAY - timedelta(days=200)
TRACED_ON = TODAY - timedelta(days=40)
LATELY = TODAY - timedelta(days=10)
NEXT_YEAR = TODAY + timedelta(days=365)

ADULT, CHILD = False, True
# The country that holds the case when the step is taken.
SENDER, RECEIVER = "TH", "MM"
SERVICES = frozenset({"health", "housing", "education", "employment"})
PURPOSES = ("notify_origin", "contact_family", "return", "reintegration_report")
GROUPS = frozenset({"needs", "age_band", "language", "nationality", "identity", "contact", "family", "health", "legal"})
POINTS = ("agrees", "purpose", "use", "research_use", "own_data", "storage", "withdrawal")
CASE_MACHINES = ("identification", "care")
# Whoever takes the step has learnt everything that is asked of anybody, and not too long ago.
TRAINED = f.SigningFacts(
    tuple(
        f.TrainingFacts(f"training-{kind}", kind, LONG_AGO, NEXT_YEAR)
        for kind in ("identification", "child_interviewing", "work_with_children")
    )
)


def actor(country: str = SENDER, system: bool = False) -> f.Actor:
    """A case manager, or the system itself, of a country."""
    return f.Actor("worker-1", frozenset({"case_manager"}), "office-1", "ministry-1", country, system)


def consents(recipient: str, child: bool) -> tuple[f.ConsentFacts, ...]:
    """A live consent for each purpose; a child's is the guardian's with the child's own agreement."""
    giver, assent = ("guardian", True) if child else ("self", None)
    return tuple(
        f.ConsentFacts(purpose, recipient, GROUPS, giver, LONG_AGO, NEXT_YEAR, None, assent)
        for purpose in PURPOSES
    )


def helped(recipient: str, child: bool) -> f.ConsentFacts:
    """A live consent to be helped by every office of a country, which may read the whole file."""
    giver, assent = ("guardian", True) if child else ("self", None)
    return f.ConsentFacts(
        "assistance", recipient, GROUPS | {"risk", "legal"}, giver, LONG_AGO, NEXT_YEAR, None, assent
    )


def case(child: bool = ADULT, country: str = SENDER) -> f.CaseFacts:
    """A case on which every record is filled in well; `country` decides to whom its consents speak."""
    recipient = RECEIVER if country == SENDER else SENDER
    return f.CaseFacts(
        country=country,
        office="office-1",
        identification="identified",
        care="recovering",
        opened_on=LONG_AGO,
        child=child,
        age_band="15-17" if child else "18+",
        sex="F",
        nationality="MM",
        exploitation="ForcedLabour",
        language="my",
        source="police",
        presumed_on=LONG_AGO,
        screening=f.ScreeningFacts(
            LONG_AGO, "screener-1", 3, 1, True, True, True, True, True, frozenset(POINTS), "met"
        ),
        decision=decision("identified"),
        rights=f.NoticeFacts(LONG_AGO, True, True, "accepted"),
        remedies_notice=f.NoticeFacts(LATELY, True, True, "declined"),
        needs=f.NeedsFacts(LONG_AGO, "medium"),
        placement=f.PlacementFacts(LONG_AGO, "shelter_government", True),
        admission=AdmissionFacts(LONG_AGO, None, True, True, True),
        care_plan=f.PlanFacts(LONG_AGO, True, SERVICES, child_services=child),
        guardian=f.GuardianFacts(LONG_AGO, None, True) if child else None,
        best_interests=bid("family_reunion") if child else None,
        interests=interests() if child else (),
        wish=f.WishFacts(LATELY, "return", True, True),
        consents=(*consents(recipient, child), helped(country, child)),
        return_risk=f.ReturnRiskFacts(LATELY, "low", True, TODAY + timedelta(days=20)),
        return_plan=f.PlanFacts(LATELY, True, SERVICES, escort=child),
        travel_document=f.TravelDocumentFacts(LATELY, NEXT_YEAR),
        legal=f.LegalFacts(LATELY, 0, True, 1, True),
        reintegration_plan=f.PlanFacts(LATELY, True, SERVICES),
        case_manager="worker-1",
        closure=f.ClosureFacts(TODAY, "reintegrated", True, True, False),
        support_agency=True,
    )


def bid(outcome: str) -> f.BestInterestsFacts:
    """A determination of a panel of three that heard the child and weighed what it said."""
    return f.BestInterestsFacts(LATELY, outcome, 3, True, False, weighed=True)


def interests() -> tuple[f.InterestFacts, ...]:
    """What one worker found to serve the child, before it moves and before a return is planned."""
    questions = ("placement", "return", "contact")
    return tuple(f.InterestFacts(LATELY, question, True, True, NEXT_YEAR) for question in questions)


def decision(outcome: str, decider: str = "decider-1", by_country: str = SENDER) -> f.DecisionFacts:
    """A decision of a country's panel, with findings (without a purpose where it says no), told to the person."""
    found, authority = outcome == "identified", {"TH": "th-mdt", "MM": "mm-atipd"}[by_country]
    return f.DecisionFacts(
        LATELY, outcome, authority, by_country, decider, 3, True, True, True, found, LATELY, True
    )


def referral(side: Side, child: bool = ADULT) -> f.ReferralFacts:
    """One copy of a referral from Thailand to Myanmar on which everything is filled in."""
    return f.ReferralFacts(
        side=side.value,
        from_country=SENDER,
        to_country=RECEIVER,
        state="draft",
        child=child,
        drafted_by="author-1",
        approved_by="supervisor-1",
        receiver_office="mm-dor",
        consents=consents(RECEIVER, child) if side is Side.RECEIVER else (),
        identity_disclosed=True,
        tracing=f.TracingFacts(TRACED_ON, "confirmed", True, True, True, False),
        plan=f.PlanFacts(LATELY, True, SERVICES, escort=child),
        reception=f.ReceptionFacts("mm-dor", True, SERVICES, True),
        schedule=f.ScheduleFacts("mae-sot-myawaddy", TODAY, True, True),
        handover=f.HandoverFacts(TODAY, TODAY, True, True, True, True),
        receipt=f.ReceiptFacts(TODAY, True, "none"),
        visits=4,
    )


# What was found instead, and the help that was offered with the no.
NO: dict[str, Any] = {
    "finding": "exploited_migrant",
    "information": f.InformationFacts(LATELY, "my", frozenset({"where_to_get_help"}), frozenset({"legal_aid"})),
}
# A claim that was awarded after the person went home.
CLAIM = f.MatterFacts(
    "claim-1", "remedy", "awarded", LATELY, LATELY, about="wages", flags=frozenset({"wanted", "route", "news"})
)
# What a step needs beyond the case above: (facts of the case, facts of the referral copy).
SPECIAL: dict[tuple[str, str], tuple[dict[str, Any], dict[str, Any]]] = {
    ("identification", "screen_out"): ({**NO}, {}),
    ("identification", "not_identify"): ({"decision": decision("not_identified"), **NO}, {}),
    ("identification", "uphold"): (
        {
            "decision": decision("not_identified", "decider-2"), "earlier_deciders": frozenset({"decider-1"}), **NO,
        },
        {},
    ),
    ("identification", "recognise"): ({"decision": decision("identified", by_country="MM")}, {}),
    ("identification", "ask_reconsideration"): (
        {"negative_on": LATELY, "reconsideration_grounds": True},
        {},
    ),
    ("care", "extend_stay"): (
        {"protected_from": TODAY, "extension": ExtensionFacts(TODAY, TODAY + timedelta(days=5), True)},
        {},
    ),
    ("care", "depart"): ({"referral_state": "handover_scheduled"}, {}),
    ("care", "turn_back"): ({"referral_state": "postponed"}, {}),
    ("care", "record_handover"): ({"receipt_signed": True, "referral_state": "received"}, {}),
    ("care", "include_locally"): (
        {"wish": f.WishFacts(LATELY, "stay", True, True), "best_interests": bid("stay")}, {}
    ),
    ("care", "resettle"): (
        {"wish": f.WishFacts(LATELY, "third_country", True, True), "best_interests": bid("third_country")}, {}
    ),
    ("care", "arrive"): ({"receipt_signed": True}, {}),
    # Where a case ends for the reason that the example gives.
    ("care", "close"): ({"visits": 4, "care": "reintegrating"}, {}),
    ("care", "reopen"): ({"reopening_agreed": True, "closed_from": "recovering"}, {}),
    ("referral", "supply_info"): ({}, {"came_from": "sent"}),
    ("referral", "sign_handover"): ({"care": "returning", "referral_state": "handover_scheduled"}, {}),
    ("referral", "find_no_safe_return"): (
        {"return_risk": f.ReturnRiskFacts(LATELY, "serious", True, TODAY)},
        {},
    ),
    ("referral", "ask_again"): ({}, {"tracing": f.TracingFacts(TRACED_ON, "not_found", True, True, True, False)}),
    ("referral", "report_remedy"): (
        {"care": "handed_over", "matters": (CLAIM,)},
        {"remedy_said": f.RemedyNewsFacts("wages", "awarded", LATELY)},
    ),
    ("referral", "answer_remedy"): (
        {},
        {
            "remedy_news": (f.RemedyNewsFacts("wages", "awarded", LATELY),),
            "remedy_reply": f.RemedyReplyFacts("wages", "awarded", True, TODAY, "in_person", "go_on"),
        },
    ),
    ("referral", "grant_end"): ({}, {"end_asked": "consent_withdrawn"}),
    ("referral", "refuse_end"): ({}, {"end_asked": "consent_withdrawn"}),
    ("referral", "confirm_withdrawal"): ({}, {"sender_took_back": LATELY}),
    ("referral", "confirm_withdrawal_back"): ({}, {"receiver_took_back": LATELY}),
    **dict.fromkeys(
        (("referral", "confirm_erasure"), ("referral", "decline_erasure")), ({}, {"sender_asked_erasure": LATELY})
    ),
    **dict.fromkeys(
        (("referral", "confirm_erasure_back"), ("referral", "decline_erasure_back")),
        ({}, {"receiver_asked_erasure": LATELY}),
    ),
}
# Data of the person in a proceeding: asked for by somebody else, reviewed, and given as far as the review goes.
REVIEWED = frozenset({
    "file.asked", "file.cleared", "file.told", "file_by.lawyer-1", "file_ask.needs", "file_ask.health",
    "file_may.needs", "file_gave.needs", "file_out.safe_address", "file_out.other_persons", "file_out.health",
})  # fmt: skip
# One matter of each machine on which every form is filled in well; what a step needs beyond it.
MATTERS: dict[str, dict[str, Any]] = {
    "fund_claim": {
        "about": "fund-living", "amount": 3000, "claimed": 3000, "currency": "THB", "concerns": LATELY, "paid": 3000,
        "flags": frozenset({"agreed", "asked_by.worker-2"}), "by": "worker-2",
    },
    "relative": {"about": "grandparent", "flags": frozenset({"wish.wanted"})},
    "service": {"about": "health", "office": "th-datip", "flags": frozenset({"agreed"})},
    "remedy": {
        "about": "wages", "claimed": 90_000, "amount": 60_000, "paid": 20_000, "currency": "THB",
        "acted_on": LATELY,
        "flags": frozenset({"wanted", "route", "reached", "told", "explained", "representative.legal_aid"}),
    },
    "transfer": {
        "about": "joint_work", "office": "th-datip",
        "flags": frozenset({"group.needs", "group.language", "need.health", "why.special_help", "soon.days"}),
    },
    "non_punishment": {"about": "charge", "by": "reporter-1", "flags": frozenset({"act.online_fraud", "link.direct"})},
    "proceeding": {
        "about": "criminal", "due": TODAY,
        "flags": frozenset({"witness", "represented", "limits", "offered", "testimony", *REVIEWED}),
    },
    "inquiry": {"about": "nationality_and_residence", "flags": frozenset({"to.MM"})},
    "embassy": {"about": "nationality", "flags": frozenset({"to.KE"})},
    "threat": {"about": "violence", "flags": frozenset({"measures_agreed"})},
}  # fmt: skip
SPECIAL_MATTERS: dict[tuple[str, str], dict[str, Any]] = {
    ("inquiry", "ask_tracing"): {"about": "family_tracing"},
    ("inquiry", "let_inquiry_lapse"): {"opened_on": LONG_AGO},
    ("embassy", "let_embassy_lapse"): {"changed_on": LONG_AGO, "flags": frozenset({"to.KE", "way.post"})},
    **dict.fromkeys(
        (("embassy", step) for step in ("ask_embassy_to_forget", "note_embassy_answer", "note_embassy_declined")),
        {"flags": frozenset({"to.KE", "way.post"})},
    ),
    ("embassy", "note_embassy_told"): {"flags": frozenset({"to.KE", "way.post", "forget.danger"})},
    ("transfer", "take_over_case"): {"about": "take_over"},
    **{
        ("service", step): {"flags": frozenset({"agreed", "answers.provider"})}
        for step in ("agree_to_serve", "refuse_to_serve", "begin_to_serve", "finish_serving")
    },
    ("non_punishment", "find_no_link"): {"flags": frozenset({"link.none"})},
    ("non_punishment", "release_person"): {"about": "detention"},
}
# Steps that the office which is asked takes.
BY_THE_ASKED = frozenset({
    "take_over_case", "accept_share", "decline_transfer", "ask_about_transfer",
    "agree_to_serve", "refuse_to_serve", "begin_to_serve", "finish_serving",
})  # fmt: skip
# Where the receiving country has opened its own case (after acceptance).
WITH_A_RECEIVING_CASE = frozenset(
    {"accepted", "handover_scheduled", "handed_over", "postponed", "received", "in_reintegration", "completed",
     "no_safe_return", "withdrawn", "cancelled"}
)  # fmt: skip


def step_of(machine: str, step: str) -> Step:
    """The row of the table; fails when there is none."""
    row = MACHINES[machine].step(step)
    assert row is not None, f"{machine} has no step {step}"
    return row


# The reason that fits where a case ends; whom nobody has settled is passed on to another office.
ENDS = {
    "handed_over": "handed_over", "including_locally": "included_locally", "resettling": "third_country",
    "reintegrating": "reintegrated",
}  # fmt: skip


def ending(care: str, child: bool) -> dict[str, object]:
    """The facts with which a case may close from this state."""
    reason = ENDS.get(care, "transferred" if child else "other")
    closure = f.ClosureFacts(TODAY, reason, True, True, False)
    if reason != "transferred":
        return {"closure": closure}
    moved = f.MatterFacts("matter-1", "transfer", "moved", LATELY, LATELY, ended_on=LATELY)
    return {"closure": closure, "matters": (moved,)}


def ready(machine: str, step: str, *, child: bool = ADULT, start: str | None = None) -> f.Situation:
    """A situation in which this step may be taken, from its first start state or from `start`."""
    row = step_of(machine, step)
    state = start or (row.start[0].value if row.start else "")
    of_case, of_referral = SPECIAL.get((machine, step), ({}, {}))
    today = f.Today(NOW, TODAY)
    if MACHINES[machine].aggregate == MATTER:
        known = {**MATTERS[machine], **SPECIAL_MATTERS.get((machine, step), {})}
        since = known.pop("opened_on", LATELY)
        until = known.pop("changed_on", LATELY)
        about = f.MatterFacts("matter-1", machine, state, since, until, **{"by": "worker-1", **known})
        facts = replace(case(child), matters=() if row.opens else (about,), **of_case)
        if machine == "embassy":
            # No country with which an office is agreed.
            facts = replace(facts, consents=(*facts.consents, *consents("KE", child)))
        who = actor(system=row.system_only)
        if step in BY_THE_ASKED or step == "finish_share":
            who = replace(who, office=str(about.office))
        return f.Situation(who, today, facts, matter=about)
    if machine in CASE_MACHINES:
        ends = ending(start or "reintegrating", child) if step == "close" else {}
        facts = replace(case(child), **({machine: state} | of_case | ({machine: start} if start else {}) | ends))
        return f.Situation(actor(system=row.system_only), today, facts, signing=TRAINED)
    side = row.by or Side.SENDER
    copy = replace(referral(side, child), state=state, **of_referral)
    if side is Side.SENDER:
        return f.Situation(actor(system=row.system_only), today, replace(case(child), **of_case), copy)
    here = None
    if state in WITH_A_RECEIVING_CASE:
        here = replace(case(child, RECEIVER), care="awaiting_arrival")
    return f.Situation(actor(RECEIVER, row.system_only), today, here, copy)


def bare(machine: str, step: str, *, child: bool = ADULT) -> f.Situation:
    """The same moment with nothing recorded at all: an opened case, a fresh copy."""
    full = ready(machine, step, child=child)
    row = step_of(machine, step)
    empty = f.CaseFacts("TH", "office-1", "reported", "intake", LONG_AGO, child)
    if machine in CASE_MACHINES:
        return replace(full, case=replace(empty, **{machine: row.start[0].value}))
    if full.matter is not None:
        nothing = f.MatterFacts("matter-1", machine, full.matter.state, TODAY, TODAY)
        return replace(full, case=replace(empty, matters=() if row.opens else (nothing,)), matter=nothing)
    assert full.referral is not None
    copy = f.ReferralFacts(full.referral.side, SENDER, RECEIVER, full.referral.state, child, drafted_by="worker-1")
    # Who was received has a case there.
    here = full.referral.side == "sender" or full.referral.state in {"received", "in_reintegration"}
    return replace(full, case=empty if here else None, referral=copy)


def with_case(situation: f.Situation, **changes: Any) -> f.Situation:
    """The situation with other facts of the case."""
    assert situation.case is not None, "this situation has no case"
    return replace(situation, case=replace(situation.case, **changes))


def with_referral(situation: f.Situation, **changes: Any) -> f.Situation:
    """The situation with other facts of the referral copy."""
    assert situation.referral is not None, "this situation has no referral"
    return replace(situation, referral=replace(situation.referral, **changes))


def with_matter(situation: f.Situation, **changes: Any) -> f.Situation:
    """The situation with other facts of the matter, on the case too."""
    assert situation.matter is not None and situation.case is not None, "this situation has no matter"
    changed = replace(situation.matter, **changes)
    others = tuple(changed if each.id == changed.id else each for each in situation.case.matters)
    return replace(situation, matter=changed, case=replace(situation.case, matters=others))


def with_actor(situation: f.Situation, **changes: Any) -> f.Situation:
    """The situation with another actor."""
    return replace(situation, actor=replace(situation.actor, **changes))


def with_consents(situation: f.Situation, change: Any) -> f.Situation:
    """The situation with `change(rows)` in place of the consents, on the case and on the copy."""
    if situation.case is not None:
        situation = with_case(situation, consents=change(situation.case.consents))
    if situation.referral is not None and situation.referral.consents:
        situation = with_referral(situation, consents=change(situation.referral.consents))
    return situation


def on(situation: f.Situation, day: date) -> f.Situation:
    """The same situation on another day."""
    return replace(situation, today=f.Today(datetime(day.year, day.month, day.day, 2, tzinfo=UTC), day))


def all_steps() -> list[tuple[str, str]]:
    """Every (machine, step) there is."""
    return [(name, row.name) for name, spec in MACHINES.items() for row in spec.steps]
