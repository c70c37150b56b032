"""History: appends chained entries, reads them back, and finds the first one that was tampered with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Row, String, bindparam, insert, select, type_coerce
from sqlalchemy.orm import Session

from app.kit.canonical import canonical_bytes
from app.kit.crypto import KeyRing
from app.models.base import Stamp
from app.models.history import HistoryEntry
from workflows.facts import Actor

NO_HASH = b"\x00" * 32
_TABLE: Any = HistoryEntry.__table__
_INSERT = insert(_TABLE)
_AFTER = (
    select(_TABLE)
    .where(_TABLE.c.subject_id == bindparam("subject"), _TABLE.c.seq > bindparam("after"))
    .order_by(_TABLE.c.seq)
)
# In this order `check_entries` wants the columns of an entry.
COLUMNS: Final = (
    "seq", "subject", "subject_id", "kind", "step", "version", "happened_at", "recorded_at", "canonical", "sealed_note",
    "previous", "hash", "actor_id",
)  # fmt: skip
# Moments as they are stored: SQLite would read a moment with another sign in its middle as the same moment.
STORED: Final[list[Any]] = [
    type_coerce(_TABLE.c[name], String).label(name) if isinstance(_TABLE.c[name].type, Stamp) else _TABLE.c[name]
    for name in COLUMNS
]
_AS_READ: Final = attrgetter(*COLUMNS)
_ACTOR: Final = b'{"actor":{"country":"'


@dataclass(slots=True)
class Chain:
    """The end of one chain: the number of entries and the last hash."""

    subject: str
    subject_id: str
    count: int
    head: bytes


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, in codes only; ``note`` is the actor's own text and is stored sealed."""

    kind: str
    step: str
    version: int
    details: Mapping[str, Any]
    happened_at: datetime
    note: str | None = None


def who(actor: Actor) -> dict[str, Any]:
    """The actor as history keeps them: ids and codes."""
    return {
        "id": actor.id,
        "roles": sorted(actor.roles),
        "office": actor.office,
        "country": actor.country,
        "system": actor.system,
    }


def append(
    session: Session, chain: Chain, event: Event, actor: Actor, now: datetime, keys: KeyRing, key: bytes | None
) -> None:
    """Write the next entry of ``chain`` and move its end; the caller stores the new end with the subject.

    key: the person's data key, needed when the event carries a note.
    """
    seq = chain.count + 1
    sealed_note = None
    if event.note:
        if key is None:
            raise ValueError("a note needs the person's key")
        sealed_note = keys.seal(key, event.note.encode(), _note_place(chain.subject_id, seq))
    content = {
        "subject": chain.subject,
        "subject_id": chain.subject_id,
        "seq": seq,
        "kind": event.kind,
        "step": event.step,
        "version": event.version,
        "actor": who(actor),
        "details": dict(event.details),
        "happened_at": event.happened_at.isoformat(),
        "recorded_at": now.isoformat(),
        "note": hashlib.sha256(sealed_note).hexdigest() if sealed_note else None,
    }
    canonical = canonical_bytes(content)
    link = hashlib.sha256(chain.head + canonical).digest()
    session.execute(
        _INSERT,
        {
            "subject_id": chain.subject_id,
            "seq": seq,
            "subject": chain.subject,
            "kind": event.kind,
            "step": event.step,
            "actor_id": actor.id,
            "version": event.version,
            "happened_at": event.happened_at,
            "recorded_at": now,
            "canonical": canonical,
            "sealed_note": sealed_note,
            "previous": chain.head,
            "hash": link,
        },
    )
    chain.count, chain.head = seq, link


def entries(session: Session, subject_id: str, after: int = 0, limit: int | None = None) -> list[Row[Any]]:
    """Rows of one chain in order, from the one after ``after``."""
    query = _AFTER.limit(limit) if limit else _AFTER
    return list(session.execute(query, {"subject": subject_id, "after": after}))


def entry(session: Session, subject_id: str, seq: int) -> Row[Any] | None:
    """The row of one entry of a chain by its number."""
    query = select(_TABLE).where(_TABLE.c.subject_id == subject_id, _TABLE.c.seq == seq)
    found: Row[Any] | None = session.execute(query).one_or_none()
    return found


def last_step(session: Session, subject_id: str, machine: str, matter: str | None = None) -> datetime | None:
    """When the last step of a machine happened on a case, of one matter where it is named; else when it was opened."""
    query = (
        select(_TABLE.c.kind, _TABLE.c.happened_at, _TABLE.c.canonical)
        .where(_TABLE.c.subject_id == subject_id, _TABLE.c.kind.in_(("opened", "step")))
        .order_by(_TABLE.c.seq)
    )
    found: datetime | None = None
    for row in session.execute(query):
        details = json.loads(row.canonical)["details"] if row.kind == "step" else {}
        if row.kind == "opened" or (details["machine"], details.get("matter")) == (machine, matter):
            found = row.happened_at
    return found


def changes_since(session: Session, subject_id: str, version: int) -> list[dict[str, Any]]:
    """Who changed what after ``version``: the answer to a stale write."""
    query = (
        select(_TABLE.c.canonical)
        .where(_TABLE.c.subject_id == subject_id, _TABLE.c.version > version, _TABLE.c.kind != "attempt")
        .order_by(_TABLE.c.seq)
        .limit(50)
    )
    found = (json.loads(row.canonical) for row in session.execute(query))
    return [
        {
            "version": entry["version"],
            "what": entry["step"],
            "kind": entry["kind"],
            "by": entry["actor"]["id"],
            "office": entry["actor"]["office"],
            "at": entry["recorded_at"],
        }
        for entry in found
    ]


def note_of(keys: KeyRing, key: bytes, row: Row[Any]) -> str | None:
    """The opened note of an entry, or None."""
    if row.sealed_note is None:
        return None
    return keys.open(key, row.sealed_note, _note_place(row.subject_id, row.seq)).decode()


def faults(rows: Iterable[Row[Any]], subject_id: str, count: int, head: bytes) -> str | None:
    """The first thing wrong with a chain as a sentence, or None when every entry and the end agree.

    rows: the entries in order; count and head: what the subject row says the end is.
    """
    return check_chain(rows, subject_id, count, head)[1]


def check_chain(
    rows: Iterable[Row[Any]], subject_id: str, count: int, head: bytes, after: int = 0
) -> tuple[int, str | None]:
    """How many entries are sound, and the first fault as a sentence (None: all, and the end agrees).

    rows: the entries in order from the one after ``after``; count and head: what the subject row says the
    end is. Where the check begins inside the chain, the first entry's link to the one before is taken as said.
    """
    return check_entries(map(_AS_READ, rows), subject_id, count, head, after)


def check_entries(
    entries: Iterable[Sequence[Any]], subject_id: str, count: int, head: bytes, after: int = 0
) -> tuple[int, str | None]:
    """`check_chain` for entries as plain values in the order of `COLUMNS`; further values are not looked at."""
    previous, seq, sha256 = NO_HASH, after, hashlib.sha256
    begins: dict[Any, bytes] = {}
    for entry in entries:
        seq += 1
        number, subject, its, kind, step, version, happened, recorded, canonical, sealed, said, link, who = entry[:13]
        if number != seq:
            return seq - after - 1, f"{subject_id}: entry {seq} is missing (found {number})"
        if seq == after + 1 and after:
            previous = said if type(said) is bytes else NO_HASH
        # SQLite keeps whatever type is written: text in place of bytes is tampering, not a crash. What equals bytes of
        # our own is bytes; what is hashed has to be told.
        if type(canonical) is not bytes or said != previous or link != sha256(previous + canonical).digest():
            return seq - after - 1, f"{subject_id}: entry {seq} does not continue the chain"
        # Who acted begins the bytes of most entries as it began an earlier one's that was read. Their end is written
        # from the columns, and no bytes need to be read then: keys of canonical bytes are sorted, so after who acted
        # and the details come exactly these, up to the last brace. A text that JSON would escape makes an end that
        # does not fit; `_column_that_differs` has the last word then. The moment as SQLite keeps it is written here,
        # since it is in every entry; any other way is left to `moment_of`.
        begin = begins.get(who)
        if type(happened) is str and len(happened) == 26 and happened[10] == " " and happened[19:] != ".000000":
            at = f"{happened[:10]}T{happened[11:]}+00:00"
        else:
            at = moment_of(happened)
        noted = at if recorded == happened else moment_of(recorded)
        note = "null" if sealed is None else f'"{_digest(sealed)}"'
        end = (
            f',"happened_at":"{at}","kind":"{kind}","note":{note},"recorded_at":"{noted}","seq":{number},'
            f'"step":"{step}","subject":"{subject}","subject_id":"{its}","version":{version}}}'
        ).encode("utf-8", "surrogatepass")
        if begin is None or its != subject_id or not canonical.startswith(begin) or not canonical.endswith(end):
            wrong = _column_that_differs(entry, subject_id)
            if wrong:
                return seq - after - 1, f"{subject_id}: entry {seq}: the column '{wrong}' is not what was hashed"
            _remember(begins, canonical, who)
        previous = link
    if seq != count:
        return seq - after, f"{subject_id}: the chain ends at {seq}, the record says {count}"
    if previous != head:
        return max(0, seq - after - 1), f"{subject_id}: entry {seq} is not the one the record ends with"
    return seq - after, None


def _remember(begins: dict[Any, bytes], canonical: bytes, actor: Any) -> None:
    """Keep how the bytes of an entry of ``actor`` begin, up to the end of who that is; they were read just now."""
    ends = canonical.find(b'","office":')
    named = f'"id":"{actor}'.encode("utf-8", "surrogatepass")
    if canonical.startswith(_ACTOR) and ends > 0 and canonical[:ends].endswith(named):
        begins[actor] = canonical[: ends + 2]


def moment_of(value: Any) -> str:
    """A stored moment in the words of the canonical bytes; a raw text of SQLite must be exactly as it is written."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and len(value) == 26 and value[10] == " ":
        return f"{value[:10]}T{value[11:19] if value.endswith('.000000') else value[11:]}+00:00"
    return f"not a moment: {value!r}"


def _digest(sealed: Any) -> str:
    return hashlib.sha256(sealed).hexdigest() if type(sealed) is bytes else "no bytes"


def _column_that_differs(entry: Sequence[Any], subject_id: str) -> str | None:
    seq, subject, subject_of, kind, step, version, happened, recorded, canonical, sealed, _, _, actor = entry[:13]
    try:
        said = json.loads(canonical)
        who_acted = said["actor"]["id"]
    except (ValueError, KeyError, TypeError):
        return "canonical"
    note = None if sealed is None else _digest(sealed)
    pairs = {
        "subject": subject,
        "subject_id": subject_id if subject_of == subject_id else subject_of,
        "seq": seq,
        "kind": kind,
        "step": step,
        "version": version,
        "happened_at": moment_of(happened),
        "recorded_at": moment_of(recorded),
        "note": note,
    }
    for name, value in pairs.items():
        if said.get(name) != value:
            return name
    return "actor_id" if who_acted != actor else None


def _note_place(subject_id: str, seq: int) -> bytes:
    return f"history_entry|sealed_note|{subject_id}:{seq}|1".encode()
