"""Makes every check there is, one after the other; one that fails is a finding, and stops none of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from app.doctor import clocks, copies, database, disk, environment, keys, links, tables, work
from app.doctor.findings import Finding, Report, Unasked, found
from app.doctor.ground import Ground
from app.doctor.meanings import Level
from app.kit.clock import Clock
from app.settings import Settings
from policies.load import PolicyError, load_policies

__all__ = ["CHECKS", "Check", "examine"]

_WORST_FIRST: Final = (Level.BROKEN, Level.ATTENTION, Level.NOTE)
# What a check may stand on -> the sentence where it is missing.
_WITHOUT: Final = {
    "store": "the database does not answer",
    "tables": "the tables are not those of this program",
    "keys": "the keys cannot be opened",
    "signing": "the signing keys cannot be opened",
    "policies": "the policies cannot be read",
    "lines": "the file of a partner cannot be read",
    "line": "nobody is asked over the network (--offline)",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is looked at. ``needs``: what must have been opened before it can be."""

    name: str
    look: Callable[[Ground], Iterable[Finding]]
    needs: tuple[str, ...] = ()

    def lacks(self, ground: Ground) -> str | None:
        """Why it cannot be made; None if it can."""
        there = {
            "store": ground.store is not None, "tables": ground.tables, "keys": ground.keys is not None,
            "signing": ground.signing is not None, "policies": ground.policies is not None, "line": not ground.offline,
            "lines": ground.lines_known,
        }  # fmt: skip
        return next((_WITHOUT[need] for need in self.needs if not there[need]), None)


def policies(ground: Ground) -> Iterator[Finding]:
    """Whether the policies can be read."""
    try:
        ground.policies = load_policies(ground.settings.policies_folder)
    except (PolicyError, OSError) as error:
        count = len(error.problems) if isinstance(error, PolicyError) else 1
        mend = "`waymark policies check` names each by file and line"
        yield found("policies.broken", f"The policies have {count} problems", mend)


CHECKS: Final = (
    Check("settings", environment.check),
    Check("policies", policies),
    Check("keys", keys.check),
    Check("libraries", copies.libraries),
    Check("disks", disk.check),
    Check("backups", copies.ages),
    Check("keys of backups", copies.locks),
    Check("database", database.opens),
    Check("database role", database.role, ("store",)),
    Check("database durability", database.keeps, ("store",)),
    Check("database server", database.server, ("store",)),
    Check("clock of the database", clocks.beside_the_server, ("store",)),
    Check("programs of PostgreSQL", copies.programs, ("store",)),
    Check("tables", tables.check, ("store",)),
    Check("stored keys", keys.sealed, ("store", "tables", "keys")),
    Check("signing keys", keys.countries, ("store", "tables", "signing")),
    Check("worker", work.worker, ("store", "tables")),
    Check("effects", work.effects, ("store", "tables")),
    Check("checkpoints", work.checkpoints, ("store", "tables")),
    Check("clock of this machine", clocks.beside_what_was_written, ("store", "tables")),
    Check("partners", links.files),
    Check("partners' answers", links.answers, ("line",)),
    Check("letters", links.waiting, ("store", "tables", "keys", "signing", "policies", "lines")),
)


def examine(settings: Settings, findings: Iterable[Finding], clock: Clock, *, offline: bool = False) -> Report:
    """Make every check.

    Args:
        settings, findings: as `environment.read` gives them.
        clock: of this machine.
        offline: whether to ask no partner.

    Returns:
        all that was found. Nothing is raised: a check that fails is a finding, told by the name of its error alone,
        since the text may hold anything.
    """
    ground = Ground(settings, clock, offline)
    all_found, looked_at, unasked = list(findings), ["variables"], []
    for check in CHECKS:
        because = check.lacks(ground)
        if because is not None:
            unasked.append(Unasked(check.name, because))
            continue
        looked_at.append(check.name)
        try:
            all_found += check.look(ground)
        except Exception as error:  # noqa: BLE001 - whatever is wrong there, the others are still made
            all_found.append(_failed(check, error))
    if ground.store is not None:
        ground.store.dispose()
    all_found.sort(key=lambda each: _WORST_FIRST.index(each.level))
    return Report(all_found, looked_at, unasked)


def _failed(check: Check, error: Exception) -> Finding:
    return found(
        "doctor.failed", f"The check of {check.name} failed itself: {type(error).__name__}",
        "mend what else was found and run this again; if it stays, tell the makers of the program", check.name,
    )  # fmt: skip
