"""What the administrator's pages of accounts post."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, SecretStr

from app.access.sheet import PageForm
from app.accounts.schemas import LoginName, NewPassword, Roles


class NothingPage(PageForm):
    """A form that only says yes."""


class RolesPage(PageForm):
    """All roles an account shall hold from now on; no ticked box, no role."""

    roles: Roles = Field(default_factory=list)


class OfficePage(PageForm):
    """The office somebody works in from now on."""

    office: Annotated[str, Field(min_length=1, max_length=64)]


class StopPage(PageForm):
    """Yes, and a fresh proof where the last one is too old: it may have to be quick, so both go in one form."""

    code: Annotated[str, Field(max_length=64)] | None = None
    password: Annotated[SecretStr, Field(max_length=2048)] | None = None


class SetPasswordPage(PageForm):
    """A new password for somebody else's account."""

    password: NewPassword


class NewAccountPage(PageForm):
    """A new account."""

    login: LoginName
    display_name: Annotated[str, Field(min_length=1, max_length=120)]
    office: Annotated[str, Field(min_length=1, max_length=64)]
    roles: Roles = Field(default_factory=list)
    password: NewPassword
