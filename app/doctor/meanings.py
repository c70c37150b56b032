"""What each finding means: how bad it is, why it matters, and who can mend it. docs/operations.md says more of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

__all__ = ["MEANINGS", "Level", "Meaning"]


class Level(StrEnum):
    """How bad a finding is. Broken: work stops, or would be lost. A note is no fault."""

    BROKEN = "broken"
    ATTENTION = "attention"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Meaning:
    """The part of a finding that is the same wherever it is found."""

    level: Level
    why: str
    who: str


HOST: Final = "whoever runs this machine"
DATABASE: Final = "whoever runs the database server"
KEEPER: Final = "whoever keeps the copy of the keys, with whoever runs this machine"
BOTH: Final = "the operators of both installations, by telephone"


def _broken(why: str, who: str = HOST) -> Meaning:
    return Meaning(Level.BROKEN, why, who)


def _attention(why: str, who: str = HOST) -> Meaning:
    return Meaning(Level.ATTENTION, why, who)


def _note(why: str, who: str = HOST) -> Meaning:
    return Meaning(Level.NOTE, why, who)


MEANINGS: Final[Mapping[str, Meaning]] = {
    "settings.unreadable": _broken("No command of the program runs with a setting that cannot be read."),
    "settings.unsafe": _broken("Production does not start with it: people's data would be open, or lost one day."),
    "settings.demo": _note("A demonstration makes its own keys and holds invented people; what follows is not for it."),
    "settings.caution": _note("It is allowed and works; somebody should have thought about it."),
    "policies.broken": _broken("Rights and rules stand in the policies: without them nobody may do anything."),
    "keys.unsafe": _broken("Who holds the keys reads and signs all there is; without them nobody can.", KEEPER),
    "keys.do_not_open": _broken("What is sealed under the key that is missing stays closed for ever.", KEEPER),
    "keys.cut_off": _attention("The next key is written down and does not sign yet: a partner may take it up early."),
    "keys.exchange": _broken("No partner can write to this country: letters are sealed with this key."),
    "keys.country": _broken("People work there, and nothing that they tell another country can be signed."),
    "database.missing": _broken("The program has nothing to work on."),
    "database.away": _broken("Nothing can be read or written; nobody can work.", DATABASE),
    "database.refuses": _broken("Nothing can be read or written; nobody can work.", DATABASE),
    "database.role": _broken("Row security is the second wall between people, and this role could pass it.", DATABASE),
    "database.durability": _broken("After a power cut, what was confirmed to somebody could be gone.", DATABASE),
    "database.version": _attention("It is tested with newer ones only, and old ones get no repairs.", DATABASE),
    "database.connections": _attention("The next program or command that starts may find no connection.", DATABASE),
    "database.transactions": _attention("It keeps what it locked, and keeps what was erased in the files.", DATABASE),
    "tables.none": _broken("The program has no tables to work on."),
    "tables.behind": _broken("This version of the program does not serve older tables."),
    "tables.ahead": _broken("This version of the program does not know these tables, and serves none it does not."),
    "tables.restoring": _broken("The tables are half filled: nobody must work in them."),
    "tables.lacking": _broken("What the program needs was taken out of the database by hand, or never finished."),
    "tables.rights": _broken("Whatever needs these tables fails.", DATABASE),
    "clock.database": _attention("Row security and the age of connections go by the server's clock.", DATABASE),
    "clock.machine": _broken("Deadlines, tokens and checkpoints go by this clock; it says a time that is over."),
    "disk.full": _broken("The next write fails: work stops, or is refused in the middle."),
    "disk.low": _attention("The next backup, or a month of work, may not fit."),
    "disk.unwritable": _broken("The program has to write here and cannot."),
    "disk.account": _note("Rights to files were judged as root, who may do everything; the program runs as another."),
    "disk.shared": _attention("One broken disk would take the data and what is to bring them back."),
    "backups.none": _attention("What happens to this machine now happens to all that was ever written."),
    "backups.late": _attention("All that was written since the newest one would be lost."),
    "backups.locked": _broken("A backup that no key opens brings nothing back.", KEEPER),
    "programs.missing": _broken("No backup can be made, or none brought back."),
    "programs.old": _broken("No backup can be made, or none brought back: an older one refuses a newer server."),
    "libraries.optional": _note("What needs it is not on offer here; everything else works."),
    "worker.rests": _broken("Messages do not leave, deadlines do not ring, alarms of people wait."),
    "worker.fails": _attention("What follows from somebody's work does not happen, and holds up what comes after it."),
    "checkpoints.late": _attention("What was written since could be changed without a trace."),
    "checkpoints.stay": _attention("Whoever holds this machine could still change them all."),
    "checkpoints.gone": _broken("Somebody took away what proves the history, or the folder is another one."),
    "partners.file": _broken("Nothing is taken from this country and nothing brought to it."),
    "partners.suspended": _note("Somebody has decided it: nothing goes to this country or comes from it."),
    "partners.away": _attention("What is for this country waits; by telephone everything can go on.", BOTH),
    "partners.stranger": _attention("What is for this country waits: something else answers at its address.", BOTH),
    "partners.clock": _attention("From a day's difference on letters are refused; dates on both sides look odd.", BOTH),
    "partners.key": _broken("One side takes the other for a stranger: letters or receipts are refused.", BOTH),
    "partners.late": _attention("The other country does not know what somebody here has told it.", BOTH),
    "partners.epoch": _attention("Until it has told what this backup forgot, nothing is said to this country.", BOTH),
    "partners.log": _attention("Somebody may have rewritten the history there, or brought a backup back.", BOTH),
    "doctor.failed": _attention("What this would have looked at nobody has looked at."),
}
