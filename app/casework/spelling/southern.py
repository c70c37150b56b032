"""How names in Thai, Lao, Khmer and Burmese letters sound, in the letters of `latin`.

The tables hold what is spoken, coarsely: voiced, aspirated and plain consonants are one, as romanisations mix them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

__all__ = ["sounds_of_burmese", "sounds_of_khmer", "sounds_of_lao", "sounds_of_thai"]


def _each(**groups: str) -> dict[str, str]:
    return {letter: sound for sound, letters in groups.items() for letter in letters}


_THAI: Final = _each(
    k="กขฃคฅฆ", N="ง", c="จฉชฌ", s="ซศษส", y="ญย", t="ฎฏฐฑฒดตถทธ", n="ณน", p="บปผฝพฟภ", m="ม", r="ร", l="ลฬ", w="ว",
    h="หฮ",
) | {"อ": "", "ฤ": "ri", "ฦ": "l"}  # fmt: skip
_THAI_VOWELS: Final = _each(a="ะัาๅ", i="ิี", u="ึืุู", e="เแ", o="โ") | {"ำ": "am", "ใ": "ai", "ไ": "ai", "ๆ": ""}
_LAO: Final = _each(
    k="ກຂຄ", N="ງ", c="ຈ", s="ສຊ", y="ຍຢ", t="ດຕຖທ", n="ນໜ", p="ບປຜຝພຟ", m="ມໝ", r="ຣ", l="ລຼ", w="ວ", h="ຫຮ",
) | {"ອ": "", "ຽ": "i", "ໜ": "n", "ໝ": "m"}  # fmt: skip
_LAO_VOWELS: Final = _each(a="ະັາ", i="ິີ", u="ຶືຸູ", e="ເແ", o="ໂົໍ") | {"ຳ": "am", "ໃ": "ai", "ໄ": "ai", "ໆ": ""}
_LEADING: Final = frozenset("เแโใไເແໂໃໄ")
_THAI_TONES: Final = re.compile("[่้๊๋็ํ๎ฺ່້໊໋໌]")
# A letter that is written and not spoken, with what stands before its sign: จันทร์, พันธุ์, ศักดิ์.
_SILENT: Final = re.compile("(?:[ทตดค]ร|[ก-ฮ])[ิุ]?์")


@lru_cache(maxsize=20_000)
def sounds_of_thai(word: str) -> frozenset[str]:
    """A Thai word; the last consonant also as it is spoken at an end."""
    # Normalised letters hold am as two signs.
    plain = _SILENT.sub("", word.replace("ํา", "ำ")).replace("์", "")
    plain = re.sub("ญ(?![ะ-ู])", "น", _THAI_TONES.sub("", plain))
    plain = re.sub("รร$", "ัน", re.sub("รร(?=[ก-ฮ])", "ั", plain))
    plain = re.sub("^ทร|(?<=อิน)ทร(?=า)", lambda found: "ซ" if found.start() == 0 else found[0], plain)
    plain = re.sub("[สศ]ร(?=[ีิ้ะ])", "ส", plain)
    return _ends(_leading_script(plain, _THAI, _THAI_VOWELS))


@lru_cache(maxsize=20_000)
def sounds_of_lao(word: str) -> frozenset[str]:
    """A Lao word, also with the old spelling's ny for its y."""
    found = _ends(_leading_script(_THAI_TONES.sub("", word.replace("ໍາ", "ຳ")), _LAO, _LAO_VOWELS))
    return found | {f"n{each}" for each in found if each.startswith("y")}


def _leading_script(word: str, letters: dict[str, str], vowels: dict[str, str]) -> str:
    """Scripts that write some vowels before their letter and leave others out."""
    out: list[str] = []
    waiting = ""
    for place, sign in enumerate(word):
        following = word[place + 1 : place + 2]
        if sign in letters:
            if letters[sign] == "h" and following and letters.get(following, "") in set("Nnmyrlw"):
                continue  # a leading h only sets the tone
            sound = letters[sign]
            if not sound and out and (not waiting) and out[-1][-1:] not in set("aeiou"):
                sound = "o"
            if out and not waiting and sound and sound not in "aeiou" and out[-1][-1:] not in set("aeiou?"):
                out.append("?")
            out.append(sound)
            if waiting:
                out.append(waiting)
                waiting = ""
        elif sign in _LEADING:
            waiting = vowels[sign]
        elif sign in vowels and vowels[sign]:
            out.append(vowels[sign])
    return _glides("".join(out) + waiting)


_KHMER: Final = _each(
    k="កខគឃ", N="ង", c="ចឆជឈ", n="ណន", t="ដឋឌឍតថទធ", p="បផពភ", m="ម", y="យ", r="រ", l="លឡ", w="វ", s="សឝឞ", h="ហ",
) | {"ញ": "ny", "អ": "", "ឥ": "i", "ឦ": "i", "ឧ": "u", "ឩ": "u", "ឪ": "au", "ឫ": "ri", "ឬ": "ri", "ឭ": "li",
     "ឯ": "e", "ឰ": "ai", "ឱ": "au", "ឲ": "au", "ឳ": "au"}  # fmt: skip
_KHMER_VOWELS: Final = _each(a="ាៈ័", i="ិី", u="ឹឺុូ", e="េែើឿៀ", o="ោ") | {
    "ួ": "ua", "ៃ": "ai", "ៅ": "au", "ំ": "m", "ះ": "", "ឿ": "ea", "ៀ": "ie", "ើ": "oe",
}  # fmt: skip


@lru_cache(maxsize=20_000)
def sounds_of_khmer(word: str) -> frozenset[str]:
    """A Khmer word; r at its end is silent for most speakers."""
    plain = re.sub("[ក-អ]៍", "", word)
    plain = re.sub("[់៊៉៌៎៏័៍៑]", "", plain)
    out: list[str] = []
    joined = False
    for sign in plain:
        if sign == "្":
            joined = True
            continue
        if sign in _KHMER:
            sound = _KHMER[sign]
            if out and not joined and sound and sound[0] not in "aeiou" and out[-1][-1:] not in set("aeiou?"):
                out.append("?")
            out.append(sound)
        elif sign in _KHMER_VOWELS:
            out.append(_KHMER_VOWELS[sign])
        joined = False
    found = _ends(_glides("".join(out)))
    return found | {each[:-1].rstrip("?") for each in found if each.endswith(("r", "s")) and len(each) > 2}


_BURMESE: Final = _each(
    k="ကခဂဃ", N="င", s="စဆဇဈ", t="ဋဌဍဎတထဒဓသဿ", n="ဏန", p="ပဖဗဘ", m="မ", y="ယရ", l="လဠ", w="ဝ", h="ဟ",
) | {"ည": "ny", "ဉ": "ny", "အ": "", "ဥ": "u", "ဦ": "u", "ဧ": "e", "ဣ": "i", "ဤ": "i", "ဩ": "au", "ဪ": "au"}  # fmt: skip
_BURMESE_VOWELS: Final = _each(a="ါာ", i="ိီ", u="ုူ", e="ေဲ") | {"ံ": "n"}
_MEDIALS: Final = {"ျ": "y", "ြ": "y", "ွ": "w", "ှ": ""}
# What the rules below leave behind for the table: sounds that are written with several signs.
_PREPARED: Final = {"C": "c", "A": "au", "O": "o", "I": "ai", "R": "r", "G": "N",
              **{sound: sound for sound in "nktie"}}  # fmt: skip


@lru_cache(maxsize=20_000)
def sounds_of_burmese(word: str) -> frozenset[str]:
    """A Burmese word in Unicode; ra is spoken ya, and in borrowed words r; two letters that look alike are mixed up."""
    return _burmese(word) | (_burmese(word.replace("ဉ်", "ည်")) if "ဉ်" in word else frozenset())


def _burmese(word: str) -> frozenset[str]:
    plain = re.sub("[့း]", "", word).replace("င်္", "င်")
    plain = re.sub("ရှ|ရွှ|ယှ|သျှ|လျှ", lambda found: "ဆွ" if "ွ" in found[0] else "ဆ", plain)
    plain = re.sub("ခ[ျြ]", "C", plain)
    plain = re.sub("ေ([ါာ])်?", "A", plain).replace("ို", "O")
    plain = re.sub("[နမဉဏ][်္]", "n", plain.replace("င်", "G"))
    plain = re.sub("(?<=[OA])က်", "k", plain)
    plain = re.sub("O(?=[Gnkt])", "I", plain)
    plain = re.sub("[ကတပစဒဓဗ][်္]", "t", plain)
    plain = plain.replace("ည်", "i").replace("ယ်", "e").replace("္", "").replace("်", "")
    spoken = _spoken(plain)
    found = {spoken}
    if re.search("[နငမဉ]့်|[နငမဉ]့်", word):
        found.add(spoken + "t")  # Myint, Nyunt
    if "ရ" in word:
        found.add(_spoken(plain.replace("ရ", "R")))
    found |= {each.replace("N", "n") for each in found} if "G" in plain else set()
    if "C" in plain:
        found.add(spoken.replace("c", "ky"))
    return frozenset(_squeezed(each) for each in found if each)


def _spoken(plain: str) -> str:
    """Sounds of prepared Burmese; ? where a letter's own vowel is not written."""
    out, bare = "", False
    for sign in plain:
        if sign in _MEDIALS:
            out += _MEDIALS[sign]
            continue
        sound = next((table[sign] for table in (_PREPARED, _BURMESE, _BURMESE_VOWELS) if sign in table), "")
        if bare and sound and sound[0] not in "aeiou":
            out += "?"
        out += sound
        bare = sign in _BURMESE and bool(sound) and sound[-1] not in "aeiou" or sign in "CR"
    return f"{out}?" if bare else out


def _glides(sound: str) -> str:
    """y and w after a vowel, and before no other, are parts of that vowel."""
    sound = re.sub("(?<=[aeiou])y(?![aeiou])", "i", sound)
    sound = re.sub(r"\?[w](?![aeiou])", "u", sound)
    sound = re.sub("(?<=[aeiou])w(?![aeiou])", "u", sound)
    return re.sub(r"(.)\??\1", r"\1", _squeezed(sound))


def _ends(sound: str) -> frozenset[str]:
    """A word as written, and with its last consonant as it is spoken there."""
    found = {sound}
    if sound[-1:] in ("r", "l"):
        found.add(sound[:-1] + "n")
    elif sound[-1:] in ("c", "s"):
        found.add(sound[:-1] + "t")
    elif sound[-1:] == "y":
        found |= {sound[:-1] + "n", sound[:-1] + "i"}
    # Before another consonant r and l are spoken n as well: Pornthip.
    found |= {re.sub(r"(?<=.)[rl]\?(?=[ktpcsmnNh])", "n?", each) for each in found}
    return frozenset(filter(None, found))


def _squeezed(sound: str) -> str:
    return re.sub(r"(.)\1+", r"\1", sound)
