"""An object store that speaks S3, as a place off the machine for signed checkpoints (docs/decisions/0050).

Its key comes from a file in TOML, readable by the program alone, or from the environment; never from the database::

    access_key = "..."
    secret_key = "..."
"""

from __future__ import annotations

import base64
import hashlib
import re
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from app.kit.places import FILE, PlaceFault, file_name

__all__ = ["ObjectStore", "StoreKey", "parts_of"]

WAIT_SECONDS: Final = 10
# A checkpoint of 20,000 lines has three megabytes; what is larger is none.
LARGEST: Final = 64_000_000
# A year has 35,000 checkpoints: one after the other, over a long line, they would take half an hour.
AT_A_TIME: Final = 8
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_FOLDER: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
# What a store calls an error may stand in our sentence only if it looks like a word of the protocol.
_WORD: Final = re.compile(r"[A-Za-z0-9.]{1,60}")
_HOW: Final = "an object store is given as https://host/bucket/prefix"
# Another put of the same name was first, or is on its way: what is there is read and compared.
_TAKEN: Final = (409, 412)
_NOT_KNOWN: Final = 501
# What other programs of this machine use (profiles, files in a home) is not looked at.
_OURS_ALONE: Final = {name: (None, None, None, None) for name in ("profile", "config_file", "credentials_file")}
_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class StoreKey:
    """The two halves of a key, or the file that holds them; ``named``: the settings that say so, for errors."""

    named: str
    file: Path | None = None
    access: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)

    def read(self) -> tuple[str, str]:
        """Both halves as they are now: a file that was exchanged counts at once.

        Raises PlaceFault naming setting and file where they cannot be had.
        """
        if self.file is None:
            return self.access, self.secret
        try:
            told = tomllib.loads(self.file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise PlaceFault(f"{self.named}: {self.file} cannot be read as TOML", "store_key_unreadable") from None
        halves = tuple(told.get(name) for name in ("access_key", "secret_key"))
        access, secret = halves
        if not (isinstance(access, str) and access and isinstance(secret, str) and secret):
            text = f"{self.named}: {self.file} must hold access_key and secret_key"
            raise PlaceFault(text, "store_key_unreadable")
        return access, secret


def parts_of(url: str) -> tuple[str, str, str]:
    """Endpoint, bucket and prefix (empty, or ending with a slash) of an address such as https://host/bucket/prefix.

    Raises ValueError: not such an address, or it holds a name, a password, a query.
    """
    parts = urlsplit(url)
    bucket, *folders = parts.path.strip("/").split("/")
    if (
        parts.scheme not in ("https", "http") or not parts.hostname or "@" in parts.netloc or "?" in url or "#" in url
        or not _BUCKET.fullmatch(bucket) or not all(_FOLDER.fullmatch(each) for each in folders)
    ):  # fmt: skip
        raise ValueError(_HOW)
    return f"{parts.scheme}://{parts.netloc}", bucket, "".join(f"{each}/" for each in folders)


class ObjectStore:
    """A bucket. Each checkpoint is an object of its own that is never written twice.

    A name that is taken is read and compared, and a new one is put under the condition that there is none. A store
    that does not know conditions is read once more afterwards. Whoever else may write there is kept from what was
    written by the store alone: object lock, or versions that nobody may delete.
    """

    reads_back = True

    def __init__(self, url: str, key: StoreKey, region: str = "us-east-1") -> None:
        """url: https://host/bucket/prefix. region: as the store calls it, where it has any. ValueError: no address."""
        self._endpoint, self._bucket, self._prefix = parts_of(url)
        self._key, self._region = key, region
        self._held: tuple[tuple[str, str], Any] | None = None
        self.name = f"object store {self._endpoint}/{self._bucket}/{self._prefix}".rstrip("/")

    def put(self, number: int, epoch: str, at: datetime, whole: bytes, compact: bytes) -> None:
        """Write the object `checkpoint-NNNNNNNNNN.json` under the prefix; what is there already is never replaced."""
        key = self._prefix + file_name(number, epoch)
        found = self._get(key)
        if found is None:
            self._put_new(key, whole)
            found = self._get(key)
        if found is None:
            raise PlaceFault(f"{self.name} took {key} and does not give it back", "store_lost")
        if found != whole:
            text = f"{self.name}: {key} is another checkpoint {number} than the one of this database"
            raise PlaceFault(text, "another_checkpoint")

    def held(self) -> Iterator[tuple[int, str, bytes]]:
        """Every checkpoint under the prefix, however many pages the list has; a few are asked for at a time."""
        found = ((key, FILE.fullmatch(key.removeprefix(self._prefix))) for key in sorted(self._keys()))
        ours = ((key, named) for key, named in found if named)
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            while some := list(islice(ours, AT_A_TIME * 8)):
                for (key, named), whole in zip(some, pool.map(self._get, (key for key, _ in some)), strict=True):
                    if whole is None:
                        raise PlaceFault(f"{self.name} lists {key} and does not give it", "store_lost")
                    yield int(named[1]), named[2] or "", whole

    def _keys(self) -> Iterator[str]:
        asked: dict[str, str] = {"Bucket": self._bucket, "Prefix": f"{self._prefix}checkpoint-"}
        while True:
            page = self._asked(lambda client: client.list_objects_v2(**asked))
            yield from (str(each["Key"]) for each in page.get("Contents", ()))
            if not page.get("IsTruncated"):
                return
            after = page.get("NextContinuationToken")
            if not after or after == asked.get("ContinuationToken"):
                raise PlaceFault(f"{self.name} does not give its list to the end", "store_lost")
            asked["ContinuationToken"] = after

    def _get(self, key: str) -> bytes | None:
        def read(client: Any) -> bytes:
            with client.get_object(Bucket=self._bucket, Key=key)["Body"] as body:
                return bytes(body.read(LARGEST))

        return self._asked(read, missing=None)

    def _put_new(self, key: str, whole: bytes) -> None:
        # A bucket that locks what it gets wants a digest of each object; every store knows this one.
        digest = base64.b64encode(hashlib.md5(whole, usedforsecurity=False).digest()).decode()
        asked = {
            "Bucket": self._bucket, "Key": key, "Body": whole, "ContentMD5": digest,
            "ContentType": "application/json",
        }  # fmt: skip

        def put(client: Any) -> None:
            from botocore.exceptions import ClientError

            try:
                client.put_object(**asked, IfNoneMatch="*")
            except ClientError as error:
                status = error.response["ResponseMetadata"]["HTTPStatusCode"]
                if status in _TAKEN:
                    return
                if status != _NOT_KNOWN:
                    raise
                # It was not there a moment ago, and is read again afterwards.
                client.put_object(**asked)

        self._asked(put)

    def _asked(self, do: Callable[[Any], _Found], missing: Any = PlaceFault) -> _Found:
        """What ``do`` finds with a client; ``missing``, where given, for an object that is not there.

        No text of the library leaves: it could repeat what it was given.
        """
        client = self._client()
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return do(client)
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            code = str(error.response["Error"].get("Code", ""))
            if code == "NoSuchKey" and missing is not PlaceFault:
                absent: _Found = missing
                return absent
            raise self._fault(status, code if _WORD.fullmatch(code) else f"status {status}") from None
        except (BotoCoreError, OSError) as error:
            raise PlaceFault(f"{self.name} does not answer: {type(error).__name__}", "store_away") from None

    def _fault(self, status: int, code: str) -> PlaceFault:
        if code == "RequestTimeTooSkewed":
            return PlaceFault(f"{self.name} finds the clock of this machine wrong: {code}", "store_clock")
        if status in (401, 403):
            text = f"{self.name} refuses the key of {self._key.named}: {code}; it must be allowed to get, put and list"
            return PlaceFault(text, "store_key_refused")
        if code == "NoSuchBucket":
            return PlaceFault(f"{self.name}: there is no bucket {self._bucket}; make it", "store_no_bucket")
        return PlaceFault(f"{self.name} does not do it: {code}", "store_refused")

    def _client(self) -> Any:
        """A client with the key as it is now; nothing else of the machine's own settings for such stores counts."""
        halves = self._key.read()
        if self._held is None or self._held[0] != halves:
            self._held = (halves, self._made(*halves))
        return self._held[1]

    def _made(self, access: str, secret: str) -> Any:
        try:
            from botocore.config import Config
            from botocore.exceptions import BotoCoreError
            from botocore.session import Session
        except ImportError:
            raise PlaceFault(f"{self.name} needs the extra store: botocore is not installed", "store_unfit") from None
        session = Session(_OURS_ALONE)
        config = Config(
            connect_timeout=WAIT_SECONDS, read_timeout=WAIT_SECONDS, retries={"total_max_attempts": 1},
            s3={"addressing_style": "path"}, request_checksum_calculation="when_required",
            response_checksum_validation="when_required", ignore_configured_endpoint_urls=True,
        )  # fmt: skip
        try:
            return session.create_client(
                "s3", region_name=self._region, endpoint_url=self._endpoint, aws_access_key_id=access,
                aws_secret_access_key=secret, config=config,
            )  # fmt: skip
        except (BotoCoreError, ValueError) as error:
            raise PlaceFault(f"{self.name} cannot be asked: {type(error).__name__}", "store_unfit") from None

    def __repr__(self) -> str:
        """Name the place, never its key."""
        return f"ObjectStore({self.name!r})"
