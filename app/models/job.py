"""Long work that is done in small steps, and the cases that came in from files."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id


class Job(Base):
    """One piece of long work that somebody asked for.

    ``subject_id``: the row with what it is about, which keeps sealed whatever says something of people. ``state``:
    waiting, running, done, cancelled (by whoever asked), stopped (a rule stands in the way) or failed; ``why``: the
    code of what did. ``done`` of ``total``: how far it is, in the units of its kind; ``faults``: how many of them were
    at fault. ``result``: canonical JSON of codes and counts.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_due", "state", "changed_at", "id"),
        Index("ix_job_asked_by", "asked_by", "asked_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"))
    asked_by: Mapped[str] = mapped_column(ForeignKey("user_account.id"))
    kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(36))
    state: Mapped[str] = mapped_column(String(12))
    why: Mapped[str | None] = mapped_column(String(40))
    done: Mapped[int] = mapped_column(Integer)
    total: Mapped[int] = mapped_column(Integer)
    faults: Mapped[int] = mapped_column(Integer)
    result: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class CaseImport(Base):
    """A file whose cases somebody wants to bring in.

    ``sealed``: the mapping and every row, under a data key of this row's own (``wrapped``); both are emptied when the
    cases are in, or when ``keep_until`` has passed. ``file_digest``, ``mapping_digest``: SHA-256 (hex) of the file and
    of the mapping. ``others``: canonical JSON of the lines of which somebody said that they are about another person
    than the one with a like name.
    """

    __tablename__ = "case_import"
    __table_args__ = (
        Index("ix_case_import_asked_by", "asked_by", "asked_at"),
        Index("ix_case_import_keep", "keep_until"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"))
    asked_by: Mapped[str] = mapped_column(ForeignKey("user_account.id"))
    asked_at: Mapped[datetime]
    keep_until: Mapped[datetime]
    source_system: Mapped[str] = mapped_column(String(60))
    mapping: Mapped[str] = mapped_column(String(100))
    mapping_version: Mapped[int] = mapped_column(Integer)
    mapping_digest: Mapped[str] = mapped_column(String(64))
    file_digest: Mapped[str] = mapped_column(String(64))
    rows: Mapped[int] = mapped_column(Integer)
    all_or_nothing: Mapped[bool] = mapped_column(Boolean)
    others: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12))
    wrapped: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    check_id: Mapped[str] = mapped_column(ForeignKey("job.id"))
    bring_id: Mapped[str | None] = mapped_column(ForeignKey("job.id"))
    approval_id: Mapped[str | None] = mapped_column(ForeignKey("approval.id"))


class ImportLine(Base):
    """What became of one line of a file: ``stage`` check (what would become of it) or bring.

    ``findings``: canonical JSON of column, rule and class of the value, never a value.
    """

    __tablename__ = "import_line"

    import_id: Mapped[str] = mapped_column(ForeignKey("case_import.id"), primary_key=True)
    stage: Mapped[str] = mapped_column(String(5), primary_key=True)
    line: Mapped[int] = mapped_column(Integer, primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    outcome: Mapped[str] = mapped_column(String(10))
    findings: Mapped[str] = mapped_column(Text)
    case_id: Mapped[str | None] = mapped_column(ForeignKey("case_file.id"))


class ImportedCase(Base):
    """Which case a record of another system is here, so that it comes in once.

    ``record_digest``: keyed digest of the record's number there; ``cells``: canonical JSON, column -> keyed digest of
    what it said, so that a later file can be compared without keeping it. An erasure empties ``cells``.
    """

    __tablename__ = "imported_case"
    __table_args__ = (Index("ix_imported_case_case_id", "case_id"),)

    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    source_system: Mapped[str] = mapped_column(String(60), primary_key=True)
    record_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"))
    import_id: Mapped[str] = mapped_column(ForeignKey("case_import.id"))
    line: Mapped[int] = mapped_column(Integer)
    cells: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
