"""Forms of a provider's pages: for each state-changing route one that would change something, filled in."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from app.casework.transfers import SERVICES
from tests.factories import cases
from tests.factories.forms import form
from tests.factories.staff import Worker, add_user
from tests.factories.towns import Town
from tests.gates.case_forms import Ready, filled
from tests.inspect import reading

PROVIDER = "th-ngo"


def asked(town: Town, **changes: object) -> tuple[Worker, str]:
    """Somebody of a provider outside, and the address of what it is asked."""
    there = add_user(town.house, PROVIDER, "social_worker")
    case_id = cases.bring_case(town.house, town.th, "recovering")
    groups = ["needs", "health"]
    cases.add(
        town.house, town.th["social_worker"], case_id, "consent", purpose="assistance", recipient=PROVIDER,
        data_groups=groups,
    )  # fmt: skip
    record = form(town.house, "service_request", provider_office=PROVIDER, **changes)
    made = cases.take(town.house, town.th["social_worker"], case_id, "request_service", record)
    with reading(town.house.db) as session:
        query = select(SERVICES.c.id).where(SERVICES.c.matter_id == made.matter_id)
        return there, f"/services/{session.execute(query).scalar_one()}"


def accepted(town: Town) -> tuple[Worker, str]:
    """The same, where the provider has accepted."""
    there, path = asked(town)
    assert town.post(there, f"{path}/accept", {}).status_code == 200
    return there, path


def running(town: Town) -> tuple[Worker, str]:
    """The same, where the provider has begun."""
    there, path = accepted(town)
    assert town.post(there, f"{path}/begin", {}).status_code == 200
    return there, path


def accepting(town: Town) -> Ready:
    """Accept."""
    there, path = asked(town)
    return filled(town, there, path, f"{path}/accept")


def declining(town: Town) -> Ready:
    """Decline."""
    there, path = asked(town)
    return filled(town, there, path, f"{path}/decline", reason="no_capacity")


def beginning(town: Town) -> Ready:
    """Say that it begins."""
    there, path = accepted(town)
    return filled(town, there, path, f"{path}/begin")


def finishing(town: Town) -> Ready:
    """Say that it is done."""
    there, path = running(town)
    return filled(town, there, path, f"{path}/finish", outcome="reached")


SERVICE_FORMS: dict[str, Callable[[Town], Ready]] = {
    "/services/{service_id}/accept": accepting,
    "/services/{service_id}/decline": declining,
    "/services/{service_id}/begin": beginning,
    "/services/{service_id}/finish": finishing,
}
