"""How much memory there is, and how much of it contexts may take."""

from __future__ import annotations

import os
from pathlib import Path

import torch

from backstory_scorer.cache import Shape

SHARE = {"cpu": 0.25, "cuda": 0.8}
"""Of what is free once the weights are there; the rest is for the forwards."""


def default_cache_bytes(device: torch.device) -> int:
    """A share of the memory that is free now."""
    if device.type == "cuda":
        free, _total = torch.cuda.mem_get_info(device)
    else:
        free = min(available_bytes(), group_bytes())
    return int(free * SHARE[device.type])


def available_bytes() -> int:
    """What Linux could give to a process now."""
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def group_bytes() -> int:
    """What a container may have, or more than any machine has."""
    limit = Path("/sys/fs/cgroup/memory.max")
    text = limit.read_text().strip() if limit.is_file() else "max"
    return int(text) if text.isdecimal() else 1 << 60


def used_bytes(kernel: str) -> int:
    """Of the GPU, or of this process."""
    if kernel == "cuda-varlen":
        return int(torch.cuda.memory_allocated())
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def tokens_within(shape: Shape, bytes_max: int) -> int:
    """How many tokens of context so many bytes hold."""
    return bytes_max // shape.bytes_per_token
