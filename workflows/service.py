"""Service: one request for help to a provider, followed until it is done or stopped (closed loop)."""

from __future__ import annotations

from enum import StrEnum

from policies.model import FieldGroup
from workflows.effects import CloseTask, OpenTask
from workflows.guards.protection import case_is_open, person_is_with_us
from workflows.guards.services import (
    provider_has_not_declined,
    provider_is_named,
    request_is_not_double,
    service_is_agreed,
    service_is_planned_or_urgent,
)
from workflows.matter import MATTER
from workflows.step import MachineSpec, Step


class Service(StrEnum):
    """Where one request for a service stands."""

    ASKED = "asked"
    DECLINED = "declined"
    ACCEPTED = "accepted"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


S = Service

REQUEST = (
    case_is_open, person_is_with_us, service_is_agreed, service_is_planned_or_urgent, provider_is_named,
    provider_has_not_declined, request_is_not_double,
)
ANSWER = OpenTask("answer_service", "social_worker", "service_answer", urgent_clock="service_answer_urgent")

# The case's own team takes every step: the provider's answer is what they were told. An office that answers for
# itself will take accept, decline, start and complete through a door of its own.
STEPS = (
    Step(
        "request_service", "Ask for a service", (), S.ASKED, "care:plan", REQUEST, (ANSWER,),
        form="service_request", form_required=True,
    ),
    Step(
        "accept_service", "Record that the provider accepts", (S.ASKED,), S.ACCEPTED, "care:plan", (case_is_open,),
        (CloseTask("answer_service"),
         OpenTask("begin_service", "social_worker", "service_start", urgent_clock="service_answer_urgent")),
    ),
    # A need that was declined stays open: it is taken elsewhere, or stopped with a reason.
    Step(
        "decline_service", "Record that the provider declines", (S.ASKED,), S.DECLINED, "care:plan", (case_is_open,),
        (CloseTask("answer_service"),
         OpenTask("ask_elsewhere", "social_worker", "service_answer", urgent_clock="service_answer_urgent")),
        given={"reason": "service_decline_reason"},
    ),
    Step(
        "ask_elsewhere", "Ask another provider", (S.DECLINED,), S.ASKED, "care:plan", REQUEST,
        (CloseTask("ask_elsewhere"), ANSWER),
        form="service_request", form_required=True,
    ),
    Step(
        "start_service", "Record that the service begins", (S.ACCEPTED,), S.RUNNING, "care:plan",
        (case_is_open, person_is_with_us),
        (CloseTask("begin_service"), OpenTask("follow_service", "social_worker", "service_review")),
    ),
    Step(
        "complete_service", "Record the result of the service", (S.RUNNING,), S.DONE, "care:plan", (case_is_open,),
        (CloseTask("follow_service"),),
        form="service_outcome", form_required=True,
    ),
    Step(
        "stop_service", "Stop the request", (S.ASKED, S.DECLINED, S.ACCEPTED, S.RUNNING), S.STOPPED, "care:plan",
        (case_is_open,),
        tuple(CloseTask(kind, by_the_way=True)
              for kind in ("answer_service", "ask_elsewhere", "begin_service", "follow_service")),
        given={"reason": "service_stop_reason"},
    ),
)  # fmt: skip

MACHINE = MachineSpec(
    "service", "Requests for services", Service, (S.ASKED,), frozenset({S.DONE, S.STOPPED}), STEPS, MATTER,
    group=FieldGroup.NARRATIVE, about="service_kind", deciding=frozenset({"accept_service", "decline_service"}),
)
