"""The houses of the demonstration: how many beds each keeps, and two requests that show how one is asked for."""

from __future__ import annotations

from sqlalchemy import select

from app.casework.held import CASE, FACTS
from app.demo.stage import Stage
from app.shelter import asking, service
from app.shelter.schemas import BedAskIn, BedsIn, ConfirmIn

MANAGER = "shelter_manager"
# Sex, ages, need, beds. What a house is named for here is an invention, like the house.
BOTH = (("F", "adult", "none", 24), ("M", "adult", "none", 16), ("any", "family", "none", 8))
HOUSES: dict[str, tuple[tuple[str, str, str, int], ...]] = {
    "th-shelter-tak": (("M", "adult", "none", 30), ("M", "child", "none", 12), ("M", "adult", "wheelchair", 2)),
    "th-shelter-phitsanulok": (("F", "adult", "none", 40), ("F", "adult", "mother_and_baby", 6)),
    "th-shelter-children": (("F", "child", "none", 20), ("M", "child", "none", 20)),
}
ASKED_OF = "th-shelter-tak"


def open_houses(stage: Stage) -> None:
    """Let every shelter with a manager keep its beds, and two men in other shelters ask for a bed in Tak."""
    kinds = {office.code: office.kind for country in stage.policies.countries.values() for office in country.offices}
    with stage.sitting():
        for office, role in sorted(stage.cast.posts):
            if role == MANAGER and kinds.get(office) == "shelter":
                _keep(stage, office)
        for number, case_id in enumerate(_movable(stage)):
            _ask(stage, case_id, held=number == 0)


def _keep(stage: Stage, office: str) -> None:
    desk = stage.desk(stage.cast.at(office, MANAGER))
    for sex, ages, need, beds in HOUSES.get(office, BOTH):
        service.add_beds(desk, desk.office_id, BedsIn(sex=sex, ages=ages, need=need, beds=beds))


def _movable(stage: Stage) -> list[str]:
    """The two cases of men that were opened last in another shelter of Thailand and still recover there."""
    query = (
        select(CASE.c.id)
        .join(FACTS, FACTS.c.case_id == CASE.c.id)
        .where(
            CASE.c.country == "TH", CASE.c.care.in_(("sheltered", "recovering")), CASE.c.sealed.is_(False),
            CASE.c.office_id != stage.cast.offices[ASKED_OF], CASE.c.case_manager_id.is_not(None),
            FACTS.c.sex == "M", FACTS.c.child.is_(False),
        )
        .order_by(CASE.c.opened_at.desc(), CASE.c.id)
        .limit(2)
    )  # fmt: skip
    return list(stage.session.execute(query).scalars())


def _ask(stage: Stage, case_id: str, *, held: bool) -> None:
    manager_id = stage.session.execute(select(CASE.c.case_manager_id).where(CASE.c.id == case_id)).scalar_one()
    login = next(name for name, actor in stage.cast.actors.items() if actor.id == manager_id)
    asked = asking.ask(stage.desk(login), case_id, BedAskIn(shelter=ASKED_OF, urgency="days"))
    if held:
        desk = stage.desk(stage.cast.at(ASKED_OF, MANAGER))
        service.confirm(desk, asked.id, ConfirmIn(beds_id=service.fitting(desk, asked.id)[0].id))
