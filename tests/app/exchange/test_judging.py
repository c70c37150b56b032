"""What a partner says of its log, against what it said before: each contradiction by its name, and no false one."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.exchange import judging
from app.exchange.judging import SLACK, Held, judge
from app.exchange.testimony import COUNTED, Unsound, Vouched, read, write
from app.kit.canonical import canonical_bytes
from app.kit.signing import Signer, SigningKeys
from tests.conftest import START

HOUR = timedelta(hours=1)


def said(
    number: int, at: int = 0, epoch: str = "", counts: int | None = None, previous: str = "", more: str = ""
) -> Any:
    """A checkpoint as it was told ``at`` hours after the start; unsigned, since signatures are tested below."""
    told = {
        "number": number, "previous": previous or f"{number - 1:064x}", "root": more,
        "counts": dict.fromkeys(COUNTED, number if counts is None else counts),
    }  # fmt: skip
    moment = START + at * HOUR
    return Vouched(
        "MM", moment, moment.isoformat(), "k", b"", canonical_bytes(told), b"", number, epoch, moment,
        told["previous"], told["counts"],
    )  # fmt: skip


def held(each: Vouched, until: int | None = None) -> Held:
    """The same, kept; ``until``: how long the partner said that it was its newest."""
    last = each.at if until is None else START + until * HOUR
    return Held(each.body.decode(), each.number, each.epoch, each.hash, each.body, each.at, last)


def judged(new: Vouched, *before: Held) -> list[str]:
    """The codes; held of other epochs only say when these were."""
    spans: dict[str, tuple[Any, Any]] = {}
    for each in before:
        first, last = spans.get(each.epoch, (each.first, each.last))
        spans[each.epoch] = (min(first, each.first), max(last, each.last))
    found = judge(new, new.at, [each for each in before if each.epoch == new.epoch], spans)
    return [each.code for each in found]


def following(before: Vouched, **changes: Any) -> Any:
    """The checkpoint after another one, which it names."""
    return said(before.number + 1, previous=before.hash.hex(), **changes)


FIVE = said(5, 0)


@pytest.mark.parametrize(
    ("new", "before", "codes"),
    [
        (FIVE, [], []),
        (FIVE, [held(FIVE, 2)], []),
        (said(9, 1), [held(FIVE)], []),
        (following(FIVE, at=1), [held(FIVE)], []),
        # Two letters in another order than they were written; a stick that was weeks on its way.
        (said(5, 0), [held(said(9, 0))], []),
        (said(5, 0), [held(said(9, 700))], []),
        (said(5, 1, more="x"), [held(FIVE)], ["another_root"]),
        (said(5, 2), [held(said(9, 1))], ["gone_back"]),
        (said(9, 1), [held(FIVE, 3)], ["gone_back"]),
        (said(9, 1, counts=4), [held(FIVE)], ["counts_fell"]),
        (said(5, 0, counts=10), [held(said(9, 1))], ["counts_fell"]),
        (said(6, 1), [held(FIVE)], ["not_extended"]),
        (FIVE, [held(said(6, 1))], ["not_extended"]),
        # A backup of checkpoint 3 was restored there.
        (said(4, 1, epoch="b"), [held(FIVE)], ["new_epoch"]),
        (following(said(4, 1, epoch="b"), at=2, epoch="b"), [held(FIVE), held(said(4, 1, epoch="b"))], []),
        (said(6, 0), [held(FIVE), held(said(4, 1, epoch="b"))], ["not_extended"]),
        (following(FIVE, at=3), [held(FIVE), held(said(4, 1, epoch="b"))], ["epoch_back"]),
        (said(4, 0, epoch="a"), [held(said(4, 1, epoch="b"))], []),
        (said(4, 2), [held(said(4, 1, epoch="b"))], ["epoch_back"]),
    ],
)
def test_what_does_not_fit_is_named(new: Vouched, before: list[Held], codes: list[str]) -> None:
    assert judged(new, *before) == codes


def test_a_clock_that_was_corrected_is_no_alarm() -> None:
    before = held(said(9, 0))
    near = judging.judge(FIVE, before.first + SLACK, [before], {"": (before.first, before.last)})
    assert near == []


@pytest.fixture
def signing(tmp_path: Any) -> SigningKeys:
    """Myanmar's keys."""
    keys = SigningKeys.from_folder(tmp_path / "keys", create=True)
    keys.signer("MM"), keys.signer("TH")
    return keys


def checkpoint(signer: Signer, /, **changes: Any) -> tuple[bytes, bytes]:
    """Body and signature of a checkpoint."""
    counts = dict.fromkeys((*COUNTED, "sign_in_buckets", "sign_in_failures"), 3)
    body = canonical_bytes(
        {
            "format": "waymark-checkpoint-1", "number": 1, "made_at": START.isoformat(), "through": START.isoformat(),
            "previous": "0" * 64, "root": "1" * 64, "leaves": 0, "counts": counts, "key": signer.public.hex(),
            **changes,
        }
    )  # fmt: skip
    return body, signer.sign(body)


def test_a_checkpoint_is_read_as_it_was_written(signing: SigningKeys) -> None:
    key = Signer(Ed25519PrivateKey.generate())
    body, signature = checkpoint(key, epoch="e")
    told = write(signing.signer("MM"), "MM", START, body, signature)
    found = read(json.loads(json.dumps(told)), "MM", signing, START)
    assert (found.number, found.epoch, found.counts["looks"]) == (1, "e", 3)
    assert found.hash == hashlib.sha256(body + signature).digest()


@pytest.mark.parametrize(
    "changes",
    [
        {"number": 0}, {"number": 2**40}, {"number": "1"}, {"number": True}, {"counts": {}}, {"counts": None},
        {"counts": dict.fromkeys(COUNTED, -1)}, {"epoch": 7}, {"epoch": "x" * 37}, {"epoch": "a\0"}, {"key": "zz"},
        {"format": "waymark-checkpoint-9"}, {"made_at": "2026-11-01T00:00:00"}, {"previous": 1}, {"key": "00" * 32},
        {"pad": "x" * 5000},
    ],
)  # fmt: skip
def test_what_is_no_checkpoint_is_not_read(signing: SigningKeys, changes: dict[str, Any]) -> None:
    body, signature = checkpoint(Signer(Ed25519PrivateKey.generate()), **changes)
    with pytest.raises(Unsound):
        read(write(signing.signer("MM"), "MM", START, body, signature), "MM", signing, START)


def test_what_its_country_does_not_vouch_for_is_not_read(signing: SigningKeys) -> None:
    key = Signer(Ed25519PrivateKey.generate())
    good = write(signing.signer("MM"), "MM", START, *checkpoint(key))
    other = checkpoint(key, number=2)[1].hex()
    wrong = (
        None, [], {}, {**good, "more": "x"}, {**good, "at": 5}, {**good, "at": "2026-11-01T00:00:00"},
        {**good, "at": (START + HOUR).isoformat()}, {**good, "signature": other}, {**good, "vouched": "00" * 64},
        {**good, "key": signing.signer("TH").key_id}, {**good, "country": "TH"}, {**good, "body": "[" * 3000},
        write(signing.signer("TH"), "MM", START, *checkpoint(key)),
        write(signing.signer("TH"), "TH", START, *checkpoint(key)),
        # The body of one with the signature of another, vouched for all the same.
        write(signing.signer("MM"), "MM", START, checkpoint(key)[0], checkpoint(key, number=2)[1]),
    )  # fmt: skip
    for each in wrong:
        with pytest.raises(Unsound):
            read(each, "MM", signing, START)
    assert read(good, "MM", signing, START).number == 1
