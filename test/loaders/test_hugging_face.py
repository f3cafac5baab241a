"""transformers' Trainer and TRL's SFTTrainer read the `hf` export as its card says."""

import tempfile
import unittest
from collections.abc import Iterator
from typing import Any

import torch
from datasets import Dataset, load_dataset
from expected import PACKS, ROOT, labels_of, positions_of, trained_of
from tiny_model import ONE_ROW, read_tokenizer, tiny_model
from transformers import Trainer, TrainingArguments
from trl import SFTConfig, SFTTrainer

FOLDER = ROOT / "hf"


def trained_in(batch: dict[str, torch.Tensor]) -> list[int]:
    """What the shifted loss of a causal model trains on."""
    return [label for row in batch["labels"].tolist() for label in row[1:] if label != -100]


class HuggingFace(unittest.TestCase):
    """The batches that the trainers' own loaders give, and the model's own logits."""

    def setUp(self) -> None:
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)

    def packs(self) -> Dataset:
        return load_dataset(str(FOLDER), "packs", split="train", cache_dir=self.scratch.name)

    def trl(self, **settings: Any) -> SFTTrainer:
        args = SFTConfig(self.scratch.name, **ONE_ROW, max_steps=1, bf16=False, **settings)
        named = {"train_dataset": self.packs(), "processing_class": read_tokenizer()}
        return SFTTrainer(tiny_model(), args=args, **named)

    def transformers(self) -> Trainer:
        args = TrainingArguments(self.scratch.name, **ONE_ROW, max_steps=1)
        return Trainer(tiny_model(), args=args, train_dataset=self.packs())

    def check_trained(self, batches: Iterator[dict[str, torch.Tensor]]) -> None:
        found = [label for batch in batches for label in trained_in(batch)]
        self.assertEqual(sorted(found), sorted(trained_of(PACKS)))

    def check_logits(self, trainer: Trainer) -> None:
        """Those of a row are those of its pieces alone."""
        packs = {tuple(pack["inputIds"]): pack for pack in PACKS}
        model = trainer.model.eval()
        compared = 0
        for batch in trainer.get_train_dataloader():
            inputs = {key: value for key, value in batch.items() if key != "labels"}
            pack = packs[tuple(batch["input_ids"][0].tolist())]
            with torch.no_grad():
                whole = model(**inputs).logits[0]
                for start, end in pack["indices"]:
                    alone = model(input_ids=batch["input_ids"][:, start:end]).logits[0]
                    torch.testing.assert_close(whole[start:end], alone, atol=1e-5, rtol=1e-4)
            compared += len(pack["indices"]) > 1
        self.assertGreater(compared, 0)

    def test_trainer(self) -> None:
        trainer = self.transformers()
        batches = list(trainer.get_train_dataloader())
        self.check_trained(batches)
        found = {tuple(batch["input_ids"][0].tolist()): batch for batch in batches}
        for pack in PACKS:
            batch = found[tuple(pack["inputIds"])]
            self.assertEqual(batch["labels"][0].tolist(), labels_of(pack))
            self.assertEqual(batch["position_ids"][0].tolist(), positions_of(pack))

    def test_attention_of_trainer(self) -> None:
        self.check_logits(self.transformers())

    def test_trl_by_the_words_of_the_card(self) -> None:
        trainer = self.trl(max_length=None, padding_free=True, packing=False)
        batches = list(trainer.get_train_dataloader())
        self.check_trained(batches)
        found = {tuple(batch["input_ids"][0].tolist()): batch for batch in batches}
        for pack in PACKS:
            batch = found[tuple(pack["inputIds"])]
            self.assertEqual(batch["position_ids"][0].tolist(), positions_of(pack))
            bounds = [0, *(end for _, end in pack["indices"])]
            self.assertEqual(batch["cu_seq_lens_q"].tolist(), bounds)

    def test_attention_of_trl(self) -> None:
        self.check_logits(self.trl(max_length=None, padding_free=True, packing=False))

    def test_they_train(self) -> None:
        for trainer in (
            self.transformers(),
            self.trl(max_length=None, padding_free=True, packing=False),
        ):
            self.assertGreater(trainer.train().training_loss, 0)


if __name__ == "__main__":
    unittest.main()
