"""When and where a provider can see the person: told to the team that asked, which tells the person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Entry, Kind, RecordForm
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import MatterFacts

TIME, PLACE = "time", "place"


class ServiceAppointment(RecordForm):
    """Practice 4.6: codes and a day, so that a provider that knows nobody names nobody."""

    appointment_on: date = Field(title=mark("On which day?"))
    appointment_time: Annotated[str, Coded("appointment_time")] | None = Field(
        default=None, title=mark("At what time?")
    )
    appointment_place: Annotated[str, Coded("appointment_place")] | None = Field(default=None, title=mark("Where?"))


def fold(matter: MatterFacts, form: ServiceAppointment, entry: Entry) -> MatterFacts:
    """The day it concerns, and time and place as flags."""
    flags = {flag for flag in matter.flags if flag.partition(".")[0] not in {TIME, PLACE}}
    said = ((TIME, form.appointment_time), (PLACE, form.appointment_place))
    flags |= {f"{name}.{code}" for name, code in said if code is not None}
    return replace(matter, concerns=form.appointment_on, flags=frozenset(flags))


KIND = Kind(
    "service_appointment", "Appointment with a provider", FieldGroup.NARRATIVE, ServiceAppointment,
    {"appointment_on": "2017-03-06", "appointment_time": "t0930", "appointment_place": "with_provider"},
    fold_matter=fold, permission="service:answer",
)  # fmt: skip
