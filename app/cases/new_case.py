"""A new case page by page: answers are kept as a draft of the account; nothing is opened before the last page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from app.access import drafts
from app.access.desk import Desk
from app.cases import filing, intake, person_queries, queries, same_person
from app.cases.filing_schemas import RecordIn
from app.cases.new_forms import FORMS, NOT_ASKED, NOT_KNOWN, NOT_SAID
from app.cases.same_person import Candidate
from app.cases.schemas import CaseIn, CaseOut
from app.casework.spelling.evidence import Known
from app.kit.errors import Conflict, NotFound
from app.kit.typed_dates import typed_day
from app.kit.words import mark

Answers = dict[str, str]

PLACE: Final = "/cases/new"
# Where the draft lies: not the path of a page, whose own draft is forgotten once that page was sent.
DRAFT: Final = "new case"
# The pages in their order, each with a question that has an answer once the page was sent.
PAGES: Final = {
    PLACE: "safe",
    f"{PLACE}/consent": "consent",
    f"{PLACE}/known": "age",
    f"{PLACE}/contact": "language",
    f"{PLACE}/needs": "level",
}
CHECK: Final = f"{PLACE}/check"
SAME: Final = "same"
# Asked about the age: in doubt a person is a child until shown otherwise (UNICEF-AGE).
DOUBT: Final = "doubt"
FIELDS: Final = frozenset({SAME}).union(*(form.model_fields for form in FORMS))
_UNKNOWN: Final = {"sex": "U", "age_band": "unknown", "nationality": "unknown", "exploitation": "unknown"}
_TOLD: Final = ("purpose", "use", "right_to_request_data", "storage_time", "how_to_withdraw")
_NAMING: Final = frozenset({"given_names", "family_name", "birth_year", "name_why", "birth_year_why"})
# Who says no, or does not want to say yes, has no name written down.
UNWRITTEN: Final = frozenset({"no", NOT_SAID})
# Question of the pages -> what it is called where it is kept.
_ASKED: Final = {
    "age": "age_band", "sex": "sex", "nationality": "nationality", "exploitation": "exploitation",
    "language": "language",
}  # fmt: skip
# What is written, not chosen: where it is said why it was left open -> what may be open.
WHY: Final = {
    "name_why": ("given_names", "family_name"), "birth_year_why": ("birth_year",),
    "contact_why": ("safe_contact", "phone"),
}  # fmt: skip


def answers(desk: Desk) -> Answers:
    """What was answered so far."""
    return dict(drafts.kept(desk, DRAFT) or {})


def filled(said: Answers) -> Answers:
    """The answers with "" for each question that none was given to: for a page that shows all of them."""
    return {**dict.fromkeys(FIELDS, ""), **said}


def keep(desk: Desk, page: str, typed: Mapping[str, str]) -> str:
    """Keep the answers of one page beside those of the others; the path of the page that comes next."""
    said = {name: value.strip() for name, value in typed.items() if name != "back"}
    every = {**answers(desk), **said}
    if every.get("consent") in UNWRITTEN:
        # What somebody does not want written down is not kept either.
        every = {name: value for name, value in every.items() if name not in _NAMING}
    drafts.keep(desk, DRAFT, every)
    paths = [*PAGES, CHECK]
    return CHECK if typed.get("back") == "check" else paths[paths.index(page) + 1]


def first_open(said: Answers) -> str | None:
    """The path of the first page that nobody has answered; None if the last one can be shown."""
    return next((path for path, question in PAGES.items() if question not in said), None)


def candidates(desk: Desk, said: Answers) -> list[Candidate]:
    """Cases that may be the same person's; none once somebody has said which one is. The look is noted."""
    if said.get(SAME):
        return []
    facts = _facts(said)
    names = tuple(filter(None, (said.get("given_names"), said.get("family_name"))))
    typed = Known(names, int(said["birth_year"]) if said.get("birth_year") else None)
    return same_person.candidates(desk, facts["sex"], facts["age_band"], facts["nationality"], typed)


def choose_same(desk: Desk, reference: str) -> None:
    """Note which case is the same person's ("" takes that back); NotFound for one out of reach."""
    if reference and person_queries.referenced(desk, reference) is None:
        raise NotFound()
    drafts.keep(desk, DRAFT, {**answers(desk), SAME: reference})


def open_case(desk: Desk) -> str:
    """Open the case with what was answered, file the consent and what cannot wait, and forget the draft.

    The path of its page. Conflict if there are no answers: they were sent already, or thrown away.
    """
    said = answers(desk)
    if first_open(said) is not None:
        raise Conflict(
            mark("The answers are no longer here. The case may be open already: look at your list of cases."),
            code="nothing_to_open",
            title=mark("There is nothing to open."),
        )
    case = intake.opened(desk, _case(desk, said))
    version = case.version
    for kind, record in _records(desk, said):
        filed = filing.filed(desk, case.id, kind, RecordIn(record=record), version)
        version = filed.version
    drafts.forget(desk, DRAFT)
    return _path(case)


def came_back_on(said: Mapping[str, str]) -> date:
    """The day on which somebody came back, as it was typed; ValueError for what is no day."""
    return typed_day(*(said.get(f"returned_on_{part}", "") for part in ("day", "month", "year")))


def _path(case: CaseOut) -> str:
    return f"/cases/{case.reference}"


def _case(desk: Desk, said: Answers) -> CaseIn:
    facts = _facts(said)
    earlier = person_queries.referenced(desk, said[SAME]) if said.get(SAME) else None
    told = _identity(said)
    came_from = said.get("returned_from") or None
    office = "shelter" if queries.office_kind(desk, desk.office_id) == "shelter" else "other"
    return CaseIn(
        source=said["source"],
        child=said["age"] != "18+",
        age_band=facts["age_band"],
        sex=facts["sex"],
        nationality=facts["nationality"],
        language=_known(said["language"], "unknown"),
        exploitation=facts["exploitation"],
        identity=told or None,
        silent=_silent(said) or None,
        previous_case_id=earlier.id if earlier is not None else None,
        exploited_in=said.get("exploited_in") or "unknown",
        returned_from=came_from,
        returned_on=came_back_on(said) if came_from else None,
        channel=said["returned_by"] if came_from else office,
        note=_note(said),
    )


def _facts(said: Answers) -> dict[str, str]:
    asked = {"age_band": said.get("age", ""), **{name: said.get(name, "") for name in _UNKNOWN if name != "age_band"}}
    return {name: _known(value, _UNKNOWN[name]) for name, value in asked.items()}


def _known(value: str, otherwise: str) -> str:
    return otherwise if value in ("", NOT_ASKED, NOT_SAID, NOT_KNOWN, DOUBT) else value


def _silent(said: Answers) -> dict[Any, Any]:
    """Why the questions that were left open have no answer, as far as somebody said."""
    found = {name: said[asked] for asked, name in _ASKED.items() if said.get(asked) in (NOT_ASKED, NOT_SAID)}
    for why, names in WHY.items():
        found |= {name: said[why] for name in names if said.get(why) and not said.get(name)}
    return found


def _identity(said: Answers) -> dict[str, Any]:
    """Who the person is, as far as they agreed to have it written down; how to reach them safely is always kept."""
    fields = ("safe_contact", "phone", "given_names", "family_name")
    found: dict[str, Any] = {name: said[name] for name in fields if said.get(name)}
    if said.get("birth_year"):
        found["birth_year"] = int(said["birth_year"])
    return {**found, "sex": _known(said["sex"], "U")} if found else {}


def _note(said: Answers) -> str:
    """How the case began, in one's own words and in what was answered without a fact of its own."""
    lines = [said.get("note", "")]
    lines.append(f"Safe when the case was opened: {said['safe']}. Agreed to be written down: {said['consent']}.")
    return "\n".join(line for line in lines if line)[:4000]


def _records(desk: Desk, said: Answers) -> list[tuple[str, dict[str, Any]]]:
    """The records that follow from the answers, as kind and form."""
    found = []
    makers: tuple[tuple[str, Callable[[Desk, Answers], dict[str, Any] | None]], ...] = (
        ("circumstances", _danger), ("consent", _consent), ("needs_assessment", _needs),
    )  # fmt: skip
    for kind, make in makers:
        record = make(desk, said)
        if record is not None:
            found.append((kind, record))
    return found


def _danger(desk: Desk, said: Answers) -> dict[str, Any] | None:
    if said["safe"] != "no":
        return None
    return {"protection_risk": True, **({"note": said["danger"]} if said.get("danger") else {})}


def _consent(desk: Desk, said: Answers) -> dict[str, Any] | None:
    if said["consent"] != "yes":
        return None
    return {
        "purpose": "assistance",
        "recipient": desk.actor.country,
        "data_groups": [],
        "giver": said["giver"],
        "language": _known(said["language"], "unknown"),
        "form": said["form"],
        **{f"told_{name}": said.get(f"told_{name}") == "yes" for name in _TOLD},
        "valid_from": desk.today.isoformat(),
    }


def _needs(desk: Desk, said: Answers) -> dict[str, Any] | None:
    if said["level"] in (NOT_ASKED, NOT_SAID):
        return None
    words = {name: said[name] for name in ("health", "shelter", "dependants") if said.get(name)}
    if said["safe"] == "no" and said.get("danger"):
        words["threats"] = said["danger"]
    return {"level": said["level"], **words}
