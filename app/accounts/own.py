"""What people do to their own account through either door: step up, change the password, carry an authenticator.

Each compares something secret, and counts the attempt in a transaction that commits even when the secret was wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, update

from app.access import factors, screen, stepup
from app.access.desk import Desk, House
from app.access.door import Door
from app.access.log import looked, refused
from app.access.may import permitted
from app.access.sessions import end_all_sessions, end_session
from app.accounts import queries, service
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.models.base import is_id
from app.models.user import User


def step_up(
    door: Door, house: House, code: str | None, password: str | None, then: Callable[[Desk], None] | None = None
) -> datetime:
    """Note a fresh proof of the person at the keys; until when it counts (aware UTC).

    ``code``: of the authenticator. ``password``: taken only from those who have no authenticator and hold no right
    of power. ``then`` runs in the same transaction. Raises Invalid for a wrong proof, Forbidden (factor_missing) for
    people with power and no authenticator, TooMany.
    """
    with door.write() as desk:
        enrolled = factors.enrolled(desk.session, desk.actor.id)
        if lacks_factor(desk):
            raise _factor_missing()
        right = enrolled and factors.prove(desk.session, desk.keys, desk.actor.id, code, desk.now)
        if right:
            return _stepped_up(desk, "code", then)
        if enrolled:
            looked(desk, "step_up_failed", "session", desk.session_id)
    if enrolled:
        raise _code_wrong()
    _shown(door, house, password or "")
    with door.write() as desk:
        if factors.enrolled(desk.session, desk.actor.id):
            raise _code_wrong()
        service.forgive_own(desk)
        return _stepped_up(desk, "password", then)


def change_password(door: Door, house: House, current: str, fresh: str) -> None:
    """Give the own account another password. All its sessions end. Raises Invalid, TooMany."""
    seen = _shown(door, house, current)
    hashed = service.hashed(house.passwords, fresh, seen.login, seen.display_name)
    with door.write() as desk:
        service.set_own_password(desk, seen, hashed)


def begin_authenticator(door: Door, house: House, password: str) -> tuple[str, str]:
    """The secret of a new authenticator and its otpauth: address, given once. Raises Invalid, Conflict, TooMany."""
    seen = _shown(door, house, password)
    with door.write() as desk:
        service.forgive_own(desk)
        secret = factors.begin(desk.session, desk.keys, desk.actor.id, desk.now)
        looked(desk, "factor_begun", "account", desk.actor.id)
    return secret, factors.address(secret, seen.login)


def confirm_authenticator(door: Door, code: str, then: Callable[[Desk], None] | None = None) -> list[str]:
    """Make the authenticator count; the recovery codes. Other sessions end, this one has stepped up.

    ``then`` runs in the same transaction. Raises Invalid for a wrong code, Conflict, TooMany.
    """
    with door.write() as desk:
        codes = factors.confirm(desk.session, desk.keys, desk.actor.id, code, desk.now)
        if codes is not None:
            end_all_sessions(desk.session, desk.actor.id, desk.now, "factor_enrolled", but=desk.session_id)
            looked(desk, "factor_enrolled", "account", desk.actor.id)
            _stepped_up(desk, "code", then)
    if codes is None:
        raise _code_wrong()
    return codes


def remove_authenticator(door: Door) -> None:
    """Take the own authenticator away. Raises Forbidden (step_up_needed), Conflict if there is none."""
    with door.write() as desk:
        if not factors.enrolled(desk.session, desk.actor.id):
            raise Conflict("There is no authenticator to remove.", code="factor_absent")
        stepup.must_be_fresh(desk, "removing an authenticator")
        factors.remove(desk.session, desk.actor.id)
        end_all_sessions(desk.session, desk.actor.id, desk.now, "factor_removed", but=desk.session_id)
        looked(desk, "factor_removed", "account", desk.actor.id)


def set_pin(door: Door, house: House, pin: str, password: str) -> None:
    """Set the number that unlocks the own screen; "" takes it away. Raises Invalid, TooMany."""
    digits = screen.checked_pin(pin, house.policies.safeguards.screen) if pin else ""
    _shown(door, house, password)
    hashed = house.passwords.hash(digits) if digits else None
    with door.write() as desk:
        service.forgive_own(desk)
        screen.set_pin(desk, hashed)


def end_own_session(door: Door, session_id: str) -> bool:
    """End one of the own sign-ins; whether it was the one this request came through. NotFound for any other id."""
    with door.write() as desk:
        if not is_id(session_id):
            raise NotFound()
        if session_id not in {row.id for row in queries.own_sessions(desk)}:
            refused(desk, "session", session_id, {"answer": 404})
            raise NotFound()
        end_session(desk.session, session_id, desk.now, "ended_by_owner")
        looked(desk, "session_ended", "session", session_id)
        return session_id == desk.session_id


def set_reading(desk: Desk, language: str, calendar: str, *, large_text: bool) -> None:
    """Keep how the actor likes to read: pages are written like this from now on. Checked by the form."""
    values = {"language": language, "calendar": calendar, "large_text": large_text}
    desk.session.execute(update(User).where(User.id == desk.actor.id).values(values))


def holds_power(desk: Desk) -> bool:
    """Whether some right of the actor is one that the policies call power."""
    return any(permitted(desk, permission) for permission in desk.policies.safeguards.two_persons.power)


def lacks_factor(desk: Desk) -> bool:
    """Whether the actor cannot step up before enrolling an authenticator."""
    return holds_power(desk) and not factors.enrolled(desk.session, desk.actor.id)


def _shown(door: Door, house: House, password: str) -> Row[Any]:
    """The own account row, if ``password`` is its present one: Invalid otherwise, TooMany."""
    with door.write() as desk:
        seen = service.own_attempt(desk)
    if not house.passwords.matches(seen.password_hash, password):
        raise Invalid("The current password is not this one.", code="current_password_wrong")
    return seen


def _stepped_up(desk: Desk, by: str, then: Callable[[Desk], None] | None) -> datetime:
    stepup.mark(desk.session, desk.session_id, desk.now)
    looked(desk, "stepped_up", "session", desk.session_id, {"by": by})
    if then is not None:
        then(desk)
    return desk.now + desk.policies.safeguards.step_up_lasts


def _factor_missing() -> Forbidden:
    return Forbidden(
        "Your roles hold rights that ask for an authenticator app: send your password to /auth/totp/enrol, then the"
        " app's first code to /auth/totp/confirm.",
        code="factor_missing",
        title="Set up an authenticator first.",
        extra={"how": "POST /auth/totp/enrol"},
    )


def _code_wrong() -> Invalid:
    return Invalid(
        "This is not the present code of your authenticator, or it was used already. Each code works once; wait for"
        " the next one.",
        code="code_wrong",
        title="This code does not fit.",
    )
