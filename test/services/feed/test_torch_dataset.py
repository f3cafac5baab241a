"""The feed as a PyTorch data set on a real output: `python test_torch_dataset.py FOLDER`."""

import json
import sys
import time
import unittest
from pathlib import Path
from typing import Any

from backstory_feed import Feed, Form, Shuffle
from backstory_feed.torch_dataset import FeedDataset, Part, check_ranks_agree
from torch.utils.data import DataLoader

FOLDER = Path(sys.argv.pop(1))
EXPECTED = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))["packs"]
BATCH_SIZE = 4


def data_set(micro_batch: int | None = None, **options: object) -> FeedDataset:
    feed = Feed(FOLDER / "out", BATCH_SIZE, shuffle=Shuffle(3, 1), epochs=2, **options)
    return FeedDataset(feed, micro_batch=micro_batch)


def load(data: FeedDataset, workers: int = 0) -> list[Part]:
    return list(DataLoader(data, batch_size=None, num_workers=workers))


def content(parts: list[Part]) -> list[tuple[object, ...]]:
    return [
        (part["step"], part["micro"], part["packs"], part["input_ids"].tolist()) for part in parts
    ]


def start_late(worker: int) -> None:
    time.sleep(worker)


class TorchDatasetTest(unittest.TestCase):
    def test_every_pack_in_order_with_its_labels(self) -> None:
        feed = Feed(FOLDER / "out", 1)
        parts = load(FeedDataset(feed, form=Form(layout="padded")))
        self.assertEqual(len(parts), len(EXPECTED))
        for part, expected in zip(parts, EXPECTED, strict=True):
            self.assertEqual(part["input_ids"].tolist(), [expected["inputIds"]])
            starts = [start for start, _ in expected["indices"]]
            pairs = enumerate(zip(expected["inputIds"], expected["mask"], strict=True))
            labels = [
                token if trained and at not in starts else -100 for at, (token, trained) in pairs
            ]
            self.assertEqual(part["labels"].tolist(), [labels])
            self.assertEqual(part["cu_seqlens"].tolist(), [*starts, len(expected["inputIds"])])

    def test_workers_change_neither_order_nor_content_and_no_pack_comes_twice(self) -> None:
        for micro_batch in (None, 1, 2):
            whole = content(load(data_set(micro_batch)))
            packs = [pack for _, _, packs, _ in whole for pack in packs]
            self.assertEqual(len(packs), 2 * len(EXPECTED))
            for workers in (1, 2, 3):
                self.assertEqual(content(load(data_set(micro_batch), workers)), whole)

    def test_a_state_behind_a_loader_that_reads_ahead_goes_on_exactly(self) -> None:
        whole = content(load(data_set(2)))
        data = data_set(2)
        for part in DataLoader(data, batch_size=None, num_workers=2):
            if part["last"] and part["step"] == 1:
                break
        resumed = data_set(2)
        resumed.load_state_dict(json.loads(json.dumps(data.state_after(part))))
        self.assertEqual(content(load(resumed, 3)), [item for item in whole if item[0] > 1])

    def test_a_second_iteration_goes_on_behind_the_last_state_in_every_worker(self) -> None:
        whole = content(load(data_set(1)))
        first_of = next(at for at, item in enumerate(whole) if item[0] == 2)
        for workers in (0, 2, 3):
            data = data_set(1)
            lasting: dict[str, Any] = {"persistent_workers": workers > 0}
            loader = DataLoader(data, batch_size=None, num_workers=workers, **lasting)
            for part in loader:
                if part["last"] and part["step"] == 1:
                    # The workers have read other steps ahead, each its own.
                    break
            self.assertEqual(content(list(loader)), whole)
            state = data.state_after(part)
            self.assertEqual(content(list(loader)), whole[first_of:])
            data.load_state_dict({**state, "step": 0, "positions": {"data": 0}})
            self.assertEqual(content(list(loader)), whole)

    def test_a_worker_that_starts_late_begins_where_the_others_did(self) -> None:
        whole = content(load(data_set()))
        data = data_set()
        seen = []
        for part in DataLoader(data, batch_size=None, num_workers=2, worker_init_fn=start_late):
            seen.append(part)
            data.state_after(part)
        self.assertEqual(content(seen), whole)

    def test_ranks_share_each_step_and_have_as_many_parts(self) -> None:
        whole = content(load(data_set(1)))
        ranks = [load(data_set(1, rank=rank, world_size=2), 2) for rank in range(2)]
        self.assertEqual(len(ranks[0]), len(ranks[1]))
        packs = [
            pack
            for step in range(ranks[0][-1]["step"] + 1)
            for rank in ranks
            for part in rank
            if part["step"] == step
            for pack in part["packs"]
        ]
        self.assertEqual(packs, [pack for _, _, some, _ in whole for pack in some])

    def test_without_a_process_group_ranks_are_not_compared(self) -> None:
        check_ranks_agree(Feed(FOLDER / "out", BATCH_SIZE))


if __name__ == "__main__":
    unittest.main()
