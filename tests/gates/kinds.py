"""Every kind of record on a real database: written, read, folded, corrected, whichever door certifies it.

The kinds, their steps and the way to each step are read from the registers, so a new kind takes part by itself. Guards
are silent here: who may write what, and when, is asked by other gates; this one asks what becomes of the words.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final
from unittest import mock

from sqlalchemy import select

from app.access.desk import Desk, House
from app.casework import recording, records, refold
from app.casework.facts import stored
from app.casework.forms import SILENT, unspoken
from app.casework.held import hold_case, hold_referral
from app.casework.inputs import inputs_of
from app.casework.kinds import KINDS
from app.casework.move import Command, StepRefused, perform
from app.casework.offers import MEETING, TEAM, offered
from app.casework.told import answers
from app.kit.canonical import canonical_bytes
from app.kit.clock import SettableClock
from app.kit.crypto import KeyRing
from app.kit.db import Database
from app.kit.signing import SigningKeys
from app.meetings import service as meetings
from app.meetings.schemas import MeetingIn, PresentIn
from app.models.record import Record
from tests.conftest import START
from tests.factories import cases, referrals
from tests.factories.forms import form
from tests.factories.houses import make_house, put_offices
from tests.factories.staff import Staff, Worker, desk_of, hire_staff
from tests.factories.visits import ask_about
from tests.gates.whole_forms import other, silent, whole
from tests.inspect import reading
from workflows.engine import MACHINES
from workflows.matter import MATTER
from workflows.recording import ONLY_WITH_STEP, can_be_corrected
from workflows.step import MachineSpec, Side, Step

RECORD: Final[Any] = Record.__table__
# A way that is longer than this leads nowhere.
FARTHEST: Final = 12
# What a person says to a visit, which has to be there.
VISIT_WISH: Final = "visit_wish"


@dataclass
class Shelf:
    """A house with staff of two countries, and where each kind was put."""

    house: House
    staff: dict[str, Staff]
    meeting: str = ""
    cases: dict[str, str] = field(default_factory=dict)
    # A kind of a referral and what it says -> the record.
    walked: dict[tuple[str, bytes], str] = field(default_factory=dict)

    @property
    def writer(self) -> Worker:
        """Who writes everything down here."""
        return self.staff["TH"]["case_manager"]

    @property
    def today(self) -> date:
        """What is called today where the cases are."""
        return self.house.policies.day("TH", self.house.clock.now())

    # ------------------------------------------------------------------------------------------ what is written

    def body(self, kind: str) -> dict[str, Any]:
        """The example of a kind with every field filled in; people and meetings are real ones."""
        body = whole(self.house.policies, kind, form(self.house, kind), self.today)
        known = {TEAM: self.writer.id, MEETING: self.meeting}
        return body | {each.field: known[each.source] for each in inputs_of(KINDS[kind].form) if each.source in known}

    def other(self, kind: str) -> dict[str, Any]:
        """The same with the questions that it leaves out for others, in their place."""
        return other(self.house.policies, kind, self.body(kind), self.today)

    def quiet(self, kind: str) -> dict[str, Any]:
        """The same with every silence that the form takes."""
        return silent(self.house.policies, kind, self.body(kind), self.today)

    # ------------------------------------------------------------------------------------------ how it is put

    def put(self, kind: str, body: dict[str, Any], corrects: str | None = None) -> str:
        """Write a record of a kind, alone where that can be, else with its step; the id of the record."""
        if KINDS[kind].home == "referral":
            return self._with_referral(kind, body)
        case_id = self.cases.get(kind) or self._case(kind)
        if kind in ONLY_WITH_STEP and corrects is None:
            return self._with_step(case_id, kind, body)
        seen = cases.version_of(self.house, case_id)
        with desk_of(self.house, self.writer) as desk:
            return recording.add_record(desk, case_id, kind, body, seen, corrects=corrects)[0]

    def _case(self, kind: str) -> str:
        case_id = self.cases[kind] = cases.open_case(self.house, self.writer)
        if kind == VISIT_WISH:
            ask_about(self.house, case_id, KINDS[kind].example["visit"])
        return case_id

    def _with_step(self, case_id: str, kind: str, body: dict[str, Any]) -> str:
        spec, row = step_of(kind)
        if spec.aggregate == "referral":
            return self._at_home(kind, row, body)
        matter: str | None = None
        for _ in range(FARTHEST):
            here = self._state(case_id, spec, matter)
            if here in {state.value for state in row.start} or (row.opens and matter is None):
                record_id, _ = self._step(case_id, spec, row, matter, body)
                assert record_id is not None
                return record_id
            following = way(spec, here, row)[0]
            said = form(self.house, following.form) if following.form else None
            _, matter = self._step(case_id, spec, following, matter, said)
        raise AssertionError(f"no way leads to '{row.name}', the step of {kind}")

    def _at_home(self, kind: str, row: Step, body: dict[str, Any]) -> str:
        """With its step on a referral of somebody who is at home again, about a claim that was awarded meanwhile."""
        pair = referrals.bring_referral(self.house, self.staff["TH"], self.staff["MM"], "received")
        self.cases[kind] = pair.case_id
        matter: str | None = None
        for step, said in (
            ("prepare_remedy", form(self.house, "remedy_preparation", remedy_kind=body["about"])),
            ("file_remedy", form(self.house, "remedy_filing")), ("award_remedy", form(self.house, "remedy_award")),
        ):
            done = cases.take(self.house, self.writer, pair.case_id, step, said, matter_id=matter)
            matter = done.matter_id
        record_id = referrals.take(self.house, self.writer, pair.sent_from, row.name, body).record_id
        assert record_id is not None
        return record_id

    def _step(
        self, case_id: str, spec: MachineSpec, row: Step, matter: str | None, body: dict[str, Any] | None
    ) -> tuple[str | None, str | None]:
        seen = cases.version_of(self.house, case_id)
        command = Command(
            spec.name, row.name, case_id, seen, record=body, given=self._given(row),
            matter_id=None if row.opens else matter,
        )  # fmt: skip
        if row.system_only:
            # What another country has answered is written down by the exchange.
            with self.house.db.write() as session:
                done = perform(self.house.system_desk(session, "TH", "exchange"), command)
            return done.record_id, done.matter_id
        with desk_of(self.house, self.writer) as desk:
            done = perform(desk, command)
        return done.record_id, done.matter_id

    def _given(self, row: Step) -> dict[str, str]:
        return {name: min(self.house.policies.codes[codes].codes) for name, codes in row.given.items()}

    def _state(self, case_id: str, spec: MachineSpec, matter: str | None) -> str | None:
        facts = cases.facts_of(self.house, case_id)
        if spec.aggregate != MATTER:
            return str(getattr(facts, spec.name))
        found = facts.matter(matter) if matter is not None else None
        return found.state if found is not None else None

    def _with_referral(self, kind: str, body: dict[str, Any]) -> str:
        """With its step on the way of a referral to the end, which is walked once with each way of filling forms in."""
        if not self.walked:
            for fill in (self.body, self.quiet):
                self._walk(fill)
        known = self.walked.get((kind, canonical_bytes(body)))
        if known is not None:
            return known
        _, row = step_of(kind)
        starts = {state.value for state in row.start}
        point = next(name for name in ("draft", *referrals.STATES) if name in starts)
        pair = referrals.bring_referral(self.house, self.staff["TH"], self.staff["MM"], point)
        country, copy = ("MM", pair.arrived) if row.by is Side.RECEIVER else ("TH", pair.sent_from)
        worker = self.staff[country]["national_focal_point" if country == "MM" else "case_manager"]
        done = referrals.take(self.house, worker, copy, row.name, body, given=self._given(row))
        assert done.record_id is not None
        return done.record_id

    def _walk(self, fill: Callable[[str], dict[str, Any]]) -> None:
        def filled(house: House, kind: str, **changes: Any) -> dict[str, Any]:
            return fill(kind) if KINDS[kind].home == "referral" else form(house, kind, **changes)

        with mock.patch.object(referrals, "form", filled):
            pair = referrals.bring_referral(self.house, self.staff["TH"], self.staff["MM"], list(referrals.STATES)[-1])
        with reading(self.house.db) as session:
            rows = [*records.rows_of(session, pair.sent_from), *records.rows_of(session, pair.arrived)]
        for row in rows:
            copy = pair.arrived if step_of(row.kind)[1].by is Side.RECEIVER else pair.sent_from
            if row.subject_id == copy:
                self.walked[row.kind, canonical_bytes(fill(row.kind))] = row.id

    # ------------------------------------------------------------------------------------------ what became of it

    def wrong(self, record_id: str, body: dict[str, Any]) -> Iterator[str]:
        """What is not as it was sent, or not as history says."""
        with reading(self.house.db) as session:
            row = session.execute(select(RECORD).where(RECORD.c.id == record_id)).one()
        if KINDS[row.kind].home == "referral":
            yield from self._crossed(row, body)
            return
        with desk_of(self.house, self.writer) as desk:
            held = hold_case(desk, row.subject_id)
            yield from differing(desk, row, held.key(desk), body)
            if stored(held.facts) != stored(refold.case_facts(desk, held)):
                yield f"{row.kind}: the stored facts are not those that history tells"

    def _crossed(self, row: Any, body: dict[str, Any]) -> Iterator[str]:
        """Both copies keep what crossed: without the reasons of silence, and without what is withheld."""
        pair = referrals.pair_of(self.house, row.subject_id)
        kind = KINDS[row.kind]
        for country, copy in (("TH", pair.sent_from), ("MM", pair.arrived)):
            with desk_of(self.house, self.staff[country]["national_focal_point"]) as desk:
                held = hold_referral(desk, copy)
                (own,) = [each for each in records.rows_of(desk.session, copy) if each.kind == row.kind][-1:]
                sent = body if own.id == row.id else unspoken(body)
                if own.id != row.id:
                    sent = {name: said for name, said in sent.items() if name not in kind.withheld}
                yield from differing(desk, own, held.key(desk), sent, bound=set(kind.bound) if own.id != row.id else ())
                if stored(held.facts) != stored(refold.referral_facts(desk, held)):
                    yield f"{row.kind}: the stored facts of {country}'s copy are not those that history tells"


def differing(
    desk: Desk, row: Any, key: bytes, body: dict[str, Any], bound: set[str] | tuple[()] = ()
) -> Iterator[str]:
    """Where a record that is read again differs from what was sent; ``bound``: what may have stayed at home."""
    kind = KINDS[row.kind]
    read = records.opened(desk, row, key)
    again = records.check(desk.policies, row.kind, read, lenient=True).body
    if said(again) != said(read):
        yield f"{row.kind}: read twice it says different things"
    found, sent = said(read), said(body)
    # The program may add what no page asks, such as a level that it computes.
    added = {each.field for each in inputs_of(kind.form) if each.unasked or each.preset}
    for name in sorted(sent.keys() | found.keys()):
        if found.get(name) != sent.get(name) and not (name in added and name not in sent) and name not in bound:
            yield f"{row.kind}.{name} was sent as {sent.get(name)!r} and is read as {found.get(name)!r}"
    shown = {each.name for each in answers(offered(desk.policies, inputs_of(kind.form)), read) if each.given}
    quiet = read.get(SILENT) or {}
    for each in inputs_of(kind.form):
        if each.name not in shown and (found.get(each.field) not in (None, []) or each.field in quiet):
            yield f"{row.kind}.{each.field} is on record and no page shows it"


def said(body: dict[str, Any]) -> dict[str, Any]:
    """A form without its empty places, those of its rows neither."""
    return {name: _said(value) for name, value in body.items() if value is not None}


def _said(value: Any) -> Any:
    return [said(each) if isinstance(each, dict) else each for each in value] if isinstance(value, list) else value


def step_of(kind: str) -> tuple[MachineSpec, Step]:
    """The first step that certifies a kind."""
    return next((spec, row) for spec in MACHINES.values() for row in spec.steps if row.form == kind)


def way(spec: MachineSpec, here: str | None, to: Step) -> list[Step]:
    """The shortest way of steps from a state (None: nothing is open yet) to where a step can be taken."""
    goal = {state.value for state in to.start}
    waiting: deque[tuple[str | None, list[Step]]] = deque([(here, [])])
    seen = {here}
    while waiting:
        state, gone = waiting.popleft()
        if state in goal:
            return gone
        for row in spec.steps:
            begins = (state is None and row.opens) or state in {each.value for each in row.start}
            if not begins or row.system_only:
                continue
            for target in row.targets():
                if target.value not in seen:
                    seen.add(target.value)
                    waiting.append((target.value, [*gone, row]))
    raise AssertionError(f"no way from {here} to '{to.name}'")


def corrected(shelf: Shelf, kind: str, record_id: str, body: dict[str, Any]) -> list[str]:
    """Correct a record, and say what is wrong; what certifies an act is not corrected, and is written once more."""
    if KINDS[kind].home == "referral":
        again = shelf.put(kind, body)
    elif can_be_corrected(kind):
        again = shelf.put(kind, body, corrects=record_id)
    else:
        with suppress(StepRefused):
            shelf.put(kind, body, corrects=record_id)
            return [f"{kind} was corrected, though it certifies an act"]
        shelf.cases.pop(kind)
        again = shelf.put(kind, body)
    return list(shelf.wrong(again, body))


@contextmanager
def open_shelf(url: str, folder: Path) -> Iterator[Shelf]:
    """The migrated database of ``url`` with offices, staff and a meeting."""
    db = Database(url)
    signing = SigningKeys.from_folder(folder / "signing", create=True)
    house = make_house(db, SettableClock(START), KeyRing({1: bytes(range(7, 39))}, 1), signing)
    put_offices(house)
    shelf = Shelf(house, {country: hire_staff(house, country) for country in ("TH", "MM")})
    with desk_of(house, shelf.writer) as desk:
        seat = PresentIn(part="case_manager", at=shelf.writer.office)
        shelf.meeting = meetings.held(desk, MeetingIn(kind="case_conference", held_on=desk.today, present=[seat])).id
    try:
        yield shelf
    finally:
        db.dispose()
