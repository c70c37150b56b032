"""Long work in small steps, and cases that come in from files, behind their walls."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.walls import policies
from migrations.walls.jobs import JOB_RULES

revision = "038"
down_revision = "037"
branch_labels = None
depends_on = None


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _long(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def upgrade() -> None:
    """Add the tables, which on PostgreSQL stand behind their walls at once."""
    op.create_table(
        "job", _text("id", 36), _text("country", 2), _text("office_id", 36), _text("asked_by", 36), _text("kind", 40),
        _text("subject_id", 36), _text("state", 12), _text("why", 40, nullable=True), _number("done"),
        _number("total"), _number("faults"), _long("result"), _moment("asked_at"),
        _moment("started_at", nullable=True), _moment("changed_at"), _moment("ended_at", nullable=True),
        _refers("job", "office_id", "office"), _refers("job", "asked_by", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )  # fmt: skip
    op.create_index("ix_job_due", "job", ["state", "changed_at", "id"], unique=False)
    op.create_index("ix_job_asked_by", "job", ["asked_by", "asked_at"], unique=False)
    op.create_table(
        "case_import", _text("id", 36), _text("country", 2), _text("office_id", 36), _text("asked_by", 36),
        _moment("asked_at"), _moment("keep_until"), _text("source_system", 60), _text("mapping", 100),
        _number("mapping_version"), _text("mapping_digest", 64), _text("file_digest", 64), _number("rows"),
        sa.Column("all_or_nothing", sa.Boolean(), nullable=False), _long("others"), _text("state", 12),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True), sa.Column("sealed", sa.LargeBinary(), nullable=True),
        _text("check_id", 36), _text("bring_id", 36, nullable=True), _text("approval_id", 36, nullable=True),
        _refers("case_import", "office_id", "office"), _refers("case_import", "asked_by", "user_account"),
        _refers("case_import", "check_id", "job"), _refers("case_import", "bring_id", "job"),
        _refers("case_import", "approval_id", "approval"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_import")),
    )  # fmt: skip
    op.create_index("ix_case_import_asked_by", "case_import", ["asked_by", "asked_at"], unique=False)
    op.create_index("ix_case_import_keep", "case_import", ["keep_until"], unique=False)
    op.create_table(
        "import_line", _text("import_id", 36), _text("stage", 5), _number("line"), _text("country", 2),
        _text("outcome", 10), _long("findings"), _text("case_id", 36, nullable=True),
        _refers("import_line", "import_id", "case_import"), _refers("import_line", "case_id", "case_file"),
        sa.PrimaryKeyConstraint("import_id", "stage", "line", name=op.f("pk_import_line")),
    )  # fmt: skip
    op.create_table(
        "imported_case", _text("country", 2), _text("source_system", 60), _text("record_digest", 64),
        _text("case_id", 36), _text("import_id", 36), _number("line"), _long("cells"), _moment("at"),
        _refers("imported_case", "case_id", "case_file"), _refers("imported_case", "import_id", "case_import"),
        sa.PrimaryKeyConstraint("country", "source_system", "record_digest", name=op.f("pk_imported_case")),
    )  # fmt: skip
    op.create_index("ix_imported_case_case_id", "imported_case", ["case_id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        for table, rule in JOB_RULES.items():
            for statement in policies.of_table(table, rule):
                op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """Take the tables away; the cases that came in stay, with the entry in their history that says from where."""
    for table in ("imported_case", "import_line", "case_import", "job"):
        op.drop_table(table)
