"""What two countries settle in a conversation of their own: how the copy here is found, kept, changed and told.

One way for meetings (app/casework/conferring.py) and for visits (app/casework/visiting.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from pydantic import BaseModel
from sqlalchemy import Row, select, update

from app.access.desk import Desk
from app.casework import correspondence, records
from app.kit.canonical import canonical_bytes

__all__ = ["Copies"]

Kept = TypeVar("Kept", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Copies(Generic[Kept]):
    """The copies of one kind.

    table: with the columns of both kinds (shared_id, other_country, reference, wrapped, sealed, version and more);
    name: what its seals are bound to; prefix: what the types of its messages begin with; kept: what lies sealed.
    """

    table: Any
    name: str
    prefix: str
    kept: type[Kept]

    def of_conversation(self, desk: Desk, shared_id: str, other: str) -> Row[Any] | None:
        """The copy here of what is settled with ``other``, locked until the transaction ends."""
        query = select(self.table).where(
            self.table.c.country == desk.actor.country, self.table.c.shared_id == shared_id,
            self.table.c.other_country == other,
        )  # fmt: skip
        return desk.session.execute(query.with_for_update()).one_or_none()

    def contents(self, desk: Desk, row: Row[Any]) -> Kept:
        """What is kept sealed of a copy."""
        opened = desk.keys.open(desk.keys.unwrap(row.wrapped), row.sealed, self._place(row.id))
        return self.kept.model_validate_json(opened)

    def sealed(self, desk: Desk, key: bytes, row_id: str, kept: Kept) -> bytes:
        """The same as it is stored, under the data key of the copy."""
        return desk.keys.seal(key, canonical_bytes(kept.model_dump(mode="json")), self._place(row_id))

    def write(self, desk: Desk, row: Row[Any], kept: Kept, values: dict[str, Any]) -> bool:
        """Write a copy anew; False, and nothing is written, where somebody has changed it meanwhile."""
        sealed = self.sealed(desk, desk.keys.unwrap(row.wrapped), row.id, kept)
        still = (self.table.c.id == row.id, self.table.c.version == row.version)
        done: Any = desk.session.execute(
            update(self.table).where(*still).values(
                **values, sealed=sealed, version=row.version + 1, changed_at=desk.now
            )
        )  # fmt: skip
        return bool(done.rowcount == 1)

    def say(self, desk: Desk, row: Row[Any], name: str, body: BaseModel) -> None:
        """Tell the other country of an act, signed and sealed, after everything that was said before."""
        key = correspondence.key_of(desk, row.shared_id) or records.new_key(desk)
        told = body.model_dump(mode="json")
        correspondence.say(desk, row.other_country, row.shared_id, row.reference, f"{self.prefix}{name}", told, *key)

    def last_held(self, desk: Desk, other: str, *which: Any) -> date | None:
        """The day of the last one with ``other`` that was held and confirmed; ``which``: of which ones."""
        query = (
            select(self.table.c.held_on)
            .where(
                self.table.c.country == desk.actor.country, self.table.c.other_country == other, *which,
                self.table.c.held_on.is_not(None),
            )
            .order_by(self.table.c.held_on.desc())
            .limit(1)
        )  # fmt: skip
        found: date | None = desk.session.execute(query).scalar_one_or_none()
        return found

    def _place(self, row_id: str) -> bytes:
        return f"{self.name}|sealed|{row_id}|1".encode()
