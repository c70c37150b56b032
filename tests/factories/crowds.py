"""Crowds: rows of invented people put straight into the tables, as many as a published figure needs.

Nobody here went through a step, so a crowd has no history and proves nothing about the lifecycle. Every row is one that
the program could have written: its facts are facts, and its plain columns are made of them by the program's own code.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.casework.counted import copy_columns
from app.casework.facts import stored
from app.casework.held import fact_columns
from app.models.base import new_id
from app.models.case import Case, CaseFactsRow
from app.models.person import DataKey, Person
from app.models.referral import Referral
from workflows.facts import CaseFacts, PlacementFacts, ReceiptFacts, ReferralFacts

TABLES: Final[tuple[Any, ...]] = tuple(
    model.__table__ for model in (DataKey, Person, Case, CaseFactsRow, Referral)
)
DATA: Final = Path(__file__).resolve().parents[2] / "app" / "demo" / "data"
BATCH: Final = 500
Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Somebody:
    """One person of a crowd: their case in ``country``, opened on ``day``.

    facts: more of CaseFacts. received_from: they came back from there, and the receipt was signed that day.
    """

    country: str
    day: date
    nationality: str
    age_band: str = "18+"
    sex: str = "F"
    exploitation: str = "unknown"
    channel: str = "shelter"
    source: str = "police"
    placed: bool = False
    received_from: str = ""
    referral: str = "completed"
    facts: Mapping[str, Any] | None = None


def put(session: Session, people: Iterable[Somebody], offices: Mapping[str, str]) -> int:
    """Insert a crowd, some hundreds at a time; offices: country -> the id of an office. How many people."""
    rows: Rows = {table.name: [] for table in TABLES}
    count = 0
    for count, person in enumerate(people, 1):
        for table, row in rows_of(person, offices[person.country]):
            rows[table].append(row)
        if count % BATCH == 0:
            _flush(session, rows)
    _flush(session, rows)
    return count


def rows_of(person: Somebody, office_id: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Table -> row, parents first."""
    key, human, case_id, at = new_id(), new_id(), new_id(), datetime.combine(person.day, datetime.min.time(), UTC)
    facts = _facts(person)
    yield "data_key", {"id": key, "country": person.country, "wrapped": b"\0", "created_at": at}
    yield "person", {"id": human, "country": person.country, "key_id": key, "created_at": at}
    yield "case_file", {
        "id": case_id, "reference": f"{person.country}-{person.day.year}-{case_id[-12:]}", "country": person.country,
        "organisation": "crowd", "office_id": office_id, "created_by": "crowd", "person_id": human,
        "case_manager_id": None, "previous_case_id": None, "channel": person.channel,
        "identification": facts.identification, "care": facts.care, "opened_at": at, "sealed": False, "version": 1,
        "history_count": 0, "chain_head": bytes(32),
    }  # fmt: skip
    yield "case_facts", {
        "case_id": case_id, "country": person.country, "channel": person.channel, "opened_on": person.day,
        "source": person.source, **fact_columns(facts),
    }  # fmt: skip
    if person.received_from:
        yield "referral", _copy(person, case_id, key, office_id, at)


def _facts(person: Somebody) -> CaseFacts:
    place = PlacementFacts(person.day, "shelter_government", True) if person.placed else None
    told: dict[str, Any] = {
        "identification": "identified", "care": "closed", "opened_on": person.day, "placement": place,
        "child": person.age_band not in ("18+", "unknown"), "age_band": person.age_band, "sex": person.sex,
        "nationality": person.nationality, "exploitation": person.exploitation, **(person.facts or {}),
    }  # fmt: skip
    return CaseFacts(country=person.country, office="crowd", **told)


def _copy(person: Somebody, case_id: str, key: str, office_id: str, at: datetime) -> dict[str, Any]:
    """The copy of the country they came home to."""
    facts = ReferralFacts(
        "receiver", person.received_from, person.country, person.referral, person.age_band != "18+",
        receipt=ReceiptFacts(person.day, True, "none"), custody="receiver",
    )  # fmt: skip
    return {
        "id": new_id(), "shared_id": new_id(), "reference": f"{person.country}-{case_id[:12]}", "side": "receiver",
        "country": person.country, "other_country": person.received_from, "organisation": "crowd",
        "office_id": office_id, "border_office_id": None, "case_id": case_id, "key_id": key, "created_by": "crowd",
        "border_point": None, "custody": facts.custody, "state": facts.state, "opened_at": at, "changed_at": at,
        "sealed": False, "facts": stored(facts), "version": 1, "history_count": 0, "chain_head": bytes(32),
        **copy_columns(facts),
    }  # fmt: skip


def _flush(session: Session, rows: Rows) -> None:
    for table in TABLES:
        if rows[table.name]:
            session.execute(insert(table), rows[table.name])
            rows[table.name].clear()


def sheltered_2017() -> Iterator[Somebody]:
    """The people of the published table of the Thai ministry's shelters, 2017."""
    for row, day in _published("th_shelters_2017.csv"):
        yield Somebody(
            "TH", day, row["nationality"], row["age_band"], row["sex"], row["exploitation"], placed=True
        )  # fmt: skip


def returned_2015_2018() -> Iterator[Somebody]:
    """The people of the published return tables of Cambodia, Lao PDR and Myanmar; "all" ages: not told."""
    for row, day in _published("returns_2015_2018.csv"):
        age = {"0-17": "15-17", "all": "unknown"}.get(row["age_band"], row["age_band"])
        here = row["to_country"]
        yield Somebody(
            here, day, here, age, row["sex"], channel="return", source="other_country",
            received_from=row["from_country"],
        )  # fmt: skip


def abroad_2015_2017() -> Iterator[Somebody]:
    """The people of the published table of Thai victims abroad."""
    for row, day in _published("th_abroad_2015_2017.csv"):
        there = {"exploited_in": row["country_of_exploitation"]}
        yield Somebody("TH", day, row["nationality"], "unknown", "U", channel="other", source="embassy", facts=there)


def _published(name: str) -> Iterator[tuple[dict[str, str], date]]:
    """Each row as many times as it counts, with days spread over its year."""
    with (DATA / name).open(encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            for number in range(int(row["count"])):
                yield row, date(int(row["year"]), 1 + number % 12, 1 + number % 28)
