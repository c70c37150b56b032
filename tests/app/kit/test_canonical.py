"""Canonical bytes: one form for one meaning, and no form for what has none."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.kit.canonical import NotCanonical, canonical_bytes


class Word(StrEnum):
    """A vocabulary."""

    SENT = "sent"


TEXT = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abcdé☃𝄞"), inner, max_size=4),
    max_leaves=12,
)


# Drawing deep values is slow on a busy machine, which says nothing about the bytes.
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(JSON)
def test_it_is_json_that_reads_back_to_the_same_bytes(value: Any) -> None:
    once = canonical_bytes(value)
    assert canonical_bytes(json.loads(once)) == once


@given(st.dictionaries(st.sampled_from("abcdé☃𝄞"), st.integers(0, 9)))
def test_the_order_of_insertion_does_not_count(value: dict[str, int]) -> None:
    assert canonical_bytes(dict(reversed(value.items()))) == canonical_bytes(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"b": 1, "a": [True, None, "x"]}, b'{"a":[true,null,"x"],"b":1}'),
        ({}, b"{}"),
        (-7, b"-7"),
        ("ກ", "ກ".encode().join([b'"', b'"'])),
        ('a/\n"\\\u0001', b'"a/\\n\\"\\\\\\u0001"'),
        (Word.SENT, b'"sent"'),
        # UTF-16 order, as RFC 8785 asks for: the clef (D834 ...) comes before U+FB01.
        ({"\ufb01": 1, "𝄞": 2}, '{"𝄞":2,"\ufb01":1}'.encode()),
    ],
)
def test_examples(value: Any, expected: bytes) -> None:
    assert canonical_bytes(value) == expected


def test_two_spellings_of_one_word_are_the_same_bytes() -> None:
    composed, decomposed = "Nguy\u1ec5n", "Nguye\u0302\u0303n"
    assert composed != decomposed
    assert canonical_bytes({decomposed: decomposed}) == canonical_bytes({composed: composed})


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        (1, 2),
        {1: "a"},
        {None: "a"},
        b"bytes",
        {"set"},
        datetime(2026, 1, 1, tzinfo=UTC),
        2**53,
        -(2**53),
        "\ud800",
        {"\ud800": 1},
        {"\u00e9": 1, "e\u0301": 2},
        {"deep": [{"deeper": 0.5}]},
    ],
)
def test_what_has_no_single_form_is_refused(value: Any) -> None:
    with pytest.raises(NotCanonical):
        canonical_bytes(value)


def test_the_refusal_names_the_place() -> None:
    with pytest.raises(NotCanonical, match=r"\$\.a\[1\]\.b: float"):
        canonical_bytes({"a": [1, {"b": 0.5}]})


def test_endless_nesting_is_refused_and_deep_nesting_is_not() -> None:
    deep: Any = "x"
    for _ in range(64):
        deep = [deep]
    assert canonical_bytes(deep).startswith(b"[" * 64)
    circle: list[Any] = []
    circle.append(circle)
    with pytest.raises(NotCanonical, match="deeper"):
        canonical_bytes(circle)
