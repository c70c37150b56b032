"""What came in from outside: three tips, and an operation that waits until everything is kept ready for it.

No claim to the fund stands beside them: the amounts of the fund begin in 2019, after the last day of the play.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from app.demo.forms import Form
from app.demo.stage import Stage
from app.readiness import reserving
from app.readiness import service as readiness
from app.tips import service as tips

HOTLINE, FOCAL, SHELTER, HEALTH, PARTNER = "th-hotline", "th-datip", "th-shelter-tak", "th-health-tak", "th-ngo"
IN_DAYS: Final = 12
# Waits to be looked at; passed on to the national focal point; closed.
TIPS: Final[tuple[Form, ...]] = (
    {"way": "call", "what": "Men sleep locked in behind a net store and may not go out.",
     "where": "Third pier, blue gate.", "place_kind": "workplace", "sector": "fishing",
     "exploitation": "ForcedLabour", "people": 9, "children": "unknown", "danger": "medium", "call_back": "no",
     "told": ["where_to_get_help", "labour_rights"], "told_language": "my"},
    {"way": "online", "what": "Two girls sing every night and are never paid.", "where": "By the bus station.",
     "place_kind": "entertainment", "sector": "entertainment", "exploitation": "SexualExploitation", "people": 2,
     "children": "yes", "danger": "high", "call_back": "no", "told": ["where_to_get_help"], "told_language": "th"},
    {"way": "visit", "what": "A cook asked about wages that come late.", "place_kind": "private_house",
     "sector": "hospitality", "exploitation": "ForcedLabour", "people": 1, "children": "no", "danger": "low",
     "call_back": "no", "told": ["labour_rights"], "told_language": "lo"},
)  # fmt: skip
EXPECTED: Final = [
    {"people": 6, "sex": "M", "age_band": "18+", "language": "my"},
    {"people": 1, "sex": "M", "age_band": "15-17", "language": "my"},
]


def from_outside(stage: Stage) -> None:
    """Write down the tips at the hotline, and plan an operation for which not everything is promised yet."""
    with stage.sitting():
        _tips(stage)
        _operation(stage)


def _tips(stage: Stage) -> None:
    desk = stage.desk(stage.cast.at(HOTLINE, "first_responder"))
    _, elsewhere, done = (tips.written(desk, body, "tip").id for body in TIPS)
    tips.pass_on(desk, elsewhere, {"to": FOCAL}, "tip")
    tips.close(desk, done, {"reason": "no_sign"}, "tip")


def _operation(stage: Stage) -> None:
    desk = stage.desk(stage.cast.at(FOCAL, "national_focal_point"))
    planned = readiness.planned(desk, {
        "planned_on": (desk.today + timedelta(days=IN_DAYS)).isoformat(), "place_kind": "workplace",
        "sector": "fishing", "expected": EXPECTED, "where": "Net store behind the third pier.",
    }, "operation")  # fmt: skip
    for wanted in (
        {"kind": "beds", "office": SHELTER, "people": 6, "sex": "M", "ages": "adult"},
        {"kind": "beds", "office": SHELTER, "people": 1, "sex": "M", "ages": "child"},
        {"kind": "health", "office": HEALTH},
        {"kind": "ngo", "office": PARTNER},
        {"kind": "interpreter", "office": FOCAL, "language": "my"},
    ):
        reserving.ask(desk, planned.id, wanted, "reserve")
    _answer(stage, SHELTER, "shelter_manager", "adult")
    _answer(stage, HEALTH, "health_officer", "")


def _answer(stage: Stage, office: str, role: str, ages: str) -> None:
    """Keep ready what the office was asked for; what was not answered yet stands in its list."""
    desk = stage.desk(stage.cast.at(office, role))
    asked = next(each for each in reserving.waiting(desk).items if each.ages == ages)
    body: Form = {"answer": "hold"}
    if fitting := reserving.fitting(desk, asked.id):
        body["beds_id"] = fitting[0].id
    reserving.answer(desk, asked.id, body, "reserve")
