"""Reads every export with the library, or by the rules, of the trainer that it is made for."""

import contextlib
import gzip
import hashlib
import io
import json
import shutil
import struct
import tempfile
import unittest
from itertools import pairwise
from pathlib import Path

import datasets
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from expected import (
    CONTEXT_LENGTH,
    DOCUMENTS,
    END_OF_TEXT,
    PACKS,
    ROOT,
    Targets,
    labels_of,
    positions_of,
    targets_of,
)

COMPRESSIONS = ("none", "zstd")


def rows_of(folder: Path) -> list[dict]:
    """Rows of all Parquet files of a folder, in the order of their names."""
    files = sorted(folder.glob("*.parquet"))
    return [row for file in files for row in pq.read_table(file).to_pylist()]


def bridge_targets(row: dict) -> list[Targets]:
    """The collator of Megatron-Bridge: labels are shifted per piece, the mask is not."""
    ids, mask = row["input_ids"], row["loss_mask"]
    bounds = [*row["seq_start_id"], len(ids)]
    return [
        [(ids[at + 1], mask[at] == 1) for at in range(start, end - 1)]
        for start, end in pairwise(bounds)
    ]


class IndexedDataset:
    """Megatron-core's reader of an index, on numpy alone."""

    def __init__(self, prefix: Path) -> None:
        index = prefix.with_suffix(".idx").read_bytes()
        assert index[:9] == b"MMIDIDX\x00\x00"
        (version,) = struct.unpack_from("<Q", index, 9)
        assert version == 1
        self.dtype = {1: np.uint8, 4: np.int32}[index[17]]
        sequences, documents = struct.unpack_from("<QQ", index, 18)
        buffer = memoryview(index)
        self.lengths = np.frombuffer(buffer, np.int32, sequences, 34)
        at = 34 + self.lengths.nbytes
        self.pointers = np.frombuffer(buffer, np.int64, sequences, at)
        at += self.pointers.nbytes
        self.documents = np.frombuffer(buffer, np.int64, documents, at)
        assert at + self.documents.nbytes == len(index)
        self.values = memoryview(np.memmap(prefix.with_suffix(".bin"), mode="r", order="C"))

    def __len__(self) -> int:
        return len(self.lengths)

    def __getitem__(self, item: int) -> np.ndarray:
        length, pointer = self.lengths[item], self.pointers[item]
        return np.frombuffer(self.values, self.dtype, count=length, offset=pointer)


class PackedParquet(unittest.TestCase):
    """`parquet`, by pyarrow, datasets and the rules of Megatron-Bridge."""

    def test_types(self) -> None:
        schema = pq.read_schema(next((ROOT / "parquet-none" / "packed").glob("*.parquet")))
        types = {field.name: field.type.value_type for field in schema}
        wanted = {"input_ids": pa.int32(), "loss_mask": pa.int8(), "seq_start_id": pa.int32()}
        self.assertEqual(types, wanted)

    def test_the_loader_sees_the_same_targets(self) -> None:
        for compression in COMPRESSIONS:
            rows = rows_of(ROOT / f"parquet-{compression}" / "packed")
            self.assertEqual([row["input_ids"] for row in rows], [p["inputIds"] for p in PACKS])
            for row, pack in zip(rows, PACKS, strict=True):
                self.assertEqual(bridge_targets(row), targets_of(pack))

    def test_datasets_reads_it_by_its_card(self) -> None:
        with tempfile.TemporaryDirectory() as cache:
            rows = datasets.load_dataset(
                str(ROOT / "parquet-zstd"), "packed", split="train", cache_dir=cache
            )
            self.assertEqual(rows["input_ids"][:], [pack["inputIds"] for pack in PACKS])


class HuggingFace(unittest.TestCase):
    """`hf`: packs with labels, and texts with spans and messages."""

    def test_packs(self) -> None:
        for compression in COMPRESSIONS:
            rows = rows_of(ROOT / f"hf-{compression}" / "packs")
            for row, pack in zip(rows, PACKS, strict=True):
                self.assertEqual(row["input_ids"], pack["inputIds"])
                self.assertEqual(row["labels"], labels_of(pack))
                trained = [int(label != -100) for label in labels_of(pack)]
                self.assertEqual(row["completion_mask"], trained)
                lengths = [end - start for start, end in pack["indices"]]
                self.assertEqual(row["seq_lengths"], lengths)
                self.assertEqual(row["position_ids"], positions_of(pack))

    def test_texts(self) -> None:
        for compression in COMPRESSIONS:
            rows = {row["id"]: row for row in rows_of(ROOT / f"hf-{compression}" / "text")}
            self.assertEqual(rows.keys(), {document["id"] for document in DOCUMENTS})
            for document in DOCUMENTS:
                row = rows[document["id"]]
                self.check_spans(row["text"], row["spans"], document["runs"])
                roles = {"assistant": True, "user": False}
                told = [(roles[m["role"]], m["content"]) for m in row["messages"]]
                self.assertEqual(told, [(run["trained"], run["text"]) for run in document["runs"]])

    def check_spans(self, text: str, spans: list[dict], runs: list[dict]) -> None:
        cut = [(span["trained"], text[span["start"] : span["end"]]) for span in spans]
        self.assertEqual(cut, [(run["trained"], run["text"]) for run in runs])

    def test_datasets_reads_both_parts_by_the_card(self) -> None:
        with tempfile.TemporaryDirectory() as cache:
            folder = str(ROOT / "hf-none")
            packs = datasets.load_dataset(folder, "packs", split="train", cache_dir=cache)
            self.assertEqual(packs["labels"][:], [labels_of(pack) for pack in PACKS])
            texts = datasets.load_dataset(folder, "text", split="train", cache_dir=cache)
            self.assertEqual(set(texts["name"]), {document["name"] for document in DOCUMENTS})


class Traces(unittest.TestCase):
    """`traces`, as the card loads it and as the Hub's rows do."""

    def test_every_document_is_a_session(self) -> None:
        sessions = {}
        for path in sorted((ROOT / "traces-none" / "sessions").rglob("*.jsonl")):
            session, *rest = map(json.loads, path.read_text(encoding="utf-8").splitlines())
            sessions[session["id"]] = [line["message"] for line in rest]
        self.assertEqual(sessions.keys(), {document["id"] for document in DOCUMENTS})
        for document in DOCUMENTS:
            text = "".join(run["text"] for run in document["runs"])
            calls = [
                json.loads(call["function"]["arguments"])
                for message in sessions[document["id"]]
                for call in message.get("toolCalls", [])
            ]
            for written in (call["content"] for call in calls if "content" in call):
                self.assertIn(written, text)
            self.assertTrue(any("content" in call for call in calls))

    def test_datasets_reads_it_with_the_words_of_the_card(self) -> None:
        with tempfile.TemporaryDirectory() as cache:
            folder = str(ROOT / "traces-none")
            options = {"cache_dir": cache, "parse_agent_traces": False}
            rows = datasets.load_dataset(folder, "sessions", split="train", **options)
            heads = [row["id"] for row in rows if row["type"] == "session"]
            self.assertEqual(set(heads), {document["id"] for document in DOCUMENTS})
            roles = {row["message"]["role"] for row in rows if row["type"] == "message"}
            self.assertLessEqual(roles, {"system", "user", "assistant", "tool"})


class Empty(unittest.TestCase):
    """A set without rows loads by its card."""

    def test_it_streams_no_row(self) -> None:
        for name, part in (("hf", "packs"), ("hf", "text"), ("parquet", "packed")):
            folder = str(ROOT / "empty" / name)
            rows = datasets.load_dataset(folder, part, split="train", streaming=True)
            self.assertEqual(list(rows), [])


class Jsonl(unittest.TestCase):
    """`jsonl`, plain and compressed."""

    def lines(self, compression: str) -> list[dict]:
        files = sorted((ROOT / f"jsonl-{compression}" / "documents").iterdir())
        codec = None if compression == "none" else "zstd"
        rows: list[dict] = []
        for file in files:
            with pa.input_stream(str(file), compression=codec) as stream:
                text = io.TextIOWrapper(stream, encoding="utf-8").read()
            rows.extend(json.loads(line) for line in text.split("\n")[:-1])
        return rows

    def test_spans_and_provenance(self) -> None:
        for compression in COMPRESSIONS:
            rows = {row["id"]: row for row in self.lines(compression)}
            self.assertEqual(rows.keys(), {document["id"] for document in DOCUMENTS})
            for document in DOCUMENTS:
                row = rows[document["id"]]
                cut = [(s["trained"], row["text"][s["start"] : s["end"]]) for s in row["spans"]]
                runs = [(run["trained"], run["text"]) for run in document["runs"]]
                self.assertEqual(cut, runs)
                self.assertEqual(row["licence"], "MIT")
                self.assertEqual(row["files"][0]["path"], "a")
                digest = hashlib.sha256(row["text"].encode()).hexdigest()
                self.assertEqual(row["sha256"], digest)


class Olmo(unittest.TestCase):
    """`olmo`: memmaps without a header; labels are tokens, -100 where the mask is false."""

    def pieces(self) -> list[tuple[str, list[int], list[int]]]:
        """Sample, tokens and labels of all that the files of bounds list."""
        folder = ROOT / "olmo-none"
        found: list[tuple[str, list[int], list[int]]] = []
        for file in sorted((folder / "tokens").glob("*.npy")):
            ids = np.memmap(file, dtype=np.uint32, mode="r")
            mask = np.memmap(folder / "label-mask" / file.name, dtype=np.bool_, mode="r")
            self.assertEqual(len(ids), len(mask))
            self.assertEqual(len(ids) % CONTEXT_LENGTH, 0)
            labels = np.where(mask, ids.astype(np.int64), -100)
            at = 0
            for line in gzip.decompress(file.with_suffix(".csv.gz").read_bytes()).splitlines():
                start, end, sample = line.decode().split(",")
                self.assertEqual(int(start), at)
                at = int(end)
                found.append(
                    (sample, ids[int(start) : at].tolist(), labels[int(start) : at].tolist())
                )
            self.assertEqual(at, len(ids))
        return found

    def test_labels(self) -> None:
        found = [(tokens, labels) for sample, tokens, labels in self.pieces() if sample]
        wanted = []
        for pack in PACKS:
            for start, end in pack["indices"]:
                tokens, labels = pack["inputIds"][start:end], labels_of(pack)[start:end]
                more = tokens[-1] != END_OF_TEXT
                wanted.append((tokens + more * [END_OF_TEXT], labels + more * [-100]))
        self.assertEqual(sorted(found), sorted(wanted))

    def test_what_was_added_is_not_trained_and_ends(self) -> None:
        for sample, tokens, labels in self.pieces():
            self.assertEqual(tokens.index(END_OF_TEXT), len(tokens) - 1)
            if sample:
                self.assertIn(sample, {document["id"] for document in DOCUMENTS})
            else:
                self.assertEqual(set(labels), {-100})


class Megatron(unittest.TestCase):
    """`megatron`: two indexed data sets with the same documents."""

    def test_documents(self) -> None:
        tokens = IndexedDataset(ROOT / "megatron-none" / "tokens")
        mask = IndexedDataset(ROOT / "megatron-none" / "mask")
        wanted = [targets for pack in PACKS for targets in targets_of(pack)]
        self.assertEqual(len(tokens), len(wanted))
        self.assertEqual(len(mask), len(wanted))
        self.assertEqual(tokens.documents.tolist(), list(range(len(wanted) + 1)))
        for item, targets in enumerate(wanted):
            pairs = zip(tokens[item].tolist(), mask[item].tolist(), strict=True)
            first, *rest = [(token, trained == 1) for token, trained in pairs]
            if len(rest) > len(targets):
                self.assertEqual(rest.pop(), (END_OF_TEXT, False))
            self.assertEqual(rest, targets)
            self.assertFalse(first[1])


class Whole(unittest.TestCase):
    """What every export has: hashes of all files, and a card that parses."""

    def exports(self) -> list[Path]:
        return sorted(path.parent for path in ROOT.glob("*/export.json"))

    def wrong_files(self, folder: Path) -> list[str]:
        files = json.loads((folder / "export.json").read_text())["files"]
        digests = {
            file["path"]: hashlib.sha256((folder / file["path"]).read_bytes()).hexdigest()
            for file in files
        }
        return [file["path"] for file in files if digests[file["path"]] != file["sha256"]]

    def test_hashes(self) -> None:
        self.assertEqual(len(self.exports()), 11)
        for folder in self.exports():
            self.assertEqual(self.wrong_files(folder), [])
            files = {str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file()}
            listed = json.loads((folder / "export.json").read_text())["files"]
            self.assertEqual(files, {file["path"] for file in listed} | {"export.json"})

    def test_a_tampered_byte_is_found(self) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            copy = Path(scratch) / "copy"
            shutil.copytree(ROOT / "olmo-none", copy)
            file = copy / "label-mask" / "shard.00000.npy"
            content = bytearray(file.read_bytes())
            content[len(content) // 2] ^= 1
            file.write_bytes(content)
            self.assertEqual(self.wrong_files(copy), ["label-mask/shard.00000.npy"])

    def test_cards(self) -> None:
        for folder in self.exports():
            card = (folder / "README.md").read_text(encoding="utf-8")
            head = yaml.safe_load(card.split("---\n")[1])
            self.assertEqual(head["license"], "mit")
            self.assertIn("text-generation", head["task_categories"])

    def test_the_code_on_the_cards_runs(self) -> None:
        for name in ("parquet-zstd", "hf-none", "jsonl-none", "olmo-none"):
            with self.subTest(name), contextlib.chdir(ROOT / name):
                card = Path("README.md").read_text(encoding="utf-8")
                code = card.split("```python\n")[1].split("```")[0]
                found: dict = {}
                exec(code, found)
                self.assertTrue(any(found.get(key) is not None for key in ("pack", "trained")))


if __name__ == "__main__":
    unittest.main()
