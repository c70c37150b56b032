"""How to break each guard of a request for a service."""

from __future__ import annotations

from dataclasses import replace

from tests.workflows.breaking import YESTERDAY, Break, both, case_with, consent_with, matter_with, record_with
from tests.workflows.situations import LATELY, with_actor, with_case
from workflows.facts import Situation
from workflows.guards.services import BY_ITSELF, declined_by


def _asked_twice(situation: Situation) -> Situation:
    """The same office already has an open request of the same kind."""
    assert situation.case is not None and situation.matter is not None
    other = replace(situation.matter, id="matter-2", state="asked")
    return with_case(situation, matters=(*situation.case.matters, other))


SERVICES: dict[str, list[Break]] = {
    "service_is_agreed": [matter_with(flags=frozenset())],
    "service_is_planned_or_urgent": [
        case_with(care_plan=None, reintegration_plan=None),
        both(record_with("care_plan", agreed=False), record_with("reintegration_plan", agreed=False)),
        matter_with(about="interpreting"),
    ],
    "provider_is_named": [
        matter_with(office=None),
        matter_with(office="mm-dor"),
        matter_with(office="nowhere"),
    ],
    "provider_has_not_declined": [matter_with(flags=frozenset({"agreed", declined_by("th-datip")}))],
    "request_is_not_double": [Break(_asked_twice)],
    "consent_for_service": [
        consent_with("assistance"),
        consent_with("assistance", withdrawn_on=LATELY),
        consent_with("assistance", valid_until=YESTERDAY),
        consent_with("assistance", recipient="th-rtp"),
        consent_with("assistance", recipient="MM"),
        consent_with("assistance", data_groups=frozenset({"needs"})),
        consent_with("assistance", child=True, giver="self"),
        consent_with("assistance", child=True, child_assent=False),
    ],
    "provider_answers": [
        Break(lambda situation: with_actor(situation, office="office-3")),
        Break(lambda situation: with_actor(situation, office="office-1")),
        matter_with(flags=frozenset({"agreed"})),
    ],
    "provider_is_outside": [matter_with(flags=frozenset({"agreed", BY_ITSELF}))],
    "provider_has_finished": [matter_with(flags=frozenset({"agreed", BY_ITSELF}))],
}
