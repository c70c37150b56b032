"""What must be true after every act of a random course, said a second time and apart from the guards.

Each rule looks at what was there before, what is there now and what was done, and names what is broken.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.access import rows
from app.access.desk import Desk
from app.casework import history, messages, records, refold
from app.casework.facts import stored
from app.casework.held import CASE, FACTS, REFERRAL, hold_case, hold_referral
from app.casework.transfers import SERVICES, TRANSFERS
from app.kit.errors import AppError, Forbidden, Invalid
from app.models.history import HistoryEntry
from app.models.outbox import OutboxRow
from app.models.record import Record
from app.models.shelter import BedRequest
from app.models.task import Task
from tests.gates.courses_ground import Ground, World, looking, looking_on
from workflows.engine import MACHINES
from workflows.referral import FINAL

OUTBOX: Final[Any] = OutboxRow.__table__
TASK: Final[Any] = Task.__table__
BED_REQUEST: Final[Any] = BedRequest.__table__
RECORD: Final[Any] = Record.__table__
HISTORY: Final[Any] = HistoryEntry.__table__
DECIDING: Final = ("identify", "not_identify", "uphold")
ENDS: Final = frozenset(state.value for state in FINAL)
UNSETTLED: Final = frozenset({"reported", "screening", "presumed", "deciding", "reconsidering"})
# Every country of the courses gives at least this long to ask again (policies/countries, the default of [W22]).
WINDOW_DAYS: Final = 30
DECIDED: Final = frozenset({"identified", "not_identified"})
# The steps that come with a decision on paper, and those that place somebody.
WRITTEN: Final = frozenset(
    row.name for spec in MACHINES.values() for row in spec.steps if row.form == "identification_decision"
)
PLACING: Final = frozenset(row.name for spec in MACHINES.values() for row in spec.steps if row.form == "placement")
HELD: Final = frozenset({"held", "staying"})
CELLS: Final = frozenset({"police_cell", "immigration_detention", "prison", "vagrant_house"})
# What a step that tells the other country rests on (practice 2.3 G10, G11; ACTIP 14.3, 15.1).
SENDER_NEEDS: Final = {
    "send": "notify_origin", "supply_info": "notify_origin", "disclose_identity": "notify_origin",
    "propose_plan": "return", "schedule_handover": "return", "reschedule": "return", "sign_handover": "return",
    "report_remedy": "notify_origin",
}  # fmt: skip
RECEIVER_NEEDS: Final = {
    "start_tracing": "contact_family", "accept": "return", "report_visit": "reintegration_report",
    "answer_remedy": "reintegration_report",
}  # fmt: skip
# Without these nobody could answer; they need some consent, not one that names them (workflows/disclosure.py).
PROTOCOL: Final = frozenset({"corridor_plan", "age_band", "language", "reintegration"})
# To be questioned, counted, discussed or passed to the police says nothing about another country.
OTHER_PURPOSES: Final = frozenset({"interview", "law_enforcement", "statistics", "case_meeting"})


# The look at the end of a course, which goes through everything.
LAST: Final = "the last look"


@dataclass(frozen=True)
class Deed:
    """One act: what was tried on which subject, and the error that refused it (None: it was done)."""

    what: str
    subject_id: str = ""
    error: AppError | None = None

    @property
    def refused(self) -> bool:
        """Whether it was refused."""
        return self.error is not None


@dataclass
class Seen:
    """What a course has been shown so far, so that each thing is judged once."""

    letters: set[str] = field(default_factory=set)
    chains: dict[str, int] = field(default_factory=dict)


_LINKED = REFERRAL.c.shared_id.in_(bindparam("shared", expanding=True)) | REFERRAL.c.case_id.in_(
    bindparam("cases", expanding=True)
)
# Built once: they are asked after every act.
_COPIES = select(REFERRAL).where(_LINKED)
_CASES = (
    select(CASE, FACTS.c.facts)
    .join(FACTS, FACTS.c.case_id == CASE.c.id)
    .where(CASE.c.id.in_(bindparam("cases", expanding=True)))
)
_TASKS = select(TASK.c.id, TASK.c.case_id, TASK.c.kind, TASK.c.state, TASK.c.missed_at).where(
    TASK.c.case_id.in_(bindparam("cases", expanding=True))
    | TASK.c.referral_id.in_(bindparam("copies", expanding=True))
)
_COUNTS = select(
    select(func.count()).select_from(RECORD).scalar_subquery(),
    select(func.count()).select_from(OUTBOX).scalar_subquery(),
    select(func.count()).where(OUTBOX.c.done_at.is_(None)).select_from(OUTBOX).scalar_subquery(),
    select(func.count()).select_from(messages.TABLE).scalar_subquery(),
    select(func.count()).select_from(CASE).scalar_subquery(),
)
# The place among the counts of what waits to be carried out.
WAITING: Final = 2
_LINES = select(OUTBOX.c.line).where(OUTBOX.c.done_at.is_(None))
_LETTERS = select(messages.TABLE).where(
    messages.TABLE.c.shared_id.in_(bindparam("shared", expanding=True)), messages.TABLE.c.direction == "out"
)


_PAPERS = (
    select(RECORD.c.kind, RECORD.c.created_by)
    .where(RECORD.c.subject_id == bindparam("case"), RECORD.c.kind.in_(("screening", "identification_decision")))
    .order_by(RECORD.c.seq.desc())
)
_DECISIONS = (
    select(HISTORY.c.actor_id)
    .where(HISTORY.c.subject_id == bindparam("case"), HISTORY.c.kind == "step", HISTORY.c.step.in_(DECIDING))
    .order_by(HISTORY.c.seq)
)
_BED = select(BED_REQUEST.c.state).where(BED_REQUEST.c.id == bindparam("request"))
_ASKINGS = select(SERVICES.c.case_id, SERVICES.c.matter_id, SERVICES.c.state).where(
    SERVICES.c.case_id.in_(bindparam("cases", expanding=True)), SERVICES.c.ended_at.is_(None)
)
_TRANSFERS = select(TRANSFERS.c.case_id, TRANSFERS.c.id, TRANSFERS.c.state).where(
    TRANSFERS.c.case_id.in_(bindparam("cases", expanding=True))
)


def look(ground: Ground, cases: list[str], shared: list[str]) -> World:
    """Everything of a course: its cases and copies, their tasks, and how much there is of all the rest."""
    with looking(ground) as session:
        line = session.connection()
        found = line.execute(_COPIES, {"shared": shared, "cases": cases})
        copies = {row.id: dict(row._mapping) for row in found}
        known = [*cases, *(row["case_id"] for row in copies.values() if row["case_id"] not in (None, *cases))]
        found_cases = {row.id: dict(row._mapping) for row in line.execute(_CASES, {"cases": known})}
        tasks = {row.id: tuple(row) for row in line.execute(_TASKS, {"cases": known, "copies": list(copies)})}
        return World(found_cases, copies, tasks, tuple(line.execute(_COUNTS).one()))


def already(ground: Ground, shared: list[str], world: World) -> Seen:
    """What was there when a course began, which is judged no more: who consented to it may have changed their mind."""
    with looking(ground) as session:
        query = select(messages.TABLE.c.message_id).where(messages.TABLE.c.shared_id.in_(shared))
        told = set(session.execute(query).scalars())
    subjects = {**world.cases, **world.copies}
    return Seen(told, {key: row["history_count"] for key, row in subjects.items()})


def broken(ground: Ground, before: World, now: World, deed: Deed, seen: Seen) -> list[str]:
    """Everything that is not as it must be; empty: all rules hold. Asked right after the look that gave ``now``."""
    with looking_on(ground) as session:
        found: list[str] = []
        scene = Scene(ground, session, before, now, deed, seen)
        for name, rule in RULES.items():
            found += [f"{name}: {each}" for each in rule(scene)]
    return found


@dataclass(frozen=True)
class Scene:
    """What every rule is handed."""

    ground: Ground
    session: Session
    before: World
    now: World
    deed: Deed
    seen: Seen
    read: dict[str, dict[str, Any]] = field(default_factory=dict)

    def facts(self, case_id: str) -> dict[str, Any]:
        """The stored facts of a case."""
        if case_id not in self.read:
            self.read[case_id] = json.loads(self.now.cases[case_id]["facts"])
        return self.read[case_id]

    def today(self, country: str) -> date:
        """The day it is in a country."""
        return self.ground.house.policies.day(country, self.ground.clock.now())

    @contextmanager
    def desk(self, country: str) -> Iterator[Desk]:
        """A desk of a country's own system; afterwards everything is seen again."""
        yield self.ground.house.system_desk(self.session, country, "proof")
        rows.enter_everything(self.session)

    def now_is_inside(self, facts: dict[str, Any], days: int) -> bool:
        """Whether fewer than so many days have passed since the negative decision, by the country's own calendar."""
        return (self.today(facts["country"]) - date.fromisoformat(facts["negative_on"])).days < days

    def duties(self, case_id: str) -> set[str]:
        """The kinds of task that wait on a case, running or standing."""
        return {task[2] for task in self.now.tasks.values() if task[1] == case_id and task[3] != "done"}

    def pending(self) -> set[str]:
        """The lines on which something waits."""
        if not self.now.counts[WAITING]:
            return set()
        return set(self.session.execute(_LINES).scalars())


def custody(scene: Scene) -> Iterator[str]:
    """Somebody is responsible at every moment, exactly one country at rest, and it passes with a receipt alone."""
    waiting = scene.pending() if scene.now.copies else set()
    by_shared: dict[str, list[dict[str, Any]]] = {}
    for row in scene.now.copies.values():
        by_shared.setdefault(row["shared_id"], []).append(row)
        if row["custody"] == "receiver":
            receipt = json.loads(row["facts"])["receipt"]
            if receipt is None or not receipt["person_present"]:
                yield f"{row['country']} says that it passed on, without a receipt"
        old = scene.before.copies.get(row["id"])
        if old is not None and (old["custody"], row["custody"]) == ("receiver", "sender"):
            yield f"{row['country']} has given it back"
    for shared, both in by_shared.items():
        holders = [row["country"] for row in both if row["custody"] == row["side"]]
        at_rest = not any(shared in line for line in waiting)
        if not holders:
            yield "nobody is responsible"
        if at_rest and len(holders) != 1:
            yield f"at rest {holders} are responsible"
        if at_rest and len({row["state"] for row in both}) != 1:
            yield f"at rest the copies say {[row['state'] for row in both]}"


def consent(scene: Scene) -> Iterator[str]:
    """Whatever was told to another country is covered by a consent in force that day (IOM-4, WM-CONSENT)."""
    if scene.now.counts[3] == scene.before.counts[3]:
        return
    shared = sorted({row["shared_id"] for row in scene.now.copies.values()})
    for row in scene.session.execute(_LETTERS, {"shared": shared}).all():
        if row.message_id not in scene.seen.letters:
            scene.seen.letters.add(row.message_id)
            with scene.desk(row.country) as desk:
                found = list(_covered(scene, desk, row))
            yield from found


def _covered(scene: Scene, desk: Desk, row: Any) -> Iterator[str]:
    body = messages.body_of(desk, row, records.key_of(desk, row.key_id))
    copy = next(
        each
        for each in scene.now.copies.values()
        if (each["shared_id"], each["country"]) == (row.shared_id, row.country)
    )
    day = desk.policies.day(row.country, row.created_at)
    about, step = set(body.get("about") or {}), str(body["step"])
    case = scene.facts(copy["case_id"]) if copy["case_id"] else None
    live, child = _live(scene, desk, copy, row, case, day)
    sender = copy["side"] == "sender"
    named = (SENDER_NEEDS if sender else RECEIVER_NEEDS).get(step)
    if step == "report_assessment" and _tells_of_family(body):
        named = "contact_family"
    if sender and case is not None and (about or body.get("consents")):
        if case["asylum_claim"]:
            yield f"'{step}' was told while a claim for asylum is open"
        if row.other_country in case["blocked_countries"]:
            yield f"'{step}' was told to a country that is blocked"
    valid = [each for each in live if not child or (each["giver"] == "guardian" and each["child_assent"])]
    # Reporting back rests on what the person said here, after the return.
    own = [each for each in valid if named != "reintegration_report" or not each.get("told")]
    if named and not any(each["purpose"] == named for each in own):
        yield f"'{step}' went out without a consent to {named}"
    if about and not valid:
        yield f"'{step}' told {sorted(about)} without any consent"
    covered = {group for each in valid for group in each["data_groups"]}
    if left := about - PROTOCOL - covered:
        yield f"'{step}' told {sorted(left)}, which no consent covers"


def _tells_of_family(body: dict[str, Any]) -> bool:
    told = (body.get("record") or {}).get("body") or {}
    return any(told.get(name) for name in ("family_found", "family_willing", "family_safe", "complicity_suspected"))


def _live(
    scene: Scene, desk: Desk, copy: dict[str, Any], row: Any, case: dict[str, Any] | None, day: date
) -> tuple[list[dict[str, Any]], bool]:
    """The consents in force towards the other country, from the very records or messages, and whether of a child."""
    found: list[dict[str, Any]] = []
    child = bool(json.loads(copy["facts"])["child"]) or bool(case and case["child"])
    if copy["side"] == "receiver":
        query = select(messages.TABLE).where(
            messages.TABLE.c.country == row.country, messages.TABLE.c.shared_id == row.shared_id,
            messages.TABLE.c.direction == "in",
        )  # fmt: skip
        for heard in scene.session.execute(query.order_by(messages.TABLE.c.seq)).all():
            told = messages.body_of(desk, heard, records.key_of(desk, heard.key_id))
            if "consents" in told:
                heard_of = {"recipient": "*", "told": True}
                found = [{**each, **heard_of} for each in told["consents"]]
    if copy["case_id"]:
        key = records.key_of(desk, copy["key_id"])
        for record in records.rows_of(scene.session, copy["case_id"]):
            if record.kind == "consent":
                form = records.opened(desk, record, key)
                found = [*_beside(found, form), form]
            elif record.kind == "consent_withdrawal":
                form = records.opened(desk, record, key)
                gone, whom = form["purposes"], form.get("recipients")
                found = [
                    each for each in found
                    if each.get("told") or each["purpose"] not in gone or whom and each["recipient"] not in whom
                ]  # fmt: skip
    live = [
        each
        for each in found
        if each["recipient"] in (row.other_country, "*")
        and not each.get("withdrawn_on")
        and date.fromisoformat(each["valid_from"]) <= day
        and (not each.get("valid_until") or day <= date.fromisoformat(each["valid_until"]))
        and each["purpose"] not in OTHER_PURPOSES
        # A message tells no more than who agreed; what was explained is asked of this country's own records.
        and all(value for name, value in each.items() if name.startswith("told_"))
    ]
    return live, child


def _beside(older: list[dict[str, Any]], newer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What a newer consent leaves of the older ones: of the same purpose and recipient, the groups it does not name."""
    for each in older:
        if each.get("told") or (each["purpose"], each["recipient"]) != (newer["purpose"], newer["recipient"]):
            yield each
        elif (rest := set(each["data_groups"]) - set(newer["data_groups"])) and newer.get("earlier") != "ends":
            yield {**each, "data_groups": sorted(rest)}


def hands(scene: Scene) -> Iterator[str]:
    """Inside a country one office holds a case, it changes by a take-over alone, and sight rests on a consent."""
    offices = scene.ground.offices
    askings = _by_case(scene, _ASKINGS, scene.now.cases)
    moved = [each for each in scene.now.cases if _of_transfer(scene, each)]
    transfers = _by_case(scene, _TRANSFERS, moved) if moved else {}
    for case_id, row in scene.now.cases.items():
        facts, old = scene.facts(case_id), scene.before.cases.get(case_id)
        if facts["office"] and offices[row["office_id"]] != facts["office"]:
            yield f"the case is held by {offices[row['office_id']]} and its facts say {facts['office']}"
        if old is not None and old["office_id"] != row["office_id"] and scene.deed.what != "take_over_case":
            yield f"'{scene.deed.what}' has moved a case to another office"
        of_case = _of_transfer(scene, case_id)
        open_ones = [each for each in of_case if each["ended_on"] is None]
        if sum(each["about"] == "take_over" for each in open_ones) > 1:
            yield "two offices are asked to take over one case"
        said = {
            group for each in facts["consents"] if each["purpose"] == "assistance" and each["withdrawn_on"] is None
            for group in each["data_groups"]
        }  # fmt: skip
        for each in open_ones:
            named = {flag.removeprefix("group.") for flag in each["flags"] if flag.startswith("group.")}
            if named - said:
                yield f"{each['state']}: {sorted(named - said)} without any consent"
        if old is not None and old["office_id"] != row["office_id"]:
            left = select(TASK.c.kind).where(
                TASK.c.case_id == case_id, TASK.c.office_id == old["office_id"], TASK.c.state != "done"
            )
            if kinds := list(scene.session.execute(left).scalars()):
                yield f"duties stayed behind: {kinds}"
        if of_case and transfers.get(case_id, {}) != {each["id"]: each["state"] for each in of_case}:
            yield "the other office reads another state than the case"
        asked = {
            each["id"]: each["state"] for each in facts["matters"]
            if "answers.provider" in each["flags"] and each["state"] in ("asked", "accepted", "running", "delivered")
        }  # fmt: skip
        if asked != askings.get(case_id, {}):
            yield "a provider reads another state than the case"


def _of_transfer(scene: Scene, case_id: str) -> list[dict[str, Any]]:
    return [each for each in scene.facts(case_id)["matters"] if each["machine"] == "transfer"]


def _by_case(scene: Scene, query: Any, cases: Iterable[str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for case_id, each, state in scene.session.execute(query, {"cases": list(cases)}):
        found.setdefault(case_id, {})[each] = state
    return found


def closure(scene: Scene) -> Iterator[str]:
    """No case ends with anything open, an ended case stays ended, and nobody has anything to do in it (P9, G20)."""
    for case_id, row in scene.now.cases.items():
        old = scene.before.cases.get(case_id)
        if row["care"] != "closed":
            if old is not None and old["care"] == "closed" and not _reopened(scene, case_id):
                yield f"a closed case is {row['care']} again"
            continue
        todo = sorted(task[2] for task in scene.now.tasks.values() if task[1] == case_id and task[3] == "open")
        if todo:
            yield f"a closed case has tasks: {', '.join(todo)}"
        if old is not None and old["care"] != "closed":
            yield from _ended_with(scene, case_id, old["care"])


def money(scene: Scene) -> Iterator[str]:
    """A claim is never paid beyond its award, in one currency only, and is over exactly when it is paid in full."""
    for case_id in scene.now.cases:
        for each in scene.facts(case_id)["matters"]:
            if each["machine"] != "remedy":
                continue
            paid, due = each["paid"] or 0, each["amount"] or 0
            if paid > due:
                yield f"a claim is paid {paid} of {due}"
            if (each["state"] == "paid") != (due > 0 and paid == due and each["state"] not in {"appealed", "stopped"}):
                yield f"a claim that is {each['state']} is paid {paid} of {due}"
            if {"other_currency", "too_early", "ahead"} & set(each["flags"]):
                yield f"a claim keeps what cannot be: {each['flags']}"


def _reopened(scene: Scene, case_id: str) -> bool:
    """Somebody opened it again with a reason, which is a step of its own and is counted."""
    deed = scene.deed
    return deed.what == "reopen" and deed.subject_id == case_id and scene.facts(case_id)["reopened"] > 0


def _ended_with(scene: Scene, case_id: str, came_from: str) -> Iterator[str]:
    facts = scene.facts(case_id)
    copies = [row for row in scene.now.copies.values() if row["case_id"] == case_id]
    for copy in copies:
        reporting = copy["state"] == "in_reintegration" and copy["side"] == "sender"
        if copy["state"] not in ENDS and not reporting:
            yield f"closed with a referral that is {copy['state']}"
    legal = facts["legal"]
    if legal is not None:
        since = legal["told_on"] or legal["on"]
        told = sum(each["machine"] == "proceeding" and each["opened_on"] >= since for each in facts["matters"])
        if legal["open_proceedings"] > told:
            yield f"closed with {legal['open_proceedings']} proceedings, {told} of them followed"
        since = legal["counted_on"] or legal["on"]
        told = sum(each["machine"] == "remedy" and each["opened_on"] >= since for each in facts["matters"])
        if legal["open_claims"] > told and not legal["cross_border_route"]:
            yield f"closed with {legal['open_claims']} claims that nobody carries on, {told} of them followed"
    for matter in facts["matters"]:
        if matter["ended_on"] is None:
            yield f"closed with a {matter['machine']} that is {matter['state']}"
    if facts["child"] and facts["best_interests_due"] and not facts["deceased"]:
        yield "closed with a best-interests determination due"
    unreachable = facts["closure"] is not None and facts["closure"]["unreachable"]
    if not facts["deceased"]:
        yield from _out_of_reach(scene, case_id, came_from, unreachable)
    never_came = came_from == "awaiting_arrival" and not any(row["custody"] == "receiver" for row in copies)
    if facts["identification"] in UNSETTLED and not (facts["deceased"] or unreachable or never_came):
        yield f"closed while {facts['identification']}"


def _out_of_reach(scene: Scene, case_id: str, came_from: str, said: bool) -> Iterator[str]:
    """Nobody is closed as unreachable on a tick alone or in a bed, nor while a no can still be questioned."""
    facts, before = scene.facts(case_id), json.loads(scene.before.cases[case_id]["facts"])
    if said and not (facts["missing"] or facts["contact_lost"]):
        yield "closed as out of reach, and nothing on record says so"
    if said and not facts["missing"] and (came_from == "sheltered" or before["bed_used"]):
        yield "closed as out of reach in a bed"
    if facts["negative_on"] is not None and scene.now_is_inside(facts, WINDOW_DAYS):
        yield "closed while the decision can be looked at again"


def judgement(scene: Scene) -> Iterator[str]:
    """Who decides has never screened, nobody decides twice, and no child is refused for want of means (P3c, G07)."""
    case_id, what = scene.deed.subject_id, scene.deed.what
    if scene.deed.refused or what not in DECIDING or case_id not in scene.now.cases:
        return
    facts = scene.facts(case_id)
    made = facts["decision"]
    if made["outcome"] != ("identified" if what == "identify" else "not_identified"):
        yield f"'{what}' goes with a decision that says {made['outcome']}"
    if what != "identify" and made["act"] and made["purpose"] and (facts["child"] or made["means"]):
        yield f"'{what}' refuses whose findings meet the definition"
    papers = scene.session.execute(_PAPERS, {"case": case_id}).all()
    screened = {row.created_by for row in papers if row.kind == "screening"}
    steps = list(scene.session.execute(_DECISIONS, {"case": case_id}).scalars())
    hands = {steps[-1], next(row.created_by for row in papers if row.kind == "identification_decision")}
    if screened & hands:
        yield f"'{what}' was decided by who screened"
    if steps[-1] in steps[:-1]:
        yield f"'{what}' was decided twice by the same officer"


def settled(scene: Scene) -> Iterator[str]:
    """What was decided about a person is changed by a deciding step alone, never by a paper beside it (G07)."""
    if scene.deed.what in WRITTEN:
        return
    for case_id, old in scene.before.cases.items():
        was = json.loads(old["facts"])["decision"]
        if old["identification"] in DECIDED and case_id in scene.now.cases and was != scene.facts(case_id)["decision"]:
            yield f"'{scene.deed.what}' has changed the decision of a case that is {old['identification']}"


def beds(scene: Scene) -> Iterator[str]:
    """Nobody is placed in a shelter that has not confirmed a bed for them (OHCHR-G6.1, G8.5)."""
    case_id = scene.deed.subject_id
    if scene.deed.refused or scene.deed.what not in PLACING or case_id not in scene.now.cases:
        return
    facts = scene.facts(case_id)
    place, bed = facts["placement"], facts["bed_used"]
    if place["shelter"] is None:
        return
    if bed is None or bed["shelter"] != place["shelter"]:
        yield f"placed in {place['shelter']}, which has confirmed no bed"
    elif scene.session.execute(_BED, {"request": bed["request"]}).scalar_one() not in HELD:
        yield "placed in a bed that was not confirmed"


def searching(scene: Scene) -> Iterator[str]:
    """Somebody is searched for exactly as long as they are missing, whichever paper says so."""
    for case_id, row in scene.now.cases.items():
        facts = scene.facts(case_id)
        if row["care"] == "closed" or facts["deceased"]:
            continue
        searched = "search_missing" in scene.duties(case_id)
        if searched != facts["missing"]:
            yield "a missing person is not searched for" if facts["missing"] else "searched for, and not missing"


def guarded(scene: Scene) -> Iterator[str]:
    """Where nobody speaks for a child who is presumed to be trafficked, somebody has to be appointed (G04)."""
    for case_id, row in scene.now.cases.items():
        facts = scene.facts(case_id)
        if not facts["child"] or facts["presumed_on"] is None or row["care"] == "closed" or facts["reopened"]:
            continue
        if row["identification"] not in {"presumed", "deciding", "identified"} or facts["deceased"]:
            continue
        today = scene.today(row["country"]).isoformat()
        # The newest appointment that has begun; one that lies ahead silences nobody.
        begun = [each for each in (facts["guardian"], *facts["later_guardians"]) if each and each["since"] <= today]
        keeper = begun[-1] if begun else None
        serves = keeper is not None and keeper["conflict_checked"] and keeper["since"] <= today
        serves = serves and (keeper["until"] is None or today <= keeper["until"])
        if not serves and "appoint_guardian" not in scene.duties(case_id):
            yield "nobody speaks for a child, and nobody has to see to it"


def safe_place(scene: Scene) -> Iterator[str]:
    """Nobody is ever placed in a cell, a prison or a detention centre (OHCHR-G2.6, G6.1)."""
    for case_id in scene.now.cases:
        place = scene.facts(case_id)["placement"]
        if place is not None and place["kind"] in CELLS:
            yield f"placed in {place['kind']}"


def refusal(scene: Scene) -> Iterator[str]:
    """What was refused has changed nothing but the list of attempts, and says what, why, who and by which source."""
    if scene.deed.error is None:
        return
    if scene.before.still() != scene.now.still():
        yield f"'{scene.deed.what}' was refused and something has changed"
    error = scene.deed.error
    if not (error.detail and error.title and error.code):
        yield f"{error.code} says nothing"
    if isinstance(error, Forbidden) and not (error.extra.get("why") or error.extra.get("group")):
        yield f"{error.code} does not say why: {error.extra}"
    if isinstance(error, Invalid) and not all(each.get("field") and each.get("rule") for each in error.extra["errors"]):
        yield "a form was refused without naming field and rule"
    for each in error.extra.get("refusals", ()):
        sources = all(source["id"] and source["title"] and source["asks"] for source in each["sources"])
        # Which step fits the state is told by the list of next steps, not by somebody.
        somebody = each["who"] or each["code"] == "wrong_state"
        if not (each["missing"] and each["why"] and each["mend"] and somebody and each["sources"] and sources):
            yield f"'{each['code']}' does not say what, why, how, who or by which source"


def evidence(scene: Scene) -> Iterator[str]:
    """Every chain goes on from where it was, versions never go back, and the facts are what the history says.

    A whole history is folded again at every third version and at the end of a course, which costs most of all.
    """
    last = scene.deed.what == LAST
    for kind, now, before in (
        ("case", scene.now.cases, scene.before.cases),
        ("referral", scene.now.copies, scene.before.copies),
    ):
        for subject_id, row in now.items():
            old, known = before.get(subject_id), scene.seen.chains.get(subject_id, 0)
            if old is not None and row["version"] < old["version"]:
                yield f"the version of a {kind} went back"
            if row["history_count"] == known and old is not None and row["facts"] == old["facts"] and not last:
                continue
            scene.seen.chains[subject_id] = row["history_count"]
            after = 0 if last else max(0, known - 1)
            entries = history.entries(scene.session, subject_id, after)
            _, fault = history.check_chain(entries, subject_id, row["history_count"], row["chain_head"], after)
            if fault is not None:
                yield fault
            elif last or row["version"] % 3 == 0 and (old is None or row["version"] != old["version"]):
                yield from _refolded(scene, kind, subject_id)


def _refolded(scene: Scene, kind: str, subject_id: str) -> Iterator[str]:
    row = (scene.now.cases if kind == "case" else scene.now.copies)[subject_id]
    with scene.desk(row["country"]) as desk:
        if kind == "case":
            held = hold_case(desk, subject_id, lock=False)
            fresh = stored(refold.case_facts(desk, held))
        else:
            held = hold_referral(desk, subject_id, lock=False)
            fresh = stored(refold.referral_facts(desk, held))
    said, told = json.loads(row["facts"]), json.loads(fresh)
    differing = sorted(name for name in told if told[name] != said.get(name))
    if differing:
        yield f"facts of the {kind} are not what its history says: {', '.join(differing)}"
    columns = ("identification", "care") if kind == "case" else ("state", "custody")
    if any(getattr(held.facts, name) != row[name] for name in columns):
        yield f"the columns of the {kind} do not say what its facts say"


RULES: Final[dict[str, Callable[[Scene], Iterator[str]]]] = {
    rule.__name__: rule for rule in (
        custody, consent, hands, closure, judgement, settled, money, safe_place, beds, searching, guarded, refusal,
        evidence,
    )
}
