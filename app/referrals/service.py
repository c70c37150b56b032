"""The verbs of the referrals room: draft, take a step, open, and reveal what the other country disclosed."""

from __future__ import annotations

from typing import Final

from app.access.desk import Desk
from app.access.log import looked
from app.access.may import referral_within_reach, visible_case, visible_referral, within_reach
from app.access.scope import Reach, reach_of
from app.casework import choices, copies, fieldgroups, following, move, outbox, receipts, replays
from app.casework.held import Held, hold_case, hold_referral, links_of, office_at, save_case_facts
from app.casework.history import Event
from app.casework.opening import letters
from app.casework.projection import with_links
from app.casework.shapes import NextStepOut, StepIn
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.kit.paging import Ask
from app.models.base import new_id
from app.referrals import border, ends, evidence, pen, proof, queries, timeline
from app.referrals.schemas import (
    Box,
    DisclosedOut,
    HandoverOut,
    MessagesOut,
    NextStepsOut,
    ReceiptsOut,
    ReferralIn,
    ReferralOut,
    ReferralsOut,
    StepTakenOut,
    TimelineOut,
)
from app.referrals.wait_schemas import BothEndsOut
from workflows import engine
from workflows.facts import CaseFacts, ReferralFacts
from workflows.guards.protection import case_is_open
from workflows.verdict import Refusal

READ: Final = "referral:read"

def draft(desk: Desk, case_id: str, body: ReferralIn) -> ReferralOut:
    """Write the sender's copy in `draft` and ask a supervisor for approval; nothing leaves the country yet.

    Raises NotFound or Forbidden for the case, Invalid (422) for a country, office or border point that does
    not fit, StepRefused (409) when the case is closed or has an open referral to that country.
    """
    visible_case(desk, "referral:draft", case_id)
    case = hold_case(desk, case_id)
    office, facts = checked(desk, case, body)
    _must_be_free(desk, case, body.to_country)
    copy_id = copies.make_copy(
        desk,
        facts,
        shared_id=new_id(),
        reference=_reference(desk, body.to_country),
        office_id=office,
        organisation=case.row.organisation,
        key_id=case.key_id,
        case_id=case_id,
        border_point=body.border_point,
        border_office_id=office_at(desk, facts, body.border_point) if body.border_point else None,
        event="draft",
        note=body.note,
    )
    copies.ask_approval(desk, copy_id)
    assert isinstance(case.facts, CaseFacts)
    save_case_facts(desk, case_id, with_links(case.facts, links_of(desk, case_id)))
    return _shown(desk, hold_referral(desk, copy_id))


def listed(desk: Desk, box: Box | None, ask: Ask) -> ReferralsOut:
    """One page of a box, with one row in the book of looks."""
    page = queries.listed(desk, box, ask)
    looked(desk, "referrals_listed", "referral", "-", {"box": box.value if box else "all", "count": len(page.items)})
    return page


def opened(desk: Desk, referral_id: str) -> ReferralOut:
    """The copy as the actor may see it; messages of the other country count as seen from now on."""
    row = visible_referral(desk, READ, referral_id)
    looked(desk, "referral_opened", "referral", referral_id)
    if queries.unseen(desk, row.shared_id):
        _see(desk, hold_referral(desk, referral_id))
    return _shown(desk, hold_referral(desk, referral_id, lock=False))


def take_step(desk: Desk, referral_id: str, step_name: str, body: StepIn, seen: int) -> StepTakenOut:
    """Take one step of the referral machine on this country's copy; ``seen``: the version the caller looked at.

    Raises NotFound for an unknown step and a referral out
    of sight, Forbidden (403, kept as an attempt) without the step's permission, and as `move.perform` does.
    """
    visible_referral(desk, READ, referral_id)
    try:
        _, step = engine.find_step("referral", step_name)
    except engine.UnknownStep:
        raise NotFound() from None
    try:
        visible_referral(desk, step.permission, referral_id)
    except Forbidden:
        tried = {"code": "permission_missing", "sources": [], "permission": step.permission}
        move.keep_attempt(desk, "referral", referral_id, step_name, [tried])
        raise
    outcome = move.perform(
        desk,
        move.Command(
            "referral",
            step_name,
            referral_id,
            seen,
            record=body.record,
            given=dict(body.given),
            note=body.note,
            happened_at=body.happened_at,
        ),
    )
    return StepTakenOut(
        id=referral_id,
        step=step_name,
        state=outcome.to,
        version=outcome.version,
        record_id=outcome.record_id,
        next_steps=_next_steps(desk, outcome.held),
    )


def next_steps(desk: Desk, referral_id: str) -> NextStepsOut:
    """What the actor could do from here, and what blocks it."""
    held = _looked_at(desk, referral_id, "referral_steps_read")
    return NextStepsOut(version=held.version, next_steps=_next_steps(desk, held))


def history_of(desk: Desk, referral_id: str, ask: Ask) -> TimelineOut:
    """One page of this copy's timeline."""
    held = _looked_at(desk, referral_id, "referral_timeline_read")
    return timeline.page(desk, held, ask)


def conversation(desk: Desk, referral_id: str, ask: Ask) -> MessagesOut:
    """One page of the messages of both directions, every signature recomputed."""
    held = _looked_at(desk, referral_id, "referral_messages_read")
    rows, following_page = queries.conversation(desk, held.row.shared_id, ask)
    answers = queries.receipts_of(desk, [row.message_id for row in rows])
    key = held.key(desk)
    items = [proof.message(desk, row, key, answers.get(row.message_id, [])) for row in rows]
    return MessagesOut(items=items, next=following_page)


def both_ends(desk: Desk, referral_id: str) -> BothEndsOut:
    """What happened at both ends in one list, every signature recomputed, and what is waited for now."""
    return ends.both_ends(desk, _looked_at(desk, referral_id, "referral_ends_read"))


def proof_of(desk: Desk, referral_id: str) -> tuple[str, bytes]:
    """The name and the content of the file that proves a referral without us. The look is noted."""
    held = _looked_at(desk, referral_id, "referral_proof_taken")
    return f"{held.row.reference}.proof.jsonl", evidence.written(desk, held)


def handover(desk: Desk, referral_id: str) -> HandoverOut:
    """The meeting at the border with both signatures."""
    return border.handover(desk, _looked_at(desk, referral_id, "referral_handover_read"))


def reveal(desk: Desk, referral_id: str, reason: str) -> DisclosedOut:
    """What the other country disclosed about the person, for a reason that is kept.

    Raises Conflict (409) when the referral ended without the person coming here (IOM-4: nothing is used any
    more), or when nothing has been disclosed.
    """
    # Whoever traces has to know whom: before a case exists here there is no team that could be asked instead.
    tracing = referral_within_reach(desk, "referral:trace", referral_id)
    visible_referral(desk, "referral:trace" if tracing else "identity:reveal", referral_id)
    held = hold_referral(desk, referral_id)
    facts = _facts(held)
    if facts.state in pen.CLOSED and facts.custody == "sender":
        raise Conflict(
            "This referral has ended; what was disclosed for it may not be used any more.", code="referral_ended"
        )
    told = following.told_by_partner(desk, held)
    if not told:
        raise Conflict("The other country has disclosed nothing about the person yet.", code="nothing_disclosed")
    shown = fieldgroups.told(desk, told)
    groups = sorted(shown)
    looked(desk, "reveal", "referral", referral_id, {"groups": groups, "person_told_by": facts.other_country})
    move.remark(desk, held, Event("reveal", "disclosed", held.version, {"groups": groups}, desk.now, reason))
    return DisclosedOut(referral_id=referral_id, groups=shown, withheld=sorted(set(told) - set(shown)))


def suggested(desk: Desk, held: Held) -> str:
    """The office that was suggested with a decline, by its code; "" if none was."""
    found = border.newest_forms(desk, held, ("suggestion",)).get("suggestion", {})
    return str(found.get("office") or "")


def checked(desk: Desk, case: Held, body: ReferralIn) -> tuple[str, ReferralFacts]:
    """The row id of the sending office, and the facts of the new copy, which is not written yet.

    Raises Invalid (422) for a country, office or border point that does not fit.
    """
    here, there = desk.actor.country, body.to_country
    if there == here or there not in desk.policies.countries:
        known = ", ".join(sorted(set(desk.policies.countries) - {here}))
        raise _unfit("to_country", f"another country, one of: {known}")
    corridor = desk.policies.corridor(here, there)
    if body.border_point is not None and body.border_point not in {each.code for each in corridor.border_points}:
        raise _unfit("border_point", "a border point of the corridor, see /directory/corridors")
    if body.receiver_office is not None and body.receiver_office not in {
        office.code for office in desk.policies.countries[there].offices
    }:
        raise _unfit("receiver_office", f"the code of an office in {there}, see /directory/offices")
    assert isinstance(case.facts, CaseFacts)
    facts = ReferralFacts(
        side="sender",
        from_country=here,
        to_country=there,
        state="draft",
        child=case.facts.child,
        drafted_by=desk.actor.id,
        receiver_office=body.receiver_office or corridor.focal_office(there),
    )
    return str(case.row.office_id), facts


def _unfit(field: str, rule: str) -> Invalid:
    return Invalid("This referral cannot be written like that.", extra={"errors": [{"field": field, "rule": rule}]})


def _must_be_free(desk: Desk, case: Held, country: str) -> None:
    reasons = []
    closed = case_is_open.objection(case.situation(desk), desk.policies)
    if closed is not None:
        reasons.append(closed)
    running = queries.open_to(desk, case.id, country)
    if running is not None:
        reasons.append(
            Refusal(
                "referral_is_open",
                f"The referral {running} to {country} is still open.",
                "Two conversations about one person with one country would contradict each other.",
                "Carry on with the open one, or end it first.",
                ("case_manager", "supervisor"),
                ("WM-PROTOCOL",),
            )
        )
    if reasons:
        raise move.refusal(desk, case, "draft_referral", "Write a referral", tuple(reasons))


def _reference(desk: Desk, country: str) -> str:
    return f"{desk.actor.country}-{country}-{desk.today.year}-{letters(6)}"


def _see(desk: Desk, held: Held) -> None:
    """Give the receipt `seen` for everything unopened; the copy is locked, so two readers give it once.

    None while a partner has not told what we forgot: we may have given it before.
    """
    if replays.awaited(desk, held.row.other_country) is not None:
        return
    for row in queries.unseen(desk, held.row.shared_id):
        roles = sorted(desk.actor.roles)
        travelled = receipts.give(desk, row.message_id, row.digest.hex(), "seen", {"roles": roles})
        payload = {"to": held.row.other_country, "message": row.message_id, "receipt": travelled}
        to, line = held.row.other_country, f"{desk.actor.country}:{held.row.shared_id}:seen"
        outbox.put(desk, "deliver_receipt", payload, line=line, to=to)


def _looked_at(desk: Desk, referral_id: str, action: str) -> Held:
    visible_referral(desk, READ, referral_id)
    looked(desk, action, "referral", referral_id)
    return hold_referral(desk, referral_id, lock=False)


def _facts(held: Held) -> ReferralFacts:
    assert isinstance(held.facts, ReferralFacts)
    return held.facts


def _next_steps(desk: Desk, held: Held) -> list[NextStepOut]:
    known: dict[Reach, bool] = {Reach(frozenset()): False}

    def reaches(permission: str) -> bool:
        """Asks the database once for each reach, not for each step."""
        reach = reach_of(desk.policies, desk.actor.roles, permission)
        if reach not in known:
            known[reach] = referral_within_reach(desk, permission, held.id)
        return known[reach]

    return choices.next_steps(desk, held, reaches)


def _shown(desk: Desk, held: Held) -> ReferralOut:
    facts = _facts(held)
    row = held.row
    shown, hidden = fieldgroups.referral_facts(desk, facts)
    counted = queries.levels(desk, row.shared_id)
    return ReferralOut(
        **queries.one(desk, held.id).model_dump(),
        case_id=row.case_id if row.case_id and within_reach(desk, "case:read", row.case_id) else None,
        custody_sentence=border.sentence(desk, facts),
        facts=shown,
        hidden=hidden,
        receipts=ReceiptsOut(
            sent=counted.get(("out", None), 0),
            stored=counted.get(("out", "stored"), 0),
            seen=counted.get(("out", "seen"), 0),
            decided=counted.get(("out", "decided"), 0),
            received=counted.get(("in", None), 0),
            unread=counted.get(("in", None), 0) - counted.get(("in", "seen"), 0),
        ),
        next_steps=_next_steps(desk, held),
    )
