"""A name as parts that can be compared: each with its letters, its sounds and its weight; and the keys of an index."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from app.casework.spelling import southern
from app.casework.spelling.chinese import sounds_of_chinese
from app.casework.spelling.latin import letters_of, sounds_of_latin
from app.casework.spelling.zawgyi import in_unicode, looks_like_zawgyi

__all__ = ["Part", "keys_of", "parts_in"]

# Forms of address, which stand first, and middle names that so many bear that they tell nobody apart.
_TITLES: Final = frozenset(
    {
        "mr", "mrs", "ms", "miss", "u", "daw", "ma", "ko", "maung", "mg", "nang", "sai", "thao", "lok", "khun", "nai",
        "นาย", "นาง", "นางสาว", "น", "ดช", "ดญ", "เด็กชาย", "เด็กหญิง", "คุณ", "ທ້າວ", "ນາງ", "ທ", "ນ", "លោក", "អ្នកស្រី",
        "កញ្ញា", "ဦး", "ဒေါ်", "ကို", "မောင်", "မ", "နန်း", "စိုင်း",
    }
)  # fmt: skip
_MIDDLES: Final = frozenset({"thi", "van"})
_MOST_PARTS: Final = 8
_SCRIPTS: Final = (
    ("thai", re.compile("[\u0e00-\u0e7f]+")), ("lao", re.compile("[\u0e80-\u0eff]+")),
    ("burmese", re.compile("[\u1000-\u109f\uaa60-\uaa7f]+")), ("khmer", re.compile("[\u1780-\u17ff]+")),
    ("chinese", re.compile("[\u3400-\u9fff]")), ("latin", re.compile("[a-z]+")),
)  # fmt: skip
_ANY: Final = re.compile("|".join(f"(?P<{script}>{pattern.pattern})" for script, pattern in _SCRIPTS))
# A Burmese syllable: a letter with its signs, and the letters that are stacked or killed after it.
_SYLLABLE: Final = re.compile(
    "[က-ဪဿ](?:္[က-အ])*[ျ-ှ]*[ါ-ဲံ့းေ]*(?:်?[့း]*)(?:[က-အ](?:်|့်|္)[့း]*(?:(?<=္)[က-အ][ျ-ှ]*[ါ-ဲံ့းေ]*"
    "(?:[က-အ]်[့း]*)?[့း]*)?)*"
)
_COLOURS: Final = str.maketrans("eowy", "iuui")
_CLASSES: Final = str.maketrans({"r": "l", "N": "n", "c": "s", "h": None, "?": None, **dict.fromkeys("aeiou")})


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a name. ``letters``: as written, without accents; ``marked``: with them, as tones tell apart."""

    letters: str
    marked: str
    script: str
    sounds: frozenset[str]
    weak: bool


def parts_in(*names: str) -> tuple[Part, ...]:
    """The parts of names, in the order written; forms of address stay, marked as weak."""
    found = [part for name in names for part in _parts(name)]
    return tuple(found[:_MOST_PARTS])


@lru_cache(maxsize=20_000)
def _parts(name: str) -> tuple[Part, ...]:
    marked = name.casefold().split()
    plain = letters_of(name).split()
    # Without the marks some signs part a word: then its marked form is not known.
    whole = marked if len(marked) == len(plain) else plain
    out: list[Part] = []
    for written, full in zip(plain, whole, strict=True):
        for found in _ANY.finditer(written):
            script = str(found.lastgroup)
            for piece in _pieces(found[0], script):
                weak = piece in _MIDDLES or not out and piece in _TITLES
                out.append(Part(piece, full if script == "latin" else piece, script, _sounds(piece, script), weak))
    return tuple(part for part in out if part.sounds)


def _pieces(written: str, script: str) -> list[str]:
    if script != "burmese":
        return [written]
    plain = in_unicode(written) if looks_like_zawgyi(written) else written
    return _SYLLABLE.findall(plain) or [plain]


def _sounds(piece: str, script: str) -> frozenset[str]:
    return {
        "thai": southern.sounds_of_thai, "lao": southern.sounds_of_lao, "khmer": southern.sounds_of_khmer,
        "burmese": southern.sounds_of_burmese, "chinese": sounds_of_chinese, "latin": sounds_of_latin,
    }[script](piece)  # fmt: skip


def keys_of(*names: str, thin: bool = False) -> frozenset[str]:
    """The keys under which a name is found again: of each part, of two neighbours, and of the whole; never a name.

    A key is the line of the consonants as `_bone` leaves them, so that spellings meet. One consonant alone would be
    everybody's key and is none, unless nothing else is there; ``thin``: with its vowels it is one as well, which
    finds somebody by one short part.
    """
    parts = parts_in(*names)
    strong = [part for part in parts if not part.weak] or parts
    bones = [sorted({_bone(sound) for sound in part.sounds}) for part in strong]
    keys = {bone for each in bones for bone in each if len(bone) > 1}
    # What is written as one word begins or ends with a part; and a slip leaves one end as it was.
    keys |= {end for each in bones for bone in each[:2] if len(bone) > 3 for end in (bone[:3], bone[-3:])}
    for place, one in enumerate(bones):
        for other in bones[place + 1 :]:
            keys |= {"+".join(sorted((first, second))) for first in one[:2] for second in other[:2]}
        for other in bones[place + 1 : place + 2]:
            keys |= {_joined(first, second) for first in one[:3] for second in other[:3]}
    if len(bones) == 2:
        keys |= {_joined(second, first) for first in bones[0][:2] for second in bones[1][:2]}
    if len(bones) > 2:
        keys.add(_joined(*(each[0] for each in bones)))
    if thin:
        keys |= {_thin(sound) for part in parts for sound in part.sounds if len(_bone(sound)) < 2}
    if not keys:
        keys = {bone for each in bones for bone in each}
    return frozenset(key for key in keys if key)


def _joined(first: str, *others: str) -> str:
    return first + "".join(re.sub("^[0yw]", "", other) for other in others)


def _thin(sound: str) -> str:
    vowels = sound.translate(_COLOURS)
    return f"{_bone(sound)}:{''.join(sorted(set(vowels) & set('aiu')))}"


def _bone(sound: str) -> str:
    begins = "0" if sound[0] in "aeiou?" else ""
    bones = sound.translate(_CLASSES)
    return begins + (bones if begins else bones[:1] + re.sub("[yw]", "", bones[1:]))
