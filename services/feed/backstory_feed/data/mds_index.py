"""The shards of a plain MDS folder, by its index.json: a stream that is complete as it is."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from typing import Any

from backstory_feed.data.shards import ShardFile
from backstory_feed.data.storage import Storage
from backstory_feed.errors import FeedError

INDEX = "index.json"


class MdsIndex:
    """The same questions as to a manifest; nothing is ever added."""

    gap: str | None = None
    closed = True

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self.packs = 0
        self._shards: list[ShardFile] = []
        data = storage.read(INDEX)
        if data is None:
            raise FeedError("OUTPUT_MISSING", f"{storage.place} has no {INDEX}")
        self._sha256 = hashlib.sha256(data).hexdigest()
        try:
            for shard in json.loads(data)["shards"]:
                self._add(shard)
        except (ValueError, KeyError, TypeError) as error:
            raise FeedError(
                "SOURCE_UNSUITABLE", f"{storage.place}/{INDEX} cannot be read: {error}"
            ) from error
        self._first_packs = [shard.first_pack for shard in self._shards]

    def exists(self) -> bool:
        return True

    def read_on(self) -> None:
        """Nothing is added to a folder with an index."""

    def identity(self) -> dict[str, Any] | None:
        return {"index": self._sha256}

    def anchor(self) -> list[Any] | None:
        return None

    def check_anchor(self, _anchor: list[Any]) -> None:
        """The identity holds the whole index already."""

    def current(self, file: ShardFile) -> ShardFile:
        """An index names what is there."""
        return file

    def shard_of(self, pack: int) -> ShardFile:
        return self._shards[bisect_right(self._first_packs, pack) - 1]

    def _add(self, shard: dict[str, Any]) -> None:
        raw = shard["raw_data"]
        if shard.get("compression") is not None:
            raise ValueError("its shards are compressed; export them with --compression none")
        hashes = raw.get("hashes") or {}
        packs = int(shard["samples"])
        if packs == 0:
            return
        file = ShardFile(
            str(raw["basename"]), hashes.get("sha256"), int(raw["bytes"]), self.packs, packs
        )
        self._shards.append(file)
        self.packs += packs
