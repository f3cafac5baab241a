"""Keys and values of contexts, kept in a least-recently-used order below a number of bytes.

A prefix that a forward or a waiting candidate needs is pinned and stays. What two contexts have in
common is copied in whole chunks, so that a prefix has the same bits whether it was read alone or
after another one.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Ids = NDArray[np.int32]


def as_ids(ids: list[int]) -> Ids:
    """Token ids in the form that is hashed and compared."""
    return np.asarray(ids, dtype=np.int32)


def key_of(ids: Ids) -> str:
    """The name of a context: the SHA-256 of its token ids as little-endian 32-bit integers."""
    return sha256(ids.astype("<i4").tobytes()).hexdigest()


@dataclass(frozen=True)
class Shape:
    """Of what one token leaves behind."""

    layers: int
    heads: int
    size: int
    dtype: torch.dtype
    device: torch.device

    @property
    def bytes_per_token(self) -> int:
        """Keys and values of all layers."""
        return 2 * self.layers * self.heads * self.size * self.dtype.itemsize


class Prefix:
    """Keys and values of the first `done` of its tokens; (2, tokens, heads, size) per layer."""

    def __init__(self, key: str, ids: Ids, length: int, shape: Shape) -> None:
        self.key = key
        self.ids = ids
        self.length = length
        """Tokens that are to be read; the last token of a context is not among them."""
        self.done = 0
        self.pins = 0
        self.bytes = length * shape.bytes_per_token
        size = (2, length, shape.heads, shape.size)
        self._layers = [
            torch.empty(size, dtype=shape.dtype, device=shape.device) for _ in range(shape.layers)
        ]

    def read(self, layer: int, length: int) -> tuple[Tensor, Tensor]:
        """Views of the first tokens."""
        keys, values = self._layers[layer][:, :length]
        return keys, values

    def write(self, layer: int, start: int, keys: Tensor, values: Tensor) -> None:
        """Puts the rows of a forward at their place."""
        self._layers[layer][0, start : start + len(keys)] = keys
        self._layers[layer][1, start : start + len(values)] = values

    def copy_from(self, other: Prefix, length: int) -> None:
        """Takes over the first tokens of another prefix, which has the same ids there."""
        for mine, theirs in zip(self._layers, other._layers, strict=True):
            mine[:, :length] = theirs[:, :length]
        self.done = length


class PrefixCache:
    """Not safe for threads by itself: the engine holds its lock around every call."""

    def __init__(self, shape: Shape, bytes_max: int, chunk_tokens: int) -> None:
        self.shape = shape
        self.bytes_max = bytes_max
        self.bytes = 0
        self.evictions = 0
        self._chunk_tokens = chunk_tokens
        self._entries: OrderedDict[str, Prefix] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, key: str) -> Prefix | None:
        """The prefix if it is there, complete or not; it becomes the youngest."""
        found = self._entries.get(key)
        if found is not None:
            self._entries.move_to_end(key)
        return found

    def make(self, key: str, ids: Ids, length: int, reuse_max: int) -> Prefix | None:
        """A new prefix, begun with what another has in common with it, at most `reuse_max`
        tokens; None while pinned prefixes leave no room."""
        needed = length * self.shape.bytes_per_token
        assert needed <= self.bytes_max, "limits are checked before"
        like, common = self._most_alike(ids, min(length, reuse_max))
        if not self._make_room(needed, like):
            like = None
            if not self._make_room(needed, None):
                return None
        prefix = Prefix(key, ids, length, self.shape)
        if like is not None:
            prefix.copy_from(like, common)
        self._entries[key] = prefix
        self.bytes += needed
        return prefix

    def drop(self, prefix: Prefix) -> None:
        """Forgets one prefix, pinned or not."""
        if self._entries.pop(prefix.key, None) is not None:
            self.bytes -= prefix.bytes

    def drop_unpinned(self) -> int:
        """Forgets all that nobody needs now; how many these were."""
        loose = [prefix for prefix in self._entries.values() if prefix.pins == 0]
        for prefix in loose:
            self.drop(prefix)
        self.evictions += len(loose)
        return len(loose)

    def _make_room(self, needed: int, spared: Prefix | None) -> bool:
        for prefix in list(self._entries.values()):
            if self.bytes + needed <= self.bytes_max:
                break
            if prefix.pins == 0 and prefix is not spared:
                self.drop(prefix)
                self.evictions += 1
        return self.bytes + needed <= self.bytes_max

    def _most_alike(self, ids: Ids, length: int) -> tuple[Prefix | None, int]:
        best, most = None, 0
        for prefix in self._entries.values():
            end = min(prefix.done, length)
            if end <= most:
                continue
            different = np.flatnonzero(prefix.ids[:end] != ids[:end])
            same = int(different[0]) if len(different) > 0 else end
            whole = same - same % self._chunk_tokens
            if whole > most:
                best, most = prefix, whole
        return best, most
