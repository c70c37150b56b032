"""What keeps production from serving: hosts, addresses, proxies, database, folders, versions, each in a sentence."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from app.kit.address import address_of, hosts_of
from app.settings import stores

if TYPE_CHECKING:
    from app.settings import Settings

__all__ = ["found", "hosts"]

# Below this a Range or Host header alone could bring the program down or mislead it (PYSEC-2026-248).
OLDEST_STARLETTE = (1, 3, 0)
SHORTEST_PASSWORD = 12
WELL_KNOWN = frozenset(
    {
        "postgres", "postgresql", "password", "passwort", "passw0rd", "secret", "changeme", "change-me", "default",
        "admin", "root", "test", "demo", "example", "waymark", "s3cret", "letmein", "qwerty", "123456", "12345678",
        "123456789012", "correcthorsebatterystaple", "mysecretpassword",
    }
)  # fmt: skip
ENCRYPTED = frozenset({"require", "verify-ca", "verify-full"})
# A trusted network larger than this is half the world, whatever it is called.
FEWEST_PREFIX_BITS = {4: 8, 6: 16}
# Where traces and logs of requests would be sent to, past everything that keeps names out of the log.
TELEMETRY = (
    "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
    "SENTRY_DSN",
)  # fmt: skip


def hosts(settings: Settings) -> list[str]:
    """What is wrong with the hosts the program answers to: without this no command runs."""
    wrong = []
    if not settings.allowed_hosts:
        wrong.append("WAYMARK_ALLOWED_HOSTS is empty; name the hosts people use")
    if any("*" in host for host in settings.allowed_hosts):
        wrong.append("WAYMARK_ALLOWED_HOSTS holds a *; name each host")
    return wrong


def found(settings: Settings) -> list[str]:
    """Everything that is wrong beside the keys."""
    checks = (_switches, _public_url, _listening, _proxies, _database, _folders, stores.unsafe, _mail, _surroundings)
    return [*hosts(settings), *(sentence for check in checks for sentence in check(settings))]


def _switches(settings: Settings) -> Iterator[str]:
    if settings.debug:
        yield "WAYMARK_DEBUG is on: error texts with what people typed would stand in the log; switch it off"
    if settings.open_docs:
        yield "WAYMARK_OPEN_DOCS is on: everybody could read the description of the API; switch it off"


def _public_url(settings: Settings) -> Iterator[str]:
    name, url = "WAYMARK_PUBLIC_URL", settings.public_url
    if not url:
        yield f"{name} is missing; give the address people type, such as https://waymark.example"
        return
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        yield f"{name} cannot be read as an address; give it as https://waymark.example"
        return
    if parts.scheme != "https":
        yield f"{name} begins with {parts.scheme or 'nothing'}://; names would cross the network in clear, use https://"
    if parts.username or parts.password or parts.query or parts.fragment:
        yield f"{name} carries a name, a password or a query; give scheme and host only"
    if host not in {each.lower() for each in settings.allowed_hosts}:
        yield f"{name}: its host is not among WAYMARK_ALLOWED_HOSTS; add it there"


def _listening(settings: Settings) -> Iterator[str]:
    if not _is_loopback(settings.host) and not settings.trusted_proxies:
        yield (
            f"WAYMARK_HOST {settings.host} is reached from other machines without TLS; listen on 127.0.0.1, or name the"
            " proxy that ends TLS in WAYMARK_TRUSTED_PROXIES"
        )


def _proxies(settings: Settings) -> Iterator[str]:
    for proxy in settings.trusted_proxies:
        try:
            network = ipaddress.ip_network(proxy, strict=False)
        except ValueError:
            why = "trusts everybody" if "*" in proxy else "is no address"
            yield f"WAYMARK_TRUSTED_PROXIES: {proxy} {why}; name the proxy by its address or network"
            continue
        if network.prefixlen < FEWEST_PREFIX_BITS[network.version]:
            yield f"WAYMARK_TRUSTED_PROXIES: {proxy} trusts half the world; name the proxy's own network"


def _database(settings: Settings) -> Iterator[str]:
    if settings.database_url.startswith("sqlite"):
        yield from _database_file(settings)
        return
    name = "DATABASE_URL (or WAYMARK_DATABASE_URL)"
    try:
        parts = urlsplit(settings.database_url)
        password, user = unquote(parts.password or ""), unquote(parts.username or "")
        outside = _leaves_the_machine(settings.database_url)
    except ValueError:
        yield f"{name} cannot be read; write postgresql://user@host/database"
        return
    if password:
        if password.lower() in WELL_KNOWN:
            yield f"{name} has a well-known password; choose a random one"
        elif password.lower() == user.lower():
            yield f"{name} has the user's name as password; choose a random one"
        elif len(password) < SHORTEST_PASSWORD:
            yield f"{name} has a password of fewer than {SHORTEST_PASSWORD} characters; choose a longer, random one"
    if user.lower() in ("postgres", "root"):
        yield f"{name} signs in as {user}, who may do everything; make a role of its own for the program"
    if outside and not ENCRYPTED & set(parse_qs(parts.query).get("sslmode", ())):
        yield f"{name} reaches another machine in clear; add ?sslmode=verify-full"


def _database_file(settings: Settings) -> Iterator[str]:
    path = Path(re.sub(r"^sqlite(\+\w+)?:///", "", settings.database_url).partition("?")[0])
    if os.name == "posix":
        for each in (path, path.with_name(f"{path.name}-wal")):
            if each.is_file() and each.stat().st_mode & 0o007:
                yield f"DATABASE_URL: everybody on this machine may read {each}; chmod it to 600"
        if path.is_file() and path.parent.stat().st_mode & 0o002:
            yield f"DATABASE_URL: everybody on this machine may exchange files in {path.parent}; chmod it to 700"


def _folders(settings: Settings) -> Iterator[str]:
    var = settings.var.resolve()
    for name, folder, what in (
        ("WAYMARK_BACKUP_TARGET", settings.backup_target, "backups"),
        ("WAYMARK_CHECKPOINT_TARGET", settings.checkpoint_target, "signed checkpoints of the history"),
    ):
        if folder is None and name == "WAYMARK_CHECKPOINT_TARGET" and (
            settings.checkpoint_log or settings.checkpoint_store
        ):
            continue
        if folder is None:
            yield f"{name} is missing; name a folder outside WAYMARK_VAR for {what}"
        elif not folder.is_dir():
            yield f"{name}: there is no folder {folder}; make it"
        elif not os.access(folder, os.W_OK | os.X_OK):
            yield f"{name}: {folder} cannot be written to; give it to the account the program runs under"
        elif folder.resolve() == var or var in folder.resolve().parents or folder.resolve() in var.parents:
            yield f"{name}: {folder} and WAYMARK_VAR lie within each other and would be lost together; use another disk"
        elif os.name == "posix" and folder.stat().st_mode & 0o007:
            yield f"{name}: everybody on this machine may look into {folder}; chmod it to 700"
    policies = settings.policies_folder
    if policies is not None and policies.is_dir() and os.name == "posix" and policies.stat().st_mode & 0o002:
        yield f"WAYMARK_POLICIES_FOLDER: everybody on this machine may change the rules in {policies}; chmod it to 755"


def _mail(settings: Settings) -> Iterator[str]:
    if settings.smtp_host and settings.smtp_security == "plain":
        yield "WAYMARK_SMTP_SECURITY is plain: who gets mail from here could be read on the way; use starttls or tls"
    file = settings.smtp_password_file
    if file is not None and os.name == "posix" and file.is_file() and file.stat().st_mode & 0o007:
        yield f"WAYMARK_SMTP_PASSWORD_FILE: everybody on this machine may read {file}; chmod it to 600"


def _surroundings(_settings: Settings) -> Iterator[str]:
    held = version("starlette")
    if tuple(int(part) for part in re.findall(r"\d+", held)[:3]) < OLDEST_STARLETTE:
        oldest = ".".join(map(str, OLDEST_STARLETTE))
        yield f"starlette {held} has known holes; install {oldest} or newer (constraints.txt names a tested one)"
    for name in TELEMETRY:
        if os.environ.get(name):
            yield f"{name} would send what happens here to another program; unset it"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _leaves_the_machine(url: str) -> bool:
    """Whether one of its servers is on another machine: neither a socket (a path as host, or none) nor loopback."""
    return any(
        host and not host.startswith(("/", "@")) and not _is_loopback(host) for host in hosts_of(address_of(url))
    )
