"""PDFs are written anew from what their pages need: nothing that acts, nothing that tells who made them and where."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, Final

import pikepdf

from app.documents.cleaning.terms import ACTIONS, DETAILS, Clean, Limits, Unclean

# Keys that start something by themselves, or carry a script or a form that only a script can show.
_ACTING: Final = ("/OpenAction", "/AA", "/JS", "/JavaScript", "/XFA", "/Renditions", "/RichMediaContent", "/Ref")
# Keys that tell where a thing comes from: not one of them is needed to show a page.
_TELLING: Final = ("/Metadata", "/PieceInfo", "/LastModified", "/Thumb", "/AF", "/Perms", "/SpiderInfo")
# A note on a page names its author and the moment; a field of a form needs its name.
_OF_NOTES: Final = ("/T", "/M", "/CreationDate", "/NM")
# Where a stream would fetch its bytes from another file.
_ELSEWHERE: Final = ("/F", "/FFilter", "/FDecodeParms")
# Ways inside the same document; every other action leaves it.
_HARMLESS: Final = frozenset({"/GoTo", "/Named"})
_ACTION_KINDS: Final = frozenset(
    {
        "/JavaScript", "/Launch", "/URI", "/SubmitForm", "/ImportData", "/ResetForm", "/GoToR", "/GoToE", "/Rendition",
        "/Sound", "/Movie", "/RichMediaExecute", "/GoTo3DView", "/SetOCGState", "/Hide", "/Thread", "/Trans",
    }
)  # fmt: skip
_MOVING: Final = frozenset({"/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"})
_DEEPEST: Final = 60
# Marker segments of a JPEG that the picture needs: JFIF and the colours as Adobe writes them.
_PICTURE_SEGMENTS: Final = frozenset({0xE0, 0xEE})


def clean(content: bytes, limits: Limits) -> Clean:
    """The pages alone. Unclean: locked with a password, carries other files, too many pages, or cannot be read."""
    try:
        with pikepdf.open(io.BytesIO(content)) as paper:
            if paper.is_encrypted:
                raise Unclean("locked")
            pages = len(paper.pages)
            if pages == 0:
                raise Unclean("broken")
            if pages > limits.pages:
                raise Unclean("too_many_pages")
            removed = _strip(paper)
            out = io.BytesIO()
            # Streams are copied as they are: what nobody needs to unpack cannot burst.
            paper.save(
                out,
                fix_metadata_version=False,
                deterministic_id=True,
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
                stream_decode_level=pikepdf.StreamDecodeLevel.none,
            )
    except pikepdf.PasswordError:
        raise Unclean("locked") from None
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, RuntimeError, OverflowError):
        raise Unclean("broken") from None
    return Clean(out.getvalue(), pages, tuple(sorted(removed)))


def _strip(paper: pikepdf.Pdf) -> set[str]:
    removed: set[str] = set()
    if "/Collection" in paper.Root or len(paper.attachments):
        raise Unclean("carries_files")
    for key in ("/Info", "/ID"):
        if key in paper.trailer:
            if key == "/Info" and len(paper.trailer.Info):
                removed.add(DETAILS)
            del paper.trailer[key]
    for each in paper.objects:
        for thing in _within(each, 0):
            _strip_one(thing, removed)
    for page in paper.pages:
        _still(page.obj, removed)
    return removed


def _within(thing: Any, depth: int) -> Iterator[Any]:
    """Every dictionary that is written in one object; those it only points to come by themselves."""
    if depth > _DEEPEST:
        raise Unclean("broken")
    if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        yield thing
        inner: Any = [thing[key] for key in list(thing.keys())]
    elif isinstance(thing, pikepdf.Array):
        inner = list(thing)
    else:
        return
    for each in inner:
        if isinstance(each, pikepdf.Object) and not each.is_indirect:
            yield from _within(each, depth + 1)


def _strip_one(thing: Any, removed: set[str]) -> None:
    if "/EF" in thing or "/EmbeddedFiles" in thing or thing.get("/Subtype") == "/FileAttachment":
        raise Unclean("carries_files")
    _drop(thing, _ACTING, ACTIONS, removed)
    _drop(thing, _TELLING, DETAILS, removed)
    kind = thing.get("/S")
    if isinstance(kind, pikepdf.Name) and str(kind) in _ACTION_KINDS and _is_action(thing):
        for key in list(thing.keys()):
            del thing[key]
        removed.add(ACTIONS)
        return
    action = thing.get("/A")
    if isinstance(action, pikepdf.Dictionary) and "/S" in action:
        if str(action.S) not in _HARMLESS:
            del thing["/A"]
            removed.add(ACTIONS)
        elif "/Next" in action:
            del action["/Next"]
            removed.add(ACTIONS)
    if "/Rect" in thing and thing.get("/Subtype") != "/Widget":
        _drop(thing, _OF_NOTES, DETAILS, removed)
    if isinstance(thing, pikepdf.Stream):
        _drop(thing, _ELSEWHERE, ACTIONS, removed)
        _strip_picture(thing, removed)


def _is_action(thing: Any) -> bool:
    """Whether a dictionary with such an /S is an action: an element of structure has a parent, an action has none."""
    return "/P" not in thing and "/K" not in thing


def _drop(thing: Any, keys: tuple[str, ...], word: str, removed: set[str]) -> None:
    for key in keys:
        if key in thing:
            del thing[key]
            removed.add(word)


def _still(page: Any, removed: set[str]) -> None:
    """Take sounds, films and the like off a page."""
    notes = page.get("/Annots")
    if not isinstance(notes, pikepdf.Array):
        return
    kept = [each for each in notes if not (hasattr(each, "get") and str(each.get("/Subtype", "")) in _MOVING)]
    if len(kept) < len(notes):
        page["/Annots"] = pikepdf.Array(kept)
        removed.add(ACTIONS)


def _strip_picture(stream: Any, removed: set[str]) -> None:
    """Take the details out of a photograph inside the PDF; its pixels stay as they are."""
    packing = stream.get("/Filter")
    names = [str(each) for each in packing] if isinstance(packing, pikepdf.Array) else [str(packing)]
    if names != ["/DCTDecode"]:
        return
    raw = stream.read_raw_bytes()
    bare = without_details(raw)
    if bare != raw:
        stream.write(bare, filter=pikepdf.Name.DCTDecode, decode_parms=stream.get("/DecodeParms"))
        removed.add(DETAILS)


def without_details(jpeg: bytes) -> bytes:
    """A JPEG without comments and without what programs and cameras wrote about it; its picture byte for byte."""
    if jpeg[:2] != b"\xff\xd8":
        return jpeg
    kept, at = [b"\xff\xd8"], 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF:
        marker = jpeg[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == 0xDA:
            break
        size = int.from_bytes(jpeg[at + 2 : at + 4], "big") + 2
        named = 0xE0 <= marker <= 0xEF or marker == 0xFE
        if not named or marker in _PICTURE_SEGMENTS:
            kept.append(jpeg[at : at + size])
        at += size
    return b"".join([*kept, jpeg[at:]])
