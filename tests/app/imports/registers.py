"""Invented registers of a shelter, the mapping that reads them, and ways to bring them along."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Sequence
from typing import Any

from app.casework import jobs
from tests.factories.approvals import step_up
from tests.factories.staff import Worker
from tests.factories.towns import API, Town

COLUMNS = (
    "No.", "Given names", "Family name", "Nickname", "Sex", "Date of birth", "Age", "Nationality", "Language",
    "Form of exploitation", "Came on", "Telephone", "Remarks", "Consent", "Status", "Room",
)  # fmt: skip
FIRST = {
    "No.": "R-1", "Given names": "Zaw Win", "Family name": "Htun", "Sex": "male", "Date of birth": "9/3/2541",
    "Nationality": "Myanmar", "Language": "Burmese", "Form of exploitation": "forced labour", "Came on": "1/2/2024",
    "Telephone": "+95 1 234", "Remarks": "Came from the packing hall.", "Consent": "yes, to everything",
    "Status": "returned home", "Room": "7",
}  # fmt: skip
SECOND = {
    "No.": "R-2", "Given names": "Chantha", "Sex": "female", "Age": "16", "Nationality": "Cambodia",
    "Language": "Khmer", "Form of exploitation": "bonded fishing", "Status": "-",
}  # fmt: skip
BROKEN = {"No.": "R-3", "Given names": "Somsri", "Sex": "female", "Date of birth": "30/2/2540"}
WHY = "The register of 2024, from before we had Waymark."


def table(*rows: dict[str, str], columns: Sequence[str] = COLUMNS) -> bytes:
    """A register as CSV."""
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, columns)
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().encode("utf-8")


def bring_along(town: Town, who: Worker, content: bytes, **told: Any) -> Any:
    """The answer to a file that is brought along."""
    headers = town.headers(who, Idempotency_Key=told.pop("key", uuid.uuid4().hex))
    data = {"mapping": "example-table", **told} if "mapping_text" not in told else told
    files = {"file": ("register.csv", content, "text/csv")}
    return town.client.post(f"{API}/imports", headers=headers, data=data, files=files)


def worked(town: Town) -> None:
    """Have every job done to its end, as a worker would."""
    while jobs.work_once(town.house):
        pass


def checked(town: Town, who: Worker, content: bytes, **told: Any) -> dict[str, Any]:
    """An import whose trial run is over."""
    asked = bring_along(town, who, content, **told)
    assert asked.status_code == 201, asked.text
    worked(town)
    found: dict[str, Any] = town.get(who, f"/imports/{asked.json()['id']}").json()
    assert found["state"] == "checked", found
    return found


def come_in(town: Town, who: Worker, content: bytes, others: Sequence[int] = (), **told: Any) -> dict[str, Any]:
    """An import that was started and is over."""
    found = checked(town, who, content, **told)
    step_up(town, who)
    started = town.post(who, f"/imports/{found['id']}/start", {"why": WHY, "others": list(others)})
    assert started.status_code == 200, started.text
    worked(town)
    done: dict[str, Any] = town.get(who, f"/imports/{found['id']}").json()
    return done


def asked_of_two(town: Town, who: Worker, second: Worker) -> dict[str, Any]:
    """An import of more rows than one person brings in alone, for which a second person was asked."""
    rows = [{**SECOND, "No.": f"N-{number}", "Given names": "", "Age": "30"} for number in range(51)]
    found = checked(town, who, table(*rows))
    step_up(town, who, second)
    asked: dict[str, Any] = town.post(who, f"/imports/{found['id']}/start", {"why": WHY}).json()
    return asked


def report(town: Town, who: Worker, import_id: str, stage: str = "check") -> dict[int, dict[str, Any]]:
    """Line -> what became of it."""
    found = town.get(who, f"/imports/{import_id}/report?stage={stage}").json()
    return {item["line"]: item for item in found["items"]}
