"""Makes the peer's tables and fills them with the world on standard input; prints what a client has to know.

    PEER-PYTHON -m benchmarks.peer.fill < world.json

In: office, worker, manager (names), entries (history rows of each case that was grown) and cases, each with reference,
given_names, family_name, birth_year, opened_at and grown. Out, as JSON: a token for worker and manager, and id and
version of each grown case.
"""

import json
import os
import sys

import django

BATCH = 1000


def fill(world):
    """Insert the world and have the database count its tables; the ids, versions and tokens."""
    from django.db import connection, transaction
    from rest_framework.authtoken.models import Token

    from benchmarks.peer.models import Office, User

    with transaction.atomic():
        office = Office.objects.create(code=world["office"])
        users = {
            role: User.objects.create(username=world[name], office=office, role=role)
            for name, role in (("worker", User.Role.WORKER), ("manager", User.Role.MANAGER))
        }
        worker, manager = users.values()
        grown = put(world, office, worker)
        tokens = {"worker": Token.objects.create(user=worker).key, "manager": Token.objects.create(user=manager).key}
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {"tokens": tokens, "cases": [{"id": case.pk, "version": case.version} for case in grown]}


def put(world, office, worker):
    """People, cases, teams, tasks and histories, many rows at a time; the cases that were grown."""
    from django.utils import timezone
    from django.utils.dateparse import parse_datetime

    from benchmarks.peer.care import REVIEW_AFTER
    from benchmarks.peer.models import Case, Person, Task, TeamMember, searched

    people, cases = [], []
    for each in world["cases"]:
        names = (each["given_names"], each["family_name"])
        people.append(
            Person(given_names=names[0], family_name=names[1], birth_year=each["birth_year"],
                   search_name=searched(*names))
        )  # fmt: skip
        # As far as those of Waymark's world: grown ones live in a shelter, the others were just reported.
        how = ("sheltered", "presumed", world["entries"]) if each["grown"] else ("intake", "reported", 1)
        cases.append(
            Case(reference=each["reference"], office=office, person=people[-1], care=how[0], identification=how[1],
                 version=how[2], opened_at=parse_datetime(each["opened_at"]), admission_agreed=each["grown"],
                 rights_explained=each["grown"])
        )  # fmt: skip
    Person.objects.bulk_create(people, BATCH)
    Case.objects.bulk_create(cases, BATCH)
    TeamMember.objects.bulk_create([TeamMember(case=case, user=worker, role=worker.role) for case in cases], BATCH)
    grown = [case for case, each in zip(cases, world["cases"], strict=True) if each["grown"]]
    due = timezone.now() + REVIEW_AFTER
    Task.objects.bulk_create(
        [Task(case=case, kind="review_placement", role="shelter_manager", due_at=due) for case in grown]
    )
    for case in grown:
        case.version = 1
    Case.history.bulk_history_create(cases, BATCH, default_user=worker, default_change_reason="opened")
    for version in range(2, world["entries"] + 1):
        for case in grown:
            case.version = version
        Case.history.bulk_history_create(
            grown, BATCH, update=True, default_user=worker, default_change_reason="move_placement"
        )
    return grown


def main():
    """The command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.peer.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", run_syncdb=True, verbosity=0)
    json.dump(fill(json.load(sys.stdin)), sys.stdout)


if __name__ == "__main__":
    main()
