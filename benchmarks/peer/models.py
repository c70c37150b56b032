"""What the peer stores: people, their cases with the machine of care, placements, tasks, and who looked at what."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from simple_history.models import HistoricalRecords

from benchmarks.peer.care import CareFlow


class Office(models.Model):
    """A shelter or another office; its managers see all its cases."""

    code = models.CharField(max_length=60, unique=True)


class User(AbstractUser):
    """An account with one role in one office, read with the token at each request."""

    class Role(models.TextChoices):
        WORKER = "social_worker"
        MANAGER = "shelter_manager"

    office = models.ForeignKey(Office, models.PROTECT)
    role = models.CharField(max_length=40, choices=Role)


class Person(models.Model):
    """Who somebody is, in plain text: the peer encrypts nothing."""

    given_names = models.CharField(max_length=200)
    family_name = models.CharField(max_length=200, blank=True)
    birth_year = models.PositiveSmallIntegerField(null=True)
    # What a search looks at, in capitals. An index on text that LIKE 'X%' can use comes with db_index on PostgreSQL.
    search_name = models.CharField(max_length=400, db_index=True)

    def save(self, *args, **kwargs):
        """Keep the searched name with the names."""
        self.search_name = searched(self.given_names, self.family_name)
        super().save(*args, **kwargs)


def searched(*names):
    """Names as they are searched for: one string in capitals, single spaces."""
    return " ".join(" ".join(names).upper().split())


class CaseQuerySet(models.QuerySet):
    """Cases, narrowed to those somebody may see."""

    def visible_to(self, user):
        """A manager sees the cases of the office, a worker those whose team they are on."""
        if user.role == User.Role.MANAGER:
            return self.filter(office_id=user.office_id)
        return self.filter(team__user=user)


class Case(CareFlow, models.Model):
    """A case with its state of care and the version a change has to name; every save leaves a row of history."""

    reference = models.CharField(max_length=40, unique=True)
    office = models.ForeignKey(Office, models.PROTECT)
    person = models.ForeignKey(Person, models.PROTECT, related_name="cases")
    identification = models.CharField(max_length=40)
    version = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField()
    child = models.BooleanField(default=False)
    age_band = models.CharField(max_length=20, default="18+")
    sex = models.CharField(max_length=1, default="F")
    nationality = models.CharField(max_length=20, default="MM")
    deceased = models.BooleanField(default=False)
    missing = models.BooleanField(default=False)
    admission_agreed = models.BooleanField(default=False)
    rights_explained = models.BooleanField(default=False)
    needs_assessed_on = models.DateField(null=True)
    return_wished = models.BooleanField(default=False)
    closure_recorded = models.BooleanField(default=False)

    objects = CaseQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        indexes = [models.Index(fields=["office", "-opened_at", "-id"], name="case_of_office")]


class TeamMember(models.Model):
    """Somebody who works on a case."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="team")
    user = models.ForeignKey(User, models.PROTECT)
    role = models.CharField(max_length=40)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "case"], name="once_on_a_team")]


class Placement(models.Model):
    """Where the person stays from a day on: what the step's form says."""

    class Kind(models.TextChoices):
        SHELTER_GOVERNMENT = "shelter_government"
        SHELTER_NGO = "shelter_ngo"
        FOSTER_FAMILY = "foster_family"
        HOSPITAL = "hospital"
        POLICE_CELL = "police_cell"
        IMMIGRATION_DETENTION = "immigration_detention"

    CUSTODIAL = frozenset({Kind.POLICE_CELL, Kind.IMMIGRATION_DETENTION})

    case = models.ForeignKey(Case, models.CASCADE, related_name="placements")
    place_kind = models.CharField(max_length=40, choices=Kind)
    place = models.CharField(max_length=200)
    matched_to_needs = models.BooleanField()
    note = models.TextField(blank=True)
    created_by = models.ForeignKey(User, models.PROTECT)
    created_at = models.DateTimeField(auto_now_add=True)


class Task(models.Model):
    """Something to be done about a case until a day."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="tasks")
    kind = models.CharField(max_length=40)
    role = models.CharField(max_length=40)
    opened_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(User, models.PROTECT, null=True)

    class Meta:
        indexes = [models.Index(fields=["case", "due_at"], condition=models.Q(done_at=None), name="task_open")]


class AccessEntry(models.Model):
    """Who looked at what, or changed it: written in the transaction of the look itself."""

    at = models.DateTimeField(auto_now_add=True)
    user = models.ForeignKey(User, models.PROTECT)
    action = models.CharField(max_length=40)
    case = models.ForeignKey(Case, models.PROTECT, null=True)
    details = models.JSONField(default=dict)
