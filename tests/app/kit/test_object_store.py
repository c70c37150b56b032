"""An object store as a place for checkpoints: what it has stays, whoever writes, and no key is told to anybody."""

from __future__ import annotations

import http.client
import io
import logging
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from app.kit import log, object_store
from app.kit.object_store import ObjectStore, StoreKey, parts_of
from app.kit.places import PlaceFault
from app.settings import Settings
from tests import object_store as stores
from tests.object_store import BUCKET, Store

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SETTING = "WAYMARK_CHECKPOINT_STORE_KEY_FILE"


@pytest.fixture(scope="module")
def server() -> Iterator[Store]:
    """A store that takes any key."""
    with stores.running() as store:
        yield store


@pytest.fixture
def store(server: Store) -> Iterator[Store]:
    """The same, emptied afterwards."""
    yield server
    server.empty()


def place_at(url: str, store: Store) -> ObjectStore:
    return ObjectStore(url, StoreKey(SETTING, None, store.access, store.secret))


def fault_of(place: ObjectStore, whole: bytes = b"whole 1") -> PlaceFault:
    with pytest.raises(PlaceFault) as caught:
        place.put(1, "", AT, whole, b"")
    return caught.value


def test_what_is_put_stays_and_is_read_back(store: Store) -> None:
    place = place_at(store.url, store)
    assert list(place.held()) == []
    for number in (2, 1, 2):
        place.put(number, "", AT, b"whole %d" % number, b"")
    place.put(2, "5f0e-11", AT, b"again 2", b"")
    assert set(place.held()) == {(1, "", b"whole 1"), (2, "", b"whole 2"), (2, "5f0e-11", b"again 2")}
    assert [number for number, _, _ in place.held()] == [1, 2, 2]
    assert min(store.names()) == "waymark/th/checkpoint-0000000001.json"
    fault = fault_of(place, b"other")
    assert fault.code == "another_checkpoint"
    assert str(fault) == (
        f"object store {store.url}: waymark/th/checkpoint-0000000001.json is another checkpoint 1 than the one of this"
        " database"
    )
    assert (1, "", b"whole 1") in set(place.held())
    # What else lies there is nobody's checkpoint.
    for strange in ("waymark/th/checkpoint-1.json", "waymark/th/more/checkpoint-0000000009.json", "checkpoint"):
        store.client().put_object(Bucket=BUCKET, Key=strange, Body=b"x")
    assert len(list(place.held())) == 3


def test_more_than_a_page_of_checkpoints_is_listed(store: Store) -> None:
    client = store.client()
    for number in range(1, 1006):
        key = f"waymark/th/checkpoint-{number:010}.json"
        client.put_object(Bucket=BUCKET, Key=key, Body=b"whole %d" % number)
    held = list(place_at(store.url, store).held())
    assert held == [(number, "", b"whole %d" % number) for number in range(1, 1006)]


def test_two_that_write_at_once_never_replace_each_other(store: Store) -> None:
    """Each looks, sees nothing, and puts; the store's condition decides, and whoever lost is told."""
    many, told = 8, []
    ready = threading.Barrier(many)

    class Late(ObjectStore):
        def _put_new(self, key: str, whole: bytes) -> None:
            ready.wait(30)
            super()._put_new(key, whole)

    def write(each: int) -> None:
        place = Late(store.url, StoreKey(SETTING, None, store.access, store.secret))
        try:
            place.put(1, "", AT, b"whole %d" % each, b"")
        except PlaceFault as fault:
            told.append(fault.code)

    threads = [threading.Thread(target=write, args=(each,)) for each in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == ["another_checkpoint"] * (many - 1)
    assert len(list(place_at(store.url, store).held())) == 1


Change = Callable[[dict[str, str], str], int | None]


@contextmanager
def before(store: Store, change: Change, after: Change = lambda _headers, _way: None) -> Iterator[str]:
    """Something that stands before the store; ``change`` drops headers or answers by itself with a status."""

    class Between(BaseHTTPRequestHandler):
        def _pass(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = dict(self.headers.items())
            status = change(headers, self.command)
            answer: tuple[int, dict[str, str], bytes]
            if status is None:
                line = http.client.HTTPConnection("127.0.0.1", store.port, timeout=10)
                line.request(self.command, self.path, body, headers)
                told = line.getresponse()
                answer = told.status, dict(told.getheaders()), told.read()
                line.close()
                after(headers, self.command)
            else:
                answer = status, {}, b"<Error><Code>NotImplemented</Code><Message>SECRET</Message></Error>"
            self.send_response(answer[0])
            for name, value in answer[1].items():
                if name.lower() in ("content-type", "etag"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer[2])))
            self.end_headers()
            self.wfile.write(answer[2])

        do_GET = do_PUT = _pass

        def log_message(self, *_: Any) -> None:
            pass

    serving = ThreadingHTTPServer(("127.0.0.1", 0), Between)
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{serving.server_address[1]}/{BUCKET}/waymark/th"
    finally:
        serving.shutdown()
        thread.join()
        serving.server_close()


def _ignores_conditions(headers: dict[str, str], _way: str) -> None:
    headers.pop("If-None-Match", None)


def _refuses_conditions(headers: dict[str, str], _way: str) -> int | None:
    return 501 if "If-None-Match" in headers else None


@pytest.mark.parametrize("change", [_ignores_conditions, _refuses_conditions])
def test_a_store_without_conditional_puts_is_read_before_and_after(store: Store, change: Change) -> None:
    with before(store, change) as url:
        place = place_at(url, store)
        place.put(1, "", AT, b"whole 1", b"")
        place.put(1, "", AT, b"whole 1", b"")
        assert fault_of(place, b"other").code == "another_checkpoint"
        assert list(place.held()) == [(1, "", b"whole 1")]


def test_what_somebody_else_puts_in_between_is_noticed(store: Store) -> None:
    """Also by a store that knows no condition: what was written is read once more."""

    def another(_headers: dict[str, str], way: str) -> None:
        if way == "PUT":
            key = "waymark/th/checkpoint-0000000001.json"
            store.client().put_object(Bucket=BUCKET, Key=key, Body=b"somebody else's")

    with before(store, _ignores_conditions, another) as url:
        assert fault_of(place_at(url, store)).code == "another_checkpoint"


def test_every_put_bears_a_digest_and_asks_that_nothing_is_there(store: Store) -> None:
    """A bucket that locks takes nothing without a digest; and there is no other checksum, which older ones refuse."""
    seen: list[dict[str, str]] = []

    def keep(headers: dict[str, str], way: str) -> None:
        if way == "PUT":
            seen.append({name.lower(): value for name, value in headers.items()})

    with before(store, keep) as url:
        place_at(url, store).put(1, "", AT, b"whole 1", b"")
    (sent,) = seen
    assert sent["if-none-match"] == "*"
    assert len(sent["content-md5"]) == 24 and not any("checksum" in name for name in sent)


def test_a_store_that_hangs_or_is_away_is_told_in_time(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert 0 < object_store.WAIT_SECONDS <= 15
    monkeypatch.setattr(object_store, "WAIT_SECONDS", 0.5)
    place = place_at(store.url, store)
    begun = datetime.now(UTC)
    with store.hanging():
        fault = fault_of(place)
    assert (fault.code, str(fault)) == ("store_away", f"object store {store.url} does not answer: ReadTimeoutError")
    assert (datetime.now(UTC) - begun).total_seconds() < 10, "once, and not again and again"
    gone = place_at(f"http://127.0.0.1:9/{BUCKET}/x", store)
    assert str(fault_of(gone)).endswith("does not answer: EndpointConnectionError")
    with pytest.raises(PlaceFault, match="does not answer"):
        list(gone.held())
    nowhere = place_at(f"{store.endpoint}/no-such-bucket/x", store)
    assert fault_of(nowhere).code == "store_no_bucket" and "no bucket no-such-bucket; make it" in str(fault_of(nowhere))


def test_a_wrong_key_names_the_setting_and_nothing_secret(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read anew from the file each time: once the key is right it goes on, without a start."""
    with stores.running(asks_for_keys=True) as store:
        # What the machine keeps for other programs counts for nothing.
        monkeypatch.setenv("AWS_PROFILE", "somebody")
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        file = store.key_file(tmp_path)
        right = file.read_text(encoding="utf-8")
        settings = Settings(
            environment="demo", var=tmp_path, checkpoint_store=store.url, checkpoint_store_key_file=file
        )
        (place,) = settings.checkpoint_places
        assert isinstance(place, ObjectStore)
        marks = [store.secret]
        stream = io.StringIO()
        log.configure(stream)
        logging.getLogger().setLevel(logging.DEBUG)
        try:
            known, unknown = (store.access, "SignatureDoesNotMatch"), ("AKIANOBODYSKEY123456", "InvalidAccessKeyId")
            for access, code in (known, unknown):
                marks.append(secrets.token_hex(20))
                file.write_text(f'access_key = "{access}"\nsecret_key = "{marks[-1]}"\n', encoding="utf-8")
                fault = fault_of(place)
                assert fault.code == "store_key_refused"
                assert f"refuses the key of {SETTING}: {code}" in str(fault), fault
                assert fault.__cause__ is None and fault.__suppress_context__
                for told in (str(fault), repr(fault), repr(place), repr(settings)):
                    assert not any(mark in told for mark in marks)
            for text in ("", "access_key = 'x'", "no = [toml"):
                file.write_text(text, encoding="utf-8")
                fault = fault_of(place)
                assert fault.code == "store_key_unreadable" and SETTING in str(fault) and str(file) in str(fault)
            file.write_text(right, encoding="utf-8")
            place.put(1, "", AT, b"whole 1", b"")
            assert list(place.held()) == [(1, "", b"whole 1")]
        finally:
            logging.getLogger().setLevel(logging.WARNING)
            log.configure()
        out = capfd.readouterr()
        for written in (stream.getvalue(), out.out, out.err):
            assert not any(mark in written for mark in marks)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"checkpoint_store": "s3://bucket/prefix"}, "https://host/bucket/prefix"),
        ({"checkpoint_store": "https://store.example"}, "https://host/bucket/prefix"),
        ({"checkpoint_store": "https://key:s3cret@store.example/bucket"}, "https://host/bucket/prefix"),
        ({"checkpoint_store": "https://store.example/bucket?x=s3cret"}, "https://host/bucket/prefix"),
        ({"checkpoint_store": "https://store.example/bucket/../x"}, "https://host/bucket/prefix"),
        ({"checkpoint_store": "https://store.example/Bucket"}, "https://host/bucket/prefix"),
        ({"checkpoint_store": "https://store.example/bucket"}, "WAYMARK_CHECKPOINT_STORE needs a key"),
        (
            {"checkpoint_store": "https://store.example/bucket", "checkpoint_store_access_key": "a"},
            "WAYMARK_CHECKPOINT_STORE needs a key",
        ),
        (
            {
                "checkpoint_store": "https://store.example/bucket", "checkpoint_store_access_key": "a",
                "checkpoint_store_secret_key": "s3cret", "checkpoint_store_key_file": Path("x"),
            },
            "has two keys",
        ),
        (
            {
                "checkpoint_store": f"https://store.example/bucket/{'x' * 400}", "checkpoint_store_access_key": "a",
                "checkpoint_store_secret_key": "s3cret",
            },
            "more than 400 letters",
        ),
    ],
)  # fmt: skip
def test_a_setting_that_is_wrong_is_told(said: dict[str, Any], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=sentence) as caught:
        Settings(environment="demo", var=tmp_path, **said)
    assert "s3cret" not in str(caught.value)


def test_an_address_has_its_parts() -> None:
    assert parts_of("https://store.example:9000/bucket/") == ("https://store.example:9000", "bucket", "")
    assert parts_of("https://store.example/my-bucket/a/b") == ("https://store.example", "my-bucket", "a/b/")
    key = StoreKey("X", None, "access", "s3cret")
    assert "s3cret" not in repr(key) and ObjectStore("https://s.example/buc", key).name == "object store https://s.example/buc"
