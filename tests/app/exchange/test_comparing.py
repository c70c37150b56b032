"""How two installations differ, in plain words, and the commands that say so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app import cli
from app.casework.capabilities import Capability, parsed
from app.exchange import capabilities, cards, enrolling
from app.exchange.comparing import differences
from app.main import open_house
from app.settings import Settings
from policies.load import load_policies
from tests.journeys.tongues import spoken_in

ON = date(2026, 11, 26)


def says(country: str, folder: Path | None = None) -> Capability:
    """What an installation with these policies says of itself."""
    said = capabilities.own(load_policies(folder), country, ON)
    return parsed(said | {"made": "2026-11-26T10:00:00+00:00", "key": "9c1f3a5be07d2468"})


def test_the_same_program_differs_in_languages_alone() -> None:
    assert differences(says("TH"), says("MM")) == ["Languages: TH th; MM my."]


def test_codes_are_named_in_both_directions(tmp_path: Path) -> None:
    th, mm = (says(country, spoken_in(country, tmp_path / country)) for country in ("TH", "MM"))
    found = differences(th, mm)
    # Theirs without a row of ours, ours that they do not know; what a table reads is no difference.
    assert [each for each in found if "has no row in our tables" in each] == [
        "decline_reason: 'flood_season' has no row in our tables: it is kept and shown as MM wrote it.",
        "discrepancy: 'baggage_late' has no row in our tables: it is kept and shown as MM wrote it.",
        "exploitation: 'LabourTrafficking' has no row in our tables: it is kept and shown as MM wrote it.",
        "nationality_result: 'confirmed_by_elders' has no row in our tables: it is kept and shown as MM wrote it.",
        "service_kind: 'music_therapy' has no row in our tables: it is kept and shown as MM wrote it.",
    ]
    assert [each for each in found if "is not known to MM" in each] == [
        "age_band: '60+' is not known to MM: it is kept and shown there as we wrote it.",
        "exploitation: 'SeaSlavery' is not known to MM: it is kept and shown there as we wrote it.",
        "postpone_reason: 'strike' is not known to MM: it is kept and shown there as we wrote it.",
    ]
    assert not any("village_elder" in each or "household_list" in each for each in found)
    assert len(differences(mm, th)) == len(found)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"protocols": (1, 2)}, "The installation of TH speaks an older exchange (1 here, 2 there)."),
        ({"protocols": (7,)}, "No version of the exchange is known to both: TH 1, MM 7."),
        ({"messages": ("send",)}, "MM does not know the message accept; what needs it is not sent."),
        ({"formats": ("waymark-letter-3",)}, "TH does not know the form of letters waymark-letter-3 of MM."),
        ({"formats": ("waymark-letter-1",)},
         "MM does not know the form of letters waymark-letter-2; what needs it is not sent."),
        ({"forms": {}}, "Form receipt: TH reads 1, MM reads none; no version is known to both."),
        ({"agreements": {"th-mm": ("TH-MM-SOP-2030 since 2030-01-01",)}},
         "Agreement TH-MM-SOP-2030 since 2030-01-01: in force for MM alone."),
    ],
)  # fmt: skip
def test_each_difference_is_a_sentence(change: dict[str, Any], said: str) -> None:
    assert said in differences(says("TH"), replace(says("MM"), **change))


def test_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def at(country: str) -> None:
        monkeypatch.setenv("WAYMARK_ENVIRONMENT", "demo")
        monkeypatch.setenv("WAYMARK_VAR", str(tmp_path / country))
        monkeypatch.setenv("WAYMARK_PUBLIC_URL", f"https://{country.lower()}.example")
        monkeypatch.delenv("DATABASE_URL", raising=False)

    def run(*words: str, code: int = 0) -> str:
        result = CliRunner().invoke(cli.app, list(words))
        assert result.exit_code == code, result.output
        return result.output

    cards_made = {}
    for country in ("TH", "MM"):
        at(country)
        run("migrate")
        house = open_house(Settings())
        house.signing.signer(country)
        cards_made[country] = cards.read(cards.make(house, country, f"https://{country.lower()}.example"))
    at("TH")
    enrolling.add(open_house(Settings()), cards_made["MM"], cards_made["MM"].fingerprint)
    assert "has not said what it reads" in run("partner", "status")
    assert "MM has not said what it reads" in run("partner", "compare", "MM", code=1)
    at("MM")
    file = tmp_path / "mm.says"
    assert '"country": "MM"' in run("exchange", "capabilities", "MM")
    assert "what MM reads, signed" in run("exchange", "capabilities", "MM", "--to", str(file))
    assert "TH is not at home here" in run("exchange", "capabilities", "TH", code=1)
    at("TH")
    assert "What MM reads, as it said on" in run("exchange", "capabilities", "--import", str(file))
    assert "said what it reads on" in run("partner", "status")
    told = run("partner", "compare", "MM")
    assert "- Languages: TH th; MM my." in told and "1 difference" in told
    file.write_bytes(file.read_bytes()[:-40])
    assert "no JSON" in run("exchange", "capabilities", "--import", str(file), code=1)
