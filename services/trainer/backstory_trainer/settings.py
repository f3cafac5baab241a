"""All that decides a training run. What may change when it goes on is said where it stands."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class Settings:
    """Number of processes, micro-batch, kernels and how often to save may change at a resume."""

    data: str
    """A backstory output: a folder or a URL."""
    to: Path
    """Folder of the run: checkpoints, metrics.jsonl, curve.svg and, at the end, the model."""
    model: str = "tiny"
    batch_size: int = 8
    """Packs of a step, over all processes."""
    micro_batch: int = 1
    """Packs of one forward."""
    steps: int | None = None
    """Ends after so many; None goes to the end of the data."""
    epochs: int = 1
    window: int = 1
    """Packs change places inside windows of so many."""
    seed: int = 0
    weights: str = "token"
    learning_rate: float = 3e-4
    warmup: int = 10
    decay_to: float = 1.0
    """Share of the learning rate at `steps`, by a cosine; 1 keeps it."""
    weight_decay: float = 0.1
    clip: float = 1.0
    bf16: bool = False
    activation_checkpointing: bool = False
    parallel: str = "ddp"
    device: str = "cpu"
    kernel: str | None = None
    checkpoint_every: int = 100
    follow: bool = False
    """At the head of a data set that grows: wait for more, or end."""
    bad_shards: Literal["fatal", "skip"] = "fatal"
    """A corrupt shard ends the run, or its packs are masked (`skip`). A missing one ends it."""
    exclude: tuple[str, ...] = ()
    """Shards whose packs are masked: paths in the output."""
    prometheus_port: int | None = None
    peak_flops: float | None = None
    """Of the device, for the share that is used (MFU)."""

    def __post_init__(self) -> None:
        """ValueError names the option that cannot be."""
        limits: dict[str, tuple[float | None, float]] = {
            "batch_size": (self.batch_size, 1),
            "micro_batch": (self.micro_batch, 1),
            "steps": (self.steps, 1),
            "checkpoint_every": (self.checkpoint_every, 1),
            "warmup": (self.warmup, 0),
            "learning_rate": (self.learning_rate, 0),
            "decay_to": (self.decay_to, 0),
            "weight_decay": (self.weight_decay, 0),
        }
        for name, (value, least) in limits.items():
            if value is not None and not least <= value < math.inf:
                raise ValueError(f"{name} is {value}; it must be at least {least}")
        for name, above in {"clip": self.clip, "peak_flops": self.peak_flops}.items():
            if above is not None and not above > 0:
                raise ValueError(f"{name} is {above}; it must be above 0")
        if self.prometheus_port is not None and not 0 < self.prometheus_port < 1 << 16:
            raise ValueError(f"prometheus_port is {self.prometheus_port}; it must be 1 to 65535")
        if self.kernel in ("flex", "varlen") and self.device == "cpu":
            raise ValueError(f"kernel {self.kernel} trains only with device cuda; CPUs use plain")
        if self.kernel == "varlen" and not self.bf16:
            raise ValueError("kernel varlen needs bf16")

    def rate(self, step: int) -> float:
        """The learning rate of a step, a function of its number alone."""
        rising = min(1.0, (step + 1) / max(1, self.warmup))
        if self.decay_to == 1.0 or self.steps is None or step < self.warmup:
            return self.learning_rate * rising
        done = min(1.0, (step - self.warmup) / max(1, self.steps - self.warmup))
        share = self.decay_to + (1 - self.decay_to) * (1 + math.cos(math.pi * done)) / 2
        return self.learning_rate * share
