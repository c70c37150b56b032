"""Who may bring what in: the rights to import and to open cases, and every group of fields that a mapping leads to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.access.desk import Desk
from app.access.may import must
from app.casework import fieldgroups
from app.kit.errors import Invalid
from app.kit.words import mark
from policies.import_mapping import ImportMapping
from policies.model import FieldGroup

__all__ = ["RIGHT", "may_bring"]

RIGHT: Final = "case:import"
# Field -> the group of fields it is of: who does not see it does not bring it in either.
_GROUPS: Final[Mapping[str, FieldGroup]] = {
    "identity.safe_contact": FieldGroup.CONTACT, "identity.phone": FieldGroup.CONTACT,
    "identity.family_contact": FieldGroup.CONTACT, "identity.health_alert": FieldGroup.HEALTH,
    "note": FieldGroup.NARRATIVE,
}  # fmt: skip


def may_bring(desk: Desk, mapping: ImportMapping) -> None:
    """Refuse who may not bring in what a mapping reads, with the rights of this moment.

    Forbidden without `case:import` and `case:create`. Invalid (422), naming the columns, where one leads to a group of
    fields that the actor's roles do not see.
    """
    must(desk, RIGHT)
    must(desk, "case:create")
    unseen = sorted(name for name, group in _groups_of(mapping).items() if not fieldgroups.sees(desk, group))
    if unseen:
        rule = {
            "field": "mapping", "rule": "fields your roles see", "columns": unseen,
            "sentence": mark("Your roles do not see what these columns lead to. Leave them out, or ask a colleague."),
        }  # fmt: skip
        said = "The mapping leads to fields your roles do not see."
        raise Invalid(said, code="fields_unseen", extra={"errors": [rule]})


def _groups_of(mapping: ImportMapping) -> dict[str, FieldGroup]:
    """Column -> the group of fields it leads to, where it is not one everybody sees who opens cases."""
    found: dict[str, FieldGroup] = {}
    for name, column in mapping.columns.items():
        if column.to is None:
            found[name] = FieldGroup.NARRATIVE
        elif column.to in _GROUPS:
            found[name] = _GROUPS[column.to]
        elif column.to.startswith("identity."):
            found[name] = FieldGroup.IDENTITY
    if mapping.unmapped == "keep":
        found["*"] = FieldGroup.NARRATIVE
    return found
