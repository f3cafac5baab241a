"""Which shards stand in for others because repositories were opted out (schemas/shards.md).

Packs keep their number, place and length, so no position changes. Generations are read by their
numbers, at the start and then now and again, also while a trainer runs.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from threading import Lock

from backstory_feed.data.shards import ShardFile
from backstory_feed.data.storage import Storage
from backstory_feed.errors import FeedError
from backstory_feed.waiting import Patience

FORMAT = 1
LOOK_SECONDS = 60.0
"""How often a running feed looks for a new generation."""


def opt_out_path(generation: int) -> str:
    """Relative to the place of the data set."""
    return f"manifest/opt-outs/{generation:08d}.json"


def _key(file: ShardFile) -> tuple[str, str]:
    return file.path, file.sha256 or ""


class OptOuts:
    """The generations as far as they were read. Safe to use from several threads."""

    def __init__(self, storage: Storage, patience: Patience) -> None:
        self._storage = storage
        self._clock = patience.clock
        self._lock = Lock()
        self._generations = 0
        self._previous: str | None = None
        self._looked = float("-inf")
        self._files: dict[tuple[str, str], tuple[str, str, int]] = {}
        """Path and hash of a shard to path, hash and size of what stands in for it."""

    def current(self, file: ShardFile, *, look: bool = False) -> ShardFile:
        """The shard that is to be read for one of the manifest; `look` reads on at once."""
        with self._lock:
            if look or self._clock.monotonic() - self._looked >= LOOK_SECONDS:
                self._read_on()
            key, found = _key(file), None
            while (newer := self._files.get(key)) is not None:
                found, key = newer, newer[:2]
        if found is None:
            return file
        path, sha256, size = found
        return replace(file, path=path, sha256=sha256, bytes=size)

    def require(self, generation: int, sha256: str) -> None:
        """The head names a generation: without it, what was opted out would come back."""
        with self._lock:
            self._read_on()
            known = self._generations
            previous = self._previous
        if known <= generation or (known == generation + 1 and previous != sha256):
            raise self._corrupt(generation, "the head names it, and it is not there as it was")

    def _read_on(self) -> None:
        while (data := self._storage.read(opt_out_path(self._generations))) is not None:
            self._take(data)
        self._looked = self._clock.monotonic()

    def _take(self, data: bytes) -> None:
        number = self._generations
        try:
            fields = json.loads(data)
            if fields["format"] != FORMAT or fields["generation"] != number:
                raise ValueError("its format or its number is another")
            if fields["previous"] != self._previous:
                raise ValueError("it does not follow the one before it")
            for shard in fields["replaced"]:
                by = shard["by"]
                named = (str(by["path"]), str(by["sha256"]), int(by["bytes"]))
                original = str(shard["path"]), str(shard["sha256"])
                # Whoever still knows what stood in before is led on, too.
                if (before := self._files.get(original)) is not None:
                    self._files[before[0], before[1]] = named
                self._files[original] = named
        except (ValueError, KeyError, TypeError) as error:
            raise self._corrupt(number, str(error)) from error
        self._previous = hashlib.sha256(data).hexdigest()
        self._generations = number + 1

    def _corrupt(self, generation: int, what: str) -> FeedError:
        place = f"{self._storage.place}/{opt_out_path(generation)}"
        return FeedError("MANIFEST_CORRUPT", f"{place} cannot be trusted: {what}; restore it")
