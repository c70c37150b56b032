"""What the pages of the accounts room post."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_core import PydanticCustomError

from app.access.sheet import PageForm
from app.kit.reader import LANGUAGES

Next = Annotated[str, Field(max_length=512)]
Typed = Annotated[SecretStr, Field(max_length=2048)]
# None, or a name, an @ and a host with a dot; what more is right only its own server knows.
_ADDRESS = r"^([A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9.-]{1,180}\.[A-Za-z]{2,})?$"
Yes = Literal["", "yes"]
Code = Annotated[str, Field(min_length=6, max_length=64)]


class SignInPage(PageForm):
    """A name and a password."""

    username: Annotated[str, Field(min_length=1, max_length=256)]
    password: Typed
    next: Next = ""
    own_device: Yes = ""


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


class UnlockPage(PageForm):
    """The number that unlocks the screen, and the page that was locked."""

    pin: Typed
    next: Next = ""


class PinPage(PageForm):
    """A new number and the present password; an empty number takes the present one away."""

    pin: Typed
    password: Typed


class DevicePage(PageForm):
    """Whether nobody else uses this device."""

    own_device: Yes = ""


class EmailPage(PageForm):
    """Where to write that there is something new; nothing where no mail is wanted."""

    email: Annotated[str, Field(max_length=254, pattern=_ADDRESS)] = ""
