"""G26: hostile files are refused with a sentence or leave harmless; nothing of who made a file and where survives."""

from __future__ import annotations

import io
import resource
import time
from collections.abc import Callable

import pikepdf
import pytest
from PIL import Image

from app.documents.washing import SENTENCES, recognised, wash
from app.kit.errors import Invalid
from policies.safeguards import Files
from tests.app.documents import samples

RULES = Files(kilobytes=6000, megapixels=2, most_pages=20, seconds=10, memory_megabytes=400)
HTML = b"<!doctype html><script>alert(1)</script>"
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "empty"),
    "a page": (lambda: HTML, "wrong_type"),
    "a drawing that runs scripts": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>', "wrong_type"),
    "a program": (lambda: b"MZ" + bytes(500), "wrong_type"),
    "an archive": (lambda: b"PK\x03\x04" + bytes(500), "wrong_type"),
    "a text": (lambda: b"My name is", "wrong_type"),
    "a GIF": (lambda: b"GIF89a" + bytes(500), "wrong_type"),
    "a page that says PDF further on": (lambda: HTML + samples.pdf(), "wrong_type"),
    "a PDF by its beginning only": (lambda: b"%PDF-1.7\n" + HTML, "broken"),
    "half a photo": (lambda: samples.jpeg((300, 300))[:900], "broken"),
    "a photo by its beginning only": (lambda: b"\xff\xd8\xff" + bytes(4000), "broken"),
    "half a drawing": (lambda: samples.png()[:120], "broken"),
    "a locked PDF": (samples.locked_pdf, "locked"),
    "a PDF that forbids": (lambda: samples.locked_pdf(owner_only=True), "locked"),
    "a PDF with files": (samples.carrying_pdf, "carries_files"),
    "a PDF with a pinned file": (samples.noted_file_pdf, "carries_files"),
    "a book": (lambda: samples.pdf(21), "too_many_pages"),
    "a huge picture": (samples.bursting_png, "too_many_pixels"),
    "a large photo": (lambda: samples.jpeg((1500, 1500)), "too_many_pixels"),
    "packed text that bursts": (samples.bursting_text, "broken"),
    "too large": (lambda: samples.pdf() + bytes(RULES.largest_bytes), "too_large"),
}


@pytest.mark.parametrize("which", REFUSED)
def test_what_cannot_be_kept_is_refused_with_a_sentence(which: str) -> None:
    make, why = REFUSED[which]
    with pytest.raises(Invalid) as refusal:
        wash(make(), RULES)
    told = refusal.value.extra["errors"]
    assert told == [{"field": "file", "rule": why, "sentence": SENTENCES[why]}]


def test_a_pdf_that_bursts_ends_its_own_process_only() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    bomb = samples.bursting_pdf(1000)
    began = time.monotonic()
    with pytest.raises(Invalid) as refusal:
        wash(bomb, RULES)
    assert refusal.value.code in ("file_broken", "file_bursts")
    assert time.monotonic() - began < RULES.seconds * 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000, "the program itself took no part"


def everything_in(content: bytes) -> bytes:
    """The bytes of a file with every stream of a PDF unpacked."""
    if not content.startswith(b"%PDF"):
        return content
    with pikepdf.open(io.BytesIO(content)) as paper:
        out = io.BytesIO()
        paper.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable, compress_streams=False)
        return out.getvalue()


@pytest.mark.parametrize("make", [samples.jpeg, samples.png, samples.acting_pdf])
def test_nothing_tells_who_made_it_and_where(make: Callable[[], bytes]) -> None:
    dirty = make()
    clean = wash(dirty, RULES)
    assert samples.SECRET.encode() in everything_in(dirty)
    assert samples.SECRET.encode() not in clean.content
    assert samples.SECRET.encode() not in everything_in(clean.content)
    assert "details" in clean.removed
    assert wash(dirty, RULES).content == clean.content, "the same file always becomes the same file"


def test_a_photo_stands_upright_and_has_no_second_file_behind_it() -> None:
    clean = wash(samples.jpeg((64, 48)) + b"PK\x03\x04" + HTML, RULES)
    with Image.open(io.BytesIO(clean.content)) as photo:
        assert photo.size == (48, 64) and not photo.getexif() and photo.format == "JPEG"
    assert HTML not in clean.content and clean.media_type == "image/jpeg"


def test_a_pdf_keeps_its_pages_and_nothing_that_acts() -> None:
    clean = wash(samples.acting_pdf(), RULES)
    assert (clean.pages, clean.removed) == (2, ("actions", "details"))
    bare = everything_in(clean.content)
    for word in (b"JavaScript", b"Launch", b"/URI", b"/OpenAction", b"/AA", b"/XFA", b"calc.exe", b"/Screen", b"/Next"):
        assert word not in bare, word
    assert b"/GoTo" in bare, "ways inside the document stay"


def test_a_harmless_file_stays_what_it_is() -> None:
    assert wash(samples.pdf(3), RULES).pages == 3
    assert wash(samples.png(told=False), RULES).removed == ()
    assert wash(samples.jpeg(told=False), RULES).removed == ()
    assert recognised(samples.pdf()) == "application/pdf"
