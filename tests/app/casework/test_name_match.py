"""Names are compared as parts: order, case and Latin accents do not count, vowels and tones of other scripts do."""

from __future__ import annotations

import pytest

from app.casework.name_match import alike, parts_of, same

ALIKE = (
    ("Mya Thandar Aung", "Aung Mya Thandar"), ("Mya Thanda Aung", "Mya Thandar Aung"),
    ("Nguyễn Thị Đào", "nguyen thi dao"), ("Thiri Zarni Htun", "Thiri Zami Htun"), ("Aung", "Mya Thandar Aung"),
    ("สมชาย ใจดี", "ใจดี สมชาย"),
)  # fmt: skip
APART = (
    ("Mya Thandar Aung", "Khin Win"), ("", "Khin Win"), ("Khin Win", ""), ("...", "Khin"), ("สมชาย", "สมหญิง"),
    ("Thida", "Thandar"), ("ချောစု", "ခင်ဝင်း"),
)  # fmt: skip


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_spellings_of_one_name(one: str, other: str) -> None:
    assert alike(parts_of(one), parts_of(other))


@pytest.mark.parametrize(("one", "other"), APART)
def test_different_names(one: str, other: str) -> None:
    assert not alike(parts_of(one), parts_of(other))


def test_the_same_needs_every_part() -> None:
    known = parts_of("Mya Thandar", "Aung", "U-Thant")
    assert known == {"mya", "thandar", "aung", "u", "thant"}
    assert same(parts_of("AUNG mya"), known) and not same(parts_of("Aung Win"), known)
    assert not same(parts_of(""), known) and not same(parts_of("Thand"), known)
    assert parts_of("กำ") != parts_of("กา"), "a vowel is not an accent"
