"""The handover between two browsers once more on PostgreSQL: both sides write to one real server."""

from __future__ import annotations

from pathlib import Path

from app.kit import migrate
from tests.desk.place import chromium, open_place
from tests.desk.test_flows import hand_over
from tests.postgres import SERVING, Cluster


def test_a_person_is_handed_over_on_postgresql(postgres: Cluster, tmp_path: Path) -> None:
    template = postgres.template("waymark_template", migrate.upgrade)
    with postgres.database(template, SERVING) as url, open_place(url, tmp_path) as place, chromium() as browser:
        place.browser = browser
        hand_over(place, scripts=True)
        place.leave()
