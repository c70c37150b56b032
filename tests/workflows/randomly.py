"""Random facts for Hypothesis: any mixture of records, states, people and days, sensible or not."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any

from hypothesis import strategies as st

from tests.workflows.situations import CASE_MACHINES, POINTS, SERVICES, ready, with_case
from workflows import facts as f
from workflows.care import Care
from workflows.engine import MACHINES, matter_machines
from workflows.identification import Identification
from workflows.matter import MATTER
from workflows.referral import Referral

DAYS = st.dates(date(2017, 1, 1), date(2030, 12, 31))
COUNTRIES = st.sampled_from(["TH", "MM", "LA", "KH", "VN", "CN"])
WORDS = st.sampled_from(["", "unknown", "other", "from-the-future", "worker-1", "screener-1", "decider-1", "TH"])
LEVELS = st.sampled_from(["low", "medium", "high", "serious", "unheard-of"])
PLACES = st.sampled_from(["shelter_ngo", "police_cell", "own_housing", "kin_care", "unheard-of"])
PURPOSES = st.sampled_from(["notify_origin", "contact_family", "return", "reintegration_report", "other"])
GROUPS = st.frozensets(st.sampled_from(["identity", "needs", "family"]), max_size=3)
GUARDS = sorted({guard.name for spec in MACHINES.values() for row in spec.steps for guard in row.guards})
SMALL = st.integers(0, 5)

FLAGS = (
    "agreed", "urgent", "outside", "declined_by.th-datip", "link.none", "link.direct", "witness", "represented",
    "limits", "offered", "testimony", "measures_agreed", "wanted", "route", "reached", "told", "too_early",
    "other_currency", "end.unenforceable", "representative.themself", "asked_by.worker-1", "group.needs",
    "apart", "wish.not_wanted", "news",
)  # fmt: skip

# What a field is made of, by its name; everything else by its type below.
BY_NAME: dict[str, st.SearchStrategy[Any]] = {
    "country": COUNTRIES,
    "by_country": COUNTRIES,
    "identification": st.sampled_from([state.value for state in Identification]),
    "care": st.sampled_from([state.value for state in Care]),
    "referral_state": st.none() | st.sampled_from([state.value for state in Referral]),
    "level": LEVELS,
    "kind": PLACES,
    "outcome": st.sampled_from(["identified", "not_identified", "family_reunion", "local_care", "stay"]),
    "authority": st.sampled_from(["th-mdt", "mm-dor", "unheard-of"]),
    "answer": st.sampled_from([None, "accepted", "declined"]),
    "wish": st.sampled_from(["return", "stay", "third_country", "undecided"]),
    "nationality": st.sampled_from(["confirmed", "denied", "pending", "unheard-of"]),
    "purpose": PURPOSES,
    "recipient": st.sampled_from(["TH", "MM", "*"]),
    "giver": st.sampled_from(["self", "guardian"]),
    "data_groups": GROUPS,
    "services": st.frozensets(st.sampled_from(sorted(SERVICES)), max_size=4),
    "guard": st.sampled_from(GUARDS),
    "earlier_deciders": st.frozensets(WORDS, max_size=2),
    "screeners": st.frozensets(WORDS, max_size=2),
    "hands": st.frozensets(WORDS, max_size=2),
    "untold": st.frozensets(st.sampled_from(["secrecy", "asylum", "embassy", "ask_again"]), max_size=2),
    "blocked_countries": st.frozensets(COUNTRIES, max_size=2),
    "border_point": st.sampled_from(["mae-sot-myawaddy", "unheard-of"]),
    "unknown_codes": st.just(()),
    "heard_codes": st.just(()),
    "machine": st.sampled_from([spec.name for spec in matter_machines()]),
    "flags": st.frozensets(st.sampled_from(FLAGS), max_size=4),
    "ways": st.frozensets(WORDS, max_size=2),
    "never": st.frozensets(WORDS, max_size=2),
    "points": st.none() | st.frozensets(st.sampled_from(POINTS)),
    "gender_wish": st.none() | st.sampled_from(["met", "no_wish", "not_met", "not_asked"]),
    "finding": st.none() | st.sampled_from(["smuggled", "exploited_migrant", "no_sign", "unheard-of"]),
    "professions": st.none() | st.frozensets(st.sampled_from(["social_worker", "police"])),
    "topics": st.frozensets(WORDS, max_size=2),
    "offered": st.frozensets(st.sampled_from(["legal_aid", "asylum_authority", "unheard-of"]), max_size=2),
}
BY_TYPE: dict[str, st.SearchStrategy[Any]] = {
    "str": WORDS,
    "str | None": st.none() | WORDS,
    "bool": st.booleans(),
    "bool | None": st.none() | st.booleans(),
    "int": SMALL,
    "date": DAYS,
    "int | None": st.none() | SMALL,
    "date | None": st.none() | DAYS,
    "datetime | None": st.none() | DAYS.map(lambda day: datetime.combine(day, time(), UTC)),
}


def made(kind: type) -> st.SearchStrategy[Any]:
    """Any instance of a facts class."""
    return st.builds(kind, **{each.name: _field(each.name, str(each.type)) for each in fields(kind)})


def _field(name: str, words: str) -> st.SearchStrategy[Any]:
    optional = words.endswith(" | None")
    inner = words.removesuffix(" | None")
    record = getattr(f, inner.removeprefix("tuple[").removesuffix(", ...]"), None)
    if isinstance(record, type) and is_dataclass(record):
        if inner.startswith("tuple["):
            return st.lists(made(record), max_size=3).map(tuple)
        return st.none() | made(record) if optional else made(record)
    return BY_NAME[name] if name in BY_NAME else BY_TYPE[words]


CASES = made(f.CaseFacts)
ACTORS = st.builds(f.Actor, WORDS, st.just(frozenset()), WORDS, WORDS, COUNTRIES, st.booleans())
TODAYS = DAYS.map(lambda day: f.Today(datetime.combine(day, time(2), tzinfo=UTC), day))
JUSTICE = made(f.JusticeFacts)
# Any matter of a machine, in a state of it or about to be opened.
MATTERS_OF = {
    spec.name: st.builds(
        f.MatterFacts,
        **{
            **{each.name: _field(each.name, str(each.type)) for each in fields(f.MatterFacts)},
            "machine": st.just(spec.name),
            "state": st.sampled_from(["", *(state.value for state in spec.states)]),
        },
    )
    for spec in matter_machines()
}
# Not the country: it goes with the office and its policies.
CASE_FIELDS = [each.name for each in fields(f.CaseFacts) if each.name not in ("country", "overrides")]


@st.composite
def referrals(draw: st.DrawFn) -> f.ReferralFacts:
    """Any copy of a referral; its two countries differ, and a copy sent back knows where it came from."""
    here, there = draw(st.lists(COUNTRIES, min_size=2, max_size=2, unique=True))
    chosen = {
        "side": st.sampled_from(["sender", "receiver"]),
        "from_country": st.just(here),
        "to_country": st.just(there),
        "state": st.sampled_from([state.value for state in Referral]),
        "came_from": st.sampled_from(["sent", "acknowledged", "plan_proposed"]),
        "custody": st.sampled_from(["sender", "receiver"]),
    }
    for each in fields(f.ReferralFacts):
        chosen.setdefault(each.name, _field(each.name, str(each.type)))
    return draw(st.builds(f.ReferralFacts, **chosen))


@st.composite
def nearly_ready(draw: st.DrawFn, machine: str) -> f.Situation:
    """A situation in which a step may be taken, with some facts of the case replaced by any others."""
    step = draw(st.sampled_from([row.name for row in MACHINES[machine].steps]))
    situation = replace(ready(machine, step, child=draw(st.booleans())), justice=draw(JUSTICE))
    if situation.case is None:
        return situation
    names = draw(st.lists(st.sampled_from(CASE_FIELDS), max_size=3, unique=True))
    other = draw(CASES)
    return with_case(situation, **{name: getattr(other, name) for name in names})


def situations(machine: str) -> st.SearchStrategy[f.Situation]:
    """Any situation in which a step of this machine can be asked for: nonsense, or nearly in order."""
    return st.one_of(anything(machine), nearly_ready(machine))


@st.composite
def anything(draw: st.DrawFn, machine: str) -> f.Situation:
    """A situation of random facts only."""
    of_matter = MACHINES[machine].aggregate == MATTER
    needs_case = machine in CASE_MACHINES or of_matter
    return f.Situation(
        draw(ACTORS),
        draw(TODAYS),
        draw(CASES if needs_case else st.none() | CASES),
        draw(st.none() | referrals() if needs_case else referrals()),
        {},
        draw(JUSTICE),
        draw(st.none() | MATTERS_OF[machine]) if of_matter else None,
    )
