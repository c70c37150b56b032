"""Places for checkpoints: a folder that keeps what it has, and a log host that is really spoken to."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from app.kit.merkle import merkle_root
from app.kit.places import Folder, LogHost, PlaceFault

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SAID = b'<109>1 2026-11-23T02:00:00Z - waymark - checkpoint - {"body":"compact"}'
COMPACT = b'{"body":"compact"}'


def listening(answer: Callable[[socket.socket], bytes]) -> tuple[int, list[bytes], threading.Thread]:
    """A log host for one message on this machine: its port, what it heard, and its thread to wait for."""
    heard: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with closing(server):
            line, _ = server.accept()
            with closing(line):
                heard.append(answer(line))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return server.getsockname()[1], heard, thread


def everything(line: socket.socket) -> bytes:
    parts = []
    while part := line.recv(4096):
        parts.append(part)
    return b"".join(parts)


def test_a_log_host_hears_one_counted_message_over_tcp() -> None:
    port, heard, thread = listening(everything)
    LogHost(f"tcp://127.0.0.1:{port}").put(7, "", AT, b"whole", COMPACT)
    thread.join(5)
    assert heard == [str(len(SAID)).encode() + b" " + SAID]


def test_a_log_host_hears_one_datagram_over_udp() -> None:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)
        LogHost(f"udp://127.0.0.1:{server.getsockname()[1]}").put(7, "", AT, b"whole", COMPACT)
        assert server.recv(4096) == SAID


def test_a_log_host_is_believed_over_tls_by_its_certificate_only(tmp_path: Path) -> None:
    pem = _certificate(tmp_path)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(pem)

    def over_tls(line: socket.socket) -> bytes:
        try:
            with serving.wrap_socket(line, server_side=True) as safe:
                return safe.recv(4096)
        except ssl.SSLError:
            return b"refused"

    known = ssl.create_default_context(cafile=str(pem))
    port, heard, thread = listening(over_tls)
    LogHost(f"tls://localhost:{port}", known).put(7, "", AT, b"whole", COMPACT)
    thread.join(5)
    assert heard == [str(len(SAID)).encode() + b" " + SAID]
    port, heard, thread = listening(over_tls)
    with pytest.raises(PlaceFault, match="does not take it: SSL"):
        LogHost(f"tls://localhost:{port}").put(7, "", AT, b"whole", COMPACT)
    thread.join(5)
    assert heard in ([b"refused"], [b""])


def test_a_place_that_is_away_or_no_place_is_told() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(PlaceFault, match="log host tcp://127.0.0.1"):
        LogHost(f"tcp://127.0.0.1:{port}").put(7, "", AT, b"whole", COMPACT)
    assert list(LogHost("tls://log.example").held()) == [] and LogHost("tls://log.example").name.endswith(":6514")
    for wrong in ("http://log.example", "tls://", "tcp://user@log.example", "udp://log.example/path", "log.example"):
        with pytest.raises(ValueError, match="tls://host:6514"):
            LogHost(wrong)


def test_a_folder_keeps_what_it_has(tmp_path: Path) -> None:
    place = Folder(tmp_path)
    for number in (2, 1, 2):
        place.put(number, "", AT, b"whole %d" % number, COMPACT)
    assert list(place.held()) == [(1, "", b"whole 1"), (2, "", b"whole 2")]
    assert all(file.stat().st_mode & 0o777 == 0o400 for file in tmp_path.iterdir())
    with pytest.raises(PlaceFault, match="another checkpoint 2"):
        place.put(2, "", AT, b"other", COMPACT)
    assert list(place.held())[1] == (2, "", b"whole 2") and len(list(tmp_path.iterdir())) == 2
    # After a restore the number comes again, in another epoch.
    place.put(2, "5f0e-11", AT, b"again 2", COMPACT)
    assert set(place.held()) == {(1, "", b"whole 1"), (2, "", b"whole 2"), (2, "5f0e-11", b"again 2")}
    with pytest.raises(PlaceFault, match="cannot be written to"):
        Folder(tmp_path / "none").put(1, "", AT, b"", b"")
    with pytest.raises(PlaceFault, match="cannot be read"):
        list(Folder(tmp_path / "none").held())


def test_a_root_is_that_of_rfc_6962() -> None:
    # Vectors of the Certificate Transparency project: trees of the first 0, 1, 2, 3 and 8 of these leaves.
    leaves = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
    roots = {
        0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    for count, root in roots.items():
        assert merkle_root([bytes.fromhex(each) for each in leaves[:count]]).hex() == root


def _certificate(folder: Path) -> Path:
    """A key and a certificate for localhost in one file."""
    key = Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, None)
    )
    assert isinstance(made.signature_hash_algorithm, hashes.HashAlgorithm | None)
    file = folder / "tls.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + made.public_bytes(Encoding.PEM))
    return file
