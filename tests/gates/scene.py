"""The scene of the gates: seven offices with every role in each, and one subject of every sort one may not see."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from sqlalchemy import delete, insert, select, update

from app.access.desk import House
from app.casework import contacts
from app.casework.held import CASE, KEY, PERSON, REFERRAL
from app.kit import log
from app.kit.clock import SettableClock
from app.models.base import new_id
from app.models.case import CaseTeam
from app.models.identity import PersonIdentity
from app.models.record import Record
from app.models.task import Task
from app.models.walls import AccessBlock, Deputy, EmergencyAccess, SealName
from app.referrals.handing import number_of
from app.settings import Settings
from tests.conftest import START
from tests.factories import cases, referrals
from tests.factories.forms import form
from tests.factories.houses import put_offices
from tests.factories.programs import program
from tests.factories.staff import Staff, Worker, add_user, disable, hire, step_up, token_for, tokens_for
from tests.gates.belongings import belong
from tests.gates.knocking import Knocker
from tests.gates.oracle import Asker, written_rights
from tests.inspect import reading, tampering, writing

# Where the askers sit, seen from a case of the shelter in Tak that is referred to Myanmar.
PLACES = {
    "home": "th-shelter-tak",
    "sister": "th-shelter-chiang-rai",
    "ngo": "th-ngo",
    "border": "th-border-mae-sot",
    "abroad": "la-mlsw",
    "partner": "mm-dor",
    "partner_border": "mm-border-myawaddy",
}
_PLACES_OF = {"other_office": "sister", "other_organisation": "ngo", "other_country": "abroad", "partner": "partner"}
NOBODY = "00000000-0000-4000-8000-000000000000"
# An entry of the directory that every country knows, and Thailand keeps.
CONTACT = "5f1e2d3c-4b5a-4678-9012-3456789abcde"
STRANGE = "not-an-id"


@dataclass(frozen=True)
class Subject:
    """What paths are filled with: ids of one case and of what hangs on it; an empty one is left out."""

    name: str
    case_id: str = ""
    referral_id: str = ""
    record_id: str = ""
    task_id: str = ""
    user_id: str = ""
    block_id: str = ""
    hold_id: str = ""
    deputy_row: str = ""
    emergency_id: str = ""
    notice_id: str = ""
    export_id: str = ""
    import_id: str = ""
    job_id: str = ""
    approval_id: str = ""
    draft_id: str = ""
    document_id: str = ""
    shelter_id: str = ""
    beds_id: str = ""
    bed_request_id: str = ""
    transfer_id: str = ""
    service_id: str = ""
    claim_id: str = ""
    reference: str = ""
    number: str = ""
    referral_reference: str = ""
    matter_id: str = ""
    meeting_id: str = ""
    corridor_meeting_id: str = ""
    shelter_visit_id: str = ""
    list_id: str = ""
    tip_id: str = ""
    inquiry_id: str = ""
    operation_id: str = ""
    reservation_id: str = ""

    def id_of(self, parameter: str) -> str:
        """The id for a path parameter such as case_id."""
        return str(getattr(self, parameter))


@dataclass
class Scene:
    """The running program with its askers (by role@place), their tokens, and the subjects by name."""

    app: FastAPI
    clock: SettableClock
    knocker: Knocker
    staff: dict[str, Staff] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    subjects: dict[str, Subject] = field(default_factory=dict)

    @property
    def house(self) -> House:
        """What the program holds."""
        house: House = self.app.state.house
        return house

    def worker(self, name: str) -> Worker:
        """The account called role@place."""
        role, _, place = name.partition("@")
        return self.staff[place][role]

    def asker(self, name: str) -> Asker:
        """The same account as the oracle sees it."""
        worker = self.worker(name)
        return Asker(worker.id, worker.roles, worker.office, worker.organisation, worker.country)

    def place_of(self, subject: str) -> Staff:
        """The staff of the office to which a subject belongs."""
        return self.staff[_PLACES_OF.get(subject, "home")]

    def askers(self) -> list[str]:
        """Every account, as role@place."""
        return [f"{role}@{place}" for place in PLACES for role in self.staff[place]]

    def token(self, name: str) -> str:
        """A live token of role@place."""
        if name not in self.tokens:
            self.tokens[name] = token_for(self.house, self.worker(name))
            step_up(self.house, self.worker(name))
        return self.tokens[name]


@contextmanager
def open_scene(url: str, folder: Path) -> Iterator[Scene]:
    """The scene over the migrated database at ``url``; ``folder`` takes the keys."""
    clock = SettableClock(START)
    with program(Settings(environment="demo", var=folder / "var", database_url=url), clock) as app:
        scene = Scene(app, clock, Knocker(app))
        try:
            _build(scene)
            yield scene
        finally:
            scene.knocker.close()
            scene.house.db.dispose()


def quiet() -> None:
    """Send the program's log nowhere: for gates that run as commands."""
    log.configure(Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - until the process ends


def _build(scene: Scene) -> None:
    house = scene.house
    put_offices(house)
    for place, office in PLACES.items():
        workers = hire(house, [(office, (role,), None) for role in written_rights()])
        scene.staff[place] = dict(zip(written_rights(), workers, strict=True))
    gone = add_user(house, PLACES["home"], "social_worker")
    scene.tokens["disabled"] = token_for(house, gone)
    disable(house, gone)
    home, ngo, sister = scene.staff["home"], scene.staff["ngo"], scene.staff["sister"]
    tokens = tokens_for(house, [scene.worker(name) for name in scene.askers()], fresh=True)
    scene.tokens |= zip(scene.askers(), tokens, strict=True)
    _subjects(scene)
    _directory(scene.house)
    _walls(scene, home, ngo, sister)


def _subjects(scene: Scene) -> None:
    house = scene.house
    meeting = {
        side: {**scene.staff[place], "border_focal_point": scene.staff[border]["border_focal_point"]}
        for side, place, border in (("here", "home", "border"), ("there", "partner", "partner_border"))
    }
    pair = referrals.bring_referral(house, meeting["here"], meeting["there"], "received")
    made = {"home": (pair.case_id, pair.sent_from), "partner": (referrals.receiving_case(house, pair), pair.arrived)}
    for name, place, to in (
        ("other_office", "sister", "MM"), ("other_organisation", "ngo", "MM"), ("other_country", "abroad", "TH"),
        ("sealed", "home", "MM"), ("blocked_user", "home", "MM"), ("blocked_organisation", "home", "MM"),
        ("erased", "home", "MM"),
    ):  # fmt: skip
        staff = scene.staff[place]
        case_id = referrals.bring_case_for_referral(house, staff)
        office = {"MM": "mm-dor", "TH": "th-datip"}[to]
        made[name] = (case_id, referrals.draft(house, staff, case_id, to, office))
    made["own"] = (cases.open_case(house, scene.staff["home"]["first_responder"]), "")
    for name, (case_id, referral_id) in made.items():
        # An account without a case of its own: to look at it, or to try to change it, changes nothing else here.
        user = scene.place_of(name)["analyst"]
        # Asked for by somebody who sees the case: row security hides it from those who are not on its team.
        asker = scene.place_of(name)["first_responder" if name == "own" else "social_worker"]
        record = form(house, "service_request", provider_office=asker.office)
        matter = cases.take(house, asker, case_id, "request_service", record).matter_id or ""
        scene.subjects[name] = replace(_subject(house, name, case_id, referral_id, user.id), matter_id=matter)
    for name, text in (("nonexistent", NOBODY), ("malformed", STRANGE)):
        scene.subjects[name] = Subject(name, *[text] * (len(fields(Subject)) - 1))


def _subject(house: House, name: str, case_id: str, referral_id: str, user_id: str) -> Subject:
    tasks: Any = Task.__table__
    records: Any = Record.__table__
    with reading(house.db) as session:
        task = session.execute(
            select(tasks.c.id).where(tasks.c.case_id == case_id).order_by(tasks.c.opened_at, tasks.c.id).limit(1)
        ).scalar_one_or_none()
        record = session.execute(
            select(records.c.id).where(records.c.subject_id == case_id, records.c.kind.in_(("wish", "rights_notice")))
            .order_by(records.c.seq).limit(1)
        ).scalar_one_or_none()  # fmt: skip
        reference = session.execute(select(CASE.c.reference).where(CASE.c.id == case_id)).scalar_one()
        copy = select(REFERRAL.c.shared_id, REFERRAL.c.reference).where(REFERRAL.c.id == referral_id)
        shared = session.execute(copy).one_or_none()
    number, called = (number_of(shared.shared_id), shared.reference) if shared else ("", "")
    return Subject(
        name, case_id, referral_id, record or "", task or "", user_id, reference=reference, number=number,
        referral_reference=called,
    )  # fmt: skip


def _directory(house: House) -> None:
    """What the directory says of one office, as every country keeps it."""
    said = {
        "entry": CONTACT, "version": 1, "office": "th-datip", "kinds": ["referral"], "timezone": "Asia/Bangkok",
        "hours": {"mon": "08:30-16:30"}, "phone": "+66 00 000 001", "valid_from": "2026-01-01",
        "verified_on": "2026-01-01", "verified_by": "national_focal_point", "next_check": "2027-01-01",
    }  # fmt: skip
    with writing(house.db) as session:
        for country in house.policies.countries:
            contacts.keep_entry(house.system_desk(session, country), "TH", said, "partner:TH")


def _walls(scene: Scene, home: Staff, ngo: Staff, sister: Staff) -> None:
    """Seals, blocks, deputies, emergencies and the team, live and over, straight into the tables."""
    house, now = scene.house, scene.clock.now()
    for name, subject in scene.subjects.items():
        if name not in _NO_CASE:
            scene.subjects[name] = replace(subject, **belong(house, scene.place_of(name), subject.case_id))
    long_ago, yesterday, tomorrow = (now + timedelta(days=days) for days in (-2, -1, 1))
    keys = {name: _key_of(house, each.case_id) for name, each in scene.subjects.items() if name not in _NO_CASE}
    chief = home["supervisor"].id
    with tampering(house.db) as session:
        key = keys["sealed"]
        person = select(PERSON.c.id).where(PERSON.c.key_id == key)
        session.execute(update(CASE).where(CASE.c.person_id.in_(person)).values(sealed=True))
        session.execute(update(REFERRAL).where(REFERRAL.c.key_id == key).values(sealed=True))
        named = (("case_manager", None), ("supervisor", None), ("legal_officer", yesterday))
        for user, until in ((home[role], until) for role, until in named):
            row = {"id": new_id(), "country": "TH", "key_id": key, "user_id": user.id, "named_by": chief}
            session.execute(insert(SealName), {**row, "since": long_ago, "until": until})
        for name, kind, value, until, lifted in (
            ("blocked_user", "user", home["social_worker"].id, None, None),
            ("blocked_organisation", "organisation", "th-msdhs", tomorrow, None),
            ("home", "user", home["social_worker"].id, yesterday, None),
            ("home", "organisation", "th-msdhs", None, yesterday),
        ):
            row = {"id": new_id(), "country": "TH", "key_id": keys[name], "kind": kind, "value": value}
            row |= {"why": "safety", "set_by": chief, "since": long_ago, "until": until}
            session.execute(insert(AccessBlock), {**row, "lifted_at": lifted, "lifted_by": chief if lifted else None})
        for user, subject, until in (
            (sister["supervisor"], "home", tomorrow), (sister["health_officer"], "home", yesterday),
            (sister["supervisor"], "sealed", tomorrow), (ngo["supervisor"], "blocked_user", tomorrow),
        ):  # fmt: skip
            row = {"id": new_id(), "country": "TH", "case_id": scene.subjects[subject].case_id, "user_id": user.id}
            row |= {"office_id": user.office_id, "sealed_reason": b"", "since": long_ago, "until": until}
            session.execute(insert(EmergencyAccess), row)
        for user, deputy, until in (
            (home["case_manager"], ngo["case_manager"], tomorrow),
            (home["social_worker"], ngo["social_worker"], yesterday),
        ):
            row = {"id": new_id(), "country": "TH", "user_id": user.id, "deputy_id": deputy.id, "set_by": chief}
            session.execute(insert(Deputy), {**row, "since": long_ago, "until": until})
        for user, until in ((sister["social_worker"], tomorrow), (sister["case_manager"], yesterday)):
            row = {"id": new_id(), "case_id": scene.subjects["home"].case_id, "user_id": user.id}
            row |= {"role": min(user.roles), "since": long_ago, "until": until}
            session.execute(insert(CaseTeam), row)
        # What an erasure will leave: no identity, no key, and everything that never named anybody.
        session.execute(update(KEY).where(KEY.c.id == keys["erased"]).values(wrapped=b""))
        person = select(CASE.c.person_id).where(CASE.c.id == scene.subjects["erased"].case_id)
        session.execute(delete(PersonIdentity).where(PersonIdentity.person_id.in_(person)))


_NO_CASE = ("nonexistent", "malformed")


def _key_of(house: House, case_id: str) -> str:
    query = select(PERSON.c.key_id).join(CASE, CASE.c.person_id == PERSON.c.id).where(CASE.c.id == case_id)
    with reading(house.db) as session:
        return str(session.execute(query).scalar_one())


def nested(scene: Scene) -> Subject:
    """A record and a file of a case seen by nobody here, below one that is seen: the parent must not vouch for them."""
    stranger = scene.subjects["other_country"]
    theirs = {"record_id": stranger.record_id, "document_id": stranger.document_id}
    return replace(scene.subjects["home"], name="nested", list_id="", **theirs)
