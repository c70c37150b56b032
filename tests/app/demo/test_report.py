"""The report is right about a sound demonstration, and finds whatever was changed behind the program's back."""

from __future__ import annotations

import re

import pytest

from app.demo.report import sections
from app.demo.section import WIDTH
from app.demo.story import story
from tests.app.demo.conftest import Copy
from tests.inspect import reading


def test_a_sound_demonstration_has_no_fault_and_tells_both_stories(copy: Copy) -> None:
    parts = list(sections(copy.house, copy.figures, copy.said))
    assert [fault for part in parts for fault in part.faults] == []
    text = "\n".join(part.text() for part in parts)
    assert max(map(len, text.splitlines())) <= WIDTH
    assert "from Thailand to Myanmar" in text and "from Thailand to Lao PDR" in text
    assert re.search(r"BLOCKED: .*\n +- .*\[.+\]", text.replace("\n                      ", " "))
    assert "released by:" in text
    assert "Sign the receipt -> received" in text
    assert "entries verified" in text and "rebuilt from history" in text.lower()


def test_no_name_stands_in_the_report(copy: Copy) -> None:
    from app.demo.people import NAMES

    text = "\n".join(part.text() for part in sections(copy.house, copy.figures, copy.said))
    for women, men, families, _ in NAMES.values():
        for names in (women, men, families):
            for name in names.split("|") if "|" in names else names.split():
                assert not re.search(rf"\b{name}\b", text)


def test_without_the_build_at_hand_a_story_still_says_what_blocked(copy: Copy) -> None:
    with reading(copy.house.db) as session:
        told = story(session, copy.house, "LA", True, {})
    assert not told.faults
    assert "{" not in told.text()


SPOILED = {
    "the sex of somebody in a shelter": (
        "UPDATE case_facts SET sex = CASE sex WHEN 'M' THEN 'F' ELSE 'M' END WHERE case_id ="
        " (SELECT case_id FROM case_facts WHERE channel = 'shelter' ORDER BY case_id LIMIT 1)",
        r"ForcedLabour|SexualExploitation|ForcedBegging",
    ),
    "the age of somebody returned": (
        "UPDATE case_facts SET age_band = '0-14' WHERE case_id = (SELECT c.case_id FROM case_facts c"
        " JOIN referral r ON r.case_id = c.case_id AND r.side = 'receiver' AND r.custody = 'receiver'"
        " WHERE c.age_band = '18+' AND c.country = 'MM' LIMIT 1)",
        r"TH to MM",
    ),
    "a case in the other channel": (
        "UPDATE case_file SET channel = 'shelter' WHERE id = (SELECT id FROM case_file WHERE channel = 'return'"
        " AND country = 'TH' LIMIT 1)",
        r"TH to|whatever their channel",
    ),
    "the custody on one side": (
        "UPDATE referral SET custody = 'sender' WHERE id ="
        " (SELECT id FROM referral WHERE custody = 'receiver' LIMIT 1)",
        r"facts and columns differ",
    ),
    "the state on one side": (
        "UPDATE referral SET state = 'declined', facts = replace(facts, '\"state\":\"sent\"', '\"state\":\"declined\"')"
        " WHERE id = (SELECT id FROM referral WHERE state = 'sent' AND side = 'receiver' LIMIT 1)",
        r"one side says state",
    ),
    "a copy that is gone": (
        "UPDATE referral SET shared_id = 'x' WHERE id = (SELECT id FROM referral WHERE state = 'sent'"
        " AND side = 'sender' LIMIT 1)",
        r"no second copy",
    ),
    "a receipt that is gone": (
        "DELETE FROM message_receipt WHERE id = (SELECT r.id FROM message_receipt r JOIN message m"
        " ON m.message_id = r.message_id AND m.type = 'sign_handover' WHERE r.level = 'decided'"
        " AND r.country = 'TH' LIMIT 1)",
        r"is missing",
    ),
    "a receipt that was rewritten": (
        "UPDATE message_receipt SET content = CAST(replace(CAST(content AS TEXT), 'decided', 'DECIDED') AS BLOB)"
        " WHERE level = 'decided' AND message_id IN (SELECT message_id FROM message WHERE type = 'sign_handover')",
        r"not genuine|is missing",
    ),
    "a signature that was exchanged": (
        "UPDATE message SET signature = zeroblob(64) WHERE type = 'sign_receipt' AND direction = 'in'",
        r"is not what",
    ),
    "an effect that is still waiting": (
        "UPDATE outbox_row SET done_at = NULL WHERE id = (SELECT id FROM outbox_row LIMIT 1)",
        r"still under way",
    ),
    "an entry of history": (
        "UPDATE history_entry SET step = 'presume' WHERE step = 'screen_out' OR (seq = 2 AND subject = 'case')",
        r"entry 2",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", SPOILED)
def test_the_report_finds(copy: Copy, what: str) -> None:
    statement, words = SPOILED[what]
    assert copy.spoil(statement) > 0
    faults = copy.faults()
    assert any(re.search(words, fault) for fault in faults), faults


def test_changed_facts_are_found_by_rebuilding_them(copy: Copy) -> None:
    copy.spoil("UPDATE case_facts SET facts = replace(facts, '\"asylum_claim\":false', '\"asylum_claim\":true')")
    assert any("rebuilt facts differ" in fault for fault in copy.faults())


def test_no_column_is_wider_than_the_page(copy: Copy) -> None:
    for part in sections(copy.house, copy.figures, copy.said):
        for line in part.text().splitlines():
            assert len(line) <= WIDTH, line
