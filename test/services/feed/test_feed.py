"""The feed on a real output: `python test_feed.py OUT`, with what it holds in OUT/expected.json."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

from backstory_feed import Batch, Feed, FeedError, Shuffle
from backstory_feed.mds import Shard

OUTPUT = Path(sys.argv.pop(1))
EXPECTED = json.loads((OUTPUT / "expected.json").read_text())


def no_sleep(_seconds: float) -> None:
    raise AssertionError("waited although the data set is closed")


def read(batch_size: int, **options: object) -> list[Batch]:
    return list(Feed(OUTPUT, batch_size, sleep=no_sleep, **options))


def content(batch: Batch) -> list[tuple[object, ...]]:
    return [
        (pack.index, pack.domain, pack.input_ids.tobytes(), pack.mask, tuple(pack.indices))
        for pack in batch.packs
    ]


class ReadingTest(unittest.TestCase):
    def test_packs_are_those_the_sink_wrote(self) -> None:
        packs = [pack for batch in read(2) for pack in batch.packs]
        self.assertEqual([pack.index for pack in packs], list(range(len(EXPECTED["packs"]))))
        for pack, expected in zip(packs, EXPECTED["packs"], strict=True):
            self.assertEqual(list(pack.input_ids), expected["inputIds"])
            self.assertEqual(list(pack.mask), expected["mask"])
            self.assertEqual([list(span) for span in pack.indices], expected["indices"])
            self.assertEqual(pack.domain, "test")

    def test_last_batch_is_short_or_left_out(self) -> None:
        count = len(EXPECTED["packs"])
        size = next(size for size in range(2, count) if count % size != 0)
        self.assertEqual(len(read(size)), count // size + 1)
        self.assertEqual(len(read(size, drop_last=True)), count // size)
        self.assertEqual(len(read(size)[-1].packs), count % size)


class ResumeTest(unittest.TestCase):
    """I9: the trainer's position is one integer."""

    def test_resume_at_any_step_equals_the_uninterrupted_stream(self) -> None:
        for shuffle in (None, Shuffle(window=5, seed=3)):
            whole = [content(batch) for batch in read(2, shuffle=shuffle)]
            for step in range(len(whole) + 1):
                feed = Feed(OUTPUT, 2, sleep=no_sleep, shuffle=shuffle)
                for _ in zip(range(step), feed, strict=False):
                    pass
                resumed = Feed(OUTPUT, 2, sleep=no_sleep, shuffle=shuffle)
                resumed.load_state_dict({"step": step})
                self.assertEqual([content(batch) for batch in resumed], whole[step:])
                started = read(2, start=step, shuffle=shuffle)
                self.assertEqual([content(batch) for batch in started], whole[step:])

    def test_state_is_the_next_step_and_nothing_else(self) -> None:
        feed = Feed(OUTPUT, 2, sleep=no_sleep)
        batches = iter(feed)
        next(batches)
        next(batches)
        self.assertEqual(feed.state_dict(), {"step": 2})

    def test_any_world_size_reads_the_same_batches(self) -> None:
        whole = [content(batch) for batch in read(4)]
        for world_size in (1, 2, 4):
            ranks = [read(4, rank=rank, world_size=world_size) for rank in range(world_size)]
            joined = [
                [pack for part in step for pack in content(part)]
                for step in zip(*ranks, strict=True)
            ]
            self.assertEqual(joined, whole)

    def test_world_size_may_change_between_steps(self) -> None:
        whole = [content(batch) for batch in read(4)]
        rng = random.Random(7)
        for step, expected in enumerate(whole):
            world_size = rng.choice((1, 2, 4))
            parts: list[tuple[object, ...]] = []
            for rank in range(world_size):
                feed = Feed(OUTPUT, 4, rank=rank, world_size=world_size, start=step, sleep=no_sleep)
                parts += content(next(iter(feed)))
            self.assertEqual(parts, expected)


class ShuffleTest(unittest.TestCase):
    def test_every_pack_once_and_only_inside_its_window(self) -> None:
        order = [pack.index for batch in read(1, shuffle=Shuffle(4, 1)) for pack in batch.packs]
        self.assertEqual(sorted(order), list(range(len(EXPECTED["packs"]))))
        self.assertNotEqual(order, sorted(order))
        for position, pack in enumerate(order):
            self.assertEqual(position // 4, pack // 4)

    def test_seed_decides(self) -> None:
        def order(seed: int) -> list[int]:
            return [
                pack.index for batch in read(1, shuffle=Shuffle(8, seed)) for pack in batch.packs
            ]

        self.assertEqual(order(1), order(1))
        self.assertNotEqual(order(1), order(2))


class Entries:
    """Hides the entries of a manifest; each wait of the feed reveals one."""

    def __init__(self, folder: Path) -> None:
        paths = sorted(folder.glob("[0-9]*.json"))
        self.hidden = [(path, path.read_bytes()) for path in paths]
        for path in paths:
            path.unlink()

    def reveal(self, _seconds: float) -> None:
        path, data = self.hidden.pop(0)
        path.write_bytes(data)


class CopyTest(unittest.TestCase):
    """Tests that change an output work on a copy."""

    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="backstory-feed-"))
        self.addCleanup(shutil.rmtree, self.folder)
        for name in ("shards", "manifest"):
            shutil.copytree(OUTPUT / name, self.folder / name)

    def test_grows_while_it_is_read(self) -> None:
        for shuffle in (None, Shuffle(window=3, seed=1)):
            whole = [content(batch) for batch in read(2, shuffle=shuffle)]
            entries = Entries(self.folder / "manifest")
            feed = Feed(self.folder, 2, sleep=entries.reveal, shuffle=shuffle)
            self.assertEqual([content(batch) for batch in feed], whole)
            self.assertEqual(entries.hidden, [])

    def test_a_changed_byte_anywhere_is_found(self) -> None:
        rng = random.Random(1)
        for path in sorted((self.folder / "shards").glob("*.mds")):
            good = path.read_bytes()
            for at in [0, 4, len(good) - 1, *rng.sample(range(len(good)), 5)]:
                bad = bytearray(good)
                bad[at] ^= 1
                path.write_bytes(bad)
                with self.assertRaisesRegex(FeedError, "SHARD_CORRUPT"):
                    list(Feed(self.folder, 1, sleep=no_sleep))
            path.write_bytes(good)

    def test_a_damaged_shard_with_a_right_hash_is_refused(self) -> None:
        good = next((self.folder / "shards").glob("*.mds")).read_bytes()
        for damage in (good[:7], good[:-1], good + b"x", b"\xff\xff\xff\x7f" + good[4:]):
            with self.assertRaisesRegex(FeedError, "SHARD_CORRUPT"):
                shard = Shard("damaged", damage, 0)
                for row in range(shard.packs):
                    shard.pack(row)

    def test_a_missing_shard_is_named(self) -> None:
        path = next((self.folder / "shards").glob("*.mds"))
        path.unlink()
        with self.assertRaisesRegex(FeedError, path.name):
            list(Feed(self.folder, 1, sleep=no_sleep))

    def test_an_exchanged_entry_is_refused(self) -> None:
        path = self.folder / "manifest" / "00000000.json"
        entry = json.loads(path.read_text())
        entry["runId"] = "another"
        path.write_text(json.dumps(entry))
        with self.assertRaisesRegex(FeedError, "MANIFEST_CORRUPT.*00000001"):
            list(Feed(self.folder, 1, sleep=no_sleep))

    def test_a_newer_format_is_refused(self) -> None:
        path = self.folder / "manifest" / "00000000.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "format": 99}))
        with self.assertRaisesRegex(FeedError, "format is 99"):
            list(Feed(self.folder, 1, sleep=no_sleep))

    def test_hashes_in_the_manifest_are_those_of_the_files(self) -> None:
        for path in sorted((self.folder / "manifest").glob("[0-9]*.json")):
            for shard in json.loads(path.read_text())["shards"]:
                data = (self.folder / shard["path"]).read_bytes()
                self.assertEqual(hashlib.sha256(data).hexdigest(), shard["sha256"])


class UsageTest(unittest.TestCase):
    def test_refuses_what_cannot_be(self) -> None:
        for batch_size, rank, world_size in ((0, 0, 1), (3, 0, 2), (2, 2, 2), (2, -1, 2)):
            with self.assertRaises(ValueError):
                Feed(OUTPUT, batch_size, rank=rank, world_size=world_size)
        with self.assertRaises(ValueError):
            Feed(OUTPUT, 1, start=-1)
        with self.assertRaisesRegex(FeedError, "OUTPUT_MISSING"):
            Feed(OUTPUT / "nowhere", 1)


if __name__ == "__main__":
    unittest.main()
