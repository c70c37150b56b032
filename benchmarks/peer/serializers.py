"""What the peer takes and gives."""

from rest_framework import serializers

from benchmarks.peer.models import Case, Placement, Task, TeamMember


class PlacementIn(serializers.ModelSerializer):
    """The form of a placement."""

    class Meta:
        model = Placement
        fields = ["place_kind", "place", "matched_to_needs", "note"]


class StepIn(serializers.Serializer):
    """A step to take: the version seen, and its form."""

    seen_version = serializers.IntegerField(min_value=1)
    placement = PlacementIn(required=False)


class CaseRow(serializers.ModelSerializer):
    """A case in a list: no name."""

    office = serializers.CharField(source="office.code")

    class Meta:
        model = Case
        fields = [
            "id", "reference", "version", "office", "identification", "care", "child", "age_band", "sex", "nationality",
            "opened_at",
        ]  # fmt: skip


class CaseOut(CaseRow):
    """A case with its facts and what can be done next."""

    next_steps = serializers.SerializerMethodField()

    class Meta(CaseRow.Meta):
        fields = [
            *CaseRow.Meta.fields, "deceased", "missing", "admission_agreed", "rights_explained", "needs_assessed_on",
            "return_wished", "closure_recorded", "next_steps",
        ]  # fmt: skip

    def get_next_steps(self, case):
        """Allowed or blocked, with what is missing."""
        return case.next_steps(self.context["request"].user)


class TeamMemberOut(serializers.ModelSerializer):
    """A worker on the team."""

    name = serializers.CharField(source="user.username")

    class Meta:
        model = TeamMember
        fields = ["user_id", "name", "role", "since"]


class TaskOut(serializers.ModelSerializer):
    """An open task."""

    class Meta:
        model = Task
        fields = ["id", "kind", "role", "due_at"]


class CasePageOut(CaseOut):
    """A case with its team and open tasks."""

    team = TeamMemberOut(many=True)
    tasks = TaskOut(many=True, source="open_tasks")

    class Meta(CaseOut.Meta):
        fields = [*CaseOut.Meta.fields, "team", "tasks"]


class HistoryOut(serializers.ModelSerializer):
    """One entry of a timeline."""

    at = serializers.DateTimeField(source="history_date")
    step = serializers.CharField(source="history_change_reason")
    user = serializers.CharField(source="history_user.username")

    class Meta:
        model = Case.history.model
        fields = ["history_id", "at", "step", "user", "care", "identification", "version"]
