"""The lists a page offers as answers: countries, languages, offices, border points, signs, and every code list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from app.casework.inputs import RETIRED, Choice, Input, with_offers
from app.kit import names
from app.kit.words import mark
from policies.model import Policies
from workflows.engine import MACHINES

__all__ = ["BLOCKABLE", "MEETING", "TEAM", "VISIT", "WORKS", "blockable", "offered"]

ANYBODY: Final = "*"
_CODES: Final = "code:"
_READY: Final = "ready"
# The list that is made of the people on the team of one case.
TEAM: Final = "team"
# The list that is made of the meetings of the reader's own office.
MEETING: Final = "meeting"
# The list that is made of the visits from abroad that one case is asked for.
VISIT: Final = "visit"
# The countries that can be kept from a case: every one, until the case says which concern it.
BLOCKABLE: Final = "blockable"
WORKS: Final = "task:work"


class _Offers(dict[str, Sequence[Choice]]):
    """Source -> its choices, made when first asked for; KeyError for a source nobody knows."""

    def __init__(self, policies: Policies) -> None:
        super().__init__()
        self._policies = policies

    def __missing__(self, source: str) -> Sequence[Choice]:
        if source.startswith(_CODES):
            name, everything, _ = source.removeprefix(_CODES).partition(RETIRED)
            codes = self._policies.codes[name].codes.items()
            found: Sequence[Choice] = [
                Choice(code, code_list=name) for code, entry in codes if everything or not entry.retired
            ]
        else:
            found = _SOURCES[source](self._policies)
        self[source] = found
        return found


def offered(
    policies: Policies,
    inputs: Iterable[Input],
    *,
    child: bool = True,
    here: Mapping[str, Sequence[Choice]] | None = None,
) -> tuple[Input, ...]:
    """The same questions with every list they draw on put in; those for a child only where it is one.

    here: lists that only the case knows, such as its team.
    """
    offers = _Offers(policies)
    offers.update(here or {})
    return with_offers((each for each in inputs if child or not each.for_child), offers)


def _countries(policies: Policies) -> list[Choice]:
    by_name = sorted(policies.countries.items(), key=lambda pair: pair[1].name)
    return [Choice(code, code_list="country") for code, _ in by_name]


def _nationalities(policies: Policies) -> list[Choice]:
    return [*_countries(policies), Choice("stateless", mark("Stateless")), Choice("unknown", mark("Not known"))]


def _countries_or_any(policies: Policies) -> list[Choice]:
    return [*_countries(policies), Choice(ANYBODY, mark("Anybody who helps with this"))]


def _others(policies: Policies) -> list[Choice]:
    """Every country that has no policy of its own, by name in the reader's language."""
    return [
        Choice(code, name, group=mark("Other countries"), proper=True)
        for code, name in names.countries()
        if code not in policies.countries
    ]


def _world(policies: Policies) -> list[Choice]:
    return [*_countries(policies), *_others(policies)]


def blockable(policies: Policies, concerned: Iterable[str]) -> list[Choice]:
    """The countries with a policy, and of the others those that concern a case: its nationality, who is told of it."""
    others = set(concerned)
    return [*_countries(policies), *(each for each in _others(policies) if each.code in others)]


def _recipients(policies: Policies) -> list[Choice]:
    """To whom a consent can go: a country or its embassy, a body of several offices, or one office; or anybody."""
    found = _countries_or_any(policies)
    for country in policies.countries.values():
        bodies = Counter(office.organisation for office in country.offices)
        codes = {office.code: office.name for office in country.offices}
        named = {body: body for body, many in bodies.items() if many > 1 and body not in codes} | codes
        found += [
            Choice(code, name, group=country.code, group_list="country", proper=True) for code, name in named.items()
        ]
    return [*found, *_others(policies)]


def _languages(policies: Policies) -> list[Choice]:
    return [Choice(code, code_list="language") for code in policies.codes["language"].codes]


def _offices(policies: Policies) -> list[Choice]:
    return [
        Choice(office.code, office.name, group=country.code, group_list="country", proper=True)
        for country in policies.countries.values()
        for office in country.offices
    ]


def _shelters(policies: Policies) -> list[Choice]:
    """The shelters of every country; only those of the own one can hold a bed, and the guards say so."""
    return [
        Choice(office.code, office.name, group=country.code, group_list="country", proper=True)
        for country in policies.countries.values()
        for office in country.offices
        if office.kind == "shelter"
    ]


def _border_points(policies: Policies) -> list[Choice]:
    found = []
    for corridor in policies.corridors.values():
        between = " · ".join(corridor.countries)
        for point in corridor.border_points:
            names = " · ".join(dict.fromkeys(point.names.values()))
            found.append(Choice(point.code, names, group=between, proper=True))
    return found


def _packs(policies: Policies) -> list[Choice]:
    return [Choice(name, pack.title) for name, pack in policies.indicators.items() if pack.status == _READY]


def _indicators(policies: Policies) -> list[Choice]:
    return [
        Choice(code, sign.label, group=pack.title)
        for pack in policies.indicators.values()
        if pack.status == _READY
        for code, sign in pack.indicators.items()
    ]


def _guards(policies: Policies) -> list[Choice]:
    """The conditions an exception may be made from, each told by the reason behind it."""
    every = {guard.name: guard for spec in MACHINES.values() for step in spec.steps for guard in step.guards}
    return [Choice(name, guard.why) for name, guard in every.items() if policies.overridable(guard.sources)]


def _task_roles(policies: Policies) -> list[Choice]:
    """The parts somebody can have on a case and its tasks."""
    return [
        Choice(name, role.title)
        for name, role in policies.roles.items()
        if {"case:read", WORKS} <= set(role.permissions)
    ]


def _fund_entitlements(policies: Policies) -> list[Choice]:
    """What the funds pay, by country; whether it is the person's is asked by the guards."""
    return [
        Choice(right.code, code_list="entitlement", group=country.code, group_list="country")
        for country in policies.countries.values()
        for right in country.entitlements
        if right.fund
    ]


def _nobody(policies: Policies) -> list[Choice]:
    """The team or the meetings, where no case and no reader says which."""
    return []


_SOURCES: Final[Mapping[str, Callable[[Policies], list[Choice]]]] = {
    "country": _countries,
    "recipient": _recipients,
    "world": _world,
    BLOCKABLE: _world,
    "language": _languages,
    "nationality": _nationalities,
    "office": _offices,
    "shelter_office": _shelters,
    "border_point": _border_points,
    "pack": _packs,
    "indicator": _indicators,
    "guard": _guards,
    "fund_entitlement": _fund_entitlements,
    "task_role": _task_roles,
    TEAM: _nobody,
    MEETING: _nobody,
    VISIT: _nobody,
}
