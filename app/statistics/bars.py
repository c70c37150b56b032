"""Bars: of a stage, relative to the stage's own limit; of a figure, relative to the largest of its table."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

__all__ = ["bar", "share"]

# A third of the width is one limit; what lies beyond three limits is cut off, with an arrow.
WIDTH, HEIGHT, TIMES = 300, 24, 3
_MARK: Final = 6
# How wide the largest figure of a table is drawn.
SHARE: Final = 120


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


def share(count: int | None, most: int) -> Markup:
    """SVG of one figure beside the largest of its table; hatched where it is not told. The figure stands beside it."""
    if count is None:
        inside = f'<path class="bar-limit" d="M2 8h{_MARK}M14 8h{_MARK}M26 8h{_MARK}"/>'
    else:
        inside = f'<rect class="bar-half" x="0" y="3" width="{count / max(most, 1) * SHARE:.1f}" height="10"/>'
    return Markup(
        f'<svg class="bar bar-share" aria-hidden="true" focusable="false" viewBox="0 0 {SHARE} 16">{inside}</svg>'
    )
