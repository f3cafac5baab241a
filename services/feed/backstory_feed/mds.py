"""Reads MDS shards with ProLong's columns (byte table in schemas/shards.md).

Standard library only, so that a trainer image needs nothing of ours. Everything that can be
checked is checked: a shard may come from a damaged disk.
"""

from __future__ import annotations

import json
import struct
import sys
from array import array
from dataclasses import dataclass

from backstory_feed.errors import FeedError

COLUMNS = ["domain", "indices", "input_ids", "length", "mask"]
ENCODINGS = ["str", "ndarray:uint32", "ndarray:uint32", "int", "ndarray:uint8"]


@dataclass(frozen=True)
class Pack:
    """One row: pieces packed into at most one context."""

    index: int
    """Position in the data set."""
    domain: str
    input_ids: array[int]
    """Tokens, as unsigned 32-bit integers."""
    mask: bytes
    """1 where the token is trained."""
    indices: list[tuple[int, int]]
    """Token spans of the pieces; attention and positions restart at each."""


class Shard:
    """The rows of a shard file, decoded one at a time."""

    def __init__(self, name: str, data: bytes, first_pack: int) -> None:
        self._name = name
        self._data = data
        self._first_pack = first_pack
        if len(data) < 8:
            raise self._corrupt("it ends inside its header")
        (self.packs,) = struct.unpack_from("<I", data, 0)
        offsets_end = 4 + 4 * (self.packs + 1)
        if len(data) < offsets_end:
            raise self._corrupt("it ends inside its header")
        self._offsets = struct.unpack_from(f"<{self.packs + 1}I", data, 4)
        if self._offsets[-1] != len(data) or list(self._offsets) != sorted(self._offsets):
            raise self._corrupt("its rows do not end where the file ends")
        self._check_columns(data[offsets_end : self._offsets[0]])

    def pack(self, row: int) -> Pack:
        """Decodes one row."""
        start, end = self._offsets[row], self._offsets[row + 1]
        if end - start < 16:
            raise self._corrupt(f"row {row} is too short")
        sizes = struct.unpack_from("<4I", self._data, start)
        fields: list[bytes] = []
        cursor = start + 16
        for size in (*sizes[:3], 8, sizes[3]):
            fields.append(self._data[cursor : cursor + size])
            cursor += size
        if cursor != end:
            raise self._corrupt(f"row {row} has not the length it states")
        spans = _integers(self._values(fields[1], 4, row))
        input_ids = _integers(self._values(fields[2], 4, row))
        mask = self._values(fields[4], 1, row)
        (length,) = struct.unpack("<q", fields[3])
        indices = list(zip(spans[0::2], spans[1::2], strict=True))
        covered = [0, *(end for _, end in indices)] == [*(start for start, _ in indices), length]
        if not covered or len(input_ids) != length or len(mask) != length:
            raise self._corrupt(f"row {row} has pieces, tokens and mask that do not fit")
        domain = fields[0].decode("utf-8")
        return Pack(self._first_pack + row, domain, input_ids, mask, indices)

    def _values(self, column: bytes, item_bytes: int, row: int) -> bytes:
        """Values of an array; its bytes hold the count and width of dimensions, these, values."""
        axes, width = column[0] >> 2, 1 << (column[0] & 3)
        start = 1 + axes * width
        items = 1
        for axis in range(axes):
            size = column[1 + axis * width : 1 + (axis + 1) * width]
            items *= int.from_bytes(size, "little")
        if axes == 0 or len(column) - start != items * item_bytes:
            raise self._corrupt(f"row {row} has an array of the wrong length")
        return column[start:]

    def _check_columns(self, text: bytes) -> None:
        try:
            configuration = json.loads(text)
        except ValueError as error:
            raise self._corrupt("its header is not JSON") from error
        names, encodings = configuration["column_names"], configuration["column_encodings"]
        if names != COLUMNS or encodings != ENCODINGS:
            raise self._corrupt("its columns are not those of a backstory shard")

    def _corrupt(self, what: str) -> FeedError:
        return FeedError("SHARD_CORRUPT", f"{self._name} cannot be read: {what}")


def _integers(values: bytes) -> array[int]:
    integers = array("I")
    if integers.itemsize != 4:
        raise FeedError("PLATFORM", "this Python has no 32-bit array type 'I'")
    integers.frombytes(values)
    if sys.byteorder == "big":
        integers.byteswap()
    return integers
