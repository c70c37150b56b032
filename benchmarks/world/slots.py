"""Slots: what in the texts and columns of a pattern each copy says in its own way, and what fills it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from app.access.desk import House
from app.casework.messages import NO_DIGEST
from benchmarks.world import acts
from benchmarks.world.mould import Act, Mould, Target
from benchmarks.world.nursery import HOUR, Nursery, Pattern
from benchmarks.world.persons import SLOTS
from benchmarks.world.places import HOMES

Row = dict[str, Any]


class NoRule(Exception):
    """A pattern holds something of which nobody has said how a copy makes it; the text says what."""


class Slots:
    """The slots of one pattern for one target. Each is made once; what it follows from is made before it."""

    def __init__(self, nursery: Nursery, pattern: Pattern, target: Target) -> None:
        """nursery: in which the pattern was grown, for its keys and people."""
        self._house: House = nursery.house
        self._pattern, self._target = pattern, target
        self._known = _People(nursery)
        self._trained = dict(zip(nursery.trained, target.trained, strict=True))
        first = pattern.rows["case_file"][0]
        facts = pattern.rows["case_facts"][0]
        self.mould = Mould(
            pattern.name, pattern.cases, facts["age_band"], facts["nationality"], first["opened_at"].date()
        )
        self._slots: dict[Any, int] = {}
        self._signers = {
            nursery.house.signing.signer(country).key_id: target.signers[country].key_id for country in target.signers
        }
        self._heads = {
            row["reference"]: row["opened_at"] for table in ("case_file", "referral") for row in self._rows(table)
        }
        self._tokens = nursery.tokens
        self._digests: dict[str, Callable[[], int]] = {self._house.policies.digest: lambda: -1, NO_DIGEST: lambda: -1}

    def _rows(self, table: str) -> list[Row]:
        return self._pattern.rows.get(table, [])

    def _slot(self, key: Any, value: Any = None) -> tuple[int, bool]:
        """The slot called ``key``, and whether it was made just now."""
        if key in self._slots:
            return self._slots[key], False
        self._slots[key] = len(self.mould.base)
        self.mould.base.append(value)
        return self._slots[key], True

    def _made(self, key: Any, needs: Callable[[], tuple[int, ...]], act: Callable[..., Act]) -> int:
        """A slot filled by an act from the slots that ``needs`` gives; those acts come before it."""
        if key in self._slots:
            return self._slots[key]
        needed = needs()
        slot, _ = self._slot(key)
        self.mould.steps.append(act(slot, *needed))
        return slot

    def _constant(self, value: Any) -> int:
        return self._slot(("constant", type(value), value), value)[0]

    def _id(self, text: str) -> int:
        """An id: of a worker or an office, or one that each copy has for itself."""
        slot, fresh = self._slot(("id", text))
        if not fresh:
            return slot
        account, kind = self._known.by_id.get(text, (None, ""))
        office = self._known.offices.get(text)
        if account is not None:
            post = (account.actor.office, account.role)
            self.mould.staff.setdefault(post, []).append((slot, kind))
            if post[0] in HOMES.values():
                self.mould.shelters.setdefault(post[0], [])
        elif office in HOMES.values():
            self.mould.shelters.setdefault(office, []).append((slot, "id"))
        elif office is not None:
            self.mould.base[slot] = self._target.people.offices[office]
        else:
            self.mould.ids.append(slot)
        return slot

    def _word(self, text: str) -> int:
        slot, fresh = self._slot(("word", text))
        if not fresh:
            return slot
        if text in SLOTS:
            self.mould.names[text] = slot
        elif text in HOMES.values():
            self.mould.shelters.setdefault(text, []).append((slot, "code"))
        else:
            self.mould.base[slot] = self._signers[text]
        return slot

    def _reference(self, text: str) -> int:
        slot, fresh = self._slot(("reference", text))
        if fresh:
            if text not in self._heads:
                raise NoRule(f"{self._pattern.name}: nobody knows whose the reference {text} is")
            head = text.rpartition("-")[0][:-5]
            self.mould.references.append((slot, head, self._heads[text]))
        return slot

    def _day(self, day: date, as_text: bool = False) -> int:
        slot, fresh = self._slot(("day", day, as_text))
        if fresh:
            self.mould.days.append((slot, day, as_text))
        return slot

    def _moment(self, moment: datetime, said: Callable[[datetime], Any] = lambda moment: moment, how: str = "") -> int:
        slot, fresh = self._slot(("moment", moment, how))
        if fresh:
            acted = moment.utcoffset() is not None and not moment.utcoffset() and moment.hour == HOUR.hour
            (self.mould.acts if acted else self.mould.moments).append((slot, moment, said))
        return slot

    def _day_said(self, day: date) -> int:
        """A day in a text. When somebody was trained is the same in every copy, since the accounts are."""
        if day in self._trained:
            return self._constant(self._trained[day].isoformat())
        return self._day(day, True)

    def _find(self, kind: str, token: str) -> int | None:
        match kind:
            case "id":
                return self._id(token)
            case "word":
                return self._word(token)
            case "reference":
                return self._reference(token)
            case "day":
                return self._day_said(date.fromisoformat(token))
            case "born":
                slot, fresh = self._slot("born")
                if fresh:
                    self.mould.born.append(slot)
                return slot
            case "moment":
                moment = datetime.fromisoformat(token)
                said = datetime.isoformat if not token.endswith("Z") else _with_z
                if said(moment) != token:
                    raise NoRule(f"{self._pattern.name}: nobody writes a moment like {token}")
                return self._moment(moment, said, f"text{token[-1]}{moment.utcoffset()}")
            case _:
                again = self._digests.get(token)
                if again is None:
                    raise NoRule(f"{self._pattern.name}: nobody can make the digest {token[:16]}... again")
                slot = again()
                return None if slot < 0 else slot

    def _text(self, text: str) -> int:
        """The slot of a text; a text that is one token alone is that token."""
        known = ("text", text)
        if known in self._slots:
            return self._slots[known]
        found = self._tokens.text(text, self._find)
        if not found.slots:
            return self._constant(text)
        if found.alone:
            return found.slots[0]
        slot, _ = self._slot(known)

        def act(values: list[Any]) -> None:
            values[slot] = found.of(values)

        self.mould.steps.append(act)
        return slot

    def _encoded(self, text: str) -> int:
        return self._made(("bytes", text), lambda: (self._text(text),), acts.encode)

    def _hash(self, of: Callable[[], int]) -> int:
        needed = of()
        return self._made(("hash", needed), lambda: (needed,), acts.sha256)

    def _hex(self, of: Callable[[], int]) -> int:
        needed = of()
        return self._made(("hex", needed), lambda: (needed,), acts.in_hex)


class _People:
    """Whose id is whose in the nursery. by_id: of an account, or of a training of one with its kind."""

    def __init__(self, nursery: Nursery) -> None:
        self.offices = {row_id: code for code, row_id in nursery.people.offices.items()}
        self.by_id: dict[str, tuple[Any, str]] = {}
        for account in nursery.people.everybody():
            self.by_id[account.actor.id] = (account, "")
            self.by_id |= {training: (account, kind) for kind, training in account.trainings.items()}


def _with_z(moment: datetime) -> str:
    return moment.isoformat().removesuffix("+00:00") + "Z"
