"""What a provider is asked to do for the person, with the person's own yes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Entry, From, Kind, Long, RecordForm, Said, Short
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import MatterFacts
from workflows.guards.services import AGREED, BY_ITSELF, OUTSIDE, declined_by
from workflows.matter import URGENT

_OF_ANSWERS = frozenset({"time", "place", "outcome"})


class ServiceRequest(RecordForm):
    """Practice 4.6; the request goes to an office of this country or to an organisation outside the system."""

    service_kind: Annotated[str, Coded("service_kind")] = Field(title=mark("Which kind of help is asked for?"))
    asked_for: Long = Field(
        title=mark("What is the provider asked to do?"),
        description=mark("Only what the provider needs to know. No names."),
    )
    urgent: bool = Field(title=mark("Can it not wait?"))
    provider_office: Annotated[Short, From("office")] | None = Field(
        default=None, title=mark("Which office is asked?")
    )
    provider: Short | None = Field(
        default=None,
        title=mark("Which other organisation is asked?"),
        description=mark("If it is none of the offices. No private names."),
    )
    wanted_by: date | None = Field(default=None, title=mark("Until when is it needed?"))
    person_agrees: Said = Field(
        default=None,
        title=mark("Does the person agree to the request and to what the provider is told?")
    )


def fold(matter: MatterFacts, form: ServiceRequest, entry: Entry) -> MatterFacts:
    """The newest request counts; an office that declined the need before stays known."""
    # What an earlier provider answered, and when it would have seen the person, is over.
    flags = frozenset(each for each in matter.flags if each.partition(".")[0] not in _OF_ANSWERS)
    flags -= {AGREED, URGENT, OUTSIDE, BY_ITSELF}
    if matter.state == "declined" and matter.office is not None:
        flags |= {declined_by(matter.office)}
    said = ((AGREED, form.person_agrees), (URGENT, form.urgent), (OUTSIDE, form.provider is not None))
    return replace(
        matter,
        about=form.service_kind,
        office=form.provider_office,
        due=form.wanted_by,
        concerns=None,
        flags=flags | {name for name, holds in said if holds},
    )


KIND = Kind(
    "service_request", "Request for a service", FieldGroup.NARRATIVE, ServiceRequest,
    {"service_kind": "health", "asked_for": "A first check by a nurse who speaks Burmese.", "urgent": True,
     "provider_office": "th-shelter-tak", "wanted_by": "2017-03-10", "person_agrees": True},
    fold_matter=fold, permission="care:plan",
)  # fmt: skip
