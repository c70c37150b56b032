"""Builds the policies from the parsed files, handing every fault to the document it stands in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

from policies import checks, clock_checks
from policies.checks import EVERYTHING, Names
from policies.clocks import ClockRules
from policies.corridor_checks import check_corridor
from policies.import_checks import check_import_mapping
from policies.import_mapping import ImportMapping
from policies.lists import CodeList, IndicatorPack, RetentionRule, RolePolicy
from policies.mapping_checks import check_mapping
from policies.mappings import Mapping
from policies.microdata_checks import read_microdata
from policies.model import Corridor, Country, Disclosure, FrozenDict, Policies, Safeguards, Source
from policies.needs import NeedsRules
from policies.needs_checks import check_needs
from policies.nodes import Built, Document
from policies.notices import Notice
from policies.report_checks import check_report, read_population
from policies.reports import Report
from policies.standard_checks import check_map, check_names_of_codes, check_standard
from policies.standards import Standard, StandardMap

SINGLES = ("sources.yaml", "roles.yaml", "retention.yaml", "safeguards.yaml", "clocks.yaml", "needs.yaml",
           "population.yaml", "microdata.yaml")  # fmt: skip
FOLDERS = ("codes", "corridors", "countries", "imports", "indicators", "mappings", "notices", "reports", "standards")
DEFAULT = "corridors/_default.yaml"
INHERITED = ("documents", "escalation", "meetings", "disclosure", "statistics_channel", "instruments")

# Stands in for a default that could not be built, so that its faults are not repeated in every corridor.
NOTHING = Corridor(
    key="_default",
    countries=(),
    instruments=(),
    documents=(),
    escalation=(),
    meetings=(),
    disclosure=Disclosure(offer=(), after_acknowledgement=(), after_acceptance=()),
    statistics_channel=None,
    is_default=True,
)


class Builder:
    """The documents of one folder (file -> document) and the names they offer to each other."""

    def __init__(self, documents: dict[str, Document]) -> None:
        self.documents = documents
        self.names = self._names()

    def _in(self, folder: str) -> dict[str, Document]:
        """Stem -> document of one folder, without those that could not be read."""
        return {
            PurePosixPath(file).stem: document
            for file, document in self.documents.items()
            if file.startswith(f"{folder}/") and isinstance(document.value, dict)
        }

    def _names(self) -> Names:
        return Names(
            sources=self._keys("sources.yaml", "sources"),
            permissions=self._keys("roles.yaml", "permissions"),
            roles=self._keys("roles.yaml", "roles"),
            corridors=frozenset(self._stems("corridors")) - {"_default"},
            offices={stem.upper(): self._offices(f"countries/{stem}.yaml") for stem in self._stems("countries")},
            codes={stem: self._keys(f"codes/{stem}.yaml", "codes") for stem in self._stems("codes")},
            standards={stem: self._keys(f"standards/{stem}.yaml", "fields") for stem in self._stems("standards")},
        )

    def _stems(self, folder: str) -> list[str]:
        files = (PurePosixPath(file) for file in self.documents)
        return [file.stem for file in files if str(file.parent) == folder and file.suffix == ".yaml"]

    def _keys(self, file: str, section: str) -> frozenset[str]:
        document = self.documents[file]
        return EVERYTHING if document.value is None else frozenset(document.keys(section))

    def _offices(self, file: str) -> frozenset[str]:
        rows = self.documents[file].at("offices")
        if not isinstance(rows, list):
            return EVERYTHING
        return frozenset(str(row.get("code")) for row in rows if isinstance(row, dict))

    def policies(self, digest: str) -> Policies | None:
        """Build and check everything; None when any document has a problem.

        digest: SHA-256 of all files, hex.
        """
        sources, permissions, roles = self._sources(), self._permissions(), self._roles()
        countries, retention, safeguards = self._countries(), self._retention(), self._safeguards()
        codes = self._one_each("codes", CodeList, checks.check_list)
        packs = self._one_each("indicators", IndicatorPack, checks.check_pack)
        self._packs_include_packs(packs)
        reports = self._one_each("reports", Report, check_report)
        population = read_population(self.documents["population.yaml"], self.names)
        notices = self._one_each("notices", Notice, checks.check_notice)
        mappings = self._one_each("mappings", Mapping, check_mapping)
        standards, standard_maps = self._standards(codes)
        microdata = read_microdata(
            self.documents["microdata.yaml"], self.names, standard_maps, self._stems("standards"), reports
        )
        imports = self._one_each("imports", ImportMapping, check_import_mapping)
        default, corridors = self._corridors()
        clocks = self._clocks()
        needs = self._needs()
        self._offices_are_unique()
        faulty = any(document.problems for document in self.documents.values())
        if default is None or safeguards is None or clocks is None or needs is None or microdata is None or faulty:
            return None
        return Policies(
            sources=sources,
            permissions=permissions,
            roles=roles,
            countries=countries,
            corridors=corridors,
            default_corridor=default,
            codes=codes,
            indicators=packs,
            notices=notices,
            mappings=mappings,
            standards=standards,
            standard_maps=standard_maps,
            imports=imports,
            retention=retention,
            reports=reports,
            population=population,
            microdata=microdata,
            safeguards=safeguards,
            clocks=clocks,
            needs=needs,
            digest=digest,
        )

    def _sources(self) -> dict[str, Source]:
        document = self.documents["sources.yaml"]
        _only(document, "instruments", "sources")
        built: dict[str, Source] = {}
        for source_id in document.keys("sources"):
            path = ("sources", source_id)
            row = document.at(*path)
            parent = row.get("of") if isinstance(row, dict) else None
            if parent is not None:
                shared = document.at("instruments", parent)
                if not isinstance(shared, dict):
                    document.complain(f"there is no instrument '{parent}' above", *path, "of")
                    continue
                del row["of"]
                document.inherit(("instruments", parent), path)
            source = document.build(Source, *path, id=source_id)
            if source is not None:
                built[source_id] = source
                checks.check_source(document, source, path)
                checks.countries_known(document, source.binds or (), self.names, *path, "binds")
        return built

    def _permissions(self) -> dict[str, str]:
        document = self.documents["roles.yaml"]
        _only(document, "permissions", "roles")
        found: dict[str, str] = {}
        for name in document.keys("permissions"):
            sentence = document.at("permissions", name)
            if not isinstance(sentence, str) or not sentence.strip():
                said = f"permission '{name}' needs a sentence saying what it allows"
                document.complain(said, "permissions", name)
            else:
                found[name] = sentence
        return found

    def _roles(self) -> dict[str, RolePolicy]:
        document = self.documents["roles.yaml"]
        built: dict[str, RolePolicy] = {}
        for name in document.keys("roles"):
            role = document.build(RolePolicy, "roles", name)
            if role is not None:
                built[name] = role
                checks.check_role(document, role, self.names, ("roles", name))
        granted: set[str] = set()
        for name in document.keys("roles"):
            granted.update(document.keys("roles", name, "permissions"))
        for name in document.keys("permissions"):
            if name not in granted:
                document.complain(f"no role holds the permission '{name}'", "permissions", name)
        return built

    def _countries(self) -> dict[str, Country]:
        built: dict[str, Country] = {}
        for stem, document in self._in("countries").items():
            rows = document.at("offices")
            for row in rows if isinstance(rows, list) else []:
                if isinstance(row, dict):
                    row.setdefault("country", stem.upper())
            country = document.build(Country)
            if country is None:
                continue
            if country.code != stem.upper():
                document.complain(f"the file is named {stem}.yaml but its code is {country.code}", "code")
            built[country.code] = country
            checks.check_country(document, country, self.names)
        return built

    def _offices_are_unique(self) -> None:
        holder: dict[str, str] = {}
        for document in self._in("countries").values():
            rows = document.at("offices")
            for at, row in enumerate(rows if isinstance(rows, list) else []):
                code = str(row.get("code")) if isinstance(row, dict) else ""
                if code in holder:
                    said = f"office '{code}' stands in {holder[code]} already"
                    document.complain(said, "offices", at, "code")
                elif code:
                    holder[code] = document.file

    def _one_each(
        self, folder: str, kind: type[Built], check: Callable[[Document, Built, Names], None]
    ) -> dict[str, Built]:
        """The folders in which one file is one thing, named like the file."""
        found: dict[str, Built] = {}
        for stem, document in self._in(folder).items():
            built = document.build(kind, name=stem)
            if built is not None:
                found[stem] = built
                check(document, built, self.names)
        return found

    def _standards(self, codes: dict[str, CodeList]) -> tuple[dict[str, Standard], dict[str, StandardMap]]:
        """The standards as published, and how our code lists are said in them: which of the two a file says itself."""
        fields: dict[str, Standard] = {}
        maps: dict[str, StandardMap] = {}
        for stem, document in self._in("standards").items():
            kind = document.at("kind")
            if kind == "fields":
                standard = document.build(Standard, name=stem)
                if standard is not None:
                    fields[stem] = standard
                    check_standard(document, standard, self.names)
            elif kind == "mapping":
                mapping = document.build(StandardMap, name=stem)
                if mapping is not None:
                    maps[stem] = mapping
                    check_map(document, mapping, self.names)
            else:
                document.complain("kind is 'fields' or 'mapping'", "kind")
        for name, mapping in maps.items():
            for standard in fields.values():
                check_names_of_codes(self.documents[f"standards/{name}.yaml"], mapping, standard, codes)
        return fields, maps

    def _packs_include_packs(self, packs: dict[str, IndicatorPack]) -> None:
        """A pack names only packs that exist, that are filled, and not itself."""
        for name, pack in packs.items():
            document = self.documents[f"indicators/{name}.yaml"]
            for at, other in enumerate(pack.includes):
                if other == name or other not in packs or packs[other].status != "ready":
                    document.complain(f"there is no other pack '{other}' that is ready", "includes", at)

    def _retention(self) -> dict[str, RetentionRule]:
        document = self.documents["retention.yaml"]
        _only(document, "retention")
        built: dict[str, RetentionRule] = {}
        for name in document.keys("retention"):
            rule = document.build(RetentionRule, "retention", name)
            if rule is not None:
                built[name] = rule
                checks.check_retention(document, rule, self.names, ("retention", name))
        return built

    def _safeguards(self) -> Safeguards | None:
        document = self.documents["safeguards.yaml"]
        _only(document, "safeguards")
        built = document.build(Safeguards, "safeguards")
        if built is not None:
            checks.check_safeguards(document, built, self.names)
        return built

    def _clocks(self) -> ClockRules | None:
        document = self.documents["clocks.yaml"]
        _only(document, "clocks")
        built = document.build(ClockRules, "clocks")
        if built is not None:
            clock_checks.check_clocks(document, built, self.names)
        return built

    def _needs(self) -> NeedsRules | None:
        document = self.documents["needs.yaml"]
        _only(document, "needs")
        built = document.build(NeedsRules, "needs")
        if built is not None:
            check_needs(document, built, self.names)
        return built

    def _corridors(self) -> tuple[Corridor | None, dict[str, Corridor]]:
        documents = self._in("corridors")
        first = documents.pop("_default", None)
        default = first.build(Corridor, key="_default", countries=(), is_default=True) if first else None
        if first is not None and default is not None:
            check_corridor(first, default, self.names)
        base = default or NOTHING
        built: dict[str, Corridor] = {}
        pairs: dict[frozenset[str], str] = {}
        for stem, document in documents.items():
            # Field by field, and clock by clock: what a corridor leaves open, the default answers.
            left_open = {name: getattr(base, name) for name in INHERITED if name not in document.value}
            corridor = document.build(Corridor, key=stem, **left_open)
            if corridor is not None:
                clocks = FrozenDict({**base.dated_clocks, **corridor.dated_clocks})
                built[stem] = corridor.model_copy(update={"dated_clocks": clocks})
                self._check_pair(document, corridor, pairs)
                check_corridor(document, corridor, self.names)
        return default, built

    def _check_pair(self, document: Document, corridor: Corridor, pairs: dict[frozenset[str], str]) -> None:
        ends = corridor.countries
        pair = frozenset(ends)
        if len(ends) != 2 or len(pair) != 2:
            document.complain("a corridor has exactly two different countries", "countries")
            return
        if corridor.key != "-".join(ends).lower():
            named = "-".join(ends).lower()
            said = f"the file is named {corridor.key}.yaml but its countries say {named}"
            document.complain(said, "countries")
        if pair in pairs:
            document.complain(f"{pairs[pair]}.yaml already has these two countries", "countries")
        pairs[pair] = corridor.key
        for end in ends:
            file = self.documents.get(f"countries/{end.lower()}.yaml")
            named_there = file.at("corridors") if file is not None else None
            if isinstance(named_there, list) and corridor.key not in named_there:
                document.complain(f"countries/{end.lower()}.yaml does not name this corridor", "countries")


def _only(document: Document, *known: str) -> None:
    """The top of a file with several sections holds these sections and no other."""
    if document.value is None:  # said already
        return
    for name in document.value:
        if name not in known:
            document.complain(f"'{name}' is not a known section ({', '.join(known)})", name)
    for name in known:
        if not isinstance(document.value.get(name), dict):
            document.complain(f"the section '{name}' is missing or not made of 'key: value' lines", name)
