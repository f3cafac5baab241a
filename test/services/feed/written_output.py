"""A small output of given packs, written as the sink writes it, entry by entry, for tests that
damage, delay or grow one. Pack p holds p in each of its tokens, so it is known by its content.
`FakeTime` passes only by sleeping."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from backstory_feed import Clock, Patience
from backstory_feed.data.prepare import ShardWriter

TOKENS = 6


def canonical(value: object) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return (text + "\n").encode()


class FakeTime:
    """Time that passes only by sleeping, and what happens meanwhile."""

    def __init__(self, *events: Callable[[], object]) -> None:
        self.now = 1000.0
        self.events = [*events]
        self.told: list[str] = []

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        if self.events:
            self.events.pop(0)()

    def patience(self, **options: object) -> Patience:
        clock = Clock(monotonic=lambda: self.now, sleep=self.sleep)
        return Patience(clock=clock, tell=self.told.append, **options)


class WrittenOutput:
    """Grows by `add`, which writes one entry with shards of the given numbers of packs."""

    def __init__(self, folder: Path, *, every: int | None = None, head: bool = True) -> None:
        self.folder = folder
        self.packs = 0
        self.entries = 0
        self._shards = 0
        self._previous: str | None = None
        self._every = every
        self._head = head
        self._covered: list[list[Any]] = []
        self._covered_from = 0
        self._checkpoints: list[dict[str, Any]] = []
        (folder / "manifest" / "checkpoints").mkdir(parents=True, exist_ok=True)
        (folder / "shards").mkdir(exist_ok=True)

    def add(self, *shards: int, closed: bool = False) -> WrittenOutput:
        first_pack, first_shard = self.packs, self._shards
        files = [self._shard(packs) for packs in shards]
        entry = {
            "carried": {"open": [], "pending": [], "samples": []},
            "closed": closed,
            "contextLength": TOKENS,
            "dataset": "written",
            "entry": self.entries,
            "firstPack": first_pack,
            "firstShard": first_shard,
            "format": 2,
            "previous": self._previous,
            "samples": [],
            "shards": files,
        }
        data = canonical(entry)
        (self.folder / "manifest" / f"{self.entries:08d}.json").write_bytes(data)
        self._previous = hashlib.sha256(data).hexdigest()
        self.entries += 1
        self._covered += [[f["path"], f["sha256"], f["bytes"], f["packs"]] for f in files]
        if self._every is not None and self.entries % self._every == 0:
            self._checkpoint()
        if self._head:
            self.write_head()
        return self

    def write_head(self) -> None:
        head: dict[str, Any] = {
            "entry": self.entries - 1,
            "files": [],
            "format": 1,
            "sha256": self._previous,
        }
        if self._checkpoints:
            newest = self._checkpoints[-1]
            head["checkpoint"] = {k: newest[k] for k in ("checkpoint", "sha256")}
        (self.folder / "manifest" / "head.json").write_bytes(canonical(head))

    def shard_paths(self) -> list[Path]:
        return sorted((self.folder / "shards").glob("*.mds"))

    def entry_path(self, number: int) -> Path:
        return self.folder / "manifest" / f"{number:08d}.json"

    def _checkpoint(self) -> None:
        number, jump, back = len(self._checkpoints), 1, []
        while jump <= number:
            earlier = self._checkpoints[number - jump]
            back.append({k: earlier[k] for k in ("checkpoint", "firstPack", "sha256")})
            jump *= 2
        first_pack = self.packs - sum(shard[3] for shard in self._covered)
        data = canonical(
            {
                "back": back,
                "checkpoint": number,
                "entries": [self._covered_from, self.entries],
                "firstPack": first_pack,
                "format": 1,
                "lastEntry": self._previous,
                "shards": self._covered,
            }
        )
        (self.folder / "manifest" / "checkpoints" / f"{number:08d}.json").write_bytes(data)
        sha256 = hashlib.sha256(data).hexdigest()
        self._checkpoints.append({"checkpoint": number, "firstPack": first_pack, "sha256": sha256})
        self._covered, self._covered_from = [], self.entries

    def _shard(self, packs: int) -> dict[str, Any]:
        part = self.folder / "part"
        part.mkdir(exist_ok=True)
        writer = ShardWriter(part, "written", 1 << 30)
        for pack in range(self.packs, self.packs + packs):
            writer.add(np.full(TOKENS, pack, np.uint32), [0, 2])
        writer.finish()
        data = (part / "shard.00000.mds").read_bytes()
        path = f"shards/shard.{self._shards:05d}.mds"
        (self.folder / path).write_bytes(data)
        shard = {
            "bytes": len(data),
            "firstPack": self.packs,
            "packs": packs,
            "path": path,
            "sha256": hashlib.sha256(data).hexdigest(),
        }
        self.packs += packs
        self._shards += 1
        return shard
