"""The verbs of the exports room: ask for a list, let a second person agree if it is long, make the file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Row, insert, update

from app.access import two_persons
from app.access.approval_shapes import ApprovalOut
from app.access.desk import Desk
from app.access.log import looked, refused
from app.access.may import must
from app.access.stepup import must_be_fresh
from app.access.two_persons import Act, Asked, carries_out
from app.casework import case_list
from app.casework.case_list import Filter
from app.casework.held import CASE
from app.exports import files, queries, research
from app.exports.columns import MORE
from app.exports.files import Format
from app.exports.schemas import ExportAskedOut, ExportIn, ExportOut, State
from app.kit.canonical import canonical_bytes
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.kit.words import mark
from app.models.base import is_id, new_id
from policies.model import FieldGroup, Scope

RIGHT: Final = "case:export"
KIND: Final = "bulk_export"
LASTS: Final = timedelta(hours=1)
MOST_DOWNLOADS: Final = 3
ACT: Final = mark("taking a list of cases out of the program")
# Kept beside the filters: what kind of file it is, and that it says who people are. No filter is called so.
FORMAT, IDENTITY = "format", "identity"
_TABLE: Final = queries.TABLE


@dataclass(frozen=True, slots=True)
class File:
    """A list as it leaves: its bytes, their SHA-256, and a name that says nothing."""

    content: bytes
    digest: bytes
    name: str
    media_type: str


def ask(desk: Desk, body: ExportIn) -> ExportOut:
    """Ask for a list. Ready for an hour, or waiting for a second person if it has more rows than one may take alone.

    What the actor has taken alone in the hours before counts with it. One that says who people are waits for a second
    person however short it is. Raises Invalid for an unknown purpose, or one for which nobody's name leaves; Conflict
    (export_too_large) for more rows than anybody may take; Forbidden (step_up_needed) without a fresh second factor,
    (field_group_missing, permission_missing) for a role that does not see, or uncover, who people are.
    """
    must_be_fresh(desk, ACT)
    if not desk.policies.knows("export_purpose", body.purpose):
        known = ", ".join(desk.policies.codes["export_purpose"].codes)
        raise Invalid(
            "A list leaves only for a known purpose.",
            extra={"errors": [{"field": "purpose", "rule": f"a code of 'export_purpose': {known}"}]},
        )
    if body.identity:
        _may_name(desk, body)
    wanted = body.filters.wanted()
    rows = _counted(desk, wanted, body.purpose)
    two = desk.policies.safeguards.two_persons
    # Many short lists are no way around a long one.
    together = rows + queries.taken_alone(desk, desk.now - two.alone_within)
    alone = together <= two.export_rows_alone and not body.identity
    export_id = new_id()
    asked = None
    if not alone:
        payload = {"export": export_id, "purpose": body.purpose, "filters": dict(wanted.said), "rows": rows}
        payload |= {FORMAT: body.format, IDENTITY: body.identity}
        asked = two_persons.ask(desk, Act(KIND, _subject(desk), payload, {"note": body.note}))
    plain, wrapped = desk.keys.new_data_key()
    note = desk.keys.seal(plain, body.note.encode("utf-8"), f"case_export|sealed_note|{export_id}|1".encode())
    row = {
        "id": export_id,
        "country": desk.actor.country,
        "asked_by": desk.actor.id,
        "asked_at": desk.now,
        "expires_at": desk.now + LASTS if asked is None else asked.expires_at,
        "purpose": body.purpose,
        "wrapped": wrapped,
        "sealed_note": note,
        "filters": canonical_bytes({**wanted.said, FORMAT: body.format, IDENTITY: body.identity}).decode(),
        "rows": rows,
        "state": "ready" if alone else "waiting",
        "approval_id": asked.id if asked else None,
        "downloads": 0,
    }
    desk.session.execute(insert(_TABLE).values(row))
    detail: dict[str, str | int | bool] = {"purpose": body.purpose, "rows": rows}
    detail |= {FORMAT: body.format, IDENTITY: body.identity}
    looked(desk, "export_asked", "export", export_id, {**detail, **_said(wanted)})
    shown = _shown(desk, _mine(desk, export_id), asked)
    return shown if asked is None else ExportAskedOut(**shown.model_dump())


@carries_out(KIND, permission=RIGHT, act=ACT)
def release(desk: Desk, asked: Asked) -> None:
    """Let the list be taken, for an hour from now."""
    waiting = (_TABLE.c.id == asked.payload["export"], _TABLE.c.approval_id == asked.id, _TABLE.c.state == "waiting")
    done: Any = desk.session.execute(
        update(_TABLE).where(*waiting).values(state="ready", expires_at=desk.now + LASTS)
    )
    if done.rowcount != 1:
        raise Conflict("There is no such list any more.", code="export_gone")


def read(desk: Desk, export_id: str) -> ExportOut:
    """What became of a list the actor asked for; NotFound for any other."""
    row = _mine(desk, export_id)
    looked(desk, "export_read", "export", row.id)
    return _shown(desk, row)


def take(desk: Desk, export_id: str) -> File:
    """The file, made now with the rights the actor has now; noted with its SHA-256.

    Raises NotFound for a list somebody else asked for, Conflict (export_waiting, export_over, export_grew) and
    Forbidden (step_up_needed).
    """
    row = _mine(desk, export_id)
    must_be_fresh(desk, ACT)
    shown = _shown(desk, row)
    if shown.state != "ready":
        code = "export_waiting" if shown.state == "waiting" else "export_over"
        raise Conflict(f"This list cannot be taken: {shown.state}.", code=code, extra={"state": shown.state})
    counted: Any = desk.session.execute(
        update(_TABLE)
        .where(_TABLE.c.id == row.id, _TABLE.c.downloads < MOST_DOWNLOADS)
        .values(downloads=_TABLE.c.downloads + 1)
    )
    if counted.rowcount != 1:
        raise Conflict("This list was taken as often as it may be.", code="export_over", extra={"state": "used_up"})
    wanted, form, named = _kept(row)
    rows = _counted(desk, wanted, row.purpose)
    alone = desk.policies.safeguards.two_persons.export_rows_alone
    # What was agreed may grow by no more than one person could take alone; without an agreement by nothing.
    if rows > (row.rows + alone if row.approval_id else alone):
        raise Conflict(
            f"The list has grown from {row.rows} to {rows} cases; ask for it again.", code="export_grew"
        )
    query = case_list.cases(desk, RIGHT, wanted, *MORE).order_by(CASE.c.opened_at.desc(), CASE.c.id.desc())
    found: Iterable[Row[Any]]
    if row.purpose == research.PURPOSE:
        found = research.agreed(desk, query)
    else:
        found = desk.session.execute(query.execution_options(yield_per=500))
    stamp = (
        f"Waymark export {row.id}, taken {desk.now:%Y-%m-%dT%H:%M:%SZ} by account {desk.actor.id} of"
        f" {desk.actor.office}, purpose {row.purpose}, {rows} cases, agreed by {_agreed_by(desk, row) or 'nobody'}."
        " Data about protected persons: keep it closed, destroy it when the purpose is met."
    )
    made = files.made(desk, form, found, stamp, named=named, consent=_consent(desk, row.purpose) if named else None)
    digest = hashlib.sha256(made.content)
    detail = {"purpose": row.purpose, "rows": rows, "sha256": digest.hexdigest(), "download": row.downloads + 1}
    looked(desk, "export_taken", "export", row.id, {**detail, FORMAT: form, "named": len(made.named)})
    for case_id in made.named:
        looked(desk, "identity_exported", "case", case_id, {"export": row.id, "purpose": row.purpose})
    return File(made.content, digest.digest(), f"waymark-{row.id[:8]}.{made.ending}", made.media_type)


def _may_name(desk: Desk, body: ExportIn) -> None:
    """Who people are leaves for a purpose that a person can agree to, and with somebody who sees who they are."""
    if body.format in files.NAMELESS:
        raise Invalid(
            "The plain list never says who anybody is.",
            extra={"errors": [{"field": "identity", "rule": "only with a format of HTCDS"}]},
        )
    if _consent(desk, body.purpose) is None:
        raise Invalid(
            "For this purpose no list says who people are.",
            extra={"errors": [{"field": "identity", "rule": "only for a purpose that a person can agree to"}]},
        )
    if FieldGroup.IDENTITY not in desk.policies.groups_for(desk.actor.roles):
        raise Forbidden(
            "Your role does not see who people are, so no list of yours says it.", code="field_group_missing"
        )
    must(desk, queries.REVEAL)


def _consent(desk: Desk, purpose: str) -> str | None:
    """What a person must have agreed to before a list for this purpose says who they are; None = it never does."""
    code = desk.policies.code("export_purpose", purpose)
    return None if code is None else code.consent


def _kept(row: Row[Any]) -> tuple[Filter, Format, bool]:
    """What was asked for: which cases, as which kind of file, and whether it says who people are."""
    said = json.loads(row.filters)
    # Lists that were asked for before there was a choice are the plain one.
    form: Format = said.pop(FORMAT, "csv")
    return Filter.of({name: value for name, value in said.items() if name != IDENTITY}), form, bool(said.get(IDENTITY))


def _counted(desk: Desk, wanted: Filter, purpose: str) -> int:
    count = research.count if purpose == research.PURPOSE else case_list.count
    rows = count(desk, RIGHT, wanted)
    most = desk.policies.safeguards.two_persons.export_rows_at_most
    if rows > most:
        raise Conflict(
            f"These are {rows} cases; nobody takes more than {most} at once. Narrow the list.",
            code="export_too_large",
            extra={"rows": rows, "at_most": most},
        )
    return rows


def _subject(desk: Desk) -> tuple[str, str]:
    """What a second person must reach: all that the asker's right can reach."""
    scopes = desk.policies.scope_for(desk.actor.roles, RIGHT)
    # A referral leads to cases of any office, so that reach needs somebody for the whole country.
    if Scope.COUNTRY in scopes or Scope.PARTY in scopes:
        return "country", desk.actor.country
    if Scope.ORGANISATION in scopes:
        return "organisation", desk.actor.organisation
    return "office", desk.office_id


def _mine(desk: Desk, export_id: str) -> Row[Any]:
    row = queries.mine(desk, export_id)
    if row is None:
        if is_id(export_id):
            refused(desk, "export", export_id, {"permission": RIGHT, "answer": 404})
        raise NotFound()
    return row


def _agreed_by(desk: Desk, row: Row[Any]) -> str | None:
    if row.approval_id is None:
        return None
    return str(two_persons.load(desk, row.approval_id).decided_by)


def _shown(desk: Desk, row: Row[Any], asked: ApprovalOut | None = None) -> ExportOut:
    wanted, form, named = _kept(row)
    approval = asked
    if asked is None and row.approval_id is not None:
        approval = two_persons.shown(desk, two_persons.load(desk, row.approval_id), could=False)
    return ExportOut(
        id=row.id,
        purpose=row.purpose,
        filters=dict(wanted.said),
        rows=row.rows,
        columns=files.columns_of(desk, form),
        format=form,
        identity=named,
        state=_state(desk, row, approval),
        asked_at=row.asked_at,
        expires_at=row.expires_at,
        downloads_left=MOST_DOWNLOADS - row.downloads,
        approval=ApprovalOut(**approval.model_dump()) if approval else None,
    )


def _state(desk: Desk, row: Row[Any], approval: ApprovalOut | None) -> State:
    if row.state == "waiting" and approval is not None and approval.state in ("refused", "withdrawn"):
        return "refused" if approval.state == "refused" else "withdrawn"
    if row.expires_at <= desk.now:
        return "expired"
    if row.downloads >= MOST_DOWNLOADS:
        return "used_up"
    return "ready" if row.state == "ready" else "waiting"


def _said(wanted: Filter) -> dict[str, str | bool]:
    return {f"filter_{name}": value for name, value in wanted.said.items()}
