"""What the keys room takes."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class RotationIn(BaseModel):
    """Which key operation is asked for."""

    model_config = ConfigDict(extra="forbid", strict=True)

    operation: Annotated[
        str,
        Field(
            max_length=40,
            examples=["rotate_token_key"],
            description="rotate_token_key, rotate_kek, rotate_signing_key (of the asking country) or"
            " rotate_checkpoint_key.",
        ),
    ]
    note: Annotated[
        str,
        Field(
            min_length=10,
            max_length=1000,
            examples=["Yearly exchange; the operator does it on Monday evening."],
            description="Why, and who runs the command; kept sealed, read by the second person.",
        ),
    ]
