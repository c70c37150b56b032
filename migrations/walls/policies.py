"""Which rows of each table a transaction sees and writes, in PostgreSQL's own words.

A table has one rule: ``sees`` says which rows are visible and may be changed, ``adds`` which rows may be inserted and
``keeps`` what a changed row must still be. A table that appears with a later revision brings its rule there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from migrations.walls.functions import SYSTEM, content, within, work
from migrations.walls.jobs import JOB_RULES
from migrations.walls.meetings import CORRIDOR_MEETING_RULES
from migrations.walls.releases import MICRODATA_RULES, RELEASE_RULES
from migrations.walls.talk import TALK_RULES
from migrations.walls.terms import CASE, COPY, HERE, LOOK, ME, SUBJECT, Rule
from migrations.walls.visits import SHELTER_VISIT_RULES

RULES: Final[dict[str, Rule]] = {
    "case_file": Rule(
        sees=f"{HERE} AND ({SYSTEM} OR ({within('case_file', 'row')} OR id IN (SELECT waymark_cases('row'))"
        " OR id IN (SELECT waymark_cases_behind_copies()))"
        " AND person_id NOT IN (SELECT waymark_blocked_persons())"
        " AND (NOT sealed OR person_id IN (SELECT waymark_named_persons())))",
        adds=f"{HERE} AND ({SYSTEM} OR created_by = {ME} AND office_id = waymark_said('office'))"
        " AND (waymark_person_is_new(person_id) OR waymark_sees_person(person_id))"
        " AND (previous_case_id IS NULL OR waymark_sees_case(previous_case_id))"
        " AND (case_manager_id IS NULL OR waymark_works_here(case_manager_id))",
        keeps=f"{HERE} AND (case_manager_id IS NULL OR waymark_works_here(case_manager_id))",
    ),
    "case_team": Rule(
        sees=f"user_id = ANY (waymark_words('us')) OR {CASE.format('case_id')}",
        adds="waymark_works_here(user_id) AND (waymark_works_on_case(case_id)"
        f" OR user_id = {ME} AND waymark_team_begins(case_id))",
    ),
    "case_facts": Rule(
        sees=f"{HERE} AND EXISTS (SELECT FROM case_file c WHERE c.id = case_id AND ({work('c')}"
        f" OR {within('c', 'facts')} OR c.id IN (SELECT waymark_cases('facts'))))",
        adds=f"{HERE} AND waymark_works_on_case(case_id)",
    ),
    # A row of a person is nothing but the tie between a case and a key: whoever sees the case's row sees it, or the
    # first wall could not tell whether they are named on its seal.
    "person": Rule(
        sees=f"{HERE} AND ({SYSTEM} OR EXISTS (SELECT FROM case_file c WHERE c.person_id = person.id))",
        adds=f"{HERE} AND (waymark_key_is_new(key_id) OR waymark_sees_key(key_id))",
    ),
    "person_identity": Rule(
        sees=f"{SYSTEM} AND EXISTS (SELECT FROM person p WHERE p.id = person_id) OR waymark_sees_person(person_id)",
        adds=f"{SYSTEM} AND EXISTS (SELECT FROM person p WHERE p.id = person_id) OR waymark_sees_person(person_id)",
    ),
    "data_key": Rule(sees=f"{HERE} AND ({SYSTEM} OR waymark_sees_key(id))", adds=HERE),
    "record": Rule(
        sees=SUBJECT,
        adds="waymark_works_on(subject, subject_id) AND waymark_sees_key(key_id)"
        " AND (corrects_id IS NULL OR waymark_sees_record(corrects_id))",
    ),
    "history_entry": Rule(sees=SUBJECT, adds="waymark_works_on(subject, subject_id)"),
    # A copy belongs to the office of its case, so what reaches the case by its office reaches the copy.
    "referral": Rule(
        sees=f"{HERE} AND ({SYSTEM} OR (ARRAY['country:' || country, 'organisation:' || organisation,"
        " 'office:' || office_id] && (waymark_words('copy') || waymark_words('case'))"
        " OR ARRAY['party:' || office_id, 'party:' || border_office_id] && waymark_words('copy')"
        " OR created_by = ANY (waymark_words('us')) AND 'own' = ANY (waymark_words('copy'))"
        " OR case_id IN (SELECT waymark_cases_of_copies()))"
        " AND key_id NOT IN (SELECT waymark_blocked_keys())"
        " AND (NOT sealed OR key_id IN (SELECT waymark_named_keys())))",
        adds=f"{HERE} AND (case_id IS NULL AND {SYSTEM} OR waymark_works_on_case(case_id))"
        f" AND (waymark_sees_key(key_id) OR {SYSTEM} AND waymark_key_is_new(key_id))",
        keeps=f"{HERE} AND (case_id IS NULL OR waymark_works_on_case(case_id))",
    ),
    "message": Rule(
        sees=f"{HERE} AND EXISTS (SELECT FROM referral r"
        " WHERE r.country = message.country AND r.shared_id = message.shared_id)",
        adds=f"{HERE} AND EXISTS (SELECT FROM referral r WHERE r.country = message.country"
        " AND r.shared_id = message.shared_id AND r.key_id = message.key_id)",
    ),
    "message_receipt": Rule(
        sees=f"{HERE} AND EXISTS (SELECT FROM message m"
        " WHERE m.country = message_receipt.country AND m.message_id = message_receipt.message_id)",
        adds=f"{HERE} AND waymark_sees_message(message_id)",
    ),
    "task": Rule(
        sees=f"{HERE} AND ({SYSTEM} OR"
        " (case_id IS NULL OR case_id NOT IN (SELECT waymark_hidden_cases()))"
        " AND (referral_id IS NULL OR referral_id NOT IN (SELECT waymark_hidden_copies()))"
        " AND (ARRAY['country:' || country, 'office:' || office_id, 'role:' || office_id || ':' || role]"
        " && waymark_words('task')"
        " OR case_id IN (SELECT waymark_cases('task')) OR case_id IN (SELECT waymark_own_cases('task'))"
        " OR referral_id IN (SELECT waymark_party_copies('task'))"
        " OR office_id IN (SELECT waymark_offices('task'))"
        f" OR EXISTS (SELECT FROM case_file c WHERE c.id = case_id AND ({content('c')} OR {within('c', 'task')}))"
        f" OR {COPY.format('referral_id')}))",
        adds=f"{HERE} AND (case_id IS NOT NULL OR referral_id IS NOT NULL)"
        " AND (case_id IS NULL OR waymark_works_on_case(case_id))"
        " AND (referral_id IS NULL OR waymark_sees_copy(referral_id))",
    ),
    "outbox_row": Rule(
        sees=f"{HERE} AND ({SYSTEM} OR waymark_sees_line(line))",
        adds=f"{HERE} AND ({SYSTEM} OR waymark_sees_line(line))",
    ),
    # A look that was refused names what could not be seen, so it has no parent to be checked.
    "access_entry": Rule(
        sees=f"{HERE} AND ({SYSTEM} OR actor_id = {ME} OR {LOOK})",
        adds=f"{HERE} AND ({SYSTEM} OR actor_id = {ME})",
    ),
    "idempotency_key": Rule(sees=f"user_id = {ME}", adds=f"user_id = {ME}"),
    # Whoever is kept away must find the block too: the first wall reads it with their eyes.
    "access_block": Rule(
        sees=f"{HERE} AND ({SYSTEM} OR kind = 'user' AND value = {ME}"
        " OR kind = 'organisation' AND value = waymark_said('organisation')"
        " OR kind = 'country' AND value = country OR waymark_sees_key(key_id))",
        adds=f"{HERE} AND waymark_sees_key(key_id)",
    ),
    "seal_name": Rule(
        sees=f"{HERE} AND ({SYSTEM} OR user_id = {ME} OR waymark_sees_key(key_id))",
        adds=f"{HERE} AND waymark_sees_key(key_id) AND waymark_works_here(user_id)",
    ),
    "emergency_access": Rule(
        sees=f"{HERE} AND ({SYSTEM} OR user_id = {ME} OR waymark_reviews_case(case_id))",
        adds=f"{HERE} AND ({SYSTEM} OR user_id = {ME}) AND waymark_sees_case(case_id)",
    ),
    # Who stands in for whom is about workers; everybody of the country may know it.
    "deputy": Rule(sees=HERE, adds=f"{HERE} AND waymark_works_here(user_id) AND waymark_works_here(deputy_id)"),
    "reveal": Rule(
        sees=f"{HERE} AND ({SYSTEM} OR user_id = {ME} OR waymark_reads_case(case_id))",
        adds=f"{HERE} AND user_id = {ME} AND waymark_reads_case(case_id)",
    ),
    # An act on a case is known to those who see the case; whoever asked always finds what they asked for.
    "approval": Rule(
        sees=f"{HERE} AND ({SYSTEM} OR asked_by = {ME} OR subject_kind <> 'case' OR waymark_sees_case(subject_id))",
        adds=f"{HERE} AND ({SYSTEM} OR asked_by = {ME}) AND (subject_kind <> 'case' OR waymark_sees_case(subject_id))",
    ),
    "case_export": Rule(
        sees=f"{HERE} AND ({SYSTEM} OR asked_by = {ME} OR EXISTS (SELECT FROM approval a WHERE a.id = approval_id))",
        adds=f"{HERE} AND asked_by = {ME}",
    ),
    "notice": Rule(sees=f"{HERE} AND ({SYSTEM} OR user_id = {ME})", adds=f"{HERE} AND waymark_works_here(user_id)"),
}
# Tables of revision 006.
DESK_RULES: Final[dict[str, Rule]] = {
    "draft": Rule(sees=f"{HERE} AND user_id = {ME}", adds=f"{HERE} AND user_id = {ME}"),
}
# Tables of revision 013. A file is as much a part of its case as a record is; what an emergency, a seal or a block does
# to the case it does to the file.
DOCUMENT_RULES: Final[dict[str, Rule]] = {
    "document": Rule(
        sees=f"{HERE} AND " + CASE.format("case_id"),
        adds=f"{HERE} AND waymark_works_on_case(case_id) AND waymark_sees_key(key_id)",
    ),
    "document_error": Rule(
        sees=f"{HERE} AND EXISTS (SELECT FROM document d WHERE d.id = document_id)",
        adds=f"{HERE} AND EXISTS (SELECT FROM document d WHERE d.id = document_id)"
        " AND (replaced_by IS NULL OR EXISTS (SELECT FROM document d WHERE d.id = replaced_by))",
    ),
}
# Tables of revision 015.
LIST_RULES: Final[dict[str, Rule]] = {
    "bulk_act": Rule(sees=f"{HERE} AND user_id = {ME}", adds=f"{HERE} AND user_id = {ME}"),
    # Who was there by part and office, for the office that held it; nothing of a person stands in it.
    "meeting": Rule(
        sees=f"{HERE} AND ({SYSTEM} OR office_id = waymark_said('office'))",
        adds=f"{HERE} AND office_id = waymark_said('office') AND made_by = {ME}",
    ),
    "meeting_case": Rule(
        sees=CASE.format("case_id"),
        adds="waymark_works_on_case(case_id) AND waymark_sees_record(record_id)"
        " AND EXISTS (SELECT FROM meeting m WHERE m.id = meeting_id)",
    ),
    "saved_list": Rule(sees=f"{HERE} AND user_id = {ME}", adds=f"{HERE} AND user_id = {ME}"),
}
# The rule of working lists since revision 026. One that is shared is its office's: all there see it, and its maker or
# who tends the lists of the office changes it. Nobody makes a list for another office than their own.
_TENDS: Final = f"(user_id = {ME} OR ARRAY['office:' || office_id] && waymark_words('list'))"
SHARED_LIST_RULES: Final[dict[str, Rule]] = {
    "saved_list": Rule(
        sees=f"{HERE} AND (office_id IS NULL AND user_id = {ME} OR office_id = waymark_said('office'))",
        adds=f"{HERE} AND user_id = {ME} AND (office_id IS NULL OR office_id = waymark_said('office'))",
        keeps=f"{HERE} AND (office_id IS NULL AND user_id = {ME} OR office_id = waymark_said('office') AND {_TENDS})",
        removes=f"{HERE} AND (office_id IS NULL AND user_id = {ME} OR office_id = waymark_said('office') AND {_TENDS})",
    ),
}
# Tables of revision 010. Beds are about houses: everybody of the country may know them, the house itself changes them.
# A request is known to the shelter that is asked, without its case, and to those who see the case.
SHELTER_RULES: Final[dict[str, Rule]] = {
    "shelter_beds": Rule(
        sees=HERE,
        adds=f"{HERE} AND office_id = waymark_said('office')",
        keeps=f"{HERE} AND ({SYSTEM} OR office_id = waymark_said('office'))",
    ),
    "bed_request": Rule(
        sees=f"{HERE} AND ({SYSTEM} OR (ARRAY['country:' || country, 'organisation:' || organisation,"
        f" 'office:' || office_id] && waymark_words('bed') OR {CASE.format('case_id')})"
        " AND key_id NOT IN (SELECT waymark_blocked_keys()))",
        adds=f"{HERE} AND waymark_works_on_case(case_id) AND waymark_sees_key(key_id)"
        " AND EXISTS (SELECT FROM person p JOIN case_file c ON c.person_id = p.id"
        " WHERE c.id = case_id AND p.key_id = bed_request.key_id)",
    ),
}
# Tables of revision 016. Money is counted for the whole country; whose it was is told with the case alone.
FUND_RULES: Final[dict[str, Rule]] = {
    "fund_movement": Rule(
        sees=f"{HERE} AND ({SYSTEM} OR 'country:' || country = ANY (waymark_words('fund'))"
        f" OR {CASE.format('case_id')})",
        adds=f"{HERE} AND ({SYSTEM} OR booked_by = {ME}) AND waymark_works_on_case(case_id)",
    ),
}
# Tables of revision 018. What is asked is known to both offices, without the case, and to those who see the case.
TRANSFER_RULES: Final[dict[str, Rule]] = {
    "case_transfer": Rule(
        sees=f"{HERE} AND ({SYSTEM} OR (ARRAY['country:' || country, 'organisation:' || organisation,"
        " 'office:' || office_id, 'office:' || from_office_id] && waymark_words('transfer')"
        f" OR {CASE.format('case_id')}) AND key_id NOT IN (SELECT waymark_blocked_keys()))",
        adds=f"{HERE} AND waymark_works_on_case(case_id) AND waymark_sees_key(key_id)"
        " AND EXISTS (SELECT FROM person p JOIN case_file c ON c.person_id = p.id"
        " WHERE c.id = case_id AND p.key_id = case_transfer.key_id)",
        keeps=f"{HERE} AND {SYSTEM}",
    ),
}
# Tables of revision 025. What a provider is asked is known to it and to the office that asks, without the case.
SERVICE_RULES: Final[dict[str, Rule]] = {
    "case_service": Rule(
        sees=f"{HERE} AND ({SYSTEM} OR (ARRAY['country:' || country, 'organisation:' || organisation,"
        " 'office:' || office_id, 'office:' || from_office_id] && waymark_words('service')"
        f" OR {CASE.format('case_id')}) AND key_id NOT IN (SELECT waymark_blocked_keys()))",
        adds=f"{HERE} AND waymark_works_on_case(case_id) AND waymark_sees_key(key_id)"
        " AND EXISTS (SELECT FROM person p JOIN case_file c ON c.person_id = p.id"
        " WHERE c.id = case_id AND p.key_id = case_service.key_id)",
        keeps=f"{HERE} AND {SYSTEM}",
    ),
}
# Table of revision 035. A question that another country asks is known to the office it was sent to, and of ours only
# to whoever works on the case. Rows are made by the exchange, or for a case one works on.
INQUIRY_RULES: Final[dict[str, Rule]] = {
    "inquiry": Rule(
        sees=f"{HERE} AND ({SYSTEM} OR case_id IS NULL AND ARRAY['country:' || country,"
        " 'organisation:' || organisation, 'office:' || office_id] && waymark_words('inquiry')"
        f" OR {CASE.format('case_id')})",
        adds=f"{HERE} AND {SYSTEM}",
        keeps=f"{HERE} AND ({SYSTEM} OR case_id IS NULL)",
    ),
}
# Table of revision 029. The office of the fund and the office that claims know a claim in codes, without the case.
CLAIM_RULES: Final[dict[str, Rule]] = {
    "fund_request": Rule(
        sees=f"{HERE} AND ({SYSTEM} OR (ARRAY['country:' || country, 'organisation:' || organisation,"
        " 'office:' || office_id, 'office:' || from_office_id] && waymark_words('claim')"
        f" OR {CASE.format('case_id')}) AND key_id NOT IN (SELECT waymark_blocked_keys()))",
        adds=f"{HERE} AND waymark_works_on_case(case_id) AND waymark_sees_key(key_id)"
        " AND EXISTS (SELECT FROM person p JOIN case_file c ON c.person_id = p.id"
        " WHERE c.id = case_id AND p.key_id = fund_request.key_id)",
        keeps=f"{HERE} AND {SYSTEM}",
    ),
}
# Tables of revision 009. An incident is seen through its cases; whoever made it, before the first is tied to it.
INCIDENT_RULES: Final[dict[str, Rule]] = {
    "incident_case": Rule(
        sees=f"{HERE} AND ({SYSTEM} OR {CASE.format('case_id')})",
        adds=f"{HERE} AND waymark_works_on_case(case_id) AND waymark_sees_incident(incident_id)",
    ),
    "incident": Rule(
        sees=f"{HERE} AND ({SYSTEM} OR created_by = {ME}"
        " OR EXISTS (SELECT FROM incident_case l WHERE l.incident_id = incident.id))",
        adds=f"{HERE} AND created_by = {ME}",
    ),
    "incident_offender": Rule(
        sees=f"{HERE} AND ({SYSTEM} OR EXISTS (SELECT FROM incident i WHERE i.id = incident_id))",
        adds=f"{HERE} AND added_by = {ME} AND waymark_sees_incident(incident_id)",
    ),
}
# Tables of revision 019. A tip belongs to the office that wrote it down and to the one it was passed on to.
TIP_RULES: Final[dict[str, Rule]] = {
    "tip": Rule(
        sees=f"{HERE} AND ({SYSTEM} OR ARRAY['country:' || country, 'organisation:' || organisation,"
        " 'office:' || office_id, 'office:' || coalesce(passed_to, '-')] && waymark_words('tip'))",
        adds=f"{HERE} AND created_by = {ME} AND office_id = waymark_said('office')"
        " AND case_id IS NULL AND incident_id IS NULL",
        keeps=f"{HERE} AND ({SYSTEM} OR (case_id IS NULL OR waymark_works_on_case(case_id))"
        " AND (incident_id IS NULL OR waymark_sees_incident(incident_id)))",
    ),
}
# Where an operation is to be, only those read who plan it; an office that is asked knows what it is asked for.
OPERATION_RULES: Final[dict[str, Rule]] = {
    "operation": Rule(
        sees=f"{HERE} AND ({SYSTEM} OR ARRAY['country:' || country, 'organisation:' || organisation,"
        " 'office:' || office_id] && waymark_words('operation'))",
        adds=f"{HERE} AND created_by = {ME} AND office_id = waymark_said('office')",
    ),
    "operation_reserve": Rule(
        sees=f"{HERE} AND ({SYSTEM} OR ARRAY['country:' || country, 'office:' || office_id]"
        " && waymark_words('reserve') OR EXISTS (SELECT FROM operation o WHERE o.id = operation_id))",
        adds=f"{HERE} AND asked_by = {ME} AND EXISTS (SELECT FROM operation o WHERE o.id = operation_id)",
    ),
}
# Tables of revision 024. Digests of a name are seen by whoever sees the name; their key is the house's alone. That two
# people are one is known to those who see both.
_PERSON: Final = f"{SYSTEM} AND EXISTS (SELECT FROM person p WHERE p.id = person_id) OR waymark_sees_person(person_id)"
MATCHING_RULES: Final[dict[str, Rule]] = {
    "name_key": Rule(sees=_PERSON, adds=_PERSON),
    "index_key": Rule(sees=f"{HERE} AND {SYSTEM}", adds=f"{HERE} AND {SYSTEM}"),
    "person_link": Rule(
        sees=f"{HERE} AND ({SYSTEM} OR waymark_sees_case(case_id) AND waymark_sees_case(other_case_id))",
        adds=f"{HERE} AND waymark_works_on_case(case_id) AND waymark_works_on_case(other_case_id)",
    ),
}
# Table of revision 022. Checkpoints hold ids and hashes of every country; the system makes and shows them.
CHECKPOINT_RULES: Final[dict[str, Rule]] = {"checkpoint": Rule(sees=SYSTEM, adds="false", keeps="false")}
# Tables of revision 020. Who was trained in what is about workers; their colleagues may know it. Nobody writes of
# themselves.
TRAINING_RULES: Final[dict[str, Rule]] = {
    "training_entry": Rule(
        sees=HERE,
        adds=f"{HERE} AND entered_by = {ME} AND user_id <> {ME} AND waymark_works_here(user_id)",
    ),
}
# Tables of revision 028. Holds and erasures are told to whoever sees the case; the tombstone is signed by the house.
_OF_CASE: Final = f"{HERE} AND ({SYSTEM} OR waymark_sees_case(case_id))"
KEEPING_RULES: Final[dict[str, Rule]] = {
    "legal_hold": Rule(sees=_OF_CASE, adds=f"{HERE} AND waymark_works_on_case(case_id) AND set_by = {ME}"),
    "erasure": Rule(sees=_OF_CASE, adds=f"{HERE} AND {SYSTEM}", keeps=f"{HERE} AND {SYSTEM}"),
}
# Tables of revision 030. What another country told of somebody who never got a case is erased by its copy. What is
# still said of an erased person, ids and codes alone, lies under a key of its own.
ABROAD_RULES: Final[dict[str, Rule]] = {
    "erasure": Rule(
        sees=f"{HERE} AND ({SYSTEM} OR waymark_sees_case(case_id) OR {COPY.format('referral_id')})",
        adds=f"{HERE} AND {SYSTEM}",
        keeps=f"{HERE} AND {SYSTEM}",
    ),
    "message": Rule(
        sees=RULES["message"].sees,
        adds=f"{HERE} AND EXISTS (SELECT FROM referral r WHERE r.country = message.country"
        " AND r.shared_id = message.shared_id"
        f" AND (r.key_id = message.key_id OR {SYSTEM} AND waymark_key_is_new(message.key_id)))",
    ),
}
# Tables of revision 032. What partners said of their logs is hashes and counts; the system alone writes and shows it.
WITNESS_RULES: dict[str, Rule] = {
    table: Rule(sees=f"{HERE} AND {SYSTEM}", adds=f"{HERE} AND {SYSTEM}")
    for table in ("witnessed_checkpoint", "witness_finding")
}
# Whether a partner has given back what it knows is asked by whoever writes to it.
WITNESS_RULES |= {"partner_replay": Rule(sees=HERE, adds=f"{HERE} AND {SYSTEM}")}
ALL_RULES: Final[dict[str, Rule]] = {
    **RULES, **DESK_RULES, **INCIDENT_RULES, **SHELTER_RULES, **DOCUMENT_RULES, **LIST_RULES, **SHARED_LIST_RULES,
    **FUND_RULES, **TRANSFER_RULES, **TIP_RULES, **OPERATION_RULES, **MATCHING_RULES,
    **CHECKPOINT_RULES, **TRAINING_RULES, **SERVICE_RULES, **KEEPING_RULES, **CLAIM_RULES, **ABROAD_RULES,
    **WITNESS_RULES, **INQUIRY_RULES, **TALK_RULES, **CORRIDOR_MEETING_RULES,
    **SHELTER_VISIT_RULES, **RELEASE_RULES, **JOB_RULES, **MICRODATA_RULES,
}  # fmt: skip


def create() -> Iterator[str]:
    """The statements that switch row security on for every table of `RULES`."""
    for table, rule in RULES.items():
        yield from of_table(table, rule)


def of_table(table: str, rule: Rule) -> Iterator[str]:
    """The statements for one table: four policies, for its owner too. Later revisions use this for their tables."""
    sees, adds, keeps, removes = (
        f"(waymark_is('everything') OR {words})"
        for words in (rule.sees, rule.adds, rule.keeps or rule.sees, rule.removes or rule.sees)
    )
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
    yield f"CREATE POLICY sees ON {table} FOR SELECT USING ({sees})"
    yield f"CREATE POLICY adds ON {table} FOR INSERT WITH CHECK ({adds})"
    yield f"CREATE POLICY changes ON {table} FOR UPDATE USING ({sees}) WITH CHECK ({keeps})"
    yield f"CREATE POLICY removes ON {table} FOR DELETE USING ({removes})"


def emptied_alone(table: str, columns: Iterable[str]) -> Iterator[str]:
    """The statements by which rows of evidence can be changed in one way alone: emptied, once their key is gone."""
    empty = " AND ".join(f"octet_length({column}) = 0" for column in sorted(columns))
    gone = f"EXISTS (SELECT FROM data_key k WHERE k.id = {table}.key_id AND octet_length(k.wrapped) = 0)"
    yield f"ALTER POLICY changes ON {table} WITH CHECK ({empty} AND {gone})"


def changed_as_seen(table: str) -> Iterator[str]:
    """The statement that undoes `emptied_alone`; by the rule of that time, since later tables are gone by then."""
    rule = ABROAD_RULES.get(table) or ALL_RULES[table]
    yield f"ALTER POLICY changes ON {table} WITH CHECK (waymark_is('everything') OR {rule.keeps or rule.sees})"


def drop() -> Iterator[str]:
    """The statements that undo `create`."""
    for table in reversed(RULES):
        for name in ("sees", "adds", "changes", "removes"):
            yield f"DROP POLICY {name} ON {table}"
        yield f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"
