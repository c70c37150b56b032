"""Forms of pages that need a town: for each state-changing route one that would change something, filled in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.models.case import Case
from tests.app.access.browser import Browser
from tests.app.keeping.people import CLOSURE, closed_case
from tests.app.keeping.people import erase as erase_person
from tests.factories import cases, referrals, walls
from tests.factories.pages import browser_at
from tests.factories.staff import Worker, add_user
from tests.factories.towns import Town
from tests.inspect import reading

Fields = dict[str, Any]
Ready = tuple[str, Browser, Fields]
WHY = "A brother of the recruiter works in that office."


def reference_of(town: Town, case_id: str) -> str:
    """The reference of a case."""
    with reading(town.house.db) as session:
        return str(session.execute(select(Case.reference).where(Case.id == case_id)).scalar_one())


def a_case(town: Town) -> tuple[str, str]:
    """A fresh case of the shelter, with a team: id and reference."""
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    return case_id, reference_of(town, case_id)


def filled(town: Town, who: Worker, page: str, action: str, **typed: Any) -> Ready:
    """A browser of ``who``, freshly proved, that has filled in the form of ``page`` which posts to ``action``."""
    browser = browser_at(town, who, fresh=True)
    answer = browser.get(page)
    assert answer.status_code == 200, (page, answer.status_code, answer.headers.get("location"))
    return action, browser, browser.form(action).fields | typed


def seal(town: Town) -> Ready:
    """Seal a case."""
    path = f"/cases/{a_case(town)[1]}/seal"
    return filled(town, town.th["supervisor"], path, path, names=_two(town), reason=WHY)


def _two(town: Town) -> list[str]:
    return [town.th["supervisor"].id, town.th["social_worker"].id]


def _sealed(town: Town) -> str:
    case_id, reference = a_case(town)
    # Somebody else who may lift it, so that there is a second person.
    second = add_user(town.house, town.th["supervisor"].office, "supervisor")
    walls.seal(town.house, case_id, town.th["supervisor"], second, town.th["social_worker"])
    return reference


def seal_names(town: Town) -> Ready:
    """Strike a name from a seal."""
    path = f"/cases/{_sealed(town)}/seal"
    return filled(town, town.th["supervisor"], path, path + "/names", names=_two(town))


def hold(town: Town) -> Ready:
    """Set a legal hold."""
    path = f"/cases/{a_case(town)[1]}/keeping"
    return filled(town, town.th["supervisor"], path, path + "/hold", why="court_case", reason=WHY)


def lift_hold(town: Town) -> Ready:
    """Lift a legal hold."""
    case_id, reference = a_case(town)
    body = {"why": "court_case", "until": None, "reason": WHY}
    assert town.post(town.th["supervisor"], f"/cases/{case_id}/holds", body).status_code == 201
    path = f"/cases/{reference}/keeping"
    return filled(town, town.th["supervisor"], path, path + "/lift", lifted=WHY)


def erase(town: Town) -> Ready:
    """Propose that a person is erased."""
    path = f"/cases/{reference_of(town, closed_case(town.house, town.th))}/keeping"
    return filled(town, town.th["data_protection_officer"], path, path + "/erase", ground="person_asked")


def _asked_to_erase(town: Town) -> str:
    """The page of a request of another country that erased a person."""
    pair = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    focal = town.mm["national_focal_point"]
    referrals.take(town.house, focal, pair.arrived, "decline", given={"reason": "no_capacity"})
    said = {"deceased": None, "contact_lost": True, "asylum_claim": False}
    cases.add(town.house, town.th["social_worker"], pair.case_id, "circumstances", **said)
    cases.take(town.house, town.th["case_manager"], pair.case_id, "close", CLOSURE)
    erase_person(town.house, town.th, pair.case_id)
    referrals.post(town.house)
    return f"/referrals/{referrals.row_of(town.house, pair.arrived).reference}/erasure"


def erase_copy(town: Town) -> Ready:
    """Propose that a copy is erased, as another country asks."""
    path = _asked_to_erase(town)
    return filled(town, town.mm["data_protection_officer"], path, path + "/propose")


def keep_copy(town: Town) -> Ready:
    """Keep a copy that another country asks to erase."""
    path = _asked_to_erase(town)
    return filled(town, town.mm["data_protection_officer"], path, path + "/decline", reason="law_requires")


def seal_lift(town: Town) -> Ready:
    """Ask for a seal to be lifted."""
    path = f"/cases/{_sealed(town)}/seal"
    return filled(town, town.th["supervisor"], path, path + "/lift", reason=WHY)


def block(town: Town) -> Ready:
    """Keep a colleague away."""
    path = f"/cases/{a_case(town)[1]}/blocks"
    somebody = town.th["health_officer"].id
    return filled(town, town.th["supervisor"], path, path, against="user", user=somebody, why="safety", reason=WHY)


def unblock(town: Town) -> Ready:
    """Let a colleague come near again."""
    case_id, reference = a_case(town)
    walls.block(town.house, case_id, "user", town.th["health_officer"].id)
    path = f"/cases/{reference}/blocks"
    return filled(town, town.th["supervisor"], path, path + "/lift", reason=WHY)


def conflict(town: Town) -> Ready:
    """Declare a conflict of interest."""
    path = f"/cases/{a_case(town)[1]}/conflict"
    return filled(town, town.th["supervisor"], path, path, note="My cousin.")


def _stranger(town: Town) -> Worker:
    return add_user(town.house, "th-shelter-phitsanulok", "social_worker")


def emergency(town: Town) -> Ready:
    """Open a case in an emergency."""
    typed = {"reference": a_case(town)[1], "why": "life_or_health", "reason": walls.REASON, "confirm": "yes"}
    return filled(town, _stranger(town), "/emergency", "/emergency", **typed)


def emergency_end(town: Town) -> Ready:
    """End an emergency access."""
    opener = _stranger(town)
    walls.open_in_emergency(town, opener, a_case(town)[0])
    return filled(town, opener, "/emergency/mine", "/emergency/end")


def emergency_answer(town: Town) -> Ready:
    """Answer a reviewer's question."""
    opener = _stranger(town)
    access = walls.open_in_emergency(town, opener, a_case(town)[0])
    said = {"verdict": "question", "comment": "Why at night?"}
    assert town.post(town.th["supervisor"], f"/emergency-access/{access}/review", said).status_code == 200
    return filled(town, opener, "/emergency/mine", "/emergency/answer", answer="The doctor asked for it.")


def emergency_review(town: Town) -> Ready:
    """Judge an emergency access."""
    path = f"/reports/emergency/{walls.open_in_emergency(town, _stranger(town), a_case(town)[0])}"
    return filled(town, town.th["supervisor"], path, path, verdict="question", comment="Why at night?")


def _asked(town: Town) -> tuple[str, Worker, Worker]:
    """A seal that waits for its second person: the page of the approval, who asked, and who could decide."""
    case_id, _ = a_case(town)
    asker = town.th["supervisor"]
    second = add_user(town.house, asker.office, "supervisor")
    town.step_up(asker)
    body = {"names": [asker.id, second.id], "reason": WHY}
    answer = town.post(asker, f"/cases/{case_id}/seal", body)
    assert answer.status_code == 200, answer.text
    return f"/reports/approvals/{answer.json()['approval']}", asker, second


def agree(town: Town) -> Ready:
    """Agree as the second person."""
    path, _, second = _asked(town)
    return filled(town, second, path, path + "/agree")


def refuse(town: Town) -> Ready:
    """Refuse as the second person."""
    path, _, second = _asked(town)
    return filled(town, second, path, path + "/refuse", reason="Not needed.")


def withdraw(town: Town) -> Ready:
    """Take back what one asked for."""
    path, asker, _ = _asked(town)
    return filled(town, asker, path, path + "/withdraw")


def export(town: Town) -> Ready:
    """Ask for a list of cases."""
    typed = {"purpose": "ministry_report", "note": "For the committee on Friday.", "who": "all", "stage": ""}
    path = "/reports/exports"
    _, browser, fields = filled(town, town.th["supervisor"], path, path)
    return path, browser, {name: value for name, value in fields.items() if name != "mine"} | typed


def release_table(town: Town) -> Ready:
    """Ask for a table to become public."""
    cases.open_case(town.house, town.th["social_worker"], opened_on=town.clock.now().date() - timedelta(days=400))
    path = "/reports/tables/identification/release"
    year = town.clock.now().year - 1
    return filled(town, town.th["national_focal_point"], path, path, period=str(year), why="")


TOWN_FORMS: dict[str, Callable[[Town], Ready]] = {
    "/cases/{reference}/seal": seal,
    "/cases/{reference}/keeping/hold": hold,
    "/cases/{reference}/keeping/lift": lift_hold,
    "/cases/{reference}/keeping/erase": erase,
    "/referrals/{reference}/erasure/propose": erase_copy,
    "/referrals/{reference}/erasure/decline": keep_copy,
    "/cases/{reference}/seal/names": seal_names,
    "/cases/{reference}/seal/lift": seal_lift,
    "/cases/{reference}/blocks": block,
    "/cases/{reference}/blocks/lift": unblock,
    "/cases/{reference}/conflict": conflict,
    "/emergency": emergency,
    "/emergency/end": emergency_end,
    "/emergency/answer": emergency_answer,
    "/reports/emergency/{emergency_id}": emergency_review,
    "/reports/approvals/{approval_id}/agree": agree,
    "/reports/approvals/{approval_id}/refuse": refuse,
    "/reports/approvals/{approval_id}/withdraw": withdraw,
    "/reports/exports": export,
    "/reports/tables/{report}/release": release_table,
}
