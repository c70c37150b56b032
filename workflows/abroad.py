"""What is known of another country's installation, and what its codes were read as: facts of a line, of no person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

# What the exchange as a whole speaks; one more with each change that an older installation could not read.
PROTOCOL: Final = 1


@dataclass(frozen=True, slots=True)
class HeardCode:
    """A code of another country that was read as one of ours. ``at``: where it stood, such as about.age_band.sex."""

    code_list: str
    theirs: str
    ours: str
    at: str


@dataclass(frozen=True, slots=True)
class AbroadFacts:
    """What the other installation reads, by its own signed word. ``told``: whether it has said so at all.

    steps: the messages it knows; forms: kind of record -> versions it reads; protocols: of the exchange as a whole.
    ``written``: kind of record -> versions that are written here; ``protocol``: the one that is spoken here.
    ``with_form``: whether the form of the step has been filled in, and would travel.
    """

    told: bool = False
    protocols: frozenset[int] = frozenset()
    steps: frozenset[str] = frozenset()
    forms: Mapping[str, frozenset[int]] = field(default_factory=dict)
    written: Mapping[str, frozenset[int]] = field(default_factory=dict)
    protocol: int = PROTOCOL
    with_form: bool = False

    def lacks(self, step: str, form: str | None) -> str:
        """What the other side would need to read the message of a step; empty where it can, or has never said."""
        if not self.told:
            return ""
        if self.protocol not in self.protocols:
            return f"protocol {self.protocol}"
        if step not in self.steps:
            return f"message {step}"
        written = self.written.get(form or "", frozenset())
        if written and not written & self.forms.get(form or "", frozenset()):
            return f"form {form}, version {max(written)}"
        return ""
