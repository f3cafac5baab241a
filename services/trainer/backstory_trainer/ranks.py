"""The processes of a training run. Alone, everything here is the identity."""

from __future__ import annotations

import os
from typing import Any

import torch
from torch import Tensor, distributed, nn


class Ranks:
    """Rank and number of processes, as torchrun says, and what they do together."""

    def __init__(self, device: str) -> None:
        self.size = int(os.environ.get("WORLD_SIZE", "1"))
        self.rank = int(os.environ.get("RANK", "0"))
        if device == "cuda":
            if not torch.cuda.is_available():
                raise ValueError("device cuda: PyTorch finds no GPU here")
            device = f"cuda:{os.environ.get('LOCAL_RANK', '0')}"
            torch.cuda.set_device(device)
        self.device = torch.device(device)
        if self.size > 1:
            distributed.init_process_group("nccl" if self.device.type == "cuda" else "gloo")

    def close(self) -> None:
        """Ends the process group."""
        if self.size > 1:
            distributed.destroy_process_group()

    def sum(self, values: Tensor) -> Tensor:
        """Of all ranks, in place."""
        if self.size > 1:
            distributed.all_reduce(values)
        return values

    def any(self, flag: bool) -> bool:
        """Whether a rank says so: then all do the same."""
        flags = torch.tensor([float(flag)], device=self.device)
        return bool(self.sum(flags)[0] > 0)

    def gather(self, value: Any) -> list[Any]:
        """The value of each rank."""
        if self.size == 1:
            return [value]
        values: list[Any] = [None] * self.size
        distributed.all_gather_object(values, value)
        return values


def spread(module: nn.Module, ranks: Ranks, how: str, bf16: bool) -> nn.Module:
    """The module over all ranks: `ddp`, or `fsdp` (FSDP2), which shards its parameters."""
    if ranks.size == 1:
        return module
    if how == "ddp":
        return nn.parallel.DistributedDataParallel(module)
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard

    mesh = init_device_mesh(ranks.device.type, (ranks.size,))
    policy = MixedPrecisionPolicy(param_dtype=torch.bfloat16) if bf16 else MixedPrecisionPolicy()
    inner: Any = module
    for layer in inner.model.model.layers:
        fully_shard(layer, mesh=mesh, mp_policy=policy)
    fully_shard(module, mesh=mesh, mp_policy=policy)
    return module
