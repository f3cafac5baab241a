"""What the engine does when something fails, is too much, or is not wanted any more."""

from __future__ import annotations

import tempfile
import threading
import unittest
from collections.abc import Callable
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any
from unittest import mock

import torch
from backstory_scorer.cache import PrefixCache, Shape, as_ids
from backstory_scorer.engine import Engine, Submitted, Work
from backstory_scorer.errors import ScorerError
from backstory_scorer.load import load_model
from backstory_scorer.metrics import Metrics
from backstory_scorer.model import ScoringModel
from backstory_scorer.settings import Limits
from tiny_models import POSITIONS, Random, make_model, plain_logprobs

PLENTY = 1 << 28
POISON = 99
"""A token whose embedding is no number."""


class Gate:
    """Holds a function of the model until it is opened."""

    def __init__(self, model: ScoringModel, name: str) -> None:
        self.reached = threading.Event()
        self.open = threading.Event()
        real = getattr(model, name)

        def held(*parts: Any, **named: Any) -> Any:
            self.reached.set()
            assert self.open.wait(60)
            return real(*parts, **named)

        self.patch = mock.patch.object(model, name, held)


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.parent = tempfile.TemporaryDirectory()
        cls.folder = make_model("llama", Path(cls.parent.name))

    @classmethod
    def tearDownClass(cls) -> None:
        cls.parent.cleanup()

    def setUp(self) -> None:
        self.model = load_model(self.folder, torch.device("cpu"), "auto")
        self.draw = Random(1)

    def engine(self, *, queue: int = 100_000, cache: int = PLENTY, chunk: int = 64) -> Engine:
        engine = Engine(self.model, Limits(POSITIONS, chunk, 256, queue, cache), Metrics())
        self.addCleanup(engine.close)
        return engine

    def work(self, context: int = 20, thoughts: int = 1) -> Work:
        z = [self.draw.ids(4) for _ in range(thoughts)]
        return Work(self.draw.ids(context), None, z, self.draw.ids(5))

    def gate(self, name: str) -> Gate:
        gate = Gate(self.model, name)
        gate.patch.start()
        self.addCleanup(gate.patch.stop)
        self.addCleanup(gate.open.set)
        return gate

    def require_right(self, work: Work, submitted: Submitted | ScorerError) -> None:
        assert isinstance(submitted, Submitted), submitted
        for thought, future in zip(work.thoughts, submitted.futures, strict=True):
            right = plain_logprobs(self.folder, work.context + thought, work.target)
            off = (future.result(60).logprobs - right).abs().max().item()
            self.assertLess(off, 1e-4)

    def require_code(self, code: str, run: Callable[[], object]) -> ScorerError:
        with self.assertRaises(ScorerError) as caught:
            run()
        self.assertEqual(caught.exception.code, code)
        return caught.exception


class Faults(Case):
    def test_a_candidate_without_finite_numbers_fails_alone(self) -> None:
        with torch.no_grad():
            self.model._model.model.embed_tokens.weight[POISON] = torch.nan
        engine = self.engine()
        clean, poisoned, other = [5, 6], [5, POISON], [7]
        work = Work(list(range(20, 40)), None, [clean, poisoned, other], [8, 9, 10])
        [submitted] = engine.submit([work])
        assert isinstance(submitted, Submitted)
        first, second, third = submitted.futures
        self.require_code("NOT_FINITE", lambda: second.result(60))
        for thought, future in ((clean, first), (other, third)):
            right = plain_logprobs(self.folder, work.context + thought, work.target)
            self.assertLess((future.result(60).logprobs - right).abs().max().item(), 1e-4)

    def test_a_forward_without_memory_is_divided(self) -> None:
        real = self.model.score

        def small(pieces: list[Any], **named: Any) -> Any:
            if len(pieces) > 2:
                raise torch.OutOfMemoryError("no memory for this")
            return real(pieces, **named)

        engine = self.engine()
        work = self.work(thoughts=7)
        with mock.patch.object(self.model, "score", small):
            self.require_right(work, engine.submit([work])[0])

    def test_a_candidate_that_never_fits_the_memory_is_told(self) -> None:
        engine = self.engine()
        broken = mock.Mock(side_effect=torch.OutOfMemoryError("no memory for this"))
        with mock.patch.object(self.model, "score", broken):
            [submitted] = engine.submit([self.work()])
            error = self.require_code("OUT_OF_MEMORY", lambda: submitted.futures[0].result(60))
        self.assertIn("--batch-tokens", error.message)
        work = self.work()
        self.require_right(work, engine.submit([work])[0])

    def test_memory_of_contexts_that_nobody_needs_is_given_back(self) -> None:
        engine = self.engine()
        work = self.work()
        self.require_right(work, engine.submit([work])[0])
        real, failures = self.model.fill, [torch.OutOfMemoryError("no memory for this")]

        def failing(*parts: Any) -> Any:
            if failures:
                raise failures.pop()
            return real(*parts)

        other = self.work()
        with mock.patch.object(self.model, "fill", failing):
            self.require_right(other, engine.submit([other])[0])
        [again] = engine.submit([work])
        self.assertEqual(again.cached_tokens, 0)

    def test_a_context_that_cannot_be_read_fails_its_candidates_alone(self) -> None:
        engine = self.engine()
        broken = mock.Mock(side_effect=RuntimeError("a planned failure"))
        with mock.patch.object(self.model, "fill", broken), mock.patch("sys.stderr"):
            [submitted] = engine.submit([self.work(thoughts=3)])
            for future in submitted.futures:
                self.require_code("INTERNAL", lambda future=future: future.result(60))
        work = self.work()
        self.require_right(work, engine.submit([work])[0])
        self.assertEqual(engine._line.tokens, 0)

    def test_a_device_that_computes_no_more_ends_the_engine(self) -> None:
        engine = self.engine()
        broken = mock.Mock(side_effect=RuntimeError("a planned failure"))
        with mock.patch.object(self.model, "score", broken), mock.patch("sys.stderr"):
            [submitted] = engine.submit([self.work()])
            self.require_code("INTERNAL", lambda: submitted.futures[0].result(60))
            engine._thread.join(60)
        self.assertTrue(engine.failed.is_set())
        self.assertFalse(engine.accepting)
        self.require_code("STOPPING", lambda: engine.submit([self.work()]))


class Line(Case):
    def test_what_does_not_fit_is_sent_away_whole_and_nothing_else(self) -> None:
        gate = self.gate("fill")
        engine = self.engine(queue=100)
        # More than the line holds, but nothing waits.
        first = [self.work(context=120), self.work(context=30)]
        taken = engine.submit(first)
        self.assertTrue(gate.reached.wait(60))
        error = self.require_code("QUEUE_FULL", lambda: engine.submit([self.work()]))
        self.assertGreaterEqual(error.retry_after_seconds or 0, 1)
        self.assertFalse(engine.accepting)
        gate.open.set()
        for work, submitted in zip(first, taken, strict=True):
            self.require_right(work, submitted)
        work = self.work()
        self.require_right(work, engine.submit([work])[0])
        self.assertEqual((engine._line.tokens, engine._line.candidates), (0, 0))

    def test_nothing_is_computed_for_those_who_went_away(self) -> None:
        gate = self.gate("fill")
        engine = self.engine()
        first, gone, last = self.work(), self.work(context=200), self.work()
        [one] = engine.submit([first])
        self.assertTrue(gate.reached.wait(60))
        [two] = engine.submit([gone])
        [three] = engine.submit([last])
        self.assertTrue(two.futures[0].cancel())
        gate.open.set()
        self.require_right(first, one)
        self.require_right(last, three)
        with self.assertRaises(CancelledError):
            two.futures[0].result(60)
        self.assertEqual(engine._metrics.tokens.labels("context")._value.get(), 19 + 19)
        self.assertEqual(engine._line.tokens, 0)

    def test_the_end_waits_for_what_was_taken(self) -> None:
        gate = self.gate("score")
        engine = self.engine(chunk=8)
        works = [self.work(context=50), self.work(context=60)]
        taken = engine.submit(works)
        self.assertTrue(gate.reached.wait(60))
        ending = threading.Thread(target=engine.close)
        ending.start()
        gate.open.set()
        for work, submitted in zip(works, taken, strict=True):
            self.require_right(work, submitted)
        ending.join(60)
        self.require_code("STOPPING", lambda: engine.submit([self.work()]))

    def test_limits_of_length_hold_for_each_candidate(self) -> None:
        engine = self.engine()
        context, target = self.draw.ids(400), self.draw.ids(100)
        work = Work(context, None, [self.draw.ids(12), self.draw.ids(13)], target)
        [submitted] = engine.submit([work])
        assert isinstance(submitted, Submitted)
        self.assertEqual(len(submitted.futures[0].result(60).logprobs), 100)
        error = self.require_code("TOO_LONG", lambda: submitted.futures[1].result(60))
        self.assertIn("513", error.message)
        [long] = engine.submit_whole([self.draw.ids(513)])
        self.require_code("TOO_LONG", lambda: long.result(60))

    def test_an_unknown_context_is_an_error_at_its_place(self) -> None:
        engine = self.engine()
        known = self.work()
        unknown = Work([], "ab" * 32, [[1]], [2])
        error, submitted = engine.submit([unknown, known])
        assert isinstance(error, ScorerError)
        self.assertEqual(error.code, "CONTEXT_UNKNOWN")
        self.require_right(known, submitted)


class Cache(unittest.TestCase):
    SHAPE = Shape(2, 2, 8, torch.float32, torch.device("cpu"))

    def cache(self, tokens: int) -> PrefixCache:
        return PrefixCache(self.SHAPE, tokens * self.SHAPE.bytes_per_token, 4)

    def test_the_longest_unused_gives_way_and_what_is_pinned_stays(self) -> None:
        cache = self.cache(30)
        for at, name in enumerate("abc"):
            made = cache.make(name, as_ids([at] * 10), 10, 10)
            assert made is not None
        cache.find("a").pins += 1
        cache.find("b")
        cache.make("d", as_ids([9] * 10), 10, 10)
        self.assertEqual([name for name in "abcd" if cache.find(name)], ["a", "b", "d"])
        self.assertEqual(cache.bytes, cache.bytes_max)
        for name in "bd":
            cache.find(name).pins += 1
        self.assertIsNone(cache.make("e", as_ids([8] * 10), 10, 10))
        self.assertEqual(cache.drop_unpinned(), 0)

    def test_common_beginnings_are_taken_over_in_whole_chunks(self) -> None:
        cache = self.cache(100)
        first = cache.make("a", as_ids([1] * 10), 10, 10)
        first.write(0, 0, torch.ones(10, 2, 8), torch.full((10, 2, 8), 2.0))
        first.done = 10
        second = cache.make("b", as_ids([1] * 9 + [2] * 9), 18, 18)
        self.assertEqual(second.done, 8)
        keys, values = second.read(0, 8)
        self.assertTrue(torch.equal(keys, torch.ones(8, 2, 8)))
        self.assertTrue(torch.equal(values, torch.full((8, 2, 8), 2.0)))
        self.assertEqual(cache.make("c", as_ids([1] * 10), 10, 7).done, 4)

    def test_a_prefix_gives_way_to_the_one_that_would_have_begun_with_it(self) -> None:
        cache = self.cache(30)
        cache.make("a", as_ids([1] * 20), 20, 20).done = 20
        made = cache.make("b", as_ids([1] * 25), 25, 25)
        self.assertEqual((made.done, cache.find("a")), (0, None))


if __name__ == "__main__":
    unittest.main()
