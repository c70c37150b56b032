"""The command line of the keys: `waymark keys create`, `rotate`, `rewrap` and `retire`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from app.settings import Settings
from app.terminal import must_be_migrated, stop, told
from policies.load import load_policies

if TYPE_CHECKING:
    from app.access.desk import House

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


Kek = Annotated[bool, typer.Option("--kek", help="The key-encryption key instead of the token key.")]
Signing = Annotated[
    str, typer.Option("--signing", metavar="CC", help="The key with which this country signs instead of the token key.")
]
Checkpoints = Annotated[
    bool, typer.Option("--checkpoints", help="The key that signs checkpoints instead of the token key.")
]


@keys_app.command("rotate")
@told
def rotate_keys(
    approval: Annotated[str, typer.Option(help="The id of the approval that two persons gave: POST /keys/rotations.")],
    kek: Kek = False,
    signing: Signing = "",
    checkpoints: Checkpoints = False,
) -> None:
    """Make a new key, as two persons agreed; the old one reads or is believed until `waymark keys retire`."""
    from app.main import open_house
    from app.operations import rotate_kek, rotate_token_key

    _one_of(kek, signing, checkpoints)
    settings = Settings()
    must_be_migrated(settings)
    house = open_house(settings)
    if signing or checkpoints:
        _rotate_signing(settings, house, signing, approval)
        return
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


def _one_of(kek: bool, signing: str, checkpoints: bool) -> None:
    if kek + bool(signing) + checkpoints > 1:
        stop("one key at a time: --kek, --signing CC, --checkpoints, or none of them for the token key.")


def _rotate_signing(settings: Settings, house: House, country: str, approval: str) -> None:
    from app.keys.signing import rotate_checkpoint_key, rotate_signing_key
    from app.kit.keybook import book_of

    if country:
        file = house.signing.file_of(country)
        key_id = rotate_signing_key(house, country, approval)
        typer.echo(f"{country} signs with the key {key_id} from now on; running servers take it up by themselves.")
        typer.echo(f"Compare it with the partners by telephone. {book_of(file)} holds all its keys, each signed")
        typer.echo("by the one before: bring it and the key to every machine that serves, and keep a copy of both.")
        typer.echo(f"In a day run `waymark keys retire --signing {country}`.")
        return
    file = settings.checkpoint_key_file
    key_id = rotate_checkpoint_key(house, file, approval)
    typer.echo(f"Checkpoints are signed with the key {key_id} from now on; running workers take it up by themselves.")
    typer.echo(f"Give the last line of {book_of(file)} to those who audit.")
    typer.echo("In a day run `waymark keys retire --checkpoints`.")


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
    at_once: Annotated[bool, typer.Option("--at-once", help="Do not wait for whoever still has an older key.")] = False,
    kek: Kek = False,
    signing: Signing = "",
    checkpoints: Checkpoints = False,
) -> None:
    """Take older keys out of use: what they made is refused, and nothing wrapped under them may be left."""
    from app.kit.db import Database
    from app.main import open_house
    from app.operations import retire_kek, retire_token_keys

    _one_of(kek, signing, checkpoints)
    settings = Settings()
    must_be_migrated(settings)
    house = open_house(settings)
    if kek:
        owner = Database(settings.owner_database_url)
        _retired("key-encryption key", map(str, retire_kek(house, owner, settings.kek, settings.backup_target)))
        owner.dispose()
    elif signing or checkpoints:
        from app.keys.signing import retire_checkpoint_keys, retire_signing_keys

        if signing:
            _retired(f"signing key of {signing}", retire_signing_keys(house, signing, at_once=at_once))
        else:
            gone = retire_checkpoint_keys(house, settings.checkpoint_key_file, at_once=at_once)
            _retired("key of checkpoints", gone)
    else:
        _retired("token key", map(str, retire_token_keys(house, settings.token_key_file, at_once=at_once)))


def _retired(what: str, gone: Iterable[str]) -> None:
    names = ", ".join(gone)
    typer.echo(f"Retired: {what} {names}." if names else f"Nothing to do: there is one {what}.")
