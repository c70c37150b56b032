"""What must follow a step, as data; app/casework carries it out in the same transaction or by the worker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task for a role of the holding office, due by the named policy clock.

    child_clock: the clock for a child; urgent_clock: the clock for a matter that is urgent; only_child: opened for
    children alone; side: the end of a referral whose office gets it (None = where the step is taken). since: the fact
    of the case that says from which day the clock counts, where rules ask the same clock (None: from now). by_matter:
    due by the day that the matter's form names, where it names one. due_on: what of the case says the day by which it
    is due, before any clock; only_dated: without such a day there is no task. soonest: due by that day or by the
    clock, whichever comes first. agreed: the day is the team's own, and stands still with the clocks of the case; every
    other day is set by the world and does not. if_stated: no task where the country states no such clock. unless: the
    fact of the case that says, by itself or of a day, that it is done already. once: not beside an open one of its
    kind, which keeps its time. here: not while the person is still awaited from another country. ends: the day on which
    what the task is about runs out; lead: how long before that it is due (policies/clocks.yaml). there: the role whose
    task it is in the office of the fund, where that office decides on the matter; it is that office's task then.
    afterwards: opened also where the matter has ended, since somebody outside has to hear of it still.
    reasons: opened only where the step was taken for one of these reasons; not_for: for every reason but these.
    """

    kind: str
    role: str
    clock: str
    child_clock: str | None = None
    only_child: bool = False
    side: str | None = None
    urgent_clock: str | None = None
    since: str | None = None
    by_matter: bool = False
    due_on: str | None = None
    only_dated: bool = False
    soonest: bool = False
    agreed: bool = False
    if_stated: bool = False
    unless: str | None = None
    once: bool = False
    here: bool = False
    ends: date | None = None
    lead: str = ""
    there: str = ""
    afterwards: bool = False
    reasons: frozenset[str] = frozenset()
    not_for: frozenset[str] = frozenset()

    def follows(self, reason: str) -> bool:
        """Whether the task is opened by a step that was taken for this reason ("" for a step that takes none)."""
        return reason not in self.not_for and (not self.reasons or reason in self.reasons)

    @property
    def is_fixed(self) -> bool:
        """Whether its day, where it has one, is set by the world: a court, an authority, the end of a paper."""
        return not self.agreed and (self.by_matter or self.due_on is not None or bool(self.lead))


@dataclass(frozen=True, slots=True)
class CloseTask:
    """The open task of this kind is done; at a step of a matter, that of this matter.

    by_the_way: it is over all the same, but nobody who has to do it is led to this step. of_case: at a step of a
    matter that is about this code, the task of the case itself. of_day: of several of its kind on one matter, that of
    the day which the form takes away; none where it takes none away. everywhere: also those of the case's matters and
    referrals.
    """

    kind: str
    by_the_way: bool = False
    of_case: str = ""
    of_day: bool = False
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class MoveTask:
    """The day that this task is due on was corrected: an open one begins anew; one that is done stays done.

    of_days: of a matter with several days, each with a task of its own: the day that was, and the one that is. A day
    that is new is waited for; one that is no more is not.
    """

    task: OpenTask
    of_days: tuple[date | None, date | None] | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """Those for whom ``permission`` reaches the case, and its case manager, are told at once that there is something.

    kind: of the notice, which says neither who nor what. side: the end of a referral where they are told (None = here).
    at_border: of a referral, the office at the border point is told too.
    """

    kind: str
    permission: str
    side: str | None = None
    at_border: bool = False


@dataclass(frozen=True, slots=True)
class SendMessage:
    """A message to the other country.

    carries: the data groups about the person in it; empty = protocol only.
    """

    carries: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class MoveCustody:
    """Responsibility for the person passes to the receiving country (WM-CUSTODY)."""


@dataclass(frozen=True, slots=True)
class OpenReceivingCase:
    """The receiving country opens its own case, awaiting arrival."""


@dataclass(frozen=True, slots=True)
class StepOnCase:
    """The system takes this care step on the linked case of that side, because the referral proves it."""

    step: str
    side: str


@dataclass(frozen=True, slots=True)
class Arbitrate:
    """The receiving side answers a request to end the referral (crossing commands, design 4)."""


@dataclass(frozen=True, slots=True)
class FreezeClocks:
    """All clocks of the case stand still for this cause (code list stop_cause), also those that begin meanwhile."""

    cause: str


@dataclass(frozen=True, slots=True)
class ThawClocks:
    """The clocks that stand still for this cause run again, each with the time it had left."""

    cause: str


Effect = (
    OpenTask
    | CloseTask
    | Alert
    | FreezeClocks
    | ThawClocks
    | SendMessage
    | MoveCustody
    | OpenReceivingCase
    | StepOnCase
    | Arbitrate
)
# What follows a record: a correction moves tasks, a step never does.
Following = Effect | MoveTask
