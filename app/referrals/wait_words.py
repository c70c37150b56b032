"""Words for what a referral waits for and for what happened at both ends, in the language of the page."""

from __future__ import annotations

from app.kit.words import mark, say

ON = {
    "our_worker": mark("This program has not sent it yet."),
    "line": mark("The other country's program does not answer. Nobody there can have seen it."),
    "their_machine": mark("The other country's program answers, but has not stored it."),
    "their_desk": mark("It has arrived. Nobody at the other country's desk has opened it yet."),
    "their_decision": mark("The other country has to decide."),
    "our_desk": mark("It is this country's turn."),
}
# Short, where many stand in a list.
SHORT = {
    "our_worker": mark("not sent yet"),
    "line": mark("no line to the other country"),
    "their_machine": mark("not stored by the other country"),
    "their_desk": mark("not opened by the other country"),
    "their_decision": mark("waits for the other country's decision"),
    "our_desk": mark("waits for us"),
}
WHAT = {
    "sent": mark("Sent"),
    "stored": mark("Stored by the program there"),
    "seen": mark("Opened"),
    "decided": mark("Decided"),
}
RESULT = {
    "kept_unknown": mark("kept, but not understood there"),
    "already_ended": mark("too late: the referral had ended there"),
    "not_applicable": mark("kept; it no longer fitted there"),
    "erased": mark("the person is erased there"),
}


def on_word(code: str) -> str:
    """On whom it waits, as a sentence."""
    return say(ON[code])


def on_short(code: str) -> str:
    """The same in a few words."""
    return say(SHORT[code])


def what_word(code: str) -> str:
    """What an act at either end was."""
    return say(WHAT[code])


def result_word(code: str) -> str:
    """What became of a message there, where it is more than that it was taken in; else nothing."""
    return say(RESULT[code]) if code in RESULT else ""
