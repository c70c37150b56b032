"""What files of a case look like at the JSON door; the file itself travels beside its fields, as a form sends it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from app.casework.shapes import Id, Moment

FieldText = Annotated[str, Field(max_length=1000)]


class DocumentIn(BaseModel):
    """What is told of a file that is added."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    kind: Annotated[str, Field(max_length=40, description="Code list case_document_kind.", examples=["court_paper"])]
    issued: Annotated[date | None, Field(description="The day it was issued or taken.")] = None
    language: Annotated[str | None, Field(max_length=20, description="Code list language.", examples=["my"])] = None
    note: FieldText | None = None
    replaces: Annotated[str | None, Field(max_length=36, description="Id of a file that this one corrects.")] = None
    reason: Annotated[
        str | None,
        Field(max_length=40, description="With `replaces`: code list document_error_reason.", examples=["wrong_file"]),
    ] = None


class ErrorIn(BaseModel):
    """That a file was entered in error, and why."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"example": {"reason": "wrong_file"}})

    reason: Annotated[str, Field(max_length=40, description="Code list document_error_reason.")]


class AboutOut(BaseModel):
    """What was told of a file, and what was found when it was cleaned."""

    issued: date | None
    language: str | None
    note: str | None
    pages: int | None
    removed: Annotated[list[str], Field(description="Taken out: details (who, where, when), actions.")]
    sha256: Annotated[str, Field(description="Of the file as it is kept and given out.")]
    original_sha256: Annotated[str, Field(description="Of the file as it was sent.")]


class ErrorOut(BaseModel):
    """That a file was entered in error: why, by whose word, and what stands in its place."""

    reason: Annotated[str, Field(examples=["wrong_file"])]
    marked_by: Id
    marked_at: Moment
    replaced_by: Id | None


class DocumentOut(BaseModel):
    """A file of a case; ``about`` only where the reader sees its field group."""

    id: Id
    kind: Annotated[str, Field(examples=["court_paper"])]
    group: Annotated[str, Field(examples=["legal"])]
    media_type: Annotated[str, Field(examples=["application/pdf"])]
    size: Annotated[int, Field(description="Bytes, as it is given out.", examples=[182044])]
    seq: Annotated[int, Field(description="Number of the history entry that tells of it.")]
    digest: Annotated[str, Field(description="SHA-256 of the sealed bytes; the history holds the same.")]
    added_by: Id
    added_at: Moment
    error: ErrorOut | None = None
    about: AboutOut | None = None


class DocumentsOut(BaseModel):
    """The files of a case, newest first."""

    items: list[DocumentOut]


# How the file and its fields come: FastAPI's own way would write large ones to the disk of the server, unsealed.
FORM: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "kind"],
                    "additionalProperties": False,
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": "PDF, JPEG or PNG."},
                        "kind": {"type": "string", "maxLength": 40, "description": "Code list case_document_kind."},
                        "issued": {"type": "string", "format": "date"},
                        "language": {"type": "string", "maxLength": 20},
                        "note": {"type": "string", "maxLength": 1000},
                        "replaces": {"type": "string", "maxLength": 36},
                        "reason": {"type": "string", "maxLength": 40},
                    },
                    "example": {"file": "%PDF-1.7 ...", "kind": "court_paper", "issued": "2017-02-20"},
                }
            }
        },
    }
}
CONTENT: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The file, as an attachment.",
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in ("application/pdf", "image/jpeg", "image/png")
        },
    }
}
