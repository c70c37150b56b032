"""Why a step is blocked, as a page tells it in six parts, with the way to the act that mends each reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote

from app.access.desk import Desk
from app.casework import fieldgroups
from app.casework.kinds import KINDS
from app.casework.shapes import RefusalOut
from app.kit.words import mark
from policies.model import Source
from workflows.engine import find_step
from workflows.mending import Act, Way, act_for, consent_purpose
from workflows.recording import ONLY_WITH_STEP

__all__ = ["Blocking", "Fix", "Reason", "explained"]

OVERRIDE: Final = "override:grant"
_WORDS: Final[Mapping[Way, str]] = {
    Way.TEAM: mark("Name the case manager"),
    Way.REFERRAL: mark("Open the referral"),
    Way.MATTERS: mark("See what is open"),
    Way.NEW_CASE: mark("Open a new case"),
    Way.BED: mark("Ask a shelter for a bed"),
    Way.RIGHTS: mark("See what the person is entitled to"),
    Way.WALLS: mark("See who can see this case"),
}


@dataclass(frozen=True, slots=True)
class Fix:
    """The button that mends a reason: where it leads, and its word (marked; %(what)s is another marked word)."""

    path: str
    word: str
    what: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason, in six parts: missing, why, who (roles, names, since), the fix or None, sources, the exception.

    asks: the roles to ask where the reader cannot mend it. override: the way to an exception, for those who may grant
    one; overridable: whether an exception is possible at all.
    """

    code: str
    missing: str
    why: str
    mend: str
    roles: tuple[str, ...]
    names: tuple[str, ...]
    since: datetime | None
    fix: Fix | None
    sources: tuple[Source, ...]
    overridable: bool
    override: Fix | None


@dataclass(frozen=True, slots=True)
class Blocking:
    """What is known around a blocked step.

    reference: of the case, empty where there is none yet. back: the path of the freed step. reach: whether a
    permission reaches the subject. referral: the path of the referral that has to move. team: role -> names of those on
    the team. since: when the duty that the act answers was opened.
    """

    reference: str
    back: str
    reach: Callable[[str], bool]
    step: str = ""
    referral: str = "/referrals"
    team: Mapping[str, Sequence[str]] | None = None
    since: Callable[[Act], datetime | None] = lambda act: None


def explained(desk: Desk, refusals: Iterable[RefusalOut], around: Blocking) -> list[Reason]:
    """The reasons as a page shows them, in the order of the rules."""
    return [_explained(desk, each, around) for each in refusals]


def _explained(desk: Desk, refusal: RefusalOut, around: Blocking) -> Reason:
    act = act_for(refusal.code, around.step)
    names = [name for role in refusal.who for name in (around.team or {}).get(role, ())]
    override = None
    if refusal.overridable and around.reference and around.reach(OVERRIDE):
        path = _record_path(around, "override", f"&record-guard={quote(refusal.code)}")
        override = Fix(path, mark("Allow an exception, with reasons"))
    return Reason(
        code=refusal.code,
        missing=refusal.missing,
        why=refusal.why,
        mend=refusal.mend,
        roles=tuple(refusal.who),
        names=tuple(dict.fromkeys(names)),
        since=around.since(act),
        fix=_fix(desk, act, refusal.code, around),
        sources=tuple(desk.policies.source(each.id) for each in refusal.sources),
        overridable=refusal.overridable,
        override=override,
    )


def _fix(desk: Desk, act: Act, code: str, around: Blocking) -> Fix | None:
    """The button, if the reader may press it."""
    if act.way is Way.REFERRAL:
        return Fix(around.referral, _WORDS[act.way])
    if not around.reference:
        return None
    case = f"/cases/{around.reference}"
    match act.way:
        case Way.RECORD:
            kind = KINDS[act.what]
            if act.what in ONLY_WITH_STEP or not around.reach(kind.permission) or not _sees(desk, act.what):
                return None
            purpose = consent_purpose(code)
            preset = f"&record-purpose={purpose}" if purpose else ""
            return Fix(_record_path(around, act.what, preset), mark("Fill in: %(what)s"), kind.title)
        case Way.STEP:
            machine, _, name = act.what.partition(".")
            step = find_step(machine, name)[1]
            allowed = around.reach(step.permission) and name != around.step
            return Fix(f"{case}/steps/{machine}/{name}", mark("Go to: %(what)s"), step.title) if allowed else None
        case Way.TEAM:
            return Fix(f"{case}/people", _WORDS[act.way]) if around.reach("case:assign") else None
        case Way.NEW_CASE:
            return Fix("/cases/new", _WORDS[act.way]) if around.reach("case:create") else None
        case Way.MATTERS:
            return Fix(f"{case}/needs", _WORDS[act.way])
        case Way.BED:
            return Fix(f"{case}/beds", _WORDS[act.way]) if around.reach("bed:request") else None
        case Way.RIGHTS:
            return Fix(f"{case}/entitlements", _WORDS[act.way]) if around.reach("record:read") else None
        case Way.WALLS:
            return Fix(f"{case}/access", _WORDS[act.way]) if around.reach("case:block") else None
        case _:
            return None


def _sees(desk: Desk, kind: str) -> bool:
    return fieldgroups.sees(desk, KINDS[kind].group)


def _record_path(around: Blocking, kind: str, preset: str = "") -> str:
    return f"/cases/{around.reference}/records/new/{kind}?back={quote(around.back, safe='/')}{preset}"
