"""The bar of one stage, drawn relative to the stage's own limit: the limit stands at the same place in every row."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

__all__ = ["bar"]

# A third of the width is one limit; what lies beyond three limits is cut off, with an arrow.
WIDTH, HEIGHT, TIMES = 300, 24, 3
_MARK: Final = 6


def bar(few: float | None, half: float | None, most: float | None, limit: float) -> Markup:
    """SVG of a stage: grey from ``few`` to ``most``, dark at ``half``, a line at ``limit``; all in days.

    None: so many had not finished in the time that was seen, so the bar runs to the edge. It is hidden from screen
    readers: the figures beside it say the same.
    """

    def place(days: float | None) -> float:
        return WIDTH if days is None else min(days / limit / TIMES * WIDTH, WIDTH)

    begin, end = place(few), place(most)
    parts = [f'<rect class="bar-span" x="{begin:.1f}" y="8" width="{max(end - begin, 2):.1f}" height="8"/>']
    if most is None or most > TIMES * limit:
        parts.append(f'<path class="bar-span" d="M{WIDTH} 5l8 7-8 7z"/>')
    if half is not None and half <= TIMES * limit:
        parts.append(f'<rect class="bar-half" x="{place(half) - _MARK / 2:.1f}" y="5" width="{_MARK}" height="14"/>')
    parts.append(f'<path class="bar-limit" d="M{WIDTH / TIMES:.0f} 1v22"/>')
    # Every part is made of numbers of our own.
    return Markup(
        f'<svg class="bar" aria-hidden="true" focusable="false" viewBox="0 0 {WIDTH + 8} {HEIGHT}">'
        + "".join(parts)
        + "</svg>"
    )
