"""The command line of the partners, `waymark partner`, and of what is carried to them, `waymark exchange`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.settings import Settings
from app.terminal import must_be_migrated, stop, told

if TYPE_CHECKING:
    from app.access.desk import House
    from app.exchange.witnessing import Standing

partners_app = typer.Typer(help="Countries with an installation of their own.", no_args_is_help=True)

exchange_app = typer.Typer(help="Letters in a file, for a post that no network reaches.", no_args_is_help=True)

Country = Annotated[str, typer.Argument(help="The code of the country, such as MM.")]


@partners_app.command("card")
@told
def card(
    country: Annotated[str, typer.Argument(help="A country that is at home in this installation.")],
    to: Annotated[Path, typer.Argument(help="The file to write, which must not be there yet.")],
    address: Annotated[str, typer.Option(help="Where partners reach us; WAYMARK_PUBLIC_URL if left out.")] = "",
) -> None:
    """Write what the other side needs to know us; it is public, and is believed by its print alone."""
    from app.exchange import cards
    from app.main import open_house

    settings = Settings()
    content = cards.make(open_house(settings), country, address or settings.public_url)
    with to.open("xb") as file:
        file.write(content)
    typer.echo(f"{to} is the card of {country}. Read this print to the other side on the telephone:")
    typer.echo(cards.spoken(cards.read(content).fingerprint))


@partners_app.command("add")
@told
def add(
    file: Annotated[Path, typer.Argument(help="The card that the other side has made.")],
    fingerprint: Annotated[str, typer.Option(help="The print as the other side has read it to you.")] = "",
    per_hour: Annotated[int | None, typer.Option(min=1, help="Messages that it may send us in an hour.")] = None,
) -> None:
    """Make a country a partner; or take up its new keys, which the known key has signed."""
    from app.exchange import cards, enrolling

    partner = enrolling.add(_house(), cards.read(file.read_bytes()), fingerprint, per_hour)
    typer.echo(f"{partner.country} is a partner at {partner.address}, known by the key {partner.signing[-1].key_id}.")


@partners_app.command("rotate")
@told
def rotate(
    country: Annotated[str, typer.Argument(help="A country that is at home in this installation.")],
    retire: Annotated[bool, typer.Option("--retire", help="Take the older keys away instead.")] = False,
) -> None:
    """Make a new key for what partners seal for us; the older ones open until `rotate --retire`."""
    from app.exchange import enrolling

    house = _house()
    if retire:
        gone = enrolling.retire_keys(house, country)
        typer.echo(f"{len(gone)} older exchange keys of {country} are gone." if gone else "There was no older key.")
        return
    key_id = enrolling.rotate_key(house, country)
    typer.echo(f"{country} opens with the key {key_id} from now on. Make a new card and give it to every partner;")
    typer.echo("when all have taken it up, and nothing is on its way, say `rotate --retire`.")


@partners_app.command("suspend")
@told
def suspend(
    country: Country, why: Annotated[str, typer.Option(help="A few words; they are kept and shown.")]
) -> None:
    """Speak no more with a partner, at once and in both directions; what waits for it stays."""
    from app.exchange import enrolling

    enrolling.suspend(_house(), country, why)
    typer.echo(f"Nothing goes to {country} and nothing is taken from it until `waymark partner resume {country}`.")


@partners_app.command("resume")
@told
def resume(country: Country) -> None:
    """Speak with a suspended partner again."""
    from app.exchange import enrolling

    enrolling.resume(_house(), country)
    typer.echo(f"The exchange with {country} goes on.")


@partners_app.command("status")
@told
def status() -> None:
    """Each partner: address, key, whether it is suspended, what it reads, its log; nothing is asked of anybody."""
    from app.exchange import capabilities, cards, replaying
    from app.main import open_house

    settings = Settings()
    must_be_migrated(settings)
    house = open_house(settings)
    logs = {code: _logs(house, code) for code in house.signing.countries} if house.partners.countries else {}
    for code in house.partners.countries:
        partner = house.partners.of(code)
        assert partner is not None
        state = f"suspended since {partner.suspended_at:%Y-%m-%d %H:%M}" if partner.suspended_at else "open"
        said = capabilities.kept(house, code)
        reads = f"said what it reads on {said.made:%Y-%m-%d}" if said else "has not said what it reads"
        typer.echo(f"{code}  {state}  {partner.address}  signs {partner.signing[-1].key_id}  {reads}")
        for here, known in logs.items():
            typer.echo(f"    {_of_its_log(here, known.get(code))}")
            if replaying.awaited(house, here, code):
                typer.echo(f"    {here} went back to a backup and waits to hear what was forgotten; it asks by itself")
    if not house.partners.countries:
        typer.echo("There are no partners: every country is at home here, or cannot be reached.")
    for code in house.signing.countries:
        content = cards.make(house, code, settings.public_url or "http://localhost")
        typer.echo(f"{code}  at home here; print of its card: {cards.spoken(cards.read(content).fingerprint)}")


@partners_app.command("compare")
@told
def compare(
    country: Country,
    own: Annotated[str, typer.Option(help="Our side, where several countries are at home here.")] = "",
) -> None:
    """Say how a partner's installation differs from ours: codes, versions, messages, languages, agreements."""
    from app.exchange import capabilities
    from app.exchange.comparing import differences

    house = _house()
    theirs = capabilities.kept(house, country)
    if theirs is None:
        stop(f"{country} has not said what it reads; it does so over the line, or with `waymark exchange capabilities`")
    home = house.signing.countries
    if own and own not in home or not home:
        stop(f"{own or 'no country'} is not at home here")
    found = differences(capabilities.ours(house, own or home[0]), theirs)
    typer.echo(f"{country} said on {theirs.made:%Y-%m-%d %H:%M} what it reads.")
    for each in found:
        typer.echo(f"- {each}")
    counted = "1 difference." if len(found) == 1 else f"{len(found)} differences."
    typer.echo(counted if found else "Nothing differs.")


@exchange_app.command("capabilities")
@told
def capability(
    country: Annotated[str, typer.Argument(help="A country that is at home in this installation.")] = "",
    to: Annotated[Path | None, typer.Option(help="The file to write, which must not be there yet.")] = None,
    take: Annotated[Path | None, typer.Option("--import", help="Keep what a partner's file says instead.")] = None,
) -> None:
    """Write what this installation reads, signed, for a partner that no network reaches; or keep a partner's."""
    from app.exchange import capabilities

    house = _house()
    if take is not None:
        said = capabilities.take_in(house, take.read_bytes())
        typer.echo(f"What {said.country} reads, as it said on {said.made:%Y-%m-%d %H:%M}, is kept.")
        return
    if country not in house.signing.countries:
        stop(f"{country or 'no country'} is not at home here")
    content = capabilities.make(house, country)
    if to is None:
        typer.echo(content.decode(), nl=False)
        return
    _write(to, content)
    typer.echo(f"{to}: what {country} reads, signed. It is public; the other side keeps it with --import.")
@partners_app.command("forgo")
@told
def forgo(country: Country) -> None:
    """After a restored backup, wait no longer for a partner that cannot tell what was forgotten here.

    Referrals that went on after the backup then stand still on both sides; compare them by telephone first.
    """
    from app.exchange import replaying

    house = _house()
    done = [here for here in house.signing.countries if replaying.forgo(house, here, country)]
    typer.echo(f"{', '.join(done)} no longer waits for {country}." if done else f"Nothing is awaited from {country}.")


@partners_app.command("witnessed")
@told
def witnessed(
    country: Country,
    out: Annotated[Path, typer.Option("--out", help="The file to write, which must not be there yet.")],
) -> None:
    """Write what is kept of a partner's signed checkpoints, for that country's auditor.

    The auditor gives the file to `waymark audit verify --witness FILE`, or to script/verify_bundle.py.
    """
    from app.exchange import witnessing

    house = _house()
    lines = [line for here in house.signing.countries for line in witnessing.kept(house, here, country)]
    if not lines:
        stop(f"no checkpoint of {country} has come here")
    _write(out, b"\n".join(lines) + b"\n")
    typer.echo(f"{out}: {len(lines)} checkpoints of {country}, each vouched for by that country's own key.")


@partners_app.command("settle")
@told
def settle(
    country: Country, why: Annotated[str, typer.Option(help="A few words: what it was; they are kept.")]
) -> None:
    """Note that what did not fit in a partner's log is explained; it stays on record with the reason."""
    from app.exchange import witnessing

    house = _house()
    done = sum(witnessing.settle(house, here, country, why) for here in house.signing.countries)
    typer.echo(f"{done} findings of the log of {country} are settled." if done else "There was nothing to settle.")


@exchange_app.command("export")
@told
def export(
    country: Annotated[str, typer.Argument(help="A country that is at home in this installation.")],
    partner: Annotated[str, typer.Argument(help="The partner that the parcel is for.")],
    to: Annotated[Path, typer.Argument(help="The file to write, which must not be there yet.")],
) -> None:
    """Write everything that waits for a partner into a file; it stays waiting until the answer comes back."""
    from app.exchange import parcels

    packed = parcels.pack(_house(), country, partner)
    _write(to, packed.content)
    typer.echo(f"{to}: {packed.letters} letters and {packed.receipts} receipts for {partner}, sealed and signed.")


@exchange_app.command("import")
@told
def take_in(
    file: Annotated[Path, typer.Argument(help="The parcel that was carried here.")],
    answer: Annotated[Path | None, typer.Option(help="The file to write back: receipts, and what waits here.")] = None,
) -> None:
    """Take in a parcel as if it had come over the line; what cannot be taken in is named, and ends with 1."""
    from app.exchange import parcels

    house = _house()
    if answer is not None and answer.exists():
        stop(f"{answer} is there already; nothing was taken in")
    done = parcels.unpack(house, file.read_bytes())
    typer.echo(f"{done.taken} letters of {done.sender} taken in, {done.kept} receipts kept.")
    if answer is not None:
        packed = parcels.pack(house, done.receiver, done.sender, done)
        _write(answer, packed.content)
        typer.echo(f"{answer}: {packed.answers} receipts, {packed.letters} letters. Carry it back.")
    if done.refused:
        stop(f"{len(done.refused)} were not taken in: {', '.join(sorted(set(done.refused)))}")


def _logs(house: House, here: str) -> dict[str, Standing]:
    from app.exchange import witnessing

    with house.db.read() as session:
        return witnessing.standing(house.system_desk(session, here, "exchange"))


def _of_its_log(here: str, known: Standing | None) -> str:
    if known is None or not (known.number or known.doubts):
        return f"{here} has seen no checkpoint of its log"
    at = f", seen {known.made_known_at:%Y-%m-%d %H:%M}" if known.made_known_at else ""
    seen = f"{here} knows its log up to checkpoint {known.number}{at}"
    if not known.doubts:
        return f"{seen}; nothing contradicts it"
    last = f"the last {known.code} at {known.found_at:%Y-%m-%d %H:%M}"
    return f"{seen}; NOT AS IT SHOULD BE: {known.doubts} findings, {last}"


def _write(to: Path, content: bytes) -> None:
    with to.open("xb") as file:
        file.write(content)


def _house() -> House:
    from app.main import open_house

    settings = Settings()
    must_be_migrated(settings)
    return open_house(settings)
