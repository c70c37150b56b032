"""What must hold of the files of synthetic records: known people, columns of the view, marginals that make a tree."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from policies.checks import Names, listed, source_ids
from policies.microdata import Budget, MicroColumn, Microdata, MicroFile
from policies.nodes import Document, maybe
from policies.populations import COUNTRY, POPULATIONS, SPELLED, YEAR, Population
from policies.standards import EXTENSION, ListMap, StandardMap, View
from policies.terms import Policy

__all__ = ["MOST_CELLS", "is_word", "parents", "read_microdata"]

# A marginal of more cells is mostly noise.
MOST_CELLS = 400
Path = tuple[str | int, ...]


class _Head(Policy):
    budget: Budget
    source: str
    note: str = ""
    files: dict[str, Any]


def read_microdata(
    document: Document, names: Names, maps: Mapping[str, StandardMap], standards: Collection[str],
    reports: Collection[str],
) -> Microdata | None:
    """The declarations with every fault at its line; None where one has any.

    maps: the mappings of standards/ that could be built; standards: the names of all files there, so that a fault in
    one is not told again here. reports: names that are taken, for releases of both are found by name.
    """
    head = document.build(_Head)
    if head is None:
        return None
    source_ids(document, (head.source,), names, "source")
    built: dict[str, MicroFile] = {}
    for name in document.keys("files"):
        file = document.build(MicroFile, "files", name, name=name)
        if file is None:
            continue
        built[name] = file
        if name in reports:
            document.complain(f"there is a table of this name: reports/{name}.yaml", "files", name)
        if file.budget.epsilon > head.budget.epsilon:
            document.complain("one file spends more than a year has", "files", name, "budget", "epsilon")
        _check_file(document, file, names, maps, standards)
    if document.problems:
        return None
    return Microdata(budget=head.budget, source=head.source, note=head.note, files=built)


def is_word(theirs: str) -> bool:
    """Whether a list of a view writes this in a cell; what begins with a small letter is a column that is set to 1."""
    return not theirs[:1].islower()


def parents(marginals: tuple[tuple[str, ...], ...]) -> list[tuple[str, ...]]:
    """For each marginal, what of it stands in those before it: what the rest of it is drawn by."""
    seen: set[str] = set()
    found = []
    for each in marginals:
        found.append(tuple(name for name in each if name in seen))
        seen.update(each)
    return found


def _check_file(
    document: Document, file: MicroFile, names: Names, maps: Mapping[str, StandardMap], standards: Collection[str]
) -> None:
    here: Path = ("files", file.name)
    source_ids(document, file.sources, names, *here, "sources")
    for at, role in enumerate(file.roles):
        if role not in names.roles:
            document.complain(f"there is no role '{role}'{maybe(role, names.roles)}", *here, "roles", at)
    counted = POPULATIONS.get(file.counts)
    if counted is None:
        document.complain(f"nobody counts '{file.counts}'{maybe(file.counts, POPULATIONS)}", *here, "counts")
        return
    if counted.unit != "person":
        document.complain(f"{file.counts} are counted by the {counted.unit}: records are of persons", *here, "counts")
    if file.date not in counted.dates:
        known = ", ".join(counted.dates)
        document.complain(f"{file.counts} have no date '{file.date}' (they have: {known})", *here, "date")
    for name in file.filters:
        if name not in counted.filters:
            hint = maybe(name, counted.filters)
            document.complain(f"{file.counts} cannot be narrowed by '{name}'{hint}", *here, "filters", name)
    standard = maps.get(file.standard)
    if standard is None:
        if file.standard not in standards:
            document.complain(f"there is no mapping standards/{file.standard}.yaml", *here, "standard")
        return
    view = standard.views.get(file.view)
    if view is None:
        hint = maybe(file.view, standard.views)
        document.complain(f"{file.standard} has no view '{file.view}'{hint}", *here, "view")
        return
    sizes = _check_columns(document, file, counted, view, names)
    _check_marginals(document, file, sizes)


def _check_columns(
    document: Document, file: MicroFile, counted: Population, view: View, names: Names
) -> dict[str, int]:
    """Every column stands once and belongs to the view or to us; how many values each dimension has at most."""
    sizes: dict[str, int] = {}
    written: set[str] = set()
    for at, column in enumerate(file.columns):
        path: Path = ("files", file.name, "columns", at)
        kind = counted.dimensions.get(column.dimension)
        if kind is None or kind == YEAR:
            hint = maybe(column.dimension, counted.dimensions)
            document.complain(f"{file.counts} have no dimension '{column.dimension}'{hint}", *path, "dimension")
            continue
        if column.dimension in sizes:
            document.complain(f"the dimension '{column.dimension}' stands here twice", *path, "dimension")
        for place, name in enumerate(column.columns):
            if name not in view.columns and not name.startswith(EXTENSION):
                hint = maybe(name, view.columns)
                document.complain(f"the view has no column '{name}'{hint}", *path, "columns", place)
            if name in written:
                document.complain(f"'{name}' has two columns", *path, "columns", place)
            written.add(name)
        sizes[column.dimension] = _check_values(document, column, kind, view, names, path)
    return sizes


def _check_values(
    document: Document, column: MicroColumn, kind: str, view: View, names: Names, path: Path
) -> int:
    if column.list is not None:
        table = view.lists.get(column.list)
        if table is None:
            document.complain(f"the view has no list '{column.list}'{maybe(column.list, view.lists)}", *path, "list")
        elif table.ours != kind:
            document.complain(f"'{column.list}' is a list of {table.ours}, not of {kind}", *path, "list")
        else:
            _check_list(document, column, table, path)
        return len(set(table.forth.values())) + 1 if table is not None else 1
    for code in column.codes:
        if kind == COUNTRY:
            if len(code) != 2 or not code.isupper():
                document.complain(f"'{code}' is no country of two letters", *path, "codes", code)
        elif kind in SPELLED:
            if code not in SPELLED[kind]:
                document.complain(f"'{code}' is none of: {', '.join(SPELLED[kind])}", *path, "codes", code)
        elif kind in names.codes:
            listed(document, code, kind, names, *path, "codes", code)
        else:
            document.complain(f"'{column.dimension}' cannot be written: it tells a place of few people", *path)
            break
    return len(set(column.codes.values())) + 1


def _check_list(document: Document, column: MicroColumn, table: ListMap, path: Path) -> None:
    """A list of words fills one column; a list of flags the columns that its codes lead to."""
    theirs = {each for words in table.forth.values() for each in words}
    if any(is_word(each) for each in theirs):
        if len(column.columns) > 1:
            document.complain(f"'{column.list}' writes a word, and a word stands in one column", *path, "columns")
        return
    for place, name in enumerate(column.columns):
        if name not in theirs:
            document.complain(f"no code of '{column.list}' leads to '{name}'", *path, "columns", place)


def _check_marginals(document: Document, file: MicroFile, sizes: Mapping[str, int]) -> None:
    """Records can be drawn: what a marginal shares with those before stands together in one of them."""
    told: set[str] = set()
    for at, (names, shared) in enumerate(zip(file.marginals, parents(file.marginals), strict=True)):
        path: Path = ("files", file.name, "marginals", at)
        for place, name in enumerate(names):
            if name not in sizes:
                document.complain(f"no column tells '{name}'{maybe(name, sizes)}", *path, place)
            if name in names[:place]:
                document.complain(f"'{name}' stands here twice", *path, place)
        cells = 1
        for name in names:
            cells *= sizes.get(name, 1)
        if cells > MOST_CELLS:
            document.complain(f"{cells} cells are more than {MOST_CELLS}: most of it would be noise", *path)
        if at and not any(set(shared) <= set(other) for other in file.marginals[:at]):
            said = f"{', '.join(shared)} stand together in no marginal before: records cannot be drawn"
            document.complain(said, *path)
        if at and set(names) <= told:
            document.complain("this marginal adds nothing", *path)
        told.update(names)
    for name in sorted(set(sizes) - told):
        document.complain(f"'{name}' stands in no marginal, so nothing is known of it", "files", file.name, "marginals")
