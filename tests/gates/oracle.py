"""Who should see what, in plain Python over plain facts: written from the words of roles.yaml and DESIGN 6.

Nothing here asks the program: a gate compares what the program answers with what these few loops say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

POLICIES = Path(__file__).resolve().parents[2] / "policies"
# Seeing a thing at all, by kind: whoever does is told 403 where an act does not reach; everybody else is told 404.
SEEING = {"case": "case:read", "referral": "referral:read"}


# What absence cover reaches beyond the own office, as far as tasks go.
COVERED = frozenset({"task:read"})


@dataclass(frozen=True)
class Asker:
    """One account: office and organisation as codes or row ids, as long as things use the same."""

    id: str
    roles: frozenset[str]
    office: str
    organisation: str
    country: str


@dataclass(frozen=True)
class Member:
    """One row of a case's team."""

    user: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True)
class Block:
    """Keeps a country, an organisation or a user away from the person of a key."""

    key: str
    kind: str
    value: str
    since: datetime
    until: datetime | None = None
    lifted: bool = False


@dataclass(frozen=True)
class Name:
    """Names one user on the seal of the person of a key."""

    key: str
    user: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True)
class Emergency:
    """One break-glass of a user on a case."""

    case: str
    user: str
    since: datetime
    until: datetime
    ended: bool = False


@dataclass(frozen=True)
class StandIn:
    """``deputy`` stands in for ``user``."""

    user: str
    deputy: str
    since: datetime
    until: datetime
    ended: bool = False


@dataclass
class Thing:
    """A case or one country's copy of a referral. ``ends``: the offices a referral names on this side."""

    kind: str
    id: str
    key: str
    country: str
    office: str
    organisation: str
    created_by: str
    sealed: bool = False
    case: Thing | None = None
    team: list[Member] = field(default_factory=list)
    ends: frozenset[str] = frozenset()
    referrals: list[Thing] = field(default_factory=list)


@dataclass(frozen=True)
class Duty:
    """A task: the office and role it waits for, and what it is about."""

    id: str
    country: str
    office: str
    organisation: str
    role: str
    case: Thing | None
    referral: Thing | None


@dataclass
class Oracle:
    """Answers for one moment. ``rights``: role -> permission -> scope; ``opens``: what an emergency extends."""

    rights: Mapping[str, Mapping[str, str]]
    opens: frozenset[str]
    now: datetime
    blocks: list[Block] = field(default_factory=list)
    names: list[Name] = field(default_factory=list)
    emergencies: list[Emergency] = field(default_factory=list)
    stand_ins: list[StandIn] = field(default_factory=list)
    people: Mapping[str, Asker] = field(default_factory=dict)

    def scopes(self, asker: Asker, permission: str) -> set[str]:
        """The union over the asker's roles."""
        held = {self.rights.get(role, {}).get(permission, "none") for role in asker.roles}
        return held - {"none"}

    def may(self, asker: Asker, permission: str, thing: Thing) -> bool:
        """Whether ``permission`` of ``asker`` reaches ``thing`` now."""
        scopes = self.scopes(asker, permission)
        if not scopes or thing.country != asker.country or self.walled(asker, thing):
            return False
        return any(self._within(scope, asker, thing) for scope in scopes) or self._breaks_glass(
            asker, permission, thing
        )

    def sees(self, asker: Asker, permissions: Iterable[str], thing: Thing) -> bool:
        """Whether the asker may know that ``thing`` exists, by any of ``permissions`` or by seeing as such."""
        return any(self.may(asker, each, thing) for each in {*permissions, SEEING[thing.kind]})

    def may_task(self, asker: Asker, permission: str, duty: Duty) -> bool:
        """Whether ``permission`` reaches a task: by the office that holds it or by what it is about."""
        scopes = self.scopes(asker, permission)
        about = [thing for thing in (duty.case, duty.referral) if thing is not None]
        if not scopes or duty.country != asker.country or any(self.walled(asker, thing) for thing in about):
            return False
        if duty.office == asker.office and duty.role in asker.roles:
            return True
        covered = self.covers(asker) if permission in COVERED else []
        if any(duty.office == office and duty.role in there for office, there in covered):
            return True
        us = self.us(asker)
        ends = duty.referral.ends if duty.referral else frozenset()
        reached = {
            "own": duty.case is not None and duty.case.created_by in us,
            "assigned": duty.case is not None and self._on_team(us, duty.case),
            "office": duty.office == asker.office,
            "organisation": duty.organisation == asker.organisation,
            "country": True,
            "party": asker.office in ends,
        }
        broken = duty.case is not None and self._breaks_glass(asker, permission, duty.case)
        return broken or any(reached[scope] for scope in scopes)

    def by_office(self, asker: Asker, permissions: Iterable[str], thing: Thing) -> bool:
        """Whether some of ``permissions`` reach everything of the thing's office, agency or country."""
        if thing.country != asker.country:
            return False
        reached = {
            "office": thing.office == asker.office,
            "organisation": thing.organisation == asker.organisation,
            "country": True,
        }
        return any(reached.get(scope, False) for each in permissions for scope in self.scopes(asker, each))

    def covers(self, asker: Asker) -> list[tuple[str, frozenset[str]]]:
        """The offices of absent colleagues, with the roles shared; an absent stand-in is followed to the end."""
        found, seen, ahead = [], {asker.id}, [(asker.id, asker.roles)]
        while ahead:
            deputy, shared = ahead.pop(0)
            for each in self.stand_ins:
                live = not each.ended and each.since <= self.now < each.until and each.deputy == deputy
                absent = self.people.get(each.user) if live and each.user not in seen else None
                both = absent.roles & shared if absent is not None else frozenset()
                if absent is not None and both and absent.organisation == asker.organisation:
                    seen.add(absent.id)
                    found.append((absent.office, both))
                    ahead.append((absent.id, both))
        return found

    def us(self, asker: Asker) -> set[str]:
        """The asker and everybody they stand in for now."""
        live = (each for each in self.stand_ins if not each.ended and each.since <= self.now < each.until)
        return {asker.id} | {each.user for each in live if each.deputy == asker.id}

    def walled(self, asker: Asker, thing: Thing) -> bool:
        """Whether a block or a seal keeps the asker away, whatever their roles say."""
        values = {"country": asker.country, "organisation": asker.organisation, "user": asker.id}
        for block in self.blocks:
            meant = block.key == thing.key and values[block.kind] == block.value
            if meant and not block.lifted and self._lasts(block.since, block.until):
                return True
        if not thing.sealed:
            return False
        return not any(
            name.key == thing.key and name.user == asker.id and self._lasts(name.since, name.until)
            for name in self.names
        )

    def _within(self, scope: str, asker: Asker, thing: Thing) -> bool:
        us = self.us(asker)
        if scope == "party":
            copies = thing.referrals if thing.kind == "case" else [thing]
            return any(asker.office in copy.ends for copy in copies if copy.country == asker.country)
        case = thing if thing.kind == "case" else thing.case
        return {
            "own": thing.created_by in us,
            "assigned": case is not None and self._on_team(us, case),
            "office": thing.office == asker.office,
            "organisation": thing.organisation == asker.organisation,
            "country": True,
        }[scope]

    def _breaks_glass(self, asker: Asker, permission: str, thing: Thing) -> bool:
        if permission not in self.opens or thing.sealed or not self.scopes(asker, "emergency:open"):
            return False
        case = thing if thing.kind == "case" else thing.case
        return case is not None and any(
            each.case == case.id and each.user == asker.id and not each.ended and each.since <= self.now < each.until
            for each in self.emergencies
        )

    def _on_team(self, us: set[str], case: Thing) -> bool:
        return any(member.user in us and self._lasts(member.since, member.until) for member in case.team)

    def _lasts(self, since: datetime, until: datetime | None) -> bool:
        return since <= self.now and (until is None or until > self.now)


def written_rights() -> dict[str, dict[str, str]]:
    """Role -> permission -> scope, straight from roles.yaml."""
    return {name: dict(role["permissions"]) for name, role in _roles().items()}


def written_groups() -> dict[str, frozenset[str]]:
    """Role -> the field groups it sees, straight from roles.yaml."""
    return {name: frozenset(role["field_groups"]) for name, role in _roles().items()}


def written_opens() -> frozenset[str]:
    """The permissions an emergency extends, straight from safeguards.yaml."""
    text = (POLICIES / "safeguards.yaml").read_text(encoding="utf-8")
    return frozenset(yaml.safe_load(text)["safeguards"]["emergency"]["opens"])


@cache
def _roles() -> dict[str, Any]:
    roles: dict[str, Any] = yaml.safe_load((POLICIES / "roles.yaml").read_text(encoding="utf-8"))["roles"]
    return roles
