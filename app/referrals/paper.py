"""The receipt of a handover as data: each line in the languages of both countries, ready for a page or for a printer.

No name is on it. What opens the record is the sign-in of whoever reads the number, never the paper.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import segno
from markupsafe import Markup

from app.access.desk import Desk
from app.casework.timeline import LATE
from app.kit import dates
from app.kit.reader import ENGLISH, Reader, reading
from app.kit.words import apart, mark, marking, say, say_as
from app.referrals import handing, words
from app.referrals.handing import Meeting, Tick
from app.referrals.schemas import ReferralRow

__all__ = ["Line", "Paper", "Said", "blank", "qr", "receipt"]


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence in both languages, each with its tag for the page; only once where both say the same.

    english: the English sentence, where one of the two has no translation or none that anybody has reviewed.
    """

    parts: tuple[tuple[str, str], ...]
    english: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a paper: what it is, what it says, and boxes that are ticked or not (None: to be ticked by hand).

    value: a name, a number or a time, the same in every language; said: a sentence or a word in both.
    """

    label: Said
    value: str = ""
    said: Said | None = None
    boxes: tuple[tuple[Said, bool | None], ...] = ()
    note: Said | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """A receipt: its heading, its lines, and what stands at its foot. ``number``: "" on a blank one."""

    title: Said
    hint: Said
    lines: tuple[Line, ...]
    signatures: tuple[Said, Said]
    number: str = ""
    check_codes: tuple[tuple[Said, str], ...] = ()
    records: tuple[tuple[int, str], ...] = ()
    record_word: Said = field(default_factory=lambda: Said(()))
    qr_word: Said = field(default_factory=lambda: Said(()))


_TITLE: Final = mark("Handover receipt")
_BLANK: Final = mark("Handover receipt, to be filled in by hand")
_HINT: Final = mark("No name on this paper. The number is enough for both offices.")
_BLANK_HINT: Final = mark("Write no name on this paper. Type it in when there is a network; it counts as a late entry.")
_QR: Final = mark("The square holds only the number. It opens nothing without signing in.")
_RECORD: Final = mark("Entry in the record, and its hash")
_REFERENCE: Final = mark("Referral")
_FROM_TO: Final = mark("From and to")
_PLACE: Final = mark("Place")
_GIVEN: Final = mark("Handed over by")
_TAKEN: Final = mark("Received by")
_GIVEN_TICKS: Final = mark("The officer who hands over says")
_TAKEN_TICKS: Final = mark("The officer who receives says")
_THINGS: Final = mark("What the person takes along")
_DIFFERS: Final = mark("What differs")
_CODE_GIVEN: Final = mark("Check code of the handover")
_CODE_TAKEN: Final = mark("Check code of the receipt")
_LATE: Final = mark("Late entry: typed in from paper on %(at)s.")
_RECORDED: Final = mark("Recorded on %(at)s.")
_DAY_TIME: Final = mark("Day, time and UTC offset")
_ASKED: Final = mark("The person asked for something")


class _Both:
    """Says things in the languages of the sender and the receiver."""

    def __init__(self, desk: Desk, now: Reader, sender: str, receiver: str) -> None:
        self.readers = tuple(words.reader_of(desk.policies, country, now) for country in (sender, receiver))

    def of(self, tell: Callable[[], str]) -> Said:
        found: dict[str, str] = {}
        english = ""
        for who in self.readers:
            with reading(who), marking():
                own, untranslated = apart(tell())
            if own:
                found.setdefault(own, who.tag)
            english = english or untranslated
        if not found:
            return Said(((ENGLISH.tag, english),))
        return Said(tuple((tag, text) for text, tag in found.items()), "" if english in found else english)

    def say(self, text: str, **values: object) -> Said:
        return self.of(lambda: say(text, **values))

    def tick(self, tick: Tick) -> Said:
        return self.of(lambda: say_as("safety", tick.words))


def receipt(desk: Desk, row: ReferralRow, meeting: Meeting, now: Reader, point: Mapping[str, str]) -> Paper:
    """The receipt of a handover that at least one side has signed; times in the zone of whoever signed."""
    both = _Both(desk, now, row.from_country, row.to_country)
    entries = handing.receipt_entries(desk, row.id)
    out = meeting.out
    given, taken = out.handed_over or {}, (out.received or {}) if meeting.taken_at else {}
    lines = [
        Line(both.say(_REFERENCE), row.reference),
        Line(both.say(_FROM_TO), said=_way(desk, both, row.from_country, row.to_country)),
        Line(both.say(_PLACE), " – ".join(point[code] for code in (row.from_country, row.to_country) if code in point)),
        _signed(desk, both, _GIVEN, row.from_country, given, meeting.given_at, entries.get("handover")),
        Line(both.say(_THINGS), ", ".join(given.get("belongings") or ())),
        Line(both.say(_GIVEN_TICKS), boxes=_ticks(both, handing.GIVING, _GIVEN_FIELDS, given)),
    ]
    if meeting.taken_at is not None:
        lines += [
            _signed(desk, both, _TAKEN, row.to_country, taken, meeting.taken_at, entries.get("receipt")),
            Line(both.say(_TAKEN_TICKS), boxes=_ticks(both, handing.TAKING, _TAKEN_FIELDS, taken)),
        ]
        if taken.get("discrepancy", "none") != "none":
            differs = desk.policies.label("discrepancy", str(taken["discrepancy"]))
            lines.append(Line(both.say(_DIFFERS), said=both.say(differs)))
    codes = ((_CODE_GIVEN, meeting.given_code), (_CODE_TAKEN, meeting.taken_code))
    return Paper(
        title=both.say(_TITLE),
        hint=both.say(_HINT),
        lines=tuple(lines),
        signatures=(both.say(_GIVEN), both.say(_TAKEN)),
        number=meeting.number,
        check_codes=tuple((both.say(word), code) for word, code in codes if code),
        records=tuple((entry.seq, entry.hash.hex()) for entry in entries.values()),
        record_word=both.say(_RECORD),
        qr_word=both.say(_QR),
    )


def blank(desk: Desk, now: Reader, sender: str, receiver: str, reference: str = "") -> Paper:
    """A receipt to be filled in by hand, in the languages of two countries."""
    both = _Both(desk, now, sender, receiver)
    lines = (
        Line(both.say(_REFERENCE), reference),
        Line(both.say(_FROM_TO), said=_way(desk, both, sender, receiver)),
        Line(both.say(_PLACE)),
        Line(both.say(_DAY_TIME)),
        Line(both.say(_GIVEN_TICKS), boxes=tuple((both.tick(each), None) for each in handing.GIVING)),
        Line(both.say(_THINGS)),
        Line(both.say(_TAKEN_TICKS), boxes=tuple((both.tick(each), None) for each in handing.TAKING)),
        Line(both.say(_DIFFERS)),
        Line(both.say(_ASKED)),
    )
    return Paper(both.say(_BLANK), both.say(_BLANK_HINT), lines, (both.say(_GIVEN), both.say(_TAKEN)))


def qr(number: str) -> Markup:
    """The square code of a number and nothing else, as one inline SVG without script or style."""
    # Made by the QR library from letters and digits that we chose ourselves.
    return Markup(segno.make(number, error="m", micro=False).svg_inline(scale=3, border=2, dark="#000", light="#fff"))


# Tick -> the field of the record that keeps it.
_GIVEN_FIELDS: Final = {
    "present": "fit_to_travel", "told": "person_told", "agrees": "person_agrees", "medical": "medical_summary_sealed",
    "belongings": "belongings", "card": "contact_card",
}  # fmt: skip
_TAKEN_FIELDS: Final = {
    "present": "person_present", "told": "person_told", "agrees": "person_agrees", "medical": "medical_summary_sealed",
    "belongings": "belongings_checked", "card": "contact_card",
}  # fmt: skip


def _ticks(
    both: _Both, ticks: Sequence[Tick], fields: Mapping[str, str], record: Mapping[str, Any]
) -> tuple[tuple[Said, bool | None], ...]:
    listed = bool(record.get("belongings") or record.get("nothing_to_hand_over"))
    return tuple(
        (both.tick(each), listed if fields[each.name] == "belongings" else bool(record.get(fields[each.name])))
        for each in ticks
    )


def _signed(
    desk: Desk, both: _Both, word: str, country: str, record: Mapping[str, Any], at: datetime | None, entry: Any
) -> Line:
    """Who signed and when it happened there, with its offset; and when it was recorded, if that was later."""
    local = None if at is None else at.astimezone(desk.policies.zone(country))
    told = [str(record["officer"])] if record.get("officer") else []
    on, when = record.get("signed_on"), record.get("signed_time")
    if on:
        told.append(f"{on} {when or ''}".strip())
    elif local is not None:
        told.append(f"{local:%Y-%m-%d} {words.with_offset(local)}")
    note = None
    if local is not None and on:
        note = both.of(lambda: say(_LATE, at=dates.moment(local)))
    elif entry is not None and at is not None and entry.recorded_at - at > LATE:
        note = both.of(lambda: say(_RECORDED, at=dates.moment(entry.recorded_at)))
    return Line(both.say(word), " · ".join(told), note=note)


def _way(desk: Desk, both: _Both, sender: str, receiver: str) -> Said:
    return both.of(lambda: " → ".join(words.country_word(desk.policies, code) for code in (sender, receiver)))
