"""The machine of care: which step leads where, under which conditions, and who may take it."""

from datetime import timedelta

from django.db import models
from django.utils import timezone
from django_fsm import FSMField, transition

REVIEW_AFTER = timedelta(days=30)
WORKERS = frozenset({"social_worker", "case_manager", "shelter_manager"})
HOUSED = ["sheltered", "recovering", "planning_return", "including_locally", "reintegrating"]


class Blocked(Exception):
    """A guard that looks at what was typed says no; the text says why."""


def person_is_with_us(case):
    """Neither deceased nor missing."""
    return not (case.deceased or case.missing)


def admission_is_signed(case):
    """The person wants to stay there."""
    return case.admission_agreed


def rights_were_explained(case):
    """The person was told their rights."""
    return case.rights_explained


def needs_are_assessed(case):
    """The needs were asked for within the last half year."""
    on = case.needs_assessed_on
    return on is not None and (timezone.localdate() - on).days <= 183


def identification_is_positive(case):
    """The authority said yes."""
    return case.identification == "identified"


def return_is_wished_for(case):
    """The person said so."""
    return case.return_wished


def closure_is_recorded(case):
    """Somebody wrote down why."""
    return case.closure_recorded


def worker(_case, user):
    """Whether the role may take steps of care."""
    return user.role in WORKERS


def step(source, target, *conditions):
    """A transition of care that workers may take."""
    return transition(field="care", source=source, target=target, conditions=list(conditions), permission=worker)


class CareFlow(models.Model):
    """The state of care and its steps; a step changes the case in memory, the caller saves it."""

    care = FSMField(default="intake", protected=True)

    class Meta:
        abstract = True

    @step("intake", "sheltered", person_is_with_us, admission_is_signed)
    def admit(self, user, placement):
        """Admit to a safe place."""
        self._settle(user, placement)

    # Leads back to where it started: the target of each source is itself.
    @step(HOUSED, None, person_is_with_us, admission_is_signed)
    def move_placement(self, user, placement):
        """Move to another place."""
        self._settle(user, placement)

    @step("sheltered", "recovering", person_is_with_us, rights_were_explained, needs_are_assessed)
    def start_recovery(self, user, placement=None):
        """Start recovery."""

    @step("recovering", "planning_return", person_is_with_us, identification_is_positive, return_is_wished_for)
    def plan_return(self, user, placement=None):
        """Plan the return."""

    @step(["planning_return", "including_locally"], "recovering", person_is_with_us)
    def resume_recovery(self, user, placement=None):
        """Go back to recovery."""

    @step(["recovering", "planning_return"], "including_locally", person_is_with_us, identification_is_positive)
    def include_locally(self, user, placement=None):
        """Include locally."""

    @step(["intake", *HOUSED], "closed", closure_is_recorded)
    def close(self, user, placement=None):
        """Close the case."""

    def _settle(self, user, placement):
        """No cell, the place recorded, and the clock of its review set anew."""
        if placement is None:
            raise Blocked("The step needs its form.")
        if placement.place_kind in placement.CUSTODIAL:
            raise Blocked("The place is custodial.")
        if not placement.matched_to_needs:
            raise Blocked("The place does not fit what the person needs.")
        now = timezone.now()
        placement.case, placement.created_by = self, user
        placement.save()
        self.tasks.filter(kind="review_placement", done_at=None).update(done_at=now, done_by=user)
        self.tasks.create(kind="review_placement", role="shelter_manager", due_at=now + REVIEW_AFTER)

    def next_steps(self, user):
        """Every step the user could take from here, with the names of the conditions that block it."""
        found = []
        for each in self.get_all_care_transitions():
            if each.source == self.care and each.has_perm(self, user):
                missing = [condition.__name__ for condition in each.conditions if not condition(self)]
                title = getattr(self, each.name).__doc__
                found.append({"step": each.name, "title": title, "allowed": not missing, "missing": missing})
        return found
