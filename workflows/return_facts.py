"""Facts about going home: what the person wants, whether it is safe, and the paper to travel with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class WishFacts:
    """What the person wants next: return, stay, third_country or undecided."""

    on: date
    wish: str
    voluntary: bool
    options_explained: bool


@dataclass(frozen=True, slots=True)
class ReturnRiskFacts:
    """Individual risk assessment before return."""

    on: date
    level: str
    covers_family: bool
    valid_until: date


@dataclass(frozen=True, slots=True)
class TravelDocumentFacts:
    """A travel document issued by the country of origin."""

    issued: date
    expires: date
