"""One person's way through one country's care, and the officers who go along."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from app.demo.dice import Dice
from app.demo.people import Invented
from app.demo.play import at, workday
from app.demo.stage import Stage
from app.demo.world import Cast


@dataclass(frozen=True, slots=True)
class Crew:
    """Logins of those who work on one case."""

    opener: str
    allotter: str
    social: str
    manager: str
    supervisor: str
    legal: str
    second_legal: str
    health: str

    @property
    def team(self) -> tuple[str, ...]:
        """Who needs to be put on the team of a case before they can work on it."""
        return (self.social, self.legal, self.health)

    @property
    def elsewhere(self) -> bool:
        """The case was opened by first responders, so it is not held by the office that carries on."""
        return self.opener != self.social


@dataclass(slots=True)
class Life:
    """A story under way: whom it is about, who works on it, and the ids it has led to."""

    stage: Stage
    person: Invented
    crew: Crew
    office: str
    channel: str
    source: str
    opened: date
    dice: Dice
    country: str = "TH"
    case_id: str = ""
    referral_id: str = ""
    claim_id: str = ""
    closed: bool = False
    quirks: frozenset[str] = field(default_factory=frozenset)

    def day(self, days: int, hour: int = 10) -> datetime:
        """A working moment ``days`` after the case opened, at a minute of this person's own."""
        return self.on(self.opened + timedelta(days=days), hour)

    def on(self, day: date, hour: int = 10) -> datetime:
        """A working moment on ``day`` or the Monday after it."""
        return at(workday(day), hour, self.person.number % 12 * 5)

    def today(self) -> date:
        """The calendar day of the clock, as rules see it."""
        return self.stage.clock.now().date()

    def record(self, login: str, kind: str, body: dict[str, Any], **more: Any) -> str:
        """Add a record to this case."""
        return self.stage.record(login, self.case_id, kind, body, **more)

    def step(self, login: str, step: str, record: dict[str, Any] | None = None, **more: Any) -> None:
        """Take a step of this case."""
        self.stage.case_step(login, step, self.case_id, record, **more)

    def refer(self, login: str, step: str, record: dict[str, Any] | None = None, **given: str) -> None:
        """Take a step of this side's copy of the referral."""
        self.stage.referral_step(login, step, self.referral_id, record, **given)

    def blocked(self, login: str, step: str, record: dict[str, Any] | None = None, **given: str) -> None:
        """Try a step of this case that must be refused."""
        self.stage.blocked(login, step, self.case_id, record, **given)

    def refused(self, login: str, step: str, record: dict[str, Any] | None = None, **given: str) -> None:
        """Try a step of the referral that must be refused."""
        self.stage.blocked(login, step, self.referral_id, record, **given)


def crew_of(cast: Cast, office: str, number: int, opener: str | None = None) -> Crew:
    """Those who work on a case of a Thai office; ``number`` shares the work out.

    opener: a first responder of another office; then the national focal point brings the others in.
    """
    focal = cast.at("th-datip", "national_focal_point", number)
    return Crew(
        opener=opener or cast.at(office, "social_worker", number),
        social=cast.at(office, "social_worker", number),
        manager=cast.at(office, "case_manager", number),
        supervisor=cast.at(office, "supervisor"),
        allotter=focal if opener else cast.at(office, "supervisor"),
        legal=cast.at("th-mdt", "legal_officer", number),
        second_legal=cast.at("th-mdt", "legal_officer", number + 1),
        health=cast.at("th-health-tak", "health_officer", number),
    )
