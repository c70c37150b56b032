"""Tells people by mail that there is something new for them: how many items and where to sign in, never what."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.access import rows
from app.access.desk import House
from app.kit.log import logger
from app.kit.mail import Mail, NotSent
from app.kit.reader import Reader, reading
from app.kit.words import plural, say
from app.models.notice import Notice
from app.models.user import User
from policies.model import MailRules

__all__ = ["tell_by_mail"]

# So many at a time; the worker has other things to do, and comes round every minute.
_BATCH: Final = 20
_TABLE: Final[Any] = Notice.__table__


def tell_by_mail(house: House) -> int:
    """Send each account with an address one mail about its unread notices that no mail has told of; how many mails.

    A notice counts as told before its mail leaves, so that two workers do not both send one, and no longer if the
    server does not take it: then the next round tries again, and this one ends.
    """
    if house.mail is None:
        return 0
    now, rules, sent = house.clock.now(), house.policies.safeguards.mail, 0
    for row in _due(house, rules, now):
        with house.db.write() as session:
            count = _claim(session, rules, row.id, now)
        if not count:
            continue
        try:
            _send(house, house.mail, row, count)
        except NotSent as error:
            with house.db.write() as session:
                rows.enter_everything(session)
                mine = (_TABLE.c.user_id == row.id, _TABLE.c.mailed_at == now)
                session.execute(update(_TABLE).where(*mine).values(mailed_at=None))
            logger().warning("mail_not_sent", kind=str(error))
            break
        sent += 1
    return sent


def _due(house: House, rules: MailRules, now: datetime) -> list[Any]:
    """Accounts with an address and untold notices, whose last mail is long enough ago: id, email, language."""
    untold = select(_TABLE.c.user_id).where(*_untold(rules, now))
    lately = select(_TABLE.c.user_id).where(_TABLE.c.mailed_at > now - timedelta(minutes=rules.pause_minutes))
    query = (
        select(User.id, User.email, User.language)
        .where(User.active.is_(True), User.email.is_not(None), User.id.in_(untold), User.id.not_in(lately))
        .order_by(User.id)
        .limit(_BATCH)
    )
    with house.db.read() as session:
        rows.enter_everything(session)
        return list(session.execute(query))


def _claim(session: Session, rules: MailRules, user_id: str, now: datetime) -> int:
    rows.enter_everything(session)
    # The account's row is the turnstile: whoever comes second finds nothing left to tell.
    session.execute(select(User.id).where(User.id == user_id).with_for_update())
    mine = (_TABLE.c.user_id == user_id, *_untold(rules, now))
    count = int(session.execute(select(func.count()).select_from(_TABLE).where(*mine)).scalar_one())
    session.execute(update(_TABLE).where(*mine).values(mailed_at=now))
    return count


def _untold(rules: MailRules, now: datetime) -> tuple[Any, ...]:
    return (_TABLE.c.mailed_at.is_(None), _TABLE.c.read_at.is_(None), _TABLE.c.at > now - timedelta(days=rules.days))


def _send(house: House, mail: Mail, row: Any, count: int) -> None:
    with reading(Reader(language=row.language)):
        subject = plural("You have %(count)s new item", "You have %(count)s new items", count)
        body = say("Sign in to see it: %(site)s", site=mail.site)
    mail.send(row.email, subject, f"{subject}.\n\n{body}\n", house.clock)
