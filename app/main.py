"""Builds the running program: one house, the JSON door with its rooms, and the shell around both."""

from __future__ import annotations

import functools
import importlib
import json
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import anyio.to_thread
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from app.access import health
from app.access.desk import House
from app.access.docs_page import DocsPage
from app.access.door import Door, public
from app.access.openapi import complete
from app.access.passwords import Passwords
from app.access.provider import Provider
from app.access.routes import check_routes, inventory, needs_by_endpoint
from app.access.shell import Shell, TooLarge
from app.access.site import build_site
from app.access.tokens import Tokens
from app.access.unsafe_start import check_start
from app.casework.following import HANDLERS
from app.casework.tombstones import FOLDER
from app.exchange import capability_door, post
from app.exchange.receiving import Post
from app.kit import log, problems
from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.errors import AppError
from app.kit.hpke import ExchangeKeys
from app.kit.keyfile import TOKEN_KEY, WatchedKeys, load_keys
from app.kit.mail import Mail
from app.kit.partners import Partners
from app.kit.places import Witness
from app.kit.signing import CHECKPOINTS, KeyFile, SigningKeys, own_signer
from app.metrics.counted import Counted
from app.overview.frame import banners_of, places_of
from app.settings import Settings
from policies.load import load_policies

# Every room that has a JSON door: app/<room>/api.py with a `router`. A room that appears is added here.
ROOMS: Final = (
    "accounts", "approvals", "cases", "exports", "people", "worklist", "emergency", "walls", "deputies", "oversight",
    "referrals", "directory", "lifecycle", "statistics", "keys", "documents", "caseload",
    "meetings", "shelter", "incidents", "fund", "transfers", "services", "tips", "readiness", "keeping",
    "inquiries", "jobs", "imports",
)  # fmt: skip
# Every room that has an HTML door: app/<room>/pages.py with a `router`.
PAGE_ROOMS: Final = (
    "accounts", "cases", "overview", "people", "oversight", "walls", "emergency", "statistics", "approvals", "exports",
    "lifecycle", "directory", "deputies", "exchange", "upkeep", "referrals", "caseload",
    "meetings", "shelter", "incidents", "fund", "transfers", "services", "tips", "readiness", "keeping",
    "inquiries", "jobs", "imports",
)  # fmt: skip
PREFIX: Final = "/api/v1"
# Measured: with more threads than this the same code answers later, not sooner.
THREADS: Final = 4
# What the worker carries out: effects that travel, and those that stay.
EFFECTS: Final = frozenset({"deliver", "deliver_receipt", *HANDLERS})
_QUIET: Final[Any] = {"auto_configure": False, "logs": False}

# What create_app leaves in `app.state.worker`: run in a thread of its own until the event is set.
Worker = Callable[[threading.Event], None]


def create_app(
    settings: Settings | None = None, clock: Clock | None = None, *, passwords: Passwords | None = None
) -> FastAPI:
    """The whole program as one ASGI application.

    Args:
        settings: read from the environment if left out.
        clock: the clock of the machine if left out; tests and the demonstration set their own.
        passwords: how passwords are hashed; tests use a cheap one.

    Raises:
        UnsafeStart: production, and something is not safe; every such thing is named at once.
        PolicyError, KeyMissing, ValueError: policies, keys or settings cannot be used.
        UndeclaredRoute: a route says neither which permission it needs nor why it is open.
    """
    settings = settings or Settings()
    check_start(settings)
    house = open_house(settings, clock, passwords)
    app = FastAPI(
        title="Waymark",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=_QUIET,
        lifespan=_lifespan,
    )
    api = _api(house, show_text=settings.shows_error_texts, show_docs=settings.shows_docs)
    health.add(app)
    app.mount(PREFIX, api)
    slot = _slot()
    app.mount(post.PREFIX, slot)
    routers = [importlib.import_module(f"app.{room}.pages").router for room in PAGE_ROOMS]
    production = settings.environment == "production"
    site = build_site(
        house, routers, _provider(settings), places_of, banners_of, production=production, show_text=not production
    )
    # Mounted last: what nothing else answers to is a page that does not exist.
    app.mount("", site)
    counted = counted_of(settings, house)
    app.state.counted = counted
    app.state.api, app.state.html, app.state.slot = api, site, slot
    # For the page that tells administrators how the installation stands.
    site.state.settings = settings
    for part in (app, api, slot, site):
        _share(part, house)
    problems.install(app, show_text=settings.shows_error_texts)
    guards = house.policies.safeguards
    # Added last, hence outermost: also an unexpected error leaves with safe headers and one line in the log.
    app.add_middleware(
        Shell,
        hosts=settings.allowed_hosts,
        production=settings.environment == "production",
        largest_file=max(guards.files.largest_bytes, guards.imports.largest_bytes),
        counted=None if counted is None else counted.request,
    )
    app.state.routes = check_routes(app, house.policies)
    if counted is not None:
        counted.know(route.path for route in app.state.routes)
    return app


def open_house(settings: Settings, clock: Clock | None = None, passwords: Passwords | None = None) -> House:
    """What a running program holds, opened from its settings; the doors and the command line share it.

    Raises PolicyError, KeyMissing, ValueError: policies, keys or settings cannot be used.
    """
    if not structlog.is_configured():
        log.configure()
    for room in ROOMS:
        # With its doors a room registers what its acts of power do: the worker undoes them, and has no doors.
        importlib.import_module(f"app.{room}.api")
    create = settings.creates_keys
    secrets = load_keys(settings.token_key_file, create=create, purpose=TOKEN_KEY)
    watched = WatchedKeys(settings.token_key_file, TOKEN_KEY)
    partners = Partners(settings.partners_folder)
    return House(
        db=Database(settings.database_url),
        policies=load_policies(settings.policies_folder),
        keys=settings.kek.ring(create),
        signing=SigningKeys.from_folder(settings.signing_folder, create, partners),
        clock=clock or Clock(),
        tokens=Tokens(
            {str(version): secret for version, secret in secrets.items()},
            current=str(max(secrets)),
            issuer="waymark",
            audience="waymark-api",
            news=watched.news,
        ),
        passwords=passwords or Passwords(),
        mail=_mail(settings),
        witness=Witness(_checkpoint_key(settings), settings.checkpoint_places),
        graves=graves_of(settings),
        partners=partners,
        exchange=ExchangeKeys(settings.signing_folder, create=create),
    )


def counted_of(settings: Settings, house: House) -> Counted | None:
    """What this process counts for whoever reads the metrics; None where nobody can."""
    if not settings.metrics_listen:
        return None
    counted = Counted({*house.policies.countries, *house.partners.countries}, EFFECTS)
    counted.watch(house.db)
    return counted


def _checkpoint_key(settings: Settings) -> KeyFile:
    own_signer(settings.checkpoint_key_file, create=settings.creates_keys)
    return KeyFile(settings.checkpoint_key_file, CHECKPOINTS)


def graves_of(settings: Settings) -> tuple[Path, ...]:
    """The folders that keep the tombstones: on this machine, and beside the backups where there are any."""
    beside = (settings.backup_target,) if settings.backup_target is not None else ()
    return tuple(folder / FOLDER for folder in (settings.var, *beside))


def _provider(settings: Settings) -> Provider | None:
    """The identity provider of the settings, if they name one; nothing is asked of it before somebody goes there."""
    if not settings.oidc_issuer or settings.oidc_client_secret_file is None:
        return None
    secret = settings.oidc_client_secret_file.read_text(encoding="utf-8").strip()
    return Provider(settings.oidc_issuer, settings.oidc_client_id, secret, settings.oidc_claim)


def _mail(settings: Settings) -> Mail | None:
    """The mail server of the settings, if they name one; nothing is asked of it before there is news."""
    if not settings.smtp_host:
        return None
    file = settings.smtp_password_file
    password = file.read_text(encoding="utf-8").strip() if file is not None else ""
    return Mail(
        settings.smtp_host, settings.smtp_port, settings.smtp_security, settings.smtp_sender,
        settings.public_url.rstrip("/"), settings.smtp_user, password,
    )  # fmt: skip


def _share(part: FastAPI, house: House) -> None:
    part.state.house = house
    part.state.db = house.db
    part.state.policies = house.policies
    part.state.keys = house.keys
    part.state.signing = house.signing
    part.state.clock = house.clock
    part.state.worker = None
    part.state.post = Post(house)


def _api(house: House, *, show_text: bool, show_docs: bool) -> FastAPI:
    """The JSON door with every room of ROOMS, its own documentation and its own way of saying no."""
    api = FastAPI(
        title="Waymark",
        version="1",
        summary="The case of a trafficked person, inside one country and across borders.",
        description="Sign in at `/auth/token`, then send the access token as a bearer token. Every refusal"
        " is a problem document that says why, and what would help.",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=_QUIET,
    )
    for room in ROOMS:
        api.include_router(importlib.import_module(f"app.{room}.api").router)

    # Made when somebody first asks: it takes longer than all the rest of a start.
    @functools.cache
    def document() -> dict[str, Any]:
        return complete(api, inventory(api.routes), house.policies, PREFIX)

    api.openapi = document  # type: ignore[method-assign]
    if show_docs:
        _describe(api, document)
    problems.install(api, show_text=show_text)
    needed = needs_by_endpoint(api.routes)

    async def unreadable(request: Request, error: Exception) -> Response:
        """Who may not enter learns only that, not that the letter was badly written as well."""
        door_of = needed.get(request.scope.get("endpoint"))
        status = getattr(error, "status_code", 422)
        if status == TooLarge.status:
            return problems.render(TooLarge())
        if door_of is not None and status in (400, 422):
            try:
                door: Door = getattr(request.state, "door", None) or await door_of(request)
                await run_in_threadpool(door.verify)
            except AppError as refusal:
                return problems.render(refusal)
        told = usual[HTTPException if isinstance(error, HTTPException) else RequestValidationError]
        answer: Response = await told(request, error)
        return answer

    usual: dict[Any, Any] = dict(api.exception_handlers)
    for kind in (RequestValidationError, HTTPException):
        api.add_exception_handler(kind, unreadable)
    return api


def _slot() -> FastAPI:
    """The door for other countries' installations: its own application, which answers with problems and codes."""
    slot = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, telemetry=_QUIET)
    slot.include_router(post.router)
    slot.include_router(capability_door.router)
    problems.install(slot)
    return slot


def _describe(api: FastAPI, document: Callable[[], dict[str, Any]]) -> None:
    """Serve the OpenAPI document and its readable form, both made once."""

    @functools.cache
    def written() -> bytes:
        return json.dumps(document(), ensure_ascii=False).encode("utf-8")

    @functools.cache
    def rendered() -> tuple[str, str]:
        return DocsPage(document()).render()

    @public("the description of the routes holds no data")
    def openapi() -> Response:
        return Response(written(), media_type="application/json")

    @public("the description of the routes holds no data")
    def docs() -> Response:
        page, policy = rendered()
        return HTMLResponse(page, headers={"Content-Security-Policy": policy})

    api.add_api_route("/openapi.json", openapi, methods=["GET"], include_in_schema=False)
    api.add_api_route("/docs", docs, methods=["GET"], include_in_schema=False)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    stop = threading.Event()
    worker: Worker | None = app.state.worker
    thread = threading.Thread(target=worker, args=(stop,), name="worker") if worker else None
    if thread:
        thread.start()
    try:
        yield {health.STOPPING: threading.Event()}
    finally:
        stop.set()
        if thread:
            await anyio.to_thread.run_sync(thread.join)
        app.state.house.db.dispose()


__all__ = ["PREFIX", "ROOMS", "Worker", "create_app"]
