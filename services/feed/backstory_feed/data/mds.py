"""Reads MDS shards (byte table in schemas/shards.md): rows as arrays over the shard's own bytes.

Nothing is copied: `input_ids` and `mask` of a pack are read-only views of a mapped file or of the
bytes that were fetched. Everything that can be checked is checked: a shard may come from a
damaged disk, or from another program.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backstory_feed.errors import FeedError

TOKEN_COLUMNS = ("input_ids", "tokens")
FIXED_SIZES = {"int": 8, "uint8": 1, "uint16": 2, "uint32": 4, "uint64": 8, "int32": 4, "int64": 8}
COLUMN_NAMES = ["domain", "indices", "input_ids", "length", "mask"]
ENCODINGS = ["str", "ndarray:uint32", "ndarray:uint32", "int", "ndarray:uint8"]


@dataclass(frozen=True, slots=True, eq=False)
class Pack:
    """One row: pieces packed into at most one context."""

    index: int
    """Position of the pack in its stream, from 0."""
    domain: str
    """Name of the data set that wrote it."""
    input_ids: NDArray[Any]
    """(tokens,) unsigned integers, 32 bits in backstory's shards. Read-only."""
    mask: NDArray[np.uint8]
    """(tokens,) 1 where the token is trained; aligned with the token, not with the label."""
    indices: NDArray[np.uint32]
    """(pieces, 2) token spans [start, end), adjacent from 0; attention and positions restart."""
    stream: str = ""
    """Name of the stream it comes from, in a mixture."""
    epoch: int = 0
    skipped: bool = False
    """True for the blank that stands for a pack of a bad shard: one token, not trained."""

    @property
    def tokens(self) -> int:
        """Number of tokens."""
        return int(self.input_ids.shape[0])


Row = tuple[str, NDArray[Any], NDArray[np.uint8], NDArray[np.uint32]]
"""Domain, tokens, mask and pieces."""


def blank_pack(index: int, stream: str, epoch: int) -> Pack:
    """Stands where a pack of a bad shard was, so that no other pack changes its place."""
    return Pack(
        index=index,
        domain="",
        input_ids=np.zeros(1, np.uint32),
        mask=np.zeros(1, np.uint8),
        indices=np.array([[0, 1]], np.uint32),
        stream=stream,
        epoch=epoch,
        skipped=True,
    )


@dataclass(frozen=True)
class Columns:
    """Names, encodings and fixed sizes (None where they vary), in file order."""

    names: list[str]
    encodings: list[str]
    sizes: list[int | None]

    @property
    def varying(self) -> int:
        return sum(size is None for size in self.sizes)


class Shard:
    """The rows of one shard.

    `view(start, end)` gives bytes of the file; raises a FeedError when they are gone.
    """

    def __init__(self, name: str, size: int, view: Callable[[int, int], memoryview]) -> None:
        self._name = name
        self._view = view
        header = view(0, min(8, size))
        if size < 8:
            raise self._corrupt("it ends inside its header")
        (self.packs,) = struct.unpack_from("<I", header, 0)
        header_end = 4 + 4 * (self.packs + 1)
        if size < header_end:
            raise self._corrupt("it ends inside its header")
        offsets: NDArray[np.uint32] = np.frombuffer(view(4, header_end), "<u4")
        rising = bool((offsets[1:] >= offsets[:-1]).all())
        if not rising or int(offsets[-1]) != size or int(offsets[0]) < header_end:
            raise self._corrupt("its rows do not end where the file ends")
        self._offsets = offsets
        self.columns = self._read_columns(bytes(view(header_end, int(offsets[0]))))
        self._sizes = struct.Struct(f"<{self.columns.varying}I")
        self._rows: dict[int, Row] | None = None

    def keep_rows(self) -> None:
        """Remembers the arrays of each row that was read: they are views, so this costs no bytes of
        the shard. Not for a shard of which only rows are fetched."""
        self._rows = {}

    def row(self, row: int) -> dict[str, memoryview]:
        """The bytes of each column of one row."""
        start, end = int(self._offsets[row]), int(self._offsets[row + 1])
        data = self._view(start, end)
        cursor = self._sizes.size
        if len(data) < cursor:
            raise self._corrupt(f"row {row} is too short")
        varying = iter(self._sizes.unpack_from(data, 0))
        fields: dict[str, memoryview] = {}
        for name, size in zip(self.columns.names, self.columns.sizes, strict=True):
            length = next(varying) if size is None else size
            fields[name] = data[cursor : cursor + length]
            cursor += length
        if cursor != len(data):
            raise self._corrupt(f"row {row} has not the length it states")
        return fields

    def pack(self, row: int, index: int, *, stream: str = "", epoch: int = 0) -> Pack:
        """One row as a pack. Tokens may also be a column `tokens`; without a mask all train."""
        if self._rows is None:
            return Pack(index, *self._read(row), stream, epoch)
        found = self._rows.get(row)
        if found is None:
            found = self._rows[row] = self._read(row)
        else:
            # The file must still be as long as it was.
            self._view(0, 0)
        return Pack(index, *found, stream, epoch)

    def _read(self, row: int) -> Row:
        fields = self.row(row)
        name = next((name for name in TOKEN_COLUMNS if name in fields), None)
        if name is None:
            raise self._corrupt("it has no column input_ids or tokens")
        input_ids = self._array(fields[name], name, row).reshape(-1)
        length = input_ids.shape[0]
        mask = (
            self._array(fields["mask"], "mask", row).reshape(-1)
            if "mask" in fields
            else np.ones(length, np.uint8)
        )
        spans = (
            self._array(fields["indices"], "indices", row)
            if "indices" in fields
            else np.array([[0, length]], np.uint32)
        )
        self._check(row, length, mask, spans)
        if "length" in fields and int.from_bytes(fields["length"], "little") != length:
            raise self._corrupt(f"row {row} states a length that its tokens do not have")
        domain = bytes(fields["domain"]).decode("utf-8", "replace") if "domain" in fields else ""
        return domain, input_ids, mask, spans

    def check_rows(self) -> None:
        """Raises at the first malformed row, so that the verdict on a shard is one for all ranks,
        whichever rows they read."""
        for row in range(self.packs):
            self.pack(row, row)

    def expect_native(self) -> None:
        """Raises unless the columns are those that backstory writes."""
        if self.columns.names != COLUMN_NAMES or self.columns.encodings != ENCODINGS:
            raise self._corrupt("its columns are not those of a backstory shard")

    def _check(self, row: int, length: int, mask: NDArray[Any], spans: NDArray[Any]) -> None:
        shaped = spans.ndim == 2 and spans.shape[1] == 2 and spans.shape[0] > 0
        if not shaped or length == 0 or mask.shape[0] != length:
            raise self._corrupt(f"row {row} has pieces, tokens and mask that do not fit")
        starts, ends = spans[:, 0], spans[:, 1]
        adjacent = bool((starts[1:] == ends[:-1]).all()) and bool((ends > starts).all())
        if not adjacent or int(starts[0]) != 0 or int(ends[-1]) != length:
            raise self._corrupt(f"row {row} has pieces that do not cover its tokens")

    def _array(self, column: memoryview, name: str, row: int) -> NDArray[Any]:
        """An array over the column's bytes; the shape is in the encoding or before the values."""
        encoding = self.columns.encodings[self.columns.names.index(name)]
        kind, _, rest = encoding.partition(":")
        if kind == "bytes":
            # llm-foundry writes tokens as the bytes of 64-bit integers.
            return np.frombuffer(column, "<i8")
        dtype_name, _, fixed = rest.partition(":")
        try:
            dtype = np.dtype(dtype_name).newbyteorder("<")
            if kind != "ndarray" or dtype.kind not in "ui":
                raise TypeError
            shape, start = self._shape(column, fixed)
            return np.ndarray(shape, dtype, buffer=column[start:])
        except (TypeError, IndexError) as error:
            raise self._corrupt(f"row {row}: {name} is no array of whole numbers") from error

    def _shape(self, column: memoryview, fixed: str) -> tuple[tuple[int, ...], int]:
        if fixed:
            shape = tuple(int(axis) for axis in fixed.split(","))
            start = 0
        else:
            axes, width = column[0] >> 2, 1 << (column[0] & 3)
            start = 1 + axes * width
            if axes == 0 or start > len(column):
                raise self._corrupt("an array has no shape")
            shape = tuple(
                int.from_bytes(column[1 + axis * width : 1 + (axis + 1) * width], "little")
                for axis in range(axes)
            )
        return shape, start

    def _read_columns(self, text: bytes) -> Columns:
        try:
            configuration = json.loads(text)
            names: list[str] = configuration["column_names"]
            encodings: list[str] = configuration["column_encodings"]
            sizes = [FIXED_SIZES.get(kind) for kind in encodings]
            stated = configuration.get("column_sizes", sizes)
            sizes = [a if a is not None else b for a, b in zip(stated, sizes, strict=True)]
            if len(names) != len(encodings):
                raise ValueError("names and encodings differ in number")
        except (ValueError, KeyError, TypeError) as error:
            raise self._corrupt(f"its header cannot be read ({error})") from error
        return Columns(names, encodings, sizes)

    def _corrupt(self, what: str) -> FeedError:
        return FeedError("SHARD_CORRUPT", f"{self._name} cannot be read: {what}")
