"""The state machine of random courses: what may be tried, legal or not, and by whom."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any, ClassVar, Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlalchemy import select

from app.access.desk import Desk, House
from app.cases import filing, matters, service
from app.cases.filing_schemas import RecordIn
from app.cases.matters_schemas import MatterIn
from app.cases.schemas import ManagerIn
from app.casework.facts import case_facts_from, referral_facts_from
from app.casework.kinds import KINDS
from app.casework.shapes import StepIn
from app.casework.transfers import CLAIMS, SERVICES
from app.exchange.delivery import envelope_of
from app.exchange.transport import LocalTransport
from app.fund import claims
from app.fund.claims_schemas import ClaimApproveIn, ClaimDeclineIn, ClaimFailIn, ClaimPayIn, ClaimReturnIn
from app.kit.errors import AppError, Forbidden, NotFound
from app.models.base import new_id
from app.referrals import service as referrals
from app.referrals.schemas import ReferralIn
from app.services import service as services
from app.services.schemas import ServiceAcceptIn, ServiceDeclineIn, ServiceDoneIn
from app.transfers import service as transfers
from app.transfers.schemas import TakeOverIn, TransferDeclineIn, TransferQuestionIn
from app.worker import Worker as Postman
from tests.factories import cases
from tests.factories.staff import Worker, desk_of
from tests.gates import courses_forms as forms
from tests.gates.courses_ground import Ground, World, looking, wake
from tests.gates.courses_rules import ENDS, LAST, OUTBOX, Deed, Seen, already, broken, look
from workflows import engine
from workflows import service as providing
from workflows.engine import MACHINES
from workflows.facts import Actor, CaseFacts, JusticeFacts, ReferralFacts, Situation, Today
from workflows.matter import MATTER
from workflows.mending import Way, act_for, consent_purpose
from workflows.step import MachineSpec, Step
from workflows.transfer import ANSWER

CHANCES: Final = st.integers(0, 2**32 - 1)
MINUTE: Final = timedelta(minutes=1)
# What everybody is told who asks for an act of the system's own.
NOBODY: Final = "nobody"
# What a subject's machines are about: a case has matters of its own.
KINDS_OF: Final = {"case": ("case", MATTER), "referral": ("referral",)}


@dataclass(frozen=True)
class Subject:
    """A case or a copy that a course acts on."""

    id: str
    kind: str
    country: str
    version: int
    # One of the case's matters that a step is about; none where a step opens one.
    matter: str | None = None


def _step_on_case(desk: Desk, subject: Subject, step: str, body: StepIn, seen: int) -> Any:
    return service.take_step(desk, subject.id, step, body, seen)


def _step_on_copy(desk: Desk, subject: Subject, step: str, body: StepIn, seen: int) -> Any:
    return referrals.take_step(desk, subject.id, step, body, seen)


def _step_on_matter(desk: Desk, subject: Subject, step: str, body: StepIn, seen: int) -> Any:
    spec, row = matters.step_called(step)
    if row.opens:
        asked = MatterIn(machine=spec.name, step=step, record=body.record, given=body.given, note=body.note)
        return matters.opened(desk, subject.id, asked, seen)
    return matters.stepped(desk, subject.id, subject.matter or new_id(), step, body, seen)


def _step_on_transfer(desk: Desk, subject: Subject, step: str, body: StepIn, seen: int) -> Any:
    """The asked office answers at a door of its own, whatever version the case has come to."""
    matter = subject.matter or new_id()
    given = {name: str(value) for name, value in body.given.items()}
    match step:
        case "take_over_case":
            return transfers.take_over(desk, matter, TakeOverIn())
        case "accept_share":
            return transfers.accept(desk, matter)
        case "decline_transfer":
            return transfers.decline(desk, matter, TransferDeclineIn(**given))
        case "ask_about_transfer":
            return transfers.ask_back(desk, matter, TransferQuestionIn(**given))
        case "finish_share":
            return transfers.finish(desk, matter)
    return _step_on_matter(desk, subject, step, body, seen)


def _step_on_service(desk: Desk, subject: Subject, step: str, body: StepIn, seen: int) -> Any:
    """A provider answers at its own door, which knows the asking and not the matter."""
    query = select(SERVICES.c.id).where(SERVICES.c.matter_id == subject.matter, SERVICES.c.ended_at.is_(None))
    row = desk.session.execute(query).scalar_one_or_none() or new_id()
    given = {name: str(value) for name, value in body.given.items()}
    match step:
        case "agree_to_serve":
            return services.accept(desk, row, ServiceAcceptIn())
        case "refuse_to_serve":
            return services.decline(desk, row, ServiceDeclineIn(**given))
        case "begin_to_serve":
            return services.begin(desk, row)
        case "finish_serving":
            return services.finish(desk, row, ServiceDoneIn(**given))
    return _step_on_matter(desk, subject, step, body, seen)


def _step_on_claim(desk: Desk, subject: Subject, step: str, body: StepIn, seen: int) -> Any:
    """The office of a fund answers at its own door, where it is the one that decides."""
    query = select(CLAIMS.c.id).where(CLAIMS.c.matter_id == subject.matter, CLAIMS.c.ended_at.is_(None))
    row = desk.session.execute(query).scalar_one_or_none()
    given, form = {name: str(value) for name, value in body.given.items()}, body.record or {}
    if row is None or not (claims.decides(desk, row) or claims.pays(desk, row)):
        return _step_on_matter(desk, subject, step, body, seen)
    match step:
        case "return_claim":
            return claims.give_back(desk, row, ClaimReturnIn(**given))
        case "decline_claim":
            return claims.decline(desk, row, ClaimDeclineIn(**given))
        case "approve_claim":
            units, reasons = form["amount"]["units"], form["reasons"]
            return claims.approve(desk, row, ClaimApproveIn(units=units, reasons=reasons))
        case "pay_claim":
            units, number = form["amount"]["units"], form["payment_number"]
            paid_on = date.fromisoformat(form["paid_on"])
            return claims.pay(desk, row, ClaimPayIn(units=units, paid_on=paid_on, payment_number=number))
        case "fail_payment":
            return claims.fail(desk, row, ClaimFailIn(**given))
    return _step_on_matter(desk, subject, step, body, seen)


def _plainly(house: House, kind: str, country: str, chance: Random) -> dict[str, Any]:
    return forms.plain(house, kind, country)


Door = Callable[[Desk, Subject, str, StepIn, int], Any]
# The verb behind the door of each machine; the suite fails when a machine has none, so that new ones take part.
DOORS: Final[dict[str, Door]] = {
    "identification": _step_on_case, "care": _step_on_case, "referral": _step_on_copy, "service": _step_on_service,
    "remedy": _step_on_matter,
    "fund_claim": _step_on_claim,
    "transfer": _step_on_transfer,
    "non_punishment": _step_on_matter, "proceeding": _step_on_matter, "threat": _step_on_matter,
    "relative": _step_on_matter,
    "inquiry": _step_on_matter, "embassy": _step_on_matter,
}  # fmt: skip


class BrokenRule(AssertionError):
    """A rule of the design does not hold any more."""


class Course(RuleBasedStateMachine):
    """One course: a beginning, then whatever chance brings. Each rule draws one number and follows it."""

    ground: ClassVar[Ground]
    # Tells what was tried and what came of it, over all courses.
    counted: ClassVar[Counter[str]]
    # A record that every course begins with: its kind and what it says.
    first: ClassVar[tuple[str, dict[str, Any]] | None] = None
    # Who writes it.
    first_by: ClassVar[str] = "case_manager"
    # Whether to tell how far a long run has come.
    aloud: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(self.ground.db.course())
        self.seen = Seen()
        self.case_ids: list[str] = []
        self.shared: list[str] = []
        self.world = World({}, {}, {}, ())

    # ------------------------------------------------------------------------------------------- rules

    @initialize(number=st.integers(0, 10_000))
    def begin(self, number: int) -> None:
        """Take up a case where it stands."""
        beginning = self.ground.beginnings[number % len(self.ground.beginnings)]
        self.ground.clock.set(beginning.at)
        wake(self.ground, beginning)
        self.case_ids.append(beginning.case_id)
        self.shared += [beginning.shared_id] if beginning.shared_id else []
        self.world = look(self.ground, self.case_ids, self.shared)
        self.seen = already(self.ground, self.shared, self.world)
        self.counted["courses"] += 1
        if self.aloud and self.counted["courses"] % 100 == 0:
            print(f"  {self.ground.engine}: {self.counted['courses']} courses", file=sys.stderr, flush=True)
        if self.first is not None:
            kind, said = self.first
            writer = self.ground.staff[beginning.country][self.first_by]
            body = forms.plain(self.ground.house, kind, beginning.country, **said)
            self._file(self._subjects()[0], kind, body, writer, Random(0), late=False)

    @rule(number=CHANCES)
    def go_on(self, number: int) -> None:
        """Try a step from here with a fitting form; if something is missing, mend it and try again."""
        chance = Random(number)
        for _ in range(2):
            subject = self._somewhere(chance)
            steps = self._steps_from_here(subject)
            if steps:
                # Onwards rather than out: what ends a course ends what can be learnt from it.
                weights = [4 if each.targets() and not set(each.targets()) & spec.final else 1 for spec, each in steps]
                machine, step = chance.choices(steps, weights)[0]
                self._try_until_done(machine, step, subject, chance)

    @rule(number=CHANCES)
    def go_on_again(self, number: int) -> None:
        """The same: a course shall get somewhere."""
        self.go_on(number)

    @rule(number=CHANCES)
    def step_aside(self, number: int) -> None:
        """Try any step of any machine, in any state, as anybody, with any form or none, late or with an old version."""
        chance = Random(number)
        subject = self._somewhere(chance)
        specs = [each for each in MACHINES.values() if each.aggregate in KINDS_OF[subject.kind]]
        spec = chance.choice(specs)
        row = chance.choice(spec.steps)
        record = None
        if row.form and chance.random() < 0.8:
            record = forms.varied(self.ground.house, row.form, subject.country, chance)
        seen = subject.version - (chance.random() < 0.1)
        self._take(spec, row, subject, self._anybody(chance), record, chance, seen)

    @rule(number=CHANCES)
    def write_something(self, number: int) -> None:
        """File any record, plain or changed, as somebody who may or as anybody."""
        chance = Random(number)
        subject = self._some_case(chance)
        kind = chance.choice(sorted(KINDS))
        body = forms.varied(self.ground.house, kind, subject.country, chance)
        holder = self._holder(KINDS[kind].permission, subject.country, chance)
        self._file(subject, kind, body, holder if chance.random() < 0.8 else self._anybody(chance), chance)

    @rule(number=CHANCES)
    def change_their_mind(self, number: int) -> None:
        """The person takes consents back, claims asylum, goes missing, or wants something else."""
        chance = Random(number)
        subject = self._some_case(chance)
        minds: tuple[tuple[str, dict[str, Any]], ...] = (
            ("consent_withdrawal", {}),
            ("consent_withdrawal", {"purposes": ["assistance"], "recipients": chance.choice(([], ["*"], ["TH"]))}),
            ("circumstances", {"asylum_claim": chance.random() < 0.5}),
            ("circumstances", {"missing": chance.random() < 0.5}),
            ("wish", {"wish": chance.choice(("return", "stay"))}),
            ("legal_status", {"open_proceedings": chance.randrange(2), "open_claims": chance.randrange(2)}),
        )
        kind, changes = chance.choice(minds)
        body = forms.plain(self.ground.house, kind, subject.country, **changes)
        self._file(subject, kind, body, self._holder(KINDS[kind].permission, subject.country, chance), chance)

    @rule(number=CHANCES)
    def talk_to_the_police(self, number: int) -> None:
        """Whatever the person says to the authorities: no fact, no task and no next step may depend on it (P8)."""
        chance = Random(number)
        subject = self._some_case(chance)
        body = forms.varied(self.ground.house, "cooperation", subject.country, chance)
        before, offered = self.world, self._decisions(subject)
        holder = self._holder(KINDS["cooperation"].permission, subject.country, chance)
        if self._file(subject, "cooperation", body, holder, chance) is not None:
            return
        self.counted["cooperation recorded"] += 1
        if before.cases[subject.id]["facts"] != self.world.cases[subject.id]["facts"]:
            raise BrokenRule("care: cooperation with the police has changed the facts")
        if before.tasks != self.world.tasks or offered != self._decisions(subject):
            raise BrokenRule("care: what may happen next depends on cooperation with the police")

    @rule(number=CHANCES)
    def bring_post(self, number: int) -> None:
        """Carry out some of what waits, one line or another first; what is first of its line must never fail."""
        chance = Random(number)
        for _ in range(chance.choice((1, 1, 2, 8))):
            waiting = self._waiting()
            first = [row for row in waiting if all(row.seq <= each.seq for each in waiting if each.line == row.line)]
            if not first:
                return
            self._carry(chance.choice(first))

    @rule(number=CHANCES)
    def bring_post_again(self, number: int) -> None:
        """The same, so that conversations get on."""
        self.bring_post(number)

    @rule(number=CHANCES)
    def bring_it_twice_or_too_early(self, number: int) -> None:
        """Hand over a message a second time, or one that is not the next: nothing may come of it."""
        chance = Random(number)
        with looking(self.ground) as session:
            rows = session.execute(select(OUTBOX).where(OUTBOX.c.effect == "deliver").order_by(OUTBOX.c.seq)).all()
            rows = [row for row in rows if any(shared in row.line for shared in self.shared)]
            waiting = [row for row in rows if row.done_at is None]
            early = [row for row in waiting if any(e.line == row.line and e.seq < row.seq for e in waiting)]
            again = [row for row in rows if row.done_at is not None]
            chosen = early or again if chance.random() < 0.5 else again or early
            if not chosen:
                return
            row = chance.choice(chosen)
            desk = self.ground.house.system_desk(session, row.country, "exchange")
            envelope, _, _ = envelope_of(desk, json.loads(row.payload)["message"])
        error: AppError | None = None
        try:
            LocalTransport(self.ground.house).hand_over(envelope)
        except AppError as refused:
            error = refused
        before = self.world.still()
        what = "a message too early" if row in early else "a message twice"
        self.counted[what] += 1
        self._judge(Deed(what, row.id, error))
        if row in early and error is None:
            raise BrokenRule("post: a message was taken before the one that it follows")
        if row in again and error is not None:
            raise BrokenRule(f"post: a message that came twice was answered with {error.code}")
        if before != self.world.still():
            raise BrokenRule(f"post: {what} has changed something")

    @rule(number=CHANCES)
    def let_time_pass(self, number: int) -> None:
        """Hours or weeks go by, and deadlines ring."""
        chance = Random(number)
        self.ground.clock.advance(timedelta(days=chance.choice((0, 1, 1, 3, 14, 31)), hours=chance.randrange(24)))
        if chance.random() < 0.3:
            Postman(self.ground.house).ring()
        self._judge(Deed("ring"))

    @rule(number=CHANCES)
    def refer(self, number: int) -> None:
        """Write a referral to the other country, or to a third."""
        chance = Random(number)
        subject = self._some_case(chance)
        other = "MM" if subject.country == "TH" else "TH"
        body = ReferralIn(to_country=other if chance.random() < 0.9 else "LA")
        writer = self._holder("referral:draft", subject.country, chance)
        self._do("draft", subject, writer, lambda desk: referrals.draft(desk, subject.id, body))

    @rule(number=CHANCES)
    def meet_somebody(self, number: int) -> None:
        """Another case is opened, in either country, of an adult or a child."""
        if len(self.case_ids) > 3:
            return
        chance = Random(number)
        worker = self.ground.staff[chance.choice(("TH", "MM"))]["social_worker"]
        told: dict[str, Any] = {"child": True, "age_band": "15-17"} if chance.random() < 0.5 else {}
        self.ground.clock.advance(MINUTE)
        self.case_ids.append(cases.open_case(self.ground.house, worker, **told))
        self._judge(Deed("open"))

    def teardown(self) -> None:
        """All post is carried; at rest every rule holds once more."""
        try:
            for _ in range(200):
                waiting = self._waiting()
                if not waiting:
                    break
                self._carry(min(waiting, key=lambda row: (row.created_at, row.seq)))
            self._judge(Deed(LAST))
        finally:
            self.stack.close()

    # ------------------------------------------------------------------------------------------- hands

    def _try_until_done(self, machine: MachineSpec, step: Step, subject: Subject, chance: Random) -> None:
        house = self.ground.house
        filled = forms.varied if chance.random() < 0.2 else _plainly
        record = filled(house, step.form, subject.country, chance) if step.form else None
        for _ in range(3):
            worker = self._holder(step.permission, subject.country, chance)
            error = self._take(machine, step, subject, worker, record, chance)
            if not isinstance(error, Forbidden | NotFound):
                break
        codes = [each["code"] for each in error.extra.get("refusals", ())] if error is not None else []
        mended = [self._mend(code, step, subject, chance) for code in codes[:2]]
        if any(mended):
            fresh = self._again(subject)
            self._take(machine, step, fresh, self._holder(step.permission, fresh.country, chance), record, chance)

    def _mend(self, code: str, step: Step, subject: Subject, chance: Random) -> bool:
        """Do what the refusal itself says mends it; whether that was done."""
        act, case = act_for(code, step.name), self._case_of(subject)
        if case is None:
            return False
        if act.way is Way.TEAM:
            manager = self.ground.staff[case.country]["case_manager"]
            body = ManagerIn(user_id=manager.id)
            asker = self._holder("case:assign", case.country, chance)
            done = self._do("assign", case, asker, lambda desk: service.assign(desk, case.id, body, case.version))
            return done is None
        if act.way is not Way.RECORD:
            return False
        changes: dict[str, Any] = {}
        if purpose := consent_purpose(code):
            child = self._facts(case).child
            changes = {"purpose": purpose, "recipient": "*"} | (
                {"giver": "guardian", "child_assent": True} if child else {}
            )
        if act.what == "circumstances":
            changes = {"asylum_claim": None, "missing": False, "support_agency": True}
        body_ = forms.plain(self.ground.house, act.what, case.country, **changes)
        body_ = {name: value for name, value in body_.items() if value is not None}
        writer = self._holder(KINDS[act.what].permission, case.country, chance)
        return self._file(case, act.what, body_, writer, chance, late=False) is None

    def _take(
        self, machine: MachineSpec, step: Step, subject: Subject, worker: Worker, record: Any, chance: Random,
        seen: int | None = None,
    ) -> AppError | None:  # fmt: skip
        given = forms.inputs(self.ground.house.policies, step.given, chance)
        body = StepIn(record=record, given=given, note="In their own words." if chance.random() < 0.2 else None)
        version = subject.version if seen is None else seen
        subject = self._about(machine, step, subject, chance)
        return self._do(
            step.name, subject, worker, lambda desk: DOORS[machine.name](desk, subject, step.name, body, version)
        )

    def _about(self, machine: MachineSpec, step: Step, subject: Subject, chance: Random) -> Subject:
        """The subject with one of its matters, where the step is about one: where there is, one it can leave from."""
        if machine.aggregate != MATTER or step.opens:
            return subject
        every = [each for each in self._facts(subject).matters if each.machine == machine.name]
        fit = [each for each in every if each.state in [state.value for state in step.start]]
        chosen = chance.choice(fit or every) if every else None
        return replace(subject, matter=chosen.id if chosen else None)

    def _file(
        self, case: Subject, kind: str, record: dict[str, Any], worker: Worker, chance: Random, late: bool = True
    ) -> AppError | None:
        happened = None
        if late and chance.random() < 0.2:
            happened = self.ground.clock.now() - timedelta(days=chance.randrange(4), hours=1)
        body = RecordIn(record=record, happened_at=happened)
        return self._do(kind, case, worker, lambda desk: filing.filed(desk, case.id, kind, body, case.version))

    def _do(self, what: str, subject: Subject, worker: Worker, act: Callable[[Desk], Any]) -> AppError | None:
        """Act as ``worker`` the way the door does, and judge what came of it; the error, if it was refused."""
        self.ground.clock.advance(MINUTE)
        error: AppError | None = None
        try:
            with desk_of(self.ground.house, worker) as desk:
                act(desk)
        except AppError as refused:
            error = refused
        self.counted["refused" if error else "done"] += 1
        self.counted[f"{'refused' if error else 'done'} {what}"] += 1
        self._judge(Deed(what, subject.id, error))
        return error

    def _carry(self, row: Any) -> None:
        self.ground.clock.advance(MINUTE)
        Postman(self.ground.house)._carry_out(row)
        self.counted["carried"] += 1
        self._judge(Deed(f"carry {row.effect}"))

    def _judge(self, deed: Deed) -> None:
        """Look again; BrokenRule if anything is not as it must be."""
        now = look(self.ground, self.case_ids, self.shared)
        self.shared += sorted({row["shared_id"] for row in now.copies.values()} - set(self.shared))
        self.case_ids += sorted(set(now.cases) - set(self.case_ids))
        found = broken(self.ground, self.world, now, deed, self.seen)
        self.world = now
        self.counted["judged"] += 1
        if found:
            raise BrokenRule("; ".join(found))

    # ------------------------------------------------------------------------------------------- chance

    def _somewhere(self, chance: Random) -> Subject:
        """A subject, one that still moves where there is one."""
        every = self._subjects()
        moving = [each for each in every if self._moves(each)]
        return chance.choice(moving if moving and chance.random() < 0.9 else every)

    def _some_case(self, chance: Random) -> Subject:
        return chance.choice([each for each in self._subjects() if each.kind == "case"])

    def _subjects(self) -> list[Subject]:
        """Every case and copy in the order in which they came, which chance can rely on."""
        world = self.world
        found = [Subject(i, "case", world.cases[i]["country"], world.cases[i]["version"]) for i in self.case_ids]
        copies = sorted(world.copies.values(), key=lambda row: (self.shared.index(row["shared_id"]), row["side"]))
        return found + [Subject(row["id"], "referral", row["country"], row["version"]) for row in copies]

    def _again(self, subject: Subject) -> Subject:
        return next(each for each in self._subjects() if each.id == subject.id)

    def _moves(self, subject: Subject) -> bool:
        if subject.kind == "case":
            return bool(self.world.cases[subject.id]["care"] != "closed")
        return self.world.copies[subject.id]["state"] not in ENDS

    def _case_of(self, subject: Subject) -> Subject | None:
        if subject.kind == "case":
            return self._again(subject)
        case_id = self.world.copies[subject.id]["case_id"]
        return next((each for each in self._subjects() if each.id == case_id), None)

    def _holder(self, permission: str, country: str, chance: Random) -> Worker:
        """Somebody of the country whose role holds the permission, or anybody there."""
        staff = self.ground.staff.get(country, self.ground.staff["TH"])
        if permission in (ANSWER, providing.ANSWER) and chance.random() < 0.9:
            return self.ground.asked
        policies = self.ground.house.policies
        holders = [name for name in sorted(staff) if permission in policies.roles[name].permissions]
        return staff[chance.choice(holders or sorted(staff))]

    def _anybody(self, chance: Random) -> Worker:
        staff = self.ground.staff[chance.choice(("TH", "TH", "MM"))]
        return staff[chance.choice(sorted(staff))]

    def _waiting(self) -> list[Any]:
        with looking(self.ground) as session:
            query = select(OUTBOX).where(OUTBOX.c.done_at.is_(None))
            return list(session.execute(query.order_by(OUTBOX.c.created_at, OUTBOX.c.effect, OUTBOX.c.seq)))

    # ------------------------------------------------------------------------------------------- rules of the tables

    def _facts(self, case: Subject) -> CaseFacts:
        return case_facts_from(self.world.cases[case.id]["facts"])

    def _situation(self, subject: Subject) -> Situation:
        referral: ReferralFacts | None = None
        if subject.kind == "referral":
            referral = referral_facts_from(self.world.copies[subject.id]["facts"])
        case = self._case_of(subject)
        now = self.ground.clock.now()
        today = Today(now, self.ground.house.policies.day(subject.country, now))
        actor = Actor(NOBODY, frozenset(), "", "", subject.country)
        return Situation(actor, today, self._facts(case) if case else None, referral)

    def _steps_from_here(self, subject: Subject) -> list[tuple[MachineSpec, Step]]:
        """Every step that leaves the present state of a machine of this subject, on this side."""
        situation = self._situation(subject)
        return [
            (spec, step)
            for spec in MACHINES.values()
            if spec.aggregate in KINDS_OF[subject.kind]
            for step in spec.steps
            if self._leaves(spec, step, situation)
            and not step.system_only
            and (step.by is None or situation.referral is None or situation.referral.side == step.by)
        ]

    def _leaves(self, spec: MachineSpec, step: Step, situation: Situation) -> bool:
        if spec.aggregate != MATTER:
            return engine.state_of(spec, situation) in step.start
        assert situation.case is not None
        states = {each.state for each in situation.case.matters_of(spec.name)}
        return step.opens or any(state.value in states for state in step.start)

    def _decisions(self, subject: Subject) -> Any:
        """What the rules say to every step of a case from here, whatever was said to the police."""
        situation = self._situation(subject)
        if situation.justice != JusticeFacts():
            raise BrokenRule("care: a situation carries cooperation")
        policies = self.ground.house.policies
        return [
            engine.choices(spec.name, situation, policies, lambda _: True)
            for spec in MACHINES.values()
            if spec.aggregate == "case"
        ]
