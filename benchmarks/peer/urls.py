"""Where each view of the peer is reached."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from benchmarks.peer.views import CaseViewSet, PersonSearch, health

router = SimpleRouter()
router.register("cases", CaseViewSet, basename="case")
urlpatterns = [path("health", health), path("people/", PersonSearch.as_view()), *router.urls]
