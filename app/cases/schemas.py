"""What the cases room takes and gives; nothing here is set by a client that only the house may set."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, WithJsonSchema

from app.casework.forms import Silence
from app.casework.identity import Identity
from app.casework.shapes import (
    CountryCode,
    Id,
    Moment,
    NextStepOut,
    OfficeCode,
    Reference,
    RoleCode,
    TimelineEntryOut,
    Version,
)

Code = Annotated[str, Field(min_length=1, max_length=60)]
Nationality = Annotated[
    str,
    Field(
        pattern=r"^([A-Z]{2}|stateless|unknown)$",
        examples=["MM"],
        description="ISO 3166 alpha-2 code, or stateless, or unknown.",
    ),
]
Language = Annotated[
    str,
    Field(
        pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}|unknown)$",
        max_length=20,
        examples=["my"],
        description="BCP 47 tag of the language the person understands, or unknown.",
    ),
]
Question = Literal[
    "age_band", "sex", "nationality", "language", "exploitation", "given_names", "family_name", "birth_date",
    "birth_year", "safe_contact", "phone",
]  # fmt: skip
Note = Annotated[str, Field(max_length=4000, description="In your own words; kept sealed in the history.")]
Happened = Annotated[
    AwareDatetime,
    Field(strict=False, examples=["2017-03-02T14:00:00+07:00"], description="If earlier than now; with its zone."),
]
SeenVersion = Annotated[int, Field(ge=1, le=999_999_999, description="The version you saw; or the If-Match header.")]
# Checked by the service with the code lists at hand, as records are.
IdentityIn = Annotated[dict[str, Any], WithJsonSchema(Identity.model_json_schema())]

FACTS_EXAMPLE = {
    "country": "TH", "office": "th-shelter-tak", "identification": "presumed", "care": "sheltered", "child": False,
    "age_band": "18+", "sex": "F", "nationality": "MM", "exploitation": "ForcedLabour", "language": "my",
    "opened_on": "2017-03-01", "presumed_on": "2017-03-02",
}  # fmt: skip


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class CaseIn(_In):
    """A new case, in codes; who opens it, where and when is known to the house."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "source": "police", "child": False, "age_band": "18+", "sex": "F", "nationality": "MM",
                "language": "my", "exploitation": "ForcedLabour", "identity": {"given_names": "A."},
                "note": "Found with four others in the packing hall.",
            }
        }
    )  # fmt: skip

    source: Annotated[Code, Field(description="Who brought the case: code list case_source.")]
    child: Annotated[bool, Field(description="Under 18, or thought to be: an age in doubt is a child's.")]
    age_band: Annotated[Code, Field(description="Code list age_band.")] = "unknown"
    sex: Annotated[Code, Field(description="Code list sex.")] = "U"
    nationality: Nationality = "unknown"
    language: Language = "unknown"
    exploitation: Annotated[Code, Field(description="Code list exploitation.")] | None = None
    exploited_in: Annotated[
        Nationality, Field(description="The country in which the person was exploited, where that is known.")
    ] = "unknown"
    returned_from: (
        Annotated[
            str,
            Field(
                pattern=r"^[A-Z]{2}$",
                description="Of somebody who came back without a referral in this program: the country they came from.",
            ),
        ]
        | None
    ) = None
    returned_on: (
        Annotated[date, Field(strict=False, description="The day on which they were received; with returned_from.")]
        | None
    ) = None
    identity: IdentityIn | None = None
    silent: Annotated[
        dict[Question, Silence] | None,
        Field(description="Question -> why the person gave no answer to it.", examples=[{"birth_year": "not_asked"}]),
    ] = None
    previous_case_id: (
        Annotated[str, Field(max_length=36, description="An earlier case of the same person that you can see.")] | None
    ) = None
    new_person: Annotated[
        bool, Field(description="You looked at the cases that may be the same person's, and none is.")
    ] = False
    channel: Annotated[Code, Field(description="shelter, other, or a code of return_channel.")] = "shelter"
    note: Note | None = None
    happened_at: Happened | None = None


class CaseOut(BaseModel):
    """A case as it is now: facts within the field groups of the reader, and what can be done next."""

    id: Id
    reference: Reference
    version: Version
    country: CountryCode
    office: OfficeCode
    organisation: Annotated[str, Field(examples=["th-msdhs"])]
    channel: Annotated[str, Field(examples=["shelter"])]
    opened_at: Moment
    stage: Annotated[str | None, Field(examples=["shelter"])]
    identification: Annotated[str, Field(examples=["presumed"])]
    care: Annotated[str, Field(examples=["sheltered"])]
    case_manager: Id | None
    previous_case_id: Id | None
    sealed: Annotated[bool, Field(description="Only the people named on its seal see this case.")]
    facts: Annotated[dict[str, Any], Field(examples=[FACTS_EXAMPLE])]
    next_steps: list[NextStepOut]


class TeamMemberOut(BaseModel):
    """A worker on the team of a case."""

    user_id: Id
    name: Annotated[str, Field(examples=["Nok Srisai"])]
    role: RoleCode
    office: OfficeCode
    since: Moment
    until: Moment | None


class OpenTaskOut(BaseModel):
    """A task of this case that is still open."""

    id: Id
    kind: Annotated[str, Field(examples=["assess_needs"])]
    role: RoleCode
    due_at: Moment
    late: bool
    stopped_for: Annotated[str | None, Field(description="Why its clock stands still (stop_cause).", examples=[None])]


class CaseReferralOut(BaseModel):
    """This country's copy of a referral that belongs to the case."""

    id: Id
    side: Annotated[str, Field(examples=["sender"])]
    state: Annotated[str, Field(examples=["acknowledged"])]
    other_country: CountryCode


class ChainOut(BaseModel):
    """How much of the history has just been checked against its hashes, and the first fault if there is one."""

    entries: int
    checked: int
    verified: int
    fault: str | None = None
    sentence: Annotated[str, Field(examples=["38 of 38 entries verified"])]


class CasePageOut(CaseOut):
    """A case with its team, open tasks, referrals, and the proof of its history."""

    team: list[TeamMemberOut]
    tasks: list[OpenTaskOut]
    referrals: list[CaseReferralOut]
    chain: ChainOut


class CaseRowOut(BaseModel):
    """A case in a list: no name, no story."""

    id: Id
    reference: Reference
    version: Version
    office: OfficeCode
    stage: Annotated[str | None, Field(examples=["shelter"])]
    identification: Annotated[str, Field(examples=["presumed"])]
    care: Annotated[str, Field(examples=["sheltered"])]
    child: bool
    age_band: Annotated[str, Field(examples=["18+"])]
    sex: Annotated[str, Field(examples=["F"])]
    nationality: Annotated[str, Field(examples=["MM"])]
    case_manager: Id | None
    opened_at: Moment
    flags: Annotated[list[str], Field(description="The flags that are up: codes of flag_kind.", examples=[["safety"]])]


class CasesOut(BaseModel):
    """One page of cases, newest first; ``next`` is the cursor of the following page."""

    items: list[CaseRowOut]
    next: str | None = None


class CasesCountOut(BaseModel):
    """How many cases a list with the same filters holds, over all its pages."""

    count: Annotated[int, Field(examples=[17])]


class CaseNextStepsOut(BaseModel):
    """Every step your role could take from here, allowed or blocked with all its reasons."""

    version: Version
    next_steps: list[NextStepOut]


class ManagerIn(_In):
    """Who shall manage the case."""

    user_id: Annotated[str, Field(max_length=36, examples=["3f2c9a54-7d0e-4f5e-9d53-0a5d2c1b8e77"])]
    seen_version: SeenVersion | None = None


class TeamIn(_In):
    """Who shall work on the case, and in the part of which of their roles."""

    user_id: Annotated[str, Field(max_length=36, examples=["3f2c9a54-7d0e-4f5e-9d53-0a5d2c1b8e77"])]
    role: Annotated[str, Field(max_length=40, examples=["legal_officer"])]
    until: Annotated[
        AwareDatetime | None, Field(strict=False, examples=[None], description="When it ends; open if left out.")
    ] = None
    seen_version: SeenVersion | None = None


class LeaveIn(_In):
    """Who leaves the team."""

    user_id: Annotated[str, Field(max_length=36, examples=["3f2c9a54-7d0e-4f5e-9d53-0a5d2c1b8e77"])]
    seen_version: SeenVersion | None = None


class CaseTimelineOut(BaseModel):
    """One page of the timeline; ``next`` is the cursor of the following page."""

    items: list[TimelineEntryOut]
    next: str | None = None
