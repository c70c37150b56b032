"""Facts of how a person is identified: the screening, the formal decision, and what they were told about help."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class ScreeningFacts:
    """One screening interview: how many indicators, how strong, and under which conditions."""

    on: date
    screener: str
    indicators: int
    strong: int
    reasons: bool
    private_place: bool
    interpreter_vetted: bool
    informed: bool
    information_given: bool
    # Codes of the list interview_point; None: an older form, which had one answer for all of them.
    points: frozenset[str] | None = None
    # How the wish for a woman or a man as interviewer and interpreter was met; None: an older form.
    gender_wish: str | None = None


@dataclass(frozen=True, slots=True)
class DecisionFacts:
    """A formal identification decision; ``by_country`` tells whose authority it was.

    hands: who else wrote on it, where it was corrected; ``decider`` wrote its newest words: nobody here, where another
    country decided and only what it told is on record.
    """

    on: date
    outcome: str
    authority: str
    by_country: str
    decider: str
    panel: int
    reasons: bool
    # None: another country decided, and did not tell what it found.
    act: bool | None
    means: bool | None
    purpose: bool | None
    notified_on: date | None
    in_own_language: bool
    # Codes of the list panel_profession; None: an older form, which named them in words alone.
    professions: frozenset[str] | None = None
    # Whether everybody on the panel held the training asked for; None: an older form did not ask.
    panel_trained: bool | None = None
    hands: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class InformationFacts:
    """What a person was told so far, in which language last, and the help elsewhere that was offered."""

    on: date
    language: str
    topics: frozenset[str] = frozenset()
    offered: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """A notice read to the person; ``answer`` is accepted, declined or None (not asked).

    own_language: and understood. untold: what it says was not explained: secrecy, asylum, embassy, ask_again.
    """

    on: date
    own_language: bool
    witnessed: bool
    answer: str | None = None
    untold: frozenset[str] = frozenset()
