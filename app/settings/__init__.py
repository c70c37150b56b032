"""Every setting of the program, read from the environment; production refuses what is not safe."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AliasChoices, Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.kit.keyservice import KekPlace, named
from app.kit.object_store import parts_of
from app.kit.places import Folder, LogHost, Place, name_fault
from app.settings import keys, secrets, stores, unsafe

__all__ = ["Settings"]

LAST_PORT = 65_535
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")


class Settings(BaseSettings):
    """The settings; each is the environment variable WAYMARK_ plus its name in capitals.

    Raises:
        pydantic.ValidationError: a value cannot be read, or `environment` is production and something
            is unsafe; every unsafe setting is named at once, no value is repeated.
    """

    model_config = SettingsConfigDict(
        env_prefix="WAYMARK_",
        extra="ignore",
        frozen=True,
        validate_by_name=True,
        validate_by_alias=True,
        hide_input_in_errors=True,
    )

    environment: Literal["demo", "production"] = Field(
        default="production", description="demo makes its own keys and holds invented people only"
    )
    var: Path = Field(default=Path("var"), description="the folder for the database file and the keys")
    database_url: str = Field(
        default="",
        repr=False,
        validation_alias=AliasChoices("WAYMARK_DATABASE_URL", "DATABASE_URL"),
        description="sqlite:///path or postgresql://...; without it waymark.db in the var folder",
    )
    owner_database_url: str = Field(
        default="", repr=False, description="the same database as the owner of its tables, for `waymark migrate` only"
    )
    database_url_file: Path | None = Field(default=None, description="a file that holds the database_url instead")
    owner_database_url_file: Path | None = Field(default=None, description="a file that holds that of the owner")
    app_role: str = Field(
        default="waymark_app", description="the PostgreSQL role that serves; `waymark migrate` gives it its rights"
    )
    kek_file: Path = Field(default=Path(), description="the key-encryption keys; default keys/kek in var")
    key_service: str = Field(
        default="", description="what keeps key-encryption keys instead of the file, such as pkcs11; empty: nothing"
    )
    key_service_file: Path | None = Field(default=None, description="the file that tells how to reach it")
    token_key_file: Path = Field(default=Path(), description="the token keys; default keys/token in var")
    signing_folder: Path = Field(
        default=Path(), description="one CC.pem per country; default keys/signing in var"
    )
    partners_folder: Path = Field(
        default=Path(), description="the countries with an installation of their own; default partners in var"
    )
    policies_folder: Path | None = Field(default=None, description="other policies than the package's own")
    host: str = Field(default="127.0.0.1", description="the address to listen on")
    port: int = Field(default=8000, ge=0, le=65535, description="the port to listen on; 0 takes a free one")
    metrics_listen: str = Field(
        default="", description="where figures for Prometheus are read, such as 127.0.0.1:9400; empty: nowhere"
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=LOCAL_HOSTS, description="host names the program answers to, separated by commas"
    )
    public_url: str = Field(default="", description="the address people type, such as https://waymark.example")
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="addresses or networks of the proxy that ends TLS, separated by commas; its X-Forwarded-For counts",
    )
    backup_target: Path | None = Field(default=None, description="the folder for backups, on another disk than var")
    checkpoint_target: Path | None = Field(
        default=None, description="the folder for signed checkpoints of the history, where nobody rewrites them"
    )
    checkpoint_log: str = Field(
        default="", description="a log host that takes them too: tls://host:6514, tcp://host:601 or udp://host:514"
    )
    checkpoint_store: str = Field(
        default="", description="an object store (S3) that takes them too: https://host/bucket/prefix; extra store"
    )
    checkpoint_store_region: str = Field(default="us-east-1", description="the region of it, where it has any")
    checkpoint_store_key_file: Path | None = Field(
        default=None, description="a TOML file with the access_key and secret_key for it; or these two instead:"
    )
    checkpoint_store_access_key: str = Field(default="", repr=False, description="the name of the key for it")
    checkpoint_store_secret_key: str = Field(default="", repr=False, description="its secret half")
    checkpoint_key_file: Path = Field(
        default=Path(), description="the key that signs them, out of reach of the database; default keys/checkpoint.pem"
    )
    open_docs: bool | None = Field(
        default=None, description="whether everybody may read the description of the API; only the demo's default"
    )
    debug: bool | None = Field(
        default=None, description="log the text of unexpected errors, which may hold what people typed; as above"
    )

    oidc_issuer: str = Field(
        default="", description="the OpenID Connect provider people may sign in through; empty: none"
    )
    oidc_client_id: str = Field(default="", description="the name this installation has at that provider")
    oidc_client_secret_file: Path | None = Field(default=None, description="the file that holds its secret there")
    oidc_claim: str = Field(
        default="preferred_username", min_length=1, description="the claim that holds the login name of an account"
    )

    smtp_host: str = Field(
        default="", description="the server that takes mail saying only that there is something new; empty: none"
    )
    smtp_port: int = Field(default=587, ge=1, le=65535, description="its port")
    smtp_security: Literal["starttls", "tls", "plain"] = Field(
        default="starttls", description="how the line to it is encrypted; plain is refused in production"
    )
    smtp_sender: str = Field(default="", description="the address those mails come from")
    smtp_user: str = Field(default="", description="the name to sign in with there; empty: without")
    smtp_password_file: Path | None = Field(default=None, description="the file that holds the password for it")

    @field_validator("allowed_hosts", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @model_validator(mode="before")
    @classmethod
    def _fill_from_var(cls, values: dict[str, object]) -> dict[str, object]:
        """Place what was not named in the var folder."""
        var = Path(str(values.get("var") or "var"))
        filled = secrets.with_files(values)
        named = {key for key, value in filled.items() if value}
        if not named & {"database_url", "WAYMARK_DATABASE_URL", "DATABASE_URL"}:
            filled["database_url"] = f"sqlite:///{var / 'waymark.db'}"
        if "owner_database_url" not in named:
            served = ("database_url", "WAYMARK_DATABASE_URL", "DATABASE_URL")
            filled["owner_database_url"] = next(filled[name] for name in served if filled.get(name))
        if "partners_folder" not in named:
            filled["partners_folder"] = var / "partners"
        for key, place in (
            ("kek_file", "kek"), ("token_key_file", "token"), ("signing_folder", "signing"),
            ("checkpoint_key_file", "checkpoint.pem"),
        ):  # fmt: skip
            if key not in named:
                filled[key] = var / "keys" / place
        return filled

    @model_validator(mode="after")
    def _refuse_what_is_unsafe(self) -> Self:
        """Without keys and hosts no command runs in production; and then all that is unsafe is told at once."""
        if self.environment == "production":
            if unsafe.hosts(self) or keys.places(self):
                raise ValueError("production does not start: " + "; ".join(self.unsafe()))
            for caution in self.cautions:
                logging.getLogger("waymark").warning(caution)
        return self

    @field_validator("metrics_listen")
    @classmethod
    def _can_be_listened_on(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if value and (not host or not port.isdecimal() or int(port) > LAST_PORT):
            raise ValueError("WAYMARK_METRICS_LISTEN is an address and a port, such as 127.0.0.1:9400")
        return value

    @field_validator("checkpoint_log")
    @classmethod
    def _can_be_a_log_host(cls, value: str) -> str:
        if value:
            LogHost(value)
        return value

    @field_validator("checkpoint_store")
    @classmethod
    def _can_be_an_object_store(cls, value: str) -> str:
        if value:
            parts_of(value)
        return value

    @model_validator(mode="after")
    def _name_the_places_whole(self) -> Self:
        wrong = stores.half_said(self) or name_fault(self.checkpoint_places)
        if wrong:
            raise ValueError(wrong)
        return self

    @model_validator(mode="after")
    def _name_the_provider_whole(self) -> Self:
        if not self.oidc_issuer:
            return self
        if not self.oidc_client_id or self.oidc_client_secret_file is None:
            raise ValueError("WAYMARK_OIDC_ISSUER needs WAYMARK_OIDC_CLIENT_ID and WAYMARK_OIDC_CLIENT_SECRET_FILE too")
        if not self.oidc_client_secret_file.is_file():
            raise ValueError(f"WAYMARK_OIDC_CLIENT_SECRET_FILE: there is nothing at {self.oidc_client_secret_file}")
        if self.environment == "production" and not self.oidc_issuer.startswith("https://"):
            raise ValueError("WAYMARK_OIDC_ISSUER must begin with https://")
        if os.name == "posix" and self.oidc_client_secret_file.stat().st_mode & keys.OPEN_TO_OTHERS:
            raise ValueError(f"everybody on this machine may read {self.oidc_client_secret_file}; chmod it to 600")
        return self

    @model_validator(mode="after")
    def _name_the_key_service_whole(self) -> Self:
        if bool(self.key_service) != (self.key_service_file is not None):
            raise ValueError("WAYMARK_KEY_SERVICE and WAYMARK_KEY_SERVICE_FILE belong together")
        return self

    @model_validator(mode="after")
    def _name_the_mail_server_whole(self) -> Self:
        if self.smtp_host and ("@" not in self.smtp_sender or not self.public_url):
            raise ValueError("WAYMARK_SMTP_HOST needs WAYMARK_SMTP_SENDER, an address, and WAYMARK_PUBLIC_URL too")
        if bool(self.smtp_user) != (self.smtp_password_file is not None):
            raise ValueError("WAYMARK_SMTP_USER and WAYMARK_SMTP_PASSWORD_FILE belong together")
        if self.smtp_password_file is not None and not self.smtp_password_file.is_file():
            raise ValueError(f"WAYMARK_SMTP_PASSWORD_FILE: there is nothing at {self.smtp_password_file}")
        return self

    def unsafe(self) -> list[str]:
        """A sentence for each thing that keeps production from serving: the variable, what is wrong, the mend."""
        if self.environment != "production":
            return []
        return [*unsafe.found(self), *keys.found(self)]

    @property
    def checkpoint_places(self) -> tuple[Place, ...]:
        """Where checkpoints go beside the database."""
        folder = None if self.checkpoint_target is None else Folder(self.checkpoint_target)
        log_host = LogHost(self.checkpoint_log) if self.checkpoint_log else None
        return tuple(each for each in (folder, log_host, stores.place(self)) if each is not None)

    @property
    def kek(self) -> KekPlace:
        """Where the key-encryption keys are; KeyMissing if the key service that is named cannot be had."""
        if not self.key_service or self.key_service_file is None:
            return KekPlace(self.kek_file)
        return KekPlace(self.kek_file, named(self.key_service, self.key_service_file))

    @property
    def creates_keys(self) -> bool:
        """Whether missing keys are made at first start; in production a missing key is lost data."""
        return self.environment == "demo"

    @property
    def shows_docs(self) -> bool:
        """Whether the description of the API is open to everybody."""
        return self.environment == "demo" if self.open_docs is None else self.open_docs

    @property
    def shows_error_texts(self) -> bool:
        """Whether the text of unexpected errors goes into the log."""
        return self.environment == "demo" if self.debug is None else self.debug

    @property
    def cautions(self) -> tuple[str, ...]:
        """Sentences about what is allowed and still worth a thought."""
        if self.environment == "production" and self.database_url.startswith("sqlite"):
            return ("SQLite serves one machine and one process; for more of either use PostgreSQL",)
        return ()
