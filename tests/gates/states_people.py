"""The people of the simulation: who takes which step with what, and what a case needs before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from app.casework.held import CASE
from app.kit.errors import AppError, NotFound
from tests.factories import cases
from tests.factories.forms import form
from tests.inspect import reading
from workflows.referral import FINAL, MACHINE, OWN_TURN

if TYPE_CHECKING:
    from tests.gates.states_world import Talk, World

Fields = Callable[["World", "Talk"], dict[str, Any]]
_POINTS: Final = {"TH": "mae-sot-myawaddy", "MM": "muse-ruili"}
OVER: Final = frozenset(state.value for state in FINAL)


def _nothing(_: World, __: Talk) -> dict[str, Any]:
    return {}


def _point(_: World, talk: Talk) -> dict[str, Any]:
    return {"border_point": _POINTS[talk.here]}


def _escort(_: World, __: Talk) -> dict[str, Any]:
    return {"escort": "nurse 2"}


def _visit(world: World, talk: Talk) -> dict[str, Any]:
    return {"number": min(4, 1 + world.facts(talk, talk.there).visits)}


@dataclass(frozen=True)
class Act:
    """How a step is taken: by whom at which end, with which form, and with what said."""

    side: str
    role: str
    form: str | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    fields: Fields = _nothing


_MANAGER, _FOCAL, _SOCIAL, _BORDER = "case_manager", "national_focal_point", "social_worker", "border_focal_point"
_S, _T = "sender", "receiver"
ACTS: Final[Mapping[str, Act]] = {
    "approve": Act(_S, "supervisor"),
    "send": Act(_S, _MANAGER),
    "acknowledge": Act(_T, _FOCAL),
    "decline": Act(_T, _FOCAL, given={"reason": "no_capacity"}),
    "return_for_info": Act(_T, _FOCAL, given={"reason": "other"}),
    "supply_info": Act(_S, _MANAGER),
    "disclose_identity": Act(_S, _MANAGER),
    "start_tracing": Act(_T, _SOCIAL),
    "check_nationality": Act(_T, _SOCIAL),
    "report_assessment": Act(_T, _SOCIAL, "family_tracing"),
    "propose_plan": Act(_S, _MANAGER, "return_plan", fields=_escort),
    "find_no_safe_return": Act(_S, _MANAGER),
    "ask_again": Act(_S, _MANAGER),
    "accept": Act(_T, _FOCAL, "reception_plan"),
    "schedule_handover": Act(_S, _BORDER, "handover_schedule", fields=_point),
    "confirm_handover": Act(_T, _BORDER, "handover_confirmation"),
    "postpone": Act(_S, _BORDER, given={"reason": "border_closed"}),
    "reschedule": Act(_S, _BORDER, "handover_schedule", fields=_point),
    "sign_handover": Act(_S, _BORDER, "handover"),
    "sign_receipt": Act(_T, _BORDER, "receipt"),
    "report_not_received": Act(_T, _BORDER, given={"reason": "person_did_not_come"}),
    "start_reintegration": Act(_T, _MANAGER),
    "report_visit": Act(_T, _MANAGER, "monitoring_visit", fields=_visit),
    "report_remedy": Act(_S, _MANAGER, "remedy_news"),
    "answer_remedy": Act(_T, _MANAGER, "remedy_told"),
    "complete": Act(_T, _MANAGER),
    "withdraw": Act(_S, _MANAGER, given={"reason": "consent_withdrawn"}),
    "cancel": Act(_S, _MANAGER, given={"reason": "other"}),
    "request_end": Act(_S, _MANAGER, given={"reason": "other"}),
    "confirm_withdrawal": Act(_T, _FOCAL),
    "confirm_withdrawal_back": Act(_S, _MANAGER),
}
# A consent that ends is no step of a referral: it is a record on a case, and what follows from it travels by itself.
TAKES_BACK: Final = {"tell_withdrawal": "contact_family", "tell_withdrawal_back": "reintegration_report"}
REASONS: Final = ("consent_withdrawn", "no_safe_return", "asylum_claim", "other")
# The straight way home, and who walks it.
ONWARD: Final = {
    "draft": "send", "sent": "acknowledge", "acknowledged": "start_tracing", "tracing": "report_assessment",
    "assessed": "propose_plan", "plan_proposed": "accept", "accepted": "schedule_handover",
    "handover_scheduled": "sign_handover", "handed_over": "sign_receipt", "received": "start_reintegration",
    "in_reintegration": "complete", "returned_for_info": "supply_info", "postponed": "reschedule",
}  # fmt: skip
# What has to be said by anybody before the straight step can be taken.
FIRST: Final = {"start_tracing": "disclose_identity", "sign_handover": "confirm_handover"}
# What they do where that was said and still did not help: a clock that was days ahead has set the day, say.
IN_VAIN: Final = {"confirm_handover": "postpone"}


def choices(side: str, state: str) -> list[str]:
    """The steps that people at this end can try in that state."""
    return [
        row.name for row in MACHINE.steps
        if row.name in ACTS and row.name != "approve" and row.by == side and state in {each.value for each in row.start}
    ]  # fmt: skip


def prepare(world: World, talk: Talk, name: str) -> None:
    """What a case needs before this step, as its own country records it. AppError: it was refused."""
    if name == "sign_handover":
        here = world[talk.here]
        if _care(world, talk) == "planning_return":
            cases.take(here.house, here.staff[_MANAGER], talk.case, "depart")
    elif name == "find_no_safe_return":
        here = world[talk.here]
        said = {"level": "serious", "reprisals": "The recruiter lives next door."}
        cases.add(here.house, here.staff[_MANAGER], talk.case, "pre_return_risk", **said)
    elif name == "report_remedy":
        _claim(world, talk)
    elif name in ("start_reintegration", "report_visit", "answer_remedy", "complete", "tell_withdrawal_back"):
        _settle(world, talk, name)


def take_back(world: World, talk: Talk, name: str) -> None:
    """A person ends a consent, at the end at which it was given."""
    code = talk.here if name == "tell_withdrawal" else talk.there
    copy = world.copy(talk, code)
    if copy is None or copy.case_id is None:
        raise NotFound()
    case = copy.case_id
    prepare(world, talk, name)
    cases.add(world[code].house, world[code].staff[_MANAGER], case, "consent_withdrawal", purposes=[TAKES_BACK[name]])


def _care(world: World, talk: Talk) -> str:
    with reading(world[talk.here].house.db) as session:
        return str(session.execute(select(CASE.c.care).where(CASE.c.id == talk.case)).scalar_one())


def _claim(world: World, talk: Talk) -> None:
    """A claim for wages that was awarded in the country from which the person went home."""
    here = world[talk.here]
    matter = next((each.id for each in cases.facts_of(here.house, talk.case).matters_of("remedy")), None)
    if matter is not None:
        return
    for step, kind in (
        ("prepare_remedy", "remedy_preparation"), ("file_remedy", "remedy_filing"), ("award_remedy", "remedy_award"),
    ):
        said = form(here.house, kind)
        matter = cases.take(here.house, here.staff[_MANAGER], talk.case, step, said, matter_id=matter).matter_id


def _settle(world: World, talk: Talk, name: str) -> None:
    """The receiving country's own case: a team, a plan, a consent to reports, and visits before the last step."""
    there, copy = world[talk.there], world.copy(talk, talk.there)
    if copy is None or copy.case_id is None:
        return
    manager, home = there.staff[_MANAGER], copy.case_id
    with reading(there.house.db) as session:
        named = session.execute(select(CASE.c.case_manager_id).where(CASE.c.id == home)).scalar_one()
    if named is None:
        cases.join(there.house, home, there.staff[_SOCIAL], manager)
        cases.name_manager(there.house, home, there.staff)
        cases.add(there.house, manager, home, "reintegration_plan")
        cases.add(there.house, manager, home, "consent", purpose="reintegration_report", recipient=talk.here)
    if name == "complete":
        done = max(cases.facts_of(there.house, home).visits, world.facts(talk, talk.there).visits)
        for number in range(done + 1, 5):
            cases.add(there.house, manager, home, "monitoring_visit", number=number)


def bring_to_an_end(world: World, talk: Talk, wanted: str) -> str:
    """In fair weather, the people go on until it is over; the end, or the state in which they could not."""
    said = ""
    for _ in range(40):
        world.drain()
        here, there = world.copy(talk, talk.here), world.copy(talk, talk.there)
        if here.state in OVER and (there is None or there.state in OVER):
            return str(here.state)
        for way in _ways(here.state, wanted):
            name = IN_VAIN.get(way, way) if way == said else way
            try:
                world.step(talk, name)
                said = name
                break
            except AppError:
                continue
        else:
            return str(here.state)
    return f"{world.copy(talk, talk.here).state} for ever"


def _ways(state: str, wanted: str) -> list[str]:
    """What they try, one after the other: on to the wanted end, then to any."""
    ends = {
        "declined": "decline", "no_safe_return": "find_no_safe_return", "withdrawn": "withdraw", "cancelled": "cancel",
    }  # fmt: skip
    out = [ends[wanted]] if wanted in ends else []
    on = [ONWARD[state]] if state in ONWARD else []
    first = [FIRST[each] for each in on if each in FIRST]
    own_turn = state in {each.value for each in OWN_TURN}
    leave = ["cancel"] if own_turn else ["request_end"]
    return [*out, *on, *first, *on, *leave]
