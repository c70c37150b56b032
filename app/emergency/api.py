"""The JSON door of the emergency room."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from app.access.door import Door, needs
from app.emergency import reviewing, service
from app.emergency.schemas import (
    AnswerIn,
    EmergenciesOut,
    EmergencyIn,
    EmergencyOut,
    EndIn,
    ReviewIn,
    ReviewOut,
    ReviewsOut,
    State,
)
from app.kit.errors import Conflict, Erased, Forbidden, Invalid, NotFound
from app.kit.paging import ask
from app.kit.problems import documented

router = APIRouter(tags=["emergency"])

Opener = Annotated[Door, Depends(needs("emergency:open"))]
Reviewer = Annotated[Door, Depends(needs("emergency:review"))]
# Everybody may see what they opened themselves, also when the right to open more is gone; reviewers see more.
Anybody = Annotated[Door, Depends(needs("account:self"))]
Limit = Annotated[int | None, Query(ge=1, le=100, description="Entries per page; 50 if left out.")]
Cursor = Annotated[str | None, Query(max_length=512, description="`next` of the page before.")]


@router.post(
    "/emergency-access",
    status_code=201,
    response_model=EmergencyOut,
    responses=documented(Invalid, Forbidden, NotFound, Conflict, Erased),
    summary="Open a case in an emergency",
)
def open_in_emergency(body: EmergencyIn, door: Opener) -> Response:
    """Open a case outside your own reach, to read, for two hours. It needs a fresh second factor and a reason.

    The case's team, its manager and a reviewer are told at once; the reason stays sealed in the history, and every
    look is reviewed afterwards. It never opens a sealed case, nor one from whose person you are kept away. What you
    see stays within your own field groups; uncovering a name still needs its own reason.
    """
    return door.once(lambda desk: service.opened(desk, body), status=201)


@router.get(
    "/emergency-access",
    response_model=EmergenciesOut,
    responses=documented(Invalid),
    summary="List emergency accesses",
)
def list_emergencies(
    door: Anybody,
    state: Annotated[State, Query(description="open, over or all.")] = State.ALL,
    reviewed: Annotated[bool | None, Query(description="Only reviewed ones, or only those that are not.")] = None,
    limit: Limit = None,
    cursor: Cursor = None,
) -> EmergenciesOut:
    """Your own emergency accesses and, if you review them, those within your reach, newest first."""
    asked = ask(limit, cursor, (datetime, str))
    with door.write() as desk:
        return service.listed(desk, state, reviewed, asked)


@router.get(
    "/emergency-access/reviews",
    response_model=ReviewsOut,
    responses=documented(Invalid),
    summary="List what waits for review",
)
def list_reviews(door: Reviewer, limit: Limit = None, cursor: Cursor = None) -> ReviewsOut:
    """Emergency accesses that nobody has reviewed, the longest waiting first; never your own."""
    asked = ask(limit, cursor, (datetime, str))
    with door.write() as desk:
        return reviewing.waiting(desk, asked)


@router.get(
    "/emergency-access/{emergency_id}",
    response_model=ReviewOut,
    responses=documented(NotFound),
    summary="Open one emergency access for review",
)
def read_emergency(emergency_id: str, door: Reviewer) -> ReviewOut:
    """The reason that was given and everything that was looked at. What the case holds stays where it is."""
    with door.write() as desk:
        return reviewing.shown(desk, emergency_id)


@router.post(
    "/emergency-access/{emergency_id}/review",
    response_model=EmergencyOut,
    responses=documented(Invalid, Forbidden, NotFound, Conflict),
    summary="Judge an emergency access",
)
def review_emergency(emergency_id: str, body: ReviewIn, door: Reviewer) -> Response:
    """Say whether it was right: once, and never about your own.

    justified: only when it is over. question: the opener is asked to answer, and what is open ends. escalate: those
    who watch over the whole country are told, and what is open ends.
    """
    return door.once(lambda desk: reviewing.reviewed(desk, emergency_id, body))


@router.post(
    "/emergency-access/{emergency_id}/answer",
    response_model=EmergencyOut,
    responses=documented(Invalid, NotFound, Conflict),
    summary="Answer the question of a review",
)
def answer_review(emergency_id: str, body: AnswerIn, door: Anybody) -> Response:
    """Answer what the reviewer of your own emergency access has asked; the reviewer is told."""
    return door.once(lambda desk: service.answered(desk, emergency_id, body))


@router.post(
    "/emergency-access/{emergency_id}/end",
    response_model=EmergencyOut,
    responses=documented(NotFound, Conflict),
    summary="End an emergency access",
)
def end_emergency(emergency_id: str, body: EndIn, door: Opener) -> Response:
    """End your own emergency access before its time: the very next look is refused again."""
    return door.once(lambda desk: service.ended(desk, emergency_id, body))
