"""Reads the manifest: which shards exist, in order, and whether more will come."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

from backstory_feed.errors import FeedError

FORMAT = 2


@dataclass(frozen=True)
class ShardFile:
    """A shard as listed in the manifest."""

    path: str
    sha256: str
    first_pack: int
    packs: int


class Manifest:
    """The entries read so far. Entries never change, so reading the new ones is enough."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._previous: str | None = None
        self._entries = 0
        self._shards: list[ShardFile] = []
        self._first_packs: list[int] = []
        self.packs = 0
        self.closed = False

    def read_on(self) -> None:
        """Reads all new entries that exist by now."""
        while not self.closed:
            path = self._folder / "manifest" / f"{self._entries:08d}.json"
            try:
                data = path.read_bytes()
            except FileNotFoundError:
                return
            self._take(path, data)

    def shard_of(self, pack: int) -> ShardFile:
        """The shard that holds a pack; the pack must be in the manifest."""
        return self._shards[bisect_right(self._first_packs, pack) - 1]

    def _take(self, path: Path, data: bytes) -> None:
        try:
            entry = json.loads(data)
            self._check(entry)
            for shard in entry["shards"]:
                self._add(
                    ShardFile(shard["path"], shard["sha256"], shard["firstPack"], shard["packs"])
                )
            self.closed = bool(entry["closed"])
        except (ValueError, KeyError, TypeError) as error:
            raise FeedError("MANIFEST_CORRUPT", f"{path} cannot be trusted: {error}") from error
        self._previous = hashlib.sha256(data).hexdigest()
        self._entries += 1

    def _check(self, entry: dict[str, object]) -> None:
        if entry["format"] != FORMAT:
            raise ValueError(f"its format is {entry['format']}, this reader knows {FORMAT}")
        if entry["entry"] != self._entries:
            raise ValueError(f"it says it is entry {entry['entry']}")
        if entry["previous"] != self._previous:
            raise ValueError("it does not follow the entry before it")

    def _add(self, shard: ShardFile) -> None:
        if shard.first_pack != self.packs or shard.packs < 1:
            raise ValueError(f"{shard.path} does not go on where the packs end")
        self._shards.append(shard)
        self._first_packs.append(shard.first_pack)
        self.packs += shard.packs
