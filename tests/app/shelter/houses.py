"""A shelter with beds and people to put into them, for the tests of the shelter room."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.factories import cases
from tests.factories.forms import form
from tests.factories.staff import Worker, add_user
from tests.factories.towns import Town

OTHER = "th-shelter-phitsanulok"


@dataclass
class Shelter:
    """A shelter of another office than the one that carries the cases, its manager, and its groups of beds by name."""

    town: Town
    manager: Worker
    groups: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Its address below the API."""
        return f"/shelters/{self.manager.office_id}"

    def add(self, name: str, beds: int = 2, **more: Any) -> Any:
        """Add a group of beds, for women unless ``more`` says otherwise."""
        body = {"sex": "F", "ages": "adult", "need": "none", "beds": beds, **more}
        answer = self.town.post(self.manager, f"{self.path}/beds", body)
        assert answer.status_code == 201, answer.text
        self.groups[name] = answer.json()["id"]
        return answer.json()

    def board(self, who: Worker | None = None) -> Any:
        """The house today."""
        answer = self.town.get(who or self.manager, self.path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def group(self, name: str = "women") -> Any:
        """One group as the board tells it."""
        return next(each for each in self.board()["groups"] if each["id"] == self.groups[name])

    def confirm(self, request_id: str, name: str = "women", who: Worker | None = None) -> Any:
        """Hold a bed of a group."""
        body = {"beds_id": self.groups[name]}
        return self.town.post(who or self.manager, f"/bed-requests/{request_id}/confirm", body)


def shelter_of(town: Town, office: str = OTHER) -> Shelter:
    """A shelter with two beds for women."""
    house = Shelter(town, add_user(town.house, office, "shelter_manager"))
    house.add("women")
    return house


def presumed(town: Town, **facts: Any) -> str:
    """A presumed person who wants help, and has no place yet."""
    case_id = cases.bring_case(town.house, town.th, "presumed", **facts)
    cases.add(town.house, town.th["social_worker"], case_id, "rights_notice")
    return case_id


def ask(town: Town, case_id: str, shelter: str = OTHER, who: str = "social_worker", **more: Any) -> Any:
    """Ask for a bed tonight."""
    return town.post(town.th[who], f"/cases/{case_id}/bed-requests", {"shelter": shelter, "urgency": "tonight", **more})


def sign(town: Town, case_id: str, shelter: str | None = OTHER, **more: Any) -> None:
    """Have the person sign the admission."""
    where = {} if shelter is None else {"shelter": shelter, "place": None}
    cases.add(town.house, town.th["social_worker"], case_id, "admission", **where, **more)


def sign_elsewhere(town: Town, case_id: str) -> None:
    """Have the person sign the admission to a shelter that keeps no beds here."""
    sign(town, case_id, None)


def place(town: Town, case_id: str, step: str = "admit", shelter: str | None = OTHER) -> Any:
    """Take a placing step through the door; no shelter means a place that keeps no beds here."""
    record = form(town.house, "placement", **({} if shelter is None else {"shelter": shelter}))
    body = {"seen_version": cases.version_of(town.house, case_id), "record": record}
    return town.post(town.th["social_worker"], f"/cases/{case_id}/steps/{step}", body)


def codes(answer: Any) -> set[str]:
    """The codes of the refusals of an answer."""
    return {each["code"] for each in answer.json().get("refusals", [])}
