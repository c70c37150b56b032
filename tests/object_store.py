"""A real object store over loopback (the server of moto, in a process of its own), for tests of places."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from botocore.config import Config
from botocore.session import Session

BUCKET: Final = "witness-of-waymark"
# What a server that asks for keys lets through before: the user, the key, what it may do.
_FIRST_ACTS: Final = "3"


@dataclass
class Store:
    """A server that can be stopped and started again; it forgets everything when it is ended."""

    asks_for_keys: bool = False
    port: int = 0
    access: str = "AKIAOPENTOEVERYBODY1"
    secret: str = "no-secret-at-all-but-a-mark-to-be-looked-for"
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def endpoint(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """What the setting says."""
        return f"{self.endpoint}/{BUCKET}/waymark/th"

    def start(self) -> None:
        """Start with one empty bucket, at the port of before."""
        if not self.port:
            with closing(socket.create_server(("127.0.0.1", 0))) as free:
                self.port = free.getsockname()[1]
        more = {"INITIAL_NO_AUTH_ACTION_COUNT": _FIRST_ACTS} if self.asks_for_keys else {}
        serve = "from moto.server import main; main()"
        command = [sys.executable, "-c", serve, "-H", "127.0.0.1", "-p", str(self.port)]
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(command, env={**os.environ, **more}, stdout=quiet, stderr=quiet)
        for _ in range(600):
            with suppress(OSError), closing(socket.create_connection(("127.0.0.1", self.port), 1)):
                break
            time.sleep(0.1)
        if self.asks_for_keys:
            self._make_a_key()
        self.client().create_bucket(Bucket=BUCKET)

    def stop(self) -> None:
        """End it; nobody listens at its port then."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(30)
            self._process = None

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """It takes connections meanwhile, and answers nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def client(self, service: str = "s3") -> Any:
        """Somebody with a key of the store, who looks into it or does harm."""
        return Session().create_client(
            service, region_name="us-east-1", endpoint_url=self.endpoint, aws_access_key_id=self.access,
            aws_secret_access_key=self.secret, config=Config(s3={"addressing_style": "path"}),
        )  # fmt: skip

    def names(self) -> list[str]:
        """The names of everything in the bucket."""
        pages = self.client().get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        return [each["Key"] for page in pages for each in page.get("Contents", ())]

    def empty(self) -> None:
        """Take everything away."""
        keys = self.names()
        for at in range(0, len(keys), 1000):
            some = [{"Key": key} for key in keys[at : at + 1000]]
            self.client().delete_objects(Bucket=BUCKET, Delete={"Objects": some})

    def key_file(self, folder: Path) -> Path:
        """Its key as the setting wants it."""
        file = folder / "store-key"
        file.touch(mode=0o600)
        file.write_text(f'access_key = "{self.access}"\nsecret_key = "{self.secret}"\n', encoding="utf-8")
        return file

    def _make_a_key(self) -> None:
        users = self.client("iam")
        users.create_user(UserName="waymark")
        made = users.create_access_key(UserName="waymark")["AccessKey"]
        users.put_user_policy(
            UserName="waymark", PolicyName="all",
            PolicyDocument='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}',
        )  # fmt: skip
        self.access, self.secret = made["AccessKeyId"], made["SecretAccessKey"]


@contextmanager
def running(*, asks_for_keys: bool = False) -> Iterator[Store]:
    """A store that is ended afterwards."""
    store = Store(asks_for_keys)
    try:
        store.start()
        yield store
    finally:
        store.stop()
