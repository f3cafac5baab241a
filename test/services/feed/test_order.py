"""Properties of the order: for any world size, micro-batch, batch, window, growth, mixture and
epochs, every pack comes exactly once per epoch, in one order. `python test_order.py FOLDER`."""

from __future__ import annotations

import shutil
import sys
import tempfile
import unittest
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from backstory_feed import Clock, Feed, Patience, Shuffle, Stream
from backstory_feed.mixture import Mixture
from backstory_feed.order import window_order
from hypothesis import Phase, given, settings
from hypothesis import strategies as some
from written_output import WrittenOutput

FOLDER = Path(sys.argv.pop(1))
quick = settings(
    phases=[Phase.generate], max_examples=12, deadline=None, database=None, derandomize=True
)
Item = tuple[str, int, int]


def patience(sleep: Callable[[float], None]) -> Patience:
    return Patience(clock=Clock(sleep=sleep), poll_seconds=0.0)


def no_sleep(_seconds: float) -> None:
    raise AssertionError("waited although all data is there")


def steps_of(feed: Feed, parts: int = 1) -> list[tuple[int, list[Item]]]:
    found: list[tuple[int, list[Item]]] = []
    for batch in feed.iterate(parts):
        items = [(pack.stream, pack.epoch, pack.index) for pack in batch.packs]
        for pack in batch.packs:
            assert pack.input_ids.tolist() == [pack.index] * pack.tokens
        if batch.part == 0:
            found.append((batch.step, items))
        else:
            found[-1][1].extend(items)
    return found


growth = some.lists(some.lists(some.integers(1, 4), max_size=3), min_size=1, max_size=6)
short = some.lists(some.lists(some.integers(1, 3), max_size=2), min_size=1, max_size=3)
world_sizes = some.sampled_from([1, 2, 3, 4, 6])
shuffles = some.builds(Shuffle, some.integers(1, 9), some.integers(0, 3))


class OneOrder(unittest.TestCase):
    """I9: the position is one integer, whatever reads and however the data came."""

    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="order-", dir=FOLDER))
        self.addCleanup(shutil.rmtree, self.folder)
        self.count = 0

    def output(self, entries: list[list[int]]) -> Path:
        self.count += 1
        folder = self.folder / f"out-{self.count}"
        written = WrittenOutput(folder)
        for shards in entries:
            written.add(*shards)
        written.add(closed=True)
        return folder

    @quick
    @given(
        entries=growth,
        shuffle=shuffles,
        epochs=some.integers(1, 3),
        world_size=world_sizes,
        parts=some.sampled_from([1, 2, 3]),
        threads=some.sampled_from([0, 2]),
    )
    def test_every_pack_once_per_epoch_in_one_order(
        self,
        *,
        entries: list[list[int]],
        shuffle: Shuffle,
        epochs: int,
        world_size: int,
        parts: int,
        threads: int,
    ) -> None:
        folder = self.output(entries)
        size = world_size * parts * 2
        options = {"shuffle": shuffle, "epochs": epochs, "patience": patience(no_sleep)}
        one = Feed(folder, size, threads=0, **options)
        whole = steps_of(one)
        order = [item for _, items in whole for item in items]
        total = sum(map(sum, entries))
        self.assertEqual(
            sorted(order),
            [("data", epoch, pack) for epoch in range(epochs) for pack in range(total)],
        )
        self.assertEqual([epoch for _, epoch, _ in order], sorted(epoch for _, epoch, _ in order))
        ranks = [
            Feed(folder, size, rank=rank, world_size=world_size, threads=threads, **options)
            for rank in range(world_size)
        ]
        self.assertEqual({rank.fingerprint() for rank in ranks}, {one.fingerprint()})
        joined = [
            (step[0][0], [item for part in step for item in part[1]])
            for step in zip(*(steps_of(rank, parts) for rank in ranks), strict=True)
        ]
        self.assertEqual(joined, whole)

    @quick
    @given(entries=growth, shuffle=shuffles, size=some.integers(1, 5), data=some.data())
    def test_growth_and_resume_change_nothing(
        self, *, entries: list[list[int]], shuffle: Shuffle, size: int, data: some.DataObject
    ) -> None:
        whole = steps_of(Feed(self.output(entries), size, shuffle=shuffle))
        self.count += 1
        written = WrittenOutput(self.folder / f"out-{self.count}")
        coming = [*entries]

        def grow(_seconds: float) -> None:
            written.add(*coming.pop(0)) if coming else written.add(closed=True)

        grow(0)
        seen: list[tuple[int, list[Item]]] = []
        state: dict[str, object] | None = None
        while len(seen) < len(whole):
            feed = Feed(written.folder, size, shuffle=shuffle, threads=0, patience=patience(grow))
            if state is not None:
                feed.load_state_dict(state)
            batches = feed.iterate()
            for _ in range(data.draw(some.integers(1, 4))):
                batch = next(batches, None)
                if batch is None:
                    break
                seen.append((batch.step, [(p.stream, p.epoch, p.index) for p in batch.packs]))
            state = feed.state_dict()
        self.assertEqual(seen, whole)

    @quick
    @given(
        left=short,
        right=short,
        weight=some.sampled_from([0.3, 0.5, 0.88, 1 / 3]),
        seed=some.integers(0, 5),
        shuffle=shuffles,
        world_size=world_sizes,
        data=some.data(),
    )
    def test_a_mixture_has_one_order_and_resumes(
        self,
        *,
        left: list[list[int]],
        right: list[list[int]],
        weight: float,
        seed: int,
        shuffle: Shuffle,
        world_size: int,
        data: some.DataObject,
    ) -> None:
        streams = [
            Stream(self.output(left), weight, "left"),
            Stream(self.output([*right, [1]]), 1 - weight, "right", epochs=None),
        ]
        size = world_size * 2

        def feed(rank: int = 0, ranks: int = 1) -> Feed:
            options = {"rank": rank, "world_size": ranks, "seed": seed, "threads": 0}
            return Feed(streams, size, shuffle=shuffle, patience=patience(no_sleep), **options)

        whole = steps_of(feed())
        order = [item for _, items in whole for item in items]
        counts = Counter(order)
        self.assertEqual(set(counts.values()) - {1}, set())
        packs = {pack for name, _, pack in order if name == "left"}
        self.assertLessEqual(packs, set(range(sum(map(sum, left)))))
        if shuffle.window == 1:
            self.assertEqual(packs, set(range(len(packs))))
        joined = [
            (step[0][0], [item for part in step for item in part[1]])
            for step in zip(
                *(steps_of(feed(rank, world_size)) for rank in range(world_size)), strict=True
            )
        ]
        self.assertEqual(joined, whole)
        for stop in {*data.draw(some.lists(some.integers(0, len(whole)), max_size=3)), 0}:
            first = feed()
            for _ in zip(range(stop), first, strict=False):
                pass
            state = first.state_dict()
            self.assertEqual(set(state["positions"]), {"left", "right"})
            resumed = feed()
            resumed.load_state_dict(state)
            self.assertEqual(steps_of(resumed), whole[stop:])


class Shares(unittest.TestCase):
    @quick
    @given(
        weights=some.lists(some.sampled_from([0.05, 0.12, 0.3, 1.0, 7.0]), min_size=1, max_size=5),
        seed=some.integers(0, 9),
        position=some.integers(0, 10**9),
    )
    def test_counts_before_any_position_are_those_of_the_order(
        self, weights: list[float], seed: int, position: int
    ) -> None:
        mixture = Mixture(weights, seed)
        before = mixture.before(position)
        self.assertEqual(sum(before), position)
        for at in range(position, position + 50):
            stream, place = mixture.at(at)
            self.assertEqual(place, before[stream])
            before[stream] += 1

    def test_shares_are_exact_and_evenly_spread(self) -> None:
        mixture = Mixture([0.12, 0.88], 3)
        self.assertEqual(mixture.quotas, [3, 22])
        places = [mixture.at(at)[0] for at in range(2500)]
        self.assertEqual(places.count(0), 300)
        worst = max(abs(places[:at].count(0) - 0.12 * at) for at in range(2500))
        self.assertLess(worst, 2)

    def test_a_weight_that_gets_no_place_is_refused(self) -> None:
        for weights in ([0.0, 1.0], [-1.0], [float("nan")], [float("inf")], [1e-9, 1.0], []):
            with self.assertRaises(ValueError):
                Mixture(weights, 0)

    def test_streams_of_one_name_are_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "different names"):
            Feed([Stream("a/out"), Stream("b/out")], 1)

    def test_the_order_is_written_down(self) -> None:
        """Another order would be another training run: a state must mean the same for ever."""
        mixture = Mixture([0.3, 0.7], 5)
        self.assertEqual([mixture.at(at)[0] for at in range(10)], MIXED)
        self.assertEqual(window_order(Shuffle(8, 3), 1, 2, 8).tolist(), SHUFFLED)


MIXED: list[int] = [1, 1, 0, 1, 0, 1, 1, 1, 1, 0]
SHUFFLED: list[int] = [0, 4, 3, 6, 1, 5, 7, 2]


if __name__ == "__main__":
    unittest.main()
