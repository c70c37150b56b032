"""The lines to partners: their files, whether they answer, by which clock, and what does not get through."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from app.casework.capabilities import CapabilityUnfit
from app.doctor.clocks import told
from app.doctor.findings import Finding, found
from app.doctor.ground import Ground
from app.exchange import capabilities, knocking
from app.exchange.queries import Line, lines
from app.kit.keybook import verify
from app.kit.partners import Partner

__all__ = ["answers", "files", "waiting"]

# Letters are refused from a day's difference on; a clock that is kept differs by seconds.
CLOSE: Final = timedelta(minutes=2)
# How a partner, or we, say that a key is not the one that is known (app/exchange/receiving.py, delivery.py).
KEY_WORDS: Final = frozenset({"not_sealed_for_us", "no_partner", "ReceiptDoesNotFit"})
_CARD: Final = (
    "make a new card here and there (`waymark partner card`), compare the prints on the telephone, and say `waymark"
    " partner add`"
)


def files(ground: Ground) -> Iterator[Finding]:
    """What is written down of each partner, and whether its own word bears a key that is known of it."""
    ground.lines_known = True
    for country, partner in ground.partners.each():
        if not isinstance(partner, Partner):
            ground.lines_known = False
            mend = f"bring the file back, or take a new card of {country} with `waymark partner add`"
            yield found("partners.file", f"{partner}", mend, country)
            continue
        if partner.suspended_at is not None:
            what = f"The exchange with {country} is suspended since {partner.suspended_at:%Y-%m-%d %H:%M}"
            mend = f"`waymark partner resume {country}` when the reason is over"
            yield found("partners.suspended", what, mend, country)
        if _word_of_another(ground, partner):
            what = f"What {country} has said of itself is signed by no key that is known of it"
            yield found("partners.key", what, _CARD, country)


def answers(ground: Ground) -> Iterator[Finding]:
    """Knocks at each partner that is not suspended."""
    for partner in ground.known_partners():
        if partner.suspended_at is not None:
            continue
        country, at = partner.country, partner.address
        came = knocking.knock(partner, ground.clock)
        if not came.answers:
            ground.silent.add(country)
            why = came.fault or f"its proxy says {came.status}, the program behind it is down"
            yield found(
                "partners.away", f"{country} does not answer at {at}: {why}",
                f"see from here whether the address is reached (network, firewall, name); then ring {country}", country,
            )  # fmt: skip
            continue
        if not came.is_door:
            yield found(
                "partners.stranger", f"What answers at {at} is no door for letters (it says {came.status})",
                f"ring {country}: its proxy has to show /exchange/v1, or its address is another; then a new card",
                country,
            )  # fmt: skip
        if came.off is not None and abs(came.off) > CLOSE:
            yield found(
                "partners.clock", f"The clock of {country} is {told(came.off)} that of this machine",
                "see which of the two is wrong; both keep theirs with a time service", country,
            )  # fmt: skip


def waiting(ground: Ground) -> Iterator[Finding]:
    """What does not get through, by the rows of each country that is at home here."""
    assert ground.signing is not None
    partners = {partner.country for partner in ground.known_partners() if partner.suspended_at is None}
    for here in ground.signing.countries:
        with ground.reading() as session:
            found_lines = lines(ground.desk(session, here))
        for line in found_lines:
            if line.country in partners:
                yield from _line(ground, here, line)


def _line(ground: Ground, here: str, line: Line) -> Iterator[Finding]:
    country = line.country
    if line.error in KEY_WORDS:
        what = f"{line.waiting} letters of {here} for {country} are not taken: {line.error}"
        yield found("partners.key", what, _CARD, country)
    elif line.late(ground.clock.now()) and country not in ground.silent:
        yield found(
            "partners.late",
            f"{line.waiting} letters of {here} wait for {country} since {line.oldest:%Y-%m-%d %H:%M} UTC, after"
            f" {line.tries} tries: {line.error or 'nothing was said'}",
            f"read the word to the operators of {country}; `waymark exchange export` carries them on a stick", country,
        )  # fmt: skip
    if line.awaited:
        yield found(
            "partners.epoch", f"{here} went back to a backup and waits to hear from {country} what was forgotten",
            f"it asks by itself; if {country} cannot tell, compare by telephone and `waymark partner forgo {country}`",
            country,
        )  # fmt: skip
    if line.log.doubts:
        yield found(
            "partners.log", f"{line.log.doubts} things do not fit in the log of {country}, the last: {line.log.code}",
            f"ask {country} what happened, then `waymark partner settle {country} --why ...`; its auditor may want"
            f" `waymark partner witnessed {country}`", country,
        )  # fmt: skip


def _word_of_another(ground: Ground, partner: Partner) -> bool:
    """Whether the kept word of a partner (CC.says) bears no key that is known of it: it was proven when it came."""
    content = ground.partners.sayings.said(partner.country)
    try:
        word, signed, signature = capabilities.read(content) if content is not None else (None, b"", b"")
    except CapabilityUnfit:
        return False  # a file that is damaged is told anew by the partner
    return word is not None and not any(
        key.key_id == word.key and verify(key.public, signed, signature) for key in partner.signing
    )
