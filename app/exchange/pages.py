"""The HTML door of the exchange room: the lines to other countries, without reading what travels on them."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access.desk import Desk
from app.access.page_door import Page, opens
from app.access.sheet import PageForm
from app.exchange import capabilities, queries, service
from app.kit.keybook import key_id_of

router = APIRouter()

Operator = Annotated[Page, Depends(opens(service.OPERATE))]
LINKS: Final = "/admin/links"


class NothingPage(PageForm):
    """A form that only says yes."""


@router.get(LINKS)
def links(page: Operator, done: Annotated[str, Query(max_length=20)] = "") -> Response:
    """Each other country: its key, what waits to be delivered and since when, the last message either way."""
    with page.read() as desk:
        lines = queries.lines(desk)
        signing, own, now = desk.signing, desk.actor.country, desk.now
    partners = {line.country: partner for line in lines if (partner := signing.partner(line.country)) is not None}
    said = {code: found for code in partners if (found := capabilities.kept(page.house, code)) is not None}
    known = {own, *signing.countries, *partners}
    keys = {code: key_id_of(signing.public(code)) for code in (own, *(line.country for line in lines)) if code in known}
    return page.show(
        "exchange/links.html", here="admin", lines=lines, keys=keys, partners=partners, own=own, now=now, done=done,
        said=said,
    )


@router.post(LINKS + "/try")
def try_now(page: Operator) -> Response:
    """Have everything that waits for another try delivered at once."""
    page.form(NothingPage)

    def act(desk: Desk) -> None:
        service.try_now(desk)

    return page.act(act, then=f"{LINKS}?done=tried")
