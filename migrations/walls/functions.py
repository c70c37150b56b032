"""The questions that policies ask, as functions of PostgreSQL; frozen with revision 005.

Those marked HOUSE look at walls and teams as the system of the asker's country does and then hand the transaction back
to the asker: what decides about sight cannot itself wait for sight. Most give a small set for one asker, asked once
for a statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

HOUSE: Final = True
PLAIN: Final = False
SYSTEM: Final = "waymark_is('system')"


def grounds_of(case: str) -> str:
    """A case row as the words that an asker's grounds are compared with."""
    return (
        f"ARRAY['country:' || {case}.country, 'organisation:' || {case}.organisation,"
        f" 'office:' || {case}.office_id, 'by:' || {case}.created_by]"
    )


def content(case: str) -> str:
    """Whether the asker reaches what is in the case ``case`` (a name in the statement)."""
    return (
        f"({SYSTEM} OR {grounds_of(case)} && (SELECT waymark_grounds('case'))"
        f" OR {case}.id IN (SELECT waymark_cases('case')))"
    )


def work(case: str) -> str:
    """The same, or through a referral copy whose steps need the facts and the key of its case."""
    return f"({content(case)} OR {case}.id IN (SELECT waymark_cases_behind_copies()))"


# What the functions call the settings of the transaction; each declares those it uses.
_VALUES: Final = {
    "me": "text := waymark_said('me')",
    "here": "text := waymark_said('country')",
    "office": "text := waymark_said('office')",
    "agency": "text := waymark_said('organisation')",
    "now_": "timestamptz := waymark_said('now')::timestamptz",
    "reach": "text[] := coalesce(string_to_array(waymark_said('reach'), ','), '{}')",
    "grounds": "text[]",
    "kind_before": "text := coalesce(current_setting('waymark.kind', true), '')",
}
_AS_THE_HOUSE: Final = """
    PERFORM set_config('waymark.kind', 'system', true);"""
_AS_BEFORE: Final = """
    PERFORM set_config('waymark.kind', kind_before, true);"""

# One setting of the transaction; absent and empty are the same: NULL, which equals nothing.
_SAID: Final = """
CREATE FUNCTION waymark_said(name text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT nullif(current_setting('waymark.' || name, true), '') $$"""
_IS: Final = """
CREATE FUNCTION waymark_is(kind text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT coalesce(current_setting('waymark.kind', true), '') = kind $$"""

# Name -> (arguments, result, how it looks, what it does). In the order in which they need each other; each knows the
# settings of the transaction by their names and leaves what it found in ``answer``, or as rows.
_BODIES: Final[dict[str, tuple[str, str, bool, str]]] = {
    # The asker, and everybody the asker stands in for now.
    "waymark_us": ("", "text[]", HOUSE, """
    answer := ARRAY(
        SELECT me WHERE me IS NOT NULL
        UNION SELECT d.user_id FROM deputy d
        WHERE d.deputy_id = me AND d.ended_at IS NULL AND d.since <= now_ AND d.until > now_
    );"""),
    # On what grounds the asker reaches rows of a kind: compared with the same words made of a row.
    "waymark_grounds": ("kind text", "text[]", PLAIN, """
    answer := '{}';
    IF reach IS NULL OR here IS NULL THEN RETURN answer; END IF;
    IF kind || ':country' = ANY (reach) THEN RETURN ARRAY['country:' || here]; END IF;
    IF kind || ':organisation' = ANY (reach) AND agency IS NOT NULL THEN
        answer := answer || ('organisation:' || agency);
    END IF;
    IF kind || ':office' = ANY (reach) AND office IS NOT NULL THEN answer := answer || ('office:' || office); END IF;
    IF kind || ':party' = ANY (reach) AND office IS NOT NULL THEN answer := answer || ('party:' || office); END IF;
    IF kind || ':own' = ANY (reach) THEN
        answer := answer || ARRAY(SELECT 'by:' || u FROM unnest(waymark_us()) u);
    END IF;"""),
    # The same for tasks, which name an office and a role in it.
    "waymark_task_grounds": ("", "text[]", PLAIN, """
    answer := waymark_grounds('task');
    IF 'task:organisation' = ANY (reach) THEN
        answer := answer || ARRAY(
            SELECT 'office:' || o.id FROM office o WHERE o.country = here AND o.organisation = agency
        );
    END IF;
    IF EXISTS (SELECT FROM unnest(reach) r WHERE r LIKE 'task:%') AND office IS NOT NULL THEN
        answer := answer || ARRAY(
            SELECT 'role:' || office || ':' || r FROM unnest(string_to_array(waymark_said('roles'), ',')) r
        );
    END IF;"""),
    # Cases reached one by one: by the team, by a referral that names the own office, by an emergency.
    "waymark_cases": ("kind text", "SETOF text", HOUSE, """
    IF kind || ':country' = ANY (reach) THEN
        NULL;  -- the country is ground enough
    ELSE
        IF kind || ':assigned' = ANY (reach) THEN
            RETURN QUERY SELECT t.case_id::text FROM case_team t
            WHERE t.user_id = ANY (waymark_us()) AND t.since <= now_ AND (t.until IS NULL OR t.until > now_);
        END IF;
        IF kind || ':party' = ANY (reach) THEN
            RETURN QUERY SELECT r.case_id::text FROM referral r
            WHERE r.country = here AND r.case_id IS NOT NULL AND (r.office_id = office OR r.border_office_id = office);
        END IF;
        IF kind || ':emergency' = ANY (reach) THEN
            RETURN QUERY SELECT e.case_id::text FROM emergency_access e JOIN case_file c ON c.id = e.case_id
            WHERE e.user_id = me AND e.ended_at IS NULL AND e.since <= now_ AND e.until > now_ AND NOT c.sealed;
        END IF;
    END IF;"""),
    # Cases by their author, for tasks, which have none.
    "waymark_own_cases": ("kind text", "SETOF text", HOUSE, """
    IF kind || ':own' = ANY (reach) THEN
        RETURN QUERY SELECT c.id::text FROM case_file c WHERE c.created_by = ANY (waymark_us()) AND c.country = here;
    END IF;"""),
    "waymark_party_copies": ("kind text", "SETOF text", HOUSE, """
    IF kind || ':party' = ANY (reach) THEN
        RETURN QUERY SELECT r.id::text FROM referral r
        WHERE r.country = here AND (r.office_id = office OR r.border_office_id = office);
    END IF;"""),
    # Who reaches a referral copy works, through its steps, on the case behind it.
    "waymark_cases_behind_copies": ("", "SETOF text", HOUSE, """
    grounds := waymark_grounds('referral');
    RETURN QUERY SELECT r.case_id::text FROM referral r
    WHERE r.country = here AND r.case_id IS NOT NULL
        AND ('country:' || r.country = ANY (grounds)
            OR r.office_id = office AND ('office:' || office = ANY (grounds) OR 'party:' || office = ANY (grounds))
            OR r.border_office_id = office AND 'party:' || office = ANY (grounds)
            OR 'organisation:' || r.organisation = ANY (grounds)
            OR 'by:' || r.created_by = ANY (grounds)
            OR r.case_id IN (SELECT waymark_cases('referral')));"""),
    "waymark_blocked_keys": ("", "SETOF text", HOUSE, """
    RETURN QUERY SELECT b.key_id::text FROM access_block b
    WHERE b.country = here AND b.lifted_at IS NULL AND b.since <= now_ AND (b.until IS NULL OR b.until > now_)
        AND (b.kind = 'user' AND b.value = me
            OR b.kind = 'organisation' AND b.value = agency
            OR b.kind = 'country' AND b.value = here);"""),
    "waymark_named_keys": ("", "SETOF text", HOUSE, """
    RETURN QUERY SELECT s.key_id::text FROM seal_name s
    WHERE s.user_id = me AND s.since <= now_ AND (s.until IS NULL OR s.until > now_);"""),
    "waymark_blocked_persons": ("", "SETOF text", HOUSE, """
    RETURN QUERY SELECT p.id::text FROM person p WHERE p.key_id IN (SELECT waymark_blocked_keys());"""),
    "waymark_named_persons": ("", "SETOF text", HOUSE, """
    RETURN QUERY SELECT p.id::text FROM person p WHERE p.key_id IN (SELECT waymark_named_keys());"""),
    "waymark_hidden_cases": ("", "SETOF text", HOUSE, """
    RETURN QUERY SELECT c.id::text FROM case_file c
    WHERE c.country = here AND c.person_id IN (SELECT waymark_blocked_persons());
    RETURN QUERY SELECT c.id::text FROM case_file c
    WHERE c.country = here AND c.sealed AND c.person_id NOT IN (SELECT waymark_named_persons());"""),
    "waymark_hidden_copies": ("", "SETOF text", HOUSE, """
    RETURN QUERY SELECT r.id::text FROM referral r
    WHERE r.country = here AND r.key_id IN (SELECT waymark_blocked_keys());
    RETURN QUERY SELECT r.id::text FROM referral r
    WHERE r.country = here AND r.sealed AND r.key_id NOT IN (SELECT waymark_named_keys());"""),
    # A person, a key or a team that this act is just making has no row around it yet that could be seen.
    "waymark_person_is_new": ("which text", "boolean", HOUSE, """
    answer := EXISTS (SELECT FROM person p WHERE p.id = which)
        AND NOT EXISTS (SELECT FROM case_file c WHERE c.person_id = which);"""),
    "waymark_key_is_new": ("which text", "boolean", HOUSE, """
    answer := EXISTS (SELECT FROM data_key k WHERE k.id = which)
        AND NOT EXISTS (SELECT FROM person p WHERE p.key_id = which)
        AND NOT EXISTS (SELECT FROM referral r WHERE r.key_id = which);"""),
    "waymark_team_begins": ("which text", "boolean", HOUSE, """
    answer := EXISTS (SELECT FROM case_file c WHERE c.id = which AND c.created_by = me)
        AND NOT EXISTS (SELECT FROM case_team t WHERE t.case_id = which);"""),
    # Whether an account works in the country of the transaction.
    "waymark_works_here": ("account text", "boolean", PLAIN, """
    answer := EXISTS (
        SELECT FROM user_account u JOIN office o ON o.id = u.office_id WHERE u.id = account AND o.country = here
    );"""),
    # What the transaction itself sees, for the checks of new rows.
    "waymark_sees_case": ("which text", "boolean", PLAIN, """
    answer := EXISTS (SELECT FROM case_file c WHERE c.id = which);"""),
    "waymark_sees_facts": ("which text", "boolean", PLAIN, f"""
    answer := EXISTS (SELECT FROM case_file c WHERE c.id = which AND {work('c')});"""),
    "waymark_sees_copy": ("which text", "boolean", PLAIN, """
    answer := EXISTS (SELECT FROM referral r WHERE r.id = which);"""),
    "waymark_sees_key": ("which text", "boolean", PLAIN, """
    answer := EXISTS (SELECT FROM data_key k WHERE k.id = which);"""),
    "waymark_sees_person": ("which text", "boolean", PLAIN, """
    answer := EXISTS (SELECT FROM person p WHERE p.id = which);"""),
    "waymark_sees_record": ("which text", "boolean", PLAIN, """
    answer := EXISTS (SELECT FROM record r WHERE r.id = which);"""),
    "waymark_sees_message": ("which text", "boolean", PLAIN, """
    answer := EXISTS (SELECT FROM message m WHERE m.message_id = which AND m.country = here);"""),
    # The subject of a history entry or a record, by its kind and id.
    "waymark_works_on": ("subject text, which text", "boolean", PLAIN, """
    answer := CASE subject WHEN 'case' THEN waymark_sees_facts(which)
        WHEN 'referral' THEN waymark_sees_copy(which) ELSE false END;"""),
}


def create(schema: str) -> Iterator[str]:
    """The statements that make them in ``schema`` (quoted), tables found there and nowhere before."""
    yield _SAID
    yield _IS
    for name, (arguments, result, looks, does) in _BODIES.items():
        asks = f"{_AS_THE_HOUSE}{does}{_AS_BEFORE}" if looks is HOUSE else does
        gives_rows = result.startswith("SETOF")
        names = [f"{each} {what};" for each, what in _VALUES.items() if re.search(rf"\b{each}\b", asks)]
        answer = [] if gives_rows else [f"answer {result};"]
        end = "" if gives_rows else "\n    RETURN answer;"
        yield (
            f"CREATE FUNCTION {name}({arguments}) RETURNS {result} LANGUAGE plpgsql STABLE"
            f" SET search_path = {schema}, pg_temp AS $$DECLARE {' '.join([*names, *answer])} BEGIN{asks}{end}\nEND$$"
        )


def drop() -> Iterator[str]:
    """The statements that take them away."""
    for name, (arguments, *_) in reversed(_BODIES.items()):
        yield f"DROP FUNCTION {name}({arguments})"
    yield "DROP FUNCTION waymark_is(text)"
    yield "DROP FUNCTION waymark_said(text)"
