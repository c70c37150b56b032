"""The receipt of a handover as PDF: what app/referrals/paper.py says, set in the languages of both sides."""

from __future__ import annotations

from markupsafe import Markup

from app.kit.words import say
from app.overview.papers.paper import Paper, Piece
from app.referrals.paper import Paper as Receipt
from app.referrals.paper import Said

__all__ = ["of"]


def of(receipt: Receipt, square: Markup) -> Paper:
    """The paper of ``receipt``, to be set for a reader of its first language; ``square``: its number as SVG."""
    made = Paper(_first(receipt.title), receipt.number)
    if len(receipt.title.parts) > 1:
        made.second, made.title_en = receipt.title.parts[1]
    made.blocks.append({"kind": "text", **_piece(receipt.hint)})
    for line in receipt.lines:
        if line.boxes:
            made.blocks.append({"kind": "heading", **_piece(line.label)})
            made.blocks.append(
                {"kind": "ticks", "items": [{**_piece(said), "done": bool(ticked)} for said, ticked in line.boxes]}
            )
        else:
            told = " · ".join(text for _, text in line.said.parts) if line.said else line.value
            rows = [{"name": _piece(line.label), "value": told or "…"}]
            made.blocks.append({"kind": "facts", "rows": rows})
        if line.note is not None:
            made.blocks.append({"kind": "text", **_piece(line.note)})
    codes = [{"name": _piece(said), "value": code} for said, code in receipt.check_codes]
    made.blocks.append({"kind": "facts", "rows": codes})
    made.code(str(square), say("The number of this paper"))
    made.blocks.append({"kind": "text", **_piece(receipt.qr_word)})
    record = "; ".join(f"{number}: {_in_groups(hash_)}" for number, hash_ in receipt.records)
    made.blocks.append({"kind": "facts", "rows": [{"name": _piece(receipt.record_word), "value": record}]})
    made.blocks.append({"kind": "lines", "items": [_piece(said) for said in receipt.signatures]})
    return made


def _in_groups(hash_: str) -> str:
    """A hash as people compare it, eight letters at a time; unbroken it would run over the edge of the paper."""
    return " ".join(hash_[at : at + 8] for at in range(0, len(hash_), 8))


def _first(said: Said) -> str:
    return said.parts[0][1]


def _piece(said: Said) -> Piece:
    """A sentence in the first language, and in the second where that says something else."""
    if len(said.parts) < 2:
        return {"text": _first(said), "en": said.english}
    tag, text = said.parts[1]
    return {
        "text": _first(said),
        "en": f"{text} ({said.english})" if said.english else text,
        "second": tag.partition("-")[0],
    }
