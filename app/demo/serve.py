"""Serves a built demonstration on this machine and says how to look around in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from app.access import rows
from app.access.desk import House
from app.demo.place import logging_in, password_of, running_clock, settings_of
from app.main import PREFIX, create_app
from app.models.office import Office
from app.models.referral import Referral
from app.models.user import User, UserRole
from app.serving.sockets import listening
from app.serving.web import run

COPY: Any = Referral.__table__
# Whose desk the examples show: the border focal point who answers what comes over the bridge at Myawaddy.
OFFICER, BRIDGE = "mm.border1", "mm-border-myawaddy"


def serve(folder: Path, port: int) -> None:
    """Serve the demonstration in ``folder`` on 127.0.0.1 until Ctrl-C."""
    on = listening("127.0.0.1", port)
    settings = settings_of(folder, port=on.getsockname()[1])
    with logging_in(folder):
        app = create_app(settings, running_clock(settings))
        for line in welcome(app.state.house, folder, settings.port):
            print(line, flush=True)
        run(app, on)


def welcome(house: House, folder: Path, port: int) -> Iterator[str]:
    """Addresses, logins and examples, line by line."""
    base = f"http://127.0.0.1:{port}"
    yield f"Waymark demonstration: it is {house.clock.now():%d %B %Y, %H:%M} UTC there. Ctrl-C ends it."
    yield ""
    yield f"  {base}/sign-in                pages: sign in with one of the names below"
    yield f"  {base}{PREFIX}/docs          the JSON API, described (no page loads anything from elsewhere)"
    yield f"  {base}{PREFIX}/openapi.json  the same for programs"
    yield ""
    yield f"  Everybody's password: {password_of(folder)}   (also in {folder / 'password'})"
    yield from logins(house)
    yield ""
    yield from _examples(house, base, password_of(folder))
    yield ""


def logins(house: House) -> Iterator[str]:
    """The names one can sign in with, by country and role, line by line."""
    query = (
        select(User.login, UserRole.role, Office.code, Office.country)
        .join(UserRole, UserRole.user_id == User.id)
        .join(Office, Office.id == User.office_id)
        .order_by(Office.country != "TH", Office.country != "MM", Office.country, UserRole.role)
        .order_by(func.length(User.login), User.login)
    )
    with house.db.read() as session:
        rows = session.execute(query).all()
    for country in dict.fromkeys(row.country for row in rows):
        yield f"  {house.policies.countries[country].name}"
        for role in dict.fromkeys(row.role for row in rows if row.country == country):
            there = [f"{row.login} ({row.code})" for row in rows if (row.country, row.role) == (country, role)]
            # The first and the last stand for all between them: the number counts up.
            shown = " ... ".join(dict.fromkeys((there[0], there[-1])))
            yield f"    {house.policies.roles[role].title:<26} {shown}"


def _examples(house: House, base: str, password: str) -> Iterator[str]:
    """Three commands that work as they stand: sign in, the inbox, and what can be done with one referral in it."""
    referral = _waiting(house)
    reads = "python3 -c 'import json,sys; print(json.load(sys.stdin)[\"access_token\"])'"
    yield "  Try (a sign-in lasts 15 minutes):"
    yield f"    TOKEN=$(curl -s {base}{PREFIX}/auth/token -d username={OFFICER} -d password={password} | {reads})"
    yield f'    curl -s -H "Authorization: Bearer $TOKEN" "{base}{PREFIX}/referrals?box=inbox"'
    if referral:
        yield f'    curl -s -H "Authorization: Bearer $TOKEN" {base}{PREFIX}/referrals/{referral}/next-steps'


def _waiting(house: House) -> str | None:
    """The oldest referral that waits for an answer of ``OFFICER``."""
    query = (
        select(COPY.c.id)
        .join(Office, Office.id == COPY.c.border_office_id)
        .where(Office.code == BRIDGE, COPY.c.side == "receiver", COPY.c.state == "sent")
        .order_by(COPY.c.opened_at, COPY.c.id)
    )
    with house.db.read() as session:
        rows.enter_everything(session)
        found = session.execute(query).scalars().first()
    return str(found) if found else None
