"""Tiny random models in the form of Hugging Face, and what plain transformers says of them."""

from __future__ import annotations

import string
from functools import cache
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    AutoModelForCausalLM,
    LlamaConfig,
    PreTrainedModel,
    Qwen2Config,
    Qwen3Config,
)

VOCABULARY = 320
POSITIONS = 512
FAMILIES = {"llama": LlamaConfig, "qwen2": Qwen2Config, "qwen3": Qwen3Config}
SIZES = {
    "vocab_size": VOCABULARY,
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 16,
    "max_position_embeddings": POSITIONS,
    "tie_word_embeddings": False,
    "bos_token_id": None,
    "eos_token_id": 0,
}
END = "<|endoftext|>"


def make_model(family: str, folder: Path, **changes: object) -> Path:
    """Weights large enough that every token and every place changes the result."""
    torch.manual_seed(7)
    model = AutoModelForCausalLM.from_config(FAMILIES[family](**(SIZES | changes)))
    with torch.no_grad():
        for weight in model.parameters():
            if weight.ndim > 1:
                weight.normal_(0, 0.2)
            else:
                weight.add_(torch.randn_like(weight) * 0.1)
    model.save_pretrained(folder)
    make_tokenizer().save(str(folder / "tokenizer.json"))
    return folder


def make_tokenizer() -> Tokenizer:
    """Byte-level like that of Qwen, so that characters are split over tokens."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([string.printable, "return function import " * 9], trainer)
    return tokenizer


@cache
def plain_model(folder: Path) -> PreTrainedModel:
    """What the scores are compared with: no code of the scorer, eager attention, float32."""
    loaded = AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager"
    )
    return loaded.eval()


@torch.inference_mode()
def plain_logprobs(folder: Path, before: list[int], target: list[int]) -> torch.Tensor:
    """The whole text at once, without any cache."""
    logits = plain_model(folder)(torch.tensor([before + target])).logits[0]
    rows = logits[len(before) - 1 : -1].float().log_softmax(-1)
    return rows.gather(-1, torch.tensor(target)[:, None])[:, 0]


class Random:
    """Token ids from a seed."""

    def __init__(self, seed: int) -> None:
        self._generator = torch.Generator().manual_seed(seed)

    def ids(self, count: int) -> list[int]:
        """Never the end of a text, which has the id 0."""
        drawn = torch.randint(1, VOCABULARY, (count,), generator=self._generator)
        return [int(each) for each in drawn]
