"""Key operations need two persons here, and then somebody at the machine that holds the key files."""

from __future__ import annotations

from typing import Final

from app.access.approval_shapes import ApprovalAskedOut
from app.access.desk import Desk
from app.access.two_persons import Act, Asked, ask, carries_out
from app.keys.schemas import RotationIn
from app.kit.errors import Conflict, Invalid

RIGHT: Final = "keys:operate"
KIND: Final = "key_operation"
ROTATE_TOKEN_KEY: Final = "rotate_token_key"  # noqa: S105
ROTATE_KEK: Final = "rotate_kek"
ROTATE_SIGNING_KEY: Final = "rotate_signing_key"
ROTATE_CHECKPOINT_KEY: Final = "rotate_checkpoint_key"
# What can be asked for; the command line knows how each is done (app/cli_keys.py).
OPERATIONS: Final = frozenset({ROTATE_TOKEN_KEY, ROTATE_KEK, ROTATE_SIGNING_KEY, ROTATE_CHECKPOINT_KEY})


def ask_for(desk: Desk, body: RotationIn) -> ApprovalAskedOut:
    """Ask for a key operation; Invalid (422) for one there is not."""
    if body.operation not in OPERATIONS:
        rule = f"one of: {', '.join(sorted(OPERATIONS))}"
        raise Invalid(
            "There is no such key operation.", extra={"errors": [{"field": "operation", "rule": rule}]}
        )
    subject = ("country", desk.actor.country)
    return ask(desk, Act(KIND, subject, {"operation": body.operation}, {"note": body.note}))


@carries_out(KIND, permission=RIGHT, act="a key operation")
def allow(_desk: Desk, asked: Asked) -> None:
    """Agreed: `waymark keys rotate --approval ID` may do it once, on the machine that holds the keys."""
    if asked.payload["operation"] not in OPERATIONS:
        raise Conflict("This version of the program knows no such operation.", code="operation_unknown")
