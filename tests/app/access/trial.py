"""Routes that exist only to be knocked at: one for each way a door is used."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy import event, select

from app.access.desk import Desk
from app.access.door import Door, needs
from app.access.log import looked
from app.access.may import must, visible_case, visible_referral
from app.access.scope import cases_in_scope, referrals_in_scope
from app.kit.errors import Conflict
from app.models.case import Case
from app.models.referral import Referral

Creator = Annotated[Door, Depends(needs("case:create"))]
Reader = Annotated[Door, Depends(needs("case:read"))]
ReferralReader = Annotated[Door, Depends(needs("referral:read"))]


class NoteIn(BaseModel):
    """Something to write down."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: str


class NoteOut(BaseModel):
    """What was written down."""

    text: str
    version: int


def router() -> APIRouter:
    """A fresh router, since a router that is included remembers it."""
    routes = APIRouter(prefix="/trial", tags=["trial"])
    _acting(routes)
    _looking(routes)
    return routes


def _acting(routes: APIRouter) -> None:

    @routes.post("/notes", status_code=201, response_model=NoteOut)
    def note(body: NoteIn, door: Creator) -> Response:
        def act(desk: Desk) -> NoteOut:
            looked(desk, "noted", "note", body.text)
            return NoteOut(text=body.text, version=7)

        return door.once(act, status=201)

    @routes.post("/forms", status_code=201)
    def form(text: Annotated[str, Form()], door: Creator) -> Response:
        def act(desk: Desk) -> dict[str, Any]:
            looked(desk, "noted", "note", text)
            return {"text": text}

        return door.once(act, status=201)

    @routes.post("/refusals")
    def refusal(door: Creator) -> Response:
        def act(desk: Desk) -> None:
            looked(desk, "effect", "note", "x")
            must(desk, "identity:reveal")

        return door.once(act)

    @routes.post("/conflicts")
    def conflict(door: Creator) -> Response:
        def act(desk: Desk) -> None:
            looked(desk, "effect", "note", "x")
            raise Conflict("It does not fit.")

        return door.once(act)

    @routes.post("/broken-commits")
    def broken_commit(door: Creator) -> Response:
        def act(desk: Desk) -> dict[str, Any]:
            looked(desk, "effect", "note", "x")

            def fail(_session: Any) -> None:
                raise RuntimeError("Somchai's commit failed")

            event.listen(desk.session, "before_commit", fail)
            return {"done": True}

        return door.once(act)


def _looking(routes: APIRouter) -> None:
    @routes.get("/unlogged")
    def unlogged(door: Reader) -> dict[str, Any]:
        with door.read() as desk:
            looked(desk, "effect", "note", "x")
        return {}

    @routes.get("/cases")
    def cases(door: Reader) -> list[str]:
        with door.read() as desk:
            return list(desk.session.execute(select(Case.id).where(cases_in_scope(desk, "case:read"))).scalars())

    @routes.get("/cases/{case_id}")
    def case(case_id: str, door: Reader, permission: str = "case:read") -> dict[str, Any]:
        with door.write() as desk:
            row = visible_case(desk, permission, case_id)
            looked(desk, "case_opened", "case", row.id)
            return {"id": row.id, "version": row.version}

    @routes.get("/referrals")
    def referrals(door: ReferralReader) -> list[str]:
        with door.read() as desk:
            query = select(Referral.id).where(referrals_in_scope(desk, "referral:read"))
            return list(desk.session.execute(query).scalars())

    @routes.get("/referrals/{referral_id}")
    def referral(referral_id: str, door: ReferralReader, permission: str = "referral:read") -> dict[str, Any]:
        with door.write() as desk:
            return {"id": visible_referral(desk, permission, referral_id).id}
