"""The language model: which ones are accepted, how one is loaded, and its two forwards.

Both forwards are one packed call of the model from transformers, whose attention is exchanged; so
rotary positions, norms and projections are those of transformers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from backstory_scorer.attention import NAME, CpuKernel, CudaKernel, Group, Kernel, Plan, attend
from backstory_scorer.cache import Prefix, Shape

LOGIT_BYTES_MAX = {"cpu": 64 << 20, "cuda": 1 << 30}
"""Of the logits that are there at once: rows times vocabulary in float32."""


@dataclass(frozen=True)
class Piece:
    """Tokens to read behind the first `length` of a prefix; the rows from `score_from` on predict
    `targets`."""

    prefix: Prefix | None
    length: int
    ids: list[int]
    score_from: int
    targets: list[int]


@dataclass(frozen=True)
class Scored:
    """Natural logarithms of the probabilities of the targets, float32 on the CPU; and the most
    likely tokens there with theirs, if asked for."""

    logprobs: Tensor
    best: Tensor | None = None
    best_logprobs: Tensor | None = None


def register_attention() -> None:
    """Teaches transformers the name of the exchanged attention, which makes its own masks."""
    from transformers import AttentionInterface, AttentionMaskInterface

    AttentionInterface.register(NAME, attend)
    AttentionMaskInterface.register(NAME, lambda *_parts, **_named: None)


class ScoringModel:
    """One model on one device. Not safe for threads: only the engine's thread computes."""

    def __init__(self, model: Any, device: torch.device) -> None:
        self._model = model
        self.device = device
        self.config = model.config
        self.dtype: torch.dtype = model.dtype
        self.kernel: Kernel = CudaKernel() if device.type == "cuda" else CpuKernel()
        self.vocabulary = int(model.get_input_embeddings().num_embeddings)
        rows = LOGIT_BYTES_MAX[device.type] // (4 * self.vocabulary)
        self._rows_max = max(16, rows)

    @property
    def shape(self) -> Shape:
        """Of the keys and values of one token."""
        config = self.config
        size = getattr(config, "head_dim", None)
        size = size or config.hidden_size // config.num_attention_heads
        heads = config.num_key_value_heads
        return Shape(config.num_hidden_layers, heads, size, self.dtype, self.device)

    @torch.inference_mode()
    def fill(self, prefix: Prefix, count: int, score_from: int | None) -> Scored | None:
        """Reads the next `count` tokens of a prefix into it. Scores the tokens at `score_from` and
        later which these rows predict."""
        start, end = prefix.done, prefix.done + count
        ids = prefix.ids[start:end].tolist()
        groups = [Group(0, count, prefix, start)] if start > 0 else []
        positions = torch.arange(start, end)
        hidden = self._forward(ids, positions, [0, count], groups, (prefix, start))
        prefix.done = end
        last = min(end + 1, len(prefix.ids))
        if score_from is None or last <= max(score_from, start + 1):
            return None
        first = max(score_from, start + 1)
        rows = torch.arange(first - 1 - start, last - 1 - start)
        return self._score(hidden, rows, prefix.ids[first:last].tolist(), best=True)

    @torch.inference_mode()
    def score(self, pieces: list[Piece], *, best: bool = False) -> list[Scored]:
        """One forward over all pieces; those with one prefix stand side by side."""
        ids: list[int] = []
        bounds, targets = [0], []
        positions, rows = [], []
        groups: list[Group] = []
        for piece in pieces:
            start = len(ids)
            ids += piece.ids
            bounds.append(len(ids))
            positions.append(torch.arange(piece.length, piece.length + len(piece.ids)))
            first = start + piece.score_from
            rows.append(torch.arange(first, first + len(piece.targets)))
            targets += piece.targets
            add_to_groups(groups, piece, start, len(ids))
        hidden = self._forward(ids, torch.cat(positions), bounds, groups, None)
        scored = self._score(hidden, torch.cat(rows), targets, best=best)
        counts = [len(piece.targets) for piece in pieces]
        return [Scored(*each) for each in split(scored, counts)]

    def _forward(
        self,
        ids: list[int],
        positions: Tensor,
        bounds: list[int],
        groups: list[Group],
        fill: tuple[Prefix, int] | None,
    ) -> Tensor:
        cumulative = torch.tensor(bounds, dtype=torch.int32, device=self.device)
        prefix, start = fill or (None, 0)
        plan = Plan(bounds, cumulative, groups, self.kernel, prefix, start)
        output = self._model.model(
            input_ids=torch.tensor([ids], device=self.device),
            position_ids=positions[None].to(self.device),
            use_cache=False,
            plan=plan,
        )
        hidden: Tensor = output.last_hidden_state[0]
        return hidden

    def _score(self, hidden: Tensor, rows: Tensor, targets: list[int], *, best: bool) -> Scored:
        wanted = torch.tensor(targets, device=self.device)
        chosen = hidden[rows.to(self.device)]
        parts: list[list[Tensor]] = [[], [], []]
        for start in range(0, len(targets), self._rows_max):
            end = start + self._rows_max
            logits = self._model.lm_head(chosen[start:end]).float()
            sums = logits.logsumexp(-1)
            found = logits.gather(-1, wanted[start:end, None])[:, 0]
            parts[0].append(found - sums)
            if best:
                values, tokens = logits.max(-1)
                parts[1].append(tokens)
                parts[2].append(values - sums)
        joined = [torch.cat(each).cpu() if each else None for each in parts]
        assert joined[0] is not None
        return Scored(joined[0], joined[1], joined[2])


def add_to_groups(groups: list[Group], piece: Piece, start: int, end: int) -> None:
    """Rows that follow the same prefix are one group of queries."""
    if piece.prefix is None or piece.length == 0:
        return
    last = groups[-1] if groups else None
    if last is not None and last.prefix is piece.prefix and last.end == start:
        assert last.length == piece.length
        groups[-1] = Group(last.start, end, last.prefix, last.length)
        return
    groups.append(Group(start, end, piece.prefix, piece.length))


def split(scored: Scored, counts: list[int]) -> list[tuple[Tensor, Tensor | None, Tensor | None]]:
    """What belongs to each piece."""
    logprobs = scored.logprobs.split(counts)
    nothing: list[None] = [None] * len(counts)
    best = nothing if scored.best is None else scored.best.split(counts)
    values = nothing if scored.best_logprobs is None else scored.best_logprobs.split(counts)
    return list(zip(logprobs, best, values, strict=True))
