"""Acts that cannot wait take effect when they are asked for, and are undone unless somebody agrees."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.access import deciding, two_persons
from app.access.desk import Desk
from app.access.two_persons import KINDS, Act, Asked, ask, carries_out
from app.models.case import Case
from app.models.session import LoginSession
from tests.factories import cases
from tests.factories.approvals import decide, step_up
from tests.factories.staff import Worker, add_user, desk_of, disable
from tests.factories.towns import Town
from tests.inspect import reading

NAME = "trial_mark"


@pytest.fixture(autouse=True)
def kind() -> Iterator[None]:
    """An act of power that raises a case's version by a thousand at once, and takes it back when undone."""

    def raised(by: int, desk: Desk, asked: Asked) -> None:
        case = update(Case).where(Case.id == asked.payload["case"])
        desk.session.execute(case.values(version=Case.version + by))

    carries_out(
        NAME, permission="case:seal", act="marking", at_once=True, undo=lambda desk, asked: raised(-1000, desk, asked)
    )(lambda desk, asked: raised(1000, desk, asked))
    yield
    del KINDS[NAME]


def marked(town: Town, case_id: str) -> bool:
    with reading(town.house.db) as session:
        return int(session.execute(select(Case.version).where(Case.id == case_id)).scalar_one()) > 1000


def mark(town: Town, who: Worker, case_id: str) -> str:
    """Ask, as ``who`` with a fresh second factor, to mark the case: the id of the approval."""
    step_up(town, who)
    with desk_of(town.house, who) as desk:
        session = select(LoginSession.id).where(LoginSession.user_id == who.id)
        desk.session_id = desk.session.execute(session).scalars().first() or ""
        asked = ask(desk, Act(NAME, ("case", case_id), {"case": case_id}, {"reason": "He knows the shelter."}))
    assert asked.in_effect and asked.state == "waiting" and asked.answer_status == 202
    return asked.id


def test_it_works_at_once_and_agreeing_keeps_it(town: Town) -> None:
    who, second = town.th["supervisor"], town.th["national_focal_point"]
    case_id = cases.open_case(town.house, town.th["social_worker"])
    approval = mark(town, who, case_id)
    assert marked(town, case_id)
    page = town.get(second, f"/approvals/{approval}").json()
    assert page["in_effect"] and page["can_decide"] and page["words"] == {"reason": "He knows the shelter."}
    elsewhere = add_user(town.house, "th-shelter-phitsanulok", "supervisor")
    assert town.get(elsewhere, f"/approvals/{approval}").status_code == 404
    # That whoever asked is gone by now is no reason to take it back: somebody else agrees.
    disable(town.house, who)
    step_up(town, second)
    assert decide(town, second, approval).json()["state"] == "agreed"
    assert marked(town, case_id)
    assert town.looks("approval_carried_out") == []


def test_it_is_undone_when_refused_withdrawn_or_not_answered(town: Town) -> None:
    who, second = town.th["supervisor"], town.th["national_focal_point"]
    case_id = cases.open_case(town.house, town.th["social_worker"])
    first = mark(town, who, case_id)
    assert decide(town, second, first, "refuse").json()["code"] == "step_up_needed" and marked(town, case_id)
    step_up(town, second)
    assert decide(town, second, first, "refuse").status_code == 200 and not marked(town, case_id)
    withdrawn = mark(town, who, case_id)
    assert decide(town, who, withdrawn, "withdraw").status_code == 200 and not marked(town, case_id)
    late = mark(town, who, case_id)
    town.clock.advance(timedelta(hours=72, seconds=1))
    assert marked(town, case_id) and deciding.expire(town.house) == 1 and not marked(town, case_id)
    undone = town.looks("approval_undone")
    assert {look.subject_id for look in undone} == {first, withdrawn, late} and len(undone) == 3
    assert (undone[-1].subject_id, undone[-1].actor_id) == (late, "system")


def test_one_that_cannot_be_undone_holds_up_no_other(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    who = town.th["supervisor"]
    # Nobody could agree here, and still it waits for nobody.
    disable(town.house, town.th["national_focal_point"])
    ids = [cases.open_case(town.house, town.th["social_worker"]) for _ in range(2)]
    approvals = [mark(town, who, case_id) for case_id in ids]
    town.clock.advance(timedelta(hours=73))
    undo, broken = KINDS[NAME].undo, [True]

    def fails_once(desk: Desk, asked: Asked) -> None:
        if asked.id == approvals[0] and broken:
            broken.pop()
            raise RuntimeError("not now")
        assert undo is not None
        undo(desk, asked)

    kind = KINDS[NAME]
    monkeypatch.setitem(KINDS, NAME, two_persons.Kind(kind.name, kind.permission, kind.act, kind.deed, fails_once))
    assert deciding.expire(town.house) == 1
    assert [marked(town, case_id) for case_id in ids] == [True, False]
    assert deciding.expire(town.house) == 1
    assert not marked(town, ids[0])


def test_an_act_at_once_without_what_undoes_it_cannot_be_registered() -> None:
    with pytest.raises(ValueError, match="needs what undoes it"):
        carries_out("trial", permission="case:seal", act="x", at_once=True)
    with pytest.raises(ValueError, match="two rooms"):
        carries_out("role_grant", permission="case:seal", act="x")(lambda _desk, _asked: None)
