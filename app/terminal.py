"""What every command of the command line shares: faults told in a sentence, and tables that must be up to date."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import NoReturn, ParamSpec, TypeVar

import typer
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from app.kit import migrate as tables
from app.kit import moved
from app.kit.errors import AppError, Away
from app.kit.keyfile import KeyMissing
from app.settings import Settings
from policies.load import PolicyError

__all__ = ["must_be_migrated", "must_be_whole", "stop", "told"]

Given = ParamSpec("Given")
Result = TypeVar("Result")


def stop(sentence: str) -> NoReturn:
    """Say why and end with exit code 1."""
    typer.echo(f"waymark: {sentence}", err=True)
    raise typer.Exit(1)


def told(command: Callable[Given, Result]) -> Callable[Given, Result]:
    """A command that says in a sentence what its user can mend, instead of a stack trace."""

    @functools.wraps(command)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        try:
            return command(*args, **kwargs)
        except PolicyError as error:
            stop(f"the policies cannot be used:\n{error}\n`waymark policies check` shows the same list.")
        except ValidationError as error:
            stop("; ".join(each["msg"].removeprefix("Value error, ") for each in error.errors(include_input=False)))
        except Away as error:
            cause = getattr(error.__cause__, "orig", error)
            stop(f"the database does not answer ({type(cause).__name__}: {cause}). {error.detail}")
        except AppError as error:
            stop(f"{error.detail or error.title}")
        except DBAPIError as error:
            stop(f"the database does not answer as it should ({type(error.orig).__name__}: {error.orig}).")
        except (KeyMissing, OSError, ValueError, tables.BrokenReferences) as error:
            stop(f"{error}")

    return run


def must_be_migrated(settings: Settings) -> None:
    """End the command unless the tables are those of this version of the program."""
    at, newest = tables.current(settings.database_url), tables.head()
    must_be_whole(at)
    if at != newest:
        stop(f"the tables are at revision {at or 'none'}, this program needs {newest}: run `waymark migrate`.")


def must_be_whole(revision: str | None) -> None:
    """End the command if a restore into these tables was begun and not finished, or if they have moved elsewhere."""
    if revision is not None and tables.unfinished(revision) is not None:
        stop("a restore was begun here and not finished: run the same `waymark restore` again, it starts anew.")
    gone = moved.read(revision)
    if gone is None:
        return
    if not gone.finished:
        stop(
            f"a move to {gone.place} was begun here, and how it ended is not known: run the same `waymark migrate-to`"
            " again, it looks there and finishes or starts anew."
        )
    stop(
        f"this store has moved to {gone.place}: nothing is served or written here any more. Let DATABASE_URL name that"
        " one; docs/operations.md says how to come back as long as nothing was written there."
    )
