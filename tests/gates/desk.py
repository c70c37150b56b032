"""G8 for pages: every page about something one may not see, asked for by everybody with a session of their own.

    python -m tests.gates.desk --long [--engine sqlite|postgresql]

A leak is an answer that differs, by its status, a header or a word, from the answer to the same asker about a thing
that does not exist, where the oracle says that the asker may not open it; or a refused form that changed a row.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urlencode

from sqlalchemy import select

from app.access import csrf
from app.casework.held import REFERRAL
from app.models.access_log import AccessEntry
from app.models.session import LoginSession
from tests.gates.digests import hashed, of_tables
from tests.gates.expectation import Expectation, Verdict
from tests.gates.filling import Route, path_of, routes_of
from tests.gates.ground import engines_asked, ground, told
from tests.gates.knocking import Answer
from tests.gates.oracle import Asker, Thing
from tests.gates.reading_pages import sign_in
from tests.gates.scene import Scene, Subject, open_scene, quiet
from tests.inspect import reading

__all__ = ["Desk", "main", "report"]

# One in so many pairs of page and asker is asked in the suite; all of them in the long form.
SAMPLE: Final = 90
# Pages that open by another permission than their door's, or by any of several.
BY: Final[dict[str, tuple[str, ...]]] = {
    "/cases/{reference}/access": ("access:explain", "audit:read", "case:read"),
}
# Pages that the state of a thing opens, or what was done before; what they let in is shown by their own tests.
SOMETIMES: Final[dict[str, str]] = {
    "GET ~/cases/{reference}/papers/embassy": "a letter has to be asked for, and the name uncovered first",
    "GET ~/cases/{reference}/papers/copy": "the name has to be uncovered first",
    "GET ~/cases/{reference}/papers/copy.json": "the name has to be uncovered first",
    "GET ~/referrals/{reference}/erasure": "the other country has to have asked",
    "GET ~/cases/{reference}/refer": "the step has to belong to the role",
    "GET ~/cases/{reference}/refer/check": "a receiver has to be chosen",
    "GET ~/admin/contacts/{contact_id}/found": "another country has to keep it",
    "GET ~/referrals/{reference}/not-today": "the handover has to be agreed and not over",
    "GET ~/transfers/{transfer_id}/person": "the office has to be asked, and to have agreed",
    "GET ~/referrals/{reference}/person": "the other country has to have told who it is",
}
# What is fresh in every page, whatever it tells, and the asker's own emergencies, of which every page reminds.
_FRESH: Final = re.compile(r'name="act" value="[0-9a-f]{32}"|<div class="watch-banner".*?</div>', re.DOTALL)
# A reference of the right form that nobody has.
ABSENT: Final = {"cases": "TH-2026-22222222", "referrals": "TH-MM-2026-222222"}
_BELONGINGS: Final = (
    "emergency_id", "export_id", "import_id", "job_id", "approval_id", "draft_id", "deputy_row", "user_id",
    "shelter_id", "bed_request_id", "transfer_id", "service_id", "tip_id", "inquiry_id", "operation_id",
    "reservation_id", "claim_id", "corridor_meeting_id", "shelter_visit_id",
)  # fmt: skip


@dataclass
class Desk:
    """One run over one scene: what was asked, and what was wrong. ``only``: these pages (by name)."""

    scene: Scene
    share: int = SAMPLE
    only: frozenset[str] = frozenset()
    leaks: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    opened: Counter[str] = field(default_factory=Counter)
    _cookies: dict[str, str] = field(default_factory=dict)
    _known: dict[tuple[str, str], Answer] = field(default_factory=dict)

    def run(self) -> Desk:
        """Pages that may not open first, with nothing changed by them; then those that must."""
        self.expected = Expectation(self.scene)
        self.routes = [
            route for route in routes_of(self.scene.app.state.routes)
            if route.page and route.permission and route.subject and (not self.only or route.name in self.only)
        ]  # fmt: skip
        self._references = self._of_referrals()
        asked = list(self._asked())
        before = self.rows()
        known = []
        for route, name, subject, may in asked:
            if not may and self._knows(route, name, subject):
                known.append((route, name, subject))
            elif not may:
                self._refused(route, name, subject)
        changed = self.rows()
        self.leaks += [f"refused pages changed {table}" for table in before if before[table] != changed[table]]
        for route, name, subject in known:
            # Who sees the case and may not do this is told so, and the attempt stands in its history.
            if self._knock(route, name, subject).status not in (403, 404, 409, 422):
                self.leaks.append(f"{route.name} as {name} about {subject.name}: done by somebody who may only read")
        for route, name, subject, may in asked:
            if may and route.method == "GET":
                self._opened(route, name, subject)
        return self

    @property
    def silent(self) -> list[str]:
        """Pages that let nobody in: a gate that is always shut proves nothing."""
        shown = (route.name for route in self.routes if route.method == "GET" and route.name not in SOMETIMES)
        return sorted(name for name in shown if not self.opened[name])

    def _asked(self) -> Iterator[tuple[Route, str, Subject, bool]]:
        subjects = [each for name, each in self.scene.subjects.items() if name != "malformed"]
        for route in self.routes:
            lets_in = False
            for name in self.scene.askers():
                rows = [(each, self._may(route, name, each)) for each in subjects if self._path(route, each)]
                opens = [row for row in rows if row[1]]
                if hashed(f"{route.name} {name}") % self.share:
                    rows = [] if lets_in else opens[:1]
                lets_in = lets_in or any(may for _, may in rows)
                yield from ((route, name, subject, may) for subject, may in rows)

    def _may(self, route: Route, name: str, subject: Subject) -> bool:
        """Whether the oracle lets ``name`` know of what the page is about."""
        asker = self.scene.asker(name)
        if subject.name == "nonexistent":
            return False
        if route.subject in _BELONGINGS:
            known = self.expected.verdict(_as_api(route), name, subject)
            return known not in (Verdict.INVISIBLE, Verdict.LACKING)
        if route.subject == "task_id":
            return self.expected.verdict(_as_api(route), name, subject) is Verdict.ALLOWED
        view = self.expected.view
        if route.path.startswith(("/referrals/", "/r/")):
            # Both countries call their copies by one reference: the page is about the asker's own.
            named = subject.referral_reference
            copies = [view.referrals[each] for each, reference in self._references.items() if reference == named]
            return any(self._reaches(route, asker, copy) for copy in copies)
        thing = view.cases.get(subject.case_id)
        return thing is not None and self._reaches(route, asker, thing)

    def _knows(self, route: Route, name: str, subject: Subject) -> bool:
        """Whether ``name`` may see the case or the task that a page is about, though not this page of it."""
        if route.subject == "task_id":
            return self.expected.verdict(_as_api(route), name, subject) is Verdict.OUT_OF_REACH
        thing = self.expected.view.cases.get(subject.case_id)
        about_case = route.path.startswith("/cases/") and thing is not None
        return about_case and self.expected.view.oracle.may(self.scene.asker(name), "case:read", thing)

    def _reaches(self, route: Route, asker: Asker, thing: Thing) -> bool:
        assert route.permission is not None
        by = BY.get(route.path, (route.permission,))
        return any(self.expected.view.oracle.may(asker, each, thing) for each in by)

    def _path(self, route: Route, subject: Subject) -> str | None:
        """The page's address about ``subject``; None where it has no such thing."""
        if subject.name == "nonexistent":
            subject = replace(subject, reference=ABSENT["cases"], referral_reference=ABSENT["referrals"])
        return path_of(route, subject)

    def _of_referrals(self) -> dict[str, str]:
        with reading(self.scene.house.db) as session:
            return {row.id: row.reference for row in session.execute(select(REFERRAL.c.id, REFERRAL.c.reference))}

    def _knock(self, route: Route, name: str, subject: Subject) -> Answer:
        path = self._path(route, subject)
        assert path is not None
        if name not in self._cookies:
            role, _, place = name.partition("@")
            self._cookies[name] = sign_in(self.scene, role, place)
        cookie = self._cookies[name]
        headers = {"cookie": cookie, "accept": "text/html", "origin": "http://localhost"}
        body: bytes | None = None
        if route.method != "GET":
            fields = {csrf.FIELD: csrf.token_for(cookie.partition("=")[2]), "act": "0" * 32, "version": "1"}
            body = urlencode(fields).encode()
            headers["content-type"] = "application/x-www-form-urlencoded"
        self.seen[route.name] += 1
        return _steady(self.scene.knocker.knock(route.method, path, body=body, headers=headers), path)

    def _refused(self, route: Route, name: str, subject: Subject) -> None:
        if subject.name == "nonexistent":
            return
        answer = self._knock(route, name, subject)
        where = f"{route.name} as {name} about {subject.name}"
        # What leads on without having read anything leads everybody on, whatever is asked about: see below.
        if route.method == "GET" and answer.status not in (303, 403, 404):
            self.leaks.append(f"{where}: {answer.status} instead of 404")
        elif answer != self._absent(route, name):
            self.leaks.append(f"{where}: differs from the answer for what does not exist")

    def _absent(self, route: Route, name: str) -> Answer:
        missing = self.scene.subjects["nonexistent"]
        key = (route.name, name)
        if key not in self._known:
            self._known[key] = self._knock(route, name, missing)
        return self._known[key]

    def _opened(self, route: Route, name: str, subject: Subject) -> None:
        answer = self._knock(route, name, subject)
        where = f"{route.name} as {name} about {subject.name}: {answer.status}"
        if answer.status >= 500:
            self.wrong.append(f"{where}: it broke")
        elif answer.status in (200, 303):
            self.opened[route.name] += 1

    def rows(self) -> dict[str, str]:
        """Each table and a digest of its rows, the book of looks and the sessions' last moments left out."""
        return of_tables(self.scene.house.db, {AccessEntry.__tablename__, LoginSession.__tablename__})


def _as_api(route: Route) -> Route:
    """The route as the expectation judges belongings: as a door, not as a page."""
    return replace(route, path=f"/api/v1{route.path}")


def _steady(answer: Answer, path: str) -> Answer:
    """The answer without what is fresh each time, and without the address that was asked for."""
    text = _FRESH.sub("", answer.body.decode("utf-8", "replace"))
    pieces = {path, *(part for part in path.split("/") if "-" in part and any(map(str.isdigit, part)))}
    for piece in pieces:
        text = text.replace(piece, "~")
    headers = tuple((name, _without(value, pieces)) for name, value in answer.headers
                    if name not in (b"content-length", b"set-cookie"))  # fmt: skip
    return Answer(answer.status, headers, text.encode())


def _without(value: bytes, pieces: set[str]) -> bytes:
    for piece in pieces:
        value = value.replace(piece.encode(), b"~")
    return value


def report(desk: Desk, engine: str) -> bool:
    """Print the gate's lines and what is wrong; whether it holds."""
    asked = sum(desk.seen.values())
    for text in [*desk.leaks[:40], *desk.wrong[:40], *(f"nobody comes in: {each}" for each in desk.silent)]:
        print(f"  {text}")
    return all(
        [
            told("g08", "page_leaks", len(desk.leaks), 0, asked, routes=len(desk.routes), engine=engine),
            told("g08", "pages_broken", len(desk.wrong), 0, asked, engine=engine),
            told("g08", "pages_never_open", len(desk.silent), 0, len(desk.routes), engine=engine),
        ]
    )


def main() -> int:
    """The command: 0 if the gate holds."""
    long, engines = engines_asked(__doc__ or "")
    quiet()
    sound = True
    for engine in engines:
        with ground(engine) as (url, folder), open_scene(url, folder) as scene:
            sound &= report(Desk(scene, share=1 if long else SAMPLE).run(), engine)
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
