"""What working lists take and give."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.casework.shapes import Id

Word = Annotated[str, Field(max_length=60)]
Filters = Annotated[
    dict[Word, Word],
    Field(
        max_length=10, examples=[{"who": "mine", "late": "yes"}],
        description="The words of the page's address: who, late, stage, child, flag, reopened, office, finding.",
    ),
]  # fmt: skip
Name = Annotated[
    str,
    Field(
        max_length=200, examples=["Late"],
        description="Your own words; nobody else sees them unless the list is shared. No name of a person.",
    ),
]
ListId = Annotated[str, Field(max_length=36, examples=["3f2c9a54-7d0e-4f5e-9d53-0a5d2c1b8e77"])]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class SavedIn(_In):
    """A name, and the filters it stands for; ``shared``: for everybody of your office."""

    name: Name
    filters: Filters
    shared: Annotated[bool, Field(description="Needs `list:share`. It goes with the office, not with you.")] = False


class RenameIn(_In):
    """Which list, and its new name."""

    list_id: ListId
    name: Name


class ShareIn(_In):
    """Which list, and whether your office shares it from now on."""

    list_id: ListId
    shared: Annotated[bool, Field(examples=[False])]


class RemoveIn(_In):
    """Which list goes."""

    list_id: ListId


class SavedListOut(BaseModel):
    """One working list: your own, or one that your office shares."""

    id: Id
    name: Name
    filters: Filters
    shared: Annotated[bool, Field(description="Whether everybody of your office has it.")]
    changeable: Annotated[bool, Field(description="Whether you may rename and delete it.")]
    count: Annotated[
        int | None, Field(description="Cases within your reach now; null: a filter is no more.", examples=[3])
    ]


class SavedListsOut(BaseModel):
    """Your working lists, then those your office shares; each the oldest first."""

    items: list[SavedListOut]
