"""What the role that serves may do with each table; given anew after every migration, since tables come and go."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

# Rows that are evidence, or that only ever get company: nobody changes or removes them while serving.
ONLY_ADDED: Final = frozenset(
    {
        "access_entry", "bulk_act", "contact", "contact_answer", "contact_told",
        "document", "document_error", "fund_movement", "history_entry", "import_line", "incident_case",
        "incident_offender",
        "meeting", "meeting_case", "message", "message_receipt", "partner_replay", "record", "released_table",
        "training_entry",
    }
)  # fmt: skip
# Of evidence, what an erasure empties; the rule of the table lets nothing else through.
EMPTIED: Final[dict[str, frozenset[str]]] = {
    "document": frozenset({"about", "sealed"}),
    "message": frozenset({"sealed_body"}),
    "record": frozenset({"sealed"}),
}
# The program's own number of the tables; the epochs, which a restore alone begins, as the owner of the tables.
ONLY_READ: Final = frozenset({"alembic_version", "epoch"})
# Tables whose rows are removed in the course of serving; every other keeps what it has.
REMOVED_FROM: Final = frozenset(
    {
        "draft", "idempotency_key", "login_attempt", "login_session", "name_key", "notice", "person_link",
        "recovery_code", "refresh_token", "saved_list", "second_factor", "user_role",
    }
)  # fmt: skip
# What ties a row to its person, case or account: set once, so that no row can be carried over to another.
FIXED: Final[dict[str, frozenset[str]]] = {
    "access_block": frozenset({"id", "country", "key_id", "kind", "value", "why", "set_by", "since"}),
    "approval": frozenset(
        {
            "id", "country", "kind", "subject_kind", "subject_id", "about_id", "payload", "digest", "sealed",
            "at_once", "asked_by", "asked_at", "expires_at",
        }
    ),
    "bed_request": frozenset(
        {
            "id", "country", "organisation", "office_id", "number", "case_id", "key_id", "asked_by", "age_band", "sex",
            "language", "ages", "need", "urgency", "asked_at", "answer_by", "likely_until",
        }
    ),
    "case_export": frozenset({"id", "country", "asked_by", "purpose", "wrapped", "sealed_note", "filters"}),
    "case_facts": frozenset({"case_id", "country"}),
    # Whoever takes a case over carries it as if they had opened it; who did is in its history (docs/decisions/0032).
    "case_import": frozenset(
        {
            "id", "country", "office_id", "asked_by", "asked_at", "source_system", "mapping", "mapping_version",
            "mapping_digest", "file_digest", "rows", "all_or_nothing", "check_id",
        }
    ),
    "case_file": frozenset(
        {"id", "country", "reference", "person_id", "previous_case_id", "opened_at"}
    ),
    # Whoever takes a case over follows what was asked for it.
    "case_service": frozenset(
        {
            "id", "country", "organisation", "office_id", "number", "case_id", "key_id", "matter_id", "asked_at",
            "age_band", "sex", "language", "child",
        }
    ),
    # Who asks changes with the case: whoever takes it over answers for what is shared of it.
    "case_transfer": frozenset(
        {
            "id", "country", "organisation", "office_id", "number", "case_id", "key_id", "asked_at", "what", "age_band",
            "sex", "language", "child",
        }
    ),
    "case_team": frozenset({"id", "case_id", "user_id", "since"}),
    "checkpoint": frozenset({"number", "made_at", "through", "body", "leaves", "signature", "hash"}),
    "corridor_decision": frozenset(
        {"id", "country", "meeting_id", "number", "referral", "what", "by_country", "part", "until", "task_id"}
    ),
    "corridor_meeting": frozenset(
        {"id", "country", "other_country", "shared_id", "reference", "office_id", "kind", "opened_at"}
    ),
    "correspondence": frozenset({"id", "country", "shared_id", "other_country", "reference", "opened_at"}),
    "data_key": frozenset({"id", "country", "created_at"}),
    "deputy": frozenset({"id", "country", "user_id", "deputy_id", "set_by", "since"}),
    "draft": frozenset({"id", "country", "user_id", "place"}),
    "emergency_access": frozenset({"id", "country", "case_id", "user_id", "office_id", "sealed_reason", "since"}),
    "erasure": frozenset(
        {
            "id", "country", "person_id", "case_id", "referral_id", "key_id", "ground", "approval_id", "asked_by",
            "agreed_by", "agreed_at",
        }
    ),
    # Whoever takes a case over follows what was claimed for it.
    "fund_request": frozenset(
        {"id", "country", "organisation", "office_id", "number", "case_id", "key_id", "matter_id", "asked_at"}
    ),
    "idempotency_key": frozenset({"user_id", "key", "fingerprint", "created_at"}),
    "incident": frozenset({"id", "country", "reference", "created_by", "opened_at"}),
    "imported_case": frozenset(
        {"country", "source_system", "record_digest", "case_id", "import_id", "line", "at"}
    ),
    "index_key": frozenset({"country", "key_id", "created_at"}),
    "inquiry": frozenset(
        {
            "id", "country", "side", "conversation", "reference", "other_country", "case_id", "key_id", "subject",
            "asked_at",
        }
    ),
    "job": frozenset({"id", "country", "office_id", "asked_by", "kind", "subject_id", "total", "asked_at"}),
    "legal_hold": frozenset({"id", "country", "case_id", "why", "until", "set_by", "since"}),
    "microdata_made": frozenset(
        {
            "id", "country", "report", "period", "number", "turn", "wording", "epsilon", "delta", "approval_id",
            "job_id", "agreed_at", "why",
        }
    ),
    "name_key": frozenset({"person_id", "digest"}),
    "notice": frozenset({"id", "country", "user_id", "kind", "subject_kind", "subject_id", "detail", "at"}),
    "operation": frozenset(
        {
            "id", "country", "organisation", "office_id", "reference", "created_by", "opened_at", "planned_on",
            "place_kind", "sector", "expected", "wrapped", "sealed",
        }
    ),
    "operation_reserve": frozenset(
        {
            "id", "country", "operation_id", "office_id", "by_office", "planned_on", "asked_by", "asked_at", "kind",
            "people", "sex", "ages", "language",
        }
    ),
    "outbox_row": frozenset({"id", "country", "to_country", "line", "seq", "effect", "payload", "created_at"}),
    "person": frozenset({"id", "country", "key_id", "created_at"}),
    "person_identity": frozenset({"person_id"}),
    "person_link": frozenset({"id", "country", "case_id", "other_case_id", "made_by", "since"}),
    "referral": frozenset(
        {"id", "country", "shared_id", "reference", "side", "other_country", "key_id", "created_by", "opened_at"}
    ),
    "reveal": frozenset({"id", "country", "case_id", "user_id", "session_id", "since"}),
    "saved_list": frozenset({"id", "country", "user_id", "made_at"}),
    "seal_name": frozenset({"id", "country", "key_id", "user_id", "named_by", "since"}),
    "shelter_beds": frozenset({"id", "country", "office_id"}),
    "shelter_visit": frozenset(
        {
            "id", "country", "other_country", "shared_id", "reference", "office_id", "host", "purpose", "language",
            "opened_at",
        }
    ),
    "shelter_visit_part": frozenset({"id", "country", "visit_id", "about", "number", "reference", "case_id"}),
    "task": frozenset({"id", "country", "case_id", "referral_id", "opened_at", "record_id"}),
    "tip": frozenset(
        {
            "id", "country", "organisation", "office_id", "reference", "created_by", "opened_at", "way", "noticed_on",
            "place_kind", "sector", "exploitation", "people", "children", "danger", "call_back", "told",
            "told_language", "sealed",
        }
    ),
    "witness_finding": frozenset(
        {"id", "country", "partner", "code", "epoch", "number", "checkpoint_id", "other_id", "found_at"}
    ),
    "witnessed_checkpoint": frozenset(
        {
            "id", "country", "partner", "epoch", "number", "hash", "body", "signature", "vouched_by", "vouched",
            "said_at", "received_at",
        }
    ),
}

_COLUMNS: Final = text(
    "SELECT table_name, column_name FROM information_schema.columns c JOIN information_schema.tables t"
    " USING (table_schema, table_name) WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'"
    " ORDER BY table_name, ordinal_position"
)
_KNOWN: Final = text("SELECT quote_ident(rolname) FROM pg_roles WHERE rolname = :role AND rolname <> current_user")


def give(connection: Connection, role: str) -> bool:
    """Give ``role`` what serving needs of every table and nothing else; False when there is no such other role."""
    name = connection.execute(_KNOWN, {"role": role}).scalar_one_or_none()
    if name is None:
        return False
    schema = connection.exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA {schema} TO {name}")
    tables: dict[str, list[str]] = {}
    for table, column in connection.execute(_COLUMNS):
        tables.setdefault(table, []).append(column)
    for table, columns in tables.items():
        connection.exec_driver_sql(f'REVOKE ALL ON TABLE "{table}" FROM {name}')
        connection.exec_driver_sql(f'GRANT {_rights(table, columns)} ON TABLE "{table}" TO {name}')
    return True


def _rights(table: str, columns: list[str]) -> str:
    if table in ONLY_READ:
        return "SELECT"
    rights = ["SELECT", "INSERT"]
    if table not in ONLY_ADDED:
        open_ones = [f'"{column}"' for column in columns if column not in FIXED.get(table, frozenset())]
        if open_ones:
            rights.append(f"UPDATE ({', '.join(open_ones)})" if table in FIXED else "UPDATE")
    if table in EMPTIED:
        emptied = ", ".join(f'"{column}"' for column in sorted(EMPTIED[table]) if column in columns)
        rights.append(f"UPDATE ({emptied})")
    if table in REMOVED_FROM:
        rights.append("DELETE")
    return ", ".join(rights)
