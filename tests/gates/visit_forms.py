"""Forms of visits of case workers abroad: for each route one that would change something."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from app.worker import Worker as Machine
from tests.factories import cases, referrals
from tests.factories.towns import Town
from tests.gates.town_forms import Ready, filled

LIST = "/shelter-visits"
FOCAL = "national_focal_point"


def _post(town: Town) -> None:
    machine = Machine(town.house)
    while machine.one():
        pass


def _reference(town: Town, pair: referrals.Pair) -> str:
    return str(referrals.row_of(town.house, pair.sent_from).reference)


def asked(town: Town) -> tuple[str, str]:
    """A visit that Myanmar asks for and a person who said yes: the page of Thailand's copy, and the referral."""
    pair = referrals.bring_referral(town.house, town.th, town.mm, "acknowledged")
    day = (town.clock.now() + timedelta(days=9)).date().isoformat()
    visitors = [{"part": "social_worker", "office": town.mm[FOCAL].office}]
    body = {
        "host": "TH", "purpose": "get_to_know", "language": "my", "days": [day], "visitors": visitors,
        "about": [_reference(town, pair)],
    }  # fmt: skip
    answer = town.post(town.mm[FOCAL], LIST, body)
    assert answer.status_code == 201, answer.text
    _post(town)
    number = answer.json()["reference"]
    wish = {"visit": number, "agrees": True, "giver": "self", "may_tell": True}
    cases.add(town.house, town.th["social_worker"], pair.case_id, "visit_wish", **wish)
    items = town.get(town.th[FOCAL], LIST).json()["items"]
    [here] = [each["id"] for each in items if each["reference"] == number]
    return f"{LIST}/{here}", _reference(town, pair)


def ask(town: Town) -> Ready:
    """Ask for a visit."""
    pair = referrals.bring_referral(town.house, town.th, town.mm, "acknowledged")
    day = town.clock.now() + timedelta(days=9)
    typed = {
        "host": "TH", "purpose": "get_to_know", "language": "my", "about_0": _reference(town, pair),
        "part_0": "social_worker", "office_0": town.mm[FOCAL].office, "part_1": "", "part_2": "",
        **{f"day_0_{part}": str(getattr(day, part)) for part in ("day", "month", "year")},
    }  # fmt: skip
    return filled(town, town.mm[FOCAL], f"{LIST}/new", f"{LIST}/new", **typed)


def permit(town: Town) -> Ready:
    """Permit a visit at an office."""
    path, reference = asked(town)
    day = (town.clock.now() + timedelta(days=9)).date().isoformat()
    typed = {"name": "grant", "day": day, "begins": "10:00", "ends": "11:00", "meets": reference, "place": "office"}
    return filled(town, town.th[FOCAL], path, f"{path}/act", **typed)


VISIT_FORMS: dict[str, Callable[[Town], Ready]] = {
    f"{LIST}/new": ask,
    f"{LIST}/{{shelter_visit_id}}/act": permit,
}
