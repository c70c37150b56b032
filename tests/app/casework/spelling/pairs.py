"""Labelled pairs of invented people: one person written twice, or two people who are easily taken for one.

The names are common ones of six countries with the spellings seen in passports, forms and messages (names/*.txt). The
rules of this file are those of people who write names down; nothing here knows how the program compares them. The same
seed gives the same pairs.
"""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

FOLDER = Path(__file__).parent / "names"
SCRIPTS = ("th", "my", "lo", "km", "vi", "zh", "latin")
PLACES = (
    "Vientiane", "Savannakhet", "Pakse", "Mandalay", "Bago", "Myawaddy", "Hpa-An", "Poipet", "Battambang", "Siem Reap",
    "Chiang Rai", "Ubon", "Nong Khai", "Ha Giang", "Lao Cai", "Nghe An", "Kunming", "Ruili", "Dali", "Kampot",
)  # fmt: skip


@dataclass(frozen=True)
class Name:
    """One part of a name: ways to write it in its own letters, and in Latin ones."""

    own: tuple[str, ...]
    latin: tuple[str, ...]


@dataclass(frozen=True)
class Person:
    parts: tuple[Name, ...]
    family: Name | None
    middle: str | None
    year: int
    place: str


@dataclass(frozen=True)
class Written:
    """One record of somebody."""

    names: tuple[str, ...]
    year: int | None
    place: str | None


@dataclass(frozen=True)
class Pair:
    one: Written
    other: Written
    same: bool
    why: str


def _lists(script: str) -> dict[str, list[Name]]:
    found: dict[str, list[Name]] = {"given": [], "family": [], "middle": []}
    now = "given"
    for line in (FOLDER / f"{script}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith(("#", "=")):
            now = next((each for each in found if each in line.split(":")[0]), now)
            continue
        own, _, latin = line.partition("|")
        found[now].append(Name(tuple(own.strip().split("/")), tuple(latin.split())))
    return found


class Town:
    """People of one script, made of its lists by a seeded die."""

    def __init__(self, script: str, seed: int) -> None:
        self.script = script
        self.dice = random.Random(f"{script} {seed}")
        sources = ("th", "my", "lo", "km", "vi", "zh") if script == "latin" else (script,)
        self.lists = {each: _lists(each) for each in sources}

    def person(self) -> tuple[str, Person]:
        tongue = self.dice.choice(sorted(self.lists))
        names = self.lists[tongue]
        middle = None
        if tongue == "my":
            count = self.dice.choice((2, 3, 3, 3, 4))
            parts, family = tuple(self.dice.sample(names["given"], count)), None
        else:
            parts, family = (self.dice.choice(names["given"]),), self.dice.choice(names["family"])
        if tongue == "vi" and self.dice.random() < 0.75:
            middle = self.dice.choice(names["middle"]).own[0]
        return tongue, Person(parts, family, middle, self.dice.randint(1975, 2008), self.dice.choice(PLACES))

    def another(self, tongue: str, like: Person, why: str) -> Person:
        """Somebody else who shares something with ``like``."""
        names = self.lists[tongue]
        for _ in range(200):
            _, fresh = self.person() if why == "random" else (tongue, like)
            given, family = list(fresh.parts), fresh.family
            if why == "one part" or (tongue == "my" and why in ("family", "given")):
                # Burmese: of several syllables one is another.
                place = self.dice.randrange(len(given))
                given[place] = self.dice.choice(names["given"])
                if len(given) > 2 and self.dice.random() < 0.5:
                    given[(place + 1) % len(given)] = self.dice.choice(names["given"])
            elif why == "family":
                given = [self.dice.choice(names["given"])]
            elif why == "given":
                family = self.dice.choice(names["family"])
            elif why == "alike":
                given[0] = self._nearest(names["given"], given[0])
            year = like.year + self.dice.randint(-12, 12)
            place = like.place if self.dice.random() < 0.25 else self.dice.choice(PLACES)
            middle = fresh.middle
            made = Person(tuple(given), family, middle, year, place)
            if not _one_name(made, like):
                return made
        raise AssertionError("the lists are too short")

    def _nearest(self, names: list[Name], to: Name) -> Name:
        others = [name for name in names if not _meet(name, to)]
        ranked = sorted(others, key=lambda name: -SequenceMatcher(None, name.latin[0], to.latin[0]).ratio())
        return self.dice.choice(ranked[:3])

    # ------------------------------------------------------------------------------------------ writing

    def write(self, tongue: str, person: Person, *, year_off: bool) -> Written:
        latin = self.script == "latin" or self.dice.random() < 0.5
        parts = [self._part(tongue, name, latin) for name in person.parts]
        given = self._given(tongue, parts, latin)
        names = [given]
        if person.family is not None:
            family = self._part(tongue, person.family, latin)
            if person.middle is not None and self.dice.random() < 0.85:
                middle = _bare(person.middle) if latin else person.middle
                given = f"{middle} {given}" if self.dice.random() < 0.7 else f"{given} {middle}"
            names = [given, family]
            if self.dice.random() < 0.3:
                names.reverse()
            if self.dice.random() < 0.25:
                names = [" ".join(names)]
            if tongue == "zh" and not latin and self.dice.random() < 0.6:
                names = ["".join((family, given))]
            if tongue in ("th", "lo", "km") and not latin and self.dice.random() < 0.1:
                names = ["".join((given, family))]
        if self.dice.random() < 0.12:
            names[0] = f"{self._title(tongue, latin)} {names[0]}"
        if latin and self.dice.random() < 0.2:
            names = [name.upper() for name in names]
        year: int | None = person.year
        if self.dice.random() < 0.12:
            year = None
        elif year_off and self.dice.random() < 0.2:
            year = person.year + self.dice.choice((-2, -1, 1, 1))
        return Written(tuple(names), year, person.place if self.dice.random() < 0.7 else None)

    def _part(self, tongue: str, name: Name, latin: bool) -> str:
        if latin:
            return self._typed(self.dice.choice(name.latin or (_bare(name.own[0]),)))
        own = name.own[0] if self.dice.random() < 0.6 else self.dice.choice(name.own)
        return self._slip(tongue, own)

    def _given(self, tongue: str, parts: list[str], latin: bool) -> str:
        if tongue != "my":
            return parts[0]
        if latin:
            return " ".join(parts) if self.dice.random() < 0.8 else parts[0] + parts[1].lower() + " ".join(
                ["", *parts[2:]]
            )
        return "".join(parts) if self.dice.random() < 0.6 else " ".join(parts)

    def _title(self, tongue: str, latin: bool) -> str:
        own = {
            "th": ("นาย", "นาง", "นางสาว"), "my": ("ဦး", "ဒေါ်", "မောင်"), "lo": ("ທ້າວ", "ນາງ"), "km": ("លោក", "អ្នកស្រី"),
        }  # fmt: skip
        foreign = {"my": ("U", "Daw", "Ma", "Ko", "Mg"), "th": ("Mr.", "Miss", "Mrs.")}
        return self.dice.choice(foreign.get(tongue, ("Mr", "Ms")) if latin else own.get(tongue, ("Ms",)))

    def _typed(self, word: str) -> str:
        """A Latin word as typed: now and then a letter is lost, doubled, turned round or another vowel."""
        if self.dice.random() > 0.1 or len(word) < 4:
            return word
        place = self.dice.randrange(1, len(word) - 1)
        slip = self.dice.choice(("lost", "double", "turned", "vowel"))
        if slip == "lost":
            return word[:place] + word[place + 1 :]
        if slip == "double":
            return word[:place] + word[place] + word[place:]
        if slip == "turned":
            return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        return "".join(
            self.dice.choice("aeiou") if at == place and sign in "aeiou" else sign for at, sign in enumerate(word)
        )

    def _slip(self, tongue: str, word: str) -> str:
        """A word in its own letters as people write it: tones left out, letters of one sound exchanged."""
        if tongue == "vi":
            return self._vietnamese(word)
        lost = {"th": "่้์", "lo": "່້", "my": "့း", "km": "់៊៉"}.get(tongue, "")
        swaps = {
            "th": ("ณน", "ศส", "ษส", "ใไ", "ญย", "ฐถ", "ฏต", "ธท", "รล"), "lo": ("ຣລ", "ໃໄ", "ຊສ"),
            "my": ("ည" "ဉ", "သဿ", "ယရ"), "km": ("ុូ", "ិី", "ដត", "ណន"), "zh": (),
        }.get(tongue, ())  # fmt: skip
        if self.dice.random() < 0.15:
            word = "".join(sign for sign in word if sign not in lost)
        if self.dice.random() < 0.12 and swaps:
            for pair in self.dice.sample(swaps, len(swaps)):
                if pair[0] in word:
                    return word.replace(pair[0], pair[1], 1)
        return word

    def _vietnamese(self, word: str) -> str:
        roll = self.dice.random()
        if roll < 0.25:
            return _bare(word)
        if roll < 0.33:
            plain = unicodedata.normalize("NFD", word)
            changed = plain.translate({0x309: 0x303, 0x303: 0x309})
            return unicodedata.normalize("NFC", changed)
        return unicodedata.normalize("NFD", word) if roll < 0.4 else word


def _bare(word: str) -> str:
    plain = unicodedata.normalize("NFD", word.replace("Đ", "D").replace("đ", "d"))
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def _meet(one: Name, other: Name) -> bool:
    """Whether two parts are written alike somewhere: then nobody could tell them apart."""
    mine, yours = ({w.lower().replace("-", "") for w in name.latin} | set(name.own) for name in (one, other))
    return bool(mine & yours)


def _one_name(one: Person, other: Person) -> bool:
    def family(person: Person) -> tuple[Name, ...]:
        return (person.family,) if person.family is not None else ()

    mine, yours = (*one.parts, *family(one)), (*other.parts, *family(other))
    return len(mine) == len(yours) and all(_meet(a, b) for a, b in zip(mine, yours, strict=True))


def labelled(script: str, count: int, seed: int = 1) -> list[Pair]:
    """So many pairs of a script, half of them one person written twice, half two people who share something."""
    town = Town(script, seed)
    kinds = ("family",) * 7 + ("given",) * 5 + ("alike",) * 4 + ("random",) * 4
    found = []
    for number in range(count):
        tongue, person = town.person()
        if number % 2 == 0:
            one, other = (town.write(tongue, person, year_off=True) for _ in range(2))
            found.append(Pair(one, other, same=True, why="same"))
        else:
            why = town.dice.choice(kinds)
            if script == "latin" and why == "random":
                why = "family"
            second = town.another(tongue, person, why)
            written = town.write(tongue, person, year_off=False), town.write(tongue, second, year_off=False)
            found.append(Pair(*written, same=False, why=why))
    return found
