"""What the incidents room takes and gives. The forms serve both doors: their titles are the questions of the pages."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from app.casework.forms import Asked, Asking, Coded, Form, From, Language, Long, Nationality, Short
from app.casework.shapes import Id, Moment, Reference
from app.kit.words import mark

COUNTRY = Annotated[str, Field(pattern="^[A-Z]{2}$"), From("country")]


class IncidentIn(Form):
    """What happened, in codes: nothing that tells of a single person."""

    happened_on: Annotated[date, Field(strict=False, examples=["2026-11-20"])] = Field(
        title=mark("On which day did it happen?")
    )
    place_kind: Annotated[str, Coded("incident_place")] = Field(
        title=mark("At what kind of place?"), examples=["workplace"]
    )
    border_point: Annotated[Short | None, From("border_point")] = Field(
        default=None, title=mark("Near which border crossing?"), examples=["mae-sot-myawaddy"]
    )
    sector: Annotated[str, Coded("incident_sector")] = Field(title=mark("In which sector?"), examples=["fishing"])
    exploitation: Annotated[str, Coded("exploitation")] = Field(
        title=mark("Which kind of exploitation might it be?"), examples=["ForcedLabour"]
    )
    source: Annotated[str, Coded("case_source")] = Field(
        title=mark("Who brought it to your attention?"), examples=["labour_inspection"]
    )
    route: Annotated[tuple[COUNTRY, ...] | None, Field(strict=False, max_length=8)] = Field(
        default=None, title=mark("Through which countries did the journey lead?"), examples=[["MM", "TH"]]
    )


class JoinIn(Form):
    """Another case of the same incident, which you can see."""

    reference: Annotated[Short, Field(pattern="^[A-Za-z0-9-]{1,40}$")] = Field(
        title=mark("Code of another case of this incident"), examples=["TH-2026-7F3K2QAB"]
    )


class PeopleRow(Asking):
    """So many people of whom the same is known."""

    people: Annotated[int, Field(ge=1, le=25)] = Field(title=mark("How many people?"), examples=[5])
    sex: Annotated[Annotated[str, Coded("sex")] | None, Asked(must=True)] = Field(
        default=None, title=mark("Sex"), examples=["M"]
    )
    age_band: Annotated[Annotated[str, Coded("age_band")] | None, Asked(must=True)] = Field(
        default=None,
        title=mark("Age"),
        description=mark("In doubt the person is treated as a child until shown otherwise."),
        examples=["18+"],
    )
    nationality: Annotated[Nationality | None, Asked(must=True)] = Field(
        default=None, title=mark("Nationality, as they say"), examples=["MM"]
    )
    language: Annotated[Language | None, Asked(must=True)] = Field(
        default=None, title=mark("Language"), examples=["my"]
    )


class PeopleIn(Form):
    """People found in the incident: a case of their own is opened for each."""

    groups: Annotated[tuple[PeopleRow, ...], Field(strict=False, min_length=1, max_length=12)] = Field(
        title=mark("Who else was found?"),
        description=mark("One entry for all people of whom the same is known. Names come later, in each case."),
        examples=[[{"people": 5, "sex": "M", "age_band": "18+", "nationality": "MM", "language": "my"}]],
    )


class OffenderIn(Form):
    """Somebody alleged to have taken part: an allegation, read only by those who work with the law."""

    role: Annotated[str, Coded("offender_role")] = Field(title=mark("Which part?"), examples=["recruiter"])
    names: Annotated[tuple[Short, ...], Field(strict=False, max_length=10)] = Field(
        title=mark("What are they called?"),
        description=mark("Each name, spelling or nickname in a line of its own. May stay empty."),
        examples=[["Somchai K."]],
    )
    words: Long | None = Field(
        default=None, title=mark("What is known of them?"), examples=["Took the passports on the first day."]
    )


class IncidentCaseOut(BaseModel):
    """A case of the incident that you can see."""

    id: Id
    reference: Reference
    identification: Annotated[str, Field(examples=["presumed"])]
    care: Annotated[str, Field(examples=["sheltered"])]
    child: bool
    sex: Annotated[str, Field(examples=["M"])]
    nationality: Annotated[str, Field(examples=["MM"])]


class OffenderOut(BaseModel):
    """Somebody alleged to have taken part."""

    id: Id
    role: Annotated[str, Field(examples=["recruiter"])]
    names: Annotated[list[str], Field(examples=[["Somchai K."]])]
    words: Annotated[str, Field(examples=["Took the passports on the first day."])]
    added_at: Moment


class IncidentOut(BaseModel):
    """An incident as you may see it: its cases within your reach; its alleged offenders only in the group offenders."""

    reference: Annotated[str, Field(examples=["TH-2026-I-7F3K2Q"])]
    happened_on: Annotated[date, Field(examples=["2026-11-20"])]
    place_kind: Annotated[str, Field(examples=["workplace"])]
    border_point: Annotated[str | None, Field(examples=["mae-sot-myawaddy"])]
    sector: Annotated[str, Field(examples=["fishing"])]
    exploitation: Annotated[str, Field(examples=["ForcedLabour"])]
    source: Annotated[str, Field(examples=["labour_inspection"])]
    route: Annotated[list[str], Field(examples=[["MM", "TH"]])]
    cases: list[IncidentCaseOut]
    offenders: Annotated[list[OffenderOut] | None, Field(description="null: your roles do not see them.")]


class PeopleOut(BaseModel):
    """The cases that were opened, in the order of the groups."""

    incident: Annotated[str, Field(examples=["TH-2026-I-7F3K2Q"])]
    opened: Annotated[list[str], Field(examples=[["TH-2026-7F3K2QAB"]])]


class CaseIncidentOut(BaseModel):
    """The incident of a case; null where none is recorded."""

    incident: IncidentOut | None
