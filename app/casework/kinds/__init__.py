"""Every record kind, one file each; a new kind is a new file here."""

from __future__ import annotations

import importlib
import pkgutil

from app.casework.forms import Kind


def _collect() -> dict[str, Kind]:
    found: dict[str, Kind] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda each: each.name):
        kind: Kind = importlib.import_module(f"{__name__}.{module.name}").KIND
        if kind.name != module.name:
            raise RuntimeError(f"kind {kind.name} lives in {module.name}.py")
        found[kind.name] = kind
    return found


KINDS: dict[str, Kind] = _collect()
