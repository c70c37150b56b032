"""What the accounts room takes and gives; the unknown is refused, nothing secret is given back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

LoginName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        pattern=r"^[\w.@+-]+$",
        examples=["nok.srisai"],
        description="Letters, digits and . _ @ + - only.",
    ),
]
NewPassword = Annotated[
    SecretStr,
    Field(
        max_length=1024,
        examples=["lantern quiet river seven"],
        description="15 characters or more, at most 1 KiB, not guessable.",
    ),
]
Roles = Annotated[
    list[Annotated[str, Field(max_length=64)]],
    Field(max_length=20, examples=[["social_worker"]], description="Role codes of policies/roles.yaml."),
]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class SignInForm(BaseModel):
    """The password flow of OAuth 2: a form, not JSON. Other fields that OAuth clients send are ignored."""

    username: Annotated[str, Field(max_length=256, examples=["nok.srisai"])]
    password: Annotated[SecretStr, Field(max_length=2048, examples=["lantern quiet river seven"])]
    grant_type: Literal["password"] = "password"
    code: Annotated[
        str | None,
        Field(
            max_length=64,
            examples=["492039"],
            description="The present code of the authenticator, or a recovery code; only where one is enrolled.",
        ),
    ] = None


Code = Annotated[
    str,
    Field(
        min_length=6,
        max_length=64,
        examples=["492039"],
        description="The present code of the authenticator, or a recovery code; each works once.",
    ),
]
Present = Annotated[
    SecretStr, Field(max_length=1024, examples=["lantern quiet river seven"], description="The present password.")
]


class RefreshIn(_In):
    """The refresh token of the last answer; each works once."""

    refresh_token: Annotated[str, Field(max_length=128, examples=["kq3r0cXG0t7b1Xb5gH9mYcV2aZp8sLwE4uJdN6fTiRo"])]


class GrantOut(BaseModel):
    """An access token for the next 15 minutes and the refresh token that replaces both."""

    access_token: str
    refresh_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105
    expires_in: Annotated[int, Field(description="Seconds until the access token ends.", examples=[900])]


class OfficeOut(BaseModel):
    """The office an account belongs to."""

    code: str
    name: str
    organisation: str
    country: str
    kind: str


class RoleOut(BaseModel):
    """A role and its title."""

    role: str
    title: str


class MeOut(BaseModel):
    """The signed-in account: what it is, where it works and how far each of its permissions reaches."""

    id: str
    login: str
    display_name: str
    office: OfficeOut
    roles: list[RoleOut]
    permissions: Annotated[
        dict[str, list[str]],
        Field(
            description="Permission -> scopes, such as own, assigned, office, organisation, country, party.",
            examples=[{"case:read": ["assigned", "own"]}],
        ),
    ]
    field_groups: list[str]
    second_factor: Annotated[bool, Field(description="Whether an authenticator is enrolled.")]


class AccountIn(_In):
    """A new account."""

    login: LoginName
    display_name: Annotated[str, Field(min_length=1, max_length=120, examples=["Nok Srisai"])]
    office: Annotated[str, Field(max_length=64, examples=["th-datip"], description="Office code.")]
    roles: Roles
    password: NewPassword


class RolesIn(_In):
    """All roles the account shall hold from now on."""

    roles: Roles


class OfficeIn(_In):
    """The office somebody works in from now on."""

    office: Annotated[str, Field(max_length=64, examples=["th-datip"], description="Office code.")]


class PasswordIn(_In):
    """A new password for somebody else's account."""

    password: NewPassword


class OwnPasswordIn(_In):
    """A new password for one's own account."""

    current: Annotated[SecretStr, Field(max_length=1024, examples=["lantern quiet river seven"])]
    password: NewPassword


class StepUpIn(_In):
    """A fresh proof: the code of the authenticator. Who has none, and holds no right of power, sends the password."""

    code: Code | None = None
    password: Present | None = None


class SteppedUpOut(BaseModel):
    """Until when acts that ask for a fresh proof are open to this sign-in."""

    until: datetime


class EnrolIn(_In):
    """The present password, so that a screen left open cannot give somebody else's telephone a say."""

    password: Present


class EnrolOut(BaseModel):
    """The secret of the new authenticator: shown this once, and only useful after it was confirmed with a code."""

    secret: Annotated[str, Field(examples=["JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"])]
    address: Annotated[str, Field(description="The same as an otpauth: address, for apps on this machine.")]
    picture: Annotated[str, Field(description="The same as a square code, an SVG element to photograph.")]


class ConfirmIn(_In):
    """The first code of the new authenticator."""

    code: Code


class RecoveryCodesOut(BaseModel):
    """Codes that each stand in once for a lost authenticator; shown this once."""

    recovery_codes: list[str]


class AccountOut(BaseModel):
    """An account as its administrator sees it; ``version`` belongs in If-Match."""

    id: str
    login: str
    display_name: str
    office: str
    active: bool
    roles: list[str]
    version: int


class AccountsOut(BaseModel):
    """One page of accounts, by login name; ``next`` is the cursor of the following page."""

    items: list[AccountOut]
    next: str | None = None
