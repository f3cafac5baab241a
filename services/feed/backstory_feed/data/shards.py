"""Opens shards: maps or fetches the bytes, checks size, hash and every row once, and keeps a
bounded number open. Safe to use from several threads; each shard is opened by one of them."""

from __future__ import annotations

import hashlib
import mmap
import os
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Literal, TypeVar

from backstory_feed.data.mds import Shard
from backstory_feed.data.storage import Storage
from backstory_feed.errors import FeedError
from backstory_feed.waiting import Patience, Wait

Access = Literal["auto", "whole", "range"]
View = Callable[[int, int], memoryview]
Found = TypeVar("Found")
Renew = Callable[["ShardFile"], "ShardFile"]
HASH_BYTES = 1 << 24
READ_AHEAD_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class ShardFile:
    """A shard as a catalogue lists it."""

    path: str
    sha256: str | None
    """None where the catalogue has no hash; then only size and rows are checked."""
    bytes: int
    first_pack: int
    packs: int


@dataclass(frozen=True)
class Limits:
    """Bounds on what stays open, and how shards of a remote place are read."""

    open_shards_max: int = 256
    memory_bytes_max: int = 2 << 30
    """Fetched shards that stay in memory. Mapped files do not count: the system may drop them."""
    access: Access = "auto"
    """`auto` maps local files and fetches whole remote ones; `whole` never maps; `range` fetches
    single rows, which cannot be checked against the hash of the file."""


@dataclass
class _Slot:
    lock: Lock = field(default_factory=Lock)
    shard: Shard | None = None
    bytes: int = 0
    mapped: _Mapped | None = None


class Shards:
    """The open shards of one place."""

    def __init__(
        self,
        storage: Storage,
        patience: Patience,
        limits: Limits,
        *,
        native: bool,
        packs: bool = True,
        renew: Renew = lambda file: file,
    ) -> None:
        """`native`: only backstory's columns will do. `packs`: each row must be a pack. `renew`
        says which file stands in for one that is missing; the same where none does."""
        self._storage = storage
        self._patience = patience
        self._limits = limits
        self._native = native
        self._packs = packs
        self._renew = renew
        self._lock = Lock()
        self._slots: OrderedDict[str, _Slot] = OrderedDict()
        self._bytes = 0
        self._checked: dict[str, tuple[int, int, int]] = {}
        """Mapped files whose hash was right: inode, size and time of change."""

    def open(self, file: ShardFile) -> Shard:
        """The shard, checked. SHARD_MISSING or SHARD_CORRUPT if it is not what is listed."""
        with self._lock:
            slot = self._slots.pop(file.path, None) or _Slot()
            self._slots[file.path] = slot
        with slot.lock:
            if slot.mapped is not None and slot.mapped.was_written():
                # A copy that goes into the same file: what was checked is gone.
                slot.shard = slot.mapped = None
            if slot.shard is None:
                slot.shard, slot.bytes, slot.mapped = self._load(file)
                with self._lock:
                    self._bytes += slot.bytes
                self._evict()
            return slot.shard

    def _evict(self) -> None:
        """Forgets the shards that were used longest ago. Arrays keep the bytes they look at."""
        with self._lock:
            while len(self._slots) > 1 and (
                len(self._slots) > self._limits.open_shards_max
                or self._bytes > self._limits.memory_bytes_max
            ):
                _, slot = self._slots.popitem(last=False)
                self._bytes -= slot.bytes

    def _load(self, file: ShardFile) -> tuple[Shard, int, _Mapped | None]:
        if self._limits.access == "auto" and self._storage.local_path(file.path) is not None:
            shard, mapped = self._map(file)
            return shard, 0, mapped
        if self._limits.access == "range":
            return self._ranged(file), 0, None
        return *self._fetch(file), None

    def _await(
        self, file: ShardFile, read: Callable[[ShardFile], Found | None]
    ) -> tuple[ShardFile, Found]:
        """What `read` finds of the file, or of the one that stands in for it by now, and which."""
        wait = Wait(self._patience, self._patience.repair_seconds, "SHARD_MISSING")
        while (found := read(file)) is None:
            newer = self._renew(file)
            if newer == file:
                wait.pause(
                    f"{self._place(file)} is in the manifest but missing; restore it, or go on "
                    f"without it on all ranks by exclude=[{file.path!r}]"
                )
            file = newer
        return file, found

    def _map(self, listed: ShardFile) -> tuple[Shard, _Mapped]:
        file, mapped = self._await(listed, self._open_mapped)
        status = mapped.status
        key = (status.st_ino, status.st_size, status.st_mtime_ns)
        shard = self._read(file, mapped.view, checked=self._checked.get(file.path) == key)
        self._checked[file.path] = key
        return shard, mapped

    def _open_mapped(self, file: ShardFile) -> _Mapped | None:
        path = self._storage.local_path(file.path)
        assert path is not None, "the storage is a folder"
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise FeedError("STORE_UNAVAILABLE", f"{path}: {error}") from error
        return _Mapped(path, descriptor, file.bytes)

    def _fetch(self, file: ShardFile) -> tuple[Shard, int]:
        """Fetches again once when size or hash are wrong: a transfer may break, a cache be old."""
        for last in (False, True):
            file, data = self._await(file, lambda one: self._storage.read(one.path))
            try:
                return self._read(file, view_of(data), size=len(data)), len(data)
            except FeedError as error:
                if last:
                    raise
                self._patience.tell(f"{error}; reading it once more")
        raise AssertionError

    def _read(
        self, file: ShardFile, view: View, *, size: int | None = None, checked: bool = False
    ) -> Shard:
        """Checks size, hash and rows; `checked` bytes were found right before."""
        place = self._place(file)
        if size is not None and size != file.bytes:
            raise wrong_size(place, size, file.bytes)
        if not checked and file.sha256 is not None:
            digest = hashlib.sha256()
            for start in range(0, file.bytes, HASH_BYTES):
                digest.update(view(start, min(start + HASH_BYTES, file.bytes)))
            if digest.hexdigest() != file.sha256:
                raise FeedError("SHARD_CORRUPT", f"{place} does not match its hash; restore it")
        shard = Shard(place, file.bytes, view)
        shard.keep_rows()
        if self._native:
            shard.expect_native()
        self._with_packs(file, shard)
        if not checked and self._packs:
            shard.check_rows()
        return shard

    def _ranged(self, file: ShardFile) -> Shard:
        # What stands in for a file has its rows at the same places, so an open shard goes on.
        def view(start: int, end: int) -> memoryview:
            nonlocal file
            file, data = self._await(
                file, lambda one: self._storage.read_range(one.path, start, end - start)
            )
            if len(data) != end - start:
                raise FeedError("SHARD_CORRUPT", f"{self._place(file)} ends before its byte {end}")
            return memoryview(data)

        return self._with_packs(file, Shard(self._place(file), file.bytes, view))

    def _place(self, file: ShardFile) -> str:
        return f"{self._storage.place}/{file.path}"

    def _with_packs(self, file: ShardFile, shard: Shard) -> Shard:
        if shard.packs != file.packs:
            wants = f"the {file.packs} packs it should"
            raise FeedError("SHARD_CORRUPT", f"{self._place(file)} has not {wants}")
        return shard


class _Mapped:
    """A file in memory. Its size is looked at before each use, because touching a page that was
    cut off would end the process without a word."""

    def __init__(self, path: Path, descriptor: int, size: int) -> None:
        self._path = path
        self._descriptor = descriptor
        self._size = size
        self.status = self._look()
        self._mapped = mmap.mmap(descriptor, size, access=mmap.ACCESS_READ)
        self._bytes = memoryview(self._mapped)

    def view(self, start: int, end: int) -> memoryview:
        self._look()
        if end - start >= READ_AHEAD_BYTES and hasattr(mmap, "MADV_WILLNEED"):
            # The disk begins to read now, and not when the trainer touches the first page.
            page = start - start % mmap.PAGESIZE
            self._mapped.madvise(mmap.MADV_WILLNEED, page, end - page)
        return self._bytes[start:end]

    def was_written(self) -> bool:
        """Whether something was written to the file since it was opened."""
        return os.fstat(self._descriptor).st_mtime_ns != self.status.st_mtime_ns

    def _look(self) -> os.stat_result:
        status = os.fstat(self._descriptor)
        if status.st_size != self._size or self._size == 0:
            raise wrong_size(str(self._path), status.st_size, self._size)
        return status

    def __del__(self) -> None:
        os.close(self._descriptor)


def view_of(data: bytes) -> View:
    """Views of bytes that are in memory."""
    whole = memoryview(data)
    return lambda start, end: whole[start:end]


def wrong_size(place: str, has: int, wants: int) -> FeedError:
    """The error for a file that was cut off or added to."""
    return FeedError(
        "SHARD_CORRUPT", f"{place} has {has} bytes, {wants} are in the manifest; restore it"
    )
