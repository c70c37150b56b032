"""What a notice has to say before it counts as given. Pure: facts in, what lacks out."""

from __future__ import annotations

from typing import Final

from workflows.facts import CaseFacts, NoticeFacts

# What a notice says was not explained -> how a refusal names it.
UNTOLD: Final = {
    "secrecy": "what stays secret and what cannot",
    "asylum": "how to ask for asylum",
    "embassy": "that the embassy is told only if the person wants it",
    "ask_again": "how to ask for another look",
}


def rights_lack(notice: NoticeFacts | None) -> str:
    """Why the rights do not count as read to the person; empty: they were read, whole, understood and witnessed."""
    if notice is None:
        return "yet"
    if not notice.own_language:
        return "in a language they understand"
    if notice.untold:
        return "whole, without " + ", ".join(UNTOLD[each] for each in UNTOLD if each in notice.untold)
    return "" if notice.witnessed else "before a witness"


def counts(kind: str, case: CaseFacts) -> bool:
    """Whether the newest notice of that kind counts as given, so that the duty to give it is done."""
    if kind == "rights_notice":
        return case.rights_read
    return kind != "remedies_notice" or case.remedies_told
