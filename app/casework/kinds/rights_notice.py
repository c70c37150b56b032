"""The rights notice: read out, understood, witnessed, and answered by the person alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Final, Literal

from pydantic import Field

from app.casework.forms import Asked, Entry, From, Kind, Long, OwnWords, RecordForm, Said, Short, Words
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts, NoticeFacts

# What the person says to the offer of help, when it is made and whenever it is made again.
OfferAnswer = Annotated[
    Literal["accepted", "declined", "thinking"] | None,
    Words(
        {
            "accepted": mark("Wants help"),
            "declined": mark("Does not want help"),
            "thinking": mark("Wants time to think"),
        }
    ),
    Asked(must=True),
]


class RightsNotice(RecordForm):
    """Practice 4.3. Only the person can decline (OHCHR-G4.8); there is no 'refused by officer'."""

    language: Annotated[Short, From("language")] = Field(
        title=mark("In which language were the rights read out?"),
    )
    understood: Said = Field(default=None, title=mark("Did the person understand them?"))
    interpreter: Short | None = Field(
        default=None,
        title=mark("Who interpreted?"),
        description=mark("A part or a number, such as interpreter 12."),
    )
    witness: Short | None = Field(
        default=None,
        title=mark("Who was the witness?"),
        description=mark("A part, such as shelter nurse. No name."),
    )
    confidentiality_limits_explained: bool = Field(
        title=mark("Was it explained what stays between you, and what cannot?"),
    )
    asylum_information_given: bool = Field(title=mark("Was it explained how to ask for asylum?"))
    consular_access_explained: bool = Field(
        title=mark("Was it explained that the embassy is told only if the person wants it?"),
    )
    answer: OfferAnswer = Field(
        default=None,
        title=mark("What does the person say to the offer of help?"),
        description=mark("Only the person can say no, and they can change their mind at any time."),
    )
    reason: Long | None = Field(
        default=None,
        title=mark("What did the person say?"),
        description=mark("No reason is needed."),
    )
    safe_contact: OwnWords = Field(
        default=None,
        title=mark("How can the person be reached safely?"),
        description=mark("For example: only through the caseworker."),
    )


# What is to be explained with the rights (NoticeFacts.untold) -> the question that says whether it was.
EXPLAINED: Final = {
    "secrecy": "confidentiality_limits_explained",
    "asylum": "asylum_information_given",
    "embassy": "consular_access_explained",
}


def fold(facts: CaseFacts, form: RightsNotice, entry: Entry) -> CaseFacts:
    """The person's answer to the offer of help."""
    answer = None if form.answer == "thinking" else form.answer
    untold = frozenset(name for name, field in EXPLAINED.items() if not getattr(form, field))
    return replace(facts, rights=NoticeFacts(entry.on, bool(form.understood), bool(form.witness), answer, untold))


KIND = Kind(
    "rights_notice", "Rights notice", FieldGroup.FACTS, RightsNotice,
    {
        "language": "my", "understood": True, "interpreter": "vetted interpreter 12", "witness": "shelter nurse",
        "confidentiality_limits_explained": True, "asylum_information_given": True,
        "consular_access_explained": True, "answer": "accepted",
    },
    fold_case=fold,
)
