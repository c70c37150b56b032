"""Files for tests, made on the spot: honest ones, and such as somebody who means harm would send."""

from __future__ import annotations

import io
import zlib

import pikepdf
from PIL import Image
from PIL.PngImagePlugin import PngInfo

# Stands wherever a file can tell who made it and where; must be nowhere afterwards.
SECRET = "Daw-Khin-at-16.7769N"


def jpeg(size: tuple[int, int] = (64, 48), *, told: bool = True) -> bytes:
    """A photo lying on its side, with place, camera and comment if ``told``."""
    out = io.BytesIO()
    exif = Image.Exif()
    if told:
        exif[0x0112] = 6
        exif[0x010F] = SECRET
        exif.get_ifd(0x8825)[1] = "N"
        exif.get_ifd(0x8825)[0x1D] = SECRET
    more = {"exif": exif, "comment": SECRET.encode()} if told else {}
    Image.new("RGB", size, (200, 80, 40)).save(out, "JPEG", **more)
    return out.getvalue()


def png(size: tuple[int, int] = (40, 30), *, told: bool = True) -> bytes:
    """A drawing with text beside it, plain and packed, if ``told``."""
    info = PngInfo()
    if told:
        info.add_text("Author", SECRET)
        info.add_text("Comment", SECRET * 20, zip=True)
        info.add_itxt("XML:com.adobe.xmp", f"<x>{SECRET}</x>")
    out = io.BytesIO()
    Image.new("RGBA", size, (10, 120, 200, 128)).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def paper(pages: int = 1) -> pikepdf.Pdf:
    """An open PDF of blank pages."""
    found = pikepdf.new()
    for _ in range(pages):
        found.add_blank_page(page_size=(200, 200))
    return found


def saved(found: pikepdf.Pdf, **how: object) -> bytes:
    """The bytes of an open PDF."""
    out = io.BytesIO()
    found.save(out, **how)  # type: ignore[arg-type]
    return out.getvalue()


def pdf(pages: int = 1) -> bytes:
    """A harmless PDF."""
    return saved(paper(pages))


def acting_pdf() -> bytes:
    """A PDF that runs scripts, starts a program, calls home and tells who made it and where."""
    found = paper(2)
    name, text = pikepdf.Name, pikepdf.String
    script = pikepdf.Dictionary(S=name.JavaScript, JS=text(f"app.alert('{SECRET}')"))
    found.Root.OpenAction = found.make_indirect(script)
    found.Root.Names = pikepdf.Dictionary(
        JavaScript=pikepdf.Dictionary(Names=pikepdf.Array([text("run"), found.make_indirect(script)]))
    )
    found.Root.AA = pikepdf.Dictionary(WC=script)
    launch = pikepdf.Dictionary(S=name.Launch, F=text("calc.exe"), Next=script)
    home = pikepdf.Dictionary(S=name.URI, URI=text("https://listen.example/"))
    inside = pikepdf.Dictionary(S=name.GoTo, D=pikepdf.Array([found.pages[1].obj, name.Fit]), Next=home)
    box = pikepdf.Array([0, 0, 10, 10])
    notes = [
        pikepdf.Dictionary(Type=name.Annot, Subtype=name.Link, Rect=box, A=action) for action in (launch, home, inside)
    ]
    notes.append(pikepdf.Dictionary(Type=name.Annot, Subtype=name.Text, Rect=box, T=text(SECRET), M=text(SECRET)))
    notes.append(pikepdf.Dictionary(Type=name.Annot, Subtype=name.Screen, Rect=box))
    found.pages[0].Annots = pikepdf.Array([found.make_indirect(each) for each in notes])
    photo = pikepdf.Stream(found, jpeg(), Type=name.XObject, Subtype=name.Image, Width=64, Height=48)
    photo.Filter, photo.ColorSpace, photo.BitsPerComponent = name.DCTDecode, name.DeviceRGB, 8
    found.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=photo))
    found.pages[0].PieceInfo = pikepdf.Dictionary(Maker=text(SECRET))
    with found.open_metadata() as about:
        about["dc:creator"] = [SECRET]
    found.docinfo["/Author"] = SECRET
    found.Root.AcroForm = pikepdf.Dictionary(XFA=text("<xfa/>"), Fields=pikepdf.Array())
    return saved(found)


def locked_pdf(owner_only: bool = False) -> bytes:
    """A PDF that asks for a password, or only forbids something."""
    lock = pikepdf.Encryption(owner="owner", user="" if owner_only else "secret")
    return saved(paper(), encryption=lock)


def carrying_pdf() -> bytes:
    """A PDF with another file inside."""
    found = paper()
    found.attachments["more.exe"] = b"MZ"
    return saved(found)


def noted_file_pdf() -> bytes:
    """A PDF with another file pinned to a page."""
    found = paper()
    stream = pikepdf.Stream(found, b"MZ")
    spec = pikepdf.Dictionary(Type=pikepdf.Name.Filespec, F=pikepdf.String("x"), EF=pikepdf.Dictionary(F=stream))
    note = pikepdf.Dictionary(Subtype=pikepdf.Name.FileAttachment, Rect=pikepdf.Array([0, 0, 1, 1]), FS=spec)
    found.pages[0].Annots = pikepdf.Array([found.make_indirect(note)])
    return saved(found)


def bursting_pdf(megabytes: int = 4096) -> bytes:
    """A small PDF whose table of objects unpacks to gigabytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    # Each block stands alone, so a million zeros are packed once; the sum at the end is that of nothing but zeros.
    total = ((megabytes << 20) % 65521 << 16 | 1).to_bytes(4, "big")
    packed = b"\x78\xda" + block * megabytes + b"\x03\x00" + total
    head = b"%PDF-1.5\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
    at = len(head)
    table = b"3 0 obj\n<</Type/XRef/Size 4/W[1 4 1]/Root 1 0 R/Filter/FlateDecode/Length %d>>\nstream\n" % len(packed)
    return head + table + packed + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF" % at


def bursting_png(side: int = 40_000) -> bytes:
    """A PNG of a few bytes that says it has ``side`` times ``side`` pixels."""
    small = bytearray(png((1, 1), told=False))
    size = side.to_bytes(4, "big")
    small[16:24] = size + size
    small[29:33] = zlib.crc32(bytes(small[12:29])).to_bytes(4, "big")
    return bytes(small)


def bursting_text() -> bytes:
    """A PNG whose packed text unpacks to a hundred megabytes."""
    packed = b"Comment\x00\x00" + zlib.compress(bytes(100 << 20), 9)
    chunk = len(packed).to_bytes(4, "big") + b"zTXt" + packed + zlib.crc32(b"zTXt" + packed).to_bytes(4, "big")
    plain = png(told=False)
    return plain[:33] + chunk + plain[33:]
