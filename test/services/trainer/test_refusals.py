"""What a run refuses or outlives: full disks, torn checkpoints, options, models and tokens that
cannot be. `python test_refusals.py OUTPUT`."""

from __future__ import annotations

import contextlib
import io
import json
import math
import multiprocessing
import shutil
import time
import unittest
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import torch
from backstory_feed import FeedError
from backstory_trainer import checkpoints
from backstory_trainer.checkpoints import CheckpointError, hold, load_newest, save, written
from backstory_trainer.curve import read_metrics
from backstory_trainer.metrics import Metrics
from backstory_trainer.model import TINY, open_model
from backstory_trainer.ranks import Ranks
from backstory_trainer.train import Training
from training_runs import OUTPUT, RunTest, fork_ranks


class Checkpoints(RunTest):
    def test_the_last_good_one_survives_a_full_disk(self) -> None:
        save(self.folder, 1, {"step": 1})
        full = OSError(28, "No space left on device")
        disk = mock.patch.object(checkpoints.os, "fsync", side_effect=full)
        with disk, self.assertRaisesRegex(CheckpointError, "No space"):
            save(self.folder, 2, {"step": 2})
        self.assertEqual([path.name for path in self.folder.iterdir()], ["step-00000001.pt"])
        self.assertEqual(load_newest(self.folder, []), {"step": 1})

    def test_a_torn_one_is_told_and_the_one_before_it_is_taken(self) -> None:
        for step in (1, 2, 3):
            save(self.folder, step, {"step": step, "model": torch.ones(100)})
        self.assertEqual(len(written(self.folder)), 2)
        newest = written(self.folder)[-1]
        newest.write_bytes(newest.read_bytes()[:-200])
        told: list[str] = []
        self.assertEqual((load_newest(self.folder, told) or {})["step"], 2)
        self.assertIn(newest.name, told[0])
        written(self.folder)[0].write_bytes(b"")
        with self.assertRaises(CheckpointError):
            load_newest(self.folder, [])

    def test_a_run_on_a_full_disk_goes_on_and_ends_with_an_error(self) -> None:
        full = OSError(28, "No space left on device")
        disk = mock.patch.object(checkpoints.os, "fsync", side_effect=full)
        with disk, self.assertRaisesRegex(CheckpointError, "ends without"):
            self.train("full", steps=2, checkpoint_every=1)
        self.assertEqual(len(self.metrics("full")), 2)

    def test_a_disk_that_is_full_for_metrics_ends_no_step(self) -> None:
        path = self.folder / "metrics.jsonl"
        metrics = Metrics(path, 0, None)
        file = metrics._stream
        with Path("/dev/full").open("ab", buffering=0) as full:
            for step in range(4):
                metrics._stream = full if step in (1, 2) else file
                line = {"step": step, "loss": 1.0, "tokens_per_second": 1.0, "data_wait": 0.0}
                metrics.write(line)
        metrics.close()
        self.assertEqual([line["step"] for line in read_metrics(path)], [0, 1, 2, 3])

    def test_one_run_at_a_time_has_a_folder(self) -> None:
        torn = self.folder / "checkpoints" / ".temporary-step-00000007.pt"
        torn.parent.mkdir()
        torn.touch()
        with hold(self.folder):
            self.assertFalse(torn.exists())
            with self.assertRaisesRegex(CheckpointError, "in use"), hold(self.folder, 0.3):
                pass
        with hold(self.folder, 0):
            pass

    def test_a_file_system_without_locks_is_told(self) -> None:
        said = io.StringIO()
        none = mock.patch.object(checkpoints.fcntl, "flock", side_effect=OSError(38, "no locks"))
        with none, contextlib.redirect_stderr(said), hold(self.folder):
            self.assertIn("cannot be locked ([Errno 38] no locks)", said.getvalue())

    def test_each_rank_reads_checkpoints_when_the_run_before_has_ended(self) -> None:
        self.train("run", steps=2, checkpoint_every=1)
        newest, late = written(self.folder / "run" / "checkpoints")[-1], self.folder / "late"
        newest.rename(late)
        context = multiprocessing.get_context("fork")
        begun = context.Event()

        def end_late() -> None:
            with hold(self.folder / "run"):
                begun.set()
                time.sleep(3)
                late.rename(newest)

        before = context.Process(target=end_late)
        before.start()
        begun.wait()
        fork_ranks(2, self.go_on)
        before.join()

    def go_on(self, _rank: int) -> None:
        ranks = Ranks("cpu")
        training = Training(self.settings("run", steps=2), ranks)
        self.assertTrue(training.run())
        self.assertEqual(training.step, 2)
        ranks.close()

    def test_another_model_and_a_checkpoint_of_another_form_are_refused(self) -> None:
        self.train("run", steps=1)
        other = self.folder / "other.json"
        other.write_text(json.dumps({**TINY, "hidden_size": 32}))
        with self.assertRaisesRegex(CheckpointError, "step 1 .* does not fit"):
            self.train("run", steps=2, model=str(other))
        torch.save([1], self.folder / "run" / "checkpoints" / "step-00000009.pt")
        (self.folder / "run" / "metrics.jsonl").write_text('[1]\nnull\n{"x": 1}\n{"step": 0')
        self.assertEqual(self.train("run", steps=2).step, 2)
        torch.save({"step": 9}, self.folder / "run" / "checkpoints" / "step-00000009.pt")
        with self.assertRaisesRegex(CheckpointError, "step 9 .* does not fit"):
            self.train("run", steps=2)


class BadSettings(RunTest):
    def test_an_option_that_cannot_be_is_named(self) -> None:
        wrong: list[dict[str, Any]] = [
            {"steps": -1},
            {"checkpoint_every": 0},
            {"warmup": -1},
            {"learning_rate": math.inf},
            {"learning_rate": math.nan},
            {"clip": 0.0},
            {"peak_flops": 0.0},
            {"prometheus_port": 99_999},
            {"kernel": "flex"},
            {"kernel": "varlen", "device": "cuda"},
        ]
        for options in wrong:
            with self.assertRaisesRegex(ValueError, next(iter(options))):
                self.settings("run", **options)

    def test_a_model_that_cannot_be_is_named(self) -> None:
        for number, text in enumerate(
            ["{", "[]", "{}", '{"model_type": "gpt2"}', json.dumps({**TINY, "hidden_size": 30})]
        ):
            path = self.folder / f"model-{number}.json"
            path.write_text(text)
            with self.assertRaisesRegex(ValueError, path.name):
                open_model(str(path), 64, 0)
        with self.assertRaisesRegex(ValueError, "absent"):
            open_model(str(self.folder / "absent"), 64, 0)

    def test_a_bad_shard_ends_a_run_or_is_masked_by_choice(self) -> None:
        data = self.folder / "data"
        shutil.copytree(OUTPUT, data)
        shard = min((data / "shards").glob("shard.*"))
        shard.write_bytes(shard.read_bytes()[:-1] + b"?")
        corrupt = replace(self.settings("corrupt", steps=1), data=str(data))
        with self.assertRaisesRegex(FeedError, f"SHARD_CORRUPT.*{shard.name}"):
            Training(corrupt, Ranks("cpu")).run()
        self.assertTrue(Training(replace(corrupt, bad_shards="skip"), Ranks("cpu")).run())
        shard.unlink()
        excluded = replace(self.settings("excluded", steps=1), data=str(data))
        excluded = replace(excluded, exclude=(f"shards/{shard.name}",))
        self.assertTrue(Training(excluded, Ranks("cpu")).run())
        packs = [self.metrics(name)[0]["packs"] for name in ("corrupt", "excluded")]
        self.train("whole", steps=1)
        self.assertEqual(packs, [self.metrics("whole")[0]["packs"]] * 2)

    def test_a_token_that_the_model_does_not_know_is_named(self) -> None:
        data, model = self.folder / "data", self.folder / "model.json"
        shutil.copytree(OUTPUT, data)
        shutil.rmtree(data / "tokenizer")
        model.write_text(json.dumps({**TINY, "vocab_size": 16}))
        settings = replace(self.settings("run", model=str(model)), data=str(data))
        with self.assertRaisesRegex(ValueError, "holds the token .* knows 16"):
            Training(settings, Ranks("cpu")).run()
        (data / "tokenizer").mkdir()
        for text in ("{}", "[]", '{"model": {"vocab": [["a", -1.5], ["b", 0.0]]}}'):
            (data / "tokenizer" / "tokenizer.json").write_text(text)
            with self.assertRaisesRegex(ValueError, "tokenizer.json cannot be read"):
                Training(settings, Ranks("cpu"))

    def test_gradients_that_are_no_numbers_end_the_run_before_the_step(self) -> None:
        self.train("run", steps=1)
        settings = self.settings("run", steps=2)
        training = Training(settings, Ranks("cpu"))
        forward = training._forward

        def diverged(part: dict[str, Any]) -> tuple[torch.Tensor, torch.Tensor]:
            loss, each = forward(part)
            return loss * math.nan, each

        training._forward = diverged  # type: ignore[method-assign]
        with self.assertRaisesRegex(ValueError, "gradients of step 2"):
            training.run()
        newest = load_newest(self.folder / "run" / "checkpoints", []) or {}
        self.assertEqual(newest["step"], 1)
        self.assertTrue(all(value.isfinite().all() for value in newest["model"].values()))

    def test_what_changes_the_steps_is_told(self) -> None:
        self.train("run", steps=1)
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            self.train("run", steps=2, weights="document")
            self.assertNotIn("steps was", said.getvalue())
            for steps in (1, 2):
                self.train("decays", steps=steps, decay_to=0.1)
        self.assertIn("weights was token up to here and is document", said.getvalue())
        self.assertIn("steps was 1 up to here and is 2", said.getvalue())


if __name__ == "__main__":
    unittest.main()
