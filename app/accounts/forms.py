"""What the pages of the accounts room post."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_core import PydanticCustomError

from app.access.sheet import PageForm
from app.kit.reader import LANGUAGES

Next = Annotated[str, Field(max_length=512)]
Typed = Annotated[SecretStr, Field(max_length=2048)]
Code = Annotated[str, Field(min_length=6, max_length=64)]


class SignInPage(PageForm):
    """A name and a password."""

    username: Annotated[str, Field(min_length=1, max_length=256)]
    password: Typed
    next: Next = ""


class CodePage(PageForm):
    """A code of the authenticator, or a recovery code."""

    code: Code
    next: Next = ""


class StepUpPage(PageForm):
    """One of the two, whichever the page asked for."""

    code: Annotated[str, Field(max_length=64)] | None = None
    password: Typed | None = None
    next: Next = ""


class PasswordPage(PageForm):
    """The present password and the new one."""

    current_password: Typed
    password: Typed


class PresentPasswordPage(PageForm):
    """The present password."""

    password: Typed


class ConfirmPage(PageForm):
    """The first code of a new authenticator."""

    code: Code


class ReadingPage(PageForm):
    """How one likes to read: language, calendar ("" for the custom of the language), larger text."""

    language: str
    calendar: Literal["", "ce", "be"] = ""
    large_text: Literal["yes"] | None = None

    @field_validator("language")
    @classmethod
    def _is_ours(cls, value: str) -> str:
        if value not in LANGUAGES:
            raise PydanticCustomError("language_unknown", "Choose one of the languages of the list.")
        return value


class SessionPage(PageForm):
    """Which of the own sign-ins."""

    session_id: Annotated[str, Field(max_length=64)]
