"""Making a mould of a pattern: every value of every row becomes a slot, and what follows from others an act.

Nothing is guessed: a column of bytes without a rule here, or a digest in a text that nobody can make again, stops the
work with its name. Whoever adds a table or a sealed column to the program adds its rule to `_RULES`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any, Final

from app.casework import history, identity, messages, records
from app.kit.canonical import canonical_bytes
from benchmarks.world import acts
from benchmarks.world.mould import Mould, Target
from benchmarks.world.nursery import TABLES, Nursery, Pattern
from benchmarks.world.slots import NoRule, Row, Slots
from benchmarks.world.tokens import getter


class Maker(Slots):
    """Makes the mould of one pattern for one target."""

    def __init__(self, nursery: Nursery, pattern: Pattern, target: Target) -> None:
        """nursery: in which the pattern was grown, for its keys and people."""
        super().__init__(nursery, pattern, target)
        self._keys = {row["id"]: self._house.keys.unwrap(row["wrapped"]) for row in self._rows("data_key")}
        self._whose = _whose(pattern)
        self._opened: dict[tuple[str, str], bytes] = {}

    def make(self) -> Mould:
        """The whole mould. Raises NoRule."""
        self._learn()
        for table in TABLES:
            names = [column.name for column in table.c]
            for row in self._rows(table.name):
                slots = [self._value(table.name, name, row) for name in names]
                self.mould.rows.append((table.name, getter(slots)))
        for row in self._rows("person_identity"):
            person = next(each for each in self._rows("person") if each["id"] == row["person_id"])
            said = json.loads(self._opened["person_identity", row["person_id"]])
            lines = tuple(said[name] for name in ("given_names", "family_name") if said.get(name))
            self.mould.persons.append((self._id(row["person_id"]), person["country"], lines))
        return self.mould

    # ------------------------------------------------------------------------------------- what can be made again

    def _learn(self) -> None:
        """Open what is sealed, and learn by which digest or signature each thing is named elsewhere."""
        for row in self._rows("person_identity"):
            place = identity._place(row["person_id"])
            self._open("person_identity", row["person_id"], self._whose[row["person_id"]], row["sealed"], place)
        for row in self._rows("record"):
            place = records._place(row["id"], row["kind_version"])
            self._open("record", row["id"], row["key_id"], row["sealed"], place)
            self._digests[row["digest"].hex()] = partial(self._hex, partial(self._record, row))
        for row in self._rows("history_entry"):
            self._digests[row["hash"].hex()] = partial(self._hex, partial(self._link, row))
            if row["sealed_note"] is not None:
                key, place = self._whose[row["subject_id"]], history._note_place(row["subject_id"], row["seq"])
                self._open("history_entry", f"{row['subject_id']}:{row['seq']}", key, row["sealed_note"], place)
                told = hashlib.sha256(row["sealed_note"]).hexdigest()
                self._digests[told] = partial(self._hex, partial(self._hash, partial(self._note, row)))
        for row in self._rows("message"):
            body = self._open("message", row["id"], row["key_id"], row["sealed_body"], messages.place(row["id"]))
            digest = hashlib.sha256(body).hexdigest()
            self._digests[digest] = partial(self._hex, partial(self._hash, partial(self._encoded, body.decode())))
            self._digests[row["digest"].hex()] = partial(self._hex, partial(self._hash, partial(self._signed, row)))
            self._digests[row["signature"].hex()] = partial(self._hex, partial(self._signature_of, row))
        for row in self._rows("message_receipt"):
            self._digests[row["signature"].hex()] = partial(self._hex, partial(self._receipt, row))

    def _open(self, table: str, name: str, key_id: str, sealed: bytes, place: bytes) -> bytes:
        opened = self._house.keys.open(self._keys[key_id], sealed, place)
        self._opened[table, name] = opened
        return opened

    # --------------------------------------------------------------------------------------------- values of rows

    def _value(self, table: str, column: str, row: Row) -> int:
        """The slot of one value of one row."""
        value = row[column]
        if isinstance(value, bytes):
            return self._bytes(table, column, row)
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, datetime):
            return self._moment(value)
        if isinstance(value, date):
            return self._day(value)
        return self._constant(value)

    def _bytes(self, table: str, column: str, row: Row) -> int:
        rule = _RULES.get((table, column))
        if rule is None:
            raise NoRule(f"{self._pattern.name}: nobody has said how a copy makes {table}.{column}")
        return rule(self, row)

    # ------------------------------------------------------------------------------- what is sealed, signed, chained

    def _data_key(self, key_id: str) -> tuple[int, int]:
        """The slots of a key, plain and wrapped."""
        wrapped, fresh = self._slot(("wrapped", key_id))
        plain, _ = self._slot(("plain", key_id))
        if fresh:
            keys = self._target.keys

            def act(values: list[Any]) -> None:
                values[plain], values[wrapped] = keys.new_data_key()

            self.mould.steps.append(act)
        return plain, wrapped

    def _sealed(self, table: str, name: str, key_id: str, place: bytes) -> int:
        seal = self._target.keys.seal
        told = self._opened[table, name].decode()
        return self._made(
            ("sealed", table, name),
            lambda: (self._data_key(key_id)[0], self._encoded(told), self._encoded(place.decode())),
            partial(acts.seal, seal),
        )

    def _identity(self, row: Row) -> int:
        person = row["person_id"]
        return self._sealed("person_identity", person, self._whose[person], identity._place(person))

    def _form(self, row: Row) -> int:
        place = records._place(row["id"], row["kind_version"])
        return self._sealed("record", row["id"], row["key_id"], place)

    def _record(self, row: Row) -> int:
        return self._hash(partial(self._form, row))

    def _body(self, row: Row) -> int:
        return self._sealed("message", row["id"], row["key_id"], messages.place(row["id"]))

    def _head(self, row: Row) -> int:
        return self._link(self._entry(row["id"], row["history_count"]))

    def _note(self, row: Row) -> int:
        subject, seq = row["subject_id"], row["seq"]
        place = history._note_place(subject, seq)
        return self._sealed("history_entry", f"{subject}:{seq}", self._whose[subject], place)

    def _entry(self, subject: str, seq: int) -> Row:
        entries = self._rows("history_entry")
        return next(each for each in entries if (each["subject_id"], each["seq"]) == (subject, seq))

    def _before(self, row: Row) -> int:
        if row["seq"] == 1:
            return self._constant(history.NO_HASH)
        return self._link(self._entry(row["subject_id"], row["seq"] - 1))

    def _link(self, row: Row) -> int:
        """The hash of an entry over the one before it and its own bytes."""
        return self._made(
            ("link", row["subject_id"], row["seq"]),
            lambda: (self._before(row), self._encoded(row["canonical"].decode())),
            acts.chain,
        )

    def _signed(self, row: Row) -> int:
        """What the signature of a message covers: its header and the digest of its body."""
        header = json.loads(row["header"])
        digest = hashlib.sha256(self._opened["message", row["id"]]).hexdigest()
        signed = canonical_bytes({**header, "body_digest": digest})
        if hashlib.sha256(signed).digest() != row["digest"]:
            raise NoRule(f"{self._pattern.name}: the digest of a message is over something else than is said here")
        return self._encoded(signed.decode())

    def _signature_of(self, row: Row) -> int:
        return self._signature(json.loads(row["header"])["from"], self._signed(row))

    def _receipt(self, row: Row) -> int:
        return self._signature(json.loads(row["content"])["by"], self._encoded(row["content"].decode()))

    def _signature(self, country: str, over: int) -> int:
        signer = self._target.signers[country]
        return self._made(("signature", country, over), lambda: (over,), partial(acts.sign, signer.sign))


def _whose(pattern: Pattern) -> dict[str, str]:
    """Person, case or referral copy -> the id of the key that what is theirs lies under."""
    found = {row["id"]: row["key_id"] for row in pattern.rows.get("person", ())}
    found |= {row["id"]: found[row["person_id"]] for row in pattern.rows.get("case_file", ())}
    return found | {row["id"]: row["key_id"] for row in pattern.rows.get("referral", ())}


_RULES: Final[Mapping[tuple[str, str], Callable[[Maker, Row], int]]] = {
    ("data_key", "wrapped"): lambda maker, row: maker._data_key(row["id"])[1],
    ("person_identity", "sealed"): Maker._identity,
    ("record", "sealed"): Maker._form,
    ("record", "digest"): Maker._record,
    ("history_entry", "canonical"): lambda maker, row: maker._encoded(row["canonical"].decode()),
    ("history_entry", "sealed_note"): Maker._note,
    ("history_entry", "previous"): Maker._before,
    ("history_entry", "hash"): Maker._link,
    ("case_file", "chain_head"): Maker._head,
    ("referral", "chain_head"): Maker._head,
    ("message", "header"): lambda maker, row: maker._encoded(row["header"].decode()),
    ("message", "sealed_body"): Maker._body,
    ("message", "digest"): lambda maker, row: maker._hash(partial(maker._signed, row)),
    ("message", "signature"): Maker._signature_of,
    ("message_receipt", "content"): lambda maker, row: maker._encoded(row["content"].decode()),
    ("message_receipt", "signature"): Maker._receipt,
}
