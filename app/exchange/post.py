"""The door for other countries' installations: letters and receipts, nothing else, and no account opens it."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from app.access.door import public
from app.exchange.receiving import Post

PREFIX: Final = "/exchange/v1"

router = APIRouter()


@router.post("/inbox", include_in_schema=False)
@public("a letter is believed only under the signature of a partner")
async def inbox(request: Request) -> Response:
    """Take in a letter; the signed receipt, or a problem with a code."""
    post: Post = request.app.state.post
    content = await request.body()
    return JSONResponse({"receipt": await run_in_threadpool(post.letter, content)})


@router.post("/epochs", include_in_schema=False)
@public("an announcement is believed only under the signature of a partner")
async def epochs(request: Request) -> Response:
    """Answer a partner that went back to a backup: a sealed letter with what it knew and we still know."""
    post: Post = request.app.state.post
    content = await request.body()
    letter = await run_in_threadpool(post.announced, content)
    return JSONResponse({"letter": letter.decode()})


@router.post("/receipts", include_in_schema=False)
@public("a receipt is believed only under the signature of a partner")
async def receipts(request: Request) -> Response:
    """Keep a later receipt for a message that was sent from here."""
    post: Post = request.app.state.post
    content = await request.body()
    await run_in_threadpool(post.receipt, content)
    return JSONResponse({})
