"""Service: one request for help to a provider, followed until it is done or stopped (closed loop)."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from policies.model import FieldGroup
from workflows.effects import CloseTask, OpenTask
from workflows.guards.protection import case_is_open, person_is_with_us
from workflows.guards.services import (
    consent_for_service,
    provider_answers,
    provider_has_finished,
    provider_has_not_declined,
    provider_is_named,
    provider_is_outside,
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
    DELIVERED = "delivered"
    DONE = "done"
    STOPPED = "stopped"


S = Service
NAME = "service"
READ, ANSWER = "service:read", "service:answer"

REQUEST = (
    case_is_open, person_is_with_us, service_is_agreed, service_is_planned_or_urgent, provider_is_named,
    provider_has_not_declined, request_is_not_double, consent_for_service,
)
# Help that is needed by a day is asked for, answered and begun by that day.
GET_ANSWER = OpenTask(
    "answer_service", "social_worker", "service_answer", urgent_clock="service_answer_urgent", by_matter=True,
    soonest=True, agreed=True,
)  # fmt: skip
BEGIN = replace(GET_ANSWER, kind="begin_service", clock="service_start")
FOLLOW = OpenTask("follow_service", "social_worker", "service_review")
ELSEWHERE = replace(GET_ANSWER, kind="ask_elsewhere")
# What somebody has to see to as long as a provider knows of the need.
SEEN_TO = frozenset({GET_ANSWER.kind, BEGIN.kind, FOLLOW.kind})
# The consent that carried a request to somebody outside is gone: they have to hear of it soon.
TELL_PROVIDER = OpenTask("tell_provider", "social_worker", "service_answer_urgent", once=True)
TOLD = CloseTask("tell_provider", by_the_way=True)

# An office whose people work here answers for itself, through a door of its own that opens no case: the steps with the
# permission `service:answer` (docs/decisions/0040). Of every other provider the team writes down what it was told.
STEPS = (
    Step(
        "request_service", "Ask for a service", (), S.ASKED, "care:plan", REQUEST, (GET_ANSWER,),
        form="service_request", form_required=True,
    ),
    Step(
        "accept_service", "Record that the provider accepts", (S.ASKED,), S.ACCEPTED, "care:plan",
        (case_is_open, provider_is_outside),
        (CloseTask("answer_service"), BEGIN),
    ),
    Step(
        "agree_to_serve", "Accept what a team asks", (S.ASKED,), S.ACCEPTED, ANSWER,
        (case_is_open, provider_answers, consent_for_service),
        (CloseTask("answer_service", by_the_way=True), BEGIN),
        form="service_appointment",
    ),
    # A need that was declined stays open: it is taken elsewhere, or stopped with a reason.
    Step(
        "decline_service", "Record that the provider declines", (S.ASKED,), S.DECLINED, "care:plan",
        (case_is_open, provider_is_outside),
        (CloseTask("answer_service"), ELSEWHERE),
        given={"reason": "service_decline_reason"},
    ),
    Step(
        "refuse_to_serve", "Decline what a team asks", (S.ASKED, S.ACCEPTED), S.DECLINED, ANSWER, (provider_answers,),
        (CloseTask("answer_service", by_the_way=True), CloseTask("begin_service", by_the_way=True), ELSEWHERE),
        given={"reason": "service_decline_reason"},
    ),
    Step(
        "ask_elsewhere", "Ask another provider", (S.DECLINED,), S.ASKED, "care:plan", REQUEST,
        (CloseTask("ask_elsewhere"), GET_ANSWER),
        form="service_request", form_required=True,
    ),
    Step(
        "start_service", "Record that the service begins", (S.ACCEPTED,), S.RUNNING, "care:plan",
        (case_is_open, person_is_with_us, provider_is_outside),
        (CloseTask("begin_service"), FOLLOW),
    ),
    Step(
        # Who sees the person knows that they are there; what their team knows of it is not for the provider to hear.
        "begin_to_serve", "Say that the service begins", (S.ACCEPTED,), S.RUNNING, ANSWER,
        (case_is_open, provider_answers, consent_for_service),
        (CloseTask("begin_service", by_the_way=True), FOLLOW),
    ),
    # What came of it is the provider's word; the person is asked next, and the team closes the loop.
    Step(
        "finish_serving", "Say that the service is done", (S.RUNNING,), S.DELIVERED, ANSWER, (provider_answers,),
        (CloseTask("follow_service", by_the_way=True), OpenTask("hear_person", "social_worker", "service_answer")),
        given={"outcome": "service_result"},
    ),
    Step(
        "complete_service", "Record the result of the service", (S.RUNNING, S.DELIVERED), S.DONE, "care:plan",
        (case_is_open, provider_has_finished),
        (CloseTask("follow_service"), CloseTask("hear_person"), TOLD),
        form="service_outcome", form_required=True,
    ),
    Step(
        "stop_service", "Stop the request", (S.ASKED, S.DECLINED, S.ACCEPTED, S.RUNNING, S.DELIVERED), S.STOPPED,
        "care:plan", (case_is_open,),
        (*(CloseTask(kind, by_the_way=True)
           for kind in ("answer_service", "ask_elsewhere", "begin_service", "follow_service", "hear_person")),
         CloseTask("tell_provider")),
        given={"reason": "service_stop_reason"},
    ),
)  # fmt: skip

MACHINE = MachineSpec(
    NAME, "Requests for services", Service, (S.ASKED,), frozenset({S.DONE, S.STOPPED}), STEPS, MATTER,
    group=FieldGroup.NARRATIVE, about="service_kind",
    deciding=frozenset({"accept_service", "decline_service", "agree_to_serve", "refuse_to_serve"}),
)
