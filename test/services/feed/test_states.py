"""Waits at the head of data that grow, and saved positions. `python test_states.py FOLDER`."""

from __future__ import annotations

import pickle
import unittest
from typing import Any

from backstory_feed import Feed, FeedError, Shuffle, Stream
from fault_test import FaultTest, indices
from written_output import WrittenOutput


class Heads(FaultTest):
    def test_waiting_says_for_what_and_ends(self) -> None:
        self.written().add(3)
        patience = self.time.patience(timeout_seconds=100)
        batches = iter(self.feed(2, patience=patience))
        self.assertEqual([pack.index for pack in next(batches).packs], [0, 1])
        with self.assertRaisesRegex(FeedError, "HEAD_TIMEOUT.*step 1 needs more.*3 packs"):
            next(batches)
        self.assertGreaterEqual(self.time.now, 1100)
        self.assertEqual(len(self.time.told), 2)
        self.assertIn("waiting for 5 s", self.time.told[0])

    def test_stop_ends_and_a_later_feed_goes_on(self) -> None:
        written = self.written().add(5)
        first = self.feed(2, head="stop", shuffle=Shuffle(3, 1))
        seen = indices(first)
        self.assertEqual(len(seen), 2)
        written.add(4, closed=True)
        later = self.feed(2, head="stop", shuffle=Shuffle(3, 1))
        later.load_state_dict(first.state_dict())
        seen += indices(later)
        self.assertEqual(seen, indices(self.feed(2, shuffle=Shuffle(3, 1))))

    def test_copies_that_share_the_work_stop_at_one_head(self) -> None:
        written = self.written().add(5)
        feed = Feed(self.out, 1, threads=0, head="stop")
        copies = [pickle.loads(pickle.dumps(feed)) for _ in range(2)]
        later = [batch.step for batch in copies[1].iterate(offset=1, stride=2)]
        written.add(6, closed=True)
        copies.append(pickle.loads(pickle.dumps(feed)))
        for copy in (copies[0], copies[2]):
            others = [batch.step for batch in copy.iterate(offset=0, stride=2)]
            self.assertEqual(sorted(others + later), [0, 1, 2, 3, 4])
        # The feed itself goes on, and so does one that is made later.
        self.assertEqual(indices(feed), [*range(11)])

    def test_a_head_that_is_no_choice_is_refused(self) -> None:
        self.written().add(1)
        for wrong in ({"head": "Stop"}, {"missing": "no"}, {"bad_shards": "ignore"}):
            with self.assertRaisesRegex(ValueError, f"{next(iter(wrong))} is one of"):
                self.feed(**wrong)
        with self.assertRaisesRegex(ValueError, "exclude is a list"):
            self.feed(exclude="shards/shard.00000.mds")

    def test_a_clock_that_jumps_back_changes_nothing(self) -> None:
        written = self.written().add(1)

        def jump() -> None:
            self.time.now -= 10_000

        self.time.events = [jump, jump, lambda: written.add(2, closed=True)]
        patience = self.time.patience(timeout_seconds=50)
        self.assertEqual(indices(self.feed(patience=patience)), [0, 1, 2])


class States(FaultTest):
    def test_a_state_of_other_data_or_settings_is_refused(self) -> None:
        self.written().add(4, closed=True)
        state = self.feed(2, shuffle=Shuffle(4, 1)).state_dict()
        other = WrittenOutput(self.folder / "other")
        other.add(3, 1, closed=True)
        cases: list[tuple[str, dict[str, Any]]] = [
            ("batch_size is 2 in the state and 4 here", {"size": 4}),
            ("seed is 1 in the state and 2 here", {"shuffle": Shuffle(4, 2)}),
            ("window is 4", {"shuffle": Shuffle(2, 1)}),
            ("epochs is 1", {"epochs": 2}),
        ]
        for what, options in cases:
            settings = {"size": 2, "shuffle": Shuffle(4, 1), **options}
            with self.assertRaisesRegex(FeedError, f"STATE_MISMATCH.*{what}"):
                self.feed(**settings).load_state_dict(state)
        feed = Feed(other.folder, 2, shuffle=Shuffle(4, 1))
        with self.assertRaisesRegex(FeedError, "STATE_MISMATCH.*first_entry"):
            feed.load_state_dict(state)

    def test_a_history_that_was_written_anew_is_refused(self) -> None:
        self.written().add(2).add(2)
        state = self.feed(2).state_dict()
        rewritten = WrittenOutput(self.folder / "again").add(2).add(1, 1)
        with self.assertRaisesRegex(FeedError, "STATE_MISMATCH.*00000001.json"):
            Feed(rewritten.folder, 2).load_state_dict(state)
        shorter = WrittenOutput(self.folder / "shorter").add(2)
        with self.assertRaisesRegex(FeedError, "STATE_MISMATCH.*00000001.json"):
            Feed(shorter.folder, 2).load_state_dict(state)

    def test_a_state_that_is_none_is_refused(self) -> None:
        self.written().add(4, closed=True)
        good = self.feed().state_dict()
        bad: list[Any] = [
            {"step": 1},
            {},
            {**good, "step": -5},
            {**good, "step": True},
            {**good, "step": 1},
            {**good, "facts": {**good["facts"], "batch_size": 3}},
        ]
        good = self.feed().state_dict()
        self.feed().load_state_dict(good)
        bad += [{key: good[key] for key in good if key != lost} for lost in good]
        for key in ("positions", "anchors", "skipped"):
            bad += [{**good, key: value} for value in (None, [5], 5)]
        bad += [{**good, "anchors": {"data": value}} for value in (5, ["a"], [1])]
        for state in bad:
            with self.assertRaisesRegex(FeedError, "STATE_MISMATCH"):
                self.feed().load_state_dict(state)

    def test_a_start_beyond_the_end_is_no_silent_end(self) -> None:
        self.written().add(4, closed=True)
        self.assertEqual(indices(self.feed(3, start=2)), [])
        self.refused("STATE_MISMATCH", "after the end", size=3, start=10**9)

    def test_the_state_does_not_count_what_was_only_prefetched(self) -> None:
        self.written().add(8, closed=True)
        feed = self.feed(1, threads=3)
        for batch in feed:
            self.assertEqual(feed.state_dict()["step"], batch.step + 1)
            self.assertEqual(feed.state_dict()["positions"], {"data": batch.step + 1})

    def test_a_seek_in_the_midst_of_an_iteration(self) -> None:
        self.written().add(8, closed=True)
        feed = self.feed(1, threads=2)
        batches = iter(feed)
        next(batches)
        feed.seek(5)
        self.assertEqual([batch.step for batch in batches], [5, 6, 7])

    def test_a_data_set_that_moved_goes_on(self) -> None:
        self.written().add(4, closed=True)
        state = self.feed().state_dict()
        self.out.rename(self.folder / "moved")
        Feed(self.folder / "moved", 1).load_state_dict(state)

    def test_a_copy_in_another_process_stands_at_the_same_step(self) -> None:
        self.written().add(6, closed=True)
        feed = Feed(self.out, 2)
        next(iter(feed))
        self.assertEqual(indices(pickle.loads(pickle.dumps(feed))), [2, 3, 4, 5])


class Mixtures(FaultTest):
    def test_a_stream_that_grows_is_waited_for_and_the_first_end_ends(self) -> None:
        written = self.written().add(1)
        WrittenOutput(self.folder / "text").add(3, closed=True)
        streams = [
            Stream(self.out, 1, "synthetic"),
            Stream(self.folder / "text", 1, "text", epochs=None),
        ]
        self.time.events = [lambda: None, lambda: written.add(3), lambda: written.add(closed=True)]
        feed = Feed(streams, 2, patience=self.time.patience(), threads=0)
        names = [(p.stream, p.epoch, p.index) for b in feed for p in b.packs]
        self.assertEqual([at for name, _, at in names if name == "synthetic"], [0, 1, 2, 3])
        text = [(epoch, at) for name, epoch, at in names if name == "text"]
        self.assertEqual(text[:4], [(0, 0), (0, 1), (0, 2), (1, 0)])


if __name__ == "__main__":
    unittest.main()
