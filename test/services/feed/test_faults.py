"""Faults of storage and data: slow, late, truncated, corrupt and missing shards, gaps, stale
answers and clocks that jump. `python test_faults.py FOLDER`."""

from __future__ import annotations

import json
import os
import shutil
import unittest
from pathlib import Path

from backstory_feed import Feed, FeedError, Limits, Shuffle
from backstory_feed.data.checkpoints import checkpoint_path
from backstory_feed.data.storage import FolderStorage
from fault_test import FaultTest, indices


class BadShards(FaultTest):
    def test_a_shard_that_comes_late_is_waited_for(self) -> None:
        written = self.written().add(2, 2, closed=True)
        late = written.shard_paths()[1]
        data = late.read_bytes()
        late.unlink()
        self.time.events = [lambda: None, lambda: None, lambda: late.write_bytes(data)]
        self.assertEqual(indices(self.feed()), [0, 1, 2, 3])

    def test_a_missing_shard_is_fatal_after_a_while_and_named(self) -> None:
        written = self.written().add(2, closed=True)
        written.shard_paths()[0].unlink()
        self.refused("SHARD_MISSING", "shard.00000.mds", "restore")
        self.assertGreaterEqual(self.time.now, 1030)
        self.assertTrue(any("missing" in line for line in self.time.told))

    def test_a_shard_that_one_rank_does_not_find_is_not_skipped_by_it_alone(self) -> None:
        written = self.written().add(2, 2, closed=True)
        written.shard_paths()[1].unlink()
        missing = "shards/shard.00001.mds"
        self.refused("SHARD_MISSING", f"exclude=[{missing!r}]", bad_shards="skip")
        feed = self.feed(bad_shards="skip", exclude=[missing])
        blank = [pack.skipped for batch in feed for pack in batch.packs]
        self.assertEqual(blank, [False, False, True, True])

    def test_every_kind_of_damage_is_named(self) -> None:
        written = self.written().add(2, 2, closed=True)
        path = written.shard_paths()[1]
        good = path.read_bytes()
        damaged = {
            "truncated": good[:-1],
            "longer": good + b"x",
            "empty": b"",
            "half": good[: len(good) // 2],
            "one bit": good[:-20] + bytes([good[-20] ^ 1]) + good[-19:],
            "another": written.shard_paths()[0].read_bytes(),
        }
        for name, data in damaged.items():
            for access in ("auto", "whole"):
                with self.subTest(name, access=access):
                    path.write_bytes(data)
                    limits = Limits(access=access)
                    self.refused("SHARD_CORRUPT", path.name, limits=limits)

    def test_a_file_cut_off_after_it_was_opened_is_no_crash(self) -> None:
        written = self.written().add(4, closed=True)
        batches = iter(self.feed())
        next(batches)
        os.truncate(written.shard_paths()[0], 100)
        with self.assertRaisesRegex(FeedError, "SHARD_CORRUPT.*has 100 bytes"):
            next(batches)

    def test_a_file_written_anew_after_it_was_opened_is_checked_anew(self) -> None:
        written = self.written().add(2, 2, closed=True)
        first, second = written.shard_paths()
        good = first.read_bytes()
        batches = iter(self.feed(epochs=3))
        next(batches)
        os.utime(first, ns=(1, 1))
        self.assertEqual([pack.index for pack in next(batches).packs], [1])
        # Of the same size, so that only the time of change tells.
        other = second.read_bytes()
        self.assertEqual(len(other), len(good))
        first.write_bytes(other)
        for _ in range(2):
            next(batches)
        with self.assertRaisesRegex(FeedError, "SHARD_CORRUPT.*does not match its hash"):
            next(batches)

    def test_skipped_packs_keep_their_place_on_all_ranks(self) -> None:
        written = self.written().add(2, 3, 3, closed=True)
        path = written.shard_paths()[1]
        path.write_bytes(path.read_bytes()[:-1] + b"?")
        for shuffle in (None, Shuffle(4, 1)):
            whole = [
                [(pack.index, pack.skipped, int(pack.mask.sum())) for pack in batch.packs]
                for batch in self.feed(2, bad_shards="skip", shuffle=shuffle)
            ]
            flat = [item for step in whole for item in step]
            self.assertEqual({pack for pack, skipped, _ in flat if skipped}, {2, 3, 4})
            self.assertEqual({trained for _, skipped, trained in flat if skipped}, {0})
            self.assertEqual(sorted(pack for pack, _, _ in flat), list(range(8)))
            ranks = [
                [
                    [(pack.index, pack.skipped, int(pack.mask.sum())) for pack in batch.packs]
                    for batch in self.feed(
                        2, rank=rank, world_size=2, bad_shards="skip", shuffle=shuffle
                    )
                ]
                for rank in range(2)
            ]
            self.assertEqual([a + b for a, b in zip(*ranks, strict=True)], whole)
        told = [line for line in self.time.told if "left out" in line]
        self.assertEqual(len(told), 6)
        self.assertIn("SHARD_CORRUPT", told[0])
        self.assertIn("3 packs are left out", told[0])

    def test_what_was_skipped_stays_skipped_after_a_resume(self) -> None:
        written = self.written().add(2, 4, closed=True)
        path = written.shard_paths()[1]
        good = path.read_bytes()
        path.write_bytes(good[:-1])
        feed = self.feed(2, bad_shards="skip")
        batches = iter(feed)
        next(batches)
        self.assertEqual(next(batches).skipped, (("data", "shards/shard.00001.mds"),))
        path.write_bytes(good)
        resumed = self.feed(2)
        resumed.load_state_dict(json.loads(json.dumps(feed.state_dict())))
        self.assertTrue(all(pack.skipped for batch in resumed for pack in batch.packs))

    def test_shards_can_be_excluded_beforehand(self) -> None:
        self.written().add(2, 2, closed=True)
        feed = self.feed(exclude=["shards/shard.00000.mds"])
        blank = [pack.skipped for batch in feed for pack in batch.packs]
        self.assertEqual(blank, [True, True, False, False])

    def test_a_folder_that_may_not_be_read_is_a_coded_error(self) -> None:
        written = self.written().add(2, closed=True)
        path = written.shard_paths()[0]
        path.unlink()
        path.symlink_to(path.name)
        self.refused("STORE_UNAVAILABLE", path.name)

    def test_few_open_shards_and_a_wide_window(self) -> None:
        self.written().add(*[1] * 20, closed=True)
        limits = Limits(open_shards_max=2, memory_bytes_max=1)
        for access in ("auto", "whole"):
            limits = Limits(open_shards_max=2, memory_bytes_max=1, access=access)
            for threads in (0, 3):
                feed = self.feed(shuffle=Shuffle(20), limits=limits, threads=threads)
                self.assertEqual(sorted(indices(feed)), list(range(20)))


class ManifestFaults(FaultTest):
    def test_a_missing_entry_is_fatal_and_named_whatever_the_head_says(self) -> None:
        for head in (True, False):
            shutil.rmtree(self.out, ignore_errors=True)
            written = self.written(head=head).add(1).add(1).add(1, closed=True)
            written.entry_path(1).unlink()
            self.refused("MANIFEST_CORRUPT", "00000001.json is missing")
            self.refused("MANIFEST_CORRUPT", "00000001.json is missing", head="stop")

    def test_an_entry_that_a_stale_store_shows_late_is_waited_for(self) -> None:
        written = self.written().add(1).add(1).add(1, closed=True)
        data = written.entry_path(1).read_bytes()
        written.entry_path(1).unlink()
        self.time.events = [lambda: None, lambda: written.entry_path(1).write_bytes(data)]
        self.assertEqual(indices(self.feed()), [0, 1, 2])

    def test_listings_are_never_asked_for(self) -> None:
        self.assertFalse(hasattr(FolderStorage(self.out), "list"))

    def test_a_head_that_is_behind_or_absent_changes_nothing(self) -> None:
        written = self.written().add(2).add(2)
        head = (self.out / "manifest/head.json").read_bytes()
        written.add(2, closed=True)
        (self.out / "manifest/head.json").write_bytes(head)
        self.assertEqual(indices(self.feed()), list(range(6)))
        (self.out / "manifest/head.json").unlink()
        self.assertEqual(indices(self.feed()), list(range(6)))

    def test_a_head_that_is_not_json_is_corrupt(self) -> None:
        self.written().add(2, closed=True)
        (self.out / "manifest/head.json").write_text("{")
        self.refused("MANIFEST_CORRUPT", "head.json")

    def test_json_of_another_form_is_corrupt(self) -> None:
        written = self.written().add(1).add(1, closed=True)
        for path in (written.entry_path(1), self.out / "manifest" / "head.json"):
            good = path.read_bytes()
            for text in ("[" * 100_000, "[]", "null", '{"entry": 1e999}', '{"entry": null}'):
                path.write_text(text)
                self.refused("MANIFEST_CORRUPT", path.name)
            path.write_bytes(good)

    def test_a_folder_without_a_manifest_is_no_silent_wait(self) -> None:
        self.out.mkdir()
        self.refused("OUTPUT_MISSING", str(self.out))
        self.written().add(1, closed=True)
        with self.assertRaisesRegex(FeedError, "OUTPUT_MISSING"):
            Feed(self.out / "manifest", 1)

    def test_a_data_set_that_begins_later_can_be_waited_for(self) -> None:
        self.time.events = [lambda: None, lambda: self.written().add(3, closed=True)]
        self.assertEqual(indices(self.feed(missing="wait")), [0, 1, 2])


class ManifestCheckpoints(FaultTest):
    """A start reads the head, one checkpoint and the entries after it."""

    def test_any_start_reads_the_same_packs_in_few_reads(self) -> None:
        written = self.written(every=3)
        for entry in range(40):
            written.add(*[1] * (entry % 3))
        written.add(1, closed=True)
        whole = indices(self.feed())
        self.assertEqual(whole, list(range(written.packs)))
        counted = CountedReads(self.out)
        for start in range(written.packs):
            with counted:
                feed = self.feed(start=start)
                self.assertEqual(next(iter(feed)).packs[0].index, start)
            self.assertLess(counted.manifest, 20)
        feed = self.feed(shuffle=Shuffle(5, 2))
        self.assertEqual(sorted(indices(feed)), whole)

    def test_the_end_is_known_where_a_checkpoint_covers_the_last_entry(self) -> None:
        self.written(every=2).add(1).add(1, closed=True)
        self.assertEqual(indices(self.feed()), [0, 1])

    def test_a_wrong_checkpoint_is_named(self) -> None:
        written = self.written(every=2)
        for _ in range(9):
            written.add(1)
        for number, start in ((3, 8), (1, 3)):
            path = self.out / checkpoint_path(number)
            good = path.read_bytes()
            path.write_bytes(good.replace(b"shard.0", b"shard.1", 1))
            self.refused("MANIFEST_CORRUPT", path.name, "hash", start=start, head="stop")
            path.unlink()
            self.refused("MANIFEST_CORRUPT", path.name, "missing", start=start, head="stop")
            path.write_bytes(good)

    def test_entries_after_a_checkpoint_must_follow_it(self) -> None:
        written = self.written(every=2).add(1).add(1).add(1)
        path = written.entry_path(2)
        entry = json.loads(path.read_text())
        path.write_text(json.dumps({**entry, "previous": "0" * 64}))
        self.refused("MANIFEST_CORRUPT", "00000002.json", "does not follow")


class CountedReads:
    """Counts the files of the manifest that are read."""

    def __init__(self, folder: Path) -> None:
        self.manifest = 0
        self._read = FolderStorage.read

    def __enter__(self) -> None:
        self.manifest = 0

        def read(storage: FolderStorage, path: str) -> bytes | None:
            self.manifest += path.startswith("manifest/")
            return self._read(storage, path)

        FolderStorage.read = read  # type: ignore[method-assign]

    def __exit__(self, *_: object) -> None:
        FolderStorage.read = self._read  # type: ignore[method-assign]


if __name__ == "__main__":
    unittest.main()
