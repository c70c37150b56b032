"""How a name in Latin letters sounds: the ways in which Thai, Burmese, Lao, Khmer, Vietnamese and Chinese are written.

A sound is a line of letters: k c s t p m n N l r h w y, the vowels a e i o u, and ? for a vowel that is not written.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from app.casework.name_match import PLAIN, plain_letters

__all__ = ["letters_of", "sounds_of_latin"]

# Letters that Unicode does not take apart into a letter and a mark.
_PLAIN: Final = PLAIN | str.maketrans({"ð": "d", "þ": "th", "ß": "ss", "æ": "ae"})
_VOWEL: Final = "aeiou"
_RULES: Final = (
    (re.compile("(?<![bcdgkpstz])h(?=[mnlwskptyrbdg])"), ""),  # Burmese hm, hn, hl, hs, hk, hp, ht
    (re.compile("tsch|tch|tsh|chh|ch|zh|dz|ts|tz|dj|j"), "C"),
    (re.compile("sch|sh|x|z|s"), "S"),
    (re.compile("ngh|ng"), "N"),
    (re.compile("gn(?=[aeiouy])"), "ny"),
    (re.compile("nh"), "n"),
    (re.compile("kh|gh|ck|[kgcq]"), "k"),
    (re.compile("th|dh|[dt]"), "t"),
    (re.compile("ph|bh|[bpf]"), "p"),
    (re.compile("mh"), "m"),
    (re.compile("ee"), "i"),
    (re.compile("oo|ou"), "u"),
    (re.compile("wh|[vw](?=[aeiouy])|^[vw]"), "W"),
    (re.compile("y(?=[aeiou])"), "Y"),
    (re.compile("[wv]"), "u"),
    (re.compile("y"), "i"),
    (re.compile(f"(?<=[{_VOWEL}])r(?![{_VOWEL}])"), ""),  # Porn, Thandar
    (re.compile(f"(?<=[{_VOWEL}])h(?![{_VOWEL}])"), ""),  # Minh, Savanh
    (re.compile(r"(.)\1+"), r"\1"),
)
# Other readings of one spelling, each tried beside the first.
_READINGS: Final = (
    # Pinyin: q is ch, c is ts; ü is written v or u.
    (re.compile("q(?!u[aeio])|c(?!h|k)"), (("q", "ch"), (r"c(?!h|k)", "z"), (r"(?<=[ln])v", "u"))),
    (re.compile("^(?:tr|gi[aeiou]|d)"), (("^tr", "ch"), ("^gi(?=[aeiou])", "z"), ("^d", "z"))),  # Vietnamese
    (re.compile("^ky|^gy"), (("^ky", "ch"), ("^gy", "ch"))),  # Burmese Kyaw, Chaw
    (re.compile("[aeiou]l$"), (("l$", ""),)),  # Burmese Thwal, Mal
    (re.compile("[aeiou][lr]$"), (("[lr]$", "n"),)),  # Thai and Lao Phol, Korn
    (re.compile("[sj]$|ch$"), (("(?:s|j|ch)$", "t"),)),  # Thai ends: Ros, Kij
    (re.compile("nt$"), (("nt$", "n"),)),  # Burmese Myint, Nyunt
    (re.compile("ng[aou]"), (("ng(?=[aou])", "nk"),)),  # Jianguo
    (re.compile("^lh"), (("^lh", "l"),)),
    (re.compile("^aye"), (("^aye", "ei"),)),  # Burmese
    (re.compile("^ny|^gn"), (("^(?:ny|gn)", "y"),)),  # Lao
    (re.compile("^r[aeiou]"), (("^r", "y"),)),  # Burmese ra is ya
    (re.compile("[aeiou]nh|anh$"), (("nh", "ng"),)),
)


def letters_of(name: str) -> str:
    """`plain_letters`, and the letters of Icelandic and German as they are typed without them."""
    return plain_letters(name, _PLAIN)


@lru_cache(maxsize=20_000)
def sounds_of_latin(word: str) -> frozenset[str]:
    """Every way in which a word of plain small Latin letters may be read."""
    ways = {word}
    for fits, changes in _READINGS:
        if fits.search(word):
            way = word
            for was, becomes in changes:
                way = re.sub(was, becomes, way)
            ways.add(way)
    return frozenset(filter(None, map(_sound, ways)))


def _sound(word: str) -> str:
    for pattern, becomes in _RULES:
        word = pattern.sub(becomes, word)
    return word.translate(_SMALL)


_SMALL: Final = str.maketrans("CSWY", "cswy")
