"""What stands around one person whatever anybody's rights: blocks and seals; what deputies and emergencies add.

Each is a small set of ids for one asker, so that a list of a million cases costs no more than its page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, exists, or_, select, union_all

from app.models.case import Case, CaseTeam
from app.models.person import Person
from app.models.referral import Referral
from app.models.walls import AccessBlock, Deputy, EmergencyAccess, SealName

Predicate = ColumnElement[bool]
COUNTRY: Final = "country"
ORGANISATION: Final = "organisation"
USER: Final = "user"


@dataclass(frozen=True, slots=True)
class Asker:
    """The five values a predicate compares with: plain, parameters of a prepared statement, or columns of accounts.

    Columns belong to the query around; every set below therefore says which tables are its own (`correlate_except`),
    for SQLAlchemy by itself looks only one query up and would otherwise quietly ask about all accounts at once.
    """

    me: Any
    office: Any
    organisation: Any
    country: Any
    now: Any


def in_force(row: Any, now: Any) -> Predicate:
    """Whether a row with ``since`` and ``until`` (open if empty) holds at ``now``."""
    return and_(row.since <= now, or_(row.until.is_(None), row.until > now))


def blocked_keys(asker: Asker) -> Select[Any]:
    """The data keys of the persons from whom the asker, their agency or their country is kept away."""
    return (
        select(AccessBlock.key_id)
        .where(
            AccessBlock.country == asker.country,
            AccessBlock.lifted_at.is_(None),
            in_force(AccessBlock, asker.now),
            or_(
                and_(AccessBlock.kind == USER, AccessBlock.value == asker.me),
                and_(AccessBlock.kind == ORGANISATION, AccessBlock.value == asker.organisation),
                and_(AccessBlock.kind == COUNTRY, AccessBlock.value == asker.country),
            ),
        )
        .correlate_except(AccessBlock)
    )


def named_keys(asker: Asker) -> Select[Any]:
    """The data keys of the sealed persons on whose seal the asker is named."""
    named = select(SealName.key_id).where(SealName.user_id == asker.me, in_force(SealName, asker.now))
    return named.correlate_except(SealName)


def case_is_open_to(asker: Asker) -> Predicate:
    """No block and no seal stands between the asker and a case; neither can be outweighed by any right."""
    return and_(
        Case.person_id.not_in(_persons(blocked_keys(asker))),
        or_(Case.sealed.is_(False), Case.person_id.in_(_persons(named_keys(asker)))),
    )


def referral_is_open_to(asker: Asker) -> Predicate:
    """The same for a referral copy, which carries the person's key before a case exists here."""
    return and_(
        Referral.key_id.not_in(blocked_keys(asker)),
        or_(Referral.sealed.is_(False), Referral.key_id.in_(named_keys(asker))),
    )


def hidden_cases(asker: Asker) -> Any:
    """The ids of the cases of the asker's country that stand behind a wall: `case_is_open_to` the other way round.

    Written from the walls' side: they are few, and lists of tasks or looks leave these ids out.
    """
    return union_all(
        select(Case.id).where(Case.country == asker.country, Case.person_id.in_(_persons(blocked_keys(asker)))),
        select(Case.id).where(
            Case.country == asker.country,
            Case.sealed.is_(True),
            Case.person_id.not_in(_persons(named_keys(asker))),
        ),
    )


def hidden_referrals(asker: Asker) -> Any:
    """The ids of the referral copies behind a wall."""
    return union_all(
        select(Referral.id).where(Referral.country == asker.country, Referral.key_id.in_(blocked_keys(asker))),
        select(Referral.id).where(
            Referral.country == asker.country,
            Referral.sealed.is_(True),
            Referral.key_id.not_in(named_keys(asker)),
        ),
    )


def ours(account: Any, asker: Asker) -> Predicate:
    """Whether ``account`` (a column of account ids) is the asker or somebody the asker stands in for."""
    absent = select(Deputy.user_id).where(
        Deputy.deputy_id == asker.me, Deputy.ended_at.is_(None), Deputy.since <= asker.now, Deputy.until > asker.now
    )
    return or_(account == asker.me, account.in_(absent.correlate_except(Deputy)))


def on_team(case_id: Any, asker: Asker) -> Predicate:
    """Whether the asker, or somebody the asker stands in for, is on the team of the case now."""
    members = exists().where(
        CaseTeam.case_id == case_id, ours(CaseTeam.user_id, asker), in_force(CaseTeam, asker.now)
    )
    return members.correlate_except(CaseTeam)


def team_cases(asker: Asker) -> CompoundSelect[Any]:
    """The ids of the cases on whose team the asker, or somebody they stand in for, is now."""
    return union_all(*team_parts(asker))


def team_parts(asker: Asker) -> tuple[Select[Any], Select[Any]]:
    """The two parts of `team_cases`, to be joined with other ids: the asker's own teams, and those of the absent.

    One after the other and not `ours`: an index finds the teams of one account, and none those of this one or others.
    """
    now = in_force(CaseTeam, asker.now)
    absent = and_(Deputy.deputy_id == asker.me, Deputy.ended_at.is_(None), Deputy.since <= asker.now,
                  Deputy.until > asker.now)  # fmt: skip
    return (
        select(CaseTeam.case_id).where(CaseTeam.user_id == asker.me, now),
        select(CaseTeam.case_id).join(Deputy, Deputy.user_id == CaseTeam.user_id).where(absent, now),
    )


def emergency_cases(asker: Asker) -> Select[Any]:
    """The ids of the cases that the asker has opened in an emergency which is not over; never a sealed one."""
    return (
        select(EmergencyAccess.case_id)
        .join(Case, Case.id == EmergencyAccess.case_id)
        .where(
            EmergencyAccess.user_id == asker.me,
            EmergencyAccess.ended_at.is_(None),
            EmergencyAccess.since <= asker.now,
            EmergencyAccess.until > asker.now,
            Case.sealed.is_(False),
        )
        .correlate_except(EmergencyAccess, Case)
    )


def _persons(keys: Select[Any]) -> Select[Any]:
    return select(Person.id).where(Person.key_id.in_(keys))
