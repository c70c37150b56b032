"""Who asks for data of the person in a proceeding, for which, and on which ground."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, DoneOn, Entry, Kind, Long, RecordForm, Short
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import MatterFacts
from workflows.guards.files import AGAIN, ANSWERED, ASK, ASKED, BY, FROM, GAVE, MAY, OUT, named, without

Groups = Annotated[tuple[Annotated[str, Coded("data_group")], ...], Field(strict=False, min_length=1, max_length=20)]


class FileRequest(RecordForm):
    """OHCHR-G6.6: what the defence, a court or another authority wants of the file. Nothing goes out with it."""

    asker: Annotated[str, Coded("file_asker")] = Field(title=mark("Who asks?"))
    asker_name: Short | None = Field(default=None, title=mark("Which court, office or counsel?"))
    received_on: DoneOn = Field(title=mark("On which day did the request come?"))
    data_groups: Groups = Field(title=mark("What is asked for?"))
    ground: Long = Field(title=mark("What for, and on which order or law?"))


def fold(matter: MatterFacts, form: FileRequest, entry: Entry) -> MatterFacts:
    """The newest request takes the place of an answered one; beside one that waits it is marked as one too many."""
    waits = ASKED in matter.flags and ANSWERED not in matter.flags
    flags = without(matter, "file", ASK, MAY, GAVE, OUT, BY, FROM) | {ASKED} | ({AGAIN} if waits else set())
    flags |= named(ASK, form.data_groups) | named(BY, [entry.actor]) | named(FROM, [form.asker])
    return replace(matter, flags=flags)


KIND = Kind(
    "file_request", "Request for data of the person", FieldGroup.LEGAL, FileRequest,
    {"asker": "defence", "asker_name": "Counsel of the second accused", "received_on": "2026-11-20",
     "data_groups": ["needs", "language", "health"], "ground": "Order of the court in case 1234/2569."},
    fold_matter=fold, permission="legal:follow",
)  # fmt: skip
