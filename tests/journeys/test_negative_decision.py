"""A negative decision is written, told and looked at again by other eyes; meanwhile nobody is sent away."""

from __future__ import annotations

from tests.journeys import proof, telling
from tests.journeys.hands import Paper, filled
from tests.journeys.paths import consent, draft, open_case, open_tasks, protect
from tests.journeys.scene import Scene

NEGATIVE = filled(
    outcome="not_identified", act=True, means=False, purpose=False, exploitation="unknown", finding="smuggled"
)


def test_a_negative_decision_is_reconsidered_by_somebody_else(scene: Scene) -> None:
    case = _decided_against(scene)
    social, manager = scene["th.social"], scene["th.manager"]
    first, second = scene["th.focal"], scene["th.supervisor"]

    # -------------------------------------------------------------------- removal hold inside the window
    hold = manager.refused(case, "plan_return", "identification_is_positive", record=filled())
    assert "COE-10.2" in {source["id"] for source in hold[0]["sources"]}
    sent = draft(scene, case)
    consent(manager, case)
    manager.refused(sent, "send", "person_is_presumed_or_identified")
    window, _ = manager.refused(
        case, "close", "identification_is_settled", "no_referral_is_open", record=filled(reason="not_trafficked")
    )
    assert scene.day(30) in window["missing"]
    # Shelter does not end with the decision: the person stays and is cared for.
    assert social.look(case)["care"] == "recovering"
    social.record(case, "admission")
    scene["th.shelter"].take(case, "move_placement", filled(place_kind="shelter_ngo"))

    # ---------------------------------------------------------------------------------------- other eyes
    scene.days(12)
    social.refused(case, "ask_reconsideration", "grounds_are_recorded")
    social.take(case, "ask_reconsideration", filled())
    assert "reconsider" in open_tasks(social, case)
    manager.refused(case, "plan_return", "identification_is_positive", record=filled())
    first.refused(case, "identify", "decider_is_new", record=filled())
    second.refused(case, "identify", "reasons_are_written", record=filled(reasons=None))
    second.take(case, "identify", filled())
    assert social.look(case)["identification"] == "identified"
    assert "reconsider" not in open_tasks(social, case)
    manager.take(case, "plan_return", filled())
    manager.take(sent, "send")
    scene.post()

    telling.in_order(
        telling.told(scene, scene["th.auditor"], case),
        "th.focal attempt not_identify: person_was_told",
        "th.focal step not_identify",
        "th.manager attempt plan_return: identification_is_positive",
        "th.manager attempt send: person_is_presumed_or_identified",
        "th.manager attempt close: identification_is_settled no_referral_is_open",
        "th.shelter step move_placement",
        "th.social step ask_reconsideration",
        "th.focal attempt identify: decider_is_new",
        "th.supervisor step identify",
        "th.manager step plan_return",
        "th.manager step send",
    )
    proof.chains_hold(scene.house)


def test_upheld_it_opens_a_window_again_and_closes_only_after_it(scene: Scene) -> None:
    case = _decided_against(scene)
    manager, second = scene["th.manager"], scene["th.supervisor"]
    scene.days(5)
    scene["th.social"].take(case, "ask_reconsideration", filled(ground="person_asks", text="They ask again."))
    second.take(case, "uphold", filled(**NEGATIVE, notified_on=scene.day()))
    manager.refused(case, "close", "identification_is_settled", record=filled(reason="not_trafficked"))
    scene.days(31)
    manager.take(case, "close", filled(reason="not_trafficked"))
    assert (manager.look(case)["identification"], manager.look(case)["care"]) == ("not_identified", "closed")
    proof.chains_hold(scene.house)


def _decided_against(scene: Scene) -> Paper:
    """A person in recovery whose panel found: not trafficked, and told them so."""
    case = open_case(scene["th.social"])
    protect(scene, case)
    scene["th.social"].take(case, "open_decision")
    decider = scene["th.focal"]
    # Found to be smuggled: nobody may be sent away without a word on how to ask for protection here.
    lacking = decider.refused(case, "not_identify", "help_elsewhere_was_offered", record=filled(**NEGATIVE))
    assert "Authority for asylum" in lacking[0]["missing"]
    scene["th.social"].record(case, "information_given", offered=["asylum_authority"])
    decider.refused(case, "not_identify", "person_was_told", record=filled(**NEGATIVE, notified_on=None))
    decider.take(case, "not_identify", filled(**NEGATIVE))
    assert "end_of_reconsideration" in open_tasks(scene["th.social"], case)
    return case
