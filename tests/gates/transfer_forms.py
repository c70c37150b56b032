"""Forms of the pages between offices: for each state-changing route one that would change something, filled in."""

from __future__ import annotations

from collections.abc import Callable

from tests.factories import cases
from tests.factories.forms import form
from tests.factories.staff import Worker, add_user
from tests.factories.towns import Town
from tests.gates.case_forms import Ready, filled

OTHER = "th-shelter-phitsanulok"


def asked(town: Town, what: str = "service", groups: tuple[str, ...] = ("needs", "identity")) -> tuple[Worker, str]:
    """Somebody of another office, and the address of what it is asked."""
    there = add_user(town.house, OTHER, "case_manager")
    case_id = cases.bring_case(town.house, town.th, "recovering")
    cases.add(town.house, town.th["social_worker"], case_id, "consent", purpose="assistance", recipient=OTHER)
    record = form(town.house, "transfer_request", what=what, to_office=OTHER, data_groups=list(groups))
    made = cases.take(town.house, town.th["case_manager"], case_id, "request_transfer", record)
    return there, f"/transfers/{made.matter_id}"


def several(town: Town) -> tuple[str, tuple[Worker, str, str]]:
    """The report of one who asked about two cases; who answered one of them, that report, and what still waits."""
    manager = town.th["case_manager"]
    made = [cases.bring_case(town.house, town.th, "recovering") for _ in range(3)]
    for case_id in made[:2]:
        cases.add(town.house, town.th["social_worker"], case_id, "consent", purpose="assistance", recipient=OTHER)
    record = form(town.house, "transfer_request", what="service", to_office=OTHER, data_groups=["needs"])
    chosen = [{"case_id": each, "seen_version": cases.version_of(town.house, each)} for each in made]
    act = town.post(manager, "/caseload/ask", {"cases": chosen, "record": record}).json()
    first, second = (each["transfer_id"] for each in act["cases"][:2])
    there = add_user(town.house, OTHER, "case_manager")
    said = town.post(there, "/transfers/answers", {"transfers": [first], "answer": "agree"}).json()
    return f"/caseload/asked?act_id={act['id']}", (there, f"/transfers/answered?act_id={said['id']}", second)


def answering(town: Town) -> Ready:
    """Answer several requests in one act."""
    there, path = asked(town)
    page = f"/transfers/answer?transfer={path.rpartition('/')[2]}"
    return filled(town, there, page, "/transfers/answer", answer="decline", reason="no_capacity")


def taking(town: Town) -> Ready:
    """Take a case over."""
    there, path = asked(town, "take_over")
    return filled(town, there, path, f"{path}/take-over", user_id=there.id)


def accepting(town: Town) -> Ready:
    """Agree to share."""
    there, path = asked(town)
    return filled(town, there, path, f"{path}/accept")


def declining(town: Town) -> Ready:
    """Decline."""
    there, path = asked(town)
    return filled(town, there, path, f"{path}/decline", reason="no_capacity", suggestion="later")


def asking_back(town: Town) -> Ready:
    """Ask something first."""
    there, path = asked(town)
    return filled(town, there, path, f"{path}/question", question="needs")


def shared(town: Town) -> tuple[Worker, str]:
    """The same, where the other office has agreed to share."""
    there, path = asked(town)
    assert town.post(there, f"{path}/accept", {}).status_code == 200
    return there, path


def finishing(town: Town) -> Ready:
    """End what was shared."""
    there, path = shared(town)
    return filled(town, there, path, f"{path}/finish")


def reading(town: Town) -> Ready:
    """Read who the person is."""
    there, path = shared(town)
    return filled(town, there, f"{path}/person", f"{path}/person", reason="She comes to us at ten today.")


TRANSFER_FORMS: dict[str, Callable[[Town], Ready]] = {
    "/transfers/answer": answering,
    "/transfers/{transfer_id}/take-over": taking,
    "/transfers/{transfer_id}/accept": accepting,
    "/transfers/{transfer_id}/decline": declining,
    "/transfers/{transfer_id}/question": asking_back,
    "/transfers/{transfer_id}/finish": finishing,
    "/transfers/{transfer_id}/person": reading,
}
