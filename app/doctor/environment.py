"""The settings: read as far as they can be read, and each that is unreadable or unsafe named."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any, Final

from pydantic import ValidationError

from app.doctor.findings import Finding, found
from app.doctor.ground import Ground
from app.settings import Settings, unsafe

__all__ = ["check", "of_sentence", "read"]

# Settings that belong together: if they contradict each other, all of them are left out and the rest is read.
_FAMILIES: Final = ("oidc_", "smtp_", "key_service", "checkpoint_store", "checkpoint_log")
_NAMED: Final = re.compile(r"WAYMARK_([A-Z_]+)")
# More rounds than there are families say that it is no setting that is wrong.
_ROUNDS: Final = 12
_READ_MORE: Final = "correct the variable; app/settings says what each takes"


def read() -> tuple[Settings, list[Finding]]:
    """The settings of the environment, with those left out that cannot be read, and a finding for each of them.

    They are read as a demonstration's and then called what they are: production would refuse to be read at all while
    keys or hosts are wrong, and here that is one finding among others.
    """
    left_out: dict[str, Any] = {}
    findings: list[Finding] = []
    for _ in range(_ROUNDS):
        try:
            settings = Settings(**{**left_out, "environment": "demo"})
        except ValidationError as error:
            before = len(left_out)
            for each in error.errors(include_input=False, include_url=False, include_context=False):
                sentence = each["msg"].removeprefix("Value error, ")
                field = str(each["loc"][0]) if each["loc"] else ""
                about = _variable(field) or next(iter(re.findall(r"WAYMARK_[A-Z_]+", sentence)), "")
                findings.append(found("settings.unreadable", _said(field, sentence), _READ_MORE, about))
                left_out |= _without(field, sentence)
            if len(left_out) == before:
                break
            continue
        findings += _environment()
        demo = os.environ.get("WAYMARK_ENVIRONMENT") == "demo"
        return settings.model_copy(update={"environment": "demo" if demo else "production"}), findings
    # What is left is what nobody has set: the folder and nothing else.
    bare = {name: each.get_default(call_default_factory=True) for name, each in Settings.model_fields.items()}
    settings = Settings(**{**bare, "environment": "demo", "database_url": ""})
    return settings.model_copy(update={"environment": "production"}), findings


def check(ground: Ground) -> Iterator[Finding]:
    """What keeps production from serving, and what is allowed and worth a thought."""
    if not ground.production:
        yield found("settings.demo", "WAYMARK_ENVIRONMENT is demo", "leave it out where real people's data are kept")
        return
    for sentence in unsafe.found(ground.settings):
        yield of_sentence("settings.unsafe", sentence)
    for caution in ground.settings.cautions:
        yield found("settings.caution", caution, "nothing, if it was meant so")


def of_sentence(name: str, sentence: str, advice: str = "") -> Finding:
    """A finding of a sentence of app/settings: the variable, what is wrong, and after the last semicolon the mend."""
    what, _, mend = sentence.rpartition("; ")
    said = what or sentence
    about = re.match(r"[\w-]+", said)
    steps = "; ".join(each for each in (mend if what else "", advice) if each)
    return found(name, said, steps or _READ_MORE, about[0] if about else "")


def _environment() -> Iterator[Finding]:
    said = os.environ.get("WAYMARK_ENVIRONMENT", "production")
    if said not in ("demo", "production"):
        what = "WAYMARK_ENVIRONMENT is neither production nor demo"
        yield found("settings.unreadable", what, "leave it out, or write demo", "WAYMARK_ENVIRONMENT")


def _without(field: str, sentence: str) -> dict[str, Any]:
    """The default of the setting that is wrong, or of all that belong to the one that the sentence names."""
    fields = Settings.model_fields
    named = [field] if field in fields else [each.lower() for each in _NAMED.findall(sentence)]
    # A sentence that names none is about one of the families.
    families = [each for each in _FAMILIES if not named or any(name.startswith(each) for name in named)]
    # What else such a sentence names, such as the address of the pages, may well be right.
    wrong = {each for each in fields for family in families if each.startswith(family)} or set(named)
    return {name: fields[name].get_default(call_default_factory=True) for name in wrong if name in fields}


def _said(field: str, sentence: str) -> str:
    return f"{_variable(field)} cannot be read: {sentence}" if field else sentence


def _variable(field: str) -> str:
    if field in ("database_url", "DATABASE_URL", "WAYMARK_DATABASE_URL"):
        return "DATABASE_URL"
    return f"WAYMARK_{field.upper()}" if field else ""
