"""The HTML door of the cases room: the list, the pages that open a case, and the search."""

from __future__ import annotations

from fastapi import APIRouter

from app.cases import list_pages, new_pages, saved_pages, search_pages

router = APIRouter()
router.include_router(list_pages.router)
router.include_router(saved_pages.router)
router.include_router(new_pages.router)
router.include_router(search_pages.router)
