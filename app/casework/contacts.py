"""The directory travels: a country tells its entries to the others of its corridors, and they say what they found.

What a country says of its own offices it alone changes. The other side keeps each version as it came, and what it
answers is kept at both ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final

from pydantic import Field, model_validator
from sqlalchemy import insert, select

from app.access import notices
from app.access.desk import Desk
from app.access.rows import as_the_house
from app.casework import correspondence, records, replays
from app.casework.contact_rows import ANSWER, CONTACT, TOLD, Entry, entries, entry
from app.casework.correspondence import Heard, Key, Said, readable_there
from app.casework.wire import MessageRefused
from app.kit.canonical import canonical_bytes
from app.models.base import new_id
from app.models.office import Office
from app.models.user import User
from workflows.directory import DAYS

__all__ = [
    "ANSWERS", "ENTRY", "KEEP", "TYPES", "AnswerSaid", "EntrySaid", "keep_answer", "keep_entry", "partners",
    "remind", "say_answer", "tell", "tell_all",
]  # fmt: skip

KEEP: Final = "directory:keep"
ENTRY: Final = "directory_entry"
ANSWERS: Final = "directory_answer"
_Id = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
_Version = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
_Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
_Hours = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$")]
_Phone = Annotated[str, Field(pattern=r"^(\+[0-9][0-9 ]{5,24})?$")]
_Words = Annotated[str, Field(max_length=120)]


class EntrySaid(Said):
    """An entry as it travels: an office, for what and where, when somebody answers and how, and since when that holds.

    hours: weekday -> from and until in ``timezone``. Deputies are an office and a role, never a name.
    """

    entry: _Id
    version: _Version
    office: _Code
    office_name: _Words = ""
    kinds: Annotated[list[_Code], Field(min_length=1, max_length=12)]
    points: Annotated[list[_Code], Field(max_length=40)] = []
    places: Annotated[list[Annotated[str, Field(min_length=1, max_length=60)]], Field(max_length=60)] = []
    timezone: Annotated[str, Field(pattern=r"^[A-Za-z0-9_+/-]{1,40}$")]
    hours: dict[_Code, _Hours]
    phone: _Phone = ""
    other_way: _Words = ""
    languages: Annotated[list[_Code], Field(max_length=20)] = []
    deputy_office: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{0,64}$")] = ""
    deputy_role: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{0,64}$")] = ""
    valid_from: date
    valid_until: date | None = None
    verified_on: date
    verified_by: _Code
    next_check: date

    @model_validator(mode="after")
    def _days_are_weekdays(self) -> EntrySaid:
        if not set(self.hours) <= set(DAYS):
            raise ValueError("a day of the week is none")
        return self


class AnswerSaid(Said):
    """What a country found when it tried an entry. result: a code of contact_result."""

    entry: _Id
    version: _Version
    result: _Code
    on: date
    by: _Code


def partners(desk: Desk) -> list[str]:
    """The countries at the other end of this country's corridors that can be written to."""
    here, signing = desk.actor.country, desk.signing
    others = {each.other(here) for each in desk.policies.corridors.values() if here in each.countries}
    # A country lives here where somebody of it has an account; its key is made with the first thing that it signs.
    at_work = select(Office.country).distinct().join(User, User.office_id == Office.id)
    home = set(desk.session.execute(at_work).scalars()) | set(signing.countries)
    return sorted(each for each in others if each in home or signing.partner(each) is not None)


def keep_entry(desk: Desk, owner: str, said: Mapping[str, Any], by: str) -> None:
    """Keep a version of an entry, as it was checked; by: the account here, or the partner."""
    with as_the_house(desk.session, desk.actor.country):
        desk.session.execute(
            insert(CONTACT),
            {
                "id": new_id(), "country": desk.actor.country, "shared_id": said["entry"], "owner": owner,
                "version": said["version"], "office": said["office"], "body": canonical_bytes(dict(said)).decode(),
                "next_check": date.fromisoformat(said["next_check"]), "said_by": by, "said_at": desk.now,
            },
        )  # fmt: skip


def keep_answer(desk: Desk, country: str, said: Mapping[str, Any]) -> None:
    """Keep what a country found when it tried an entry."""
    with as_the_house(desk.session, desk.actor.country):
        desk.session.execute(
            insert(ANSWER),
            {
                "id": new_id(), "country": desk.actor.country, "shared_id": said["entry"], "version": said["version"],
                "by_country": country, "by_role": said["by"], "result": said["result"],
                "on": date.fromisoformat(said["on"]), "said_at": desk.now,
            },
        )  # fmt: skip


def tell(desk: Desk, found: Entry) -> int:
    """Tell an entry of this country to every partner that does not know this version yet; to how many."""
    done = 0
    for partner in partners(desk):
        if _was_told(desk, found, partner) or not readable_there(desk, partner, ENTRY):
            continue
        # After a restored backup the partner tells first what it knows; the watch comes back to it.
        if replays.awaited(desk, partner) is not None:
            continue
        _told(desk, found, partner, _say(desk, partner, desk.actor.country, ENTRY, found.said))
        done += 1
    return done


def tell_all(desk: Desk) -> int:
    """Tell partners what they do not know yet, such as one that was enrolled after an entry was made; how many."""
    return sum(tell(desk, each) for each in entries(desk, [desk.actor.country]))


def remind(desk: Desk, found: Entry) -> bool:
    """Tell once whoever keeps the directory that an entry of theirs is due to be checked; whether it was told now."""
    here = desk.actor.country
    if _was_told(desk, found, here):
        return False
    notices.tell(desk, notices.holders(desk, KEEP), "contact_due", "contact", found.id)
    _told(desk, found, here, "-")
    return True


def say_answer(desk: Desk, owner: str, said: Mapping[str, Any]) -> None:
    """Tell the owner of an entry what was found."""
    _say(desk, owner, owner, ANSWERS, said)


def _say(desk: Desk, to: str, owner: str, kind: str, said: Mapping[str, Any]) -> str:
    """Speak in the conversation about the directory of ``owner``, which the owner has opened."""
    table, reference = correspondence.TABLE, f"DIRECTORY-{owner}"
    with as_the_house(desk.session, desk.actor.country):
        query = (
            select(table.c.shared_id)
            .where(table.c.country == desk.actor.country, table.c.other_country == to, table.c.reference == reference)
            .order_by(table.c.opened_at.desc(), table.c.id)
            .limit(1)
        )
        conversation = desk.session.execute(query).scalar_one_or_none() or new_id()
        key = correspondence.key_of(desk, conversation) or records.new_key(desk)
        return correspondence.say(desk, to, conversation, reference, kind, said, *key)


def _was_told(desk: Desk, found: Entry, partner: str) -> bool:
    query = select(TOLD.c.id).where(
        TOLD.c.country == desk.actor.country, TOLD.c.shared_id == found.id, TOLD.c.version == found.version,
        TOLD.c.partner == partner,
    )  # fmt: skip
    return desk.session.execute(query).first() is not None


def _told(desk: Desk, found: Entry, partner: str, message_id: str) -> None:
    with as_the_house(desk.session, desk.actor.country):
        desk.session.execute(
            insert(TOLD),
            {
                "id": new_id(), "country": desk.actor.country, "shared_id": found.id, "version": found.version,
                "partner": partner, "message_id": message_id, "told_at": desk.now,
            },
        )  # fmt: skip


def _hear_entry(desk: Desk, header: Mapping[str, Any], body: Mapping[str, Any], _key: Key) -> str:
    """Keep what a country says of its own office; also our own word that comes back after a backup."""
    owner, known = str(header["from"]), entry(desk, body["entry"])
    if known is not None and known.owner != owner:
        raise MessageRefused("This entry of the directory is another country's.", "another_owner")
    ours = owner == desk.actor.country
    if known is None or known.version < body["version"]:
        # What a newer partner says beyond what is known here lies in the message.
        known_here = {name: value for name, value in body.items() if name in EntrySaid.model_fields}
        keep_entry(desk, owner, known_here, f"partner:{owner}")
        if not ours:
            notices.tell(desk, notices.holders(desk, KEEP), "contact_changed", "contact", body["entry"])
    elif not ours:
        return "not_applicable"
    found = entry(desk, body["entry"])
    if ours and found is not None and found.version == body["version"] and not _was_told(desk, found, header["to"]):
        # It had been told before: whoever has it gave it back.
        _told(desk, found, str(header["to"]), str(header["id"]))
    return "applied"


def _hear_answer(desk: Desk, header: Mapping[str, Any], body: Mapping[str, Any], _key: Key) -> str:
    """Keep what another country found; also our own word that comes back after a backup."""
    country, known = str(header["from"]), entry(desk, body["entry"])
    owner = str(header["to"])
    if known is None or known.owner != owner:
        raise MessageRefused("No entry of this number is in the directory of the country that is asked.", "no_entry")
    keep_answer(desk, country, body)
    if country != desk.actor.country:
        notices.tell(
            desk, notices.holders(desk, KEEP),
            "contact_confirmed" if body["result"] == "answers" else "contact_doubted", "contact", body["entry"],
        )  # fmt: skip
    return "applied"


TYPES: Final[dict[str, Heard]] = {
    ENTRY: Heard(EntrySaid, _hear_entry, _hear_entry),
    ANSWERS: Heard(AnswerSaid, _hear_answer, _hear_answer),
}
