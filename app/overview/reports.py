"""The cards of the reports page: where supervision, figures and approvals are, as far as the actor's roles lead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.access.desk import Desk
from app.access.may import permitted
from app.kit.words import mark
from app.overview import supervision_queries as queries

__all__ = ["Card", "cards_of"]


@dataclass(frozen=True, slots=True)
class Card:
    """One way on. ``waiting``: how much waits there for the actor; 0 shows none."""

    path: str
    title: str
    says: str
    waiting: int = 0


# Permission that opens it, path, title and one sentence.
_CARDS: Final = (
    (
        "emergency:review", "/reports/emergency",
        mark("Emergency access"),
        mark("What others opened in an emergency, to review."),
    ),
    (
        "account:self", "/reports/approvals",
        mark("Waits for a second person"),
        mark("Acts of power that need two people."),
    ),
    (
        "task:read", "/reports/late",
        mark("What is late, and why"),
        mark("By stage, with what blocks it."),
    ),
    (
        "transfer:read", "/transfers",
        mark("Between offices"),
        mark("What other offices ask of yours, and what yours has asked of them."),
    ),
    (
        "service:read", "/services",
        mark("Services asked of us"),
        mark("Help that teams ask of your office for a person, and yours of others."),
    ),
    (
        "inquiry:read", "/inquiries",
        mark("What other countries ask"),
        mark("Questions about people, before or without a referral."),
    ),
    (
        "shelter:read", "/shelters",
        mark("Beds in shelters"),
        mark("Free, held and taken today, without names."),
    ),
    (
        "claim:read", "/fund/claims",
        mark("Claims to the fund"),
        mark("What waits for the office of the fund, without names."),
    ),
    (
        "fund:read", "/reports/fund",
        mark("Ledger of the fund"),
        mark("What was approved and paid, without names."),
    ),
    (
        "case:assign", "/reports/team",
        mark("Team load"),
        mark("Open cases and duties of each worker, so that nobody carries too much."),
    ),
    (
        "statistics:read", "/reports/board",
        mark("Board of supervision"),
        mark("Late, declined, blocked, excepted and not known, by office and country."),
    ),
    (
        "statistics:read", "/reports/stages",
        mark("How long stages take"),
        mark("Each stage against its own limit. Open cases count."),
    ),
    (
        "statistics:read", "/reports/waiting",
        mark("What work waits for"),
        mark("Us, the other country, the person, a consent, a document."),
    ),
    (
        "statistics:read", "/reports/tables",
        mark("Tables"),
        mark("Figures in which nobody can be recognised, also as CSV."),
    ),
    (
        "audit:read", "/reports/looks",
        mark("Who looked at what"),
        mark("The book of looks, newest first."),
    ),
    (
        "attempt:read", "/reports/attempts",
        mark("Tried and refused"),
        mark("Steps that were blocked, with the reason."),
    ),
    (
        "audit:read", "/reports/verify",
        mark("Is the history whole?"),
        mark("Proves that nobody changed it afterwards."),
    ),
    (
        "case:export", "/reports/exports",
        mark("Lists of cases"),
        mark("For a stated purpose, without names."),
    ),
)  # fmt: skip


def cards_of(desk: Desk) -> list[Card]:
    """The cards the actor's roles open, with how much waits behind each."""
    waiting = {
        "/reports/emergency": queries.emergencies_to_review(desk) if permitted(desk, "emergency:review") else 0,
        "/reports/approvals": queries.approvals_to_decide(desk),
    }
    return [
        Card(path, title, says, waiting.get(path, 0))
        for permission, path, title, says in _CARDS
        if permitted(desk, permission)
    ]
