"""The feed in a loop like that of torchtitan: `python torchtitan_loop.py OUT FOLDER STEPS`, also
under torchrun. `FeedLoader` is what torchtitan calls a data loader: batches of (inputs, labels),
with `state_dict` and `load_state_dict`. Its state is one integer, the same on all ranks, so a run
may go on with another number of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from backstory_feed import Feed, Form
from backstory_feed.torch_dataset import FeedDataset, check_ranks_agree
from torch import Tensor, distributed, nn
from torch.nn import functional
from torch.utils.data import DataLoader
from transformers import LlamaConfig, LlamaForCausalLM

BATCH_SIZE = 4
"""Packs of a step, over all ranks; each rank accumulates the gradients of its share."""


class FeedLoader:
    """Micro-batches of one pack. Labels are shifted: label i is token i + 1."""

    def __init__(self, data: str, rank: int, ranks: int) -> None:
        self._feed = Feed(data, BATCH_SIZE, rank=rank, world_size=ranks)
        form = Form(layout="padded", labels="shifted")
        self._data = FeedDataset(self._feed, micro_batch=1, form=form)
        self._state = self._feed.state_dict()
        self.parts = BATCH_SIZE // ranks

    def __iter__(self) -> Iterator[tuple[dict[str, Tensor], Tensor]]:
        check_ranks_agree(self._feed)
        for part in DataLoader(self._data, batch_size=None, num_workers=1):
            # Whoever has taken the last part of a step saves the state behind it.
            if part["last"]:
                self._state = self._data.state_after(part)
            inputs = {"input": part["input_ids"], "positions": part["position_ids"]}
            yield inputs, part["labels"]

    def state_dict(self) -> dict[str, Any]:
        return self._state

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self._data.load_state_dict(state)
        self._state = state


def loss_of(model: nn.Module, inputs: dict[str, Tensor], labels: Tensor) -> Tensor:
    """Summed over the trained tokens. Positions that restart keep attention within documents."""
    logits = model(input_ids=inputs["input"], position_ids=inputs["positions"]).logits
    return functional.cross_entropy(
        logits.flatten(0, 1).float(), labels.flatten(), ignore_index=-100, reduction="sum"
    )


def train(data: str, folder: Path, steps: int, rank: int = 0, ranks: int = 1) -> list[float]:
    """Trains up to a step, from the last checkpoint in the folder if there is one."""
    loader = FeedLoader(data, rank, ranks)
    torch.manual_seed(0)
    size: dict[str, Any] = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2}
    heads: dict[str, Any] = {"num_attention_heads": 2, "num_key_value_heads": 1}
    model = LlamaForCausalLM(LlamaConfig(vocab_size=1024, **size, **heads))
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    checkpoint, step = folder / "checkpoint.pt", 0
    if checkpoint.exists():
        saved = torch.load(checkpoint)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        loader.load_state_dict(saved["data"])
        step = saved["step"]
    batches, losses = iter(loader), []
    for at in range(step, steps):
        parts = [next(batches) for _ in range(loader.parts)]
        # The mean is over the trained tokens of the whole step, whatever rank and part have them.
        tokens = total(sum((labels != -100).sum() for _, labels in parts))
        summed = torch.zeros(())
        for inputs, labels in parts:
            loss = loss_of(model, inputs, labels) / tokens.clamp(min=1)
            loss.backward()
            summed += loss.detach()
        for parameter in model.parameters():
            parameter.grad = total(parameter.grad)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(float(total(summed)))
        saved = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
        saved |= {"data": loader.state_dict(), "step": at + 1}
        if rank == 0:
            # Model and position in one file, which is whole or the one of before.
            torch.save(saved, folder / "checkpoint.new")
            os.replace(folder / "checkpoint.new", checkpoint)
    return losses


def total(value: Any) -> Tensor:  # noqa: ANN401
    """Summed over all ranks."""
    summed: Tensor = torch.as_tensor(value)
    if distributed.is_initialized():
        distributed.all_reduce(summed)
    return summed


if __name__ == "__main__":
    place = (int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1")))
    if place[1] > 1:
        distributed.init_process_group("gloo")
    print(train(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), *place))
