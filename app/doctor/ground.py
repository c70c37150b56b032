"""What the checks stand on: each part that could be opened, without making or changing any."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from app.access import rows
from app.access.desk import SYSTEM, Desk
from app.kit.clock import Clock
from app.kit.crypto import KeyRing
from app.kit.db import Database
from app.kit.partners import Partner, Partners
from app.kit.signing import SigningKeys
from app.settings import Settings
from policies.model import Policies
from workflows.facts import Actor

__all__ = ["Ground"]


@dataclass(slots=True)
class Ground:
    """One installation under examination. What is None could not be opened; a finding says why.

    ``store``: a database that answers; ``tables``: whether it holds the tables of this program, whole.
    ``lines_known``: whether the file of every partner can be read. ``silent``: partners that did not answer just now.
    ``offline``: whether nobody is asked over the network.
    """

    settings: Settings
    clock: Clock
    offline: bool = False
    policies: Policies | None = None
    keys: KeyRing | None = None
    signing: SigningKeys | None = None
    store: Database | None = None
    tables: bool = False
    lines_known: bool = False
    silent: set[str] = field(default_factory=set)

    @property
    def production(self) -> bool:
        """Whether this is no demonstration."""
        return self.settings.environment == "production"

    @property
    def partners(self) -> Partners:
        """The partners' files."""
        return Partners(self.settings.partners_folder)

    def known_partners(self) -> Sequence[Partner]:
        """The partners whose files can be read."""
        return [partner for _, partner in self.partners.each() if isinstance(partner, Partner)]

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that reaches every row and changes none."""
        assert self.store is not None
        with self.store.read() as session:
            rows.enter_everything(session)
            yield session

    def desk(self, session: Session, country: str) -> Desk:
        """A desk of the system that only reads; it reaches what the country's rows are."""
        assert self.policies is not None and self.keys is not None and self.signing is not None
        actor = Actor(SYSTEM, frozenset(), "", "", country, system=True)
        now = self.clock.now()
        return Desk(session, actor, now, self.policies, self.keys, self.signing, "doctor", writable=False)
