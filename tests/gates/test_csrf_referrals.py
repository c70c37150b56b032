"""G15 for the referral desk: no form that anybody else made changes anything at its routes."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import select

from app.models.access_log import AccessEntry
from app.models.base import Base
from tests.factories.browsers import browser_at
from tests.factories.towns import Town, town
from tests.gates.referral_forms import REFERRAL_FORMS
from tests.gates.test_csrf import REFUSED, forgeries
from tests.inspect import reading

__all__ = ["town"]


def snapshot(place: Town) -> str:
    """One hash over every row of every table, less the book of looks: the page of a form is itself a look."""
    digest = hashlib.sha256()
    with reading(place.house.db) as session:
        for name, table in sorted(Base.metadata.tables.items()):
            if name != AccessEntry.__tablename__:
                for row in sorted(map(repr, session.execute(select(table)))):
                    digest.update(f"{name}{row}".encode())
    return digest.hexdigest()


def test_every_route_of_the_desk_has_a_form(town: Town) -> None:
    desk = {
        route.path
        for route in town.app.state.routes
        if route.html and route.changes and (route.path.startswith("/referrals/") or "/refer/" in route.path)
    }
    assert desk == set(REFERRAL_FORMS)


@pytest.mark.parametrize("route", REFERRAL_FORMS)
def test_no_forged_form_of_the_desk_changes_anything(town: Town, route: str) -> None:
    visitor = browser_at(town, town.th["analyst"])
    visitor.get("/me")
    other = visitor.form("/sign-out").fields["csrf"]
    path, browser, fields = REFERRAL_FORMS[route](town)
    before, tried = snapshot(town), 0
    for what, answer in forgeries(town, path, browser, fields, other):  # type: ignore[arg-type]
        tried += 1
        looked = what == "get" and answer.status_code in (200, 303, 404, 405, 422)
        assert looked or answer.status_code in REFUSED, (path, what, answer.status_code)
    assert snapshot(town) == before and tried >= 15
    answer = browser.post(path, fields)
    assert answer.status_code in (200, 303), answer.text
    # A look at a person changes nothing but the book of looks and the timeline of the referral.
    assert snapshot(town) != before
    print(f"GATE g15 applied=0 limit=0 n={tried} route={route}")
