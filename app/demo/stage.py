"""The stage: every act by a named user, through the same checks as at the door, many acts to a transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import rows
from app.access.desk import Desk, House
from app.access.may import must, visible_case, visible_referral
from app.casework import copies, opening, recording
from app.casework.held import REFERRAL, hold_case, links_of, office_at, save_case_facts
from app.casework.identity import Identity
from app.casework.kinds import KINDS
from app.casework.move import Command, Outcome, StepRefused, perform
from app.casework.opening import Opening
from app.casework.projection import with_links
from app.demo.people import Invented
from app.demo.transaction import OneTransaction
from app.demo.world import Cast
from app.kit.clock import SettableClock
from app.kit.errors import AppError
from app.models.base import new_id
from app.models.outbox import OutboxRow
from app.worker import Worker
from policies.model import Policies
from workflows import engine
from workflows.facts import CaseFacts, ReferralFacts

OUTBOX: Any = OutboxRow.__table__
PAUSE = timedelta(seconds=15)


class StoryFault(RuntimeError):
    """The demonstration expected something else of the program: who did what, and what came of it."""


class Stage:
    """Acts of the cast on one house. Use inside `sitting`, which opens and commits the transaction."""

    def __init__(self, house: House, clock: SettableClock, cast: Cast) -> None:
        """clock: the same clock as the house's, moved by whoever tells the story."""
        self.house = house
        self.clock = clock
        self.cast = cast
        self.acts = 0
        self.said: dict[tuple[str, str], list[str]] = {}
        self.mail = False
        self._session: Session | None = None
        self._worker: Worker | None = None

    @property
    def policies(self) -> Policies:
        """The policies of the house."""
        return self.house.policies

    @property
    def session(self) -> Session:
        """The open transaction."""
        if self._session is None:
            raise RuntimeError("the stage is used outside a sitting")
        return self._session

    @contextmanager
    def sitting(self) -> Iterator[None]:
        """One transaction for many acts; it commits when the block ends."""
        with self.house.db.write() as session:
            self._session = session
            self._worker = Worker(replace(self.house, db=OneTransaction(session)))
            try:
                yield
                self._no_effect_failed()
            except Exception:
                # A failed effect is the reason why a story did not find what it looked for.
                self._no_effect_failed()
                raise
            finally:
                self._session = self._worker = None

    def desk(self, login: str) -> Desk:
        """The desk of one of the cast, now."""
        actor = self.cast.actors[login]
        house, session = self.place_of(actor.country)
        return Desk(
            session, actor, self.clock.now(), house.policies, house.keys, house.signing, "demo",
            office_id=self.cast.offices[actor.office],
        )  # fmt: skip

    def place_of(self, country: str) -> tuple[House, Session]:
        """The house in which a country is at home, and its open transaction: here all share one."""
        return self.house, self.session

    def open_case(
        self, login: str, person: Invented, source: str, channel: str, happened_at: datetime | None = None
    ) -> str:
        """Open a case in the actor's own office; whoever opens it is on its team. The case id."""
        desk = self.desk(login)
        must(desk, "case:create")
        actor = desk.actor
        facts = CaseFacts(
            country=actor.country, office=actor.office, identification="reported", care="intake",
            opened_on=self.clock.now().date(), child=person.child, age_band=person.age_band, sex=person.sex,
            nationality=person.nationality, exploitation=person.exploitation, language=person.language,
        )  # fmt: skip
        known = Identity.model_validate(person.identity).model_dump(mode="json", exclude_none=True)
        part = next(iter(desk.actor.roles))
        told = Opening(desk.office_id, actor.organisation, facts, source, channel, known, part=part)
        case_id = opening.open_case(desk, told, happened_at)
        self._done()
        return case_id

    def join(self, login: str, case_id: str, member: str) -> None:
        """Put a colleague on the team of a case."""
        desk = self.desk(login)
        row = visible_case(desk, "case:assign", case_id)
        colleague = self.cast.actors[member]
        recording.join(desk, case_id, colleague.id, next(iter(colleague.roles)), row.version)
        self._done()

    def assign(self, login: str, case_id: str, manager: str) -> None:
        """Name the case manager."""
        desk = self.desk(login)
        row = visible_case(desk, "case:assign", case_id)
        recording.assign(desk, case_id, self.cast.user_id(manager), row.version)
        self._done()

    def record(
        self, login: str, case_id: str, kind: str, body: dict[str, Any], *, happened_at: datetime | None = None,
        corrects: str | None = None, note: str | None = None,
    ) -> str:  # fmt: skip
        """Add a record to a case; its id."""
        desk = self.desk(login)
        with self._told(login, kind):
            row = visible_case(desk, KINDS[kind].permission, case_id)
            if KINDS[kind].group not in self.policies.groups_for(desk.actor.roles):
                raise StoryFault(f"{login} writes '{kind}', whose fields the role may not see")
            record_id, _ = recording.add_record(
                desk, case_id, kind, body, row.version, happened_at=happened_at, corrects=corrects, note=note
            )
        self.mail = self.mail or kind == "consent_withdrawal"
        self._done()
        return record_id

    def case_step(
        self, login: str, step: str, case_id: str, record: dict[str, Any] | None = None, *,
        happened_at: datetime | None = None, note: str | None = None,
    ) -> Outcome:  # fmt: skip
        """Take a step of a case, or one that opens a matter of it."""
        opening = [spec.name for spec in engine.matter_machines() if spec.step(step) is not None]
        machine = opening[0] if opening else engine.machine_of_case_step(step)
        command = Command(machine, step, case_id, None, record, {}, note, happened_at)
        return self._act(login, command)

    def matter_step(
        self, login: str, machine: str, step: str, case_id: str, record: dict[str, Any], matter_id: str | None = None
    ) -> Outcome:
        """Take a step of one of the matters of a case, or one that opens a matter."""
        return self._act(login, Command(machine, step, case_id, None, record, {}, matter_id=matter_id))

    def referral_step(
        self, login: str, step: str, referral_id: str, record: dict[str, Any] | None = None, **given: str
    ) -> Outcome:
        """Take a step of a referral copy."""
        self.mail = True
        return self._act(login, Command("referral", step, referral_id, None, record, dict(given)))

    def blocked(
        self, login: str, step: str, subject_id: str, record: dict[str, Any] | None = None, **given: str
    ) -> list[str]:
        """Try a step that must be refused; the attempt is kept. The codes of the reasons."""
        machine = "referral" if engine.MACHINES["referral"].step(step) else engine.machine_of_case_step(step)
        desk = self.desk(login)
        try:
            with desk.session.begin_nested():
                perform(desk, self._seen(desk, Command(machine, step, subject_id, None, record, dict(given))))
        except StepRefused as refusal:
            for keep in desk.take_kept():
                keep(desk.session)
            self.said[subject_id, desk.now.isoformat()] = [each["missing"] for each in refusal.extra["refusals"]]
            self._done()
            return [reason["code"] for reason in refusal.extra["refusals"]]
        raise StoryFault(f"{login}: '{step}' was expected to be refused and was not")

    def draft(self, login: str, case_id: str, country: str, border_point: str | None) -> str:
        """Write a referral of a case to another country; the id of this side's copy."""
        desk = self.desk(login)
        row = visible_case(desk, "referral:draft", case_id)
        held = hold_case(desk, case_id)
        assert isinstance(held.facts, CaseFacts)
        corridor = self.policies.corridor(row.country, country)
        facts = ReferralFacts(
            "sender", row.country, country, "draft", held.facts.child, drafted_by=desk.actor.id,
            receiver_office=corridor.focal_office(country),
        )  # fmt: skip
        reference = opening.new_reference(f"{row.country}-{country}", desk.now.year)
        referral_id = copies.make_copy(
            desk, facts, shared_id=new_id(), reference=reference, office_id=row.office_id,
            organisation=row.organisation, key_id=held.key_id, case_id=case_id, border_point=border_point,
            border_office_id=office_at(desk, facts, border_point) if border_point else None, event="draft",
        )  # fmt: skip
        save_case_facts(desk, case_id, with_links(held.facts, links_of(desk, case_id)))
        copies.ask_approval(desk, referral_id)
        self._done()
        return referral_id

    def other_copy(self, referral_id: str) -> tuple[str, str | None]:
        """The other country's copy of a referral: its id and the id of its case, if one is open there."""
        rows.enter_everything(self.session)
        mine = select(REFERRAL.c.shared_id).where(REFERRAL.c.id == referral_id).scalar_subquery()
        query = select(REFERRAL.c.id, REFERRAL.c.case_id).where(
            REFERRAL.c.shared_id == mine, REFERRAL.c.id != referral_id
        )
        row = self.session.execute(query).one()
        return row.id, row.case_id

    def deliver(self) -> None:
        """Carry out what waits in the outbox, with all that follows from it."""
        if self.mail and self._worker is not None:
            self._worker.drain()
            self.clock.advance(PAUSE)
            self.mail = False

    def ring(self) -> None:
        """Ring every deadline that has passed."""
        while self._worker is not None and self._worker.ring():
            pass

    def _done(self) -> None:
        """The next act comes a little later, so that every history has its order in time."""
        self.acts += 1
        self.clock.advance(PAUSE)

    def _no_effect_failed(self) -> None:
        """The worker tries a failed effect again later; inside one transaction it may not come to that."""
        rows.enter_everything(self.session)
        query = select(OUTBOX.c.effect, OUTBOX.c.last_error).where(OUTBOX.c.done_at.is_(None), OUTBOX.c.attempts > 0)
        failed = self.session.execute(query.limit(1)).one_or_none()
        if failed is not None:
            raise StoryFault(f"the effect '{failed.effect}' failed: {failed.last_error}")

    def _act(self, login: str, command: Command) -> Outcome:
        desk = self.desk(login)
        with self._told(login, command.step):
            outcome = perform(desk, self._seen(desk, command))
        self._done()
        return outcome

    def _seen(self, desk: Desk, command: Command) -> Command:
        """The command with the version its actor sees, if the step's permission lets them see and do it."""
        _, step = engine.find_step(command.machine, command.step)
        look = visible_referral if command.machine == "referral" else visible_case
        return replace(command, seen=look(desk, step.permission, command.subject_id).version)

    @contextmanager
    def _told(self, login: str, act: str) -> Iterator[None]:
        try:
            yield
        except AppError as error:
            reasons = [reason["missing"] for reason in error.extra.get("refusals", [])] or [str(error.extra or "")]
            raise StoryFault(f"{login}: '{act}' on {self.clock.now().date()}: {error.detail} {reasons}") from error
