"""Every score equals that of plain transformers within 1e-4 nat per token, however it came
about."""

from __future__ import annotations

import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import torch
from backstory_scorer.cache import as_ids
from backstory_scorer.engine import Engine, Submitted, Work
from backstory_scorer.load import load_model
from backstory_scorer.metrics import Metrics
from backstory_scorer.settings import Limits
from tiny_models import FAMILIES, POSITIONS, Random, make_model, plain_logprobs

NATS_MAX = 1e-4
PLENTY = 1 << 28


class Case(unittest.TestCase):
    """A folder per family, made once."""

    folders: dict[str, Path]

    @classmethod
    def setUpClass(cls) -> None:
        cls.parent = tempfile.TemporaryDirectory()
        cls.folders = {
            family: make_model(family, Path(cls.parent.name) / family) for family in FAMILIES
        }
        cls.models = {
            family: load_model(folder, torch.device("cpu"), "auto")
            for family, folder in cls.folders.items()
        }

    @classmethod
    def tearDownClass(cls) -> None:
        cls.parent.cleanup()

    def engine(
        self,
        family: str = "llama",
        *,
        chunk: int = 64,
        batch: int = 256,
        cache: int = PLENTY,
        threads: int = 0,
    ) -> Engine:
        limits = Limits(POSITIONS, chunk, batch, 1_000_000, cache)
        engine = Engine(self.models[family], limits, Metrics(), threads)
        self.addCleanup(engine.close)
        return engine

    def ask(
        self, engine: Engine, context: list[int], thoughts: list[list[int]], target: list[int]
    ) -> list[torch.Tensor]:
        [submitted] = engine.submit([Work(context, None, thoughts, target)])
        assert isinstance(submitted, Submitted)
        return [future.result(60).logprobs for future in submitted.futures]

    def require_equal(
        self,
        family: str,
        scored: list[torch.Tensor],
        asked: tuple[list[int], list[list[int]], list[int]],
    ) -> None:
        context, thoughts, target = asked
        self.assertEqual(len(scored), len(thoughts))
        for logprobs, thought in zip(scored, thoughts, strict=True):
            right = plain_logprobs(self.folders[family], context + thought, target)
            self.assertEqual(logprobs.shape, right.shape)
            self.assertLessEqual((logprobs - right).abs().max().item(), NATS_MAX)


class Parity(Case):
    def test_ragged_candidates_and_an_empty_thought(self) -> None:
        for family in FAMILIES:
            draw = Random(1)
            thoughts = [draw.ids(count) for count in (0, 1, 2, 17, 80)]
            asked = draw.ids(130), thoughts, draw.ids(40)
            self.require_equal(family, self.ask(self.engine(family), *asked), asked)

    def test_scores_tell_thoughts_and_contexts_apart(self) -> None:
        draw = Random(2)
        engine = self.engine()
        context, other, target = draw.ids(50), draw.ids(50), draw.ids(10)
        first, second = self.ask(engine, context, [draw.ids(5), draw.ids(5)], target)
        [third] = self.ask(engine, other, [[]], target)
        self.assertGreater((first - second).abs().max().item(), 0.01)
        self.assertGreater((first - third).abs().max().item(), 0.01)

    def test_contexts_in_chunks_of_any_size(self) -> None:
        for family in FAMILIES:
            draw = Random(3)
            asked = draw.ids(97), [draw.ids(4), []], draw.ids(9)
            for chunk in (1, 13, 32, 96, 97, 500):
                self.require_equal(
                    family, self.ask(self.engine(family, chunk=chunk), *asked), asked
                )

    def test_contexts_of_one_and_two_tokens_and_targets_of_one(self) -> None:
        draw = Random(4)
        engine = self.engine("qwen3")
        for length in (1, 2):
            asked = draw.ids(length), [[], draw.ids(3)], draw.ids(1)
            self.require_equal("qwen3", self.ask(engine, *asked), asked)

    def test_evicted_and_reloaded_contexts(self) -> None:
        for family in FAMILIES:
            draw = Random(5)
            per_token = self.models[family].shape.bytes_per_token
            engine = self.engine(family, cache=150 * per_token)
            all_asked = [(draw.ids(100), [draw.ids(6), []], draw.ids(12)) for _ in range(3)]
            for asked in all_asked * 3:
                self.require_equal(family, self.ask(engine, *asked), asked)
            self.assertGreaterEqual(engine._metrics.evictions._value.get(), 7)

    def test_contexts_that_share_a_beginning_are_read_once_there(self) -> None:
        draw = Random(6)
        engine = self.engine("qwen3", chunk=16)
        begin = draw.ids(90)
        for tail in (draw.ids(30), draw.ids(45), [], draw.ids(1)):
            asked = begin + tail, [draw.ids(5), []], draw.ids(8)
            self.require_equal("qwen3", self.ask(engine, *asked), asked)
        # 119 tokens, then what follows the last whole chunk of the shared 90.
        read = engine._metrics.tokens.labels("context")._value.get()
        self.assertEqual(read, 119 + (134 - 80) + (89 - 80) + (90 - 80))

    def test_a_known_context_by_its_key(self) -> None:
        draw = Random(7)
        engine = self.engine()
        context, target = draw.ids(70), draw.ids(9)
        [first] = engine.submit([Work(context, None, [[]], target)])
        thought = draw.ids(11)
        [again] = engine.submit([Work([], first.context_key, [thought], target)])
        self.require_equal(
            "llama", [again.futures[0].result(60).logprobs], (context, [thought], target)
        )
        self.assertEqual(again.context_tokens, 70)

    def test_candidates_and_texts_longer_than_one_forward(self) -> None:
        for family in FAMILIES:
            draw = Random(8)
            engine = self.engine(family, chunk=32, batch=48)
            asked = draw.ids(75), [draw.ids(60), draw.ids(3), []], draw.ids(70)
            self.require_equal(family, self.ask(engine, *asked), asked)
            # The context of the next text holds all of the first one and its code.
            longer = asked[0] + asked[2] + draw.ids(40)
            more = longer, [[], draw.ids(9)], draw.ids(50)
            self.require_equal(family, self.ask(engine, *more), more)
            self.require_equal(family, self.ask(engine, *asked), asked)
            for length in (2, 49, 50, 200):
                text = draw.ids(length)
                [whole] = engine.submit_whole([text])
                right = plain_logprobs(self.folders[family], text[:1], text[1:])
                off = (whole.result(60).logprobs - right).abs().max().item()
                self.assertLessEqual(off, NATS_MAX)

    def test_interleaved_requests_with_one_and_many_threads(self) -> None:
        for family, threads, count in (("llama", 1, 24), ("qwen3", 1, 24), ("qwen3", 2, 6)):
            draw = Random(9)
            contexts = [draw.ids(count) for count in (40, 90, 91, 150)]
            contexts.append(contexts[3][:120] + draw.ids(9))
            all_asked = [
                (contexts[at % 5], [draw.ids(at % 7), draw.ids(at % 4)], draw.ids(3 + at % 6))
                for at in range(count)
            ]
            cache = 400 * self.models[family].shape.bytes_per_token
            engine = self.engine(family, chunk=24, batch=60, cache=cache, threads=threads)
            with ThreadPoolExecutor(8) as pool:
                scored = list(pool.map(partial(self.ask, engine), *zip(*all_asked, strict=True)))
            for each, asked in zip(scored, all_asked, strict=True):
                self.require_equal(family, each, asked)

    def test_a_rope_that_stretches_positions(self) -> None:
        rope = {"rope_type": "llama3", "rope_theta": 10_000.0, "factor": 8.0}
        rope |= {"low_freq_factor": 1.0, "high_freq_factor": 4.0}
        rope["original_max_position_embeddings"] = 64
        folder = make_model("llama", Path(self.parent.name) / "rope", rope_parameters=rope)
        self.folders["rope"] = folder
        self.models["rope"] = load_model(folder, torch.device("cpu"), "auto")
        draw = Random(10)
        asked = draw.ids(200), [draw.ids(20), []], draw.ids(30)
        self.require_equal("rope", self.ask(self.engine("rope"), *asked), asked)

    def test_tied_weights_and_as_many_heads_for_keys_as_for_queries(self) -> None:
        changes = {"tie_word_embeddings": True, "num_key_value_heads": 4}
        folder = make_model("qwen3", Path(self.parent.name) / "tied", **changes)
        self.folders["tied"] = folder
        self.models["tied"] = load_model(folder, torch.device("cpu"), "auto")
        draw = Random(11)
        asked = draw.ids(60), [draw.ids(7), []], draw.ids(20)
        self.require_equal("tied", self.ask(self.engine("tied"), *asked), asked)

    def test_bfloat16_stays_as_near_as_bfloat16_is(self) -> None:
        folder = self.folders["llama"]
        self.models["half"] = load_model(folder, torch.device("cpu"), "bfloat16")
        draw = Random(12)
        context, target = draw.ids(120), draw.ids(60)
        [scored] = self.ask(self.engine("half"), context, [draw.ids(9)], target)
        draw = Random(12)
        context, target, thought = draw.ids(120), draw.ids(60), draw.ids(9)
        right = plain_logprobs(folder, context + thought, target)
        self.assertLess((scored - right).abs().mean().item(), 0.15)


class ReadOnce(Case):
    def test_many_requests_for_one_new_context_read_it_once(self) -> None:
        draw = Random(20)
        engine = self.engine(chunk=8)
        context, target = draw.ids(100), draw.ids(5)
        works = [Work(context, None, [draw.ids(4)], target) for _ in range(6)]
        submitted = [engine.submit([work])[0] for work in works]
        for each in submitted:
            each.futures[0].result(60)
        self.assertEqual(engine._metrics.tokens.labels("context")._value.get(), 99)
        self.assertEqual(as_ids(context).dtype.itemsize, 4)


if __name__ == "__main__":
    unittest.main()
