"""`python compare.py [--gpu]`: the scorer service beside plain transformers and its own echo of
whole prompts, on one model and in one process; a JSON line per figure. Its weights are random,
because speed does not depend on them. --gpu takes the size of Llama 3.1 8B and long contexts."""

from __future__ import annotations

import http.client
import json
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
import uvicorn
from backstory_scorer.engine import Submitted, Work
from backstory_scorer.http.server import create_app
from backstory_scorer.http.service import Service
from backstory_scorer.settings import Settings
from backstory_scorer.start import open_service
from transformers import AutoModelForCausalLM, LlamaConfig

THOUGHT, CODE = 64, 128
CASES = ((256, 4), (512, 4), (512, 8), (1024, 8))
GPU_CASES = ((8192, 4), (8192, 16), (32_768, 4), (32_768, 16), (65_536, 16))


@dataclass(frozen=True)
class Size:
    """Of a model of the Llama family."""

    hidden: int
    layers: int
    heads: int
    kv_heads: int
    head: int
    middle: int
    vocabulary: int

    @property
    def body(self) -> int:
        """FLOP of one token, without attention and logits."""
        attention = self.hidden * self.head * 2 * (self.heads + self.kv_heads)
        return 2 * self.layers * (attention + 3 * self.hidden * self.middle)

    @property
    def pair(self) -> int:
        """FLOP of one query and one key."""
        return 4 * self.heads * self.head * self.layers

    @property
    def logits(self) -> int:
        """FLOP of one row."""
        return 2 * self.hidden * self.vocabulary


SMALL = Size(384, 6, 6, 3, 64, 1024, 4096)
LARGE = Size(4096, 32, 32, 8, 128, 14_336, 128_256)
"""As Llama 3.1 8B."""


@dataclass(frozen=True)
class Case:
    """One context and its candidates."""

    context: list[int]
    thoughts: list[list[int]]
    code: list[int]

    @property
    def prompts(self) -> list[list[int]]:
        """What naive scoring reads."""
        return [self.context + thought + self.code for thought in self.thoughts]


def main(*, gpu: bool) -> None:
    size, cases = (LARGE, GPU_CASES) if gpu else (SMALL, CASES)
    device, dtype = ("cuda", torch.bfloat16) if gpu else ("cpu", torch.float32)
    batch_tokens = 0 if gpu else 4096
    with tempfile.TemporaryDirectory() as folder:
        make_model(Path(folder), size, device, dtype)
        plain = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype).eval().to(device)
        service = open_service(Settings(folder, device=device, batch_tokens=batch_tokens))
        engine = service.engine

        def shared(case: Case) -> list[float]:
            [submitted] = engine.submit([Work(case.context, None, case.thoughts, case.code)])
            assert isinstance(submitted, Submitted)
            return [each.result().logprobs.sum().item() for each in submitted.futures]

        def echo(case: Case) -> list[float]:
            futures = engine.submit_whole(case.prompts)
            return [each.result().logprobs[-CODE:].sum().item() for each in futures]

        def naive(case: Case) -> list[float]:
            with torch.inference_mode():
                return [naive_sum(plain, prompt) for prompt in case.prompts]

        for warm in (shared, echo, naive):
            warm(draw(64, 2, size))
        for length, count in cases:
            compare(draw(length, count, size), [shared, naive, echo], size)
        over_the_wire(service, draw(8192 if gpu else 1024, 8, size))
        engine.close()


def make_model(folder: Path, size: Size, device: str, dtype: torch.dtype) -> None:
    config = LlamaConfig(
        vocab_size=size.vocabulary,
        hidden_size=size.hidden,
        intermediate_size=size.middle,
        num_hidden_layers=size.layers,
        num_attention_heads=size.heads,
        num_key_value_heads=size.kv_heads,
        head_dim=size.head,
        max_position_embeddings=131_072,
        tie_word_embeddings=True,
    )
    with torch.device(device):
        AutoModelForCausalLM.from_config(config, dtype=dtype).save_pretrained(folder)


def draw(length: int, count: int, model: Size) -> Case:
    def ids(size: int) -> list[int]:
        return [int(each) for each in torch.randint(0, model.vocabulary, (size,))]

    return Case(ids(length), [ids(THOUGHT) for _ in range(count)], ids(CODE))


def naive_sum(model: AutoModelForCausalLM, prompt: list[int]) -> float:
    """With logits for the code alone, as a careful caller asks for them."""
    ids = torch.tensor([prompt], device=model.device)
    logits = model(input_ids=ids, use_cache=False, logits_to_keep=CODE + 1).logits[0, :-1]
    found = logits.float().log_softmax(-1).gather(-1, ids[0, -CODE:, None])
    return float(found.sum())


def compare(case: Case, ways: list[Callable[[Case], list[float]]], size: Size) -> None:
    """All ways on one case: cold for the context, which then is warm."""
    shared, naive, echo = ways
    name = f"P {len(case.context)} K {len(case.thoughts)}"
    (cold, first), (warm, again) = timed(shared, case), timed(shared, case)
    plain, right = timed(naive, case)
    whole, echoed = timed(echo, case)
    for one in (first, again, echoed):
        off = max(abs(a - b) / CODE for a, b in zip(one, right, strict=True))
        # float32, or the noise of bfloat16 in a mean.
        assert off <= (1e-4 if size is SMALL else 0.005), off
    flops_cold, flops_warm, flops_naive = flops(len(case.context), len(case.thoughts), size)
    for label, seconds, ratio in (
        ("context new", cold, flops_naive / flops_cold),
        ("context known", warm, flops_naive / flops_warm),
    ):
        tell(f"{name}: {label}, naive / shared", plain / seconds, "times", ratio)
        tell(f"{name}: {label}, share of FLOP ratio", 100 * plain / seconds / ratio, "%", None)
    tell(f"{name}: naive / own echo", plain / whole, "times", None)
    scored = len(case.thoughts) * (THOUGHT + CODE)
    tell(f"{name}: candidates' tokens per second", scored / warm, "/s", scored / plain)


def flops(length: int, count: int, size: Size) -> tuple[float, float, float]:
    """Shared with a new context, shared with a known one, naive."""
    suffix = THOUGHT + CODE
    whole = length + suffix
    rows = size.body * suffix + size.pair * suffix * (length + suffix / 2) + size.logits * CODE
    context = size.body * length + size.pair * length**2 / 2
    naive = size.body * whole + size.pair * whole**2 / 2 + size.logits * CODE
    return context + count * rows, count * rows, count * naive


def timed(way: Callable[[Case], list[float]], case: Case) -> tuple[float, list[float]]:
    """On a CPU the seconds that this process computes: others on the machine do not count."""
    clock = time.perf_counter if torch.cuda.is_available() else time.process_time
    began = clock()
    result = way(case)
    return clock() - began, result


def over_the_wire(service: Service, case: Case) -> None:
    """One request with a new context: what it takes beside the forwards."""
    app = create_app(service, None)
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    item = {"context": case.context, "candidates": case.thoughts, "target": case.code}
    port = listener.getsockname()[1]
    before = forward_seconds(service)
    seconds, (sent, answer) = post(port, {"items": [item], "per_token": True})
    forwards = forward_seconds(service) - before
    tell("HTTP, JSON and queue, share of a request", 100 * (1 - forwards / seconds), "%", 5)
    count = len(case.thoughts)
    key = json.loads(answer)["items"][0]["context_key"]
    known = {**item, "context_key": key}
    del known["context"]
    _seconds, (sent_known, _answer) = post(port, {"items": [known], "per_token": True})
    tell("bytes sent per candidate, context new", sent / count, "B", None)
    tell("bytes sent per candidate, context known", sent_known / count, "B", None)
    tell("bytes received per candidate, with tokens", len(answer) / count, "B", None)
    server.should_exit = True
    thread.join()


def forward_seconds(service: Service) -> float:
    steps = service.metrics.step_seconds
    return sum(float(steps.labels(kind)._sum.get()) for kind in ("context", "candidate"))


def post(port: int, fields: dict[str, object]) -> tuple[float, tuple[int, bytes]]:
    body = json.dumps(fields, separators=(",", ":")).encode()
    connection = http.client.HTTPConnection("127.0.0.1", port)
    began = time.perf_counter()
    connection.request("POST", "/v1/score", body)
    answer = connection.getresponse().read()
    return time.perf_counter() - began, (len(body), answer)


def tell(metric: str, value: float, unit: str, baseline: float | None) -> None:
    print(json.dumps({"metric": metric, "value": value, "unit": unit, "baseline": baseline}))


if __name__ == "__main__":
    main(gpu="--gpu" in sys.argv)
