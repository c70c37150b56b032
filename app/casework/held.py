"""A case or referral copy, locked for one change, with everything that rules and writers need of it."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from app.access.desk import Desk
from app.casework import projection, trainings
from app.casework.capabilities import abroad
from app.casework.contact_rows import facts_for
from app.casework.counted import counted_columns
from app.casework.facts import case_facts_from, referral_facts_from, stored
from app.casework.history import Chain
from app.kit.crypto import DESTROYED
from app.kit.errors import Erased, NotFound, StaleVersion
from app.models.case import Case, CaseFactsRow
from app.models.office import Office
from app.models.person import DataKey, Person
from app.models.referral import Referral
from workflows.abroad import AbroadFacts
from workflows.facts import CaseFacts, MatterFacts, ReferralFacts, SigningFacts, Situation, Today

CASE: Any = Case.__table__
FACTS: Any = CaseFactsRow.__table__
REFERRAL: Any = Referral.__table__
PERSON: Any = Person.__table__
KEY: Any = DataKey.__table__
OFFICE: Any = Office.__table__

_CASE_QUERY = (
    select(CASE, FACTS.c.facts, PERSON.c.key_id, KEY.c.wrapped)
    .join(FACTS, FACTS.c.case_id == CASE.c.id)
    .join(PERSON, PERSON.c.id == CASE.c.person_id)
    .join(KEY, KEY.c.id == PERSON.c.key_id, isouter=True)
    .where(CASE.c.id == bindparam("subject"), CASE.c.country == bindparam("here"))
)
_REFERRAL_QUERY = (
    select(REFERRAL, KEY.c.wrapped)
    .join(KEY, KEY.c.id == REFERRAL.c.key_id, isouter=True)
    .where(REFERRAL.c.id == bindparam("subject"))
)
# Built once: on these paths writing a statement costs as much as running it. The key says whether to lock.
# A case is locked before it is read: whoever waited for the lock within one statement would be given the new row of the
# case beside the facts as they were before (PostgreSQL reads anew only what it locks), and write them back.
_LOCK_CASE = (
    select(CASE.c.id).where(CASE.c.id == bindparam("subject"), CASE.c.country == bindparam("here")).with_for_update()
)
_REFERRAL = {False: _REFERRAL_QUERY, True: _REFERRAL_QUERY.with_for_update(of=REFERRAL)}
_CASE_OF_REFERRAL = select(REFERRAL.c.case_id).where(
    REFERRAL.c.id == bindparam("subject"), REFERRAL.c.country == bindparam("here")
)
_LINKS = (
    select(REFERRAL.c.side, REFERRAL.c.state, REFERRAL.c.custody, REFERRAL.c.changed_at)
    .where(REFERRAL.c.case_id == bindparam("subject"))
    .order_by(REFERRAL.c.changed_at, REFERRAL.c.id)
)
_OFFICE_ID = select(OFFICE.c.id).where(OFFICE.c.code == bindparam("office"), OFFICE.c.country == bindparam("here"))
# The columns to set are the names of the parameters they are run with.
_SWAP = {
    table: update(table).where(table.c.id == bindparam("subject"), table.c.version == bindparam("seen"))
    for table in (CASE, REFERRAL)
}
_SAVE_FACTS = update(FACTS).where(FACTS.c.case_id == bindparam("subject"))


@dataclass(slots=True)
class Held:
    """One subject under change. ``facts`` change as forms and steps fold in; ``linked`` is a referral's case.

    matter: the one of the case's matters that is under change; not yet among its facts while a step opens it.
    """

    kind: str
    row: Row[Any]
    chain: Chain
    version: int
    facts: CaseFacts | ReferralFacts
    key_id: str
    linked: Held | None = None
    plain_key: bytes | None = None
    matter: MatterFacts | None = None
    # What the facts said when it was taken hold of.
    began: CaseFacts | None = None
    # What they said when its beds were last told: of one change they hear once.
    beds_know: CaseFacts | None = None

    @property
    def id(self) -> str:
        """The id of the subject."""
        return str(self.row.id)

    @property
    def erased(self) -> bool:
        """Whether the person's key has been destroyed: what was sealed under it is gone."""
        return bool(self.row.wrapped == DESTROYED)

    @property
    def case_held(self) -> Held | None:
        """The case: this one, or the one a referral copy belongs to."""
        return self if self.kind == "case" else self.linked

    @property
    def case(self) -> Row[Any] | None:
        """The case row, if there is a case here."""
        return self.case_held.row if self.case_held else None

    @property
    def case_facts(self) -> CaseFacts | None:
        """The facts of the case, if there is a case here."""
        facts = self.case_held.facts if self.case_held else None
        return facts if isinstance(facts, CaseFacts) else None

    @property
    def referral(self) -> Row[Any] | None:
        """The row of the referral copy, if this is one."""
        return self.row if self.kind == "referral" else None

    @property
    def referral_facts(self) -> ReferralFacts | None:
        """The facts of the referral copy, if this is one."""
        return self.facts if isinstance(self.facts, ReferralFacts) else None

    def key(self, desk: Desk) -> bytes:
        """The plain data key of the person (or of the copy, before a case exists here); Erased (410) if destroyed."""
        if self.plain_key is None:
            if self.erased:
                raise Erased()
            self.plain_key = desk.keys.unwrap(self.row.wrapped)
        return self.plain_key

    def situation(
        self, desk: Desk, given: dict[str, Any] | None = None, on: date | None = None, at: datetime | None = None
    ) -> Situation:
        """What rules may look at now; ``on``, ``at``: the day and the moment of the act, which may lie before today."""
        abroad_day = None
        if isinstance(self.facts, ReferralFacts):
            abroad_day = desk.policies.day(self.facts.other_country, at or desk.now)
        return Situation(
            actor=desk.actor,
            today=Today(desk.now, desk.today, abroad_day),
            case=self.case_facts,
            referral=self.referral_facts,
            given=given or {},
            matter=self.matter,
            signing=SigningFacts(trainings.of_actor(desk), on) if self.kind == "case" else SigningFacts(),
            abroad=abroad(desk, self.facts.other_country) if isinstance(self.facts, ReferralFacts) else AbroadFacts(),
            directory=facts_for(desk, self.facts),
        )


def at_matter(held: Held, matter_id: str | None) -> Held:
    """A held case seen at one of its matters (None: as it is). NotFound for one that the case does not have."""
    if matter_id is None:
        return held
    facts = held.case_facts
    matter = facts.matter(matter_id) if facts is not None else None
    if matter is None:
        raise NotFound()
    return replace(held, matter=matter)


def hold_case(desk: Desk, case_id: str, lock: bool = True) -> Held:
    """Load a case of the desk's country; ``lock``: until the transaction ends (PostgreSQL row lock).

    Raises NotFound when there is none in this country.
    """
    which = {"subject": case_id, "here": desk.actor.country}
    if lock:
        desk.session.execute(_LOCK_CASE, which)
    row = desk.session.execute(_CASE_QUERY, which).one_or_none()
    if row is None:
        raise NotFound()
    facts = case_facts_from(row.facts)
    return Held(
        "case",
        row,
        Chain("case", row.id, row.history_count, row.chain_head),
        row.version,
        facts,
        row.key_id,
        began=facts,
    )


class _CaseOpened(Exception):
    """Lets go of a copy whose case was opened meanwhile."""


def hold_referral(desk: Desk, referral_id: str, lock: bool = True) -> Held:
    """Load this country's copy of a referral with its case, if one exists here; the case is locked first.

    Raises NotFound when there is none in this country.
    """
    known = desk.session.execute(
        _CASE_OF_REFERRAL, {"subject": referral_id, "here": desk.actor.country}
    ).one_or_none()
    if known is None:
        raise NotFound()
    case = hold_case(desk, known.case_id, lock) if known.case_id else None
    # Nobody takes a copy from its case again: only one without a case has to be let go, and only where it was locked.
    point = desk.session.begin_nested() if lock and case is None else nullcontext()
    try:
        with point:
            row = desk.session.execute(_REFERRAL[lock], {"subject": referral_id}).one()
            if row.case_id != known.case_id:
                raise _CaseOpened
    except _CaseOpened:
        # The case was opened while we waited for the copy. The case is locked first, always: let the copy go and begin
        # again, or what happens to it now would never be told to its case.
        return hold_referral(desk, referral_id, lock)
    return Held(
        "referral",
        row,
        Chain("referral", row.id, row.history_count, row.chain_head),
        row.version,
        referral_facts_from(row.facts),
        row.key_id,
        linked=case,
    )


def links_of(desk: Desk, case_id: str) -> list[projection.Link]:
    """What the referral copies of a case say now."""
    return [
        projection.Link(row.side, row.state, row.custody, row.changed_at.isoformat())
        for row in desk.session.execute(_LINKS, {"subject": case_id})
    ]


def swap_case(desk: Desk, held: Held, version: int, values: dict[str, Any]) -> None:
    """Write the case only if its version is still the one that was read (compare-and-set), else StaleVersion."""
    _swap(desk, CASE, held, version, {**values, **_end(held)})


def swap_referral(desk: Desk, held: Held, version: int, values: dict[str, Any]) -> None:
    """The same for a referral copy."""
    _swap(desk, REFERRAL, held, version, {**values, **_end(held)})


def save_case_facts(desk: Desk, case_id: str, facts: CaseFacts) -> None:
    """Store the facts of a case: the columns lists filter by, and the whole."""
    desk.session.execute(_SAVE_FACTS, {"subject": case_id, **fact_columns(facts)})


def fact_columns(facts: CaseFacts) -> dict[str, Any]:
    """The columns of case_facts that repeat facts."""
    return {
        "nationality": facts.nationality,
        "exploitation": facts.exploitation,
        "age_band": facts.age_band,
        "sex": facts.sex,
        "child": facts.child,
        "flags": flags_column(facts),
        **counted_columns(facts),
        "facts": stored(facts),
    }


def flags_column(facts: CaseFacts) -> str:
    """The flags that are up as one text: |safety|for_meeting|; nothing where there is none."""
    return f"|{'|'.join(each.flag for each in facts.flags)}|" if facts.flags else ""


def _end(held: Held) -> dict[str, Any]:
    return {"history_count": held.chain.count, "chain_head": held.chain.head}


def _swap(desk: Desk, table: Any, held: Held, version: int, values: dict[str, Any]) -> None:
    done = desk.session.execute(_SWAP[table], {"subject": held.id, "seen": version, **values})
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise StaleVersion()


def office_at(desk: Desk, facts: ReferralFacts, border_point: str) -> str | None:
    """The id of this country's office at a border point of the corridor, or None."""
    corridor = desk.policies.corridor(facts.from_country, facts.to_country)
    code = next(
        (each.offices.get(desk.actor.country) for each in corridor.border_points if each.code == border_point), None
    )
    return office_id_of(desk, code) if code else None


def office_id_of(desk: Desk, code: str) -> str | None:
    """The row id of an office of this country by its code, or None."""
    found = desk.session.execute(_OFFICE_ID, {"office": code, "here": desk.actor.country}).scalar_one_or_none()
    return str(found) if found else None
