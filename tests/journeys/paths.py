"""Paths: the beginnings that several stories share, walked through the door; the first story tells them in full."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.casework.held import REFERRAL
from tests.inspect import reading
from tests.journeys import custody, proof
from tests.journeys.hands import Hand, Paper, filled
from tests.journeys.scene import Scene

CONSENTS = ("notify_origin", "contact_family", "return")
IDENTITY = {
    "given_names": "Mya Thandar",
    "family_name": "Aung",
    "birth_year": 1998,
    "phone": "+95 9 000 000",
    "family_contact": "the aunt in Hpa-An",
}


@dataclass(frozen=True)
class Crossing:
    """A referral as both sides hold it: the sender's case, the two copies, and what they share."""

    case: Paper
    sent: Paper
    arrived: Paper
    shared_id: str
    here: str
    there: str


def states(scene: Scene, crossing: Crossing) -> tuple[str, str]:
    """The state of the sender's copy and of the receiver's."""
    found = custody.both_copies(scene.house, crossing.shared_id)
    return found[crossing.here].state, found[crossing.there].state


def both_are(scene: Scene, crossing: Crossing, state: str, responsible: str) -> None:
    """Both copies stand in ``state``, both say so at the door, and one country is responsible for the person."""
    here, there = crossing.here.lower(), crossing.there.lower()
    for hand, paper in ((scene[f"{here}.focal"], crossing.sent), (scene[f"{there}.focal"], crossing.arrived)):
        seen = hand.look(paper)
        assert seen["state"] == state, f"{hand.country} says {seen['state']}"
        assert seen["responsible_country"] == responsible
    assert states(scene, crossing) == (state, state)
    assert custody.holders(scene.house)[crossing.shared_id] == [responsible]


def proved(scene: Scene, crossing: Crossing) -> None:
    """Once everything is delivered: chains, messages, receipts and facts hold, seen from inside and from outside."""
    scene.post()
    entries = proof.chains_hold(scene.house)
    proof.conversation_holds(scene.house, crossing.shared_id)
    proof.facts_follow_from_history(scene.house)
    checked = 0
    for country in (crossing.here, crossing.there):
        found = scene[f"{country.lower()}.auditor"].get("/audit/verify")
        assert (found["fault"], found["verified"]) == (None, found["entries"])
        checked += found["entries"]
    assert checked == entries


def open_tasks(hand: Hand, case: Paper) -> set[str]:
    """The kinds of the open tasks on the page of a case."""
    return {task["kind"] for task in hand.look(case)["tasks"]}


def open_case(hand: Hand, **facts: Any) -> Paper:
    """A case of an adult from Myanmar, reported by the police, but for ``facts``."""
    body = {
        "source": "police", "child": False, "age_band": "18+", "sex": "F", "nationality": "MM", "language": "my",
        "exploitation": "ForcedLabour", "identity": IDENTITY, "channel": "government", "new_person": True,
    }  # fmt: skip
    if facts.get("child"):
        body["identity"] = IDENTITY | {"birth_year": 2010}
    return Paper("cases", hand.post("/cases", body | facts, 201)["id"])


def name_manager(scene: Scene, case: Paper, by: str, manager: str) -> None:
    """Name the case manager."""
    body = {"user_id": scene[manager].id, "seen_version": scene[by].look(case)["version"]}
    scene[by].post(f"{case.path}/case-manager", body)


def protect(scene: Scene, case: Paper, language: str = "my") -> None:
    """From the report to recovery: screened, presumed, rights read, sheltered, needs known, plan agreed."""
    social = scene["th.social"]
    social.take(case, "start_screening")
    social.take(case, "presume", filled(language=language))
    social.record(case, "circumstances", asylum_claim=None, support_agency=True, note=None)
    social.record(case, "rights_notice", language=language)
    social.record(case, "admission")
    social.take(case, "admit", filled())
    social.record(case, "needs_assessment")
    social.take(case, "start_recovery", filled(covers_child_services=True))
    name_manager(scene, case, "th.shelter", "th.manager")


def identify(scene: Scene, case: Paper) -> None:
    """The panel decides in the person's favour."""
    scene["th.social"].take(case, "open_decision")
    scene["th.focal"].take(case, "identify", filled())


def consent(hand: Hand, case: Paper, to: str = "MM", **changes: Any) -> None:
    """Everything the person has to agree to before a referral can lead home."""
    for purpose in CONSENTS:
        hand.record(case, "consent", purpose=purpose, recipient=to, **changes)


def ready_to_refer(scene: Scene, **facts: Any) -> Paper:
    """A case of an identified adult who wants to go home and has agreed to what that takes."""
    case = open_case(scene["th.social"], **facts)
    protect(scene, case)
    identify(scene, case)
    scene["th.manager"].take(case, "plan_return", filled())
    consent(scene["th.manager"], case)
    return case


def draft(scene: Scene, case: Paper, to: str = "MM", border_point: str = "mae-sot-myawaddy") -> Paper:
    """The sender's draft, approved by the supervisor."""
    body = {"to_country": to, "border_point": border_point}
    sent = Paper("referrals", scene["th.manager"].post(f"{case.path}/referrals", body, 201)["id"])
    scene["th.supervisor"].take(sent, "approve")
    return sent


def send(scene: Scene, case: Paper, sent: Paper, to: str = "MM") -> Crossing:
    """The offer goes out and lies in the inbox of the other country's focal point."""
    scene["th.manager"].take(sent, "send")
    scene.post()
    return arrived(scene, case, sent, to)


def arrived(scene: Scene, case: Paper, sent: Paper, to: str = "MM") -> Crossing:
    """Find the other country's copy in its inbox by the reference both sides share."""
    reference = scene["th.manager"].look(sent)["reference"]
    inbox = scene[f"{to.lower()}.focal"].get("/referrals?box=inbox")["items"]
    (found,) = [row for row in inbox if row["reference"] == reference]
    # The id that both copies share is no business of the door; only the proofs look at it.
    with reading(scene.house.db) as session:
        shared_id = session.execute(select(REFERRAL.c.shared_id).where(REFERRAL.c.id == sent.id)).scalar_one()
    return Crossing(case, sent, Paper("referrals", found["id"]), shared_id, "TH", to)


def offered(scene: Scene) -> Crossing:
    """A referral that has just been offered to Myanmar."""
    case = ready_to_refer(scene)
    return send(scene, case, draft(scene, case))


def acknowledged(scene: Scene) -> Crossing:
    """A referral that Myanmar has taken on."""
    crossing = offered(scene)
    scene["mm.focal"].take(crossing.arrived, "acknowledge")
    scene.post()
    return crossing


def traced(scene: Scene, **report: Any) -> Crossing:
    """Acknowledged, the identity disclosed, the family traced and the nationality checked."""
    crossing = acknowledged(scene)
    scene["th.manager"].take(crossing.sent, "disclose_identity")
    scene.post()
    scene["mm.social"].take(crossing.arrived, "start_tracing")
    scene.post()
    scene.days(14)
    scene["mm.social"].take(crossing.arrived, "report_assessment", filled(**report))
    scene.post()
    return crossing


def agreed(scene: Scene) -> Crossing:
    """Both countries have agreed to the plan of return; Myanmar awaits the person."""
    crossing = traced(scene)
    manager = scene["th.manager"]
    manager.record(crossing.case, "pre_return_risk")
    manager.take(crossing.sent, "propose_plan", filled())
    scene.post()
    scene["mm.focal"].take(crossing.arrived, "accept", filled())
    scene.post()
    return crossing


def scheduled(scene: Scene, in_days: int = 5) -> Crossing:
    """Papers are ready; day, place and both officers are named."""
    crossing = agreed(scene)
    manager = scene["th.manager"]
    manager.record(crossing.case, "travel_document")
    manager.record(crossing.case, "legal_status")
    meet_again(scene, crossing, "schedule_handover", in_days)
    return crossing


def meet_again(scene: Scene, crossing: Crossing, step: str = "reschedule", in_days: int = 3) -> None:
    """Agree on a day at the bridge and let it come; the person is on the way."""
    scene["th.bridge"].take(crossing.sent, step, filled(on=scene.day(in_days)))
    scene.post()
    scene["mm.bridge"].take(crossing.arrived, "confirm_handover", filled())
    scene.post()
    scene.days(in_days)
    scene["th.manager"].take(crossing.case, "depart")


def cross(scene: Scene, crossing: Crossing) -> None:
    """The two officers sign at the bridge, one after the other."""
    scene["th.bridge"].take(crossing.sent, "sign_handover", filled())
    scene.post()
    scene["mm.bridge"].take(crossing.arrived, "sign_receipt", filled())
    scene.post()


def receiving_case(scene: Scene, crossing: Crossing) -> Paper:
    """The case that the receiving country has opened."""
    hand = scene[f"{crossing.there.lower()}.focal"]
    return Paper("cases", hand.look(crossing.arrived)["case_id"])


def settle(scene: Scene, crossing: Crossing) -> Paper:
    """Reintegration begins at home with a manager and a plan; the case there."""
    home = receiving_case(scene, crossing)
    name_manager(scene, home, "mm.focal", "mm.manager")
    scene["mm.manager"].record(home, "reintegration_plan")
    scene["mm.manager"].take(crossing.arrived, "start_reintegration")
    scene.post()
    return home
