"""Every paper as pictures, a file for each page: for somebody to look at.

    python -m tests.desk.papers --to FOLDER [--languages en,my]

Scripts that a printer shapes badly, lines that run over, words that are missing: only a person sees them.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

from app.kit import migrate
from app.kit.clock import SettableClock
from app.overview.papers import press
from app.overview.papers.paper import Paper
from app.settings import Settings
from tests.conftest import START
from tests.desk.pictures import asking
from tests.factories import cases, referrals
from tests.factories.pages import browser_at
from tests.factories.staff import Worker
from tests.factories.towns import Town, open_town
from tests.gates.scene import quiet

_OF_A_CASE = ("rights", "consent", "plan", "meeting", "admission", "decision")


def papers(town: Town, languages: list[str]) -> Iterator[tuple[str, Worker, str]]:
    """Name, who prints and path of each paper."""
    house, th, mm = town.house, town.th, town.mm
    case_id = referrals.bring_case_for_referral(house, th)
    cases.add(house, th["social_worker"], case_id, "monitoring_visit")
    cases.add(house, th["social_worker"], case_id, "rights_notice")
    cases.add(house, th["social_worker"], case_id, "admission")
    reference = referrals.case_row(house, case_id).reference
    over = referrals.bring_referral(house, th, mm, "received")
    for language in languages:
        for name in _OF_A_CASE:
            yield f"{name}-{language}", th["case_manager"], f"/cases/{reference}/papers/{name}?lang={language}"
        at_the_border = referrals.case_row(house, over.case_id).reference
        yield f"handover-{language}", th["case_manager"], f"/cases/{at_the_border}/papers/handover?lang={language}"
    signed = referrals.row_of(house, over.arrived).reference
    yield "receipt", mm["border_focal_point"], f"/referrals/{signed}/receipt.pdf"


def take(town: Town, folder: Path, languages: list[str]) -> int:
    """Write every page of every paper into ``folder``; how many pages."""
    folder.mkdir(parents=True, exist_ok=True)
    setting = press.Press()
    written = 0
    for name, worker, path in papers(town, languages):
        kept: list[Paper] = []

        def keep(paper: Paper, kept: list[Paper] = kept) -> bytes:
            kept.append(paper)
            return b"%PDF-"

        with patch.object(press, "printed", keep):
            answer = browser_at(town, worker, fresh=True).get(path)
        if not kept:
            print(f"{name}: {answer.status_code}, no paper")
            continue
        drawn = setting.set(kept[0], "png", 80)
        for number, content in enumerate(drawn if isinstance(drawn, list) else [drawn], 1):
            (folder / f"{name}-{number}.png").write_bytes(content)
            written += 1
    return written


def main() -> None:
    """The command."""
    asked = asking(__doc__).parse_args()
    quiet()
    with tempfile.TemporaryDirectory() as name:
        url = f"sqlite:///{Path(name) / 'papers.db'}"
        migrate.upgrade(url)
        settings = Settings(environment="demo", var=Path(name) / "var", database_url=url)
        with open_town(settings, SettableClock(START)) as town:
            written = take(town, asked.to, asked.languages.split(","))
    print(f"{written} pages in {asked.to}: look at each")
    sys.exit(0 if written else 1)


if __name__ == "__main__":
    main()
