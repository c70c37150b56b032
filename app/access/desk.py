"""The desk every service works at: one transaction, one actor, one moment, one set of rules and keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from app.access import rows
from app.access.passwords import Passwords
from app.access.standing import StandIn
from app.access.tokens import Tokens
from app.kit.clock import Clock
from app.kit.crypto import KeyRing
from app.kit.db import Database
from app.kit.hpke import ExchangeKeys
from app.kit.mail import Mail
from app.kit.partners import Partners
from app.kit.places import Witness
from app.kit.setbacks import Setbacks
from app.kit.signing import SigningKeys
from policies.model import Policies
from workflows.facts import Actor, TrainingFacts

SYSTEM: str = "system"


@dataclass(frozen=True, slots=True)
class House:
    """What one running program holds and every door needs; made once by create_app."""

    db: Database
    policies: Policies
    keys: KeyRing
    signing: SigningKeys
    clock: Clock
    tokens: Tokens
    passwords: Passwords
    mail: Mail | None = None
    # Who signs checkpoints and where these go; None: nobody here seals any.
    witness: Witness | None = None
    # The folders that keep what was erased, for whoever restores an older backup.
    graves: tuple[Path, ...] = ()
    # The countries with an installation of their own, and the keys that what they send us is sealed for.
    partners: Partners = field(default_factory=Partners)
    exchange: ExchangeKeys = field(default_factory=ExchangeKeys)
    # What this program could not do and tries again later.
    setbacks: Setbacks = field(default_factory=Setbacks, compare=False, repr=False)

    def system_desk(self, session: Session, country: str, correlation: str = "worker") -> Desk:
        """A writable desk of ``country`` (two letters) for work no person asked for, such as the worker's.

        The system actor holds no role, so no scope and no permission reaches anything through it by accident.
        """
        actor = Actor(SYSTEM, frozenset(), "", "", country, system=True)
        return Desk(session, actor, self.clock.now(), self.policies, self.keys, self.signing, correlation)


@dataclass(frozen=True, slots=True)
class Notable:
    """One piece of news: who is told, of which kind, and about what."""

    users: tuple[str, ...]
    kind: str
    subject_kind: str
    subject_id: str


@dataclass(slots=True)
class Desk:
    """One transaction seen by one actor.

    ``now`` is aware UTC and the same for the whole transaction. ``office_id`` is the row id of
    ``actor.office``. ``writable`` is False on a reading desk, where nothing that is added would be kept.
    """

    session: Session
    actor: Actor
    now: datetime
    policies: Policies
    keys: KeyRing
    signing: SigningKeys
    correlation: str
    office_id: str = ""
    session_id: str = ""
    writable: bool = True
    # What the actor was trained in, once it was asked for (app/casework/trainings.py).
    trainings: tuple[TrainingFacts, ...] | None = None
    # In which other offices the actor stands in, once it was asked for (app/access/standing.py).
    standing: tuple[StandIn, ...] | None = None
    # News that one act on many things holds back, to tell it once (app/access/notices.py).
    held_back: list[Notable] | None = None
    _kept: list[Callable[[Session], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Open the rows that the actor reaches: no desk without its wall, and no rows without a desk."""
        self.take_seat()

    def take_seat(self) -> None:
        """Make this desk's actor the one its transaction is bound to; needed again after another desk on it."""
        rows.enter(self.session, self.actor, self.office_id, self.policies, self.now)

    @property
    def today(self) -> date:
        """The calendar day it is now in the desk's country: what rules call today."""
        return self.policies.day(self.actor.country, self.now)

    def keep_if_refused(self, write: Callable[[Session], None]) -> None:
        """Have ``write`` run in its own transaction if this one ends in a refusal (an AppError).

        A refusal undoes everything the transaction wrote, but that somebody tried is evidence of its own.
        """
        self._kept.append(write)

    def take_kept(self) -> list[Callable[[Session], None]]:
        """What `keep_if_refused` collected, handed over once (the door calls this)."""
        kept, self._kept = self._kept, []
        return kept
