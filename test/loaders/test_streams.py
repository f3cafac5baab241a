"""datasets, Grain and LitData read the Parquet exports, Mosaic Streaming the shards of `mds`."""

import shutil
import tempfile
import unittest
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grain
import litdata
import numpy as np
import torch
from datasets import load_dataset
from expected import PACKS, ROOT, labels_of, positions_of, trained_of
from litdata.streaming.item_loader import ParquetLoader
from streaming import StreamingDataset
from torch.utils.data import DataLoader

HF = ROOT / "hf"


class Prolong:
    """The rules of ProLong's collator, which is no package: a row joins its pieces."""

    def __init__(self, apply_instruct_masks: bool) -> None:
        self.apply_instruct_masks = apply_instruct_masks

    def __call__(self, rows: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
        labels: list[torch.Tensor] = []
        for row in rows:
            for start, end in row["indices"].tolist():
                piece = torch.from_numpy(row["input_ids"][start:end].astype("int64"))
                piece[0] = -100
                if self.apply_instruct_masks:
                    piece[torch.from_numpy(row["mask"][start:end]) == 0] = -100
                labels.append(piece)
        return {"labels": torch.cat(labels)}


class Streams(unittest.TestCase):
    """Readers that stream, with the workers that they start."""

    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = Path(scratch.name)

    def check(self, rows: list[dict[str, Any]]) -> None:
        """Each pack once, with its labels and its positions."""
        found = {tuple(np.asarray(row["input_ids"]).tolist()): row for row in rows}
        self.assertEqual(len(found), len(rows))
        self.assertEqual(len(rows), len(PACKS))
        for pack in PACKS:
            row = found[tuple(pack["inputIds"])]
            self.assertEqual(np.asarray(row["labels"]).tolist(), labels_of(pack))
            lengths = [end - start for start, end in pack["indices"]]
            self.assertEqual(np.asarray(row["seq_lengths"]).tolist(), lengths)
            self.assertEqual(np.asarray(row["position_ids"]).tolist(), positions_of(pack))

    def test_datasets_by_the_card(self) -> None:
        packs = load_dataset(str(HF), "packs", split="train", streaming=True)
        self.check(list(packs.shuffle(seed=1, buffer_size=8)))

    def test_grain(self) -> None:
        files = sorted((HF / "packs").glob("*.parquet"))
        rows = [row for file in files for row in grain.experimental.ParquetIterDataset(str(file))]
        self.check(rows)

    def test_litdata(self) -> None:
        # It writes its index into the folder.
        folder = shutil.copytree(HF / "packs", self.scratch / "packs")
        litdata.index_parquet_dataset(str(folder))
        dataset = litdata.StreamingDataset(str(folder), item_loader=ParquetLoader(), shuffle=True)
        self.check(list(dataset))

    def mosaic(self, **settings: Any) -> Iterator[Any]:
        cache = tempfile.mkdtemp(dir=self.scratch)
        dataset = StreamingDataset(
            local=cache, remote=str(ROOT / "mds"), batch_size=2, validate_hash="sha256", **settings
        )
        return dataset

    def test_mosaic(self) -> None:
        for shuffle in (False, True):
            rows = list(self.mosaic(shuffle=shuffle))
            seen = sorted(row["input_ids"].tolist() for row in rows)
            self.assertEqual(seen, sorted(pack["inputIds"] for pack in PACKS))

    def labels(self, apply_instruct_masks: bool) -> list[int]:
        collate = Prolong(apply_instruct_masks)
        loader = DataLoader(
            self.mosaic(shuffle=True), batch_size=2, collate_fn=collate, num_workers=2
        )
        labels = [label for batch in loader for label in batch["labels"].tolist()]
        return [label for label in labels if label != -100]

    def test_prolong_with_the_words_of_the_card(self) -> None:
        self.assertEqual(sorted(self.labels(True)), sorted(trained_of(PACKS)))

    def test_prolong_without_them_trains_more(self) -> None:
        self.assertGreater(len(self.labels(False)), len(trained_of(PACKS)))


if __name__ == "__main__":
    unittest.main()
