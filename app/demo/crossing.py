"""A referral from Thailand to the country of origin, part by part; stories join the parts as they need them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from app.demo import claims, forms
from app.demo.life import Life
from app.demo.play import Story
from app.demo.world import Cast

# After this a first assessment of a high level is out of date (policies/needs.yaml), and others soon.
ASSESSMENT_HOLDS = timedelta(days=27)
# Those who travel in one van to the post without a network.
GROUP = "G-12"
IDENTITY = ["identity", "nationality", "needs", "family", "contact"]
# Partner organisations that wait on the other side, by country.
PARTNERS = {"MM": "mm-mwaf", "LA": "la-vfi", "KH": "kh-ijm", "VN": "vn-blue-dragon"}


@dataclass(frozen=True, slots=True)
class Bridge:
    """A border point with the officers who meet there, and where the person is brought afterwards."""

    point: str
    here: str
    there: str
    onward: str


@dataclass(frozen=True, slots=True)
class Abroad:
    """Those who work on the referral in the country of origin."""

    country: str
    office: str
    focal: str
    social: str
    manager: str
    supervisor: str


BRIDGES = {
    "mae-sot-myawaddy": ("th-border-mae-sot", "mm-border-myawaddy", "border shelter Myawaddy"),
    "mae-sai-tachileik": ("th-border-mae-sai", "mm-border-tachileik", "reception by the welfare office, Tachileik"),
    "ranong-kawthaung": ("th-border-ranong", "mm-border-kawthaung", "border shelter Kawthaung"),
    "nong-khai-vientiane": ("th-border-nong-khai", "la-border-vientiane", "transit centre Vientiane"),
}
OFFICES = {"MM": "mm-dor", "LA": "la-mlsw", "KH": "kh-mosvy", "VN": "vn-mps"}


def bridge_of(cast: Cast, point: str, number: int) -> Bridge:
    """The officers of a border point; ``number`` shares the work out."""
    here, there, onward = BRIDGES[point]
    return Bridge(
        point, cast.at(here, "border_focal_point", number), cast.at(there, "border_focal_point", number), onward
    )


def abroad_of(cast: Cast, country: str, number: int) -> Abroad:
    """The officers of the country of origin."""
    office = OFFICES[country]
    return Abroad(
        country, office, cast.at(office, "national_focal_point", number), cast.at(office, "social_worker", number),
        cast.at(office, "case_manager", number), cast.at(office, "supervisor"),
    )  # fmt: skip


def decide_to_return(life: Life) -> None:
    """The person wishes to go home and says what may be told to whom."""
    crew, country = life.crew, life.person.nationality
    if life.person.child:
        life.record(crew.social, "best_interests_assessment", forms.assessed(life, "return"))
    if life.today() - life.opened > ASSESSMENT_HOLDS:
        life.record(crew.social, "needs_assessment", forms.needs_again())
    life.step(crew.manager, "plan_return", forms.wish("return"))
    for purpose, groups in (
        ("notify_origin", IDENTITY), ("contact_family", ["family"]), ("return", ["documents", "health", "risk"]),
    ):  # fmt: skip
        life.record(crew.social, "consent", forms.consent(life, purpose, country, groups))


def write_offer(life: Life, point: str | None) -> None:
    """The draft, by the social worker."""
    life.referral_id = life.stage.draft(life.crew.social, life.case_id, life.person.nationality, point)


def send_offer(life: Life, *, hasty: bool = False) -> None:
    """Approved by the supervisor, sent by the case manager; ``hasty``: tried once without approval."""
    if hasty:
        life.refused(life.crew.manager, "send")
    life.refer(life.crew.supervisor, "approve")
    life.refer(life.crew.manager, "send")


def copy_abroad(life: Life) -> str:
    """The other country's copy; the offer has to be delivered already."""
    return life.stage.other_copy(life.referral_id)[0]


def answer(life: Life, there: Abroad, step: str = "acknowledge", **given: str) -> None:
    """The national focal point of the country of origin answers."""
    life.stage.referral_step(there.focal, step, copy_abroad(life), None, **given)


def trace(
    life: Life, there: Abroad, *, began: date, reported: date, hasty: bool = False, result: str = "confirmed"
) -> Story:
    """Identity disclosed, family traced, nationality checked; ``hasty``: tracing tried without a name."""
    yield life.on(began, 9)
    copy = copy_abroad(life)
    if hasty:
        life.stage.blocked(there.social, "start_tracing", copy)
    yield life.on(began, 10)
    life.refer(life.crew.manager, "disclose_identity")
    yield life.on(began + timedelta(days=2), 10)
    life.stage.referral_step(there.social, "start_tracing", copy)
    yield life.on(reported, 11)
    life.stage.referral_step(
        there.social, "report_assessment", copy, forms.tracing(life, there.office, result, safe=result == "confirmed")
    )


def propose(life: Life, point: str, on: date | None, proposed: date) -> Story:
    """The child's best interests, the risk of going home, and the plan."""
    yield life.on(proposed, 9)
    crew = life.crew
    if life.person.child:
        if "no_determination" in life.quirks:
            life.record(crew.social, "pre_return_risk", forms.return_risk(life))
            life.refused(crew.social, "propose_plan", forms.return_plan(life, point, on))
        life.record(crew.social, "best_interests", forms.best_interests())
    yield life.on(proposed + timedelta(days=1), 9)
    life.record(crew.social, "pre_return_risk", forms.return_risk(life))
    life.refer(crew.social, "propose_plan", forms.return_plan(life, point, on))


def accept(life: Life, there: Abroad) -> None:
    """The country of origin accepts: office, partner and services wait."""
    plan = forms.reception(there.office, PARTNERS[there.country])
    life.stage.referral_step(there.manager, "accept", copy_abroad(life), plan)


def prepare(life: Life, bridge: Bridge, on: date, *, hasty: bool = False) -> Story:
    """Papers, proceedings, the risk looked at again, day and officers; called about two weeks before ``on``."""
    crew = life.crew
    if hasty:
        life.refused(crew.manager, "schedule_handover", schedule(bridge, on))
    life.record(crew.manager, "travel_document", forms.travel_document(life))
    life.record(crew.legal, "legal_status", forms.legal_status())
    if life.dice.below(2):
        claims.file(life)
    yield life.on(life.today() + timedelta(days=2), 10)
    life.record(crew.social, "pre_return_risk", forms.return_risk(life))
    together = {"group": GROUP, "transport": "van of the shelter"} if "in_group" in life.quirks else {}
    life.refer(crew.manager, "schedule_handover", {**schedule(bridge, on), **together})
    yield life.on(life.today() + timedelta(days=2), 11)
    confirm(life, bridge)


def schedule(bridge: Bridge, on: date) -> forms.Form:
    """The agreed day and place."""
    return {"border_point": bridge.point, "on": on.isoformat(), "sender_officer": bridge.here, "time": "10:00"}


def confirm(life: Life, bridge: Bridge) -> None:
    """The receiving officer is named."""
    life.stage.referral_step(bridge.there, "confirm_handover", copy_abroad(life), {"receiver_officer": bridge.there})


def hand_over(life: Life, bridge: Bridge, on: date) -> Story:
    """The journey, the signature and the receipt, on the day at the bridge."""
    yield life.on(on, 8)
    life.step(life.crew.manager, "depart")
    yield life.on(on, 10)
    signed(life, bridge)
    yield life.on(on, 11)
    differs = "belongings" if "discrepancy" in life.quirks else "none"
    life.stage.referral_step(
        bridge.there, "sign_receipt", copy_abroad(life),
        {"officer": bridge.there, "person_present": True, "discrepancy": differs},
    )  # fmt: skip


def signed(life: Life, bridge: Bridge) -> None:
    """The sending officer signs: the person still agrees today."""
    life.refer(bridge.here, "sign_handover", forms.handover(bridge.here, life.today(), bridge.onward))


def failed_day(life: Life, bridge: Bridge, on: date) -> Story:
    """A day at the bridge that does not end in a handover: the person hesitates, or nobody arrives there."""
    yield life.on(on, 8)
    life.step(life.crew.manager, "depart")
    yield life.on(on, 10)
    if "nobody_came" in life.quirks:
        signed(life, bridge)
        yield life.on(on, 11)
        life.stage.referral_step(
            bridge.there, "report_not_received", copy_abroad(life), None, reason="person_did_not_come"
        )
        return
    hesitates = forms.handover(bridge.here, life.today(), bridge.onward, agrees=False)
    life.refused(bridge.here, "sign_handover", hesitates)
    yield life.on(on, 11)
    life.refer(bridge.here, "postpone", reason="person_did_not_agree")


def again(life: Life, bridge: Bridge, on: date) -> Story:
    """Another day is agreed, after the person has been asked again; about ten days before ``on``."""
    yield life.on(on - timedelta(days=10), 10)
    crew = life.crew
    life.record(crew.social, "wish", forms.wish("return"))
    life.record(crew.social, "pre_return_risk", forms.return_risk(life))
    life.refer(crew.manager, "reschedule", schedule(bridge, on))
    yield life.on(on - timedelta(days=8), 10)
    confirm(life, bridge)
