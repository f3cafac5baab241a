"""The feed as a PyTorch data set: one item is this rank's part of a step, as tensors.

    steps = StepDataset(Feed("out", batch_size=8, rank=rank, world_size=world_size, start=start))
    for step in DataLoader(steps, batch_size=None, num_workers=2):
        train(step["packs"])
        start = step["step"] + 1  # save it with the model

Loading workers take turns, and the loader hands their steps out in order, so the position stays
one integer, with any number of workers.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import TypedDict

import torch
from backstory_feed import Feed, Pack
from torch.utils.data import IterableDataset, get_worker_info


class PackTensors(TypedDict):
    """A pack; attention and positions restart at each piece."""

    input_ids: torch.Tensor
    labels: torch.Tensor
    """The tokens again, -100 where the loss ignores them. The model shifts the labels."""
    pieces: list[tuple[int, int]]


class Step(TypedDict):
    step: int
    packs: list[PackTensors]


class StepDataset(IterableDataset[Step]):
    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._start = feed.state_dict()["step"]

    def __iter__(self) -> Iterator[Step]:
        worker = get_worker_info()
        first, stride = (0, 1) if worker is None else (worker.id, worker.num_workers)
        for step in count(self._start + first, stride):
            self._feed.load_state_dict({"step": step})
            batch = next(iter(self._feed), None)
            if batch is None:
                return
            yield {"step": step, "packs": [tensors(pack) for pack in batch.packs]}


def tensors(pack: Pack) -> PackTensors:
    input_ids = torch.frombuffer(pack.input_ids, dtype=torch.uint32).to(torch.int64)
    trained = torch.frombuffer(bytearray(pack.mask), dtype=torch.uint8) == 1
    # The first token of a piece follows another text, so nothing can predict it.
    trained[[start for start, _ in pack.indices]] = False
    labels = input_ids.masked_fill(~trained, -100)
    return {"input_ids": input_ids, "labels": labels, "pieces": pack.indices}
