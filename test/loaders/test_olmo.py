"""OLMo-core reads the `olmo` export at its defaults: every trained token, and every bound."""

import tempfile
import unittest
from typing import Any

import numpy as np
import torch
from expected import CONTEXT_LENGTH, END_OF_TEXT, PACKS, ROOT, pieces_of, trained_of
from olmo_core.data import TokenizerConfig
from olmo_core.data.composable import (
    ConcatAndChunkInstanceSource,
    NumpyDocumentSource,
    PackingInstanceSource,
)
from olmo_core.data.numpy_dataset import NumpyFSLDataset, NumpyPackedFSLDataset
from olmo_core.data.utils import get_labels

TOKENS = sorted((ROOT / "olmo" / "tokens").glob("*.npy"))
MASKS = [ROOT / "olmo" / "label-mask" / path.name for path in TOKENS]
SETTINGS: dict[str, Any] = {
    "sequence_length": CONTEXT_LENGTH,
    "pad_token_id": END_OF_TEXT,
    "eos_token_id": END_OF_TEXT,
    "vocab_size": 200_000,
    "dtype": np.uint32,
    "label_mask_paths": MASKS,
}


def trained_in(row: dict[str, Any]) -> list[int]:
    """The labels that the trainer of OLMo-core makes of a row."""
    kinds = {"input_ids": np.int64, "label_mask": np.bool_}
    batch = {key: torch.tensor(np.asarray(row[key], kinds[key]))[None] for key in kinds}
    return [label for label in get_labels(batch)[0].tolist() if label != -100]


def documents_in(row: dict[str, Any]) -> list[tuple[int, ...]]:
    """The documents between which attention is cut."""
    lengths = [int(length) for length in row["doc_lens"] if length > 0]
    return [tuple(part.tolist()) for part in row["input_ids"].split(lengths)]


class Olmo(unittest.TestCase):
    """The real classes, with no setting but the paths, the context and the end of text."""

    def setUp(self) -> None:
        self.work = tempfile.TemporaryDirectory()
        self.addCleanup(self.work.cleanup)

    def rows(self, kind: type, **settings: Any) -> list[dict[str, Any]]:
        dataset = kind(*TOKENS, **SETTINGS, **settings)
        dataset.work_dir = self.work.name
        dataset.prepare()
        return [dataset[item] for item in range(len(dataset))]

    def check_trained(self, rows: list[dict[str, Any]]) -> None:
        found = sorted(label for row in rows for label in trained_in(row))
        self.assertEqual(found, sorted(trained_of(PACKS)))

    def check_documents(self, rows: list[dict[str, Any]]) -> None:
        """Every piece is one document, with at most an end of text after it."""
        found = [document for row in rows for document in documents_in(row)]
        for piece in pieces_of(PACKS):
            ended = piece if piece[-1] == END_OF_TEXT else (*piece, END_OF_TEXT)
            self.assertIn(ended[:CONTEXT_LENGTH], found)

    def test_packed_by_default(self) -> None:
        rows = self.rows(NumpyPackedFSLDataset)
        self.check_trained(rows)

    def test_packed_with_bounds(self) -> None:
        rows = self.rows(NumpyPackedFSLDataset, generate_doc_lengths=True)
        self.check_documents(rows)

    def test_packed_by_the_file_of_bounds(self) -> None:
        rows = self.rows(NumpyPackedFSLDataset, generate_doc_lengths=True, use_array_if_local=False)
        self.check_trained(rows)
        self.check_documents(rows)

    def test_chunks_by_default(self) -> None:
        rows = self.rows(NumpyFSLDataset)
        self.check_trained(rows)

    def test_a_chunk_is_a_pack(self) -> None:
        starts = {tuple(row["input_ids"].tolist()[:64]) for row in self.rows(NumpyFSLDataset)}
        fitting = [
            pack
            for pack in PACKS
            if len(pack["inputIds"])
            + sum(pack["inputIds"][end - 1] != END_OF_TEXT for _, end in pack["indices"])
            <= CONTEXT_LENGTH
        ]
        self.assertGreater(len(fitting), 0)
        for pack in fitting:
            self.assertIn(tuple(pack["inputIds"][:64]), starts)

    def test_composable_sources(self) -> None:
        tokenizer = TokenizerConfig(
            vocab_size=200_000, eos_token_id=END_OF_TEXT, pad_token_id=END_OF_TEXT
        )
        for kind in (PackingInstanceSource, ConcatAndChunkInstanceSource):
            sources = NumpyDocumentSource.Config(
                source_paths=[str(path) for path in TOKENS],
                label_mask_paths=[str(path) for path in MASKS],
                tokenizer=tokenizer,
                dtype="uint32",
            ).build(self.work.name)
            more = {"tokenizer": tokenizer} if kind is PackingInstanceSource else {}
            instances = kind(
                *sources, sequence_length=CONTEXT_LENGTH, work_dir=self.work.name, **more
            )
            with self.subTest(kind.__name__):
                self.check_trained([instances[item] for item in range(len(instances))])


if __name__ == "__main__":
    unittest.main()
