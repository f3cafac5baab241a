"""transformers' Trainer and TRL's SFTTrainer on the feed itself, by services/feed/examples: they
train the packs of the output in its order, and go on after a checkpoint as if nothing had been."""

import os
import tempfile
import unittest
from pathlib import Path
from typing import Any

import torch
from datasets import IterableDataset
from expected import PACKS, labels_of, trained_of
from hugging_face import FeedTrainer, open_feed, sft_rows, train
from tiny_model import ONE_ROW, read_tokenizer, tiny_model
from transformers import LlamaForCausalLM, TrainingArguments
from trl import SFTConfig, SFTTrainer

OUTPUT = os.environ["BACKSTORY_OUTPUT"]


class OnTheFeed(unittest.TestCase):
    """What reaches the model, step by step."""

    def setUp(self) -> None:
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.folder = Path(self.scratch.name)
        self.model = tiny_model()
        self.model.save_pretrained(self.folder / "model")

    def train(self, name: str, steps: int) -> list[float]:
        trainer = train(OUTPUT, str(self.folder / "model"), str(self.folder / name), steps)
        history = trainer.state.log_history
        self.assertEqual(trainer.state.global_step, steps)
        return [line["train_loss"] for line in history if "train_loss" in line]

    def weights(self, name: str, step: int) -> dict[str, torch.Tensor]:
        path = self.folder / name / f"checkpoint-{step}"
        return LlamaForCausalLM.from_pretrained(path).state_dict()

    def test_the_trainer_gets_every_pack_in_order(self) -> None:
        arguments = TrainingArguments(str(self.folder / "all"), **ONE_ROW, max_steps=2)
        trainer = FeedTrainer(open_feed(OUTPUT, arguments), model=self.model, args=arguments)
        batches = list(trainer.get_train_dataloader())
        self.assertEqual(
            [batch["labels"][0].tolist() for batch in batches], [*map(labels_of, PACKS)]
        )
        self.assertEqual(
            [batch["input_ids"][0].tolist() for batch in batches],
            [pack["inputIds"] for pack in PACKS],
        )

    def test_the_trainer_ends_with_the_data_and_not_with_more_steps(self) -> None:
        most = -(-len(PACKS) // 2)
        model, to = str(self.folder / "model"), str(self.folder / "end")
        self.assertEqual(train(OUTPUT, model, to, most + 3).state.global_step, most)

    def test_a_trainer_in_two_parts_has_the_weights_of_a_whole_one(self) -> None:
        self.train("whole", 4)
        self.train("parts", 2)
        self.train("parts", 4)
        whole, parts = self.weights("whole", 4), self.weights("parts", 4)
        for name, value in whole.items():
            self.assertTrue(torch.equal(value, parts[name]), name)
        first = self.weights("whole", 1)
        self.assertFalse(all(torch.equal(value, first[name]) for name, value in whole.items()))

    def test_sft_trainer_trains_the_same_tokens(self) -> None:
        settings: dict[str, Any] = {"max_length": None, "padding_free": True, "packing": False}
        args = SFTConfig(str(self.folder / "trl"), **ONE_ROW, max_steps=2, bf16=False, **settings)
        rows = IterableDataset.from_generator(sft_rows, gen_kwargs={"data": OUTPUT})
        named = {"train_dataset": rows, "processing_class": read_tokenizer()}
        trainer = SFTTrainer(self.model, args=args, **named)
        batches = list(trainer.get_train_dataloader())
        found = [
            label for batch in batches for label in batch["labels"][0].tolist()[1:] if label != -100
        ]
        # A comparison that shows where long lists differ takes for ever.
        self.assertEqual(len(found), len(trained_of(PACKS)))
        self.assertTrue(found == trained_of(PACKS))
        self.assertGreater(trainer.train().training_loss, 0)


if __name__ == "__main__":
    unittest.main()
