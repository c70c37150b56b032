"""What must hold of the files of standards: lists have values, names mean one thing, our codes lead somewhere."""

from __future__ import annotations

from collections.abc import Iterable

from policies.checks import Names, listed, no_overlap
from policies.lists import CodeList
from policies.nodes import Document, maybe
from policies.standards import ListMap, Standard, StandardMap, Target

__all__ = ["check_map", "check_names_of_codes", "check_standard", "folded"]


def folded(text: str) -> str:
    """A word as it is compared: without spaces at its ends and between double ones, and without capitals."""
    return " ".join(text.split()).casefold()


def check_standard(document: Document, standard: Standard, names: Names) -> None:
    """Every list has values, every field knows its list and section, and no name means two things."""
    if standard.source not in names.sources:
        document.complain(f"sources.yaml has no '{standard.source}'{maybe(standard.source, names.sources)}", "source")
    for name, values in standard.lists.items():
        if not values.codes and values.pattern is None:
            document.complain(f"the list '{name}' has no values and no pattern", "lists", name)
        said = ((code, word) for code, each in values.codes.items() for word in (code, *each.names))
        _one_meaning(document, said, "the list", "lists", name)
    for name, field in standard.fields.items():
        if field.section not in standard.sections:
            hint = maybe(field.section, standard.sections)
            document.complain(f"there is no section '{field.section}'{hint}", "fields", name, "section")
        if field.list is not None and field.list not in standard.lists:
            hint = maybe(field.list, standard.lists)
            document.complain(f"there is no list '{field.list}' below{hint}", "fields", name, "list")
        if field.type in ("one", "many") and field.list is None:
            document.complain(f"'{name}' takes a value of a list but names none", "fields", name)
        if field.list is not None and field.type not in ("one", "many"):
            document.complain(f"'{name}' is no field of a list, so it names none", "fields", name, "list")
    aliases = ((name, word) for name, field in standard.fields.items() for word in (name, *field.aliases))
    _one_meaning(document, aliases, "the fields", "fields")
    for name, target in standard.targets.items():
        _check_target(document, standard, name, target)


def _one_meaning(document: Document, said: Iterable[tuple[str, str]], where: str, *path: str) -> None:
    meaning: dict[str, str] = {}
    for name, word in said:
        other = meaning.setdefault(folded(word), name)
        if other != name:
            document.complain(f"'{word}' means two things in {where}: {other} and {name}", *path, name)


def _check_target(document: Document, standard: Standard, name: str, target: Target) -> None:
    here = ("targets", name)
    for part, fields in (("single", target.single), ("many", target.many), ("free", target.free)):
        for at, each in enumerate(fields):
            if each not in standard.fields:
                document.complain(f"there is no field '{each}'{maybe(each, standard.fields)}", *here, part, at)
    for at, each in enumerate(target.by_name):
        if each not in standard.lists:
            document.complain(f"there is no list '{each}'{maybe(each, standard.lists)}", *here, "by_name", at)
    seen: set[str] = set()
    for at, column in enumerate(target.columns):
        if column.field not in standard.fields:
            hint = maybe(column.field, standard.fields)
            document.complain(f"there is no field '{column.field}'{hint}", *here, "columns", at, "field")
        elif column.field in seen:
            document.complain(f"'{column.field}' has two columns", *here, "columns", at, "field")
        seen.add(column.field)


def check_map(document: Document, mapping: StandardMap, names: Names) -> None:
    """A table that is to be filled is empty; each list and code of ours exists, and has one meaning on any day."""
    if mapping.source not in names.sources:
        document.complain(f"sources.yaml has no '{mapping.source}'{maybe(mapping.source, names.sources)}", "source")
    if (mapping.status == "ready") != bool(mapping.views):
        said = "is ready but has no views" if mapping.status == "ready" else "is to be filled, so it has no views"
        document.complain(f"the mapping {said}", "status")
    for view, list_name, table in mapping.entries():
        path = ("views", view, "lists", list_name)
        for ours in (table.ours, *table.also):
            if ours not in names.codes:
                document.complain(f"there is no code list codes/{ours}.yaml", *path)
        for code in table.forth:
            listed(document, code, table.ours, names, *path, "forth", code)
        for at, code in enumerate(table.unsaid):
            listed(document, code, table.ours, names, *path, "unsaid", at)
        for at, row in enumerate(table.back):
            listed(document, row.ours, table.ours, names, *path, "back", at, "ours")
        for theirs in {row.theirs for row in table.back}:
            spans = {at: row for at, row in enumerate(table.back) if row.theirs == theirs}
            no_overlap(document, spans, f"'{theirs}' is read twice", *path, "back")
        _flags_are_columns(document, mapping.views[view].columns, table, *path)


def _flags_are_columns(document: Document, columns: tuple[str, ...], table: ListMap, *path: str) -> None:
    """Where a view is a table of columns, a code leads to one of them; a word with a capital is a value in a cell."""
    for code, theirs in table.forth.items() if columns else ():
        for each in theirs:
            if each[:1].islower() and each not in columns:
                document.complain(f"there is no column '{each}'{maybe(each, columns)}", *path, "forth", code)


def check_names_of_codes(
    document: Document, mapping: StandardMap, standard: Standard, codes: dict[str, CodeList]
) -> None:
    """Every value of a list is read as one thing or kept, and every name that a code of ours carries stands in it."""
    for view, list_name, table in mapping.entries():
        if view != standard.name:
            continue
        path = ("views", view, "lists", list_name)
        values = standard.lists.get(list_name)
        if values is None:
            document.complain(f"{standard.name} has no list '{list_name}'{maybe(list_name, standard.lists)}", *path)
            continue
        for ours in (table.ours, *table.also):
            for code, entry in codes[ours].codes.items() if ours in codes else ():
                if entry.htcds is not None and entry.htcds not in values.codes:
                    said = f"codes/{ours}.yaml writes '{code}' as '{entry.htcds}', which {list_name} does not have"
                    document.complain(said + maybe(entry.htcds, values.codes), *path)
        own = codes.get(table.ours)
        for value in values.codes if own is not None else ():
            lead = [code for code, entry in own.codes.items() if entry.htcds == value] if own is not None else []
            answered = own is not None and (value in own.codes or len(lead) == 1)
            answered = answered or any(row.theirs == value for row in table.back) or value in table.kept
            if not answered:
                said = f"'{value}' is read as {len(lead)} codes of {table.ours}: add a row 'back', or name it in 'kept'"
                document.complain(said, *path)
