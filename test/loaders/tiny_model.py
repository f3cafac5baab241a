"""A model that trains in a moment, and the settings of a trainer that gives it a row at a time."""

from typing import Any

import torch
from expected import CONTEXT_LENGTH, PACKS, ROOT
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

ONE_ROW: dict[str, Any] = {
    "per_device_train_batch_size": 1,
    "report_to": [],
    "use_cpu": True,
    "save_strategy": "no",
}


def tiny_model() -> LlamaForCausalLM:
    """With the same weights each time, for the vocabulary of the `hf` export."""
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(read_tokenizer()) + 8,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=CONTEXT_LENGTH,
    )
    return LlamaForCausalLM(config).eval()


def read_tokenizer() -> PreTrainedTokenizerFast:
    """That of the `hf` export, whose end of text also pads, as TRL wants."""
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(ROOT / "hf/tokenizer.json"))
    end = PACKS[0]["inputIds"][PACKS[0]["indices"][-1][1] - 1]
    tokenizer.pad_token = tokenizer.eos_token = tokenizer.convert_ids_to_tokens(end)
    return tokenizer
