"""G31: thousands of random courses of cases and referrals, legal and illegal acts mixed, and no rule is ever broken.

    python -m tests.gates.courses --long [--engine sqlite|postgresql]

Hypothesis leads random staff of two countries through whatever the machines allow and forbid: 2,000 courses of 30 acts
on each engine, each begun somewhere on the way of an adult or a child. After every act the rules of courses_rules.py
are asked, which say the design a second time. A broken rule is shrunk to the shortest course that breaks it.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from typing import Any, Final

from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as seeded
from hypothesis.stateful import run_state_machine_as_test

from tests.gates.courses_ground import Ground, open_ground
from tests.gates.courses_machine import BrokenRule, Course
from tests.gates.ground import engines_asked, ground, told
from tests.gates.scene import quiet
from tests.quick_heap import quick_heap

SHORT: Final = 12
LONG: Final = 2_000
ACTS: Final = 30


def run(
    at: Ground, courses: int, *, number: int = 31, shrink: bool = False, only: tuple[str, ...] = (),
    first: tuple[str, dict[str, Any]] | None = None, by: str = "case_manager", aloud: bool = False,
) -> tuple[Counter[str], BrokenRule | None]:
    """Run so many courses; what was counted, and the first broken rule (None: all hold).

    number: the seed, so that every run is the same. shrink: look for the shortest course that breaks the rule.
    A planted fault is looked for where it can be met: only: the acts that chance may choose from (empty = all);
    first: a kind of record, and what it says, that every course begins with; by: who writes it.
    aloud: tell after every hundred courses, for those who wait an hour.
    """
    counted: Counter[str] = Counter()
    acts = [name for name, each in vars(Course).items() if hasattr(each, "hypothesis_stateful_rule")]
    left_out = dict.fromkeys(name for name in acts if only and name not in only)
    said = {"ground": at, "counted": counted, "first": first, "first_by": by, "aloud": aloud}
    made: Any = type("Courses", (Course,), {**said, **left_out})
    phases = (Phase.generate, Phase.shrink) if shrink else (Phase.generate,)
    chosen = settings(
        max_examples=courses,
        stateful_step_count=ACTS,
        deadline=None,
        database=None,
        derandomize=False,
        phases=phases,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    seeded(number)(made)
    try:
        run_state_machine_as_test(made, settings=chosen)
    except BrokenRule as broken:
        return counted, broken
    return counted, None


def report(at: Ground, counted: Counter[str], broken: BrokenRule | None, seconds: float) -> bool:
    """Print the gate's line and what was done; whether it holds."""
    acts = counted["judged"]
    done = sorted(word.removeprefix("done ") for word in counted if word.startswith("done "))
    print(f"  {seconds:.0f} s; {counted['done']} done, {counted['refused']} refused, {counted['carried']} carried")
    print(f"  done at least once ({len(done)}): {', '.join(done)}")
    if broken is not None:
        print(f"  {broken}", *getattr(broken, "__notes__", ()), sep="\n  ")
    return told("g31", "broken_rules", int(broken is not None), 0, acts, courses=counted["courses"], engine=at.engine)


def main() -> int:
    """The command: 0 if every rule holds on every engine."""
    long, engines = engines_asked(__doc__ or "")
    quiet()
    sound = True
    for engine in engines:
        with ground(engine) as (url, folder), open_ground(url, folder, every=long) as at:
            quick_heap()
            began = time.monotonic()
            counted, broken = run(at, LONG if long else SHORT, shrink=True, aloud=long)
            sound &= report(at, counted, broken, time.monotonic() - began)
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
