"""What the tips room takes and gives. The forms serve both doors: their titles are the questions of the pages."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from app.casework.forms import Asked, Asking, Coded, Form, From, Language, Long, Nationality, Short, Words
from app.casework.shapes import Id, Moment, OfficeCode, Reference
from app.kit.words import mark

Code = Annotated[str, Field(max_length=40)]


class TipIn(Form):
    """A tip: what was told, and nothing of who told it."""

    way: Annotated[str, Coded("tip_way")] = Field(title=mark("How did the tip come?"), examples=["call"])
    what: Long = Field(
        title=mark("What was told?"),
        description=mark("Not who told it. The caller stays unknown."),
        examples=["Men sleep locked in behind the net store and may not go out."],
    )
    where: Long | None = Field(default=None, title=mark("Where is it?"), examples=["Third pier, blue gate."])
    noticed_on: Annotated[date, Field(strict=False)] | None = Field(
        default=None, title=mark("On which day was it last seen?"), examples=["2026-11-20"]
    )
    place_kind: Annotated[str, Coded("incident_place")] = Field(
        title=mark("At what kind of place?"), examples=["workplace"]
    )
    sector: Annotated[str, Coded("incident_sector")] = Field(title=mark("In which sector?"), examples=["fishing"])
    exploitation: Annotated[str, Coded("exploitation")] = Field(
        title=mark("Which kind of exploitation might it be?"), examples=["ForcedLabour"]
    )
    people: Annotated[int, Field(ge=1, le=5000)] | None = Field(
        default=None, title=mark("How many people, about?"), examples=[9]
    )
    children: Annotated[
        Literal["yes", "no", "unknown"],
        Words({"yes": mark("Yes"), "no": mark("No"), "unknown": mark("Not known")}),
    ] = Field(title=mark("Are there children among them?"), examples=["unknown"])
    danger: Annotated[str, Coded("risk_level")] = Field(
        title=mark("How great is the danger to them?"), examples=["medium"]
    )
    call_back: Annotated[
        Literal["no", "yes"], Words({"no": mark("No"), "yes": mark("Yes, they agreed")})
    ] = Field(title=mark("May somebody call the caller back?"), examples=["no"])
    contact: Short | None = Field(
        default=None,
        title=mark("How can the caller be reached safely?"),
        description=mark("Only if they agreed. A number or a time, no name."),
        examples=[None],
    )
    told: Annotated[
        tuple[Annotated[str, Coded("information_topic")], ...], Field(strict=False, max_length=12)
    ] = Field(
        title=mark("What was the caller told about?"),
        description=mark("Leave it empty only if there was no chance to tell them anything."),
        examples=[["where_to_get_help"]],
    )
    told_language: Language = Field(title=mark("In which language did you talk?"), examples=["my"])


class CloseIn(Form):
    """Why nothing more is done here."""

    reason: Annotated[str, Coded("tip_close_reason")] = Field(title=mark("Why?"), examples=["known_already"])


class PassIn(Form):
    """An office of this country that can look."""

    to: Annotated[Short, From("office")] = Field(title=mark("Which office?"), examples=["th-datip"])


class CaseFromTipIn(Asking):
    """Somebody the tip led to: what is known of them, for a case of their own."""

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
    incident: bool = Field(
        title=mark("Were several people found together?"),
        description=mark("Then the incident is recorded too, and further people are added from the case."),
        examples=[False],
    )


class JoinTipIn(Form):
    """A case that is known already."""

    reference: Annotated[Short, Field(pattern="^[A-Za-z0-9-]{1,40}$")] = Field(
        title=mark("Code of the case that this tip belongs to"), examples=["TH-2026-7F3K2QAB"]
    )


class TipRowOut(BaseModel):
    """A tip in a list: without what was told."""

    id: Id
    reference: Annotated[str, Field(examples=["TH-2026-T-7F3K2Q"])]
    opened_at: Moment
    way: Annotated[str, Field(examples=["call"])]
    danger: Annotated[str, Field(examples=["medium"])]
    children: Annotated[str, Field(examples=["unknown"])]
    state: Annotated[str, Field(examples=["waiting"])]
    triage_by: Moment
    late: bool
    office: OfficeCode
    passed_to: Annotated[str | None, Field(examples=[None])]


class TipsOut(BaseModel):
    """The tips within your reach: those that wait first, the one that is due first on top."""

    items: list[TipRowOut]


class TipOut(TipRowOut):
    """A tip in full. case: the code of the case it led to, if you can see that case."""

    noticed_on: Annotated[date | None, Field(examples=["2026-11-20"])]
    place_kind: Annotated[str, Field(examples=["workplace"])]
    sector: Annotated[str, Field(examples=["fishing"])]
    exploitation: Annotated[str, Field(examples=["ForcedLabour"])]
    people: Annotated[int | None, Field(examples=[9])]
    call_back: Annotated[str, Field(examples=["no"])]
    told: Annotated[list[str], Field(examples=[["where_to_get_help"]])]
    told_language: Annotated[str, Field(examples=["my"])]
    what: Annotated[str, Field(examples=["Men sleep locked in behind the net store."])]
    where: Annotated[str, Field(examples=["Third pier, blue gate."])]
    contact: Annotated[str, Field(examples=[""])]
    reason: Annotated[str | None, Field(examples=[None])]
    case: Annotated[Reference | None, Field(examples=[None])]
    here: Annotated[bool, Field(description="It waits for your office.")]
