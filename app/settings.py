"""Every setting of the program, read from the environment; production refuses what is not safe."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AliasChoices, Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

__all__ = ["Settings"]

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
# Read or written by everybody on the machine.
OPEN_TO_OTHERS = 0o007


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
    kek_file: Path = Field(default=Path(), description="the key-encryption keys; default keys/kek in var")
    token_key_file: Path = Field(default=Path(), description="the token keys; default keys/token in var")
    signing_folder: Path = Field(
        default=Path(), description="one CC.pem per country; default keys/signing in var"
    )
    policies_folder: Path | None = Field(default=None, description="other policies than the package's own")
    host: str = Field(default="127.0.0.1", description="the address to listen on")
    port: int = Field(default=8000, ge=0, le=65535, description="the port to listen on; 0 takes a free one")
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=LOCAL_HOSTS, description="host names the program answers to, separated by commas"
    )

    oidc_issuer: str = Field(
        default="", description="the OpenID Connect provider people may sign in through; empty: none"
    )
    oidc_client_id: str = Field(default="", description="the name this installation has at that provider")
    oidc_client_secret_file: Path | None = Field(default=None, description="the file that holds its secret there")
    oidc_claim: str = Field(
        default="preferred_username", min_length=1, description="the claim that holds the login name of an account"
    )

    @field_validator("allowed_hosts", mode="before")
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
        named = {key for key, value in values.items() if value}
        filled = dict(values)
        if not named & {"database_url", "WAYMARK_DATABASE_URL", "DATABASE_URL"}:
            filled["database_url"] = f"sqlite:///{var / 'waymark.db'}"
        for key, place in (("kek_file", "kek"), ("token_key_file", "token"), ("signing_folder", "signing")):
            if key not in named:
                filled[key] = var / "keys" / place
        return filled

    @model_validator(mode="after")
    def _refuse_what_is_unsafe(self) -> Self:
        if self.environment == "production":
            unsafe = [*self._unsafe_hosts(), *self._unsafe_keys()]
            if unsafe:
                raise ValueError("production does not start: " + "; ".join(unsafe))
            for caution in self.cautions:
                logging.getLogger("waymark").warning(caution)
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
        if os.name == "posix" and self.oidc_client_secret_file.stat().st_mode & OPEN_TO_OTHERS:
            raise ValueError(f"everybody on this machine may read {self.oidc_client_secret_file}; chmod it to 600")
        return self

    @property
    def creates_keys(self) -> bool:
        """Whether missing keys are made at first start; in production a missing key is lost data."""
        return self.environment == "demo"

    @property
    def cautions(self) -> tuple[str, ...]:
        """Sentences about what is allowed and still worth a thought."""
        if self.environment == "production" and self.database_url.startswith("sqlite"):
            return ("SQLite serves one machine and one process; for more of either use PostgreSQL",)
        return ()

    def _unsafe_hosts(self) -> list[str]:
        found = []
        if not self.allowed_hosts:
            found.append("WAYMARK_ALLOWED_HOSTS is empty; name the hosts people use")
        if any("*" in host for host in self.allowed_hosts):
            found.append("WAYMARK_ALLOWED_HOSTS holds a *; name each host")
        return found

    def _unsafe_keys(self) -> list[str]:
        found = []
        if self.kek_file.resolve() == self.token_key_file.resolve():
            found.append(
                "WAYMARK_KEK_FILE and WAYMARK_TOKEN_KEY_FILE are one file; each purpose needs its own key"
            )
        places = (
            ("WAYMARK_KEK_FILE", self.kek_file, self.kek_file.is_file()),
            ("WAYMARK_TOKEN_KEY_FILE", self.token_key_file, self.token_key_file.is_file()),
            ("WAYMARK_SIGNING_FOLDER", self.signing_folder, self.signing_folder.is_dir()),
        )
        for name, path, there in places:
            if not there:
                found.append(f"{name}: there is nothing at {path}")
        files = [self.kek_file, self.token_key_file, *sorted(self.signing_folder.glob("*.pem"))]
        for path in files if os.name == "posix" else []:
            if path.is_file() and path.stat().st_mode & OPEN_TO_OTHERS:
                found.append(f"everybody on this machine may read {path}; chmod it to 600")
        return found
