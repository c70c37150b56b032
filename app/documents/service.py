"""Files of a case: add one, read what there is, give one out, mark one as entered in error. Nothing is ever deleted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, insert

from app.access.desk import Desk
from app.access.log import looked, refused
from app.access.may import visible_case
from app.casework import fieldgroups, move
from app.casework.held import Held, hold_case
from app.casework.history import Event
from app.casework.reach import permit, refuse_as_attempt
from app.documents import queries
from app.documents.schemas import AboutOut, DocumentIn, DocumentOut, DocumentsOut, ErrorIn, ErrorOut
from app.documents.washing import ENDINGS, Washed
from app.kit.canonical import canonical_bytes
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.fields import at_field
from app.kit.words import mark
from app.models.base import is_id, new_id
from policies.model import FieldGroup, Policies

__all__ = [
    "KINDS", "READ", "REASONS", "WRITE", "Given", "added", "checked", "given", "groups", "listed", "marked", "may_add",
    "read",
]  # fmt: skip

# A file is read and added by whoever reads and files records of its group; so an emergency, a seal and a block treat
# it as they treat a record.
READ: Final = "record:read"
WRITE: Final = "record:write"
WORD: Final = "document"
KINDS: Final = "case_document_kind"
REASONS: Final = "document_error_reason"
# A file about somebody else stays, since it was part of this case, and is given out to nobody.
CLOSED: Final = frozenset({"wrong_person"})
# Nobody's browser opens it in a page of ours, runs anything in it or keeps it.
ATTACHED: Final[Mapping[str, str]] = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}
_NO_KIND: Final = mark("Choose what kind of file it is.")
_NO_REASON: Final = mark("Say why.")
_NO_LANGUAGE: Final = mark("Choose one of the languages.")
_NOT_YET: Final = mark("This day lies in the future.")


@dataclass(frozen=True, slots=True)
class Given:
    """A file as it leaves: its bytes, its type, and a name that tells nothing of anybody."""

    content: bytes
    media_type: str
    name: str

    @property
    def headers(self) -> dict[str, str]:
        """The headers it leaves with."""
        return {**ATTACHED, "Content-Disposition": f'attachment; filename="{self.name}"'}


def groups(policies: Policies) -> dict[str, FieldGroup]:
    """Kind of file -> the field group that sees it."""
    return {code: entry.group for code, entry in policies.codes[KINDS].codes.items() if entry.group is not None}


def checked(desk: Desk, told: DocumentIn) -> None:
    """Invalid (422), naming each field, for codes that are in no list and a day that has not been."""
    wrong: list[tuple[str, str]] = []
    if told.kind not in groups(desk.policies):
        wrong.append(("kind", _NO_KIND))
    if told.language and not desk.policies.knows("language", told.language):
        wrong.append(("language", _NO_LANGUAGE))
    if told.issued is not None and told.issued > desk.today:
        wrong.append(("issued", _NOT_YET))
    if told.replaces and not desk.policies.knows(REASONS, told.reason or ""):
        wrong.append(("reason", _NO_REASON))
    if wrong:
        errors = [{"field": field, "rule": sentence, "sentence": sentence} for field, sentence in wrong]
        raise Invalid("Some answers are missing or cannot be read.", extra={"errors": errors})


def may_add(desk: Desk, case_id: str, kind: str) -> None:
    """Forbidden unless the actor may file records on this case and sees files of this kind; NotFound as ever."""
    permit(desk, WRITE, case_id, WORD)
    group = groups(desk.policies).get(kind)
    if group is not None and not fieldgroups.sees(desk, group):
        refusal = fieldgroups.missing(desk, group, ", to which this kind of file belongs")
        refuse_as_attempt(desk, case_id, WORD, refusal)
        raise refusal


def added(desk: Desk, case_id: str, told: DocumentIn, file: Washed) -> DocumentOut:
    """Keep a clean file with the case, under the person's key; the history tells that it came, and its digest.

    The digest in the history is of the sealed bytes: it proves that what is kept is what came, and once the key is
    gone it confirms nothing to somebody who holds a copy of the paper. Raises as `may_add` and `checked`; Conflict if
    the very file is there already or the case has too many; Erased (410).
    """
    may_add(desk, case_id, told.kind)
    checked(desk, told)
    held = hold_case(desk, case_id)
    key = held.key(desk)
    if queries.how_many(desk, case_id) >= desk.policies.safeguards.files.per_case:
        raise Conflict("This case has as many files as a case may have.", code="too_many_files")
    replaced = _to_replace(desk, case_id, told.replaces) if told.replaces else None
    _must_be_new(desk, held, key, file, replaced)
    document_id = new_id()
    about = AboutOut(
        issued=told.issued,
        language=told.language or None,
        note=told.note or None,
        pages=file.pages,
        removed=list(file.removed),
        sha256=file.digest,
        original_sha256=file.original,
    )
    sealed = desk.keys.seal(key, file.content, _place("sealed", document_id))
    row: dict[str, Any] = {
        "id": document_id,
        "country": desk.actor.country,
        "case_id": case_id,
        "key_id": held.key_id,
        "seq": held.chain.count + 1,
        "kind": told.kind,
        "field_group": groups(desk.policies)[told.kind].value,
        "media_type": file.media_type,
        "size": len(file.content),
        "digest": hashlib.sha256(sealed).digest(),
        "added_by": desk.actor.id,
        "added_at": desk.now,
        "about": desk.keys.seal(key, canonical_bytes(about.model_dump(mode="json")), _place("about", document_id)),
        "sealed": sealed,
    }
    desk.session.execute(insert(queries.DOCUMENT), row)
    said = {"id": document_id, "kind": told.kind, "digest": row["digest"].hex(), "size": row["size"]}
    move.remark(desk, held, Event(WORD, "added", held.version, {"document": said}, desk.now))
    if replaced is not None:
        _mark(desk, held, replaced, told.reason or "", document_id)
    return _out(desk, queries.one(desk, case_id, document_id), about)


def listed(desk: Desk, case_id: str) -> DocumentsOut:
    """The files of a case; what was told of one only where its field group is the actor's to see. Noted."""
    visible_case(desk, READ, case_id)
    held = hold_case(desk, case_id, lock=False)
    items = [_out(desk, row, _about(desk, held, row)) for row in queries.of_case(desk, case_id)]
    looked(desk, "documents_listed", "case", case_id, {"count": len(items)})
    return DocumentsOut(items=items)


def read(desk: Desk, case_id: str, document_id: str) -> DocumentOut:
    """What is known of one file. NotFound if it is none of this case, Forbidden for a field group not to be seen."""
    row = _seen(desk, case_id, document_id)
    looked(desk, "document_opened", "case", case_id, {"document": row.id, "kind": row.kind})
    held = hold_case(desk, case_id, lock=False)
    if held.erased:
        held.key(desk)
    return _out(desk, row, _about(desk, held, row))


def given(desk: Desk, case_id: str, document_id: str) -> Given:
    """The file itself, opened; the look is noted with it. Raises as `read`; Conflict if it is closed."""
    row = _seen(desk, case_id, document_id)
    if row.reason in CLOSED:
        raise Conflict(
            "It is about somebody else, so it is given out to nobody. Add it to the case it belongs to.",
            code="file_closed",
            title="This file is closed.",
        )
    looked(desk, "document_downloaded", "case", case_id, {"document": row.id, "kind": row.kind})
    key = hold_case(desk, case_id, lock=False).key(desk)
    content = desk.keys.open(key, queries.content(desk, row.id), _place("sealed", row.id))
    return Given(content, row.media_type, f"file-{row.id[:8]}.{ENDINGS[row.media_type]}")


def marked(desk: Desk, case_id: str, document_id: str, body: ErrorIn) -> DocumentOut:
    """Mark a file as entered in error; it stays, and the history tells by whose word and why.

    Raises as `may_add` and `read`; Invalid for a reason that is in no list; Conflict if it is marked already.
    """
    permit(desk, WRITE, case_id, WORD)
    row = _seen(desk, case_id, document_id)
    if not desk.policies.knows(REASONS, body.reason):
        raise Invalid("Some answers are missing or cannot be read.", extra=at_field("reason", _NO_REASON))
    held = hold_case(desk, case_id)
    _must_be_open(row)
    _mark(desk, held, row, body.reason, None)
    found = queries.one(desk, case_id, document_id)
    return _out(desk, found, _about(desk, held, found))


def _mark(desk: Desk, held: Held, row: Row[Any], reason: str, replaced_by: str | None) -> None:
    said = {
        "document_id": row.id,
        "country": desk.actor.country,
        "reason": reason,
        "replaced_by": replaced_by,
        "marked_by": desk.actor.id,
        "marked_at": desk.now,
    }
    desk.session.execute(insert(queries.ERROR), said)
    details = {"document": {"id": row.id, "kind": row.kind}, "why": reason, "replaced_by": replaced_by}
    move.remark(desk, held, Event(WORD, "entered_in_error", held.version, details, desk.now))


def _to_replace(desk: Desk, case_id: str, document_id: str) -> Row[Any]:
    row = _seen(desk, case_id, document_id)
    _must_be_open(row)
    return row


def _must_be_open(row: Row[Any]) -> None:
    if row.reason is not None:
        raise Conflict("This file is marked as entered in error already.", code="already_in_error")


def _must_be_new(desk: Desk, held: Held, key: bytes, file: Washed, replaced: Row[Any] | None) -> None:
    """Conflict if the very file stands here for the actor to see: it was sent twice."""
    for row in queries.of_case(desk, held.id):
        if row.reason is None and FieldGroup(row.field_group) in fieldgroups.groups_of(desk):
            same = _opened(desk, key, row).original_sha256 == file.original
            if same and (replaced is None or replaced.id != row.id):
                raise Conflict(
                    "It was added before and stands in the list of files.",
                    code="file_is_here",
                    title="This very file is kept here already.",
                )


def _seen(desk: Desk, case_id: str, document_id: str) -> Row[Any]:
    visible_case(desk, READ, case_id)
    known = is_id(document_id)
    row = queries.one(desk, case_id, document_id) if known else None
    if row is None:
        refused(desk, "case", case_id, {"document": document_id if known else "-", "answer": 404})
        raise NotFound()
    group = FieldGroup(row.field_group)
    if not fieldgroups.sees(desk, group):
        refused(desk, "case", case_id, {"document": row.id, "kind": row.kind})
        raise fieldgroups.missing(desk, group, ", to which this file belongs")
    return row


def _about(desk: Desk, held: Held, row: Any) -> AboutOut | None:
    """What was told of a file; None of somebody erased, and of a group the actor does not see."""
    if held.erased or not fieldgroups.sees(desk, FieldGroup(row.field_group)):
        return None
    return _opened(desk, held.key(desk), row)


def _opened(desk: Desk, key: bytes, row: Row[Any]) -> AboutOut:
    return AboutOut.model_validate(json.loads(desk.keys.open(key, row.about, _place("about", row.id))))


def _place(column: str, document_id: str) -> bytes:
    return f"document|{column}|{document_id}|1".encode()


def _out(desk: Desk, row: Any, about: AboutOut | None) -> DocumentOut:
    error = None
    if row.reason is not None:
        error = ErrorOut(
            reason=row.reason, marked_by=row.marked_by, marked_at=row.marked_at, replaced_by=row.replaced_by
        )
    return DocumentOut(
        id=row.id,
        kind=row.kind,
        group=row.field_group,
        media_type=row.media_type,
        size=row.size,
        seq=row.seq,
        digest=row.digest.hex(),
        added_by=row.added_by,
        added_at=row.added_at,
        error=error,
        about=about,
    )
