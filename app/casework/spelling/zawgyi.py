"""Burmese typed for the Zawgyi font: telling that it was, and what it says in Unicode; the worker decides.

Zawgyi puts other signs on the code points of Unicode and writes them in the order in which they are seen. No package
that is well kept detects and converts (docs/decisions/0038), so the table stands here.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["in_unicode", "looks_like_zawgyi"]

_ASAT: Final = "\u103a"
_STACK: Final = "\u1039"
_KINZI: Final = "\u1004\u103a\u1039"
# Zawgyi's sign -> Unicode. Signs that stand beneath another are a stacking mark and a letter in Unicode.
_SIGNS: Final = {
    "\u1033": "\u102f", "\u1034": "\u1030", "\u1039": _ASAT, "\u103a": "\u103b", "\u103b": "\u103c",
    "\u103c": "\u103d", "\u103d": "\u103e", "\u105a": "\u102b\u103a", "\u1064": _KINZI, "\u106a": "\u1009",
    "\u106b": "\u100a", "\u106e": "\u100d\u1039\u100d", "\u106f": "\u100d\u1039\u100e", "\u107d": "\u103b",
    "\u1086": "\u103f", "\u1087": "\u103e", "\u1088": "\u103e\u102f", "\u1089": "\u103e\u1030",
    "\u108a": "\u103d\u103e", "\u108b": _KINZI + "\u102d", "\u108c": _KINZI + "\u102e", "\u108d": _KINZI + "\u1036",
    "\u108e": "\u102d\u1036", "\u108f": "\u1014", "\u1090": "\u101b", "\u1091": "\u100f\u1039\u100d",
    "\u1092": "\u100b\u1039\u100c", "\u1094": "\u1037", "\u1095": "\u1037", "\u1096": "\u1039\u1010\u103d",
    "\u1097": "\u100b\u1039\u100b",
    **dict.fromkeys("\u107e\u107f\u1080\u1081\u1082\u1083\u1084", "\u103c"),
}  # fmt: skip
_BENEATH: Final = {
    "\u1060": "\u1000", "\u1061": "\u1001", "\u1062": "\u1002", "\u1063": "\u1003", "\u1065": "\u1005",
    "\u1066": "\u1006", "\u1067": "\u1006", "\u1068": "\u1007", "\u1069": "\u1008", "\u106c": "\u100b",
    "\u106d": "\u100c", "\u1070": "\u100f", "\u1071": "\u1010", "\u1072": "\u1010", "\u1073": "\u1011",
    "\u1074": "\u1011", "\u1075": "\u1012", "\u1076": "\u1013", "\u1077": "\u1014", "\u1078": "\u1015",
    "\u1079": "\u1016", "\u107a": "\u1017", "\u107b": "\u1018", "\u1093": "\u1018", "\u107c": "\u1019",
    "\u1085": "\u101c",
}  # fmt: skip
_TABLE: Final = str.maketrans(_SIGNS | {sign: _STACK + letter for sign, letter in _BENEATH.items()})
_LETTER: Final = "[\u1000-\u1021\u1025-\u1027\u103f]"
# What is written before its letter in Zawgyi: the vowel e and the medial ra; in Unicode they follow it.
_BEFORE: Final = re.compile(f"(\u1031?)(\u103c?)({_LETTER})((?:{_STACK}{_LETTER}|[\u103b-\u103e])*)")
_KINZI_AFTER: Final = re.compile(f"({_LETTER})({_KINZI})")
# A letter with its signs, which Unicode wants in one order.
_SIGNS_OF: Final = re.compile("[\u103b-\u103e\u1031\u102b-\u1032\u1036-\u1038]{2,}")
_ORDER: Final = {sign: place for place, sign in enumerate(
    "\u103b\u103c\u103d\u103e\u1031\u102d\u102e\u1032\u102f\u1030\u102b\u102c\u1036\u1037\u1038"
)}  # fmt: skip
# Where these stand in Unicode, no Burmese word is: asat before a vowel or at a medial's place, a stack with nothing
# beneath, e or medial ra with no letter before them.
_ZAWGYI: Final = re.compile(
    "(?:^|[^\u1000-\u1021\u1025\u103b-\u103f\u1075-\u1081])[\u1031\u103b]|[\u107e-\u1084](?=[\u1000-\u1021])"
    "|\u1039(?![\u1000-\u1021])|\u103a[\u102b-\u1032\u103c-\u103e]|[\u1033\u1034\u105a\u1060-\u1074\u108f-\u1097]"
    "|[\u1031][\u103b\u107e-\u1084]|[\u1000-\u1021][\u1088-\u108e]"
    "|[\u1000-\u1021][\u1075-\u107d\u1085](?:[\u102b-\u102e]|$)"
)
# Letters of Shan, with which no Zawgyi word begins.
_SHAN: Final = re.compile("(?:^|\\s)(?:[\u1075-\u107d]|[\u107e-\u1081](?![\u1000-\u1021]))")
_UNICODE: Final = re.compile("[\u1000-\u1021][\u103b-\u103e]*\u103a(?![\u102b-\u1032])|\u1039[\u1000-\u1021]")


def looks_like_zawgyi(text: str) -> bool:
    """Whether a Burmese text was more likely typed for Zawgyi than in Unicode. Short words may fit both: then no."""
    if _SHAN.search(text):
        return False
    return len(_ZAWGYI.findall(text)) > len(_UNICODE.findall(text))


def in_unicode(text: str) -> str:
    """What a text typed for Zawgyi says in Unicode. Whoever calls this has asked the worker first."""
    plain = text.translate(_TABLE)
    plain = _KINZI_AFTER.sub(r"\2\1", plain)
    plain = _BEFORE.sub(lambda found: f"{found[3]}{_medials(found[4], found[2])}{found[1]}", plain)
    plain = _SIGNS_OF.sub(lambda found: "".join(sorted(found[0], key=lambda sign: _ORDER.get(sign, 9))), plain)
    plain = plain.replace("\u103a\u1037", "\u1037\u103a")
    return plain.replace("\u1025\u103a", "\u1009\u103a").replace("\u1025\u102e", "\u1026")


def _medials(written: str, ra: str) -> str:
    """The stacked letters first, then the medials in Unicode's order with the ra that stood before the letter."""
    medials = [sign for sign in written + ra if "\u103b" <= sign <= "\u103e"]
    beneath = "".join(sign for sign in written if not "\u103b" <= sign <= "\u103e")
    return beneath + "".join(sorted(medials))
