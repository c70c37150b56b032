"""One page for each step of a case: what it is, why, until when, what stands in the way, and its form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access.desk import Desk
from app.access.page_door import Page, opens
from app.cases import matters, service
from app.cases.matters_schemas import MatterIn
from app.casework import blocking, fieldgroups, posted
from app.casework.choices import CASE_MACHINES, next_steps, openings
from app.casework.held import at_matter
from app.casework.inputs import SILENCES, given_inputs, inputs_of
from app.casework.kinds import KINDS
from app.casework.offers import offered
from app.casework.shapes import NextStepOut, RefusalOut, StepIn
from app.kit.errors import AppError, Invalid, NotFound
from app.kit.typed import Typed
from app.overview import case_queries, form_page, happened
from app.overview.agenda import around, open_refusals
from app.overview.case_frame import Opened, open_case
from app.overview.matter_pages import money_of
from app.worklist.closers import CLOSERS
from policies.model import Policies
from workflows.engine import MACHINES
from workflows.facts import CaseFacts
from workflows.step import Step

router = APIRouter()

Taker = Annotated[Page, Depends(opens("case:read"))]
Done = Annotated[str, Query(max_length=20)]

TEMPLATE: Final = "overview/case_step.html"


@dataclass(frozen=True, slots=True)
class Asked:
    """The step a page is about: of a case, one that opens a matter, or one of the matter ``matter_id``."""

    reference: str
    machine: str
    step: Step
    matter_id: str | None = None

    @property
    def path(self) -> str:
        """The address of the page."""
        case = f"/cases/{self.reference}"
        if self.matter_id is not None:
            return f"{case}/matters/{self.matter_id}/steps/{self.step.name}"
        return f"{case}/steps/{self.machine}/{self.step.name}"


@router.get("/cases/{reference}/steps/{machine}/{step}")
def step_page(reference: str, machine: str, step: str, page: Taker, done: Done = "") -> Response:
    """What a step needs; its form, or what blocks it."""
    return _show(page, Asked(reference, machine, _step(machine, step)), done)


@router.post("/cases/{reference}/steps/{machine}/{step}")
def take_step(reference: str, machine: str, step: str, page: Taker) -> Response:
    """Take the step; refused, the page shows every reason and keeps what was typed."""
    return _take(page, Asked(reference, machine, _step(machine, step)))


@router.get("/cases/{reference}/matters/{matter_id}/steps/{step}")
def matter_step_page(reference: str, matter_id: str, step: str, page: Taker, done: Done = "") -> Response:
    """What a step of one matter needs; its form, or what blocks it."""
    spec, found = matters.step_called(step)
    return _show(page, Asked(reference, spec.name, found, matter_id), done)


@router.post("/cases/{reference}/matters/{matter_id}/steps/{step}")
def take_matter_step(reference: str, matter_id: str, step: str, page: Taker) -> Response:
    """Take the step of the matter; refused, the page shows every reason and keeps what was typed."""
    spec, found = matters.step_called(step)
    return _take(page, Asked(reference, spec.name, found, matter_id))


def _show(page: Page, asked: Asked, done: str) -> Response:
    with page.write() as desk:
        context = _context(desk, asked)
    preset = form_page.preset(page, context["case"], context["inputs"], context["matter"])
    return page.show(TEMPLATE, preset=preset, done=done, **context)


def _take(page: Page, asked: Asked) -> Response:
    found = asked.step
    typed = page.typed_form()
    if form_page.wants_rows(typed):
        with page.write() as desk:
            context = _context(desk, asked, typed)
        return page.show(TEMPLATE, typed=typed, done="", **context)

    def act(desk: Desk) -> str:
        opened = open_case(desk, asked.reference)
        given = posted.gathered(given_inputs(found.given), typed)
        record = form_page.record_of(desk, opened.held, found.form, typed, required=found.form_required)
        given.must_be_whole()
        body = StepIn(
            record=record,
            given=given.body,
            note=happened.note_of(typed),
            happened_at=happened.happened_at(desk.policies, typed, desk.actor.country),
        )
        try:
            return _taken(desk, asked, opened, body, page.version)
        except Invalid as error:
            raise posted.at_fields(error) from None

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return {**_context(desk, asked, typed, error), "done": ""}

    return page.act_or_show(act, f"/cases/{asked.reference}?done=step", TEMPLATE, again)


def _taken(desk: Desk, asked: Asked, opened: Opened, body: StepIn, seen: int) -> str:
    """Take the step by the same verbs as the JSON door; where the page goes afterwards."""
    name = asked.step.name
    if asked.matter_id is not None:
        matters.stepped(desk, opened.id, asked.matter_id, name, body, seen)
    elif asked.step.opens:
        new = MatterIn(machine=asked.machine, step=name, **dict(body))
        made = matters.opened(desk, opened.id, new, seen)
        return f"{opened.path}/matters/{made.matter.id}?done=step"
    else:
        service.take_step(desk, opened.id, name, body, seen)
        return f"{opened.path}?done=step"
    return f"{opened.path}/matters/{asked.matter_id}?done=step"


def _step(machine: str, name: str) -> Step:
    """The step of a machine of cases, or one that opens a matter.

    NotFound for any other, and for one that only the program takes.
    """
    spec = MACHINES.get(machine)
    found = spec.step(name) if spec is not None else None
    if found is None or found.system_only or not (machine in CASE_MACHINES or found.opens):
        raise NotFound()
    return found


def _context(
    desk: Desk, asked: Asked, typed: Typed | None = None, error: AppError | None = None
) -> dict[str, Any]:
    step, machine, path = asked.step, asked.machine, asked.path
    opened = open_case(desk, asked.reference, look="next_steps_read", step=step.name)
    if machine not in CASE_MACHINES and not fieldgroups.sees_matters(desk, machine):
        raise NotFound()
    held = at_matter(opened.held, asked.matter_id)
    if step.opens and asked.matter_id is None:
        choices = openings(desk, held, opened.reach)
    else:
        choices = next_steps(desk, held, opened.reach)
    choice = next((each for each in choices if each.machine == machine and each.step == step.name), None)
    refusals = _refusals(choice, error, held.case_facts)
    known = around(desk, opened, step.name, path)
    questions = inputs_of(KINDS[step.form].form) if step.form else ()
    inputs = offered(desk.policies, (*given_inputs(step.given), *questions), child=opened.bar.child)
    return {
        "here": "cases",
        "section": "",
        "case": opened,
        "step": step,
        "matter": held.matter,
        "money": money_of(held.matter) if held.matter else (),
        "about": MACHINES[machine].about,
        "path": path,
        "possible": choice is not None,
        "permitted": opened.reach(step.permission),
        "reasons": blocking.explained(desk, refusals, known),
        "blocked": bool(refusals),
        # Without its form the step would pass already: what is on record is enough.
        "on_record": choice is not None and choice.allowed and step.form is not None and not step.form_required,
        "inputs": inputs,
        "rows": form_page.rows_for(inputs, typed),
        "sources": _sources(desk.policies, step),
        "task": _task(desk, opened, asked),
        "back": f"{opened.path}/matters/{asked.matter_id}" if asked.matter_id else opened.path,
        "silences": SILENCES,
        "zones": form_page.zones(desk),
        "happened_here": desk.actor.country,
        "version": opened.held.version,
        "conflict": form_page.conflict(desk, opened.held, error, step.form, inputs),
        "roles": desk.policies.roles,
    }


def _refusals(
    choice: NextStepOut | None, error: AppError | None, case: CaseFacts | None
) -> list[RefusalOut]:
    """What the page explains: the reasons the step was just refused for, or those known before it is tried."""
    told = error.extra.get("refusals") if error is not None else None
    if told is not None:
        return [RefusalOut(**each) for each in told]
    return open_refusals(choice, case) if choice is not None else []


def _sources(policies: Policies, step: Step) -> list[tuple[str, list[tuple[str, str]]]]:
    """Why the conditions of a step exist, each once, with the sources it rests on (id and title)."""
    return [
        (guard.why, [(name, policies.source(name).title) for name in guard.sources])
        for guard in {each.name: each for each in step.guards}.values()
    ]


def _task(desk: Desk, opened: Opened, asked: Asked) -> Any:
    """The open task that the step answers, the one that is due first; of this matter, where it is one's step."""
    act = f"{asked.machine}.{asked.step.name}"
    kinds = {kind for kind, acts in CLOSERS.items() if act in acts}
    tasks = case_queries.tasks_of_case(desk, opened.id)
    mine = (each for each in tasks if each.matter_id == asked.matter_id and each.kind in kinds)
    return next((each for each in mine if each.state == "open"), None)
