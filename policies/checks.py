"""What must agree between policy files: every name that one file uses has to exist in another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from policies.country import COUNTRY_CLOCKS, EXTRA_COUNTRY_CLOCKS, Country, Panel
from policies.lists import CodeList, CountryRetention, IndicatorPack, RetentionRule, RolePolicy
from policies.nodes import Document, Path, maybe
from policies.notices import Notice
from policies.safeguards import Safeguards
from policies.terms import Dated, Source, overlaps
from policies.training import TrainingRules

# Who runs the machine or counts never sees a case (DESIGN 6); a file cannot change that by mistake.
CONTENT_FREE = ("administrator", "analyst")
CONTENT = ("case:read", "record:read", "record:write", "identity:reveal", "timeline:read", "referral:read")

# The one list whose codes say who may see a thing.
FILES = "case_document_kind"


class _Everything(frozenset[str]):
    """The names of a file that could not be read: unknown, so every one of them passes."""

    def __contains__(self, _: object) -> bool:
        return True


EVERYTHING = _Everything()


@dataclass(slots=True)
class Names:
    """Every name that may be referred to, taken from the raw files.

    A file that is itself faulty still lends its names, so that one fault is not reported a hundred times.
    """

    sources: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    corridors: frozenset[str] = frozenset()
    offices: dict[str, frozenset[str]] = field(default_factory=dict)  # country code -> office codes
    codes: dict[str, frozenset[str]] = field(default_factory=dict)  # list -> codes
    standards: dict[str, frozenset[str]] = field(default_factory=dict)  # file of a standard -> its fields

    @property
    def countries(self) -> frozenset[str]:
        """The countries that have a file."""
        return frozenset(self.offices)


def source_ids(document: Document, ids: Iterable[str], names: Names, *path: str | int) -> None:
    """Every cited id stands in sources.yaml."""
    for at, each in enumerate(ids):
        if each not in names.sources:
            document.complain(f"sources.yaml has no '{each}'{maybe(each, names.sources)}", *path, at)


def check_notice(document: Document, notice: Notice, names: Names) -> None:
    """Every text that obliges us to say something stands in sources.yaml."""
    for item, said in notice.items.items():
        source_ids(document, said.sources, names, "items", item, "sources")


def listed(document: Document, code: str, list_name: str, names: Names, *path: str | int) -> None:
    """A code stands in its list."""
    known = names.codes.get(list_name)
    if known is None:
        document.complain(f"there is no code list codes/{list_name}.yaml", *path)
    elif code not in known:
        document.complain(f"'{code}' is not in the code list {list_name}{maybe(code, known)}", *path)


def countries_known(document: Document, codes: Iterable[str], names: Names, *path: str | int) -> None:
    """Every country named has a file."""
    for at, each in enumerate(codes):
        if each not in names.countries:
            document.complain(f"there is no country file countries/{each.lower()}.yaml", *path, at)


def no_overlap(document: Document, spans: Mapping[int, Dated], what: str, *path: str | int) -> None:
    """Of dated values only one holds on any day: the older one must say `until`."""
    for at in overlaps(spans):
        said = f"{what}: begins while the value before it still holds (set its 'until')"
        document.complain(said, *path, at)


def check_source(document: Document, source: Source, path: Path) -> None:
    """An agreement or a law says since when it exists, as far as anybody knows."""
    if source.kind in ("agreement", "law") and source.date is None and not source.note:
        document.complain(f"{source.id}: an agreement or a law has a date, or a note on why not", *path)


def check_role(document: Document, role: RolePolicy, names: Names, path: Path) -> None:
    """Every permission of a role is declared, and no case content goes to those who never get any."""
    for each in role.permissions:
        if each not in names.permissions:
            hint = maybe(each, names.permissions)
            document.complain(f"there is no permission '{each}'{hint}", *path, "permissions", each)
        if path[-1] in CONTENT_FREE and each in CONTENT:
            document.complain(f"{path[-1]} never gets '{each}'", *path, "permissions", each)


def check_safeguards(document: Document, safeguards: Safeguards, names: Names) -> None:
    """Every permission that safeguards speak of is declared, and every source is known."""
    named = (("emergency", "opens", safeguards.emergency.opens), ("two_persons", "power", safeguards.two_persons.power))
    for part, place, permissions in named:
        for each in sorted(permissions):
            if each not in names.permissions:
                hint = maybe(each, names.permissions)
                document.complain(f"there is no permission '{each}'{hint}", "safeguards", part, place)
    for part, sources in (
        ("emergency", safeguards.emergency.sources),
        ("bulk_viewing", safeguards.bulk_viewing.sources),
        ("two_persons", safeguards.two_persons.sources),
        ("screen", safeguards.screen.sources),
        ("drafts", safeguards.drafts.sources),
        ("files", safeguards.files.sources),
        ("mail", safeguards.mail.sources),
    ):
        source_ids(document, sources, names, "safeguards", part, "sources")


def check_country(document: Document, country: Country, names: Names) -> None:
    """Clocks, offices, entitlements and corridors of one country file."""
    allowed = (*COUNTRY_CLOCKS, *EXTRA_COUNTRY_CLOCKS)
    for name, values in country.clocks.items():
        if name not in allowed:
            document.complain(f"there is no clock '{name}'{maybe(name, allowed)}", "clocks", name)
        for at, clock in enumerate(values):
            source_ids(document, clock.sources, names, "clocks", name, at, "sources")
        no_overlap(document, dict(enumerate(values)), f"clock {name}", "clocks", name)
    for name in COUNTRY_CLOCKS:
        if not country.clocks.get(name):
            document.complain(f"the clock '{name}' is missing", "clocks")
    own = names.offices.get(country.code, frozenset())
    authority = country.competent_authority
    if authority.office not in own:
        document.complain(
            f"{country.code} has no office '{authority.office}'{maybe(authority.office, own)}",
            "competent_authority",
            "office",
        )
    source_ids(document, authority.sources, names, "competent_authority", "sources")
    _check_fund_office(document, country, own, names)
    source_ids(document, country.hotline.sources, names, "hotline", "sources")
    _check_panel(document, country.panel, names)
    _check_training(document, country.training, names)
    hours = country.office_hours.sources if country.office_hours else ()
    source_ids(document, hours, names, "office_hours", "sources")
    for at, office in enumerate(country.offices):
        source_ids(document, office.sources, names, "offices", at, "sources")
        if office.country != country.code:
            document.complain(f"office {office.code} belongs to {office.country}", "offices", at, "country")
    for at, key in enumerate(country.corridors):
        if key not in names.corridors:
            document.complain(f"there is no corridor file corridors/{key}.yaml", "corridors", at)
        elif country.code.lower() not in key.split("-"):
            document.complain(f"corridor {key} does not touch {country.code}", "corridors", at)
    _check_entitlements(document, country, names)


def _check_fund_office(document: Document, country: Country, own: frozenset[str], names: Names) -> None:
    fund = country.fund_office
    if fund is None:
        return
    if fund.office not in own:
        document.complain(
            f"{country.code} has no office '{fund.office}'{maybe(fund.office, own)}", "fund_office", "office"
        )
    source_ids(document, fund.sources, names, "fund_office", "sources")


def _check_panel(document: Document, panel: Panel | None, names: Names) -> None:
    if panel is None:
        return
    source_ids(document, panel.sources, names, "panel", "sources")
    for at, profession in enumerate(panel.professions):
        listed(document, profession, "panel_profession", names, "panel", "professions", at)


def _check_training(document: Document, training: TrainingRules | None, names: Names) -> None:
    """Every kind of training is known; how long one holds is said for each day at most once."""
    if training is None:
        return
    source_ids(document, training.notice.sources, names, "training", "notice", "sources")
    for kind, values in training.validity.items():
        listed(document, kind, "training_kind", names, "training", "validity", kind)
        for at, each in enumerate(values):
            source_ids(document, each.sources, names, "training", "validity", kind, at, "sources")
        no_overlap(document, dict(enumerate(values)), kind, "training", "validity", kind)
    for at, demand in enumerate(training.demands):
        listed(document, demand.training, "training_kind", names, "training", "demands", at, "training")
        source_ids(document, demand.sources, names, "training", "demands", at, "sources")


def _check_entitlements(document: Document, country: Country, names: Names) -> None:
    seen: set[str] = set()
    for at, right in enumerate(country.entitlements):
        path = ("entitlements", at)
        if right.code in seen:
            document.complain(f"the entitlement '{right.code}' stands here twice", *path, "code")
        seen.add(right.code)
        listed(document, right.code, "entitlement", names, *path, "code")
        listed(document, right.service, "service_kind", names, *path, "service")
        for place, person in enumerate(right.persons):
            listed(document, person, "entitled_person", names, *path, "persons", place)
        for place, amount in enumerate(right.amounts):
            source_ids(document, amount.sources, names, *path, "amounts", place, "sources")
        no_overlap(document, dict(enumerate(right.amounts)), right.code, *path, "amounts")


def check_list(document: Document, codes: CodeList, names: Names) -> None:
    """The list says where its words come from; of a kind of file it says who may see it, and of nothing else."""
    source_ids(document, (codes.source,), names, "source")
    for name, code in codes.codes.items():
        if (code.group is not None) != (codes.name == FILES):
            wrong = "which group sees it" if code.group is None else f"only codes of {FILES} have a group"
            document.complain(wrong, "codes", name, "group")
        if code.consent is not None:
            listed(document, code.consent, "consent_purpose", names, "codes", name, "consent")
        for at, help_code in enumerate(code.offers):
            listed(document, help_code, "help_elsewhere", names, "codes", name, "offers", at)


def check_pack(document: Document, pack: IndicatorPack, names: Names) -> None:
    """Source and forms of exploitation of an indicator pack; a pack that claims to be ready is not empty."""
    source_ids(document, (pack.source,), names, "source")
    for name, indicator in pack.indicators.items():
        for at, form in enumerate(indicator.exploitation):
            listed(document, form, "exploitation", names, "indicators", name, "exploitation", at)
    if pack.status == "ready" and not pack.indicators:
        document.complain("an empty pack cannot be ready: use 'to_be_filled'", "status")


def check_retention(document: Document, rule: RetentionRule, names: Names, path: Path) -> None:
    """Sources and dates of one retention rule, and of what countries have in its place."""
    everywhere: tuple[str, RetentionRule | CountryRetention] = ("", rule)
    for code, each in (everywhere, *rule.countries.items()):
        at_country = (*path, "countries", code) if code else path
        if code and code not in names.countries:
            document.complain(f"there is no country file countries/{code.lower()}.yaml", *at_country)
        for part, periods in (("periods", each.periods), ("child_periods", each.child_periods)):
            for at, period in enumerate(periods):
                source_ids(document, period.sources, names, *at_country, part, at, "sources")
            no_overlap(document, dict(enumerate(periods)), f"{path[-1]} {part}", *at_country, part)
