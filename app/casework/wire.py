"""The outer form of a message from another country: checked before a word of it is believed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from app.access.desk import Desk
from app.casework.messages import Envelope
from app.kit.canonical import NotCanonical
from app.kit.errors import Conflict
from app.kit.keyfile import KeyMissing
from app.kit.signing import verify
from workflows.abroad import PROTOCOL

_Id = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
_Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
_Word = Annotated[str, Field(min_length=1, max_length=40)]
_Code = Annotated[str, Field(max_length=64)]
# Names that machines made: they stand in addresses, lists and spreadsheets.
_Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
_Version = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
_Office = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{0,64}$")]


class MessageRefused(Conflict):
    """The message cannot be taken in; nothing was changed. ``reason``: for the machine on the other side."""

    code = "message_refused"
    title = "This message was not accepted."

    def __init__(self, detail: str, reason: str, extra: Mapping[str, Any] | None = None) -> None:
        super().__init__(detail, extra={**(extra or {}), "reason": reason})



def newer(detail: str, what: str, reads: int) -> MessageRefused:
    """The answer to what only a newer installation reads: nothing was changed, and it is tried again until it can."""
    return MessageRefused(detail, "newer_version", extra={"what": what, "reads": reads})


class _Part(BaseModel):
    # A partner may say more than we know; what we do know has to be of its type.
    model_config = ConfigDict(extra="allow")


class Header(_Part):
    """What every header must say."""

    id: _Id
    referral: _Id
    reference: _Name
    from_: Annotated[_Country, Field(alias="from")]
    to: _Country
    seq: Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
    type: _Name
    prev_hash: _Digest
    answers: _Digest
    created: AwareDatetime
    to_office: _Office
    from_office: _Office
    protocol: _Version = 1


class AgeBand(_Part):
    """Age band and sex, codes of either side's lists."""

    age_band: Annotated[str, Field(max_length=20)] | None = None
    sex: Annotated[str, Field(max_length=4)] | None = None


class Nationality(_Part):
    """Nationality as stated, and the form of exploitation."""

    nationality: Annotated[str, Field(max_length=20)] | None = None
    exploitation: Annotated[str, Field(max_length=40)] | None = None


class Language(_Part):
    """What the person speaks."""

    language: Annotated[str, Field(max_length=40)] | None = None


class CorridorPlan(_Part):
    """The proposed place and day."""

    border_point: Annotated[str, Field(max_length=80)] | None = None
    on: date | None = None


class About(_Part):
    """The data groups that open this side's copy and case; other groups are objects we keep as they are."""

    __pydantic_extra__: dict[str, dict[str, Any]] = Field(init=False)

    age_band: AgeBand | None = None
    nationality: Nationality | None = None
    language: Language | None = None
    corridor_plan: CorridorPlan | None = None


class Consent(_Part):
    """What the person agreed to, as the sending country passes it on."""

    purpose: _Code
    data_groups: Annotated[list[_Code], Field(max_length=40)]
    giver: _Code
    valid_from: date
    valid_until: date | None = None
    withdrawn_on: date | None = None
    child_assent: bool | None = None


class Form(_Part):
    """A form that crosses with its step; its fields are checked against the kind later."""

    kind: _Word
    version: _Version = 1
    body: dict[str, Any]


class Body(_Part):
    """The parts of a body that we read."""

    step: _Word
    given: dict[str, Annotated[str, Field(max_length=60)]] = {}
    record: Form | None = None
    about: About | None = None
    consents: Annotated[list[Consent], Field(max_length=200)] | None = None
    child: bool | None = None
    # Groups of data that may not be used any more, and purposes for which nothing more will come.
    taken_back: Annotated[list[_Word], Field(max_length=40)] = []
    ended: Annotated[list[_Word], Field(max_length=40)] = []
    receipts: Annotated[list[dict[str, Any]], Field(max_length=20)] = []
    # Where codes stand that the receiver knows as its own: they came from there (app/casework/coding.py).
    yours: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=200)] = []


def must_be_formed(envelope: Envelope, form: type[BaseModel] = Body) -> bytes:
    """The signed bytes of a well-formed message, whoever wrote it. MessageRefused: it has not the agreed form.

    form: of its body; that of a referral's messages if left out.
    """
    try:
        Header.model_validate(envelope.header)
        form.model_validate(envelope.body)
        return envelope.signed_bytes
    except ValidationError as error:
        faults = [".".join(map(str, each["loc"])) for each in error.errors(include_input=False, include_url=False)]
        raise MessageRefused("The message has not the agreed form.", "form", extra={"fields": faults}) from None
    except NotCanonical:
        raise MessageRefused("The message has not the agreed form.", "form") from None


def must_be_sound(desk: Desk, envelope: Envelope, form: type[BaseModel] = Body) -> bytes:
    """The signed bytes of a well-formed message to this country, from a partner, under its own signature.

    form: of its body, as for `must_be_formed`.

    Raises MessageRefused (409), naming the field or the fault and never repeating what was sent.
    """
    signed = must_be_formed(envelope, form)
    if envelope.header.get("protocol", 1) > PROTOCOL:
        raise newer("The message is of a newer exchange than this installation speaks.", "protocol", PROTOCOL)
    sender = str(envelope.header["from"])
    if envelope.header["to"] != desk.actor.country or sender == desk.actor.country:
        raise MessageRefused("The message is addressed to another country.", "address")
    if sender not in desk.policies.countries:
        raise MessageRefused("The sender is no partner of ours.", "no_partner")
    try:
        key = desk.signing.named(sender, envelope.header.get("key"))
    except KeyMissing:
        key = None
    if key is None:
        raise MessageRefused("No key of the sender is known here.", "unknown_key")
    # By our own clock: whoever stole a key that is out of use writes any date into the header.
    if not key.counts_at(desk.now):
        raise MessageRefused("The message is signed with a key that the sender has retired.", "retired_key")
    if not verify(key.public, signed, envelope.signature):
        raise MessageRefused("The signature is not the sender's.", "signature")
    return signed
