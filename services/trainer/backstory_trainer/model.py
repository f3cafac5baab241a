"""The model, made from a configuration or read from a folder of Hugging Face, and its loss.

The loss of a step is sum(weight * loss of a token) / sum(weight), both over all packs and ranks; a
forward gives the first sum for its part, and the caller divides.
"""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from backstory_trainer import attention

ROWS_MAX = 1024
"""Rows of logits that are there at once: so many times vocabulary times 4 bytes."""
FAMILIES = ("llama", "qwen2", "qwen3", "mistral")
TINY = {
    "model_type": "llama",
    "hidden_size": 64,
    "intermediate_size": 192,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "tie_word_embeddings": True,
}


def open_model(name: str, vocabulary: int, seed: int) -> nn.Module:
    """`tiny`, a JSON file with a configuration, or a folder with a model. ValueError otherwise."""
    from transformers import AutoConfig, AutoModelForCausalLM

    attention.register()
    torch.manual_seed(seed)
    named = {"attn_implementation": attention.NAME}
    path = Path(name)
    fields = dict(TINY) if name == "tiny" else read_configuration(path)
    if fields.get("model_type") not in FAMILIES:
        raise ValueError(f"{name} is a {fields.get('model_type')}; it must be of {FAMILIES}")
    try:
        if path.is_dir():
            model = AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32, **named)
        else:
            fields.setdefault("vocab_size", vocabulary)
            if fields["vocab_size"] == 0:
                raise ValueError("it names no vocab_size, and the data has no tokenizer")
            config = AutoConfig.for_model(fields.pop("model_type"), **fields)
            model = AutoModelForCausalLM.from_config(config, dtype=torch.float32, **named)
    except Exception as error:
        # Transformers has many kinds of errors for a model that cannot be.
        raise ValueError(f"{name} cannot be opened: {error}") from error
    if model.config.vocab_size < vocabulary:
        raise ValueError(
            f"{name} knows {model.config.vocab_size} tokens, the data has {vocabulary}"
        )
    return model


def read_configuration(path: Path) -> dict[str, Any]:
    """The fields of a JSON file, or of the config.json in a folder. ValueError names the file."""
    file = path / "config.json" if path.is_dir() else path
    try:
        fields = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{file} is no configuration of a model: {error}") from error
    if not isinstance(fields, dict):
        raise ValueError(f"{file} is no configuration of a model: it holds no JSON object")
    return fields


class WeightedLoss(nn.Module):
    """A model whose forward returns its summed loss and the loss of each weighted token."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, part: dict[str, Any], kernel: str | None = None) -> tuple[Tensor, Tensor]:
        """`part` is a micro-batch of the feed with shifted labels: token i predicts label i."""
        model: Any = self.model
        ids: Tensor = part["input_ids"]
        device, dtype = ids.device, working_type(model)
        chosen = kernel or attention.choose(device, dtype)
        hidden = model.model(
            input_ids=ids[None],
            position_ids=part["position_ids"][None],
            use_cache=False,
            documents=attention.documents_for(chosen, part["cu_seqlens"], device),
        ).last_hidden_state[0]
        weights = part["loss_weights"]
        rows = weights.nonzero()[:, 0]
        labels = part["labels"][rows]
        losses = [
            checkpoint(row_losses, model.lm_head, hidden[at], target, use_reentrant=False)
            for at, target in zip(rows.split(ROWS_MAX), labels.split(ROWS_MAX), strict=True)
        ]
        if not losses:
            # No token is trained; the other ranks still expect a gradient of every parameter.
            return model.lm_head(hidden[:1]).sum() * 0.0, hidden.new_zeros(0)
        each = torch.cat(losses)
        return (each * weights[rows].to(each.dtype)).sum(), each.detach()


def row_losses(head: nn.Module, hidden: Tensor, labels: Tensor) -> Tensor:
    """Loss of each row, in 32 bits at least."""
    logits = head(hidden)
    wide = logits if logits.dtype == torch.float64 else logits.float()
    return functional.cross_entropy(wide, labels, reduction="none")


def working_type(model: nn.Module) -> torch.dtype:
    """The type in which attention is computed."""
    for device in ("cuda", "cpu"):
        if torch.is_autocast_enabled(device):
            return torch.get_autocast_dtype(device)
    return next(model.parameters()).dtype


def count_flops(model: nn.Module, bounds: list[int]) -> float:
    """Floating-point operations of forward and backward: 6 a parameter and token outside the
    embeddings, and those of attention inside the pieces (the causal half)."""
    config: Any = model.config
    embedded = config.vocab_size * config.hidden_size
    parameters = sum(each.numel() for each in model.parameters())
    if not config.tie_word_embeddings:
        parameters -= embedded
    squares = sum((b - a) ** 2 for a, b in pairwise(bounds))
    width = config.num_attention_heads * head_size(config)
    inside = config.num_hidden_layers * width * squares
    return float(6 * parameters * bounds[-1] + 6 * inside)


def head_size(config: Any) -> int:
    """Of a head; some families state it, and it need not be hidden_size / heads."""
    stated: int | None = getattr(config, "head_dim", None)
    return stated or config.hidden_size // config.num_attention_heads
