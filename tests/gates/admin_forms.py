"""Forms of the administration's pages: for each state-changing route one that would change something, filled in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyotp
from sqlalchemy import insert, select, update

from app.access import factors
from app.models.base import new_id
from app.models.outbox import OutboxRow
from app.models.training import TrainingEntry
from app.models.user import User
from app.worker import Worker as Postman
from tests.factories.staff import Worker, add_user
from tests.factories.towns import Town
from tests.gates.town_forms import Ready, filled
from tests.inspect import reading, writing

FRESH = "seven lanterns on a quiet river"


def somebody(town: Town) -> Worker:
    """A fresh colleague without a right of power, so that no second person is needed."""
    return add_user(town.house, "th-shelter-tak", "social_worker")


def account(what: str, **typed: Any) -> Callable[[Town], Ready]:
    """The form ``what`` of somebody's account."""

    def make(town: Town) -> Ready:
        path = f"/admin/users/{somebody(town).id}/{what}"
        return filled(town, town.th["administrator"], path, path, **typed)

    return make


def allow(town: Town) -> Ready:
    """Let somebody in again who was stopped."""
    stopped = somebody(town)
    with writing(town.house.db) as session:
        session.execute(update(User).where(User.id == stopped.id).values(active=False))
    path = f"/admin/users/{stopped.id}/allow"
    return filled(town, town.th["administrator"], path, path)


def factor(town: Town) -> Ready:
    """Take somebody's authenticator away."""
    who, now = somebody(town), town.clock.now()
    with town.house.db.write() as session:
        secret = factors.begin(session, town.house.keys, who.id, now)
        assert factors.confirm(session, town.house.keys, who.id, pyotp.TOTP(secret).at(now), now)
    path = f"/admin/users/{who.id}/factor"
    return filled(town, town.th["administrator"], path, path)


def new_user(town: Town) -> Ready:
    """Open an account."""
    typed = {"login": "nok.srisai", "display_name": "Nok Srisai", "office": "th-datip", "roles": ["social_worker"]}
    path = "/admin/users/new"
    return filled(town, town.th["administrator"], path, path, password=FRESH, **typed)


def deputy(town: Town) -> Ready:
    """Name a deputy."""
    last = town.clock.now() + timedelta(days=9)
    until = {"until_day": last.day, "until_month": last.month, "until_year": last.year}
    path = "/admin/deputies/new"
    both = {"user_id": somebody(town).id, "deputy_id": somebody(town).id}
    return filled(town, town.th["supervisor"], path, path, **both, **{name: str(part) for name, part in until.items()})


def deputy_end(town: Town) -> Ready:
    """End a time of standing in."""
    absent, standing = somebody(town), somebody(town)
    town.step_up(town.th["supervisor"])
    until = (town.clock.now() + timedelta(days=3)).isoformat()
    body = {"user_id": absent.id, "deputy_id": standing.id, "until": until}
    made = town.post(town.th["supervisor"], "/deputies", body)
    assert made.status_code == 201, made.text
    path = f"/admin/deputies/{made.json()['id']}/end"
    return filled(town, town.th["supervisor"], path, path)


def try_again(town: Town) -> Ready:
    """Have what waits delivered now."""
    now = town.clock.now()
    row = {
        "id": new_id(), "country": "TH", "to_country": "MM", "line": f"x:{new_id()}", "seq": 1,
        "effect": "deliver_receipt",
        "payload": '{"to":"MM","message":"m","receipt":{}}', "created_at": now, "attempts": 1,
        "next_at": now + timedelta(minutes=50), "last_error": "ConnectError",
    }  # fmt: skip
    with writing(town.house.db) as session:
        session.execute(insert(OutboxRow), row)
    return filled(town, town.th["administrator"], "/admin/links", "/admin/links/try")


def training(what: str, **typed: Any) -> Callable[[Town], Ready]:
    """Correct a training of somebody, or take it back."""

    def make(town: Town) -> Ready:
        who = somebody(town)
        with reading(town.house.db) as session:
            mine = select(TrainingEntry.training_id).where(TrainingEntry.user_id == who.id).limit(1)
            known = session.execute(mine).scalar_one()
        at = f"/admin/users/{who.id}/trainings"
        return filled(town, town.th["administrator"], f"{at}/change?training={known}", f"{at}/{what}", **typed)

    return make


CONTACT: dict[str, Any] = {
    "office": "th-datip", "kinds": ["referral"], "phone": "+66 00 000 001", "valid_from": "2026-01-01",
}  # fmt: skip


def new_contact(town: Town) -> Ready:
    """Add an entry of the directory."""
    path = "/admin/contacts/new"
    typed = {"office": "th-datip", "kinds": ["referral"], "phone": "+66 00 000 001"}
    return filled(town, town.th["national_focal_point"], path, path, **typed)


def contact(what: str, country: str, **typed: Any) -> Callable[[Town], Ready]:
    """The form ``what`` of an entry that a country keeps, in the hands of Thailand."""

    def make(town: Town) -> Ready:
        staff, office = {"TH": (town.th, "th-datip"), "MM": (town.mm, "mm-dor")}[country]
        made = town.post(staff["national_focal_point"], "/directory/contacts", CONTACT | {"office": office})
        assert made.status_code == 201, made.text
        Postman(town.house).drain()
        path = f"/admin/contacts/{made.json()['id']}{what}"
        return filled(town, town.th["national_focal_point"], path, path, **typed)

    return make


ADMIN_FORMS: dict[str, Callable[[Town], Ready]] = {
    "/admin/users/new": new_user,
    "/admin/users/{user_id}/roles": account("roles", roles=["health_officer"]),
    "/admin/users/{user_id}/office": account("office", office="th-datip"),
    "/admin/users/{user_id}/stop": account("stop"),
    "/admin/users/{user_id}/allow": allow,
    "/admin/users/{user_id}/password": account("password", password=FRESH),
    "/admin/users/{user_id}/factor": factor,
    "/admin/users/{user_id}/trainings": account(
        "trainings", kind="identification", given_by="iom",
        done_on_day="3", done_on_month="3", done_on_year="2025",
    ),
    "/admin/users/{user_id}/trainings/correct": training("correct", why="renewed"),
    "/admin/users/{user_id}/trainings/revoke": training("revoke", reason="not_proven"),
    "/admin/deputies/new": deputy,
    "/admin/deputies/{deputy_row}/end": deputy_end,
    "/admin/links/try": try_again,
    "/admin/contacts/new": new_contact,
    "/admin/contacts/{contact_id}": contact("", "TH", other_way="Radio"),
    "/admin/contacts/{contact_id}/check": contact("/check", "TH"),
    "/admin/contacts/{contact_id}/found": contact("/found", "MM", result="answers"),
}
