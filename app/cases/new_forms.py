"""What the six pages of a new case and the search post: one form for each page."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from app.access.sheet import PageForm

# An answer that is no code of a list: nobody asked, the person would rather not say, or nobody knows.
NOT_ASKED: Final = "not_asked"
NOT_SAID: Final = "no_wish_to_answer"
NOT_KNOWN: Final = "not_known"

Word = Annotated[str, Field(min_length=1, max_length=60)]
Open = Annotated[str, Field(max_length=60)]
Line = Annotated[str, Field(max_length=300)]
Story = Annotated[str, Field(max_length=2000)]
Digits = Annotated[str, Field(max_length=20)]
Tick = Literal["yes", ""]
# Why something that is written, not chosen, was left open.
Why = Literal["", "not_asked", "no_wish_to_answer", "not_known"]


class _Step(PageForm):
    """``back``: "check" when the page was opened from the last one, to which it then returns."""

    back: Literal["", "check"] = ""


class SafetyPage(_Step):
    """Whether the person is safe now, and who brought them."""

    safe: Literal["yes", "no", "unknown", "not_asked", "no_wish_to_answer"]
    danger: Story = ""
    source: Word


class ConsentPage(_Step):
    """Whether the person agrees to be written down, and how that was explained."""

    consent: Literal["yes", "no", "later", "no_wish_to_answer"]
    giver: Literal["", "self", "guardian"] = ""
    form: Literal["", "written", "oral_witnessed"] = ""
    told_purpose: Tick = ""
    told_use: Tick = ""
    told_right_to_request_data: Tick = ""
    told_storage_time: Tick = ""
    told_how_to_withdraw: Tick = ""


class KnownPage(_Step):
    """What is known of the person; each answer may be that nobody asked."""

    age: Word
    sex: Word
    nationality: Word
    exploitation: Word
    given_names: Line = ""
    family_name: Line = ""
    name_why: Why = ""
    birth_year: Annotated[str, Field(max_length=4)] = ""
    birth_year_why: Why = ""
    # Where it happened; and how somebody came home whom nobody referred to this country in this program.
    exploited_in: Open = ""
    returned_from: Open = ""
    returned_by: Open = ""
    returned_on_day: Digits = ""
    returned_on_month: Digits = ""
    returned_on_year: Digits = ""
    # Asked only where a name looks typed for the Zawgyi font.
    spelling: Literal["", "unicode", "typed"] = ""


class ContactPage(_Step):
    """The language the person understands, and how to reach them without harm."""

    language: Word
    other_language: Annotated[str, Field(max_length=60)] = ""
    safe_contact: Story = ""
    phone: Line = ""
    contact_why: Why = ""


class NeedsPage(_Step):
    """What cannot wait."""

    level: Word
    health: Story = ""
    shelter: Story = ""
    dependants: Story = ""
    note: Story = ""


FORMS: Final = (SafetyPage, ConsentPage, KnownPage, ContactPage, NeedsPage)


class SamePage(PageForm):
    """Which earlier case is this person's; "" for none."""

    reference: Annotated[str, Field(max_length=40)] = ""


class NothingPage(PageForm):
    """A button alone."""


class ReferencePage(PageForm):
    """A reference to look for."""

    reference: Annotated[str, Field(min_length=1, max_length=60)]


class NamePage(PageForm):
    """Parts of a name to look for, and why."""

    name: Annotated[str, Field(min_length=1, max_length=300)]
    reason: Annotated[str, Field(min_length=1, max_length=1000)]
