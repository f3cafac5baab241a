"""Which stream each position of a mixture belongs to: a pure function of weights and seed.

Positions come in cycles. In each cycle every stream has a fixed number of places, spread evenly
with a little seeded noise. So shares are exact in every cycle, and how many packs of each stream
come before any position is known without counting from the start.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

from backstory_feed.order import hash_array, hash_key

CYCLE_MAX = 10_000
CYCLES_KEPT = 4


class Mixture:
    """Weights count packs; they need not sum to one."""

    def __init__(self, weights: Sequence[float], seed: int) -> None:
        if not weights or any(not 0 < weight < float("inf") for weight in weights):
            raise ValueError("every stream of a mixture needs a weight above zero")
        self._seed = seed
        self.quotas = quotas(weights)
        """Places of each stream in a cycle."""
        self.cycle = sum(self.quotas)
        self._cycles: OrderedDict[int, tuple[NDArray[np.int64], NDArray[np.int64]]] = OrderedDict()

    def at(self, position: int) -> tuple[int, int]:
        """(stream, position in that stream) at a position of the mixture."""
        if self.cycle == 1:
            return 0, position
        number, place = divmod(position, self.cycle)
        streams, ranks = self._cycle(number)
        stream = int(streams[place])
        return stream, number * self.quotas[stream] + int(ranks[place])

    def position_of(self, stream: int, at: int) -> int:
        """The position of the mixture at which a stream's `at`-th pack comes."""
        if self.cycle == 1:
            return at
        number, rank = divmod(at, self.quotas[stream])
        streams, ranks = self._cycle(number)
        place = np.flatnonzero((streams == stream) & (ranks == rank))[0]
        return number * self.cycle + int(place)

    def before(self, position: int) -> list[int]:
        """How many positions of each stream come before a position of the mixture."""
        number, place = divmod(position, self.cycle)
        streams, _ = self._cycle(number)
        counts = np.bincount(streams[:place], minlength=len(self.quotas))
        return [
            number * quota + int(count) for quota, count in zip(self.quotas, counts, strict=True)
        ]

    def _cycle(self, number: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(cycle,) stream at each place, and how many of that stream come before it."""
        found = self._cycles.pop(number, None)
        if found is None:
            found = self._spread(number)
        self._cycles[number] = found
        while len(self._cycles) > CYCLES_KEPT:
            self._cycles.popitem(last=False)
        return found

    def _spread(self, number: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        keys: list[NDArray[np.uint64]] = []
        streams: list[NDArray[np.int64]] = []
        ranks: list[NDArray[np.int64]] = []
        for stream, quota in enumerate(self.quotas):
            noise = hash_array(hash_key(self._seed, number, stream), quota) >> np.uint64(32)
            # Whole numbers only: (rank + noise / 2^32) / quota, times 2^46.
            place = np.arange(quota, dtype=np.uint64) << np.uint64(32)
            keys.append(((place + noise) << np.uint64(14)) // np.uint64(quota))
            streams.append(np.full(quota, stream, np.int64))
            ranks.append(np.arange(quota, dtype=np.int64))
        order = np.argsort(np.concatenate(keys), kind="stable")
        return np.concatenate(streams)[order], np.concatenate(ranks)[order]


def quotas(weights: Sequence[float]) -> list[int]:
    """Whole numbers in proportion to the weights: exact where a short cycle can be, otherwise to
    one place in CYCLE_MAX. ValueError where a stream would get no place."""
    exact = [Fraction(str(weight)).limit_denominator(CYCLE_MAX) for weight in weights]
    if min(exact) == 0:
        raise ValueError(f"a weight is less than one part in {CYCLE_MAX}")
    total = sum(exact)
    shares = [weight / total for weight in exact]
    cycle = lcm(*(share.denominator for share in shares))
    if cycle > CYCLE_MAX:
        cycle = CYCLE_MAX
    counts = [int(share * cycle) for share in shares]
    rests = [share * cycle - count for share, count in zip(shares, counts, strict=True)]
    for stream in sorted(range(len(rests)), key=lambda at: (-rests[at], at)):
        if sum(counts) == cycle:
            break
        counts[stream] += 1
    if min(counts) == 0:
        raise ValueError(f"a weight is less than one part in {CYCLE_MAX} of the whole")
    return counts
