"""G8: every route of the running program, asked by everybody, about everything one may not see.

    python -m tests.gates.matrix --long [--engine sqlite|postgresql]

A leak is an answer that differs by one byte or header from the answer for a thing that does not exist, where the
oracle says that the asker may not know of it; or a refused request that changed a row; or a thing listed too many.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from app.models.access_log import AccessEntry
from tests.gates import filling
from tests.gates.digests import hashed, of_tables
from tests.gates.expectation import BLIND, STRANGERS, Expectation, Verdict
from tests.gates.filling import ALSO, DRASTIC, LAST, Bodies, Route, path_of, query_of, routes_of
from tests.gates.ground import engines_asked, ground, told
from tests.gates.knocking import Answer
from tests.gates.scene import NOBODY, Scene, Subject, nested, open_scene, quiet

# One in so many pairs of route and asker is knocked at in the suite; all of them in the long form.
SAMPLE: Final = 120

@dataclass
class Matrix:
    """One run over one scene: what was asked, and what was wrong. ``only``: these routes (by name), without lists."""

    scene: Scene
    share: int = SAMPLE
    only: frozenset[str] = frozenset()
    leaks: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    allowed: Counter[str] = field(default_factory=Counter)
    _known: dict[tuple[str, str, str], Answer] = field(default_factory=dict)

    def run(self) -> Matrix:
        """Refused requests first, with nothing changed by them; then what may be read, then what may be done."""
        every = routes_of(self.scene.app.state.routes)
        self.routes = [route for route in every if not self.only or route.name in self.only]
        self.bodies = Bodies(self.scene)
        self.expected = Expectation(self.scene)
        self.subjects = [*self.scene.subjects.values(), nested(self.scene)]
        asked = list(self._asked())
        before = self.rows()
        for route, name, subject, verdict in asked:
            if verdict in BLIND:
                self._refused(route, name, subject, verdict)
        changed = self.rows()
        self.leaks += [f"refused requests changed {table}" for table in before if before[table] != changed[table]]
        if not self.only:
            self._lists()
        open_to = [each for each in asked if each[3] not in BLIND and not self._too_drastic(each[0], each[2])]
        # A stable order: looks, acts, and at the very end what changes who sees what.
        for route, name, subject, verdict in sorted(open_to, key=lambda each: _turn(each[0])):
            self._let_in(route, name, subject, verdict)
        return self

    @property
    def silent(self) -> list[str]:
        """Routes that let nobody in: a gate that is always shut proves nothing."""
        doors = (route for route in self.routes if not (route.page and route.permission))
        return sorted(route.name for route in doors if not self.allowed[route.name])

    def _too_drastic(self, route: Route, subject: Subject) -> bool:
        return route.name in DRASTIC and subject.name != "own"

    def _asked(self) -> Iterator[tuple[Route, str, Subject, Verdict]]:
        for route in self.routes:
            lets_in = 0
            for name in STRANGERS:
                for subject in self.subjects if route.subject else self.subjects[:1]:
                    if path_of(route, subject) and hashed(f"{route.name} {name} {subject.name}") % self.share < 3:
                        yield route, name, subject, self.expected.verdict(route, name, subject)
            for name in self.scene.askers():
                subjects = self.subjects if route.subject else self.subjects[:1]
                rows = [(each, self.expected.verdict(route, name, each)) for each in subjects if path_of(route, each)]
                # Of what is not in the sample at least a few who may come in, so that each route is shown to open.
                opens = [row for row in rows if row[1] in (Verdict.ALLOWED, Verdict.ANYTHING)]
                if not self._sampled(route, name):
                    rows = opens[:1] if not lets_in else []
                lets_in += len(opens) if rows else 0
                yield from ((route, name, subject, verdict) for subject, verdict in rows)

    def _sampled(self, route: Route, name: str) -> bool:
        return hashed(f"{route.name} {name}") % self.share == 0

    def _knock(self, route: Route, name: str, subject: Subject) -> Answer:
        path = path_of(route, subject)
        assert path is not None
        body, headers = self.bodies.of(route, name, subject)
        token = {"anonymous": None, "garbage": "a.b.c"}.get(name, "") if name in STRANGERS[:2] else self._token(name)
        if route.name == "POST /auth/logout" and name not in STRANGERS:
            self.scene.tokens.pop(name)
        return self.scene.knocker.knock(route.method, path, query=query_of(route, subject), token=token, body=body,
                                        headers=headers)  # fmt: skip

    def _token(self, name: str) -> str:
        return self.scene.tokens[name] if name == "disabled" else self.scene.token(name)

    def _refused(self, route: Route, name: str, subject: Subject, verdict: Verdict) -> None:
        answer = self._knock(route, name, subject)
        self.seen[route.name] += 1
        where = f"{route.name} as {name} about {subject.name}"
        if verdict is Verdict.SHUT:
            if 200 <= answer.status < 300 or answer != self._knock(route, "anonymous", subject):
                self.leaks.append(f"{where}: {answer.status}, not what nobody is told")
            return
        if answer.status != verdict.value:
            self.leaks.append(f"{where}: {answer.status} instead of {verdict.value}")
            return
        absent = self._absent(route, name, subject)
        if answer != absent:
            self.leaks.append(f"{where}: differs from the answer for what does not exist")

    def _absent(self, route: Route, name: str, subject: Subject) -> Answer:
        """The answer for a thing that does not exist, asked for in the same way by the same asker."""
        missing = self.scene.subjects["nonexistent"]
        if subject.name == "nested":
            missing = Subject("absent", **{**_ids(subject), "record_id": NOBODY, "document_id": NOBODY})
        key = (route.name, name, missing.name)
        if key not in self._known:
            self._known[key] = self._knock(route, name, missing if route.subject else subject)
        return self._known[key]

    def _let_in(self, route: Route, name: str, subject: Subject, verdict: Verdict) -> None:
        answer = self._knock(route, name, subject)
        self.seen[route.name] += 1
        where = f"{route.name} as {name} about {subject.name}: {answer.status}"
        if answer.status >= 500:
            self.wrong.append(f"{where}: it broke")
        elif verdict is Verdict.OUT_OF_REACH and answer.status != 403:
            self.leaks.append(f"{where} instead of 403")
        elif verdict is Verdict.ALLOWED and not {answer.status, _code(answer)} & ALSO.get(route.name, set()):
            group_missing = _code(answer) == "field_group_missing"
            if group_missing and {"record_id", "document_id"} & set(route.parameters):
                return
            if answer.status in (401, 403, 404, 422, 428, 400):
                self.wrong.append(f"{where} instead of being let in: {answer.body[:160]!r}")
                return
        if verdict is Verdict.ANYTHING or answer.status < 500:
            self.allowed[route.name] += verdict in (Verdict.ALLOWED, Verdict.ANYTHING)

    def _lists(self) -> None:
        """Each list shows exactly the things within reach; a filter by an id tells nothing of what is not."""
        view, oracle = self.expected.view, self.expected.view.oracle
        lists = {
            "/cases": (view.cases, lambda asker, thing: oracle.may(asker, "case:read", thing)),
            "/referrals": (view.referrals, lambda asker, thing: oracle.may(asker, "referral:read", thing)),
            "/tasks": (view.duties, lambda asker, duty: oracle.may_task(asker, "task:read", duty)),
        }
        for name in self.scene.askers():
            if hashed(name) % self.share > 3:
                continue
            asker = self.scene.asker(name)
            for path, (things, may) in lists.items():
                expected = {each.id for each in things.values() if may(asker, each)}
                listed = self._listed(name, path, "state=all" if path == "/tasks" else "")
                if listed is None:
                    continue
                self.seen[f"GET {path}"] += 1
                if extra := listed - expected:
                    self.leaks.append(f"GET {path} as {name} lists {len(extra)} too many: {sorted(extra)[:3]}")
                if lost := expected - listed:
                    self.wrong.append(f"GET {path} as {name} lists {len(lost)} too few: {sorted(lost)[:3]}")

    def _listed(self, name: str, path: str, query: str) -> set[str] | None:
        found: set[str] = set()
        cursor = ""
        while True:
            asked = "&".join(filter(None, (query, "limit=100", cursor and f"cursor={cursor}")))
            answer = self.scene.knocker.knock("GET", filling.PREFIX + path, query=asked, token=self.scene.token(name))
            if answer.status != 200:
                return None
            found |= {each["id"] for each in answer.json["items"]}
            cursor = answer.json["next"]
            if not cursor:
                return found

    def rows(self) -> dict[str, str]:
        """Each table and a digest of all its rows; the book of looks, where refusals belong, left out."""
        return of_tables(self.scene.house.db, {AccessEntry.__tablename__})


def _code(answer: Answer) -> str:
    problem = answer.header("content-type").startswith("application/problem")
    return str(answer.json["code"]) if problem else ""


def _turn(route: Route) -> int:
    """Looks, acts, and last what changes who sees what; a conflict of interest keeps its declarer away for good."""
    if route.name in DRASTIC:
        return 3 if route.name.endswith("/conflicts") else 2
    return 2 if route.name in LAST else int(route.method != "GET")


def _ids(subject: Subject) -> dict[str, str]:
    return {name: subject.id_of(name) for name in filling.SUBJECTS}


def report(matrix: Matrix, engine: str) -> bool:
    """Print the gate's lines and what is wrong; whether it holds."""
    asked = sum(matrix.seen.values())
    bare = [each.path for each in matrix.scene.app.state.routes if each.permission is None and not each.open_because]
    for text in [*matrix.leaks[:40], *matrix.wrong[:40], *(f"nobody comes in: {each}" for each in matrix.silent)]:
        print(f"  {text}")
    return all(
        [
            told("g08", "leaks", len(matrix.leaks), 0, asked, routes=len(matrix.routes), engine=engine),
            told("g08", "undeclared", len(bare), 0, len(matrix.scene.app.state.routes), engine=engine),
            told("g08", "shut_out", len(matrix.wrong), 0, asked, engine=engine),
            told("g08", "never_open", len(matrix.silent), 0, len(matrix.routes), engine=engine),
        ]
    )


def main() -> int:
    """The command: 0 if every gate holds."""
    long, engines = engines_asked(__doc__ or "")
    quiet()
    sound = True
    for engine in engines:
        with ground(engine) as (url, folder), open_scene(url, folder) as scene:
            sound &= report(Matrix(scene, share=1 if long else SAMPLE).run(), engine)
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
