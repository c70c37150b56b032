"""What of each kind of record stands on the person's own copy: every kind is decided, and no answer names another."""

from __future__ import annotations

from typing import Any, Final

import pytest

from app.casework.inputs import inputs_of
from app.casework.kinds import KINDS
from app.people.own_records import LEFT_OUT, OWN_WORDS, THEIR_OWN, told_of
from policies.load import load_policies
from tests.app.people.test_own_copy import json_copy
from tests.factories import cases
from tests.factories.towns import Town

POLICIES: Final = load_policies()
SECRET: Final = "Canary-Uncle at the pier"
FREE: Final = frozenset({"text", "long", "lines"})


def filled(kind: str) -> dict[str, Any]:
    """The example of a kind, with somebody named wherever anybody may write."""
    body = dict(KINDS[kind].example)
    body |= {each.field: SECRET for each in inputs_of(KINDS[kind].form) if each.look in FREE - {"lines"}}
    return body


def test_every_kind_is_decided() -> None:
    assert THEIR_OWN | LEFT_OUT.keys() == KINDS.keys()
    assert not THEIR_OWN & LEFT_OUT.keys()
    for kind, fields in OWN_WORDS.items():
        assert kind in THEIR_OWN
        assert fields <= {each.field for each in inputs_of(KINDS[kind].form)}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_words_of_colleagues_stand_on_it(kind: str) -> None:
    told = told_of(POLICIES, kind, filled(kind))
    named = {each.field for each in told if SECRET in str(each.said)}
    assert named <= OWN_WORDS.get(kind, frozenset())
    if kind in LEFT_OUT:
        assert told == []
    for each in told:
        assert each.label and each.value, each
        assert each.field not in {"office", "provider_office", "authority", "shelter", "place", "recipient"} or (
            each.field == "authority" and kind.startswith(("penalty", "stay"))
        ), each


def test_what_was_found_stands_there_in_words(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "screening")
    cases.add(town.house, town.th["case_manager"], case_id, "wish", wish="stay", words="Near my sister.")
    cases.add(
        town.house, town.th["social_worker"], case_id, "needs_assessment", level="high", health_degree="much",
        health=SECRET,
    )  # fmt: skip
    copy = json_copy(town, case_id)
    (records,) = [each for each in copy["sections"] if each["section"] == "records"]
    rows = {(row["field"], str(row["said"])): row["value"] for entry in records["entries"] for row in entry}
    assert rows["wish", "stay"] == "To stay here" and rows["words", "Near my sister."] == "Near my sister."
    assert ("voluntary", "True") in rows and ("options_explained", "True") in rows
    assert SECRET not in str(copy)
    seen = {kind for (field, kind) in rows if field == "kind"}
    # A case manager opens no record of health and danger? Then the copy says that there is more.
    assert ("needs_assessment" in seen) == (("health_degree", "much") in rows)
    assert copy["elsewhere"] == (0 if "needs_assessment" in seen else 1)


def test_what_whoever_makes_it_may_not_open_is_counted(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.people import queries

    case_id = cases.bring_case(town.house, town.th, "screening")
    cases.add(town.house, town.th["case_manager"], case_id, "wish")
    whole = json_copy(town, case_id)
    monkeypatch.setattr(queries, "sees_record", lambda _desk, kind: kind != "wish")
    fewer = json_copy(town, case_id)
    assert fewer["elsewhere"] == whole["elsewhere"] + 1
