"""The meeting at the border as one screen for each side: what was agreed, the ticks, the codes, where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from app.access.desk import Desk
from app.casework import fieldgroups
from app.casework.held import hold_referral
from app.casework.opening import ALPHABET
from app.kit.words import mark
from app.referrals import border, desk_queries, service
from app.referrals import desk as referral_desk
from app.referrals.schemas import HandoverOut

_GROUP: Final = 3
PLANNED: Final = "planned"
ONE_SIDE: Final = "one_side"
BOTH: Final = "both"
ARRIVED: Final = "arrived"
OFF: Final = "off"
_STAGES: Final[Mapping[str, str]] = {
    "handed_over": ONE_SIDE, "received": BOTH, "in_reintegration": ARRIVED, "completed": ARRIVED,
    "handover_scheduled": PLANNED, "accepted": PLANNED, "postponed": PLANNED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tick:
    """One line of the list at the bridge. ``needed``: nobody is handed over, or received, without it."""

    name: str
    words: str
    needed: bool = False


# What the sending officer ticks, in the order in which it happens.
GIVING: Final = (
    Tick("present", mark("The person is here and well enough to travel"), needed=True),
    Tick("told", mark("They were told where they go, in their own language")),
    Tick("agrees", mark("They still agree to go today"), needed=True),
    Tick("medical", mark("Their medical summary is with them, sealed")),
    Tick("belongings", mark("Belongings, papers and money are with them"), needed=True),
    Tick("card", mark("They have the card with numbers to call")),
)
# What the receiving officer ticks.
TAKING: Final = (
    Tick("present", mark("The person is here"), needed=True),
    Tick("told", mark("They know where they are going now, in their own language")),
    Tick("agrees", mark("They still agree")),
    Tick("medical", mark("The medical summary is there, sealed")),
    Tick("belongings", mark("Belongings, papers and money fit the list")),
    Tick("card", mark("They have the card with numbers to call")),
)


def check_code(digest: str) -> str:
    """Six letters and digits of the hash (hex) of a signed message, as 7K4-P9D, to be read aloud at the bridge.

    Both sides compute it from the same message, so hearing the own screen's code from the other officer shows that
    both hold the same signed text and stand in the same meeting. It shows no more: 29 bits can be guessed by whoever
    may try often, and the proof of who signed what is the signature itself.
    """
    number, letters = int(digest[:16], 16), []
    for _ in range(2 * _GROUP):
        number, rest = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[rest])
    return "".join(letters[:_GROUP]) + "-" + "".join(letters[_GROUP:])


def heard_code(typed: str) -> str:
    """A code as it was heard and typed, written as `check_code` does; blanks and small letters do not matter."""
    letters = "".join(letter for letter in typed.upper() if letter.isalnum())
    return f"{letters[:_GROUP]}-{letters[_GROUP:]}"


@dataclass(frozen=True, slots=True)
class Meeting:
    """The handover as one side's screen shows it.

    ``stage``: planned, one_side, both, arrived or off. ``given_at``, ``taken_at``: when each side signed.
    ``given_code``, ``taken_code``: what is read aloud; the receiving side
    has to hear the first before it reads it. ``before``: the agreed day, cut to what the actor sees.
    """

    stage: str
    out: HandoverOut
    before: Mapping[str, Any]
    given_at: datetime | None
    taken_at: datetime | None
    given_code: str
    taken_code: str
    number: str
    shared_id: str
    onward: str
    travels_with: str
    group: str


def meeting(desk: Desk, referral_id: str) -> Meeting:
    """Everything the pages of a handover and its receipt show; the look is noted."""
    out = service.handover(desk, referral_id)
    held = hold_referral(desk, referral_id, lock=False)
    forms = border.newest_forms(desk, held)
    # A meeting that was called off leaves its signatures in the record; they are not those of the next one.
    stage = _STAGES.get(str(held.row.state), OFF)
    signed = {each.act: each for each in out.signatures} if stage in (ONE_SIDE, BOTH, ARRIVED) else {}
    given, taken = signed.get("handover"), signed.get("receipt") if stage in (BOTH, ARRIVED) else None
    schedule = fieldgroups.handover(desk, forms.get("handover_schedule")) or {}
    phone = forms.get("handover_confirmation", {}).get("phone")
    facts = held.referral_facts
    reception = referral_desk.office_of(desk.policies, facts.reception.office if facts and facts.reception else "")
    hears = stage == ONE_SIDE and held.row.side == "receiver"
    return Meeting(
        stage=stage,
        out=out,
        before={**schedule, **({"other_phone": phone} if phone else {})},
        given_at=given.at if given else None,
        taken_at=taken.at if taken else None,
        given_code=check_code(given.hash) if given and not hears else "",
        taken_code=check_code(taken.hash) if taken else "",
        number=number_of(str(held.row.shared_id)),
        shared_id=str(held.row.shared_id),
        onward=reception.name if reception else "",
        travels_with=_in_one_line(schedule.get("travels_with")),
        group=_in_one_line(schedule.get("group")),
    )


def _in_one_line(said: object) -> str:
    """What was typed, without the spaces around it and with one between its words; "" for nothing."""
    return " ".join(str(said or "").split())


def code_fits(desk: Desk, referral_id: str, typed: str) -> bool:
    """Whether a code that was heard and typed is the one of the handover that the other side has signed."""
    signed = {each.act: each for each in service.handover(desk, referral_id).signatures}
    return "handover" in signed and heard_code(typed) == check_code(signed["handover"].hash)


def number_of(shared_id: str) -> str:
    """The number on the papers of a handover: the shared id of the referral in the letters that are read most easily.

    It is as random as the id, the same on both sides, and opens nothing for whoever is not signed in.
    """
    value, letters = int(shared_id.replace("-", ""), 16), []
    while value:
        value, rest = divmod(value, len(ALPHABET))
        letters.append(ALPHABET[rest])
    return "".join(reversed(letters)).rjust(_LENGTH, ALPHABET[0])


def shared_id_of(number: str) -> str | None:
    """The shared id that a number on a paper stands for, or None if it is not such a number."""
    letters = "".join(letter for letter in number.upper() if letter.isalnum())
    if len(letters) != _LENGTH or not set(letters) <= set(ALPHABET):
        return None
    value = 0
    for letter in letters:
        value = value * len(ALPHABET) + ALPHABET.index(letter)
    plain = f"{value:032x}"
    if len(plain) != 32:
        return None
    return f"{plain[:8]}-{plain[8:12]}-{plain[12:16]}-{plain[16:20]}-{plain[20:]}"


# 30 letters carry 4.9 bits each: 27 of them hold the 128 bits of an id.
_LENGTH: Final = 27


def short_number(number: str) -> str:
    """The beginning of a number, which is enough for two people who speak of one meeting: H-90QX7K."""
    return f"H-{number[-6:]}"


def giving_record(form: Mapping[str, Any], on: date) -> dict[str, Any]:
    """The ticks of the sending officer as a record of the kind handover, certified for ``on``."""
    things = [line.strip() for line in form["things"].splitlines() if line.strip()]
    return {
        "officer": form["officer"],
        "reconfirmed_on": on.isoformat(),
        "person_agrees": bool(form["agrees"]),
        "belongings": things,
        "nothing_to_hand_over": not things and bool(form["belongings"]),
        "fit_to_travel": bool(form["present"]),
        "onward_service": _in_one_line(form["onward"]) or None,
        "person_told": bool(form["told"]),
        "medical_summary_sealed": bool(form["medical"]),
        "contact_card": bool(form["card"]),
        **({"together": bool(form["together"])} if form["together"] or form["apart"] else {}),
        "apart_reason": _in_one_line(form["apart"]) or None,
    }


def taking_record(form: Mapping[str, Any]) -> dict[str, Any]:
    """The ticks of the receiving officer as a record of the kind receipt."""
    return {
        "officer": form["officer"],
        "person_present": bool(form["present"]),
        "discrepancy": form["discrepancy"] or "none",
        "note": form["note"] or None,
        "person_told": bool(form["told"]),
        "person_agrees": bool(form["agrees"]),
        "medical_summary_sealed": bool(form["medical"]),
        "belongings_checked": bool(form["belongings"]),
        "contact_card": bool(form["card"]),
        "code_compared": True if form["code_heard"] else None,
    }


def receipt_entries(desk: Desk, referral_id: str) -> dict[str, Any]:
    """The entries of our chain that tell of the two signatures: act -> number, hash and two moments."""
    wanted = {"handover": "sign_handover", "receipt": "sign_receipt"}
    found = {act: desk_queries.entry_of(desk, referral_id, step) for act, step in wanted.items()}
    return {act: entry for act, entry in found.items() if entry is not None}
