"""Attention inside documents: a token sees the tokens before it in its own piece, and no others.

Three kernels compute the same: `plain` piece by piece, for any device and type; `flex` and `varlen`
in one call, for GPUs. `attend` is what models of transformers call in place of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from inspect import signature
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

NAME = "backstory_documents"


@dataclass(frozen=True)
class Documents:
    """Where pieces begin in a row of tokens, for every layer of one forward."""

    bounds: list[int]
    """Piece i holds the tokens [bounds[i], bounds[i + 1])."""
    cu_seqlens: Tensor
    """The same as int32 on the device."""
    kernel: str
    mask: Any = None
    """The block mask of `flex`."""


def documents(cu_seqlens: Tensor, device: torch.device, dtype: torch.dtype) -> Documents:
    """The pieces of a row, with the kernel for a device and a type."""
    return documents_for(choose(device, dtype), cu_seqlens, device)


def choose(device: torch.device, dtype: torch.dtype) -> str:
    """`varlen` where a GPU computes in 16 bits, `flex` on a GPU otherwise, else `plain`."""
    if device.type != "cuda":
        return "plain"
    if dtype in (torch.bfloat16, torch.float16) and _varlen() is not None:
        return "varlen"
    return "flex"


def documents_for(kernel: str, cu_seqlens: Tensor, device: torch.device) -> Documents:
    """The pieces of a row, for a kernel by its name."""
    bounds = [int(bound) for bound in cu_seqlens]
    on_device = cu_seqlens.to(device, torch.int32)
    mask = _block_mask(on_device, bounds[-1], device) if kernel == "flex" else None
    return Documents(bounds, on_device, kernel, mask)


def attend(
    _module: Any,
    q: Tensor,
    k: Tensor,
    v: Tensor,
    _mask: Any,
    **named: Any,
) -> tuple[Tensor, None]:
    """(1, T, heads, size) of q (1, heads, T, size) and of k and v, which may have fewer heads."""
    pieces: Documents = named["documents"]
    out = KERNELS[pieces.kernel](q, k, v, pieces, named.get("scaling"))
    return out.transpose(1, 2), None


def plain(q: Tensor, k: Tensor, v: Tensor, pieces: Documents, scale: float | None) -> Tensor:
    """Each piece by itself."""
    share = q.shape[1] // k.shape[1]
    wide_k, wide_v = (each.repeat_interleave(share, dim=1) for each in (k, v))
    parts = [
        functional.scaled_dot_product_attention(
            *(each[:, :, start:end] for each in (q, wide_k, wide_v)), is_causal=True, scale=scale
        )
        for start, end in pairwise(pieces.bounds)
    ]
    return torch.cat(parts, dim=2)


def flex(q: Tensor, k: Tensor, v: Tensor, pieces: Documents, scale: float | None) -> Tensor:
    """All pieces in one call, compiled where a GPU is."""
    from torch.nn.attention.flex_attention import flex_attention

    call: Any = _compiled(flex_attention) if q.is_cuda else flex_attention
    out: Tensor = call(q, k, v, block_mask=pieces.mask, scale=scale, enable_gqa=True)
    return out


def varlen(q: Tensor, k: Tensor, v: Tensor, pieces: Documents, scale: float | None) -> Tensor:
    """All pieces in one call of PyTorch's flash attention for rows of varying length."""
    function = _varlen()
    assert function is not None
    flat = [each[0].transpose(0, 1) for each in (q, k, v)]
    share = flat[0].shape[1] // flat[1].shape[1]
    flat[1:] = [each.repeat_interleave(share, dim=1) for each in flat[1:]]
    longest = max(b - a for a, b in pairwise(pieces.bounds))
    cu = pieces.cu_seqlens
    named: dict[str, Any] = {} if scale is None else {"scale": scale}
    # PyTorch 2.10 had the former; later ones bound the window to the left.
    older = "is_causal" in signature(function).parameters
    named |= {"is_causal": True} if older else {"window_size": (-1, 0)}
    out: Tensor = function(*flat, cu, cu, longest, longest, **named)
    return out.transpose(0, 1)[None]


KERNELS: dict[str, Callable[..., Tensor]] = {"plain": plain, "flex": flex, "varlen": varlen}

_compiled_functions: dict[Any, Any] = {}


def _compiled(function: Any) -> Any:
    if function not in _compiled_functions:
        _compiled_functions[function] = torch.compile(function, dynamic=True)
    return _compiled_functions[function]


def _varlen() -> Callable[..., Any] | None:
    try:
        from torch.nn.attention.varlen import varlen_attn
    except ImportError:
        return None
    function: Callable[..., Any] = varlen_attn
    return function


def _block_mask(cu_seqlens: Tensor, length: int, device: torch.device) -> Any:
    from torch.nn.attention.flex_attention import create_block_mask

    places = torch.arange(length, device=device, dtype=torch.int32)
    piece_of = torch.bucketize(places, cu_seqlens[1:], right=True)

    def inside(_batch: Tensor, _head: Tensor, query: Tensor, key: Tensor) -> Tensor:
        return (piece_of[query] == piece_of[key]) & (query >= key)

    # As it stands it writes down each pair of tokens: tens of gigabytes at 65,536.
    make = _compiled(create_block_mask) if device.type == "cuda" else create_block_mask
    return make(inside, None, None, length, length, device=str(device))


def register() -> None:
    """Teaches transformers the name of this attention, which needs no mask of theirs."""
    from transformers import AttentionInterface, AttentionMaskInterface

    AttentionInterface.register(NAME, attend)
    AttentionMaskInterface.register(NAME, lambda *_parts, **_named: None)
