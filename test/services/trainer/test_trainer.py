"""Tests of the trainer: loss and gradients against documents alone, bounds that leak nothing, exact
resume, other numbers of processes and signals. `python test_trainer.py OUTPUT`."""

from __future__ import annotations

import json
import math
import shutil
import signal
import socket
import subprocess
import sys
import threading
import unittest
import urllib.request
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torchtitan_loop
from backstory_feed import Feed, FeedError, Form, Shuffle
from backstory_feed.collate import collate
from backstory_feed.torch_dataset import check_ranks_agree
from backstory_trainer.attention import documents_for
from backstory_trainer.checkpoints import load_newest
from backstory_trainer.curve import draw
from backstory_trainer.kinds import KINDS, Kinds
from backstory_trainer.model import count_flops, open_model
from backstory_trainer.ranks import Ranks
from backstory_trainer.train import Training
from torch import distributed
from torch.utils.flop_counter import FlopCounterMode
from training_runs import (
    OUTPUT,
    RunTest,
    document,
    environment,
    fork_ranks,
    gradients,
    row,
    tiny,
)


class LossMaths(RunTest):
    def test_a_packed_row_is_the_sum_of_its_documents(self) -> None:
        part = row([5, 1, 17, 9])
        for family in ("llama", "qwen2", "qwen3"):
            module = tiny(family, self.folder)
            alone = [gradients(module, document(part, number)) for number in range(4)]
            loss, grads = gradients(module, part)
            self.assertAlmostEqual(loss, sum(each for each, _ in alone), delta=1e-6)
            for name, grad in grads.items():
                whole = sum(each[name] for _, each in alone)
                self.assertLess(float((grad - whole).abs().max()), 1e-6, (family, name))
            # PyTorch has no gradients of flex attention on CPUs.
            with torch.no_grad():
                self.assertAlmostEqual(float(module(part, "flex")[0]), loss, delta=1e-6)

    def test_a_document_changes_nothing_in_another(self) -> None:
        module = tiny("llama", self.folder)
        part = row([12, 20, 7])
        part["loss_weights"][:12] = 0.0
        part["loss_weights"][32:] = 0.0
        loss, grads = gradients(module, part)
        for where in (slice(0, 12), slice(32, 39)):
            changed = {**part, "input_ids": part["input_ids"].clone()}
            changed["input_ids"][where] = (changed["input_ids"][where] + 1) % 64
            other, others = gradients(module, changed)
            self.assertEqual(other, loss)
            for name, grad in grads.items():
                self.assertTrue(torch.equal(grad, others[name]), name)

    def test_the_feed_trains_what_the_masks_say(self) -> None:
        packs = next(iter(Feed(OUTPUT, 4))).packs
        arrays = collate(packs, Form(labels="shifted"))
        starts = set(arrays.cu_seqlens.tolist())
        mask = np.concatenate([pack.mask for pack in packs])
        for at in np.flatnonzero(arrays.loss_weights):
            self.assertEqual(arrays.labels[at], arrays.input_ids[at + 1])
            self.assertEqual(mask[at + 1], 1)
            self.assertNotIn(int(at) + 1, starts)


class Resume(RunTest):
    def test_a_run_in_two_parts_is_the_same_run_bit_for_bit(self) -> None:
        whole = self.train("whole", steps=4)
        self.train("parts", steps=2)
        parts = self.train("parts", steps=4, micro_batch=1, checkpoint_every=1)
        for name, value in whole.module.state_dict().items():
            self.assertTrue(torch.equal(value, parts.module.state_dict()[name]), name)
        for one, other in zip(self.metrics("whole"), self.metrics("parts"), strict=True):
            for key in ("step", "loss", "packs", "gradient_norm", "loss_write"):
                self.assertEqual(one[key], other[key])
        self.assertLess(self.metrics("whole")[-1]["loss"], self.metrics("whole")[0]["loss"])
        self.assertTrue((self.folder / "whole" / "model" / "config.json").exists())
        self.assertIn("<polyline", (self.folder / "whole" / "curve.svg").read_text())

    def test_other_numbers_of_processes_see_the_same_samples_and_losses(self) -> None:
        self.train("one", steps=2)
        self.train("one", steps=4)
        for how in ("ddp", "fsdp"):
            self.train(how, steps=2)
            fork_ranks(2, lambda _rank, name=how: self.rank(name))
            for one, two in zip(self.metrics("one"), self.metrics(how), strict=True):
                self.assertEqual(one["packs"], two["packs"])
                self.assertAlmostEqual(one["loss"], two["loss"], delta=1e-4)
            indices = [pack for line in self.metrics(how) for pack in line["packs"]]
            self.assertEqual(indices, [["data", at] for at in range(16)])

    def test_the_micro_batch_changes_no_loss(self) -> None:
        for weights in ("token", "document"):
            for packs in (1, 2, 4):
                self.train(f"{weights}-{packs}", steps=2, micro_batch=packs, weights=weights)
            one, *others = (self.metrics(f"{weights}-{packs}") for packs in (1, 2, 4))
            for other in others:
                for a, b in zip(one, other, strict=True):
                    self.assertAlmostEqual(a["loss"], b["loss"], delta=1e-5)
                    self.assertAlmostEqual(a["gradient_norm"], b["gradient_norm"], delta=1e-4)

    def test_recomputed_activations_change_no_bit(self) -> None:
        kept = self.train("kept", steps=2)
        recomputed = self.train("recomputed", steps=2, activation_checkpointing=True)
        for name, value in kept.module.state_dict().items():
            self.assertTrue(torch.equal(value, recomputed.module.state_dict()[name]), name)

    def test_ranks_of_different_settings_do_not_begin(self) -> None:
        fork_ranks(2, self.disagree)

    def disagree(self, rank: int) -> None:
        ranks = Ranks("cpu")
        check_ranks_agree(Feed(OUTPUT, 4, rank=rank, world_size=2))
        for differs in ({"shuffle": Shuffle(4, rank)}, {"start": rank}, {"epochs": 1 + rank}):
            feed = Feed(OUTPUT, 4, rank=rank, world_size=2, **differs)
            with self.assertRaisesRegex(FeedError, "STATE_MISMATCH.*ranks differ"):
                check_ranks_agree(feed)
        ranks.close()

    def rank(self, name: str) -> None:
        ranks = Ranks("cpu")
        Training(self.settings(name, steps=4, parallel=name), ranks).run()
        ranks.close()


class Numbers(RunTest):
    def test_16_bits_train_as_32_do_but_for_rounding(self) -> None:
        self.train("wide", steps=4)
        self.train("narrow", steps=4, bf16=True)
        for wide, narrow in zip(self.metrics("wide"), self.metrics("narrow"), strict=True):
            self.assertEqual(wide["packs"], narrow["packs"])
            self.assertAlmostEqual(wide["loss"], narrow["loss"], delta=0.02)
            self.assertNotEqual(wide["loss"], narrow["loss"])

    def test_prometheus_shows_the_numbers_of_the_last_line(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.train("run", steps=2, peak_flops=1e12, prometheus_port=port)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            lines = answer.read().decode().splitlines()
        shown = dict(line.split() for line in lines if "#" not in line)
        last = self.metrics("run")[-1]
        for name in ("step", "loss", "loss_write", "tokens_per_second", "data_wait", "mfu"):
            self.assertAlmostEqual(float(shown[f"backstory_trainer_{name}"]), last[name], places=6)

    def test_operations_are_those_of_the_products_of_matrices(self) -> None:
        module = tiny("llama", self.folder).model
        with FlopCounterMode(display=False) as counted:
            bounds = torch.tensor([0, 64], dtype=torch.int32)
            pieces = documents_for("plain", bounds, torch.device("cpu"))
            module(torch.arange(64)[None], documents=pieces)
        # The counter has the whole square of attention; forward and backward are three forwards.
        config: Any = module.config
        half = 3 * 2 * config.num_hidden_layers * config.hidden_size * 64**2
        expected = 3 * counted.get_total_flops() - half
        self.assertLess(abs(count_flops(module, [0, 64]) / expected - 1), 0.01)


class Example(RunTest):
    """services/feed/examples/torchtitan_loop.py: one process, two parts, then two processes."""

    def test_a_loop_like_torchtitans_goes_on_with_more_processes(self) -> None:
        whole = torchtitan_loop.train(str(OUTPUT), self.made("whole"), 4)
        parts = torchtitan_loop.train(str(OUTPUT), self.made("parts"), 2)
        self.assertEqual(parts, whole[:2])
        shutil.copytree(self.folder / "parts", self.folder / "two")
        self.assertEqual(torchtitan_loop.train(str(OUTPUT), self.folder / "parts", 4), whole[2:])
        fork_ranks(2, self.loop)
        for line in (self.folder / "losses-0", self.folder / "losses-1"):
            for one, two in zip(whole[2:], json.loads(line.read_text()), strict=True):
                self.assertAlmostEqual(one, two, delta=1e-4)

    def made(self, name: str) -> Path:
        (self.folder / name).mkdir()
        return self.folder / name

    def loop(self, rank: int) -> None:
        distributed.init_process_group("gloo")
        losses = torchtitan_loop.train(str(OUTPUT), self.folder / "two", 4, rank, 2)
        (self.folder / f"losses-{rank}").write_text(json.dumps(losses))
        distributed.destroy_process_group()


class Early(RunTest):
    def test_a_follower_may_begin_before_the_data(self) -> None:
        data, copy = self.folder / "data", self.folder / "copy"
        shutil.copytree(OUTPUT, copy)
        began = threading.Timer(1.0, copy.rename, (data,))
        began.start()
        early = replace(self.settings("early", steps=2, follow=True), data=str(data))
        early.to.mkdir()
        Training(early, Ranks("cpu")).run()
        began.join()
        on_time = self.train("on-time", steps=2)
        self.assertEqual(self.metrics("early")[1]["loss"], self.metrics("on-time")[1]["loss"])
        self.assertEqual(on_time.step, 2)

    def test_a_new_model_needs_a_vocabulary(self) -> None:
        with self.assertRaisesRegex(ValueError, "no tokenizer"):
            open_model("tiny", 0, 1)


class Signals(RunTest):
    def growing(self) -> Path:
        """A data set of which the last entry has not come."""
        data = self.folder / "data"
        shutil.copytree(OUTPUT, data)
        sorted((data / "manifest").glob("0*.json"))[-1].unlink()
        (data / "manifest" / "head.json").unlink()
        return data

    def test_a_run_whose_steps_are_done_waits_for_no_more_data(self) -> None:
        data = self.growing()
        at_head = Feed(data, 4, head="stop")
        steps = sum(1 for _ in at_head)
        settings = replace(self.settings("run", steps=steps, follow=True), data=str(data))
        settings.to.mkdir()
        self.assertTrue(Training(settings, Ranks("cpu")).run())
        self.assertEqual(len(self.metrics("run")), steps)

    def test_an_error_in_a_step_ends_the_wait_for_the_next_one(self) -> None:
        data = self.growing()
        settings = replace(self.settings("run", steps=None, follow=True), data=str(data))
        settings.to.mkdir()
        training = Training(settings, Ranks("cpu"))
        last = sum(1 for _ in Feed(data, 4, head="stop")) - 1
        train = training._train

        def fails(parts: list[dict[str, Any]]) -> dict[str, Any]:
            if training.step == last:
                raise RuntimeError("the device is gone")
            return train(parts)

        training._train = fails  # type: ignore[method-assign]
        with self.assertRaisesRegex(RuntimeError, "the device is gone"):
            training.run()

    def test_sigterm_at_the_head_of_a_growing_data_set_saves_and_ends(self) -> None:
        command = [sys.executable, "-m", "backstory_trainer", str(self.growing()), "--follow"]
        command += ["--to", str(self.folder / "run"), "--batch-size", "2", "--micro-batch", "2"]
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with subprocess.Popen(command, text=True, env=environment(), **pipes) as run:
            assert run.stderr is not None and run.stdout is not None
            # It says that it waits, and for what.
            self.assertIn("at the head", run.stderr.readline())
            run.send_signal(signal.SIGTERM)
            self.assertEqual(run.wait(60), 0)
            said = run.stdout.read()
        steps = len(self.metrics("run"))
        self.assertGreater(steps, 1)
        self.assertIn(f"saved at step {steps}", said)
        self.assertEqual(
            (load_newest(self.folder / "run" / "checkpoints", []) or {})["step"], steps
        )
        self.assertFalse((self.folder / "run" / "model").exists())


class KindsOfTokens(unittest.TestCase):
    def test_each_token_has_the_kind_of_its_segment(self) -> None:
        kinds = Kinds((OUTPUT / "tokenizer" / "tokenizer.json").read_bytes())
        text = b'@@@@ backstory "x"\n@@@@ read a\nr\n@@@@ think a\n@@@ write b\n'
        text += b"@@@@ write a\ncode\n@@@@ done\n"
        table = {value: token for token, value in kinds._bytes.items() if len(value) == 1}
        ids = np.array([table[bytes([byte])] for byte in text])
        found = kinds.of(ids, [0, len(ids)])
        for part, kind in ((b"r\n@@@@ t", 2), (b"@@@ write b", 0), (b"code", 1), (b"@@@@ done", 3)):
            self.assertEqual(found[text.index(part)], kind, part)

    def test_a_piece_from_the_midst_of_a_segment_has_no_kind(self) -> None:
        kinds = Kinds((OUTPUT / "tokenizer" / "tokenizer.json").read_bytes())
        table = {value: token for token, value in kinds._bytes.items() if len(value) == 1}
        ids = np.array([table[bytes([byte])] for byte in b"code\n@@@ think a\nwhy\n"])
        found = kinds.of(ids, [0, 5, len(ids)])
        self.assertEqual(found[:5].tolist(), [3] * 5)
        self.assertEqual(set(found[5:].tolist()), {0})

    def test_losses_by_kind_are_there(self) -> None:
        pack = next(iter(Feed(OUTPUT, 1))).packs[0]
        kinds = Kinds((OUTPUT / "tokenizer" / "tokenizer.json").read_bytes())
        bounds = [0, *pack.indices[:, 1].tolist()]
        trained = kinds.of(pack.input_ids, bounds)[pack.mask == 1]
        self.assertIn(KINDS.index("write"), trained)

    def test_a_curve_has_a_line_for_each_kind(self) -> None:
        lines = [{"step": at, "loss": 5 - at, "loss_write": 4 - at} for at in range(4)]
        picture = draw(lines, "a < b")
        # All steps and their mean, of the loss and of what was written.
        self.assertEqual(picture.count("<polyline"), 4)
        self.assertIn("a &lt; b", picture)
        with self.assertRaises(ValueError):
            draw([], "")

    def test_a_curve_leaves_out_what_is_no_number(self) -> None:
        losses = [math.nan, 3.0, math.inf, 0.0]
        picture = draw([{"step": at, "loss": loss} for at, loss in enumerate(losses)], "")
        self.assertNotRegex(picture, "nan|inf")
        self.assertIn("<polyline", draw([{"step": 0, "loss": 0.0}], ""))


if __name__ == "__main__":
    unittest.main()
