"""Five hundred canaries: words that stand nowhere else, in every field where people tell something of a person."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from app.casework import move, records
from app.casework.held import hold_case, hold_referral
from app.casework.history import Event
from app.casework.kinds import KINDS
from app.main import PREFIX
from tests.factories import referrals
from tests.factories.documents import put_document
from tests.factories.forms import day, form
from tests.factories.staff import Staff, desk_of
from tests.gates import groups
from tests.gates.scene import Scene

# Free words are limited to these lengths in every form (app/casework/forms.py); codes and codes of offices are shorter.
FREE = (300, 8000)
ROUNDS = 5
# Every canary looks like this, so a page is read once and not once for each of them. No two can overlap in plain
# letters; in hex one could begin inside something else that looks like one, so there every place is tried.
_PLAIN = re.compile(rb"cnry[0-9a-f]{16}x")
_HEX = re.compile(rb"(?=(636e7279[0-9a-f]{32}78))")
# What else a form says once its words are there, by kind: whoever names an order has asked somebody to stay in.
_ALONGSIDE: Final[dict[str, dict[str, Any]]] = {"shelter_leave": {"asked_to_stay_in": "court_order"}}
# Words that only those read who judge or agree, whatever field groups they see; nobody else at all.
REVIEW, SECOND_PERSON, NOBODY = "review", "second person", "nobody"
# Words that are the writer's alone, whoever sees the case; and those of a note that is for some of its readers.
OWN, FOR, TIP, PLACE = "own words", "for ", "a tip", "the place of an operation"
# The name of a list that an office shares: for all there who see cases at all.
LIST: Final = "a list of the office"
WRITER: Final = "case_manager@home"
AUDIENCES: Final = ("everybody", "team", "office", groups.HEALTH, groups.LEGAL, groups.RISK)


@dataclass(frozen=True)
class Canary:
    """One word, the field group it belongs to, and where it was put."""

    text: str
    group: str
    where: str


@dataclass
class Aviary:
    """The canaries by their word; ``case_id`` and the two copies are where they sit."""

    birds: dict[str, Canary] = field(default_factory=dict)
    case_id: str = ""
    there_case_id: str = ""
    copies: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    approval_id: str = ""
    tip_id: str = ""
    operation_id: str = ""
    emergency_id: str = ""

    def hatch(self, group: str, where: str) -> str:
        """A new canary: letters and digits only, so that no encoding changes it."""
        text = f"cnry{secrets.token_hex(8)}x"
        assert _PLAIN.fullmatch(text.encode())
        self.birds[text] = Canary(text, group, where)
        return text

    def found_in(self, content: bytes | str) -> Iterator[Canary]:
        """The canaries in some bytes, plain or in hex."""
        plain = content.encode() if isinstance(content, str) else content
        words = {found.decode() for found in _PLAIN.findall(plain)}
        words |= {bytes.fromhex(found.decode()).decode("latin-1") for found in _HEX.findall(plain)}
        yield from (self.birds[word] for word in sorted(words) if word in self.birds)


def release(scene: Scene) -> Aviary:
    """Put canaries into a case of the shelter in Tak that has crossed to Myanmar, through the real services."""
    aviary = Aviary()
    here: Staff = {**scene.staff["home"], "border_focal_point": scene.staff["border"]["border_focal_point"]}
    there: Staff = {**scene.staff["partner"], "border_focal_point": scene.staff["partner_border"]["border_focal_point"]}
    note = aviary.hatch(groups.NARRATIVE, "note of opening")
    pair = referrals.bring_referral(scene.house, here, there, "received", identity=_person(aviary), note=note)
    aviary.case_id, aviary.copies = pair.case_id, (pair.sent_from, pair.arrived)
    aviary.there_case_id = referrals.receiving_case(scene.house, pair)
    for _ in range(ROUNDS):
        for kind in KINDS.values():
            _file(scene, aviary, here, kind.name)
    _write(scene, aviary)
    _follow(scene, aviary)
    _say(scene, aviary)
    worker, content = scene.worker("case_manager@home"), b"%PDF-1.7 "
    for kind, group in (("court_paper", groups.LEGAL), ("medical_report", groups.HEALTH)):
        words = content + aviary.hatch(group, f"content of a {kind}").encode()
        note = aviary.hatch(group, f"note of a {kind}")
        found = put_document(scene.house, worker, aviary.case_id, words, kind, note)
        aviary.documents = (*aviary.documents, found)
    return aviary


def _write(scene: Scene, aviary: Aviary) -> None:
    """A note for each audience, and the names of working lists."""
    for audience in AUDIENCES:
        group = groups.NARRATIVE if audience == "everybody" else FOR + audience
        body = {"note": aviary.hatch(group, f"note for {audience}"), "audience": audience}
        _done(scene, f"/cases/{aviary.case_id}/notes", body)
    _done(scene, "/working-lists", {"name": aviary.hatch(OWN, "name of a working list"), "filters": {"who": "mine"}})
    shared = {"name": aviary.hatch(LIST, "name of a shared list"), "filters": {"late": "yes"}, "shared": True}
    _done(scene, "/working-lists", shared)


def _follow(scene: Scene, aviary: Aviary) -> None:
    """Records whose doors make more of them: tasks, flags, minutes, alarms, matters; their words go no further."""
    case, office = f"/cases/{aviary.case_id}", scene.worker(WRITER).office
    present = [{"part": "case_manager", "at": office}]
    meeting = {"kind": "case_conference", "held_on": day(scene.house, -1), "present": present}
    # What is looked up has to be there: a canary in its place would be refused.
    known = {
        "minutes": {"meeting": _done(scene, "/meetings", meeting)["id"]},
        "service_request": {"provider_office": office, "provider": None},
    }

    def take(path: str, what: str, **step: str) -> Any:
        seen = scene.knocker.knock("GET", PREFIX + case, token=scene.token(WRITER)).json["version"]
        note = aviary.hatch(groups.NARRATIVE, f"note of {what} at its door")
        told = {**step, "seen_version": seen, "note": note}
        if what in KINDS:
            told["record"] = filled_in(scene, aviary, what) | known.get(what, {})
        return _done(scene, path, told)

    for kind in (
        "admission", "information_given", "shelter_leave", "shelter_return", "own_task", "flag", "flag_clearance",
        "minutes", "missing_report", "found_report", "decision_notice",
    ):  # fmt: skip
        take(f"{case}/records/{kind}", kind)
    for kind, machine, step in (
        ("penalty_report", "non_punishment", "report_penalty"), ("proceeding", "proceeding", "open_proceeding"),
        ("threat_report", "threat", "report_threat"),
    ):  # fmt: skip
        take(f"{case}/matters", kind, machine=machine, step=step)
    asked = take(f"{case}/matters", "service_request", machine="service", step="request_service")
    for step in ("accept_service", "start_service", "complete_service"):
        what = "service_outcome" if step == "complete_service" else step
        take(f"{case}/matters/{asked['matter']['id']}/steps/{step}", what)
    named = take(f"{case}/matters", "relative", machine="relative", step="name_relative")
    take(f"{case}/matters/{named['matter']['id']}/steps/allow_contact", "contact_decision")
    # Last of all: of the dead nothing else is asked or done.
    take(f"{case}/records/death_report", "death_report")


def _done(scene: Scene, path: str, body: dict[str, Any]) -> Any:
    """What the door answers the writer, who may do this."""
    answer = scene.knocker.knock("POST", PREFIX + path, token=scene.token(WRITER), body=body)
    assert answer.status in (200, 201), (path, answer.body)
    return answer.json


def _say(scene: Scene, aviary: Aviary) -> None:
    """The reasons and notes that people give at the doors, each through its door."""
    case, analyst = f"/cases/{aviary.case_id}", scene.worker("analyst@home").id

    def words(where: str, group: str = groups.NARRATIVE) -> str:
        return aviary.hatch(group, where)

    block = {"against": "user", "value": analyst, "why": "safety", "reason": words("reason of a block")}
    emergency = {"case_id": aviary.case_id, "confirm": True, "reason": words("reason of an emergency", REVIEW)}
    export = {"purpose": "ministry_report", "note": words("note of an export", NOBODY), "filters": {}}
    incident = {
        "happened_on": "2026-11-20", "place_kind": "workplace", "sector": "fishing", "exploitation": "ForcedLabour",
        "source": "police",
    }  # fmt: skip
    offender = {
        "role": "recruiter", "names": [words("name of an alleged offender", groups.OFFENDERS)],
        "words": words("words on an alleged offender", groups.OFFENDERS),
    }  # fmt: skip
    tip = {
        "way": "call", "place_kind": "workplace", "sector": "fishing", "exploitation": "unknown", "children": "no",
        "danger": "low", "call_back": "yes", "told": [], "told_language": "my",
        "what": words("what a caller told", TIP), "where": words("where a caller saw it", TIP),
        "contact": words("how a caller is reached", TIP),
    }  # fmt: skip
    operation = {
        "planned_on": day(scene.house, 20), "place_kind": "workplace", "sector": "fishing",
        "where": words("where an operation is to be", PLACE),
        "expected": [{"people": 2, "sex": "F", "age_band": "18+", "language": "my"}],
    }  # fmt: skip
    rotation = {"operation": "rotate_token_key", "note": words("note of a key operation", SECOND_PERSON)}
    for who, path, body in (
        ("case_manager@home", f"{case}/identity/reveal", {"reason": words("reason of a reveal")}),
        ("case_manager@home", f"{case}/blocks", block),
        ("case_manager@home", f"{case}/referrals", {"to_country": "LA", "note": words("note of a draft")}),
        ("health_officer@home", f"{case}/conflicts", {"note": words("note of a conflict")}),
        ("legal_officer@home", f"{case}/incident", incident),
        ("legal_officer@home", f"{case}/incident/offenders", offender),
        ("case_manager@home", "/tips", tip),
        ("first_responder@home", "/operations", operation),
        ("supervisor@sister", "/emergency-access", emergency),
        ("supervisor@home", "/exports", export),
        ("administrator@home", "/keys/rotations", rotation),
    ):
        answer = scene.knocker.knock("POST", PREFIX + path, token=scene.token(who), body=body)
        assert answer.status in (200, 201, 202), (path, answer.body)
        if path == "/emergency-access":
            aviary.emergency_id = answer.json["id"]
        if path == "/operations":
            aviary.operation_id = answer.json["id"]
        if path == "/tips":
            aviary.tip_id = answer.json["id"]
        if path == "/keys/rotations":
            aviary.approval_id = answer.json["id"]
    _finish_a_task(scene, aviary)


def _finish_a_task(scene: Scene, aviary: Aviary) -> None:
    """Mark the first task that ends by somebody's word as done."""
    token = scene.token("shelter_manager@home")
    tasks = scene.knocker.knock("GET", f"{PREFIX}/tasks", query=f"case_id={aviary.case_id}", token=token).json["items"]
    _stop_a_clock(scene, aviary, tasks)
    by_hand = next((each["id"] for each in tasks if not each["closed_by"]), None)
    if by_hand is not None:
        body = {"note": aviary.hatch(groups.NARRATIVE, "note of a task")}
        answer = scene.knocker.knock("POST", f"{PREFIX}/tasks/{by_hand}/done", token=token, body=body)
        assert answer.status in (200, 403), answer.body


def _stop_a_clock(scene: Scene, aviary: Aviary, tasks: list[dict[str, Any]]) -> None:
    """Stop the clock of one task and let it run again, each with a note."""
    token = scene.token("shelter_manager@home")
    never = scene.house.policies.clocks.never
    task = next(each["id"] for each in tasks if each["clock"] not in never and not each["late"])
    body = {"cause": "person_unwell", "note": aviary.hatch(groups.NARRATIVE, "note of a stopped clock")}
    again = {"note": aviary.hatch(groups.NARRATIVE, "note of a clock that runs again")}
    for act, said in (("stop", body), ("resume", again)):
        answer = scene.knocker.knock("POST", f"{PREFIX}/tasks/{task}/{act}", token=token, body=said)
        assert answer.status == 200, answer.body


def _person(aviary: Aviary) -> dict[str, Any]:
    known: dict[str, Any] = {
        name: aviary.hatch(group, f"identity.{name}")
        for name, group in groups.PERSON.items()
        if name not in ("sex", "birth_date", "birth_year", "other_names")
    }
    return {**known, "other_names": [aviary.hatch(groups.IDENTITY, "identity.other_names")], "birth_year": 1998}


def _file(scene: Scene, aviary: Aviary, staff: Staff, name: str) -> None:
    """One record of a kind with a canary in every free field and one in the note beside it.

    Stored without its guards and its fold: what the words say must not matter to where they are found.
    """
    kind, worker = KINDS[name], staff["case_manager"]
    body = filled_in(scene, aviary, name)
    note = aviary.hatch(groups.NARRATIVE, f"note of {name}")
    with desk_of(scene.house, worker) as desk:
        filled = records.check(desk.policies, name, body)
        if kind.home == "case":
            move.keep_on_case(desk, hold_case(desk, aviary.case_id), filled, desk.now, worker.id, note)
            return
        held = hold_referral(desk, aviary.copies[0])
        record_id, digest = move._store(desk, held, filled, desk.now, worker.id)
        details = {"record": {"id": record_id, "kind": name, "digest": digest}, "corrects": None}
        move.write(desk, held, Event("record", name, held.version + 1, details, desk.now, note))


def filled_in(scene: Scene, aviary: Aviary, kind: str) -> dict[str, Any]:
    """The form of a kind with canaries in its free words, and what has to go with them."""
    example = form(scene.house, kind, **_ALONGSIDE.get(kind, {}))
    return sown(aviary, KINDS[kind].form.model_json_schema(), example, kind)


def sown(aviary: Aviary, schema: dict[str, Any], example: dict[str, Any], kind: str) -> dict[str, Any]:
    """The example of a form with a canary wherever its schema takes free words."""
    told = dict(example)
    definitions = schema.get("$defs", {})
    for name, each in schema["properties"].items():
        group = groups.KINDS[kind]
        if kind in ("handover", "handover_schedule", "receipt"):
            group = groups.FORM_FIELDS.get(name, group)
        if _free(part := _told(each, definitions)):
            told[name] = aviary.hatch(group, f"{kind}.{name}")
        elif part.get("type") == "array":
            item = _told(part["items"], definitions)
            if _free(item):
                told[name] = [aviary.hatch(group, f"{kind}.{name}") for _ in range(2)]
            elif "properties" in item:
                told[name] = [sown(aviary, {**item, "$defs": definitions}, one, kind) for one in told.get(name, [])]
    return told


def _told(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """The schema of a value that is there: past optional ones and references."""
    if "anyOf" in schema:
        schema = next(each for each in schema["anyOf"] if each.get("type") != "null")
    if "$ref" in schema:
        found: dict[str, Any] = definitions[schema["$ref"].rpartition("/")[2]]
        return found
    return schema


def _free(schema: dict[str, Any]) -> bool:
    return schema.get("type") == "string" and schema.get("maxLength") in FREE
