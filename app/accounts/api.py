"""The JSON door of the accounts room."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from app.access import factors, sessions
from app.access.approval_shapes import ApprovalAskedOut
from app.access.desk import House
from app.access.door import Door, needs, public
from app.access.sessions import Grant
from app.accounts import own, power, queries, service, training_api
from app.accounts.schemas import (
    AccountIn,
    AccountOut,
    AccountsOut,
    ConfirmIn,
    EnrolIn,
    EnrolOut,
    GrantOut,
    MeOut,
    OfficeIn,
    OwnPasswordIn,
    PasswordIn,
    RecoveryCodesOut,
    RefreshIn,
    RolesIn,
    SignInForm,
    SteppedUpOut,
    StepUpIn,
)
from app.kit.errors import BadRequest, Conflict, Forbidden, Invalid, TooMany, Unauthorised
from app.kit.paging import ask
from app.kit.problems import documented

router = APIRouter(tags=["accounts"])
router.include_router(training_api.router)

Myself = Annotated[Door, Depends(needs("account:self"))]
MyselfNow = Annotated[Door, Depends(needs("account:self", once=False))]
Looker = Annotated[Door, Depends(needs("account:manage"))]
Changer = Annotated[Door, Depends(needs("account:manage", versioned=True))]
ASKED: Final[dict[int | str, dict[str, Any]]] = {
    202: {"model": ApprovalAskedOut, "description": "A right of power is at stake: a second person has to agree first."}
}


@router.post("/auth/token", response_model=GrantOut, responses=documented(Unauthorised, TooMany))
@public("it is how one signs in")
def sign_in(form: Annotated[SignInForm, Form()], request: Request) -> GrantOut:
    """Sign in with name and password, and the code of the authenticator where one is enrolled.

    Five failures a minute close the account for a minute.
    """
    house: House = request.app.state.house
    address = request.client.host if request.client else "unknown"
    password = form.password.get_secret_value()
    return _granted(sessions.sign_in(house, form.username, password, address, form.code))


@router.post("/auth/refresh", response_model=GrantOut, responses=documented(Unauthorised))
@public("the refresh token in the body is what it checks")
def refresh(body: RefreshIn, request: Request) -> GrantOut:
    """Exchange a refresh token for a new pair. Used twice, it ends the session: somebody else has it too."""
    return _granted(sessions.refresh(request.app.state.house, body.refresh_token))


@router.post("/auth/logout", status_code=204, response_class=Response)
def sign_out(door: MyselfNow) -> Response:
    """End this session. Its tokens are refused from the next request on."""
    with door.write() as desk:
        service.sign_out(desk)
    return Response(status_code=204, headers={"Clear-Site-Data": '"cache", "storage"'})


@router.get("/me", response_model=MeOut)
def me(door: Myself) -> MeOut:
    """Who is signed in, and how far each permission reaches."""
    with door.read() as desk:
        return queries.me(desk)


@router.post("/me/password", status_code=204, response_class=Response, responses=documented(Invalid, TooMany))
def change_own_password(body: OwnPasswordIn, door: MyselfNow, request: Request) -> Response:
    """Change the own password. All sessions end, this one too: sign in again with the new one."""
    current, fresh = body.current.get_secret_value(), body.password.get_secret_value()
    own.change_password(door, request.app.state.house, current, fresh)
    return Response(status_code=204)


@router.post("/auth/step-up", response_model=SteppedUpOut, responses=documented(Invalid, TooMany, Forbidden))
def step_up(body: StepUpIn, door: MyselfNow, request: Request) -> SteppedUpOut:
    """Show again who is at the keys, before an act of power; it counts for the minutes of the policies."""
    password = None if body.password is None else body.password.get_secret_value()
    return SteppedUpOut(until=own.step_up(door, request.app.state.house, body.code, password))


@router.post("/auth/totp/enrol", response_model=EnrolOut, responses=documented(Invalid, Conflict, TooMany))
def enrol_authenticator(body: EnrolIn, door: MyselfNow, request: Request) -> EnrolOut:
    """Begin with an authenticator app: its secret, once. It counts after `/auth/totp/confirm`."""
    secret, address = own.begin_authenticator(door, request.app.state.house, body.password.get_secret_value())
    return EnrolOut(secret=secret, address=address, picture=factors.picture(address))


@router.post("/auth/totp/confirm", response_model=RecoveryCodesOut, responses=documented(Invalid, Conflict, TooMany))
def confirm_authenticator(body: ConfirmIn, door: MyselfNow) -> RecoveryCodesOut:
    """Confirm the authenticator with its first code. From now on signing in asks for a code; other sessions end."""
    return RecoveryCodesOut(recovery_codes=own.confirm_authenticator(door, body.code))


@router.post("/auth/totp/remove", status_code=204, response_class=Response, responses=documented(Forbidden, Conflict))
def remove_authenticator(door: MyselfNow) -> Response:
    """Take the own authenticator away, after a step-up. Other sessions end."""
    own.remove_authenticator(door)
    return Response(status_code=204)


@router.get("/users", response_model=AccountsOut)
def list_accounts(
    door: Looker,
    limit: Annotated[int | None, Query(ge=1, le=100, description="Entries per page; 50 if left out.")] = None,
    cursor: Annotated[str | None, Query(max_length=512, description="`next` of the page before.")] = None,
) -> AccountsOut:
    """The accounts within reach, by login name."""
    asked = ask(limit, cursor, (str, str))
    with door.write() as desk:
        return service.listed(desk, asked)


@router.get("/users/{user_id}", response_model=AccountOut)
def read_account(user_id: str, door: Looker, response: Response) -> AccountOut:
    """One account, with its version as ETag."""
    with door.write() as desk:
        account = service.read(desk, user_id)
    response.headers["ETag"] = f'"{account.version}"'
    return account


@router.post(
    "/users", status_code=201, response_model=AccountOut, responses={**ASKED, **documented(Conflict, BadRequest)}
)
def open_account(body: AccountIn, door: Looker, request: Request) -> Response:
    """Open an account in an office within reach. With a role of power it waits for a second person (202)."""
    door.verify()  # hashing costs; only who may open accounts may cause it
    fresh = service.hashed(
        request.app.state.house.passwords, body.password.get_secret_value(), body.login, body.display_name
    )
    return door.once(lambda desk: power.open_account(desk, body, fresh), status=201)


@router.post("/users/{user_id}/roles", response_model=AccountOut, responses=ASKED)
def set_roles(user_id: str, body: RolesIn, door: Changer) -> Response:
    """Set all roles of an account. Its sessions end. A right of power it did not have waits for a second person (202).

    Taking rights away needs nobody else; do that first if both are wanted.
    """
    return door.once(lambda desk: power.set_roles(desk, user_id, door.version, body.roles))


@router.post("/users/{user_id}/office", response_model=AccountOut, responses=ASKED)
def set_office(user_id: str, body: OfficeIn, door: Changer) -> Response:
    """Move an account to another office, whose reach it has from the next sign-in on. Its sessions end.

    An account that holds a right of power waits for a second person (202).
    """
    return door.once(lambda desk: power.set_office(desk, user_id, door.version, body.office))


@router.post("/users/{user_id}/disable", response_model=AccountOut)
def disable(user_id: str, door: Changer) -> Response:
    """Disable an account. Its sessions end."""
    return door.once(lambda desk: power.disable(desk, user_id, door.version))


@router.post("/users/{user_id}/enable", response_model=AccountOut, responses=ASKED)
def enable(user_id: str, door: Changer) -> Response:
    """Enable a disabled account again. One that holds a right of power waits for a second person (202)."""
    return door.once(lambda desk: power.enable(desk, user_id, door.version))


@router.post("/users/{user_id}/password", response_model=AccountOut, responses=ASKED)
def set_password(user_id: str, body: PasswordIn, door: Changer, request: Request) -> Response:
    """Set another password for somebody else's account. Its sessions end.

    An account that holds a right of power and has no second factor waits for a second person (202).
    """
    with door.read() as desk:
        seen = queries.account(desk, service.MANAGE, user_id)
    fresh = service.hashed(
        request.app.state.house.passwords, body.password.get_secret_value(), seen.login, seen.display_name
    )
    return door.once(lambda desk: power.set_password(desk, user_id, door.version, fresh))


@router.post("/users/{user_id}/factor/reset", response_model=AccountOut, responses=ASKED)
def reset_factor(user_id: str, door: Changer) -> Response:
    """Take the second factor of somebody else away, who lost it. Their sessions end.

    An account that holds a right of power waits for a second person (202).
    """
    return door.once(lambda desk: power.reset_factor(desk, user_id, door.version))


def _granted(grant: Grant) -> GrantOut:
    return GrantOut(access_token=grant.access_token, refresh_token=grant.refresh_token, expires_in=grant.expires_in)
