"""What the officers of the demonstration write into their forms."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from app.demo.life import Life
from app.demo.people import Invented

Form = dict[str, Any]

SIGNS: dict[str, tuple[tuple[str, str], ...]] = {
    "ForcedLabour": (
        ("ILO08", "No wages for {n} months; the employer keeps a list of debts instead."),
        ("ILO07", "The passport was taken on the first day and never given back."),
        ("ILO03", "The gate of the dormitory was locked at night."),
        ("ILO09", "Works off a fee for the journey that grows every week."),
    ),
    "SexualExploitation": (
        ("GEN03", "A woman waited outside and answered for the person."),
        ("ILO02", "Was promised work in a restaurant."),
        ("GEN05", "Was told to earn back {n}0,000 baht first."),
    ),
    "ForcedBegging": (
        ("CHD03", "Begs at the same crossing each day and gives the money to a man nearby."),
        ("CHD05", "Says that money was paid at home before the journey."),
    ),
}
# The list of signs each kind of exploitation is screened with.
# Invented, one for each number.
GUARDIANS = (
    "Suda Chaiyo", "Anong Prasert", "Wichai Thongdee", "Malai Suksan", "Prapai Boonmee", "Kanya Rattana", "Niran Sook",
    "Orathai Chan", "Pim Saelee", "Ratree Wong", "Sunee Kham", "Tida Phan", "Ubon Yodkaew", "Veera Inta", "Wanna Jai",
    "Yupin Srisuk", "Chalida Noi",
)  # fmt: skip
PACKS = {"ForcedLabour": "ilo-11", "SexualExploitation": "sexual-exploitation", "ForcedBegging": "child"}
POINTS = ("agrees", "purpose", "use", "research_use", "own_data", "storage", "withdrawal")
LIFE = ["health", "housing", "education", "employment"]


def screening(life: Life, complete: bool = True) -> Form:
    """A screening interview; not ``complete``: overheard, as a hurried one can be."""
    person, dice = life.person, life.dice
    signs = SIGNS[person.exploitation]
    first = dice.below(len(signs))
    chosen = [signs[first], signs[(first + 1) % len(signs)]] if dice.chance(60) else [signs[first]]
    return {
        "pack": PACKS[person.exploitation],
        "indicators": [
            {"code": code, "severity": dice.pick(("medium", "strong")), "reason": words.format(n=dice.between(2, 9))}
            for code, words in chosen
        ],
        "reasons": "What the person tells is consistent, and fits what was found at the place.",
        "suspected_exploitation": person.exploitation,
        "private_place": complete,
        "interpreter_vetted": True,
        "gender_wish": "met" if person.sex == "F" else "no_wish",
        "language": person.language,
        "points_explained": [*POINTS] if complete else ["agrees", "purpose"],
        "information_given": True,
    }


def information(life: Life, *offered: str) -> Form:
    """What somebody who was told no was told beside it."""
    return {
        "topics": ["where_to_get_help", "ask_again", "labour_rights"], "language": life.person.language,
        "way": "through_interpreter", "contact_point": "Hotline 1300, day and night", "offered": [*offered],
    }  # fmt: skip


def rights_notice(person: Invented, answer: str = "accepted") -> Form:
    """The rights notice, read out and answered."""
    return {
        "language": person.language, "understood": True, "interpreter": f"vetted interpreter {person.number % 9 + 1}",
        "witness": "nurse on duty", "confidentiality_limits_explained": True, "asylum_information_given": True,
        "consular_access_explained": True, "answer": answer,
    }  # fmt: skip


def placement(kind: str, place: str) -> Form:
    """A place of stay that was matched to the person's needs."""
    shelter = kind.startswith("shelter_")
    return {"place_kind": kind, "place": place, "matched_to_needs": True, "no_beds_here": shelter}


def admission(person: Invented, place: str) -> Form:
    """Signed on coming to a shelter that keeps no beds here."""
    return {
        "place": place, "agrees": True, "language": person.language, "rules_understood": True,
        "may_go_out_explained": True, "witness": "nurse on duty",
    }  # fmt: skip


def needs(life: Life) -> Form:
    """A needs and risk assessment; its level follows from the threats."""
    return {
        "threats_degree": life.dice.pick(("none", "some", "some", "much")),
        "health": life.dice.pick(("Back pain, sees the nurse weekly.", "Sleeps badly.", "No complaint.")),
        "documents": "Has an identity card." if life.person.nationality == "TH" else "The employer keeps them.",
        "reassess_on": (life.today() + timedelta(days=90)).isoformat(),
    }


def needs_again() -> Form:
    """Needs and risks looked at again, later."""
    return {"threats_degree": "none", "health_degree": "some", "health": "Sleeps better; sees the nurse monthly."}


def guardian(life: Life) -> Form:
    """A guardian, checked against the suspects."""
    return {
        "authority": "provincial court", "guardian": f"guardian {life.person.number % 17 + 1}",
        "guardian_name": GUARDIANS[life.person.number % 17], "of_family": False,
        "since": life.today().isoformat(), "conflict_checked": True,
    }  # fmt: skip


def decision(life: Life, outcome: str = "identified") -> Form:
    """The panel's decision."""
    found = outcome == "identified"
    return {
        "outcome": outcome, "authority": "th-mdt", "by_country": "TH",
        "decided_by": "NonPoliceGovernmentalOrganization", "panel": ["social worker", "prosecutor", "physician"],
        "professions": ["social_worker", "prosecutor", "health_worker"],
        "panel_trained": True,
        "act": True, "means": found, "purpose": found, "exploitation": life.person.exploitation,
        "reasons": "Recruited by deception and kept by debt." if found else "The means were not shown.",
        "notified_on": life.today().isoformat(), "in_own_language": True,
        **({} if found else {"finding": "exploited_migrant"}),
    }  # fmt: skip


def care_plan(person: Invented) -> Form:
    """A care plan the person agreed to; for a child with all a child is due."""
    services = ["health", "psychosocial", "legal", "education" if person.child else "employment"]
    return {
        "objectives": "Rest and health first; then school." if person.child else "Health, the wages claim, a course.",
        "services": services, "agreed_by_person": True, "covers_child_services": person.child,
    }  # fmt: skip


def remedies(person: Invented) -> Form:
    """Wages, fund, restitution and compensation explained."""
    return {"language": person.language, "understood": True, "witness": "legal aid lawyer", "answer": "accepted"}


def leave_to_stay() -> Form:
    """Whoever is identified and not of this country asks to stay for a time."""
    return {"permit": "temporary_stay", "outcome": "applied", "authority": "immigration office"}


def wish(what: str) -> Form:
    """What the person wants next, all options on the table."""
    return {"wish": what, "voluntary": True, "options_explained": True}


def consent(life: Life, purpose: str, recipient: str, groups: list[str], language: str | None = None) -> Form:
    """A consent for a year; a child's comes from the guardian with the child's own agreement."""
    person, today = life.person, life.today()
    return {
        "purpose": purpose, "recipient": recipient, "data_groups": groups,
        "giver": "guardian" if person.child else "self", "child_assent": True if person.child else None,
        "language": language or person.language, "form": "written", "told_purpose": True, "told_use": True,
        "told_right_to_request_data": True, "told_storage_time": True, "told_how_to_withdraw": True,
        "valid_from": today.isoformat(), "valid_until": (today + timedelta(days=540)).isoformat(),
    }  # fmt: skip


def tracing(life: Life, office: str, nationality: str = "confirmed", safe: bool = True) -> Form:
    """The report on nationality and family."""
    return {
        "nationality": nationality, "authority": office, "family_found": nationality == "confirmed",
        "family_willing": safe, "family_safe": safe, "complicity_suspected": False, "relation": "aunt",
    }  # fmt: skip


def best_interests(outcome: str = "family_reunion") -> Form:
    """The panel's answer to what is best for a child."""
    return {
        "outcome": outcome, "panel": ["child protection officer", "psychologist", "guardian"],
        "options_weighed": "The family at home; a foster family there; staying here.", "child_heard": True,
        "views": "Told the panel in an own talk, with the interpreter.", "weight": "strong",
        "weight_reasons": "Knows both places and said the same twice.",
    }  # fmt: skip


def assessed(life: Life, question: str) -> Form:
    """One worker's look at what serves a child before a decision."""
    return {
        "question": question, "serves": True,
        "reasons": "Asks for home since the first day; nothing speaks against it.",
        "child_heard": True, "views": "Wants to see the family again.", "weight": "strong",
        "weight_reasons": "Old enough to know what it means.",
        "valid_until": (life.today() + timedelta(days=90)).isoformat(),
    }  # fmt: skip


def return_risk(life: Life, level: str = "low") -> Form:
    """The risk of going home, for the person and the family; it ages after thirty days."""
    until = life.today() + timedelta(days=life.stage.policies.clock(
        "risk_assessment_validity", life.country, on=life.today()).value)  # fmt: skip
    return {"level": level, "covers_family": True, "valid_until": until.isoformat()}


def return_plan(life: Life, point: str, on: date | None) -> Form:
    """The plan of return, agreed with the person; a child travels with an escort."""
    return {
        "destination": life.person.identity["place_of_origin"], "services": LIFE, "border_point": point,
        "proposed_on": on.isoformat() if on else None, "agreed_by_person": True,
        "escort": "social worker of the shelter" if life.person.child else None,
    }  # fmt: skip


def reception(office: str, partner: str) -> Form:
    """Who and what waits at home."""
    return {"office": office, "partner_organisation": partner, "services": LIFE, "family_or_care_arranged": True}


def travel_document(life: Life) -> Form:
    """A certificate of identity issued by the country of origin."""
    today = life.today()
    return {
        "document_kind": "certificate_of_identity", "issuer": "embassy", "number": f"CI-{life.person.number:05d}",
        "issued": (today - timedelta(days=3)).isoformat(), "expires": (today + timedelta(days=180)).isoformat(),
    }  # fmt: skip


def legal_status() -> Form:
    """That the person has thought through what proceedings mean for going home."""
    return {"considered": True}


def handover(officer: str, today: date, onward: str, agrees: bool = True) -> Form:
    """The handover at the bridge; whether the person still agrees on the day."""
    return {
        "officer": officer, "reconfirmed_on": today.isoformat(), "person_agrees": agrees,
        "belongings": ["one bag", "savings book"], "fit_to_travel": True, "onward_service": onward,
    }  # fmt: skip


def reintegration_plan() -> Form:
    """The plan at home, agreed with the person."""
    return {
        "objectives": "Home with the family; clinic, school or work.", "services": LIFE, "agreed_by_person": True,
    }  # fmt: skip


def visit(number: int, life: Life, lost: bool = False) -> Form:
    """A visit after return, or the word that the person could not be found."""
    well = not lost
    return {
        "number": number,
        "method": "not_reached" if lost else life.dice.pick(("home_visit", "office_visit", "telephone")),
        "contact_lost": lost, "safe": well, "housing": well, "health": well, "school_or_work": well and number > 1,
        "risk_level": "medium" if lost else "low",
    }  # fmt: skip


def closure(reason: str) -> Form:
    """Why the case ends; the person knows and agrees."""
    lost = reason == "lost_contact"
    return {"reason": reason, "person_told": not lost, "person_agrees": not lost, "unreachable": lost}
