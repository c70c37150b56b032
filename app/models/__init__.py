"""Every table, one file per aggregate; `load_all` makes all of them known to the mapper."""

from __future__ import annotations

import importlib
import pkgutil

__all__ = ["load_all"]


def load_all() -> tuple[str, ...]:
    """Import every module of this package and return their names, sorted.

    Migrations and the check that models match them need all tables, also those of a module that
    nobody has imported yet. Calling it again costs nothing.
    """
    names = sorted(module.name for module in pkgutil.walk_packages(__path__, prefix=f"{__name__}."))
    for name in names:
        importlib.import_module(name)
    return tuple(names)
