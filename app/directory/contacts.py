"""The verbs of the directory of contacts: keep the own entries, check them, and say whether the others' answer."""

from __future__ import annotations

from typing import Any, Final

from pydantic import ValidationError

from app.access.desk import Desk
from app.access.log import looked
from app.casework import contact_rows, contacts
from app.casework.contact_duty import duty_of
from app.casework.contact_rows import Entry
from app.casework.contacts import AnswerSaid, EntrySaid
from app.directory.contact_schemas import ContactIn, ContactOut, ContactsOut, DutyOut, FoundIn, FoundOut
from app.kit.errors import Conflict, Invalid, NotFound, StaleVersion
from app.kit.words import mark
from app.models.base import is_id, new_id
from policies.model import Policies, PolicyOffice
from workflows.deadlines import rings_at

__all__ = [
    "KEEP", "READ", "add_entry", "answer", "change", "check", "corridor_contacts", "offices_of", "one", "points_of",
]  # fmt: skip

READ: Final = "directory:read"
KEEP: Final = contacts.KEEP
KIND: Final = "contact"


def corridor_contacts(desk: Desk, a: str, b: str) -> ContactsOut:
    """What is known here of the entries of two countries. NotFound for one country twice, or one we do not know."""
    if a == b or not {a, b} <= set(desk.policies.countries):
        raise NotFound()
    found = contact_rows.entries(desk, (a, b))
    return ContactsOut(items=_shown(desk, found))


def one(desk: Desk, entry_id: str) -> ContactOut:
    """One entry; NotFound for one that nobody here knows."""
    return _shown(desk, [_entry(desk, entry_id)])[0]


def add_entry(desk: Desk, body: ContactIn) -> ContactOut:
    """Add an entry of the own country and tell it to the others. Invalid (422) names what does not fit."""
    return _keep(desk, new_id(), 1, body, "contact_added")


def change(desk: Desk, entry_id: str, body: ContactIn, seen: int) -> ContactOut:
    """Say an entry of the own country anew: it counts as checked today, and travels.

    NotFound, Conflict for another country's, StaleVersion if somebody changed it meanwhile, Invalid (422).
    """
    before = _own(desk, entry_id, seen)
    return _keep(desk, entry_id, before.version + 1, body, "contact_changed")


def check(desk: Desk, entry_id: str, seen: int) -> ContactOut:
    """Say that an entry of the own country still holds: the day of its check is today. Raises as `change`."""
    before = _own(desk, entry_id, seen)
    said = {**before.said, "version": before.version + 1, **_checked_today(desk)}
    return _written(desk, said, "contact_checked")


def answer(desk: Desk, entry_id: str, body: FoundIn, seen: int) -> ContactOut:
    """Say what was found when another country's contact was tried; it is told of it.

    NotFound, Conflict for an own entry, StaleVersion if it was changed meanwhile, Invalid (422).
    """
    found = _entry(desk, entry_id)
    if found.owner == desk.actor.country:
        raise Conflict(mark("This is your own country's contact: the other side says whether it answers."))
    _must_be_newest(found, seen)
    if not desk.policies.knows("contact_result", body.result):
        raise _unfit("result", mark("Choose an answer."))
    on = body.on or desk.today
    if on > desk.today:
        raise _unfit("on", mark("This day has not come yet."))
    by = min(desk.actor.roles, default="-")
    said = AnswerSaid(entry=entry_id, version=found.version, result=body.result, on=on, by=by).model_dump(mode="json")
    contacts.keep_answer(desk, desk.actor.country, said)
    contacts.say_answer(desk, found.owner, said)
    looked(desk, "contact_answered", KIND, entry_id, {"version": found.version, "result": body.result})
    return one(desk, entry_id)


def offices_of(policies: Policies, country: str) -> list[PolicyOffice]:
    """The offices of a country that may stand in the directory: no shelter, or it would tell where people live."""
    return [each for each in policies.countries[country].offices if each.kind != "shelter"]


def points_of(policies: Policies, country: str) -> dict[str, str]:
    """The border points of a country's corridors: code -> its name on both sides."""
    return {
        point.code: " – ".join(point.names.values())
        for key in sorted(policies.corridors)
        if country in policies.corridors[key].countries
        for point in policies.corridors[key].border_points
    }


def _entry(desk: Desk, entry_id: str) -> Entry:
    found = contact_rows.entry(desk, entry_id) if is_id(entry_id) else None
    if found is None:
        raise NotFound()
    return found


def _own(desk: Desk, entry_id: str, seen: int) -> Entry:
    found = _entry(desk, entry_id)
    if found.owner != desk.actor.country:
        raise Conflict(mark("This is another country's contact: only that country changes it."))
    _must_be_newest(found, seen)
    return found


def _must_be_newest(found: Entry, seen: int) -> None:
    if found.version != seen:
        raise StaleVersion(extra={"seen": seen, "version": found.version})


def _checked_today(desk: Desk) -> dict[str, str]:
    here, today = desk.actor.country, desk.today
    others = [each.other(here) for each in desk.policies.corridors.values() if here in each.countries]
    calendar = desk.policies.calendar(here)
    # The shortest clock of its corridors: an entry is one for all of them.
    due = min(
        (rings_at(desk.now, desk.policies.clock("contact_check", here, other, on=today), calendar) for other in others),
        default=desk.now,
    ).astimezone(calendar.zone).date()  # fmt: skip
    return {
        "verified_on": today.isoformat(), "verified_by": min(desk.actor.roles, default="-"),
        "next_check": due.isoformat(),
    }  # fmt: skip


def _keep(desk: Desk, entry_id: str, version: int, body: ContactIn, act: str) -> ContactOut:
    policies, here = desk.policies, desk.actor.country
    country = policies.countries[here]
    names = {each.code: each.name for each in offices_of(policies, here)}
    if body.office not in names:
        raise _unfit("office", mark("Choose an office of your country."))
    if body.deputy_office and body.deputy_office not in names:
        raise _unfit("deputy_office", mark("Choose an office of your country."))
    if body.deputy_role and body.deputy_role not in policies.roles:
        raise _unfit("deputy_role", mark("Choose an answer."))
    if not body.kinds or not all(policies.knows("contact_kind", code) for code in body.kinds):
        raise _unfit("kinds", mark("Choose at least one."))
    if not all(policies.knows("language", code) for code in body.languages):
        raise _unfit("languages", mark("Choose an answer."))
    if not set(body.points) <= set(points_of(policies, here)):
        raise _unfit("points", mark("Choose border points of your country."))
    if "handover" in body.kinds and not body.points:
        raise _unfit("points", mark("Choose the border points at which this office hands over."))
    if not body.phone and not body.other_way:
        raise _unfit("phone", mark("Give a telephone number, or another way to reach the office."))
    if body.valid_until is not None and body.valid_until < body.valid_from:
        raise _unfit("valid_until", mark("The last day lies before the first."))
    said = {
        **body.model_dump(mode="json", exclude={"seen_version"}), "entry": entry_id, "version": version,
        "office_name": names[body.office][:120], "timezone": country.timezone, **_checked_today(desk),
    }  # fmt: skip
    return _written(desk, said, act)


def _written(desk: Desk, said: dict[str, Any], act: str) -> ContactOut:
    try:
        whole = EntrySaid.model_validate(said).model_dump(mode="json", exclude_unset=True)
    except ValidationError as error:
        raise _unfit(str(error.errors()[0]["loc"][0] if error.errors()[0]["loc"] else "hours"), _SHAPES) from None
    contacts.keep_entry(desk, desk.actor.country, whole, desk.actor.id)
    found = _entry(desk, whole["entry"])
    told = contacts.tell(desk, found)
    looked(desk, act, KIND, found.id, {"version": found.version, "office": found.office, "count": told})
    return one(desk, found.id)


_SHAPES: Final = mark("Write hours as 08:30-16:30, and a telephone number as +66 00 000 001.")


def _shown(desk: Desk, found: list[Entry]) -> list[ContactOut]:
    answers = contact_rows.answers(desk, [each.id for each in found])
    offices = {each.code: each.name for country in desk.policies.countries.values() for each in country.offices}
    return [_out(desk, each, answers, offices) for each in found]


def _out(desk: Desk, found: Entry, answers: dict[tuple[str, str], Any], offices: dict[str, str]) -> ContactOut:
    said, now = EntrySaid.model_validate(found.said), duty_of(desk.policies, found, desk.now)
    return ContactOut(
        id=found.id, country=found.owner, version=found.version, office=found.office,
        office_name=offices.get(found.office) or said.office_name or found.office, said=said,
        valid=contact_rows.named(found).holds_on(desk.today), out_of_date=found.stale(desk.today),
        own=found.owner == desk.actor.country,
        duty=DutyOut(open=now.open, until=now.until, opens=now.opens),
        found=[
            FoundOut(country=by, version=row.version, result=row.result, on=row.on, by_role=row.by_role)
            for (entry_id, by), row in answers.items()
            if entry_id == found.id
        ],
        told_at=found.said_at,
    )  # fmt: skip


def _unfit(field: str, sentence: str) -> Invalid:
    wrong = {"field": field, "rule": sentence, "sentence": sentence}
    return Invalid("This contact does not fit.", extra={"errors": [wrong]})
