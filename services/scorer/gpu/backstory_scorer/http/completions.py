"""POST /v1/completions as far as scoring needs it: the prompt echoed with its log probabilities,
and one token after it. Whatever else OpenAI's API knows is refused by name, never ignored."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from uuid import uuid4

import msgspec

from backstory_scorer.errors import ScorerError
from backstory_scorer.http.service import Service, encode, outcomes
from backstory_scorer.model import Scored

PROMPTS_MAX = 1024
NEUTRAL: dict[str, tuple[Any, ...]] = {
    "n": (1, None),
    "best_of": (1, None),
    "stream": (False, None),
    "stop": (None, []),
    "suffix": (None, ""),
    "logit_bias": (None, {}),
    "frequency_penalty": (0, None),
    "presence_penalty": (0, None),
}
"""Fields that may be there with a value that changes nothing."""
SAMPLING = {"temperature", "top_p", "seed", "user"}
"""One token, the most likely, comes back whatever they say, or they change nothing."""


class CompletionRequest(msgspec.Struct):
    """The fields that are used."""

    prompt: str | list[str | int | list[int]]
    model: str = ""
    echo: bool = False
    logprobs: int | None = None
    max_tokens: int | None = None


def decode_completion(body: bytes) -> CompletionRequest:
    """Names every field that asks for something else than a score."""
    try:
        fields = msgspec.json.decode(body, type=dict[str, Any])
        known = {
            name: fields[name] for name in CompletionRequest.__struct_fields__ if name in fields
        }
        request = msgspec.convert(known, CompletionRequest)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ScorerError("BAD_REQUEST", f"the body is no request: {error}") from error
    for name, value in fields.items():
        if name in known or name in SAMPLING or value in NEUTRAL.get(name, ()):
            continue
        raise ScorerError("UNSUPPORTED", f"{name}: this server only scores prompts")
    if not request.echo or request.logprobs not in (0, 1):
        raise ScorerError("UNSUPPORTED", "only echo: true with logprobs: 0 or 1 is answered")
    if request.max_tokens not in (0, 1):
        raise ScorerError("UNSUPPORTED", "max_tokens must be 0 or 1: this server writes no text")
    return request


def prompts_of(request: CompletionRequest) -> list[str | list[int]]:
    """One prompt or many, as text or ids."""
    prompt = request.prompt
    if isinstance(prompt, str):
        return [prompt]
    if prompt and all(isinstance(each, int) for each in prompt):
        return [prompt]  # type: ignore[list-item]
    if any(isinstance(each, int) for each in prompt) or not 1 <= len(prompt) <= PROMPTS_MAX:
        raise ScorerError("BAD_REQUEST", f"prompt must be one, or a list of 1 to {PROMPTS_MAX}")
    return prompt  # type: ignore[return-value]


async def complete(service: Service, request: CompletionRequest) -> dict[str, Any]:
    """The answer in OpenAI's form."""
    if service.text is None:
        raise ScorerError("TOKENIZER_MISSING", "tokens have no text without a tokenizer.json")
    prompts = prompts_of(request)
    ids = [await asyncio.to_thread(prompt_ids, service, each) for each in prompts]
    generated = request.max_tokens or 0
    # The engine predicts tokens that it is given: one more lets it tell the most likely there.
    futures = service.engine.submit_whole([[*each, *each[-1:] * generated] for each in ids])
    choices = []
    for index, (each, scored) in enumerate(zip(ids, await outcomes(futures), strict=True)):
        if isinstance(scored, ScorerError):
            raise scored
        choices.append(choice(service, index, each, scored, request))
    counts = [len(each) for each in ids]
    usage = {"prompt_tokens": sum(counts), "completion_tokens": generated * len(ids)}
    return {
        "id": f"cmpl-{uuid4().hex}",
        "object": "text_completion",
        "created": int(time.time()),
        "model": service.identity.model,
        "choices": choices,
        "usage": {**usage, "total_tokens": sum(usage.values())},
    }


def prompt_ids(service: Service, prompt: str | list[int]) -> list[int]:
    """Text gets the beginning that the model expects."""
    ids = encode(service, prompt, "prompt").ids
    if isinstance(prompt, str):
        ids = (service.text.beginning if service.text is not None else []) + ids
    if len(ids) < 2:
        raise ScorerError("BAD_REQUEST", "prompt must have two tokens at least")
    return ids


def choice(
    service: Service, index: int, ids: list[int], scored: Scored, request: CompletionRequest
) -> dict[str, Any]:
    """One prompt: its tokens, their logarithms (none for the first) and places in code points."""
    assert service.text is not None and scored.best is not None
    assert scored.best_logprobs is not None
    best = [service.text.spell(each) for each in scored.best.tolist()]
    values = scored.best_logprobs.tolist()
    logprobs: list[float | None] = [None, *scored.logprobs.tolist()]
    tokens = [service.text.spell(each) for each in ids]
    if request.max_tokens == 1:
        tokens.append(best[-1])
        logprobs[-1] = values[-1]
    top: list[dict[str, float] | None] = [None]
    top += [{name: value} for name, value in zip(best, values, strict=True)]
    for at, (name, value) in enumerate(zip(tokens, logprobs, strict=True)):
        place = top[at]
        if place is not None and value is not None:
            place[name] = value
    offsets, texts, length = [], [], 0
    for token in tokens:
        offsets.append(length)
        texts.append("\ufffd" if token.startswith("bytes:\\x") else token)
        length += len(texts[-1])
    return {
        "index": index,
        "text": "".join(texts),
        "finish_reason": "length",
        "logprobs": {
            "tokens": tokens,
            "token_logprobs": logprobs,
            "top_logprobs": top if request.logprobs == 1 else None,
            "text_offset": offsets,
        },
    }
