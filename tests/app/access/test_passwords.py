"""Passwords: what is refused, what is taken, and that nobody learns whether an account exists."""

from __future__ import annotations

import pytest

from app.access.passwords import check_new, guessable
from app.kit.errors import Invalid
from tests.app.access.world import CHEAP, PASSWORD

GUESSABLE = (
    "aaaaaaaaaaaaaaaa", "passwordpassword", "P@ssw0rdP@ssw0rd", "qwertyuiopasdfgh", "123456789012345678",
    "abcdefghijklmnopqrstuvwxyz", "nok.srisai.waymark", "NokSrisai-2026-Nok", "Waymark2026Waymark2026",
    "correct horse battery staple", "thailand-shelter-2026", "letmein-letmein-1", "987654321987654321",
    "iloveyou-iloveyou", "                    ", "lantern1lantern1",
)  # fmt: skip
GOOD = (PASSWORD, "rBnE3-92kd!xxqQ81", "ผู้หญิงสี่คนเดินริมน้ำ", "móng tay cá rô đồng", "ဆန်အိတ်နီနီနှစ်လုံးပုံ")


@pytest.mark.parametrize("password", GUESSABLE)
def test_what_many_would_guess_is_refused(password: str) -> None:
    assert guessable(password, "nok.srisai", "Nok Srisai")
    with pytest.raises(Invalid) as refusal:
        check_new(password, "nok.srisai", "Nok Srisai")
    assert password.strip() == "" or password not in str(refusal.value)


@pytest.mark.parametrize("password", GOOD)
def test_several_unrelated_words_in_any_script_are_taken(password: str) -> None:
    check_new(password, "nok.srisai", "Nok Srisai")
    assert CHEAP.matches(CHEAP.hash(password), password)


@pytest.mark.parametrize(
    ("password", "code"),
    [("lantern quiet", "password_too_short"), ("lantern quiet " * 80, "password_too_long"),
     ("lantern quiet river \ud800", "password_unreadable")],
)  # fmt: skip
def test_length_counts_and_nothing_else_about_composition(password: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_new(password, "nok", "Nok")
    assert refusal.value.code == code


def test_the_limits_are_exact() -> None:
    """NIST SP 800-63B: 15 characters where the password stands alone; long ones are taken whole, never cut."""
    letters = "kj4 vqzw8 tnxmd lr9 phuc yfe2 gobs "
    check_new(letters[:15], "nok", "Nok")
    with pytest.raises(Invalid, match="at least 15"):
        check_new(letters[:14], "nok", "Nok")
    longest = "".join(f"{number:03d}{letters[number % 30]}q" for number in range(250))[:1024]
    check_new(longest, "nok", "Nok")
    stored = CHEAP.hash(longest)
    assert CHEAP.matches(stored, longest) and not CHEAP.matches(stored, longest[:-1])
    with pytest.raises(Invalid, match="at most 1024"):
        check_new(longest + "x", "nok", "Nok")
    with pytest.raises(Invalid, match="at most 1024"):
        check_new("ก" * 342, "nok", "Nok")


def test_only_the_right_password_matches() -> None:
    stored = CHEAP.hash(PASSWORD)
    assert CHEAP.matches(stored, PASSWORD)
    for wrong in ("", PASSWORD + "x", PASSWORD.upper(), PASSWORD * 100, "\ud800", "\x00"):
        assert not CHEAP.matches(stored, wrong)
        assert not CHEAP.matches(None, wrong)
    assert not CHEAP.matches(None, "nobody signs in with this")
    assert not CHEAP.matches("not a hash", PASSWORD)


def test_two_ways_to_type_the_same_letters_are_one_password() -> None:
    assert CHEAP.matches(CHEAP.hash("cafe\u0301 lantern quiet river"), "caf\u00e9 lantern quiet river")


def test_hashes_made_with_other_costs_are_noticed() -> None:
    assert not CHEAP.stale(CHEAP.hash(PASSWORD))
    assert CHEAP.stale("$argon2id$v=19$m=8,t=1,p=1$YWJjZGVmZ2g$" + "A" * 43)
