"""`python measure.py [--gpu]`: the reference trainer on packs of random tokens; a JSON line per
figure. On a CPU a small model and the two kernels that run there. --gpu takes the size of Qwen3
1.7B, packs of 65,536 tokens and `flex` beside `varlen`, for one GPU of the Hopper kind; without a
GPU it ends with a word. Weights are random, because speed does not depend on them."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from backstory_feed.data.prepare import ShardWriter
from backstory_trainer.attention import KERNELS, documents_for
from backstory_trainer.curve import read_metrics
from backstory_trainer.ranks import Ranks
from backstory_trainer.settings import Settings
from backstory_trainer.train import Training
from torch import Tensor

STEPS, FIRST = 8, 3
"""Steps of a run, and those at its beginning that do not count: they compile and fill caches."""


@dataclass(frozen=True)
class Size:
    """What is trained on what."""

    model: dict[str, Any]
    pack: int
    """Tokens of a pack."""
    pieces: int
    """Documents in a pack, all of one length."""
    kernels: tuple[str, ...]
    peak_flops: float | None


SMALL = Size(
    model={
        "model_type": "qwen3",
        "hidden_size": 256,
        "intermediate_size": 768,
        "num_hidden_layers": 4,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 64,
        "vocab_size": 4096,
        "max_position_embeddings": 131_072,
        "tie_word_embeddings": True,
    },
    pack=2048,
    pieces=4,
    kernels=("plain",),
    peak_flops=None,
)
LARGE = Size(
    model={
        **SMALL.model,
        "hidden_size": 2048,
        "intermediate_size": 6144,
        "num_hidden_layers": 28,
        "num_attention_heads": 16,
        "num_key_value_heads": 8,
        "head_dim": 128,
        "vocab_size": 151_936,
    },
    pack=65_536,
    pieces=4,
    kernels=("varlen", "flex"),
    peak_flops=989e12,
)
"""As Qwen3 1.7B; the peak is that of an H100 or H200 in dense bfloat16."""


def main(*, gpu: bool) -> None:
    if gpu and not torch.cuda.is_available():
        sys.exit("--gpu: PyTorch sees no GPU here")
    size = LARGE if gpu else SMALL
    compare_kernels(size, "cuda" if gpu else "cpu")
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        write_packs(data, size)
        (Path(folder) / "model.json").write_text(json.dumps(size.model))
        for kernel in size.kernels:
            train(Path(folder), size, kernel, gpu=gpu)


def compare_kernels(size: Size, device: str) -> None:
    """Each kernel's output beside that of `plain` in 64 bits: its noise must be of its type."""
    heads, kv, head = (
        size.model[name] for name in ("num_attention_heads", "num_key_value_heads", "head_dim")
    )
    torch.manual_seed(0)
    dtype = torch.bfloat16 if device == "cuda" else torch.float32
    shapes = ((heads, 1024), (kv, 1024), (kv, 1024))
    exact = [torch.randn(1, n, rows, head, device=device).double() for n, rows in shapes]
    bounds = torch.tensor([0, 5, 300, 301, 1024], dtype=torch.int32)
    right = attended("plain", exact, bounds)
    for kernel in dict.fromkeys(("plain", "flex", *size.kernels)):
        parts = [each.to(dtype) for each in exact]
        noise = (attended(kernel, parts, bounds).double() - right).abs().max().item()
        # A value of 16 bits has 8 bits of precision, and is a mean of values near 1.
        assert noise <= (0.02 if dtype == torch.bfloat16 else 1e-5), (kernel, noise)
        tell(f"{kernel}: largest difference to 64 bits", noise, "", None)


def attended(kernel: str, parts: list[Tensor], bounds: Tensor) -> Tensor:
    """(1, heads, T, size) by a kernel."""
    q, k, v = parts
    return KERNELS[kernel](q, k, v, documents_for(kernel, bounds, q.device), None)


def write_packs(folder: Path, size: Size) -> None:
    """One pack a step, all of its tokens trained."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    writer = ShardWriter(folder, "bench", 1 << 22)
    starts = [at * size.pack // size.pieces for at in range(size.pieces)]
    for _ in range(STEPS):
        ids = rng.integers(0, size.model["vocab_size"], size.pack, dtype=np.uint32)
        writer.add(ids, starts)
    writer.finish()


def train(folder: Path, size: Size, kernel: str, *, gpu: bool) -> None:
    """A run of some steps with a kernel."""
    device = "cuda" if gpu else "cpu"
    settings = Settings(
        data=str(folder / "data"),
        to=folder / kernel,
        model=str(folder / "model.json"),
        batch_size=1,
        steps=STEPS,
        # A checkpoint is no part of what is measured here.
        checkpoint_every=STEPS + 1,
        bf16=gpu,
        activation_checkpointing=gpu,
        device=device,
        kernel=kernel,
        peak_flops=size.peak_flops,
    )
    settings.to.mkdir()
    began = time.monotonic()
    training = Training(settings, Ranks(device))
    # Else each run would write gigabytes of weights that nobody reads.
    unread: Any = training
    unread._save = unread._finish = lambda *_, **__: None
    training.run()
    lines = read_metrics(settings.to / "metrics.jsonl")[FIRST:]
    seconds = sum(line["seconds"] for line in lines)
    waited = sum(line["seconds"] * line["data_wait"] for line in lines)
    tell(f"{kernel}: tokens", sum(line["tokens"] for line in lines) / seconds, "/s", None)
    tell(f"{kernel}: waited for data", 100 * waited / seconds, "%", 1.0)
    if size.peak_flops is not None:
        used = sum(line["mfu"] * line["seconds"] for line in lines) / seconds
        tell(f"{kernel}: model FLOPs utilization", 100 * used, "%", None)
        tell(f"{kernel}: memory at most", torch.cuda.max_memory_allocated() / 2**30, "GiB", None)
        torch.cuda.reset_peak_memory_stats()
    tell(f"{kernel}: whole run", time.monotonic() - began, "s", None)


def tell(metric: str, value: float, unit: str, baseline: float | None) -> None:
    figure = {"metric": metric, "value": value, "unit": unit, "baseline": baseline}
    print(json.dumps(figure), flush=True)


if __name__ == "__main__":
    main(gpu="--gpu" in sys.argv)
