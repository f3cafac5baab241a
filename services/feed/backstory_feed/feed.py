"""Batches from shards. Batch g is packs [g*B, (g+1)*B), rank r takes its slice, and the position
is g: any world size resumes from it exactly, also while the data still grows (I9)."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from backstory_feed.errors import FeedError
from backstory_feed.manifest import Manifest, ShardFile
from backstory_feed.mds import Pack, Shard


@dataclass(frozen=True)
class Batch:
    """This rank's part of one step."""

    step: int
    packs: list[Pack]


@dataclass(frozen=True)
class Shuffle:
    """Packs change places only inside windows of `window` packs, so the order never depends on
    how much data there is. 1 keeps the order of the data set."""

    window: int = 1
    seed: int = 0


class Feed:
    """Iterates over batches from `start` on.

    Iteration ends at the end of a closed data set, and waits at the end of an open one. Every
    shard's hash is checked when it is opened. The last batch may be short; `drop_last` leaves it
    out, which training on several ranks needs.
    """

    def __init__(
        self,
        folder: str | Path,
        batch_size: int,
        *,
        rank: int = 0,
        world_size: int = 1,
        start: int = 0,
        shuffle: Shuffle | None = None,
        drop_last: bool = False,
        open_shards_max: int = 4,
        poll_seconds: float = 1.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if batch_size < 1 or world_size < 1 or not 0 <= rank < world_size or start < 0:
            raise ValueError("batch_size, world_size, rank or start is out of range")
        if batch_size % world_size != 0:
            raise ValueError(f"batch_size {batch_size} is not a multiple of {world_size} ranks")
        self._folder = Path(folder)
        self._batch_size = batch_size
        self._rank = rank
        self._world_size = world_size
        self._step = start
        self._shuffle = shuffle or Shuffle()
        if self._shuffle.window < 1:
            raise ValueError("a shuffle window holds at least one pack")
        self._drop_last = drop_last
        self._open_shards_max = open_shards_max
        self._poll_seconds = poll_seconds
        self._sleep = sleep
        self._manifest = Manifest(self._folder)
        self._open: OrderedDict[str, Shard] = OrderedDict()
        self._window: tuple[int, list[int]] | None = None
        if not self._folder.is_dir():
            raise FeedError("OUTPUT_MISSING", f"{self._folder} is no folder")

    def state_dict(self) -> dict[str, int]:
        """The next step. Save it with the model."""
        return {"step": self._step}

    def load_state_dict(self, state: dict[str, int]) -> None:
        """Goes to the step of a saved state."""
        self._step = state["step"]

    def __iter__(self) -> Iterator[Batch]:
        while (batch := self._next()) is not None:
            # Advanced before the yield, so that a state saved after training on the batch is right.
            self._step += 1
            yield batch

    def _next(self) -> Batch | None:
        first = self._step * self._batch_size
        end = self._wait_for(first + self._batch_size)
        if end <= first or (self._drop_last and end < first + self._batch_size):
            return None
        share = self._batch_size // self._world_size
        mine = range(first + self._rank * share, min(first + (self._rank + 1) * share, end))
        return Batch(self._step, [self._read(self._place(position)) for position in mine])

    def _wait_for(self, packs: int) -> int:
        """Waits until `packs` packs exist or the data set is closed; returns how many do."""
        window = self._shuffle.window
        needed = -(-packs // window) * window
        self._manifest.read_on()
        while self._manifest.packs < needed and not self._manifest.closed:
            self._sleep(self._poll_seconds)
            self._manifest.read_on()
        return min(packs, self._manifest.packs)

    def _place(self, position: int) -> int:
        """The pack at a position of the shuffled stream."""
        window = self._shuffle.window
        number = position // window
        if self._window is None or self._window[0] != number:
            first = number * window
            packs = range(first, min(first + window, self._manifest.packs))
            self._window = (
                number,
                sorted(packs, key=self._shuffle_key) if window > 1 else [*packs],
            )
        return self._window[1][position % window]

    def _shuffle_key(self, pack: int) -> bytes:
        """A hash, not a random generator, so that the order is the same in every Python version."""
        return hashlib.sha256(f"{self._shuffle.seed}/{pack}".encode()).digest()

    def _read(self, pack: int) -> Pack:
        file = self._manifest.shard_of(pack)
        return self._shard(file).pack(pack - file.first_pack)

    def _shard(self, file: ShardFile) -> Shard:
        shard = self._open.pop(file.path, None) or self._load(file)
        self._open[file.path] = shard
        while len(self._open) > self._open_shards_max:
            self._open.popitem(last=False)
        return shard

    def _load(self, file: ShardFile) -> Shard:
        path = self._folder / file.path
        try:
            data = path.read_bytes()
        except FileNotFoundError as error:
            raise FeedError("SHARD_CORRUPT", f"{path} is in the manifest but missing") from error
        if hashlib.sha256(data).hexdigest() != file.sha256:
            raise FeedError("SHARD_CORRUPT", f"{path} does not match its hash; restore it")
        shard = Shard(str(path), data, file.first_pack)
        if shard.packs != file.packs:
            raise FeedError("SHARD_CORRUPT", f"{path} has not the {file.packs} packs it should")
        return shard
