"""The catalogues fit the program, and translations keep to their rules; what is wrong with either is found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.kit import catalogue
from app.kit.catalogue import standing
from app.wording import catalogues
from app.wording.catalogues import TRANSLATED, read, stale
from app.wording.commands import broken, words_app
from app.wording.from_templates import collect
from app.wording.rules import faults, forbidden
from policies.load import load_policies

RUN = CliRunner()


def test_collecting_anew_changes_nothing() -> None:
    assert stale() == [], "run `waymark words extract`"


def test_every_code_role_and_right_has_its_sentence() -> None:
    policies, found = load_policies(), catalogues.collected()
    wanted = {(name, entry.label) for name, codes in policies.codes.items() for entry in codes.codes.values()}
    wanted |= {("role", role.title) for role in policies.roles.values()}
    wanted |= {("permission", sentence) for sentence in policies.permissions.values()}
    assert wanted <= set(found)


def test_translations_keep_to_their_rules_and_how_far_they_are_is_told() -> None:
    for language in TRANSLATED:
        assert broken(language) == []
        known = standing(language)
        print(f"GATE words {language} total={known.total} reviewed={known.reviewed} machine={known.unreviewed}"
              f" missing={known.missing}")  # fmt: skip
        assert known.total == len(catalogues.collected())


def test_the_interface_does_not_say_what_it_should_not() -> None:
    said = [(context, text) for context, text in catalogues.collected() if forbidden("en", context, text)]
    assert said == []


def test_a_wrong_translation_is_named() -> None:
    assert faults("th", None, "Due %(at)s", "ครบกำหนด") == ["places for values are at, here none"]
    assert faults("th", None, "Due %(at)s", "100% %(at)s") != []
    assert faults("vi", None, "The person", "Nạn nhân") == ["the interface does not say 'nạn nhân'"]
    assert faults("th", None, "Due %(at)s", "ครบกำหนด %(at)s") == []


def test_templates_are_read_as_they_are_written(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        '{% macro m() %}{{ _("One") if x else _("Two" if y else "Three") }}{% endmacro %}'
        '{{ say_as("step", "Go") }}{{ plural("%(count)s cow", "%(count)s cows", n) }}{{ _(unknown) }}'
    )
    found = {(each.context, each.text, each.many) for each in collect(tmp_path, tmp_path)}
    assert found == {
        (None, "One", None), (None, "Two", None), (None, "Three", None), ("step", "Go", None),
        (None, "%(count)s cow", "%(count)s cows"),
    }  # fmt: skip


def test_work_is_handed_out_and_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A translator fills in a file; what breaks a rule is refused, the rest stands marked as made by a machine."""
    monkeypatch.setattr(catalogues, "FOLDER", tmp_path)
    catalogues.save(catalogues.files(("vi",)))
    rows = json.loads(RUN.invoke(words_app, ["todo", "vi"]).stdout)
    assert len(rows) == len(catalogues.collected())
    for row in rows:
        known = {"Save": "Lưu", "Sign in": "Đăng nhập", "Papers of %(reference)s": "Hồ sơ"}
        row["translation"] = known.get(row["text"], "")
    (tmp_path / "done.json").write_text(json.dumps(rows))
    answer = RUN.invoke(words_app, ["take", "vi", str(tmp_path / "done.json")])
    assert answer.exit_code == 1 and "vi: 2 taken, 1 refused." in answer.stdout
    assert "Papers of %(reference)s" in answer.stderr
    taken = read("vi")
    assert taken[None, "Save"].string == "Lưu" and taken[None, "Save"].fuzzy
    # What somebody has reviewed, no machine changes again.
    (tmp_path / "one.json").write_text(json.dumps([{"text": "Save", "translation": "Lưu lại"}]))
    assert RUN.invoke(words_app, ["take", "vi", str(tmp_path / "one.json"), "--reviewed"]).exit_code == 0
    (tmp_path / "two.json").write_text(json.dumps([{"text": "Save", "translation": "Máy"}]))
    RUN.invoke(words_app, ["take", "vi", str(tmp_path / "two.json")])
    assert (read("vi")[None, "Save"].string, read("vi")[None, "Save"].fuzzy) == ("Lưu lại", False)
    assert RUN.invoke(words_app, ["todo", "xx"]).exit_code == 2


def test_english_is_complete_by_itself_and_no_language_is_more_than_it() -> None:
    assert not catalogue.is_partial("en")
    for language in TRANSLATED:
        assert catalogue.is_partial(language) == (standing(language).reviewed < standing("en").total)
