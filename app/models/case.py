"""The case, its team and its facts: no column here names a person or tells a story."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id


class Case(Base):
    """One country's case of one person. ``version`` counts changes; ``history_count`` and ``chain_head`` the chain."""

    __tablename__ = "case_file"
    __table_args__ = (
        UniqueConstraint("country", "reference"),
        Index("ix_case_file_office_opened", "office_id", "opened_at", "id"),
        Index("ix_case_file_country_opened", "country", "opened_at", "id"),
        Index("ix_case_file_sealed", "sealed", "country"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(String(40))
    country: Mapped[str] = mapped_column(String(2))
    organisation: Mapped[str] = mapped_column(String(60))
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"))
    created_by: Mapped[str] = mapped_column(String(36), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    case_manager_id: Mapped[str | None] = mapped_column(String(36), index=True)
    previous_case_id: Mapped[str | None] = mapped_column(ForeignKey("case_file.id"), index=True)
    channel: Mapped[str] = mapped_column(String(40))
    identification: Mapped[str] = mapped_column(String(40))
    care: Mapped[str] = mapped_column(String(40))
    opened_at: Mapped[datetime]
    # Only the accounts of seal_name see it (DESIGN 6).
    sealed: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    version: Mapped[int]
    history_count: Mapped[int]
    chain_head: Mapped[bytes] = mapped_column(LargeBinary(32))


class CaseTeam(Base):
    """Who works on a case, in which part, from when until when."""

    __tablename__ = "case_team"
    __table_args__ = (Index("ix_case_team_user_days", "user_id", "case_id", "since", "until"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    case_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"), index=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.id"))
    role: Mapped[str] = mapped_column(String(40))
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class CaseFactsRow(Base):
    """The facts rules, lists and statistics read: columns to filter by, and the whole as canonical JSON."""

    __tablename__ = "case_facts"
    __table_args__ = (
        Index("ix_case_facts_counting", "country", "channel", "nationality", "exploitation", "age_band", "sex"),
        Index("ix_case_facts_opened", "country", "opened_on"),
        Index("ix_case_facts_decided", "country", "decided_on"),
        Index("ix_case_facts_returned", "country", "returned_on"),
    )

    case_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    channel: Mapped[str] = mapped_column(String(40))
    nationality: Mapped[str] = mapped_column(String(20))
    exploitation: Mapped[str] = mapped_column(String(40))
    age_band: Mapped[str] = mapped_column(String(20))
    sex: Mapped[str] = mapped_column(String(4))
    child: Mapped[bool]
    opened_on: Mapped[date]
    # The codes of the flags that are up, each between bars: what a list is narrowed to.
    flags: Mapped[str] = mapped_column(String(200), default="", server_default="")
    facts: Mapped[str] = mapped_column(Text)
    # What only figures read (app/casework/counted.py); the source is said once, when the case is opened.
    source: Mapped[str] = mapped_column(String(40), default="unknown", server_default="unknown")
    exploited_in: Mapped[str] = mapped_column(String(20), default="unknown", server_default="unknown")
    placed: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    finding: Mapped[str | None] = mapped_column(String(40))
    presumed_on: Mapped[date | None]
    decided_on: Mapped[date | None]
    decided_by: Mapped[str | None] = mapped_column(String(100))
    closed_on: Mapped[date | None]
    claims: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    returned_from: Mapped[str | None] = mapped_column(String(2))
    returned_on: Mapped[date | None]
