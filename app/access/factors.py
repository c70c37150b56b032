"""Second factors: enrolling an authenticator app, and taking each of its codes once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import unicodedata
from datetime import datetime
from typing import Any, Final

import pyotp
import segno
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.access import attempts
from app.kit.crypto import KeyRing
from app.kit.errors import Conflict
from app.models.factor import RecoveryCode, SecondFactor

STEP_SECONDS: Final = 30
# One step to each side, for clocks that are a little off and people who type slowly (RFC 6238, 5.2 and 6).
STEPS_AROUND: Final = (-1, 0, 1)
RECOVERY_CODES: Final = 10

_SECRET_BYTES: Final = 20
_CODE: Final = re.compile(r"[0-9]{6}")
_RECOVERY: Final = re.compile(r"[A-Z2-7]{16}")
_TABLE: Final[Any] = SecondFactor.__table__
_CODES: Final[Any] = RecoveryCode.__table__


def enrolled(session: Session, user_id: str) -> bool:
    """Whether the account has a second factor that counts."""
    query = select(_TABLE.c.user_id).where(_TABLE.c.user_id == user_id, _TABLE.c.confirmed_at.is_not(None))
    return session.execute(query).first() is not None


def begin(session: Session, keys: KeyRing, user_id: str, now: datetime) -> str:
    """A fresh secret (base32) for the account, to be confirmed; an unconfirmed one before it is forgotten.

    Raises Conflict if the account has a factor already: that one is removed first, which takes a step-up.
    """
    if enrolled(session, user_id):
        raise Conflict("Remove the present authenticator first.", code="factor_present")
    secret = base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode("ascii")
    plain, wrapped = keys.new_data_key()
    session.execute(delete(_TABLE).where(_TABLE.c.user_id == user_id))
    session.execute(
        insert(_TABLE).values(
            user_id=user_id,
            data_key=wrapped,
            sealed_secret=keys.seal(plain, secret.encode("ascii"), _place(user_id)),
            created_at=now,
            last_step=0,
        )
    )
    return secret


def confirm(session: Session, keys: KeyRing, user_id: str, code: str, now: datetime) -> list[str] | None:
    """Make the factor count, if ``code`` is one of its; the recovery codes, shown this once. None: a wrong code.

    The caller lets its transaction commit either way, so that wrong codes stay counted. Raises Conflict if nothing
    waits to be confirmed, TooMany.
    """
    # In this order, as in `prove`: two requests that wait for each other's rows would both fail.
    attempts.count_factor(session, user_id, now)
    factor = _locked(session, user_id)
    if factor is None or factor.confirmed_at is not None:
        raise Conflict("Begin with a new secret; there is none that waits for its first code.", code="factor_not_begun")
    if not _fits(session, keys, factor, _tidy(code), now):
        return None
    attempts.forgive_factor(session, user_id)
    session.execute(update(_TABLE).where(_TABLE.c.user_id == user_id).values(confirmed_at=now))
    fresh = [base64.b32encode(secrets.token_bytes(10)).decode("ascii") for _ in range(RECOVERY_CODES)]
    session.execute(delete(_CODES).where(_CODES.c.user_id == user_id))
    session.execute(insert(_CODES), [{"digest": _digest(user_id, each), "user_id": user_id} for each in fresh])
    return ["-".join(each[at : at + 4] for at in range(0, 16, 4)) for each in fresh]


def prove(session: Session, keys: KeyRing, user_id: str, code: str | None, now: datetime) -> bool:
    """Whether ``code`` is a code of the account's authenticator, or a recovery code, that nobody has used before.

    It is used up by this. The caller lets its transaction commit either way, so that wrong codes stay counted; the
    row is locked until then, so of two requests with one code the second comes late. Raises TooMany.
    """
    if code is None:
        return False
    attempts.count_factor(session, user_id, now)
    factor = _locked(session, user_id)
    typed = _tidy(code)
    if factor is None or factor.confirmed_at is None:
        return False
    if not (_fits(session, keys, factor, typed, now) or _recovers(session, user_id, typed, now)):
        return False
    attempts.forgive_factor(session, user_id)
    return True


def remove(session: Session, user_id: str) -> bool:
    """Take the account's factor and recovery codes away; whether there was one that counted."""
    had = enrolled(session, user_id)
    session.execute(delete(_CODES).where(_CODES.c.user_id == user_id))
    session.execute(delete(_TABLE).where(_TABLE.c.user_id == user_id))
    return had


def recovery_codes_left(session: Session, user_id: str) -> int:
    """How many recovery codes of the account are unused."""
    query = select(func.count()).where(_CODES.c.user_id == user_id, _CODES.c.used_at.is_(None))
    return int(session.execute(query).scalar_one())


def address(secret: str, login: str, issuer: str = "Work") -> str:
    """The otpauth: address an app takes ``secret`` from; the neutral ``issuer`` is what the phone shows."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def picture(address: str) -> str:
    """The square code of an `address` as one inline SVG element without script or style."""
    return str(segno.make(address, error="m", micro=False).svg_inline(scale=5, border=4, dark="#000", light="#fff"))


def _fits(session: Session, keys: KeyRing, factor: Any, typed: str, now: datetime) -> bool:
    """Whether ``typed`` is the code of a step around ``now`` later than the last one taken; then it is taken."""
    if not _CODE.fullmatch(typed):
        return False
    secret = keys.open(keys.unwrap(factor.data_key), factor.sealed_secret, _place(factor.user_id))
    totp = pyotp.TOTP(secret.decode("ascii"))
    present = int(now.timestamp()) // STEP_SECONDS
    steps = [present + around for around in STEPS_AROUND]
    fitting = [step for step in steps if hmac.compare_digest(totp.generate_otp(step), typed)]
    later = [step for step in fitting if step > factor.last_step]
    if not later:
        return False
    # The condition decides who was first, whatever the engine thinks of locks.
    taken: Any = session.execute(
        update(_TABLE)
        .where(_TABLE.c.user_id == factor.user_id, _TABLE.c.last_step < later[0])
        .values(last_step=later[0])
    )
    return bool(taken.rowcount == 1)


def _recovers(session: Session, user_id: str, typed: str, now: datetime) -> bool:
    if not _RECOVERY.fullmatch(typed):
        return False
    used: Any = session.execute(
        update(_CODES)
        .where(_CODES.c.digest == _digest(user_id, typed), _CODES.c.user_id == user_id, _CODES.c.used_at.is_(None))
        .values(used_at=now)
    )
    return bool(used.rowcount == 1)


def _locked(session: Session, user_id: str) -> Any:
    query = select(*_TABLE.c).where(_TABLE.c.user_id == user_id).with_for_update()
    return session.execute(query).one_or_none()


def _tidy(code: str) -> str:
    """What was typed without spaces and dashes; digits of any script become 0 to 9."""
    digits = (str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in code[:64])
    return re.sub(r"[\s-]+", "", "".join(digits)).upper()


def _digest(user_id: str, code: str) -> str:
    # 80 random bits need no slow hash.
    return hashlib.sha256(f"{user_id}|{code}".encode()).hexdigest()


def _place(user_id: str) -> bytes:
    return f"second_factor|sealed_secret|{user_id}".encode()
