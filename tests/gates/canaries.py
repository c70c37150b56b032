"""G10: the canaries are found where they belong, by those who may, and nowhere else: answers, logs, errors, files.

    python -m tests.gates.canaries --long [--engine sqlite|postgresql]
"""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import select

from app.casework.held import CASE, REFERRAL
from app.kit import log
from app.main import PREFIX
from app.models.base import Base
from tests.gates import groups
from tests.gates.aviary import FOR, LIST, NOBODY, OWN, PLACE, REVIEW, SECOND_PERSON, TIP, WRITER, Aviary, release
from tests.gates.expectation import Expectation
from tests.gates.filling import FIXED, SUBJECTS, Bodies, Route, path_of, query_of, routes_of
from tests.gates.ground import engines_asked, ground, told
from tests.gates.knocking import Answer
from tests.gates.reading_pages import sign_in
from tests.gates.scene import Scene, Subject, open_scene
from tests.inspect import reading
from tests.postgres import SUPERUSER, binaries

FEWEST: Final = 500
# Lists are asked with every filter they have; what a filter takes is a code, so no canary can be one.
FILTERS: Final = {
    "GET /cases": ("limit=100", "mine=true", "child=false&limit=100", "stage=shelter", "nationality=MM"),
    "GET /cases/count": ("", "child=false", "nationality=MM"),
    "GET /tasks": ("state=all&limit=100", "late=true", "role=case_manager&state=all"),
    "GET /referrals": ("limit=100", "box=inbox", "box=outbox", "box=arriving", "box=closed"),
    "GET /cases/{case_id}/records": ("limit=100", "limit=100&cursor=WzYwXQ"),
    "GET /cases/{case_id}/timeline": ("limit=100&newest_first=true", "limit=100"),
}
# A line of entries is read to its end: every new kind of record makes it longer, and no number of pages stays enough.
TO_THE_END: Final = "GET /cases/{case_id}/timeline"
# No door shows these words to anybody yet: the records of a referral beside its handover page, the note of an export.
# A suggestion is shown where a referral was declined, which the canaries' is not.
SHOWN_NOWHERE: Final = (
    "family_tracing.", "reception_plan.", "handover_schedule.border_point", "handover_confirmation.phone",
    "note of an export", "suggestion.office",
)  # fmt: skip
# These hold rules and places and nothing of a person; only the long form looks.
OF_NO_PERSON: Final = ("directory:read", "workflow:read", "policy:read", None)
# Who is asked in the suite; everybody in the long form. On PostgreSQL one of those who sit elsewhere, and pages are
# turned by those who see the most: which words are cut from a page is the program's doing, whatever keeps them.
FEW: Final = {"sqlite": ("sister", "ngo", "abroad", "partner_border"), "postgresql": ("ngo",)}
TURNING: Final = ("case_manager@home", "health_officer@home", "analyst@home", "social_worker@partner")


@dataclass
class Flight:
    """One run: which canary was seen where, and where it should not have been. ``only``: these routes, by name."""

    scene: Scene
    aviary: Aviary
    everybody: bool = False
    only: frozenset[str] = frozenset()
    leaks: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    asked: Counter[str] = field(default_factory=Counter)

    def crawl(self) -> Flight:
        """Every GET route by every asker about the canaries' case, and every uncovering of the name."""
        expected = Expectation(self.scene)
        routes = [route for route in routes_of(self.scene.app.state.routes) if not route.page]
        if not self.everybody:
            routes = [route for route in routes if route.permission not in OF_NO_PERSON]
        if self.only:
            routes = [route for route in routes if route.name in self.only]
        for name in self._askers():
            for route in routes:
                if route.method != "GET":
                    continue
                for subject in self._subjects(route):
                    queries = FILTERS.get(route.name, (query_of(route, subject),))
                    asked = list(queries[:1] if self._sparing and name not in TURNING else queries)
                    for query in asked:
                        answer = self.scene.knocker.knock(
                            "GET", path_of(route, subject) or "", query=query, token=self.scene.token(name)
                        )
                        self._look(expected, name, route.name, answer)
                        oldest_first = route.name == TO_THE_END and "newest_first" not in query
                        if oldest_first and answer.status == 200 and (more := following(answer.body)):
                            asked.append(f"limit=100&cursor={more}")
            if not self.only:
                self._uncover(expected, name)
                if not self._sparing or name in TURNING:
                    self._turn_pages(expected, name)
        return self

    def _turn_pages(self, expected: Expectation, name: str) -> None:
        """The pages about the canaries' cases and referrals, with a session of the asker's own."""
        role, _, place = name.partition("@")
        headers = {"cookie": sign_in(self.scene, role, place), "accept": "text/html"}
        with reading(self.scene.house.db) as session:
            cases = session.execute(
                select(CASE.c.reference).where(CASE.c.id.in_((self.aviary.case_id, self.aviary.there_case_id)))
            ).scalars().all()  # fmt: skip
            copies = session.execute(
                select(REFERRAL.c.reference).distinct().where(REFERRAL.c.id.in_(self.aviary.copies))
            ).scalars().all()  # fmt: skip
        paths = [f"/cases/{each}{part}" for each in cases for part in _CASE_PAGES]
        paths += [f"/referrals/{each}{part}" for each in copies for part in _REFERRAL_PAGES]
        for path in paths:
            answer = self.scene.knocker.knock("GET", path, headers=headers)
            self._look(expected, name, f"GET ~{path}", answer)

    def _uncover(self, expected: Expectation, name: str) -> None:
        reason = {"reason": "Whoever may uncover the name does so for the gate."}
        for case_id in (self.aviary.case_id, self.aviary.there_case_id):
            place = f"{PREFIX}/cases/{case_id}/identity"
            for method, path, body in (("POST", place + "/reveal", reason), ("GET", place, None)):
                answer = self.scene.knocker.knock(method, path, token=self.scene.token(name), body=body)
                self._look(expected, name, f"{method} /cases/{{case_id}}/identity", answer)
        for copy in self.aviary.copies:
            path = f"{PREFIX}/referrals/{copy}/disclosed/reveal"
            answer = self.scene.knocker.knock("POST", path, token=self.scene.token(name), body=reason)
            self._look(expected, name, "POST /referrals/{referral_id}/disclosed/reveal", answer)

    def _look(self, expected: Expectation, name: str, route: str, answer: Answer) -> None:
        self.asked[route] += 1
        heads = b"\n".join(key + b": " + value for key, value in answer.headers)
        for bird in self.aviary.found_in(answer.body):
            if self._may(expected, name, bird.group):
                self.seen.add(bird.text)
            else:
                self.leaks.append(f"{route} tells {name} of {bird.where} ({bird.group})")
        self.leaks += [f"a header of {route} holds {bird.where}" for bird in self.aviary.found_in(heads)]

    def _may(self, expected: Expectation, name: str, group: str) -> bool:
        """Whether the asker may see anything of that group about the person, on either side of the border."""
        asker, oracle = self.scene.asker(name), expected.view.oracle
        case = expected.view.cases[self.aviary.case_id]
        if group == REVIEW and oracle.may(asker, "emergency:review", case):
            return True
        if group == REVIEW:
            group = groups.NARRATIVE
        if group in (TIP, PLACE):
            right = "tip:triage" if group == TIP else "operation:read"
            scopes, home = oracle.scopes(asker, right), self.scene.worker(WRITER)
            return asker.country == home.country and bool("country" in scopes or scopes and asker.office == home.office)
        if group == LIST:
            home = self.scene.worker(WRITER)
            return asker.office == home.office and bool(oracle.scopes(asker, "case:read"))
        if group == OWN:
            return name == WRITER
        if group.startswith(FOR):
            if not self._hears(expected, name, group.removeprefix(FOR)):
                return False
            group = groups.NARRATIVE
        if group in (SECOND_PERSON, NOBODY):
            return group == SECOND_PERSON and asker.country == "TH" and bool(oracle.scopes(asker, "keys:operate"))
        things = [case, expected.view.cases[self.aviary.there_case_id]]
        things += [expected.view.referrals[copy] for copy in self.aviary.copies]
        reads = ("record:read", "timeline:read", "identity:reveal", "referral:read", "referral:trace", "audit:read")
        sees = any(oracle.sees(asker, reads, thing) for thing in things)
        return sees and group in expected.groups_of(asker)

    def _hears(self, expected: Expectation, name: str, audience: str) -> bool:
        """Whether a note on the case is for the asker, beyond what they see of the case: an audience only narrows."""
        asker, case, now = self.scene.asker(name), expected.view.cases[self.aviary.case_id], expected.view.oracle.now
        if audience == "team":
            mine = (each for each in case.team if each.user == asker.id)
            return any(each.since <= now and (each.until is None or now < each.until) for each in mine)
        if audience == "office":
            return asker.office == case.office
        return name == WRITER or audience in expected.groups_of(asker)

    def _askers(self) -> Iterator[str]:
        for name in self.scene.askers():
            role, _, place = name.partition("@")
            few = place in FEW[self.scene.house.db.dialect] and role in _FEW_ROLES
            if self.everybody or place in ("home", "partner") or few:
                yield name

    @property
    def _sparing(self) -> bool:
        """Whether this is the short form on PostgreSQL, where a knock costs twice as much."""
        return not self.everybody and self.scene.house.db.dialect == "postgresql"

    def _subjects(self, route: Route) -> list[Subject]:
        sides = ((self.aviary.case_id, self.aviary.copies[0]), (self.aviary.there_case_id, self.aviary.copies[1]))
        if "document_id" in route.parameters:
            case = self.aviary.case_id
            return [Subject("file", case_id=case, document_id=each) for each in self.aviary.documents]
        if route.subject in ("case_id", "referral_id"):
            known = [Subject(f"side {number}", case, copy) for number, (case, copy) in enumerate(sides)]
            return [each for each in known if path_of(route, each)]
        told = {"approval_id": self.aviary.approval_id, "emergency_id": self.aviary.emergency_id}
        told |= {"tip_id": self.aviary.tip_id, "operation_id": self.aviary.operation_id}
        home = replace(self.scene.subjects["home"], **told)
        return [home] if path_of(route, home) else []

    def provoke(self) -> Flight:
        """Canaries in bodies, paths, queries and headers that cannot be right: no error page may say them again."""
        bodies = Bodies(self.scene)
        words = iter(list(self.aviary.birds) * 9)
        for route in routes_of(self.scene.app.state.routes):
            word = next(words)
            path = route.path
            for name in (*SUBJECTS, *FIXED, "step"):
                path = path.replace("{" + name + "}", quote(word))
            # Signing out is among the routes: each is asked by somebody who is signed in.
            token = self.scene.token("case_manager@home")
            if route.name == "POST /auth/logout":
                self.scene.tokens.pop("case_manager@home")
            # A page sends whoever is not signed in to the sign-in and back to where they were, query and all.
            query = "" if route.page else f"limit={word}&cursor={word}&state={word}"
            bad: list[Any] = [None] if route.method == "GET" else [
                {"note": [word], "reason": {"x": word}}, word.encode(), f'{{"note": "{word}'.encode(),
            ]  # fmt: skip
            schema = bodies.schema(route) if route.method != "GET" else None
            if schema:
                bad.append({name: {"wrong": word} for name in schema.get("properties", {})})
            for body in bad:
                answer = self.scene.knocker.knock(
                    route.method, path, query=query, token=token, body=body,
                    headers={"x-note": word, "if-match": word, "user-agent": word, "referer": word},
                )  # fmt: skip
                self.asked["provoked"] += 1
                if route.page and answer.status == 303:
                    # The way to the sign-in remembers the address that was asked for, and nothing else of the request.
                    answer = replace(answer, headers=_without_next(answer.headers))
                self.leaks += [f"{route.name} answers {answer.status} with its input" for _ in self._echo(answer, word)]
        return self

    def _echo(self, answer: Answer, word: str) -> Iterator[str]:
        if word.encode() in answer.body or any(word.encode() in value for _, value in answer.headers):
            yield word

    def read_logs(self, written: str) -> Flight:
        """What the program and its libraries have logged."""
        self.asked["log lines"] += written.count("\n")
        self.leaks += [f"the log holds {bird.where}" for bird in self.aviary.found_in(written)]
        return self

    def read_tables(self) -> Flight:
        """Every value of every table, bytes as they are: sealed is what may not be read."""
        with reading(self.scene.house.db) as session:
            for table in Base.metadata.sorted_tables:
                for row in session.execute(select(table)):
                    self.asked["values"] += len(row)
                    for value in row:
                        content = value if isinstance(value, bytes) else str(value)
                        self.leaks += [f"{table.name} holds {bird.where}" for bird in self.aviary.found_in(content)]
        return self

    def read_files(self, folder: Path) -> Flight:
        """The database as files: SQLite with its log, or what pg_dump writes."""
        if self.scene.house.db.dialect == "postgresql":
            place = self.scene.house.db.engine.url
            dump = [str(binaries() / "pg_dump"), "--host", str(place.query["host"]), "--username", SUPERUSER]
            dump += ["--dbname", str(place.database)]
            contents = [subprocess.run(dump, capture_output=True, check=True).stdout]
        else:
            contents = [file.read_bytes() for file in folder.glob("*.db*")]
        for content in contents:
            self.asked["bytes of files"] += len(content)
            self.leaks += [f"the database's files hold {bird.where}" for bird in self.aviary.found_in(content)]
        return self

    @property
    def lost(self) -> list[str]:
        """Places of which nobody who may has found a canary: then that others find none would prove nothing."""
        places = {bird.where for bird in self.aviary.birds.values()}
        seen = {self.aviary.birds[word].where for word in self.seen}
        return sorted(place for place in places - seen if not place.startswith(SHOWN_NOWHERE))


# Pages that show the most of a case and of a referral.
_CASE_PAGES: Final = ("", "/timeline", "/needs", "/documents", "/people", "/consents", "/access")
_REFERRAL_PAGES: Final = ("", "/handover", "/receipt")
_FEW_ROLES: Final = ("social_worker", "national_focal_point", "supervisor")


def _without_next(headers: tuple[tuple[bytes, bytes], ...]) -> tuple[tuple[bytes, bytes], ...]:
    """The headers, less an address of the sign-in that leads back to where somebody was."""
    return tuple((name, value) for name, value in headers if not value.startswith(b"/sign-in?next="))


def following(body: bytes) -> str:
    """The cursor of the next page that a list gives out, "" at its end."""
    return str(json.loads(body)["next"] or "")


@contextmanager
def overheard() -> Iterator[io.StringIO]:
    """Everything that is logged meanwhile, by the program and by any library, at any level."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    log.configure(written)
    try:
        yield written
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        log.configure()


def fly(scene: Scene, folder: Path, *, everybody: bool = False) -> Flight:
    """The whole drill over one scene whose database file, if it is one, lies in ``folder``."""
    with overheard() as written:
        flight = Flight(scene, release(scene), everybody).crawl().provoke()
    return flight.read_logs(written.getvalue()).read_tables().read_files(folder)


def report(flight: Flight, engine: str) -> bool:
    """Print the gate's lines; whether no canary was found and none is missing."""
    for where in list(dict.fromkeys(flight.leaks))[:30]:
        print(f"  {where}")
    for where in flight.lost[:30]:
        print(f"  nobody finds {where}")
    asked = sum(number for name, number in flight.asked.items() if not name.startswith(("values", "bytes", "log")))
    planted = len(flight.aviary.birds)
    print(f"  {dict(flight.asked.most_common(4))}")
    return all(
        [
            told("g10", "found", len(flight.leaks), 0, asked, canaries=planted, engine=engine),
            told("g10", "never_seen_by_the_allowed", len(flight.lost), 0, planted, engine=engine),
        ]
    ) and planted >= FEWEST


def main() -> int:
    """The command: 0 if every gate holds."""
    long, engines = engines_asked(__doc__ or "")
    sound = True
    for engine in engines:
        with ground(engine) as (url, folder), overheard(), open_scene(url, folder) as scene:
            sound &= report(fly(scene, folder, everybody=long), engine)
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
