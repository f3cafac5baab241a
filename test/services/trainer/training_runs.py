"""Small runs, models and rows for the tests of the trainer; the output is their first argument."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import socket
import sys
import tempfile
import unittest
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from backstory_trainer.curve import read_metrics
from backstory_trainer.model import TINY, WeightedLoss, open_model
from backstory_trainer.ranks import Ranks
from backstory_trainer.settings import Settings
from backstory_trainer.train import Training

OUTPUT = Path(sys.argv.pop(1))
torch.set_num_threads(1)


def fork_ranks(processes: int, work: Callable[[int], None]) -> None:
    """As torchrun starts them, but as copies of this process, which has imported all."""
    context = multiprocessing.get_context("fork")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(rank: int) -> None:
        place = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
        os.environ |= {**place, "RANK": str(rank), "WORLD_SIZE": str(processes)}
        work(rank)

    running = [context.Process(target=run, args=(rank,)) for rank in range(processes)]
    for process in running:
        process.start()
    for process in running:
        process.join()
    codes = [process.exitcode for process in running]
    if codes != [0] * processes:
        raise AssertionError(f"processes ended with {codes}")


class RunTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="backstory-trainer-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def settings(self, name: str, **others: object) -> Settings:
        fields: dict[str, Any] = {
            "batch_size": 4,
            "steps": 4,
            "learning_rate": 3e-3,
            "warmup": 2,
            **others,
        }
        return Settings(data=str(OUTPUT), to=self.folder / name, **fields)

    def train(self, name: str, **others: object) -> Training:
        settings = self.settings(name, **others)
        settings.to.mkdir(exist_ok=True)
        training = Training(settings, Ranks("cpu"))
        training.run()
        return training

    def metrics(self, name: str) -> list[dict[str, Any]]:
        return read_metrics(self.folder / name / "metrics.jsonl")


def tiny(family: str, folder: Path) -> WeightedLoss:
    """A model of a family in 64 bits."""
    path = folder / f"{family}.json"
    path.write_text(json.dumps({**TINY, "model_type": family, "vocab_size": 64}))
    return WeightedLoss(open_model(str(path), 64, 1)).double()


def row(lengths: list[int], seed: int = 0) -> dict[str, Any]:
    """Documents in one row, with random tokens, masks and weights."""
    rng = np.random.default_rng(seed)
    starts = np.cumsum([0, *lengths])
    total = int(starts[-1])
    ids = rng.integers(0, 64, total)
    weights = rng.random(total) * (rng.random(total) < 0.6)
    weights[starts[1:] - 1] = 0.0
    return {
        "input_ids": torch.tensor(ids),
        "labels": torch.tensor(np.append(ids[1:], -100)),
        "position_ids": torch.tensor(np.concatenate([np.arange(n) for n in lengths])),
        "loss_weights": torch.tensor(weights),
        "cu_seqlens": torch.tensor(starts, dtype=torch.int32),
    }


def document(part: dict[str, Any], number: int) -> dict[str, Any]:
    """One document of a row, alone."""
    start, end = (int(part["cu_seqlens"][number + at]) for at in (0, 1))
    alone = {name: values[start:end] for name, values in part.items() if name != "cu_seqlens"}
    return {**alone, "cu_seqlens": torch.tensor([0, end - start], dtype=torch.int32)}


def gradients(module: WeightedLoss, part: dict[str, Any]) -> tuple[float, dict[str, Any]]:
    module.zero_grad()
    loss, _ = module(part, "plain")
    loss.backward()
    return float(loss), {n: p.grad.clone() for n, p in module.named_parameters()}


def environment() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1"}
