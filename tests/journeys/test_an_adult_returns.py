"""An adult returns from Thailand to Myanmar, told in full: every step, every wrong turn, both countries, to the end."""

from __future__ import annotations

from tests.journeys import proof, telling
from tests.journeys.hands import Paper, filled
from tests.journeys.paths import arrived as arrival
from tests.journeys.paths import both_are, name_manager, open_tasks, proved, receiving_case
from tests.journeys.scene import Scene


def test_an_adult_returns_from_thailand_to_myanmar(scene: Scene) -> None:
    social, manager = scene["th.social"], scene["th.manager"]
    supervisor, bridge = scene["th.supervisor"], scene["th.bridge"]

    # ------------------------------------------------------------------ Thailand: identify and protect
    opened = social.post(
        "/cases",
        {
            "source": "police", "child": False, "age_band": "18+", "sex": "M", "nationality": "MM",
            "language": "my", "exploitation": "ForcedLabour", "channel": "government",
            "identity": {"given_names": "Ko Htet", "family_name": "Aung", "birth_year": 1990},
            "note": "Found in the packing hall with four others.",
        },
        201,
    )  # fmt: skip
    case = Paper("cases", opened["id"])
    assert (opened["identification"], opened["care"]) == ("reported", "intake")
    assert "Htet" not in str(social.look(case))

    social.refused(
        case, "presume", "wrong_state", "screening_is_recorded", "an_indicator_has_reasons", "interview_was_safe"
    )
    social.take(case, "start_screening")
    assert open_tasks(social, case) == {"screen"}
    (overheard,) = social.refused(case, "presume", "interview_was_safe", record=filled(private_place=False))
    assert overheard["missing"] == "The interview was not safe: no private place."
    assert {source["id"] for source in overheard["sources"]} == {"HTCDS-2.0", "OHCHR-G5.4", "OHCHR-G6.6", "WHO-10"}
    social.take(case, "presume", filled())
    assert {"read_rights", "assess_needs", "decide_identification", "end_of_reflection"} <= open_tasks(social, case)

    social.refused(case, "admit", "assistance_is_accepted", "admission_is_signed", record=filled())
    assert "assistance_is_accepted" in social.next_steps(case)["admit"]
    social.record(case, "rights_notice")
    assert "assistance_is_accepted" not in social.next_steps(case)["admit"]
    (cell,) = social.refused(case, "admit", "place_is_not_custodial", record=filled(place_kind="police_cell"))
    assert cell["overridable"] is False and "OHCHR-P7" in {source["id"] for source in cell["sources"]}
    social.refused(case, "admit", "admission_is_signed", record=filled())
    social.record(case, "admission")
    social.take(case, "admit", filled())
    social.refused(case, "start_recovery", "needs_are_assessed", record=filled())
    social.record(case, "needs_assessment")
    social.take(case, "start_recovery", filled())
    assert social.look(case)["care"] == "recovering"

    # ---------------------------------------------------------------- Thailand: the formal decision
    social.refused(case, "open_decision", "support_agency_is_named")
    social.record(case, "circumstances", support_agency=True, asylum_claim=None, note=None)
    social.take(case, "open_decision")
    social.may_not(case, "identify")
    decider = scene["th.focal"]
    decider.refused(case, "identify", "findings_meet_definition", record=filled(purpose=False))
    decider.refused(case, "identify", "authority_is_competent", record=filled(authority="th-rtp"))
    decider.take(case, "identify", filled(), note="The panel was of one mind.")

    # -------------------------------------------------------- Thailand: the person wants to go home
    manager.cannot_see(case)
    name_manager(scene, case, "th.shelter", "th.manager")
    manager.refused(case, "plan_return", "return_is_wished_for", record=filled(wish="undecided"))
    manager.take(case, "plan_return", filled())

    answer = manager.post(f"{case.path}/referrals", {"to_country": "MM", "border_point": "mae-sot-myawaddy"}, 201)
    sent = Paper("referrals", answer["id"])
    manager.refused(sent, "send", "another_has_approved", "consent_for_notify_origin")
    for purpose in ("notify_origin", "contact_family", "return"):
        manager.record(case, "consent", purpose=purpose, recipient="MM")
    manager.may_not(sent, "approve")
    supervisor.take(sent, "approve")
    manager.refused(case, "include_locally", "wish_or_unsafe_return")
    manager.take(sent, "send")
    scene["mm.focal"].cannot_see(sent)

    # ------------------------------------------------------------------ Myanmar: minimum first
    scene.post()
    focal, tracer, far_bridge = scene["mm.focal"], scene["mm.social"], scene["mm.bridge"]
    (offer,) = focal.get("/referrals?box=inbox")["items"]
    assert (offer["age_band"], offer["child"], offer["our_turn"]) == ("18+", False, True)
    assert offer["clock"]["task"] == "answer_referral"
    crossing = arrival(scene, case, sent)
    arrived = crossing.arrived
    both_are(scene, crossing, "sent", "TH")
    manager.cannot_see(arrived)
    tracer.refused(arrived, "start_tracing", "wrong_state", "identity_is_disclosed")
    focal.take(arrived, "acknowledge")
    tracer.refused(arrived, "start_tracing", "identity_is_disclosed")
    scene.post()
    manager.take(sent, "disclose_identity")
    assert scene.post() > 0
    why = {"reason": "To look for the family in Hpa-An."}
    told = focal.post(f"{arrived.path}/disclosed/reveal", why, 200)["groups"]
    assert told["identity"]["given_names"] == "Ko Htet"
    tracer.take(arrived, "start_tracing")
    scene.post()
    scene.days(20)
    tracer.refused(arrived, "report_assessment", "tracing_is_reported", record=filled(nationality="pending"))
    tracer.take(arrived, "report_assessment", filled())
    scene.post()

    # ------------------------------------------------------------------- two keys: plan and reception
    manager.refused(sent, "propose_plan", "return_risk_is_valid", "family_risk_is_covered", record=filled())
    manager.record(case, "pre_return_risk")
    manager.refused(sent, "propose_plan", "return_plan_covers_life", record=filled(services=["health"]))
    manager.take(sent, "propose_plan", filled(), note="He asked for the morning bus.")
    scene.post()
    focal.refused(arrived, "accept", "reception_is_arranged", record=filled(partner_organisation=None))
    focal.take(arrived, "accept", filled())
    scene.post()
    home = receiving_case(scene, crossing)
    awaited = focal.look(home)
    assert (awaited["identification"], awaited["care"]) == ("identified", "awaiting_arrival")
    assert "Htet" not in str(awaited)

    # ---------------------------------------------------------------------------- the day at the bridge
    bridge.refused(
        sent, "schedule_handover", "travel_document_is_valid", "proceedings_were_considered", "claims_have_a_route",
        record=filled(on=scene.day(5)),
    )  # fmt: skip
    manager.record(case, "travel_document")
    manager.record(case, "legal_status")
    manager.refused(case, "depart", "handover_is_scheduled")
    bridge.refused(
        sent, "schedule_handover", "border_point_is_agreed",
        record=filled(on=scene.day(5), border_point="nong-khai-vientiane"),
    )  # fmt: skip
    bridge.take(sent, "schedule_handover", filled(on=scene.day(5)))
    scene.post()
    far_bridge.take(arrived, "confirm_handover", filled())
    scene.post()
    bridge.refused(sent, "sign_handover", "journey_has_begun", "day_has_come", record=filled())
    scene.days(5)
    manager.take(case, "depart")
    open_to_bridge = bridge.next_steps(sent)
    assert open_to_bridge["postpone"] == [] and open_to_bridge["sign_handover"] != []
    bridge.refused(sent, "sign_handover", "handover_is_complete", record=filled(fit_to_travel=False))
    bridge.take(sent, "sign_handover", filled())
    assert bridge.look(sent)["custody"] == "sender"
    scene.post()
    both_are(scene, crossing, "handed_over", "TH")
    manager.refused(case, "record_handover", "only_by_proof", "receipt_is_signed")
    far_bridge.refused(arrived, "sign_receipt", "person_is_here", record=filled(person_present=False))
    far_bridge.take(arrived, "sign_receipt", filled())
    scene.post()
    both_are(scene, crossing, "received", "MM")
    assert manager.look(case)["care"] == "handed_over"
    for hand, paper in ((bridge, sent), (far_bridge, arrived)):
        acts = hand.get(f"{paper.path}/handover")["signatures"]
        assert [act["by"] for act in acts] == ["TH", "MM"] and all(act["genuine"] for act in acts)

    # ------------------------------------------------------------------------- Myanmar: a life at home
    keeper = scene["mm.manager"]
    name_manager(scene, home, "mm.focal", "mm.manager")
    keeper.refused(arrived, "start_reintegration", "reintegration_is_planned")
    keeper.record(home, "reintegration_plan")
    keeper.take(arrived, "start_reintegration")
    scene.post()
    assert keeper.look(home)["care"] == "reintegrating"
    scene.days(30)
    keeper.refused(arrived, "report_visit", "consent_for_reintegration_report", record=filled(number=1))
    keeper.record(home, "consent", purpose="reintegration_report", recipient="TH")
    for number, days in ((1, 0), (2, 60), (3, 90), (4, 30)):
        scene.days(days)
        keeper.refused(arrived, "complete", "visits_are_made")
        keeper.take(arrived, "report_visit", filled(number=number, note="Only for us."))
        scene.post()
    keeper.refused(home, "close", "no_referral_is_open", "remedies_were_explained", record=filled())
    keeper.take(arrived, "complete")
    scene.post()
    both_are(scene, crossing, "completed", "MM")

    # ------------------------------------------------------------------------------------------ the end
    keeper.record(home, "remedies_notice")
    keeper.refused(home, "close", "closure_is_recorded", record=filled(person_agrees=False))
    keeper.take(home, "close", filled())
    manager.record(case, "remedies_notice")
    manager.take(case, "close", filled(reason="handed_over"))
    for hand, paper in ((manager, case), (keeper, home)):
        closed = hand.look(paper)
        assert (closed["identification"], closed["care"], closed["tasks"]) == ("identified", "closed", [])
    manager.refused_record(case, "wish", "case_is_open")

    # ----------------------------------------------------------------------------------- what is proved
    telling.in_order(
        telling.told(scene, scene["th.auditor"], case),
        "th.social opened open",
        "th.social attempt presume: wrong_state screening_is_recorded an_indicator_has_reasons interview_was_safe",
        "th.social step start_screening",
        "th.social attempt presume: interview_was_safe",
        "th.social step presume",
        "th.social attempt admit: assistance_is_accepted admission_is_signed",
        "th.social record rights_notice",
        "th.social attempt admit: place_is_not_custodial",
        "th.social attempt admit: admission_is_signed",
        "th.social record admission",
        "th.social step admit",
        "th.social attempt open_decision: support_agency_is_named",
        "th.social record circumstances",
        "th.social step open_decision",
        "th.focal step identify",
        "th.shelter assigned case_manager",
        "th.manager step plan_return",
        "th.manager attempt send: another_has_approved consent_for_notify_origin",
        "th.manager record consent",
        "th.supervisor step approve",
        "th.manager step send",
        "partner MM partner acknowledge",
        "th.manager step disclose_identity",
        "partner MM partner report_assessment",
        "th.manager record pre_return_risk",
        "th.manager step propose_plan",
        "partner MM partner accept",
        "th.bridge step schedule_handover",
        "partner MM partner confirm_handover",
        "th.manager step depart",
        "th.bridge step sign_handover",
        "partner MM partner sign_receipt",
        "system step record_handover",
        "partner MM partner start_reintegration",
        "partner MM partner report_visit",
        "partner MM partner complete",
        "th.manager step close",
        "th.manager attempt wish: case_is_open",
    )
    telling.in_order(
        telling.told(scene, scene["mm.auditor"], home),
        "system opened offer_received",
        "partner TH partner send",
        "mm.social attempt start_tracing: wrong_state identity_is_disclosed",
        "mm.focal step acknowledge",
        "mm.social attempt start_tracing: identity_is_disclosed",
        "partner TH partner disclose_identity",
        "mm.social step start_tracing",
        "mm.social step report_assessment",
        "mm.focal attempt accept: reception_is_arranged",
        "mm.focal step accept",
        "system step recognise",
        "partner TH partner sign_handover",
        "mm.bridge attempt sign_receipt: person_is_here",
        "mm.bridge step sign_receipt",
        "mm.manager step start_reintegration",
        "system step arrive",
        "mm.manager attempt report_visit: consent_for_reintegration_report",
        "mm.manager record consent",
        "mm.manager step report_visit",
        "mm.manager step complete",
        "mm.manager step close",
    )
    proved(scene, crossing)
    proof.handover_and_receipt(scene.house, crossing.shared_id, "TH", "MM")
    _is_audited(scene, case)
    for letter in proof.letters(scene.house, crossing.shared_id):
        assert "morning bus" not in str(letter.body) and "Only for us" not in str(letter.body)
        named = "Htet" in str(letter.body)
        assert named == (letter.type == "disclose_identity"), f"{letter.type} carries the name: {named}"


def _is_audited(scene: Scene, case: Paper) -> None:
    """A supervisor sees who did, tried and looked at what, and that no entry was rewritten."""
    audit = scene["th.supervisor"].get(f"{case.path}/audit")
    assert audit["chain"]["verified"] == audit["chain"]["entries"] and audit["chain"]["fault"] is None
    tried = {(entry["actor"]["id"], entry["step"]) for entry in audit["attempts"]["items"]}
    assert {(scene["th.social"].id, "presume"), (scene["th.social"].id, "admit"),
            (scene["th.manager"].id, "send")} <= tried  # fmt: skip
    looked = {look["user_id"] for look in audit["looks"] if "case_opened" in look["actions"]}
    assert {scene[name].id for name in ("th.social", "th.manager", "th.focal")} <= looked
    assert scene["th.bridge"].id not in looked
