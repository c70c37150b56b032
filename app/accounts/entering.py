"""From a first factor to the inside: a session's cookie, or first the page for the second factor."""

from __future__ import annotations

from typing import Final

from fastapi import Response

from app.access import page_sessions
from app.access.first_factor import Known
from app.access.sheet import Sheet, path_within

CODE: Final = "/sign-in/code"


def enter(visit: Sheet, known: Known, wanted: str, own_device: bool = False) -> Response:
    """Let the browser in after a first factor, or on to the second; ``wanted``: the page it came for.

    ``own_device``: the person says that nobody else uses this device, so that it locks later.
    """
    admitted = page_sessions.admit(visit.house, known, visit.cookies.session, own_device)
    if admitted.half:
        # The visitor's cookie now stands for the half session, so a form shown before the password is worth nothing.
        value = visit.cookies.new_visit(visit.house.clock.now(), admitted.value)
        visit.keep(visit.cookies.visit_name, value)
        return visit.to(CODE, next=path_within(wanted))
    return inside(visit, admitted.value, wanted)


def inside(visit: Sheet, value: str, wanted: str) -> Response:
    """Give the browser its session's cookie, take the visitor's, and send it to the page it came for."""
    visit.keep(visit.cookies.session_name, value)
    visit.keep(visit.cookies.visit_name, None)
    return visit.to(path_within(wanted))
