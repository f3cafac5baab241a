"""The example for PyTorch on a real output: `python test_torch_steps.py FOLDER`."""

import json
import sys
import unittest
from pathlib import Path

from backstory_feed import Feed
from torch.utils.data import DataLoader
from torch_steps import Step, StepDataset

FOLDER = Path(sys.argv.pop(1))
EXPECTED = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))["packs"]
BATCH_SIZE = 2


def load(workers: int = 0, **options: int) -> list[Step]:
    steps = StepDataset(Feed(FOLDER / "out", BATCH_SIZE, **options))
    return list(DataLoader(steps, batch_size=None, num_workers=workers))


def tokens(steps: list[Step]) -> list[list[int]]:
    return [pack["input_ids"].tolist() for step in steps for pack in step["packs"]]


class TorchStepsTest(unittest.TestCase):
    def test_every_pack_in_order_with_its_labels(self) -> None:
        packs = [pack for step in load() for pack in step["packs"]]
        self.assertEqual(len(packs), len(EXPECTED))
        for pack, expected in zip(packs, EXPECTED, strict=True):
            self.assertEqual(pack["input_ids"].tolist(), expected["inputIds"])
            starts = {start for start, _ in expected["indices"]}
            pairs = enumerate(zip(expected["inputIds"], expected["mask"], strict=True))
            labels = [
                token if trained and at not in starts else -100 for at, (token, trained) in pairs
            ]
            self.assertEqual(pack["labels"].tolist(), labels)

    def test_workers_change_neither_order_nor_content(self) -> None:
        for workers in (1, 2, 3):
            steps = load(workers)
            self.assertEqual([step["step"] for step in steps], list(range(len(steps))))
            self.assertEqual(tokens(steps), [pack["inputIds"] for pack in EXPECTED])

    def test_a_saved_step_and_another_world_size_go_on_exactly(self) -> None:
        whole = load()
        for start in (1, len(whole)):
            self.assertEqual(tokens(load(2, start=start)), tokens(whole[start:]))
        ranks = [load(start=1, rank=rank, world_size=2) for rank in range(2)]
        parts = [part for step in zip(*ranks, strict=True) for part in step]
        self.assertEqual(tokens(parts), tokens(whole[1:]))


if __name__ == "__main__":
    unittest.main()
