"""The order of packs, as pure functions of the settings and a position. Nothing here knows ranks,
workers, how much data exists beyond what a window needs, or any random generator."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_GOLDEN = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1
WINDOWS_KEPT = 4


@dataclass(frozen=True)
class Shuffle:
    """Packs change places only inside windows of `window` packs, so the order never depends on
    how much data there is. 1 keeps the order of the data set."""

    window: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        if self.window < 1:
            raise ValueError("a shuffle window holds at least one pack")
        if not 0 <= self.seed < 1 << 63:
            raise ValueError("a seed is a whole number from 0 to 2^63 - 1")


def mix(value: int) -> int:
    """Mixes the bits of a 64-bit number (the finalizer of SplitMix64)."""
    value = (value + _GOLDEN) & _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


def hash_key(*parts: int) -> int:
    """One 64-bit number from several."""
    key = 0
    for part in parts:
        key = mix(key ^ (part & _MASK))
    return key


def hash_array(key: int, count: int) -> NDArray[np.uint64]:
    """`count` mixed 64-bit numbers, the same on every machine and in every version of numpy."""
    value = np.arange(count, dtype=np.uint64) ^ np.uint64(key)
    with np.errstate(over="ignore"):
        value = value + np.uint64(_GOLDEN)
        value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def window_order(shuffle: Shuffle, epoch: int, number: int, size: int) -> NDArray[np.int64]:
    """(size,) a permutation of 0 … size-1: which pack of window `number` comes at each place."""
    keys = hash_array(hash_key(shuffle.seed, epoch, number), size)
    return np.argsort(keys, kind="stable").astype(np.int64)


def settled(packs: int, closed: bool, window: int, epochs: int | None) -> int | None:
    """Positions of a stream whose packs are known for ever; None when there is no end.

    While a data set grows these are the whole windows; once it is closed, all its epochs.
    """
    if not closed:
        return packs - packs % window
    if packs == 0:
        return 0
    return None if epochs is None else packs * epochs


class PackOrder:
    """Which pack of a stream comes at each position, epoch after epoch."""

    def __init__(self, shuffle: Shuffle) -> None:
        self.shuffle = shuffle
        self._windows: OrderedDict[tuple[int, int, int], NDArray[np.int64]] = OrderedDict()

    def at(self, position: int, packs: int, closed: bool) -> tuple[int, int]:
        """(epoch, pack) at a settled position of a stream that has `packs` packs by now."""
        epoch, place = divmod(position, packs) if closed else (0, position)
        window = self.shuffle.window
        if window == 1:
            return epoch, place
        number = place // window
        size = min(window, packs - number * window)
        return epoch, number * window + int(self._window(epoch, number, size)[place % window])

    def _window(self, epoch: int, number: int, size: int) -> NDArray[np.int64]:
        key = (epoch, number, size)
        order = self._windows.pop(key, None)
        if order is None:
            order = window_order(self.shuffle, epoch, number, size)
        self._windows[key] = order
        while len(self._windows) > WINDOWS_KEPT:
            self._windows.popitem(last=False)
        return order
