"""Opens a case: checks what is said in codes, ties it to an earlier case of the same person, seals the rest."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.access.desk import Desk
from app.access.log import noted
from app.access.may import visible_case
from app.cases import person_queries, queries, same_person
from app.cases.schemas import CaseIn, CaseOut
from app.cases.service import shown_case
from app.casework import ages, fieldgroups, identity, move, records
from app.casework.forms import Asking
from app.casework.held import hold_case
from app.casework.history import Event
from app.casework.opening import Opening, open_case
from app.casework.reach import SEEING
from app.casework.tasks import open_task
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.fields import at_field
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.care import Care
from workflows.effects import OpenTask
from workflows.facts import CaseFacts
from workflows.identification import SCREEN, Identification

# Channels of the yearly figures: those of a return, and those of people who came to a shelter here.
CHANNELS: Final = frozenset({"shelter", "other"})
MINORS: Final = frozenset({"0-14", "15-17"})
_AT_FIRST: Final = ("age_band", "sex", "nationality", "language")
_ANSWERED: Final = mark("Only a question without an answer can say why.")
CAME_BACK: Final = OpenTask("person_came_back", "case_manager", "needs_assessment", "child_protection")


def opened_unless_known(desk: Desk, body: CaseIn) -> CaseOut:
    """As `opened`, for callers who were not shown the cases that may be the same person's before, as the pages do.

    Conflict (409, code may_be_known) naming those with a like name, unless the earlier case is named or the caller says
    that none of them is. What only fits in sex, age and nationality fits many, and stops nobody here.
    """
    asked = body.previous_case_id is None and not body.new_person
    if asked and body.identity and fieldgroups.sees(desk, FieldGroup.IDENTITY):
        told = identity.checked(desk.policies, body.identity)
        found = same_person.candidates(desk, body.sex, body.age_band, body.nationality, identity.compared_of(told))
        alike = [each.reference for each in found if each.by_name]
        if alike:
            _keep_looks(desk, alike)
            raise Conflict(
                "Cases within your reach are about somebody with a like name. Name the one that is the same person's,"
                " or say that none is.",
                code="may_be_known",
                title="This person may be known already.",
                extra={"candidates": alike},
            )
    return opened(desk, body)


def _keep_looks(desk: Desk, references: list[str]) -> None:
    """The refusal takes back what was noted with the search: have the names that were alike noted all the same."""
    actor, now = desk.actor, desk.now
    found = [row.id for each in references if (row := person_queries.referenced(desk, each)) is not None]

    def keep(session: Session) -> None:
        for case_id in found:
            noted(session, actor, now, "identity_matched", "case", case_id)

    desk.keep_if_refused(keep)


def opened(desk: Desk, body: CaseIn) -> CaseOut:
    """Open a case in the actor's own office; the actor joins its team.

    Invalid (422), naming every field and rule, for codes that are not in their lists, a child that is no
    child, an identity that does not fit, an earlier case the actor cannot see, or an adult who is a child there.
    """
    return shown_case(desk, hold_case(desk, opened_unseen(desk, body)))


def opened_unseen(desk: Desk, body: CaseIn) -> str:
    """As `opened`, for whoever opens many and looks at none; the id of the case."""
    earlier = _earlier(desk, body.previous_case_id)
    _check(desk, body, earlier)
    told = identity.checked(desk.policies, body.identity) if body.identity is not None else {}
    failed_return = earlier is not None and queries.was_handed_over(desk, earlier.id)
    facts = CaseFacts(
        country=desk.actor.country,
        office=desk.actor.office,
        identification=Identification.REPORTED.value,
        care=Care.INTAKE.value,
        opened_on=desk.today,
        child=body.child,
        age_band=body.age_band,
        sex=body.sex,
        nationality=body.nationality,
        exploitation=body.exploitation or "unknown",
        language=body.language,
        exploited_in=body.exploited_in,
        returned_from=body.returned_from or "",
        returned_on=body.returned_on,
        follows_failed_return=failed_return,
    )
    order = Opening(
        office_id=desk.office_id,
        organisation=desk.actor.organisation,
        facts=facts,
        source=body.source,
        channel=body.channel,
        identity=_with_what_was_known(desk, earlier, told),
        person_id=earlier.person_id if earlier is not None else None,
        previous_case_id=earlier.id if earlier is not None else None,
        note=body.note,
        part=_part(desk),
        silent={str(name): why for name, why in (body.silent or {}).items()},
    )
    happened = move.moment(desk, body.happened_at)
    case_id = open_case(desk, order, happened)
    open_task(desk, hold_case(desk, case_id), SCREEN)
    if earlier is not None:
        _tell_earlier(desk, earlier.id, case_id, failed_return)
    return case_id


def _earlier(desk: Desk, case_id: str | None) -> Row[Any] | None:
    if case_id is None:
        return None
    try:
        return visible_case(desk, SEEING, case_id)
    except NotFound:
        rule = {"field": "previous_case_id", "rule": "a case that you can see"}
        raise Invalid("There is no such earlier case that you can see.", extra={"errors": [rule]}) from None


def _check(desk: Desk, body: CaseIn, earlier: Row[Any] | None) -> None:
    lists = {
        "source": ("case_source", body.source),
        "age_band": ("age_band", body.age_band),
        "sex": ("sex", body.sex),
        "exploitation": ("exploitation", body.exploitation or "unknown"),
    }
    if body.channel not in CHANNELS:
        lists["channel"] = ("return_channel", body.channel)
    errors = [
        {"field": field, "rule": f"a code of '{name}': {', '.join(desk.policies.codes[name].codes)}"}
        for field, (name, code) in lists.items()
        if not desk.policies.knows(name, code)
    ]
    if not body.child and body.age_band in MINORS:
        errors.append({"field": "child", "rule": "true for everybody under 18 (UNICEF-AGE)", "source": "UNICEF-AGE"})
    if not body.child and body.age_band == "unknown":
        rule = "true while the age is in doubt; say age_band 18+ of somebody known to be adult (UNICEF-AGE)"
        errors.append({"field": "child", "rule": rule, "source": "UNICEF-AGE"})
    # A second case makes nobody an adult: it is opened as that of a child, and the age assessed.
    if earlier is not None and not body.child and person_queries.counts_as_child(desk, earlier.id):
        errors.append(ages.still_child("child"))
    errors += [at_field(f"silent.{name}", _ANSWERED)["errors"][0] for name in _both(body)]
    errors += _returned(desk, body)
    if body.identity and not errors:
        told = identity.checked(desk.policies, body.identity)
        found = ages.misfits(told, body.child, body.age_band, desk.today)
        errors += [{**each, "field": f"identity.{each['field']}"} for each in found]
    if body.identity and not fieldgroups.sees(desk, FieldGroup.IDENTITY):
        errors.append({"field": "identity", "rule": "left out: your roles do not see the field group identity"})
    if errors:
        raise Invalid("The case cannot be opened like this; see errors.", extra={"errors": errors})


def _returned(desk: Desk, body: CaseIn) -> list[dict[str, Any]]:
    """What does not fit about a return that no referral of this program tells of."""
    if body.returned_from is None and body.returned_on is None:
        return []
    errors: list[dict[str, Any]] = []
    if body.returned_from is None or body.returned_on is None:
        missing = "returned_from" if body.returned_from is None else "returned_on"
        errors.append({"field": missing, "rule": "the country and the day of a return are told together"})
    errors += unlikely_return(desk, body.returned_from, body.returned_on)
    if body.channel in CHANNELS:
        errors.append({"field": "channel", "rule": "the way of the return: a code of 'return_channel'"})
    return errors


def unlikely_return(desk: Desk, came_from: str | None, on: date | None) -> list[dict[str, Any]]:
    """What cannot be about a return from that country on that day: one error for each, at the fields of `CaseIn`."""
    errors: list[dict[str, Any]] = []
    if came_from == desk.actor.country:
        errors.append({"field": "returned_from", "rule": "another country than the one that opens the case"})
    if on is not None and on > desk.today:
        errors.append({"field": "returned_on", "rule": "not after today"})
    return errors


def first_seen(said: Asking) -> dict[str, Any]:
    """What a form knows of somebody who was only just found, as `CaseIn` takes it; in doubt they are a child.

    ``said``: a form that asks for sex, age_band, nationality and language.
    """
    known = {name: value for name in _AT_FIRST if (value := getattr(said, name)) is not None}
    silent = {name: why for name in _AT_FIRST if (why := said.silence(name)) is not None}
    return {**known, "child": known.get("age_band") != "18+", "silent": silent or None}


def _both(body: CaseIn) -> list[str]:
    """Questions that have an answer, and a reason why they have none."""
    about = body.identity or {}
    return [
        name
        for name in body.silent or {}
        if about.get(name) or getattr(body, name, None) not in (None, "U", "unknown")
    ]


def _with_what_was_known(desk: Desk, earlier: Row[Any] | None, told: dict[str, Any]) -> dict[str, Any]:
    """What is told now, laid over what the earlier case knew: a second case must not erase a name."""
    fresh = {name: value for name, value in told.items() if value not in (None, [])}
    if earlier is None or not fresh:
        return fresh
    held = hold_case(desk, earlier.id)
    if fresh.get("sex") == "U":
        del fresh["sex"]
    return identity.read(desk, earlier.person_id, records.key_of(desk, held.key_id)) | fresh


def _part(desk: Desk) -> str:
    """The role in which the actor opened the case."""
    roles = sorted(desk.actor.roles)
    return next((role for role in roles if desk.policies.scope_for([role], "case:create")), roles[0])


def _tell_earlier(desk: Desk, earlier_id: str, case_id: str, failed_return: bool) -> None:
    """The earlier case learns of the new one, and its case manager has to look at what went wrong."""
    held = hold_case(desk, earlier_id)
    open_task(desk, held, CAME_BACK)
    details = {"case": case_id, "failed_return": failed_return}
    move.remark(desk, held, Event("linked", "new_case", held.version, details, desk.now))
