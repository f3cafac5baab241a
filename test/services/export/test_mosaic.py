"""Reads native shards and MDS exports with Mosaic's StreamingDataset."""

import tempfile
import unittest
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from expected import PACKS, ROOT, labels_of
from streaming import StreamingDataset
from torch.utils.data import DataLoader

FOLDERS = ("native", "mds-none", "mds-zstd")


@contextmanager
def opened(folder: str, shuffle: bool = False) -> Iterator[StreamingDataset]:
    """Opens the data set in a folder as a remote one, with hashes checked."""
    with tempfile.TemporaryDirectory() as cache:
        yield StreamingDataset(
            local=cache,
            remote=str(ROOT / folder),
            shuffle=shuffle,
            batch_size=1,
            validate_hash="sha256",
        )


def collate(batch: list[dict]) -> dict[str, list[torch.Tensor]]:
    """ProLong's rules: -100 where the mask is 0 and at the first token of each segment."""
    inputs, labels = [], []
    for item in batch:
        ids = torch.from_numpy(item["input_ids"].astype("int64"))
        label = ids.masked_fill(torch.from_numpy(item["mask"]) == 0, -100)
        for start, _ in item["indices"].tolist():
            label[start] = -100
        inputs.append(ids)
        labels.append(label)
    return {"input_ids": inputs, "labels": labels}


class Mosaic(unittest.TestCase):
    """Uses Mosaic's own package, not a copy of its rules."""

    def test_same_tokens_and_masks(self) -> None:
        for folder in FOLDERS:
            with self.subTest(folder), opened(folder) as dataset:
                self.assertEqual(len(dataset), len(PACKS))
                for item, pack in enumerate(PACKS):
                    row = dataset[item]
                    self.assertEqual(row["input_ids"].tolist(), pack["inputIds"])
                    self.assertEqual(row["mask"].tolist(), pack["mask"])
                    self.assertEqual(row["indices"].tolist(), pack["indices"])
                    self.assertEqual(row["length"], len(pack["inputIds"]))

    def test_the_labels_of_prolong(self) -> None:
        for folder in FOLDERS:
            with self.subTest(folder), opened(folder) as dataset:
                loader = DataLoader(dataset, batch_size=1, collate_fn=collate)
                batches = list(loader)
                ids = [batch["input_ids"][0].tolist() for batch in batches]
                self.assertEqual(ids, [pack["inputIds"] for pack in PACKS])
                labels = [batch["labels"][0].tolist() for batch in batches]
                self.assertEqual(labels, [labels_of(pack) for pack in PACKS])

    def test_shuffled_it_is_the_same_set(self) -> None:
        with opened("mds-zstd", shuffle=True) as dataset:
            seen = sorted(row["input_ids"].tolist() for row in dataset)
            self.assertEqual(seen, sorted(pack["inputIds"] for pack in PACKS))

    def test_a_tampered_byte_is_refused(self) -> None:
        for folder in ("tampered-native", "tampered-mds-zstd"):
            refused = self.assertRaisesRegex(ValueError, "[Cc]hecksum|hash")
            with self.subTest(folder), opened(folder) as dataset, refused:
                _ = dataset[0]


if __name__ == "__main__":
    unittest.main()
