"""Two people for whom the hospital was asked: one has an appointment, one request waits for the hospital's answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Row, select

from app.casework.held import CASE, FACTS
from app.demo.stage import Stage
from app.services import queries, service
from app.services.schemas import ServiceAcceptIn

HOSPITAL: Final = "th-health-tak"
IN_DAYS: Final = 5


def ask_the_hospital(stage: Stage) -> None:
    """Let two case managers ask the hospital, and the hospital answer the first."""
    with stage.sitting():
        for number, row in enumerate(_people(stage)):
            _ask(stage, row)
            if number == 0:
                _accept(stage)


def _people(stage: Stage) -> list[Row[Any]]:
    """The two adults in a shelter of Thailand whose cases were opened last and have a case manager."""
    query = (
        select(CASE.c.id, CASE.c.case_manager_id)
        .join(FACTS, FACTS.c.case_id == CASE.c.id)
        .where(
            CASE.c.country == "TH", CASE.c.care.in_(("sheltered", "recovering")), CASE.c.sealed.is_(False),
            CASE.c.case_manager_id.is_not(None), FACTS.c.child.is_(False),
        )
        .order_by(CASE.c.opened_at.desc(), CASE.c.id)
        .limit(2)
    )  # fmt: skip
    return list(stage.session.execute(query))


def _ask(stage: Stage, row: Row[Any]) -> None:
    login = next(name for name, actor in stage.cast.actors.items() if actor.id == row.case_manager_id)
    today = stage.desk(login).today
    told = dict.fromkeys(
        ("told_purpose", "told_use", "told_right_to_request_data", "told_storage_time", "told_how_to_withdraw"), True
    )
    stage.record(login, row.id, "consent", {
        "purpose": "assistance", "recipient": HOSPITAL, "data_groups": ["needs", "health"], "giver": "self",
        "language": "my", "form": "written", "valid_from": today.isoformat(),
        "valid_until": (today + timedelta(days=180)).isoformat(), **told,
    })  # fmt: skip
    stage.case_step(login, "request_service", row.id, {
        "service_kind": "health", "asked_for": "A first check; an interpreter comes along.", "urgent": True,
        "provider_office": HOSPITAL, "wanted_by": (today + timedelta(days=7)).isoformat(), "person_agrees": True,
    })  # fmt: skip


def _accept(stage: Stage) -> None:
    desk = stage.desk(stage.cast.at(HOSPITAL, "health_officer"))
    asked = queries.asked_of_us(desk, service.ANSWER)
    service.accept(desk, asked[0].id, ServiceAcceptIn(
        appointment_on=desk.today + timedelta(days=IN_DAYS), appointment_time="t0930",
        appointment_place="with_provider",
    ))  # fmt: skip
