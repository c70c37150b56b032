"""Several cases to another office: each is asked for by itself, by the same step and guards as one alone."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from sqlalchemy import Row

from app.access import notices
from app.access.desk import Desk
from app.access.log import looked
from app.caseload import queries
from app.caseload.schemas import AskedCaseOut, AskIn, AskOut, ChosenIn
from app.casework import fieldgroups, records, several
from app.casework.held import hold_case
from app.casework.matter_steps import take
from app.casework.messages import from_case
from app.casework.reach import permit
from app.casework.shapes import StepIn
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.fields import at_field
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.engine import find_step
from workflows.facts import CaseFacts
from workflows.transfer import ASK, NAME

ACT: Final = "ask_office"
ASKED: Final = "asked"
FORM: Final = "transfer_request"
STEP: Final = "request_transfer"
# What became of a case -> what people read. Codes of refusals that stand nowhere here say the last.
SENTENCES: Final = {
    ASKED: mark("The other office is asked."),
    "step_refused": mark("Not asked, for these reasons:"),
    "not_found": mark("Not asked: this case is not there, or not within your reach."),
    "permission_missing": mark("Not asked: your role does not reach this case for this."),
    "stale_version": mark("Not asked: somebody changed this case meanwhile. Look at it and ask for it by itself."),
    "needs_not_known": mark("Not asked: no plan says which help this person needs. Ask on the page of the case."),
}
_OTHERWISE: Final = mark("Not asked. Try it on the page of the case, which says why.")


def ask(desk: Desk, body: AskIn) -> AskOut:
    """Ask one office to take over, or to share in, several cases.

    The request is the same for all and checked once: Invalid (422) for one that does not fit, for no case, or for
    more than one act can take. What stands against a single case stops that case alone.
    """
    several.must_fit(desk, "cases", len(body.cases), mark("Choose at least one case."))
    request = _checked(desk, body.record)
    outcome: dict[str, several.Became] = {}
    with notices.told_once(desk):
        for each in body.cases:
            if each.case_id not in outcome:
                act = partial(_ask_one, desk, each, request)
                outcome[each.case_id] = several.by_itself(desk, each.case_id, ASKED, act)
    asked = sum(1 for each in outcome.values() if each.code == ASKED)
    why, office = request["why"], request["to_office"]
    act_id = several.keep(desk, ACT, why, list(outcome.values()), to_office=office)
    looked(desk, "cases_asked", "office", office, {"act": act_id, "asked": asked, "why": why})
    return report(desk, act_id)


def report(desk: Desk, act_id: str) -> AskOut:
    """What became of an act of the actor's own; NotFound for any other."""
    row = several.kept(desk, act_id, ACT)
    if row is None:
        raise NotFound()
    return _out(desk, row)


def _checked(desk: Desk, record: dict[str, Any]) -> dict[str, Any]:
    """The request as it is made of each case; its needs are empty where each case says its own."""
    request = dict(record)
    own = not request.get("needs")
    if own:
        request["needs"] = [next(iter(desk.policies.codes["service_kind"].codes))]
    body = records.check(desk.policies, FORM, request, today=desk.today).body
    offices = {office.code for office in desk.policies.countries[desk.actor.country].offices}
    if body["to_office"] not in offices or body["to_office"] == desk.actor.office:
        sentence = mark("Choose another office of this country.")
        raise Invalid("Nothing can be done like this.", extra=at_field("record.to_office", sentence))
    return {**body, "needs": []} if own else body


def _ask_one(desk: Desk, wanted: ChosenIn, request: dict[str, Any]) -> str:
    permit(desk, ASK, wanted.case_id, STEP)
    needs = request["needs"] or _planned(desk, wanted.case_id)
    if not needs:
        raise Conflict(code="needs_not_known")
    spec, step = find_step(NAME, STEP)
    body = StepIn(record={**request, "needs": needs})
    held = take(desk, wanted.case_id, None, spec, step, body, wanted.seen_version)
    assert held.matter is not None
    return held.matter.id


def _planned(desk: Desk, case_id: str) -> Sequence[str]:
    """The help that the newest plan of the case names, for whoever may read plans."""
    if not fieldgroups.sees(desk, FieldGroup.NARRATIVE):
        return ()
    facts = hold_case(desk, case_id, lock=False).facts
    assert isinstance(facts, CaseFacts)
    services: list[str] = from_case(facts, "needs")["services"]
    return services


def _out(desk: Desk, row: Row[Any]) -> AskOut:
    outcome = several.outcome_of(row)
    seen = queries.seen(desk, (each.subject for each in outcome))
    cases = [_case(desk, each, seen.get(each.subject)) for each in outcome]
    asked = sum(1 for each in cases if each.outcome == ASKED)
    return AskOut(id=row.id, office=row.to_office, asked=asked, refused=len(cases) - asked, cases=cases)


def _case(desk: Desk, became: several.Became, seen: Row[Any] | None) -> AskedCaseOut:
    # Why a case stayed says something about the person: it is told only to whoever sees the case now.
    refusals = several.told(desk, became) if seen is not None else []
    plain = became.code if refusals or became.code != "step_refused" else ""
    return AskedCaseOut(
        case_id=became.subject,
        reference=seen.reference if seen is not None else None,
        outcome=became.code,
        sentence=SENTENCES.get(plain, _OTHERWISE),
        refusals=refusals,
        transfer_id=became.made or None,
    )
