"""The feed in transformers' Trainer and in TRL's SFTTrainer, without an export, so that the data
may grow while they train: `python hugging_face.py OUT MODEL FOLDER STEPS`. A step of the optimizer
is a step of the feed, so the Trainer's own number of steps is the position in the data."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from backstory_feed import Feed, Form
from backstory_feed.torch_dataset import FeedDataset
from torch.utils.data import DataLoader
from transformers import (
    AutoModelForCausalLM,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)

STATE = "feed.json"


def open_feed(data: str, arguments: TrainingArguments, **options: Any) -> Feed:  # noqa: ANN401
    """The packs of a step are those of all processes and of all accumulated parts."""
    size = arguments.gradient_accumulation_steps * arguments.world_size
    place: dict[str, Any] = {"rank": arguments.process_index, "world_size": arguments.world_size}
    return Feed(data, size, **place, **options)


def go_on(feed: Feed, checkpoint: str | None) -> None:
    """Moves a feed to where a checkpoint was saved; other data or another batch are refused."""
    if checkpoint is not None:
        feed.load_state_dict(json.loads((Path(checkpoint) / STATE).read_text("utf-8")))


class SavePosition(TrainerCallback):
    """Lays the feed's position into each checkpoint."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed

    def on_save(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **_: Any,  # noqa: ANN401
    ) -> None:
        if not state.is_world_process_zero:
            return
        path = Path(args.output_dir) / f"checkpoint-{state.global_step}" / STATE
        path.with_suffix(".new").write_text(json.dumps(self._feed.state_at(state.global_step)))
        os.replace(path.with_suffix(".new"), path)

    def on_epoch_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **_: Any,  # noqa: ANN401
    ) -> None:
        """The Trainer reads its data again where they end before its steps do: there is no more."""
        self._feed.seek(state.global_step)


class FeedTrainer(Trainer):
    """A Trainer whose batches are packs. Its own loader would share them out a second time."""

    def __init__(self, feed: Feed, **options: Any) -> None:  # noqa: ANN401
        form = Form(layout="padded", labels="aligned")
        self._packs = FeedDataset(feed, micro_batch=1, form=form)
        super().__init__(train_dataset=self._packs, callbacks=[SavePosition(feed)], **options)

    def get_train_dataloader(self) -> DataLoader[Any]:
        return DataLoader(self._packs, batch_size=None, num_workers=1, collate_fn=model_inputs)


def model_inputs(part: dict[str, Any]) -> dict[str, Any]:
    """No attention mask: positions that restart keep attention within documents."""
    return {name: part[name] for name in ("input_ids", "labels", "position_ids")}


def sft_rows(data: str, step: int = 0) -> Iterator[dict[str, list[int]]]:
    """Packs from one on, for `datasets.IterableDataset.from_generator(sft_rows, …)` and an
    `SFTTrainer` with `max_length=None, padding_free=True, packing=False` and one row per batch."""
    # TRL looks at the first row before it begins, so each reading has a feed of its own.
    feed = Feed(data, 1)
    feed.load_state_dict(feed.state_at(step))
    for part in FeedDataset(feed, micro_batch=1, form=Form(layout="padded", labels="aligned")):
        yield {
            "input_ids": part["input_ids"][0].tolist(),
            "labels": part["labels"][0].tolist(),
            "seq_lengths": part["cu_seqlens"].diff().tolist(),
        }


def train(data: str, model: str, folder: str, steps: int) -> Trainer:
    """From the folder's last checkpoint, if it has one."""
    arguments = TrainingArguments(
        folder,
        max_steps=steps,
        per_device_train_batch_size=1,
        gradient_accumulation_steps=2,
        save_steps=1,
        lr_scheduler_type="constant",  # else the rate of a step depends on how many are to come
        ignore_data_skip=True,  # the feed is where the checkpoint was
        report_to=[],
        use_cpu=True,
    )
    feed = open_feed(data, arguments)
    found = sorted(
        Path(folder).glob(f"checkpoint-*/{STATE}"), key=lambda path: path.stat().st_mtime
    )
    last = str(found[-1].parent) if found else None
    go_on(feed, last)
    trainer = FeedTrainer(feed, model=AutoModelForCausalLM.from_pretrained(model), args=arguments)
    trainer.train(resume_from_checkpoint=last)
    return trainer


if __name__ == "__main__":
    train(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
