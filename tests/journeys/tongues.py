"""Policies of two countries that do not say everything in the same codes: what each added, how it reads the other."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from policies.load import HERE

# Country -> list -> a code that only its installation has.
OWN: Final = {
    "TH": {"postpone_reason": "strike", "exploitation": "SeaSlavery", "age_band": "60+"},
    "MM": {
        "exploitation": "LabourTrafficking", "service_kind": "music_therapy", "visit_method": "village_elder",
        "decline_reason": "flood_season", "info_request_reason": "household_list",
        "nationality_result": "confirmed_by_elders", "discrepancy": "baggage_late",
    },
}  # fmt: skip
# From-to -> list -> theirs -> ours.
READ_AS: Final = {
    "th-mm": {"exploitation": {"ForcedLabour": "LabourTrafficking"}},
    "mm-th": {"visit_method": {"village_elder": "through_partner"}, "info_request_reason": {"household_list": "other"}},
}


def spoken_in(country: str, folder: Path) -> Path:
    """The policies of a country's installation in a folder of their own."""
    shutil.copytree(HERE, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__", "examples"))
    for code_list, code in OWN[country].items():
        with (folder / "codes" / f"{code_list}.yaml").open("a", encoding="utf-8") as file:
            file.write(f"  {code}: Only said in {country}\n")
    (folder / "mappings").mkdir(exist_ok=True)
    for way, lists in READ_AS.items():
        of, by = way.upper().split("-")
        if by == country:
            lines = [f"from: {of}", f"to: {by}", "lists:"]
            for code_list, codes in lists.items():
                lines.append(f"  {code_list}:")
                lines += [
                    f"    - {{theirs: {theirs}, ours: {ours}, from: 2000-01-01, basis: default, note: For a test.}}"
                    for theirs, ours in codes.items()
                ]
            (folder / "mappings" / f"{way}.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder
