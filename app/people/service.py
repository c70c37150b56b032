"""The verbs of the people room: reveal with a reason, read again while it is uncovered, correct or complete."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import insert

from app.access.desk import Desk
from app.access.log import looked, refused
from app.access.may import visible_case
from app.casework import ages, fieldgroups, identity, lookalikes, move
from app.casework.held import Held, hold_case
from app.casework.history import Event
from app.casework.name_match import parts_of
from app.casework.reach import permit
from app.casework.spelling.zawgyi import looks_like_zawgyi
from app.kit.errors import Forbidden, Invalid
from app.models.base import new_id
from app.models.walls import Reveal
from app.people import joining, queries
from app.people.schemas import IdentityChangedOut, IdentityIn, IdentityOut, RevealIn, SimilarOut
from policies.model import FieldGroup
from workflows.facts import CaseFacts

REVEAL: Final = "identity:reveal"


def reveal(desk: Desk, case_id: str, body: RevealIn) -> IdentityOut:
    """Uncover who the person is for this sign-in and a few minutes; the reason is sealed in the history of the case.

    Within the actor's field groups; Forbidden (code field_group_missing) for roles that do not see the identity.
    """
    reason = body.reason.strip()
    if len(reason) < 10:
        raise _broken("reason", "at least 10 characters besides spaces")
    held = _readable(desk, case_id, lock=True)
    until = desk.now + desk.policies.safeguards.reveal_lasts
    row = {
        "id": new_id(), "country": desk.actor.country, "case_id": case_id, "user_id": desk.actor.id,
        "session_id": desk.session_id, "since": desk.now, "until": until,
    }  # fmt: skip
    desk.session.execute(insert(Reveal), row)
    seen = fieldgroups.person_groups(desk)
    looked(desk, "reveal", "case", case_id, {"groups": seen})
    move.remark(desk, held, Event("reveal", "identity", held.version, {"groups": seen}, desk.now, reason))
    return _shown(desk, held, until)


def is_uncovered(desk: Desk, case_id: str) -> bool:
    """Whether this sign-in gave a reason within the last minutes: whoever asks this shows the question otherwise."""
    return queries.uncovered_until(desk, case_id) is not None


def uncovered(desk: Desk, case_id: str) -> IdentityOut:
    """The identity again, as long as it is uncovered for this sign-in; each look is noted.

    Forbidden (code reveal_needed) when no reason was given within the last minutes.
    """
    held = _readable(desk, case_id, lock=False)
    until = queries.uncovered_until(desk, case_id)
    if until is None:
        refused(desk, "case", case_id, {"permission": REVEAL, "answer": 403})
        raise Forbidden(
            "The name is covered. Say why you have to know it, and it can be read for a few minutes.",
            code="reveal_needed",
            title="Say why first.",
            extra={"how": f"POST /cases/{case_id}/identity/reveal"},
        )
    looked(desk, "identity_read", "case", case_id, {"groups": fieldgroups.person_groups(desk)})
    return _shown(desk, held, until)


def _readable(desk: Desk, case_id: str, *, lock: bool) -> Held:
    visible_case(desk, REVEAL, case_id)
    fieldgroups.must_see(desk, FieldGroup.IDENTITY)
    return hold_case(desk, case_id, lock)


def _shown(desk: Desk, held: Held, until: datetime) -> IdentityOut:
    return IdentityOut(
        case_id=held.id,
        until=until,
        groups=fieldgroups.person_groups(desk),
        identity=fieldgroups.person(desk, queries.known(desk, held)),
    )


def correct(desk: Desk, case_id: str, body: IdentityIn, seen: int) -> IdentityChangedOut:
    """Lay what is known now over what was known; the history tells which fields changed, never what they say.

    Where what a name is compared with has changed, the answer names the cases that may be the same person's and why,
    as the opening of a case does; it stops nobody, for what was said of this person is written either way.
    Forbidden (code field_group_missing) for a field of a group the actor does not see.
    """
    permit(desk, "record:write", case_id, "identity")
    fieldgroups.must_see(desk, FieldGroup.IDENTITY)
    told = identity.checked(desk.policies, body.identity)
    held = hold_case(desk, case_id)
    move.must_be_current(desk, held, seen)
    known = queries.known(desk, held)
    # Sets are lists in JSON, so both sides are compared in the form in which they are stored.
    fresh = {field: told[field] for field in body.identity if told[field] != known.get(field)}
    _must_fit_the_age(desk, held, known | fresh, fresh)
    for group in {fieldgroups.IDENTITY_GROUPS[field] for field in fresh}:
        fieldgroups.must_see(desk, group)
    if not fresh:
        raise _broken("identity", "at least one field that differs from what is known")
    identity.keep(desk, held.row.person_id, held.key(desk), known | fresh, "case_work")
    zawgyi = [field for field in sorted(fresh) if looks_like_zawgyi(str(fresh[field]))]
    found = joining.alike(desk, held, known | fresh) if _may_be_known(desk, known, known | fresh) else []
    return IdentityChangedOut(version=_tell(desk, held, fresh), fields=sorted(fresh), zawgyi=zawgyi, candidates=found)


def may_be_the_same(desk: Desk, held: Held) -> list[SimilarOut]:
    """The cases that may be the same person's by what is known now, for whoever may compare names; else none."""
    return joining.alike(desk, held, queries.known(desk, held)) if lookalikes.may_compare_names(desk) else []


def _may_be_known(desk: Desk, before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether there is a name to compare, something new to compare it by, and the right to compare it."""
    now = identity.compared_of(after)
    return bool(parts_of(*now.names)) and now != identity.compared_of(before) and lookalikes.may_compare_names(desk)


def _must_fit_the_age(desk: Desk, held: Held, laid: dict[str, Any], fresh: Iterable[str]) -> None:
    """Invalid (422) at the field where a new birth contradicts the age on record, on the day it was said and today."""
    facts = held.facts
    if not isinstance(facts, CaseFacts) or not {"birth_date", "birth_year"} & set(fresh):
        return
    if ages.misfits(laid, facts.child, facts.age_band, facts.opened_on):
        found = ages.misfits(laid, facts.child, facts.age_band, desk.today)
        if found:
            errors = [{**each, "field": f"identity.{each['field']}"} for each in found]
            raise Invalid("This does not fit the age on record.", extra={"errors": errors})


def _tell(desk: Desk, held: Held, fields: Iterable[str]) -> int:
    event = Event("identity", "correct", held.version + 1, {"fields": sorted(fields)}, desk.now)
    move.write(desk, held, event)
    return held.version


def _broken(field: str, rule: str) -> Invalid:
    extra: dict[str, Any] = {"errors": [{"field": field, "rule": rule}]}
    return Invalid("A field breaks its rule; see errors.", extra=extra)
