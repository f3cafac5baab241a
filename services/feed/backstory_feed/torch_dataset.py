"""The feed as a PyTorch data set, with tensors: `pip install 'backstory-feed[torch]'`.

    steps = FeedDataset(Feed("out", 8, rank=rank, world_size=world_size), micro_batch=2)
    for part in DataLoader(steps, batch_size=None, num_workers=2):
        train(part["input_ids"], part["cu_seqlens"], part["labels"])
        if part["last"]:
            state = steps.state_after(part)  # save it with the model

Loading workers take turns by step and the loader hands their parts out in order, so no pack comes
twice and the position stays one integer, with any number of workers. Each iteration begins behind
the step of the last `state_after`, or where the feed was moved to since, in every worker alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch.utils.data import IterableDataset, get_worker_info

from backstory_feed.collate import Form, collate
from backstory_feed.data.mds import blank_pack
from backstory_feed.feed import Batch, Feed
from backstory_feed.state import mismatch

Part = dict[str, Any]


class FeedDataset(IterableDataset[Part]):
    """One item is a micro-batch of this rank: tensors named as in `collate.Arrays`, with `step`,
    `micro` (its number in the step), `last` (true at the end of a step), `packs` (stream and index
    of each) and `skipped` (bad shards for whose packs blanks stand)."""

    def __init__(
        self, feed: Feed, *, micro_batch: int | None = None, form: Form | None = None
    ) -> None:
        share = feed.batch_size // feed.world_size
        micro = share if micro_batch is None else micro_batch
        if micro < 1 or share % micro != 0:
            raise ValueError(f"micro_batch {micro_batch} does not divide {share} packs a rank")
        self._parts = share // micro
        self._feed = feed
        self._form = form or Form()
        # Workers that outlive an iteration read here where the next one begins.
        feed.begins = torch.zeros(1, dtype=torch.int64).share_memory_()
        feed.begin_next_at(feed.step)
        self._outlives = False

    def __iter__(self) -> Iterator[Part]:
        # Now, and not with the first part: a worker that reads it late reads another step. A new
        # one may start so late that others' parts are trained on: it begins where its copy says.
        worker = get_worker_info()
        self._feed.begin_again(shared=self._outlives)
        self._outlives = worker is not None
        offset, stride = (0, 1) if worker is None else (worker.id, worker.num_workers)
        return map(self._tensors, self._feed.iterate(self._parts, offset=offset, stride=stride))

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes to a saved position, from which the loader's next iteration begins."""
        self._feed.load_state_dict(state)

    def state_after(self, part: Part) -> dict[str, Any]:
        """The state to save when the step of a part is trained on: it does not count what a
        loader has read ahead."""
        self._feed.leave_out(part["skipped"])
        step = int(part["step"]) + 1
        self._feed.begin_next_at(step)
        return self._feed.state_at(step)

    def _tensors(self, batch: Batch) -> Part:
        # A short last step gives every rank as many parts as a whole one: collectives must agree.
        packs = batch.packs or [blank_pack(-1, "", 0)]
        arrays = collate(packs, self._form)
        return {
            "input_ids": torch.from_numpy(arrays.input_ids),
            "labels": torch.from_numpy(arrays.labels),
            "position_ids": torch.from_numpy(arrays.position_ids),
            "loss_weights": torch.from_numpy(arrays.loss_weights),
            "cu_seqlens": torch.from_numpy(arrays.cu_seqlens),
            "max_seqlen": arrays.max_seqlen,
            "step": batch.step,
            "micro": batch.part,
            "last": batch.last,
            "packs": [(pack.stream, pack.index) for pack in batch.packs],
            "skipped": batch.skipped,
        }


def check_ranks_agree(feed: Feed) -> None:
    """Raises STATE_MISMATCH unless all ranks of the process group read one order from one step.
    Does nothing without a process group."""
    from torch import distributed

    if not (distributed.is_available() and distributed.is_initialized()):
        return
    own = (feed.fingerprint(), feed.step)
    answers: list[Any] = [None] * distributed.get_world_size()
    distributed.all_gather_object(answers, own)
    if any(tuple(answer) != own for answer in answers):
        raise mismatch(f"ranks differ in settings, data or step: {answers}")
