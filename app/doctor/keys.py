"""The keys: where they are, what is in the files, whether they open what is stored, and sign for whom people work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app.doctor import queries
from app.doctor.environment import of_sentence
from app.doctor.findings import Finding, found
from app.doctor.ground import Ground
from app.kit.crypto import SealBroken
from app.kit.hpke import ExchangeKeys
from app.kit.keyfile import KeyMissing
from app.kit.signing import SigningKeys
from app.settings import keys

__all__ = ["check", "countries", "sealed"]

_COPY: Final = (
    "if this installation held data before, bring the file back from its own copy (README, Running it for real): a new"
    " key opens and proves nothing of what is there"
)


def check(ground: Ground) -> Iterator[Finding]:
    """What is wrong with the files; then opens them, for the checks that need them."""
    settings = ground.settings
    wrong = keys.found(settings) if ground.production else []
    for sentence in wrong:
        yield of_sentence("keys.unsafe", sentence, _COPY if "there is nothing at" in sentence else "")
    try:
        ground.keys = settings.kek.ring()
        # Without the partners: a file of theirs that is damaged is told where they are looked at.
        own = SigningKeys.from_folder(settings.signing_folder)
        ground.signing = SigningKeys.from_folder(settings.signing_folder, partners=ground.partners)
    except KeyMissing as fault:
        if ground.production and not wrong:
            yield found("keys.unsafe", f"{fault}", _COPY)
        return
    for country in own.countries:
        if own.known(country)[-1].public != own.public(country):
            yield found(
                "keys.cut_off", f"The exchange of the signing key of {country} was cut off",
                f"run the same `waymark keys rotate --signing {country}` again; it finishes what it began", country,
            )  # fmt: skip
    yield from _exchange(ground, own)


def _exchange(ground: Ground, signing: SigningKeys) -> Iterator[Finding]:
    """Whoever has partners needs, for each country, the key that letters are sealed with."""
    if not ground.known_partners():
        return
    here = ExchangeKeys(ground.settings.signing_folder)
    for country in signing.countries:
        try:
            here.public(country)
        except KeyMissing as fault:
            mend = f"`waymark keys create --country {country}`, then a new card for every partner"
            yield found("keys.exchange", f"{fault}", mend, country)


def sealed(ground: Ground) -> Iterator[Finding]:
    """Opens some of the stored data keys, the oldest and the newest; what they seal is not touched."""
    assert ground.keys is not None
    with ground.reading() as session:
        wrapped = queries.some_data_keys(session)
    faults = set()
    broken = 0
    for each in wrapped:
        try:
            ground.keys.unwrap(each)
        except (KeyMissing, SealBroken) as fault:
            broken += 1
            faults.add(f"{fault}")
    if broken:
        said = "; ".join(sorted(faults))
        yield found(
            "keys.do_not_open", f"{broken} of {len(wrapped)} stored data keys that were tried do not open: {said}",
            "bring the key-encryption key back from its copy and make no new one; `waymark audit seals` names each row",
        )  # fmt: skip


def countries(ground: Ground) -> Iterator[Finding]:
    """Countries with accounts here and no signing key."""
    assert ground.signing is not None
    with ground.reading() as session:
        staffed = queries.staffed_countries(session)
    for country in sorted(staffed - set(ground.signing.countries)):
        yield found(
            "keys.country", f"There are accounts of {country}, and there is no signing key of {country}",
            f"`waymark keys create --country {country}`; if it had one, bring that back from its copy", country,
        )  # fmt: skip
