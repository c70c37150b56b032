"""A child returns from Thailand to Lao PDR: guardian first; trace, assess, hear, decide; never alone."""

from __future__ import annotations

from tests.journeys import proof, telling
from tests.journeys.hands import Paper, filled
from tests.journeys.paths import (
    both_are,
    draft,
    name_manager,
    open_case,
    open_tasks,
    proved,
    receiving_case,
    send,
)
from tests.journeys.scene import Scene


def test_a_child_returns_from_thailand_to_lao_pdr(scene: Scene) -> None:
    social, manager, lawyer = scene["th.social"], scene["th.manager"], scene["th.focal"]
    bridge, focal, tracer = scene["th.nongkhai"], scene["la.focal"], scene["la.social"]

    # ------------------------------------------------------------------------------- no guardian, no step
    case = open_case(
        social, child=True, age_band="15-17", sex="F", nationality="LA", language="lo",
        exploitation="SexualExploitation", source="ngo",
    )  # fmt: skip
    _not_said_to_be_grown_up(scene)
    social.take(case, "start_screening")
    social.take(case, "presume", filled(language="lo"))
    assert "appoint_guardian" in open_tasks(social, case)
    social.record(case, "rights_notice", language="lo")
    social.refused(case, "admit", "place_fits_the_person", record=filled(place_kind="hotel_supervised"))
    social.record(case, "admission")
    social.take(case, "admit", filled())
    social.record(case, "needs_assessment")
    social.refused(case, "start_recovery", "guardian_is_appointed", "care_plan_is_agreed", record=filled())
    social.refused(case, "open_decision", "guardian_is_appointed")
    (unheard,) = social.refused_record(case, "best_interests", "guardian_is_appointed")
    assert {"OHCHR-P10", "UNICEF-GUARDIAN"} <= {source["id"] for source in unheard["sources"]}
    social.record(case, "guardian_appointment", conflict_checked=False)
    social.refused(case, "open_decision", "guardian_is_appointed")
    social.record(case, "guardian_appointment")
    social.take(case, "open_decision")
    social.take(case, "start_recovery", filled(covers_child_services=True))

    # ------------------------------------------------------------------- a child needs no proof of means
    lawyer.take(case, "identify", filled(means=False, exploitation="SexualExploitation"))
    name_manager(scene, case, "th.shelter", "th.manager")
    manager.refused(case, "plan_return", "return_planning_serves_the_child", record=filled())
    manager.record(case, "best_interests_assessment", question="return")
    manager.take(case, "plan_return", filled())

    # -------------------------------------------- consent is the guardian's word and the child's own assent
    sent = draft(scene, case, "LA", "nong-khai-vientiane")
    manager.record(case, "consent", purpose="notify_origin", recipient="LA", giver="self")
    manager.refused(sent, "send", "consent_for_notify_origin")
    manager.record(case, "consent", purpose="notify_origin", recipient="LA", giver="guardian", child_assent=False)
    manager.refused(sent, "send", "consent_for_notify_origin")
    for purpose in ("notify_origin", "contact_family", "return"):
        manager.record(case, "consent", purpose=purpose, recipient="LA", giver="guardian", child_assent=True)
    crossing = send(scene, case, sent, "LA")
    arrived = crossing.arrived
    seen = focal.look(arrived)
    assert (seen["child"], seen["age_band"], seen["clock"]["clock"]) == (True, "15-17", "acknowledge_child")
    focal.take(arrived, "acknowledge")
    scene.post()

    # ---------------------------------------------------------------- trace, assess, hear, decide: in order
    early = filled(options_weighed="The home she told us of; a foster family.")
    manager.record(case, "best_interests", **early)
    scene.days(1)
    manager.take(sent, "disclose_identity")
    scene.post()
    tracer.take(arrived, "start_tracing")
    scene.post()
    scene.days(20)
    tracer.take(arrived, "report_assessment", filled(authority="la-mlsw", family_willing=False, relation="mother"))
    scene.post()
    manager.record(case, "pre_return_risk")
    refusals = manager.refused(sent, "propose_plan", "tracing_came_first", "child_has_an_escort", record=_plan())
    assert any(source["id"] == "OHCHR-G8.4" for reason in refusals for source in reason["sources"])
    manager.record(case, "best_interests", outcome="stay", panel=["psychologist", "child protection officer"])
    manager.refused(sent, "propose_plan", "best_interests_say_return", record=_plan(escort="social worker 4"))
    manager.record(case, "best_interests", outcome="local_care", weight_reasons=None)
    manager.refused(sent, "propose_plan", "child_was_heard", record=_plan(escort="social worker 4"))
    manager.record(case, "best_interests", outcome="local_care", child_heard=False, views=None)
    manager.refused(sent, "propose_plan", "child_was_heard", record=_plan(escort="social worker 4"))
    manager.record(case, "best_interests", outcome="local_care")
    manager.take(sent, "propose_plan", _plan(escort="social worker 4"))
    scene.post()

    # -------------------------------------------------------------- the family is not willing: care waits
    focal.refused(
        arrived, "accept", "child_has_somewhere_safe",
        record=filled(office="la-mlsw", family_or_care_arranged=False),
    )  # fmt: skip
    focal.take(arrived, "accept", filled(office="la-mlsw", transit_stop="transit centre Vientiane"))
    scene.post()
    home = receiving_case(scene, crossing)
    assert focal.look(home)["facts"]["child"] is True

    # ---------------------------------------------------------------------------------- over the bridge
    manager.record(case, "travel_document")
    manager.record(case, "legal_status")
    bridge.take(sent, "schedule_handover", filled(on=scene.day(4), border_point="nong-khai-vientiane"))
    scene.post()
    scene["la.bridge"].take(arrived, "confirm_handover", filled(receiver_officer="officer 2, Vientiane"))
    scene.post()
    scene["th.bridge"].cannot_see(sent)
    scene.days(4)
    manager.take(case, "depart")
    bridge.take(sent, "sign_handover", filled(officer="officer 5, Nong Khai", onward_service="transit centre"))
    scene.post()
    both_are(scene, crossing, "handed_over", "TH")
    scene["la.bridge"].take(arrived, "sign_receipt", filled(officer="officer 2, Vientiane"))
    scene.post()
    both_are(scene, crossing, "received", "LA")
    assert manager.look(case)["care"] == "handed_over"
    proof.handover_and_receipt(scene.house, crossing.shared_id, "TH", "LA")

    # --------------------------------------------------------------------------------- a life at home
    keeper = scene["la.manager"]
    name_manager(scene, home, "la.focal", "la.manager")
    keeper.record(home, "reintegration_plan")
    keeper.take(arrived, "start_reintegration")
    scene.post()
    keeper.record(home, "consent", purpose="reintegration_report", recipient="TH", giver="self")
    keeper.refused(
        arrived, "report_visit", "consent_for_reintegration_report", "guardian_is_appointed", record=filled(number=1)
    )
    report = {"purpose": "reintegration_report", "recipient": "TH", "giver": "guardian", "child_assent": True}
    keeper.refused_record(home, "consent", "guardian_who_agrees_serves", **report)
    keeper.record(home, "guardian_appointment")
    keeper.record(home, "consent", **report)
    for number, days in ((1, 30), (2, 60), (3, 90), (4, 100)):
        scene.days(days)
        keeper.take(arrived, "report_visit", filled(number=number))
        scene.post()
    keeper.take(arrived, "complete")
    scene.post()
    both_are(scene, crossing, "completed", "LA")
    _closes(scene, "la.manager", home, "reintegrated")
    _closes(scene, "th.manager", case, "handed_over")

    telling.in_order(
        telling.told(scene, scene["th.auditor"], case),
        "th.social attempt start_recovery: care_plan_is_agreed guardian_is_appointed",
        "th.social attempt open_decision: guardian_is_appointed",
        "th.social attempt best_interests: guardian_is_appointed",
        "th.social record guardian_appointment",
        "th.social attempt open_decision: guardian_is_appointed",
        "th.social record guardian_appointment",
        "th.social step open_decision",
        "th.manager attempt send: consent_for_notify_origin",
        "th.manager step send",
        "th.manager record best_interests",
        "partner LA partner report_assessment",
        "th.manager attempt propose_plan: tracing_came_first child_has_an_escort",
        "th.manager attempt propose_plan: best_interests_say_return",
        "th.manager attempt propose_plan: child_was_heard",
        "th.manager record best_interests",
        "th.manager step propose_plan",
        "th.nongkhai step sign_handover",
        "partner LA partner sign_receipt",
    )
    telling.in_order(
        telling.told(scene, scene["la.auditor"], home),
        "la.focal attempt accept: child_has_somewhere_safe",
        "la.focal step accept",
        "la.bridge step sign_receipt",
        "la.manager attempt report_visit: consent_for_reintegration_report guardian_is_appointed",
        "la.manager step complete",
    )
    proved(scene, crossing)


def _plan(**changes: object) -> dict[str, object]:
    return filled(destination="Savannakhet", border_point="nong-khai-vientiane", **changes)


def _not_said_to_be_grown_up(scene: Scene) -> None:
    """An age in doubt is a child's: the door does not take another word for it."""
    body = {"source": "ngo", "child": False, "age_band": "unknown", "nationality": "LA"}
    said = scene["th.social"].post("/cases", body, 422)
    assert [error["field"] for error in said["errors"]] == ["child"]


def _closes(scene: Scene, who: str, case: Paper, reason: str) -> None:
    hand = scene[who]
    hand.record(case, "remedies_notice", language="lo")
    # A child is told; the agreement of a child is not what an end depends on.
    hand.take(case, "close", filled(reason=reason, person_agrees=False))
    assert hand.look(case)["care"] == "closed"
