"""How two installations differ, in plain words: what the one cannot read of the other, both ways."""

from __future__ import annotations

from collections.abc import Iterable

from app.casework.capabilities import Capability

__all__ = ["differences"]


def differences(ours: Capability, theirs: Capability) -> list[str]:
    """Every difference as a sentence; empty where each reads all of the other. What nobody can mend comes first."""
    here, there = ours.country, theirs.country
    found: list[str] = []
    if not set(ours.protocols) & set(theirs.protocols):
        found.append(f"No version of the exchange is known to both: {here} {_all(ours.protocols)}, "
                     f"{there} {_all(theirs.protocols)}.")  # fmt: skip
    elif max(ours.protocols) != max(theirs.protocols):
        older = here if max(ours.protocols) < max(theirs.protocols) else there
        found.append(f"The installation of {older} speaks an older exchange ({max(ours.protocols)} here, "
                     f"{max(theirs.protocols)} there).")  # fmt: skip
    found += _lacking(here, there, ours.messages, theirs.messages, "message")
    found += _lacking(here, there, ours.formats, theirs.formats, "form of letters")
    for kind in sorted({*ours.forms, *theirs.forms}):
        mine, other = set(ours.forms.get(kind, ())), set(theirs.forms.get(kind, ()))
        if mine != other:
            common = f"version {max(mine & other)} is written" if mine & other else "no version is known to both"
            found.append(f"Form {kind}: {here} reads {_all(mine)}, {there} reads {_all(other)}; {common}.")
    for name in sorted({*ours.lists, *theirs.lists}):
        found += _codes(name, ours, theirs, f"has no row in our tables: it is kept and shown as {there} wrote it")
        found += _codes(name, theirs, ours, f"is not known to {there}: it is kept and shown there as we wrote it")
    if set(ours.languages) != set(theirs.languages):
        found.append(f"Languages: {here} {_all(ours.languages)}; {there} {_all(theirs.languages)}.")
    for corridor in sorted({*ours.agreements, *theirs.agreements}):
        if {here.lower(), there.lower()} == set(corridor.split("-")):
            mine_in, theirs_in = set(ours.agreements.get(corridor, ())), set(theirs.agreements.get(corridor, ()))
            found += [f"Agreement {each}: in force for {here} alone." for each in sorted(mine_in - theirs_in)]
            found += [f"Agreement {each}: in force for {there} alone." for each in sorted(theirs_in - mine_in)]
    return found


def _lacking(here: str, there: str, ours: Iterable[str], theirs: Iterable[str], what: str) -> list[str]:
    mine, other = set(ours), set(theirs)
    return [f"{there} does not know the {what} {each}; what needs it is not sent." for each in sorted(mine - other)] + [
        f"{here} does not know the {what} {each} of {there}." for each in sorted(other - mine)
    ]


def _codes(name: str, reader: Capability, writer: Capability, what: str) -> list[str]:
    """The codes of ``writer`` in a list that ``reader`` neither has nor has a table for."""
    read = {*reader.lists.get(name, ()), *reader.reads.get(writer.country, {}).get(name, ())}
    return [f"{name}: '{code}' {what}." for code in writer.lists.get(name, ()) if code not in read]


def _all(each: Iterable[object]) -> str:
    return ", ".join(map(str, sorted(each, key=str))) or "none"
