"""Lives with the law on the wrong side, each told once and walked twice: through the JSON API and through the pages."""

from __future__ import annotations

from tests.journeys import matters
from tests.journeys.doors import Door
from tests.journeys.hands import Paper, filled
from tests.journeys.houses import join_team, offenders_of, tell_incident
from tests.journeys.test_both_doors import ADULT, cared_for, identified, presumed, stands


def lawyer(door: Door, case: Paper) -> None:
    """A legal officer of the shelter stands by the person."""
    if "th.lawyer" not in door.scene.cast:
        door.scene.hire(th_lawyer=("th-shelter-tak", "legal_officer"))
    join_team(door, "th.shelter", case, "th.lawyer", "legal_officer")


def test_a_worker_of_a_scam_compound_is_charged_with_fraud(door: Door) -> None:
    """Nothing has to be proved to report it, the supervisor knows at once, others review it, and the charge is dropped.

    Meanwhile the person is arrested: whoever hears of it says so, and nobody plans a journey out of a cell.
    """
    case = presumed(door, source="police", sex="M", exploitation="ForcedCriminality")
    lawyer(door, case)
    charge = matters.opened(door, "th.social", case, "report_penalty")
    assert "penalty_reported" in matters.told(door, "th.supervisor") & matters.told(door, "th.lawyer")
    assert "review_penalty" in matters.duties(door, "th.social", case)
    assert "penalty_reported" not in matters.told(door, "th.bridge")
    # The shelter hears of the arrest before anybody else, in a form of its own.
    door.record("th.shelter", case, "circumstances", asylum_claim=None, detained=True, note=None)
    assert {"person_detained"} <= matters.told(door, "th.supervisor") & matters.told(door, "th.focal")
    assert "review_detention" in matters.duties(door, "th.social", case)
    arrest = matters.opened(
        door, "th.social", case, "report_penalty", penalty_kind="detention", authority="immigration",
        act="entry_or_stay", held_now=True,
    )  # fmt: skip
    assert "review_detention" not in matters.duties(door, "th.social", case)
    why = filled(link="unclear", reasons="Brought over the river at night by those who sold him.")
    matters.moved(door, "th.supervisor", case, arrest, "claim_non_punishment", why)
    matters.refused(
        door, "th.supervisor", case, arrest, "end_penalty_review", "nobody_is_held_by_it", reason="served"
    )
    matters.moved(door, "th.lawyer", case, arrest, "represent_person", filled(authority="immigration"))
    matters.moved(door, "th.lawyer", case, arrest, "release_person", filled())
    # The charge goes its own way, refused once and dropped in the end.
    matters.refused(
        door, "th.supervisor", case, charge, "claim_non_punishment", "review_finds_a_link", record=filled(link="none")
    )
    matters.moved(door, "th.supervisor", case, charge, "claim_non_punishment", filled())
    matters.moved(door, "th.lawyer", case, charge, "represent_person", filled())
    matters.moved(door, "th.lawyer", case, charge, "uphold_penalty", filled())
    assert "penalty_upheld" in matters.told(door, "th.supervisor")
    matters.moved(door, "th.lawyer", case, charge, "represent_person", filled(authority="court"))
    matters.moved(door, "th.lawyer", case, charge, "lift_penalty", filled())
    assert [matters.stands(door, "th.lawyer", case, each) for each in (arrest, charge)] == ["released", "lifted"]
    open_duties = matters.duties(door, "th.social", case)
    assert not {"review_penalty", "represent_person", "follow_representation", "answer_upheld"} & open_duties
    stands(door, case, "presumed", "intake")


def test_a_review_that_nobody_makes_climbs_the_ladder(door: Door) -> None:
    """A removal waits four hours, not a day; then the office is told again, and the country."""
    case = presumed(door)
    matters.opened(door, "th.social", case, "report_penalty", penalty_kind="removal", authority="immigration")
    door.scene.days(1)
    while door.scene.ring():
        pass
    assert "task_escalated" in matters.told(door, "th.focal")


def test_nobody_departs_from_a_cell_or_as_a_witness_who_was_not_asked(door: Door) -> None:
    """Held, threatened, wanted by a court: each stands in the way of the journey until it was seen to; the person's
    own word to the police is asked nowhere."""
    case = identified(door)
    lawyer(door, case)
    door.record("th.manager", case, "circumstances", asylum_claim=None, detained=True, note=None)
    door.refused("th.manager", case, "plan_return", "person_is_free", record=filled())
    door.record("th.manager", case, "circumstances", asylum_claim=None, detained=False, note=None)
    assert "review_detention" not in matters.duties(door, "th.social", case)
    door.take("th.manager", case, "plan_return", filled())
    trial = matters.opened(door, "th.lawyer", case, "open_proceeding")
    threat = matters.opened(door, "th.shelter", case, "report_threat", urgent=True)
    assert "threat_reported" in matters.told(door, "th.supervisor") & matters.told(door, "th.manager")
    blocked = door.scene["th.manager"].next_steps(case)["depart"]
    assert {"no_threat_is_unassessed", "testimony_was_offered"} <= set(blocked)
    matters.refused(door, "th.lawyer", case, trial, "offer_testimony", "limits_were_explained", record=filled())
    matters.moved(door, "th.lawyer", case, trial, "explain_limits", filled())
    matters.moved(door, "th.lawyer", case, trial, "offer_testimony", filled())
    matters.moved(door, "th.lawyer", case, trial, "set_hearing", filled())
    hearing = next(task for task in door.scene["th.social"].look(case)["tasks"] if task["kind"] == "attend_hearing")
    day = matters.form(door.scene.house, "hearing")["hearing_on"]
    assert door.scene.house.policies.day("TH", matters.moment(hearing["due_at"])).isoformat() == day
    later = filled(hearing_on=door.scene.day(80), person_speaks=False)
    matters.moved(door, "th.lawyer", case, trial, "set_hearing", later)
    going = [task for task in door.scene["th.social"].look(case)["tasks"] if task["kind"] == "attend_hearing"]
    assert len(going) == 2 and hearing["id"] in {task["id"] for task in going}
    matters.moved(door, "th.manager", case, threat, "assess_threat", filled(level="low"))
    matters.moved(door, "th.manager", case, threat, "assess_threat", filled(level="high"))
    matters.refused(
        door, "th.manager", case, threat, "protect_person", "measures_are_agreed", record=filled(person_agrees=False)
    )
    matters.moved(door, "th.shelter", case, threat, "protect_person", filled())
    blocked = door.scene["th.manager"].next_steps(case)["depart"]
    assert not {"no_threat_is_unassessed", "testimony_was_offered", "person_is_free"} & set(blocked)
    # The end of a case waits for both.
    closing = door.scene["th.manager"].next_steps(case)["close"]
    assert {"no_matter_is_open", "nothing_legal_is_open"} <= set(closing)
    matters.moved(door, "th.lawyer", case, trial, "record_hearing", filled())
    assert "attend_hearing" in matters.duties(door, "th.social", case), "of the later hearing"
    matters.moved(door, "th.lawyer", case, trial, "end_proceeding", filled())
    matters.moved(door, "th.manager", case, threat, "end_threat", reason="over")
    closing = door.scene["th.manager"].next_steps(case)["close"]
    assert not {"no_matter_is_open", "nothing_legal_is_open"} & set(closing)


def test_nobody_is_sent_away_from_a_trial_they_want_to_stay_for(door: Door) -> None:
    """She wished to go home until the court named its day; then she wants to stay for it, and afterwards goes."""
    case = identified(door)
    lawyer(door, case)
    door.take("th.manager", case, "plan_return", filled())
    trial = matters.opened(door, "th.lawyer", case, "open_proceeding", wanted_as_witness=False)
    assert "ask_stay" not in matters.duties(door, "th.social", case)
    matters.moved(door, "th.lawyer", case, trial, "update_proceeding", filled(wants_to_stay=True))
    assert "ask_stay" in matters.duties(door, "th.social", case)
    assert "stay_for_proceedings_is_kept" in door.scene["th.manager"].next_steps(case)["depart"]
    door.record("th.lawyer", case, "permit")
    assert "ask_stay" not in matters.duties(door, "th.social", case)
    matters.moved(door, "th.lawyer", case, trial, "end_proceeding", filled())
    assert "settle_stay" in matters.duties(door, "th.social", case)
    assert "stay_for_proceedings_is_kept" not in door.scene["th.manager"].next_steps(case)["depart"]


def test_the_defence_gets_no_more_than_a_second_person_let_through(door: Door) -> None:
    """Asked for, reviewed by another, told to the person, given: where she lives and whom she loves stays out of it."""
    case = identified(door)
    lawyer(door, case)
    trial = matters.opened(door, "th.lawyer", case, "open_proceeding")
    nothing = filled(data_groups=[])
    matters.refused(door, "th.lawyer", case, trial, "give_file", "file_was_reviewed", record=nothing)
    matters.moved(door, "th.lawyer", case, trial, "ask_for_file", filled())
    assert "review_file" in matters.duties(door, "th.social", case)
    matters.refused(door, "th.lawyer", case, trial, "review_file", "file_reviewer_is_another", record=filled())
    for said, guard in (
        ({"left_out": ["other_persons", "health"]}, "review_takes_out_what_harms"),
        ({"data_groups": ["needs", "health"]}, "review_takes_out_what_harms"),
        ({"data_groups": ["needs", "family"]}, "review_keeps_to_the_request"),
    ):
        matters.refused(door, "th.supervisor", case, trial, "review_file", guard, record=filled(**said))
    matters.moved(door, "th.supervisor", case, trial, "review_file", filled())
    assert "answer_file" in matters.duties(door, "th.social", case)
    more, untold = filled(data_groups=["needs", "health"]), filled(person_told=False)
    matters.refused(door, "th.lawyer", case, trial, "give_file", "answer_keeps_to_the_review", record=more)
    matters.refused(door, "th.lawyer", case, trial, "give_file", "person_knows_what_is_given", record=untold)
    matters.moved(door, "th.lawyer", case, trial, "give_file", filled())
    assert not {"review_file", "answer_file"} & matters.duties(door, "th.social", case)
    # The next request is reviewed anew.
    matters.moved(door, "th.lawyer", case, trial, "ask_for_file", filled(asker="court"))
    matters.refused(door, "th.lawyer", case, trial, "ask_for_file", "no_file_request_waits", record=filled())
    matters.refused(door, "th.lawyer", case, trial, "give_file", "file_was_reviewed", record=nothing)


def test_somebody_said_to_have_recruited_others_is_a_victim_too(door: Door) -> None:
    """She is both: an entry among the alleged offenders of the raid, seen by few, and a case of her own that nothing
    of it may turn away: screened, presumed, sheltered and identified as everybody else."""
    raid = presumed(door)
    lawyer(door, raid)
    incident = {"happened_on": door.scene.day(-3), "place_kind": "workplace", "sector": "online_fraud",
                "source": "police", "exploitation": "ForcedCriminality"}  # fmt: skip
    tell_incident(door, "th.social", raid, "new", incident)
    offender = {"role": "recruiter", "names": ["Ma Hnin Wai"], "words": "She brought two others from her village."}
    tell_incident(door, "th.lawyer", raid, "offenders", offender)
    case = door.open_case("th.social", **ADULT)
    door.take("th.social", case, "start_screening")
    door.record("th.social", case, "circumstances", asylum_claim=None, support_agency=True, note=None)
    door.take("th.social", case, "presume", filled())
    door.name_manager("th.shelter", case, "th.manager")
    lawyer(door, case)
    own = {"reference": door.scene["th.social"].look(raid)["reference"]}
    tell_incident(door, "th.social", case, "join", own)
    charge = matters.opened(door, "th.social", case, "report_penalty", act="recruiting")
    # Who helps her reads nothing of the list; her counsel does, and speaks for her all the same.
    assert "Ma Hnin Wai" not in offenders_of(door, "th.social", case)
    assert "Ma Hnin Wai" in offenders_of(door, "th.lawyer", case)
    door.record("th.social", case, "rights_notice")
    door.record("th.social", case, "admission")
    door.take("th.social", case, "admit", filled())
    door.take("th.social", case, "open_decision")
    door.take("th.focal", case, "identify", filled())
    matters.moved(door, "th.supervisor", case, charge, "claim_non_punishment", filled(link="unclear"))
    matters.moved(door, "th.lawyer", case, charge, "represent_person", filled())
    matters.moved(door, "th.lawyer", case, charge, "lift_penalty", filled())
    stands(door, case, "identified", "sheltered")


def test_a_refused_leave_is_answered_before_anybody_goes(door: Door) -> None:
    """Identified and not of this country: leave is asked for, refused, explained, appealed; she waits, and then not."""
    case = identified(door)
    lawyer(door, case)
    door.take("th.manager", case, "plan_return", filled())
    house = door.scene.house
    assert "apply_stay" in matters.duties(door, "th.social", case)
    door.record("th.lawyer", case, "permit", outcome="applied", valid_from=None, valid_until=None)
    assert "ask_employment" in matters.duties(door, "th.social", case)
    door.record("th.lawyer", case, "employment", stage="no_wish", work=None, hours=None, wage=None, wage_for=None)
    refused = {"outcome": "refused", "valid_from": None, "valid_until": None}
    door.record("th.lawyer", case, "permit", **refused, appeal_until=matters.form(house, "hearing")["hearing_on"])
    duties = matters.duties(door, "th.social", case)
    assert "answer_refused_stay" in duties and not {"apply_stay", "ask_employment"} & set(duties)
    assert "refused_leave_is_answered" in door.scene["th.manager"].next_steps(case)["depart"]
    door.record("th.lawyer", case, "refused_leave")
    assert "refused_leave_is_answered" in door.scene["th.manager"].next_steps(case)["depart"], "she waits"
    assert "apply_stay" in matters.duties(door, "th.social", case), "the appeal is to be made"
    door.record("th.lawyer", case, "refused_leave", way="accepted", waits=False)
    assert "refused_leave_is_answered" not in door.scene["th.manager"].next_steps(case)["depart"]
    assert not {"answer_refused_stay", "apply_stay"} & set(matters.duties(door, "th.social", case))


def test_somebody_whose_case_is_closed_is_held_in_two_places(door: Door) -> None:
    """Nobody had heard of him for a year; then he is in a cell, and two authorities want him. His case takes it in and
    opens again without his leave, and he is free when both have let him go."""
    case = presumed(door, sex="M")
    lawyer(door, case)
    door.record("th.social", case, "circumstances", asylum_claim=None, contact_lost=True, note=None)
    lost = filled(reason="lost_contact", person_told=False, person_agrees=False, unreachable=True)
    door.take("th.manager", case, "close", lost)
    held = {"penalty_kind": "detention", "held_now": True}
    police = matters.opened(door, "th.social", case, "report_penalty", authority="police", **held)
    matters.opened(door, "th.social", case, "report_threat")
    stands(door, case, "presumed", "closed")
    assert "harm_after_closing" in matters.told(door, "th.supervisor") & matters.told(door, "th.manager")
    assert {"consider_reopening", "review_penalty", "assess_threat"} <= matters.duties(door, "th.social", case)
    door.take("th.manager", case, "reopen", filled(reason="contact_found", person_agrees=False))
    assert "consider_reopening" not in matters.duties(door, "th.social", case)
    border = matters.opened(door, "th.social", case, "report_penalty", authority="immigration", **held)
    matters.moved(door, "th.lawyer", case, police, "release_person", filled())
    matters.refused(
        door, "th.supervisor", case, border, "end_penalty_review", "nobody_is_held_by_it", reason="served"
    )
    assert "person_is_free" in door.scene["th.manager"].next_steps(case)["close"]
    matters.moved(door, "th.lawyer", case, border, "release_person", filled())
    assert "person_is_free" not in door.scene["th.manager"].next_steps(case)["close"]


def test_somebody_dies_in_the_shelter(door: Door) -> None:
    """Those who protect hear of it at once, what was owed to a living person ends, and one duty is left until the
    family and the ministry know and the body has a place. The claim for wages goes on, for the family."""
    case = cared_for(door)
    lawyer(door, case)
    door.name_manager("th.supervisor", case, "th.manager")
    claim = matters.opened(door, "th.lawyer", case, "prepare_remedy")
    living = {"review_care_plan", "reassess_needs", "review_placement"}
    assert living <= matters.duties(door, "th.social", case)
    unsettled = {"family_told": "not_yet", "remains": "not_yet", "ministry_told": False, "legal_hold": True}
    door.record("th.shelter", case, "death_report", died_on=door.scene.day(), **unsettled)
    assert "person_died" in matters.told(door, "th.supervisor") & matters.told(door, "th.manager")
    duties = matters.duties(door, "th.social", case)
    assert "see_to_death" in duties and not living & duties
    facts = door.scene["th.manager"].look(case)["facts"]
    assert (facts["deceased"], facts["legal_hold"], facts["bed_used"]) == (True, True, None)
    door.refused("th.shelter", case, "move_placement", "person_is_with_us", record=filled(place_kind="shelter_ngo"))
    door.scene.days(3)
    door.record("th.manager", case, "death_report", died_on=door.scene.day(-3), ministry_told=False)
    assert "see_to_death" in matters.duties(door, "th.social", case), "the ministry has not been told"
    door.record("th.manager", case, "death_report", died_on=door.scene.day(-3))
    assert "see_to_death" not in matters.duties(door, "th.social", case)
    assert {"no_matter_is_open", "nothing_legal_is_open"} <= set(door.scene["th.manager"].next_steps(case)["close"])
    matters.moved(door, "th.lawyer", case, claim, "stop_remedy", filled(person_told=False))
    door.take("th.manager", case, "close", filled(reason="deceased", person_told=False, person_agrees=False))
    stands(door, case, "presumed", "closed")
