"""Follows the manifest: which shards exist, in order, and whether more will come.

Files are read by their names, never listed, so the answer of a listing that is late or stale does
not matter. A start reads the head, the newest checkpoint and the entries after it.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from backstory_feed.data.checkpoints import Checkpoints, read_checkpoint
from backstory_feed.data.opt_outs import OptOuts
from backstory_feed.data.shards import ShardFile
from backstory_feed.data.storage import Storage
from backstory_feed.errors import FeedError
from backstory_feed.waiting import Patience, Wait

FORMAT = 2
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)
"""What JSON of another form raises."""
HEAD = "manifest/head.json"
AT_ONCE = 16
"""Entries of a remote place that are read at the same time."""


def entry_path(number: int) -> str:
    """Relative to the place of the data set."""
    return f"manifest/{number:08d}.json"


class Manifest:
    """The data set as far as it was read. Entries never change, so reading the new ones is enough.

    `packs` is their number, `closed` says that there will be no more, and `gap` names an entry
    that must exist and cannot be read yet.
    """

    def __init__(self, storage: Storage, patience: Patience) -> None:
        self._storage = storage
        self._patience = patience
        self._opt_outs = OptOuts(storage, patience)
        self._previous: str | None = None
        self._entries = 0
        self._shards: list[ShardFile] = []
        self._first_packs: list[int] = []
        self._checkpoints: Checkpoints | None = None
        self._identity: dict[str, Any] | None = None
        self._gap: Wait | None = None
        self.gap: str | None = None
        self.packs = 0
        self.closed = False

    def exists(self) -> bool:
        """Whether there is a manifest, be it without an entry yet."""
        if self._entries > 0 or self._storage.read(HEAD) is not None:
            return True
        if self._storage.read(entry_path(0)) is not None:
            return True
        folder = self._storage.local_path("manifest")
        return folder is not None and folder.is_dir()

    def read_on(self) -> None:
        """Reads all new entries that exist by now."""
        if self._entries == 0:
            self._start()
        while not self.closed:
            data = self._storage.read(entry_path(self._entries))
            if data is None:
                self._look_for_gap()
                return
            self._gap, self.gap = None, None
            self._take(self._entries, data)

    def identity(self) -> dict[str, Any] | None:
        """What makes this data set this one; None before its first entry."""
        return self._identity

    def anchor(self) -> list[Any] | None:
        """Number and hash of the newest entry read: it binds all that was read."""
        return [self._entries - 1, self._previous] if self._entries > 0 else None

    def check_anchor(self, anchor: list[Any]) -> None:
        """STATE_MISMATCH unless the data set still begins with the entries of a saved anchor."""
        number, sha256 = int(anchor[0]), str(anchor[1])
        data = self._storage.read(entry_path(number))
        where = f"{self._storage.place}/{entry_path(number)}"
        if data is None:
            raise FeedError("STATE_MISMATCH", f"{where} was there when the state was saved")
        if hashlib.sha256(data).hexdigest() != sha256:
            raise FeedError(
                "STATE_MISMATCH", f"{where} is not the entry that the state was made on"
            )

    def current(self, file: ShardFile) -> ShardFile:
        """What stands in for a shard that is missing: another where something was opted out."""
        return self._opt_outs.current(file, look=True)

    def shard_of(self, pack: int) -> ShardFile:
        """The shard that holds a pack, without what was opted out; the pack must be there."""
        return self._opt_outs.current(self._entry_shard_of(pack))

    def _entry_shard_of(self, pack: int) -> ShardFile:
        if self._checkpoints is not None and (not self._shards or pack < self._first_packs[0]):
            return self._checkpoints.shard_of(pack)
        return self._shards[bisect_right(self._first_packs, pack) - 1]

    def _start(self) -> None:
        """Jumps to the newest checkpoint, if the head names one."""
        data = self._storage.read(HEAD)
        if data is None:
            return
        try:
            head = json.loads(data)
            last, named = int(head["entry"]), head.get("checkpoint")
            if (left := head.get("optOuts")) is not None:
                self._opt_outs.require(int(left["generation"]), str(left["sha256"]))
            if named is not None:
                number, sha256 = int(named["checkpoint"]), str(named["sha256"])
        except UNREADABLE as error:
            raise self._corrupt(HEAD, f"it cannot be read ({error})") from error
        if named is not None:
            newest = read_checkpoint(self._storage, number, sha256)
            first = self._storage.read(entry_path(0))
            if first is None:
                raise self._corrupt(entry_path(0), "it is missing although later entries exist")
            self._take(0, first)
            self._checkpoints = Checkpoints(self._storage, newest)
            self._shards, self._first_packs = [], []
            self._entries, self._previous = newest.next_entry, newest.last_entry_sha256
            self.packs = newest.first_pack + newest.packs
            self.closed = self._is_closing(newest.next_entry - 1, newest.last_entry_sha256)
        self._read_ahead(last)

    def _is_closing(self, number: int, sha256: str) -> bool:
        """Whether the last entry that a checkpoint covers ends the data set."""
        data = self._storage.read(entry_path(number))
        if data is None or hashlib.sha256(data).hexdigest() != sha256:
            raise self._corrupt(entry_path(number), "it is not what the checkpoint was made on")
        return bool(json.loads(data)["closed"])

    def _read_ahead(self, last: int) -> None:
        """Entries of a remote place up to the head's, several at a time."""
        if self._storage.local_path("") is not None:
            return
        with ThreadPoolExecutor(AT_ONCE) as pool:
            while self._entries <= last and not self.closed:
                numbers = range(self._entries, min(self._entries + AT_ONCE, last + 1))
                for number, data in zip(
                    numbers, pool.map(self._storage.read, map(entry_path, numbers)), strict=True
                ):
                    if data is None:
                        return
                    self._take(number, data)

    def _look_for_gap(self) -> None:
        """An entry that is missing although a later one exists: late at first, then corrupt."""
        number = self._entries
        if not self._later_exists(number):
            self._gap, self.gap = None, None
            return
        path = f"{self._storage.place}/{entry_path(number)}"
        self.gap = f"{path} is missing although later entries exist; restore it"
        if self._gap is None:
            seconds = self._patience.repair_seconds
            self._gap = Wait(self._patience, seconds, "MANIFEST_CORRUPT")
        self._gap.pause(self.gap)

    def _later_exists(self, number: int) -> bool:
        data = self._storage.read(HEAD)
        try:
            if data is not None and int(json.loads(data)["entry"]) >= number:
                return self._storage.read(entry_path(number)) is None
        except UNREADABLE as error:
            raise self._corrupt(HEAD, f"it cannot be read ({error})") from error
        return self._storage.read(entry_path(number + 1)) is not None

    def _take(self, number: int, data: bytes) -> None:
        path = entry_path(number)
        try:
            entry = json.loads(data)
            self._check(entry, number)
            for shard in entry["shards"]:
                file = ShardFile(
                    shard["path"],
                    shard["sha256"],
                    shard["bytes"],
                    shard["firstPack"],
                    shard["packs"],
                )
                self._add(file)
            self.closed = bool(entry["closed"])
            sha256 = hashlib.sha256(data).hexdigest()
            if number == 0:
                self._identity = {
                    "dataset": entry["dataset"],
                    "first_entry": sha256,
                    "context_length": entry["contextLength"],
                }
        except UNREADABLE as error:
            raise self._corrupt(path, str(error)) from error
        self._previous = sha256
        self._entries = number + 1

    def _check(self, entry: dict[str, object], number: int) -> None:
        if entry["format"] != FORMAT:
            raise ValueError(f"its format is {entry['format']}, this reader knows {FORMAT}")
        if entry["entry"] != number:
            raise ValueError(f"it says it is entry {entry['entry']}")
        if entry["previous"] != self._previous:
            raise ValueError("it does not follow the entry before it")

    def _add(self, shard: ShardFile) -> None:
        if shard.first_pack != self.packs or shard.packs < 1:
            raise ValueError(f"{shard.path} does not go on where the packs end")
        self._shards.append(shard)
        self._first_packs.append(shard.first_pack)
        self.packs += shard.packs

    def _corrupt(self, path: str, what: str) -> FeedError:
        return FeedError(
            "MANIFEST_CORRUPT", f"{self._storage.place}/{path} cannot be trusted: {what}"
        )
