"""A name typed for Zawgyi: both readings are shown, nothing is kept before the worker chose one."""

from __future__ import annotations

import pytest

from app.cases import new_case
from tests.factories.answers import PAGES, walk
from tests.factories.pages import browser_at
from tests.factories.staff import desk_of
from tests.factories.towns import Town

TYPED, UNICODE = "ျမသႏၲာ", "မြသန္တာ"


@pytest.mark.parametrize(("chosen", "kept"), [("unicode", UNICODE), ("typed", TYPED)])
def test_the_worker_chooses_how_the_name_is_kept(town: Town, chosen: str, kept: str) -> None:
    worker = town.th["social_worker"]
    browser = browser_at(town, worker)
    page = "/cases/new/known"
    walk(browser, until=page)
    browser.get(page)
    told = {**PAGES[page], "given_names": TYPED}
    asked = browser.send(page, **told)
    assert asked.status_code == 422 and TYPED in asked.text and UNICODE in asked.text
    with desk_of(town.house, worker) as desk:
        assert new_case.answers(desk).get("given_names", "") == "", "nothing was kept"
    assert browser.send(page, **told, spelling=chosen).status_code == 303
    with desk_of(town.house, worker) as desk:
        assert new_case.answers(desk)["given_names"] == kept
