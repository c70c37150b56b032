"""A state that is laid out again is the one that was brought about, and is laid out only where nothing has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from app.access.desk import House
from app.casework import history
from app.kit.clock import SettableClock
from app.kit.crypto import KeyRing
from app.kit.db import Database
from app.kit.signing import SigningKeys
from app.settings import Settings
from tests.conftest import START, Makers
from tests.factories.cases import add, bring_case, facts_of
from tests.factories.houses import make_house, put_offices
from tests.factories.referrals import bring_referral
from tests.factories.staff import Staff, add_user, hire_staff
from tests.factories.towns import Town, open_town
from tests.grounds import Content, Ground
from tests.grown import grown
from tests.inspect import reading, writing


@pytest.fixture(autouse=True)
def _allowed() -> Iterator[None]:
    """As in tests/app."""
    grown.allowed = True
    yield
    grown.allowed = False


@dataclass
class Place:
    """A house over a fresh database, with its staff."""

    house: House
    clock: SettableClock
    th: Staff
    mm: Staff

    @property
    def ground(self) -> Ground:
        return grown._grounds[str(self.house.db.engine.url.database)]

    def content(self) -> Content:
        """Every row of every table; where on its pages PostgreSQL puts a row is its own affair."""
        return {table: sorted(rows, key=repr) for table, rows in self.ground.read().items() if rows}


Opens = Callable[[], Any]


@pytest.fixture
def opens(databases: Makers, keys: KeyRing, signing: SigningKeys) -> Opens:
    """Opens a place; one after the other they are alike."""
    # The first word that a country signs makes its key, which is no part of a database.
    for country in ("TH", "MM"):
        signing.signer(country)

    @contextmanager
    def opened() -> Iterator[Place]:
        with databases.url() as url:
            database, clock = Database(url), SettableClock(START)
            house = make_house(database, clock, keys, signing)
            put_offices(house)
            yield Place(house, clock, hire_staff(house, "TH"), hire_staff(house, "MM"))
            database.dispose()

    return opened


def test_what_is_laid_out_is_what_was_brought_about_to_the_last_byte(opens: Opens) -> None:
    with opens() as first:
        pair = bring_referral(first.house, first.th, first.mm, "acknowledged", child=True, age_band="12-14")
        case_id = bring_case(first.house, first.th, "sheltered")
        made = first.content()
    before = grown.laid
    with opens() as second:
        assert bring_referral(second.house, second.th, second.mm, "acknowledged", child=True, age_band="12-14") == pair
        assert bring_case(second.house, second.th, "sheltered") == case_id
        assert grown.laid - before >= 5, "it was brought about again, and nothing is proved"
        assert len(made) > 15 and second.content() == made
        # And it is as alive as what was brought about: seals open, chains go on, the other country answers.
        add(second.house, second.th["social_worker"], case_id, "needs_assessment")
        assert facts_of(second.house, case_id).care == "sheltered"
        with reading(second.house.db) as session:
            assert [each.seq for each in history.entries(session, case_id)][:3] == [1, 2, 3]


def _wrote(place: Place) -> None:
    add_user(place.house, "th-shelter-tak", "social_worker")


def _took_back(place: Place) -> None:
    """Written, not kept: all is as it was."""
    with pytest.raises(ZeroDivisionError), writing(place.house.db) as session:
        session.execute(text("UPDATE user_account SET display_name = 'x'"))
        raise ZeroDivisionError


def _later(place: Place) -> None:
    place.clock.set(START + timedelta(seconds=1))


def _other_keys(place: Place) -> None:
    place.house = replace(place.house, keys=KeyRing({1: bytes(range(8, 40))}, 1))


def _one_key_more(place: Place) -> None:
    ring = KeyRing({1: bytes(range(7, 39)), 2: bytes(range(9, 41))}, 2)
    grown._lasting[ring] = grown._lasting[place.house.keys]
    place.house = replace(place.house, keys=ring)


def _other_policies(place: Place) -> None:
    place.house = replace(place.house, policies=copy(place.house.policies))


CHANGES = [_wrote, _later, _other_keys, _one_key_more, _other_policies]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: str(change.__name__))
def test_whatever_has_changed_is_seen(opens: Opens, change: Callable[[Place], None]) -> None:
    assert _laid_after(opens, lambda _: None) == 1, "otherwise nothing is proved"
    assert _laid_after(opens, change) == 0


def test_what_was_taken_back_harms_nobody(opens: Opens) -> None:
    with opens() as place:
        _took_back(place)
        assert facts_of(place.house, bring_case(place.house, place.th, "presumed")).identification == "presumed"


def test_a_mutant_that_asks_no_database_does_not_see_it(opens: Opens) -> None:
    asks = Ground._unchanged
    try:
        Ground._unchanged = lambda self: True  # type: ignore[method-assign]
        assert _laid_after(opens, lambda _: None) == 1
        assert _laid_after(opens, _wrote) == 1
    finally:
        Ground._unchanged = asks  # type: ignore[method-assign]


def _laid_after(opens: Opens, change: Callable[[Place], None]) -> int:
    """How many acts were laid out after the change, of one that was brought about before it in another database."""
    with opens() as place:
        bring_case(place.house, place.th, "presumed")
    with opens() as place:
        change(place)
        before = grown.laid
        bring_case(place.house, place.th, "presumed")
        return grown.laid - before


def test_whoever_patched_anything_gets_all_of_it_anew(opens: Opens) -> None:
    def patched(place: Place) -> None:
        patch.setattr("app.casework.move.CLOCK_SKEW", timedelta(minutes=6))

    with pytest.MonkeyPatch.context() as patch:
        assert _laid_after(opens, patched) == 0
    assert _laid_after(opens, lambda _: None) == 1


def test_whoever_listens_to_statements_hears_all_of_them(opens: Opens) -> None:
    heard: list[str] = []

    def listening(place: Place) -> None:
        event.listen(place.house.db.engine, "before_cursor_execute", lambda *said: heard.append(said[2]))

    assert _laid_after(opens, listening) == 0
    assert any("history_entry" in each for each in heard)


def test_two_databases_at_once_share_no_id(opens: Opens) -> None:
    with opens() as place:
        bring_case(place.house, place.th, "presumed")
    with opens() as one, opens() as other:
        assert not {each.id for each in one.th.values()} & {each.id for each in other.th.values()}
        assert bring_case(one.house, one.th, "presumed") != bring_case(other.house, other.th, "presumed")


def test_a_town_has_the_keys_its_rows_were_sealed_with_and_they_are_its_own(databases: Makers, tmp_path: Path) -> None:
    def town(name: str) -> Any:
        return open_town(Settings(environment="demo", var=tmp_path / name, database_url=url), SettableClock(START))

    def reads(town: Town, case_id: str) -> bool:
        return bool(town.get(town.th["case_manager"], f"/cases/{case_id}").status_code == 200)

    with databases.url() as url, town("first") as first:
        case_id = bring_case(first.house, first.th, "sheltered")
        assert reads(first, case_id)
    with databases.url() as url, town("second") as second:
        before = grown.laid
        assert bring_case(second.house, second.th, "sheltered") == case_id and grown.laid == before + 1
        assert reads(second, case_id)
    with databases.url() as url, town("third") as third, databases.url() as url, town("fourth") as fourth:
        kek = [tmp_path / name / "keys" / "kek" for name in ("third", "fourth")]
        assert kek[0].read_bytes() != kek[1].read_bytes(), "two towns at once are two installations"
        assert third.th["supervisor"].id != fourth.th["supervisor"].id
