"""The doors of the peer: a step, a case page, a timeline, a list and a search; each leaves its access row."""

from django.db import transaction
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django_fsm import TransitionNotAllowed, can_proceed, has_transition_perm
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, NotFound, PermissionDenied
from rest_framework.pagination import CursorPagination
from rest_framework.response import Response
from rest_framework.views import APIView

from benchmarks.peer.care import Blocked
from benchmarks.peer.models import AccessEntry, Case, Person, Placement, Task, TeamMember, searched
from benchmarks.peer.serializers import CaseOut, CasePageOut, CaseRow, HistoryOut, StepIn

TIMELINE = 50
FOUND = 20
STEPS = frozenset(each.name for each in Case._meta.get_field("care").get_all_transitions(Case))


class Conflict(APIException):
    """The change does not fit what the case is now."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class ByOpening(CursorPagination):
    """Newest first, from a key and not from a number of rows."""

    ordering = ("-opened_at", "-id")
    page_size = 50


@transaction.non_atomic_requests
def health(_request):
    """Whether the process answers."""
    return HttpResponse("ok")


def looked(user, action, case=None, **details):
    """Note who looked, in the transaction of the look."""
    AccessEntry.objects.create(user=user, action=action, case=case, details=details)


class CaseViewSet(viewsets.GenericViewSet):
    """Cases within the user's reach; any other does not exist for them."""

    pagination_class = ByOpening
    serializer_class = CaseRow

    def get_queryset(self):
        """Within reach, with the office that every shape names."""
        return Case.objects.visible_to(self.request.user).select_related("office")

    def list(self, request):
        """One page of cases."""
        page = self.paginate_queryset(self.get_queryset())
        looked(request.user, "list", count=len(page))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request, pk):
        """The page of a case; with ``?timeline=1`` its newest entries too, as a screen needs them."""
        team = TeamMember.objects.select_related("user").order_by("since", "id")
        tasks = Task.objects.filter(done_at=None).order_by("due_at", "id")
        with_both = self.get_queryset().prefetch_related(
            Prefetch("team", team), Prefetch("tasks", tasks, to_attr="open_tasks")
        )
        case = get_object_or_404(with_both, pk=pk)
        looked(request.user, "page", case)
        shown = CasePageOut(case, context=self.get_serializer_context()).data
        if "timeline" in request.query_params:
            shown["timeline"] = self._line(case)
        return Response(shown)

    @action(detail=True)
    def timeline(self, request, pk):
        """The newest entries of the history."""
        case = get_object_or_404(self.get_queryset(), pk=pk)
        looked(request.user, "timeline", case)
        return Response({"items": self._line(case)})

    @action(detail=True, methods=["post"], url_path="steps/(?P<step>[a-z_]+)")
    def steps(self, request, pk, step):
        """Take a step: the row locked, the version compared, history and access row in the same commit."""
        if step not in STEPS:
            raise NotFound()
        asked = StepIn(data=request.data)
        asked.is_valid(raise_exception=True)
        case = get_object_or_404(self.get_queryset().select_for_update(of=("self",)), pk=pk)
        if case.version != asked.validated_data["seen_version"]:
            raise Conflict(f"The case is at version {case.version} by now.")
        self._take(case, step, request.user, asked.validated_data.get("placement"))
        looked(request.user, step, case, version=case.version)
        return Response(CaseOut(case, context=self.get_serializer_context()).data)

    def _take(self, case, step, user, form):
        taken = getattr(case, step)
        if not has_transition_perm(taken, user):
            if can_proceed(taken):
                raise PermissionDenied()
            raise Conflict("The step is not possible now.")
        try:
            taken(user, None if form is None else Placement(**form))
        except (TransitionNotAllowed, Blocked) as reason:
            raise Conflict(str(reason)) from reason
        case.version += 1
        case._change_reason, case._history_user = step, user
        case.save()

    @staticmethod
    def _line(case):
        newest = case.history.select_related("history_user").order_by("-history_date", "-history_id")[:TIMELINE]
        return HistoryOut(newest, many=True).data


class PersonSearch(APIView):
    """People by the beginning of their name, among the cases within reach."""

    def get(self, request):
        """The references of their cases; the look is noted with what was found."""
        typed = searched(request.query_params.get("name", ""))
        people = Person.objects.filter(search_name__startswith=typed) if typed else Person.objects.none()
        cases = Case.objects.visible_to(request.user).filter(person__in=people).select_related("person")[:FOUND]
        found = [
            {"reference": case.reference, "name": f"{case.person.given_names} {case.person.family_name}".strip()}
            for case in cases
        ]
        looked(request.user, "search", found=[each["reference"] for each in found])
        return Response({"items": found})
