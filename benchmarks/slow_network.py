"""How long somebody on a weak network waits for the first text: 50 kbit/s each way, 650 ms for a question and answer.

    python -m benchmarks.slow_network

A small world in two countries, the real program behind a port, Chromium with its network made slow. For each page:
the first visit, with style and script to fetch, and the second. The wishes are 5 and 2 seconds (README.md); nothing is
asserted, since a loaded machine would say more about itself than about the pages.
"""

from __future__ import annotations

import sys

from playwright.sync_api import Page

from tests.desk.pictures import invented, opened
from tests.desk.place import COOKIE, Place
from tests.gates.scene import quiet

BITS_A_SECOND, LATENCY_MS = 50_000, 650
FIRST_AT_MOST, AGAIN_AT_MOST = 5.0, 2.0
PAGES = ("home", "case", "inbox", "handover")


def slow(page: Page) -> None:
    """Make the network of a page slow."""
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    bytes_a_second = BITS_A_SECOND / 8
    conditions = {"offline": False, "latency": LATENCY_MS, "downloadThroughput": bytes_a_second}
    wire.send("Network.emulateNetworkConditions", {**conditions, "uploadThroughput": bytes_a_second})


def first_paint(page: Page, address: str) -> float:
    """Seconds from the question to the first text on the screen."""
    page.goto(address, wait_until="load")
    painted = (
        "() => { const at = performance.getEntriesByName('first-contentful-paint')[0]; return at && at.startTime }"
    )
    return float(page.wait_for_function(painted).json_value()) / 1000


def measured(place: Place) -> list[tuple[str, float, float]]:
    """Name of the page, seconds of the first visit and of the second."""
    found = []
    for name, worker, path in invented(place):
        if name in PAGES:
            page = place.window("phone")
            page.context.add_cookies([{"name": COOKIE, "value": place.cookie_of(worker), "url": place.base}])
            slow(page)
            found.append((name, first_paint(page, place.base + path), first_paint(page, place.base + path)))
            page.context.close()
    return found


def main() -> None:
    """The command: exit code 1 where a page is later than wished."""
    quiet()
    late = False
    with opened() as place:
        print("| page | first visit s | again s |\n|---|---|---|")
        for name, first, again in measured(place):
            late = late or first > FIRST_AT_MOST or again > AGAIN_AT_MOST
            print(f"| {name} | {first:.1f} | {again:.1f} |")
    wished = f"Wished: {FIRST_AT_MOST:.0f} s, then {AGAIN_AT_MOST:.0f} s."
    print(f"{wished} The program itself packs no page: see README.md.")
    sys.exit(late)


if __name__ == "__main__":
    main()
