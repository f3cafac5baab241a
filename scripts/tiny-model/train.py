"""`python train.py TEXTS.json FOLDER --steps 400`: trains a byte-level tokenizer and a small Llama
on a JSON list of texts, and saves both as a folder of Hugging Face. The same texts and options give
the same model on one machine. Prints the loss on the part that it does not train on, in bits per
byte, before and after."""

from __future__ import annotations

import argparse
import json
import math
import random
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM

END = "<|endoftext|>"
POSITIONS = 8192
HELD_OUT = 20
"""Every so manieth text is not trained on."""


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("texts", type=Path)
    parser.add_argument("folder", type=Path)
    for name, default in (
        ("steps", 400),
        ("vocabulary", 4096),
        ("hidden", 256),
        ("layers", 4),
        ("batch", 8),
        ("length", 256),
        ("seed", 1),
        ("threads", 0),
    ):
        parser.add_argument(f"--{name}", type=int, default=default)
    return parser.parse_args()


def main(options: argparse.Namespace) -> None:
    torch.manual_seed(options.seed)
    if options.threads > 0:
        torch.set_num_threads(options.threads)
    texts = json.loads(options.texts.read_text())
    random.Random(options.seed).shuffle(texts)
    held, trained = texts[::HELD_OUT], [t for at, t in enumerate(texts) if at % HELD_OUT]
    tokenizer = train_tokenizer(trained, options.vocabulary)
    model = LlamaForCausalLM(configure(options, tokenizer.get_vocab_size()))
    held_ids, held_bytes = ids_of(tokenizer, held), sum(len(t.encode()) for t in held)
    before = bits_per_byte(model, held_ids, held_bytes, options)
    train(model, ids_of(tokenizer, trained), options)
    after = bits_per_byte(model, held_ids, held_bytes, options)
    model.save_pretrained(options.folder)
    tokenizer.save(str(options.folder / "tokenizer.json"))
    count = sum(weight.numel() for weight in model.parameters())
    told = {"parameters": count, "bits_per_byte_before": before, "bits_per_byte_after": after}
    print(json.dumps(told), flush=True)


def train_tokenizer(texts: list[str], size: int) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=[END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def configure(options: argparse.Namespace, vocabulary: int) -> LlamaConfig:
    return LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=options.hidden,
        intermediate_size=options.hidden * 8 // 3,
        num_hidden_layers=options.layers,
        num_attention_heads=options.hidden // 64,
        num_key_value_heads=max(1, options.hidden // 128),
        head_dim=64,
        max_position_embeddings=POSITIONS,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=0,
    )


def ids_of(tokenizer: Tokenizer, texts: list[str]) -> torch.Tensor:
    """One line of tokens; each text ends with the token for that."""
    encoded = tokenizer.encode_batch(texts, add_special_tokens=False)
    ids = [token for each in encoded for token in [*each.ids, 0]]
    return torch.tensor(ids)


def train(model: LlamaForCausalLM, ids: torch.Tensor, options: argparse.Namespace) -> None:
    """Windows at random places, a warm-up, then a cosine down to a tenth."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, betas=(0.9, 0.95), weight_decay=0.1)
    draw = torch.Generator().manual_seed(options.seed)
    model.train()
    for step in range(options.steps):
        done = step / options.steps
        rate = 3e-3 * min(1.0, (step + 1) / 20) * (0.1 + 0.45 * (1 + math.cos(math.pi * done)))
        for group in optimizer.param_groups:
            group["lr"] = rate
        starts = torch.randint(0, len(ids) - options.length, (options.batch,), generator=draw)
        rows = torch.stack([ids[start : start + options.length] for start in starts.tolist()])
        loss = model(input_ids=rows, labels=rows, use_cache=False).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        if step % 50 == 0:
            print(f"step {step} of {options.steps}: {loss.item():.3f} nats a token", flush=True)
    model.eval()


def bits_per_byte(
    model: LlamaForCausalLM, ids: torch.Tensor, byte_count: int, options: argparse.Namespace
) -> float:
    """Of at most 100 windows, scaled to all of their bytes."""
    windows = ids.split(options.length)[:100]
    nats, tokens = 0.0, 0
    with torch.inference_mode():
        for window in windows:
            if len(window) < 2:
                continue
            loss = model(input_ids=window[None], labels=window[None], use_cache=False).loss
            nats += loss.item() * (len(window) - 1)
            tokens += len(window) - 1
    return nats / tokens * len(ids) / byte_count / math.log(2)


if __name__ == "__main__":
    main(parse())
