"""The feed on a real output: `python test_feed.py OUT`, with what it holds in OUT/expected.json."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import random
import shutil
import sys
import tempfile
import threading
import unittest
from collections.abc import Callable
from pathlib import Path

import numpy as np
from backstory_feed import Batch, Clock, Feed, FeedError, Form, Patience, Shuffle, Stream, collate
from backstory_feed.data.mds import Shard
from backstory_feed.data.shards import view_of

OUTPUT = Path(sys.argv.pop(1))
EXPECTED = json.loads((OUTPUT / "expected.json").read_text())


def no_sleep(_seconds: float) -> None:
    raise AssertionError("waited although the data set is closed")


def sleeping(sleep: Callable[[float], None]) -> Patience:
    return Patience(clock=Clock(sleep=sleep), poll_seconds=0.0, repair_seconds=0.0)


PATIENCE = sleeping(no_sleep)


def read(batch_size: int, **options: object) -> list[Batch]:
    return list(Feed(OUTPUT, batch_size, patience=PATIENCE, **options))


def content(batch: Batch) -> list[tuple[object, ...]]:
    return [
        (
            pack.index,
            pack.domain,
            pack.input_ids.tobytes(),
            pack.mask.tobytes(),
            pack.indices.tobytes(),
        )
        for pack in batch.packs
    ]


class ReadingTest(unittest.TestCase):
    def test_packs_are_those_the_sink_wrote(self) -> None:
        packs = [pack for batch in read(2) for pack in batch.packs]
        self.assertEqual([pack.index for pack in packs], list(range(len(EXPECTED["packs"]))))
        for pack, expected in zip(packs, EXPECTED["packs"], strict=True):
            self.assertEqual(list(pack.input_ids), expected["inputIds"])
            self.assertEqual(list(pack.mask), expected["mask"])
            self.assertEqual(pack.indices.tolist(), expected["indices"])
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
                feed = Feed(OUTPUT, 2, patience=PATIENCE, shuffle=shuffle)
                for _ in zip(range(step), feed, strict=False):
                    pass
                resumed = Feed(OUTPUT, 2, patience=PATIENCE, shuffle=shuffle)
                resumed.load_state_dict(json.loads(json.dumps(feed.state_dict())))
                self.assertEqual([content(batch) for batch in resumed], whole[step:])
                started = read(2, start=step, shuffle=shuffle)
                self.assertEqual([content(batch) for batch in started], whole[step:])

    def test_state_is_one_integer_and_what_must_be_the_same(self) -> None:
        feed = Feed(OUTPUT, 2, patience=PATIENCE)
        batches = iter(feed)
        next(batches)
        next(batches)
        state = feed.state_dict()
        self.assertEqual((state["step"], state["positions"]), (2, {"data": 4}))
        self.assertEqual(
            set(state) - {"step", "positions"},
            {"format", "fingerprint", "facts", "anchors", "skipped"},
        )

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
                feed = Feed(
                    OUTPUT, 4, rank=rank, world_size=world_size, start=step, patience=PATIENCE
                )
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


class ArraysTest(unittest.TestCase):
    """What a model takes, against the plain lists of the expected packs."""

    def test_packs_are_views_and_not_copies(self) -> None:
        for batch in read(2, threads=0):
            for pack in batch.packs:
                for array in (pack.input_ids, pack.mask, pack.indices):
                    self.assertFalse(array.flags.owndata or array.flags.writeable)

    def test_labels_positions_bounds_and_weights(self) -> None:
        batch = read(3)[0]
        expected = EXPECTED["packs"][:3]
        aligned, shifted, positions, bounds, weights = [], [], [], [0], []
        for pack in expected:
            for start, end in pack["indices"]:
                pairs = list(zip(pack["inputIds"], pack["mask"], strict=True))[start:end]
                labels = [token if trained else -100 for token, trained in pairs]
                labels[0] = -100
                aligned += labels
                shifted += [*labels[1:], -100]
                positions += range(end - start)
                bounds.append(bounds[-1] + end - start)
                count = sum(label != -100 for label in labels)
                weights += [0 if label == -100 else 1 / count for label in labels]
        arrays = collate(batch.packs, Form(weights="document"))
        self.assertEqual(arrays.labels.tolist(), aligned)
        self.assertEqual(arrays.position_ids.tolist(), positions)
        self.assertEqual(arrays.cu_seqlens.tolist(), bounds)
        self.assertEqual(arrays.max_seqlen, int(np.diff(bounds).max()))
        np.testing.assert_allclose(arrays.loss_weights, weights, rtol=1e-6)
        moved = collate(batch.packs, Form(labels="shifted"))
        self.assertEqual(moved.labels.tolist(), shifted)
        self.assertEqual(moved.loss_weights.tolist(), [float(label != -100) for label in shifted])
        both = collate(batch.packs, Form(labels="shifted", weights="document"))
        self.assertAlmostEqual(
            float(both.loss_weights.sum()), float(arrays.loss_weights.sum()), places=4
        )

    def test_padded_rows_hold_the_same(self) -> None:
        packs = read(3)[0].packs
        flat, padded = collate(packs, Form()), collate(packs, Form(layout="padded", length=600))
        self.assertEqual(padded.input_ids.shape, (3, 600))
        at = 0
        for row, pack in enumerate(packs):
            for name in ("input_ids", "labels", "position_ids", "loss_weights"):
                whole = getattr(flat, name)[at : at + pack.tokens].tolist()
                self.assertEqual(getattr(padded, name)[row, : pack.tokens].tolist(), whole)
            self.assertTrue((padded.labels[row, pack.tokens :] == -100).all())
            at += pack.tokens
        self.assertEqual(int(padded.cu_seqlens[-1]), 1800)
        with self.assertRaisesRegex(ValueError, "does not fit"):
            collate(packs, Form(layout="padded", length=5))

    def test_the_shards_folder_alone_is_a_stream(self) -> None:
        packs = [pack for batch in read(2) for pack in batch.packs]
        plain = list(Feed([Stream(OUTPUT / "shards", name="mds")], 1, patience=PATIENCE))
        self.assertEqual(
            [batch.packs[0].input_ids.tolist() for batch in plain],
            [pack.input_ids.tolist() for pack in packs],
        )


class Entries:
    """Hides the entries of a manifest and its head; each wait of the feed reveals one entry."""

    def __init__(self, folder: Path) -> None:
        paths = sorted(folder.glob("[0-9]*.json"))
        self.hidden = [(path, path.read_bytes()) for path in paths]
        for path in [*paths, folder / "head.json"]:
            path.unlink(missing_ok=True)

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
            feed = Feed(self.folder, 2, patience=sleeping(entries.reveal), shuffle=shuffle)
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
                    list(Feed(self.folder, 1, patience=PATIENCE))
            path.write_bytes(good)

    def test_no_thread_reads_on_when_an_iteration_has_ended(self) -> None:
        def readers() -> list[str]:
            return [t.name for t in threading.enumerate() if t.name.startswith("backstory-feed")]

        batches = iter(Feed(self.folder, 1, patience=PATIENCE))
        next(batches)
        self.assertNotEqual(readers(), [])
        batches.close()
        self.assertEqual(readers(), [])

    def test_a_damaged_shard_with_a_right_hash_is_refused(self) -> None:
        good = next((self.folder / "shards").glob("*.mds")).read_bytes()
        for damage in (good[:7], good[:-1], good + b"x", b"\xff\xff\xff\x7f" + good[4:]):
            with self.assertRaisesRegex(FeedError, "SHARD_CORRUPT"):
                Shard("damaged", len(damage), view_of(damage)).check_rows()

    def test_a_missing_shard_is_named(self) -> None:
        path = next((self.folder / "shards").glob("*.mds"))
        path.unlink()
        with self.assertRaisesRegex(FeedError, path.name):
            list(Feed(self.folder, 1, patience=PATIENCE))

    def test_an_exchanged_entry_is_refused(self) -> None:
        path = self.folder / "manifest" / "00000000.json"
        entry = json.loads(path.read_text())
        entry["runId"] = "another"
        path.write_text(json.dumps(entry))
        with self.assertRaisesRegex(FeedError, "MANIFEST_CORRUPT.*00000001"):
            list(Feed(self.folder, 1, patience=PATIENCE))

    def test_a_newer_format_is_refused(self) -> None:
        path = self.folder / "manifest" / "00000000.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "format": 99}))
        with self.assertRaisesRegex(FeedError, "format is 99"):
            list(Feed(self.folder, 1, patience=PATIENCE))

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
        with self.assertRaises(ValueError):
            next(Feed(OUTPUT, 4, world_size=2).iterate(3))
        with self.assertRaisesRegex(FeedError, "OUTPUT_MISSING"):
            Feed(OUTPUT / "nowhere", 1)

    def test_a_source_whose_package_is_missing_says_what_to_install(self) -> None:
        if importlib.util.find_spec("boto3") is None:
            with self.assertRaisesRegex(FeedError, "EXTRA_MISSING.*backstory-feed.s3"):
                Feed("s3://bucket/out", 1)


if __name__ == "__main__":
    unittest.main()
