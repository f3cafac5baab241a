"""Reads named files of a folder, an S3 bucket or any place that fsspec knows. Absent is None;
whatever else goes wrong is a coded error, after the patience of the caller."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar

from backstory_feed.errors import FeedError
from backstory_feed.waiting import Patience, Wait

Result = TypeVar("Result")


class Storage(Protocol):
    """All that the feed needs of a place. Paths are relative, with slashes."""

    place: str

    def read(self, path: str) -> bytes | None:
        """The whole file; None when there is none."""

    def read_range(self, path: str, offset: int, length: int) -> bytes | None:
        """`length` bytes from `offset`, fewer only at the end; None when there is no file."""

    def local_path(self, path: str) -> Path | None:
        """Where the file can be mapped into memory; None where it cannot."""


def open_storage(
    location: str | os.PathLike[str], patience: Patience, options: Mapping[str, Any] | None = None
) -> Storage:
    """Opens a folder, `s3://bucket/prefix` (needs boto3) or another URL (needs fsspec).

    `options` go to the S3 client (`endpoint_url`, `region_name`) or to the fsspec file system.
    """
    text = os.fspath(location)
    if text.startswith("file://"):
        text = text.removeprefix("file://")
    if "://" not in text:
        return FolderStorage(Path(text))
    if text.startswith("s3://"):
        return S3Storage(text, patience, dict(options or {}))
    return FsspecStorage(text, patience, dict(options or {}))


class FolderStorage:
    """A folder of a file system."""

    def __init__(self, folder: Path) -> None:
        self.place = str(folder)
        self._folder = folder

    def read(self, path: str) -> bytes | None:
        return self._try(path, lambda file: file.read_bytes())

    def read_range(self, path: str, offset: int, length: int) -> bytes | None:
        def read(file: Path) -> bytes:
            with file.open("rb") as stream:
                stream.seek(offset)
                return stream.read(length)

        return self._try(path, read)

    def local_path(self, path: str) -> Path | None:
        return self._folder / path

    def _try(self, path: str, read: Callable[[Path], bytes]) -> bytes | None:
        try:
            return read(self._folder / path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise FeedError("STORE_UNAVAILABLE", f"{self._folder / path}: {error}") from error


REFUSALS = {"AccessDenied", "NoSuchBucket", "InvalidAccessKeyId", "SignatureDoesNotMatch"}
SKEWED = {"RequestTimeTooSkewed", "RequestExpired"}


class S3Storage:
    """A prefix of a bucket, by boto3. Credentials and endpoint as every AWS client finds them."""

    def __init__(self, url: str, patience: Patience, options: dict[str, Any]) -> None:
        self.place = url.rstrip("/")
        bucket, _, prefix = self.place.removeprefix("s3://").partition("/")
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._patience = patience
        self._options = options
        self._client: Any = None
        self._process = 0

    def read(self, path: str) -> bytes | None:
        return self._get(path, None)

    def read_range(self, path: str, offset: int, length: int) -> bytes | None:
        return self._get(path, f"bytes={offset}-{offset + length - 1}") if length > 0 else b""

    def local_path(self, _path: str) -> Path | None:
        return None

    def _connect(self) -> Any:  # noqa: ANN401 - boto3 has no types
        # A client must not cross a fork: its sockets would be shared with the parent.
        if self._client is None or self._process != os.getpid():
            try:
                import boto3
                from botocore.config import Config
            except ImportError as error:
                raise extra_missing(self.place, "s3") from error
            named = self._options.get("endpoint_url") or os.environ.get("AWS_ENDPOINT_URL")
            style = {"addressing_style": "path"} if named else {}
            config = Config(retries={"mode": "standard", "max_attempts": 2}, s3=style)
            region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
            settings = {"region_name": region or "us-east-1", **self._options}
            self._client = boto3.client("s3", config=config, **settings)
            self._process = os.getpid()
        return self._client

    def _get(self, path: str, byte_range: str | None) -> bytes | None:
        client = self._connect()
        request = {"Bucket": self._bucket, "Key": f"{self._prefix}{path}"}
        if byte_range is not None:
            request["Range"] = byte_range

        def get() -> bytes | None:
            try:
                body: bytes = client.get_object(**request)["Body"].read()
                return body
            except client.exceptions.NoSuchKey:
                return None

        return patiently(f"{self.place}/{path}", self._patience, get, self._refusal)

    def _refusal(self, error: Exception) -> FeedError | None:
        answer: dict[str, Any] = getattr(error, "response", {})
        code = str(answer.get("Error", {}).get("Code", type(error).__name__))
        if code in SKEWED:
            return FeedError("STORE_UNSUITABLE", f"{self.place} refuses: {code}; set the clock")
        if code in REFUSALS or type(error).__name__ in ("NoCredentialsError", "PartialCredentials"):
            return FeedError(
                "STORE_UNSUITABLE",
                f"{self.place} refuses: {code}; check the bucket, its endpoint (AWS_ENDPOINT_URL) "
                "and the credentials",
            )
        return None


class FsspecStorage:
    """Any URL that fsspec knows, e.g. gs:// with gcsfs, or memory://."""

    def __init__(self, url: str, patience: Patience, options: dict[str, Any]) -> None:
        self.place = url.rstrip("/")
        self._patience = patience
        try:
            from fsspec.core import url_to_fs
        except ImportError as error:
            raise extra_missing(url, "fsspec") from error
        try:
            self._files, self._root = url_to_fs(self.place, **options)
        except (ImportError, ValueError) as error:
            raise FeedError("EXTRA_MISSING", f"{url}: {error}") from error

    def read(self, path: str) -> bytes | None:
        return self._cat(path, None, None)

    def read_range(self, path: str, offset: int, length: int) -> bytes | None:
        return self._cat(path, offset, offset + length)

    def local_path(self, _path: str) -> Path | None:
        return None

    def _cat(self, path: str, start: int | None, end: int | None) -> bytes | None:
        def cat() -> bytes | None:
            try:
                content: bytes = self._files.cat_file(f"{self._root}/{path}", start=start, end=end)
                return content
            except FileNotFoundError:
                return None

        return patiently(f"{self.place}/{path}", self._patience, cat, lambda _error: None)


def patiently(
    subject: str,
    patience: Patience,
    read: Callable[[], Result],
    refusal: Callable[[Exception], FeedError | None],
) -> Result:
    """Retries a read until it is answered, refused, or the patience for repairs ends."""
    wait = Wait(patience, patience.repair_seconds, "STORE_UNAVAILABLE")
    while True:
        try:
            return read()
        except FeedError:
            raise
        except Exception as error:
            refused = refusal(error)
            if refused is not None:
                raise refused from error
            wait.pause(f"{subject} cannot be read: {error}")


def extra_missing(subject: object, extra: str) -> FeedError:
    """The error for a source whose package is not there."""
    return FeedError("EXTRA_MISSING", f"{subject} needs: pip install 'backstory-feed[{extra}]'")
