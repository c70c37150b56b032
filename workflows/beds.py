"""Which bed may be given to whom: the rules of a request, asked when it is made and again when it is confirmed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from workflows.facts import CaseFacts
from workflows.verdict import Refusal

FITS_ALL = "any"
NOTHING_SPECIAL = "none"
FAMILY = "family"
# Set apart for those who need it; every other bed may be lent to somebody who needs nothing special.
SET_APART = frozenset({"mother_and_baby"})
SAID = frozenset({"F", "M"})
_ASKERS = ("first_responder", "social_worker", "case_manager", "shelter_manager")
_FITTING = ("OHCHR-G6.1", "OHCHR-G8.5")


@dataclass(frozen=True, slots=True)
class Beds:
    """A group of beds of one shelter; ``taken``: held or in use now, without the one that is asked about."""

    sex: str
    ages: str
    need: str
    beds: int
    taken: int
    closed_reason: str | None = None
    closed_from: date | None = None
    closed_until: date | None = None

    def is_closed(self, today: date) -> bool:
        """Whether the group takes nobody in on that day."""
        if self.closed_reason is None or (self.closed_from is not None and today < self.closed_from):
            return False
        return self.closed_until is None or today <= self.closed_until


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person needs of a bed. ``ages``: adult, child or family; ``sex`` as the case knows it."""

    sex: str
    ages: str
    need: str


def wanted_by(case: CaseFacts, need: str, family: bool) -> Wanted:
    """What the person of a case needs; ``family``: they stay together with their own family."""
    return wanted(case.sex, case.child, need, family=family)


def wanted(sex: str, child: bool, need: str, *, family: bool) -> Wanted:
    """The same for who is known by these facts alone."""
    return Wanted(sex, FAMILY if family else "child" if child else "adult", need)


def fits_sex(beds: Beds, wanted: Wanted) -> bool:
    """Somebody whose sex is neither, both or not said fits everywhere: person and shelter settle it together."""
    return beds.sex in (FITS_ALL, wanted.sex) or wanted.sex not in SAID


def fits_age(beds: Beds, wanted: Wanted) -> bool:
    """A child among children or with the own family, never among adults (OHCHR-G8.5)."""
    return beds.ages == wanted.ages


def fits_need(beds: Beds, wanted: Wanted) -> bool:
    """What the person needs is there; what they do not need may be there, if it is not set apart."""
    return beds.need == wanted.need or (wanted.need == NOTHING_SPECIAL and beds.need not in SET_APART)


def refusals(groups: Sequence[Beds], wanted: Wanted, today: date) -> tuple[Refusal, ...]:
    """Why none of ``groups`` has a bed for the person: the first test none of them passes; empty = there is one."""
    if not groups:
        return (_NO_BEDS_HERE,)
    left = list(groups)
    tests: tuple[tuple[Callable[[Beds], bool], Refusal], ...] = (
        (lambda beds: fits_sex(beds, wanted), _WRONG_SEX),
        (lambda beds: fits_age(beds, wanted), _WRONG_AGE),
        (lambda beds: fits_need(beds, wanted), _WRONG_NEED),
        (lambda beds: not beds.is_closed(today), _CLOSED),
        (lambda beds: beds.taken < beds.beds, _FULL),
    )
    for passes, reason in tests:
        left = [beds for beds in left if passes(beds)]
        if not left:
            return (reason,)
    return ()


def asking_refusals(case: CaseFacts) -> tuple[Refusal, ...]:
    """Why no bed can be asked for whatever the shelter: whoever is not here, or has declined help, is not placed."""
    found = []
    if case.care in {"closed", "handed_over"}:
        found.append(_NOT_OURS)
    if case.deceased:
        found.append(_NOT_HERE)
    if case.rights is not None and case.rights.answer == "declined":
        found.append(_DECLINED)
    return tuple(found)


_ELSEWHERE = "Ask another shelter, or find another safe place: an organisation, a family, supervised rooms."
_NO_BEDS_HERE = Refusal(
    "shelter_keeps_beds", "This shelter keeps no beds here.",
    "Only a shelter that counts its beds here can hold one.",
    "Call the shelter and place the person as usual, or ask another one.", _ASKERS, ("OHCHR-G6.1",),
)
_WRONG_SEX = Refusal(
    "bed_fits_sex", "No bed there is kept for a person of this sex.",
    "Women and men who were exploited need rooms of their own to be safe.", _ELSEWHERE, _ASKERS, ("OHCHR-G6.1",),
)
_WRONG_AGE = Refusal(
    "bed_fits_age", "No bed there is kept for this age.",
    "A child sleeps among children or with the own family, never among adults; an age in doubt is a child's.",
    _ELSEWHERE, _ASKERS, _FITTING,
)
_WRONG_NEED = Refusal(
    "bed_fits_need", "No bed there is fitted for what the person needs.",
    "A place has to be matched to the person's needs.", _ELSEWHERE, _ASKERS, ("OHCHR-G6.1",),
)
_CLOSED = Refusal(
    "shelter_is_open", "The beds that would fit are closed.",
    "A house that cannot care takes nobody in.", _ELSEWHERE, _ASKERS, ("OHCHR-G6.1",),
)
_FULL = Refusal(
    "bed_is_free", "No fitting bed is free.",
    "Two people cannot be promised one bed.", _ELSEWHERE, _ASKERS, ("OHCHR-G6.1",),
)
_NOT_OURS = Refusal(
    "person_is_in_our_hands", "The person is no longer in this country's hands.",
    "A bed is asked for by those who carry the case.", "Open a new case if the person is back.", _ASKERS,
    ("WM-CUSTODY",),
)
_NOT_HERE = Refusal(
    "person_is_alive", "The person is recorded as deceased.", "Nobody can be placed who is not there.",
    "Correct the circumstances if this is wrong.", _ASKERS, ("WM-SAFETY",),
)
_DECLINED = Refusal(
    "help_is_not_declined", "The person has declined help.",
    "Even a night's shelter is offered, never imposed.",
    "Leave the offer open; when the person changes their mind, record the new answer.", _ASKERS,
    ("TH-RIGHTS-FORM", "OHCHR-G6.2"),
)
