"""The HTML door of the referrals room: the desk, one referral, its steps, the handover and its papers."""

from __future__ import annotations

from fastapi import APIRouter

from app.referrals import (
    pages_days,
    pages_ends,
    pages_handover,
    pages_inbox,
    pages_receipt,
    pages_refer,
    pages_referral,
)

router = APIRouter()
router.include_router(pages_inbox.router)
router.include_router(pages_referral.router)
router.include_router(pages_ends.router)
router.include_router(pages_handover.router)
router.include_router(pages_receipt.router)
router.include_router(pages_days.router)
router.include_router(pages_refer.router)
