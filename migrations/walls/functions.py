"""The questions that policies ask, as functions of PostgreSQL; frozen with revision 005.

Those marked HOUSE look at walls and teams as the system of the asker's country does, and then hand the transaction back
to the asker: what decides about sight cannot itself wait for sight. Most give a small set of ids for one asker, asked
once for a statement; those that look at one row are for rows that are read one by one, where planning would cost more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

HOUSE: Final = True
PLAIN: Final = False
SYSTEM: Final = "waymark_is('system')"

# What the functions call the settings of the transaction; each declares those it uses.
_VALUES: Final = {
    "me": "text := waymark_said('me')",
    "here": "text := waymark_said('country')",
    "office": "text := waymark_said('office')",
    "agency": "text := waymark_said('organisation')",
    "now_": "timestamptz := waymark_said('now')::timestamptz",
    "kind_before": "text := coalesce(current_setting('waymark.kind', true), '')",
}
_AS_THE_HOUSE: Final = """
    PERFORM set_config('waymark.kind', 'system', true);"""
_AS_BEFORE: Final = """
    PERFORM set_config('waymark.kind', kind_before, true);"""


def within(case: str, kind: str) -> str:
    """Whether the columns of the case row ``case`` lie within what the asker reaches of ``kind``."""
    return (
        f"(ARRAY['country:' || {case}.country, 'organisation:' || {case}.organisation, 'office:' || {case}.office_id]"
        f" && waymark_words('{kind}')"
        f" OR {case}.created_by = ANY (waymark_words('us')) AND 'own' = ANY (waymark_words('{kind}')))"
    )


def content(case: str) -> str:
    """Whether the asker reaches what is in the case ``case`` (a name in the statement)."""
    return f"({SYSTEM} OR {within(case, 'case')} OR {case}.id IN (SELECT waymark_cases('case')))"


def work(case: str) -> str:
    """The same, or through a referral copy whose steps need the facts and the key of its case."""
    return f"({content(case)} OR {case}.id IN (SELECT waymark_cases_behind_copies()))"


# Settings that are absent and those that are empty say the same: NULL, which equals nothing.
_INLINED: Final = {
    "waymark_said(name text)": ("text", "nullif(current_setting('waymark.' || name, true), '')"),
    "waymark_words(name text)": (
        "text[]", "string_to_array(nullif(current_setting('waymark.' || name, true), ''), ',')"
    ),
    "waymark_is(kind text)": ("boolean", "coalesce(current_setting('waymark.kind', true), '') = kind"),
}  # fmt: skip

# Cases of the asker's teams, and those opened in an emergency, where they reach what the words in braces name.
_BY_TEAM: Final = """
    IF 'assigned' = ANY (waymark_words({0})) THEN
        RETURN QUERY SELECT t.case_id::text FROM case_team t
        WHERE t.user_id = ANY (waymark_words('us')) AND t.since <= now_ AND (t.until IS NULL OR t.until > now_);
    END IF;"""
_BY_EMERGENCY: Final = """
    IF 'emergency' = ANY (waymark_words({0})) THEN
        RETURN QUERY SELECT e.case_id::text FROM emergency_access e JOIN case_file c ON c.id = e.case_id
        WHERE e.user_id = me AND e.ended_at IS NULL AND e.since <= now_ AND e.until > now_ AND NOT c.sealed;
    END IF;"""

# Name -> (arguments, result, how it looks, what it does). In the order in which they need each other; each leaves what
# it found in ``answer``, or as rows.
_BODIES: Final[dict[str, tuple[str, str, bool, str]]] = {
    # The asker and everybody the asker stands in for now, as words; asked once when a transaction is entered.
    "waymark_stands_for": ("", "text", HOUSE, """
    answer := concat_ws(',', me, (
        SELECT string_agg(d.user_id, ',') FROM deputy d
        WHERE d.deputy_id = me AND d.ended_at IS NULL AND d.since <= now_ AND d.until > now_
    ));"""),
    # Cases reached one by one: by the team, by a referral that names the own office, by an emergency.
    "waymark_cases": ("kind text", "SETOF text", HOUSE, (_BY_TEAM + _BY_EMERGENCY).format("kind") + """
    IF 'party:' || office = ANY (waymark_words(kind)) THEN
        RETURN QUERY SELECT r.case_id::text FROM referral r
        WHERE r.country = here AND r.case_id IS NOT NULL AND (r.office_id = office OR r.border_office_id = office);
    END IF;"""),
    # Cases by their author, for tasks and copies, which have none or another.
    "waymark_own_cases": ("kind text", "SETOF text", HOUSE, """
    IF 'own' = ANY (waymark_words(kind)) THEN
        RETURN QUERY SELECT c.id::text FROM case_file c
        WHERE c.created_by = ANY (waymark_words('us')) AND c.country = here;
    END IF;"""),
    # Cases whose referral copies the asker sees with them. Being named in one copy of a case opens that copy alone.
    "waymark_cases_of_copies": ("", "SETOF text", HOUSE, (_BY_TEAM + _BY_EMERGENCY).format("'copy'") + """
    RETURN QUERY SELECT waymark_cases('case') UNION ALL SELECT waymark_own_cases('case');"""),
    "waymark_party_copies": ("kind text", "SETOF text", HOUSE, """
    IF 'party:' || office = ANY (waymark_words(kind)) THEN
        RETURN QUERY SELECT r.id::text FROM referral r
        WHERE r.country = here AND (r.office_id = office OR r.border_office_id = office);
    END IF;"""),
    # Who reaches a referral copy works, through its steps, on the case behind it.
    "waymark_cases_behind_copies": ("", "SETOF text", HOUSE, """
    IF waymark_words('referral') IS NOT NULL THEN
        RETURN QUERY SELECT r.case_id::text FROM referral r
        WHERE r.country = here AND r.case_id IS NOT NULL
            AND ('country:' || here = ANY (waymark_words('referral'))
                OR r.office_id = office AND ARRAY['office:' || office, 'party:' || office] && waymark_words('referral')
                OR r.border_office_id = office AND 'party:' || office = ANY (waymark_words('referral'))
                OR 'organisation:' || r.organisation = ANY (waymark_words('referral'))
                OR r.created_by = ANY (waymark_words('us')) AND 'own' = ANY (waymark_words('referral'))
                OR r.case_id IN (SELECT waymark_cases('referral')));
    END IF;"""),
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
    # What the transaction itself sees of one row.
    "waymark_sees_case": ("which text", "boolean", PLAIN, """
    answer := EXISTS (SELECT FROM case_file c WHERE c.id = which);"""),
    "waymark_reads_case": ("which text", "boolean", PLAIN, f"""
    answer := EXISTS (SELECT FROM case_file c WHERE c.id = which AND {content('c')});"""),
    "waymark_works_on_case": ("which text", "boolean", PLAIN, f"""
    answer := EXISTS (SELECT FROM case_file c WHERE c.id = which AND {work('c')});"""),
    "waymark_reviews_case": ("which text", "boolean", PLAIN, f"""
    answer := EXISTS (
        SELECT FROM case_file c WHERE c.id = which AND ({content('c')} OR {within('c', 'review')})
    );"""),
    "waymark_sees_copy": ("which text", "boolean", PLAIN, """
    answer := EXISTS (SELECT FROM referral r WHERE r.id = which);"""),
    "waymark_sees_person": ("which text", "boolean", PLAIN, f"""
    answer := EXISTS (SELECT FROM case_file c WHERE c.person_id = which AND {work('c')});"""),
    "waymark_sees_key": ("which text", "boolean", PLAIN, f"""
    answer := EXISTS (
            SELECT FROM person p JOIN case_file c ON c.person_id = p.id WHERE p.key_id = which AND {work('c')}
        ) OR EXISTS (SELECT FROM referral r WHERE r.key_id = which);"""),
    "waymark_sees_record": ("which text", "boolean", PLAIN, """
    answer := EXISTS (SELECT FROM record r WHERE r.id = which);"""),
    "waymark_sees_message": ("which text", "boolean", PLAIN, """
    answer := EXISTS (SELECT FROM message m WHERE m.message_id = which AND m.country = here);"""),
    # Of revision 009; asked in a function, since the rule of an incident looks at the links of its cases.
    "waymark_sees_incident": ("which text", "boolean", PLAIN, """
    answer := EXISTS (SELECT FROM incident i WHERE i.id = which);"""),
    "waymark_sees_line": ("which text", "boolean", PLAIN, """
    answer := EXISTS (SELECT FROM referral r WHERE r.country = here AND r.shared_id = split_part(which, ':', 2))
        OR EXISTS (SELECT FROM case_file c WHERE c.id = split_part(which, ':', 2));"""),
    # The subject of a history entry or a record, by its kind and id.
    "waymark_works_on": ("subject text, which text", "boolean", PLAIN, """
    answer := CASE subject WHEN 'case' THEN waymark_works_on_case(which)
        WHEN 'referral' THEN waymark_sees_copy(which) ELSE false END;"""),
    # The offices of the own organisation, for tasks, which name an office only.
    "waymark_offices": ("kind text", "SETOF text", PLAIN, """
    IF 'organisation:' || agency = ANY (waymark_words(kind)) THEN
        RETURN QUERY SELECT o.id::text FROM office o WHERE o.organisation = agency AND o.country = here;
    END IF;"""),
}


def create(schema: str) -> Iterator[str]:
    """The statements that make them in ``schema`` (quoted), tables found there and nowhere before."""
    for head, (result, says) in _INLINED.items():
        yield f"CREATE FUNCTION {head} RETURNS {result} LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT {says} $$"
    for name in _BODIES:
        yield _made(name, schema)


def again(schema: str, *names: str) -> Iterator[str]:
    """The statements that give functions made by an earlier revision the words they have now."""
    for name in names:
        yield _made(name, schema).replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)


def _made(name: str, schema: str) -> str:
    arguments, result, looks, does = _BODIES[name]
    asks = f"{_AS_THE_HOUSE}{does}{_AS_BEFORE}" if looks is HOUSE else does
    gives_rows = result.startswith("SETOF")
    names = [f"{each} {what};" for each, what in _VALUES.items() if re.search(rf"\b{each}\b", asks)]
    answer = [] if gives_rows else [f"answer {result};"]
    end = "" if gives_rows else "\n    RETURN answer;"
    # The planner must know that a look at one row costs a query of its own, and that the sets are small.
    cost = "COST 1000 ROWS 50" if gives_rows else "COST 10000"
    return (
        f"CREATE FUNCTION {name}({arguments}) RETURNS {result} LANGUAGE plpgsql STABLE {cost}"
        f" SET search_path = {schema}, pg_temp AS $$DECLARE {' '.join([*names, *answer])} BEGIN{asks}{end}\nEND$$"
    )


def drop() -> Iterator[str]:
    """The statements that take them away."""
    for name, (arguments, *_) in reversed(_BODIES.items()):
        yield f"DROP FUNCTION {name}({arguments})"
    for head in reversed(_INLINED):
        yield f"DROP FUNCTION {head}"
