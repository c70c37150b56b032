"""Invented HTCDS records: one with every field, and as many others as wanted, always the same for a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator

from app.standards.htcds.rows import Row, Value, rows_of
from policies.standards import Standard, StandardField

WORDS = (
    "noon",
    "river",
    "blue gate",
    "the old market",
    "စာရွက်",
    "ตลาด",
    "second line\nof a text",
    'a;b, c "d"',
    "=1+1",
    "'quoted",
)
DAYS = ("1999-12-31", "2004-02-29", "2017-03-02", "2026-11-27", "1900-01-01", "2100-12-31")
PHONES = ("+66812345678", "+95912345", "+12")
SPECIAL = {"language": ("mya", "tha", "lao"), "website": ("Facebook", "4Sale", "NewApp2027")}


def value_of(standard: Standard, field: StandardField, rng: random.Random, *, several: int | None = None) -> Value:
    """A value that the field may hold."""
    if field.list is not None:
        codes = SPECIAL.get(field.list) or tuple(standard.lists[field.list].codes)
        if not field.holds_many:
            return rng.choice(codes)
        wanted = several or rng.randint(1, min(3, len(codes)))
        return tuple(rng.sample(codes, wanted))
    if field.type == "bool":
        return rng.random() < 0.5
    if field.type == "date":
        return rng.choice(DAYS)
    if field.type in ("number", "place"):
        least, most = field.least or 0, field.most or 100
        return rng.randint(int(least), int(most)) if field.whole else round(rng.uniform(float(least), float(most)), 6)
    if field.pattern is not None:
        return rng.choice(PHONES)
    return rng.choice(WORDS)


def full(standard: Standard, record: str = "r-1") -> tuple[Row, ...]:
    """A record that fills all 83 fields, twice what repeats, several values wherever there may be several."""
    rng = random.Random(83)
    made = {name: value_of(standard, each, rng, several=2) for name, each in standard.fields.items()}
    once = {name: value for name, value in made.items() if standard.fields[name].repeats is None}
    several = {
        what: [
            {name: made[name] for name in names},
            {name: value_of(standard, standard.fields[name], rng) for name in names},
        ]
        for what, names in standard.repeated().items()
    }
    unknown = {"vic_MethodsOfControl": ("SomethingNew",), "prs_Gender": ("another word",)}
    return rows_of(standard, record, once, several, unknown, {"x_clinic_room": "7"})


def records(standard: Standard, count: int, seed: int = 1) -> Iterator[tuple[Row, ...]]:
    """``count`` records, each with some of the fields."""
    rng = random.Random(seed)
    repeated = standard.repeated()
    for at in range(count):
        once = {
            name: value_of(standard, each, rng)
            for name, each in standard.fields.items()
            if each.repeats is None and rng.random() < 0.6
        }
        several = {
            what: [
                {name: value_of(standard, standard.fields[name], rng) for name in names}
                for _ in range(rng.choice((0, 0, 1, 2)))
            ]
            for what, names in repeated.items()
        }
        yield rows_of(standard, f"r-{at + 1}", once, several)


def corrupted(field: StandardField) -> str:
    """A text that breaks the rule of a field; empty where every text is allowed."""
    if field.list is not None:
        return "no such value at all"
    wrong = {"bool": "perhaps", "date": "2/3/2017", "number": "many", "place": "north"}
    return wrong.get(field.type) or ("call me" if field.pattern is not None else "a\x07b")
