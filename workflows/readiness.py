"""Whether a planned operation may be released: nobody is freed into nothing (OHCHR-G5.6). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from workflows.verdict import Refusal

PLANNED: Final = "planned"
RELEASED: Final = "released"
OVER: Final = "over"
HELD: Final = "held"
BEDS, INTERPRETER, HEALTH, NGO = "beds", "interpreter", "health", "ngo"
ANY: Final = "any"
_SAID: Final = frozenset({"F", "M"})
_PLANNERS: Final = ("first_responder", "national_focal_point")
_SOURCE: Final = ("OHCHR-G5.6",)


@dataclass(frozen=True, slots=True)
class Expected:
    """So many people of whom the same is expected; ``ages``: adult or child."""

    people: int
    sex: str
    ages: str
    language: str


@dataclass(frozen=True, slots=True)
class Reserve:
    """What an office was asked for, and where its answer stands."""

    kind: str
    state: str
    people: int = 0
    sex: str = ANY
    ages: str = "adult"
    language: str = ""


@dataclass(frozen=True, slots=True)
class Need:
    """How much of something is needed, and how much of it is confirmed."""

    kind: str
    needed: int
    confirmed: int
    sex: str = ""
    ages: str = ""
    language: str = ""

    @property
    def met(self) -> bool:
        """Whether there is enough."""
        return self.confirmed >= self.needed


def needs(expected: Iterable[Expected], reserves: Iterable[Reserve]) -> tuple[Need, ...]:
    """Everything that is needed for those who are expected: beds, an interpreter for each language, care, an NGO.

    A bed for any sex serves where the beds for one do not suffice; a child's bed is never an adult's.
    """
    groups = list(expected)
    held = [each for each in reserves if each.state == HELD]
    found = []
    for ages in sorted({each.ages for each in groups}):
        beds = [each for each in held if each.kind == BEDS and each.ages == ages]
        spare = sum(each.people for each in beds if each.sex == ANY)
        wanted: dict[str, int] = {}
        for group in groups:
            if group.ages == ages:
                sex = group.sex if group.sex in _SAID else ANY
                wanted[sex] = wanted.get(sex, 0) + group.people
        for sex in sorted(wanted):
            own = sum(each.people for each in beds if each.sex == sex and sex != ANY)
            lent = min(spare, max(0, wanted[sex] - own))
            spare -= lent
            found.append(Need(BEDS, wanted[sex], own + lent, sex, ages))
    for language in sorted({each.language for each in groups}):
        speaking = sum(1 for each in held if each.kind == INTERPRETER and each.language == language)
        found.append(Need(INTERPRETER, 1, speaking, language=language))
    for kind in (HEALTH, NGO):
        found.append(Need(kind, 1, sum(1 for each in held if each.kind == kind)))
    return tuple(found)


def against_release(
    state: str, expected: Iterable[Expected], reserves: Iterable[Reserve], *, late: bool = False
) -> tuple[Refusal, ...]:
    """Every reason why an operation may not be released now. ``late``: its day is over."""
    if state != PLANNED:
        return (_NOT_PLANNED,)
    if late:
        return (_LATE,)
    missing = {each.kind for each in needs(expected, reserves) if not each.met}
    return tuple(reason for kind, reason in _MISSING.items() if kind in missing)


def falls_short(expected: Iterable[Expected], reserves: Iterable[Reserve]) -> bool:
    """Whether something that is needed is not confirmed, or not any more."""
    return any(not each.met for each in needs(expected, reserves))


def against_holding(kind: str, *, promised: bool) -> tuple[Refusal, ...]:
    """Why an office cannot keep something ready. ``promised``: it keeps the same ready for another operation that day.

    Beds are counted by their house, and each goes to one.
    """
    return (_PROMISED,) if promised and kind != BEDS else ()


def against_change(state: str) -> tuple[Refusal, ...]:
    """Why nothing more can be reserved for an operation."""
    return () if state in (PLANNED, RELEASED) else (_OVER,)


_MISSING: Final[dict[str, Refusal]] = {
    BEDS: Refusal(
        "beds_are_reserved", "There is not a bed for everybody who is expected.",
        "People who are freed with nowhere to go are hurt once more.",
        "Ask shelters to reserve the beds that are missing, and wait until they confirm.", _PLANNERS, _SOURCE,
    ),
    INTERPRETER: Refusal(
        "interpreters_are_reserved", "There is not an interpreter for each language.",
        "Who is not understood cannot say what happened, or what they fear.",
        "Ask an office for an interpreter of each language, and wait until it confirms.", _PLANNERS, _SOURCE,
    ),
    HEALTH: Refusal(
        "health_staff_are_reserved", "No health staff has confirmed.",
        "Some will need a doctor at once, and are asked nothing before.",
        "Ask a hospital or health office, and wait until it confirms.", _PLANNERS, _SOURCE,
    ),
    NGO: Refusal(
        "ngo_is_reserved", "No non-governmental organisation has confirmed.",
        "People who fear the police need somebody beside them who is not police.",
        "Ask an organisation to be there, and wait until it confirms.", _PLANNERS, _SOURCE,
    ),
}
_NOT_PLANNED: Final = Refusal(
    "operation_is_planned", "This operation is released already, or over.", "It is released once.",
    "Plan another one.", _PLANNERS, _SOURCE,
)
_OVER: Final = Refusal(
    "operation_goes_on", "This operation is over or was called off.", "Nothing is kept ready for it any more.",
    "Plan another one.", _PLANNERS, _SOURCE,
)
_LATE: Final = Refusal(
    "operation_is_ahead", "The day of this operation is over.", "What is kept ready is kept for that day.",
    "Say how it ended, or plan another one.", _PLANNERS, _SOURCE,
)
_PROMISED: Final = Refusal(
    "office_is_free", "Your office keeps the same ready for another operation on this day.",
    "Nobody can be with two groups of people at once.",
    "Say no, so that another office is asked, or give the other one back first.",
    ("social_worker", "health_officer", "case_manager", "shelter_manager"), _SOURCE,
)
EVERY: Final = (*_MISSING.values(), _NOT_PLANNED, _OVER, _LATE, _PROMISED)
