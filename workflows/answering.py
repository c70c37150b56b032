"""What the office that is asked by another country may do with the question: pure, asked again when it is done.

No case is opened by it. It is taken up, then answered, or it is said that and why there is no answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from workflows.guards.inquiries import NATIONALITY
from workflows.verdict import Refusal

ASKED: Final = "asked"
TAKEN_UP: Final = "acknowledged"
ANSWERED: Final = "answered"
CANNOT_TELL: Final = "cannot_tell"
DECLINED: Final = "declined"
WITHDRAWN: Final = "withdrawn"
OPEN: Final = frozenset({ASKED, TAKEN_UP})
_ANSWERERS: Final = ("national_focal_point", "case_manager")


def against_taking_up(state: str) -> tuple[Refusal, ...]:
    """Why a question cannot be taken up: it was, or it is over."""
    return () if state == ASKED else (_TAKEN_UP if state in OPEN else _OVER,)


def against_ending(state: str) -> tuple[Refusal, ...]:
    """Why nothing can be said to it any more."""
    return () if state in OPEN else (_OVER,)


def against_answering(state: str, subject: str, said: Mapping[str, Any]) -> tuple[Refusal, ...]:
    """Why this is no answer to the question. said: the form as plain JSON; subject: a code of inquiry_subject."""
    if state not in OPEN:
        return (_OVER,)
    if subject == NATIONALITY:
        # A person who was asked about alone has no family that anybody may have looked for.
        if said.get("family_found") is not None:
            return (_NOT_ASKED,)
        return () if said.get("nationality") and said["nationality"] != "pending" else (_NO_RESULT,)
    whole = all(said.get(name) is not None for name in ("family_found", "family_willing", "family_safe"))
    return () if whole else (_NO_FAMILY,)


_OVER: Final = Refusal(
    "inquiry_waits", "This question is over: it was answered, or taken back.",
    "An answer that was signed and sent stays as it is, and what was taken back is forgotten.",
    "Speak with the office that asked; it can ask again.", _ANSWERERS, ("WM-PROTOCOL", "OHCHR-G11.5"),
)  # fmt: skip
_TAKEN_UP: Final = Refusal(
    "inquiry_is_new", "This question was taken up already.", "Saying so once is enough.",
    "Answer it, or say why there is no answer.", _ANSWERERS, ("WM-PROTOCOL",),
)  # fmt: skip
_NO_RESULT: Final = Refusal(
    "nationality_is_answered", "The answer does not say whether the person is a national.",
    "That is what was asked, and only the country that is asked can say it.",
    "Choose the result, or say that you cannot tell and why.", _ANSWERERS, ("OHCHR-G11.5", "ACTIP-15.3"),
)  # fmt: skip
_NO_FAMILY: Final = Refusal(
    "tracing_is_answered", "The answer does not say whether the family was found, is willing and is safe.",
    "A child's future may be decided on it, and a gap would be read as a no.",
    "Answer the three questions, or say that you cannot tell and why.", _ANSWERERS, ("OHCHR-G8.4",),
)  # fmt: skip
_NOT_ASKED: Final = Refusal(
    "family_was_asked_for", "Nobody has asked about the family.",
    "The person has agreed to a question about their nationality, and to no more.",
    "Leave the questions about the family empty.", _ANSWERERS, ("IOM-4", "OHCHR-G11.5"),
)  # fmt: skip
EVERY: Final = (_OVER, _TAKEN_UP, _NO_RESULT, _NO_FAMILY, _NOT_ASKED)
