"""How each population of policies/populations.py is read: its tables, its dates, and the column of each dimension."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Date, String, and_, case, func, literal, literal_column, or_, true

from app.casework.counted import CLAIM
from app.models.case import Case, CaseFactsRow
from app.models.referral import Referral
from policies.model import Policies

__all__ = ["ADULT", "COPY", "MINOR", "NEGATIVE", "READ_FROM", "UNKNOWN", "Counted"]

CASE: Final[Any] = Case.__table__
FACTS: Final[Any] = CaseFactsRow.__table__
COPY: Final[Any] = Referral.__table__
MINOR, ADULT, UNKNOWN = "0-17", "18+", "unknown"
RECEIVED: Final = "received"
NEGATIVE: Final = ("screened_out", "not_identified")
Columns = Mapping[str, ColumnElement[Any]]


@dataclass(frozen=True, slots=True)
class Counted:
    """One population. ``scope``: whose predicate limits it. ``stands``: the days between which somebody was there.

    ``holds``: what is true of everybody in it. ``moments``: its dates are moments, not days. ``again``: the same of
    another case, for people, who are counted once: where their earlier case is in the table, this one is not.
    ``besides``: others of the same population, who stand in other tables; nobody is in both. ``alone``: the one table
    that is enough where nothing is read of the ``joined`` one.
    """

    tables: Any
    alone: Any
    joined: Any
    columns: Columns
    dates: Columns
    country: ColumnElement[str]
    scope: Literal["case", "referral"]
    holds: tuple[ColumnElement[bool], ...] = ()
    stands: tuple[ColumnElement[Any], ColumnElement[Any]] | None = None
    moments: bool = False
    again: Callable[[], Counted] | None = None
    besides: Callable[[], Counted] | None = None


def _case_columns(facts: Any, about: Any) -> dict[str, ColumnElement[Any]]:
    return {
        **{name: facts.c[name] for name in ("nationality", "exploitation", "age_band", "sex", "source")},
        **{name: facts.c[name] for name in ("exploited_in", "decided_by", "finding")},
        "way_in": facts.c.channel,
        "identification": about.c.identification,
        "care": about.c.care,
        "placed": case((facts.c.placed, "yes"), else_="no"),
    }


def _of_cases(
    holds: Callable[[Any, Any], tuple[ColumnElement[bool], ...]], *, once: bool
) -> Callable[[Policies, str], Counted]:
    """A population of cases, or of the people whose cases they are (``once``)."""

    def read(facts: Any, about: Any, again: Callable[[], Counted] | None) -> Counted:
        return Counted(
            tables=facts.join(about, about.c.id == facts.c.case_id),
            alone=facts,
            joined=about,
            columns=_case_columns(facts, about),
            dates={name: facts.c[name] for name in ("opened_on", "presumed_on", "decided_on")},
            country=facts.c.country,
            scope="case",
            holds=holds(facts, about),
            stands=(facts.c.opened_on, facts.c.closed_on),
            again=again,
        )

    def earlier() -> Counted:
        facts, about = FACTS.alias("earlier_facts"), CASE.alias("earlier_case")
        found = read(facts, about, None)
        tied = (about.c.id == CASE.c.previous_case_id, about.c.person_id == CASE.c.person_id)
        return replace(found, holds=(*found.holds, *tied))

    return lambda policies, dialect: read(FACTS, CASE, earlier if once else None)


def _everybody(facts: Any, about: Any) -> tuple[ColumnElement[bool], ...]:
    return ()


def _identified(facts: Any, about: Any) -> tuple[ColumnElement[bool], ...]:
    return (about.c.identification == "identified", facts.c.decided_on.is_not(None))


def _told_no(facts: Any, about: Any) -> tuple[ColumnElement[bool], ...]:
    return (about.c.identification.in_(NEGATIVE),)


def _decided(facts: Any, about: Any) -> tuple[ColumnElement[bool], ...]:
    return (facts.c.decided_on.is_not(None),)


def _abroad(facts: Any, about: Any) -> tuple[ColumnElement[bool], ...]:
    return (
        facts.c.nationality == facts.c.country,
        facts.c.exploited_in.not_in((UNKNOWN, "stateless")),
        facts.c.exploited_in != facts.c.country,
        about.c.identification.not_in(NEGATIVE),
    )


def _copies(policies: Policies, received: bool) -> Counted:
    sender = COPY.c.side == "sender"
    here, there = COPY.c.country, COPY.c.other_country
    columns = {
        "from_country": case((sender, here), else_=there),
        "to_country": case((sender, there), else_=here),
        "sex": func.coalesce(FACTS.c.sex, "U"),
        "age_band": _grown_up(),
        "referral": COPY.c.state,
        "declined_for": func.coalesce(COPY.c.declined_for, ""),
        "channel": _channel(policies),
    }
    return Counted(
        tables=COPY.outerjoin(FACTS, FACTS.c.case_id == COPY.c.case_id),
        alone=COPY,
        joined=FACTS,
        columns=columns,
        dates={"received_on": COPY.c.received_on} if received else {"opened_on": COPY.c.opened_at},
        country=COPY.c.country,
        scope="referral",
        holds=(COPY.c.custody == "receiver", COPY.c.received_on.is_not(None)) if received else (),
        moments=not received,
        besides=_told_returns if received else None,
    )


def _grown_up() -> ColumnElement[Any]:
    return case(
        (FACTS.c.age_band.in_(("0-14", "15-17", MINOR)), MINOR), (FACTS.c.age_band == ADULT, ADULT), else_=UNKNOWN
    )


def _told_returns() -> Counted:
    """People of whose return only their case tells: no referral of this program brought them. They are received."""
    return Counted(
        tables=FACTS.join(CASE, CASE.c.id == FACTS.c.case_id),
        alone=FACTS,
        joined=CASE,
        columns={
            "from_country": FACTS.c.returned_from, "to_country": FACTS.c.country, "sex": FACTS.c.sex,
            "age_band": _grown_up(), "referral": literal(RECEIVED, String), "channel": FACTS.c.channel,
        },
        dates={"received_on": FACTS.c.returned_on},
        country=FACTS.c.country,
        scope="case",
        holds=(FACTS.c.returned_on.is_not(None),),
    )  # fmt: skip


def _channel(policies: Policies) -> ColumnElement[Any]:
    """The way by which people of this copy's corridor return; the two countries stand in either order."""
    usual = policies.default_corridor.statistics_channel or UNKNOWN
    own: dict[str, list[ColumnElement[bool]]] = {}
    for corridor in policies.corridors.values():
        way = corridor.statistics_channel or UNKNOWN
        if way != usual:
            one, other = corridor.countries
            for here, there in ((one, other), (other, one)):
                own.setdefault(way, []).append(and_(COPY.c.country == here, COPY.c.other_country == there))
    found = [(or_(*pairs), literal(way, String)) for way, pairs in own.items()]
    return case(*found, else_=literal(usual, String)) if found else literal(usual, String)


# A case may have many claims, and they are part of its facts; only cases that have any are looked into. Constant words
# of two dialects, since each unfolds JSON in its own way.
_CLAIM: Final = {
    "sqlite": {
        "remedy": "claim.value ->> '$.about'",
        "state": "claim.value ->> '$.state'",
        "machine": "claim.value ->> '$.machine'",
        "opened": "claim.value ->> '$.opened_on'",
        "forum": "(SELECT substr(f.value, 7) FROM json_each(claim.value, '$.flags') AS f"
        " WHERE f.value LIKE 'forum.%' LIMIT 1)",
    },
    "postgresql": {
        "remedy": "claim.value ->> 'about'",
        "state": "claim.value ->> 'state'",
        "machine": "claim.value ->> 'machine'",
        "opened": "CAST(claim.value ->> 'opened_on' AS date)",
        "forum": "(SELECT substr(f.value, 7) FROM jsonb_array_elements_text(claim.value -> 'flags') AS f(value)"
        " WHERE f.value LIKE 'forum.%' LIMIT 1)",
    },
}


def _claims(policies: Policies, dialect: str) -> Counted:
    if dialect == "sqlite":
        matters = func.json_each(FACTS.c.facts, "$.matters").table_valued("value", name="claim")
    else:
        found = func.jsonb_extract_path(literal_column("CAST(case_facts.facts AS jsonb)"), "matters")
        matters = func.jsonb_array_elements(found).table_valued("value", name="claim").render_derived(name="claim")
    said = _CLAIM[dialect]
    word = {name: literal_column(text, String) for name, text in said.items()}
    tables = FACTS.join(CASE, CASE.c.id == FACTS.c.case_id).join(matters, true())
    return Counted(
        tables=tables,
        alone=FACTS.join(matters, true()),
        joined=CASE,
        columns={
            "remedy": word["remedy"], "forum": func.coalesce(word["forum"], UNKNOWN), "claim": word["state"],
            "nationality": FACTS.c.nationality, "sex": FACTS.c.sex,
        },
        dates={"claimed_on": literal_column(said["opened"], Date)},
        country=FACTS.c.country,
        scope="case",
        holds=(
            FACTS.c.claims > 0, word["machine"] == literal_column(f"'{CLAIM}'"), word["state"] != literal_column("''"),
        ),
    )  # fmt: skip


READ_FROM: Final[Mapping[str, Callable[[Policies, str], Counted]]] = {
    "people": _of_cases(_everybody, once=True),
    "identified": _of_cases(_identified, once=True),
    "findings": _of_cases(_told_no, once=True),
    "abroad": _of_cases(_abroad, once=True),
    "cases": _of_cases(_everybody, once=False),
    "decisions": _of_cases(_decided, once=False),
    "referrals": lambda policies, dialect: _copies(policies, received=False),
    "returns": lambda policies, dialect: _copies(policies, received=True),
    "claims": _claims,
}
