"""From a case to a referral that is sent: receiver, check, draft, a second person, off."""

from __future__ import annotations

from tests.app.access.world import one_engine
from tests.app.referrals.desks import desk_of
from tests.factories import cases, referrals
from tests.factories.towns import Town
from tests.inspect import reading


def copy_of(town: Town, case_id: str) -> str:
    from sqlalchemy import select

    from app.casework.held import REFERRAL

    with reading(town.house.db) as session:
        return str(session.execute(select(REFERRAL.c.id).where(REFERRAL.c.case_id == case_id)).scalar_one())


@one_engine
def test_unblock_and_refer(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "planning_return")
    ref = referrals.case_row(town.house, case_id).reference
    manager = desk_of(town, town.th["case_manager"])
    check = f"/cases/{ref}/refer/check?to=MM&office=mm-dor"
    assert check.replace("&", "&amp;") in manager.get(f"/cases/{ref}/refer").text
    page = manager.get(check).text
    assert "the person has not agreed to it" in page and "Before it can be sent" in page
    assert f"/cases/{ref}/records/new/consent?back=/cases/{ref}/refer/check" in page

    for purpose in referrals.CONSENTS:
        cases.add(town.house, town.th["case_manager"], case_id, "consent", purpose=purpose, recipient="MM")
    page = manager.get(check).text
    assert "Before it can be sent" not in page and "With the offer" in page and "After they have accepted" in page
    answer = manager.send(f"/cases/{ref}/refer/check", point=referrals.BORDER_POINT)
    assert answer.status_code == 303, answer.text
    assert "A supervisor reads and approves it" in manager.follow().text
    copy = copy_of(town, case_id)
    reference = referrals.row_of(town.house, copy).reference
    supervisor = desk_of(town, town.th["supervisor"])
    supervisor.get(f"/referrals/{reference}/steps/approve")
    assert supervisor.send(f"/referrals/{reference}/steps/approve").status_code == 303
    manager.get(f"/referrals/{reference}/steps/send")
    assert manager.send(f"/referrals/{reference}/steps/send").status_code == 303
    assert referrals.row_of(town.house, copy).state == "sent"
    again = manager.get(check)
    refused = manager.send(f"/cases/{ref}/refer/check")
    assert again.status_code == 200 and refused.status_code == 409 and "still open" in refused.text


@one_engine
def test_who_may_not_draft_finds_nothing(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "planning_return")
    ref = referrals.case_row(town.house, case_id).reference
    for role in ("supervisor", "shelter_manager"):
        for part in ("", "/check?to=MM&office=mm-dor"):
            assert desk_of(town, town.th[role]).get(f"/cases/{ref}/refer{part}").status_code in (403, 404)
    manager = desk_of(town, town.th["case_manager"])
    assert manager.get(f"/cases/{ref}/refer/check?to=TH&office=th-datip").status_code == 404
    assert manager.get("/cases/TH-2026-ZZZZZZZZ/refer").status_code == 404
