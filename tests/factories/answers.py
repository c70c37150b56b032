"""What somebody might answer on the pages of a new case."""

from __future__ import annotations

from typing import Any

from tests.app.access.browser import Browser

# Page -> its answers, in the order of the pages.
PAGES: dict[str, dict[str, str]] = {
    "/cases/new": {"safe": "no", "danger": "The boss waits outside.", "source": "police"},
    "/cases/new/consent": {
        "consent": "yes", "giver": "self", "form": "oral_witnessed", "told_purpose": "yes", "told_use": "yes",
    },
    "/cases/new/known": {
        "age": "18+", "sex": "F", "nationality": "MM", "exploitation": "no_wish_to_answer",
        "given_names": "Thiri Zarni", "family_name": "Htun", "birth_year": "๒๕๔๖",
    },
    "/cases/new/contact": {
        "language": "other", "other_language": "Shan", "safe_contact": "Only messages.", "phone": "+66 8 111",
    },
    "/cases/new/needs": {"level": "high", "health": "Fever.", "note": "Came with two others."},
}  # fmt: skip


def walk(browser: Browser, until: str = "", **changes: dict[str, str]) -> Any:
    """Through the pages to the last one, or to the page at ``until``; ``changes``: last word of a path -> answers."""
    browser.get("/cases/new")
    for path, typed in PAGES.items():
        if path == until:
            break
        browser.get(path)
        answer = browser.send(path, **{**typed, **changes.get(path.rpartition("/")[2], {})})
        assert answer.status_code == 303, answer.text
        browser.follow()
    return browser.last
