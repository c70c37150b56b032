"""The published tables are read as they were printed, and smaller worlds keep their shape."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from app.demo import figures
from app.demo.figures import FiguresUnreadable, published, sample

SHARED = Path(__file__).resolve().parents[3] / "app" / "demo" / "data"


def test_the_shelter_table_has_the_published_totals() -> None:
    cells = published().shelter
    by_type: Counter[str] = Counter()
    by_nationality: Counter[str] = Counter()
    for cell in cells:
        by_type[cell.exploitation] += cell.count
        by_nationality[cell.nationality] += cell.count
    assert sum(by_type.values()) == 360
    assert by_type == {"SexualExploitation": 156, "ForcedLabour": 197, "ForcedBegging": 7}
    assert by_nationality == {"TH": 132, "MM": 119, "LA": 21, "KH": 22, "ID": 9, "VN": 51, "MY": 3, "UG": 3}
    # Rows that were rebuilt from the margins are marked, for nobody printed them like this.
    assert sum(1 for cell in cells if cell.rebuilt) == 5


def test_the_returns_of_the_year_are_those_from_thailand() -> None:
    found = {(cell.country, cell.sex, cell.age_band): cell.count for cell in published().returns}
    assert found == {
        ("MM", "M", "0-17"): 15, ("MM", "M", "18+"): 55, ("MM", "F", "0-17"): 23, ("MM", "F", "18+"): 26,
        ("LA", "M", "0-17"): 5, ("LA", "M", "18+"): 2, ("LA", "F", "0-17"): 23, ("LA", "F", "18+"): 7,
    }  # fmt: skip
    assert published().people == 360 + 119 + 37


@pytest.mark.parametrize("people", [20, 26, 60, 200])
def test_a_sample_is_no_larger_than_asked_and_holds_every_return_cell(people: int) -> None:
    small = sample(people)
    assert small.people == people
    assert not small.whole and small.word == "wanted"
    assert all(cell.count for cell in small.returns) and len(small.returns) == 8
    full = {(c.nationality, c.exploitation, c.age_band, c.sex): c.count for c in published().shelter}
    assert all(
        cell.count <= full[cell.nationality, cell.exploitation, cell.age_band, cell.sex] for cell in small.shelter
    )


def test_a_sample_of_everybody_is_the_publication() -> None:
    assert sample(10_000) == published()


@pytest.mark.parametrize(
    "line", ["x,2017,TH,ForcedLabour,18+,M,many,", "x,2017,TH,ForcedLabour,18+,M,1,,more", "x,2017"]
)
def test_a_damaged_table_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: str) -> None:
    (tmp_path / "data").mkdir()
    head = (SHARED / "th_shelters_2017.csv").read_text().splitlines()[0]
    (tmp_path / "data" / "th_shelters_2017.csv").write_text(f"{head}\n{line}\n")
    monkeypatch.setattr(figures.resources, "files", lambda _package: tmp_path)
    with pytest.raises(FiguresUnreadable):
        published()
