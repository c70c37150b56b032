"""Acts on several things at once: each by itself behind a savepoint; what became of each is kept for its author."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, insert, select

from app.access.desk import Desk
from app.casework.shapes import RefusalOut
from app.kit.canonical import canonical_bytes
from app.kit.errors import AppError, Invalid
from app.kit.fields import at_field
from app.kit.words import mark
from app.models.base import is_id, new_id
from app.models.bulk_act import BulkAct

TABLE: Final[Any] = BulkAct.__table__
TOO_MANY: Final = mark("These are more cases than one act can move. Do it in several acts.")


@dataclass(frozen=True, slots=True)
class Became:
    """What became of one thing: its id, a code, the reasons of a refusal as `refusal_out` tells them, and what it made.

    made: the id of what the act brought about, "" for nothing.
    """

    subject: str
    code: str
    refusals: tuple[dict[str, Any], ...] = ()
    made: str = ""


def most(desk: Desk) -> int:
    """How many things one act can move."""
    return desk.policies.safeguards.bulk_work.cases_at_most


def must_fit(desk: Desk, field: str, count: int, nothing: str) -> None:
    """Invalid (422) at ``field`` for nothing at all (in the marked sentence ``nothing``), or for too many."""
    if count == 0:
        raise Invalid("Nothing can be done like this.", extra=at_field(field, nothing))
    if count > most(desk):
        raise Invalid("Nothing can be done like this.", extra=at_field(field, TOO_MANY))


def by_itself(desk: Desk, subject: str, done: str, act: Callable[[], str]) -> Became:
    """What became of one thing: all of its change or none of it, whatever becomes of the others.

    ``done``: the code if it went well; ``act`` answers what it made. What a refusal leaves behind as evidence is
    written at once: the act as a whole goes on and is not refused.
    """
    before = desk.take_kept()
    news = len(desk.held_back or ())
    try:
        with desk.session.begin_nested():
            became = Became(subject, done, made=act())
    except AppError as error:
        became = Became(subject, error.code, tuple(error.extra.get("refusals", ())))
        for write in desk.take_kept():
            write(desk.session)
        if desk.held_back is not None:
            # Nobody is told of what did not happen.
            del desk.held_back[news:]
        desk.take_seat()
    for kept in before:
        desk.keep_if_refused(kept)
    return became


def keep(
    desk: Desk, act: str, why: str, outcome: Sequence[Became], *, giver: str | None = None, to_user: str = "",
    to_office: str = "",
) -> str:
    """Keep what became of each; the id of the act."""
    told = [_written(each) for each in outcome]
    row = {
        "id": new_id(), "country": desk.actor.country, "user_id": desk.actor.id, "act": act, "from_user": giver,
        "to_user": to_user, "to_office": to_office, "why": why, "at": desk.now,
        "outcome": canonical_bytes(told).decode(),
    }  # fmt: skip
    desk.session.execute(insert(TABLE), row)
    return str(row["id"])


def kept(desk: Desk, act_id: str, *acts: str) -> Row[Any] | None:
    """One act of the actor's own that is one of ``acts``; None for any other."""
    if not is_id(act_id):
        return None
    query = select(TABLE).where(
        TABLE.c.id == act_id, TABLE.c.user_id == desk.actor.id, TABLE.c.country == desk.actor.country,
        TABLE.c.act.in_(acts),
    )  # fmt: skip
    return desk.session.execute(query).one_or_none()


def outcome_of(row: Row[Any]) -> list[Became]:
    """What became of each thing of a kept act."""
    found = []
    for subject, code, *more in json.loads(row.outcome):
        refusals, made = more or ((), "")
        found.append(Became(subject, code, tuple(refusals), made))
    return found


def told(desk: Desk, became: Became) -> list[RefusalOut]:
    """The reasons of a refusal in full, with what each source asks for; a source that is no more is left out."""
    found = []
    for each in became.refusals:
        sources = [desk.policies.source(name) for name in each["sources"] if name in desk.policies.sources]
        shown = [{"id": one.id, "title": one.title, "asks": one.asks} for one in sources]
        found.append(RefusalOut.model_validate({**each, "sources": shown}))
    return found


def _written(became: Became) -> list[Any]:
    """Ids, codes and the sentences of rules: never a name, never a word of a person's story."""
    subject = became.subject if is_id(became.subject) else "-"
    if not became.refusals and not became.made:
        return [subject, became.code]
    refusals = [{**each, "sources": [one["id"] for one in each["sources"]]} for each in became.refusals]
    return [subject, became.code, refusals, became.made]
