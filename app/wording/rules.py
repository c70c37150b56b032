"""What a translation has to keep to: its places for values, and the words the interface does not use."""

from __future__ import annotations

import re
from typing import Final

_PLACE: Final = re.compile(r"%\((\w+)\)s")
_ANY_PERCENT: Final = re.compile(r"%(?!\(\w+\)s)")
# "Person", never "victim" (ui.md 4.6), and no word that blames; in the words of each language. The legal status is a
# code, and its label says "identified".
FORBIDDEN: Final[dict[str, tuple[str, ...]]] = {
    "en": ("victim", "prostitut", "rescued"),
    "th": ("เหยื่อ", "โสเภณี"),
    "my": ("သားကောင်", "ပြည့်တန်ဆာ"),
    "lo": ("ເຫຍື່ອ", "ຜູ້ຖືກເຄາະຮ້າຍ", "ໂສເພນີ"),
    "km": ("ជនរងគ្រោះ", "ស្រីពេស្យា"),
    "vi": ("nạn nhân", "mại dâm", "gái điếm"),
    "zh_Hans": ("受害者", "受害人", "被害人", "妓女"),
}
# Sentences that need such a word: the name of a form of exploitation, or of a paper that exists.
ALLOWED_IN: Final[frozenset[str | None]] = frozenset({"exploitation", "indicator", "indicators"})


def faults(language: str, context: str | None, text: str, translation: str) -> list[str]:
    """What is wrong with a translation, in sentences for the translator; nothing if it can be taken."""
    found = []
    wanted, given = sorted(set(_PLACE.findall(text))), sorted(set(_PLACE.findall(translation)))
    if wanted != given:
        found.append(f"places for values are {', '.join(wanted) or 'none'}, here {', '.join(given) or 'none'}")
    if wanted and _ANY_PERCENT.search(translation.replace("%%", "")):
        found.append("a percent sign of its own is written %% where values are put in")
    found.extend(f"the interface does not say '{word}'" for word in forbidden(language, context, translation))
    return found


def forbidden(language: str, context: str | None, text: str) -> list[str]:
    """The words in ``text`` that the interface does not use."""
    if context in ALLOWED_IN:
        return []
    low = text.lower()
    return [word for word in FORBIDDEN.get(language, ()) if word in low]
