"""The inventory of routes: each says what it needs or why it is open, or the program does not start."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Mount

from policies.model import Policies

_LOOKING: Final = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Declared:
    """One route as it was declared: full path, methods, and either a permission or a reason to be open.

    ``html``: it belongs to the HTML site. ``guarded``: it stands behind the page door, which checks that a form was
    posted by one of our own pages.
    """

    path: str
    methods: frozenset[str]
    permission: str | None
    open_because: str | None
    once: bool
    versioned: bool
    html: bool = False
    guarded: bool = False

    @property
    def changes(self) -> bool:
        """Whether it may change state, going by its methods."""
        return bool(self.methods - _LOOKING)


class UndeclaredRoute(Exception):
    """Routes that say neither what they need nor why they are open; the text lists all of them."""


def inventory(routes: Sequence[BaseRoute], prefix: str = "", html: bool = False) -> Iterator[Declared]:
    """Every route below ``routes``, through included routers and mounted apps."""
    for context in iter_route_contexts(routes):
        route = context.original_route
        path = prefix + (context.path or "")
        if isinstance(route, Mount) and route.routes:
            inside = html or bool(getattr(getattr(route.app, "state", None), "waymark_html", False))
            yield from inventory(route.routes, prefix + route.path, inside)
            continue
        endpoint = route.app if isinstance(route, Mount) else getattr(context, "endpoint", None)
        needed = _needed(getattr(context, "dependant", None))
        methods = frozenset(context.methods or ()) - {"HEAD"}
        yield Declared(
            path=path,
            methods=methods,
            permission=getattr(needed, "waymark_needs", None),
            open_because=getattr(endpoint, "waymark_public", None),
            once=bool(getattr(needed, "waymark_once", False)) and "POST" in methods,
            versioned=bool(getattr(needed, "waymark_versioned", False)),
            html=html,
            guarded=_dependency(getattr(context, "dependant", None), "waymark_page") is not None,
        )


def needs_by_endpoint(routes: Sequence[BaseRoute]) -> dict[Any, Any]:
    """Endpoint function -> its `needs` dependency, for every route that has one."""
    contexts = [context for context in iter_route_contexts(routes) if hasattr(context, "dependant")]
    found = {context.endpoint: _needed(context.dependant) for context in contexts}
    return {endpoint: needed for endpoint, needed in found.items() if needed is not None}


def check_routes(app: Any, policies: Policies) -> tuple[Declared, ...]:
    """The inventory of ``app``; UndeclaredRoute if a route declares nothing, both, or the unknown."""
    found = tuple(inventory(app.routes))
    problems = [text for route in found if (text := _problem(route, policies))]
    if problems:
        raise UndeclaredRoute("\n".join(problems))
    return found


def _problem(route: Declared, policies: Policies) -> str | None:
    name = f"{','.join(sorted(route.methods)) or 'mount'} {route.path}"
    if route.permission is None and not route.open_because:
        return f"{name}: declares no permission; give it Depends(needs(...)) or mark it public(...)"
    if route.permission is not None and route.open_because:
        return f"{name}: needs {route.permission} and is marked public at the same time"
    if route.permission is not None and route.permission not in policies.permissions:
        return f"{name}: needs {route.permission}, which policies/roles.yaml does not know"
    return _problem_of_page(route, name)


def _problem_of_page(route: Declared, name: str) -> str | None:
    if not route.html:
        return f"{name}: stands behind the page door, but not in the HTML site" if route.guarded else None
    if route.methods - _LOOKING - {"POST"}:
        return f"{name}: a page looks with GET and changes with POST, nothing else"
    if route.changes and not route.guarded:
        return f"{name}: changes state without the page door, so nothing checks who sent the form"
    if route.permission is not None and not route.guarded:
        return f"{name}: takes the JSON door's token; a page takes its own cookie"
    return None


def _needed(dependant: Dependant | None) -> Any:
    """The `needs` dependency of a route, wherever in its tree of dependencies it stands."""
    return _dependency(dependant, "waymark_needs")


def _dependency(dependant: Dependant | None, mark: str) -> Any:
    """The dependency of a route that carries ``mark``, wherever in its tree of dependencies it stands."""
    if dependant is None:
        return None
    for part in dependant.dependencies:
        if hasattr(part.call, mark):
            return part.call
        if (deeper := _dependency(part, mark)) is not None:
            return deeper
    return None
