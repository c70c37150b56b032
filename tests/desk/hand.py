"""One person's hand at one screen: it types, ticks and clicks, and only the clicks are counted."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

# Longer than anything takes on a loaded machine; a test that waits so long has failed.
PATIENCE = 15_000


@dataclass
class Hand:
    """A page of a browser and how often it was clicked. Ticks and typing are not counted, as in the click table."""

    page: Page
    base: str
    clicks: int = 0

    def __post_init__(self) -> None:
        """Waits no longer than PATIENCE for anything."""
        self.page.set_default_timeout(PATIENCE)

    def opens(self, path: str) -> None:
        """Go to an address of the program by itself: where a task begins, never a click of it."""
        self.page.goto(self.base + path)
        self._whole()

    def clicks_on(self, *words: str, within: str = "body") -> None:
        """Click the link or button that is called one of ``words`` (its whole name or its beginning), and count it."""
        self._click(self.named(*words, within=within))

    def clicks_at(self, selector: str) -> None:
        """Click what a selector finds, and count it."""
        self._click(self.page.locator(selector).locator("visible=true").first)

    def named(self, *words: str, within: str = "body") -> Locator:
        """The first visible link, button or summary that begins with one of ``words``."""
        name = re.compile(rf"^\s*({'|'.join(map(re.escape, words))})")
        part = self.page.locator(within)
        found = part.get_by_role("link", name=name).or_(part.get_by_role("button", name=name))
        return found.or_(part.locator("summary").filter(has_text=name)).locator("visible=true").first

    def sees(self, text: str) -> None:
        """Wait until the text is shown on the page: a form may be sent by a script, which takes its time."""
        expect(self.page.locator("main").get_by_text(text).locator("visible=true").first).to_be_visible(timeout=PATIENCE)

    def stands_on(self, path: str) -> None:
        """Wait until the page at ``path`` (a pattern such as **/access) is there."""
        self.page.wait_for_url(path)

    def ticks(self, *names: str) -> None:
        """Tick boxes by the end of their field's name."""
        for name in names:
            self.page.locator(f'[type=checkbox][name="{name}"], [type=radio][id="field-{name}"]').first.check()

    def types(self, **typed: str) -> None:
        """Fill in fields by name."""
        for name, text in typed.items():
            self.page.locator(f'[name="{name}"]').first.fill(text)

    def fills(self, fields: dict[str, str | list[str]]) -> None:
        """Fill in a form with what it would post: every field that it shows, whatever its kind."""
        for name, value in fields.items():
            for one in value if isinstance(value, list) else [value]:
                self._fill(name, one)

    def _fill(self, name: str, value: str) -> None:
        field = self.page.locator(f'main [name="{name}"]').first
        if field.count() == 0:
            return
        kind = field.evaluate("each => each.type")
        if kind in ("radio", "checkbox"):
            self.page.locator(f'main [name="{name}"][value="{value}"]').check()
        elif kind in ("select-one", "select-multiple"):
            field.select_option(value)
        else:
            field.fill(value)

    def _click(self, found: Locator) -> None:
        self.clicks += 1
        found.click()
        self._whole()

    def _whole(self) -> None:
        self.page.wait_for_load_state("load")
