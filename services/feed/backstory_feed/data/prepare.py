"""Makes a stream of other text: documents of JSONL, Parquet or MDS become packs in an MDS folder.

Tokens and packs are decided once, here, so that training can start at any step at once and always
reads the same. Control tokens that stand in the text are ordinary text: nothing that a document
says can become one. Documents come in the order of the sources; a pack ends where its context is
full and the document goes on in the next one. The folder appears whole or not at all.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backstory_feed.data.mds import COLUMN_NAMES, ENCODINGS, FIXED_SIZES
from backstory_feed.data.mds_index import INDEX, MdsIndex
from backstory_feed.data.shards import Limits, Shards
from backstory_feed.data.storage import FolderStorage, extra_missing
from backstory_feed.errors import FeedError
from backstory_feed.waiting import Patience

BATCH_TEXTS = 256
Encode = Callable[[list[str]], list[NDArray[np.uint32]]]


@dataclass(frozen=True)
class PrepareOptions:
    """How text becomes packs."""

    tokenizer: str | os.PathLike[str]
    """A tokenizer.json, best the one in the `tokenizer` folder of the output it is mixed with."""
    end_of_text: int
    """Id that follows each document."""
    context_length: int
    field: str = "text"
    shard_bytes: int = 64 << 20
    domain: str = "text"


@dataclass(frozen=True)
class Prepared:
    """What was made."""

    documents: int
    packs: int
    tokens: int


def prepare(
    sources: Sequence[str | os.PathLike[str]],
    to: str | os.PathLike[str],
    options: PrepareOptions,
) -> Prepared:
    """Makes the folder `to`, which must not exist. SOURCE_UNSUITABLE names what is wrong."""
    target = Path(to)
    if os.path.lexists(target):
        raise FeedError("SOURCE_UNSUITABLE", f"{target} is there already; choose a new folder")
    if options.context_length < 2:
        raise ValueError("context_length is at least 2")
    building = target.with_name(f"{target.name}.building-{os.getpid()}")
    shutil.rmtree(building, ignore_errors=True)
    try:
        building.mkdir(parents=True)
        made = _write(sources, building, options)
        building.rename(target)
    except OSError as error:
        raise FeedError("SOURCE_UNSUITABLE", f"{target} cannot be written: {error}") from error
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return made


def _write(
    sources: Sequence[str | os.PathLike[str]], to: Path, options: PrepareOptions
) -> Prepared:
    documents = packs = tokens = 0
    writer = ShardWriter(to, options.domain, options.shard_bytes)
    encode = open_encoder(options.tokenizer)
    require_token(options.tokenizer, options.end_of_text)
    packer = Packer(options.context_length)
    for texts in in_batches(
        text for source in sources for text in read_texts(source, options.field)
    ):
        for ids in encode(texts):
            documents += 1
            packer.add(np.append(ids, np.uint32(options.end_of_text)))
            for pack, starts in packer.full():
                packs, tokens = packs + 1, tokens + len(pack)
                writer.add(pack, starts)
    for pack, starts in packer.rest():
        packs, tokens = packs + 1, tokens + len(pack)
        writer.add(pack, starts)
    if packs == 0:
        raise FeedError("SOURCE_UNSUITABLE", f"{list(map(str, sources))} hold no text")
    writer.finish()
    return Prepared(documents, packs, tokens)


class Packer:
    """Cuts a row of documents into contexts."""

    def __init__(self, length: int) -> None:
        self._length = length
        self._parts: list[NDArray[np.uint32]] = []
        self._tokens = 0

    def add(self, document: NDArray[np.uint32]) -> None:
        """A document goes on where the one before ended."""
        self._parts.append(document.astype(np.uint32))
        self._tokens += len(document)

    def full(self) -> Iterator[tuple[NDArray[np.uint32], list[int]]]:
        """Whole contexts, each with the starts of its pieces."""
        while self._tokens >= self._length:
            yield self._take(self._length)

    def rest(self) -> Iterator[tuple[NDArray[np.uint32], list[int]]]:
        """What fills no context."""
        if self._tokens > 0:
            yield self._take(self._tokens)

    def _take(self, room: int) -> tuple[NDArray[np.uint32], list[int]]:
        taken: list[NDArray[np.uint32]] = []
        starts: list[int] = []
        at = 0
        while at < room:
            part = self._parts.pop(0)
            if len(part) > room - at:
                self._parts.insert(0, part[room - at :])
                part = part[: room - at]
            starts.append(at)
            taken.append(part)
            at += len(part)
        self._tokens -= room
        return np.concatenate(taken), starts


NATIVE = dict(zip(COLUMN_NAMES, ENCODINGS, strict=True))


class ShardWriter:
    """Writes rows to MDS shards, and the index at the end. `columns`: encodings by name."""

    def __init__(
        self, folder: Path, domain: str, shard_bytes: int, columns: Mapping[str, str] = NATIVE
    ) -> None:
        self._folder = folder
        self._domain = domain.encode()
        self._shard_bytes = shard_bytes
        self._rows: list[bytes] = []
        self._bytes = 0
        self._index: list[dict[str, Any]] = []
        self._sizes = [FIXED_SIZES.get(encoding) for encoding in columns.values()]
        self._columns = {
            "column_encodings": list(columns.values()),
            "column_names": list(columns),
            "column_sizes": self._sizes,
            "compression": None,
            "format": "mds",
            "hashes": ["sha256"],
            "size_limit": None,
            "version": 2,
        }

    def add(self, input_ids: NDArray[np.uint32], starts: list[int]) -> None:
        """One pack, all trained."""
        length = len(input_ids)
        spans = np.array(list(zip(starts, [*starts[1:], length], strict=True)), "<u4")
        self.add_row(
            [
                self._domain,
                array_bytes(spans),
                array_bytes(input_ids.astype("<u4")),
                struct.pack("<q", length),
                array_bytes(np.ones(length, np.uint8)),
            ]
        )

    def add_row(self, fields: list[bytes]) -> None:
        """One row, from the bytes of each column."""
        varying = [
            len(field) for field, size in zip(fields, self._sizes, strict=True) if size is None
        ]
        row = struct.pack(f"<{len(varying)}I", *varying) + b"".join(fields)
        if self._rows and self._bytes + len(row) > self._shard_bytes:
            self._seal()
        self._rows.append(row)
        self._bytes += len(row)

    def finish(self) -> None:
        """Writes what is left and the index."""
        if self._rows:
            self._seal()
        text = json.dumps({"shards": self._index, "version": 2}, sort_keys=True)
        (self._folder / INDEX).write_text(text + "\n", encoding="utf-8")

    def _seal(self) -> None:
        header = json.dumps(self._columns, sort_keys=True, separators=(",", ":")).encode()
        start = 4 + 4 * (len(self._rows) + 1) + len(header)
        offsets = np.cumsum([start, *(len(row) for row in self._rows)])
        head = struct.pack("<I", len(self._rows)) + offsets.astype("<u4").tobytes() + header
        data = head + b"".join(self._rows)
        name = f"shard.{len(self._index):05d}.mds"
        (self._folder / name).write_bytes(data)
        hashes = {"sha256": hashlib.sha256(data).hexdigest()}
        raw = {"basename": name, "bytes": len(data), "hashes": hashes}
        self._index.append(
            {**self._columns, "raw_data": raw, "samples": len(self._rows), "zip_data": None}
        )
        self._rows, self._bytes = [], 0


def array_bytes(values: NDArray[Any]) -> bytes:
    """An array as MDS stores it: axes and width of a size, the sizes, the values."""
    largest = max(values.shape)
    code = 0 if largest < 1 << 8 else 1 if largest < 1 << 16 else 2
    head = bytes([(values.ndim << 2) | code])
    sizes = b"".join(size.to_bytes(1 << code, "little") for size in values.shape)
    return head + sizes + values.tobytes()


def open_encoder(path: str | os.PathLike[str]) -> Encode:
    """A function from texts to token ids, by the `tokenizers` package."""
    try:
        from tokenizers import Tokenizer
    except ImportError as error:
        raise extra_missing(path, "text") from error
    try:
        settings = json.loads(Path(path).read_text(encoding="utf-8"))
        # Neither control tokens in the text nor ones that a template adds.
        settings = {**settings, "added_tokens": [], "post_processor": None}
        tokenizer = Tokenizer.from_str(json.dumps(settings))
    except Exception as error:
        raise FeedError("SOURCE_UNSUITABLE", f"{path} is no tokenizer: {error}") from error

    def encode(texts: list[str]) -> list[NDArray[np.uint32]]:
        found = tokenizer.encode_batch(texts, add_special_tokens=False)
        return [np.array(encoding.ids, np.uint32) for encoding in found]

    return encode


def require_token(path: str | os.PathLike[str], token: int) -> None:
    """SOURCE_UNSUITABLE if a tokenizer has no token of this id, be it a control token."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(os.fspath(path))
    if not 0 <= token < 1 << 32 or tokenizer.id_to_token(token) is None:
        text = f"{path} has no token {token}, which is to follow each document"
        raise FeedError("SOURCE_UNSUITABLE", text)


def in_batches(texts: Iterator[str]) -> Iterator[list[str]]:
    """Texts in lists, which the tokenizer shares among its threads."""
    batch: list[str] = []
    for text in texts:
        batch.append(text)
        if len(batch) == BATCH_TEXTS:
            yield batch
            batch = []
    if batch:
        yield batch


def read_texts(source: str | os.PathLike[str], field: str) -> Iterator[str]:
    """The texts of a source, in its order. An empty text is left out."""
    path = Path(source)
    if path.is_dir():
        texts = mds_texts(path, field)
    elif path.name.endswith(".parquet"):
        texts = parquet_texts(path, field)
    elif path.name.endswith((".jsonl", ".jsonl.gz", ".json.gz", ".ndjson")):
        texts = jsonl_texts(path, field)
    else:
        raise unsuitable(path, "it is neither JSONL, Parquet nor an MDS folder")
    for number, text in enumerate(texts):
        if not isinstance(text, str):
            raise unsuitable(path, f"document {number} has no text in {field!r}")
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise unsuitable(path, f"document {number} has half a character: {error}") from error
        if text:
            yield text


def jsonl_texts(path: Path, field: str) -> Iterator[Any]:
    """One JSON object a line."""
    try:
        with gzip.open(path, "rb") if path.name.endswith(".gz") else path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    value = json.loads(line)
                except (ValueError, RecursionError) as error:
                    raise unsuitable(path, f"line {number} is no JSON: {error}") from error
                yield value.get(field) if isinstance(value, dict) else None
    except (OSError, EOFError) as error:
        raise unsuitable(path, str(error)) from error


def parquet_texts(path: Path, field: str) -> Iterator[Any]:
    """One column, a batch of rows at a time."""
    try:
        import pyarrow.parquet as parquet
    except ImportError as error:
        raise extra_missing(path, "parquet") from error
    try:
        file = parquet.ParquetFile(path)
        for batch in file.iter_batches(columns=[field], batch_size=BATCH_TEXTS):
            if field not in batch.schema.names:
                raise unsuitable(path, f"it has no column {field!r}")
            yield from batch.column(0).to_pylist()
    except FeedError:
        raise
    except Exception as error:
        raise unsuitable(path, str(error)) from error


def mds_texts(path: Path, field: str) -> Iterator[Any]:
    """A column of text of an MDS folder."""
    storage, patience = FolderStorage(path), Patience()
    index = MdsIndex(storage)
    shards = Shards(storage, patience, Limits(), native=False, packs=False)
    pack = 0
    while pack < index.packs:
        file = index.shard_of(pack)
        shard = shards.open(file)
        for row in range(file.packs):
            fields = shard.row(row)
            yield str(fields[field], "utf-8") if field in fields else None
        pack += file.packs


def unsuitable(path: Path, what: str) -> FeedError:
    """The error for a source of the wrong form."""
    return FeedError("SOURCE_UNSUITABLE", f"{path} cannot be a stream: {what}")
