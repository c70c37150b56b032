"""Cases that lead to no referral: recovering in the shelter, staying in the country, leaving for a third one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from app.demo import claims, forms
from app.demo.intake import intake
from app.demo.life import Life
from app.demo.play import Story


def go_on(life: Life, step: str, chosen: str) -> None:
    """Stay here or move on; for a child a panel has found first that this is best."""
    if life.person.child:
        outcome = "stay" if step == "include_locally" else "third_country"
        life.record(life.crew.social, "best_interests", forms.best_interests(outcome))
    life.step(life.crew.manager, step, forms.wish(chosen))


def recovering(life: Life) -> Story:
    """Rests, learns, waits for the court: no word yet about what comes next."""
    yield from intake(life)
    if life.dice.chance(40):
        yield life.on(life.today() + timedelta(days=life.dice.between(5, 40)), 11)
        life.record(life.crew.legal, "legal_status", forms.legal_status())
        if life.dice.below(2):
            claims.file(life)
        life.step(life.crew.legal, "open_proceeding", {
            "proceeding_kind": "criminal", "stage": "investigation", "part": "injured", "wanted_as_witness": True,
            "represented": True,
        })  # fmt: skip


def arrived(life: Life) -> Story:
    """Came in December: the panel has not met, and its clock has rung."""
    for when in intake(life):
        if life.case_id and when > life.day(5, 23):
            return
        yield when


def included(life: Life) -> Story:
    """Stays in the country and is helped to stand on their own."""
    yield from intake(life)
    yield life.day(life.dice.between(70, 130))
    if life.dice.chance(15):
        life.blocked(life.crew.manager, "include_locally", forms.wish("undecided"))
        yield life.on(life.today() + timedelta(days=14), 11)
    go_on(life, "include_locally", "stay")


def closed(life: Life) -> Story:
    """The same, until the case can close."""
    yield from included(life)
    yield life.on(life.today() + timedelta(days=14), 10)
    life.record(life.crew.manager, "monitoring_visit", forms.visit(1, life))
    yield life.on(life.today() + timedelta(days=life.dice.between(11, 46)), 11)
    if life.dice.chance(12):
        life.blocked(life.crew.manager, "close", {**forms.closure("included_locally"), "person_told": False})
        yield life.on(life.today() + timedelta(days=3), 11)
    life.step(life.crew.manager, "close", forms.closure("included_locally"))
    life.closed = True


def reviews(life: Life) -> Story:
    """The care plan is looked at again every three months, and now and then somebody forgets."""
    for number in range(1, 6):
        yield life.day(13 + 84 * number, 11)
        if life.closed:
            return
        if number == 1 or life.dice.chance(88):
            life.record(life.crew.manager, "care_plan", forms.care_plan(life.person))


def leaves(life: Life) -> Story:
    """Goes on to a third country."""
    yield from intake(life)
    yield life.day(life.dice.between(80, 140))
    go_on(life, "resettle", "third_country")


WAYS: dict[str, Callable[[Life], Story]] = {
    "recovering": recovering, "arrived": arrived, "included": included, "closed": closed, "leaves": leaves,
}  # fmt: skip
