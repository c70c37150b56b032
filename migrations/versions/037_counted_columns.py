"""Plain columns for what figures count by, filled from facts and histories; and the tables that were published."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from alembic import op

from migrations.walls import policies

revision = "037"
down_revision = "036"
branch_labels = None
depends_on = None

BATCH: Final = 1000
CASE_COLUMNS: Final = (
    sa.Column("source", sa.String(length=40), server_default="unknown", nullable=False),
    sa.Column("exploited_in", sa.String(length=20), server_default="unknown", nullable=False),
    sa.Column("placed", sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column("finding", sa.String(length=40), nullable=True),
    sa.Column("presumed_on", sa.Date(), nullable=True),
    sa.Column("decided_on", sa.Date(), nullable=True),
    sa.Column("decided_by", sa.String(length=100), nullable=True),
    sa.Column("closed_on", sa.Date(), nullable=True),
    sa.Column("claims", sa.Integer(), server_default="0", nullable=False),
)
COPY_COLUMNS: Final = (
    sa.Column("received_on", sa.Date(), nullable=True),
    sa.Column("declined_for", sa.String(length=40), nullable=True),
)
CASE_INDEXES: Final = (
    ("ix_case_facts_opened", ["country", "opened_on"]), ("ix_case_facts_decided", ["country", "decided_on"]),
)  # fmt: skip
COPY_INDEX: Final = "ix_referral_received"
Row = dict[str, Any]


def upgrade() -> None:
    """Add the columns and fill them, a thousand rows at a time; add the table of releases behind its wall."""
    for table, columns in (("case_facts", CASE_COLUMNS), ("referral", COPY_COLUMNS)):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.add_column(column._copy())
    _in_batches("case_facts", "case_id", "facts", _case_values)
    _in_batches("referral", "id", "facts, state", _copy_values)
    for name, on in CASE_INDEXES:
        op.create_index(name, "case_facts", on, unique=False)
    op.create_index(COPY_INDEX, "referral", ["country", "received_on"], unique=False)
    op.create_table(
        "released_table",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("report", sa.String(length=60), nullable=False),
        sa.Column("period", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("wording", sa.Integer(), nullable=False),
        sa.Column("smallest", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approval_id", sa.String(length=36), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f("fk_released_table_approval_id_approval")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_released_table")),
        sa.UniqueConstraint(
            "country", "report", "period", "number", name=op.f("uq_released_table_country_report_period_number")
        ),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table, rule in policies.RELEASE_RULES.items():
            for statement in policies.of_table(table, rule):
                op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Take them away. Facts and histories say what the columns said; what was published is published."""
    op.drop_table("released_table")
    op.drop_index(COPY_INDEX, "referral")
    for name, _ in CASE_INDEXES:
        op.drop_index(name, "case_facts")
    for table, columns in (("referral", COPY_COLUMNS), ("case_facts", CASE_COLUMNS)):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in reversed(columns):
                batch_op.drop_column(column.name)


def _in_batches(table: str, key: str, read: str, values: Callable[[sa.Connection, Any], Row]) -> None:
    """Work through a table by its key, so that no more than a thousand rows are ever in memory."""
    bind = op.get_bind()
    after = ""
    while rows := bind.execute(
        sa.text(f"SELECT {key} AS id, {read} FROM {table} WHERE {key} > :after ORDER BY {key} LIMIT {BATCH}"),
        {"after": after},
    ).all():
        after = rows[-1].id
        filled = list(_filled(bind, rows, values))
        for names in {tuple(sorted(each)) for each in filled}:
            said = ", ".join(f"{name} = :{name}" for name in names if name != "id")
            statement = sa.text(f"UPDATE {table} SET {said} WHERE {key} = :id").bindparams(
                *(sa.bindparam(name, type_=sa.Date()) for name in names if name.endswith("_on"))
            )
            bind.execute(statement, [each for each in filled if tuple(sorted(each)) == names])


def _filled(bind: sa.Connection, rows: Any, values: Callable[[sa.Connection, Any], Row]) -> Iterator[Row]:
    for row in rows:
        said = values(bind, row)
        if said:
            yield {"id": row.id, **said}


def _facts(text: str) -> Row:
    """The stored facts; nothing where a row holds none (an old test, a row that was damaged)."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _case_values(bind: sa.Connection, row: Any) -> Row:
    facts = _facts(row.facts)
    decision, closure = facts.get("decision") or {}, facts.get("closure") or {}
    opened = _told(bind, row.id, "AND seq = 1")
    return {
        "source": str(opened.get("source") or "unknown")[:40],
        "exploited_in": "unknown",
        "placed": facts.get("placement") is not None,
        "finding": facts.get("finding"),
        "presumed_on": _day(facts.get("presumed_on")),
        "decided_on": _day(decision.get("on")),
        "decided_by": decision.get("authority"),
        "closed_on": _day(closure.get("on")) if facts.get("care") == "closed" else None,
        "claims": sum(each.get("machine") == "remedy" for each in facts.get("matters") or ()),
    }


def _copy_values(bind: sa.Connection, row: Any) -> Row:
    """The day of the receipt; and of a copy that was ever declined why, which its facts say from now on as well."""
    facts = _facts(row.facts)
    receipt = facts.get("receipt") or {}
    declined = _told(bind, row.id, "AND step = 'decline' AND kind IN ('step', 'partner')")
    said: Row = {"received_on": _day(receipt.get("on"))}
    if declined and facts:
        reason = str((declined.get("given") or {}).get("reason", "other"))[:40]
        facts["declined_for"] = reason
        said["declined_for"] = reason
        said["facts"] = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return said


def _told(bind: sa.Connection, subject: str, which: str) -> Row:
    """What the newest entry of that kind says of itself; nothing where there is none."""
    entry = bind.execute(
        sa.text(f"SELECT canonical FROM history_entry WHERE subject_id = :subject {which} ORDER BY seq DESC LIMIT 1"),
        {"subject": subject},
    ).first()
    if entry is None:
        return {}
    details = _facts(bytes(entry.canonical).decode("utf-8", "replace")).get("details")
    return details if isinstance(details, dict) else {}


def _day(text: Any) -> Any:
    try:
        return date.fromisoformat(text) if text else None
    except (TypeError, ValueError):
        return None
