"""Zawgyi is told from Unicode, and what it says is offered; nobody's name is changed without a worker's word."""

from __future__ import annotations

import pytest

from app.casework.spelling.evidence import Known, weighed
from app.casework.spelling.zawgyi import in_unicode, looks_like_zawgyi

# As typed for Zawgyi, and the same name in Unicode.
NAMES = (
    ("သႏၲာ", "သန္တာ"), ("ေက်ာ္", "ကျော်"), ("ေအာင္", "အောင်"), ("ထြန္း", "ထွန်း"), ("ျမင့္", "မြင့်"),
    ("ျမသႏၲာေအာင္", "မြသန္တာအောင်"), ("ခိုင္", "ခိုင်"), ("ၿဖိဳး", "ဖြိုး"), ("ညြန္႔", "ညွန့်"), ("ေရႊ", "ရွှေ"),
    ("ႏွင္း", "နှင်း"), ("ဥမၼာ", "ဥမ္မာ"), ("စႏၵာ", "စန္ဒာ"), ("ဝင္း", "ဝင်း"),
)  # fmt: skip
# Written alike in both.
BOTH = ("သူဇာ", "မိုးမိုး")
# Shan, Mon and Karen letters lie where Zawgyi puts its own.
OTHERS = ("ၸၢႆး", "ႁၢၼ်", "ၼၢင်း", "မွန်", "ကညီ", "Thandar", "สมชาย", "")


@pytest.mark.parametrize(("typed", "unicode"), NAMES)
def test_zawgyi_is_seen_and_says_the_same(typed: str, unicode: str) -> None:
    assert looks_like_zawgyi(typed) and not looks_like_zawgyi(unicode)
    assert in_unicode(typed) == unicode
    assert weighed(Known((typed,)), Known((unicode,))).score > 0.9, "for comparing alone both are read the same way"


@pytest.mark.parametrize("name", [*BOTH, *OTHERS])
def test_what_is_no_zawgyi_is_left_alone(name: str) -> None:
    assert not looks_like_zawgyi(name)
