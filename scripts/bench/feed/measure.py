"""Measures readers of shards: `measure.py OUT manifest-ENTRIES…` prints a line of JSON per figure.

Every reader copies the tokens and masks of each pack into the same two arrays, so that each byte is
touched. The bare read maps the files and knows beforehand where the arrays lie.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator
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
    for data, rows in known[out]:
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


def consume(packs: Iterable[Arrays]) -> tuple[int, float]:
    """Copies everything; tokens and seconds."""
    tokens = np.empty(1 << 17, np.uint32)
    mask = np.empty(1 << 17, np.uint8)
    count, began = 0, time.perf_counter()
    for ids, trained in packs:
        length = ids.shape[0]
        tokens[:length] = ids
        mask[:length] = trained
        count += length
    return count, time.perf_counter() - began


def rate(make: Callable[[], Iterable[Arrays]]) -> float:
    """Tokens per second, the best of some rounds."""
    best = 0.0
    for _ in range(ROUNDS):
        count, seconds = consume(make())
        best = max(best, count / seconds)
    return best


def speeds(out: Path) -> None:
    """All readers, in turn."""
    known[out] = places(out)
    baseline = rate(lambda: bare(out))
    tell("bare mapped read", baseline, "tokens/s")
    half = sum(len(rows) for _, rows in known[out])

    def parts() -> tuple[float, float]:
        """The first epoch hashes; the second does not."""
        packs = packs_of(Feed(out, BATCH, epochs=2))
        rates = []
        for _ in range(2):
            count, seconds = consume(next(packs) for _ in range(half))
            rates.append(count / seconds)
        return rates[0], rates[1]

    first, later = (max(rates) for rates in zip(*(parts() for _ in range(ROUNDS)), strict=True))
    tell("feed, first read with SHA-256", first, "tokens/s", baseline)
    tell("feed, later reads", later, "tokens/s", baseline)
    try:
        peer = rate(lambda: mosaic(out))
    except ImportError:
        return
    tell("Mosaic Streaming, no hashes", peer, "tokens/s", baseline)
    tell("feed, first read, beside Mosaic", first, "tokens/s", peer)
    tell("feed, later reads, beside Mosaic", later, "tokens/s", peer)


def first_batch(out: Path, start: int) -> float:
    """Seconds from nothing to the first batch at a step."""
    began = time.perf_counter()
    next(iter(Feed(out, 1, start=start, head="stop", threads=0)))
    return time.perf_counter() - began


def main() -> None:
    """Speeds of the first output, then the first batches of the others."""
    out, *manifests = (Path(each) for each in sys.argv[1:])
    speeds(out)
    for manifest in manifests:
        entries = int(manifest.name.split("-")[1])
        for name, start in (("first", 0), ("last", entries - 1)):
            seconds = min(first_batch(manifest, start) for _ in range(ROUNDS))
            tell(f"{name} pack of {entries:,} entries", 1000 * seconds, "ms")
    tell("memory at most", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB")


if __name__ == "__main__":
    main()
