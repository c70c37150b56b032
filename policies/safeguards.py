"""The safeguards around access: emergencies, uncovered names, steps that need two persons or a second factor."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field, StrictInt

from policies.terms import Policy

Minutes = Annotated[StrictInt, Field(ge=1, le=1440)]
Count = Annotated[StrictInt, Field(ge=1, le=100_000)]


class Emergency(Policy):
    """Break-glass: how long it lasts, what it opens to read, and by when somebody must have looked at it."""

    minutes: Minutes = 120
    review_days: Annotated[StrictInt, Field(ge=1, le=30)] = 3
    opens: frozenset[str] = frozenset()
    sources: tuple[str, ...] = Field(min_length=1, default=("WM-ACCESS",))


class BulkViewing(Policy):
    """When opening many persons' cases raises an alarm: more than ``persons`` within ``minutes``."""

    persons: Count = 30
    minutes: Minutes = 60
    sources: tuple[str, ...] = Field(min_length=1, default=("WM-ACCESS",))


class TwoPersons(Policy):
    """What one person alone cannot do: grant these permissions, and export more than so many rows.

    ``alone_hours``: what one person takes out or brings in alone within this time counts together, so that many short
    lists are no way around a long one.
    """

    power: frozenset[str] = frozenset()
    export_rows_alone: Count = 50
    alone_hours: Annotated[StrictInt, Field(ge=1, le=720)] = 24
    export_rows_at_most: Count = 5000
    hours: Annotated[StrictInt, Field(ge=1, le=720)] = 72
    sources: tuple[str, ...] = Field(min_length=1, default=("WM-ACCESS",))

    @property
    def alone_within(self) -> timedelta:
        """The time within which what one person does alone counts together."""
        return timedelta(hours=self.alone_hours)


class Watching(Policy):
    """What supervision points out by itself.

    ``gap_days``: a silence this long is shown in a timeline. ``late_minutes``: an entry written down later than this
    shows both its moments. ``group_minutes``: looks of one account closer together than this are told as one.
    ``day_begins`` to ``day_ends``: the usual hours of work, local time. ``quick_looks`` within ``quick_minutes`` are
    many. ``smallest_group``: fewer people than this are not counted for those who may not open their cases.
    """

    gap_days: Annotated[StrictInt, Field(ge=1, le=365)] = 10
    late_minutes: Minutes = 60
    group_minutes: Minutes = 60
    day_begins: Annotated[StrictInt, Field(ge=0, le=12)] = 6
    day_ends: Annotated[StrictInt, Field(ge=12, le=24)] = 20
    quick_looks: Count = 20
    quick_minutes: Minutes = 10
    smallest_group: Count = 11
    sources: tuple[str, ...] = Field(min_length=1, default=("WM-ACCESS", "CTDC-K11"))


class ReferralDesk(Policy):
    """When the referral desk calls an answer due, and when a handover signed on one side only raises an alarm."""

    answer_due_hours: Annotated[StrictInt, Field(ge=1, le=240)] = 24
    one_sided_minutes: Minutes = 120
    sources: tuple[str, ...] = Field(min_length=1, default=("WM-CLOCKS", "WM-CUSTODY"))


class BulkWork(Policy):
    """How many cases one act can give to somebody else."""

    cases_at_most: Annotated[StrictInt, Field(ge=1, le=200)] = 50
    sources: tuple[str, ...] = Field(min_length=1, default=("WM-ACCESS",))


class Screen(Policy):
    """When the screen of somebody signed in is covered, locked and signed out, and what opens a locked one."""

    shared_minutes: Minutes = 5
    own_minutes: Minutes = 15
    warning_seconds: Annotated[StrictInt, Field(ge=20, le=600)] = 60
    cover_seconds: Annotated[StrictInt, Field(ge=5, le=3600)] = 60
    pin_digits: Annotated[StrictInt, Field(ge=6, le=12)] = 6
    pin_tries: Annotated[StrictInt, Field(ge=1, le=10)] = 5
    session_hours: Annotated[StrictInt, Field(ge=1, le=24)] = 10
    sources: tuple[str, ...] = Field(min_length=1, default=("WM-ACCESS",))

    def idle(self, own_device: bool) -> timedelta:
        """After how long without use a screen locks; ``own_device``: nobody else uses it."""
        return timedelta(minutes=self.own_minutes if own_device else self.shared_minutes)

    @property
    def session_lasts(self) -> timedelta:
        """How long a sign-in lasts at the longest."""
        return timedelta(hours=self.session_hours)


class Drafts(Policy):
    """How long, how large and how many forms that were not sent are kept for an account."""

    hours: Annotated[StrictInt, Field(ge=1, le=720)] = 72
    kilobytes: Annotated[StrictInt, Field(ge=1, le=512)] = 32
    per_account: Annotated[StrictInt, Field(ge=1, le=500)] = 30
    sources: tuple[str, ...] = Field(min_length=1, default=("WM-ACCESS",))

    @property
    def kept_for(self) -> timedelta:
        """How long a draft is kept after it was last saved."""
        return timedelta(hours=self.hours)


class Files(Policy):
    """How large a file of a case may be, and how much the cleaning of one may ask of the machine."""

    kilobytes: Annotated[StrictInt, Field(ge=64, le=51_200)] = 10_240
    megapixels: Annotated[StrictInt, Field(ge=1, le=100)] = 25
    most_pages: Annotated[StrictInt, Field(ge=1, le=5000)] = 300
    per_case: Annotated[StrictInt, Field(ge=1, le=5000)] = 300
    seconds: Annotated[StrictInt, Field(ge=1, le=120)] = 20
    memory_megabytes: Annotated[StrictInt, Field(ge=256, le=4096)] = 768
    sources: tuple[str, ...] = Field(min_length=1, default=("WM-ACCESS",))

    @property
    def largest_bytes(self) -> int:
        """How many bytes a file may have."""
        return self.kilobytes * 1024

    @property
    def largest_pixels(self) -> int:
        """How many pixels a picture may have."""
        return self.megapixels * 1_000_000

    @property
    def memory_bytes(self) -> int:
        """How much memory the process that cleans a file may take."""
        return self.memory_megabytes * 1024 * 1024


class Imports(Policy):
    """How many cases one person brings in from a file alone, and at most; how much the reading of one may ask.

    ``at_once``: how many come in in one transaction, where it is all or none. ``kept_hours``: how long the rows of a
    file are kept, sealed, for the import that was asked for.
    """

    rows_alone: Count = 50
    rows_at_most: Count = 20_000
    at_once: Count = 100
    kilobytes: Annotated[StrictInt, Field(ge=64, le=51_200)] = 10_240
    columns: Annotated[StrictInt, Field(ge=1, le=2000)] = 500
    seconds: Annotated[StrictInt, Field(ge=1, le=120)] = 20
    memory_megabytes: Annotated[StrictInt, Field(ge=256, le=4096)] = 768
    kept_hours: Annotated[StrictInt, Field(ge=1, le=720)] = 72
    sources: tuple[str, ...] = Field(min_length=1, default=("WM-ACCESS",))

    @property
    def largest_bytes(self) -> int:
        """How many bytes a file may have."""
        return self.kilobytes * 1024

    @property
    def memory_bytes(self) -> int:
        """How much memory the process that reads a file may take."""
        return self.memory_megabytes * 1024 * 1024

    @property
    def kept_for(self) -> timedelta:
        """How long the rows of a file are kept."""
        return timedelta(hours=self.kept_hours)


class MailRules(Policy):
    """How often a mail may tell somebody that there is something new, and about how old a thing at most."""

    pause_minutes: Minutes = 15
    days: Annotated[StrictInt, Field(ge=1, le=90)] = 7
    sources: tuple[str, ...] = Field(min_length=1, default=("WM-ACCESS",))


class Safeguards(Policy):
    """`policies/safeguards.yaml` as a whole; the defaults are the ones the file states."""

    emergency: Emergency = Emergency()
    bulk_viewing: BulkViewing = BulkViewing()
    two_persons: TwoPersons = TwoPersons()
    watching: Watching = Watching()
    referral_desk: ReferralDesk = ReferralDesk()
    screen: Screen = Screen()
    drafts: Drafts = Drafts()
    files: Files = Files()
    imports: Imports = Imports()
    mail: MailRules = MailRules()
    bulk_work: BulkWork = BulkWork()
    working_lists_at_most: Annotated[StrictInt, Field(ge=1, le=100)] = 20
    shared_lists_at_most: Annotated[StrictInt, Field(ge=1, le=100)] = 10
    reveal_minutes: Minutes = 5
    step_up_minutes: Minutes = 10

    @property
    def emergency_lasts(self) -> timedelta:
        """How long an emergency access stays open."""
        return timedelta(minutes=self.emergency.minutes)

    @property
    def answer_is_due_within(self) -> timedelta:
        """How long before its deadline an answer is called due."""
        return timedelta(hours=self.referral_desk.answer_due_hours)

    @property
    def one_sided_for(self) -> timedelta:
        """How long a handover may be signed on one side only before the supervisors of both sides are told."""
        return timedelta(minutes=self.referral_desk.one_sided_minutes)

    @property
    def reveal_lasts(self) -> timedelta:
        """How long an uncovered identity may be read again without another reason."""
        return timedelta(minutes=self.reveal_minutes)

    @property
    def step_up_lasts(self) -> timedelta:
        """How long a shown second factor counts."""
        return timedelta(minutes=self.step_up_minutes)
