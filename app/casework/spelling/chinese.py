"""How Chinese characters sound: their Hanyu Pinyin, every reading of each."""

from __future__ import annotations

from functools import lru_cache

from app.casework.spelling.latin import sounds_of_latin

__all__ = ["sounds_of_chinese"]


@lru_cache(maxsize=20_000)
def sounds_of_chinese(character: str) -> frozenset[str]:
    """The readings of one character; surnames have rare ones (Shan, Zeng), so all of them count."""
    # A quarter of a second and 40 MB of tables: only for houses in which somebody writes Chinese.
    from pypinyin import Style, pinyin

    readings = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    # q and c are read as Pinyin here, never as k.
    return frozenset(
        sound
        for each in readings[0] if readings
        for sound in sounds_of_latin(_spelled(each))
    )  # fmt: skip


def _spelled(syllable: str) -> str:
    plain = syllable.replace("ü", "u").replace("v", "u").replace("q", "ch")
    return plain if plain.startswith("ch") or not plain.startswith("c") else f"z{plain[1:]}"
