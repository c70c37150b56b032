"""The HTML door of the lifecycle room: who may do what, which texts rules rest on, versions, words. Only to read."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access.page_door import Page, opens
from app.kit import catalogue
from app.kit.paging import ask
from app.lifecycle import gaps, queries, versions

router = APIRouter()

Reader = Annotated[Page, Depends(opens("policy:read"))]
PAGE: Final = 25
GUIDELINES: Final = "/admin/guidelines"


@router.get("/admin/roles")
def roles(page: Reader, role: Annotated[str, Query(max_length=64)] = "") -> Response:
    """Who may do what, how far, and which fields they see; one role at a time, the first if none is asked for."""
    page.verify()
    policies = page.house.policies
    names = sorted(policies.roles, key=lambda name: policies.roles[name].title)
    chosen = role if role in policies.roles else names[0]
    power = policies.safeguards.two_persons.power
    return page.show(
        "lifecycle/roles.html", here="admin", names=names, roles=policies.roles, chosen=chosen,
        permissions=policies.permissions, power=power,
    )  # fmt: skip


@router.get(GUIDELINES)
def guidelines(page: Reader, cursor: Annotated[str | None, Query(max_length=512)] = None) -> Response:
    """The texts that rules rest on, with how many conditions cite each."""
    page.verify()
    found = queries.sources(page.house.policies, ask(PAGE, cursor, (str,)))
    following = f"{GUIDELINES}?cursor={found.next}" if found.next else None
    return page.show("lifecycle/guidelines.html", here="admin", found=found, next=following)


@router.get("/admin/versions")
def changes(page: Reader) -> Response:
    """Rules that changed or will change, with their versions side by side."""
    with page.read() as desk:
        found = versions.changing(desk.policies, desk.today)
    return page.show("lifecycle/versions.html", here="admin", found=found, digest=page.house.policies.digest)


@router.get("/admin/codes")
def code_lists(page: Reader) -> Response:
    """The code lists, and how far each is translated into each language."""
    page.verify()
    lists = sorted(page.house.policies.codes.values(), key=lambda each: each.title)
    standing = {language: catalogue.standing(language) for language in gaps.TRANSLATED}
    return page.show(
        "lifecycle/codes.html", here="admin", lists=lists, gaps=gaps.gaps(lists), translated=gaps.TRANSLATED,
        standing=standing,
    )  # fmt: skip


@router.get("/admin/codes/{name}")
def code_list(name: str, page: Reader) -> Response:
    """One list: each label in every language, with what is missing or was made by a machine."""
    page.verify()
    found = queries.code_list(page.house.policies, name)
    rows = [(code, entry, gaps.words(name, entry.label)) for code, entry in found.codes.items()]
    return page.show("lifecycle/code_list.html", here="admin", it=found, rows=rows, translated=gaps.TRANSLATED)
