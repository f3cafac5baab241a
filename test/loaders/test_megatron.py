"""Megatron-core reads the `megatron` export: bounds of all pieces, and exactly the mask's loss."""

import importlib.util
import tempfile
import unittest
from typing import Any, ClassVar

import megatron.core
import numpy as np
from expected import CONTEXT_LENGTH, END_OF_TEXT, PACKS, ROOT, pieces_of, trained_of
from megatron.core.datasets.gpt_dataset import GPTDatasetConfig
from megatron.core.datasets.indexed_dataset import IndexedDataset
from megatron.core.datasets.utils import Split

FOLDER = ROOT / "megatron"
VERSION = tuple(int(part) for part in megatron.core.__version__.split(".")[:2])

spec = importlib.util.spec_from_file_location("masked", FOLDER / "masked_gpt_dataset.py")
assert spec is not None and spec.loader is not None
masked = importlib.util.module_from_spec(spec)
spec.loader.exec_module(masked)


class Tokenizer:
    """What the data set asks a tokenizer for."""

    vocab_size = 200_000
    eod = END_OF_TEXT
    pad = -1
    unique_identifiers: ClassVar[dict[str, str]] = {}


class Megatron(unittest.TestCase):
    """The real indexed data sets and the real GPT data set, with the class of the export."""

    def setUp(self) -> None:
        self.cache = tempfile.TemporaryDirectory()
        self.addCleanup(self.cache.cleanup)

    def opened(self, **settings: Any) -> Any:
        fixed = {"reset_position_ids": True, "reset_attention_mask": True, "eod_mask_loss": True}
        config = GPTDatasetConfig(
            random_seed=1,
            sequence_length=CONTEXT_LENGTH,
            blend=([str(FOLDER / "tokens")], None),
            split="1,0,0",
            path_to_cache=self.cache.name,
            tokenizer=Tokenizer(),
            **{**fixed, **settings},
        )
        prefix = str(FOLDER / "tokens")
        tokens = masked.MaskedGPTDataset.build_low_level_dataset(prefix, config)
        every = np.arange(len(tokens), dtype=np.int32)
        return masked.MaskedGPTDataset(tokens, prefix, every, None, Split.train, config)

    def stream(self, dataset: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """All documents as Megatron joins them: tokens, mask, and the position in the document."""
        mask = IndexedDataset(str(FOLDER / "mask"))
        order = dataset.document_index.tolist()
        tokens = [dataset.dataset[item] for item in order]
        positions = [np.arange(len(part)) for part in tokens]
        trained = [mask[item] for item in order]
        return np.concatenate(tokens), np.concatenate(trained), np.concatenate(positions)

    def test_documents_are_pieces_that_end(self) -> None:
        tokens = IndexedDataset(str(FOLDER / "tokens"))
        wanted = [
            piece if piece[-1] == END_OF_TEXT else (*piece, END_OF_TEXT)
            for piece in pieces_of(PACKS)
        ]
        self.assertEqual([tuple(tokens[item].tolist()) for item in range(len(tokens))], wanted)

    def test_the_mask_has_every_trained_token(self) -> None:
        tokens, mask = (IndexedDataset(str(FOLDER / name)) for name in ("tokens", "mask"))
        found = [
            token
            for item in range(len(tokens))
            for token, trained in zip(tokens[item].tolist(), mask[item].tolist(), strict=True)
            if trained
        ]
        self.assertEqual(found, trained_of(PACKS))

    def check_samples(self, dataset: Any, has_bounds: bool) -> None:
        tokens, trained, positions = self.stream(dataset)
        self.assertEqual(len(dataset), (len(tokens) - 1) // CONTEXT_LENGTH)
        for item in range(len(dataset)):
            start = int(dataset.shuffle_index[item]) * CONTEXT_LENGTH
            end = start + CONTEXT_LENGTH
            sample = dataset[item]
            self.assertEqual(sample["tokens"].tolist(), tokens[start:end].tolist())
            self.assertEqual(sample["labels"].tolist(), tokens[start + 1 : end + 1].tolist())
            self.assertEqual(sample["loss_mask"].tolist(), trained[start + 1 : end + 1].tolist())
            if has_bounds:
                # The first document of a sample may have begun in the one before.
                at = np.arange(CONTEXT_LENGTH)
                wanted = np.minimum(positions[start:end], at)
                self.assertEqual(sample["position_ids"].tolist(), wanted.tolist())

    def test_bounds_by_end_of_text(self) -> None:
        self.check_samples(self.opened(), has_bounds=True)

    def test_attention_stays_within_pieces(self) -> None:
        dataset = self.opened()
        sample = dataset[0]
        seen = ~sample["attention_mask"][0]
        positions = sample["position_ids"]
        for at in range(CONTEXT_LENGTH):
            first = at - int(positions[at])
            self.assertFalse(bool(seen[at, :first].any()))
            self.assertTrue(bool(seen[at, first : at + 1].all()))

    def test_bounds_between_documents(self) -> None:
        if VERSION < (0, 19):
            return
        resets = ("reset_position_ids", "reset_attention_mask", "eod_mask_loss")
        settings = dict.fromkeys(resets, False)
        dataset = self.opened(inter_document_masking=True, **settings)
        self.check_samples(dataset, has_bounds=True)

    def test_the_mask_holds_without_bounds(self) -> None:
        resets = ("reset_position_ids", "reset_attention_mask", "eod_mask_loss")
        self.check_samples(self.opened(**dict.fromkeys(resets, False)), has_bounds=False)


if __name__ == "__main__":
    unittest.main()
