"""What must hold of a mapping file: its direction, the codes it leads to, and one meaning of a code on any day."""

from __future__ import annotations

from policies.checks import Names, countries_known, listed, no_overlap, source_ids
from policies.mappings import NEVER_MAPPED, Mapping
from policies.nodes import Document

__all__ = ["check_mapping"]


def check_mapping(document: Document, mapping: Mapping, names: Names) -> None:
    """The file is named after its direction; lists and targets exist; on any day a code of theirs has one of ours."""
    named = f"{mapping.from_}-{mapping.to}".lower()
    if mapping.from_ == mapping.to:
        document.complain("a mapping leads from one country to another", "to")
    elif mapping.name != named:
        document.complain(f"the file is named {mapping.name}.yaml but it leads from-to {named}", "from")
    countries_known(document, (mapping.from_,), names, "from")
    countries_known(document, (mapping.to,), names, "to")
    for code_list, rows in mapping.lists.items():
        if code_list in NEVER_MAPPED:
            document.complain(f"{code_list} holds words of the protocol, which are never mapped", "lists", code_list)
        for at, row in enumerate(rows):
            path = ("lists", code_list, at)
            listed(document, row.ours, code_list, names, *path, "ours")
            source_ids(document, row.sources, names, *path, "sources")
            if row.theirs == row.ours:
                document.complain(f"'{row.theirs}' is read as it is spelled without a table", *path, "theirs")
            elif row.theirs in names.codes.get(code_list, ()) and not row.note.strip():
                said = f"'{row.theirs}' is a code of ours too: say in 'note' why theirs means something else"
                document.complain(said, *path, "theirs")
        for theirs in {row.theirs for row in rows}:
            spans = {at: row for at, row in enumerate(rows) if row.theirs == theirs}
            no_overlap(document, spans, f"'{theirs}' is mapped twice", "lists", code_list)
