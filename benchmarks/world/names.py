"""Names: invented people with names of six scripts, half of them as clerks write them in Latin letters.

The parts of the names are those of the labelled pairs (tests/app/casework/spelling/names); put together they make many
more people than the lists have lines. They are looked up as the program looks up names: by its own keys, digested under
the country's own key.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from app.casework import name_index
from app.casework.spelling.name import keys_of
from tests.app.casework.spelling.pairs import PLACES, Name, Town

# Nationality -> the list of names. Vietnamese is written in Latin letters, with marks.
SCRIPTS: Final = {"TH": "th", "MM": "my", "LA": "lo", "KH": "km", "VN": "vi", "CN": "zh"}
BLIND: Final = "name"


class Names:
    """Draws names, and digests them. ``blinders``: country -> `name_index.blinder` of it."""

    def __init__(self, blinders: Mapping[str, Callable[[str, str], str]]) -> None:
        self._lists = {script: Town(script, 0).lists[script] for script in SCRIPTS.values()}
        self._blinders = blinders
        # Few keys make many names: each is digested once.
        self._digest = lru_cache(maxsize=50_000)(self._digested)

    def person(self, nationality: str, dice: random.Random) -> tuple[str, str, str, str]:
        """Given names, family name (a second one where the language knows no family names), place, phone."""
        script = SCRIPTS.get(nationality, "vi")
        latin = dice.random() < 0.5
        given, family = _PUT_TOGETHER[script](self._lists[script], dice)
        # In the form in which the program keeps every text (app/kit/canonical.py).
        written = [unicodedata.normalize("NFC", _written(part, script, latin, dice)) for part in (given, family)]
        phone = f"000 {dice.randrange(10**6):06d}"
        return written[0], written[1], dice.choice(PLACES), phone

    def digests(self, country: str, names: Sequence[str]) -> list[str]:
        """What is written into the index of a country for a person of one line of names, as `name_index.keep` does."""
        keys = keys_of(*names, thin=True) if names else ()
        return sorted({name_index.MARK, *(self._digest(country, key) for key in keys)})

    def _digested(self, country: str, key: str) -> str:
        return self._blinders[country](BLIND, key)[: name_index._LETTERS]


Lists = Mapping[str, Sequence[Name]]
Parts = tuple[list[Name], list[Name]]


def _thai(lists: Lists, dice: random.Random) -> Parts:
    family = [dice.choice(lists["family"])]
    if dice.random() < 0.7:
        family.append(dice.choice(lists["family"]))
    return [dice.choice(lists["given"])], family


def _khmer(lists: Lists, dice: random.Random) -> Parts:
    return [dice.choice(lists["given"]) for _ in range(dice.choice((1, 2)))], [dice.choice(lists["family"])]


def _burmese(lists: Lists, dice: random.Random) -> Parts:
    syllables = dice.sample(lists["given"], dice.choice((2, 3, 3, 4)))
    return syllables[:-1], syllables[-1:]


def _vietnamese(lists: Lists, dice: random.Random) -> Parts:
    given = [dice.choice(lists["given"]) for _ in range(dice.choice((1, 2)))]
    return [dice.choice(lists["middle"]), *given], [dice.choice(lists["family"])]


def _chinese(lists: Lists, dice: random.Random) -> Parts:
    one, other = dice.choice(lists["given"]), dice.choice(lists["given"])
    own, second = one.own[0], other.own[0]
    if len(own) == 2 and len(second) == 2 and dice.random() < 0.6:
        # Of two names the beginning of one and the end of the other; how that is spelled in Latin, no list says.
        one = Name((own[0] + second[1],), ())
    return [one], [dice.choice(lists["family"])]


_PUT_TOGETHER: Final[Mapping[str, Callable[[Lists, random.Random], Parts]]] = {
    "th": _thai, "lo": _thai, "km": _khmer, "my": _burmese, "vi": _vietnamese, "zh": _chinese,
}  # fmt: skip
_ONE_WORD: Final = frozenset({"th", "lo", "zh"})


def _written(parts: Sequence[Name], script: str, latin: bool, dice: random.Random) -> str:
    if latin or script == "vi":
        spelled = [dice.choice(part.latin) if latin and part.latin else part.own[0] for part in parts]
        one_word = script in ("th", "lo") and len(spelled) > 1
        return (spelled[0] + "".join(each.lower() for each in spelled[1:])) if one_word else " ".join(spelled)
    return ("" if script in _ONE_WORD or script == "my" else " ").join(part.own[0] for part in parts)
