"""What a page looks like to people who see little, use a keyboard or a small screen: axe, overflow, sizes, hosts."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Page

# WCAG 2.0 to 2.2, levels A and AA, and what axe calls best practice.
RULES: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
# The budget of ui.md 2, in bytes after gzip.
PAGE_AT_MOST: Final = 15 * 1024
STYLE_AT_MOST: Final = 10 * 1024
SCRIPT_AT_MOST: Final = 6 * 1024
SMALLEST_BUTTON: Final = 44
_AXE: Final = AXE_FILE_PATH.read_text(encoding="utf-8")
_OUTSIDE: Final = re.compile(r"""(?:src|href|action|srcset|poster|data)\s*=\s*["']?\s*((?:https?:)?//[^"'\s>]+)""")


def weight(content: bytes) -> int:
    """Bytes on the way, packed as servers pack them."""
    return len(gzip.compress(content, 6))


def axe_faults(page: Page) -> list[str]:
    """Every violation that axe finds on the page; the page must have been opened with ``free``."""
    page.evaluate(_AXE)
    asked = json.dumps({"runOnly": {"type": "tag", "values": list(RULES)}, "resultTypes": ["violations"]})
    # What was in order is not brought out of the browser.
    found: list[dict[str, Any]] = page.evaluate(f"axe.run(document, {asked}).then((found) => found.violations)")
    return [
        f"{fault['id']} ({fault['impact']}): {' '.join(node['html'].split())[:160]}"
        for fault in found
        for node in fault["nodes"]
    ]  # fmt: skip


def overflow(page: Page) -> list[str]:
    """What sticks out at the side on a screen of 320 pixels with text of double size; the page is left like that."""
    page.set_viewport_size({"width": 320, "height": 640})
    found: list[str] = page.evaluate(
        """() => {
          document.documentElement.style.fontSize = "200%";
          const wide = document.documentElement.scrollWidth;
          if (wide <= innerWidth) return [];
          const out = [...document.querySelectorAll("body *")].filter((each) => {
            const box = each.getBoundingClientRect();
            return box.width && box.left >= 0 && box.right > innerWidth + 1;
          });
          const last = out.filter((each) => !out.some((other) => other !== each && each.contains(other)));
          return [`${wide} pixels wide`, ...last.slice(0, 3).map((each) => each.outerHTML.slice(0, 120))];
        }"""
    )
    return [f"overflow: {' '.join(each.split())}" for each in found]


def small_buttons(page: Page) -> list[str]:
    """Buttons that are lower than a thumb needs."""
    found: list[str] = page.evaluate(
        """(least) => [...document.querySelectorAll("button:not(.unseen), .button, summary")].filter((each) => {
          const box = each.getBoundingClientRect();
          return box.height && box.left >= 0 && box.height < least - 0.5;
        }).map((each) => Math.round(each.getBoundingClientRect().height) + " " + each.outerHTML.slice(0, 120))""",
        SMALLEST_BUTTON,
    )
    return [f"low button: {' '.join(each.split())}" for each in found]


def hosts_outside(html: str, own: Iterable[str] = ()) -> list[str]:
    """Other hosts from which a page would fetch something, or to which it would send."""
    return [found for found in _OUTSIDE.findall(html) if urlsplit(found).hostname not in own]
