"""Measures readers of shards: `measure.py OUT manifest-ENTRIES…` prints a line of JSON per figure.

Every reader copies the tokens and masks of each pack into the same two arrays, so that each byte is
touched. The bare read maps the files; of warm ones it knows beforehand where the arrays lie. Mosaic
reads the same files, LitData the same packs in chunks of its own form and of the same size. Warm
files are in the memory of the system, cold ones come from the disk.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from backstory_feed import Feed
from numpy.typing import NDArray

Arrays = tuple[NDArray[Any], NDArray[Any]]
BATCH = 8
ROUNDS = 3


def tell(metric: str, value: float, unit: str, baseline: float | None = None) -> None:
    """One figure, as scripts/bench.ts prints it."""
    figure = {"metric": metric, "value": value, "unit": unit, "baseline": baseline}
    print(json.dumps(figure), flush=True)


def places(out: Path) -> list[tuple[NDArray[np.uint8], list[tuple[int, int, int]]]]:
    """Each mapped shard, and where the tokens and the mask of its rows begin, with their number."""
    found: list[tuple[NDArray[np.uint8], list[tuple[int, int, int]]]] = []
    for path in sorted((out / "shards").glob("*.mds")):
        data = np.memmap(path, np.uint8, "r")
        rows = int(data[:4].view("<u4")[0])
        offsets = data[4 : 8 + 4 * rows].view("<u4")
        listed = []
        for start in offsets[:-1]:
            domain, indices, ids, mask = data[start : start + 16].view("<u4")
            at = int(start) + 16 + int(domain) + int(indices)
            head = 1 + (1 << (int(data[at]) & 3))
            tokens = (int(ids) - head) // 4
            end = at + int(ids) + 8
            listed.append((at + head, end + int(mask) - tokens, tokens))
        found.append((data, listed))
    return found


def bare(out: Path) -> Iterator[Arrays]:
    """The arrays themselves, without any check."""
    for data, rows in known.get(out) or places(out):
        for ids, mask, tokens in rows:
            yield np.ndarray((tokens,), "<u4", data, ids), data[mask : mask + tokens]


known: dict[Path, list[tuple[NDArray[np.uint8], list[tuple[int, int, int]]]]] = {}


def packs_of(feed: Feed) -> Iterator[Arrays]:
    """The packs of a feed."""
    for batch in feed:
        for pack in batch.packs:
            yield pack.input_ids, pack.mask


def mosaic(out: Path) -> Iterator[Arrays]:
    """Mosaic's own data set on the same shards."""
    from streaming import StreamingDataset

    data = StreamingDataset(local=str(out / "shards"), shuffle=False, batch_size=1)
    for sample in data:
        yield sample["input_ids"], sample["mask"]


def pack_at(place: tuple[str, int, int, int]) -> dict[str, NDArray[Any]]:
    """One pack for LitData's writer, which is a process of its own."""
    path, ids, mask, tokens = place
    data = np.memmap(path, np.uint8, "r")
    return {
        "input_ids": np.ndarray((tokens,), "<u4", data, ids).copy(),
        "mask": data[mask : mask + tokens].copy(),
    }


def write_chunks(out: Path, folder: Path) -> None:
    """The packs in LitData's own form, in files of the same size."""
    import litdata

    paths = sorted((out / "shards").glob("*.mds"))
    rows = [
        (str(path), *row)
        for path, (_, listed) in zip(paths, places(out), strict=True)
        for row in listed
    ]
    size = max(path.stat().st_size for path in paths)
    litdata.optimize(pack_at, rows, str(folder), chunk_bytes=size, num_workers=1)


def litdata_packs(folder: Path) -> Iterator[Arrays]:
    """LitData's own data set on its chunks."""
    from litdata import StreamingDataset

    for sample in StreamingDataset(str(folder), shuffle=False):
        yield sample["input_ids"], sample["mask"]


def newly_mapped(out: Path) -> Iterator[Arrays]:
    """The bare read where no page is mapped yet, as whoever reads for the first time."""
    known.pop(out, None)
    return bare(out)


def forget(folder: Path) -> None:
    """The system drops the files of a folder from its memory, except what is still mapped."""
    gc.collect()
    os.sync()
    for path in folder.rglob("*"):
        if path.is_file():
            descriptor = os.open(path, os.O_RDONLY)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(descriptor)


@dataclass(frozen=True)
class Rate:
    """Tokens per second of the clock, and of processor time, which a busy machine changes less."""

    clock: float
    processor: float

    def best(self, other: Rate) -> Rate:
        """The better of both, each by itself."""
        return Rate(max(self.clock, other.clock), max(self.processor, other.processor))

    def tell(self, metric: str, baseline: Rate | None = None) -> None:
        """Both figures."""
        beside = (None, None) if baseline is None else (baseline.clock, baseline.processor)
        tell(metric, self.clock, "tokens/s", beside[0])
        tell(f"{metric}, processor", self.processor, "tokens/s", beside[1])


NOTHING = Rate(0.0, 0.0)


def consume(packs: Iterable[Arrays]) -> Rate:
    """Copies everything."""
    tokens = np.empty(1 << 17, np.uint32)
    mask = np.empty(1 << 17, np.uint8)
    count, began, worked = 0, time.perf_counter(), time.process_time()
    for ids, trained in packs:
        length = ids.shape[0]
        tokens[:length] = ids
        mask[:length] = trained
        count += length
    return Rate(count / (time.perf_counter() - began), count / (time.process_time() - worked))


def hash_tokens(packs: Iterable[Arrays]) -> Rate:
    """Hashes everything, and does no more."""
    count, began, worked = 0, time.perf_counter(), time.process_time()
    for ids, trained in packs:
        digest = hashlib.sha256(ids.data)
        digest.update(trained.data)
        count += ids.shape[0]
    return Rate(count / (time.perf_counter() - began), count / (time.process_time() - worked))


def rate(
    make: Callable[[], Iterable[Arrays]], use: Callable[[Iterable[Arrays]], Rate] = consume
) -> Rate:
    """The best of some rounds."""
    best = NOTHING
    for _ in range(ROUNDS):
        best = best.best(use(make()))
    return best


def cold_rate(make: Callable[[], Iterable[Arrays]], folder: Path) -> Rate:
    """The same, each round from the disk."""

    def begin() -> Iterable[Arrays]:
        known.clear()
        forget(folder)
        return make()

    return rate(begin)


def own_speeds(out: Path) -> tuple[Rate, Rate]:
    """The feed beside the bare read: its first reads, which hash, and its later ones."""
    known[out] = places(out)
    count = sum(len(rows) for _, rows in known[out])
    baseline = rate(lambda: bare(out))
    baseline.tell("bare mapped read")
    unmapped = rate(lambda: newly_mapped(out))
    unmapped.tell("bare read, mapped anew", baseline)
    hashed = rate(lambda: newly_mapped(out), hash_tokens)
    hashed.tell("SHA-256 alone, one core", unmapped)
    known[out] = places(out)
    first = later = NOTHING
    for _ in range(ROUNDS):
        packs = packs_of(Feed(out, BATCH, epochs=2))
        first = first.best(consume(next(packs) for _ in range(count)))
        later = later.best(consume(next(packs) for _ in range(count)))
    first.tell("feed, first read with SHA-256", unmapped)
    first.tell("feed, first read, beside SHA-256 alone", hashed)
    later.tell("feed, later reads", baseline)
    cold = cold_rate(lambda: bare(out), out)
    tell("bare mapped read, cold", cold.clock, "tokens/s")
    own = cold_rate(lambda: packs_of(Feed(out, BATCH)), out)
    tell("feed, first read, cold", own.clock, "tokens/s", cold.clock)
    return first, later


def peer_speeds(out: Path, scratch: Path, first: Rate, later: Rate) -> None:
    """The feed's speeds beside those of others."""
    write_chunks(out, scratch)
    for name, make in (
        ("Mosaic", lambda: mosaic(out)),
        ("LitData", lambda: litdata_packs(scratch)),
    ):
        peer = rate(make)
        peer.tell(f"{name}, no hashes")
        first.tell(f"feed, first read, beside {name}", peer)
        later.tell(f"feed, later reads, beside {name}", peer)


def first_batch(out: Path, start: int) -> float:
    """Seconds from nothing to the first batch at a step."""
    began = time.perf_counter()
    next(iter(Feed(out, 1, start=start, head="stop", threads=0)))
    return time.perf_counter() - began


def main() -> None:
    """First batches of the manifests, then speeds on the output."""
    out, *manifests = (Path(each) for each in sys.argv[1:])
    for manifest in manifests:
        entries = int(manifest.name.split("-")[1])
        for name, start in (("first", 0), ("last", entries - 1)):
            seconds = min(first_batch(manifest, start) for _ in range(ROUNDS))
            tell(f"{name} pack of {entries:,} entries", 1000 * seconds, "ms")
    first, later = own_speeds(out)
    # Before others are imported. What is mapped counts, and the system may drop it.
    tell("memory at most", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB")
    scratch = Path(tempfile.mkdtemp(prefix="backstory-litdata-"))
    try:
        peer_speeds(out, scratch / "chunks", first, later)
    finally:
        shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
