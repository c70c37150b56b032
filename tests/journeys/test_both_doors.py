"""Ten lives, each told once and walked twice: through the JSON API and through the pages (docs/stories.md).

They share one town for each door and engine, because every one of them has a case of its own.
"""

from __future__ import annotations

from sqlalchemy import select

from app.casework import messages
from app.casework.held import REFERRAL
from tests.inspect import reading
from tests.journeys import matters
from tests.journeys.doors import Door
from tests.journeys.hands import Paper, filled
from tests.journeys.houses import (
    ask_bed,
    beds_free,
    clocks_of,
    hold_bed,
    join_team,
    keep_beds,
    papers,
    people_of,
    tell_incident,
    tell_tip,
    tip_into_case,
)
from tests.journeys.paths import arrived

ADULT = {
    "source": "police", "age_band": "18+", "sex": "F", "nationality": "MM", "exploitation": "ForcedLabour",
    "language": "my",
}  # fmt: skip
NEGATIVE = {
    "outcome": "not_identified", "means": False, "purpose": False, "exploitation": "unknown", "finding": "smuggled",
}  # fmt: skip


def stands(door: Door, case: Paper, identification: str, care: str, *, by: str = "th.social") -> None:
    """Where a case is, as its case manager's colleague sees it, or somebody else."""
    seen = door.scene[by].look(case)
    assert (seen["identification"], seen["care"]) == (identification, care)


def presumed(door: Door, **about: str) -> Paper:
    """Somebody whom the screening presumes to be trafficked; an agency and a case manager stand by."""
    case = door.open_case("th.social", **{**ADULT, **about})
    door.take("th.social", case, "start_screening")
    door.take("th.social", case, "presume", filled())
    door.record("th.social", case, "circumstances", asylum_claim=None, support_agency=True, note=None)
    door.name_manager("th.shelter", case, "th.manager")
    return case


def cared_for(door: Door, case: Paper | None = None, **about: str) -> Paper:
    """Somebody in recovery, with rights read, needs known, and a plan; ``case``: somebody presumed already."""
    case = case or presumed(door, **about)
    child = about.get("age_band", "18+") != "18+"
    if child:
        door.record("th.manager", case, "guardian_appointment")
    door.record("th.social", case, "rights_notice")
    door.record("th.social", case, "admission")
    door.take("th.social", case, "admit", filled())
    door.record("th.social", case, "needs_assessment")
    door.take("th.social", case, "start_recovery", filled(covers_child_services=child))
    return case


def identified(door: Door, case: Paper | None = None, **about: str) -> Paper:
    """The same, found to be trafficked by the panel."""
    case = cared_for(door, case, **about)
    door.take("th.social", case, "open_decision")
    door.take("th.focal", case, "identify", filled())
    return case


def removed(door: Door, case: Paper) -> None:
    """A removal is reported: the supervisor is told at once, and somebody has to look at it today."""
    matters.opened(door, "th.social", case, "report_penalty", penalty_kind="removal", authority="immigration",
                   act="entry_or_stay")  # fmt: skip
    assert "penalty_reported" in matters.told(door, "th.supervisor")
    assert "review_penalty" in matters.duties(door, "th.social", case)


def referred(door: Door, case: Paper, *purposes: str, **consent: object) -> tuple[Paper, Paper]:
    """A referral to Myanmar that is acknowledged there: the sender's copy and the receiver's."""
    for purpose in purposes:
        door.record("th.manager", case, "consent", purpose=purpose, recipient="MM", **consent)
    sent = door.refer("th.manager", case, "MM")
    door.take("th.supervisor", sent, "approve")
    door.take("th.manager", sent, "send")
    door.scene.post()
    crossing = arrived(door.scene, case, sent)
    door.take("mm.focal", crossing.arrived, "acknowledge")
    door.scene.post()
    return sent, crossing.arrived


def letters_about(door: Door, case: Paper) -> int:
    """How many messages about a case have gone out."""
    with reading(door.scene.house.db) as session:
        shared = select(REFERRAL.c.shared_id).where(REFERRAL.c.case_id == case.id)
        query = select(messages.TABLE.c.id).where(messages.TABLE.c.shared_id.in_(shared))
        return len(session.execute(query).all())


def test_an_asylum_seeker_is_never_told_of_at_home(door: Door) -> None:
    """A claim made in the shelter: no plan of return, no offer; the way to stay is open and care goes on.

    How to ask for asylum, and that the embassy hears of nobody who does not want it, is said before any decision. The
    country that is feared is named and hears nothing, neither while the claim is open nor after it is taken back.
    """
    case = presumed(door)
    door.record("th.social", case, "rights_notice", asylum_information_given=False, consular_access_explained=False)
    door.refused("th.social", case, "open_decision", "rights_were_explained")
    door.record("th.social", case, "rights_notice", consular_access_explained=False)
    door.refused("th.social", case, "open_decision", "rights_were_explained")
    door.record("th.social", case, "rights_notice")
    door.record("th.social", case, "information_given", topics=["asylum"], offered=["asylum_authority"])
    identified(door, case=case)
    facts = door.scene["th.social"].look(case)["facts"]
    assert (facts["rights"]["untold"], facts["information"]["topics"]) == ([], ["asylum"])
    door.record("th.manager", case, "circumstances", asylum_claim=True, blocked_countries=["MM"], note="With a lawyer.")
    door.refused("th.manager", case, "plan_return", "no_asylum_claim_is_open", record=filled())
    door.record("th.manager", case, "consent", purpose="notify_origin", recipient="MM")
    sent = door.refer("th.manager", case, "MM")
    door.take("th.supervisor", sent, "approve")
    door.refused("th.manager", sent, "send", "no_asylum_claim_is_open", "country_is_not_blocked")
    door.record("th.manager", case, "circumstances", asylum_claim=False, note="She waits for the answer elsewhere.")
    door.refused("th.manager", sent, "send", "country_is_not_blocked")
    door.take("th.manager", sent, "cancel", reason="asylum_claim")
    door.scene.post()
    assert letters_about(door, case) == 0
    door.record("th.social", case, "admission")
    door.take("th.shelter", case, "move_placement", filled(place_kind="shelter_ngo"))
    door.take("th.manager", case, "include_locally", filled(wish="stay"))
    stands(door, case, "identified", "including_locally")


def test_a_person_who_wants_no_shelter_loses_nothing_else(door: Door) -> None:
    """Declined help is neutral: no bed is forced, the panel decides all the same, and the offer stays open.

    The reason and how to reach the person are kept in forms; invited again, with the way paid, the person may say no
    again, or yes.
    """
    case = presumed(door)
    door.record(
        "th.social", case, "rights_notice", answer="declined", reason="Wants to be with her cousin.",
        safe_contact="A message to the cousin.",
    )  # fmt: skip
    door.record("th.social", case, "contact_rules", ways=["through_trusted"], never=["telephone"], how="The cousin.")
    door.refused("th.social", case, "admit", "assistance_is_accepted", record=filled(place_kind="hotel_supervised"))
    stands(door, case, "presumed", "intake")
    door.take("th.social", case, "open_decision")
    door.take("th.focal", case, "identify", filled())
    door.record("th.social", case, "remedies_notice")
    door.record("th.social", case, "consent", purpose="medical", recipient="TH")
    stands(door, case, "identified", "intake")
    door.scene.days(9)
    door.record("th.social", case, "invitation", way="in_person", answer="declined", words="Not yet.")
    door.refused("th.social", case, "admit", "assistance_is_accepted", record=filled(place_kind="hotel_supervised"))
    door.scene.days(20)
    door.record("th.social", case, "invitation", way="in_person", answer="accepted")
    door.record("th.social", case, "admission")
    door.take("th.social", case, "admit", filled())
    stands(door, case, "identified", "sheltered")


def test_a_negative_decision_is_looked_at_by_other_eyes(door: Door) -> None:
    """No removal inside the window, the person stays in care, and whoever decided does not decide again.

    A removal that is reported all the same is told at once to who can stop it, and is spoken against.
    """
    case = cared_for(door)
    door.take("th.social", case, "open_decision")
    door.record("th.social", case, "information_given", offered=["asylum_authority"])
    door.refused("th.focal", case, "not_identify", "person_was_told", record=filled(**NEGATIVE, notified_on=None))
    door.take("th.focal", case, "not_identify", filled(**NEGATIVE))
    door.refused("th.manager", case, "plan_return", "identification_is_positive", record=filled())
    door.refused("th.manager", case, "close", "identification_is_settled", record=filled(reason="not_trafficked"))
    door.record("th.social", case, "admission")
    door.take("th.shelter", case, "move_placement", filled(place_kind="shelter_ngo"))
    removed(door, case)
    door.scene.days(12)
    door.take("th.social", case, "ask_reconsideration", filled())
    door.refused("th.focal", case, "identify", "decider_is_new", record=filled())
    door.take("th.supervisor", case, "identify", filled())
    stands(door, case, "identified", "recovering")
    door.take("th.manager", case, "plan_return", filled())
    stands(door, case, "identified", "planning_return")


CALL = {
    "way": "call", "what": "Says he may not leave the net store by night.", "where": "Third pier.",
    "place_kind": "workplace", "sector": "fishing", "exploitation": "ForcedLabour", "people": 1, "children": "unknown",
    "danger": "medium", "call_back": "no", "told": ["where_to_get_help", "labour_rights"], "told_language": "my",
}  # fmt: skip
CALLER = {"sex": "M", "age_band": "18+", "nationality": "MM", "language": "my", "incident": False}


def test_somebody_calls_the_hotline_for_themselves(door: Door) -> None:
    """From a call without a name to a bed: presumed on one sign with reasons, and never by an unsafe talk.

    What the caller was told is kept with the call, before anybody knows who it was; he comes, and it becomes his case.
    """
    tip = tell_tip(door, "th.manager", CALL)
    told = door.scene["th.manager"].get(f"/tips/{tip}")
    assert (told["state"], told["told"], told["case"]) == ("waiting", CALL["told"], None)
    case = tip_into_case(door, "th.manager", tip, CALLER)
    join_team(door, "th.shelter", case, "th.social", "social_worker")
    door.record("th.social", case, "information_given", topics=["labour_rights", "health"])
    door.take("th.social", case, "start_screening")
    door.refused("th.social", case, "presume", "interview_was_safe", record=filled(private_place=False))
    door.refused("th.social", case, "presume", "an_indicator_has_reasons", record=filled(indicators=[], reasons=None))
    door.take("th.shelter", case, "shelter_at_once", filled(place_kind="hotel_supervised"))
    door.take("th.social", case, "presume", filled())
    door.record("th.social", case, "rights_notice", safe_contact="Only after eight in the evening.")
    door.record("th.social", case, "admission")
    door.take("th.social", case, "admit", filled())
    seen = door.scene["th.social"].look(case)
    assert (seen["facts"]["source"], seen["care"]) == ("hotline", "sheltered")
    assert set(seen["facts"]["information"]["topics"]) == {"health", "labour_rights"}
    assert {"assess_needs", "review_placement"} <= {task["kind"] for task in seen["tasks"]}


def test_a_stateless_person_with_no_safe_return_stays(door: Door) -> None:
    """The other country denies the nationality: the referral ends, the person does not fall between, and stays.

    Nobody's citizen is what the case says of him from the first day; he stays with a leave that has no end, and a
    removal that is reported all the same is told at once to who can stop it.
    """
    case = identified(door, nationality="stateless")
    assert door.scene["th.social"].look(case)["facts"]["nationality"] == "stateless"
    door.take("th.manager", case, "plan_return", filled())
    sent, there = referred(door, case, "notify_origin", "return")
    door.take("th.manager", sent, "disclose_identity")
    door.scene.post()
    door.take("mm.social", there, "check_nationality")
    door.scene.post()
    nobody = {"family_found": False, "family_willing": False, "family_safe": False, "relation": None}
    door.take("mm.social", there, "report_assessment", filled(nationality="denied", **nobody))
    door.scene.post()
    door.record("th.manager", case, "pre_return_risk", level="serious")
    door.refused(
        "th.manager", sent, "propose_plan", "nationality_is_confirmed", "return_risk_is_bearable", record=filled()
    )
    door.take("th.manager", sent, "find_no_safe_return")
    door.scene.post()
    for who, copy in (("th.manager", sent), ("mm.focal", there)):
        seen = door.scene[who].look(copy)
        assert (seen["state"], seen["responsible_country"]) == ("no_safe_return", "TH")
    removed(door, case)
    for asked in ({"outcome": "applied", "number": None, "valid_from": None}, {"outcome": "granted"}):
        door.record("th.manager", case, "permit", permit="residence", valid_until=None, **asked)
    door.take("th.manager", case, "include_locally", filled(wish="stay"))
    stands(door, case, "identified", "including_locally")
    (leave,) = door.scene["th.social"].look(case)["facts"]["permits"]
    assert (leave["permit"], leave["result"], leave["until"]) == ("residence", "granted", None)


def test_a_child_who_begged_for_a_parent_is_kept_from_them(door: Door) -> None:
    """The parent took part: the guardian decides, nothing leads the other country to the family, and the child stays.

    A tick makes no adult of the child, a relative is no guardian while the family is accused, and staying waits for
    what the panel found.
    """
    child = {"age_band": "0-14", "exploitation": "ForcedBegging", "source": "community"}
    case = presumed(door, **child)
    door.record("th.social", case, "rights_notice")
    door.take("th.social", case, "admit", filled(place_kind="foster_family"))
    door.refused("th.social", case, "open_decision", "guardian_is_appointed")
    door.record("th.manager", case, "guardian_appointment")
    door.record("th.social", case, "needs_assessment")
    door.take("th.social", case, "start_recovery", filled(covers_child_services=True))
    door.take("th.social", case, "open_decision")
    door.take("th.focal", case, "identify", filled(means=False))
    sent, _ = referred(door, case, "notify_origin", "contact_family", giver="guardian", child_assent=True)
    door.record("th.manager", case, "circumstances", asylum_claim=None, family_complicity=True, note=None)
    door.refused("th.manager", sent, "disclose_identity", "suspected_family_stays_out")
    door.record("th.manager", case, "best_interests", outcome="local_care")
    door.record("th.manager", case, "consent_withdrawal", purposes=["contact_family"])
    door.scene.post()
    state = door.scene["th.manager"].look(sent)["state"]
    assert state in {"withdrawn", "acknowledged"}, state
    door.refused("th.manager", case, "include_locally", "best_interests_say_stay", record=filled(wish="stay"))
    door.record("th.manager", case, "best_interests", outcome="stay")
    door.take("th.manager", case, "include_locally", filled(wish="stay"))
    stands(door, case, "identified", "including_locally")


def test_a_pregnant_girl_gets_the_care_she_needs(door: Door) -> None:
    """A hotel is no place for her, a guardian stands by her before recovery is planned, and health comes first.

    What she needs for the birth makes the level; a clinic is asked and answers, and the bed is one for a girl who will
    have a child with her.
    """
    case = presumed(door, age_band="15-17", exploitation="ForcedMarriage", source="health_service")
    door.record("th.social", case, "rights_notice")
    door.refused("th.social", case, "admit", "place_fits_the_person", record=filled(place_kind="hotel_supervised"))
    door.refused(
        "th.social", case, "admit", "place_is_not_custodial", "place_fits_the_person",
        record=filled(place_kind="immigration_detention"),
    )  # fmt: skip
    door.take("th.social", case, "admit", filled(place_kind="hospital", note="Antenatal ward."))
    door.record(
        "th.social", case, "needs_assessment", level=None, health_degree="acute", dependants_degree="much",
        health="Pregnant, sixth month; sees a midwife weekly.", dependants="The child she expects.",
    )  # fmt: skip
    assert door.scene["th.social"].look(case)["facts"]["needs"]["level"] in {"high", "serious"}
    plan = filled(services=["health", "psychosocial"], covers_child_services=True)
    door.refused("th.social", case, "start_recovery", "guardian_is_appointed", record=plan)
    door.record("th.manager", case, "guardian_appointment")
    door.take("th.social", case, "start_recovery", plan)
    visits = matters.opened(
        door, "th.social", case, "request_service", asked_for="Antenatal visits, and the birth in June.",
        provider_office=None, provider="District hospital, maternity ward",
    )  # fmt: skip
    matters.moved(door, "th.social", case, visits, "accept_service")
    matters.moved(door, "th.social", case, visits, "start_service")
    matters.moved(door, "th.social", case, visits, "complete_service", filled(done="Eight visits.", cost=None))
    assert {"result.reached", "feedback.helped"} <= matters.of(door, case, visits).flags
    moved = filled(shelter="th-shelter-tak")
    keep_beds(door, "th.shelter", ("F", "child", 1), need="mother_and_baby")
    hold_bed(door, "th.shelter", ask_bed(door, "th.social", case, "th-shelter-tak", "mother_and_baby"))
    door.record("th.social", case, "admission", shelter="th-shelter-tak", place=None)
    door.refused("th.shelter", case, "move_placement", "placement_serves_the_child", record=moved)
    door.record("th.manager", case, "best_interests_assessment", question="placement")
    door.take("th.shelter", case, "move_placement", moved)
    assert door.scene["th.social"].look(case)["facts"]["bed_used"] is not None
    door.scene.days(3)
    door.refused("th.shelter", case, "move_placement", "placement_serves_the_child", record=moved)
    stands(door, case, "presumed", "recovering")


# One man is known first; thirteen more were on the same boats.
RAID = {
    "happened_on": "2026-11-02", "place_kind": "workplace", "sector": "fishing", "exploitation": "ForcedLabour",
    "source": "labour_inspection", "border_point": "mae-sot-myawaddy", "route": ["MM", "TH"],
}  # fmt: skip
OTHERS = [
    {"people": 6, "sex": "M", "age_band": "18+", "nationality": "MM", "language": "my"},
    {"people": 4, "sex": "M", "age_band": "18+", "nationality": "KH", "language": "km"},
    {"people": 3, "sex": "F", "age_band": "18+", "nationality": "LA", "language": "lo"},
]


def test_fourteen_people_are_found_on_two_boats(door: Door) -> None:
    """A labour raid: one incident, a case for each at once, a vetted interpreter for each language, a bed tonight.

    Who is screened out is told where to turn to; who is not goes before the panel.
    """
    police, manager = "th.police", "th.manager"
    about = {"source": "labour_inspection", "sex": "M", "exploitation": "ForcedLabour"}
    first = door.open_case(police, **{**ADULT, **about})
    tell_incident(door, police, first, "new", {**RAID, "happened_on": door.scene.day(-1)})
    tell_incident(door, police, first, "people", {"groups": OTHERS})
    offender = {"role": "exploiter", "names": ["Captain Lek"], "words": "Kept the papers."}
    tell_incident(door, police, first, "offenders", offender)
    found = people_of(door, police, first)
    of = {each: papers(row for row in found if row["nationality"] == each) for each in ("MM", "KH", "LA")}
    assert [len(cases) for cases in of.values()] == [7, 4, 3]
    for case in papers(found):
        door.take(police, case, "start_screening")
    khmer, paid = of["KH"][:2]
    tonight = {"my": first, "km": khmer, "lo": of["LA"][0]}
    unsafe = filled(interpreter_vetted=False, language="km")
    door.refused(police, khmer, "presume", "interview_was_safe", record=unsafe)
    for language, case in tonight.items():
        door.take(police, case, "presume", filled(language=language))

    nothing = filled(
        indicators=[], reasons="Paid as agreed, and free to go.", language="km", finding="exploited_migrant",
        information_given=False,
    )  # fmt: skip
    told = ("information_was_given", "help_elsewhere_was_offered")
    door.refused(police, paid, "screen_out", *told, record=nothing)
    door.record(police, paid, "information_given", language="km", offered=["labour_inspection"])
    door.take(police, paid, "screen_out", nothing)
    stands(door, paid, "screened_out", "intake", by=police)

    keep_beds(door, "th.shelter", ("M", "adult", 2), ("F", "adult", 1))
    for case in tonight.values():
        hold_bed(door, "th.shelter", ask_bed(door, police, case, "th-shelter-tak"))
        door.take(police, case, "shelter_at_once", filled(shelter="th-shelter-tak"))
    assert beds_free(door, "th.shelter") == 0
    for case in (first, khmer):
        # The police hold the case; who works for the shelter comes to its team.
        join_team(door, "th.focal", case, manager, "case_manager")
        door.record(manager, case, "rights_notice")
        door.record(manager, case, "admission", shelter="th-shelter-tak", place=None)
        door.take(manager, case, "admit", filled(shelter="th-shelter-tak"))
        door.take(manager, case, "open_decision")
        door.take("th.focal", case, "identify", filled())
        stands(door, case, "identified", "sheltered", by="th.focal")
    assert len(people_of(door, "th.focal", first)) == 14, "whoever answers for the country sees all of them"
    assert len(people_of(door, manager, first)) == 2, "and a case manager their own"


def test_somebody_does_not_come_back_to_the_shelter(door: Door) -> None:
    """Reported at once and searched for while the clocks of others stand; found, and nothing of the help is lost.

    The time of reflection is the person's own, so it is not stopped for anybody's convenience.
    """
    case = cared_for(door)
    before = clocks_of(door, "th.supervisor", case)
    assert set(before.values()) == {"open"}
    door.record("th.social", case, "missing_report", last_seen_on=door.scene.day())
    now = clocks_of(door, "th.supervisor", case)
    searching = {"search_missing", "tell_police_missing", "tell_partner_missing"}
    assert {kind for kind, state in now.items() if state == "open"} == searching | {"end_of_reflection"}
    assert {kind for kind, state in now.items() if state == "stopped"} == set(before) - {"end_of_reflection"}
    door.refused("th.shelter", case, "move_placement", "person_is_with_us", record=filled(place_kind="shelter_ngo"))
    door.scene.days(5)
    door.scene.ring()
    door.record("th.social", case, "found_report", found="came_back", in_danger=True, wishes="To stay, and to sleep.")
    assert clocks_of(door, "th.supervisor", case) == before
    facts = door.scene["th.social"].look(case)["facts"]
    assert (facts["missing"], facts["protection_risk"]) == (False, True)
    door.record("th.social", case, "admission")
    door.take("th.shelter", case, "move_placement", filled(place_kind="shelter_ngo"))
    stands(door, case, "presumed", "recovering")


def test_nobody_is_pressed_for_an_answer(door: Door) -> None:
    """Not asked, does not want to say, not known: each is an answer, is read again in words, and no rule fills it in.

    Days, numbers, texts, lists and plain questions alike; and to say nothing is the child's right, too.
    """
    case = presumed(door)
    door.record("th.social", case, "rights_notice", answer=None, silent={"answer": "not_asked", "reason": "not_known"})
    door.refused(
        "th.social", case, "admit", "assistance_is_accepted", record=filled(place_kind="hotel_supervised")
    )
    door.record("th.social", case, "rights_notice", safe_contact=None, silent={"safe_contact": "no_wish_to_answer"})
    door.record("th.social", case, "admission")
    door.take("th.social", case, "admit", filled())
    door.record("th.social", case, "needs_assessment", health=None, silent={"health": "no_wish_to_answer"})
    door.take(
        "th.social", case, "start_recovery", filled(objectives=None, silent={"objectives": "no_wish_to_answer"})
    )
    door.record("th.manager", case, "legal_status", considered=None, silent={"considered": "not_known"})
    door.record("th.social", case, "circumstances", asylum_claim=None, silent={"blocked_countries": "not_known"})
    door.record(
        "th.shelter", case, "shelter_leave", back_on=None, company=None, asked_to_stay_in=None, legal_text=None,
        silent={"back_on": "no_wish_to_answer", "company": "no_wish_to_answer"},
    )
    door.record("th.manager", case, "wish", wish=None, voluntary=None, words=None,
                silent={"wish": "not_asked", "voluntary": "not_asked"})  # fmt: skip
    door.take("th.social", case, "open_decision")
    door.take("th.focal", case, "identify", filled())
    door.refused("th.manager", case, "plan_return", "return_is_wished_for")
    seen = door.scene["th.social"].look(case)["facts"]
    assert seen["wish"]["wish"] == "undecided" and seen["wish"]["voluntary"] is False
    assert seen["legal"]["considered"] is False
    assert seen["leave"]["until"] is None and seen["blocked_countries"] == []
    child = presumed(door, age_band="15-17")
    door.record("th.manager", child, "guardian_appointment")
    for why, reason in (("not_asked", False), ("no_wish_to_answer", True)):
        door.record("th.manager", child, "best_interests", child_heard=None, views=None, silent={"child_heard": why})
        heard = door.scene["th.manager"].look(child)["facts"]["best_interests"]
        assert (heard["views_heard"], heard["views_reason"]) == (False, reason)
