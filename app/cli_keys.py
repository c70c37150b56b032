"""The command line of the keys: `waymark keys create`, `rotate`, `rewrap` and `retire`."""

from __future__ import annotations

from typing import Annotated

import typer

from app.settings import Settings
from app.terminal import must_be_migrated, stop, told
from policies.load import load_policies

keys_app = typer.Typer(help="Secret keys.", no_args_is_help=True)


@keys_app.command("create")
@told
def create_keys(
    country: Annotated[list[str], typer.Option(help="A country this installation holds; may be given several times.")],
) -> None:
    """Make the keys that are missing, before the first start; no key is ever replaced."""
    from app.operations import make_keys

    places = Settings(environment="demo")
    made = make_keys(places, country, load_policies(places.policies_folder))
    for file in made.files:
        typer.echo(f"made {file}")
    for code, key_id in made.signing.items():
        typer.echo(f"{code} signs with the key {key_id}")
    if places.checkpoint_key_file in made.files:
        typer.echo(f"checkpoints are signed with the key {made.checkpoints}; give this line to those who audit")
    if places.kek_file in made.files:
        typer.echo(f"Keep a copy of {places.kek_file} off this machine: without it nobody can open what is sealed.")


@keys_app.command("rotate")
@told
def rotate_keys(
    approval: Annotated[str, typer.Option(help="The id of the approval that two persons gave: POST /keys/rotations.")],
    kek: Annotated[bool, typer.Option("--kek", help="The key-encryption key instead of the token key.")] = False,
) -> None:
    """Make a new key, as two persons agreed; the old one reads until `waymark keys retire`."""
    from app.main import open_house
    from app.operations import rotate_kek, rotate_token_key

    settings = Settings()
    must_be_migrated(settings)
    house = open_house(settings)
    if not kek:
        version = rotate_token_key(house, settings.token_key_file, approval)
        typer.echo(f"Token key {version} signs from now on; running servers take it up by themselves.")
        typer.echo("In a quarter of an hour run `waymark keys retire`. Bring the file to every machine that serves.")
        return
    version = rotate_kek(house, settings.kek, approval)
    typer.echo(f"Key-encryption key {version} wraps from now on; running servers take it up by themselves.")
    if settings.key_service:
        typer.echo("It was made in the key service. Have its own backup made now.")
    else:
        typer.echo(f"Keep a copy of {settings.kek_file} off this machine now.")
    _rewrap(settings)
    typer.echo("When no backup needs the old one any more, run `waymark keys retire --kek`.")


@keys_app.command("rewrap")
@told
def rewrap_keys() -> None:
    """Wrap every stored data key under the newest key-encryption key; goes on where an earlier run ended."""
    settings = Settings()
    must_be_migrated(settings)
    _rewrap(settings)


def _rewrap(settings: Settings) -> None:
    from app.keys.rewrapping import rewrap
    from app.kit.db import Database

    database = Database(settings.owner_database_url)
    found = rewrap(database, settings.kek.ring())
    database.dispose()
    typer.echo(f"{sum(found.done.values())} data keys wrapped anew.")
    if found.unreadable:
        stop("\n".join([f"{len(found.unreadable)} data keys do not open and stay as they are:", *found.unreadable]))


@keys_app.command("retire")
@told
def retire_keys(
    at_once: Annotated[bool, typer.Option("--at-once", help="Do not wait until older tokens have ended.")] = False,
    kek: Annotated[bool, typer.Option("--kek", help="The key-encryption keys instead of the token keys.")] = False,
) -> None:
    """Take older keys out of use; tokens made with them are refused, nothing wrapped under them may be left."""
    from app.kit.db import Database
    from app.main import open_house
    from app.operations import retire_kek, retire_token_keys

    settings = Settings()
    must_be_migrated(settings)
    house, what = open_house(settings), "key-encryption key" if kek else "token key"
    if kek:
        owner = Database(settings.owner_database_url)
        gone = retire_kek(house, owner, settings.kek, settings.backup_target)
        owner.dispose()
    else:
        gone = retire_token_keys(house, settings.token_key_file, at_once=at_once)
    typer.echo(f"Retired: {what} {', '.join(map(str, gone))}." if gone else f"Nothing to do: there is one {what}.")
