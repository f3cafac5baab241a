"""Packs as the arrays that a model takes. All arrays are in the order of the packs.

Attention and positions restart at each piece. The first token of a piece is never a label, since
nothing predicts it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from backstory_feed.data.mds import Pack

IGNORED = -100
Labels = Literal["aligned", "shifted"]
Weights = Literal["token", "document"]
Layout = Literal["flat", "padded"]


@dataclass(frozen=True)
class Form:
    """How packs become arrays."""

    layout: Layout = "flat"
    """`flat`: one row of all tokens, for attention of varying length. `padded`: (packs, length)."""
    length: int | None = None
    """Tokens of a padded row; the longest pack by default. Padding is a piece of its own."""
    padding: int = 0
    """Token id of the padding."""
    labels: Labels = "aligned"
    """`aligned`: label i is token i, and the model shifts (Hugging Face). `shifted`: label i is
    token i + 1 (torchtitan, Megatron)."""
    weights: Weights = "token"
    """`token`: each trained token weighs 1. `document`: each piece weighs 1, spread over its
    trained tokens. The loss is sum(weight * loss) / sum(weight), both over all ranks."""


@dataclass(frozen=True, eq=False)
class Arrays:
    """Arrays of one micro-batch; T tokens in all, P pieces."""

    input_ids: NDArray[np.int64]
    """(T,), or (packs, length) if padded."""
    labels: NDArray[np.int64]
    """As input_ids; -100 where the loss ignores the token."""
    position_ids: NDArray[np.int64]
    """As input_ids; from 0 in each piece."""
    loss_weights: NDArray[np.float32]
    """As input_ids; 0 where the loss ignores the token."""
    cu_seqlens: NDArray[np.int32]
    """(P + 1,) where pieces begin in the flattened tokens, and where the last one ends."""
    max_seqlen: int
    """Tokens of the longest piece."""


def collate(packs: Sequence[Pack], form: Form) -> Arrays:
    """Makes the arrays of packs. ValueError if a pack is longer than a padded row."""
    lengths = [pack.tokens for pack in packs]
    row = 0
    if form.layout == "padded":
        row = form.length or max(lengths)
        if max(lengths) > row:
            raise ValueError(f"a pack of {max(lengths)} tokens does not fit in {row}")
    total = row * len(packs) if row else sum(lengths)
    input_ids = np.full(total, form.padding, np.int64)
    trained = np.zeros(total, np.bool_)
    bounds: list[NDArray[np.int64]] = []
    start = 0
    for pack, length in zip(packs, lengths, strict=True):
        input_ids[start : start + length] = pack.input_ids
        trained[start : start + length] = pack.mask
        bounds.append(pack.indices[:, 0].astype(np.int64) + start)
        if row > length:
            bounds.append(np.array([start + length], np.int64))
        start += row or length
    starts = np.concatenate(bounds)
    trained[starts] = False
    labels = np.where(trained, input_ids, IGNORED)
    if form.labels == "shifted":
        labels[:-1] = labels[1:]
        labels[-1] = IGNORED
        trained[:-1] = trained[1:]
        trained[-1] = False
    cu_seqlens = np.append(starts, total)
    sizes = np.diff(cu_seqlens)
    flat: dict[str, NDArray[Any]] = {
        "input_ids": input_ids,
        "labels": labels,
        "position_ids": np.arange(total, dtype=np.int64) - np.repeat(starts, sizes),
        "loss_weights": weigh(trained, starts, sizes, form.weights),
    }
    if row:
        flat = {name: values.reshape(len(packs), row) for name, values in flat.items()}
    return Arrays(
        **flat, cu_seqlens=cu_seqlens.astype(np.int32), max_seqlen=int(sizes.max(initial=0))
    )


def weigh(
    trained: NDArray[np.bool_], starts: NDArray[np.int64], sizes: NDArray[np.int64], by: Weights
) -> NDArray[np.float32]:
    """(T,) the weight of each label; shifted labels stay inside their piece."""
    weights = trained.astype(np.float32)
    if by == "token":
        return weights
    counts = np.add.reduceat(weights, starts)
    shares = np.divide(1.0, counts, out=np.zeros_like(counts), where=counts > 0)
    return weights * np.repeat(shares, sizes).astype(np.float32)
