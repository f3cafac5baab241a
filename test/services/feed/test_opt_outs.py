"""What is opted out comes out of no feed, and no position changes; also while one runs.
`python test_opt_outs.py FOLDER`."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

import numpy as np
from backstory_feed import Feed, FeedError, Limits
from written_output import FakeTime, WrittenOutput, canonical

FOLDER = Path(sys.argv.pop(1))


def opt_out(out: WrittenOutput, shard: int, generation: int = 0) -> Path:
    """Puts a blank shard in the place of one; the old file stays."""
    entry = json.loads(out.entry_path(0).read_bytes())
    original = entry["shards"][shard]
    old = out.folder / original["path"]
    data = old.read_bytes()
    # Each token of pack p is p: the ids of its arrays become 9.
    blank = bytearray(data)
    for pack in range(original["firstPack"], original["firstPack"] + original["packs"]):
        ids = np.full(6, pack, np.uint32).tobytes()
        assert ids in data
        blank = bytearray(bytes(blank).replace(ids, np.full(6, 9, np.uint32).tobytes()))
    path = f"shards/opt-out-{generation:08d}.shard.{shard}.mds"
    (out.folder / path).write_bytes(bytes(blank))
    by: dict[str, Any] = {**original, "path": path}
    by["sha256"] = hashlib.sha256(bytes(blank)).hexdigest()
    replaced = [{"by": by, "path": original["path"], "sha256": original["sha256"], "blanks": []}]
    fields = {"format": 1, "generation": generation, "previous": None, "replaced": replaced}
    folder = out.folder / "manifest" / "opt-outs"
    folder.mkdir(exist_ok=True)
    (folder / f"{generation:08d}.json").write_bytes(canonical(fields))
    return old


def packs_of(feed: Feed) -> list[tuple[int, int]]:
    return [(pack.index, int(pack.input_ids[0])) for batch in feed for pack in batch.packs]


class OptOuts(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="opt-outs-", dir=FOLDER))
        self.addCleanup(shutil.rmtree, self.folder)
        self.time = FakeTime()
        self.out = WrittenOutput(self.folder).add(2, 2, 2, closed=True)

    def feed(self, limits: Limits | None = None) -> Feed:
        return Feed(self.folder, 2, threads=0, patience=self.time.patience(), limits=limits)

    def test_a_start_reads_what_stands_in(self) -> None:
        opt_out(self.out, 1).unlink()
        found = packs_of(self.feed())
        self.assertEqual(found, [(0, 0), (1, 1), (2, 9), (3, 9), (4, 4), (5, 5)])

    def test_a_running_feed_goes_on_at_its_place(self) -> None:
        found = []
        for batch in self.feed():
            if batch.step == 0:
                opt_out(self.out, 2).unlink()
            found += [(pack.index, int(pack.input_ids[0])) for pack in batch.packs]
        self.assertEqual(found, [(0, 0), (1, 1), (2, 2), (3, 3), (4, 9), (5, 9)])

    def test_a_shard_that_is_read_by_ranges_goes_on_in_what_stands_in(self) -> None:
        self.out = WrittenOutput(self.folder).add(4, closed=True)
        found = []
        for batch in self.feed(Limits(access="range")):
            if batch.step == 0:
                opt_out(self.out, 0).unlink()
            found += [(pack.index, int(pack.input_ids[0])) for pack in batch.packs]
        self.assertEqual(found, [(0, 0), (1, 1), (2, 9), (3, 9)])

    def test_a_running_feed_looks_now_and_again(self) -> None:
        found = []
        for batch in self.feed():
            if batch.step == 0:
                opt_out(self.out, 2)
                self.time.sleep(61)
            found += [(pack.index, int(pack.input_ids[0])) for pack in batch.packs]
        self.assertEqual(found[-2:], [(4, 9), (5, 9)])

    def test_a_state_is_resumed_behind_an_opt_out(self) -> None:
        feed = self.feed()
        next(iter(feed))
        # The step counts once the batch was asked for, as a trainer that died in it would have it.
        state = feed.state_at(1)
        opt_out(self.out, 1).unlink()
        resumed = self.feed()
        resumed.load_state_dict(state)
        self.assertEqual(packs_of(resumed), [(2, 9), (3, 9), (4, 4), (5, 5)])

    def test_an_opt_out_that_is_lost_is_damage(self) -> None:
        named = {"generation": 0, "sha256": "a" * 64}
        head = {"entry": 0, "files": [], "format": 1, "optOuts": named}
        (self.folder / "manifest" / "head.json").write_bytes(canonical(head))
        with self.assertRaises(FeedError) as caught:
            packs_of(self.feed())
        self.assertEqual(caught.exception.code, "MANIFEST_CORRUPT")
        self.assertIn("opt-outs/00000000.json", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
