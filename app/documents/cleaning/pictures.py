"""Pictures are drawn anew from their pixels: no place, no camera, no hidden text and no second file survives that."""

from __future__ import annotations

import io
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from app.documents.cleaning.terms import DETAILS, JPEG, Clean, Limits, Unclean

# High enough that small print on a photographed paper stays readable.
QUALITY: Final = 92
_PLAIN: Final = frozenset({"1", "L", "LA", "RGB", "RGBA"})
# What the picture itself is made of; everything else that a file tells about it is a detail.
_OWN: Final = frozenset({"jfif", "jfif_version", "jfif_unit", "jfif_density", "adobe", "adobe_transform", "dpi",
                         "progressive", "progression", "gamma", "interlace", "aspect", "transparency"})  # fmt: skip


def clean(content: bytes, media_type: str, limits: Limits) -> Clean:
    """The picture alone, upright. Unclean: too many pixels, or not to be read to its end."""
    # The size is checked before a pixel is decoded, by us: Pillow only warns below twice its own limit.
    Image.MAX_IMAGE_PIXELS = None
    kind = "JPEG" if media_type == JPEG else "PNG"
    try:
        with Image.open(io.BytesIO(content), formats=[kind]) as found:
            if found.width * found.height > limits.pixels:
                raise Unclean("too_many_pixels")
            found.load()
            told = set(found.info) - _OWN
            upright = ImageOps.exif_transpose(found)
            removed = (DETAILS,) if told or len(found.getexif()) else ()
            return Clean(_drawn(upright, kind), None, removed)
    except UnidentifiedImageError:
        raise Unclean("broken") from None
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError):
        raise Unclean("broken") from None


def _drawn(picture: Image.Image, kind: str) -> bytes:
    if kind == "JPEG":
        plain = picture if picture.mode in ("L", "RGB") else picture.convert("RGB")
    elif picture.mode in _PLAIN and "transparency" not in picture.info:
        plain = picture
    else:
        plain = picture.convert("RGBA")
    plain.info.clear()
    out = io.BytesIO()
    if kind == "JPEG":
        plain.save(out, "JPEG", quality=QUALITY, optimize=True, exif=b"")
    else:
        plain.save(out, "PNG", optimize=False, exif=b"")
    return out.getvalue()
