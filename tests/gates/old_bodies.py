"""Bodies of records as older versions of the program wrote them, taken from the history of main, kind by kind.

For each shape that a form ever had on main: every field filled in, the example of that day, and no more than was
demanded. Whoever changes a form adds the shape it has now before they go on (what is stored already is only added to):

    python -m tests.gates.old_bodies
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from app.casework import projection
from app.casework.facts import stored
from app.casework.forms import Entry, Kind
from app.casework.inputs import inputs_of
from app.casework.kinds import KINDS
from app.casework.offers import offered
from app.casework.records import check
from app.casework.told import answers
from app.kit.errors import Invalid
from policies.load import load_policies
from policies.model import Policies
from tests.conftest import START
from tests.gates.whole_forms import whole
from workflows import matter as matters
from workflows.engine import MACHINES, matter_machines
from workflows.facts import CaseFacts, ReferralFacts

FILE: Final = Path(__file__).with_suffix(".json")
DAY: Final = date(2017, 5, 2)
WRITER: Final = Entry("writer", "th-shelter-tak", "TH", DAY)
CASE: Final = CaseFacts(
    country="TH", office="th-shelter-tak", identification="presumed", care="sheltered", opened_on=DAY, child=False,
    age_band="18+", sex="F", nationality="MM", exploitation="ForcedLabour", language="my",
)  # fmt: skip
COPY: Final = ReferralFacts("sender", "TH", "MM", "acknowledged", False, "drafter")


@dataclass(frozen=True)
class Old:
    """One body, the version it was stored as, and a commit of main that wrote such bodies."""

    body: dict[str, Any]
    version: int
    commit: str


def old_bodies() -> dict[str, list[Old]]:
    """Kind -> what was ever written of it, the oldest first."""
    return {kind: [Old(**each) for each in found] for kind, found in json.loads(FILE.read_text("utf-8")).items()}


def unreadable(policies: Policies, kind: Kind, old: Old) -> Iterator[str]:
    """What of an old body is not read, not shown or not folded by the program of today."""
    try:
        body = kind.upgraded(dict(old.body), old.version)
        form = check(policies, kind.name, body, lenient=True).form
    except (Invalid, KeyError) as error:
        yield f"{kind.name} of {old.commit} is not read: {getattr(error, 'extra', error)}"
        return
    shown = {each.name for each in answers(offered(policies, inputs_of(kind.form)), body) if each.given}
    for each in inputs_of(kind.form):
        if body.get(each.field) not in (None, []) and each.name not in shown:
            yield f"{kind.name}.{each.field} of {old.commit} is read and not shown"
    stored(projection.after_record(CASE, kind.name, form, WRITER))
    projection.referral_after_record(COPY, kind.name, form, WRITER)
    for spec in matter_machines():
        if any(row.form == kind.name for row in MACHINES[spec.name].steps):
            drafted = matters.drafted(spec, "matter", WRITER.actor, DAY)
            projection.matter_after_record(drafted, kind.name, form, WRITER)


def main() -> int:
    """Add the present shape of every kind of which there is none with the same fields."""
    policies, kept = load_policies(), json.loads(FILE.read_text("utf-8"))
    for name, kind in KINDS.items():
        body = whole(policies, name, kind.example, START.date())
        if all(set(body) != set(each["body"]) for each in kept.setdefault(name, [])):
            kept[name].append({"commit": "", "version": kind.version, "body": body})
    lines = (
        f" {json.dumps(name)}: [\n" + ",\n".join(f"  {json.dumps(each, ensure_ascii=False)}" for each in found) + "\n ]"
        for name, found in sorted(kept.items())
    )
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
