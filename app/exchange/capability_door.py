"""The door at which a partner tells what it reads, and the way on which we tell it ours."""

from __future__ import annotations

from typing import Any, Final

import httpx2
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from app.access.desk import House
from app.access.door import public
from app.casework.capabilities import CapabilityUnfit
from app.exchange import capabilities
from app.exchange.receiving import LetterRefused
from app.exchange.remote import HttpTransport
from app.kit.errors import AppError
from app.kit.log import logger

__all__ = ["ring", "router", "take_in", "tell"]

router = APIRouter()
_STATUS: Final = {"no_partner": 403, "partner_suspended": 403, "capability_older": 409, "not_kept": 503}


@router.post("/capabilities", include_in_schema=False)
@public("what an installation reads is believed only under the signature of a partner")
async def told(request: Request) -> Response:
    """Keep what a partner's installation reads."""
    house: House = request.app.state.post.house
    content = await request.body()
    return JSONResponse(await run_in_threadpool(take_in, house, content))


def take_in(house: House, content: bytes) -> dict[str, Any]:
    """Keep the word of a partner; the digest of what was kept. LetterRefused with a code, and nothing is changed."""
    try:
        return {"digest": capabilities.take_in(house, content).digest}
    except CapabilityUnfit as fault:
        logger().warning("letter_refused", code=fault.code, country="")
        refusal = LetterRefused(f"{fault}.".capitalize(), code=fault.code)
        refusal.status = _STATUS.get(fault.code, 400)
        raise refusal from None


def tell(house: House, country: str, partner: str, client: httpx2.Client | None = None) -> bool:
    """Tell a partner what a country here reads, if that has changed since it was told; whether it was told now.

    Raises PartnerAway, PartnerRefused.
    """
    digest = capabilities.telling(house, country, partner)
    if not digest:
        return False
    line = HttpTransport(house, client)
    try:
        line.bring(partner, capabilities.ADDRESS, capabilities.make(house, country))
    finally:
        if client is None:
            line.close()
    house.partners.sayings.keep_told(partner, country, digest)
    return True


def ring(house: House, partner: str) -> int:
    """Tell a partner what changed, of each country here; of how many. One that does not answer is told later."""
    known, done = house.partners.of(partner), 0
    if known is None or known.suspended_at is not None:
        return 0
    for country in house.signing.countries:
        try:
            done += tell(house, country, partner)
        except AppError as away:
            logger().warning("capability_not_told", code=away.code, country=partner)
    return done
