"""G9: in thousands of invented worlds check, list, count, filter, export, tasks and row security say the same.

    python -m tests.gates.worlds --long [--engine sqlite|postgresql]

A world is a handful of cases, referrals and tasks with teams, seals, blocks, deputies and emergencies, and roles whose
permissions are drawn as well. Each is written into the database, asked about, and rolled back.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.access.desk import Desk, House
from app.access.may import visible_case, visible_referral, within_reach
from app.cases import queries as case_queries
from app.casework import case_list
from app.casework.case_list import Filter
from app.kit.clock import SettableClock
from app.kit.crypto import KeyRing
from app.kit.db import Database
from app.kit.errors import Forbidden, NotFound
from app.kit.paging import ask
from app.kit.signing import SigningKeys
from app.models.base import new_id
from app.models.case import Case, CaseFactsRow, CaseTeam
from app.models.office import Office
from app.models.person import DataKey, Person
from app.models.referral import Referral
from app.models.task import Task
from app.models.user import User
from app.models.walls import AccessBlock, Deputy, EmergencyAccess, SealName
from app.referrals import queries as referral_queries
from app.worklist import queries as task_queries
from app.worklist.schemas import TaskState
from policies.model import FieldGroup, Policies, RolePolicy, Scope
from tests.app.access.world import fill
from tests.conftest import START
from tests.factories.houses import make_house
from tests.gates.ground import engines_asked, ground, told
from tests.gates.oracle import Asker, Thing, written_opens
from tests.gates.worldview import View, view_of
from tests.inspect import rows_seen, writing
from workflows.facts import Actor

SHORT: Final = 120
LONG: Final = 5_000
# Country, organisation and number of each office; the account and the cases of a world refer to them by place.
OFFICES: Final = (("TH", "a"), ("TH", "a"), ("TH", "b"), ("MM", "m"), ("MM", "m"))
# The office of each account.
ACCOUNTS: Final = (0, 1, 2, 0, 3)
KEYS: Final = 4
PERMISSIONS: Final = ("case:read", "case:export", "referral:read", "task:read", "emergency:open")
CONTENTS: Final = ("case:read", "case:export")
REACHES: Final = (None, *Scope)
ROLES: Final = ("r0", "r1", "r2")
NOW: Final = START
# Since and until, seen from now: open, live, over, to come, over this very moment, from this very moment.
SPANS: Final = ((-2, None), (-2, 1), (-2, -1), (1, 2), (-2, 0), (0, 1))
_COPY_FACTS: Final = (
    '{{"child":false,"end_asked":null,"from_country":"{0}","schedule":null,"side":"sender","state":"sent",'
    '"to_country":"{1}"}}'
)


class Undo(Exception):
    """Takes a world back."""


@dataclass(frozen=True)
class Draft:
    """What was drawn, each thing as one number that is taken apart when it is written."""

    roles: tuple[int, ...]
    holders: tuple[int, ...]
    cases: tuple[int, ...]
    copies: tuple[int, ...]
    teams: tuple[int, ...]
    names: tuple[int, ...]
    blocks: tuple[int, ...]
    deputies: tuple[int, ...]
    emergencies: tuple[int, ...]
    sealed: int
    at: tuple[int, ...]


def numbers(least: int, most: int) -> Any:
    """Between ``least`` and ``most`` things."""
    return st.lists(st.integers(0, 10**9), min_size=least, max_size=most).map(tuple)


DRAFTS: Final = st.builds(
    Draft,
    roles=numbers(3, 3),
    holders=numbers(5, 5),
    cases=numbers(3, 6),
    copies=numbers(0, 4),
    teams=numbers(0, 6),
    names=numbers(0, 4),
    blocks=numbers(0, 3),
    deputies=numbers(0, 2),
    emergencies=numbers(0, 4),
    sealed=st.integers(0, 2**KEYS - 1),
    at=st.lists(st.integers(0, len(ACCOUNTS) - 1), min_size=2, max_size=2, unique=True).map(tuple),
)


@dataclass
class Digits:
    """Takes choices out of one drawn number, one after the other."""

    number: int

    def of(self, choices: int) -> int:
        """The next choice, 0 to ``choices`` - 1."""
        self.number, chosen = divmod(self.number, choices)
        return chosen

    def span(self) -> dict[str, datetime | None]:
        """A ``since`` and ``until``."""
        since, until = SPANS[self.of(len(SPANS))]
        return {
            "since": NOW + timedelta(days=since),
            "until": None if until is None else NOW + timedelta(days=until),
        }


@dataclass
class Stage:
    """The database with offices, accounts, persons and keys, which all worlds share."""

    house: House
    offices: list[str] = field(default_factory=lambda: [new_id() for _ in OFFICES])
    users: list[str] = field(default_factory=lambda: [new_id() for _ in ACCOUNTS])
    keys: dict[str, list[str]] = field(default_factory=lambda: {"TH": [], "MM": []})
    persons: dict[str, str] = field(default_factory=dict)
    compared: int = 0

    def build(self) -> None:
        """Write what every world rests on."""
        with writing(self.house.db) as session:
            for number, (country, organisation) in enumerate(OFFICES):
                row = fill(Office, NOW, id=self.offices[number], code=f"o{number}", country=country)
                session.execute(insert(Office), {**row, "organisation": organisation})
            for number, place in enumerate(ACCOUNTS):
                row = fill(User, NOW, id=self.users[number], login=f"u{number}", office_id=self.offices[place])
                session.execute(insert(User), {**row, "active": True, "token_version": 1})
            for country, keys in self.keys.items():
                for _ in range(KEYS):
                    key, person = new_id(), new_id()
                    keys.append(key)
                    self.persons[key] = person
                    session.execute(insert(DataKey), fill(DataKey, NOW, id=key, country=country))
                    session.execute(insert(Person), fill(Person, NOW, id=person, country=country, key_id=key))

    def differences(self, draft: Draft) -> list[str]:
        """Where the ways of asking disagree with the oracle in one world; nothing of the world stays."""
        found: list[str] = []
        with suppress(Undo), writing(self.house.db) as session:
            self._write(session, draft)
            rights = self._rights(draft)
            policies = self._policies(rights)
            view = view_of(session, NOW, rights)
            for place in draft.at:
                found += self._asked(session, policies, view, self._asker(place, draft))
            raise Undo
        return found

    def _asker(self, place: int, draft: Draft) -> tuple[Asker, str]:
        country, organisation = OFFICES[ACCOUNTS[place]]
        held = Digits(draft.holders[place]).of(2 ** len(ROLES))
        roles = frozenset(name for number, name in enumerate(ROLES) if held & 1 << number)
        asker = Asker(self.users[place], roles, f"o{ACCOUNTS[place]}", organisation, country)
        return asker, self.offices[ACCOUNTS[place]]

    def _rights(self, draft: Draft) -> dict[str, dict[str, str]]:
        rights = {}
        for name, number in zip(ROLES, draft.roles, strict=True):
            digits = Digits(number)
            chosen = {permission: REACHES[digits.of(len(REACHES))] for permission in PERMISSIONS}
            # Who may break glass at all is drawn; how far hardly matters to what is seen.
            if digits.of(2):
                chosen["emergency:open"] = Scope.ORGANISATION
            # Row security opens the tasks of a referral to those who may see the referral, which every role of ours may
            # that works at a border: task:read by party alone would show less on PostgreSQL than on SQLite.
            if chosen["task:read"] is Scope.PARTY:
                chosen["referral:read"] = Scope.PARTY
            rights[name] = {permission: scope.value for permission, scope in chosen.items() if scope is not None}
        return rights

    def _policies(self, rights: dict[str, dict[str, str]]) -> Policies:
        roles = {
            name: RolePolicy(
                title=name,
                permissions={permission: Scope(scope) for permission, scope in held.items()},
                field_groups=frozenset({FieldGroup.FACTS}),
            )
            for name, held in rights.items()
        }
        return self.house.policies.model_copy(update={"roles": roles})

    def _write(self, session: Session, draft: Draft) -> None:
        cases = [self._case(number, draft.sealed) for number in draft.cases]
        copies = [self._copy(number, draft.sealed, cases) for number in draft.copies]
        rows: list[tuple[Any, list[dict[str, Any]]]] = [
            (Case, cases),
            (CaseFactsRow, [self._facts(case) for case in cases]),
            (Referral, copies),
            (Task, [self._task(number, cases, copies) for number in draft.cases]),
            (CaseTeam, [self._member(number, cases) for number in draft.teams]),
            (SealName, [self._named(number) for number in draft.names]),
            (AccessBlock, [self._block(number) for number in draft.blocks]),
            (Deputy, [self._deputy(number) for number in draft.deputies]),
            (EmergencyAccess, [self._emergency(number, cases, draft.at) for number in draft.emergencies]),
        ]
        for model, made in rows:
            if made:
                session.execute(insert(model), made)

    def _key(self, digits: Digits, country: str, sealed: int) -> tuple[str, bool]:
        number = digits.of(KEYS)
        return self.keys[country][number], bool(sealed & 1 << number)

    def _case(self, number: int, sealed_keys: int) -> dict[str, Any]:
        digits = Digits(number)
        place = digits.of(len(OFFICES))
        country, organisation = OFFICES[place]
        key, sealed = self._key(digits, country, sealed_keys)
        case_id = new_id()
        return fill(
            Case, NOW, id=case_id, reference=case_id.upper(), country=country, organisation=organisation, sealed=sealed,
            office_id=self.offices[place], person_id=self.persons[key], care="sheltered",
            created_by=self.users[digits.of(len(ACCOUNTS))],
        )  # fmt: skip

    def _facts(self, case: dict[str, Any]) -> dict[str, Any]:
        child = int(case["id"][0], 16) % 2 == 0
        return fill(CaseFactsRow, NOW, case_id=case["id"], country=case["country"], child=child,
                    opened_on=date(2026, 11, 1), facts="{}")  # fmt: skip

    def _copy(self, number: int, sealed_keys: int, cases: list[dict[str, Any]]) -> dict[str, Any]:
        digits = Digits(number)
        place = digits.of(len(OFFICES))
        country, organisation = OFFICES[place]
        border = digits.of(len(OFFICES) + 1)
        here = [None, *(case for case in cases if case["country"] == country)]
        case = here[digits.of(len(here))]
        if case is None:
            key, sealed = self._key(digits, country, sealed_keys)
        else:
            key = next(each for each, person in self.persons.items() if person == case["person_id"])
            sealed = case["sealed"]
        # A copy belongs to the office of its case; row security rests on it (migrations/walls/policies.py).
        home = case or {"organisation": organisation, "office_id": self.offices[place]}
        within = border < len(OFFICES) and OFFICES[border][0] == country
        return {
            **fill(
                Referral, NOW, id=new_id(), shared_id=new_id(), side="sender", country=country, key_id=key,
                organisation=home["organisation"], office_id=home["office_id"], state="sent", sealed=sealed,
                facts=_COPY_FACTS.format(country, "LA"), created_by=self.users[digits.of(len(ACCOUNTS))],
            ),
            "border_office_id": self.offices[border] if within else None,
            "case_id": case["id"] if case else None,
        }  # fmt: skip

    def _task(self, number: int, cases: list[dict[str, Any]], copies: list[dict[str, Any]]) -> dict[str, Any]:
        digits = Digits(number // 7)
        case = cases[digits.of(len(cases))]
        here = [each for each in copies if each["case_id"] in (None, case["id"]) and each["country"] == case["country"]]
        referral = ([None, *here])[digits.of(len(here) + 1)]
        places = [place for place, (country, _) in enumerate(OFFICES) if country == case["country"]]
        loose = referral is not None and referral["case_id"] is None
        return {
            **fill(
                Task, NOW, id=new_id(), country=case["country"], state="open", sources="",
                office_id=self.offices[places[digits.of(len(places))]], role=ROLES[digits.of(len(ROLES))],
            ),
            "case_id": None if loose else case["id"],
            "referral_id": referral["id"] if referral else None,
        }  # fmt: skip

    def _member(self, number: int, cases: list[dict[str, Any]]) -> dict[str, Any]:
        digits = Digits(number)
        case, user = cases[digits.of(len(cases))], self.users[digits.of(len(ACCOUNTS))]
        return {"id": new_id(), "case_id": case["id"], "user_id": user, "role": "r0", **digits.span()}

    def _named(self, number: int) -> dict[str, Any]:
        digits = Digits(number)
        country = "MM" if digits.of(4) == 0 else "TH"
        key, user = self.keys[country][digits.of(KEYS)], self.users[digits.of(len(ACCOUNTS))]
        made = {"id": new_id(), "country": country, "key_id": key, "user_id": user, "named_by": self.users[0]}
        return {**made, **digits.span()}

    def _block(self, number: int) -> dict[str, Any]:
        digits = Digits(number)
        kind = ("user", "user", "organisation", "country")[digits.of(4)]
        value = {
            "user": self.users[digits.of(len(ACCOUNTS))], "organisation": "ab"[digits.of(2)], "country": "TH",
        }[kind]  # fmt: skip
        lifted = NOW if digits.of(5) == 0 else None
        return {
            "id": new_id(), "country": "TH", "key_id": self.keys["TH"][digits.of(KEYS)], "kind": kind, "value": value,
            "why": "safety", "set_by": self.users[0], "lifted_at": lifted, "lifted_by": None, **digits.span(),
        }  # fmt: skip

    def _deputy(self, number: int) -> dict[str, Any]:
        digits = Digits(number)
        absent, standing = self.users[digits.of(4)], self.users[digits.of(4)]
        span = digits.span()
        span["until"] = span["until"] or NOW + timedelta(days=9)
        ended = NOW if digits.of(4) == 0 else None
        made = {"id": new_id(), "country": "TH", "user_id": absent, "deputy_id": standing, "set_by": self.users[0]}
        return {**made, "ended_at": ended, **span}

    def _emergency(self, number: int, cases: list[dict[str, Any]], askers: tuple[int, ...]) -> dict[str, Any]:
        digits = Digits(number)
        # Mostly of those who will be asked, and mostly live: the others prove little.
        place = ([*range(len(ACCOUNTS)), *askers * 4])[digits.of(len(ACCOUNTS) + 4 * len(askers))]
        here = [case for case in cases if case["country"] == OFFICES[ACCOUNTS[place]][0]] or cases
        case = here[digits.of(len(here))]
        span = digits.span() if digits.of(2) else {"since": NOW, "until": NOW + timedelta(hours=2)}
        span["until"] = span["until"] or NOW + timedelta(hours=2)
        made = {"id": new_id(), "country": case["country"], "case_id": case["id"], "user_id": self.users[place]}
        made |= {"office_id": self.offices[ACCOUNTS[place]], "sealed_reason": b""}
        return {**made, "ended_at": NOW if digits.of(5) == 0 else None, **span}

    def _asked(self, session: Session, policies: Policies, view: View, who: tuple[Asker, str]) -> Iterator[str]:
        asker, office_id = who
        actor = Actor(asker.id, asker.roles, asker.office, asker.organisation, asker.country)
        house = self.house
        desk = Desk(session, actor, NOW, policies, house.keys, house.signing, "gate", office_id=office_id)
        desk.take_seat()
        if self.house.db.dialect == "postgresql":
            yield from self._rows(desk, view, asker)
        for way, permission, answer, about in ways(desk, view):
            self.compared += 1
            expected = should(view, asker, way, permission) & about
            if answer != expected:
                more, less = len(answer - expected), len(expected - answer)
                yield f"{way} by {permission} as {sorted(asker.roles)}: {more} too many, {less} too few"


    def _rows(self, desk: Desk, view: View, asker: Asker) -> Iterator[str]:
        """The second wall: what an unfiltered statement of this asker's transaction sees."""
        for table, expected in rows_left(view, asker).items():
            self.compared += 1
            left = rows_seen(desk.session, table)
            if left != expected:
                more, less = len(left - expected), len(expected - left)
                yield f"row security on {table} as {sorted(asker.roles)}: {more} too many, {less} too few"


def rows_left(view: View, asker: Asker) -> dict[str, set[str]]:
    """The rows that all permissions of an asker reach together, with what the program reaches on from there.

    A case's contents are opened by case:read and case:export; its row alone also by tasks, emergencies, and a referral
    one sees. Whoever opens a case sees its referrals and tasks, unless these stand behind a wall; and whoever reaches
    cases by their office reaches the copies of that office for which there is no case yet.
    """
    oracle = view.oracle

    def reached(things: dict[str, Thing], *permissions: str) -> set[str]:
        return {thing.id for thing in things.values() if any(oracle.may(asker, each, thing) for each in permissions)}

    def open_to(thing: Thing | None) -> bool:
        return thing is None or not oracle.walled(asker, thing)

    contents = reached(view.cases, *CONTENTS)
    seen = reached(view.referrals, "referral:read")
    copies = seen | {
        copy.id
        for copy in view.referrals.values()
        if open_to(copy) and (copy.case.id in contents if copy.case else oracle.by_office(asker, CONTENTS, copy))
    }
    behind = {copy.case.id for copy in view.referrals.values() if copy.case and copy.id in seen and open_to(copy.case)}
    about = contents | reached(view.cases, "task:read")
    tasks = {
        duty.id
        for duty in view.duties.values()
        if oracle.may_task(asker, "task:read", duty)
        or (
            open_to(duty.case)
            and open_to(duty.referral)
            and ((duty.case and duty.case.id in about) or (duty.referral and duty.referral.id in copies))
        )
    }
    cases = contents | reached(view.cases, "task:read", "emergency:open") | behind
    return {"case_file": cases, "referral": copies, "task": tasks}


def should(view: View, asker: Asker, way: str, permission: str) -> set[str]:
    """What the oracle says for one way of asking."""
    oracle = view.oracle
    if way.startswith("task"):
        return {duty.id for duty in view.duties.values() if oracle.may_task(asker, permission, duty)}
    things = view.referrals if way.startswith("referral") else view.cases
    return {thing.id for thing in things.values() if oracle.may(asker, permission, thing)}


def ways(desk: Desk, view: View) -> Iterator[tuple[str, str, set[str], set[str]]]:
    """Every way of asking for cases, referrals and tasks: its name, permission, answer, and what was asked about."""
    whole, read, export = ask(100, None, (datetime, str)), "case:read", "case:export"

    def listed(**wanted: Any) -> set[str]:
        return {row.id for row in case_queries.cases(desk, read, Filter(**wanted), whole)[0]}

    cases, copies, duties = set(view.cases), set(view.referrals), set(view.duties)
    yield "check of one case", read, {case for case in cases if _seen(desk, visible_case, read, case)}, cases
    everything = listed()
    yield "list of cases", read, everything, cases
    # A number proves no more than a number: it is the list's if there are as many.
    counted = case_list.count(desk, read, Filter())
    yield "count of cases", read, everything if counted == len(everything) else {f"{counted} counted"}, cases
    yield "list of cases by child", read, listed(child=True) | listed(child=False), cases
    some = set(sorted(cases)[:3])
    found = {case for case in some if listed(reference=case.upper()) == {case}}
    yield "search for a case by its reference", read, found, some
    rows = desk.session.execute(case_list.cases(desk, export, Filter()))
    yield "export of cases", export, {row.id for row in rows}, cases
    yield "reach of one case", export, {case for case in cases if within_reach(desk, export, case)}, cases
    look = "referral:read"
    yield "referral check", look, {copy for copy in copies if _seen(desk, visible_referral, look, copy)}, copies
    yield "referral list", look, {row.id for row in referral_queries.listed(desk, None, whole).items}, copies
    if desk.policies.scope_for(desk.actor.roles, "task:read"):
        tasks, _ = task_queries.tasks(desk, task_queries.Filter(TaskState.ALL), whole)
        yield "task list", "task:read", {row.id for row in tasks}, duties
        # Each single check writes its statement anew; two of a world are enough.
        few = set(sorted(duties)[:2])
        yield "task check", "task:read", {duty for duty in few if task_queries.task(desk, duty) is not None}, few


def _seen(desk: Desk, look: Any, permission: str, thing: str) -> bool:
    try:
        look(desk, permission, thing)
    except (NotFound, Forbidden):
        return False
    return True


@contextmanager
def open_stage(url: str, keys: KeyRing, signing: SigningKeys) -> Iterator[Stage]:
    """A stage over the migrated database at ``url``."""
    database = Database(url)
    try:
        stage = Stage(make_house(database, SettableClock(NOW), keys, signing))
        stage.build()
        yield stage
    finally:
        database.dispose()


def drawn(count: int) -> list[Draft]:
    """So many worlds, the same in every run."""
    found: list[Draft] = []

    @seed(9)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(draft=DRAFTS)
    def draw(draft: Draft) -> None:
        found.append(draft)

    draw()
    return found


def run(stage: Stage, drafts: list[Draft], engine: str) -> bool:
    """Compare in every world; whether all ways agree. The first differences are printed with their draft."""
    began, found = time.monotonic(), 0
    for draft in drafts:
        for text in (differing := stage.differences(draft)):
            if found < 10:
                print(f"  {text}")
        if differing and found < 3:
            print(f"  {draft}")
        found += len(differing)
    seconds = f"{time.monotonic() - began:.0f}"
    return told("g09", "differences", found, 0, len(drafts), compared=stage.compared, seconds=seconds, engine=engine)


def main() -> int:
    """The command: 0 if every gate holds."""
    long, engines = engines_asked(__doc__ or "")
    assert "case:read" in written_opens()
    sound = True
    for engine in engines:
        with ground(engine) as (url, folder):
            signing = SigningKeys.from_folder(folder / "signing", create=True)
            with open_stage(url, KeyRing({1: bytes(range(7, 39))}, 1), signing) as stage:
                sound &= run(stage, drawn(LONG if long else SHORT), engine)
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
