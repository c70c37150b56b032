"""Every fault in a policy file is reported with its file and line, and all of them at once."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from policies.load import PolicyError, load_policies
from tests.policies.conftest import BrokenCopy


@dataclass(frozen=True)
class Fault:
    """One way to break one file: `new` for `old`; the problem contains `says`, `below` lines further on."""

    file: str
    old: str
    new: str
    says: str
    below: int = 0


TH, DEFAULT, TH_MM = "countries/th.yaml", "corridors/_default.yaml", "corridors/th-mm.yaml"
CLOCKS = "clocks.yaml"
RETURNS = "reports/returns.yaml"

FAULTS = {
    # what YAML itself refuses
    "syntax": Fault("roles.yaml", "roles:\n", "roles: [\n", "cannot be read", 4),
    "tab": Fault("codes/sex.yaml", "  F:", "\tF:", "cannot be read"),
    "two documents": Fault("codes/sex.yaml", "codes:", "---\ncodes:", "cannot be read"),
    "forbidden character": Fault("codes/sex.yaml", "Female", "Fe\x07male", "character that YAML does not allow"),
    "duplicate key": Fault(TH, "hotline:\n", "name: Siam\nhotline:\n", "'name' stands here twice"),
    "duplicate source": Fault(
        "sources.yaml",
        "  OHCHR-P2:",
        "  OHCHR-P1: {of: house, asks: Again.}\n  OHCHR-P2:",
        "stands here twice",
    ),
    "alias": Fault(TH_MM, "[mm-dor, mm-atipd]", "&a [mm-dor]\n  XX: *a", "is repeated with '*'"),
    "foreign tag": Fault(TH, "name: Thailand", "name: !!python/name:os.system x", "cannot be read as a value"),
    "key that is no text": Fault("codes/sex.yaml", "  F:", "  ? [F]\n  :", "must be text"),
    # what the types refuse
    "unknown key": Fault(TH, "holidays:", "holydays: {}\nholidays:", "'holydays' is not a known key"),
    "unknown key deep inside": Fault(TH, "national_focal_point: true", "focal: true", "'focal' is not a known key"),
    "wrong type, text for number": Fault(TH, "age_of_majority: 18", "age_of_majority: '18'", "valid integer"),
    "wrong type, one for list": Fault(TH, "languages: [th]", "languages: th", "valid tuple"),
    "wrong type, number for text": Fault(TH, 'number: "1300"', "number: 1300", "valid string"),
    "wrong type, list for mapping": Fault("codes/sex.yaml", "title: Sex", "- Sex\n#", "cannot be read", 2),
    "bad day": Fault(TH_MM, "from: 2009-04-24", "from: 2009", "year-month-day"),
    "bad unit": Fault(TH, "unit: hours", "unit: fortnights", "hours"),
    "clock of nothing": Fault(TH, "value: 24", "value: 0", "greater than 0"),
    "unknown scope": Fault("roles.yaml", "case:create: own", "case:create: galaxy", "own"),
    "unknown field group": Fault(
        "roles.yaml", "[facts, identity, contact, narrative, risk, offenders]", "[gossip]", "facts"
    ),
    "unknown basis": Fault(TH, "basis: sourced", "basis: hearsay", "sourced"),
    "default without note": Fault(
        DEFAULT,
        ', note: "Time to answer a question from the other side, no number was found."',
        "",
        "needs a note",
    ),
    "statement without source": Fault(TH, "  sources: [TH-NRM-2022, MRW-2019]\n", "", "at least one source", -3),
    "ends before it begins": Fault(TH, "until: 2022-03-30", "until: 1999-03-30", "until lies before from"),
    "missing key": Fault("codes/risk_level.yaml", "title: Level of risk\n", "", "'title' is missing"),
    "missing key deep inside": Fault(TH_MM, "    basis: sourced\n", "", "'basis' is missing", -3),
    # what other files would have to know
    "dangling source": Fault(TH, "[TH-ATA-29]", "[TH-ATA-92]", "has no 'TH-ATA-92' (did you mean"),
    "dangling source in a corridor": Fault(TH_MM, "source: TH-MM-MOU-2009", "source: TH-MM-MOU-1909", "has no"),
    "dangling source in a list": Fault("codes/sex.yaml", "source: HTCDS-2.0", "source: HTCDS-9", "has no 'HTCDS-9'"),
    "a kind of file nobody sees": Fault(
        "codes/case_document_kind.yaml", "passport, group: identity}", "passport}", "which group sees it"
    ),
    "a group on another list": Fault("codes/sex.yaml", "htcds: Feminine", "group: risk", "only codes of"),
    "dangling source in a pack": Fault("indicators/child.yaml", "source: UNODC-IND", "source: XX", "has no"),
    "dangling source in retention": Fault("retention.yaml", "[IOM-9, WM-RETENTION]", "[IOM-99]", "has no 'IOM-99'"),
    "dangling source in a report": Fault("reports/returns.yaml", "sources: [MRW-2019", "sources: [MRW", "has no"),
    "unknown instrument": Fault("sources.yaml", "of: ohchr-principle", "of: oracle", "no instrument 'oracle'"),
    "source binding nobody known": Fault("sources.yaml", "binds: [TH]", "binds: [ZZ]", "countries/zz.yaml"),
    "agreement without a date": Fault("sources.yaml", "    date: 2018-11-02\n", "", "has a date", -2),
    "unknown permission": Fault("roles.yaml", "care:close: office", "care:end: office", "no permission 'care:end'"),
    "permission nobody holds": Fault(
        "roles.yaml", "  case:read:", "  case:burn: Burn it.\n  case:read:", "no role holds the permission"
    ),
    "permission without sentence": Fault("roles.yaml", "Write a referral to another country.", "''", "a sentence"),
    "content for the machine room": Fault(
        "roles.yaml",
        "account:manage: country",
        "account:manage: country\n      case:read: country",
        "administrator never gets",
        1,
    ),
    "unknown section": Fault("roles.yaml", "\nroles:", "\nrites: {}\nroles:", "'rites' is not a known section", 1),
    "unknown role": Fault("reports/returns.yaml", "[analyst,", "[analyser,", "no role 'analyser'"),
    "unknown filter": Fault(RETURNS, "  referral:", "  refferal:", "cannot be narrowed by 'refferal' (did you mean"),
    "filter of another population": Fault(RETURNS, "  referral:", "  placed:", "be narrowed by 'placed'"),
    "unknown value of a filter": Fault("reports/th-shelters.yaml", '["yes"]', "[perhaps]", "'perhaps' is none of: yes"),
    "unknown population": Fault(RETURNS, "counts: returns", "counts: retruns", "nobody counts 'retruns' (did you mean"),
    "unit of another population": Fault(RETURNS, "unit: return", "unit: person", "are counted by the return, not by"),
    "unit that is none": Fault(RETURNS, "unit: return", "unit: head", "unit: should be 'person'"),
    "unknown dimension": Fault(RETURNS, "[from_country,", "[form_country,", "'form_country' (did"),
    "dimension of another population": Fault(RETURNS, "sex, age_band]", "sex, care]", "no dimension 'care'"),
    "dimension twice": Fault(RETURNS, "sex, age_band]", "sex, sex]", "dimension 'sex' stands here twice"),
    "date of another population": Fault(RETURNS, "date: received_on", "date: opened_on", "have no date 'opened_on'"),
    "standing where nobody can tell": Fault(RETURNS, "by: year", "by: day", "nobody can say who was there on a day"),
    "year beside a quarter": Fault(RETURNS, "by: year", "by: quarter", "only a table by year has the dimension", -4),
    "channel of what has none": Fault(
        "reports/remedies.yaml", "as_of:", "channel: [iom]\nas_of:", "claims have no channel"
    ),
    "rates of what is no person": Fault(
        "reports/remedies.yaml", "roles:", "per: population\nroles:", "only people counted by year are told"
    ),
    "a public that is told more": Fault(RETURNS, "inside: 5", "inside: 12", "no smaller figure than the house"),
    "a public that is told of few": Fault(RETURNS, "public: 11", "public: 10", "greater than or equal to 11"),
    "a limit that is none": Fault(RETURNS, "inside: 5", "inside: 4", "greater than or equal to 5"),
    "population of nowhere": Fault("population.yaml", "  TH: []", "  ZZ: []", "countries/zz.yaml"),
    "population of a year twice": Fault(
        "population.yaml", "  TH: []", "  TH: [{year: 2020, people: 5, says: A}, {year: 2020, people: 6, says: B}]",
        "2020 stands here twice",
    ),
    "population without a source": Fault(
        "population.yaml", "  TH: []", "  TH: [{year: 2020, people: 5}]", "'says' is missing"
    ),
    "unknown code in a report": Fault("reports/returns.yaml", "[government]", "[goverment]", "return_channel"),
    "unknown office": Fault(TH_MM, "TH: [th-datip]", "TH: [th-datib]", "no office 'th-datib' (did you mean"),
    "unknown office as authority": Fault(TH, "office: th-mdt", "office: th-mtd", "has no office 'th-mtd'"),
    "unknown office at a border": Fault(TH_MM, "MM: mm-border-myawaddy", "MM: mm-border-x", "has no office"),
    "office of another country": Fault(TH_MM, "MM: [mm-dor,", "MM: [la-mlsw,", "is an office of LA, not of MM"),
    "office of another country at a border": Fault(
        TH_MM, "TH: th-border-mae-sot", "TH: mm-border-myawaddy", "is an office of MM, not of TH"
    ),
    "office of a third country": Fault(TH_MM, "  MM: [mm-dor", "  LA: [la-mlsw]\n  MM: [mm-dor", "LA is not part"),
    "office claimed for another country": Fault(
        TH, "{code: th-dsi,", "{code: th-dsi, country: MM,", "office th-dsi belongs to MM"
    ),
    "office named twice": Fault(TH, "code: th-dsi", "code: th-rtp", "stands in countries/th.yaml already"),
    "no focal office": Fault(TH_MM, "  MM: [mm-dor, mm-atipd]\n", "", "no focal office is named for MM", -2),
    "unknown border point": Fault(
        "corridors/th-la.yaml",
        "usual_border_point: nong",
        "usual_border_point: nonk",
        "no border point 'nonk-",
    ),
    "border point twice": Fault(TH_MM, "code: mae-sai-tachileik", "code: mae-sot-myawaddy", "stands here twice"),
    "border point without a side": Fault(TH_MM, "{TH: Mae Sot, MM: Myawaddy}", "{TH: Mae Sot}", "nothing for MM"),
    "unknown clock of a country": Fault(TH, "  needs_assessment:", "  needs_assesment:", "no clock 'needs_assesment'"),
    "missing clock of a country": Fault(TH, "  screening:\n", "  temporary_protection_limit_:\n", "no clock"),
    "unknown clock of a corridor": Fault(DEFAULT, "  supply_info:", "  supplie_info:", "no clock 'supplie_info'"),
    "unknown data group": Fault(DEFAULT, "[contact, health,", "[contacts, health,", "code list data_group"),
    "data group twice": Fault(DEFAULT, "[contact, health,", "[identity, health,", "already travels"),
    "identity in the offer": Fault(DEFAULT, "offer: [needs,", "offer: [identity,", "may not travel with an offer"),
    "unknown document": Fault(DEFAULT, "documents: [consent,", "documents: [consents,", "document_kind"),
    "unknown rung": Fault(DEFAULT, "escalation: [reminder,", "escalation: [gossip,", "escalation_step"),
    "rung without a rule": Fault(CLOCKS, "    supervisor: {", "    supervisors: {", "'supervisor' does not say", -3),
    "rung that nobody hears": Fault(CLOCKS, "to: office, roles: [supervisor],", "to: office,", "names no role to tell"),
    "unknown rung of a case": Fault(CLOCKS, "case_ladder: [reminder,", "case_ladder: [gossip,", "escalation_step"),
    "unknown urgent clock": Fault(CLOCKS, "urgent: [child_protection,", "urgent: [child_protect,", "'child_protect'"),
    "unknown cause": Fault(CLOCKS, "    person_unwell: {", "    person_lazy: {", "code list stop_cause"),
    "unknown role of a cause": Fault(CLOCKS, "[supervisor, national", "[boss, national", "no role 'boss'"),
    "cause without an end": Fault(CLOCKS, "longest_days: 90, ", "", "needs longest_days"),
    "unknown extension": Fault(CLOCKS, "by: tracing_extension", "by: tracing_tension", "no clock 'tracing_tension'"),
    "unknown meeting": Fault(DEFAULT, "kind: case_management", "kind: tea", "meeting_kind"),
    "unknown channel": Fault(DEFAULT, "statistics_channel: government", "statistics_channel: g", "return_channel"),
    "unknown service": Fault(TH, "service: housing", "service: house", "service_kind"),
    "unknown kind of person": Fault(TH, "persons: [identified]", "persons: [found]", "entitled_person"),
    "entitlement twice": Fault(TH, "code: fund-medical", "code: fund-living", "'fund-living' stands here twice"),
    "unknown exploitation": Fault("indicators/child.yaml", "[ForcedBegging]", "[Begging]", "code list exploitation"),
    "empty pack that is ready": Fault("indicators/commit-2016.yaml", "to_be_filled", "ready", "cannot be ready"),
    # dates
    "overlap of clocks": Fault(TH, "until: 2022-03-30, ", "", "begins while the value before it", 1),
    "overlap of corridor clocks": Fault(
        DEFAULT,
        "  supply_info:\n",
        "  supply_info:\n    - {from: 2020-01-01, value: 3, unit: days, basis: default, note: Test.}\n",
        "begins while the value before it",
        1,
    ),
    "overlap of amounts": Fault(
        TH,
        "      - {from: 2019-01-31, amount: 3000,",
        "      - {from: 2018-01-31, amount: 1, basis: sourced, sources: [TH-FUND]}\n"
        "      - {from: 2019-01-31, amount: 3000,",
        "begins while the value before it",
        1,
    ),
    "overlap of retention": Fault(
        "retention.yaml",
        "    child_periods:\n",
        "      - {from: 2020-01-01, value: 9, after: closed, basis: default, note: Test.}\n    child_periods:\n",
        "begins while the value before it",
    ),
    "instrument twice": Fault(
        TH_MM,
        "focal_offices:",
        "  - {source: TH-MM-MOU-2009, kind: mou, from: 2015-01-01}\nfocal_offices:",
        "twice",
    ),
    # names of files
    "corridor named after others": Fault(
        TH_MM, "countries: [TH, MM]", "countries: [MM, TH]", "its countries say mm-th"
    ),
    "corridor with one end": Fault(TH_MM, "countries: [TH, MM]", "countries: [TH]", "exactly two"),
    "corridor to nowhere": Fault(TH_MM, "countries: [TH, MM]", "countries: [TH, ZZ]", "countries/zz.yaml"),
    "country named after another": Fault(TH, "code: TH\n", "code: TX\n", "the file is named th.yaml"),
    "corridor that has no file": Fault(TH, "[th-mm,", "[th-zz, th-mm,", "no corridor file corridors/th-zz.yaml"),
    "corridor of others": Fault(TH, "[th-mm,", "[kh-vn, th-mm,", "kh-vn does not touch TH"),
    "corridor its country forgot": Fault("countries/mm.yaml", "[th-mm, mm-cn]", "[mm-cn]", ""),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_a_fault_is_reported_at_its_line(copy: BrokenCopy, fault: Fault) -> None:
    line = copy.swap(fault.file, fault.old, fault.new)
    problems = copy.problems()
    if fault.says:
        assert (fault.file, line + fault.below) in [(file, at) for file, at, text in problems if fault.says in text]
    else:
        assert ("corridors/th-mm.yaml", 1, "countries/mm.yaml does not name this corridor") in problems


def test_the_message_has_one_line_for_each_problem(copy: BrokenCopy) -> None:
    first = copy.swap("codes/sex.yaml", "source: HTCDS-2.0", "source: HTCDS-9")
    second = copy.swap("countries/th.yaml", "office: th-mdt", "office: th-mtd")
    with pytest.raises(PolicyError) as caught:
        copy.load()
    lines = str(caught.value).splitlines()
    assert len(lines) == len(caught.value.problems) == 2
    assert lines[0].startswith(f"codes/sex.yaml:{first}: ")
    assert lines[1].startswith(f"countries/th.yaml:{second}: ")


def test_faults_of_all_kinds_are_collected_in_one_go(copy: BrokenCopy) -> None:
    copy.swap("codes/sex.yaml", "codes:", "codes: {")
    copy.swap("countries/kh.yaml", "languages: [km]", "languages: km")
    copy.swap("corridors/th-kh.yaml", "source: TH-KH-SOP-2022", "source: TH-KH-SOP-1922")
    copy.swap("roles.yaml", "care:close: office", "care:end: office")
    copy.swap("retention.yaml", "legal_hold: false", "legal_hold: perhaps")
    assert {file for file, _, _ in copy.problems()} == {
        "codes/sex.yaml",
        "countries/kh.yaml",
        "corridors/th-kh.yaml",
        "roles.yaml",
        "retention.yaml",
    }


def test_one_fault_is_not_repeated_by_everything_that_rests_on_it(copy: BrokenCopy) -> None:
    copy.swap("sources.yaml", "strength: hard", "strength: heavy")
    assert {file for file, _, _ in copy.problems()} == {"sources.yaml"}


@pytest.mark.parametrize(
    "file",
    ["corridors/_default.yaml", "codes/data_group.yaml", "countries/la.yaml", "sources.yaml", "roles.yaml"],
)
def test_an_unreadable_file_is_one_problem_and_its_readers_stay_quiet(copy: BrokenCopy, file: str) -> None:
    copy.write(file, "a: [")
    assert [problem[0] for problem in copy.problems()] == [file]


@pytest.mark.parametrize("file", ["sources.yaml", "roles.yaml", "retention.yaml", "corridors/_default.yaml"])
def test_a_missing_file_is_named(copy: BrokenCopy, file: str) -> None:
    (copy.folder / file).unlink()
    assert (file, 1, "is missing") in copy.problems()


def test_a_missing_country_is_reported_where_it_is_named(copy: BrokenCopy) -> None:
    (copy.folder / "countries/la.yaml").unlink()
    assert ("corridors/th-la.yaml", 1, "there is no country file countries/la.yaml") in copy.problems()


def test_a_missing_corridor_is_reported_where_it_is_named(copy: BrokenCopy) -> None:
    (copy.folder / "corridors/kh-vn.yaml").unlink()
    line = copy.text("countries/kh.yaml").splitlines().index("corridors: [th-kh, kh-vn, kh-cn]") + 1
    assert ("countries/kh.yaml", line, "there is no corridor file corridors/kh-vn.yaml") in copy.problems()


def test_a_missing_code_list_is_reported_where_it_is_used(copy: BrokenCopy) -> None:
    (copy.folder / "codes/meeting_kind.yaml").unlink()
    assert any("no code list codes/meeting_kind.yaml" in text for _, _, text in copy.problems())


def test_the_same_pair_twice_is_refused(copy: BrokenCopy) -> None:
    text = copy.text("corridors/th-mm.yaml").replace("countries: [TH, MM]", "countries: [MM, TH]")
    copy.write("corridors/mm-th.yaml", text)
    assert any("already has these two countries" in text for _, _, text in copy.problems())


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        ("codes/empty.yaml", b"", "is empty"),
        ("codes/comment.yaml", b"# nothing\n", "is empty"),
        ("codes/notes.txt", b"hello", "is not a policy file"),
        ("codes/latin.yaml", b"title: caf\xe9\n", "is not UTF-8 text"),
        ("codes/scalar.yaml", b"just words\n", "must be made of 'key: value' lines"),
        ("roles.yaml", b"- just\n- words\n", "must be made of 'key: value' lines"),
        ("roles.yaml", b"roles: {}\n", "the section 'permissions' is missing"),
        ("sources.yaml", b"sources: words\ninstruments: {}\n", "the section 'sources' is missing"),
    ],
)
def test_a_file_that_cannot_be_a_policy_file(copy: BrokenCopy, file: str, content: bytes, says: str) -> None:
    (copy.folder / file).write_bytes(content)
    assert any(where == file and line == 1 and says in text for where, line, text in copy.problems())


def test_windows_line_ends_and_a_byte_order_mark_do_not_matter(copy: BrokenCopy) -> None:
    content = copy.text("codes/sex.yaml").replace("\n", "\r\n").encode()
    (copy.folder / "codes/sex.yaml").write_bytes(b"\xef\xbb\xbf" + content)
    assert copy.load().label("sex", "F") == "Female"


def test_the_digest_changes_with_every_change_and_only_then(copy: BrokenCopy) -> None:
    first = copy.load().digest
    assert first == copy.load().digest == load_policies().digest
    copy.swap("codes/sex.yaml", "Female", "female")
    second = copy.load().digest
    copy.swap("codes/sex.yaml", "female", "Female")
    copy.swap("corridors/_default.yaml", "value: 5, unit: working_days", "value: 6, unit: working_days")
    assert len({first, second, copy.load().digest}) == 3
    assert len(first) == 64


def test_the_own_policies_are_read_once() -> None:
    assert load_policies() is load_policies()
