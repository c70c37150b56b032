"""Whether somebody may have a case here already, told by references alone; finding a case by a name, with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.access.desk import Desk
from app.access.log import Detail, looked, refused
from app.access.may import must
from app.cases import person_queries
from app.casework import fieldgroups, lookalikes, move, name_index
from app.casework.held import hold_case
from app.casework.history import Event
from app.casework.lookalikes import REASONS, REVEAL, Found, may_compare_names
from app.casework.name_match import parts_of
from app.casework.spelling.evidence import Known
from app.kit.errors import Invalid
from app.kit.words import mark
from policies.model import FieldGroup

# A warning that names more than this warns of nothing.
MOST: Final = 5
MOST_FITTING: Final = 50
SHORTEST_REASON: Final = 10


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case that may be the same person's, and why (codes of REASONS); none where only what is known fits."""

    reference: str
    reasons: tuple[str, ...] = ()

    @property
    def by_name(self) -> bool:
        """Whether the name is alike, and not only sex, age and nationality."""
        return bool(self.reasons)

    @property
    def sentences(self) -> list[str]:
        """The reasons as marked sentences, the name's first."""
        return [REASONS[reason] for reason in self.reasons]


def candidates(desk: Desk, sex: str, age_band: str, nationality: str, described: Known) -> list[Candidate]:
    """Cases within the actor's own reach that may be about the same person, the likeliest by name first.

    Names are compared only where the actor could uncover them, and are not told. What is not known fits nobody. The
    look is noted: once for the search, and in the book of each case whose name was alike.
    """
    alike: list[Found] = []
    compared = 0
    typed = bool(parts_of(*described.names)) and may_compare_names(desk)
    if typed:
        alike, compared = lookalikes.likely(desk, described)
    known = sex != "U" and age_band != "unknown" and nationality != "unknown"
    fitting = person_queries.same_facts(desk, sex, age_band, nationality, MOST_FITTING) if known else []
    # Somebody whose name is known and quite another one is not meant by what fits many.
    apart = name_index.with_names(desk, {row.person_id for row in fitting}) if typed else set()
    looked(desk, "duplicates_searched", "case", "-", {"named": len(alike), "compared": compared})
    for each in alike[:MOST]:
        looked(desk, "identity_matched", "case", each.row.id)
    found = {each.row.reference: Candidate(each.row.reference, each.likely.reasons) for each in alike}
    for row in fitting:
        if row.person_id not in apart:
            found.setdefault(row.reference, Candidate(row.reference))
    return list(found.values())[:MOST]


def found_by_name(desk: Desk, typed: str, reason: str) -> list[Candidate]:
    """The cases of people of whom every part of ``typed`` is a name, among those the actor may uncover.

    Those spelled so come first, then those who sound so in whatever script. As with a reveal the reason is sealed in
    the history of each case found, and the look noted. Forbidden for roles that uncover no names, Invalid (422)
    without a reason or a name, or if the name fits too many people.
    """
    must(desk, REVEAL)
    fieldgroups.must_see(desk, FieldGroup.IDENTITY)
    if len(reason.strip()) < SHORTEST_REASON:
        raise _wrong("reason", mark("Say in at least 10 letters why you have to find this person."))
    if not parts_of(typed):
        raise _wrong("name", mark("Type at least one part of the name."))
    spelled, sounding, compared = lookalikes.named(desk, typed)
    detail: Detail = {"found": len(spelled) + len(sounding), "compared": compared}
    looked(desk, "identity_searched", "case", "-", detail)
    if len(spelled) > MOST:
        refused(desk, "case", "-", {"search": "identity", "found": len(spelled)})
        raise _wrong("name", mark("This fits too many people. Type more parts of the name."))
    found = [*spelled, *sounding][:MOST]
    seen = fieldgroups.person_groups(desk)
    for each in found:
        looked(desk, "identity_matched", "case", each.row.id)
        held = hold_case(desk, each.row.id)
        move.remark(desk, held, Event("reveal", "search", held.version, {"groups": seen}, desk.now, reason.strip()))
    return [Candidate(each.row.reference, each.likely.reasons) for each in found]


def _wrong(field: str, sentence: str) -> Invalid:
    return Invalid(extra={"errors": [{"field": field, "rule": "invalid", "sentence": sentence}]})
