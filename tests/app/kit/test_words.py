"""What is said when a translation is there, missing, broken or not reviewed; days and spans in each language."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.kit import catalogue, words
from app.kit.catalogue import Catalogue, Translation
from app.kit.dates import ago, day, day_in_both_eras, moment
from app.kit.reader import Reader, reading
from app.kit.words import Word, finished, marking, plain, plural, say, say_as

ENTRIES = {
    (None, "Save"): Translation("บันทึก", True),
    (None, "Language"): Translation("ภาษา", False),
    (None, "Due %(at)s"): Translation("ครบกำหนด %(at)s", True),
    (None, "Use at most %(max_length)s characters."): Translation("ไม่เกิน %(wrong)s", True),
    (None, "%(count)s day"): Translation("%(count)s วัน", True),
    ("safety", "Call first"): Translation("โทรก่อน", False),
    ("safety", "%(country)s answers for the person."): Translation("%(country)sรับผิดชอบ", False),
    ("consent", "until %(day)s"): Translation("ถึง %(day)s", False),
    ("safety", "Call later"): Translation("โทรทีหลัง", True),
    ("step", "Depart"): Translation("ออกเดินทาง", True),
    ("block", "The person's consent to %(purpose)s (%(country)s) %(gap)s."): Translation(
        "ยินยอมให้%(purpose)s (%(country)s) %(gap)s", True
    ),
    ("block", "telling the other country"): Translation("แจ้งอีกประเทศ", True),
    ("block", "has been withdrawn"): Translation("ถูกถอนแล้ว", True),
    ("block", "is not recorded or has run out"): Translation("ไม่มีบันทึก", False),
}
BLOCKED = "The person's consent to telling the other country (MM) {}."


@pytest.fixture
def thai(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A reader of Thai, for whom only ENTRIES are translated."""
    known = Catalogue(ENTRIES)
    monkeypatch.setattr(catalogue, "of", lambda _: known)
    with reading(Reader("th")), marking():
        yield


def shown(text: str) -> str:
    return finished(f"<p>{text}</p>").removeprefix("<p>").removesuffix("</p>")


@pytest.mark.usefixtures("thai")
def test_a_translation_is_said_and_its_lack_is_told() -> None:
    assert say("Save") == "บันทึก" and say("Language") == "ภาษา"
    assert say("Due %(at)s", at="12:00") == "ครบกำหนด 12:00"
    assert plural("%(count)s day", "%(count)s days", 3) == "3 วัน"
    before = words.FALLBACKS["th"]
    assert shown(say("Never translated")) == '<span lang="en">Never translated</span>'
    assert shown(plural("%(count)s cow", "%(count)s cows", 2)) == '<span lang="en">2 cows</span>'
    assert words.FALLBACKS["th"] == before + 2


@pytest.mark.usefixtures("thai")
def test_a_translation_with_a_wrong_place_is_english_instead_of_an_error() -> None:
    assert shown(say("Use at most %(max_length)s characters.", max_length=5)) == (
        '<span lang="en">Use at most 5 characters.</span>'
    )


@pytest.mark.usefixtures("thai")
def test_what_somebody_could_be_harmed_by_is_said_in_english_too_until_it_is_reviewed() -> None:
    assert shown(say_as("safety", "Call first")) == 'โทรก่อน <span lang="en">(Call first)</span>'
    assert shown(say_as("safety", "Call later")) == "โทรทีหลัง"
    assert shown(say_as("safety", "Never translated")) == '<span lang="en">Never translated</span>'


@pytest.mark.usefixtures("thai")
def test_the_english_beside_a_sentence_is_english_to_its_last_word() -> None:
    said = say_as("safety", "%(country)s answers for the person.", country=Word.of("ลาว", "Laos"))
    assert shown(said) == 'ลาวรับผิดชอบ <span lang="en">(Laos answers for the person.)</span>'


@pytest.mark.usefixtures("thai")
def test_a_word_is_found_where_nobody_named_its_place() -> None:
    assert say("Depart") == "ออกเดินทาง" and say_as("field", "Save") == "บันทึก"


@pytest.mark.usefixtures("thai")
def test_a_sentence_that_came_put_together_is_said_part_by_part() -> None:
    whole = say_as("block", BLOCKED.format("has been withdrawn"))
    assert plain(whole) == "ยินยอมให้แจ้งอีกประเทศ (MM) ถูกถอนแล้ว"
    # One part of it waits for a review: the whole sentence stands in English beside it.
    english = BLOCKED.format("is not recorded or has run out")
    assert shown(say_as("block", english)).endswith(f'ไม่มีบันทึก <span lang="en">({english})</span>')


@pytest.mark.usefixtures("thai")
def test_a_day_beside_english_is_an_english_day() -> None:
    said = shown(say_as("consent", "until %(day)s", day=day(date(2027, 10, 11))))
    assert said == 'ถึง 11 ต.ค. 2570 <span lang="en">(until 11 Oct 2027)</span>'


@pytest.mark.usefixtures("thai")
def test_english_is_marked_where_an_element_may_stand_and_plain_elsewhere() -> None:
    english = say("Never translated")
    link, list_ = f'<a title="{english}">{english}</a>', f"<select><option>{english}</option></select>"
    html = finished(f"<title>{english}</title>{link}{list_}")
    assert html == (
        '<title>Never translated</title><a title="Never translated"><span lang="en">Never translated</span></a>'
        "<select><option>Never translated</option></select>"
    )
    assert finished("<p>\ufdd0\ufdd0a\ufdd1</p>") == '<p><span lang="en">a</span></p>'


def test_outside_a_page_nothing_is_marked() -> None:
    with reading(Reader("th")):
        assert say("Never translated") == "Never translated"


def test_every_language_writes_days_with_latin_digits_in_its_own_era() -> None:
    found = {}
    for language in ("en", "th", "my", "lo", "km", "vi", "zh_Hans"):
        with reading(Reader(language)):
            found[language] = day(date(2006, 3, 9))
    assert found == {
        "en": "9 Mar 2006", "th": "9 มี.ค. 2549", "my": "2006 မတ် 9", "lo": "9 ມ.ນ. 2006", "km": "9 មីនា 2006",
        "vi": "9 thg 3, 2006", "zh_Hans": "2006年3月9日",
    }  # fmt: skip
    with reading(Reader("th")):
        assert day_in_both_eras(date(2006, 3, 9)) == "9 มี.ค. 2549 (2006)"
    with reading(Reader("th", "ce")):
        assert day(date(2006, 3, 9)) == "9 มี.ค. 2006" and day_in_both_eras(date(2006, 3, 9)) == "9 มี.ค. 2006"
    with reading(Reader("en", "be")):
        assert moment(datetime(2006, 3, 9, 4, 5, tzinfo=UTC)) == "9 Mar 2549, 04:05"


def test_a_span_is_said_in_its_largest_unit() -> None:
    now = datetime(2026, 11, 25, tzinfo=UTC)
    with reading(Reader(now=now)):
        spans = (timedelta(days=3), timedelta(hours=-1), timedelta(minutes=5), timedelta(seconds=3))
        assert [ago(now + span) for span in spans] == ["in 3 days", "1 hour ago", "in 5 minutes", "now"]


def test_a_moment_is_told_by_the_day_it_falls_on_where_the_reader_is() -> None:
    """Three in the morning at Mae Sot is yesterday in UTC; nobody may think it late for it."""
    early = datetime(2026, 12, 14, 20, tzinfo=UTC)
    with reading(Reader(zone=ZoneInfo("Asia/Bangkok"))):
        assert (day(early), moment(early)) == ("15 Dec 2026", "15 Dec 2026, 03:00")
    with reading(Reader(zone=ZoneInfo("Asia/Yangon"))):
        assert day(datetime(2026, 12, 14, 17, 29, tzinfo=UTC)) == "14 Dec 2026"
        assert day(datetime(2026, 12, 14, 17, 30, tzinfo=UTC)) == "15 Dec 2026"
