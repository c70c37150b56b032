"""Every page in a real browser, at both widths: python -m tests.desk.usable [--languages en,my] [--only TEXT]

axe, what sticks out on a screen of 320 pixels with text of double size, and buttons that are too low for a thumb.
Exit code 1 where something was found.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from playwright.sync_api import Page

from tests.desk.eyes import axe_faults, overflow, small_buttons
from tests.desk.pictures import opened
from tests.desk.place import COOKIE, VIEWS, Place
from tests.desk.walk import Stop, walk
from tests.gates.reading_pages import everybody_reads
from tests.gates.scene import quiet


def look(page: Page, view: str, address: str) -> list[str]:
    """What is wrong with the page at ``address``; ``page`` must have been opened with ``free``."""
    page.set_viewport_size(VIEWS[view])
    page.goto(address)
    found = axe_faults(page) + small_buttons(page)
    return found + overflow(page) if view == "phone" else found


def faults_of(place: Place, stops: Sequence[Stop], views: Sequence[str]) -> list[str]:
    """What is wrong with the pages that were walked to, in the language their readers have now."""
    page = place.window(free=True)
    cookies: dict[str, str] = {}
    found = []
    for stop in stops:
        worker = stop.worker
        value = cookies.setdefault(worker.id, place.cookie_of(worker))
        page.context.clear_cookies()
        page.context.add_cookies([{"name": COOKIE, "value": value, "url": place.base}])
        for view in views:
            found += [f"{stop.name} @{view}: {fault}" for fault in look(page, view, place.base + stop.path)]
    page.context.close()
    return found


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--languages", default="en")
    parser.add_argument("--only", default="", help="only pages whose path holds this")
    asked = parser.parse_args()
    quiet()
    count = 0
    with opened() as place:
        stops = [stop for stop in walk(place.town) if asked.only in stop.name]
        for language in asked.languages.split(","):
            everybody_reads(place.town.house, language)
            found = faults_of(place, stops, list(VIEWS))
            count += len(found)
            print("\n".join([*found, f"{language}: {len(stops)} pages at {len(VIEWS)} widths, faults {len(found)}"]))
    sys.exit(count > 0)


if __name__ == "__main__":
    main()
