"""How each route of the running program is filled in: path parameters by name, bodies from the API's own examples.

A route that asks for something not named here stops the gates until somebody says how to fill it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from app.access.docs_page import DocsPage
from app.access.routes import Declared
from app.main import PREFIX
from tests.factories.staff import Worker
from tests.gates.scene import CONTACT, NOBODY, Scene, Subject

# Path parameters that name something one may not know of.
SUBJECTS: Final = (
    "case_id", "referral_id", "record_id", "task_id", "user_id", "block_id", "deputy_row", "emergency_id", "notice_id",
    "export_id", "import_id", "job_id", "approval_id", "draft_id", "reference", "number", "document_id", "matter_id",
    "shelter_id", "beds_id",
    "bed_request_id", "meeting_id", "corridor_meeting_id", "shelter_visit_id", "list_id", "transfer_id", "service_id",
    "tip_id", "inquiry_id", "operation_id", "reservation_id", "hold_id", "claim_id",
)  # fmt: skip
# Routes that name such a thing in their body or in their query.
IN_BODY: Final = {
    "POST /emergency-access": "case_id",
    "POST /working-lists/delete": "list_id",
    "POST /working-lists/rename": "list_id",
    "POST /working-lists/share": "list_id",
}
IN_QUERY: Final = {"GET /meetings/agenda": "meeting_id"}
# Path parameters that name something everybody may know: a value that exists, by path and name.
FIXED: Final[dict[str, str]] = {
    "machine": "referral",
    "act": "call_off",
    "kind": "circumstances",
    "source_id": "WM-ACCESS",
    "name": "sex",
    "a": "TH",
    "b": "MM",
    "report": "returns",
    "period": "2017",
    "issue": "1",
    "form": "csv",
    "language": "th",
    "paper": "rights",
    "contact_id": CONTACT,
}
STEPS: Final = {"case": "start_recovery", "referral": "withdraw", "matter": "accept_service"}
# The machine of the case's step.
MACHINE: Final = "care"
# A version nobody has seen: whoever may act is told 409, and nothing changes.
STALE: Final = 999_999_999
_NAMED: Final = re.compile(r"\{(\w+)(?::\w+)?\}")

# Bodies whose example does not fit the scene, by method and path below the API.
_BODIES: Final[dict[str, Any]] = {
    "POST /cases": {"source": "police", "child": False, "age_band": "18+"},
    "POST /cases/{case_id}/steps/{step}": {},
    "POST /corridor-meetings/{corridor_meeting_id}/acts/{act}": {},
    "POST /shelter-visits/{shelter_visit_id}/acts/{act}": {},
    "POST /cases/{case_id}/matters/{matter_id}/steps/{step}": {},
    "POST /referrals/{referral_id}/steps/{step}": {},
    "POST /cases/{case_id}/records/{kind}": {"record": {"note": "Seen today."}},
    "POST /cases/{case_id}/identity": {"identity": {"birth_year": 1990}},
    "POST /cases/{case_id}/referrals": {"to_country": "LA"},
    "POST /auth/token": b"username=nobody&password=lantern+quiet+river+seven",
    "POST /auth/refresh": {"refresh_token": "x" * 43},
    # A case that is nobody's stays where it is, and the act tells so.
    "POST /caseload/hand-over": {
        "from_user": NOBODY, "user_id": NOBODY, "why": "leave", "cases": [{"case_id": NOBODY, "seen_version": STALE}],
    },
    "POST /inquiries/{inquiry_id}/answer": {"nationality": "confirmed"},
    # The same of requests that nobody has made.
    "POST /transfers/answers": {"transfers": [NOBODY], "answer": "decline", "reason": "no_capacity"},
    # What the door makes of the file is told before the file itself is looked at; a page of bytes is no PDF.
    "POST /cases/{case_id}/documents": (
        b'--cut\r\nContent-Disposition: form-data; name="kind"\r\n\r\nreferral_letter\r\n'
        b'--cut\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nnothing\r\n--cut--\r\n'
    ),
    # The same of a table, which lacks every column of the mapping.
    "POST /imports": (
        b'--cut\r\nContent-Disposition: form-data; name="mapping"\r\n\r\nexample-table\r\n'
        b'--cut\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nnothing\r\n--cut--\r\n'
    ),
}
# Bodies whose reason is a code, and no words.
_CODED: Final = frozenset(
    {
        "POST /cases/{case_id}/documents/{document_id}/error", "POST /transfers/{transfer_id}/decline",
        "POST /transfers/answers",
        "POST /services/{service_id}/decline",
        "POST /inquiries/{inquiry_id}/decline", "POST /inquiries/{inquiry_id}/cannot-tell",
        "POST /fund/claims/{claim_id}/return", "POST /fund/claims/{claim_id}/decline",
        "POST /fund/claims/{claim_id}/fail",
    }
)
_FORM: Final = {"content-type": "application/x-www-form-urlencoded"}
_MULTIPART: Final = {"content-type": "multipart/form-data; boundary=cut"}
# What an allowed request may answer beyond success and a refusal by the present state (409), as status or code.
ALSO: Final[dict[str, set[int | str]]] = {
    # The password that is sent is not the account's own.
    "POST /me/password": {422, 429},
    "POST /auth/token": {401, 429},
    # Nobody of the scene carries an authenticator: whoever holds rights of power is sent to set one up.
    "POST /auth/step-up": {"current_password_wrong", "factor_missing", 429},
    "POST /auth/totp/enrol": {"current_password_wrong", 429},
    "POST /auth/totp/confirm": {422, 429},
    "POST /auth/refresh": {401},
    # Tables are named for roles of their own in policies/reports.
    "GET /statistics/{report}": {403},
    # Nothing was given to the public.
    "GET /statistics/releases/{report}/{period}": {404},
    # The name stays covered until a reason was given in this sign-in.
    "GET /cases/{case_id}/identity": {"reveal_needed"},
    "GET /cases/{case_id}/own-copy": {"reveal_needed"},
    # Nobody is named by an id that is nobody's: the door has opened, and nothing is sealed.
    "POST /cases/{case_id}/seal": {"names_do_not_carry"},
    "POST /cases/{case_id}/seal/names": {"names_do_not_carry"},
    "POST /deputies": {422},
    # The example names an office of one country.
    "POST /directory/contacts": {422},
    # The example names a training that is nobody's.
    "POST /users/{user_id}/trainings/correct": {"training_unknown"},
    "POST /users/{user_id}/trainings/revoke": {"training_unknown"},
    "POST /cases/{case_id}/documents": {"file_wrong_type"},
    # Agreeing to an import is one right, opening cases another; and some who open them do not see the narrative.
    "POST /imports": {"table_lacks_columns", "permission_missing", 422},
    # The example names an office of one country.
    "POST /caseload/ask": {422},
    # The example names a shelter of one country, and a group of beds that is nobody's.
    "POST /cases/{case_id}/bed-requests": {422},
    "POST /bed-requests/{bed_request_id}/confirm": {422},
    # The example names a referral that is nobody's.
    "POST /shelter-visits": {422},
    # The example names a case that is nobody's.
    "POST /cases/{case_id}/incident/join": {422},
    # The example names a case that is nobody's.
    "POST /cases/{case_id}/same-person": {422},
    "POST /cases/{case_id}/same-person/apart": {422},
    # Settling a tip is one right; opening a case is another.
    "POST /tips/{tip_id}/case": {"permission_missing"},
    # Writing on the case reaches it; opening further cases is a right of its own.
    "POST /cases/{case_id}/incident/people": {"permission_missing"},
}
# Acts that change who sees what: done last, and only to the case a first responder opened.
DRASTIC: Final = frozenset({"POST /cases/{case_id}/conflicts", "POST /emergency-access"})
# Acts after which the thing is there no more: done when everything else was done to it.
LAST: Final = frozenset({"POST /working-lists/delete"})


class Unfilled(AssertionError):
    """A route that asks for something nobody has said how to fill in."""


@dataclass(frozen=True)
class Route:
    """One method of one route: its template below the host, and what it needs."""

    method: str
    path: str
    permission: str | None
    versioned: bool

    @property
    def name(self) -> str:
        """Method and template below the API, such as 'GET /cases/{case_id}'; a page's path begins with a tilde."""
        return f"{self.method} {'~' if self.page else ''}{self.path.removeprefix(PREFIX)}"

    @property
    def page(self) -> bool:
        """Whether it is a page for people, behind a session's cookie, and not a door of the API."""
        return not self.path.startswith(PREFIX)

    @property
    def parameters(self) -> list[str]:
        """The names of the path parameters, in order."""
        return _NAMED.findall(self.path)

    @property
    def subject(self) -> str | None:
        """The first parameter that names something one may not know of."""
        beside = IN_BODY.get(self.name) or IN_QUERY.get(self.name)
        return beside or next((each for each in self.parameters if each in SUBJECTS), None)


def routes_of(declared: Iterable[Declared]) -> list[Route]:
    """Every method of every route of the running program; Unfilled for a parameter without a filling."""
    found = [
        Route(method, route.path, route.permission, route.versioned) for route in declared for method in route.methods
    ]
    unknown = {
        f"{route.name}: {{{name}}}"
        for route in found
        for name in route.parameters
        if name not in SUBJECTS and name not in FIXED and name != "step"
    }
    if unknown:
        raise Unfilled(f"tests/gates/filling.py does not know how to fill: {', '.join(sorted(unknown))}")
    return sorted(found, key=lambda route: (route.path, route.method))


def path_of(route: Route, subject: Subject) -> str | None:
    """The path with its parameters filled in; None where the subject has no such thing."""
    beside = IN_BODY.get(route.name) or IN_QUERY.get(route.name)
    if beside and not subject.id_of(beside):
        return None
    values = {}
    for name in route.parameters:
        if name == "reference" and route.path.startswith("/referrals/"):
            values[name] = subject.referral_reference
        elif name in SUBJECTS:
            values[name] = subject.id_of(name)
        elif name == "step":
            about_referral = "referral_id" in route.parameters or route.path.startswith("/referrals/")
            about_matter = "matter_id" in route.parameters
            values[name] = STEPS["matter" if about_matter else "referral" if about_referral else "case"]
        elif name == "machine" and route.subject is not None:
            values[name] = MACHINE
        else:
            values[name] = FIXED[name]
        if not values[name]:
            return None
    return _NAMED.sub(lambda match: values[match[1]], route.path)


def query_of(route: Route, subject: Subject) -> str:
    """The query parameters a route cannot do without, filled in for the subject."""
    if route.name in IN_QUERY:
        return f"{IN_QUERY[route.name]}={subject.id_of(IN_QUERY[route.name])}"
    return "year=2026" if route.name == "GET /statistics/{report}" else ""


class Bodies:
    """The body of each route: named above, or the example of the API's own description."""

    def __init__(self, scene: Scene) -> None:
        """Reads the OpenAPI document of the running program."""
        self._scene = scene
        self._document: dict[str, Any] = scene.app.state.api.openapi()
        self._page = DocsPage(self._document)

    def of(self, route: Route, name: str, subject: Subject) -> tuple[Any, dict[str, str]]:
        """Body and further headers for the asker ``name``; Unfilled for a body without an example."""
        headers = {"if-match": f'"{STALE}"'} if route.versioned else {}
        if route.method == "GET":
            return None, {}
        if route.name in _BODIES:
            body = deepcopy(_BODIES[route.name])
            if isinstance(body, bytes):
                return body, _MULTIPART if body.startswith(b"--") else _FORM
        else:
            body = self._example(route)
        if route.name in IN_BODY:
            body.pop("reference", None)
            body[IN_BODY[route.name]] = subject.id_of(IN_BODY[route.name])
        if route.name == "POST /working-lists/rename":
            body["name"] = f"Those of {subject.name}"
        if isinstance(body, dict) and "reason" in body and route.name not in _CODED:
            body["reason"] = "The gate asks, in words enough for a reason."
        if isinstance(body, dict) and name.partition("@")[2]:
            self._at_home(route, body, self._scene.worker(name))
        if body is not None and self._takes(route, "seen_version"):
            body["seen_version"] = STALE
        return body, headers

    def _at_home(self, route: Route, body: dict[str, Any], worker: Worker) -> None:
        """Name a colleague, the own office and another country: whoever may do this at all may do it with these."""
        if self._takes(route, "user_id"):
            staff = next(each for each in self._scene.staff.values() if worker.id in {one.id for one in each.values()})
            body["user_id"] = staff["case_manager"].id
            if self._takes(route, "role"):
                body["role"] = "case_manager"
        if "against" in body:
            # Somebody who sees no case anyway.
            staff = next(each for each in self._scene.staff.values() if worker.id in {one.id for one in each.values()})
            body |= {"against": "user", "value": staff["auditor" if worker.roles == {"analyst"} else "analyst"].id}
            body.pop("until", None)
        if route.name == "POST /users":
            body["office"] = worker.office
        if self._takes(route, "to_country"):
            body["to_country"] = "VN" if worker.country == "LA" else "LA"

    def _example(self, route: Route) -> Any:
        schema = self.schema(route)
        if schema is None:
            return None
        body = self._page.sample(schema)
        if not isinstance(body, dict):
            raise Unfilled(f"{route.name}: its body has no example, and tests/gates/filling.py names none")
        return deepcopy(body)

    def schema(self, route: Route) -> dict[str, Any] | None:
        """The JSON schema of the body, resolved one level; None without a body."""
        paths = {} if route.page else self._document["paths"]
        operation = paths.get(route.path.removeprefix(PREFIX), {}).get(route.method.lower(), {})
        content = operation.get("requestBody", {}).get("content", {})
        if not content:
            return None
        schema: dict[str, Any] = next(iter(content.values()))["schema"]
        if "$ref" in schema:
            schema = self._document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return schema

    def _takes(self, route: Route, field: str) -> bool:
        return field in (self.schema(route) or {}).get("properties", {})
