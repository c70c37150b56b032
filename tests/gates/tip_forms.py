"""Forms of tips: for each route one that would change something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from app.tips.schemas import CaseFromTipIn, CloseIn, JoinTipIn, PassIn, TipIn
from tests.factories import cases
from tests.factories.staff import add_user
from tests.factories.towns import Town
from tests.gates.case_forms import of_sheet
from tests.gates.town_forms import Ready, filled, reference_of

TOLD: Final[dict[str, Any]] = {
    "way": "call", "what": "Four men are locked in by night.", "where": "Third pier.",
    "noticed_on": "2026-11-01", "place_kind": "workplace", "sector": "fishing", "exploitation": "ForcedLabour",
    "people": 9, "children": "unknown", "danger": "medium", "call_back": "no", "told": ["where_to_get_help"],
    "told_language": "my",
}  # fmt: skip
PERSON: Final = {"sex": "M", "age_band": "18+", "nationality": "MM", "language": "my", "incident": True}


def _settling(town: Town, sheet: str, form: Any, body: dict[str, Any]) -> Ready:
    manager = town.th["case_manager"]
    path = f"/tips/{town.post(manager, '/tips', TOLD).json()['id']}/{sheet}"
    return filled(town, manager, path, path, **of_sheet(form, body))


def writing(town: Town) -> Ready:
    """Write down a tip."""
    return filled(town, town.th["case_manager"], "/tips/new", "/tips/new", **of_sheet(TipIn, TOLD))


def closing(town: Town) -> Ready:
    """Close a tip."""
    return _settling(town, "close", CloseIn, {"reason": "no_sign"})


def passing(town: Town) -> Ready:
    """Pass a tip on."""
    add_user(town.house, "th-police-tak", "first_responder")
    return _settling(town, "pass", PassIn, {"to": "th-police-tak"})


def opening(town: Town) -> Ready:
    """Open a case from a tip."""
    return _settling(town, "case", CaseFromTipIn, PERSON)


def joining(town: Town) -> Ready:
    """Tie a tip to a case."""
    case_id = cases.bring_case(town.house, town.th)
    cases.name_manager(town.house, case_id, town.th)
    return _settling(town, "join", JoinTipIn, {"reference": reference_of(town, case_id)})


TIP_FORMS: dict[str, Callable[[Town], Ready]] = {
    "/tips/new": writing,
    "/tips/{tip_id}/close": closing,
    "/tips/{tip_id}/pass": passing,
    "/tips/{tip_id}/case": opening,
    "/tips/{tip_id}/join": joining,
}
