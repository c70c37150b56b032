"""Brings the directory to partners that do not know it yet, and reminds whoever keeps it to check their contacts."""

from __future__ import annotations

from app.access.desk import House
from app.casework import contact_rows, contacts

__all__ = ["ring"]


def ring(house: House) -> int:
    """Tell partners what they were not told, and remind once of each contact whose check is due; how many."""
    done = 0
    for country in sorted(house.policies.countries):
        with house.db.read() as session:
            due = contact_rows.entries(house.system_desk(session, country), [country])
        if not due:
            continue
        with house.db.write() as session:
            desk = house.system_desk(session, country)
            done += contacts.tell_all(desk)
            done += sum(contacts.remind(desk, each) for each in due if each.next_check <= desk.today)
    return done
