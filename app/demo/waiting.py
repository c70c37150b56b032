"""Cases of the shelters with a referral that is somewhere on its way on the last day of the play."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from app.demo import crossing, forms
from app.demo.intake import intake
from app.demo.life import Life
from app.demo.play import Story
from app.demo.staying import go_on

POINTS = {
    "MM": ("mae-sot-myawaddy", "mae-sot-myawaddy", "mae-sai-tachileik", "ranong-kawthaung"),
    "LA": ("nong-khai-vientiane",),
}
# How many days before the last one a referral was written, by the state it is in then.
WRITTEN = {
    "draft": 4, "sent": 5, "sent_late": 26, "asked_back": 12, "supplied": 22, "tracing": 40, "assessed": 62,
    "proposed": 66, "accepted": 84, "scheduled": 104, "postponed": 110,
}  # fmt: skip


def refer(life: Life, end: date, way: str) -> Story:
    """The referral up to where it stands on the last day."""
    yield from intake(life)
    written = end - timedelta(days=WRITTEN[way] + life.dice.below(3))
    yield life.on(written, 9)
    crossing.decide_to_return(life)
    yield life.on(written, 14)
    crossing.write_offer(life, _point(life))
    if way == "draft":
        if life.dice.chance(50):
            yield life.on(written + timedelta(days=1), 15)
            life.refer(life.crew.supervisor, "approve")
        return
    yield life.on(written + timedelta(days=2), 9)
    crossing.send_offer(life, hasty=life.dice.chance(20))
    if way not in {"sent", "sent_late"}:
        yield from _answered(life, end, way)


def _answered(life: Life, end: date, way: str) -> Story:
    there = crossing.abroad_of(life.stage.cast, life.person.nationality, life.person.number)
    yield life.on(life.today() + timedelta(days=2), 14)
    if way in {"asked_back", "supplied"}:
        crossing.answer(life, there, "return_for_info", reason="family_details")
        if way == "asked_back":
            return
        yield life.on(life.today() + timedelta(days=5), 10)
        life.record(life.crew.health, "needs_assessment", forms.needs(life))
        life.refer(life.crew.manager, "supply_info")
        return
    crossing.answer(life, there)
    traced = life.today() + timedelta(days=3)
    reported = life.today() + timedelta(days=life.dice.between(30, 38))
    if way == "tracing":
        reported = end + timedelta(days=30)
    yield from crossing.trace(life, there, began=traced, reported=reported)
    if way != "assessed":
        yield from _planned(life, there, end, way)


def _planned(life: Life, there: crossing.Abroad, end: date, way: str) -> Story:
    point = _point(life) or _first_point(life)
    yield from crossing.propose(life, point, None, life.today() + timedelta(days=4))
    if way == "proposed":
        return
    yield life.on(life.today() + timedelta(days=6), 10)
    crossing.accept(life, there)
    if way == "accepted":
        return
    bridge = crossing.bridge_of(life.stage.cast, point, life.person.number)
    # The first of them are handed over on the very day the demonstration opens its doors, others soon after.
    on = end + timedelta(days=(0, 0, 5, 6, 7)[life.person.number % 5])
    if way == "postponed":
        on = end - timedelta(days=6)
    yield life.on(on - timedelta(days=14), 10)
    yield from crossing.prepare(life, bridge, on)
    if way == "postponed":
        yield from crossing.failed_day(life, bridge, on)
        return
    yield life.on(on, 8)
    life.step(life.crew.manager, "depart")


def declined(life: Life, end: date) -> Story:
    """The country of origin says no, with its reason; the person stays."""
    there = crossing.abroad_of(life.stage.cast, life.person.nationality, life.person.number)
    yield from _offered(life, 60)
    yield life.day(68)
    crossing.answer(life, there, "decline", reason=life.dice.pick(("not_our_national", "insufficient_data")))
    yield life.day(82)
    go_on(life, "include_locally", "undecided")


def unsafe(life: Life, end: date, step: str, chosen: str) -> Story:
    """The risk of going home is serious: the way home closes, another opens."""
    there = crossing.abroad_of(life.stage.cast, life.person.nationality, life.person.number)
    yield from _offered(life, 55)
    yield life.day(61)
    crossing.answer(life, there)
    yield from crossing.trace(
        life, there, began=life.opened + timedelta(days=63), reported=life.opened + timedelta(days=97)
    )
    yield life.day(104)
    life.record(life.crew.social, "pre_return_risk", forms.return_risk(life, "serious"))
    life.refused(life.crew.social, "propose_plan", forms.return_plan(life, _point(life) or "by air", None))
    yield life.day(104, 14)
    life.refer(life.crew.manager, "find_no_safe_return")
    yield life.day(118)
    go_on(life, step, chosen)


def withdrawn(life: Life, end: date) -> Story:
    """The person takes the consent back in the middle of it; sharing stops at once, on both sides."""
    there = crossing.abroad_of(life.stage.cast, life.person.nationality, life.person.number)
    yield from _offered(life, 58)
    yield life.day(63)
    crossing.answer(life, there)
    yield from crossing.trace(
        life, there, began=life.opened + timedelta(days=66),
        reported=life.opened + timedelta(days=100 if life.dice.chance(50) else 900),
    ) if life.dice.chance(50) else ()  # fmt: skip
    yield life.on(max(life.today(), life.opened + timedelta(days=75)) + timedelta(days=3), 10)
    life.record(life.crew.social, "consent_withdrawal", {"purposes": ["notify_origin", "contact_family", "return"]})
    yield life.on(life.today() + timedelta(days=20), 10)
    go_on(life, "include_locally", "stay")


def asylum(life: Life, end: date) -> Story:
    """A claim for protection is lodged before the offer leaves: no word reaches the country of origin."""
    yield from intake(life)
    yield life.day(50)
    crossing.decide_to_return(life)
    yield life.day(51)
    crossing.write_offer(life, _point(life))
    life.record(life.crew.social, "circumstances", {"asylum_claim": True, "note": "Lodged with the lawyer present."})
    yield life.day(52)
    life.refer(life.crew.supervisor, "approve")
    life.refused(life.crew.manager, "send")
    yield life.day(53)
    life.refer(life.crew.manager, "cancel", reason="asylum_claim")
    yield life.day(60)
    go_on(life, "include_locally", "stay")


def _offered(life: Life, after: int) -> Story:
    """An offer sent ``after`` days from the opening of the case."""
    yield from intake(life)
    yield life.day(after)
    crossing.decide_to_return(life)
    yield life.day(after + 1)
    crossing.write_offer(life, _point(life))
    yield life.day(after + 2)
    crossing.send_offer(life)


def _point(life: Life) -> str | None:
    points = POINTS.get(life.person.nationality)
    return points[life.person.number % len(points)] if points else None


def _first_point(life: Life) -> str:
    """The first border point of the corridor, where this story knows no better one."""
    corridor = life.stage.policies.corridor(life.country, life.person.nationality)
    return corridor.border_points[0].code


def _up_to(way: str) -> Callable[[Life, date], Story]:
    return lambda life, end: refer(life, end, way)


WAYS: dict[str, Callable[[Life, date], Story]] = {
    **{way: _up_to(way) for way in WRITTEN},
    "declined": declined,
    "unsafe_stays": lambda life, end: unsafe(life, end, "include_locally", "stay"),
    "unsafe_leaves": lambda life, end: unsafe(life, end, "resettle", "third_country"),
    "withdrawn": withdrawn,
    "asylum": asylum,
}
