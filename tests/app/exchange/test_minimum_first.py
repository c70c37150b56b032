"""What lies on the wire at each stage: never more than the step, the corridor and the person's consent allow."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest

from app.casework import identity as identities
from app.casework.held import hold_case
from app.casework.move import StepRefused
from policies.load import load_policies
from policies.model import OFFERABLE
from tests.app.exchange.wire import Post
from tests.factories import cases, referrals
from tests.factories.forms import ALL_GROUPS, form
from tests.factories.houses import system_desk
from tests.inspect import reading
from workflows.disclosure import SHARING_PURPOSES, allowed_groups
from workflows.effects import SendMessage
from workflows.facts import ConsentFacts, ReferralFacts
from workflows.referral import MACHINE

PERSON = {
    "given_names": "Mya Thandar", "family_name": "Aung", "other_names": ["Ma Mya"], "birth_year": 1998,
    "birth_date": "1998-04-02", "place_of_origin": "Hpa-An", "safe_contact": "aunt in Mae Sot",
    "phone": "+95 9 000 000", "family_contact": "grandmother, Kayin", "health_alert": "asthma inhaler",
}  # fmt: skip
SECRETS = tuple(str(value) for value in PERSON.values() if isinstance(value, str))
PROTOCOL = {"corridor_plan", "age_band", "language", "reintegration"}
TODAY = date(2026, 11, 23)


def groups(post: Post, country: str = "TH") -> dict[str, set[str]]:
    """Step -> data groups of its newest message."""
    return {kind: set(body.get("about") or {}) for kind, _, body in post.wire(country)}


def consent(post: Post, case_id: str, purpose: str, data_groups: list[str], **more: Any) -> None:
    changes = {"purpose": purpose, "recipient": "MM", "data_groups": data_groups, **more}
    cases.add(post.house, post.th["case_manager"], case_id, "consent", **changes)


def offered(post: Post, notify: list[str], **facts: Any) -> referrals.Pair:
    """A sent referral of a person who agreed to ``notify`` and to nothing else."""
    case_id = cases.bring_case(post.house, post.th, "planning_return", identity=PERSON, **facts)
    given = {"giver": "guardian", "child_assent": True} if facts.get("child") else {}
    consent(post, case_id, "notify_origin", notify, **given)
    copy = referrals.draft(post.house, post.th, case_id)
    for role, step in (("supervisor", "approve"), ("case_manager", "send")):
        post.act(post.th[role], copy, step)
    post.drain()
    return referrals.pair_of(post.house, copy)


def acknowledged(post: Post, notify: list[str], **facts: Any) -> referrals.Pair:
    pair = offered(post, notify, **facts)
    post.act(post.mm["national_focal_point"], pair.arrived, "acknowledge")
    post.drain()
    return pair


def test_the_whole_way_with_every_consent(post: Post) -> None:
    pair = post.bring("in_reintegration", identity=PERSON)
    sent = groups(post)
    assert sent == {
        "send": {"needs", "age_band", "language", "corridor_plan"},
        "disclose_identity": {"identity", "nationality", "family"},
        "propose_plan": {"corridor_plan", "needs"},
        "schedule_handover": {"corridor_plan", "documents"},
        "sign_handover": {"documents", "health"},
    }
    assert groups(post, "MM") == dict.fromkeys(
        ("acknowledge", "start_tracing", "report_assessment", "confirm_handover", "sign_receipt",
         "start_reintegration"),
        set(),
    ) | {"accept": {"corridor_plan"}}  # fmt: skip
    assert post.must_agree(pair) == "in_reintegration"


def test_no_name_before_somebody_there_is_competent(post: Post) -> None:
    pair = offered(post, ALL_GROUPS)
    for kind, header, body in post.wire():
        assert kind == "send"
        text = json.dumps([header, body])
        assert [word for word in SECRETS if word in text] == []
        assert set(body["about"]) <= OFFERABLE
    with pytest.raises(StepRefused):
        post.act(post.th["case_manager"], pair.sent_from, "disclose_identity")
    assert [kind for kind, _, _ in post.wire()] == ["send"]


def test_supplied_information_brings_no_name_either(post: Post) -> None:
    pair = offered(post, ALL_GROUPS)
    post.act(post.mm["national_focal_point"], pair.arrived, "return_for_info", reason="needs_unclear")
    post.drain()
    post.act(post.th["case_manager"], pair.sent_from, "supply_info")
    text = json.dumps(post.wire())
    assert [word for word in SECRETS if word in text] == []


@pytest.mark.parametrize(
    ("agreed", "expected"),
    [
        (["identity"], {"identity"}),
        (["identity", "nationality"], {"identity", "nationality"}),
        (["identity", "family"], {"identity", "family"}),
        # The corridor lets these travel only once the plan is accepted.
        (["identity", "contact", "health"], {"identity"}),
    ],
)
def test_of_the_identity_only_what_consent_and_corridor_allow(
    post: Post, agreed: list[str], expected: set[str]
) -> None:
    pair = acknowledged(post, agreed)
    assert groups(post)["send"] == {"age_band", "language", "corridor_plan"}
    post.act(post.th["case_manager"], pair.sent_from, "disclose_identity")
    assert groups(post)["disclose_identity"] == expected
    text = json.dumps(post.wire())
    for part, words in identities.PARTS.items():
        values = [str(PERSON[word]) for word in words if isinstance(PERSON.get(word), str)]
        assert all((value in text) == (part in expected) for value in values), part


def test_without_consent_to_the_name_there_is_no_disclosure(post: Post) -> None:
    pair = acknowledged(post, ["needs", "nationality"])
    with pytest.raises(StepRefused) as caught:
        post.act(post.th["case_manager"], pair.sent_from, "disclose_identity")
    assert [each["code"] for each in caught.value.extra["refusals"]] == ["consent_for_notify_origin_of_identity"]
    assert "disclose_identity" not in groups(post)


def test_consent_of_another_kind_opens_nothing(post: Post) -> None:
    """Agreeing to talk to the police, or to be counted, is not agreeing to be told about."""
    pair = acknowledged(post, ["identity"])
    for purpose in ("law_enforcement", "statistics", "case_meeting"):
        consent(post, pair.case_id, purpose, ALL_GROUPS)
    consent(post, pair.case_id, "medical", ALL_GROUPS, recipient="LA")
    consent(post, pair.case_id, "return", ALL_GROUPS, valid_until="2026-11-22")
    consent(post, pair.case_id, "contact_family", ALL_GROUPS, valid_from="2026-12-01")
    post.act(post.th["case_manager"], pair.sent_from, "disclose_identity")
    assert groups(post)["disclose_identity"] == {"identity"}


def test_for_a_child_only_the_guardians_word_with_the_childs_own_counts(post: Post) -> None:
    pair = acknowledged(post, ["identity"], child=True, age_band="15-17")
    consent(post, pair.case_id, "return", ALL_GROUPS, giver="self")
    consent(post, pair.case_id, "medical", ALL_GROUPS, giver="guardian", child_assent=False)
    consent(post, pair.case_id, "assistance", ALL_GROUPS, giver="guardian")
    post.act(post.th["case_manager"], pair.sent_from, "disclose_identity")
    assert groups(post)["disclose_identity"] == {"identity"}
    consent(post, pair.case_id, "return", ["nationality"], giver="guardian", child_assent=True)
    post.act(post.th["case_manager"], pair.sent_from, "disclose_identity")
    assert groups(post)["disclose_identity"] == {"identity", "nationality"}


@pytest.mark.parametrize("agreed", [True, False])
def test_the_health_summary_of_the_handover_needs_its_consent(post: Post, agreed: bool) -> None:
    pair = post.bring("handover_scheduled")
    if not agreed:
        for purpose in referrals.CONSENTS:
            consent(post, pair.case_id, purpose, ["identity", "family"], earlier="ends")
    cases.take(post.house, post.th["case_manager"], pair.case_id, "depart")
    filled = form(post.house, "handover", health_summary="Insulin twice a day.")
    post.act(post.th["border_focal_point"], pair.sent_from, "sign_handover", filled)
    body = next(body for kind, _, body in post.wire() if kind == "sign_handover")
    assert ("Insulin" in json.dumps(body)) is agreed
    assert body["record"]["body"]["officer"] == filled["officer"]
    post.drain()
    assert post.facts(pair.arrived).handover == post.facts(pair.sent_from).handover


def test_own_notes_and_contacts_in_forms_stay_at_home(post: Post) -> None:
    pair = post.bring("assessed")
    cases.add(
        post.house, post.th["case_manager"], pair.case_id, "pre_return_risk", own_assessment="The broker's brother."
    )
    plan = form(post.house, "return_plan", emergency_contact="aunt, Lane 4", note="She hesitates.")
    post.act(post.th["case_manager"], pair.sent_from, "propose_plan", plan)
    text = json.dumps(post.wire())
    for word in ("Lane 4", "hesitates", "brother"):
        assert word not in text


@pytest.mark.parametrize(("state", "step"), [("sent", "request_end"), ("assessed", "withdraw"), ("accepted", "cancel")])
def test_an_asylum_claim_is_never_named(post: Post, state: str, step: str) -> None:
    pair = post.bring(state)
    cases.add(post.house, post.th["case_manager"], pair.case_id, "circumstances", asylum_claim=True)
    post.act(post.th["case_manager"], pair.sent_from, step, reason="asylum_claim")
    post.drain()
    assert post.must_agree(pair) in {"cancelled", "withdrawn"}
    assert "asylum" not in json.dumps([post.wire("TH"), post.wire("MM")])
    body = next(body for kind, _, body in post.wire() if kind == step)
    today = post.house.policies.day("TH", post.house.clock.now()).isoformat()
    assert body == {"step": step, "given": {"reason": "other"}, "on": today}


def test_while_a_claim_is_open_nothing_about_the_person_leaves(post: Post) -> None:
    """Not by any step that carries data, from any state (OHCHR-G2.7)."""
    for state in ("approved", "acknowledged", "assessed", "accepted"):
        pair = post.bring(state)
        cases.add(post.house, post.th["case_manager"], pair.case_id, "circumstances", asylum_claim=True)
        before = len(post.wire())
        for step in carrying_steps():
            with pytest.raises(StepRefused) as caught:
                kind = step.form if step.form_required else None
                post.act(
                    post.th["national_focal_point"], pair.sent_from, step.name, form(post.house, kind) if kind else None
                )
            assert "no_asylum_claim_is_open" in {each["code"] for each in caught.value.extra["refusals"]}, step.name
        assert len(post.wire()) == before


def carrying_steps() -> list[Any]:
    """The sender's steps whose messages carry data about the person."""
    return [
        row
        for row in MACHINE.steps
        if row.by == "sender" and any(isinstance(each, SendMessage) and each.carries for each in row.effects)
    ]


def test_a_withdrawn_consent_stops_sharing_in_the_same_moment(post: Post) -> None:
    pair = acknowledged(post, ALL_GROUPS)
    cases.add(post.house, post.th["case_manager"], pair.case_id, "consent_withdrawal", purposes=["notify_origin"])
    # Nothing has been delivered yet, and still nothing more can be said.
    with pytest.raises(StepRefused):
        post.act(post.th["case_manager"], pair.sent_from, "disclose_identity")
    post.drain()
    assert post.must_agree(pair) == "withdrawn"
    assert set(groups(post)) == {"send", "request_end", "tell_withdrawal"}
    assert groups(post)["request_end"] == groups(post)["tell_withdrawal"] == set()


def test_the_wire_does_not_tell_in_which_shelter_the_person_lives(post: Post) -> None:
    post.bring("in_reintegration")
    written = json.dumps([post.wire("TH"), post.wire("MM")])
    assert "shelter-tak" not in written
    assert {header["from_office"] for _, header, _ in post.wire("TH")} == {"th-datip", "th-border-mae-sot"}


def test_what_is_stored_on_either_side_is_sealed(post: Post) -> None:
    post.bring("tracing", identity=PERSON)
    with reading(post.house.db) as session:
        for table in ("message", "referral", "outbox_row", "history_entry", "person_identity", "message_receipt"):
            rows = session.connection().exec_driver_sql(f"SELECT * FROM {table}").all()
            text = "".join(str(bytes(part) if isinstance(part, memoryview) else part) for row in rows for part in row)
            assert [word for word in SECRETS if word in text] == [], table


def test_what_was_disclosed_reaches_the_receiving_case_and_no_more(post: Post) -> None:
    pair = post.bring("accepted", identity=PERSON)
    case_id = referrals.receiving_case(post.house, pair)
    with system_desk(post.house, "MM") as desk:
        held = hold_case(desk, case_id)
        known = identities.read(desk, held.row.person_id, held.key(desk))
    assert known["given_names"] == PERSON["given_names"]
    assert "health_alert" not in known and "phone" not in known


STATES = (
    "sent",
    "returned_for_info",
    "acknowledged",
    "tracing",
    "assessed",
    "plan_proposed",
    "accepted",
    "handed_over",
)


@pytest.mark.parametrize("state", STATES)
def test_allowed_groups_is_an_intersection(state: str) -> None:
    """Never beyond the step, never beyond the corridor, never beyond the consent (one table for every corridor)."""
    policies = load_policies()
    everything = frozenset(policies.codes["data_group"].codes)
    for key, corridor in policies.corridors.items():
        here, there = corridor.countries
        copy = ReferralFacts("sender", here, there, state, False)
        moment = "offer" if state in {"sent", "returned_for_info"} else "acknowledged"
        moment = "accepted" if state in {"accepted", "handed_over"} else moment
        for purpose in policies.codes["consent_purpose"].codes:
            for agreed in (frozenset[str](), frozenset({"identity"}), everything):
                row = ConsentFacts(purpose, there, agreed, "self", TODAY - timedelta(days=1))
                found = allowed_groups(policies, copy, (row,), TODAY, everything, False)
                assert found <= corridor.may_travel(moment) | {"reintegration"}, key  # type: ignore[arg-type]
                assert found <= PROTOCOL | (agreed if purpose in SHARING_PURPOSES else frozenset()), key
                assert allowed_groups(policies, copy, (row,), TODAY, frozenset(), False) == frozenset()
                assert allowed_groups(policies, copy, (row,), TODAY, everything, True) <= PROTOCOL
