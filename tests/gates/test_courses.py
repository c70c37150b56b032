"""G31 in the suite: some courses on each engine, and for every rule a planted fault that the courses must notice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import update

from app.casework import carry, held, history, projection, receipts, remarks, tasks
from app.casework.held import CASE
from app.casework.kinds import KINDS
from tests.conftest import ENGINE_KINDS, Grounds
from tests.gates.courses import LONG, SHORT, report, run
from tests.gates.courses_ground import Ground, open_ground
from tests.gates.courses_machine import DOORS
from workflows import care, consequences
from workflows.effects import CloseTask
from workflows.engine import MACHINES
from workflows.guards import consent
from workflows.step import Guard

# As many courses as a planted fault may live through.
PATIENCE = 60


@pytest.fixture(scope="module", params=ENGINE_KINDS)
def at(request: pytest.FixtureRequest, grounds: Grounds) -> Iterator[Ground]:
    """The ground of the short form, built once for each engine."""
    with grounds(request.param) as (url, folder), open_ground(url, folder) as opened:
        yield opened


def test_no_rule_is_broken(at: Ground) -> None:
    assert SHORT * 50 < LONG
    began = time.monotonic()
    assert report(at, *run(at, SHORT), time.monotonic() - began)


def test_every_machine_takes_part() -> None:
    """Whoever adds a machine names the door it is gone through, and the courses go through it."""
    assert DOORS.keys() == MACHINES.keys()


# ------------------------------------------------------------------------------------------------- mutants

Patch = pytest.MonkeyPatch


def silenced(patch: Patch, *names: str) -> None:
    """Guards of these names object to nothing any more."""
    known = Guard.objection

    def objection(self: Guard, *asked: Any) -> Any:
        return None if self.name in names else known(self, *asked)

    patch.setattr(Guard, "objection", objection)


def receiver_forgets(patch: Patch) -> None:
    known = projection.referral_after_step

    def after(facts: Any, step: str, *rest: Any) -> Any:
        changed = known(facts, step, *rest)
        forgets = step == "sign_receipt" and facts.side == "receiver"
        return replace(changed, custody="sender") if forgets else changed

    patch.setattr(projection, "referral_after_step", after)


def nobody_asks_the_person(patch: Patch) -> None:
    patch.setattr(consent, "consent_found", lambda *asked: True)


def asylum_counts_for_nothing(patch: Patch) -> None:
    silenced(patch, "no_asylum_claim_is_open")


def any_case_may_close(patch: Patch) -> None:
    step = care.MACHINE.step("close")
    assert step is not None
    silenced(patch, *(guard.name for guard in step.guards))


def tasks_outlive_the_case(patch: Patch) -> None:
    any_case_may_close(patch)
    known = tasks.close_task

    def close(desk: Any, subject: Any, effect: CloseTask) -> None:
        if effect.kind != "*":
            known(desk, subject, effect)

    patch.setattr(carry, "close_task", close)


def police_first(patch: Patch) -> None:
    kind = KINDS["cooperation"]

    def fold(facts: Any, form: Any, entry: Any) -> Any:
        return replace(facts, support_agency=not facts.support_agency)

    patch.setitem(KINDS, "cooperation", replace(kind, fold_case=fold))


def a_cell_will_do(patch: Patch) -> None:
    silenced(patch, "place_is_not_custodial", "place_fits_the_person")
    kind = KINDS["placement"]
    patch.setitem(KINDS, "placement", replace(kind, example={**kind.example, "place_kind": "police_cell"}))


def paid_beyond_the_award(patch: Patch) -> None:
    kind = KINDS["remedy_preparation"]
    known = kind.fold_matter
    assert known is not None

    def fold(matter: Any, form: Any, entry: Any) -> Any:
        return replace(known(matter, form, entry), paid=1)

    patch.setitem(KINDS, "remedy_preparation", replace(kind, fold_matter=fold))


def a_paper_overrules_the_panel(patch: Patch) -> None:
    silenced(patch, "decision_is_still_to_be_taken")


def _without(patch: Patch, one: consequences.Consequence) -> None:
    patch.setattr(consequences, "CONSEQUENCES", tuple(each for each in consequences.CONSEQUENCES if each is not one))


def nobody_searches(patch: Patch) -> None:
    _without(patch, consequences.missing)


def a_guardian_who_was_not_checked_will_do(patch: Patch) -> None:
    _without(patch, consequences.guardian)


def attempts_count_as_changes(patch: Patch) -> None:
    known = remarks.remark

    def remark(desk: Any, subject: Any, event: Any) -> None:
        known(desk, subject, event)
        if subject.kind == "case":
            row = update(CASE).where(CASE.c.id == subject.id)
            desk.session.execute(row.values(version=CASE.c.version + 1))

    patch.setattr(remarks, "remark", remark)


def because_i_say_so(patch: Patch) -> None:
    known = remarks.refusal_out
    patch.setattr(remarks, "refusal_out", lambda *said: {**known(*said), "sources": []})


def facts_of_somebody_else(patch: Patch) -> None:
    known = held.save_case_facts

    def save(desk: Any, case_id: str, facts: Any) -> None:
        known(desk, case_id, replace(facts, legal_hold=True))

    patch.setattr(held, "save_case_facts", save)


def a_page_torn_out(patch: Patch) -> None:
    known = history.append

    def append(session: Any, chain: Any, *rest: Any) -> None:
        chain.head = history.NO_HASH
        known(session, chain, *rest)

    patch.setattr(history, "append", append)


def forgetful_receiver(patch: Patch) -> None:
    found = receipts.found

    def forgets(desk: Any, message_id: str, level: str) -> Any:
        return None if level == "stored" else found(desk, message_id, level)

    patch.setattr(receipts, "found", forgets)


@dataclass(frozen=True)
class Mutant:
    """A planted fault, where and by which acts it is looked for, what the person says first, and what is noticed."""

    plant: Callable[[Patch], None]
    where: str
    notices: str
    acts: tuple[str, ...] = ("go_on",)
    first: tuple[str, dict[str, Any]] | None = None
    by: str = "case_manager"
    who: str = "adult"


TWICE = "bring_it_twice_or_too_early"
NO_MORE = ("consent_withdrawal", {"purposes": ["notify_origin", "return", "contact_family"]})
OTHER = "write_something"
NO = ("identification_decision", {"outcome": "not_identified", "finding": "smuggled"})
GONE = {"asylum_claim": None, "missing": True}
ASYLUM = ("circumstances", {"asylum_claim": True})
MUTANTS = [
    Mutant(receiver_forgets, "referral handed_over", "custody: nobody is responsible", ("go_on", "bring_post")),
    Mutant(nobody_asks_the_person, "referral approved", "consent: 'send' went out without a consent", first=NO_MORE),
    Mutant(asylum_counts_for_nothing, "referral approved", "while a claim for asylum is open", first=ASYLUM),
    Mutant(any_case_may_close, "recovering", "closure: closed w"),
    Mutant(tasks_outlive_the_case, "recovering", "closure: a closed case has tasks"),
    Mutant(police_first, "recovering", "care: cooperation with the police has changed", ("talk_to_the_police",)),
    Mutant(a_cell_will_do, "recovering", "safe_place: placed in"),
    Mutant(paid_beyond_the_award, "recovering", "money: a claim is paid"),
    Mutant(a_paper_overrules_the_panel, "referral approved", "has changed the decision", (OTHER,), NO, "legal_officer"),
    Mutant(nobody_searches, "recovering", "a missing person is not searched for", first=("circumstances", GONE)),
    Mutant(
        a_guardian_who_was_not_checked_will_do, "recovering", "nobody speaks for a child", who="child",
        first=("guardian_appointment", {"conflict_checked": False}),
    ),
    Mutant(attempts_count_as_changes, "recovering", "was refused and something has changed"),
    Mutant(because_i_say_so, "recovering", "refusal: "),
    Mutant(facts_of_somebody_else, "recovering", "are not what its history says: legal_hold"),
    Mutant(a_page_torn_out, "recovering", "does not continue the chain"),
    Mutant(forgetful_receiver, "referral assessed", "post: a message that came twice", (TWICE,)),
]


@pytest.fixture(scope="module")
def lite(grounds: Grounds) -> Iterator[Ground]:
    """The ground on which planted faults are looked for."""
    with grounds("sqlite") as (url, folder), open_ground(url, folder) as opened:
        yield opened


@pytest.mark.parametrize("mutant", MUTANTS, ids=[each.plant.__name__ for each in MUTANTS])
def test_a_planted_fault_is_noticed(lite: Ground, monkeypatch: Patch, mutant: Mutant) -> None:
    there = [each for each in lite.beginnings if each.name == f"{mutant.who}, {mutant.where}"]
    assert there
    mutant.plant(monkeypatch)
    counted, broken = run(replace(lite, beginnings=there), PATIENCE, only=mutant.acts, first=mutant.first, by=mutant.by)
    assert broken is not None, f"nobody noticed in {counted['courses']} courses"
    assert mutant.notices in str(broken)
    print(f"GATE g31 mutant={mutant.plant.__name__} broken_rules=1 expected=some n={counted['judged']}")
