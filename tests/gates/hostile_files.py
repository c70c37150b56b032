"""A hundred files that somebody who means harm would send, made on the spot; each says MARK where it would act."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.app.documents import samples

# What acts, calls home or tells of somebody stands beside this word; no file that is kept may hold it.
MARK = "Harm-7Q2Z"
HTML = f"<!doctype html><script>alert('{MARK}')</script>".encode()
ZIP = b"PK\x03\x04" + bytes(26) + MARK.encode() + b"PK\x05\x06" + bytes(18)
Name, Text, Dict, Array = pikepdf.Name, pikepdf.String, pikepdf.Dictionary, pikepdf.Array


@dataclass(frozen=True)
class Hostile:
    """One file as it is sent. ``keeps``: whether it must be taken in, made harmless; None where either is right."""

    family: str
    what: str
    content: bytes
    name: str = "paper.pdf"
    keeps: bool | None = None


def hundred(pwned: str) -> Iterator[Hostile]:
    """All of them. ``pwned``: the path that a name or a script would write to if anything ran it."""
    yield from _names(pwned)
    yield from _types()
    yield from _actions(pwned)
    yield from _two_in_one()
    yield from _bursting()
    yield from _broken()


def _names(pwned: str) -> Iterator[Hostile]:
    names = (
        "../../../../etc/cron.d/harm",
        "..\\..\\windows\\win.ini",
        "/etc/passwd",
        pwned,
        "C:\\harm.pdf",
        "harm.pdf\x00.exe",
        "%2e%2e%2f%2e%2e%2fharm.pdf",
        "con.pdf",
        "harm.pdf\r\nX-Harm: 1",
        'harm"; filename="harm.html',
        f"<img src=x onerror=alert('{MARK}')>.pdf",
        "h" * 1500 + ".pdf",
        "\u202efdp.exe",
        ".htaccess",
        "harm.html",
        "~/.ssh/authorized_keys",
        "file:///etc/passwd",
        f"|touch {pwned}",
        f"$(touch {pwned}).pdf",
        f"`touch {pwned}`.pdf",
        "=cmd|' /C calc'!A0.pdf",
        "{{7*7}}.pdf",
        "harm.pdf;.svg",
    )
    for size, name in enumerate(names, start=1):
        found = pikepdf.new()
        found.add_blank_page(page_size=(100 + size, 100))
        yield Hostile("name", ascii(name[:40]), samples.saved(found), name, keeps=True)


def _types() -> Iterator[Hostile]:
    entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
    found = {
        "page": HTML,
        "page with a mark of order": b"\xef\xbb\xbf" + HTML,
        "page in UTF-16": HTML.decode().encode("utf-16"),
        "drawing": f'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(\'{MARK}\')"/>'.encode(),
        "entity": entity,
        "program of Windows": b"MZ" + bytes(600),
        "program of Linux": b"\x7fELF" + bytes(600),
        "archive": ZIP,
        "gzip": b"\x1f\x8b\x08" + bytes(60),
        "7z": b"7z\xbc\xaf\x27\x1c" + bytes(60),
        "rar": b"Rar!\x1a\x07\x00" + bytes(60),
        "GIF": b"GIF89a" + bytes(200),
        "BMP": b"BM" + bytes(200),
        "TIFF": b"II*\x00" + bytes(200),
        "WebP": b"RIFF\x00\x01\x00\x00WEBPVP8 " + bytes(200),
        "icon": bytes((0, 0, 1, 0)) + bytes(99),
        "HEIC": b"\x00\x00\x00\x18ftypheic" + bytes(99),
        "film": b"\x00\x00\x00\x18ftypmp42" + bytes(99),
        "Flash": b"FWS\x09" + bytes(99),
        "rich text": b"{\\rtf1{\\object\\objdata 00}}",
        "old office": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "PostScript": b"%!PS-Adobe-3.0\n(/etc/passwd) (r) file",
        "shortcut": b"[InternetShortcut]\nURL=https://harm.example/",
        "link": b"L\x00\x00\x00\x01\x14\x02\x00" + bytes(99),
        "script": b"#!/bin/sh\ntouch harm\n",
        "letter": b"MIME-Version: 1.0\n\n" + HTML,
        "table": b"=cmd|' /C calc'!A0,1\n",
        "page, PDF further on": HTML + samples.pdf(),
        "PDF after a blank": b"\n" + samples.pdf(),
        "nothing": b"",
    }
    for what, content in found.items():
        yield Hostile("type", what, content, keeps=False)


def _actions(pwned: str) -> Iterator[Hostile]:
    """PDFs that act: every kind of action, and every place from which one starts by itself."""
    script = {"JS": Text(f"app.launchURL('https://{MARK}.example')")}
    kinds: dict[str, dict[str, Any]] = {
        "Launch": {"F": Text(f"/bin/touch {pwned} {MARK}"), "Win": Dict(F=Text("cmd"), P=Text(MARK))},
        "URI": {"URI": Text(f"https://{MARK}.example")},
        "SubmitForm": {"F": Text(f"https://{MARK}.example")},
        "ImportData": {"F": Text(f"{MARK}.fdf")},
        "ResetForm": {"Fields": Array([Text(MARK)])},
        "GoToR": {"F": Text(f"{MARK}.pdf"), "D": Array([0, Name.Fit])},
        "GoToE": {"F": Text(f"{MARK}.pdf"), "T": Dict(R=Name.C, N=Text(MARK))},
        "Rendition": {"JS": Text(MARK)},
        "Movie": {"T": Text(MARK)},
        "Hide": {"T": Text(MARK)},
        "Thread": {"F": Text(MARK), "D": 0},
        "SetOCGState": {"State": Array([Name.ON]), "Why": Text(MARK)},
        "RichMediaExecute": {"CMD": Dict(C=Text(MARK))},
        "GoTo3DView": {"V": Text(MARK)},
        "Trans": {"Trans": Dict(S=Name.Fly, Why=Text(MARK))},
    }
    places = (_on_open, _on_page, _on_link, _by_name, _in_field, _in_outline, _as_next)
    for at, (kind, more) in enumerate(kinds.items()):
        yield _acting(f"{kind} {places[at % len(places)].__name__}", kind, more, places[at % len(places)])
    for place in places:
        yield _acting(f"script {place.__name__}", "JavaScript", script, place)
    for kind in ("RichMedia", "Movie", "Sound", "Screen", "3D"):
        paper = samples.paper()
        note = Dict(Type=Name.Annot, Subtype=Name("/" + kind), Rect=Array([0, 0, 9, 9]), Harm=Text(MARK))
        paper.pages[0].Annots = Array([paper.make_indirect(note)])
        # Taken off the page, nothing leads to it any more, so it is not written.
        yield Hostile("action", f"{kind} on a page", samples.saved(paper), keeps=True)
    paper = samples.paper()
    paper.Root.AcroForm = Dict(XFA=Text(f"<xfa>{MARK}</xfa>"), Fields=Array())
    yield Hostile("action", "form of scripts", samples.saved(paper), keeps=True)
    paper = samples.paper()
    away = pikepdf.Stream(paper, b"")
    away.F, away.FFilter = Text(f"file:///etc/passwd?{MARK}"), Name.FlateDecode
    paper.pages[0].Contents = away
    yield Hostile("action", "stream in another file", samples.saved(paper), keeps=True)


def _acting(what: str, kind: str, more: dict[str, Any], place: Callable[[pikepdf.Pdf, Any], None]) -> Hostile:
    paper = samples.paper()
    place(paper, paper.make_indirect(Dict(S=Name("/" + kind), **more)))
    return Hostile("action", what, samples.saved(paper), keeps=True)


def _on_open(paper: pikepdf.Pdf, action: Any) -> None:
    paper.Root.OpenAction = action


def _on_page(paper: pikepdf.Pdf, action: Any) -> None:
    paper.pages[0].AA = Dict(O=action, C=action)


def _on_link(paper: pikepdf.Pdf, action: Any) -> None:
    link = Dict(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 200, 200]), A=action)
    paper.pages[0].Annots = Array([paper.make_indirect(link)])


def _by_name(paper: pikepdf.Pdf, action: Any) -> None:
    paper.Root.Names = Dict(JavaScript=Dict(Names=Array([Text("run"), action])))


def _in_field(paper: pikepdf.Pdf, action: Any) -> None:
    box = Array([0, 0, 9, 9])
    field = Dict(
        Type=Name.Annot, Subtype=Name.Widget, FT=Name.Btn, T=Text("press"), Rect=box, A=action, AA=Dict(F=action)
    )
    field = paper.make_indirect(field)
    paper.pages[0].Annots = Array([field])
    paper.Root.AcroForm = Dict(Fields=Array([field]))


def _in_outline(paper: pikepdf.Pdf, action: Any) -> None:
    item = paper.make_indirect(Dict(Title=Text("Chapter"), A=action))
    paper.Root.Outlines = paper.make_indirect(Dict(Type=Name.Outlines, First=item, Last=item, Count=1))
    item.Parent = paper.Root.Outlines


def _as_next(paper: pikepdf.Pdf, action: Any) -> None:
    inside = Dict(S=Name.GoTo, D=Array([paper.pages[0].obj, Name.Fit]), Next=Array([action, action]))
    _on_link(paper, paper.make_indirect(inside))


def _two_in_one() -> Iterator[Hostile]:
    """Files that are two things at once, or carry words where nobody looks."""
    photo, drawing, paper = samples.jpeg(told=False), samples.png(told=False), samples.pdf()
    exif = Image.Exif()
    exif[0x010E] = HTML.decode()
    told, out = PngInfo(), io.BytesIO()
    told.add_text("Comment", HTML.decode())
    Image.new("L", (9, 9)).save(out, "PNG", pnginfo=told)
    found = {
        "photo and archive": photo + ZIP,
        "photo and page": photo + HTML,
        "drawing and page": drawing + HTML,
        "drawing and archive": drawing + ZIP,
        "photo whose comment is a page": _jpeg(comment=HTML),
        "photo whose details are a page": _jpeg(exif=exif),
        "photo with a profile of colours that is a page": _jpeg(icc_profile=HTML),
        "drawing whose text is a page": out.getvalue(),
        "drawing with a profile of colours that is a page": _png(icc_profile=HTML),
        "photo and second photo": photo + _jpeg(comment=HTML),
    }
    for what, content in found.items():
        yield Hostile("two in one", what, content, keeps=True)
    yield Hostile("two in one", "paper and archive", paper + ZIP)
    yield Hostile("two in one", "paper and page in its first line", b"%PDF-1.7 " + HTML + b"\n" + paper)
    yield Hostile("two in one", "paper and page at its end", paper + b"\n%" + HTML)


def _jpeg(**more: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (24, 16), (9, 90, 200)).save(out, "JPEG", **more)
    return out.getvalue()


def _png(**more: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (24, 16), (9, 90, 200)).save(out, "PNG", **more)
    return out.getvalue()


def _bursting() -> Iterator[Hostile]:
    """Small files that ask for gigabytes, or for hours."""
    many = samples.paper()
    for _ in range(12):
        many.pages.extend(many.pages)
    deep: Any = Array([Text(MARK)])
    for _ in range(400):
        deep = Array([deep])
    nested = samples.paper()
    nested.Root.Harm = deep
    profile = zlib.compress(bytes(80 << 20), 9)
    plain = samples.png(told=False)
    yield Hostile("bursting", "table of objects", samples.bursting_pdf(1000), keeps=False)
    yield Hostile("bursting", "four thousand pages", samples.saved(many), keeps=False)
    yield Hostile("bursting", "lists within lists", samples.saved(nested), keeps=False)
    yield Hostile("bursting", "drawing of gigabytes", samples.bursting_png(), keeps=False)
    yield Hostile("bursting", "packed text", samples.bursting_text(), keeps=False)
    yield Hostile("bursting", "packed profile", plain[:33] + _chunk(b"iCCP", b"p\x00\x00" + profile) + plain[33:])
    yield Hostile("bursting", "pixels without end", _endless_pixels())
    yield Hostile("bursting", "photo of gigabytes", _wide_jpeg(), keeps=False)
    yield Hostile("bursting", "packed again and again", _packed_paper())
    yield Hostile("bursting", "sentence within sentence", b"%PDF-1.4\n1 0 obj\n" + b"[" * 200_000 + b"\nendobj\n")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


def _endless_pixels() -> bytes:
    """A drawing of 8 x 8 whose pixels unpack to eighty megabytes."""
    head = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    body = zlib.compress(bytes(80 << 20), 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _wide_jpeg() -> bytes:
    """A photo that says it has 65,000 x 65,000 pixels."""
    content = bytearray(samples.jpeg(told=False))
    at = content.index(b"\xff\xc0")
    content[at + 5 : at + 9] = struct.pack(">HH", 65_000, 65_000)
    return bytes(content)


def _packed_paper() -> bytes:
    """A page whose words are packed twice and unpack to a gigabyte."""
    paper = samples.paper()
    packed = zlib.compress(zlib.compress(bytes(100 << 20), 9), 9)
    words = pikepdf.Stream(paper, b"")
    words.write(packed, filter=Array([Name.FlateDecode, Name.FlateDecode]))
    paper.pages[0].Contents = words
    return samples.saved(paper, stream_decode_level=pikepdf.StreamDecodeLevel.none)


def _broken() -> Iterator[Hostile]:
    """Files that lie about themselves, and files of chance."""
    head, tail = b"%PDF-1.4\n", b"\ntrailer\n<</Root 1 0 R/Size 4>>\nstartxref\n0\n%%EOF"
    root = b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj "
    lies = {
        "pages in a ring": root + b"2 0 obj<</Type/Pages/Kids[2 0 R]/Count 1>>endobj",
        "no pages": root + b"2 0 obj<</Type/Pages/Kids[]/Count 9999999>>endobj",
        "no root": b"2 0 obj<</Type/Pages>>endobj",
        "root points to itself": b"1 0 obj 1 0 R endobj",
        "stream longer than the file": b"1 0 obj<</Type/Catalog/Length 999999999>>stream\nx\nendstream endobj",
        "number without end": b"1 0 obj<</Type/Catalog/Pages " + b"9" * 5000 + b" 0 R>>endobj",
    }
    for what, body in lies.items():
        yield Hostile("broken", what, head + body + tail, keeps=False)
    ring = head + b"xref\n0 1\n0000000000 65535 f \ntrailer<</Prev 9/Size 1/Root 1 0 R>>\nstartxref\n9\n%%EOF"
    yield Hostile("broken", "table before itself", ring, keeps=False)
    chance = random.Random(7)
    for beginning in (b"%PDF-1.7\n", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n"):
        yield Hostile("broken", f"chance after {beginning!r}", beginning + chance.randbytes(20_000), keeps=False)
    for make in (samples.acting_pdf, samples.jpeg, samples.png):
        whole = bytearray(make())
        for _ in range(len(whole) // 40):
            whole[chance.randrange(12, len(whole))] = chance.randrange(256)
        yield Hostile("broken", f"{make.__name__} with bytes changed", bytes(whole))
