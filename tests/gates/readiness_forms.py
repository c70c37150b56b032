"""Forms of planned operations: for each route one that would change something."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from app.readiness.schemas import EndIn, OperationIn, ReserveIn
from tests.factories.staff import Worker, add_user
from tests.factories.towns import Town
from tests.gates.case_forms import keep_beds, of_sheet
from tests.gates.town_forms import Ready, filled

BEDS = {"kind": "beds", "office": "th-shelter-tak", "people": 2, "sex": "F", "ages": "adult"}


def plan(town: Town) -> dict[str, Any]:
    """An operation in two weeks at which two women are expected."""
    return {
        "planned_on": (town.clock.now() + timedelta(days=14)).date().isoformat(), "place_kind": "workplace",
        "sector": "fishing", "where": "Both boats of the ice house.",
        "expected": [{"people": 2, "sex": "F", "age_band": "18+", "language": "my"}],
    }  # fmt: skip


def planned(town: Town) -> tuple[Worker, str]:
    """Who plans operations, and the address of one."""
    focal = town.th["national_focal_point"]
    return focal, f"/operations/{town.post(focal, '/operations', plan(town)).json()['id']}"


def planning(town: Town) -> Ready:
    """Plan an operation."""
    who = town.th["national_focal_point"]
    return filled(town, who, "/operations/new", "/operations/new", **of_sheet(OperationIn, plan(town)))


def reserving(town: Town) -> Ready:
    """Ask a shelter for beds."""
    who, path = planned(town)
    return filled(town, who, f"{path}/reserve", f"{path}/reserve", **of_sheet(ReserveIn, BEDS))


def releasing(town: Town) -> Ready:
    """Release an operation for which everything is kept ready."""
    who, path = planned(town)
    beds, shelter = keep_beds(town), town.th["shelter_manager"]
    ngo = add_user(town.house, "th-ngo", "social_worker")
    doctor = add_user(town.house, "th-health-tak", "health_officer")
    for asked, answers, more in (
        (BEDS, shelter, {"beds_id": beds}),
        ({"kind": "interpreter", "office": "th-ngo", "language": "my"}, ngo, {}),
        ({"kind": "health", "office": "th-health-tak"}, doctor, {}),
        ({"kind": "ngo", "office": "th-ngo"}, ngo, {}),
    ):
        made = town.post(who, f"{path}/reservations", asked).json()["reserves"]
        (waiting,) = [each["id"] for each in made if each["state"] == "asked"]
        assert town.post(answers, f"/reservations/{waiting}/answer", {"answer": "hold", **more}).status_code == 200
    return filled(town, who, path, f"{path}/release")


def ending(town: Town) -> Ready:
    """Call an operation off."""
    who, path = planned(town)
    return filled(town, who, f"{path}/end", f"{path}/end", **of_sheet(EndIn, {"ended": "called_off"}))


def answering(town: Town) -> Ready:
    """Keep beds ready."""
    who, path = planned(town)
    beds = keep_beds(town)
    asked = town.post(who, f"{path}/reservations", BEDS).json()["reserves"][-1]["id"]
    place = f"/reservations/{asked}"
    return filled(town, town.th["shelter_manager"], place, f"{place}/answer", answer="hold", beds_id=beds)


READINESS_FORMS: dict[str, Callable[[Town], Ready]] = {
    "/operations/new": planning,
    "/operations/{operation_id}/reserve": reserving,
    "/operations/{operation_id}/release": releasing,
    "/operations/{operation_id}/end": ending,
    "/reservations/{reservation_id}/answer": answering,
}
