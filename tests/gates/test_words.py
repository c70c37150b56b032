"""No page says anything that translators were not given, and every page can be written in every language."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.kit.reader import LANGUAGES, Reader, reading
from app.kit.words import finished, marking
from tests.gates.reading_pages import (
    PSEUDO,
    TRYING,
    Seen,
    everybody_reads,
    in_brackets,
    outside,
    pages_of,
    seen,
    sign_in,
)
from tests.gates.scene import Scene

# What a look with GET gets, and is no page.
NO_PAGES = {
    "/cases/{reference}/papers/embassy": "a paper, once it is asked for and the name is uncovered",
    "/cases/{reference}/papers/copy": "a paper, once the name is uncovered",
    "/cases/{reference}/papers/copy.json": "the same copy for a program, once the name is uncovered",
    "/reports/tables/{report}/file.{form}": "a file, saved and never shown",
    "/reports/releases/{report}/{period}/{issue}.{form}": "a file, once the table was given to the public",
    "/reports/exports/{export_id}/file": "a file, which may be fetched only so often",
    "/reports/imports/{import_id}/report.csv": "a file, saved and never shown",
    "/cases/{reference}/documents/{document_id}/file": "a file, saved and never shown",
    "/referrals/{reference}/proof.jsonl": "a file, saved and never shown",
    "/r": "it leads to the receipt of a number that is typed",
    "/r/{number}": "it leads to the receipt of its referral",
    "/sign-in/return": "an identity provider sends one here",
}
# Pages that another state than that of the scene opens: tests/desk/test_walk.py sees them.
UNSEEN = NO_PAGES | {
    "/tasks/done": "it asks about one task that ends by hand, and none of the scene does",
    "/tasks/priority": "it asks about one task",
    "/caseload/report": "cases have to be given first",
    "/caseload/asked": "another office has to be asked first",
    "/transfers/answered": "requests have to be answered first",
    "/meetings/agenda": "a meeting has to be put down first",
    "/cases/{reference}/refer/check": "a receiver has to be chosen",
    "/admin/contacts/{contact_id}/found": "another country has to keep it",
    "/referrals/{reference}/not-today": "the handover of the scene is over",
    "/referrals/{reference}/erasure": "another country has to have erased a person and asked for the same",
    "/referrals/{reference}/person": "only the other country has been told who it is",
    "/referrals/{reference}/steps/{step}": "nobody takes that step after the receipt",
}


@pytest.fixture(scope="module")
def cookies(scene: Scene) -> Iterator[dict[str, str]]:
    """A page session for every role that tries; afterwards everybody reads English again."""
    if not str(scene.house.db.engine.url).startswith("sqlite"):
        pytest.skip("what pages say does not depend on the engine")
    yield {role: sign_in(scene, role) for role in TRYING}
    everybody_reads(scene.house, "en")


@pytest.fixture
def bracketed(scene: Scene) -> Iterator[Scene]:
    """The scene with everybody reading the language of brackets."""
    with in_brackets(scene.app):
        yield scene


def faults(pages: list[Seen]) -> list[str]:
    return [f"{page.route.path} ({page.role}): {text}" for page in pages for text in outside(page.html)]


def test_every_sentence_of_every_page_was_collected(bracketed: Scene, cookies: dict[str, str]) -> None:
    pages = list(seen(bracketed, PSEUDO, cookies))
    unseen = [(page.route.path, page.status) for page in pages if page.status not in (200, 303)]
    assert {path for path, _ in unseen} <= set(UNSEEN), unseen
    found = faults(pages)
    print(f"GATE words unsaid={len(found)} limit=0 n={sum(page.status == 200 for page in pages)}")
    assert not found, "\n".join(found)


def test_the_gate_bites_its_mutants(bracketed: Scene, cookies: dict[str, str]) -> None:
    """A sentence in a template that nobody says, one that is printed as it is, and one that was never collected."""
    pages = bracketed.app.state.html.state.site.pages
    for mutant, unsaid in (
        ("<p>Never said</p>", "Never said"),
        ('<p>{{ "My account" }}</p>', "My account"),
        ('<p>{{ _("Collected by nobody") }}</p>', "Collected by nobody"),
        ('<p aria-label="Read out">{{ _("My account") }}</p>', "Read out"),
    ):
        with reading(Reader(PSEUDO)), marking():
            html = finished(pages._environment.from_string(mutant).render())
        assert outside(html) == [unsaid], mutant
    honest = bracketed.knocker.knock("GET", "/neutral", query=f"lang={PSEUDO}", headers={"accept": "text/html"})
    assert honest.status == 200 and outside(honest.body.decode()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_written_in_every_language(scene: Scene, cookies: dict[str, str], language: str) -> None:
    everybody_reads(scene.house, language)
    tag = language.replace("_", "-")
    shown = 0
    for page in seen(scene, language, cookies):
        assert page.status in (200, 303) or page.route.path in UNSEEN, (page.route.path, page.status)
        if page.status == 200:
            shown += 1
            assert page.html.startswith(f'<!doctype html>\n<html lang="{tag}"'), page.route.path
            assert "\ufdd0" not in page.html and "\ufdd1" not in page.html
            assert page.html.count("<h1") == 1, page.route.path
    assert shown >= len(pages_of(scene)) // 2
