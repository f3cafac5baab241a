"""Attention of packed segments, each to a shared prefix and causally to itself.

The two parts are computed apart and merged by their log-sum-exp, which is exact: the keys of a
prefix are read where they lie, once for all segments behind it, and are never copied or expanded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, cast

import torch
from torch import Tensor

from backstory_scorer.cache import Prefix

NAME = "backstory_shared_prefix"


@dataclass(frozen=True)
class Group:
    """Rows [start, end) of a pack; all follow the first `length` tokens of one prefix."""

    start: int
    end: int
    prefix: Prefix
    length: int


@dataclass(frozen=True)
class Plan:
    """What every layer of one forward needs to know."""

    bounds: list[int]
    """Segment i holds the rows [bounds[i], bounds[i + 1])."""
    cumulative: Tensor
    """The same as int32 on the device."""
    groups: list[Group]
    kernel: Kernel
    fill: Prefix | None = None
    """Takes the keys and values of all rows, from `fill_start` on."""
    fill_start: int = 0


class Kernel(Protocol):
    """Attention on one kind of device. Rows first: q (T, Hq, d), k and v (T, Hkv, d)."""

    name: str

    def causal(self, q: Tensor, k: Tensor, v: Tensor, plan: Plan, scale: float) -> Parts:
        """Each segment to itself."""
        ...

    def full(self, q: Tensor, k: Tensor, v: Tensor, scale: float) -> Parts:
        """Every query to every key."""
        ...


Parts = tuple[Tensor, Tensor]
"""Output (T, Hq, d), and the natural logarithm of the sum of exponentials (T, Hq), float32."""


class CpuKernel:
    """PyTorch's flash kernel for CPUs. It knows no packs, so segments go one by one."""

    name = "cpu-flash"

    def causal(self, q: Tensor, k: Tensor, v: Tensor, plan: Plan, scale: float) -> Parts:
        # Every head of a group of queries gets its own view of keys and values.
        share = q.shape[1] // k.shape[1]
        wide_k = k.repeat_interleave(share, dim=1)
        wide_v = v.repeat_interleave(share, dim=1)
        outs, sums = [], []
        for start, end in zip(plan.bounds, plan.bounds[1:], strict=False):
            parts = (each[start:end].transpose(0, 1)[None] for each in (q, wide_k, wide_v))
            out, lse = _flash(*parts, causal=True, scale=scale)
            outs.append(out[0].transpose(0, 1))
            sums.append(lse[0].transpose(0, 1))
        return torch.cat(outs), torch.cat(sums)

    def full(self, q: Tensor, k: Tensor, v: Tensor, scale: float) -> Parts:
        rows, heads, size = q.shape
        kv_heads = k.shape[1]
        # Without a mask, heads that share keys are just more queries.
        folded = q.transpose(0, 1).reshape(1, kv_heads, -1, size)
        out, lse = _flash(
            folded, k.transpose(0, 1)[None], v.transpose(0, 1)[None], causal=False, scale=scale
        )
        out = out.reshape(heads, rows, size).transpose(0, 1)
        return out, lse.reshape(heads, rows).transpose(0, 1)


def _flash(q: Tensor, k: Tensor, v: Tensor, *, causal: bool, scale: float) -> Parts:
    result: Parts = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(
        q, k, v, 0.0, causal, scale=scale
    )
    return result


class CudaKernel:
    """PyTorch's public attention for packed sequences: flash or cuDNN, as PyTorch chooses."""

    name = "cuda-varlen"

    def __init__(self) -> None:
        from torch.nn.attention.varlen import AuxRequest, varlen_attn

        self._attend: Any = varlen_attn
        self._aux: Any = AuxRequest(lse=True)

    def causal(self, q: Tensor, k: Tensor, v: Tensor, plan: Plan, scale: float) -> Parts:
        longest = max(b - a for a, b in zip(plan.bounds, plan.bounds[1:], strict=False))
        each = (plan.cumulative, plan.cumulative, longest, longest)
        return self._call((q, k, v), each, scale, (-1, 0))

    def full(self, q: Tensor, k: Tensor, v: Tensor, scale: float) -> Parts:
        cumulative_q = torch.tensor([0, len(q)], dtype=torch.int32, device=q.device)
        cumulative_k = torch.tensor([0, len(k)], dtype=torch.int32, device=q.device)
        each = (cumulative_q, cumulative_k, len(q), len(k))
        return self._call((q, k, v), each, scale, (-1, -1))

    def _call(
        self,
        parts: tuple[Tensor, Tensor, Tensor],
        each: tuple[Tensor, Tensor, int, int],
        scale: float,
        window: tuple[int, int],
    ) -> Parts:
        q, k, v = parts
        shared = q.shape[1] != k.shape[1]
        options = {"return_aux": self._aux, "scale": scale, "window_size": window}
        out, lse = self._attend(q, k, v, *each, **options, enable_gqa=shared)
        assert lse.shape == (q.shape[1], q.shape[0]), lse.shape
        return out, lse.transpose(0, 1)


def merge(first: Parts, second: Parts) -> Tensor:
    """Attention over the keys of both parts: softmax weights add up by their sums."""
    share = torch.sigmoid(second[1] - first[1]).unsqueeze(-1)
    return torch.lerp(first[0].float(), second[0].float(), share).to(first[0].dtype)


def attend(
    module: torch.nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    _mask: Tensor | None,
    *,
    scaling: float,
    plan: Plan,
    **_others: Any,
) -> tuple[Tensor, None]:
    """What transformers calls in every layer: heads first, a batch of one."""
    q, k, v = (each[0].transpose(0, 1) for each in (query, key, value))
    layer = cast(int, module.layer_idx)
    out, lse = plan.kernel.causal(q, k, v, plan, scaling)
    if plan.groups:
        out = out.clone() if len(plan.groups) > 1 or plan.groups[0].end < len(q) else out
    for group in plan.groups:
        rows = slice(group.start, group.end)
        keys, values = group.prefix.read(layer, group.length)
        before = plan.kernel.full(q[rows], keys, values, scaling)
        out[rows] = merge((out[rows], lse[rows]), before)
    if plan.fill is not None:
        plan.fill.write(layer, plan.fill_start, k, v)
    return out.unsqueeze(0), None


def check_kernel(kernel: Kernel, device: torch.device, dtype: torch.dtype) -> float:
    """Largest distance of a kernel from plain attention, on random numbers, output and sums."""
    generator = torch.Generator().manual_seed(1)
    scale = 0.125

    def random(rows: int, heads: int) -> Tensor:
        return torch.randn(rows, heads, 64, generator=generator).to(device, dtype)

    q, k, v, more_k, more_v = random(7, 4), random(7, 2), random(7, 2), random(33, 2), random(33, 2)
    bounds = [0, 3, 7]
    plan = Plan(bounds, torch.tensor(bounds, dtype=torch.int32, device=device), [], kernel)
    causal = torch.zeros(7, 7, dtype=torch.bool, device=device)
    for start, end in ((0, 3), (3, 7)):
        causal[start:end, start:end] = torch.ones(end - start, end - start, device=device).tril()
    worst = 0.0
    cases = (
        (kernel.causal(q, k, v, plan, scale), (k, v), causal),
        (kernel.full(q, more_k, more_v, scale), (more_k, more_v), None),
    )
    for parts, (keys, values), mask in cases:
        right = _plain(q, keys, values, mask, scale)
        for one, other in zip(parts, right, strict=True):
            worst = max(worst, (one.float() - other).abs().max().item())
    return worst


def _plain(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, scale: float) -> Parts:
    share = q.shape[1] // k.shape[1]
    wide = (each.float().repeat_interleave(share, dim=1) for each in (k, v))
    keys, values = wide
    scores = torch.einsum("qhd,khd->qhk", q.float(), keys) * scale
    if mask is not None:
        scores = scores.masked_fill(~mask[:, None, :], -torch.inf)
    return torch.einsum("qhk,khd->qhd", scores.softmax(-1), values), scores.logsumexp(-1)
