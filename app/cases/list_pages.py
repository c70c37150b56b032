"""The page that lists cases."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access.may import permitted
from app.access.page_door import Page, opens
from app.cases import listing, new_case, saved
from app.kit.paging import ask
from app.kit.words import mark

router = APIRouter()

Reader = Annotated[Page, Depends(opens("case:read"))]
Word = Annotated[str, Query(max_length=60)]
Cursor = Annotated[str | None, Query(max_length=512)]

ROWS: Final = 25
# What stands beside the cases and belongs to none: the right that opens it, its address, its name.
BESIDE: Final = (
    ("tip:record", "/tips", mark("Tips")),
    ("operation:read", "/operations", mark("Operations")),
    ("operation:answer", "/reservations", mark("To keep ready")),
    ("case:import", "/reports/imports", mark("Cases from files")),
)


@router.get(listing.CASES)
def case_list(
    page: Reader,
    who: Word = "",
    late: Word = "",
    stage: Word = "",
    child: Word = "",
    flag: Word = "",
    reopened: Word = "",
    office: Word = "",
    finding: Word = "",
    cursor: Cursor = None,
) -> Response:
    """The cases within reach by what is due, with the filters of the address."""
    asked = ask(ROWS, cursor, (datetime, str))
    said = {
        "who": who, "late": late, "stage": stage, "child": child, "flag": flag, "reopened": reopened, "office": office,
        "finding": finding,
    }  # fmt: skip
    path = listing.address({name: value for name, value in said.items() if value})
    with page.write() as desk:
        found = listing.listed(desk, said, asked)
        may_open = permitted(desk, "case:create")
        begun = may_open and bool(new_case.answers(desk))
        lists = saved.counted(desk)
        may_give = permitted(desk, "case:assign")
        may_ask = may_give and permitted(desk, "transfer:request")
        may_meet = permitted(desk, "case:meet")
        meets_abroad = permitted(desk, "meeting:read")
        visits_abroad = permitted(desk, "visit:read")
        doors = [place for place in BESIDE if permitted(desk, place[0])]
    return page.show(
        "cases/list.html", here="cases", found=found, may_open=may_open, begun=begun, may_give=may_give, lists=lists,
        may_ask=may_ask, may_meet=may_meet, meets_abroad=meets_abroad, visits_abroad=visits_abroad,
        doors=doors,
        path=path, query=path.partition("?")[2], kept=any(each.path == path for each, _ in lists),
    )  # fmt: skip
