"""Marks that a field of a form can carry: who answers for it, and whether a page asks it at all."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unasked:
    """Metadata of a field that no page asks: the program fills it in, or only records of an older form have it."""


@dataclass(frozen=True, slots=True)
class OfWorker:
    """Metadata of a field that the worker answers for: a silence of the person is no answer to it."""


@dataclass(frozen=True, slots=True)
class ForChild:
    """Metadata of a field that is asked only where the person is a child, or may be one."""
